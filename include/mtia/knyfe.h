// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the C text of knyfe-c is written with: the arithmetic of docs/knyfe.md where C has another
// or none, for scalars (kn_add_i32) and for the vectors of mtia_simd.h (kn_add_i32x64).
//
// Integers wrap (R6.1), division and shifts are defined for every operand (R6.2, R6.3), the greater
// of a number and NaN is NaN (R7.2), conversions to integers saturate (R6.5). bf16 is computed as
// f32 that is rounded after each operation (R6.6); so a value of bf16 is a float here. Functions of
// floating point take what mtia_simd.h has; those that it lacks are below, with their errors.
#ifndef MTIA_KNYFE_H
#define MTIA_KNYFE_H

#include <mtia/mtia_simd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A function of core 1: with vectors, and loops that copy stay loops of vectors.
#define KN_TILE static __attribute__((no_builtin("memcpy", "memmove", "memset"))) MTIA_VECTOR

#define KN static inline __attribute__((always_inline, unused))

// Counters: of phases whose buffers core 0 has made, for which core 1 waits and core 0 for nobody,
// as its loads are on their way while core 1 still begins; of rows whose numbers other PEs have put
// where this one stores them.
enum { KN_BUFFERS = 31, KN_NUMBERS = 30 };

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

KN long kn_least(long a, long b) { return a < b ? a : b; }
KN long kn_greatest(long a, long b) { return a > b ? a : b; }
KN long kn_ceil_div(long a, long b) { return (a + b - 1) / b; }
KN long kn_round_up(long a, long b) { return (a + b - 1) / b * b; }
// Takes bytes of what is left of local memory, if they are there.
KN bool kn_take(long *room, long bytes) {
  bool fits = bytes <= *room;
  *room -= fits ? bytes : 0;
  return fits;
}
// How many of `extent` columns a tile has, a multiple of `granule`: so many that all PEs have
// tiles, at most `most`, and as `room` has place for where each granule beyond the first takes
// `each` bytes.
KN long kn_tile(long extent, long others, long pes, long granule, long most, long room, long each) {
  const long parts = others < 1 || others >= pes ? 1 : kn_ceil_div(pes, others);
  long n = kn_least(kn_ceil_div(extent, parts), most);
  if (each > 0)
    n = kn_least(n, granule * (1 + kn_greatest(room, 0) / each));
  return kn_round_up(kn_greatest(n, 1), granule);
}
// How many rows: the share of a PE, at most `most`, of `extent` and of what `room` has place for.
KN long kn_tile_rows(long extent, long share, long most, long room, long each) {
  long n = kn_least(kn_least(share, most), extent);
  if (each > 0)
    n = kn_least(n, 1 + kn_greatest(room, 0) / each);
  return kn_greatest(n, 1);
}

// Address, for stores by a core, of byte `offset` of the local memory of a PE of the sub-grid.
KN uint64_t kn_remote(long pe, long offset) {
  const long columns = mtia_cols();
  const long row = __builtin_mtia_id(MTIA_ID_GRID_ROW) - mtia_row() + pe / columns;
  const long column = __builtin_mtia_id(MTIA_ID_GRID_COL) - mtia_col() + pe % columns;
  return MTIA_REMOTE_BASE +
         (uint64_t)((row * MTIA_REMOTE_COLUMNS + column) * MTIA_LOCAL_ROOM + offset);
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

#define KN_INTEGER(t, c, u)                                                                        \
  KN c kn_add_##t(c a, c b) { return (c)((u)a + (u)b); }                                           \
  KN c kn_sub_##t(c a, c b) { return (c)((u)a - (u)b); }                                           \
  KN c kn_mul_##t(c a, c b) { return (c)((u)a * (u)b); }                                           \
  KN c kn_neg_##t(c a) { return (c)(0 - (u)a); }                                                   \
  KN c kn_shl_##t(c a, c b) { return (c)((u)a << (b & (c)(8 * sizeof(c) - 1))); }                  \
  KN c kn_shr_##t(c a, c b) { return a >> (b & (c)(8 * sizeof(c) - 1)); }                          \
  KN c kn_div_##t(c a, c b) { return b == 0 ? -1 : b == -1 ? (c)(0 - (u)a) : a / b; }              \
  KN c kn_rem_##t(c a, c b) { return b == 0 ? a : b == -1 ? 0 : a % b; }
KN_INTEGER(i32, int32_t, uint32_t)
KN_INTEGER(i64, int64_t, uint64_t)

#define KN_ORDERED(t, c)                                                                           \
  KN c kn_min_##t(c a, c b) { return a < b ? a : b; }                                              \
  KN c kn_max_##t(c a, c b) { return a > b ? a : b; }
KN_ORDERED(bool, bool)
KN_ORDERED(i4, int8_t)
KN_ORDERED(i8, int8_t)
KN_ORDERED(u8, uint8_t)
KN_ORDERED(i16, int16_t)
KN_ORDERED(i32, int32_t)
KN_ORDERED(i64, int64_t)

#define KN_SIGNED(t, c)                                                                            \
  KN c kn_abs_##t(c a) { return a < 0 ? (c)(0 - (uint64_t)a) : a; }
KN_SIGNED(i8, int8_t)
KN_SIGNED(i16, int16_t)
KN_SIGNED(i32, int32_t)
KN_SIGNED(i64, int64_t)

// An i4 is an int8_t whose upper bits are all like its sign.
KN int8_t kn_wrap_i4(int64_t x) { return (int8_t)((int8_t)((uint8_t)x << 4) >> 4); }
KN int8_t kn_abs_i4(int8_t a) { return kn_wrap_i4(a < 0 ? -a : a); }

// A bf16 as the float that it is.
KN float kn_round_bf16(float x) { return (float)(__bf16)x; }

// Cuts off the fraction, saturates, NaN gives 0.
#define KN_TO_INTEGER(t, c, low, high)                                                             \
  KN c kn_##t##_from_f32(float x) {                                                                \
    return x != x ? 0 : x <= (float)(low) ? (low) : x >= (float)(high) ? (high) : (c)x;            \
  }
KN_TO_INTEGER(i4, int8_t, -8, 7)
KN_TO_INTEGER(i8, int8_t, INT8_MIN, INT8_MAX)
KN_TO_INTEGER(u8, uint8_t, 0, UINT8_MAX)
KN_TO_INTEGER(i16, int16_t, INT16_MIN, INT16_MAX)
KN_TO_INTEGER(i32, int32_t, INT32_MIN, INT32_MAX)
KN_TO_INTEGER(i64, int64_t, INT64_MIN, INT64_MAX)

// To a whole number, ties to even.
KN float kn_even(float x) { return __builtin_roundevenf(x); }

// clamp(round(scaled) + zero, lo, hi) where NaN is 0 (R8.1).
KN int64_t kn_quantize(float scaled, int64_t zero, int64_t lo, int64_t hi) {
  int64_t q = kn_i64_from_f32(kn_even(scaled < -0x1p62f  ? -0x1p62f
                                      : scaled > 0x1p62f ? 0x1p62f
                                                         : scaled)) +
              zero;
  return q < lo ? lo : q > hi ? hi : q;
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

#define KN_COMPARE(t, n)                                                                           \
  KN mtia_maskx##n kn_lt_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {                           \
    return __builtin_convertvector(a < b, mtia_maskx##n);                                          \
  }                                                                                                \
  KN mtia_maskx##n kn_le_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {                           \
    return __builtin_convertvector(a <= b, mtia_maskx##n);                                         \
  }                                                                                                \
  KN mtia_maskx##n kn_eq_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {                           \
    return __builtin_convertvector(a == b, mtia_maskx##n);                                         \
  }                                                                                                \
  KN mtia_maskx##n kn_ne_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {                           \
    return __builtin_convertvector(a != b, mtia_maskx##n);                                         \
  }

#define KN_VECTOR_ORDERED(t, n)                                                                    \
  KN mtia_##t##x##n kn_min_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {                         \
    return mtia_min_##t##x##n(a, b);                                                               \
  }                                                                                                \
  KN mtia_##t##x##n kn_max_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {                         \
    return mtia_max_##t##x##n(a, b);                                                               \
  }

