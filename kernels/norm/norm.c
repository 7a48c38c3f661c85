// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layer, root-mean-square and L2 normalisation of rows; <mtia/kernels.h> says what is computed.
//
// Short rows (up to 16 KB): a PE has as many rows as the others, to one, and takes them in blocks.
// Core 0 loads weight and bias once, and the blocks; core 1 issues the SE's commands for a block:
//   layernorm   sums, means; x - mean; sums of its squares, factors; T * factor
//   the others  sums of squares of x, factors; x * factor
//   then        T * weight; T + bias
// and stores. For 16 elements of f32 layernorm takes 6 cycles of the SE and 8 of the SRAM, of f16
// it would be 5.5 and 4: with FEW to 2048 elements core 1 itself, with vectors, does what comes
// behind the factors (3 cycles), of one block while the SE is at the next (2.5 cycles).
//
// Long rows: in chunks, twice. First mean and sum of squares about it, with those of a chunk merged
// into those so far (Chan, Golub, LeVeque); then the results, with weight and bias once more from
// memory. If there are at most half as many rows as PEs, a row is cut into parts on several PEs,
// which exchange what they have found through local memories (two barriers).
#include "../launch.h"
#include "../rows.h"
#include "../se.h"
#include <mtia/mtia_simd.h>

enum {
  CB_IN,
  CB_OUT,
  CB_T,
  CB_T_READ,
  CB_STATS,
  CB_STATS_READ,
  CB_WEIGHT,
  CB_BIAS,
  CB_WEIGHT32,
  CB_BIAS32,
  CB_FACTORS,
};
enum {
  BLOCK = 8 * 1024, // bytes of x that are worked on at a time
  MOST_ROWS = 256,  // 8 KB / 32
  SHORT = 16 * 1024,
  MOST_ELEMENTS = 4096, // of a chunk of a long row
  LONG = 2048,          // elements from which on it is worth cutting a row
  FEW = 256,            // elements below which vectors are no faster than the SE
  IN_SIZE = 32 * 1024,
  OUT_SIZE = 24 * 1024,
  T_SIZE = 32 * 1024,
  STATS_SIZE = 4 * 1024,
  IN_AT = MTIA_LOCAL_BASE,
  OUT_AT = IN_AT + IN_SIZE,
  T_AT = OUT_AT + OUT_SIZE,
  WEIGHT_AT = T_AT + T_SIZE,
  BIAS_AT = WEIGHT_AT + SHORT,
  STATS_AT = BIAS_AT + SHORT,
  FACTORS_SIZE = 4 * MOST_ROWS, // of a block
  FACTORS_AT = STATS_AT + STATS_SIZE,
};
_Static_assert(FACTORS_AT + 2 * FACTORS_SIZE <= MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE, "local memory");

// Bytes in CB_STATS: one f32 per row of a block, or what a long row needs. At first FACTOR has the
// sum of squares.
enum {
  MEAN = 0,
  NANS = 0, // l2norm has no means
  FACTOR = 4 * MOST_ROWS,
  EPSILON = 2 * 4 * MOST_ROWS, // what is added, or of l2norm the least sum of squares
  ZEROS = EPSILON + 4,         // two
  CHUNK_MEAN = EPSILON + 12,
  CHUNK_SQUARES = EPSILON + 16,
  DIFFERENCE = EPSILON + 20,
  STEP = EPSILON + 24,
  THEIR_MEANS = 3 * 4 * MOST_ROWS,
  THEIR_SQUARES = THEIR_MEANS + 512,
  MOST_PARTS = 128, // of a row: PEs
  PART_STEP = 64,   // elements
};

enum kind { LAYER, RMS, L2 };

struct job {
  const struct mtia_tensor *x, *weight, *bias, *y; // weight, bias: or null
  enum kind kind;
  enum mtia_se_type type;
  float epsilon;
  float share; // 1 / n
};

//===----------------------------------------------------------------------===//
// Steps of the SE, on `rows` rows of n elements, that have `padded` places
//===----------------------------------------------------------------------===//

struct block {
  uint32_t rows, n, padded;
};

