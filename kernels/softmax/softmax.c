// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax and its logarithm over the last dimension; <mtia/kernels.h> says what is computed.
//
// Short rows (up to 16 KB of f32): a PE has as many rows as the others, to one, and takes them in
// blocks. Core 0 loads them; core 1 issues, for every block,
//   greatest element of each row; t - it; e^ in place; sums; reciprocals; products
// which the SE does one after the other, five cycles for 16 elements (4.5 of f16), and stores. The
// SRAM takes 8 cycles to bring and to take away 16 elements of f32, 4 of f16. Of log_softmax core 1
// itself makes the logarithms of the sums, of one block while the SE is at the next.
//
// Long rows: in chunks, twice. First the greatest element and the sum so far, m and s: with a
// chunk's greatest M and the sum S of its powers, max(m, M) = k and s e^(m - k) + S. Then the
// results. If there are at most half as many rows as PEs, a row is cut into parts on several PEs,
// which exchange their m and s through local memories (two barriers).
//
// A mask comes beside x, row by row where its rows are not one behind the other, and is added
// first.
#include "../launch.h"
#include "../rows.h"
#include "../se.h"
#include <mtia/mtia_simd.h>

KN_STACK_LINES(6);

enum { CB_IN, CB_OUT, CB_T, CB_T_READ, CB_E, CB_E_READ, CB_STATS, CB_STATS_READ, CB_SUMS, CB_MASK };
enum {
  BLOCK = 8 * 1024,     // bytes of x that are worked on at a time
  MOST_ROWS = 256,      // 8 KB / 32
  MOST_ELEMENTS = 4096, // of a short row and of a chunk
  LONG = 2048,          // elements from which on it is worth cutting a row
  IN_SIZE = 40 * 1024,
  OUT_SIZE = 32 * 1024,
  T_SIZE = 4 * MOST_ELEMENTS,
  SUMS_SIZE = 4 * MOST_ROWS,
  STATS_SIZE = 4 * 1024,
  IN_AT = MTIA_LOCAL_BASE,
  OUT_AT = IN_AT + IN_SIZE,
  T_AT = OUT_AT + OUT_SIZE, // two: log_softmax works on two blocks at a time
  E_AT = T_AT + 2 * T_SIZE, // of log_softmax; otherwise it has masks
  SUMS_AT = E_AT + T_SIZE,  // two
  STATS_AT = SUMS_AT + 2 * SUMS_SIZE,
};
_Static_assert(STATS_AT + STATS_SIZE <= MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE, "local memory");

// Bytes in CB_STATS: one f32 per row of a block, or what a long row needs.
enum {
  MAXIMA = 0,
  SUMS = SUMS_SIZE,
  M = 0, // and the sum behind it
  S = 4,
  CHUNK_MAX = 8,
  CHUNK_SUM = 12,
  NEW_MAX = 16,
  FACTOR = 20,
  START = 24, // what M and S are at first
  THEIR_M = 1024,
  THEIR_S = 2048,
  FACTORS = 3072,
  MOST_PARTS = 256,
};
_Static_assert(FACTORS + 4 * MOST_PARTS <= STATS_SIZE, "statistics");

struct job {
  const struct mtia_tensor *x, *y;
  enum mtia_se_type type;
  float scale;
  bool log;
  const struct mtia_tensor *mask; // or null
  uint64_t every;                 // rows of x that have the same row of the mask, one after another
};

// Rows [row, row + rows) of the mask that belong to x's, as far as they are one behind the other.
struct run {
  uint64_t first;
  uint32_t rows;
};
static struct run mask_run(const struct job *job, uint64_t row, uint32_t rows) {
  uint64_t r = kn_div(row, job->every), height = job->mask->dim[0];
  uint64_t first = r - kn_div(r, height) * height;
  return (struct run){first, job->every > 1 ? 1 : (uint32_t)kn_min(rows, height - first)};
}

// Elements [at, at + n) of them.
static void load_mask(const struct job *job, uint64_t row, uint32_t rows, uint64_t at, uint32_t n) {
  uint32_t size = kn_se_size(job->type);
  uint64_t pitch = job->mask->stride[0];
  for (uint32_t done = 0; done < rows;) {
    struct run run = mask_run(job, row + done, rows - done);
    __mtia_cr_w2(MTIA_CR_DMA_IN, n * size, 0);
    __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, pitch);
    __mtia_dma_in(CB_MASK, job->mask->data + run.first * pitch + at * size, run.rows, MTIA_MC_NONE);
    done += run.rows;
  }
}

// Whether t is made before anything else.
static bool has_t(const struct job *job) { return job->scale != 1 || job->mask; }

