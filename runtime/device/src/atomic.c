// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The library calls that stand for atomic operations the cores cannot do by
// themselves (names and types: LLVM's Atomics.html, "Libcalls: __atomic_*").
//
// With the A extension, aligned objects of 1 to 8 bytes need no call; calls come
// from objects that were compiled without A, and they must exclude one another
// with native operations: so they are native too. Everything else is done under
// one lock, which all cores of a kernel share.
//
// Without A there is no lock either. An ordinary program runs on one core without
// interrupts: plain accesses are atomic. A kernel runs on many, and gets an
// undefined symbol instead of a race.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __riscv_atomic
static unsigned lock;
static void enter(void) {
  while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
    while (__atomic_load_n(&lock, __ATOMIC_RELAXED))
      ;
}
static void leave(void) { __atomic_store_n(&lock, 0, __ATOMIC_RELEASE); }
static bool native(size_t size, const volatile void *p) {
  return size <= 8 && (size & (size - 1)) == 0 && ((uintptr_t)p & (size - 1)) == 0;
}
#else
// Defined by the start-up code of ordinary programs only.
extern const char atomic_operations_in_a_kernel_need_march_with_extension_a;
static void enter(void) {
  (void)*(const volatile char *)&atomic_operations_in_a_kernel_need_march_with_extension_a;
}
static void leave(void) {}
static bool native(size_t size, const volatile void *p) { return false; }
#endif

// ---- Under the lock ----

#define LOCKED(n, type)                                                                            \
  type atomic_load_##n(const volatile void *p, int order) __asm__("__atomic_load_" #n);            \
  type atomic_load_##n(const volatile void *p, int order) {                                        \
    enter();                                                                                       \
    type v = *(const volatile type *)p;                                                            \
    leave();                                                                                       \
    return v;                                                                                      \
  }                                                                                                \
  void atomic_store_##n(volatile void *p, type v, int order) __asm__("__atomic_store_" #n);        \
  void atomic_store_##n(volatile void *p, type v, int order) {                                     \
    enter();                                                                                       \
    *(volatile type *)p = v;                                                                       \
    leave();                                                                                       \
  }                                                                                                \
  bool atomic_compare_exchange_##n(volatile void *p, void *expected, type desired, int success,    \
                                   int failure) __asm__("__atomic_compare_exchange_" #n);          \
  bool atomic_compare_exchange_##n(volatile void *p, void *expected, type desired, int success,    \
                                   int failure) {                                                  \
    enter();                                                                                       \
    type old = *(volatile type *)p;                                                                \
    bool same = old == *(type *)expected;                                                          \
    if (same)                                                                                      \
      *(volatile type *)p = desired;                                                               \
    leave();                                                                                       \
    if (!same)                                                                                     \
      *(type *)expected = old;                                                                     \
    return same;                                                                                   \
  }                                                                                                \
  LOCKED_FETCH(n, type, exchange, v)                                                               \
  LOCKED_FETCH(n, type, fetch_add, old + v)                                                        \
  LOCKED_FETCH(n, type, fetch_sub, old - v)                                                        \
  LOCKED_FETCH(n, type, fetch_and, old &v)                                                         \
  LOCKED_FETCH(n, type, fetch_or, old | v)                                                         \
  LOCKED_FETCH(n, type, fetch_xor, old ^ v)                                                        \
  LOCKED_FETCH(n, type, fetch_nand, ~(old & v))

#define LOCKED_FETCH(n, type, name, result)                                                        \
  type atomic_##name##_##n(volatile void *p, type v, int order) __asm__("__atomic_" #name "_" #n); \
  type atomic_##name##_##n(volatile void *p, type v, int order) {                                  \
    enter();                                                                                       \
    type old = *(volatile type *)p;                                                                \
    *(volatile type *)p = (type)(result);                                                          \
    leave();                                                                                       \
    return old;                                                                                    \
  }

// ---- By instructions ----

