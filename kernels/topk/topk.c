// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The k greatest elements of rows; <mtia/kernels.h> says in which order.
//
// A PE has as many rows as the others, to one; rows are not cut, so there should be as many as PEs.
// Core 0 loads them, blocks of short ones or chunks of 8192 elements of long ones. Core 1, with
// vectors:
//   threshold    the elements are dealt out to 128 lanes (256 for k > 64). The k-th greatest of the
//                lanes' greatest elements is not above the k-th greatest of all: k lanes have an
//                element that is not below it. It is found by bisection. For k = 64 about 90
//                elements of a random row are not below it. Behind the first chunk of a row the
//                threshold is the k-th greatest so far
//   candidates   the places of elements that are not below the threshold are compressed into a
//                list; if that gets full, all but its k greatest go
//   ranks        of each candidate: how many are greater. Equal ones are told apart by their
//                places: of 16-bit types, which have many, the place is in the lower bits of the
//                key; of f32 another pass looks for them, if ranks are not a permutation
// Rows of up to 256 elements are all candidates.
#include "../launch.h"
#include "../rows.h"
#include "../se.h"
#include <riscv_vector.h>

KN_STACK_LINES(1);

enum { CB_IN, CB_VALUES, CB_INDICES };
enum {
  MOST_K = 128,
  CHUNK = 8192, // elements
  NARROW = 256, // elements of a row that are all candidates
  LANES = 128,  // elements of a step
  LIST = 768,   // candidates
  BLOCK = 8 * 1024,
  IN_ROOM = 64 * 1024,
  OUT_ROWS = 32, // of a block
  IN_AT = MTIA_LOCAL_BASE,
  VALUES_AT = IN_AT + IN_ROOM,
  VALUES_SLOT = OUT_ROWS * 4 * MOST_K,
  INDICES_AT = VALUES_AT + VALUES_SLOT,
  LISTS_AT = INDICES_AT + VALUES_SLOT,
};

// Candidates, in the order of their places.
struct lists {
  int32_t keys[LIST];           // ordered as the elements
  int32_t index[LIST];          // in the row
  uint16_t place[LIST + LANES]; // in the chunk
  uint16_t rank[LIST];
  int32_t top_keys[MOST_K], top_index[MOST_K];
};
_Static_assert(LISTS_AT + sizeof(struct lists) <= MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE,
               "local memory");

static struct lists *get_lists(void) { return (struct lists *)(uintptr_t)LISTS_AT; }

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// Integers in the order of numbers; -0 is 0, and a NaN more than infinity.
ALWAYS_INLINE MTIA_VECTOR vint32m8_t make_keys(vfloat32m8_t x, size_t vl) {
  x = __riscv_vfadd_vf_f32m8(x, 0.0f, vl);
  vint32m8_t bits = __riscv_vreinterpret_v_f32m8_i32m8(x);
  vint32m8_t sign = __riscv_vsra_vx_i32m8(bits, 31, vl);
  bits = __riscv_vxor_vv_i32m8(bits, __riscv_vand_vx_i32m8(sign, INT32_MAX, vl), vl);
  vbool4_t nan = __riscv_vmfne_vv_f32m8_b4(x, x, vl);
  return __riscv_vmerge_vxm_i32m8(bits, 0x7FC00000, nan, vl);
}

// The lower bits of keys of 16-bit types, which are 0 or, below 0, ones.
enum { LOW = 0x1FFF };
_Static_assert(LIST <= LOW, "places");

// Instead of them: places in the list from `first` on, of which the lower is the greater key.
ALWAYS_INLINE MTIA_VECTOR vint32m8_t add_places(vint32m8_t keys, size_t first, size_t vl) {
  vint32m8_t lane = __riscv_vreinterpret_v_u32m8_i32m8(__riscv_vid_v_u32m8(vl));
  vint32m8_t place = __riscv_vrsub_vx_i32m8(lane, (int32_t)(LOW - first), vl);
  return __riscv_vor_vv_i32m8(__riscv_vand_vx_i32m8(keys, ~LOW, vl), place, vl);
}

ALWAYS_INLINE int32_t without_place(int32_t key) { return (key & ~LOW) | (key >> 31 & LOW); }

ALWAYS_INLINE int32_t key_bits(int32_t key) { return key ^ ((key >> 31) & INT32_MAX); }

