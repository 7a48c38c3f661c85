// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dot interaction by parts: f32, and samples of which two don't fit into local memory.
//
// A strip is STRIP bytes of a row of y, so it begins at a multiple of 32 bytes; strips of all
// samples are dealt out evenly, and need nothing of each other. Of a strip, core 1 computes tiles
// of 32 x 32 products, each over chunks of WIDTH bytes of D, and has the MLU copy the pieces of
// rows that are the strip's. Core 0 loads, in the same order, the dense feature's part and for each
// tile 32 features of its rows and 32 of its columns, chunk by chunk; the former once where a chunk
// is all of D.
//
// Products of f16, bf16 and i8 are the DPE's. Of f32 they are core 1's: the MLU turns the columns'
// chunk, so that a vector has 16 of them; the sums of 8 rows and 32 columns stay in registers while
// k runs, each a fused multiply-add per element of D, in its order.
#ifndef MTIA_KERNELS_INTERACTION_PARTS_H
#define MTIA_KERNELS_INTERACTION_PARTS_H

#include "../launch.h"
#include <mtia/mtia_simd.h>

enum { CB_ROWS = 8, CB_COLUMNS, CB_TURNED, CB_TILE, CB_STRIP, CB_DENSE };
enum {
  STRIP = 8192,
  WIDTH = 512, // bytes of D at once
  SIDE = 32,   // rows and columns of a tile
  CHUNK = SIDE * WIDTH,
  AT_ROWS = 0,
  AT_COLUMNS = AT_ROWS + 2 * CHUNK,
  AT_TURNED = AT_COLUMNS + 2 * CHUNK,
  TURNED = WIDTH / 4 * SIDE * 4, // of f32
  AT_TILE = AT_TURNED + 2 * TURNED,
  TILES = 8192,
  AT_STRIP = AT_TILE + TILES,
  AT_DENSE = AT_STRIP + 2 * STRIP,
  PARTS_END = AT_DENSE + STRIP,
};
_Static_assert(PARTS_END <= MTIA_LOCAL_SIZE, "the parts fit");

struct parts {
  const struct mtia_interaction_args *a;
  enum mtia_dtype kind;
  uint64_t size, features, columns, elements; // bytes of an element, F, D, elements of a row of y
  uint64_t strips;                            // of a sample
};

// Elements begin..end of sample `sample`'s row of y, which are of rows first..last-1 of the
// triangle.
struct strip {
  uint64_t sample, begin, end, first, last;
};

// Elements of the triangle in front of row i.
static inline uint64_t triangle(uint64_t i) { return i ? i * (i - 1) / 2 : 0; }

// The row of the triangle that has its element t.
static uint64_t row_of(uint64_t t, uint64_t features) {
  uint64_t low = 1, high = features - 1;
  while (low < high) {
    uint64_t middle = (low + high + 1) / 2;
    if (triangle(middle) <= t)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

static struct strip strip_at(const struct parts *p, uint64_t number) {
  uint64_t sample = kn_div(number, p->strips), each = STRIP / p->size;
  struct strip s = {.sample = sample, .begin = (number - sample * p->strips) * each};
  s.end = kn_min(s.begin + each, p->elements);
  if (s.end > p->columns) { // rows 0..31 together
    s.first = row_of(kn_max(s.begin, p->columns) - p->columns, p->features);
    s.last = row_of(s.end - 1 - p->columns, p->features) + 1;
    if (s.first < SIDE)
      s.first = 0;
  }
  return s;
}

//===----------------------------------------------------------------------===//
// Core 0
//===----------------------------------------------------------------------===//

// WIDTH bytes, or what there is, from byte `from` on, of up to 32 features from `first` on. Tiles
// of f32 are always whole: for features that there are not, the dense one comes again.
#define LOAD_FEATURES(cb, p, sample, first, from)                                                  \
  do {                                                                                             \
    const struct mtia_interaction_args *a = (p)->a;                                                \
    uint64_t dense = a->dense.data + (sample) * a->dense.stride[0] + (from);                       \
    uint64_t sparse = a->sparse.data + (sample) * a->sparse.stride[0] + (from);                    \
    uint64_t rows = kn_min(SIDE, (p)->features - (first)), front = (first) == 0;                   \
    __mtia_cr_w2(MTIA_CR_DMA_IN, kn_min(WIDTH, (p)->columns * (p)->size - (from)), WIDTH);         \
    if (front)                                                                                     \
      __mtia_dma_in(cb, dense, 1, MTIA_MC_NONE);                                                   \
    if (rows > front)                                                                              \
      __mtia_dma_in(cb, sparse + ((first) + front - 1) * a->sparse.stride[1], rows - front,        \
                    MTIA_MC_NONE);                                                                 \
    if ((p)->kind == MTIA_F32 && rows < SIDE) {                                                    \
      __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 0);                                                        \
      __mtia_dma_in(cb, dense, SIDE - rows, MTIA_MC_NONE);                                         \
      __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, a->sparse.stride[1]);                                      \
    }                                                                                              \
  } while (0)

