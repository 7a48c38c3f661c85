// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Transpose of matrices: y[b, n, m] = x[b, m, n].
//
//   transpose_i8, transpose_f16, transpose_f32    x: [B, M, N], y: [B, N, M] of that type
//
// Any extents from 0, any sub-grid. Bits are moved, not numbers.
//
// The matrices are cut into tiles of up to 128 bytes by 128 bytes' worth of rows, so that both
// sides move by rows of whole requests; every PE has as many tiles as the others, to one. Core 0
// loads them, core 1 has the MLU turn them and stores.
#include "../util.h"

enum { CB_IN, CB_OUT };
enum {
  TILE = 128, // bytes of a row of a tile, before and after
  TILES = 6,  // per PE, at least, if tiles can be cut smaller
  LEAST = 32, // bytes: rows begin at multiples of it
  CB_SIZE = MTIA_LOCAL_SIZE / 2,
};

struct args {
  struct mtia_tensor x, y;
};

struct cut {
  uint32_t log2;             // bytes of an element
  uint32_t tile_m, tile_n;   // elements
  uint32_t tiles_m, tiles_n; // of a matrix
  uint64_t m, n;
};

// A tile and where it is.
struct walk {
  uint64_t left, batch;
  uint32_t tile_m, tile_n; // its number in its matrix; n counts faster
  uint64_t x, y;           // addresses
  uint32_t m, n;           // its extents
};

static struct cut cut(const struct args *a, uint32_t log2) {
  struct cut c = {.log2 = log2, .m = a->x.dim[1], .n = a->x.dim[2]};
  c.tile_m = c.tile_n = TILE >> log2;
  c.tiles_n = (uint32_t)kn_ceil_div(c.n, c.tile_n);
  c.tiles_m = (uint32_t)kn_ceil_div(c.m, c.tile_m);
  uint64_t wanted = TILES * kn_pes();
  while (a->x.dim[0] * c.tiles_m * c.tiles_n < wanted && c.tile_m > (LEAST >> log2)) {
    c.tile_m /= 2;
    c.tiles_m = (uint32_t)kn_ceil_div(c.m, c.tile_m);
  }
  return c;
}

static void locate(const struct args *a, const struct cut *c, struct walk *w) {
  uint64_t m = (uint64_t)w->tile_m * c->tile_m, n = (uint64_t)w->tile_n * c->tile_n;
  w->x = a->x.data + w->batch * a->x.stride[0] + m * a->x.stride[1] + (n << c->log2);
  w->y = a->y.data + w->batch * a->y.stride[0] + n * a->y.stride[1] + (m << c->log2);
  w->m = (uint32_t)kn_min(c->tile_m, c->m - m);
  w->n = (uint32_t)kn_min(c->tile_n, c->n - n);
}

static struct walk begin(const struct args *a, const struct cut *c) {
  uint64_t per_matrix = (uint64_t)c->tiles_m * c->tiles_n;
  struct kn_range mine = kn_share(a->x.dim[0] * per_matrix, mtia_pe(), kn_pes());
  struct walk w = {.left = mine.end - mine.begin};
  if (w.left) {
    w.batch = kn_div(mine.begin, per_matrix);
    uint32_t tile = (uint32_t)(mine.begin - w.batch * per_matrix);
    w.tile_m = (uint32_t)kn_div(tile, c->tiles_n);
    w.tile_n = tile - w.tile_m * c->tiles_n;
    locate(a, c, &w);
  }
  return w;
}

static void next(const struct args *a, const struct cut *c, struct walk *w) {
  if (--w->left == 0)
    return;
  if (++w->tile_n == c->tiles_n) {
    w->tile_n = 0;
    if (++w->tile_m == c->tiles_m) {
      w->tile_m = 0;
      w->batch++;
    }
  }
  locate(a, c, w);
}

static void load(const struct args *a, const struct cut *c) {
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, a->x.stride[1]);
  for (struct walk w = begin(a, c); w.left; next(a, c, &w)) {
    __mtia_cr_w2(MTIA_CR_DMA_IN, w.n << c->log2, 0);
    __mtia_dma_in(CB_IN, w.x, w.m, MTIA_MC_NONE);
  }
}

static void turn(const struct args *a, const struct cut *c) {
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, a->y.stride[1]);
  for (struct walk w = begin(a, c); w.left; next(a, c, &w)) {
    uint32_t row = kn_pad(w.n << c->log2), out_row = kn_pad(w.m << c->log2);
    __mtia_cr_w2(MTIA_CR_MLU_SHAPE, w.m, w.n);
    __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, row);
    __mtia_cr_w2(MTIA_CR_MLU_DST, 0, out_row);
    if (c->log2 == 0)
      __mtia_mlu_transpose(CB_OUT, CB_IN, MTIA_MLU_8, MTIA_MLU_MEMORY);
    else if (c->log2 == 1)
      __mtia_mlu_transpose(CB_OUT, CB_IN, MTIA_MLU_16, MTIA_MLU_MEMORY);
    else
      __mtia_mlu_transpose(CB_OUT, CB_IN, MTIA_MLU_32, MTIA_MLU_MEMORY);
    __mtia_cb_pop(CB_IN, w.m * row);
    __mtia_cb_push(CB_OUT, w.n * out_row);
    __mtia_cr_w2(MTIA_CR_DMA_OUT, w.m << c->log2, 0);
    __mtia_dma_out(CB_OUT, w.y, w.n);
  }
}

static void transpose(const struct args *a, uint32_t log2) {
  if (mtia_core() == 0) {
    __mtia_cb_init(CB_IN, MTIA_LOCAL_BASE, CB_SIZE);
    __mtia_cb_init(CB_OUT, MTIA_LOCAL_BASE + CB_SIZE, CB_SIZE);
  }
  if (a->x.dim[0] == 0 || a->x.dim[1] == 0 || a->x.dim[2] == 0)
    return;
  struct cut c = cut(a, log2);
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 0)
    load(a, &c);
  else
    turn(a, &c);
}

#define TRANSPOSE(name, dtype, log2)                                                               \
  MTIA_KERNEL(transpose_##name, struct args, MTIA_IN(x, dtype, "B", "M", "N"),                     \
              MTIA_OUT(y, dtype, "B", "N", "M")) {                                                 \
    transpose(args, log2);                                                                         \
  }
TRANSPOSE(i8, MTIA_I8, 0)
TRANSPOSE(f16, MTIA_F16, 1)
TRANSPOSE(f32, MTIA_F32, 2)
