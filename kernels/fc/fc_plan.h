// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How one fully connected layer y[m, n] = x[m, k] * w[n, k] is dealt out to a
// sub-grid of R x C processing elements. Plain C: a host can call it, too.
//
// m, n and k are dealt out in tiles of 32 rows, 32 columns and 32 bytes of k, as
// in the published mapping ([P1] section 4): rows of PEs take different m (and n,
// when m is short), columns take different n, and k is split over `k_parts`
// neighbouring columns whose partial sums travel east on the reduction network:
//
//   row r    = rn * row_groups + rm     rm picks the rows of x, rn helps n
//   column c = cn * k_parts    + s      cn helps n, s picks the slice of k
//
// PE (r, c) owns row tiles rm * my_m and on, column tiles g * my_n and on, with
// g = rn * (C / k_parts) + cn. The PEs of a row with equal s read the same x and
// the rows with equal rn read the same w: multicast. If all rows of PEs take the
// same m, the PEs of a column read the same x, too, and if they are more, they
// share it: x is read C / k_parts times instead of once for each row.
//
// A PE works in blocks of 64 x 64, 2 x 2 accumulators. A strip is what it has of
// x for 64 rows, a panel what it has of w for 64 columns. Which of them stay in
// local memory decides the order of the blocks:
//
//   output stationary   nothing stays: a strip and a panel are streamed per block
//   weights stationary  all panels stay (or: one strip, while panels pass), strips outside
//   inputs stationary   all strips stay (or: one panel, while strips pass), panels outside
#ifndef MTIA_KERNELS_FC_PLAN_H
#define MTIA_KERNELS_FC_PLAN_H

#include <mtia/memory_map.h>
#include <stdbool.h>
#include <stdint.h>

#define FC_TILE 32   // rows and columns of a tile; bytes of k that one mml consumes
#define FC_BLOCK 64  // rows and columns of a block
#define FC_CHUNK 128 // bytes of k per DMA: 4 steps per accumulator hide a reduce and a drain
#define FC_FIRST 64  // of the first FC_SHORT bytes: the first products can begin sooner
#define FC_SHORT 512
// What is loaded and multiplied before a PE knows all of its share, of the first FC_SHORT bytes
#define FC_LOADED (3 * FC_FIRST)
#define FC_BEGUN (2 * FC_FIRST)
#define FC_FEW_ROWS 32768 // bytes of x that may be read twice

// Local memory: halves of output blocks, what belongs to columns, sums for zero points; the rest
// holds x and w.
#define FC_CB_BIAS_SIZE (4 * FC_BLOCK * 4)
#define FC_CB_SCALES_SIZE (4 * FC_BLOCK * 8)
#define FC_CB_SUM_SIZE (2 * FC_BLOCK * 4)
#define FC_CONSTANTS_SIZE 192
#define FC_EXCHANGE_SIZE 256 // what the cores tell each other
#define FC_SMALL_SIZE                                                                              \
  (FC_CB_BIAS_SIZE + FC_CB_SCALES_SIZE + 4 * FC_CB_SUM_SIZE + FC_CONSTANTS_SIZE + FC_EXCHANGE_SIZE)
#define FC_RING_MIN (4 * FC_BLOCK * FC_CHUNK) // a stream that is not kept: 4 chunks

// On the device: lines of the stack for fc_search.
#ifndef FC_MAKE_STACK
#define FC_MAKE_STACK()
#endif

struct fc_size {
  uint64_t m, n, k_bytes;
  uint32_t y_size; // bytes of an element
  bool x_in_dram, w_in_dram;
};

static inline bool fc_in_dram(const struct fc_size *size) {
  return size->x_in_dram || size->w_in_dram;
}

struct fc_plan {
  uint32_t m_tiles, n_tiles, steps;
  uint32_t row_groups;     // rows of PEs with different m
  uint32_t k_log2;         // log2 of k_parts
  uint32_t n_groups;       // PEs, or chains of PEs, with different n
  uint32_t my_m, my_n;     // tiles of a PE; the last ones may have fewer
  uint32_t my_steps;       // of k; the last part may have fewer
  bool w_outside;          // panels outside, strips inside
  bool keep_x, keep_w;     // while the other one passes
  bool unused;             // all bytes of a plan are written
  uint32_t x_room, w_room; // of local memory
};