// Sums of squares to factors.
static void make_factors(const struct job *job, uint32_t rows) {
  if (job->kind == L2) {
    // The SE's maximum of a number and NaN is the number: NaN is added again, everything else as 0.
    __mtia_cr_w2(MTIA_CR_QSCALE, 0, 0);
    KN_SE_UN(MTIA_SE_TANH, CB_STATS, NANS, CB_STATS_READ, FACTOR, MTIA_SE_F32, MTIA_SE_F32, rows);
    KN_SE_UN(MTIA_SE_DEQUANTISE, CB_STATS, NANS, CB_STATS_READ, NANS, MTIA_SE_F32, MTIA_SE_F32,
             rows);
    KN_SE_BIN(MTIA_SE_MAX, CB_STATS, FACTOR, CB_STATS_READ, FACTOR, MTIA_SE_F32, CB_STATS_READ,
              EPSILON, MTIA_SE_F32, MTIA_SE_ONE, MTIA_SE_F32, rows, 1);
    KN_SE_BIN(MTIA_SE_ADD, CB_STATS, FACTOR, CB_STATS_READ, FACTOR, MTIA_SE_F32, CB_STATS_READ,
              NANS, MTIA_SE_F32, MTIA_SE_EACH, MTIA_SE_F32, rows, 1);
  } else {
    __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(job->share), 0);
    KN_SE_UN(MTIA_SE_DEQUANTISE, CB_STATS, FACTOR, CB_STATS_READ, FACTOR, MTIA_SE_F32, MTIA_SE_F32,
             rows);
    KN_SE_BIN(MTIA_SE_ADD, CB_STATS, FACTOR, CB_STATS_READ, FACTOR, MTIA_SE_F32, CB_STATS_READ,
              EPSILON, MTIA_SE_F32, MTIA_SE_ONE, MTIA_SE_F32, rows, 1);
  }
  KN_SE_UN(MTIA_SE_RSQRT, CB_STATS, FACTOR, CB_STATS_READ, FACTOR, MTIA_SE_F32, MTIA_SE_F32, rows);
}

// Means of rows of CB_IN, if the kind has them.
static void make_means(const struct job *job, struct block b, uint32_t at, float share) {
  KN_SE_RED(MTIA_SE_RED_SUM, CB_STATS, at, CB_IN, 0, job->type, b.rows, b.n,
            b.padded * kn_se_size(job->type));
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(share), 0);
  KN_SE_UN(MTIA_SE_DEQUANTISE, CB_STATS, at, CB_STATS_READ, at, MTIA_SE_F32, MTIA_SE_F32, b.rows);
}

// T = x - mean.
static void centre(const struct job *job, struct block b, uint32_t mean, uint32_t t_at) {
  KN_SE_BIN(MTIA_SE_SUB, CB_T, t_at, CB_IN, 0, job->type, CB_STATS_READ, mean, MTIA_SE_F32,
            MTIA_SE_PER_ROW, MTIA_SE_F32, b.rows * b.padded, b.padded);
}

static void square(const struct job *job, struct block b, uint32_t to) {
  if (job->kind == LAYER)
    KN_SE_RED(MTIA_SE_RED_SQUARES, CB_STATS, to, CB_T_READ, 0, MTIA_SE_F32, b.rows, b.n,
              4 * b.padded);
  else
    KN_SE_RED(MTIA_SE_RED_SQUARES, CB_STATS, to, CB_IN, 0, job->type, b.rows, b.n,
              b.padded * kn_se_size(job->type));
}

// One of the last steps: to y's type if it is the very last. Its operand b are the factors or a
// row.
#define PLACE_IN(b) ((b) == CB_STATS_READ ? FACTOR : 0)
#define LAST_STEP(last, op, a, from, b, from2, second)                                             \
  do {                                                                                             \
    if (last)                                                                                      \
      KN_SE_BIN(op, CB_OUT, 0, a, 0, from, b, PLACE_IN(b), from2, second, job->type, count,        \
                padded);                                                                           \
    else                                                                                           \
      KN_SE_BIN(op, CB_T, 0, a, 0, from, b, PLACE_IN(b), from2, second, MTIA_SE_F32, count,        \
                padded);                                                                           \
  } while (0)

