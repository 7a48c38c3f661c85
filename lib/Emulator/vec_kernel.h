// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the functions that compute vectors are written. A file that uses this is compiled
// once for every kind of host (MTIA_VEC_HOST: base, v3) and defines one table:
//
//   #define T(w) U##w
//   V_VV_VX(vadd, U, a + b)                   // functions vadd_vv_8 ... vadd_vx_64
//   const struct mtia_vimpl V_NAME(mtia_vec_int)[MTIA_NUM_VOPS] = {
//     V_ROW_VV_VX_VI(VADD, vadd, 0)           // VADD_VV, VADD_VX, VADD_VI
//   };
//
// and vec_host.c lists the tables. In the expressions a is the element of vs2, b that of
// vs1 or the scalar, d the old one of vd; each has the named type and is promoted as C
// says. The loops have a fixed number of iterations, one register of results each, and
// become SIMD of the host.
#ifndef MTIA_EMULATOR_VEC_KERNEL_H
#define MTIA_EMULATOR_VEC_KERNEL_H

#include "vec.h"

#include <string.h>

#define V_CAT_(a, b) a##_##b
#define V_CAT(a, b) V_CAT_(a, b)
#define V_NAME(name) V_CAT(name, MTIA_VEC_HOST)

typedef uint8_t U8;
typedef uint16_t U16;
typedef uint32_t U32;
typedef uint64_t U64;
typedef unsigned __int128 U128;
typedef int8_t S8;
typedef int16_t S16;
typedef int32_t S32;
typedef int64_t S64;
typedef __int128 S128;

// U16 from U and 16.
#define V_T(sign, w) sign##w
// Twice and half the width.
#define V_X2_8 16
#define V_X2_16 32
#define V_X2_32 64
#define V_X2_64 128
#define V_T2_(sign, w) sign##w
#define V_T2__(sign, w) V_T2_(sign, w)
#define V_T2(sign, w) V_T2__(sign, V_X2_##w)

#define V_SLOT_8 0
#define V_SLOT_16 1
#define V_SLOT_32 2
#define V_SLOT_64 3

//===-- Elements ---------------------------------------------------------------===//

// The lowest bits of a register of elements that are 0 or -1, one behind the other.
typedef bool v_bool64 __attribute__((ext_vector_type(64)));
typedef bool v_bool32 __attribute__((ext_vector_type(32)));
typedef bool v_bool16 __attribute__((ext_vector_type(16)));
typedef bool v_bool8 __attribute__((ext_vector_type(8)));
typedef int8_t v_s8 __attribute__((ext_vector_type(64)));
typedef int16_t v_s16 __attribute__((ext_vector_type(32)));
typedef int32_t v_s32 __attribute__((ext_vector_type(16)));
typedef int64_t v_s64 __attribute__((ext_vector_type(8)));

#define V_BITS(name, vector, bools, word)                                                          \
  static inline uint64_t v_bits_##name(const void *elements) {                                     \
    vector all;                                                                                    \
    memcpy(&all, elements, sizeof all);                                                            \
    bools bits = __builtin_convertvector(all, bools);                                              \
    word value;                                                                                    \
    memcpy(&value, &bits, sizeof value);                                                           \
    return value;                                                                                  \
  }
V_BITS(8, v_s8, v_bool64, uint64_t)
V_BITS(16, v_s16, v_bool32, uint32_t)
V_BITS(32, v_s32, v_bool16, uint16_t)
V_BITS(64, v_s64, v_bool8, uint8_t)
#undef V_BITS

static inline uint64_t v_bits(const void *elements, unsigned bytes) {
  return bytes == 1   ? v_bits_8(elements)
         : bytes == 2 ? v_bits_16(elements)
         : bytes == 4 ? v_bits_32(elements)
                      : v_bits_64(elements);
}

