// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The library calls that stand for atomic operations on cores without the A
// extension (names and types: LLVM's Atomics.html, "Libcalls: __atomic_*"). Part of
// the start-up code of ordinary programs only: those run on one core without
// interrupts, so plain accesses are atomic. A kernel, which runs on many, gets an
// undefined symbol instead of a race.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ATOMICS(n, type)                                                                           \
  type atomic_load_##n(const volatile void *p, int order) __asm__("__atomic_load_" #n);            \
  type atomic_load_##n(const volatile void *p, int order) { return *(const volatile type *)p; }    \
  void atomic_store_##n(volatile void *p, type v, int order) __asm__("__atomic_store_" #n);        \
  void atomic_store_##n(volatile void *p, type v, int order) { *(volatile type *)p = v; }          \
  bool atomic_compare_exchange_##n(volatile void *p, void *expected, type desired, int success,    \
                                   int failure) __asm__("__atomic_compare_exchange_" #n);          \
  bool atomic_compare_exchange_##n(volatile void *p, void *expected, type desired, int success,    \
                                   int failure) {                                                  \
    type old = *(volatile type *)p;                                                                \
    bool same = old == *(type *)expected;                                                          \
    if (same)                                                                                      \
      *(volatile type *)p = desired;                                                               \
    else                                                                                           \
      *(type *)expected = old;                                                                     \
    return same;                                                                                   \
  }                                                                                                \
  FETCH(n, type, exchange, v)                                                                      \
  FETCH(n, type, fetch_add, old + v)                                                               \
  FETCH(n, type, fetch_sub, old - v)                                                               \
  FETCH(n, type, fetch_and, old &v)                                                                \
  FETCH(n, type, fetch_or, old | v)                                                                \
  FETCH(n, type, fetch_xor, old ^ v)                                                               \
  FETCH(n, type, fetch_nand, ~(old & v))

#define FETCH(n, type, name, result)                                                               \
  type atomic_##name##_##n(volatile void *p, type v, int order) __asm__("__atomic_" #name "_" #n); \
  type atomic_##name##_##n(volatile void *p, type v, int order) {                                  \
    type old = *(volatile type *)p;                                                                \
    *(volatile type *)p = (type)(result);                                                          \
    return old;                                                                                    \
  }

ATOMICS(1, uint8_t)
ATOMICS(2, uint16_t)
ATOMICS(4, uint32_t)
ATOMICS(8, uint64_t)

// Any size.
void atomic_load(size_t size, const void *p, void *result, int order) __asm__("__atomic_load");
void atomic_load(size_t size, const void *p, void *result, int order) { memcpy(result, p, size); }
void atomic_store(size_t size, void *p, const void *v, int order) __asm__("__atomic_store");
void atomic_store(size_t size, void *p, const void *v, int order) { memcpy(p, v, size); }
void atomic_exchange(size_t size, void *p, const void *v, void *result,
                     int order) __asm__("__atomic_exchange");
void atomic_exchange(size_t size, void *p, const void *v, void *result, int order) {
  memcpy(result, p, size);
  memcpy(p, v, size);
}
bool atomic_compare_exchange(size_t size, void *p, void *expected, const void *desired, int success,
                             int failure) __asm__("__atomic_compare_exchange");
bool atomic_compare_exchange(size_t size, void *p, void *expected, const void *desired, int success,
                             int failure) {
  bool same = memcmp(p, expected, size) == 0;
  if (same)
    memcpy(p, desired, size);
  else
    memcpy(expected, p, size);
  return same;
}
bool atomic_is_lock_free(size_t size, const volatile void *p) __asm__("__atomic_is_lock_free");
bool atomic_is_lock_free(size_t size, const volatile void *p) {
  return size <= 8 && (size & (size - 1)) == 0;
}
