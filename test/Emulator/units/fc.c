// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "fc.h"

enum { CB_A, CB_B, CB_C, STEP = 256 }; // k per DMA

static void put_setup(struct machine *m, struct mtia_pe *pe) {
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 2 * 64 * STEP, CB_A);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 0x8000, 2 * 64 * STEP, CB_B);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 0x10000, 2 * 4096, CB_C);
  for (unsigned core = 0; core < 2; core++)
    PUT(m, pe, core, BAR, 0, 0, 0);
}

// Core 0 fetches: rows of A are shared by the PEs of a row, rows of B by those of a column.
static void put_loads(struct machine *m, struct mtia_pe *pe, uint64_t a, uint64_t b, unsigned k) {
  for (unsigned done = 0; done < k; done += STEP) {
    PUT(m, pe, 0, DMA_IN, a + done, 64, CB_A, 1);
    PUT(m, pe, 0, DMA_IN, b + done, 64, CB_B, 2);
  }
}

static void put_block(struct machine *m, struct mtia_pe *pe, uint64_t c, unsigned k) {
  for (unsigned done = 0; done < k; done += STEP) {
    PUT(m, pe, 1, CR_W2, 0, STEP, CR_MML_A);
    PUT(m, pe, 1, CR_W2, 0, STEP, CR_MML_B);
    for (unsigned step = 0; step < STEP / 32; step++)
      for (uint8_t t = 0; t < 4; t++) {
        uint8_t flags = (uint8_t)((t == 3) | (done + step == 0 ? 2 : 0));
        PUT(m, pe, 1, MML, 0, 0, t, CB_A, CB_B, t >> 1, t & 1, flags, 0);
      }
    PUT(m, pe, 1, CB_POP, 64 * STEP, 0, CB_A);
    PUT(m, pe, 1, CB_POP, 64 * STEP, 0, CB_B);
  }
  for (uint8_t t = 0; t < 4; t++)
    PUT(m, pe, 1, DRAIN, 0, 0, t, CB_C, t >> 1, t & 1, DRAIN_S8, 0);
  PUT(m, pe, 1, CB_PUSH, 4096, 0, CB_C);
  PUT(m, pe, 1, DMA_OUT, c, 64, CB_C);
}

void fc_put(struct machine *m, uint64_t base, unsigned rows, unsigned cols, unsigned depth) {
  uint64_t b = base + (uint64_t)rows * depth, c = b + (uint64_t)cols * depth;
  unsigned own_rows = rows / m->dev.rows, own_cols = cols / m->dev.cols;
  uint32_t all = ((1u << m->dev.rows) - 1) << 16 | ((1u << m->dev.cols) - 1);
  for (unsigned i = 0; i < m->dev.rows * m->dev.cols; i++) {
    struct mtia_pe *pe = &m->dev.pe[i];
    put_setup(m, pe);
    PUT(m, pe, 0, CR_W2, STEP, 0, CR_DMA_IN);
    PUT(m, pe, 0, CR_W, depth, 0, CR_DMA_IN_PITCH);
    PUT(m, pe, 0, CR_W, all, 0, CR_MCAST);
    PUT(m, pe, 1, CR_W2, 64 | 64 << 16, 0, CR_BLOCK);
    PUT(m, pe, 1, CR_W2, 32, 32, CR_MML_INC);
    PUT(m, pe, 1, CR_W2, 0, 64, CR_OUT);
    PUT(m, pe, 1, CR_W2, 0x3A000000, 0, CR_QSCALE); // 2^-11
    PUT(m, pe, 1, CR_W2, (uint32_t)-128, 127, CR_QCLAMP);
    PUT(m, pe, 1, CR_W2, 64, 0, CR_DMA_OUT);
    PUT(m, pe, 1, CR_W, cols, 0, CR_DMA_OUT_PITCH);
    for (unsigned r = pe->row * own_rows; r < (pe->row + 1) * own_rows; r += 64)
      for (unsigned n = pe->col * own_cols; n < (pe->col + 1) * own_cols; n += 64) {
        put_loads(m, pe, base + (uint64_t)r * depth, b + (uint64_t)n * depth, depth);
        put_block(m, pe, c + (uint64_t)r * cols + n, depth);
      }
  }
}
