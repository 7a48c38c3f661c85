// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How one fully connected layer y[m, n] = x[m, k] * w[n, k] is dealt out to a
// sub-grid of R x C processing elements.
//
// The published mapping ([P1] section 4): m, n and k are dealt out in multiples
// of 64, 64 and 32. Rows of PEs take different m (and n, when m is short),
// columns take different n, and k is split over `k_parts` neighbouring columns
// whose partial sums travel east on the reduction network:
//
//   row r    = rn * row_groups + rm     rm picks the strips of m, rn helps n
//   column c = cn * k_parts    + s      cn helps n, s picks the slice of k
//
// so that PE (r, c) owns strips rm, rm + row_groups, ... and blocks g, g +
// n_groups, ... with g = rn * (C / k_parts) + cn. The PEs of a row with equal s
// read the same x and the rows with equal rn read the same w: multicast.
//
// Every core of every PE computes the same plan from the same numbers. FC_OUT_SIZE is the
// number of bytes of an element of y.
#ifndef MTIA_KERNELS_FC_PLAN_H
#define MTIA_KERNELS_FC_PLAN_H

#include <mtia/memory_map.h>
#include <stdbool.h>
#include <stdint.h>

#define FC_BLOCK 64  // rows and columns of a block: 2 x 2 accumulators of 32 x 32
#define FC_STEP 32   // bytes of k that one mml consumes
#define FC_CHUNK 128 // bytes of k per DMA: 4 steps per accumulator hide a reduce and a drain

// Local memory: output blocks and two bias vectors; the rest holds x and w.
#define FC_CB_Y_SIZE (2 * FC_BLOCK * FC_BLOCK * FC_OUT_SIZE)
#define FC_CB_BIAS_SIZE (2 * FC_BLOCK * 4)
#define FC_CB_XW_SIZE (MTIA_LOCAL_SIZE - FC_CB_Y_SIZE - FC_CB_BIAS_SIZE)
#define FC_CB_RING_MIN (4 * FC_BLOCK * FC_CHUNK) // a stream that is not kept: 4 chunks

// Weights of the estimate, in cycles; they rank plans, nothing else depends on
// them. `./build.sh bench fc` shows what they lead to; for 128 x 1024 x 1024, where loading
// counts most, 21 and 16 bytes per cycle instead of 32 choose plans that take a fifth longer.
#define FC_MML_CYCLES 32        // one full tile
#define FC_RE_CYCLES 128        // reduce, or drain, of one block
#define FC_REDUCE_HOP_CYCLES 48 // one more PE in the chain
// Cycles for loading b bytes when all PEs read: 32 B per cycle, most of it shared with others.
#define FC_LOAD_CYCLES(b) ((b) >> 5)

struct fc_plan {
  uint32_t strips, blocks, steps; // of 64 rows, of 64 columns, of 32 bytes of k
  uint32_t row_groups;            // rows of PEs with different m
  uint32_t k_parts;               // neighbouring columns with different k
  uint32_t n_groups;              // PEs, or chains of PEs, with different n
  uint32_t steps_per_part;        // upper bound; the last part may have fewer
  uint32_t cycles;                // the estimate
};

static inline uint32_t fc_ceil_div(uint32_t a, uint32_t b) { return (a + b - 1) / b; }
static inline uint32_t fc_min(uint32_t a, uint32_t b) { return a < b ? a : b; }
static inline uint32_t fc_max(uint32_t a, uint32_t b) { return a > b ? a : b; }

// Trailing zeros of a side of the grid or a part of it, not 0. (__builtin_ctz reads a table, whose
// line every core would fetch from the same DRAM channel: 700 cycles on 8x8.)
static inline uint32_t fc_twos(uint32_t a) {
  uint32_t bits = 0;
  for (; !(a & 1); a >>= 1)
    ++bits;
  return bits;
}

// What a PE keeps in local memory for reuse, all its w blocks or an x strip, and
// the bytes that are left for x when w has taken its share.
struct fc_keep {
  bool w, x;
  uint32_t x_room;
};

