// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The fully connected layer as it was published ([P1] section 4, figures 7 and 8),
// to compare the emulator's time with the published throughput. kernels/fc is
// the one to use: it takes any shape and hides what this one waits for.
//
//   y[m, n] = quantize(sum over k of a[m, k] * b[n, k], scale)
//
// Core 0 issues the DMAs: the PE's slice of B once, kept, then each strip of 64
// rows of A once. Core 1, per block of 64 x 64: for each step of 32 bytes of k
// four mml (2 x 2 tiles), the first of which start from zero; what is used for
// the last time is popped; then the partial sums go east, and the last PE of the
// chain drains to C and stores it. The cores meet once, at the start. PEs of a row
// that use the same A read it by row multicast, those of a column that use the
// same B by column multicast.
//
// Per PE, as in the published example: B 128 x 512 B = 64 KB, a strip of A 64 x
// 512 B = 32 KB (three quarters of the next one fit beside it), C 16 KB. k is
// split over K / 512 neighbouring columns, m over 1 << rows_log2 rows, n over the
// rest. What of n does not fit at once makes further passes, each with its own
// slice of B; a PE with a single strip keeps it for all of them. The host gives the shares, so no
// core divides.
#include <mtia/intrinsics.h>
#include <mtia/kernel.h>
#include <stdbool.h>

enum {
  BLOCK = 64,  // rows and columns of a block
  STEP = 32,   // bytes of k of one mml
  DEPTH = 512, // bytes of k of a PE
  CHUNK = 128, // bytes of k that are popped together
  CB_A = 0,
  CB_B = 1,
  CB_C = 2,
  B_SIZE = 128 * DEPTH,
  C_SIZE = 4 * BLOCK * BLOCK,
  A_SIZE = MTIA_LOCAL_SIZE - B_SIZE - C_SIZE,
};

struct fc_args {
  struct mtia_tensor a, b;
  float scale;
  int32_t rows_log2;  // rows of PEs with different m
  int32_t parts_log2; // columns of PEs with different k
  int32_t blocks;     // of 64 columns per pass and PE: 1 or 2
  int32_t passes;
  struct mtia_tensor y;
};

struct share {
  uint32_t first_strip, strips, strip_step; // in strips of 64 rows
  uint64_t k;                               // first byte of every row
  uint32_t first_block, block_step;         // of a pass; from pass to pass
  uint32_t a_members, b_members;
  bool first, last; // of the chain
  bool keep_a;      // the only strip serves all passes
};

static struct share my_share(const struct fc_args *args) {
  uint32_t row = mtia_row(), col = mtia_col(), rows = mtia_rows(), cols = mtia_cols();
  uint32_t m_rows = 1u << args->rows_log2, parts = 1u << args->parts_log2;
  uint32_t part = col & (parts - 1), n_cols = cols >> args->parts_log2;
  uint32_t group = row >> args->rows_log2; // of rows with the same n
  uint32_t strips = (uint32_t)args->a.dim[0] / BLOCK;
  struct share s = {
      .first_strip = row & (m_rows - 1),
      .strips = strips >> args->rows_log2,
      .strip_step = m_rows,
      .k = part * DEPTH,
      .first_block = (group * n_cols + (col >> args->parts_log2)) * (uint32_t)args->blocks,
      .block_step = (rows >> args->rows_log2) * n_cols * (uint32_t)args->blocks,
      .b_members = (m_rows == 32 ? ~0u : (1u << m_rows) - 1) << (group << args->rows_log2),
      .first = part == 0,
      .last = part == parts - 1,
  };
  for (uint32_t c = part; c < cols; c += parts)
    s.a_members |= 1u << c;
  s.keep_a = s.strips == 1;
  return s;
}

static void load(const struct fc_args *args, const struct share *s) {
  bool share_a = s->a_members & (s->a_members - 1), share_b = s->b_members & (s->b_members - 1);
  __mtia_cr_w(MTIA_CR_MCAST, s->a_members | s->b_members << 16);
  for (int32_t pass = 0; pass < args->passes; ++pass) {
    uint64_t block = s->first_block + (uint32_t)pass * s->block_step;
    uint64_t b = args->b.data + block * BLOCK * args->b.stride[0] + s->k;
    uint32_t b_rows = (uint32_t)args->blocks * BLOCK;
    __mtia_cr_w2(MTIA_CR_DMA_IN, DEPTH, 0);
    __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, args->b.stride[0]);
    if (share_b)
      __mtia_dma_in(CB_B, b, b_rows, MTIA_MC_COL);
    else
      __mtia_dma_in(CB_B, b, b_rows, MTIA_MC_NONE);
    __mtia_cr_w2(MTIA_CR_DMA_IN, CHUNK, 0);
    __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, args->a.stride[0]);
    for (uint32_t i = 0; i < s->strips && !(s->keep_a && pass > 0); ++i) {
      uint64_t strip = s->first_strip + i * s->strip_step;
      uint64_t a = args->a.data + strip * BLOCK * args->a.stride[0] + s->k;
      for (uint32_t at = 0; at < DEPTH; at += CHUNK) {
        if (share_a)
          __mtia_dma_in(CB_A, a + at, BLOCK, MTIA_MC_ROW);
        else
          __mtia_dma_in(CB_A, a + at, BLOCK, MTIA_MC_NONE);
      }
    }
  }
}