static inline uint32_t fc_min(uint32_t a, uint32_t b) { return a < b ? a : b; }
// x is shared by the PEs of a column, not by those of a row.
static inline bool fc_x_down(const struct fc_plan *p, uint32_t rows, uint32_t cols) {
  return p->row_groups == 1 && rows > cols >> p->k_log2;
}
// How often x is read by someone; `row_copies` rows of PEs take the same m.
static inline uint32_t fc_x_copies(const struct fc_plan *p, uint32_t row_copies, uint32_t cols) {
  return p->row_groups == 1 ? fc_min(row_copies, cols >> p->k_log2) : row_copies;
}
static inline uint32_t fc_ceil_shift(uint32_t a, uint32_t bits) {
  return (a + (1u << bits) - 1) >> bits;
}
static inline uint32_t fc_blocks(uint32_t tiles) { return (tiles + 1) >> 1; }

// Trailing zeros, not of 0.
static inline uint32_t fc_twos(uint32_t a) { return (uint32_t)__builtin_ctz(a); }

// Two halves of a block wait to be stored while two are drained; of 4-byte results one and one.
static inline uint32_t fc_y_room(uint32_t y_size) {
  return fc_min(4 * FC_TILE * FC_BLOCK * y_size, 16384);
}

// What stays: all of one operand if that fits, else a strip or a panel.
static inline __attribute__((always_inline)) void fc_keep(struct fc_plan *p, uint32_t y_size) {
  uint32_t room = MTIA_LOCAL_SIZE - FC_SMALL_SIZE - fc_y_room(y_size);
  uint32_t left = room - FC_RING_MIN;
  uint64_t tile = (uint64_t)p->my_steps * (FC_TILE * FC_TILE); // bytes
  bool strips = p->my_m > 2 && tile, panels = p->my_n > 2 && tile;
  p->w_outside = p->keep_x = p->keep_w = p->unused = false;
  p->x_room = room / 2 & ~31u;
  if (strips && p->my_n * tile <= left) {
    p->keep_w = true;
    p->x_room = room - p->my_n * (uint32_t)tile;
    p->keep_x = panels && 2 * tile <= p->x_room;
  } else if (panels && p->my_m * tile <= left) {
    p->w_outside = p->keep_x = true;
    p->x_room = p->my_m * (uint32_t)tile;
    p->keep_w = strips && 2 * tile <= room - p->x_room;
  } else if (panels && fc_min(p->my_m, 2) * tile <= left) {
    uint32_t strip = fc_min(p->my_m, 2) * (uint32_t)tile;
    p->keep_x = true;
    // If there is room, the next strip begins to come.
    p->x_room = strip + (strip + FC_RING_MIN / 2 <= left ? FC_RING_MIN / 2 : 0);
  } else if (strips && fc_min(p->my_n, 2) * tile <= left) {
    uint32_t panel = fc_min(p->my_n, 2) * (uint32_t)tile;
    p->w_outside = p->keep_w = true;
    p->x_room = room - panel - (panel + FC_RING_MIN / 2 <= left ? FC_RING_MIN / 2 : 0);
  }
  p->w_room = room - p->x_room;
}

// How often each operand is loaded then.
static inline uint32_t fc_x_times(const struct fc_plan *p) {
  return p->keep_x ? 1 : fc_blocks(p->my_n);
}
static inline uint32_t fc_w_times(const struct fc_plan *p) {
  return p->keep_w ? 1 : fc_blocks(p->my_m);
}

// Times of a tile-step of x or w from memory, in halves of a cycle.
static inline uint32_t fc_cost(bool in_dram) { return in_dram ? 11 : 2; }

// Estimated cycles of what must happen for a plan, all at the same time.
struct fc_estimate {
  uint64_t products, port, memory;
};