#define NATIVE(n, type)                                                                            \
  type atomic_load_##n(const volatile void *p, int order) __asm__("__atomic_load_" #n);            \
  type atomic_load_##n(const volatile void *p, int order) {                                        \
    return __atomic_load_n((const volatile type *)p, __ATOMIC_SEQ_CST);                            \
  }                                                                                                \
  void atomic_store_##n(volatile void *p, type v, int order) __asm__("__atomic_store_" #n);        \
  void atomic_store_##n(volatile void *p, type v, int order) {                                     \
    __atomic_store_n((volatile type *)p, v, __ATOMIC_SEQ_CST);                                     \
  }                                                                                                \
  bool atomic_compare_exchange_##n(volatile void *p, void *expected, type desired, int success,    \
                                   int failure) __asm__("__atomic_compare_exchange_" #n);          \
  bool atomic_compare_exchange_##n(volatile void *p, void *expected, type desired, int success,    \
                                   int failure) {                                                  \
    return __atomic_compare_exchange_n((volatile type *)p, (type *)expected, desired, false,       \
                                       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                        \
  }                                                                                                \
  NATIVE_FETCH(n, type, exchange, exchange_n)                                                      \
  NATIVE_FETCH(n, type, fetch_add, fetch_add)                                                      \
  NATIVE_FETCH(n, type, fetch_sub, fetch_sub)                                                      \
  NATIVE_FETCH(n, type, fetch_and, fetch_and)                                                      \
  NATIVE_FETCH(n, type, fetch_or, fetch_or)                                                        \
  NATIVE_FETCH(n, type, fetch_xor, fetch_xor)                                                      \
  NATIVE_FETCH(n, type, fetch_nand, fetch_nand)

#define NATIVE_FETCH(n, type, name, builtin)                                                       \
  type atomic_##name##_##n(volatile void *p, type v, int order) __asm__("__atomic_" #name "_" #n); \
  type atomic_##name##_##n(volatile void *p, type v, int order) {                                  \
    return __atomic_##builtin((volatile type *)p, v, __ATOMIC_SEQ_CST);                            \
  }

#ifdef __riscv_atomic
NATIVE(1, uint8_t)
NATIVE(2, uint16_t)
NATIVE(4, uint32_t)
NATIVE(8, uint64_t)
#else
LOCKED(1, uint8_t)
LOCKED(2, uint16_t)
LOCKED(4, uint32_t)
LOCKED(8, uint64_t)
#endif
LOCKED(16, unsigned __int128)

// ---- Any size ----

// One of the functions above for an object that may be accessed without the lock.
#define BY_SIZE(CASE)                                                                              \
  switch (size) {                                                                                  \
    CASE(1, uint8_t)                                                                               \
    CASE(2, uint16_t)                                                                              \
    CASE(4, uint32_t)                                                                              \
    CASE(8, uint64_t)                                                                              \
  }

void atomic_load(size_t size, const void *p, void *result, int order) __asm__("__atomic_load");
void atomic_load(size_t size, const void *p, void *result, int order) {
  if (native(size, p)) {
#define LOAD(n, type)                                                                              \
  case n:                                                                                          \
    *(type *)result = atomic_load_##n(p, order);                                                   \
    return;
    BY_SIZE(LOAD)
  }
  enter();
  memcpy(result, p, size);
  leave();
}

void atomic_store(size_t size, void *p, const void *v, int order) __asm__("__atomic_store");
void atomic_store(size_t size, void *p, const void *v, int order) {
  if (native(size, p)) {
#define STORE(n, type)                                                                             \
  case n:                                                                                          \
    atomic_store_##n(p, *(const type *)v, order);                                                  \
    return;
    BY_SIZE(STORE)
  }
  enter();
  memcpy(p, v, size);
  leave();
}

void atomic_exchange(size_t size, void *p, const void *v, void *result,
                     int order) __asm__("__atomic_exchange");
void atomic_exchange(size_t size, void *p, const void *v, void *result, int order) {
  if (native(size, p)) {
#define EXCHANGE(n, type)                                                                          \
  case n:                                                                                          \
    *(type *)result = atomic_exchange_##n(p, *(const type *)v, order);                             \
    return;
    BY_SIZE(EXCHANGE)
  }
  enter();
  memcpy(result, p, size);
  memcpy(p, v, size);
  leave();
}

bool atomic_compare_exchange(size_t size, void *p, void *expected, const void *desired, int success,
                             int failure) __asm__("__atomic_compare_exchange");
bool atomic_compare_exchange(size_t size, void *p, void *expected, const void *desired, int success,
                             int failure) {
  if (native(size, p)) {
#define COMPARE_EXCHANGE(n, type)                                                                  \
  case n:                                                                                          \
    return atomic_compare_exchange_##n(p, expected, *(const type *)desired, success, failure);
    BY_SIZE(COMPARE_EXCHANGE)
  }
  enter();
  bool same = memcmp(p, expected, size) == 0;
  if (same)
    memcpy(p, desired, size);
  else
    memcpy(expected, p, size);
  leave();
  return same;
}

bool atomic_is_lock_free(size_t size, const volatile void *p) __asm__("__atomic_is_lock_free");
bool atomic_is_lock_free(size_t size, const volatile void *p) { return native(size, p); }
