// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a batch of matrix products y[m, n] = sum[k] x[m, k] * w[n, k] is dealt out to a sub-grid.
// Plain arithmetic: knyfe-c plans for its target's grid when sizes are known (kp_search), a kernel
// plans at the launch otherwise (kp_choose), by the same rules; every core computes the same plan.
//
// PEs form *teams* of A x B: a team makes A x B blocks of 64 x 64 of one product at a time, a
// *set*. PEs of a row of a team read the same x by row multicast, those of a column the same w.
// Each place in a team is a chain of `parts` neighbours that divide k among them; their partial
// sums travel east, or south: then teams are wider, and x is read less often. A product has
// strip_sets x block_sets sets, `panel` neighbouring block sets are a panel. What teams get dealt
// out are units, a strip set of a panel, numbered batch, panel, strip set, the last one fastest;
// every team gets a run of them.
//
// What local memory keeps: x of a strip (64 rows, the PE's part of k) for all blocks of a panel, w
// of a panel for all its strips, both or neither; what is not kept streams.
#ifndef MTIA_KNYFE_PLAN_H
#define MTIA_KNYFE_PLAN_H

#include <mtia/memory_map.h>
#include <stdbool.h>
#include <stdint.h>

#define KP static inline __attribute__((always_inline, unused))
// What happens once in a product, or once in many blocks: one copy compiles faster.
#define KP_SELDOM static __attribute__((noinline, unused))

enum {
  KP_BLOCK = 64,  // rows and columns of a block: 2 x 2 accumulators
  KP_STEP = 32,   // bytes of k of one mml
  KP_CHUNK = 128, // bytes of k per DMA from SRAM; from DRAM twice as many
  KP_FIRST = 64,  // of the first and last KP_SHORT bytes: the first products can begin sooner,
  KP_SHORT = 256, // and fewer are left behind the last load
  KP_STREAM = 4 * KP_BLOCK * KP_CHUNK, // bytes that what streams gets at least
  KP_PANEL = 256,                      // bytes of k up to which x and w may both stay
  KP_UNITS = 4,                        // units per PE, at least, if panels can be narrower
  KP_START = 500,                      // cycles before the first products and behind the last ones
  KP_VECTORS = 4 * KP_BLOCK * 4,       // bytes for vectors of bias, and of scales: four blocks
  KP_TERMS = KP_BLOCK * 4,             // of a vector of the sums of rows of w
  // Windows (<mtia/knyfe_window.h>):
  KP_PLACE = 32,    // bytes in which places are counted
  KP_LISTS = 8192,  // bytes of the ring of lists
  KP_LIST = 256,    // of a list: 64 rows
  KP_PAD_ROW = 256, // of a row of padding; no chunk is longer
};

struct kp_shape {
  uint64_t batch, m, n;
  uint64_t k;             // bytes, padded to KP_STEP
  uint32_t out;           // bytes of an element of y
  uint32_t aside;         // bytes of local memory that are not x's and w's
  bool splits;            // k may be split
  bool x_far, w_far;      // in DRAM
  bool x_alone;           // every PE loads its x by itself: no multicast
  uint32_t band;          // bytes of x of a strip that is a band (<mtia/knyfe_bands.h>); 0: none is
  uint32_t bands, halves; // bands of an image, and the tiles of 32 rows in these
  uint32_t rows, columns; // of the sub-grid
};

struct kp_plan {
  uint32_t parts;                   // of k
  bool down;                        // chains go down a column, else along a row
  uint32_t team_rows, team_columns; // chains of a team
  uint32_t panel;                   // block sets
  bool keep_x, keep_w;
  uint32_t x_room, w_room; // bytes
  // These follow from the others:
  uint32_t my_k; // bytes of k of a part; the last one may have fewer
  uint32_t strips, blocks, strip_sets, block_sets, panels;
  uint64_t cycles; // the estimate
};

// A division takes 21 cycles on the cores; numbers of PEs and of blocks are often powers of two.
KP uint64_t kp_div(uint64_t a, uint64_t b) { return b & (b - 1) ? a / b : a >> __builtin_ctzll(b); }
KP uint64_t kp_ceil_div(uint64_t a, uint64_t b) { return kp_div(a + b - 1, b); }
KP uint64_t kp_min(uint64_t a, uint64_t b) { return a < b ? a : b; }
KP uint64_t kp_max(uint64_t a, uint64_t b) { return a > b ? a : b; }
KP uint32_t kp_pad(uint64_t bytes) { return (uint32_t)(bytes + KP_STEP - 1) & ~(KP_STEP - 1u); }

