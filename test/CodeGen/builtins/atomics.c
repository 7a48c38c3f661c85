// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// __atomic_*, __sync_* and C11 atomics of 1 to 8 bytes, alone on one core.
// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_as_stock.py --build %build --scratch %t %s
#include <stdatomic.h>
#include <stdio.h>

typedef unsigned long word;
static word hash;
static void mix(word v) { hash = (hash ^ v) * 0x9e3779b97f4a7c15 + (hash >> 29); }

#define ALL(type, u)                                                                               \
  static struct {                                                                                  \
    type before, it, after;                                                                        \
  } cell_##u = {(type)0x5555555555555555, 1, (type) - 1};                                          \
  __attribute__((noinline)) static void new_##u(type *p, type v, int order) {                      \
    mix(__atomic_fetch_add(p, v, __ATOMIC_RELAXED)),                                               \
        mix(__atomic_fetch_sub(p, 3, __ATOMIC_ACQUIRE));                                           \
    mix(__atomic_fetch_and(p, v | 0x5a, __ATOMIC_RELEASE)),                                        \
        mix(__atomic_fetch_or(p, v, __ATOMIC_ACQ_REL));                                            \
    mix(__atomic_fetch_xor(p, v, __ATOMIC_SEQ_CST)),                                               \
        mix(__atomic_fetch_nand(p, v, __ATOMIC_CONSUME));                                          \
    mix(__atomic_add_fetch(p, v, order)), mix(__atomic_sub_fetch(p, v, order));                    \
    mix(__atomic_and_fetch(p, ~v, order)), mix(__atomic_or_fetch(p, v >> 1, order));               \
    mix(__atomic_xor_fetch(p, v, order)), mix(__atomic_nand_fetch(p, v, order));                   \
    mix(__atomic_fetch_min(p, v, __ATOMIC_SEQ_CST)),                                               \
        mix(__atomic_fetch_max(p, (type)(v * 7), __ATOMIC_RELAXED));                               \
    mix(__atomic_min_fetch(p, v, __ATOMIC_SEQ_CST)),                                               \
        mix(__atomic_max_fetch(p, (type) - v, __ATOMIC_RELAXED));                                  \
    mix(__atomic_exchange_n(p, v, __ATOMIC_ACQ_REL));                                              \
    type expected = v, wanted = (type)(v * 5), seen;                                               \
    mix(__atomic_compare_exchange_n(p, &expected, wanted, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)); \
    mix(expected), mix(__atomic_load_n(p, __ATOMIC_ACQUIRE));                                      \
    expected = (type)(v + 1);                                                                      \
    mix(__atomic_compare_exchange(p, &expected, &v, 0, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE));       \
    mix(expected), __atomic_store_n(p, (type)(v ^ 1), __ATOMIC_RELEASE);                           \
    __atomic_load(p, &seen, __ATOMIC_SEQ_CST), mix(seen);                                          \
    __atomic_store(p, &v, __ATOMIC_SEQ_CST), __atomic_exchange(p, &wanted, &seen, order),          \
        mix(seen);                                                                                 \
    while (!__atomic_compare_exchange_n(p, &expected, v, 1, order, __ATOMIC_RELAXED))              \
      ;                                                                                            \
    mix(__atomic_always_lock_free(sizeof *p, 0)), mix(__c11_atomic_is_lock_free(sizeof *p));       \
  }                                                                                                \
  __attribute__((noinline)) static void old_##u(type *p, type v) {                                 \
    mix(__sync_fetch_and_add(p, v)), mix(__sync_fetch_and_sub(p, 9)),                              \
        mix(__sync_fetch_and_or(p, v));                                                            \
    mix(__sync_fetch_and_and(p, v)), mix(__sync_fetch_and_xor(p, 0x33)),                           \
        mix(__sync_fetch_and_nand(p, v));                                                          \
    mix(__sync_add_and_fetch(p, 1)), mix(__sync_sub_and_fetch(p, v)),                              \
        mix(__sync_or_and_fetch(p, 0x44));                                                         \
    mix(__sync_and_and_fetch(p, v)), mix(__sync_xor_and_fetch(p, v)),                              \
        mix(__sync_nand_and_fetch(p, 7));                                                          \
    mix(__sync_bool_compare_and_swap(p, v, 5)), mix(__sync_val_compare_and_swap(p, *p, v));        \
    mix(__sync_lock_test_and_set(p, 8)), mix(__sync_swap(p, v)), mix(*p), __sync_lock_release(p),  \
        mix(*p);                                                                                   \
    __sync_synchronize(), __atomic_thread_fence(__ATOMIC_SEQ_CST),                                 \
        __atomic_signal_fence(__ATOMIC_SEQ_CST);                                                   \
  }                                                                                                \
  static void all_##u(word v, int order) {                                                         \
    new_##u(&cell_##u.it, (type)v, order), mix(cell_##u.it), old_##u(&cell_##u.it, (type)v);       \
    mix(cell_##u.before), mix(cell_##u.after);                                                     \
  }
ALL(unsigned char, u8)
ALL(signed char, s8)
ALL(unsigned short, u16)
ALL(short, s16)
ALL(unsigned, u32)
ALL(int, s32)
ALL(unsigned long, u64)
ALL(long, s64)

static _Atomic float single = 1;
static _Atomic double number = 2;
static _Atomic(char *) pointer = 0;
static _Atomic struct pair {
  short a, b;
} pair;
static _Atomic _Bool flag;
static atomic_flag lock = ATOMIC_FLAG_INIT;
__attribute__((noinline)) static void types(int n) {
  single += n, number *= 1.5, number -= n, atomic_fetch_add(&pointer, n), flag ^= 1, flag |= n;
  struct pair p = pair;
  p.a += n, p.b ^= p.a, pair = p;
  p = atomic_exchange(&pair, ((struct pair){n, -n}));
  mix((word)single), mix((word)number), mix((word)pointer), mix(p.a + p.b), mix(flag);
  mix(atomic_flag_test_and_set(&lock)), mix(__atomic_test_and_set(&flag, __ATOMIC_ACQUIRE)),
      mix(flag);
  atomic_flag_clear(&lock), __atomic_clear(&flag, __ATOMIC_RELEASE), mix(flag);
}
int main(void) {
  word v = 1;
  for (int i = 0; i < 60; i++) {
    v = v * 6364136223846793005 + 1442695040888963407;
    int order = i % 6;
    all_u8(v, order), all_s8(v, order), all_u16(v, order), all_s16(v, order), all_u32(v, order);
    all_s32(v, order), all_u64(v, order), all_s64(v, order), types(i);
    printf("%lx\n", hash);
  }
}