ALWAYS_INLINE MTIA_VECTOR vfloat32m8_t load(enum mtia_se_type type, const char *x, size_t at,
                                            size_t vl) {
  if (type == MTIA_SE_F32)
    return __riscv_vle32_v_f32m8((const float *)x + at, vl);
  vuint16m4_t half = __riscv_vle16_v_u16m4((const uint16_t *)x + at, vl);
  if (type == MTIA_SE_F16)
    return __riscv_vfwcvt_f_f_v_f32m8(__riscv_vreinterpret_v_u16m4_f16m4(half), vl);
  return __riscv_vreinterpret_v_u32m8_f32m8(
      __riscv_vsll_vx_u32m8(__riscv_vzext_vf2_u32m8(half, vl), 16, vl));
}

ALWAYS_INLINE MTIA_VECTOR vfloat32m8_t load_places(enum mtia_se_type type, const char *x,
                                                   vuint16m4_t places, size_t vl) {
  if (type == MTIA_SE_F32)
    return __riscv_vluxei32_v_f32m8(
        (const float *)x, __riscv_vsll_vx_u32m8(__riscv_vzext_vf2_u32m8(places, vl), 2, vl), vl);
  vuint16m4_t half =
      __riscv_vluxei16_v_u16m4((const uint16_t *)x, __riscv_vsll_vx_u16m4(places, 1, vl), vl);
  if (type == MTIA_SE_F16)
    return __riscv_vfwcvt_f_f_v_f32m8(__riscv_vreinterpret_v_u16m4_f16m4(half), vl);
  return __riscv_vreinterpret_v_u32m8_f32m8(
      __riscv_vsll_vx_u32m8(__riscv_vzext_vf2_u32m8(half, vl), 16, vl));
}

// The key of a number that k of the lanes' greatest elements are not below.
ALWAYS_INLINE MTIA_VECTOR int32_t find_threshold(enum mtia_se_type type, const char *x, size_t n,
                                                 size_t k) {
  float low = -__builtin_inff();
  vfloat32m8_t a = __riscv_vfmv_v_f_f32m8(low, LANES), b = __riscv_vfmv_v_f_f32m8(low, LANES);
  size_t at = 0;
  for (; at + 2 * LANES <= n; at += 2 * LANES) {
    a = __riscv_vfmax_vv_f32m8(a, load(type, x, at, LANES), LANES);
    b = __riscv_vfmax_vv_f32m8(b, load(type, x, at + LANES, LANES), LANES);
  }
  for (; at < n; at += LANES) {
    size_t vl = n - at < LANES ? n - at : LANES;
    a = __riscv_vfmax_vv_f32m8_tu(a, a, load(type, x, at, vl), vl);
  }
  bool all = k > LANES / 2;
  if (!all)
    a = __riscv_vfmax_vv_f32m8(a, b, LANES);
  vint32m8_t p = make_keys(a, LANES), q = make_keys(b, LANES);
  vint32m1_t least = __riscv_vmv_v_x_i32m1(INT32_MAX, 1);
  vint32m1_t most = __riscv_vmv_v_x_i32m1(INT32_MIN, 1);
  least = __riscv_vredmin_vs_i32m8_i32m1(p, least, LANES);
  most = __riscv_vredmax_vs_i32m8_i32m1(p, most, LANES);
  if (all) {
    least = __riscv_vredmin_vs_i32m8_i32m1(q, least, LANES);
    most = __riscv_vredmax_vs_i32m8_i32m1(q, most, LANES);
  }
  int64_t from = __riscv_vmv_x_s_i32m1_i32(least);
  int64_t to = (int64_t)__riscv_vmv_x_s_i32m1_i32(most) + 1;
  while (to - from > 1) {
    int64_t middle = from + (to - from) / 2;
    size_t count = __riscv_vcpop_m_b4(__riscv_vmsge_vx_i32m8_b4(p, (int32_t)middle, LANES), LANES);
    if (all)
      count += __riscv_vcpop_m_b4(__riscv_vmsge_vx_i32m8_b4(q, (int32_t)middle, LANES), LANES);
    if (count < k)
      to = middle;
    else
      from = middle;
    if (count == k)
      break;
  }
  return (int32_t)from;
}