// Two blocks of y, or of its 32-bit sums.
KP uint32_t kp_y_room(uint32_t out) { return 2 * KP_BLOCK * KP_BLOCK * out; }

// The ring of lists of KP_WINDOW 1; of bands the list of what is outside.
KP uint32_t kp_lists(uint32_t window) { return window == 1 ? KP_LISTS : KP_LIST; }

// Local memory that is not x's and w's; `steps`: bytes of what steps need.
KP uint32_t kp_aside(uint32_t out, bool bias, bool scales, bool sums, uint32_t window,
                     uint32_t steps) {
  return kp_y_room(out) + steps + (bias ? KP_VECTORS : 0) + (scales ? KP_VECTORS : 0) +
         (sums ? 4 * KP_TERMS : 0) + (window ? kp_lists(window) + KP_PAD_ROW : 0);
}

// Do vectors of 64 columns stay in local memory with w of these?
KP bool kp_columns_stay(const struct kp_plan *p) { return p->keep_w && p->panel == 1; }

// Bytes of k of the chunk that begins `at` bytes behind the PE's first.
KP uint32_t kp_chunk(const struct kp_shape *s, uint64_t outer, uint32_t at, uint32_t left) {
  const bool begins = outer == 0 && at < KP_SHORT, ends = s->splits && left <= KP_SHORT;
  const uint32_t most = s->x_alone             ? KP_CHUNK
                        : begins || ends       ? KP_FIRST
                        : s->x_far || s->w_far ? 2 * KP_CHUNK
                                               : KP_CHUNK;
  return left < most ? left : most;
}

// Rows of w that are loaded at a time, of so many that are left of a chunk: where chunks are short,
// 32, so that products with the first columns need not wait for the others.
KP uint32_t kp_loaded(bool turned, uint32_t k, uint32_t left) {
  return !turned && k <= KP_FIRST && left > KP_BLOCK / 2 ? KP_BLOCK / 2 : left;
}

// Rows and columns of chains.
KP uint32_t kp_chain_rows(const struct kp_shape *s, const struct kp_plan *p) {
  return p->down ? (uint32_t)kp_div(s->rows, p->parts) : s->rows;
}
KP uint32_t kp_chain_columns(const struct kp_shape *s, const struct kp_plan *p) {
  return p->down ? s->columns : (uint32_t)kp_div(s->columns, p->parts);
}

// What follows from parts and teams.
KP void kp_derive(const struct kp_shape *s, struct kp_plan *p) {
  p->my_k = (uint32_t)kp_ceil_div(s->k / KP_STEP, p->parts) * KP_STEP;
  p->strips = (uint32_t)((s->m + KP_BLOCK - 1) / KP_BLOCK);
  p->blocks = (uint32_t)((s->n + KP_BLOCK - 1) / KP_BLOCK);
  p->strip_sets = (uint32_t)kp_ceil_div(p->strips, p->team_rows);
  p->block_sets = (uint32_t)kp_ceil_div(p->blocks, p->team_columns);
  p->panels = (uint32_t)kp_ceil_div(p->block_sets, p->panel);
}

// What stays, how wide panels are, how x and w share the room.
KP void kp_keep(const struct kp_shape *s, struct kp_plan *p, uint64_t teams) {
  const uint32_t room = (uint32_t)(MTIA_LOCAL_SIZE - s->aside);
  const uint64_t strip = (uint64_t)KP_BLOCK * p->my_k, strip_sets = s->batch * p->strip_sets;
  p->panel = 1;
  p->panels = p->block_sets;
  p->keep_x = p->keep_w = false;
  p->x_room = room / 2 & ~31u;
  if (s->band) {
    // x of a band stays for all blocks, w for all bands if it fits beside two of these.
    const uint64_t w = KP_BLOCK * (uint64_t)p->my_k * p->block_sets, two = 2 * (uint64_t)s->band;
    p->keep_x = true;
    p->keep_w = w + two <= room;
    p->panel = p->block_sets;
    p->panels = 1;
    p->x_room = (uint32_t)(p->keep_w ? room - w : kp_min(two, room - KP_STREAM)) & ~31u;
  } else if (p->my_k <= KP_PANEL) {
    // Twice as wide while three panels would fit and every PE has enough to do.
    p->keep_x = p->keep_w = true;
    while (p->panels > 1 && 6 * p->panel * strip <= room &&
           strip_sets * ((p->panels + 1) / 2) >= KP_UNITS * teams) {
      p->panel *= 2;
      p->panels = (p->panels + 1) / 2;
    }
  } else if (strip > room - 2 * KP_STREAM || (p->block_sets == 1 && p->strip_sets == 1))
    ;
  else if (p->block_sets >= p->strip_sets) {
    p->keep_x = true;
    p->panel = p->block_sets;
    p->panels = 1;
    while (p->panel > 1 && strip_sets * p->panels < teams) {
      p->panel = (p->panel + 1) / 2;
      p->panels = (uint32_t)kp_ceil_div(p->block_sets, p->panel);
    }
    // The next strip comes meanwhile, as far as it fits.
    p->x_room = (uint32_t)kp_min(2 * strip, room - KP_STREAM);
  } else {
    p->keep_w = true;
    p->x_room = room - (uint32_t)kp_min(2 * strip, room - KP_STREAM);
  }
  p->w_room = room - p->x_room;
}