static void load_parts(const struct parts *p, struct kn_range mine) {
  uint64_t bytes = p->columns * p->size;
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, p->a->sparse.stride[1]);
  for (uint64_t number = mine.begin; number < mine.end; number++) {
    struct strip s = strip_at(p, number);
    if (s.begin < p->columns) {
      __mtia_cr_w2(MTIA_CR_DMA_IN, (kn_min(s.end, p->columns) - s.begin) * p->size, STRIP);
      __mtia_dma_in(CB_DENSE,
                    p->a->dense.data + s.sample * p->a->dense.stride[0] + s.begin * p->size, 1,
                    MTIA_MC_NONE);
    }
    for (uint64_t i = s.first; i < s.last; i += SIDE)
      for (uint64_t j = 0; j + 1 < kn_min(i + SIDE, s.last); j += SIDE)
        for (uint64_t from = 0; from < bytes; from += WIDTH) {
          if (j == 0 || bytes > WIDTH)
            LOAD_FEATURES(CB_ROWS, p, s.sample, i, from);
          LOAD_FEATURES(CB_COLUMNS, p, s.sample, j, from);
        }
  }
}

//===----------------------------------------------------------------------===//
// Core 1
//===----------------------------------------------------------------------===//

// Bytes of a row of a tile.
static inline uint32_t tile_pitch(const struct parts *p) { return (uint32_t)(SIDE * p->size); }

#define MULTIPLY_PART(acc, type)                                                                   \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_MML_A, 0, WIDTH);                                                         \
    __mtia_cr_w2(MTIA_CR_MML_B, 0, WIDTH);                                                         \
    for (uint64_t at = 0; at < width; at += 32)                                                    \
      __mtia_mml(acc, CB_ROWS, CB_COLUMNS, 0, 0, MTIA_MML_ADV, type);                              \
  } while (0)

// A tile by the DPE; always in the same accumulator, as loads bind.
static void multiply_tile(const struct parts *p, uint64_t rows, uint64_t columns, bool keep) {
  uint64_t bytes = p->columns * p->size;
  __mtia_cr_w(MTIA_CR_BLOCK, mtia_block((uint32_t)rows, (uint32_t)columns));
  __mtia_acc_zero(0);
  for (uint64_t from = 0; from < bytes; from += WIDTH) {
    uint64_t width = kn_min(WIDTH, bytes - from);
    if (p->kind == MTIA_I8)
      MULTIPLY_PART(0, MTIA_MML_S8S8);
    else if (p->kind == MTIA_F16)
      MULTIPLY_PART(0, MTIA_MML_F16);
    else
      MULTIPLY_PART(0, MTIA_MML_BF16);
    if (!keep)
      __mtia_cb_pop(CB_ROWS, rows * WIDTH);
    __mtia_cb_pop(CB_COLUMNS, columns * WIDTH);
  }
  __mtia_cr_w2(MTIA_CR_OUT, 0, tile_pitch(p));
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(p->kind == MTIA_I8 ? p->a->scale : 1),
               p->kind == MTIA_I8 ? (uint32_t)p->a->zero : 0);
  if (p->kind == MTIA_I8)
    __mtia_drain(0, CB_TILE, 0, 0, MTIA_DRAIN_I8, 0);
  else if (p->kind == MTIA_F16)
    __mtia_drainf(0, CB_TILE, 0, 0, MTIA_DRAIN_F16, 0);
  else
    __mtia_drainf(0, CB_TILE, 0, 0, MTIA_DRAIN_BF16, 0);
}