// NaN if one is NaN; of a zero and another the second, as the interpreter has it.
#define KN_VECTOR_FLOAT(t, c, n)                                                                   \
  KN mtia_##t##x##n kn_min_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {                         \
    return ((a < b) | (a != a)) ? a : b;                                                           \
  }                                                                                                \
  KN mtia_##t##x##n kn_max_##t##x##n(mtia_##t##x##n a, mtia_##t##x##n b) {                         \
    return ((a > b) | (a != a)) ? a : b;                                                           \
  }                                                                                                \
  KN mtia_##t##x##n kn_relu_##t##x##n(mtia_##t##x##n x) {                                          \
    return x < (c)0 ? (mtia_##t##x##n)(c)0 : x;                                                    \
  }                                                                                                \
  KN mtia_##t##x##n kn_leaky_relu_##t##x##n(mtia_##t##x##n x, mtia_##t##x##n slope) {              \
    return x < (c)0 ? x * slope : x;                                                               \
  }                                                                                                \
  KN mtia_##t##x##n kn_sqrt_##t##x##n(mtia_##t##x##n x) { return __builtin_elementwise_sqrt(x); }  \
  KN mtia_##t##x##n kn_floor_##t##x##n(mtia_##t##x##n x) {                                         \
    return __builtin_elementwise_floor(x);                                                         \
  }                                                                                                \
  KN mtia_##t##x##n kn_ceil_##t##x##n(mtia_##t##x##n x) { return __builtin_elementwise_ceil(x); }  \
  KN mtia_##t##x##n kn_trunc_##t##x##n(mtia_##t##x##n x) {                                         \
    return __builtin_elementwise_trunc(x);                                                         \
  }                                                                                                \
  KN mtia_##t##x##n kn_round_##t##x##n(mtia_##t##x##n x) {                                         \
    return __builtin_elementwise_roundeven(x);                                                     \
  }                                                                                                \
  /* Ties away from zero. */                                                                       \
  KN mtia_##t##x##n kn_round_away_##t##x##n(mtia_##t##x##n x) {                                    \
    return __builtin_elementwise_round(x);                                                         \
  }

// Greatest and least element, NaN if there is one.
#define KN_EXTREME(t, c, n)                                                                        \
  KN c kn_hmax_##t##x##n(mtia_##t##x##n x) {                                                       \
    return __builtin_reduce_or(__builtin_convertvector(x != x, mtia_i8x##n))                       \
               ? x[0] - x[0] + (c)__builtin_nanf("")                                               \
               : mtia_hmax_##t##x##n(x);                                                           \
  }                                                                                                \
  KN c kn_hmin_##t##x##n(mtia_##t##x##n x) {                                                       \
    return __builtin_reduce_or(__builtin_convertvector(x != x, mtia_i8x##n))                       \
               ? x[0] - x[0] + (c)__builtin_nanf("")                                               \
               : mtia_hmin_##t##x##n(x);                                                           \
  }

// What is read of lanes for which something holds; the others are those of `otherwise`. load_inside
// reads lanes whose subscripts, `at` of the first one, are of a dimension of `extent`, `count`
// lanes at most. gather takes p[at[i]], load_second p[0], p[2], p[4] and so on, `count` of them,
// and 0. load_even is the same for all lanes, and reads one element more, behind them; load_odd one
// in front of them. store_pairs stores two vectors' elements in turn, of store_first_pairs `count`
// of each.
#define KN_READS(t, c, n)                                                                          \
  KN mtia_##t##x##n kn_load_if_##t##x##n(const c *p, mtia_maskx##n mask,                           \
                                         mtia_##t##x##n otherwise) {                               \
    return __builtin_masked_load(mask, p, otherwise);                                              \
  }                                                                                                \
  KN mtia_##t##x##n kn_load_inside_##t##x##n(const c *p, long at, long extent, long count,         \
                                             mtia_##t##x##n otherwise) {                           \
    if (at >= 0 && at + n <= extent && count >= n)                                                 \
      return mtia_load_##t##x##n(p);                                                               \
    mtia_maskx##n mask = mtia_first_maskx##n(kn_greatest(kn_least(extent - at, count), 0)) &       \
                         ~mtia_first_maskx##n(kn_greatest(-at, 0));                                \
    return __builtin_masked_load(mask, p, otherwise);                                              \
  }                                                                                                \
  KN mtia_##t##x##n kn_gather_##t##x##n(const c *p, mtia_i32x##n at, mtia_maskx##n mask,           \
                                        mtia_##t##x##n otherwise) {                                \
    return __builtin_masked_gather(mask, at, p, otherwise);                                        \
  }                                                                                                \
  KN mtia_##t##x##n kn_load_second_##t##x##n(const c *p, long count) {                             \
    return __builtin_shufflevector(mtia_load_first_##t##x##n(p, 2 * count - 1),                    \
                                   mtia_load_first_##t##x##n(p + n, 2 * count - 1 - n),            \
                                   KN_EVEN_##n(0));                                                \
  }                                                                                                \
  typedef struct {                                                                                 \
    c value __attribute__((ext_vector_type(2 * n)));                                               \
  } __attribute__((packed, may_alias, aligned(__alignof__(c)))) kn_pairs_##t##x##n;                \
  KN mtia_##t##x##n kn_load_even_##t##x##n(const c *p) {                                           \
    const kn_pairs_##t##x##n x = *(const kn_pairs_##t##x##n *)p;                                   \
    return __builtin_shufflevector(x.value, x.value, KN_EVEN_##n(0));                              \
  }                                                                                                \
  KN mtia_##t##x##n kn_load_odd_##t##x##n(const c *p) {                                            \
    const kn_pairs_##t##x##n x = *(const kn_pairs_##t##x##n *)(p - 1);                             \
    return __builtin_shufflevector(x.value, x.value, KN_EVEN_##n(1));                              \
  }                                                                                                \
  KN void kn_store_pairs_##t##x##n(c *p, mtia_##t##x##n even, mtia_##t##x##n odd) {                \
    ((kn_pairs_##t##x##n *)p)->value = __builtin_shufflevector(even, odd, KN_TURN_##n(0, n));      \
  }                                                                                                \
  KN void kn_store_first_pairs_##t##x##n(c *p, long count, mtia_##t##x##n even,                    \
                                         mtia_##t##x##n odd) {                                     \
    kn_pairs_##t##x##n x = {__builtin_shufflevector(even, odd, KN_TURN_##n(0, n))};                \
    mtia_store_first_##t##x##n(                                                                    \
        p, 2 * count, __builtin_shufflevector(x.value, x.value, MTIA_SIMD_INDICES_##n(0)));        \
    mtia_store_first_##t##x##n(                                                                    \
        p + n, 2 * count - n,                                                                      \
        __builtin_shufflevector(x.value, x.value, MTIA_SIMD_INDICES_##n(n)));                      \
  }
// Adds the first `count` lanes to p[at[i]], which are all different.
#define KN_ADD_LANES(t, c, n)                                                                      \
  KN void kn_add_lanes_##t##x##n(c *p, mtia_i32x##n at, mtia_##t##x##n x, long count) {            \
    const mtia_maskx##n mask = mtia_first_maskx##n(count);                                         \
    x += __builtin_masked_gather(mask, at, p, (mtia_##t##x##n)(c)0);                               \
    __builtin_masked_scatter(mask, at, x, p);                                                      \
  }
KN_ADD_LANES(i32, int32_t, 16)
KN_ADD_LANES(i32, int32_t, 32)
KN_ADD_LANES(f32, float, 16)
KN_ADD_LANES(f32, float, 32)
#define KN_EVEN_8(b) b, b + 2, b + 4, b + 6, b + 8, b + 10, b + 12, b + 14
#define KN_EVEN_16(b) KN_EVEN_8(b), KN_EVEN_8(b + 16)
#define KN_EVEN_32(b) KN_EVEN_16(b), KN_EVEN_16(b + 32)
#define KN_EVEN_64(b) KN_EVEN_32(b), KN_EVEN_32(b + 64)
#define KN_TURN_8(b, n)                                                                            \
  b, b + n, b + 1, b + n + 1, b + 2, b + n + 2, b + 3, b + n + 3, b + 4, b + n + 4, b + 5,         \
      b + n + 5, b + 6, b + n + 6, b + 7, b + n + 7
#define KN_TURN_16(b, n) KN_TURN_8(b, n), KN_TURN_8(b + 8, n)
#define KN_TURN_32(b, n) KN_TURN_16(b, n), KN_TURN_16(b + 16, n)
#define KN_TURN_64(b, n) KN_TURN_32(b, n), KN_TURN_32(b + 32, n)

// Greatest (least) element of each lane so far, and `at` of the vector that it comes from: its
// place, less its lane; the first of equals. NaN is looked for beside it, as it beats all.
// end_place: the place of `most`, the greatest of all; place: the same of one vector.
#define KN_PLACES(t, c, n)                                                                         \
  KN int32_t kn_end_place_##t##x##n(mtia_##t##x##n best, c most, mtia_i32x##n place) {             \
    mtia_maskx##n here = kn_eq_##t##x##n(best, (mtia_##t##x##n)most);                              \
    place += mtia_iota_i32x##n();                                                                  \
    return mtia_hmin_i32x##n(mtia_select_i32x##n(here, place, (mtia_i32x##n)INT32_MAX));           \
  }                                                                                                \
  KN int32_t kn_place_##t##x##n(mtia_##t##x##n best, c most) {                                     \
    return kn_first_of_x##n(kn_eq_##t##x##n(best, (mtia_##t##x##n)most));                          \
  }
#define KN_ARG(t, n, kind, better)                                                                 \
  KN void kn_arg##kind##_##t##x##n(mtia_##t##x##n *best, mtia_i32x##n *place, mtia_##t##x##n x,    \
                                   long at) {                                                      \
    mtia_maskx##n take = better;                                                                   \
    *best = mtia_##kind##_##t##x##n(*best, x);                                                     \
    *place = mtia_select_i32x##n(take, (mtia_i32x##n)(int32_t)at, *place);                         \
  }