static inline struct fc_keep fc_choose_keep(uint32_t my_strips, uint32_t my_blocks,
                                            uint32_t my_steps) {
  uint32_t panel = FC_BLOCK * my_steps * FC_STEP;
  struct fc_keep keep;
  keep.w = my_strips > 1 && my_blocks * panel <= FC_CB_XW_SIZE - FC_CB_RING_MIN;
  keep.x_room = FC_CB_XW_SIZE - (keep.w ? my_blocks * panel : FC_CB_RING_MIN);
  keep.x = my_blocks > 1 && panel <= keep.x_room;
  return keep;
}

// Estimated cycles that the busiest PE multiplies, or reduces and drains.
static inline uint32_t fc_compute_cycles(uint32_t tiles, uint32_t my_steps, uint32_t k_parts) {
  uint32_t drain = k_parts > 1 ? 2 * FC_RE_CYCLES : FC_RE_CYCLES;
  return tiles * fc_max(4 * FC_MML_CYCLES * my_steps, drain) + k_parts * FC_REDUCE_HOP_CYCLES;
}

// Estimated cycles that it loads.
static inline uint32_t fc_load_cycles(uint32_t my_strips, uint32_t my_blocks, uint32_t my_steps) {
  struct fc_keep keep = fc_choose_keep(my_strips, my_blocks, my_steps);
  uint32_t tiles = my_strips * my_blocks;
  uint32_t panels = (keep.w ? my_blocks : tiles) + (keep.x ? my_strips : tiles);
  return FC_LOAD_CYCLES(panels * FC_BLOCK * my_steps * FC_STEP);
}

// Tries every power of two that divides the sub-grid's sides, with the odd
// factor of the rows given to m or to n (that of the columns goes to n).
// Division is slow on the cores (tens of cycles), so extents are halved from
// try to try, by ceil(ceil(a / 2) / 2) = ceil(a / 4). Each core tries one half, as a try takes
// some 60 cycles; the plan that both follow is the better one of the two, of equal ones core 0's.
static inline struct fc_plan fc_choose(uint32_t m, uint32_t n, uint32_t k_bytes, uint32_t rows,
                                       uint32_t cols, uint32_t core) {
  struct fc_plan best = {.strips = fc_ceil_div(m, FC_BLOCK),
                         .blocks = fc_ceil_div(n, FC_BLOCK),
                         .steps = fc_ceil_div(k_bytes, FC_STEP)};
  uint32_t row_bits = fc_twos(rows), col_bits = fc_twos(cols);
  uint32_t row_odd = rows >> row_bits, col_odd = cols >> col_bits;
  best.cycles = UINT32_MAX;

  for (uint32_t odd_to_m = 0; odd_to_m <= (row_odd > 1); ++odd_to_m) {
    uint32_t m_odd = odd_to_m ? row_odd : 1, n_odd = odd_to_m ? col_odd : row_odd * col_odd;
    uint32_t strips = m_odd == 1 ? best.strips : fc_ceil_div(best.strips, m_odd);
    uint32_t blocks = n_odd == 1 ? best.blocks : fc_ceil_div(best.blocks, n_odd);
    for (uint32_t r = 0; r <= row_bits; ++r) {
      uint32_t my_strips = (strips + (1u << r) - 1) >> r;
      for (uint32_t c = 0; c <= col_bits; ++c) {
        uint32_t my_steps = (best.steps + (1u << c) - 1) >> c;
        if (((1u << c) - 1) * my_steps >= best.steps)
          break; // a PE of the chain would have no k
        if (((r ^ c) & 1) != core)
          continue;
        uint32_t n_bits = row_bits - r + col_bits - c;
        uint32_t my_blocks = (blocks + (1u << n_bits) - 1) >> n_bits;
        uint32_t compute = fc_compute_cycles(my_strips * my_blocks, my_steps, 1u << c);
        if (compute >= best.cycles)
          continue;
        uint32_t load = fc_load_cycles(my_strips, my_blocks, my_steps);
        uint32_t cycles = fc_max(load, compute) + (load >> 7); // its start is never hidden
        if (cycles < best.cycles) {
          best.cycles = cycles;
          best.row_groups = m_odd << r;
          best.k_parts = 1u << c;
          best.n_groups = n_odd << n_bits;
          best.steps_per_part = my_steps;
        }
      }
    }
  }
  return best;
}

#endif