// Products of 8 rows, WIDTH bytes apart, from k = 0 to `count`, onto z; `turned` has 32 columns for
// each k, of which the second half counts if `both`.
enum { AT_ONCE = 8 };

// What a step of k needs is loaded a step before, as it takes ten cycles to come.
#define LOAD_STEP(k, both)                                                                         \
  do {                                                                                             \
    next_x = mtia_load_f32x16(turned + (k) * SIDE);                                                \
    if (both)                                                                                      \
      next_y = mtia_load_f32x16(turned + (k) * SIDE + 16);                                         \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < AT_ONCE; r++) next[r] =                 \
        rows[r * (WIDTH / 4) + (k)];                                                               \
  } while (0)
#define ADD_STEP(both)                                                                             \
  _Pragma("clang loop unroll(full)") for (int r = 0; r < AT_ONCE; r++) {                           \
    low[r] = __builtin_elementwise_fma(mtia_splat_f32x16(factor[r]), x, low[r]);                   \
    if (both)                                                                                      \
      high[r] = __builtin_elementwise_fma(mtia_splat_f32x16(factor[r]), y, high[r]);               \
  }
#define TAKE_STEP(both)                                                                            \
  do {                                                                                             \
    x = next_x;                                                                                    \
    if (both)                                                                                      \
      y = next_y;                                                                                  \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < AT_ONCE; r++) factor[r] = next[r];      \
  } while (0)
#define PRODUCTS(both)                                                                             \
  do {                                                                                             \
    LOAD_STEP(0, both);                                                                            \
    _Pragma("clang loop unroll_count(2)") for (long k = 1; k < count; k++) {                       \
      TAKE_STEP(both);                                                                             \
      LOAD_STEP(k, both);                                                                          \
      KN_FENCE();                                                                                  \
      ADD_STEP(both);                                                                              \
    }                                                                                              \
    TAKE_STEP(both);                                                                               \
    ADD_STEP(both);                                                                                \
  } while (0)

MTIA_VECTOR static void add_products(const float *rows, const float *turned, long count, bool both,
                                     float *z) {
  mtia_f32x16 low[AT_ONCE], high[AT_ONCE], x, y, next_x, next_y;
  float factor[AT_ONCE], next[AT_ONCE];
  for (int r = 0; r < AT_ONCE; r++) {
    low[r] = mtia_load_f32x16(z + r * SIDE);
    high[r] = mtia_load_f32x16(z + r * SIDE + 16);
  }
  if (both)
    PRODUCTS(true);
  else
    PRODUCTS(false);
  for (int r = 0; r < AT_ONCE; r++) {
    mtia_store_f32x16(z + r * SIDE, low[r]);
    mtia_store_f32x16(z + r * SIDE + 16, high[r]);
  }
}

MTIA_VECTOR static void clear(float *z, uint64_t bytes) {
  for (uint64_t at = 0; at < bytes / 4; at += 16)
    mtia_store_f32x16(z + at, mtia_splat_f32x16(0));
}

