// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a batch of matrix products y[m, n] = x[m, k] * w[k, n] is dealt out to a sub-grid of R x C
// processing elements. Everything here is arithmetic on numbers, so that the host can test it
// (test/unit/matmul_plan_test.c); every core of every PE computes the same plan.
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
// Blocks of a set are neighbours: PE c of a row of the team has block set * B + c. 16-bit results
// in DRAM are stored in rows of 256 bytes, lines of the SRAM where it caches DRAM, since of a line
// that is not stored whole the cache fetches the rest: there, with
// MM_KEEP_X and MM_STREAM, a PE has two neighbouring blocks, one in each of two sets, and stores
// them together.
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
  MM_LINE = 256,  // bytes of a line of the SRAM as a cache
  // Bytes of k of a load, if it is longer. From DRAM twice as many: a line of its cache.
  MM_CHUNK = 128,
  MM_STREAM_SIZE = 4 * MM_BLOCK * MM_CHUNK, // of what streams, at least
  MM_UNITS = 4, // of MM_PANEL per PE, at least, if panels can be narrower
};

// Of a team of PEs, per block of short k: a set of 32 heads, 512 x 512, k 64 in FP16 takes 8 x 8
// PEs 890 cycles, of which the memory needs 640 (./build.sh bench kernels).
enum { MM_TEAM_CYCLES = 128 };
enum { MM_LONG = 16384 }; // cycles that are worth all tries

enum mm_mode { MM_PANEL, MM_KEEP_X, MM_KEEP_W, MM_STREAM };

struct mm_shape {
  uint64_t batch, m, n;
  uint32_t k;          // bytes, not 0
  uint32_t out;        // bytes of an element of y
  uint32_t columns;    // of y per block: MM_BLOCK, or half of it where a block has two products
  uint32_t aside;      // bytes of local memory that are taken
  bool onto;           // the sum begins at c
  bool x_far, w_far;   // in DRAM
  bool y_far;          //
  uint32_t rows, cols; // of the sub-grid
};

struct mm_plan {
  enum mm_mode mode;
  uint32_t team_rows, team_cols;   // PEs of a team
  uint32_t strips, blocks;         // of 64 rows, of `columns` columns, of a product
  uint32_t strip_sets, block_sets; // of a product
  uint32_t panel, panels;          // block sets of a panel; panels of a product
  bool pairs;                      // of blocks that are stored together
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

// Rows of a block of y are half a line of the memory that they go to.
static inline bool mm_half_lines(const struct mm_shape *s) {
  return s->y_far && s->out * s->columns == MM_LINE / 2;
}

// Chooses what is kept, how wide panels are and how x and w share the room. In line: a call is 30
// cycles of the start, before anything is loaded.
static inline __attribute__((always_inline)) void mm_keep(const struct mm_shape *s,
                                                          struct mm_plan *p, uint64_t teams) {
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
    p->pairs = mm_half_lines(s) && p->block_sets > 1;
    if (p->pairs) {
      p->panel = 2;
      p->panels = (p->block_sets + 1) / 2;
    }
  } else if (p->block_sets >= p->strip_sets) {
    p->mode = MM_KEEP_X;
    p->panel = p->block_sets;
    p->panels = 1;
    while (p->panel > 1 && strip_sets * p->panels < teams) {
      p->panel = (p->panel + 1) / 2;
      p->panels = (uint32_t)mm_ceil_div(p->block_sets, p->panel);
    }
    p->pairs = mm_half_lines(s) && (p->panels == 1 || p->panel % 2 == 0);
    // The next strip comes meanwhile, as far as it fits.
    p->x_size = 2 * strip <= room - MM_STREAM_SIZE ? 2 * strip : room - MM_STREAM_SIZE;
    p->w_size = room - p->x_size;
  } else {
    p->mode = MM_KEEP_W;
    p->w_size = 2 * strip <= room - MM_STREAM_SIZE ? 2 * strip : room - MM_STREAM_SIZE;
    p->x_size = room - p->w_size;
  }
}