// Takes the block from T (layernorm) or CB_IN, and puts it into CB_OUT.
static void apply(const struct job *job, struct block b) {
  uint32_t count = b.rows * b.padded, padded = b.padded;
  bool scale_last = !job->weight && !job->bias;
  if (job->kind == LAYER)
    LAST_STEP(scale_last, MTIA_SE_MUL, CB_T_READ, MTIA_SE_F32, CB_STATS_READ, MTIA_SE_F32,
              MTIA_SE_PER_ROW);
  else
    LAST_STEP(scale_last, MTIA_SE_MUL, CB_IN, job->type, CB_STATS_READ, MTIA_SE_F32,
              MTIA_SE_PER_ROW);
  if (job->weight)
    LAST_STEP(!job->bias, MTIA_SE_MUL, CB_T_READ, MTIA_SE_F32, CB_WEIGHT, job->type,
              MTIA_SE_PER_COL);
  if (job->bias)
    LAST_STEP(true, MTIA_SE_ADD, CB_T_READ, MTIA_SE_F32, CB_BIAS, job->type, MTIA_SE_PER_COL);
}

//===----------------------------------------------------------------------===//
// Short rows
//===----------------------------------------------------------------------===//

static void load_row(uint32_t cb, const struct mtia_tensor *x, uint64_t at, uint32_t bytes) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, bytes, 0);
  if (cb == CB_WEIGHT)
    __mtia_dma_in(CB_WEIGHT, x->data + at, 1, MTIA_MC_NONE);
  else
    __mtia_dma_in(CB_BIAS, x->data + at, 1, MTIA_MC_NONE);
}

static void load_short(const struct job *job, const struct kn_rows *r) {
  for (uint64_t row = r->begin; row < r->end; row += r->block) {
    KN_ROWS_LOAD(r, CB_IN, row, (uint32_t)kn_min(r->block, r->end - row));
    if (row == r->begin && job->weight)
      load_row(CB_WEIGHT, job->weight, 0, r->width);
    if (row == r->begin && job->bias)
      load_row(CB_BIAS, job->bias, 0, r->width);
  }
}

static void compute_short(const struct job *job, const struct kn_rows *r) {
  uint32_t n = (uint32_t)job->x->dim[1];
  for (uint64_t row = r->begin; row < r->end; row += r->block) {
    struct block b = {(uint32_t)kn_min(r->block, r->end - row), n,
                      r->stride / kn_se_size(job->type)};
    if (job->kind == LAYER) {
      make_means(job, b, MEAN, job->share);
      centre(job, b, MEAN, 0);
      __mtia_cb_pop(CB_IN, b.rows * r->stride);
    }
    square(job, b, FACTOR);
    make_factors(job, b.rows);
    apply(job, b);
    if (job->kind != LAYER)
      __mtia_cb_pop(CB_IN, b.rows * r->stride);
    __mtia_cb_push(CB_OUT, b.rows * r->stride);
    KN_ROWS_STORE(r, CB_OUT, row, b.rows);
  }
  if (r->begin < r->end && job->weight)
    __mtia_cb_pop(CB_WEIGHT, r->stride);
  if (r->begin < r->end && job->bias)
    __mtia_cb_pop(CB_BIAS, r->stride);
}

//===----------------------------------------------------------------------===//
// Short rows of layernorm in 16 bits: the last steps with vectors
//===----------------------------------------------------------------------===//