// A tile of f32: rows from i, columns from j on.
static void add_up_tile(const struct parts *p, uint64_t i, uint64_t j, bool keep) {
  __mtia_cb_waits(CB_TILE, SIDE * tile_pitch(p));
  float *z = (float *)(uintptr_t)__mtia_cb_tail(CB_TILE, 0);
  clear(z, SIDE * tile_pitch(p));
  for (uint64_t k = 0; k < p->columns; k += WIDTH / 4) {
    uint64_t count = kn_min(WIDTH / 4, p->columns - k);
    __mtia_cr_w2(MTIA_CR_MLU_SHAPE, SIDE, count);
    __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, WIDTH);
    __mtia_cr_w2(MTIA_CR_MLU_DST, 0, 4 * SIDE);
    __mtia_mlu_transpose(CB_TURNED, CB_COLUMNS, MTIA_MLU_32, MTIA_MLU_MEMORY);
    __mtia_cb_push(CB_TURNED, TURNED);
    __mtia_cb_pop(CB_COLUMNS, CHUNK);
    __mtia_cb_waitd(CB_ROWS, CHUNK);
    __mtia_cb_waitd(CB_TURNED, TURNED);
    const float *turned = (const float *)(uintptr_t)__mtia_cb_head(CB_TURNED, 0);
    const float *rows = (const float *)(uintptr_t)__mtia_cb_head(CB_ROWS, 0);
    KN_FENCE();
    for (uint64_t r = 0; r < SIDE; r += AT_ONCE) {
      uint64_t end = i + r + AT_ONCE; // not all are above the diagonal
      if (end > j + 1 && i + r < p->features)
        add_products(rows + r * (WIDTH / 4), turned, (long)count, end > j + 17, z + r * SIDE);
    }
    KN_FENCE();
    __mtia_cb_pop(CB_TURNED, TURNED);
    if (!keep)
      __mtia_cb_pop(CB_ROWS, CHUNK);
  }
  KN_FENCE();
}

#define COPY_ELEMENTS(cb)                                                                          \
  do {                                                                                             \
    if (p->size == 1)                                                                              \
      __mtia_mlu_copy(CB_STRIP, cb, MTIA_MLU_8, MTIA_MLU_MEMORY);                                  \
    else if (p->size == 2)                                                                         \
      __mtia_mlu_copy(CB_STRIP, cb, MTIA_MLU_16, MTIA_MLU_MEMORY);                                 \
    else                                                                                           \
      __mtia_mlu_copy(CB_STRIP, cb, MTIA_MLU_32, MTIA_MLU_MEMORY);                                 \
  } while (0)

// The strip's elements of a tile.
static void copy_tile(const struct parts *p, const struct strip *s, uint64_t i, uint64_t rows,
                      uint64_t j) {
  for (uint64_t r = 0; r < rows; r++) {
    uint64_t base = p->columns + triangle(i + r);
    uint64_t from = kn_max(j, s->begin - kn_min(base, s->begin));
    uint64_t to = kn_min(kn_min(i + r, j + SIDE), s->end - kn_min(base, s->end));
    if (from >= to)
      continue;
    __mtia_cr_w2(MTIA_CR_MLU_SHAPE, 1, to - from);
    __mtia_cr_w2(MTIA_CR_MLU_SRC, r * tile_pitch(p) + (from - j) * p->size, 0);
    __mtia_cr_w2(MTIA_CR_MLU_DST, (base + from - s->begin) * p->size, 0);
    COPY_ELEMENTS(CB_TILE);
  }
}

// The strip's part of the dense feature.
static void copy_dense(const struct parts *p, const struct strip *s) {
  uint64_t count = kn_min(s->end, p->columns) - s->begin;
  if (p->kind == MTIA_I8) {
    __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(p->a->dense_scale), (uint32_t)p->a->zero);
    __mtia_cr_w2(MTIA_CR_SE_LEN, count, 0);
    __mtia_cr_w2(MTIA_CR_SE_SRC, 0, 0);
    __mtia_se_un(CB_STRIP, CB_DENSE, MTIA_SE_QUANTISE);
  } else {
    __mtia_cr_w2(MTIA_CR_MLU_SHAPE, 1, count);
    __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, 0);
    __mtia_cr_w2(MTIA_CR_MLU_DST, 0, 0);
    COPY_ELEMENTS(CB_DENSE);
  }
  __mtia_cb_pop(CB_DENSE, STRIP);
}

