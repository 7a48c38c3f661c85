// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batched matrix product y[b, m, n] = sum over k of x[b, m, k] * w[b, n, k], for all types: a file
// such as bmm_i8.c defines what is different and includes this one.
//
//   BMM_IN_SIZE, BMM_OUT_SIZE   bytes of an element of x and w, of y
//   BMM_MML_TYPE                of mml
//   BMM_DRAIN(acc, cb, ti, tj)  drain or drainf, with type and flags
//
// The products are cut into panels of some columns of y, and panels into strips of 64 rows; every
// PE gets as many strips as the others, to one, those of a panel one after the other. Where k is
// short, core 0 loads the panel's part of w once and each strip of x once, and core 1 goes over the
// panel block by block of 64 x 64. Where k is long (BMM_SHORT), panels are one block wide and both
// operands come chunk by chunk.
#ifndef MTIA_KERNELS_BMM_H
#define MTIA_KERNELS_BMM_H

#include "../util.h"

enum { CB_X, CB_W, CB_Y };
enum {
  BLOCK = 64,
  STEP = 32,       // bytes of k of one mml
  BMM_SHORT = 256, // bytes of k: a strip of 64 rows has 16 KB
  CHUNK = 256,     // bytes of k, if it is longer
  PANEL = 32768,   // bytes of w of a panel, at most
  STRIPS = 4,      // per PE, at least, if panels can be narrower
  Y_SIZE = 2 * BLOCK * BLOCK * BMM_OUT_SIZE,
  W_SIZE = (MTIA_LOCAL_SIZE - Y_SIZE) / 2, // more than a panel: the next one comes meanwhile
  X_SIZE = MTIA_LOCAL_SIZE - Y_SIZE - W_SIZE,
};

struct bmm_args {
  struct mtia_tensor x, w, y;
};

struct bmm_cut {
  uint64_t m, n;
  uint32_t k, k_padded;    // bytes
  uint32_t panel;          // columns, a multiple of BLOCK
  uint32_t panels, strips; // of a product
  bool keep;               // a panel's w is loaded once
};

// A strip of a panel and where it is.
struct bmm_walk {
  uint64_t left, batch;
  uint32_t panel, strip; // its number; strips count faster
  bool first;            // of this PE's in this panel
  uint64_t row, column;  // where it begins
  uint32_t rows, columns;
};

static struct bmm_cut bmm_cut(const struct bmm_args *a) {
  struct bmm_cut c = {.m = a->x.dim[1], .n = a->w.dim[1], .k = (uint32_t)a->x.dim[2] * BMM_IN_SIZE};
  c.k_padded = kn_pad(c.k);
  c.keep = c.k_padded <= BMM_SHORT;
  c.strips = (uint32_t)((c.m + BLOCK - 1) / BLOCK);
  c.panel = BLOCK;
  uint32_t blocks = (uint32_t)((c.n + BLOCK - 1) / BLOCK);
  c.panels = blocks;
  // Twice as wide while w fits and every PE has enough to do.
  uint64_t wanted = STRIPS * kn_pes();
  while (c.keep && c.panels > 1 && 2 * c.panel * c.k_padded <= PANEL &&
         a->x.dim[0] * c.strips * ((c.panels + 1) / 2) >= wanted) {
    c.panel *= 2;
    c.panels = (c.panels + 1) / 2;
  }
  return c;
}

static void bmm_locate(const struct bmm_cut *c, struct bmm_walk *w) {
  w->row = (uint64_t)w->strip * BLOCK;
  w->column = (uint64_t)w->panel * c->panel;
  w->rows = (uint32_t)kn_min(BLOCK, c->m - w->row);
  w->columns = (uint32_t)kn_min(c->panel, c->n - w->column);
}

static struct bmm_walk bmm_begin(const struct bmm_args *a, const struct bmm_cut *c) {
  uint64_t per_product = (uint64_t)c->panels * c->strips;
  struct kn_range mine = kn_share(a->x.dim[0] * per_product, mtia_pe(), kn_pes());
  struct bmm_walk w = {.left = mine.end - mine.begin, .first = true};
  if (w.left) {
    w.batch = kn_div(mine.begin, per_product);
    uint32_t at = (uint32_t)(mine.begin - w.batch * per_product);
    w.panel = (uint32_t)kn_div(at, c->strips);
    w.strip = at - w.panel * c->strips;
    bmm_locate(c, &w);
  }
  return w;
}

static void bmm_next(const struct bmm_cut *c, struct bmm_walk *w) {
  if (--w->left == 0)
    return;
  w->first = ++w->strip == c->strips;
  if (w->first) {
    w->strip = 0;
    if (++w->panel == c->panels) {
      w->panel = 0;
      w->batch++;
    }
  }
  bmm_locate(c, w);
}

