// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the kernels of the library share: small arithmetic, and dealing work out to PEs.
#ifndef MTIA_KERNELS_UTIL_H
#define MTIA_KERNELS_UTIL_H

#include <mtia/kernel.h>
#include <stdbool.h>
#include <stdint.h>

static inline uint64_t kn_min(uint64_t a, uint64_t b) { return a < b ? a : b; }
static inline uint64_t kn_max(uint64_t a, uint64_t b) { return a > b ? a : b; }
// A division takes 21 cycles on the cores; numbers of PEs and of tiles are often powers of two.
static inline uint64_t kn_div(uint64_t a, uint64_t b) {
  return b & (b - 1) ? a / b : a >> __builtin_ctzll(b);
}
static inline uint64_t kn_ceil_div(uint64_t a, uint64_t b) { return kn_div(a + b - 1, b); }
static inline uint32_t kn_pad(uint64_t bytes) { return (uint32_t)mtia_align_up(bytes); }

// Rows of `width` bytes at `pitch`: one row for the FI, if there is nothing between them. (Rows of
// 32 bytes would be half requests.)
static inline uint32_t kn_flatten(uint32_t *width, uint32_t rows, uint64_t pitch) {
  if (*width != pitch)
    return rows;
  *width *= rows;
  return 1;
}

static inline uint32_t kn_pes(void) { return mtia_rows() * mtia_cols(); }

// Share `part` of `parts` of `total` things: from begin to below end, sizes differ by one at most.
struct kn_range {
  uint64_t begin, end;
};
static inline struct kn_range kn_share(uint64_t total, uint64_t part, uint64_t parts) {
  return (struct kn_range){kn_div(total * part, parts), kn_div(total * (part + 1), parts)};
}

// Multiplies a chunk of `stride` bytes of k, `step` bytes per mml, onto one accumulator, which
// `zero` clears first: rows of block ti of CB a, from a_at bytes behind its head, and tj of CB b.
// Each mml advances both. CBs, accumulators and types are parts of the instruction, so this is no
// function.
#define KN_MULTIPLY(acc, a, a_at, b, b_at, ti, tj, stride, step, zero, type)                       \
  do {                                                                                             \
    __mtia_cr_w2(MTIA_CR_MML_A, a_at, stride);                                                     \
    __mtia_cr_w2(MTIA_CR_MML_B, b_at, stride);                                                     \
    if (zero)                                                                                      \
      __mtia_mml(acc, a, b, ti, tj, MTIA_MML_ADV | MTIA_MML_ZERO, type);                           \
    else                                                                                           \
      __mtia_mml(acc, a, b, ti, tj, MTIA_MML_ADV, type);                                           \
    for (uint32_t kn_at = step; kn_at < stride; kn_at += step)                                     \
      __mtia_mml(acc, a, b, ti, tj, MTIA_MML_ADV, type);                                           \
  } while (0)

// What a function of the library ends with: everything of this PE is stored, its buffers and units
// are the next function's.
static inline void kn_leave(void) {
  __mtia_sync();
  __mtia_bar(MTIA_BAR_PE);
}

// Where all PEs see the local memory of the one at this row and column of the full grid.
static inline uint64_t kn_local_window(uint32_t row, uint32_t column) {
  return MTIA_REMOTE_BASE + (uint64_t)(row * MTIA_REMOTE_COLUMNS + column) * MTIA_LOCAL_ROOM;
}

// At the start of a launched kernel the first 16 lines of each stack are made without reading them
// from DRAM, 6 cycles each. A kernel whose functions need less on core 0, from which the first load
// comes, says so: a number of lines.
#ifdef MTIA_LAUNCH
#define KN_STACK_LINES(lines)                                                                      \
  __asm__(".globl __mtia_stack_skip\n.set __mtia_stack_skip, " KN_TEXT((16 - (lines)) * 8))
#define KN_TEXT(x) KN_TEXT_(x)
#define KN_TEXT_(x) #x
#else
#define KN_STACK_LINES(lines) _Static_assert(lines, "")
#endif

// So many lines of the stack below what is used of it, for a function with a larger frame, in front
// of its call.
static inline void kn_make_stack(uint32_t lines) {
  uint64_t sp;
  __asm__("mv %0, sp" : "=r"(sp));
  sp &= ~UINT64_C(63);
#pragma clang loop unroll(full)
  for (uint32_t i = 1; i <= lines; i++)
    __asm__ volatile("cbo.zero (%0)" ::"r"(sp - 64 * i) : "memory");
}

// Accesses by a core of what a unit moves: the compiler must not move them over the command.
#define KN_FENCE() __asm__ volatile("" ::: "memory")

#endif