// rank[i] = how many of the keys are greater than keys[i]. Gives the sum of all.
MTIA_VECTOR static size_t rank(struct lists *l, size_t count) {
  size_t sum = 0;
  for (size_t i = 0; i < count; i += LANES) {
    size_t vl = count - i < LANES ? count - i : LANES;
    vint32m8_t keys = __riscv_vle32_v_i32m8(l->keys + i, vl);
    vuint16m4_t ranks = __riscv_vmv_v_x_u16m4(0, vl);
#pragma clang loop unroll_count(4)
    for (size_t j = 0; j < count; j++) {
      vbool4_t greater = __riscv_vmslt_vx_i32m8_b4(keys, l->keys[j], vl);
      ranks = __riscv_vadd_vx_u16m4_mu(greater, ranks, ranks, 1, vl);
    }
    __riscv_vse16_v_u16m4(l->rank + i, ranks, vl);
    vuint32m1_t none = __riscv_vmv_v_x_u32m1(0, 1);
    sum += __riscv_vmv_x_s_u32m1_u32(__riscv_vwredsumu_vs_u16m4_u32m1(ranks, none, vl));
  }
  return sum;
}

// The same of up to 128 keys, which stay in registers.
MTIA_VECTOR static size_t rank_few(struct lists *l, size_t count) {
  vint32m8_t keys = __riscv_vle32_v_i32m8(l->keys, count);
  vuint8m2_t ranks = __riscv_vmv_v_x_u8m2(0, count);
#pragma clang loop unroll_count(8)
  for (size_t j = 0; j < count; j++) {
    vbool4_t greater = __riscv_vmslt_vx_i32m8_b4(keys, l->keys[j], count);
    ranks = __riscv_vadd_vx_u8m2_mu(greater, ranks, ranks, 1, count);
  }
  __riscv_vse16_v_u16m4(l->rank, __riscv_vzext_vf2_u16m4(ranks, count), count);
  vuint16m1_t none = __riscv_vmv_v_x_u16m1(0, 1);
  return __riscv_vmv_x_s_u16m1_u16(__riscv_vwredsumu_vs_u8m2_u16m1(ranks, none, count));
}

// Equal keys have equal ranks: each also counts those in front of it.
MTIA_VECTOR static void tell_apart(struct lists *l, size_t count) {
  for (size_t i = 0; i < count; i += LANES) {
    size_t vl = count - i < LANES ? count - i : LANES;
    vint32m8_t keys = __riscv_vle32_v_i32m8(l->keys + i, vl);
    vuint16m4_t ranks = __riscv_vle16_v_u16m4(l->rank + i, vl);
    vuint16m4_t place = __riscv_vadd_vx_u16m4(__riscv_vid_v_u16m4(vl), (uint16_t)i, vl);
    for (size_t j = 0; j < i + vl; j++) {
      vbool4_t equal = __riscv_vmseq_vx_i32m8_b4(keys, l->keys[j], vl);
      vbool4_t behind = __riscv_vmsgtu_vx_u16m4_b4(place, (uint16_t)j, vl);
      ranks = __riscv_vadd_vx_u16m4_mu(__riscv_vmand_mm_b4(equal, behind, vl), ranks, ranks, 1, vl);
    }
    __riscv_vse16_v_u16m4(l->rank + i, ranks, vl);
  }
}

static void rank_all(struct lists *l, size_t count) {
  size_t sum = count <= LANES ? rank_few(l, count) : rank(l, count);
  if (sum != count * (count - 1) / 2)
    tell_apart(l, count);
}

// Keeps the k candidates of the least ranks.
MTIA_VECTOR static void keep(bool places, struct lists *l, size_t count, size_t k) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i += LANES) {
    size_t vl = count - i < LANES ? count - i : LANES;
    vuint16m4_t ranks = __riscv_vle16_v_u16m4(l->rank + i, vl);
    vbool4_t good = __riscv_vmsltu_vx_u16m4_b4(ranks, (uint16_t)k, vl);
    vint32m8_t keys = __riscv_vcompress_vm_i32m8(__riscv_vle32_v_i32m8(l->keys + i, vl), good, vl);
    vint32m8_t index =
        __riscv_vcompress_vm_i32m8(__riscv_vle32_v_i32m8(l->index + i, vl), good, vl);
    size_t some = __riscv_vcpop_m_b4(good, vl);
    if (places)
      keys = add_places(keys, kept, some);
    __riscv_vse32_v_i32m8(l->keys + kept, keys, some);
    __riscv_vse32_v_i32m8(l->index + kept, index, some);
    kept += some;
  }
}