// Estimated cycles: per block the slowest of DPE, memories and FI, times the blocks of a PE.
KP void kp_estimate(const struct kp_shape *s, struct kp_plan *p, uint64_t teams) {
  const uint64_t all = s->batch * p->strip_sets * p->panels, units = kp_ceil_div(all, teams);
  const uint64_t pes = kp_min(all, teams) * p->team_rows * p->team_columns * p->parts; // that work
  const uint64_t strip = (uint64_t)KP_BLOCK * p->my_k;
  const uint64_t compute = (s->band ? kp_ceil_div((uint64_t)p->my_k * s->halves, s->bands)
                                    : (uint64_t)p->my_k * (s->m > KP_BLOCK / 2 ? 2 : 1)) *
                           (s->n > KP_BLOCK / 2 ? 2 : 1);
  // Bytes per block that enter a PE, and its share of what leaves the memories.
  const uint64_t x = kp_div(s->band ? s->band : strip, p->keep_x ? p->panel : 1);
  const uint64_t w = p->keep_w ? kp_div(strip, kp_min(units, p->strip_sets)) : strip;
  const uint64_t port = (x + w) / 64;
  const uint64_t x_read = s->x_alone ? x : kp_div(x, p->team_columns);
  const uint64_t w_read = kp_div(w, p->team_rows);
  const uint64_t y = kp_div((uint64_t)KP_BLOCK * KP_BLOCK * s->out, p->parts);
  const uint64_t near = (s->x_far ? 0 : x_read) + (s->w_far ? 0 : w_read) + y;
  const uint64_t far = (s->x_far ? x_read : 0) + (s->w_far ? w_read : 0);
  const uint64_t memory = near * pes / 1024, dram = far * pes * 11 / 2048; // 187 bytes per cycle
  const uint64_t slowest = kp_max(kp_max(compute, port), kp_max(memory, dram));
  // What is nearly as slow as the slowest makes it wait now and then, the more as what is kept
  // comes in bursts; members of a team that have little to do wait for each other.
  const bool streams = !p->keep_x && !p->keep_w;
  uint64_t waits = (compute + (streams ? memory : 2 * memory) + dram) / 8;
  if (p->keep_x && p->keep_w && !s->band && p->team_rows * p->team_columns > 1)
    waits += 128;
  p->cycles = KP_START + units * p->panel * (slowest + waits) + (p->parts > 1 ? 50 * p->parts : 0);
}

// Plans for chains of `parts` and teams whose sides divide those of the chains; keeps the better of
// this plan and *best.
KP_SELDOM bool kp_try(const struct kp_shape *s, uint32_t parts, bool down, uint32_t team_rows,
                      uint32_t team_columns, struct kp_plan *best) {
  struct kp_plan p = {.parts = parts,
                      .down = down,
                      .team_rows = team_rows,
                      .team_columns = team_columns,
                      .panel = 1};
  if (team_rows == 0 || team_columns == 0 || parts == 0)
    return false;
  kp_derive(s, &p);
  // Every part has some of k.
  if (parts > 1 && (uint64_t)(parts - 1) * p.my_k >= s->k)
    return false;
  const uint64_t teams =
      kp_div(kp_chain_rows(s, &p), team_rows) * kp_div(kp_chain_columns(s, &p), team_columns);
  kp_keep(s, &p, teams);
  kp_estimate(s, &p, teams);
  if (p.x_room < s->band)
    return false;
  if (p.cycles >= best->cycles)
    return false;
  *best = p;
  return true;
}