#define KN_ARG_BETTER_max(t, n) kn_lt_##t##x##n(*best, x)
#define KN_ARG_BETTER_min(t, n) kn_lt_##t##x##n(x, *best)
#define KN_ARGS(t, c, n)                                                                           \
  KN_PLACES(t, c, n)                                                                               \
  KN_ARG(t, n, max, KN_ARG_BETTER_max(t, n))                                                       \
  KN_ARG(t, n, min, KN_ARG_BETTER_min(t, n))
// The place of the first NaN, if there is none yet.
#define KN_FLOAT_ARGS(t, c, n)                                                                     \
  KN_ARGS(t, c, n)                                                                                 \
  KN void kn_nan_##t##x##n(kn_boolx##n *nan, mtia_##t##x##n x) {                                   \
    *nan |= __builtin_convertvector(x != x, kn_boolx##n);                                          \
  }                                                                                                \
  KN bool kn_any_nan_##t##x##n(kn_boolx##n nan) { return kn_anyx##n(nan); }                        \
  KN void kn_first_nan_##t##x##n(int32_t *place, mtia_##t##x##n x, long at) {                      \
    mtia_maskx##n nan = kn_ne_##t##x##n(x, x);                                                     \
    if (*place < 0 && kn_anyx##n(nan))                                                             \
      *place = (int32_t)at + kn_first_of_x##n(nan);                                                \
  }

// NaN instead of x, without a branch: what stands side by side would wait for each.
#define KN_OR_NAN(name, type, bits_type, nan_bits)                                                 \
  KN type kn_or_nan_##name(type x, bool nan) {                                                     \
    bits_type bits;                                                                                \
    __builtin_memcpy(&bits, &x, sizeof x);                                                         \
    bits |= -(bits_type)nan & nan_bits;                                                            \
    __builtin_memcpy(&x, &bits, sizeof x);                                                         \
    return x;                                                                                      \
  }
KN_OR_NAN(f32, float, uint32_t, 0x7fc00000)
KN_OR_NAN(f16, _Float16, uint16_t, 0x7e00)
#undef KN_OR_NAN

// Greatest (least) element of each lane so far, and whether one was NaN.
#define KN_EXTREME_STEPS(t, c, n)                                                                  \
  KN void kn_step_max_##t##x##n(mtia_##t##x##n *most, kn_boolx##n *nan, mtia_##t##x##n x) {        \
    *most = mtia_max_##t##x##n(*most, x);                                                          \
    *nan |= __builtin_convertvector(x != x, kn_boolx##n);                                          \
  }                                                                                                \
  KN void kn_step_min_##t##x##n(mtia_##t##x##n *least, kn_boolx##n *nan, mtia_##t##x##n x) {       \
    *least = mtia_min_##t##x##n(*least, x);                                                        \
    *nan |= __builtin_convertvector(x != x, kn_boolx##n);                                          \
  }                                                                                                \
  KN c kn_end_max_##t##x##n(mtia_##t##x##n most, kn_boolx##n nan) {                                \
    bool any = __builtin_reduce_or(__builtin_convertvector(nan, mtia_i8x##n));                     \
    return kn_or_nan_##t(mtia_hmax_##t##x##n(most), any);                                          \
  }                                                                                                \
  KN c kn_end_min_##t##x##n(mtia_##t##x##n least, kn_boolx##n nan) {                               \
    bool any = __builtin_reduce_or(__builtin_convertvector(nan, mtia_i8x##n));                     \
    return kn_or_nan_##t(mtia_hmin_##t##x##n(least), any);                                         \
  }

// The greatest size of each lane so far, as bits, which are in the order of the sizes; those of NaN
// are above all others.
#define KN_SIZES(t, c, u, b, mask, n)                                                              \
  KN void kn_step_size_##t##x##n(mtia_##u##x##n *most, mtia_##t##x##n x) {                         \
    *most = mtia_max_##u##x##n(*most, (mtia_##u##x##n)x & mask);                                   \
  }                                                                                                \
  KN c kn_end_size_##t##x##n(mtia_##u##x##n most) {                                                \
    uint##b##_t bits = mtia_hmax_##u##x##n(most);                                                  \
    c size;                                                                                        \
    __builtin_memcpy(&size, &bits, sizeof size);                                                   \
    return size;                                                                                   \
  }