// T = x * scale + mask, of `all` elements.
static void make_t(const struct job *job, uint32_t t_at, uint32_t all) {
  if (job->scale != 1)
    KN_SE_UN(MTIA_SE_DEQUANTISE, CB_T, t_at, CB_IN, 0, job->type, MTIA_SE_F32, all);
  if (!job->mask)
    return;
  if (job->scale != 1)
    KN_SE_BIN(MTIA_SE_ADD, CB_T, t_at, CB_T_READ, t_at, MTIA_SE_F32, CB_MASK, 0, job->type,
              MTIA_SE_EACH, MTIA_SE_F32, all, 1);
  else
    KN_SE_BIN(MTIA_SE_ADD, CB_T, t_at, CB_IN, 0, job->type, CB_MASK, 0, job->type, MTIA_SE_EACH,
              MTIA_SE_F32, all, 1);
  __mtia_cb_pop(CB_MASK, kn_pad(all * kn_se_size(job->type)));
}

//===----------------------------------------------------------------------===//
// Short rows
//===----------------------------------------------------------------------===//

MTIA_VECTOR static void logarithms(float *x, long n) {
  for (long i = 0; i < n; i += 16)
    mtia_store_first_f32x16(x + i, n - i, mtia_log_f32x16(mtia_load_first_f32x16(x + i, n - i)));
}

// Everything in front of the sum's reciprocal or logarithm. T gets the powers, of log_softmax the
// differences.
static void begin_block(const struct job *job, const struct kn_rows *r, uint32_t rows,
                        uint32_t t_at) {
  uint32_t n = (uint32_t)job->x->dim[1], padded = kn_div(r->stride, kn_se_size(job->type));
  uint32_t all = rows * padded;
  if (has_t(job)) {
    make_t(job, t_at, all);
    KN_SE_RED(MTIA_SE_RED_MAX, CB_STATS, MAXIMA, CB_T_READ, t_at, MTIA_SE_F32, rows, n, 4 * padded);
    KN_SE_BIN(MTIA_SE_SUB, CB_T, t_at, CB_T_READ, t_at, MTIA_SE_F32, CB_STATS_READ, MAXIMA,
              MTIA_SE_F32, MTIA_SE_PER_ROW, MTIA_SE_F32, all, padded);
  } else {
    KN_SE_RED(MTIA_SE_RED_MAX, CB_STATS, MAXIMA, CB_IN, 0, job->type, rows, n, r->stride);
    KN_SE_BIN(MTIA_SE_SUB, CB_T, t_at, CB_IN, 0, job->type, CB_STATS_READ, MAXIMA, MTIA_SE_F32,
              MTIA_SE_PER_ROW, MTIA_SE_F32, all, padded);
  }
  __mtia_cb_pop(CB_IN, rows * r->stride);
  if (job->log) {
    KN_SE_UN(MTIA_SE_EXP, CB_E, 0, CB_T_READ, t_at, MTIA_SE_F32, MTIA_SE_F32, all);
    KN_SE_RED(MTIA_SE_RED_SUM, CB_SUMS, 0, CB_E_READ, 0, MTIA_SE_F32, rows, n, 4 * padded);
    __mtia_cb_push(CB_SUMS, SUMS_SIZE);
  } else {
    KN_SE_UN(MTIA_SE_EXP, CB_T, t_at, CB_T_READ, t_at, MTIA_SE_F32, MTIA_SE_F32, all);
    KN_SE_RED(MTIA_SE_RED_SUM, CB_STATS, SUMS, CB_T_READ, t_at, MTIA_SE_F32, rows, n, 4 * padded);
  }
}

static void end_block(const struct job *job, const struct kn_rows *r, uint64_t row, uint32_t rows,
                      uint32_t t_at) {
  uint32_t padded = kn_div(r->stride, kn_se_size(job->type));
  uint32_t all = rows * padded;
  if (job->log) {
    __mtia_cb_waitd(CB_SUMS, SUMS_SIZE);
    logarithms((float *)__mtia_cb_head(CB_SUMS, 0), rows);
    KN_SE_BIN(MTIA_SE_SUB, CB_OUT, 0, CB_T_READ, t_at, MTIA_SE_F32, CB_SUMS, 0, MTIA_SE_F32,
              MTIA_SE_PER_ROW, job->type, all, padded);
    __mtia_cb_pop(CB_SUMS, SUMS_SIZE);
  } else {
    KN_SE_UN(MTIA_SE_RECIPROCAL, CB_STATS, SUMS, CB_STATS_READ, SUMS, MTIA_SE_F32, MTIA_SE_F32,
             rows);
    KN_SE_BIN(MTIA_SE_MUL, CB_OUT, 0, CB_T_READ, t_at, MTIA_SE_F32, CB_STATS_READ, SUMS,
              MTIA_SE_F32, MTIA_SE_PER_ROW, job->type, all, padded);
  }
  __mtia_cb_push(CB_OUT, rows * r->stride);
  KN_ROWS_STORE(r, CB_OUT, row, rows);
}