static inline __attribute__((always_inline)) struct fc_estimate
fc_estimate(struct fc_plan *p, const struct fc_size *size, uint32_t copies) {
  fc_keep(p, size->y_size);
  uint32_t x_times = fc_x_times(p), w_times = fc_w_times(p);
  struct fc_estimate e = {.products = (uint64_t)p->my_m * p->my_n * p->my_steps * 32};
  // A KB, a tile's step, through the port: 16 cycles, and some for what the memory can't keep up.
  e.port = (uint64_t)(p->my_m * x_times + p->my_n * w_times) * p->my_steps * 18;
  // The same from all of SRAM: 1 cycle; from DRAM 5.5.
  uint64_t x = (uint64_t)p->m_tiles * x_times * copies, w = (uint64_t)p->n_tiles * w_times;
  e.memory = (x * fc_cost(size->x_in_dram) + w * fc_cost(size->w_in_dram)) * p->steps >> 1;
  return e;
}

// They rank plans, nothing else depends on them.
static inline uint64_t fc_cycles(struct fc_plan *p, const struct fc_size *size, uint32_t copies) {
  struct fc_estimate e = fc_estimate(p, size, copies);
  uint64_t most = e.products > e.port ? e.products : e.port;
  most = most > e.memory ? most : e.memory;
  return most + ((e.port + e.memory) >> 5) + (p->k_log2 ? 100u << p->k_log2 : 0);
}

// Deals out by powers of two: 2^r rows of PEs for m, 2^c columns for k, everything else for n. The
// odd factor of the rows goes to m or to n, that of the columns to n.
static inline void fc_deal(struct fc_plan *p, uint32_t rows, uint32_t cols, uint32_t r, uint32_t c,
                           bool odd_to_m) {
  uint32_t row_bits = fc_twos(rows), col_bits = fc_twos(cols);
  uint32_t m_odd = odd_to_m ? rows >> row_bits : 1;
  uint32_t n_odd = (cols >> col_bits) * (odd_to_m ? 1 : rows >> row_bits);
  uint32_t n_bits = row_bits - r + col_bits - c;
  p->row_groups = m_odd << r;
  p->k_log2 = c;
  p->n_groups = n_odd << n_bits;
  p->my_m = fc_ceil_shift(m_odd == 1 ? p->m_tiles : (p->m_tiles + m_odd - 1) / m_odd, r);
  p->my_n = fc_ceil_shift(n_odd == 1 ? p->n_tiles : (p->n_tiles + n_odd - 1) / n_odd, n_bits);
  p->my_steps = fc_ceil_shift(p->steps, c);
}

// Whether k is long enough for 2^c parts.
static inline bool fc_all_have_k(uint32_t steps, uint32_t c) {
  return c == 0 || ((1u << c) - 1) * fc_ceil_shift(steps, c) < steps;
}

// The estimate as if everything was loaded once: what small layers can afford.
static inline uint64_t fc_quick_cycles(const struct fc_plan *p, const struct fc_size *size,
                                       uint32_t copies) {
  uint64_t products = (uint64_t)p->my_m * p->my_n * p->my_steps * 32;
  uint64_t port = (uint64_t)(p->my_m + p->my_n) * p->my_steps * 18;
  uint64_t memory = ((uint64_t)p->m_tiles * copies * fc_cost(size->x_in_dram) +
                     (uint64_t)p->n_tiles * fc_cost(size->w_in_dram)) *
                        p->steps >>
                    1;
  uint64_t most = products > port ? products : port;
  most = most > memory ? most : memory;
  return most + ((port + memory) >> 5) + (p->k_log2 ? 100u << p->k_log2 : 0);
}