#define KN_VECTOR(n)                                                                               \
  typedef double kn_f64x##n __attribute__((ext_vector_type(n)));                                   \
  typedef int64_t kn_i64x##n __attribute__((ext_vector_type(n)));                                  \
  typedef _Bool kn_boolx##n __attribute__((ext_vector_type(n)));                                   \
  KN_READS(i8, int8_t, n)                                                                          \
  KN_READS(u8, uint8_t, n)                                                                         \
  KN_READS(i16, int16_t, n)                                                                        \
  KN_READS(i32, int32_t, n)                                                                        \
  KN_READS(f16, _Float16, n)                                                                       \
  KN_READS(bf16, __bf16, n)                                                                        \
  KN_READS(f32, float, n)                                                                          \
  KN bool kn_anyx##n(mtia_maskx##n x) {                                                            \
    return __builtin_reduce_or(x ? (mtia_u8x##n)1 : (mtia_u8x##n)0) != 0;                          \
  }                                                                                                \
  KN bool kn_allx##n(mtia_maskx##n x) { return !kn_anyx##n(~x); }                                  \
  /* The first lane that is true; one is. */                                                       \
  KN int32_t kn_first_of_x##n(mtia_maskx##n x) {                                                   \
    uint##n##_t bits;                                                                              \
    __builtin_memcpy(&bits, &x, sizeof bits);                                                      \
    return __builtin_ctzll(bits);                                                                  \
  }                                                                                                \
  /* Lanes whose subscript is one of a dimension of `extent`. */                                   \
  KN mtia_maskx##n kn_insidex##n(mtia_i32x##n at, long extent) {                                   \
    return __builtin_convertvector((mtia_u32x##n)at < (uint32_t)extent, mtia_maskx##n);            \
  }                                                                                                \
  KN mtia_i32x##n kn_iota_i32x##n(long first) { return mtia_iota_i32x##n() + (int32_t)first; }     \
  /* Of a known place: what is computed of it does not become a table in DRAM. */                  \
  KN mtia_i32x##n kn_places_i32x##n(long first) {                                                  \
    int32_t from = (int32_t)first;                                                                 \
    __asm__("" : "+r"(from));                                                                      \
    return mtia_iota_i32x##n() + from;                                                             \
  }                                                                                                \
  KN mtia_i32x##n kn_add_i32x##n(mtia_i32x##n a, mtia_i32x##n b) {                                 \
    return (mtia_i32x##n)((mtia_u32x##n)a + (mtia_u32x##n)b);                                      \
  }                                                                                                \
  KN mtia_i32x##n kn_sub_i32x##n(mtia_i32x##n a, mtia_i32x##n b) {                                 \
    return (mtia_i32x##n)((mtia_u32x##n)a - (mtia_u32x##n)b);                                      \
  }                                                                                                \
  KN mtia_i32x##n kn_mul_i32x##n(mtia_i32x##n a, mtia_i32x##n b) {                                 \
    return (mtia_i32x##n)((mtia_u32x##n)a * (mtia_u32x##n)b);                                      \
  }                                                                                                \
  KN mtia_i32x##n kn_neg_i32x##n(mtia_i32x##n a) { return (mtia_i32x##n)(0 - (mtia_u32x##n)a); }   \
  KN mtia_i32x##n kn_shl_i32x##n(mtia_i32x##n a, mtia_i32x##n b) {                                 \
    return (mtia_i32x##n)((mtia_u32x##n)a << (mtia_u32x##n)(b & 31));                              \
  }                                                                                                \
  KN mtia_i32x##n kn_shr_i32x##n(mtia_i32x##n a, mtia_i32x##n b) { return a >> (b & 31); }         \
  KN mtia_i32x##n kn_div_i32x##n(mtia_i32x##n a, mtia_i32x##n b) {                                 \
    mtia_i32x##n odd = (b == 0) | (b == -1);                                                       \
    mtia_i32x##n q = a / (odd ? (mtia_i32x##n)1 : b);                                              \
    q = b == -1 ? kn_neg_i32x##n(a) : q;                                                           \
    return b == 0 ? (mtia_i32x##n)(-1) : q;                                                        \
  }                                                                                                \
  KN mtia_i32x##n kn_rem_i32x##n(mtia_i32x##n a, mtia_i32x##n b) {                                 \
    mtia_i32x##n odd = (b == 0) | (b == -1);                                                       \
    mtia_i32x##n r = a % (odd ? (mtia_i32x##n)1 : b);                                              \
    return b == 0 ? a : r;                                                                         \
  }                                                                                                \
  KN_COMPARE(i8, n)                                                                                \
  KN_COMPARE(u8, n)                                                                                \
  KN_COMPARE(i16, n)                                                                               \
  KN_COMPARE(i32, n)                                                                               \
  KN_COMPARE(f16, n)                                                                               \
  KN_COMPARE(f32, n)                                                                               \
  KN_VECTOR_ORDERED(i8, n)                                                                         \
  KN_VECTOR_ORDERED(u8, n)                                                                         \
  KN_VECTOR_ORDERED(i16, n)                                                                        \
  KN_VECTOR_ORDERED(i32, n)                                                                        \
  KN_VECTOR_FLOAT(f16, _Float16, n)                                                                \
  KN_VECTOR_FLOAT(f32, float, n)                                                                   \
  KN_EXTREME(f16, _Float16, n)                                                                     \
  KN_EXTREME(f32, float, n)                                                                        \
  KN_EXTREME_STEPS(f16, _Float16, n)                                                               \
  KN_EXTREME_STEPS(f32, float, n)                                                                  \
  KN_SIZES(f16, _Float16, u16, 16, 0x7fff, n)                                                      \
  KN_SIZES(f32, float, u32, 32, 0x7fffffff, n)                                                     \
  KN_ARGS(i8, int8_t, n)                                                                           \
  KN_ARGS(u8, uint8_t, n)                                                                          \
  KN_ARGS(i16, int16_t, n)                                                                         \
  KN_ARGS(i32, int32_t, n)                                                                         \
  KN_FLOAT_ARGS(f16, _Float16, n)                                                                  \
  KN_FLOAT_ARGS(f32, float, n)                                                                     \
  /* Truth values are bytes in memory. */                                                          \
  KN mtia_maskx##n kn_mask_from_u8x##n(mtia_u8x##n x) {                                            \
    return __builtin_convertvector(x != 0, mtia_maskx##n);                                         \
  }                                                                                                \
  KN mtia_u8x##n kn_u8_from_maskx##n(mtia_maskx##n x) {                                            \
    return x ? (mtia_u8x##n)1 : (mtia_u8x##n)0;                                                    \
  }                                                                                                \
  /* One more in the lanes where the mask is true. */                                              \
  KN mtia_u8x##n kn_count_u8x##n(mtia_u8x##n count, mtia_maskx##n x) {                             \
    return count + kn_u8_from_maskx##n(x);                                                         \
  }                                                                                                \
  KN mtia_u16x##n kn_count_u16x##n(mtia_u16x##n count, mtia_maskx##n x) {                          \
    return count + __builtin_convertvector(kn_u8_from_maskx##n(x), mtia_u16x##n);                  \
  }                                                                                                \
  /* Rounded to bf16, as a float again. */                                                         \
  KN mtia_f32x##n kn_bf16_f32x##n(mtia_f32x##n x) {                                                \
    return mtia_f32x##n##_from_bf16x##n(mtia_bf16x##n##_from_f32x##n(x));                          \
  }                                                                                                \
  /* Fraction cut off, saturated, NaN 0. */                                                        \
  KN mtia_i32x##n kn_i32_from_f32x##n(mtia_f32x##n x) {                                            \
    const mtia_f32x##n low = __builtin_elementwise_min(x, (mtia_f32x##n)0x1.fffffep30f);           \
    const mtia_f32x##n inside = __builtin_elementwise_max(low, (mtia_f32x##n)(-0x1p31f));          \
    mtia_i32x##n r = __builtin_convertvector(inside, mtia_i32x##n);                                \
    r = x < 0x1p31f ? r : (mtia_i32x##n)INT32_MAX;                                                 \
    return x == x ? r : (mtia_i32x##n)0;                                                           \
  }                                                                                                \
  KN mtia_i16x##n kn_i16_from_f32x##n(mtia_f32x##n x) {                                            \
    return mtia_i16x##n##_from_i32x##n(kn_i32_from_f32x##n(x));                                    \
  }                                                                                                \
  KN mtia_i8x##n kn_i8_from_f32x##n(mtia_f32x##n x) {                                              \
    return mtia_i8x##n##_from_i32x##n(kn_i32_from_f32x##n(x));                                     \
  }                                                                                                \
  KN mtia_u8x##n kn_u8_from_f32x##n(mtia_f32x##n x) {                                              \
    return mtia_u8x##n##_from_i32x##n(kn_i32_from_f32x##n(x));                                     \
  }                                                                                                \
  /* clamp(round(scaled) + zero, lo, hi), NaN is 0; exact for zero points within 2^30. */          \
  KN mtia_i32x##n kn_quantize_i32x##n(mtia_f32x##n scaled, mtia_i32x##n zero, int32_t lo,          \
                                      int32_t hi) {                                                \
    mtia_i32x##n r = mtia_i32x##n##_from_f32x##n(scaled);                                          \
    r = scaled == scaled ? r : (mtia_i32x##n)0;                                                    \
    r = mtia_add_sat_i32x##n(r, zero);                                                             \
    return mtia_min_i32x##n(mtia_max_i32x##n(r, (mtia_i32x##n)lo), (mtia_i32x##n)hi);              \
  }                                                                                                \
  /* The same to 8 bits with one zero point: in 16 bits, where nothing that matters saturates. */  \
  KN mtia_i16x##n kn_quantize_i16x##n(mtia_f32x##n scaled, int32_t zero, int32_t lo, int32_t hi) { \
    if (zero < -32000 || zero > 32000)                                                             \
      return __builtin_convertvector(kn_quantize_i32x##n(scaled, (mtia_i32x##n)zero, lo, hi),      \
                                     mtia_i16x##n);                                                \
    mtia_i16x##n r = mtia_i16x##n##_from_f32x##n(scaled);                                          \
    mtia_i16x##n number = __builtin_convertvector(scaled == scaled, mtia_i16x##n);                 \
    r = mtia_add_sat_i16x##n(number ? r : (mtia_i16x##n)0, (mtia_i16x##n)(int16_t)zero);           \
    return mtia_min_i16x##n(mtia_max_i16x##n(r, (mtia_i16x##n)(int16_t)lo),                        \
                            (mtia_i16x##n)(int16_t)hi);                                            \
  }                                                                                                \
  /* Of i8 without a zero point. Without the assembly the compiler takes all steps together,       \
     and has no instructions for what comes of it. */                                              \
  KN mtia_i8x##n kn_quantize_i8x##n(mtia_f32x##n scaled) {                                         \
    int16_t zero = 0;                                                                              \
    __asm__("" : "+r"(zero));                                                                      \
    mtia_i16x##n r = mtia_i16x##n##_from_f32x##n(scaled);                                          \
    mtia_i16x##n number = __builtin_convertvector(scaled == scaled, mtia_i16x##n);                 \
    r = mtia_add_sat_i16x##n(number ? r : (mtia_i16x##n)0, (mtia_i16x##n)zero);                    \
    return mtia_i8x##n##_from_i16x##n(r);                                                          \
  }                                                                                                \
  /* Exact, as f32 has twice the digits. */                                                        \
  KN mtia_f32x##n kn_product_f32x##n(mtia_f16x##n a, mtia_f16x##n b) {                             \
    return mtia_f32x##n##_from_f16x##n(a) * mtia_f32x##n##_from_f16x##n(b);                        \
  }                                                                                                \
  /* The sum in any order. Without the assembly the compiler makes several sums together, by       \
     halves, where one instruction each is faster. */                                              \
  KN float kn_sum_f32x##n(mtia_f32x##n x) {                                                        \
    float sum = mtia_hsum_any_f32x##n(x);                                                          \
    __asm__("" : "+f"(sum));                                                                       \
    return sum;                                                                                    \
  }                                                                                                \
  /* a / b of the same b many times: by its reciprocal, where that is a normal number. */          \
  KN mtia_f32x##n kn_quotient_f32x##n(mtia_f32x##n a, float b) {                                   \
    float size = __builtin_fabsf(b);                                                               \
    if (size >= 0x1p-126f && size <= 0x1p126f)                                                     \
      return a * (1.0f / b);                                                                       \
    return a / b;                                                                                  \
  }                                                                                                \
  KN mtia_f32x##n kn_rsqrt_f32x##n(mtia_f32x##n x) {                                               \
    return 1.0f / __builtin_elementwise_sqrt(x);                                                   \
  }                                                                                                \
  KN mtia_f32x##n kn_exp_f32x##n(mtia_f32x##n x) { return mtia_exp_f32x##n(x); }                   \
  KN mtia_f32x##n kn_log_f32x##n(mtia_f32x##n x) { return mtia_log_f32x##n(x); }                   \
  KN mtia_f32x##n kn_tanh_f32x##n(mtia_f32x##n x) { return mtia_tanh_f32x##n(x); }                 \
  KN mtia_f32x##n kn_sigmoid_f32x##n(mtia_f32x##n x) { return mtia_sigmoid_f32x##n(x); }           \
  /* x / (1 + e^-x); far below 0 with e^(x + 64), as x e^x is there still where e^x is not. */     \
  KN mtia_f32x##n kn_silu_f32x##n(mtia_f32x##n x) {                                                \
    typedef mtia_f32x##n f;                                                                        \
    f size = mtia_abs_f32x##n(x);                                                                  \
    f e = mtia_exp_f32x##n((size > 64.0f ? (f)64.0f : (f)0.0f) - size);                            \
    f near = (x < 0.0f ? x * e : x) / (1.0f + e);                                                  \
    f far = x < 0.0f ? x * e * 0x1.969d48p-93f : x;                                                \
    far = x < -128.0f ? (f) - 0.0f : far;                                                          \
    return size > 64.0f ? far : near;                                                              \
  }                                                                                                \
  /* erfc(z) for z >= 0.7 where square = z * z and rest = what that lost: e^-square times a        \
     polynomial of t = 1 / (z + 2), fitted for the least relative error, 3.4e-08. */               \
  KN mtia_f32x##n kn_far_erfc_f32x##n(mtia_f32x##n z, mtia_f32x##n square, mtia_f32x##n rest) {    \
    MTIA_SIMD_ORDERED                                                                              \
    mtia_f32x##n t = 1.0f / (z + 2.0f);                                                            \
    mtia_f32x##n p = t * -0x1.ac54b4p+4f + 0x1.0f376ep+6f;                                         \
    p = p * t - 0x1.dc6d56p+5f;                                                                    \
    p = p * t + 0x1.11b9b8p+4f;                                                                    \
    p = p * t - 0x1.a24e0cp-1f;                                                                    \
    p = p * t + 0x1.a175e2p+1f;                                                                    \
    p = p * t + 0x1.f0d214p+0f;                                                                    \
    p = p * t + 0x1.213d4ap+0f;                                                                    \
    p = p * t + 0x1.20d9fp-1f;                                                                     \
    mtia_f32x##n e = mtia_exp_f32x##n(-square);                                                    \
    return p * t * (e - e * rest);                                                                 \
  }                                                                                                \
  /* erf(z) for 0 <= z < 1: an odd polynomial, relative error 1.2e-9 before rounding. */           \
  KN mtia_f32x##n kn_near_erf_f32x##n(mtia_f32x##n z) {                                            \
    MTIA_SIMD_ORDERED                                                                              \
    mtia_f32x##n s = z * z;                                                                        \
    mtia_f32x##n p = s * -0x1.4383fep-17f + 0x1.d8268ep-14f;                                       \
    p = p * s - 0x1.bcbe9ap-11f;                                                                   \
    p = p * s + 0x1.5628eep-8f;                                                                    \
    p = p * s - 0x1.b829a8p-6f;                                                                    \
    p = p * s + 0x1.ce2f08p-4f;                                                                    \
    p = p * s - 0x1.812746p-2f;                                                                    \
    p = p * s + 0x1.20dd76p+0f;                                                                    \
    return z * p;                                                                                  \
  }                                                                                                \
  KN mtia_f32x##n kn_erf_f32x##n(mtia_f32x##n x) {                                                 \
    mtia_f32x##n size = mtia_abs_f32x##n(x);                                                       \
    mtia_f32x##n z = size > 4.0f ? (mtia_f32x##n)4.0f : size; /* 1 - erf(4) is 1.5e-8 */           \
    mtia_f32x##n square = z * z;                                                                   \
    mtia_f32x##n far = 1.0f - kn_far_erfc_f32x##n(z, square, (mtia_f32x##n)0.0f);                  \
    mtia_f32x##n y = size < 1.0f ? kn_near_erf_f32x##n(x) : (x < 0.0f ? -far : far);               \
    return x == x ? y : x;                                                                         \
  }                                                                                                \
  /* x times the normal distribution, which for x < 0 is erfc of |x| / sqrt 2, over 2. */          \
  KN mtia_f32x##n kn_gelu_f32x##n(mtia_f32x##n x) {                                                \
    mtia_f32x##n size = mtia_abs_f32x##n(x);                                                       \
    size = size > 15.0f ? (mtia_f32x##n)15.0f : size; /* erfc is 0 there */                        \
    mtia_f32x##n z = size * 0x1.6a09e6p-1f;                                                        \
    mtia_f32x##n square = size * size;                                                             \
    mtia_f32x##n rest = __builtin_elementwise_fma(size, size, -square);                            \
    mtia_f32x##n tail = 0.5f * kn_far_erfc_f32x##n(z, 0.5f * square, 0.5f * rest);                 \
    mtia_f32x##n half = 0.5f * kn_near_erf_f32x##n(z);                                             \
    tail = z < 0.7f ? 0.5f - half : tail;                                                          \
    mtia_f32x##n y = x * (x < 0.0f ? tail : 1.0f - tail);                                          \
    return x < -15.0f ? (mtia_f32x##n)(-0.0f) : y;                                                 \
  }                                                                                                \
  /* e^(b ln a) in f64: ln to 1e-12, e^x to 1e-11. */                                              \
  KN mtia_f32x##n kn_pow_f32x##n(mtia_f32x##n a, mtia_f32x##n b) {                                 \
    typedef kn_f64x##n d;                                                                          \
    typedef kn_i64x##n i;                                                                          \
    d x = __builtin_convertvector(mtia_abs_f32x##n(a), d);                                         \
    d y = __builtin_convertvector(b, d);                                                           \
    i bits = (i)x - 0x3fe6a09e667f3bcdL; /* 1 / sqrt 2 */                                          \
    d k = __builtin_convertvector(bits >> 52, d);                                                  \
    d m = (d)((bits & 0xfffffffffffffL) + 0x3fe6a09e667f3bcdL);                                    \
    d s = (m - 1.0) / (m + 1.0);                                                                   \
    d s2 = s * s;                                                                                  \
    d p = s2 * (1.0 / 13) + (1.0 / 11);                                                            \
    p = p * s2 + (1.0 / 9);                                                                        \
    p = p * s2 + (1.0 / 7);                                                                        \
    p = p * s2 + 0.2;                                                                              \
    p = p * s2 + (1.0 / 3);                                                                        \
    p = p * s2 + 1.0;                                                                              \
    d t = y * (k + 2.8853900817779268 * s * p); /* in powers of two */                             \
    t = t > 200.0 ? (d)200.0 : t;                                                                  \
    t = t < -200.0 ? (d)(-200.0) : t;                                                              \
    d whole = __builtin_elementwise_roundeven(t);                                                  \
    d r = (t - whole) * 0.69314718055994531;                                                       \
    d e = r * (1.0 / 3628800) + (1.0 / 362880);                                                    \
    e = e * r + (1.0 / 40320);                                                                     \
    e = e * r + (1.0 / 5040);                                                                      \
    e = e * r + (1.0 / 720);                                                                       \
    e = e * r + (1.0 / 120);                                                                       \
    e = e * r + (1.0 / 24);                                                                        \
    e = e * r + (1.0 / 6);                                                                         \
    e = e * r + 0.5;                                                                               \
    e = e * r + 1.0;                                                                               \
    e = e * r + 1.0;                                                                               \
    e = e * (d)((__builtin_convertvector(whole, i) + 1023) << 52);                                 \
    typedef mtia_f32x##n f;                                                                        \
    f result = __builtin_convertvector(e, f);                                                      \
    const float inf = __builtin_inff();                                                            \
    f size = mtia_abs_f32x##n(a);                                                                  \
    /* 0 and infinity to the power b. */                                                           \
    mtia_i32x##n up = (b > 0.0f) == (size > 1.0f);                                                 \
    result = ((size == 0.0f) | (size == inf)) ? (up ? (f)inf : (f)0.0f) : result;                  \
    mtia_i32x##n grows = (b < 0.0f) == (size < 1.0f);                                              \
    result = mtia_abs_f32x##n(b) == inf ? (size == 1.0f ? (f)1.0f                                  \
                                           : grows      ? (f)inf                                   \
                                                        : (f)0.0f)                                 \
                                        : result;                                                  \
    f half = b * 0.5f;                                                                             \
    mtia_i32x##n odd = (b == __builtin_elementwise_trunc(b)) &                                     \
                       (half != __builtin_elementwise_trunc(half)) &                               \
                       (mtia_abs_f32x##n(b) < 0x1p24f);                                            \
    mtia_i32x##n negative = (mtia_i32x##n)a < 0;                                                   \
    result = (negative & odd) ? -result : result;                                                  \
    mtia_i32x##n nowhere = (a < 0.0f) & (size != inf) & (b != __builtin_elementwise_trunc(b));     \
    result = (nowhere | (a != a) | (b != b)) ? (f)__builtin_nanf("") : result;                     \
    return ((b == 0.0f) | (a == 1.0f)) ? (f)1.0f : result;                                         \
  }

KN_VECTOR(16)
KN_VECTOR(32)
KN_VECTOR(64)

// Sums up to each of 16 lanes, `before` is that of all terms in front of them, in all lanes;
// kn_shifted: the same without the lane's own term. kn_last: the last lane in all lanes.
#define KN_RUNNING(t, c, add)                                                                      \
  KN mtia_##t##x16 kn_last_##t##x16(mtia_##t##x16 x) {                                             \
    return __builtin_shufflevector(x, x, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,   \
                                   15, 15);                                                        \
  }                                                                                                \
  KN mtia_##t##x16 kn_shifted_##t##x16(mtia_##t##x16 before, mtia_##t##x16 x) {                    \
    return __builtin_shufflevector(before, x, MTIA_SIMD_INDICES_16(15));                           \
  }                                                                                                \
  KN mtia_##t##x16 kn_running_##t##x16(mtia_##t##x16 x, mtia_##t##x16 before) {                    \
    const mtia_##t##x16 zero = {0};                                                                \
    x = add(x, __builtin_shufflevector(zero, x, MTIA_SIMD_INDICES_16(15)));                        \
    x = add(x, __builtin_shufflevector(zero, x, MTIA_SIMD_INDICES_16(14)));                        \
    x = add(x, __builtin_shufflevector(zero, x, MTIA_SIMD_INDICES_16(12)));                        \
    x = add(x, __builtin_shufflevector(zero, x, MTIA_SIMD_INDICES_16(8)));                         \
    return add(x, before);                                                                         \
  }                                                                                                \
  typedef struct {                                                                                 \
    c value __attribute__((ext_vector_type(128)));                                                 \
  } __attribute__((packed, may_alias, aligned(__alignof__(c)))) kn_runs_##t##x128;                 \
  /* 16 runs of 8 elements side by side, as a store of segments. */                                \
  KN void kn_store_runs_##t##x128(c *p, mtia_##t##x16 a, mtia_##t##x16 b, mtia_##t##x16 e,         \
                                  mtia_##t##x16 d, mtia_##t##x16 f, mtia_##t##x16 g,               \
                                  mtia_##t##x16 h, mtia_##t##x16 i) {                              \
    mtia_##t##x32 ab = __builtin_shufflevector(a, b, MTIA_SIMD_INDICES_32(0));                     \
    mtia_##t##x32 ed = __builtin_shufflevector(e, d, MTIA_SIMD_INDICES_32(0));                     \
    mtia_##t##x32 fg = __builtin_shufflevector(f, g, MTIA_SIMD_INDICES_32(0));                     \
    mtia_##t##x32 hi = __builtin_shufflevector(h, i, MTIA_SIMD_INDICES_32(0));                     \
    mtia_##t##x64 lower = __builtin_shufflevector(ab, ed, MTIA_SIMD_INDICES_64(0));                \
    mtia_##t##x64 upper = __builtin_shufflevector(fg, hi, MTIA_SIMD_INDICES_64(0));                \
    ((kn_runs_##t##x128 *)p)->value = __builtin_shufflevector(lower, upper, KN_RUNS);              \
  }                                                                                                \
  /* The sums up to each of 128 elements x, and (both) without the element itself; adds all of     \
     them to `before`. */                                                                          \
  KN void kn_runs_##t(const c *x, c *to, c *shifted, bool both, mtia_##t##x16 *before) {           \
    const kn_runs_##t##x128 all = *(const kn_runs_##t##x128 *)x;                                   \
    mtia_##t##x16 a = __builtin_shufflevector(all.value, all.value, KN_EIGHTH(0));                 \
    mtia_##t##x16 b = add(a, __builtin_shufflevector(all.value, all.value, KN_EIGHTH(1)));         \
    mtia_##t##x16 e = add(b, __builtin_shufflevector(all.value, all.value, KN_EIGHTH(2)));         \
    mtia_##t##x16 d = add(e, __builtin_shufflevector(all.value, all.value, KN_EIGHTH(3)));         \
    mtia_##t##x16 f = add(d, __builtin_shufflevector(all.value, all.value, KN_EIGHTH(4)));         \
    mtia_##t##x16 g = add(f, __builtin_shufflevector(all.value, all.value, KN_EIGHTH(5)));         \
    mtia_##t##x16 h = add(g, __builtin_shufflevector(all.value, all.value, KN_EIGHTH(6)));         \
    mtia_##t##x16 i = add(h, __builtin_shufflevector(all.value, all.value, KN_EIGHTH(7)));         \
    mtia_##t##x16 runs = kn_running_##t##x16(i, *before);                                          \
    mtia_##t##x16 base = kn_shifted_##t##x16(*before, runs);                                       \
    *before = kn_last_##t##x16(runs);                                                              \
    a = add(a, base), b = add(b, base), e = add(e, base), d = add(d, base);                        \
    f = add(f, base), g = add(g, base), h = add(h, base), i = runs;                                \
    kn_store_runs_##t##x128(to, a, b, e, d, f, g, h, i);                                           \
    if (both)                                                                                      \
      kn_store_runs_##t##x128(shifted, base, a, b, e, d, f, g, h);                                 \
  }                                                                                                \
  KN void kn_running_runs_##t##x128(const c *x, c *to, mtia_##t##x16 *before) {                    \
    kn_runs_##t(x, to, to, false, before);                                                         \
  }                                                                                                \
  KN void kn_running_both_##t##x128(const c *x, c *to, c *shifted, mtia_##t##x16 *before) {        \
    kn_runs_##t(x, to, shifted, true, before);                                                     \
  }
