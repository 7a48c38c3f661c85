// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The main function of the vector benchmarks: data, counters, checks.
#include "vbench.h"
#include "../scalar/bench.h"
#include <math.h>
#include <string.h>

// Buffers are a bit more than their size apart: were it a multiple of the caches' ways, the
// first lines of all, and of what follows them, would share a set, and the short sizes would
// measure which of them is evicted.
static struct {
  _Alignas(64) unsigned char bytes[VB_BYTES + 17 * 64];
} buffers[VB_BUFFERS];

static uint64_t state; // of the pseudo-random numbers
static struct {
  unsigned long instructions, cycles;
} began, used;
static char check[80];

#ifdef __riscv
#define READ(csr)                                                                                  \
  ({                                                                                               \
    unsigned long value_;                                                                          \
    __asm__ volatile("csrr %0, " #csr : "=r"(value_)::"memory");                                   \
    value_;                                                                                        \
  })
#else
#define READ(csr) 0UL
#endif

void vb_start(void) {
  began.instructions = READ(minstret);
  began.cycles = READ(mcycle);
}

void vb_stop(void) {
  used.cycles = READ(mcycle) - began.cycles;
  used.instructions = READ(minstret) - began.instructions;
}

void *vb_buffer(int slot, size_t bytes) {
  if (slot < 0 || slot >= VB_BUFFERS || bytes > VB_BYTES)
    __builtin_trap();
  return memset(buffers[slot].bytes, 0, bytes);
}

static uint32_t bits(void) { return bench_random(&state); }
static float number(void) { return (float)((int32_t)bits() >> 8) * 0x1p-23f; }

#define FILL(function, type, value)                                                                \
  type *function(int slot, int count) {                                                            \
    type *x = vb_buffer(slot, (size_t)count * sizeof(type));                                       \
    for (int i = 0; i < count; i++)                                                                \
      x[i] = (type)(value);                                                                        \
    return x;                                                                                      \
  }
FILL(vb_i8, int8_t, bits())
FILL(vb_u8, uint8_t, bits())
FILL(vb_i16, int16_t, bits())
FILL(vb_u16, uint16_t, bits())
FILL(vb_i32, int32_t, bits())
FILL(vb_u32, uint32_t, bits())
FILL(vb_i64, int64_t, (uint64_t)bits() << 32 | bits())
FILL(vb_f16, _Float16, number())
FILL(vb_f32, float, number())
FILL(vb_f64, double, number())
FILL(vb_text, uint8_t, bits() % 16 == 0 ? ' ' : bits() % 64 == 0 ? '\n' : '!' + bits() % 94)

__bf16 *vb_bf16(int slot, int count) {
  uint16_t *x = vb_buffer(slot, (size_t)count * sizeof *x);
  for (int i = 0; i < count; i++) {
    float value = number(); // cut off: hosts may lack the conversion
    uint32_t word;
    memcpy(&word, &value, sizeof word);
    x[i] = (uint16_t)(word >> 16);
  }
  return (__bf16 *)x;
}

int32_t *vb_index(int slot, int count, int limit) {
  int32_t *x = vb_buffer(slot, (size_t)count * sizeof *x);
  for (int i = 0; i < count; i++)
    x[i] = (int32_t)(bits() % (unsigned)limit);
  return x;
}

int32_t *vb_permutation(int slot, int count) {
  int32_t *x = vb_buffer(slot, (size_t)count * sizeof *x);
  for (int i = 0; i < count; i++) {
    int k = (int)(bits() % (unsigned)(i + 1));
    x[i] = x[k];
    x[k] = i;
  }
  return x;
}

void vb_check(const void *bytes, size_t size) {
  uint64_t sum = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < size; i++)
    sum = (sum ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
  snprintf(check, sizeof check, "i %016" PRIx64, sum);
}

void vb_check_i64(int64_t value) { vb_check(&value, sizeof value); }

void vb_check_sum(double value, double scale, double tolerance) {
  uint64_t word[3];
  memcpy(word, (double[]){value, scale, tolerance}, sizeof word);
  snprintf(check, sizeof check, "f %016" PRIx64 " %016" PRIx64 " %016" PRIx64, word[0], word[1],
           word[2]);
}

// Weights make the places of the numbers count.
#define CHECK(function, type, tolerance)                                                           \
  void function(const type *x, int n) {                                                            \
    double sum = 0, scale = 0;                                                                     \
    for (int i = 0; i < n; i++) {                                                                  \
      double value = (double)x[i] * (1 + i % 7);                                                   \
      sum += value;                                                                                \
      scale += fabs(value);                                                                        \
    }                                                                                              \
    vb_check_sum(sum, scale, tolerance);                                                           \
  }
CHECK(vb_check_f16, _Float16, 0x1p-9)
CHECK(vb_check_f32, float, 0x1p-18)
CHECK(vb_check_f64, double, 0x1p-46)

int main(void) {
  static const int sizes[] = {8, 13, 16, 31, 32, 64, 1000, 2048};
  for (const struct vb_loop *loop = vb_loops; loop->name; loop++)
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
      // Twice: the first time brings the code into the caches. What a miss costs depends on where
      // the linker put the loop, and would be most of what the short sizes show.
      for (int time = 0; time < 2; time++) {
        state = UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)sizes[i];
        loop->run(sizes[i]);
      }
      printf("%s %d %s %lu %lu\n", loop->name, sizes[i], check, used.instructions, used.cycles);
    }
  return 0;
}
