// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a batch of matrix products y[m, n] = x[m, k] * w[k, n] is dealt out to a sub-grid of R x C
// processing elements. Everything here is arithmetic on numbers, so that the host can test it
// (test/kernels/matmul_plan_test.c); every core of every PE computes the same plan.
//
// The PEs are grouped into *teams* of A x B neighbours. A team makes A x B blocks of 64 x 64 of one
// product at a time, a *set*: its rows take different rows of y, its columns different columns. PEs
// of a row of the team read the same x, by row multicast, those of a column the same w. A product
// has `strip_sets` x `block_sets` sets; `panel` neighbouring block sets are a panel. The unit that
// teams get dealt out is one strip set of one panel; units are numbered batch, panel, strip set,
// the last fastest, and every team gets a range of them.
//
// What local memory is for, per PE (a strip is 64 rows of x or columns of w, whole k):
//
//   MM_PANEL   k is short: w of the panel is kept for all strips, each strip of x for all blocks
//   MM_KEEP_X  a strip of x is kept for all blocks of the panel; w streams
//   MM_KEEP_W  panels are one block wide, its w is kept for all strips; x streams
//   MM_STREAM  both stream
//
// Arithmetic intensity. Per block the DPE works 4 cycles for each byte of k, a strip is 64 bytes
// for each byte of k. So x and w that both stream into one PE alone are 32 bytes per cycle, of
// which teams of A x B fetch 16 / A + 16 / B from memory; what is kept divides its part by the
// number of blocks (strips) that use it. All of an 8 x 8 grid may take 16 bytes per cycle and PE
// from SRAM, 2.9 from DRAM.
#ifndef MTIA_KERNELS_MATMUL_PLAN_H
#define MTIA_KERNELS_MATMUL_PLAN_H

#include <mtia/memory_map.h>
#include <stdbool.h>
#include <stdint.h>

enum {
  MM_BLOCK = 64,  // rows and columns of a block: 2 x 2 accumulators
  MM_STEP = 32,   // bytes of k of one mml
  MM_SHORT = 256, // bytes of k that come by one load, at most
  // Bytes of k of a load, if it is longer. From DRAM twice as many: a line of its cache.
  MM_CHUNK = 128,
  MM_STREAM_SIZE = 4 * MM_BLOCK * MM_CHUNK, // of what streams, at least
  MM_UNITS = 4, // of MM_PANEL per PE, at least, if panels can be narrower
};

enum mm_mode { MM_PANEL, MM_KEEP_X, MM_KEEP_W, MM_STREAM };

struct mm_shape {
  uint64_t batch, m, n;
  uint32_t k;          // bytes, not 0
  uint32_t out;        // bytes of an element of y
  uint32_t columns;    // of y per block: MM_BLOCK, or half of it where a block has two products
  uint32_t aside;      // bytes of local memory that are taken
  bool onto;           // the sum begins at c
  bool x_far, w_far;   // in DRAM
  uint32_t rows, cols; // of the sub-grid
};

struct mm_plan {
  enum mm_mode mode;
  uint32_t team_rows, team_cols;   // PEs of a team
  uint32_t strips, blocks;         // of 64 rows, of `columns` columns, of a product
  uint32_t strip_sets, block_sets; // of a product
  uint32_t panel, panels;          // block sets of a panel; panels of a product
  uint32_t chunk;                  // bytes of k of a load
  uint32_t x_size, w_size;         // of the circular buffers
  uint64_t cycles;                 // the estimate
};

static inline uint64_t mm_div(uint64_t a, uint64_t b) {
  return b & (b - 1) ? a / b : a >> __builtin_ctzll(b);
}
static inline uint64_t mm_ceil_div(uint64_t a, uint64_t b) { return mm_div(a + b - 1, b); }
static inline uint32_t mm_pad(uint32_t bytes) { return (bytes + 31) & ~31u; }

// Two blocks of y; of c one and, narrower ones, two that wait for being widened.
static inline uint32_t mm_y_size(const struct mm_shape *s) {
  return 2 * MM_BLOCK * s->columns * s->out;
}
static inline uint32_t mm_c_size(const struct mm_shape *s) {
  return !s->onto ? 0 : 2 * MM_BLOCK * s->columns * s->out;
}
static inline uint32_t mm_wide_size(const struct mm_shape *s) {
  return !s->onto || s->out == 4 ? 0 : MM_BLOCK * s->columns * 4;
}
// What is left for x and w.
static inline uint32_t mm_room(const struct mm_shape *s) {
  return MTIA_LOCAL_SIZE - mm_y_size(s) - mm_c_size(s) - mm_wide_size(s) - s->aside;
}

// Chooses what is kept, how wide panels are and how x and w share the room.
static inline void mm_keep(const struct mm_shape *s, struct mm_plan *p, uint64_t teams) {
  uint32_t k = mm_pad(s->k), strip = MM_BLOCK * k, room = mm_room(s);
  uint64_t strip_sets = s->batch * p->strip_sets;
  p->panel = 1;
  p->panels = p->block_sets;
  p->chunk = s->x_far || s->w_far ? 2 * MM_CHUNK : MM_CHUNK;
  p->x_size = p->w_size = room / 2 & ~31u;
  if (k <= MM_SHORT) {
    // Twice as wide while three panels would fit and every PE has enough to do.
    p->mode = MM_PANEL;
    p->chunk = k;
    while (p->panels > 1 && 6 * p->panel * strip <= room &&
           strip_sets * ((p->panels + 1) / 2) >= MM_UNITS * teams) {
      p->panel *= 2;
      p->panels = (p->panels + 1) / 2;
    }
  } else if (strip + MM_BLOCK * p->chunk > room - MM_STREAM_SIZE ||
             (p->block_sets == 1 && p->strip_sets == 1)) {
    p->mode = MM_STREAM;
  } else if (p->block_sets >= p->strip_sets) {
    p->mode = MM_KEEP_X;
    p->panel = p->block_sets;
    p->panels = 1;
    while (p->panel > 1 && strip_sets * p->panels < teams) {
      p->panel = (p->panel + 1) / 2;
      p->panels = (uint32_t)mm_ceil_div(p->block_sets, p->panel);
    }
    // The next strip comes meanwhile, as far as it fits.
    p->x_size = 2 * strip <= room - MM_STREAM_SIZE ? 2 * strip : room - MM_STREAM_SIZE;
    p->w_size = room - p->x_size;
  } else {
    p->mode = MM_KEEP_W;
    p->w_size = 2 * strip <= room - MM_STREAM_SIZE ? 2 * strip : room - MM_STREAM_SIZE;
    p->x_size = room - p->w_size;
  }
}