#define KN_EIGHTH(k)                                                                               \
  k, k + 8, k + 16, k + 24, k + 32, k + 40, k + 48, k + 56, k + 64, k + 72, k + 80, k + 88,        \
      k + 96, k + 104, k + 112, k + 120
#define KN_RUN(k) k, k + 16, k + 32, k + 48, k + 64, k + 80, k + 96, k + 112
#define KN_RUNS                                                                                    \
  KN_RUN(0), KN_RUN(1), KN_RUN(2), KN_RUN(3), KN_RUN(4), KN_RUN(5), KN_RUN(6), KN_RUN(7),          \
      KN_RUN(8), KN_RUN(9), KN_RUN(10), KN_RUN(11), KN_RUN(12), KN_RUN(13), KN_RUN(14), KN_RUN(15)
#define KN_PLUS(a, b) ((a) + (b))
KN_RUNNING(i32, int32_t, kn_add_i32x16)
KN_RUNNING(f32, float, KN_PLUS)

// Functions of f16, and of single numbers, by those of f32.
#define KN_BY_F32(f, n)                                                                            \
  KN mtia_f16x##n kn_##f##_f16x##n(mtia_f16x##n x) {                                               \
    return mtia_f16x##n##_from_f32x##n(kn_##f##_f32x##n(mtia_f32x##n##_from_f16x##n(x)));          \
  }