// y = (d * factor) * weight + bias of two rows of n numbers.
#define LAST_STEPS(t, c)                                                                           \
  MTIA_VECTOR static void last_steps_##t(c *y0, c *y1, const float *d0, const float *d1, float f0, \
                                         float f1, long n) {                                       \
    const float *weight = (const float *)(uintptr_t)WEIGHT_AT;                                     \
    const float *bias = (const float *)(uintptr_t)BIAS_AT;                                         \
    long k = 0;                                                                                    \
    if (n >= 64) {                                                                                 \
      mtia_f32x64 p = mtia_load_f32x64(d0), q = mtia_load_f32x64(d1);                              \
      mtia_f32x64 g = mtia_load_f32x64(weight), h = mtia_load_f32x64(bias);                        \
      for (k = 64; k + 64 <= n; k += 64) {                                                         \
        mtia_f32x64 a = p * f0, b = q * f1;                                                        \
        p = mtia_load_f32x64(d0 + k), q = mtia_load_f32x64(d1 + k);                                \
        a = mtia_madd_f32x64(h, a, g), b = mtia_madd_f32x64(h, b, g);                              \
        g = mtia_load_f32x64(weight + k), h = mtia_load_f32x64(bias + k);                          \
        mtia_store_##t##x64(y0 + k - 64, mtia_##t##x64_from_f32x64(a));                            \
        mtia_store_##t##x64(y1 + k - 64, mtia_##t##x64_from_f32x64(b));                            \
      }                                                                                            \
      p = mtia_madd_f32x64(h, p * f0, g), q = mtia_madd_f32x64(h, q * f1, g);                      \
      mtia_store_##t##x64(y0 + k - 64, mtia_##t##x64_from_f32x64(p));                              \
      mtia_store_##t##x64(y1 + k - 64, mtia_##t##x64_from_f32x64(q));                              \
    }                                                                                              \
    long rest = n - k;                                                                             \
    if (rest > 0) {                                                                                \
      mtia_f32x64 g = mtia_load_first_f32x64(weight + k, rest);                                    \
      mtia_f32x64 h = mtia_load_first_f32x64(bias + k, rest);                                      \
      mtia_f32x64 p = mtia_load_first_f32x64(d0 + k, rest) * f0;                                   \
      mtia_f32x64 q = mtia_load_first_f32x64(d1 + k, rest) * f1;                                   \
      p = mtia_madd_f32x64(h, p, g), q = mtia_madd_f32x64(h, q, g);                                \
      mtia_store_first_##t##x64(y0 + k, rest, mtia_##t##x64_from_f32x64(p));                       \
      mtia_store_first_##t##x64(y1 + k, rest, mtia_##t##x64_from_f32x64(q));                       \
    }                                                                                              \
  }
LAST_STEPS(f16, _Float16)
LAST_STEPS(bf16, __bf16)

MTIA_VECTOR static void fill(uint64_t at, float value, long n) {
  for (long k = 0; k < n; k += 16)
    mtia_store_f32x16((float *)(uintptr_t)at + k, mtia_splat_f32x16(value));
}

// Weight and bias as f32: 1 and 0 where there are none. They were loaded to where CB_OUT is, which
// is written only when the SE has finished the commands behind these.
static void widen_parameters(const struct job *job, uint32_t stride) {
  uint32_t n = (uint32_t)job->x->dim[1];
  if (job->weight) {
    KN_SE_UN(MTIA_SE_COPY, CB_WEIGHT32, 0, CB_WEIGHT, 0, job->type, MTIA_SE_F32, n);
    __mtia_cb_pop(CB_WEIGHT, stride);
  } else
    fill(WEIGHT_AT, 1, n);
  if (job->bias) {
    KN_SE_UN(MTIA_SE_COPY, CB_BIAS32, 0, CB_BIAS, 0, job->type, MTIA_SE_F32, n);
    __mtia_cb_pop(CB_BIAS, stride);
  } else
    fill(BIAS_AT, 0, n);
}

static void finish_block(const struct job *job, const struct kn_rows *r, uint64_t row,
                         uint32_t rows, uint32_t t_at) {
  uint32_t n = (uint32_t)job->x->dim[1], padded = r->stride / 2, bytes = rows * r->stride;
  __mtia_cb_waitd(CB_FACTORS, FACTORS_SIZE);
  __mtia_cb_waits(CB_OUT, bytes);
  const float *factor = (const float *)__mtia_cb_head(CB_FACTORS, 0);
  const float *d = (const float *)(uintptr_t)(T_AT + t_at);
  char *y = (char *)__mtia_cb_tail(CB_OUT, 0);
  for (uint32_t k = 0; k < rows; k += 2) {
    uint32_t other = k + 1 < rows ? 1 : 0; // an odd last row is its own partner
    const float *d0 = d + k * padded, *d1 = d0 + other * padded;
    char *y0 = y + k * r->stride, *y1 = y0 + other * r->stride;
    if (job->type == MTIA_SE_F16)
      last_steps_f16((_Float16 *)y0, (_Float16 *)y1, d0, d1, factor[k], factor[k + other], n);
    else
      last_steps_bf16((__bf16 *)y0, (__bf16 *)y1, d0, d1, factor[k], factor[k + other], n);
  }
  __mtia_cb_pop(CB_FACTORS, FACTORS_SIZE);
  __mtia_cb_push(CB_OUT, bytes);
  KN_ROWS_STORE(r, CB_OUT, row, rows);
}