// Places of the chunk, from place[0] on, to candidates behind the first `count`.
ALWAYS_INLINE MTIA_VECTOR void add_candidates(enum mtia_se_type type, const char *x, uint32_t first,
                                              struct lists *l, size_t count, size_t more) {
  for (size_t i = 0; i < more; i += LANES) {
    size_t vl = more - i < LANES ? more - i : LANES;
    vuint16m4_t places = __riscv_vle16_v_u16m4(l->place + i, vl);
    vint32m8_t keys = make_keys(load_places(type, x, places, vl), vl);
    if (type != MTIA_SE_F32)
      keys = add_places(keys, count + i, vl);
    __riscv_vse32_v_i32m8(l->keys + count + i, keys, vl);
    vuint32m8_t index = __riscv_vadd_vx_u32m8(__riscv_vzext_vf2_u32m8(places, vl), first, vl);
    __riscv_vse32_v_u32m8((uint32_t *)l->index + count + i, index, vl);
  }
}

// The key of the least of the k candidates.
ALWAYS_INLINE MTIA_VECTOR int32_t least(enum mtia_se_type type, const struct lists *l, size_t k) {
  vint32m1_t least = __riscv_vmv_v_x_i32m1(INT32_MAX, 1);
  least = __riscv_vredmin_vs_i32m8_i32m1(__riscv_vle32_v_i32m8(l->keys, k), least, k);
  int32_t key = __riscv_vmv_x_s_i32m1_i32(least);
  return type == MTIA_SE_F32 ? key : without_place(key);
}

// What of a chunk may be among the k greatest, to the `count` candidates from the chunks in front.
// Gives how many there are then. `first`: the chunk's first element in the row.
ALWAYS_INLINE MTIA_VECTOR size_t search(enum mtia_se_type type, const char *x, size_t n,
                                        uint32_t first, struct lists *l, size_t count, size_t k) {
  vuint16m4_t lanes = __riscv_vid_v_u16m4(LANES);
  bool everything = n <= NARROW && count == 0;
  bool above = count >= k; // the threshold itself is no candidate
  float threshold = 0;
  if (above) {
    rank_all(l, count);
    keep(type != MTIA_SE_F32, l, count, k);
    count = k;
  }
  if (!everything) {
    int32_t key = INT32_MAX;
    if (above)
      key = least(type, l, k);
    else
      key = find_threshold(type, x, n, k);
    int32_t bits = key_bits(key);
    __builtin_memcpy(&threshold, &bits, 4);
  }
  size_t more = 0;
  for (size_t at = 0; at < n; at += LANES) {
    size_t vl = n - at < LANES ? n - at : LANES;
    vfloat32m8_t v = load(type, x, at, vl);
    vbool4_t below = above ? __riscv_vmfle_vf_f32m8_b4(v, threshold, vl)
                           : __riscv_vmflt_vf_f32m8_b4(v, threshold, vl);
    vbool4_t good = __riscv_vmnot_m_b4(below, vl);
    if (everything)
      good = __riscv_vmset_m_b4(vl);
    size_t some = __riscv_vcpop_m_b4(good, vl);
    if (some == 0)
      continue;
    vuint16m4_t places = __riscv_vadd_vx_u16m4(lanes, (uint16_t)at, vl);
    __riscv_vse16_v_u16m4(l->place + more, __riscv_vcompress_vm_u16m4(places, good, vl), some);
    more += some;
    if (count + more + LANES <= LIST)
      continue;
    // Full: all but the k greatest go, and only greater ones come.
    add_candidates(type, x, first, l, count, more);
    rank_all(l, count + more);
    keep(type != MTIA_SE_F32, l, count + more, k);
    count = k;
    more = 0;
    above = true;
    everything = false;
    int32_t key = least(type, l, k);
    int32_t bits = key_bits(key);
    __builtin_memcpy(&threshold, &bits, 4);
  }
  add_candidates(type, x, first, l, count, more);
  return count + more;
}