// The largest divisor of `side` up to `most`, 0 if that is 0.
KP_SELDOM uint32_t kp_part(uint32_t side, uint32_t most) {
  if ((side & (side - 1)) == 0)
    return most >= side ? side : most ? 1u << (31 - __builtin_clz(most)) : 0;
  while (most && (most > side || side % most))
    most = most > side ? side : most - 1;
  return most;
}

// Can chains of `parts`, a power of two, go down or along the sub-grid?
KP bool kp_can_split(const struct kp_shape *s, uint32_t parts, bool down) {
  return parts == 1 || (s->splits && ((down ? s->rows : s->columns) & (parts - 1)) == 0);
}

// The kinds of chains: one PE, 2, 4, 8 and 16 in both directions.
enum { KP_CHAINS = 9 };
KP struct kp_plan kp_chains(uint32_t i) {
  return (struct kp_plan){.parts = 1u << (i + 1) / 2, .down = i && i % 2 == 0};
}

// All plans: for knyfe-c.
KP struct kp_plan kp_search(const struct kp_shape *s) {
  struct kp_plan best = {.cycles = UINT64_MAX};
  const uint32_t strips = (uint32_t)((s->m + KP_BLOCK - 1) / KP_BLOCK);
  const uint32_t blocks = (uint32_t)((s->n + KP_BLOCK - 1) / KP_BLOCK);
  for (uint32_t i = 0; i < KP_CHAINS; i++) {
    const struct kp_plan p = kp_chains(i);
    if (!kp_can_split(s, p.parts, p.down))
      continue;
    const uint32_t rows = kp_chain_rows(s, &p), columns = kp_chain_columns(s, &p);
    for (uint32_t a = kp_part(rows, strips); a; a = kp_part(rows, a - 1))
      for (uint32_t b = kp_part(columns, blocks); b; b = kp_part(columns, b - 1))
        kp_try(s, p.parts, p.down, a, b, &best);
  }
  return best;
}

// At the launch a try costs some 200 cycles: from as many parts of k as PEs would otherwise idle,
// and the largest team that no product leaves empty, step by step to what is better, as long as
// there is something to be gained.
KP_SELDOM struct kp_plan kp_choose(const struct kp_shape *s) {
  struct kp_plan best = {.cycles = UINT64_MAX};
  const uint32_t strips = (uint32_t)((s->m + KP_BLOCK - 1) / KP_BLOCK);
  const uint32_t blocks = (uint32_t)((s->n + KP_BLOCK - 1) / KP_BLOCK);
  struct kp_plan p = {.parts = 1, .down = strips < blocks};
  if (!kp_can_split(s, 2, p.down))
    p.down = !p.down;
  while (p.parts < 16 && kp_can_split(s, 2 * p.parts, p.down) && 2 * p.parts * KP_STEP <= s->k &&
         s->batch * strips * blocks * p.parts * 2 <= (uint64_t)s->rows * s->columns)
    p.parts *= 2;
  do
    kp_try(s, p.parts, p.down, kp_part(kp_chain_rows(s, &p), strips),
           kp_part(kp_chain_columns(s, &p), blocks), &best);
  while (best.cycles == UINT64_MAX && (p.parts /= 2));
  // What no plan can be below: every block multiplied. Another 500 cycles are not worth the tries.
  const uint64_t blocks_each =
      kp_ceil_div(s->batch * strips * blocks * best.parts, (uint64_t)s->rows * s->columns);
  const uint64_t least = KP_START + blocks_each * best.my_k * (s->m > KP_BLOCK / 2 ? 2 : 1) *
                                        (s->n > KP_BLOCK / 2 ? 2 : 1);
  for (bool better = true; better && best.cycles > least + kp_max(least / 2, 500);) {
    const uint32_t rows = best.team_rows, columns = best.team_columns;
    p = best;
    better = kp_try(s, p.parts, p.down, kp_part(kp_chain_rows(s, &p), rows - 1), columns, &best);
    better |=
        kp_try(s, p.parts, p.down, rows, kp_part(kp_chain_columns(s, &p), columns - 1), &best);
    p.parts *= 2;
    if (kp_can_split(s, p.parts, p.down))
      better |= kp_try(s, p.parts, p.down, kp_part(kp_chain_rows(s, &p), rows),
                       kp_part(kp_chain_columns(s, &p), columns), &best);
  }
  return best;
}

#endif
