// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the programs of this folder share. A program has a table of loops; vbench.c
// runs each for all sizes and prints one line per loop and size:
//   name n check instructions cycles
// The check is "i HASH" (exact), or "f SUM SCALE TOLERANCE" (the bits of two doubles:
// sums in another order differ from it by at most TOLERANCE * SCALE).
#ifndef MTIA_BENCH_VECTOR_VBENCH_H
#define MTIA_BENCH_VECTOR_VBENCH_H

#include <stddef.h>
#include <stdint.h>

// What is measured is a function of its own, which knows nothing about its arguments.
#define KERNEL __attribute__((noinline))
// Sums of floating-point numbers may be made in any order.
#define ANY_ORDER _Pragma("clang fp reassociate(on)")

struct vb_loop {
  const char *name;
  void (*run)(int n);
};
extern const struct vb_loop vb_loops[];

// loop NAME: prepares data for size n, measures, gives the result to one vb_check.
#define LOOP(name) static void name##_loop(int n)
#define ENTRY(name) {#name, name##_loop}
#define LOOPS(...) const struct vb_loop vb_loops[] = {__VA_ARGS__, {0, 0}}

// Once to warm the caches, also for the counting itself, and once that counts. The
// statement's results may depend on how often it ran: every program runs it as often.
#define MEASURE(...)                                                                               \
  do {                                                                                             \
    for (int round_ = 0; round_ < 2; round_++) {                                                   \
      vb_start();                                                                                  \
      __VA_ARGS__;                                                                                 \
      vb_stop();                                                                                   \
    }                                                                                              \
  } while (0)
void vb_start(void);
void vb_stop(void);

// Buffers 0..5, of at most VB_BYTES, filled with count pseudo-random elements.
// Floating-point numbers are in [-1, 1), integers have all values.
enum { VB_BUFFERS = 6, VB_BYTES = 32768 };
void *vb_buffer(int slot, size_t bytes); // zeros
int8_t *vb_i8(int slot, int count);
uint8_t *vb_u8(int slot, int count);
int16_t *vb_i16(int slot, int count);
uint16_t *vb_u16(int slot, int count);
int32_t *vb_i32(int slot, int count);
uint32_t *vb_u32(int slot, int count);
int64_t *vb_i64(int slot, int count);
_Float16 *vb_f16(int slot, int count);
__bf16 *vb_bf16(int slot, int count);
float *vb_f32(int slot, int count);
double *vb_f64(int slot, int count);
int32_t *vb_index(int slot, int count, int limit); // 0 .. limit - 1
int32_t *vb_permutation(int slot, int count);
uint8_t *vb_text(int slot, int count); // printable, with blanks and lines

// The result: bytes, or numbers.
void vb_check(const void *bytes, size_t size);
void vb_check_i64(int64_t value);
void vb_check_f16(const _Float16 *x, int n);
void vb_check_f32(const float *x, int n);
void vb_check_f64(const double *x, int n);
// One sum: of n numbers of about this size.
void vb_check_sum(double value, double scale, double tolerance);

#endif