// Cycles of the DPE for a block.
static inline uint64_t mm_block_cycles(const struct mm_shape *s) {
  return (s->m > 32 ? 2 : 1) * mm_pad(s->k) * (s->n > s->columns / 2 ? 2 : 1);
}

// Estimated cycles: per block the slowest of DPE, memories and FI, times the blocks of a PE.
static inline void mm_estimate(const struct mm_shape *s, struct mm_plan *p, uint64_t teams) {
  uint64_t pes = (uint64_t)s->rows * s->cols;
  uint64_t my_units = mm_ceil_div(s->batch * p->strip_sets * p->panels, teams);
  uint64_t strip = MM_BLOCK * mm_pad(s->k), compute = mm_block_cycles(s);
  // Bytes per block that enter a PE, and its share of what leaves the memories.
  uint64_t x = p->mode == MM_PANEL || p->mode == MM_KEEP_X ? mm_div(strip, p->panel) : strip;
  uint64_t w = strip;
  if (p->mode == MM_PANEL || p->mode == MM_KEEP_W)
    w = mm_div(w, my_units < p->strip_sets ? my_units : p->strip_sets);
  uint64_t fi = (x + w) / 64;
  uint64_t x_read = mm_div(x, p->team_cols), w_read = mm_div(w, p->team_rows);
  uint64_t near = (s->x_far ? 0 : x_read) + (s->w_far ? 0 : w_read) +
                  MM_BLOCK * s->columns * s->out * (s->onto ? 2 : 1);
  uint64_t far = (s->x_far ? x_read : 0) + (s->w_far ? w_read : 0);
  uint64_t memory = near * pes / 1024, dram = far * pes * 11 / 2048; // 187 bytes per cycle
  uint64_t slowest = compute > fi ? compute : fi;
  slowest = memory > slowest ? memory : slowest;
  slowest = dram > slowest ? dram : slowest;
  // What is nearly as slow as the slowest makes it wait now and then, the more as what is kept
  // comes in bursts.
  uint64_t waits = (compute + (p->mode == MM_STREAM ? memory : 2 * memory) + dram) / 8;
  p->cycles = my_units * p->panel * (slowest + waits);
}

// Plans for the team p->team_rows x p->team_cols, if its sides divide the sub-grid's.
static inline bool mm_try(const struct mm_shape *s, struct mm_plan *p, uint64_t enough) {
  uint32_t down = (uint32_t)mm_div(s->rows, p->team_rows);
  uint32_t across = (uint32_t)mm_div(s->cols, p->team_cols);
  if (down * p->team_rows != s->rows || across * p->team_cols != s->cols)
    return false;
  uint64_t teams = (uint64_t)down * across;
  p->strip_sets = (uint32_t)mm_ceil_div(p->strips, p->team_rows);
  p->block_sets = (uint32_t)mm_ceil_div(p->blocks, p->team_cols);
  uint64_t sets = mm_ceil_div(s->batch * p->strip_sets * p->block_sets, teams);
  if (sets * mm_block_cycles(s) >= enough)
    return false;
  mm_keep(s, p, teams);
  mm_estimate(s, p, teams);
  return true;
}

// Short work: single PEs, if each has enough of its own, as they read little twice. Otherwise the
// largest teams that no product leaves empty read least; smaller ones are tried while they could
// share the blocks out better by a fifth than the best so far. (Every try takes 150 cycles at the
// start of the kernel.)
static inline struct mm_plan mm_choose(const struct mm_shape *s) {
  struct mm_plan best = {.cycles = UINT64_MAX}, p = {.team_rows = 1, .team_cols = 1};
  p.strips = (uint32_t)((s->m + MM_BLOCK - 1) / MM_BLOCK);
  p.blocks = (uint32_t)mm_ceil_div(s->n, s->columns);
  uint64_t pes = (uint64_t)s->rows * s->cols;
  if (mm_pad(s->k) <= MM_SHORT && s->batch * p.strips * p.blocks >= pes) {
    p.strip_sets = p.strips;
    p.block_sets = p.blocks;
    mm_keep(s, &p, pes);
    if (s->batch * p.strip_sets * p.panels >= MM_UNITS * pes)
      return p;
  }
  uint64_t enough = UINT64_MAX;
  uint64_t ideal = s->batch * p.strips * p.blocks * mm_block_cycles(s);
  uint32_t team_cols = s->cols < p.blocks ? s->cols : p.blocks;
  for (p.team_rows = s->rows < p.strips ? s->rows : p.strips; p.team_rows; --p.team_rows)
    for (p.team_cols = team_cols; p.team_cols; --p.team_cols)
      if (mm_try(s, &p, enough) && p.cycles < best.cycles) {
        best = p;
        enough = p.cycles - p.cycles / 4;
        if (enough * pes <= ideal)
          return best;
      }
  return best;
}

#endif