static void set_up_rest(void);

__attribute__((noinline)) static void load_short(const struct job *job, const struct kn_rows *r) {
  bool ready = false;
  for (uint64_t row = r->begin; row < r->end; row += r->block) {
    uint32_t rows = (uint32_t)kn_min(r->block, r->end - row);
    KN_ROWS_LOAD(r, CB_IN, row, rows);
    if (!ready)
      set_up_rest();
    ready = true;
    if (job->mask)
      load_mask(job, row, rows, 0, (uint32_t)job->x->dim[1]);
  }
  if (!ready)
    set_up_rest();
}

__attribute__((noinline)) static void compute_short(const struct job *job,
                                                    const struct kn_rows *r) {
  uint32_t t_at = 0;
  for (uint64_t row = r->begin; row < r->end; row += r->block) {
    begin_block(job, r, (uint32_t)kn_min(r->block, r->end - row), t_at);
    if (!job->log) {
      end_block(job, r, row, (uint32_t)kn_min(r->block, r->end - row), t_at);
      continue;
    }
    if (row > r->begin)
      end_block(job, r, row - r->block, r->block, T_SIZE - t_at);
    t_at = T_SIZE - t_at;
  }
  if (job->log && r->begin < r->end) {
    uint64_t last = (r->end - 1 - r->begin) / r->block * r->block + r->begin;
    end_block(job, r, last, (uint32_t)(r->end - last), T_SIZE - t_at);
  }
}

//===----------------------------------------------------------------------===//
// Long rows
//===----------------------------------------------------------------------===//

static void load_long(const struct job *job, uint64_t row, uint64_t begin, uint64_t end) {
  uint32_t size = kn_se_size(job->type);
  for (int pass = 0; pass < 2; pass++)
    for (uint64_t at = begin; at < end; at += MOST_ELEMENTS) {
      uint32_t n = (uint32_t)kn_min(MOST_ELEMENTS, end - at);
      __mtia_cr_w2(MTIA_CR_DMA_IN, n * size, 0);
      __mtia_dma_in(CB_IN, job->x->data + row * job->x->stride[0] + at * size, 1, MTIA_MC_NONE);
      if (job->mask)
        load_mask(job, row, 1, at, n);
    }
}

// A place in CB_STATS of one number, or `count`.
#define STATS_UN(op, to, from, count)                                                              \
  KN_SE_UN(op, CB_STATS, to, CB_STATS_READ, from, MTIA_SE_F32, MTIA_SE_F32, count)
#define STATS_BIN(op, to, a, b, second, count)                                                     \
  KN_SE_BIN(op, CB_STATS, to, CB_STATS_READ, a, MTIA_SE_F32, CB_STATS_READ, b, MTIA_SE_F32,        \
            second, MTIA_SE_F32, count, 1)

// T = t - the number at `m`; the chunk is taken from CB_IN.
static void subtract(const struct job *job, uint32_t n, uint32_t m) {
  if (has_t(job))
    KN_SE_BIN(MTIA_SE_SUB, CB_T, 0, CB_T_READ, 0, MTIA_SE_F32, CB_STATS_READ, m, MTIA_SE_F32,
              MTIA_SE_ONE, MTIA_SE_F32, n, 1);
  else
    KN_SE_BIN(MTIA_SE_SUB, CB_T, 0, CB_IN, 0, job->type, CB_STATS_READ, m, MTIA_SE_F32, MTIA_SE_ONE,
              MTIA_SE_F32, n, 1);
  __mtia_cb_pop(CB_IN, kn_pad(n * kn_se_size(job->type)));
}