#define KN_FUNCTION(f)                                                                             \
  KN_BY_F32(f, 16)                                                                                 \
  KN_BY_F32(f, 32)                                                                                 \
  KN_BY_F32(f, 64)                                                                                 \
  KN float kn_##f##_f32(float x) { return kn_##f##_f32x16((mtia_f32x16)x)[0]; }                    \
  KN _Float16 kn_##f##_f16(_Float16 x) { return (_Float16)kn_##f##_f32((float)x); }
KN_FUNCTION(exp)
KN_FUNCTION(log)
KN_FUNCTION(rsqrt)
KN_FUNCTION(tanh)
KN_FUNCTION(sigmoid)
KN_FUNCTION(erf)
KN_FUNCTION(gelu)
KN_FUNCTION(silu)

//===----------------------------------------------------------------------===//
// The SIMD engine
//===----------------------------------------------------------------------===//

// Order between core 1 and the units, for the compiler: what core 1 loads and stores stays on its
// side of KN_HERE, and what it reads at an index comes behind KN_BEHIND.
#define KN_HERE() __asm__ volatile("" : : : "memory")
#define KN_BEHIND(index) __asm__ volatile("" : "+r"(index) : : "memory")

// The SE's op(from[i]) of n elements in buffer `in`, put `to` bytes behind the tail of buffer
// `out`.
// An operation of the SE that quantises groups, each with its scale: see KN_GROUP_QUANTISER.
enum { KN_GROUPS = 1 << 8, KN_QUANTISE_GROUPS = MTIA_SE_QUANTISE | KN_GROUPS };
#define KN_ENGINE_STARTS(op, from_type, to_type, out, to, in, from, n)                             \
  do {                                                                                             \
    __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(from_type, 0, to_type, MTIA_SE_EACH) |                 \
                                    ((op) & KN_GROUPS ? MTIA_SE_CHAN : 0));                        \
    __mtia_cr_w2(MTIA_CR_SE_LEN, n, to);                                                           \
    __mtia_cr_w2(MTIA_CR_SE_SRC, from, 0);                                                         \
    __mtia_se_un(out, in, (op) & ~KN_GROUPS);                                                      \
  } while (0)

