// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loads of every s-th element, s from 3 to 8. A file that needs them includes
// it after <mtia/knyfe.h>.
//
// kn_load_every4_f32x16(p, at) takes p[at], p[at + 4] and so on, at >= 0, and reads whole groups of
// 4 elements from the one of p[at] on: loads of the other elements of the same groups are the same
// load, which the compiler makes one load of segments of, as long as `at` is a constant when loops
// are written out. 16 segments a load take 16 cycles, whatever their size.
#ifndef MTIA_KNYFE_EVERY_H
#define MTIA_KNYFE_EVERY_H

#define KN_EVERY_8(f, s) f, f + s, f + 2 * s, f + 3 * s, f + 4 * s, f + 5 * s, f + 6 * s, f + 7 * s
#define KN_EVERY_16(f, s) KN_EVERY_8(f, s), KN_EVERY_8(f + 8 * s, s)
#define KN_EVERY_32(f, s) KN_EVERY_16(f, s), KN_EVERY_16(f + 16 * s, s)
#define KN_EVERY_64(f, s) KN_EVERY_32(f, s), KN_EVERY_32(f + 32 * s, s)

#define KN_FIELD(n, s, f)                                                                          \
  case f:                                                                                          \
    return __builtin_shufflevector(x.value, x.value, KN_EVERY_##n(f, s));
#define KN_FIELDS_3(n, s) KN_FIELD(n, s, 0) KN_FIELD(n, s, 1) KN_FIELD(n, s, 2)
#define KN_FIELDS_4(n, s) KN_FIELDS_3(n, s) KN_FIELD(n, s, 3)
#define KN_FIELDS_5(n, s) KN_FIELDS_4(n, s) KN_FIELD(n, s, 4)
#define KN_FIELDS_6(n, s) KN_FIELDS_5(n, s) KN_FIELD(n, s, 5)
#define KN_FIELDS_7(n, s) KN_FIELDS_6(n, s) KN_FIELD(n, s, 6)
#define KN_FIELDS_8(n, s) KN_FIELDS_7(n, s) KN_FIELD(n, s, 7)

// All fields of a load of segments are in eight registers at most.
#define KN_EVERY(t, c, s, n)                                                                       \
  typedef struct {                                                                                 \
    c value __attribute__((ext_vector_type(s * n)));                                               \
  } __attribute__((packed, may_alias, aligned(__alignof__(c)))) kn_groups##s##_##t##x##n;          \
  KN mtia_##t##x##n kn_load_every##s##_##t##x##n(const c *p, long at) {                            \
    const kn_groups##s##_##t##x##n x = *(const kn_groups##s##_##t##x##n *)(p + at / s * s);        \
    switch (at % s) { KN_FIELDS_##s(n, s) default : __builtin_unreachable(); }                     \
  }

// Not more lanes than that: of several such loads side by side the compiler makes single elements.
#define KN_EVERY_WIDE(t, c, s) KN_EVERY(t, c, s, 16) KN_EVERY(t, c, s, 32) KN_EVERY(t, c, s, 64)
#define KN_EVERY_HALF(t, c, s) KN_EVERY(t, c, s, 16) KN_EVERY(t, c, s, 32)
#define KN_EVERY_LEAST(t, c, s) KN_EVERY(t, c, s, 16)

#define KN_EVERY_OF(s, of_2, of_4)                                                                 \
  KN_EVERY_WIDE(i8, int8_t, s)                                                                     \
  KN_EVERY_WIDE(u8, uint8_t, s)                                                                    \
  of_2(i16, int16_t, s) of_2(f16, _Float16, s) of_2(bf16, __bf16, s) of_4(i32, int32_t, s)         \
      of_4(f32, float, s)

KN_EVERY_OF(3, KN_EVERY_WIDE, KN_EVERY_HALF)
KN_EVERY_OF(4, KN_EVERY_WIDE, KN_EVERY_HALF)
KN_EVERY_OF(5, KN_EVERY_HALF, KN_EVERY_LEAST)
KN_EVERY_OF(6, KN_EVERY_HALF, KN_EVERY_LEAST)
KN_EVERY_OF(7, KN_EVERY_HALF, KN_EVERY_LEAST)
KN_EVERY_OF(8, KN_EVERY_HALF, KN_EVERY_LEAST)

#endif