// Tries all plans.
__attribute__((noinline, unused)) static void
fc_search(struct fc_plan *p, const struct fc_size *size, uint32_t rows, uint32_t cols) {
  uint32_t row_bits = fc_twos(rows), col_bits = fc_twos(cols);
  uint64_t least = UINT64_MAX;
  struct fc_plan q = *p;
  bool quick = (uint64_t)p->m_tiles * p->n_tiles * p->steps < UINT64_C(1024) * rows * cols;
  for (uint32_t odd = 0; odd <= ((rows >> row_bits) > 1); ++odd)
    for (uint32_t r = 0; r <= row_bits; ++r) {
      uint32_t row_copies = (odd ? 1 : rows >> row_bits) << (row_bits - r);
      for (uint32_t c = 0; c <= col_bits && fc_all_have_k(p->steps, c); ++c) {
        fc_deal(&q, rows, cols, r, c, odd);
        // What multiplies longer can't be better.
        if ((uint64_t)q.my_m * q.my_n * q.my_steps * 32 >= least)
          continue;
        uint32_t copies = fc_x_copies(&q, row_copies, cols);
        uint64_t cycles = quick ? fc_quick_cycles(&q, size, copies) : fc_cycles(&q, size, copies);
        if (cycles < least) {
          least = cycles;
          *p = q;
        }
      }
    }
  if (quick)
    fc_keep(p, size->y_size);
}

static inline bool fc_even(const struct fc_plan *p, uint32_t r, uint32_t n_bits) {
  return p->my_m << r == p->m_tiles && p->my_n << n_bits == p->n_tiles &&
         p->my_steps << p->k_log2 == p->steps;
}

// A few rows of x, w in DRAM: every PE loads a part of w that no other one needs, so that as many
// requests as possible are on their way. More parts of k share x better, fewer reduce sooner.
static inline bool fc_guess_few_rows(struct fc_plan *p, const struct fc_size *size,
                                     uint32_t row_bits, uint32_t col_bits) {
  uint32_t c = size->m * size->k_bytes < FC_FEW_ROWS ? fc_min(col_bits, 2) : col_bits;
  while (!fc_all_have_k(p->steps, c))
    --c;
  p->row_groups = 1;
  p->k_log2 = c;
  p->n_groups = 1u << (row_bits + col_bits - c);
  p->my_m = p->m_tiles;
  p->my_n = fc_ceil_shift(p->n_tiles, row_bits + col_bits - c);
  p->my_steps = fc_ceil_shift(p->steps, c);
  fc_keep(p, size->y_size);
  return fc_x_times(p) == 1 && fc_w_times(p) == 1;
}

// Something is in DRAM: every row of PEs takes other rows of x, so that all of x and w is read
// once; k is in as many parts as that needs. Where w is large and copies of x are a 32nd of it, all
// rows of PEs load other parts of w instead: with more requests on their way, channels that
// the rows of w hit unevenly matter less.
static inline bool fc_guess_dram(struct fc_plan *p, const struct fc_size *size, uint32_t row_bits,
                                 uint32_t col_bits) {
  uint64_t x_cost = size->m * fc_cost(size->x_in_dram), w_cost = size->n * fc_cost(size->w_in_dram);
  uint32_t r = row_bits;
  bool large = size->n * size->k_bytes >= UINT64_C(2) << 20;
  while (large && r > 0 && p->m_tiles <= 1u << (r - 1) &&
         x_cost << (row_bits - r + 1 + 5) <= w_cost)
    --r;
  uint64_t once = ((uint64_t)(p->m_tiles << (row_bits - r)) * fc_cost(size->x_in_dram) +
                   (uint64_t)p->n_tiles * fc_cost(size->w_in_dram)) *
                      p->steps >>
                  1;
  p->row_groups = 1u << r;
  p->my_m = fc_ceil_shift(p->m_tiles, r);
  // One row of tiles is multiplied while the next ones come; then x is better shared by two columns
  // than by eight, which wait for each other.
  uint32_t c = p->my_m == 1 && p->m_tiles < 1u << row_bits ? fc_min(col_bits, 2) : 0;
  for (; c <= col_bits && fc_all_have_k(p->steps, c); ++c) {
    uint32_t n_bits = row_bits - r + col_bits - c;
    p->k_log2 = c;
    p->n_groups = 1u << n_bits;
    p->my_n = fc_ceil_shift(p->n_tiles, n_bits);
    p->my_steps = fc_ceil_shift(p->steps, c);
    struct fc_estimate e = fc_estimate(p, size, 1u << (row_bits - r));
    if (e.memory == once)
      return e.memory >= e.products || fc_even(p, r, n_bits);
  }
  return false;
}