#define MML_STEP(flags)                                                                            \
  do {                                                                                             \
    __mtia_mml(0, CB_A, CB_B, 0, 0, flags, MTIA_MML_S8S8);                                         \
    __mtia_mml(1, CB_A, CB_B, 0, 1, flags, MTIA_MML_S8S8);                                         \
    __mtia_mml(2, CB_A, CB_B, 1, 0, flags, MTIA_MML_S8S8);                                         \
    __mtia_mml(3, CB_A, CB_B, 1, 1, MTIA_MML_ADV | (flags), MTIA_MML_S8S8);                        \
  } while (0)

#define REDUCE(acc, ti, tj)                                                                        \
  do {                                                                                             \
    if (!s->first && !s->last)                                                                     \
      __mtia_red(acc, MTIA_RED_IN_WEST, MTIA_RED_OUT_EAST);                                        \
    else if (!s->last)                                                                             \
      __mtia_red(acc, MTIA_RED_IN_NONE, MTIA_RED_OUT_EAST);                                        \
    else if (!s->first)                                                                            \
      __mtia_red(acc, MTIA_RED_IN_WEST, MTIA_RED_OUT_NONE);                                        \
    if (s->last)                                                                                   \
      __mtia_drain(acc, CB_C, ti, tj, MTIA_DRAIN_I8, 0);                                           \
  } while (0)

// One block of 64 x 64; `b` is where its part of B begins behind the head of CB_B.
static void compute_block(const struct share *s, uint32_t b, bool pop_a) {
  for (uint32_t at = 0; at < DEPTH; at += CHUNK) {
    // What is popped moves the head, otherwise the offset advances.
    __mtia_cr_w2(MTIA_CR_MML_A, pop_a ? 0 : at * BLOCK, CHUNK);
    __mtia_cr_w2(MTIA_CR_MML_B, b + at, DEPTH);
    if (at == 0)
      MML_STEP(MTIA_MML_ZERO);
    else
      MML_STEP(0);
    for (uint32_t step = STEP; step < CHUNK; step += STEP)
      MML_STEP(0);
    if (pop_a)
      __mtia_cb_pop(CB_A, BLOCK * CHUNK);
  }
  REDUCE(0, 0, 0);
  REDUCE(1, 0, 1);
  REDUCE(2, 1, 0);
  REDUCE(3, 1, 1);
}

static void compute(const struct fc_args *args, const struct share *s) {
  __mtia_cr_w(MTIA_CR_BLOCK, BLOCK | BLOCK << 16);
  __mtia_cr_w2(MTIA_CR_MML_INC, STEP, STEP);
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(args->scale), 0);
  __mtia_cr_w2(MTIA_CR_QCLAMP, (uint32_t)-128, 127);
  __mtia_cr_w2(MTIA_CR_OUT, 0, BLOCK);
  __mtia_cr_w2(MTIA_CR_DMA_OUT, BLOCK, BLOCK);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, args->y.stride[0]);
  for (int32_t pass = 0; pass < args->passes; ++pass) {
    uint64_t block = s->first_block + (uint32_t)pass * s->block_step;
    for (uint32_t i = 0; i < s->strips; ++i) {
      uint64_t strip = s->first_strip + i * s->strip_step;
      uint64_t y = args->y.data + strip * BLOCK * args->y.stride[0] + block * BLOCK;
      for (int32_t j = 0; j < args->blocks; ++j) {
        compute_block(s, (uint32_t)j * BLOCK * DEPTH, !s->keep_a && j + 1 == args->blocks);
        if (s->last) {
          __mtia_cb_push(CB_C, BLOCK * BLOCK);
          __mtia_dma_out(CB_C, y + (uint32_t)j * BLOCK, BLOCK);
        }
      }
    }
    __mtia_cb_pop(CB_B, (uint32_t)args->blocks * BLOCK * DEPTH);
  }
  if (s->keep_a)
    __mtia_cb_pop(CB_A, BLOCK * DEPTH);
}

MTIA_KERNEL(fc_published, struct fc_args, MTIA_IN(a, MTIA_I8, "M", "K"),
            MTIA_IN(b, MTIA_I8, "N", "K"), MTIA_SCALAR(scale, MTIA_F32),
            MTIA_SCALAR(rows_log2, MTIA_I32), MTIA_SCALAR(parts_log2, MTIA_I32),
            MTIA_SCALAR(blocks, MTIA_I32), MTIA_SCALAR(passes, MTIA_I32),
            MTIA_OUT(y, MTIA_I8, "M", "N")) {
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_A, MTIA_LOCAL_BASE, A_SIZE);
    __mtia_cb_init(CB_B, MTIA_LOCAL_BASE + A_SIZE, B_SIZE);
    __mtia_cb_init(CB_C, MTIA_LOCAL_BASE + A_SIZE + B_SIZE, C_SIZE);
  }
  struct share share = my_share(args);
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0)
    load(args, &share);
  else
    compute(args, &share);
}