static void compute_with_vectors(const struct job *job, const struct kn_rows *r) {
  uint32_t n = (uint32_t)job->x->dim[1], t_at = 0;
  if (r->begin == r->end)
    return;
  __mtia_cb_init(CB_WEIGHT32, WEIGHT_AT, SHORT);
  __mtia_cb_init(CB_BIAS32, BIAS_AT, SHORT);
  __mtia_cb_init(CB_FACTORS, FACTORS_AT, 2 * FACTORS_SIZE);
  for (uint64_t row = r->begin; row < r->end; row += r->block) {
    struct block b = {(uint32_t)kn_min(r->block, r->end - row), n, r->stride / 2};
    make_means(job, b, MEAN, job->share);
    centre(job, b, MEAN, t_at);
    __mtia_cb_pop(CB_IN, b.rows * r->stride);
    KN_SE_RED(MTIA_SE_RED_SQUARES, CB_STATS, FACTOR, CB_T_READ, t_at, MTIA_SE_F32, b.rows, n,
              4 * b.padded);
    if (row == r->begin)
      widen_parameters(job, r->stride);
    make_factors(job, b.rows);
    KN_SE_UN(MTIA_SE_COPY, CB_FACTORS, 0, CB_STATS_READ, FACTOR, MTIA_SE_F32, MTIA_SE_F32, b.rows);
    __mtia_cb_push(CB_FACTORS, FACTORS_SIZE);
    if (row > r->begin)
      finish_block(job, r, row - r->block, r->block, T_SIZE / 2 - t_at);
    t_at = T_SIZE / 2 - t_at;
  }
  uint64_t last = r->begin + kn_div(r->end - 1 - r->begin, r->block) * r->block;
  finish_block(job, r, last, (uint32_t)(r->end - last), T_SIZE / 2 - t_at);
}

//===----------------------------------------------------------------------===//
// Long rows
//===----------------------------------------------------------------------===//

static void load_long(const struct job *job, uint64_t row, uint64_t begin, uint64_t end) {
  uint32_t size = kn_se_size(job->type);
  for (int pass = 0; pass < 2; pass++)
    for (uint64_t at = begin; at < end; at += MOST_ELEMENTS) {
      uint32_t bytes = (uint32_t)kn_min(MOST_ELEMENTS, end - at) * size;
      __mtia_cr_w2(MTIA_CR_DMA_IN, bytes, 0);
      __mtia_dma_in(CB_IN, job->x->data + row * job->x->stride[0] + at * size, 1, MTIA_MC_NONE);
      if (pass == 1 && job->weight)
        load_row(CB_WEIGHT, job->weight, at * size, bytes);
      if (pass == 1 && job->bias)
        load_row(CB_BIAS, job->bias, at * size, bytes);
    }
}

// Numbers in CB_STATS.
#define STATS_UN(op, to, from, count)                                                              \
  KN_SE_UN(op, CB_STATS, to, CB_STATS_READ, from, MTIA_SE_F32, MTIA_SE_F32, count)
#define STATS_BIN(op, to, a, b)                                                                    \
  KN_SE_BIN(op, CB_STATS, to, CB_STATS_READ, a, MTIA_SE_F32, CB_STATS_READ, b, MTIA_SE_F32,        \
            MTIA_SE_EACH, MTIA_SE_F32, 1, 1)
#define STATS_SCALE(at, factor)                                                                    \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(factor), 0);                                        \
    STATS_UN(MTIA_SE_DEQUANTISE, at, at, 1);                                                       \
  } while (0)

// Mean and sum of squares of a chunk of n numbers to those of the `before` ones in front.
static void merge(float before, float n) {
  STATS_BIN(MTIA_SE_SUB, DIFFERENCE, CHUNK_MEAN, MEAN);
  STATS_BIN(MTIA_SE_MUL, STEP, DIFFERENCE, DIFFERENCE);
  STATS_SCALE(STEP, before * n / (before + n));
  STATS_BIN(MTIA_SE_ADD, FACTOR, FACTOR, STEP);
  STATS_SCALE(DIFFERENCE, n / (before + n));
  STATS_BIN(MTIA_SE_ADD, MEAN, MEAN, DIFFERENCE);
}