// to[i] = op(from[i]) of n elements in local memory, by the SE; waits for it. CB_ENGINE_IN and
// CB_ENGINE_OUT are both all of local memory, the first one full.
#define KN_ENGINE(op, from_type, to_type, to, from, n)                                             \
  do {                                                                                             \
    const uint64_t kn_to = (uint64_t)(to), kn_from = (uint64_t)(from), kn_n = (uint64_t)(n);       \
    __asm__ volatile("" : : "r"(kn_to), "r"(kn_from) : "memory");                                  \
    if (kn_n > 0) {                                                                                \
      KN_ENGINE_STARTS(op, from_type, to_type, CB_ENGINE_OUT, kn_to - MTIA_LOCAL_BASE,             \
                       CB_ENGINE_IN, kn_from - MTIA_LOCAL_BASE, kn_n);                             \
      __mtia_sync();                                                                               \
    }                                                                                              \
    __asm__ volatile("" : : "r"(kn_to) : "memory");                                                \
  } while (0)

// The same to the tail of buffer `out`, which gets `bytes` when the SE has made them: core 1 goes
// on.
#define KN_ENGINE_GIVE(op, from_type, to_type, out, in, from, n, bytes)                            \
  do {                                                                                             \
    const uint64_t kn_from = (uint64_t)(from), kn_n = (uint64_t)(n);                               \
    KN_HERE();                                                                                     \
    KN_ENGINE_STARTS(op, from_type, to_type, out, 0, in, kn_from - __mtia_cb_head(in, 0), kn_n);   \
    __mtia_cb_push(out, bytes);                                                                    \
  } while (0)

// Behind it, all that the SE was given has been made.
#define KN_ENGINE_MEET() __mtia_sync()
// A variable that the compiler knows nothing about.
#define KN_HIDE(variable) __asm__("" : "+r"(variable))

// The SE's quantize(from[i], scale, zero) to 8 bits (R8.1) from here on, MTIA_SE_QUANTISE.
#define KN_QUANTISER(to_type, scale, zero)                                                         \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(scale), (uint32_t)(zero));                          \
    __mtia_cr_w2(MTIA_CR_QCLAMP, (to_type) == MTIA_SE_U8 ? 0 : (uint32_t)-128,                     \
                 (to_type) == MTIA_SE_U8 ? 255 : 127);                                             \
    __mtia_cr_w(MTIA_CR_QMODE, 0); /* to nearest, ties to even */                                  \
  } while (0)