static inline void v_put_bits(uint8_t *out, unsigned at, unsigned count, uint64_t bits) {
  memcpy(out + at / 8, &bits, count / 8); // count is a multiple of 8
}

// The other way: elements that are 1 where the mask's bit is set, else 0.
#define V_LANES(name, vector, bools)                                                               \
  static inline void v_lanes_##name(void *elements, const uint8_t *mask) {                         \
    bools bits;                                                                                    \
    memcpy(&bits, mask, MTIA_VLENB / sizeof(elements_##name) / 8);                                 \
    vector all = __builtin_convertvector(bits, vector);                                            \
    memcpy(elements, &all, sizeof all);                                                            \
  }
typedef uint8_t elements_8;
typedef uint16_t elements_16;
typedef uint32_t elements_32;
typedef uint64_t elements_64;
V_LANES(8, v_s8, v_bool64)
V_LANES(16, v_s16, v_bool32)
V_LANES(32, v_s32, v_bool16)
V_LANES(64, v_s64, v_bool8)
#undef V_LANES

static inline void v_lanes(void *elements, const uint8_t *mask, unsigned bytes) {
  if (bytes == 1)
    v_lanes_8(elements, mask);
  else if (bytes == 2)
    v_lanes_16(elements, mask);
  else if (bytes == 4)
    v_lanes_32(elements, mask);
  else
    v_lanes_64(elements, mask);
}

// A function that computes whole registers: D: type of results (WIDE in the expression); A, B: of
// the sources' elements. SCALAR: b is r->x. CARRY: c is 1 where the bit of v0 is set, else 0. All
// loads of a register's elements come before its stores, and the registers are done from the
// lowest to the highest, so that every overlap that is legal is right.
#define V_FUNCTION_C(fn, D, A, B, SCALAR, CARRY, ...)                                              \
  static __attribute__((unused)) void fn(struct mtia_vrun *r) {                                    \
    typedef D WIDE;                                                                                \
    enum { N = MTIA_VLENB / sizeof(D) };                                                           \
    const A *va = (const A *)(const void *)r->vs2;                                                 \
    const B *vb = (const B *)(const void *)r->vs1;                                                 \
    const D *vd = (const D *)(const void *)r->vd;                                                  \
    const uint8_t *v0 = r->v->reg[0];                                                              \
    uint8_t *out = r->out;                                                                         \
    const B x = (B)r->x;                                                                           \
    (void)va, (void)vb, (void)vd, (void)x, (void)v0, (void)(WIDE)0;                                \
    for (unsigned reg_ = r->regs; reg_; reg_--) {                                                  \
      WIDE result_[N], carry_[N];                                                                  \
      if (CARRY)                                                                                   \
        v_lanes(carry_, v0, sizeof(D));                                                            \
      for (unsigned k = 0; k < N; k++) {                                                           \
        const A a = va[k];                                                                         \
        const B b = SCALAR ? x : vb[k];                                                            \
        const WIDE d = vd[k], c = CARRY ? carry_[k] : 0;                                           \
        (void)a, (void)b, (void)c, (void)d;                                                        \
        result_[k] = (WIDE)(__VA_ARGS__);                                                          \
      }                                                                                            \
      memcpy(out, result_, MTIA_VLENB);                                                            \
      va += N, vb += N, vd += N, v0 += N / 8, out += MTIA_VLENB;                                   \
    }                                                                                              \
  }
#define V_FUNCTION(fn, D, A, B, SCALAR, ...) V_FUNCTION_C(fn, D, A, B, SCALAR, false, __VA_ARGS__)

// The same for masks: the expression of a, b, c gives a bit. A word of results is 64 elements.
#define V_COMPARE_C(fn, A, SCALAR, CARRY, ...)                                                     \
  static __attribute__((unused)) void fn(struct mtia_vrun *r) {                                    \
    typedef A WIDE;                                                                                \
    enum { N = MTIA_VLENB / sizeof(A) };                                                           \
    const A *va = (const A *)(const void *)r->vs2;                                                 \
    const A *vb = (const A *)(const void *)r->vs1;                                                 \
    const uint8_t *v0 = r->v->reg[0];                                                              \
    const A x = (A)r->x;                                                                           \
    (void)vb, (void)x, (void)v0;                                                                   \
    for (unsigned e_ = 0; e_ < r->vl; e_ += N, va += N, vb += N, v0 += N / 8) {                    \
      WIDE yes_[N], carry_[N];                                                                     \
      if (CARRY)                                                                                   \
        v_lanes(carry_, v0, sizeof(A));                                                            \
      for (unsigned k = 0; k < N; k++) {                                                           \
        const A a = va[k];                                                                         \
        const A b = SCALAR ? x : vb[k];                                                            \
        const WIDE c = CARRY ? carry_[k] : 0;                                                      \
        (void)c;                                                                                   \
        yes_[k] = (__VA_ARGS__) ? (WIDE) - 1 : 0;                                                  \
      }                                                                                            \
      v_put_bits(r->out, e_, N, v_bits(yes_, sizeof(A)));                                          \
    }                                                                                              \
  }
#define V_COMPARE(fn, A, SCALAR, ...) V_COMPARE_C(fn, A, SCALAR, false, __VA_ARGS__)

// Bit e of a mask.
static inline bool v_bit(const void *mask, unsigned e) {
  return ((const uint8_t *)mask)[e / 8] >> e % 8 & 1;
}
static inline void v_set_bit(void *mask, unsigned e, bool value) {
  uint8_t *byte = (uint8_t *)mask + e / 8;
  *byte = (uint8_t)((*byte & ~(1u << e % 8)) | (unsigned)value << e % 8);
}

// Word w of the active elements, whether they are all or not.
static inline uint64_t v_active_word(const struct mtia_vrun *r, unsigned w) {
  if (r->active)
    return r->active[w];
  return r->vl - 64 * w >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << r->vl % 64) - 1;
}