static void bmm_load(const struct bmm_args *a, const struct bmm_cut *c) {
  for (struct bmm_walk w = bmm_begin(a, c); w.left; bmm_next(c, &w)) {
    uint64_t x = a->x.data + w.batch * a->x.stride[0] + w.row * a->x.stride[1];
    uint64_t b = a->w.data + w.batch * a->w.stride[0] + w.column * a->w.stride[1];
    for (uint32_t at = 0; at < c->k; at += CHUNK) { // one chunk, if w is kept
      __mtia_cr_w2(MTIA_CR_DMA_IN, kn_min(CHUNK, c->k - at), 0);
      if (!c->keep || w.first) {
        __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, a->w.stride[1]);
        for (uint32_t j = 0; j < w.columns; j += BLOCK)
          __mtia_dma_in(CB_W, b + at + j * a->w.stride[1], kn_min(BLOCK, w.columns - j),
                        MTIA_MC_NONE);
      }
      __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, a->x.stride[1]);
      __mtia_dma_in(CB_X, x + at, w.rows, MTIA_MC_NONE);
    }
  }
}

// All steps of a chunk on one accumulator.
#define BMM_MULTIPLY(acc, ti, tj)                                                                  \
  do {                                                                                             \
    KN_MULTIPLY(acc, CB_X, 0, CB_W, w_at, ti, tj, stride, STEP, zero, BMM_MML_TYPE);               \
    if (last)                                                                                      \
      BMM_DRAIN(acc, CB_Y, ti, tj);                                                                \
  } while (0)

// One block: columns of it, and where its w begins behind the head of CB_W.
static void bmm_block(const struct bmm_cut *c, const struct bmm_walk *w, uint32_t columns,
                      uint32_t w_at) {
  __mtia_cr_w(MTIA_CR_BLOCK, mtia_block(w->rows, columns));
  for (uint32_t at = 0; at < c->k_padded; at += CHUNK) {
    uint32_t stride = (uint32_t)kn_min(CHUNK, c->k_padded - at);
    bool zero = at == 0, last = at + stride == c->k_padded;
    BMM_MULTIPLY(0, 0, 0);
    BMM_MULTIPLY(1, 0, 1);
    BMM_MULTIPLY(2, 1, 0);
    BMM_MULTIPLY(3, 1, 1);
    if (!c->keep) {
      __mtia_cb_pop(CB_X, w->rows * stride);
      __mtia_cb_pop(CB_W, columns * stride);
    }
  }
}

static void bmm_compute(const struct bmm_args *a, const struct bmm_cut *c) {
  __mtia_cr_w2(MTIA_CR_MML_INC, STEP, STEP);
  __mtia_cr_w2(MTIA_CR_QSCALE, mtia_f32_bits(1), 0);
  __mtia_cr_w2(MTIA_CR_OUT, 0, BLOCK * BMM_OUT_SIZE);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, a->y.stride[1]);
  for (struct bmm_walk w = bmm_begin(a, c); w.left; bmm_next(c, &w)) {
    uint64_t y =
        a->y.data + w.batch * a->y.stride[0] + w.row * a->y.stride[1] + w.column * BMM_OUT_SIZE;
    bool pop = c->keep && (w.left == 1 || w.strip + 1 == c->strips); // w is not needed again
    uint32_t w_at = 0;
    for (uint32_t j = 0; j < w.columns; j += BLOCK) {
      uint32_t columns = (uint32_t)kn_min(BLOCK, w.columns - j);
      bmm_block(c, &w, columns, w_at);
      if (pop)
        __mtia_cb_pop(CB_W, columns * c->k_padded);
      else
        w_at += BLOCK * c->k_padded;
      __mtia_cb_push(CB_Y, w.rows * BLOCK * BMM_OUT_SIZE);
      __mtia_cr_w2(MTIA_CR_DMA_OUT, columns * BMM_OUT_SIZE, BLOCK * BMM_OUT_SIZE);
      __mtia_dma_out(CB_Y, y + j * BMM_OUT_SIZE, w.rows);
    }
    if (c->keep)
      __mtia_cb_pop(CB_X, w.rows * c->k_padded);
  }
}

// x: [B, M, K], w: [B, N, K], y: [B, M, N].
static inline void bmm_run(const struct bmm_args *a) {
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_X, MTIA_LOCAL_BASE, X_SIZE);
    __mtia_cb_init(CB_W, MTIA_LOCAL_BASE + X_SIZE, W_SIZE);
    __mtia_cb_init(CB_Y, MTIA_LOCAL_BASE + X_SIZE + W_SIZE, Y_SIZE);
  }
  if (a->x.dim[0] == 0 || a->x.dim[1] == 0 || a->w.dim[1] == 0 || a->x.dim[2] == 0)
    return; // without k, outputs stay zero
  struct bmm_cut c = bmm_cut(a);
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0)
    bmm_load(a, &c);
  else
    bmm_compute(a, &c);
}

#endif
