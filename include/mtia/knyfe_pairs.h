/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Neighbours that are reduced together, as windows of two by two are (knyfe.h includes this): what
 * is loaded holds n pairs of elements, side by side as in memory. Such vectors are reduced as
 * others are, and at last the two of each pair.
 */
#ifndef MTIA_KNYFE_PAIRS_H
#define MTIA_KNYFE_PAIRS_H

#define KN_PAIRS(t, c, n, m)                                                                       \
  typedef c kn_##t##x##m __attribute__((ext_vector_type(m)));                                      \
  KN kn_##t##x##m kn_load_pairs_##t##x##n(const c *p) {                                            \
    return ((const kn_pairs_##t##x##n *)p)->value;                                                 \
  }

// The reduction `op` of two vectors of pairs, `both` of a and b; then of the two of each pair.
#define KN_REDUCE_PAIRS(op, t, n, m, both)                                                         \
  KN kn_##t##x##m kn_##op##_pairs_##t##x##n(kn_##t##x##m a, kn_##t##x##m b) { return both; }       \
  KN mtia_##t##x##n kn_##op##_of_pairs_##t##x##n(kn_##t##x##m x) {                                 \
    typedef mtia_##t##x##n half;                                                                   \
    const half a = __builtin_shufflevector(x, x, KN_EVEN_##n(0));                                  \
    const half b = __builtin_shufflevector(x, x, KN_EVEN_##n(1));                                  \
    return both;                                                                                   \
  }

#define KN_ORDERED_PAIRS(t, c, n, m)                                                               \
  KN_PAIRS(t, c, n, m)                                                                             \
  KN_REDUCE_PAIRS(max, t, n, m, __builtin_elementwise_max(a, b))                                   \
  KN_REDUCE_PAIRS(min, t, n, m, __builtin_elementwise_min(a, b))

// NaN if one is NaN, as kn_max has it.
#define KN_FLOAT_PAIRS(t, c, n, m)                                                                 \
  KN_PAIRS(t, c, n, m)                                                                             \
  KN_REDUCE_PAIRS(max, t, n, m, ((a > b) | (a != a)) ? a : b)                                      \
  KN_REDUCE_PAIRS(min, t, n, m, ((a < b) | (a != a)) ? a : b)                                      \
  KN_REDUCE_PAIRS(add, t, n, m, a + b)

// Every second element from p on, of lanes whose subscripts, `at`, at + 2 and so on, are of a
// dimension of `extent`, `count` lanes at most; the others are those of `otherwise`, all alike.
#define KN_SECOND_INSIDE(t, c, n)                                                                  \
  KN mtia_##t##x##n kn_load_second_inside_##t##x##n(const c *p, long at, long extent, long count,  \
                                                    mtia_##t##x##n otherwise) {                    \
    return __builtin_shufflevector(                                                                \
        kn_load_inside_##t##x##n(p, at, extent, 2 * count - 1, otherwise),                         \
        kn_load_inside_##t##x##n(p + n, at + n, extent, 2 * count - 1 - n, otherwise),             \
        KN_EVEN_##n(0));                                                                           \
  }

#define KN_ALL_PAIRS(n, m)                                                                         \
  KN_ORDERED_PAIRS(i8, int8_t, n, m)                                                               \
  KN_ORDERED_PAIRS(u8, uint8_t, n, m)                                                              \
  KN_ORDERED_PAIRS(i16, int16_t, n, m)                                                             \
  KN_ORDERED_PAIRS(i32, int32_t, n, m)                                                             \
  KN_FLOAT_PAIRS(f16, _Float16, n, m)                                                              \
  KN_FLOAT_PAIRS(f32, float, n, m)                                                                 \
  KN_SECOND_INSIDE(i8, int8_t, n)                                                                  \
  KN_SECOND_INSIDE(u8, uint8_t, n)                                                                 \
  KN_SECOND_INSIDE(i16, int16_t, n)                                                                \
  KN_SECOND_INSIDE(i32, int32_t, n)                                                                \
  KN_SECOND_INSIDE(f16, _Float16, n)                                                               \
  KN_SECOND_INSIDE(bf16, __bf16, n)                                                                \
  KN_SECOND_INSIDE(f32, float, n)

KN_ALL_PAIRS(16, 32)
KN_ALL_PAIRS(32, 64)
KN_ALL_PAIRS(64, 128)

#endif
