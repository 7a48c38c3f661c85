// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every atomic operation on every width, order, place in its word and pair of operands does what
// the same operation does that isn't atomic, and leaves its neighbours alone.
// REQUIRES: qemu-user
// RUN: %clang-mtia -march=rv64ima -mabi=lp64 -O0 -ffreestanding -nostdlib -static %s -o %t.0.elf
// RUN: qemu-riscv64 %t.0.elf
// RUN: %clang-mtia -march=rv64ima -mabi=lp64 -O1 -ffreestanding -nostdlib -static %s -o %t.1.elf
// RUN: qemu-riscv64 %t.1.elf
// RUN: %clang-mtia -march=rv64ima -mabi=lp64 -O2 -ffreestanding -nostdlib -static %s -o %t.2.elf
// RUN: qemu-riscv64 %t.2.elf
// RUN: %clang-mtia -march=rv64ima -mabi=lp64 -Os -ffreestanding -nostdlib -static %s -o %t.s.elf
// RUN: qemu-riscv64 %t.s.elf
#include <stdint.h>
#define ORD(X, ...)                                                                                \
  X(__ATOMIC_RELAXED, __VA_ARGS__)                                                                 \
  X(__ATOMIC_ACQUIRE, __VA_ARGS__)                                                                 \
  X(__ATOMIC_RELEASE, __VA_ARGS__) X(__ATOMIC_ACQ_REL, __VA_ARGS__) X(__ATOMIC_SEQ_CST, __VA_ARGS__)
static int fails;
#define CHECK(c)                                                                                   \
  do {                                                                                             \
    if (!(c))                                                                                      \
      fails = __LINE__;                                                                            \
  } while (0)
#define ONE(o, T, N)                                                                               \
  for (int k = 0; k < N; k++)                                                                      \
    for (int i = 0; i < 9; i++)                                                                    \
      for (int j = 0; j < 9; j++) {                                                                \
        static T a[8];                                                                             \
        T x = (T)v[i], y = (T)v[j], g;                                                             \
        for (int n = 0; n < 8; n++)                                                                \
          a[n] = (T)0x5a5a5a5a5a5a5a5a;                                                            \
        a[k] = x;                                                                                  \
        g = __atomic_fetch_add(&a[k], y, o);                                                       \
        CHECK(g == x && a[k] == (T)(x + y));                                                       \
        a[k] = x;                                                                                  \
        g = __atomic_fetch_sub(&a[k], y, o);                                                       \
        CHECK(g == x && a[k] == (T)(x - y));                                                       \
        a[k] = x;                                                                                  \
        g = __atomic_fetch_and(&a[k], y, o);                                                       \
        CHECK(g == x && a[k] == (T)(x & y));                                                       \
        a[k] = x;                                                                                  \
        g = __atomic_fetch_or(&a[k], y, o);                                                        \
        CHECK(g == x && a[k] == (T)(x | y));                                                       \
        a[k] = x;                                                                                  \
        g = __atomic_fetch_xor(&a[k], y, o);                                                       \
        CHECK(g == x && a[k] == (T)(x ^ y));                                                       \
        a[k] = x;                                                                                  \
        g = __atomic_fetch_nand(&a[k], y, o);                                                      \
        CHECK(g == x && a[k] == (T) ~(x & y));                                                     \
        a[k] = x;                                                                                  \
        g = __atomic_fetch_max(&a[k], y, o);                                                       \
        CHECK(g == x && a[k] == (x > y ? x : y));                                                  \
        a[k] = x;                                                                                  \
        g = __atomic_fetch_min(&a[k], y, o);                                                       \
        CHECK(g == x && a[k] == (x < y ? x : y));                                                  \
        a[k] = x;                                                                                  \
        g = __atomic_exchange_n(&a[k], y, o);                                                      \
        CHECK(g == x && a[k] == y);                                                                \
        a[k] = x;                                                                                  \
        g = __atomic_exchange_n(&a[k], 0, o);                                                      \
        CHECK(g == x && a[k] == 0);                                                                \
        a[k] = x;                                                                                  \
        g = __atomic_exchange_n(&a[k], (T) - 1, o);                                                \
        CHECK(g == x && a[k] == (T) - 1);                                                          \
        a[k] = x;                                                                                  \
        g = y;                                                                                     \
        _Bool s = __atomic_compare_exchange_n(&a[k], &g, (T)(x + 1), 0, o, __ATOMIC_RELAXED);      \
        CHECK(s == (x == y) && g == x && a[k] == (x == y ? (T)(x + 1) : x));                       \
        a[k] = x;                                                                                  \
        g = y;                                                                                     \
        s = __atomic_compare_exchange_n(&a[k], &g, y, 1, o, __ATOMIC_SEQ_CST);                     \
        CHECK(g == x || s);                                                                        \
        for (int n = 0; n < 8; n++)                                                                \
          if (n != k)                                                                              \
            CHECK(a[n] == (T)0x5a5a5a5a5a5a5a5a);                                                  \
        a[k] = x;                                                                                  \
        CHECK(__atomic_load_n(&a[k], __ATOMIC_SEQ_CST) == x);                                      \
        CHECK(__atomic_load_n(&a[k], __ATOMIC_ACQUIRE) == x);                                      \
        __atomic_store_n(&a[k], y, __ATOMIC_SEQ_CST);                                              \
        CHECK(a[k] == y);                                                                          \
        __atomic_store_n(&a[k], x, __ATOMIC_RELEASE);                                              \
        CHECK(a[k] == x);                                                                          \
      }
static const int64_t v[9] = {0, 1, -1, 127, -128, 0x7fff, 0x80000000, INT64_MIN, INT64_MAX};
#define TYPE(T, N)                                                                                 \
  static void t_##T(void) { ORD(ONE, T, N) }
TYPE(int8_t, 4)
TYPE(uint8_t, 4)
TYPE(int16_t, 2)
TYPE(uint16_t, 2)
TYPE(int32_t, 2) TYPE(uint32_t, 1) TYPE(int64_t, 1) TYPE(uint64_t, 1) static int *_Atomic p;
static int arr[4];
static int run(void) {
  t_int8_t();
  t_uint8_t();
  t_int16_t();
  t_uint16_t();
  t_int32_t();
  t_uint32_t();
  t_int64_t();
  t_uint64_t();
  p = arr;
  p++;
  ++p;
  p++;
  CHECK(p == arr + 3);
  CHECK(!__atomic_test_and_set(&arr, 5));
  CHECK(__atomic_test_and_set(&arr, 5));
  __atomic_clear(&arr, 5);
  __atomic_thread_fence(__ATOMIC_ACQ_REL);
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  CHECK(__sync_bool_compare_and_swap(&arr[1], 0, 7) && arr[1] == 7);
  CHECK(__sync_lock_test_and_set(&arr[1], 9) == 7);
  __sync_lock_release(&arr[1]);
  CHECK(!arr[1]);
  return fails;
}

// exit(the line of a failed check, 0 if there is none); a status has eight bits.
void _start(void) {
  // The linker may address data relative to gp.
  __asm__ volatile(".option push\n.option norelax\nlla gp, __global_pointer$\n.option pop");
  register long status __asm__("a0") = run();
  register long number __asm__("a7") = 93;
  status = status > 255 ? 255 : status;
  __asm__ volatile("ecall" : : "r"(status), "r"(number));
  __builtin_unreachable();
}