MTIA_VECTOR static size_t search_f32(const char *x, size_t n, uint32_t first, struct lists *l,
                                     size_t count, size_t k) {
  return search(MTIA_SE_F32, x, n, first, l, count, k);
}
MTIA_VECTOR static size_t search_f16(const char *x, size_t n, uint32_t first, struct lists *l,
                                     size_t count, size_t k) {
  return search(MTIA_SE_F16, x, n, first, l, count, k);
}
MTIA_VECTOR static size_t search_bf16(const char *x, size_t n, uint32_t first, struct lists *l,
                                      size_t count, size_t k) {
  return search(MTIA_SE_BF16, x, n, first, l, count, k);
}

// The k greatest candidates, in their order.
MTIA_VECTOR static void finish(enum mtia_se_type type, struct lists *l, size_t count, size_t k,
                               char *values, int32_t *indices) {
  rank_all(l, count);
  for (size_t i = 0; i < count; i += LANES) {
    size_t vl = count - i < LANES ? count - i : LANES;
    vuint16m4_t ranks = __riscv_vle16_v_u16m4(l->rank + i, vl);
    vbool4_t good = __riscv_vmsltu_vx_u16m4_b4(ranks, (uint16_t)k, vl);
    vuint16m4_t place = __riscv_vsll_vx_u16m4(ranks, 2, vl);
    __riscv_vsuxei16_v_i32m8_m(good, l->top_keys, place, __riscv_vle32_v_i32m8(l->keys + i, vl),
                               vl);
    __riscv_vsuxei16_v_i32m8_m(good, indices, place, __riscv_vle32_v_i32m8(l->index + i, vl), vl);
  }
  for (size_t i = 0; i < k; i += LANES) {
    size_t vl = k - i < LANES ? k - i : LANES;
    vint32m8_t keys = __riscv_vle32_v_i32m8(l->top_keys + i, vl);
    vint32m8_t sign = __riscv_vsra_vx_i32m8(keys, 31, vl);
    vint32m8_t bits = __riscv_vxor_vv_i32m8(keys, __riscv_vand_vx_i32m8(sign, INT32_MAX, vl), vl);
    if (type != MTIA_SE_F32)
      bits = __riscv_vand_vx_i32m8(bits, ~LOW, vl);
    vfloat32m8_t x = __riscv_vreinterpret_v_i32m8_f32m8(bits);
    if (type == MTIA_SE_F32)
      __riscv_vse32_v_f32m8((float *)values + i, x, vl);
    else if (type == MTIA_SE_F16)
      __riscv_vse16_v_f16m4((_Float16 *)values + i, __riscv_vfncvt_f_f_w_f16m4(x, vl), vl);
    else // what came from a bf16 is one
      __riscv_vse16_v_u16m4((uint16_t *)values + i,
                            __riscv_vnsrl_wx_u16m4(__riscv_vreinterpret_v_f32m8_u32m8(x), 16, vl),
                            vl);
  }
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

struct job {
  const struct mtia_tensor *x, *values, *indices;
  enum mtia_se_type type;
  uint32_t size, k;
  struct kn_rows r;
  uint32_t chunk, piece;                  // elements; bytes in CB_IN of a block or a chunk
  uint32_t values_stride, indices_stride; // of rows in the CBs
};

static void load_rows(const struct job *j) {
  const struct kn_rows *r = &j->r;
  uint64_t n = j->x->dim[1];
  for (uint64_t row = r->begin; row < r->end; row += r->block) {
    if (n <= CHUNK) {
      KN_ROWS_LOAD(r, CB_IN, row, (uint32_t)kn_min(r->block, r->end - row));
      continue;
    }
    for (uint64_t at = 0; at < n; at += CHUNK) {
      __mtia_cr_w2(MTIA_CR_DMA_IN, (uint32_t)kn_min(CHUNK, n - at) * j->size, j->piece);
      __mtia_dma_in(CB_IN, r->in + row * r->in_pitch + at * j->size, 1, MTIA_MC_NONE);
    }
  }
}

static size_t search_chunk(const struct job *j, const char *x, uint64_t first, size_t count) {
  size_t n = kn_min(j->x->dim[1] - first, CHUNK);
  if (j->type == MTIA_SE_F32)
    return search_f32(x, n, (uint32_t)first, get_lists(), count, j->k);
  if (j->type == MTIA_SE_F16)
    return search_f16(x, n, (uint32_t)first, get_lists(), count, j->k);
  return search_bf16(x, n, (uint32_t)first, get_lists(), count, j->k);
}

static void store(const struct job *j, uint64_t row, uint32_t rows) {
  __mtia_cb_push(CB_VALUES, rows * j->values_stride);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, j->k * j->size, 0);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, j->values->stride[0]);
  __mtia_dma_out(CB_VALUES, j->values->data + row * j->values->stride[0], rows);
  __mtia_cb_push(CB_INDICES, rows * j->indices_stride);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, j->k * 4, 0);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, j->indices->stride[0]);
  __mtia_dma_out(CB_INDICES, j->indices->data + row * j->indices->stride[0], rows);
}