static void first_pass(const struct job *job, uint64_t begin, uint64_t end) {
  STATS_UN(MTIA_SE_COPY, MEAN, ZEROS, 1);
  STATS_UN(MTIA_SE_COPY, FACTOR, ZEROS, 1);
  for (uint64_t at = begin; at < end; at += MOST_ELEMENTS) {
    uint32_t n = (uint32_t)kn_min(MOST_ELEMENTS, end - at);
    struct block b = {1, n, n};
    if (job->kind == LAYER) {
      make_means(job, b, CHUNK_MEAN, 1.0f / (float)n);
      centre(job, b, CHUNK_MEAN, 0);
      merge((float)(at - begin), (float)n);
    }
    square(job, b, CHUNK_SQUARES);
    STATS_BIN(MTIA_SE_ADD, FACTOR, FACTOR, CHUNK_SQUARES);
    __mtia_cb_pop(CB_IN, kn_pad(n * kn_se_size(job->type)));
  }
}

// What the parts of a row have found, in their order. Elements of part k: those of kn_part.
static void merge_parts(const struct job *job, const struct kn_part *part) {
  const float *means = (const float *)(uintptr_t)(STATS_AT + THEIR_MEANS);
  const float *squares = (const float *)(uintptr_t)(STATS_AT + THEIR_SQUARES);
  float mean = 0, sum = 0, before = 0;
  for (uint32_t k = 0; k < part->parts; k++) {
    struct kn_part other = {.part = k, .parts = part->parts};
    kn_part_range(&other, job->x->dim[1], PART_STEP);
    float n = (float)(other.end - other.begin);
    if (n == 0)
      continue;
    float difference = means[k] - mean, all = before + n;
    sum += squares[k];
    if (job->kind == LAYER)
      sum += difference * difference * (before * n / all);
    mean += difference * (n / all);
    before = all;
  }
  *(float *)(uintptr_t)(STATS_AT + MEAN) = mean;
  *(float *)(uintptr_t)(STATS_AT + FACTOR) = sum;
}

// All PEs' core 1 come here. Afterwards mean and sum of squares are those of the whole row.
static void exchange(const struct job *job, const struct kn_part *part, bool idle) {
  // Until all have come here, somebody may still use its local memory for what was before.
  __mtia_bar(MTIA_BAR_CORE);
  if (!idle) {
    __mtia_sync();
    float mean = *(const float *)(uintptr_t)(STATS_AT + MEAN);
    float squares = *(const float *)(uintptr_t)(STATS_AT + FACTOR);
    for (uint32_t k = 0; k < part->parts; k++) {
      char *theirs = kn_remote(mtia_pe() - part->part + k, STATS_AT - MTIA_LOCAL_BASE);
      *(float *)(theirs + THEIR_MEANS + 4 * part->part) = mean;
      *(float *)(theirs + THEIR_SQUARES + 4 * part->part) = squares;
    }
  }
  __mtia_bar(MTIA_BAR_CORE);
  if (!idle)
    merge_parts(job, part);
}

static void second_pass(const struct job *job, uint64_t row, uint64_t begin, uint64_t end) {
  uint32_t size = kn_se_size(job->type);
  make_factors(job, 1);
  for (uint64_t at = begin; at < end; at += MOST_ELEMENTS) {
    uint32_t n = (uint32_t)kn_min(MOST_ELEMENTS, end - at), bytes = kn_pad(n * size);
    struct block b = {1, n, n};
    if (job->kind == LAYER)
      centre(job, b, MEAN, 0);
    apply(job, b);
    __mtia_cb_pop(CB_IN, bytes);
    if (job->weight)
      __mtia_cb_pop(CB_WEIGHT, bytes);
    if (job->bias)
      __mtia_cb_pop(CB_BIAS, bytes);
    __mtia_cb_push(CB_OUT, bytes);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, n * size, 0);
    __mtia_dma_out(CB_OUT, job->y->data + row * job->y->stride[0] + at * size, 1);
  }
}

static void whole_rows(const struct job *job) {
  struct kn_range mine = kn_share(job->x->dim[0], mtia_pe(), kn_pes());
  for (uint64_t row = mine.begin; row < mine.end; row++)
    if (mtia_core() == 0)
      load_long(job, row, 0, job->x->dim[1]);
    else {
      first_pass(job, 0, job->x->dim[1]);
      second_pass(job, row, 0, job->x->dim[1]);
    }
}