// Everything is in SRAM: as many rows as m can be dealt out to evenly, and as few columns for k as
// then are left over, so that blocks are still of 2 x 2 tiles: smaller ones load more for each
// product. On a grid of powers of two.
static inline __attribute__((always_inline)) bool fc_deal_evenly(struct fc_plan *p, uint32_t rows,
                                                                 uint32_t cols) {
  uint32_t row_bits = fc_twos(rows), col_bits = fc_twos(cols);
  // Halved, for tiles in pairs; an odd number is one of singles.
  uint32_t m_twos = fc_twos(p->m_tiles), n_twos = fc_twos(p->n_tiles);
  uint32_t r = fc_min(row_bits, m_twos - (m_twos > 0)), n_bits = row_bits - r + col_bits;
  n_twos -= n_twos > 0;
  uint32_t c = n_bits > n_twos ? n_bits - n_twos : 0;
  if (c > col_bits || p->steps & ((1u << c) - 1))
    return false;
  n_bits -= c;
  p->row_groups = 1u << r;
  p->k_log2 = c;
  p->n_groups = 1u << n_bits;
  p->my_m = p->m_tiles >> r;
  p->my_n = p->n_tiles >> n_bits;
  p->my_steps = p->steps >> c;
  return true;
}

static inline void fc_tiles(struct fc_plan *p, const struct fc_size *size) {
  p->m_tiles = (uint32_t)(size->m + FC_TILE - 1) / FC_TILE;
  p->n_tiles = (uint32_t)(size->n + FC_TILE - 1) / FC_TILE;
  p->steps = (uint32_t)(size->k_bytes + FC_TILE - 1) / FC_TILE;
}

static inline bool fc_powers_of_two(uint32_t rows, uint32_t cols) {
  return ((rows & (rows - 1)) | (cols & (cols - 1))) == 0;
}

// The plan of most layers in SRAM, where there is one that is surely good, as its first loads wait
// for it: fc_choose finds the same. Nothing is loaded more often than for each of a PE's strips or
// panels. So with whole blocks the port takes 18 cycles for each 32 of products at most, and the
// memory as many halves as are added up here.
static inline __attribute__((always_inline)) bool
fc_choose_at_once(struct fc_plan *p, const struct fc_size *size, uint32_t rows, uint32_t cols) {
  fc_tiles(p, size);
  if (!fc_powers_of_two(rows, cols) || p->steps == 0 || fc_in_dram(size) ||
      !fc_deal_evenly(p, rows, cols) || (p->my_m | p->my_n) & 1 ||
      (rows + p->n_groups) << p->k_log2 > 64)
    return false;
  fc_keep(p, size->y_size);
  return true;
}

// The plan of any layer. Every PE computes the same one from the same numbers, so it should be
// quick: on a grid of powers of two there is a first guess, good if loading hides behind the
// products.
static inline void fc_choose(struct fc_plan *p, const struct fc_size *size, uint32_t rows,
                             uint32_t cols) {
  fc_tiles(p, size);
  uint32_t row_bits = fc_twos(rows), col_bits = fc_twos(cols);
  bool good = false;
  if (fc_powers_of_two(rows, cols) && p->steps) {
    if (size->w_in_dram && p->m_tiles <= 2)
      good = fc_guess_few_rows(p, size, row_bits, col_bits);
    else if (fc_in_dram(size))
      good = fc_guess_dram(p, size, row_bits, col_bits);
    else if (fc_deal_evenly(p, rows, cols)) {
      struct fc_estimate e = fc_estimate(p, size, 1u << (row_bits - fc_twos(p->row_groups)));
      good = e.products >= e.port && e.products >= e.memory;
    }
  }
  if (!good) {
    FC_MAKE_STACK();
    fc_search(p, size, rows, cols);
  }
}

#endif