// Whether element e is to be computed, first <= e < vl: for functions with MTIA_VF_ACTIVE.
static inline bool v_is_active(const struct mtia_vrun *r, unsigned e) {
  return !r->active || (r->active[e / 64] >> e % 64 & 1);
}
#define V_FOR_ACTIVE(r, e)                                                                         \
  for (unsigned e = (r)->first; e < (r)->vl; e++)                                                  \
    if (v_is_active(r, e))

//===-- Families ----------------------------------------------------------------===//

#define V_WIDTHS(X, ...) X(8, __VA_ARGS__) X(16, __VA_ARGS__) X(32, __VA_ARGS__) X(64, __VA_ARGS__)
// Where the result or a source is twice as wide.
#define V_NARROW_WIDTHS(X, ...) X(8, __VA_ARGS__) X(16, __VA_ARGS__) X(32, __VA_ARGS__)

// d, a, b of one width, signed or unsigned: S or U.
#define V_VV_VX_W(w, name, sign, ...)                                                              \
  V_FUNCTION(name##_vv_##w, V_T(sign, w), V_T(sign, w), V_T(sign, w), false, __VA_ARGS__)          \
  V_FUNCTION(name##_vx_##w, V_T(sign, w), V_T(sign, w), V_T(sign, w), true, __VA_ARGS__)
#define V_VV_VX(name, sign, ...) V_WIDTHS(V_VV_VX_W, name, sign, __VA_ARGS__)

// The result is a mask.
#define V_COMPARE_W(w, name, sign, ...)                                                            \
  V_COMPARE(name##_vv_##w, V_T(sign, w), false, __VA_ARGS__)                                       \
  V_COMPARE(name##_vx_##w, V_T(sign, w), true, __VA_ARGS__)
#define V_COMPARE_VV_VX(name, sign, ...) V_WIDTHS(V_COMPARE_W, name, sign, __VA_ARGS__)

// One source.
#define V_V_W(w, name, sign, ...)                                                                  \
  V_FUNCTION(name##_v_##w, V_T(sign, w), V_T(sign, w), V_T(sign, w), true, __VA_ARGS__)
#define V_V(name, sign, ...) V_WIDTHS(V_V_W, name, sign, __VA_ARGS__)

// d twice as wide as a and b; WIDE is its type.
#define V_WIDEN_W(w, name, ds, as, bs, ...)                                                        \
  V_FUNCTION(name##_vv_##w, V_T2(ds, w), V_T(as, w), V_T(bs, w), false, __VA_ARGS__)               \
  V_FUNCTION(name##_vx_##w, V_T2(ds, w), V_T(as, w), V_T(bs, w), true, __VA_ARGS__)
#define V_WIDEN(name, ds, as, bs, ...) V_NARROW_WIDTHS(V_WIDEN_W, name, ds, as, bs, __VA_ARGS__)
// d and a twice as wide as b.
#define V_WIDEN_WV_W(w, name, ds, bs, ...)                                                         \
  V_FUNCTION(name##_wv_##w, V_T2(ds, w), V_T2(ds, w), V_T(bs, w), false, __VA_ARGS__)              \
  V_FUNCTION(name##_wx_##w, V_T2(ds, w), V_T2(ds, w), V_T(bs, w), true, __VA_ARGS__)
#define V_WIDEN_WV(name, ds, bs, ...) V_NARROW_WIDTHS(V_WIDEN_WV_W, name, ds, bs, __VA_ARGS__)
// a twice as wide as d and b.
#define V_NARROW_W(w, name, ds, as, bs, ...)                                                       \
  V_FUNCTION(name##_wv_##w, V_T(ds, w), V_T2(as, w), V_T(bs, w), false, __VA_ARGS__)               \
  V_FUNCTION(name##_wx_##w, V_T(ds, w), V_T2(as, w), V_T(bs, w), true, __VA_ARGS__)
#define V_NARROW(name, ds, as, bs, ...) V_NARROW_WIDTHS(V_NARROW_W, name, ds, as, bs, __VA_ARGS__)

// Rows of a table: instruction, prefix of the functions' names, MTIA_VF_*.
#define V_ROW(id, fn, flags)                                                                       \
  [MTIA_VOP_##id] = {{V_CAT(fn, 8), V_CAT(fn, 16), V_CAT(fn, 32), V_CAT(fn, 64)}, flags},
#define V_ROW_3(id, fn, flags)                                                                     \
  [MTIA_VOP_##id] = {{V_CAT(fn, 8), V_CAT(fn, 16), V_CAT(fn, 32), NULL}, flags},
// The same function whatever SEW is.
#define V_ROW_ANY(id, fn, flags) [MTIA_VOP_##id] = {{fn, fn, fn, fn}, flags},
#define V_ROW_VV_VX(id, fn, flags) V_ROW(id##_VV, fn##_vv, flags) V_ROW(id##_VX, fn##_vx, flags)
#define V_ROW_VX_VI(id, fn, flags) V_ROW(id##_VX, fn##_vx, flags) V_ROW(id##_VI, fn##_vx, flags)
#define V_ROW_VV_VX_VI(id, fn, flags) V_ROW(id##_VV, fn##_vv, flags) V_ROW_VX_VI(id, fn, flags)
#define V_ROW_WIDEN(id, fn, flags) V_ROW_3(id##_VV, fn##_vv, flags) V_ROW_3(id##_VX, fn##_vx, flags)
#define V_ROW_WIDEN_WV(id, fn, flags)                                                              \
  V_ROW_3(id##_WV, fn##_wv, flags) V_ROW_3(id##_WX, fn##_wx, flags)
#define V_ROW_NARROW(id, fn, flags) V_ROW_WIDEN_WV(id, fn, flags) V_ROW_3(id##_WI, fn##_wx, flags)

#endif