static void compute_parts(const struct parts *p, struct kn_range mine) {
  uint64_t tile = SIDE * tile_pitch(p);
  bool keep = p->columns * p->size <= WIDTH;
  __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  __mtia_cr_w(MTIA_CR_QMODE, mtia_qmode(MTIA_ROUND_EVEN, 0, 0));
  __mtia_cr_w2(MTIA_CR_MML_INC, 32, 32);
  __mtia_cr_w(MTIA_CR_SE_FMT, mtia_se_fmt(MTIA_SE_I8, 0, MTIA_SE_I8, MTIA_SE_EACH));
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, 0);
  for (uint64_t number = mine.begin; number < mine.end; number++) {
    struct strip s = strip_at(p, number);
    if (s.begin < p->columns)
      copy_dense(p, &s);
    for (uint64_t i = s.first; i < s.last; i += SIDE) {
      uint64_t loaded = kn_min(SIDE, p->features - i), rows = kn_min(loaded, s.last - i);
      for (uint64_t j = 0; j + 1 < kn_min(i + SIDE, s.last); j += SIDE) {
        uint64_t columns = kn_min(SIDE, p->features - j);
        if (p->kind == MTIA_F32)
          add_up_tile(p, i, j, keep);
        else
          multiply_tile(p, loaded, columns, keep);
        __mtia_cb_push(CB_TILE, tile);
        copy_tile(p, &s, i, rows, j);
        __mtia_cb_pop(CB_TILE, tile);
      }
      if (keep && p->columns)
        __mtia_cb_pop(CB_ROWS, p->kind == MTIA_F32 ? CHUNK : loaded * WIDTH);
    }
    uint64_t bytes = (s.end - s.begin) * p->size;
    __mtia_cb_push(CB_STRIP, kn_pad(bytes));
    __mtia_cr_w2(MTIA_CR_DMA_OUT, bytes, 0);
    __mtia_dma_out(CB_STRIP, p->a->y.data + s.sample * p->a->y.stride[0] + s.begin * p->size, 1);
  }
}

//===----------------------------------------------------------------------===//
// Both
//===----------------------------------------------------------------------===//

__attribute__((noinline)) static void interact_by_parts(const struct mtia_interaction_args *a,
                                                        enum mtia_dtype kind, uint64_t size) {
  struct parts p = {.a = a, .kind = kind, .size = size};
  p.features = a->sparse.dim[1] + 1;
  p.columns = a->dense.dim[1];
  p.elements = a->y.dim[1];
  p.strips = kn_ceil_div(p.elements * size, STRIP);
  struct kn_range mine = kn_share(a->y.dim[0] * p.strips, mtia_pe(), kn_pes());
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_ROWS, MTIA_LOCAL_BASE + AT_ROWS, 2 * CHUNK);
    __mtia_cb_init(CB_COLUMNS, MTIA_LOCAL_BASE + AT_COLUMNS, 2 * CHUNK);
    __mtia_cb_init(CB_TURNED, MTIA_LOCAL_BASE + AT_TURNED, 2 * TURNED);
    __mtia_cb_init(CB_TILE, MTIA_LOCAL_BASE + AT_TILE, TILES);
    __mtia_cb_init(CB_STRIP, MTIA_LOCAL_BASE + AT_STRIP, 2 * STRIP);
    __mtia_cb_init(CB_DENSE, MTIA_LOCAL_BASE + AT_DENSE, STRIP);
  }
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0)
    load_parts(&p, mine);
  else
    compute_parts(&p, mine);
}

#endif