static void cut_rows(const struct job *job) {
  struct kn_part part = kn_part(job->x->dim[0], job->x->dim[1], PART_STEP);
  bool idle = part.row == job->x->dim[0];
  if (mtia_core() == 0) {
    load_long(job, part.row, part.begin, part.end);
    return;
  }
  if (!idle)
    first_pass(job, part.begin, part.end);
  exchange(job, &part, idle);
  if (!idle)
    second_pass(job, part.row, part.begin, part.end);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

// `out`: bytes of a block of y that core 1 writes itself, which must not wrap; or 0.
static void set_up(const struct job *job, uint32_t out) {
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_IN, IN_AT, IN_SIZE);
    __mtia_cb_init(CB_OUT, OUT_AT, out ? OUT_SIZE / out * out : OUT_SIZE);
    __mtia_cb_init(CB_WEIGHT, out ? OUT_AT : WEIGHT_AT, out ? OUT_SIZE / 2 : SHORT);
    __mtia_cb_init(CB_BIAS, out ? OUT_AT + OUT_SIZE / 2 : BIAS_AT, out ? OUT_SIZE / 2 : SHORT);
  } else {
    float *stats = (float *)(uintptr_t)STATS_AT;
    stats[EPSILON / 4] = job->kind == L2 ? job->epsilon * job->epsilon : job->epsilon;
    stats[ZEROS / 4] = 0;
    KN_SE_SCRATCH(CB_T, CB_T_READ, T_AT, T_SIZE);
    KN_SE_SCRATCH(CB_STATS, CB_STATS_READ, STATS_AT, STATS_SIZE);
    __mtia_cr_w(MTIA_CR_QMODE, 0);
  }
  __mtia_bar(MTIA_BAR_PE);
}

static void tear_down(void) {
  if (mtia_core() == 0)
    return;
  KN_SE_SCRATCH_END(CB_T_READ, T_SIZE);
  KN_SE_SCRATCH_END(CB_STATS_READ, STATS_SIZE);
}

static bool is_row(const struct mtia_tensor *x, uint64_t n) {
  return x->dim[0] == 0 || x->dim[0] == n;
}

static enum mtia_status norm(const struct mtia_norm_args *args, enum kind kind,
                             enum mtia_se_type type) {
  uint64_t rows = args->x.dim[0], n = args->x.dim[1];
  struct job job = {.x = &args->x,
                    .weight = args->weight.dim[0] ? &args->weight : 0,
                    .bias = args->bias.dim[0] ? &args->bias : 0,
                    .y = &args->y,
                    .kind = kind,
                    .type = type,
                    .epsilon = args->epsilon,
                    .share = 1.0f / (float)n};
  if (rows != args->y.dim[0] || n != args->y.dim[1] || !is_row(&args->weight, n) ||
      !is_row(&args->bias, n))
    return MTIA_STATUS_SHAPE;
  if (!(args->epsilon >= 0))
    return MTIA_STATUS_VALUE;
  if (rows == 0 || n == 0)
    return MTIA_STATUS_OK;
  uint32_t size = kn_se_size(type);
  bool cut = 2 * rows <= kn_pes() && n >= LONG, is_short = !cut && n * size <= SHORT;
  bool vectors = is_short && kind == LAYER && size == 2 && n >= FEW && 2 * n <= MOST_ELEMENTS;
  struct kn_rows r = {0};
  if (is_short)
    r = kn_rows(job.x, job.y, size, BLOCK, MOST_ROWS);
  set_up(&job, vectors ? r.block * r.stride : 0);
  if (cut)
    cut_rows(&job);
  else if (!is_short)
    whole_rows(&job);
  else if (mtia_core() == 0)
    load_short(&job, &r);
  else if (vectors)
    compute_with_vectors(&job, &r);
  else
    compute_short(&job, &r);
  tear_down();
  kn_leave();
  return MTIA_STATUS_OK;
}

#define MTIA_VARIANT(kernel, types, units, kind, type)                                             \
  enum mtia_status mtia_##kernel(const struct mtia_norm_args *args) {                              \
    return norm(args, kind, MTIA_SE_##type);                                                       \
  }                                                                                                \
  KN_LAUNCH(kernel, struct mtia_norm_args, MTIA_IN(x, MTIA_##type, "M", "N"),                      \
            MTIA_IN(weight, MTIA_##type, "W"), MTIA_IN(bias, MTIA_##type, "B"),                    \
            MTIA_SCALAR(epsilon, MTIA_F32), MTIA_OUT(y, MTIA_##type, "M", "N"))
#include <mtia/kernels/norm.def>