// Whether a set is one of two whose blocks are pairs, and the block that member `col` of a row of
// the team has in it.
static inline bool mm_paired(const struct mm_plan *p, uint32_t set) {
  return p->pairs && (set | 1) < p->block_sets;
}
static inline uint32_t mm_block(const struct mm_plan *p, uint32_t set, uint32_t col) {
  return mm_paired(p, set) ? (set & ~1u) * p->team_cols + 2 * col + (set & 1)
                           : set * p->team_cols + col;
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
  // And members of a team that each have little to do wait for each other.
  if (p->mode == MM_PANEL && p->team_rows * p->team_cols > 1)
    waits += MM_TEAM_CYCLES;
  p->cycles = my_units * p->panel * (slowest + waits);
}

// Plans for a team, whose sides divide the sub-grid's; keeps the better of this plan and *best.
static inline bool mm_try(const struct mm_shape *s, uint32_t team_rows, uint32_t team_cols,
                          struct mm_plan *best) {
  struct mm_plan p = {.team_rows = team_rows,
                      .team_cols = team_cols,
                      .strips = best->strips,
                      .blocks = best->blocks};
  if (team_rows == 0 || team_cols == 0)
    return false;
  uint64_t teams = mm_div(s->rows, team_rows) * mm_div(s->cols, team_cols);
  p.strip_sets = (uint32_t)mm_ceil_div(p.strips, team_rows);
  p.block_sets = (uint32_t)mm_ceil_div(p.blocks, team_cols);
  mm_keep(s, &p, teams);
  mm_estimate(s, &p, teams);
  if (p.cycles >= best->cycles)
    return false;
  *best = p;
  return true;
}

// The largest divisor of `side` up to `most`, 0 if that is 0.
static inline uint32_t mm_part(uint32_t side, uint32_t most) {
  if ((side & (side - 1)) == 0)
    return most < side ? most ? 1u << (31 - __builtin_clz(most)) : 0 : side;
  while (most > side || (most && side % most))
    most--;
  return most;
}

// Cycles that no plan can be below: every block multiplied, or every operand read and y written
// once.
static inline uint64_t mm_ideal(const struct mm_shape *s, const struct mm_plan *p) {
  uint64_t k = mm_pad(s->k), pes = (uint64_t)s->rows * s->cols;
  uint64_t products = (uint64_t)p->strips * p->blocks;
  uint64_t compute = mm_div(products * mm_block_cycles(s), pes);
  uint64_t memory =
      (MM_BLOCK * k * (p->strips + p->blocks) + products * MM_BLOCK * s->columns * s->out) / 1024;
  return s->batch * (compute > memory ? compute : memory);
}

// Short work: single PEs, if each has enough of its own and reads nothing twice. Otherwise the
// largest team that no product leaves empty reads least; smaller ones share the blocks out better,
// and are tried as long as the best so far is half as much again as the ideal: first those that are
// a step smaller, and if that leads nowhere, and there is much to do, all. (Every try takes some
// 150 cycles at the start of the kernel.)
static inline struct mm_plan mm_choose(const struct mm_shape *s) {
  struct mm_plan best = {.cycles = UINT64_MAX, .team_rows = 1, .team_cols = 1};
  best.strips = (uint32_t)((s->m + MM_BLOCK - 1) / MM_BLOCK);
  best.blocks = (uint32_t)mm_ceil_div(s->n, s->columns);
  uint64_t pes = (uint64_t)s->rows * s->cols;
  bool narrow = mm_pad(s->k) <= MM_SHORT && s->batch * best.strips * best.blocks >= pes;
  if (narrow) {
    best.strip_sets = best.strips;
    best.block_sets = best.blocks;
    mm_keep(s, &best, pes);
    if (best.panels == 1 && s->batch * best.strip_sets >= MM_UNITS * pes)
      return best;
    mm_try(s, 1, 1, &best);
  }
  uint64_t good = mm_ideal(s, &best) / 2 * 3;
  uint32_t most_rows = mm_part(s->rows, best.strips), most_cols = mm_part(s->cols, best.blocks);
  mm_try(s, most_rows, most_cols, &best);
  for (bool better = true; better && best.cycles > good;) {
    uint32_t rows = best.team_rows, cols = best.team_cols;
    better = mm_try(s, mm_part(s->rows, rows - 1), cols, &best);
    better |= mm_try(s, rows, mm_part(s->cols, cols - 1), &best);
  }
  if (best.cycles > good && best.cycles > MM_LONG)
    for (uint32_t rows = most_rows; rows; rows = mm_part(s->rows, rows - 1))
      for (uint32_t cols = most_cols; cols; cols = mm_part(s->cols, cols - 1))
        mm_try(s, rows, cols, &best);
  return best;
}

#endif