static void compute_rows(const struct job *j) {
  const struct kn_rows *r = &j->r;
  uint64_t n = j->x->dim[1];
  for (uint64_t row = r->begin; row < r->end; row += r->block) {
    uint32_t rows = (uint32_t)kn_min(r->block, r->end - row);
    __mtia_cb_waits(CB_VALUES, rows * j->values_stride);
    __mtia_cb_waits(CB_INDICES, rows * j->indices_stride);
    char *values = (char *)__mtia_cb_tail(CB_VALUES, 0);
    char *indices = (char *)__mtia_cb_tail(CB_INDICES, 0);
    for (uint32_t k = 0; k < rows; k++) {
      size_t count = 0;
      for (uint64_t at = 0; at < n; at += CHUNK) {
        uint32_t bytes = n <= CHUNK ? r->stride : j->piece;
        __mtia_cb_waitd(CB_IN, bytes);
        count = search_chunk(j, (const char *)__mtia_cb_head(CB_IN, 0), at, count);
        __mtia_cb_pop(CB_IN, bytes);
      }
      finish(j->type, get_lists(), count, j->k, values + k * j->values_stride,
             (int32_t *)(indices + k * j->indices_stride));
    }
    store(j, row, rows);
  }
}

static enum mtia_status topk(const struct mtia_topk_args *args, enum mtia_se_type type) {
  uint64_t rows = args->x.dim[0], n = args->x.dim[1], k = args->values.dim[1];
  if (args->values.dim[0] != rows || args->indices.dim[0] != rows || args->indices.dim[1] != k ||
      k > n)
    return MTIA_STATUS_SHAPE;
  if (k > MOST_K || n > INT32_MAX)
    return MTIA_STATUS_LIMIT;
  if (rows == 0 || k == 0)
    return MTIA_STATUS_OK;
  struct job j = {.x = &args->x,
                  .values = &args->values,
                  .indices = &args->indices,
                  .type = type,
                  .size = kn_se_size(type),
                  .k = (uint32_t)k};
  j.r = kn_rows(j.x, j.x, j.size, n <= CHUNK ? BLOCK : 1, OUT_ROWS / 2);
  j.piece = n <= CHUNK ? j.r.block * j.r.stride : CHUNK * j.size;
  j.values_stride = kn_pad(k * j.size);
  j.indices_stride = kn_pad(k * 4);
  if (mtia_core() == 0) {
    uint32_t values = j.r.block * j.values_stride, indices = j.r.block * j.indices_stride;
    __mtia_cb_init(CB_IN, IN_AT, IN_ROOM / j.piece * j.piece);
    __mtia_cb_init(CB_VALUES, VALUES_AT, VALUES_SLOT / values * values);
    __mtia_cb_init(CB_INDICES, INDICES_AT, VALUES_SLOT / indices * indices);
  }
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0)
    load_rows(&j);
  else
    compute_rows(&j);
  kn_leave();
  return MTIA_STATUS_OK;
}

#define MTIA_VARIANT(kernel, types, units, type)                                                   \
  enum mtia_status mtia_##kernel(const struct mtia_topk_args *args) {                              \
    return topk(args, MTIA_SE_##type);                                                             \
  }                                                                                                \
  KN_LAUNCH(kernel, struct mtia_topk_args, MTIA_IN(x, MTIA_##type, "M", "N"),                      \
            MTIA_OUT(values, MTIA_##type, "M", "K"), MTIA_OUT(indices, MTIA_I32, "M", "K"))
#include <mtia/kernels/topk.def>
