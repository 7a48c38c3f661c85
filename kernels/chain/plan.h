// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How y = (x * u) * v is cut into strips of rows, and what that costs: arithmetic only, so that the
// host can test it (test/unit/matmul_plan_test.c).
//
//   x: m x k, u: k x r, v: r x n; s bytes per element; strips of `rows` rows
//
// Per strip t = x * u is made first, in SRAM, whole: rows x r. Then y = t * v. So x is read and y
// written once, and u and v once per strip. From DRAM come
//
//   m k s + m n out + (m / rows) (k r + r n) s                                           (traffic)
//
// Intensity. The DPEs of an R x C grid do R C 1024 bytes of products per cycle, DRAM gives 187
// bytes. Weights take (k r + r n) s / 187 cycles per strip, their products rows (k r + r n) s /
// (1024 R C): the DPE binds as soon as
//
//   rows >= 1024 R C / 187                                                             (intensity)
//
// whatever the shape is: 351 rows on 8 x 8. A dense product has the same limit; so where there are
// fewer rows both are bound by their weights, where there are more by their products, and the ratio
// of the times is k n / (r (k + n)) both times.
//
// Capacity. What is read from DRAM once per strip must find x and t, and two panels of 64 C columns
// of u or v, in the SRAM (t in its scratchpad, the others in its cache):
//
//   rows (r + k) s + 2 * 64 C max(k, r) s <= SRAM                                       (capacity)
#ifndef MTIA_KERNELS_CHAIN_PLAN_H
#define MTIA_KERNELS_CHAIN_PLAN_H

#include <mtia/memory_map.h>
#include <stdint.h>

struct chain_shape {
  uint64_t m, k, r, n;
  uint32_t size, out;  // bytes of an element of x, u, v and t; of y
  uint32_t rows, cols; // of the sub-grid
};

static inline uint64_t chain_pad(uint64_t bytes) { return (bytes + 31) & ~(uint64_t)31; }

// Rows of a strip that a buffer of so many bytes has room for: whole sets of 64 rows per row of
// PEs if there is one, otherwise a multiple of 64, or all rows.
static inline uint64_t chain_fit(const struct chain_shape *s, uint64_t bytes, uint64_t per_row) {
  uint64_t fit = per_row ? bytes / per_row : s->m, set = 64 * (uint64_t)s->rows;
  if (fit >= s->m)
    return s->m;
  return fit >= set ? fit - fit % set : fit - fit % 64;
}

// The strip by the capacity equation.
static inline uint64_t chain_best_strip(const struct chain_shape *s) {
  uint64_t longest = chain_pad((s->k > s->r ? s->k : s->r) * s->size);
  uint64_t panels = 2 * 64 * (uint64_t)s->cols * longest;
  uint64_t left = panels < MTIA_SRAM_SIZE / 2 ? MTIA_SRAM_SIZE - panels : MTIA_SRAM_SIZE / 2;
  uint64_t rows = chain_fit(s, left, chain_pad(s->r * s->size) + chain_pad(s->k * s->size));
  uint64_t least = s->m < 64 ? s->m : 64;
  return rows > least ? rows : least;
}

// Bytes of t for strips of so many rows.
static inline uint64_t chain_bytes(const struct chain_shape *s, uint64_t rows) {
  return rows * chain_pad(s->r * s->size);
}

// Bytes from and to DRAM, with everything but t there.
static inline uint64_t chain_traffic(const struct chain_shape *s, uint64_t rows) {
  uint64_t strips = (s->m + rows - 1) / rows;
  return s->m * (s->k * s->size + s->n * s->out) + strips * s->r * (s->k + s->n) * s->size;
}

#endif