static void first_pass(const struct job *job, uint64_t begin, uint64_t end) {
  STATS_UN(MTIA_SE_COPY, M, START, 2);
  for (uint64_t at = begin; at < end; at += MOST_ELEMENTS) {
    uint32_t n = (uint32_t)kn_min(MOST_ELEMENTS, end - at);
    if (has_t(job))
      make_t(job, 0, n);
    if (has_t(job))
      KN_SE_RED(MTIA_SE_RED_MAX, CB_STATS, CHUNK_MAX, CB_T_READ, 0, MTIA_SE_F32, 1, n, 0);
    else
      KN_SE_RED(MTIA_SE_RED_MAX, CB_STATS, CHUNK_MAX, CB_IN, 0, job->type, 1, n, 0);
    STATS_BIN(MTIA_SE_MAX, NEW_MAX, M, CHUNK_MAX, MTIA_SE_EACH, 1);
    STATS_BIN(MTIA_SE_SUB, FACTOR, M, NEW_MAX, MTIA_SE_EACH, 1);
    STATS_UN(MTIA_SE_EXP, FACTOR, FACTOR, 1);
    STATS_BIN(MTIA_SE_MUL, S, S, FACTOR, MTIA_SE_EACH, 1);
    STATS_UN(MTIA_SE_COPY, M, NEW_MAX, 1);
    subtract(job, n, M);
    KN_SE_UN(MTIA_SE_EXP, CB_T, 0, CB_T_READ, 0, MTIA_SE_F32, MTIA_SE_F32, n);
    KN_SE_RED(MTIA_SE_RED_SUM, CB_STATS, CHUNK_SUM, CB_T_READ, 0, MTIA_SE_F32, 1, n, 0);
    STATS_BIN(MTIA_SE_ADD, S, S, CHUNK_SUM, MTIA_SE_EACH, 1);
  }
}

// All PEs' core 1 come here. Afterwards M and S are those of the whole row.
static void exchange(const struct kn_part *part, bool idle) {
  // Until all have come here, somebody may still use its local memory for what was before.
  __mtia_bar(MTIA_BAR_CORE);
  if (!idle) {
    __mtia_sync();
    const float *mine = (const float *)(uintptr_t)(STATS_AT + M);
    uint32_t first = mtia_pe() - part->part;
    for (uint32_t k = 0; k < part->parts; k++) {
      float *theirs = kn_remote(first + k, STATS_AT - MTIA_LOCAL_BASE + 4 * part->part);
      theirs[THEIR_M / 4] = mine[0];
      theirs[THEIR_S / 4] = mine[1];
    }
  }
  __mtia_bar(MTIA_BAR_CORE);
  if (idle)
    return;
  KN_SE_RED(MTIA_SE_RED_MAX, CB_STATS, M, CB_STATS_READ, THEIR_M, MTIA_SE_F32, 1, part->parts, 0);
  STATS_BIN(MTIA_SE_SUB, FACTORS, THEIR_M, M, MTIA_SE_ONE, part->parts);
  STATS_UN(MTIA_SE_EXP, FACTORS, FACTORS, part->parts);
  STATS_BIN(MTIA_SE_MUL, FACTORS, FACTORS, THEIR_S, MTIA_SE_EACH, part->parts);
  KN_SE_RED(MTIA_SE_RED_SUM, CB_STATS, S, CB_STATS_READ, FACTORS, MTIA_SE_F32, 1, part->parts, 0);
}

static void second_pass(const struct job *job, uint64_t row, uint64_t begin, uint64_t end) {
  uint32_t size = kn_se_size(job->type);
  if (job->log) {
    __mtia_sync();
    logarithms((float *)(uintptr_t)(STATS_AT + S), 1);
  } else
    STATS_UN(MTIA_SE_RECIPROCAL, S, S, 1);
  for (uint64_t at = begin; at < end; at += MOST_ELEMENTS) {
    uint32_t n = (uint32_t)kn_min(MOST_ELEMENTS, end - at);
    if (has_t(job))
      make_t(job, 0, n);
    subtract(job, n, M);
    if (job->log)
      KN_SE_BIN(MTIA_SE_SUB, CB_OUT, 0, CB_T_READ, 0, MTIA_SE_F32, CB_STATS_READ, S, MTIA_SE_F32,
                MTIA_SE_ONE, job->type, n, 1);
    else {
      KN_SE_UN(MTIA_SE_EXP, CB_T, 0, CB_T_READ, 0, MTIA_SE_F32, MTIA_SE_F32, n);
      KN_SE_BIN(MTIA_SE_MUL, CB_OUT, 0, CB_T_READ, 0, MTIA_SE_F32, CB_STATS_READ, S, MTIA_SE_F32,
                MTIA_SE_ONE, job->type, n, 1);
    }
    __mtia_cb_push(CB_OUT, kn_pad(n * size));
    __mtia_cr_w2(MTIA_CR_DMA_OUT, n * size, 0);
    __mtia_dma_out(CB_OUT, job->y->data + row * job->y->stride[0] + at * size, 1);
  }
}