// The same with a scale for each `size` elements, the first one at `scales` in local memory:
// KN_QUANTISE_GROUPS.
#define KN_GROUP_QUANTISER(to_type, scales, size, zero)                                            \
  do {                                                                                             \
    const uint64_t kn_scales = (uint64_t)(scales);                                                 \
    __asm__ volatile("" : : "r"(kn_scales) : "memory");                                            \
    KN_QUANTISER(to_type, 1.0f, zero);                                                             \
    __mtia_cr_w(MTIA_CR_SE_ROW, size);                                                             \
    __mtia_cr_w2(MTIA_CR_QCHAN, CB_ENGINE_IN | 1 << 5, kn_scales - MTIA_LOCAL_BASE);               \
  } while (0)

//===----------------------------------------------------------------------===//
// Packed values: i4, two in a byte, low half first, and rows of tables with scale and bias (R4.6)
//===----------------------------------------------------------------------===//

KN int8_t kn_i4(const uint8_t *row, long i) { return kn_wrap_i4(row[i / 2] >> (i % 2 * 4)); }

// Elements of a row are stored in their order.
KN void kn_store_i4(uint8_t *row, long i, int v) {
  row[i / 2] = (uint8_t)(i % 2 ? (row[i / 2] & 15) | (v & 15) << 4 : v & 15);
}

KN float kn_f32_at(const uint8_t *p) {
  float x;
  __builtin_memcpy(&x, p, sizeof x);
  return x;
}
KN float kn_f16_at(const uint8_t *p) {
  _Float16 x;
  __builtin_memcpy(&x, p, sizeof x);
  return (float)x;
}

KN mtia_u8x16 kn_load_u4x16(const uint8_t *p, long count) {
  mtia_u16x16 x = __builtin_convertvector(
      mtia_load_first_u8x16(p, count < 16 ? (count + 1) / 2 : 8), mtia_u16x16);
  mtia_u8x32 both = (mtia_u8x32)((x & 15) | (x >> 4) << 8);
  return __builtin_shufflevector(both, both, MTIA_SIMD_INDICES_16(0));
}
KN mtia_u8x32 kn_load_u4x32(const uint8_t *p, long count) {
  mtia_u16x16 x = __builtin_convertvector(
      mtia_load_first_u8x16(p, count < 32 ? (count + 1) / 2 : 16), mtia_u16x16);
  return (mtia_u8x32)((x & 15) | (x >> 4) << 8);
}
KN mtia_u8x64 kn_load_u4x64(const uint8_t *p, long count) {
  mtia_u16x32 x = __builtin_convertvector(
      mtia_load_first_u8x32(p, count < 64 ? (count + 1) / 2 : 32), mtia_u16x32);
  return (mtia_u8x64)((x & 15) | (x >> 4) << 8);
}

// The same of i4.
#define KN_UNPACK(n)                                                                               \
  KN mtia_i8x##n kn_unpack_i8x##n(const uint8_t *p, long count) {                                  \
    return (mtia_i8x##n)(kn_load_u4x##n(p, count) ^ 8) - 8;                                        \
  }
KN_UNPACK(16)
KN_UNPACK(32)
KN_UNPACK(64)

// Elements i.. of a row of d values: value, values of n at a time, where they and scale and bias
// are.
#define KN_TABLE(name, at, half, values, extra, element)                                           \
  KN float kn_##name(const uint8_t *row, long i, long d) {                                         \
    (void)d;                                                                                       \
    const uint8_t *q = row + (values);                                                             \
    const uint8_t *e = row + (extra);                                                              \
    return __builtin_fmaf(at(e), (float)(element), at(e + (half)));                                \
  }
#define KN_TABLE_VECTOR(name, at, half, values, extra, n, load)                                    \
  KN mtia_f32x##n kn_##name##_x##n(const uint8_t *row, long i, long d, long count) {               \
    (void)d;                                                                                       \
    const uint8_t *q = row + (values);                                                             \
    const uint8_t *e = row + (extra);                                                              \
    return mtia_madd_f32x##n((mtia_f32x##n)at(e + (half)),                                         \
                             __builtin_convertvector(load, mtia_f32x##n), (mtia_f32x##n)at(e));    \
  }
#define KN_TABLES(name, at, half, values, extra, element, load16, load32, load64)                  \
  KN_TABLE(name, at, half, values, extra, element)                                                 \
  KN_TABLE_VECTOR(name, at, half, values, extra, 16, load16)                                       \
  KN_TABLE_VECTOR(name, at, half, values, extra, 32, load32)                                       \
  KN_TABLE_VECTOR(name, at, half, values, extra, 64, load64)
KN_TABLES(rowq8, kn_f32_at, 4, 0, d, q[i], mtia_load_first_u8x16(q + i, count),
          mtia_load_first_u8x32(q + i, count), mtia_load_first_u8x64(q + i, count))
KN_TABLES(rowq8h, kn_f16_at, 2, 4, 0, q[i], mtia_load_first_u8x16(q + i, count),
          mtia_load_first_u8x32(q + i, count), mtia_load_first_u8x64(q + i, count))
KN_TABLES(rowq4, kn_f32_at, 4, 0, (d + 1) / 2, (q[i / 2] >> (i % 2 * 4)) & 15,
          kn_load_u4x16(q + i / 2, count), kn_load_u4x32(q + i / 2, count),
          kn_load_u4x64(q + i / 2, count))
KN_TABLES(rowq4h, kn_f16_at, 2, 4, 0, (q[i / 2] >> (i % 2 * 4)) & 15,
          kn_load_u4x16(q + i / 2, count), kn_load_u4x32(q + i / 2, count),
          kn_load_u4x64(q + i / 2, count))

#define KN_POW_F16(n)                                                                              \
  KN mtia_f16x##n kn_pow_f16x##n(mtia_f16x##n a, mtia_f16x##n b) {                                 \
    return mtia_f16x##n##_from_f32x##n(                                                            \
        kn_pow_f32x##n(mtia_f32x##n##_from_f16x##n(a), mtia_f32x##n##_from_f16x##n(b)));           \
  }
KN_POW_F16(16)
KN_POW_F16(32)
KN_POW_F16(64)

#define KN_FLOAT(t, c)                                                                             \
  KN c kn_min_##t(c a, c b) { return a < b || a != a ? a : b; }                                    \
  KN c kn_max_##t(c a, c b) { return a > b || a != a ? a : b; }                                    \
  KN c kn_relu_##t(c x) { return x < (c)0 ? (c)0 : x; }                                            \
  KN c kn_leaky_relu_##t(c x, c slope) { return x < (c)0 ? (c)(x * slope) : x; }                   \
  KN c kn_abs_##t(c x) { return (c)__builtin_fabsf((float)x); }                                    \
  KN c kn_sqrt_##t(c x) { return (c)__builtin_sqrtf((float)x); }                                   \
  KN c kn_floor_##t(c x) { return (c)__builtin_floorf((float)x); }                                 \
  KN c kn_ceil_##t(c x) { return (c)__builtin_ceilf((float)x); }                                   \
  KN c kn_trunc_##t(c x) { return (c)__builtin_truncf((float)x); }                                 \
  KN c kn_round_##t(c x) { return (c)__builtin_roundevenf((float)x); }                             \
  KN c kn_round_away_##t(c x) { return (c)__builtin_roundf((float)x); }                            \
  KN c kn_pow_##t(c a, c b) {                                                                      \
    return (c)kn_pow_f32x16((mtia_f32x16)(float)a, (mtia_f32x16)(float)b)[0];                      \
  }
KN_FLOAT(f16, _Float16)
KN_FLOAT(f32, float)

// Adds a shorter vector to the first lanes.
KN mtia_f32x32 kn_join16_f32x32(mtia_f32x32 a, mtia_f32x16 b) {
  a.lo += b;
  return a;
}
KN mtia_f32x64 kn_join32_f32x64(mtia_f32x64 a, mtia_f32x32 b) {
  a.lo += b;
  return a;
}
KN mtia_f32x64 kn_join16_f32x64(mtia_f32x64 a, mtia_f32x16 b) {
  a.lo = kn_join16_f32x32(a.lo, b);
  return a;
}

#include <mtia/knyfe_pairs.h>

#endif