// One row, or a part of it on each PE.
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
  struct kn_part part = kn_part(job->x->dim[0], job->x->dim[1], 64);
  bool idle = part.row == job->x->dim[0];
  if (mtia_core() == 0) {
    load_long(job, part.row, part.begin, part.end);
    return;
  }
  if (!idle)
    first_pass(job, part.begin, part.end);
  exchange(&part, idle);
  if (!idle)
    second_pass(job, part.row, part.begin, part.end);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

// What the first load does not wait for; the cores meet behind it.
static void set_up_rest(void) {
  __mtia_cb_init(CB_OUT, OUT_AT, OUT_SIZE);
  __mtia_cb_init(CB_SUMS, SUMS_AT, 2 * SUMS_SIZE);
  __mtia_bar(MTIA_BAR_PE);
}

static void set_up(const struct job *job) {
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_IN, IN_AT, IN_SIZE);
    if (job->mask)
      __mtia_cb_init(CB_MASK, E_AT, T_SIZE);
    return;
  }
  float *start = (float *)(uintptr_t)(STATS_AT + START);
  start[0] = -0x1.fffffep127f; // a first chunk of -infinity only then gives no NaN
  start[1] = 0;
  KN_SE_SCRATCH(CB_T, CB_T_READ, T_AT, 2 * T_SIZE);
  KN_SE_SCRATCH(CB_E, CB_E_READ, E_AT, T_SIZE);
  KN_SE_SCRATCH(CB_STATS, CB_STATS_READ, STATS_AT, STATS_SIZE);
  __mtia_cr_w(MTIA_CR_QMODE, 0);
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(job->scale), 0);
  __mtia_bar(MTIA_BAR_PE);
}

static void tear_down(void) {
  if (mtia_core() == 0)
    return;
  KN_SE_SCRATCH_END(CB_T_READ, 2 * T_SIZE);
  KN_SE_SCRATCH_END(CB_E_READ, T_SIZE);
  KN_SE_SCRATCH_END(CB_STATS_READ, STATS_SIZE);
}

static enum mtia_status softmax(const struct mtia_softmax_args *args, enum mtia_se_type type,
                                bool log, bool masked) {
  struct job job = {&args->x, &args->y, type, args->scale, log, masked ? &args->mask : NULL, 1};
  uint64_t rows = job.x->dim[0], n = job.x->dim[1];
  if (rows != job.y->dim[0] || n != job.y->dim[1])
    return MTIA_STATUS_SHAPE;
  if (masked) {
    if (args->every < 1)
      return MTIA_STATUS_VALUE;
    if (args->mask.dim[1] != n || args->mask.dim[0] == 0)
      return MTIA_STATUS_SHAPE;
    job.every = (uint64_t)args->every;
  }
  if (rows == 0 || n == 0)
    return MTIA_STATUS_OK;
  set_up(&job);
  bool cut = 2 * rows <= kn_pes() && n >= LONG;
  if (mtia_core() == 0 && (cut || n > MOST_ELEMENTS))
    set_up_rest();
  if (cut)
    cut_rows(&job);
  else if (n > MOST_ELEMENTS)
    whole_rows(&job);
  else {
    struct kn_rows r = kn_rows(job.x, job.y, kn_se_size(type), BLOCK, MOST_ROWS);
    if (mtia_core() == 0)
      load_short(&job, &r);
    else
      compute_short(&job, &r);
  }
  tear_down();
  kn_leave();
  return MTIA_STATUS_OK;
}

#define LAUNCH_SOFTMAX(kernel, T)                                                                  \
  KN_LAUNCH(kernel, struct mtia_softmax_args, MTIA_IN(x, MTIA_##T, "M", "N"),                      \
            MTIA_SCALAR(scale, MTIA_F32), MTIA_OUT(y, MTIA_##T, "M", "N"))
#define LAUNCH_LOG(kernel, T) LAUNCH_SOFTMAX(kernel, T)
#define LAUNCH_MASKED(kernel, T)                                                                   \
  KN_LAUNCH(kernel, struct mtia_softmax_args, MTIA_IN(x, MTIA_##T, "M", "N"),                      \
            MTIA_SCALAR(scale, MTIA_F32), MTIA_OUT(y, MTIA_##T, "M", "N"),                         \
            MTIA_IN(mask, MTIA_##T, "R", "N"), MTIA_SCALAR(every, MTIA_I32))

enum form { SOFTMAX, LOG, MASKED };

#define MTIA_VARIANT(kernel, types, units, type, form)                                             \
  enum mtia_status mtia_##kernel(const struct mtia_softmax_args *args) {                           \
    return softmax(args, MTIA_SE_##type, form == LOG, form == MASKED);                             \
  }                                                                                                \
  LAUNCH_##form(kernel, type)
#include <mtia/kernels/softmax.def>
