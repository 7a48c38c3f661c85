// Atomic operations of ordinary programs, at every size, without the A extension.
// RUN: %mtia-clang -march=rv64im -Wno-atomic-alignment -O0 %s -o %t.0 && %mtia-run %t.0
// RUN: %mtia-clang -march=rv64im -Wno-atomic-alignment -O2 %s -o %t.2 && %mtia-run %t.2
// A kernel runs on many cores: there the same code is an error, not a race.
// RUN: not %mtia-clang -march=rv64im -Wno-atomic-alignment -O2 -DKERNEL %s -o %t.k 2>&1 | %FileCheck %s
// CHECK: undefined symbol: atomic_operations_in_a_kernel_need_march_with_extension_a
#include <stdatomic.h>
#include <stdint.h>
#ifdef KERNEL
#include <mtia/kernel.h>
struct args {
  int32_t n;
};
static _Atomic uint32_t total;
MTIA_KERNEL(k, struct args, MTIA_SCALAR(n, MTIA_I32)) { atomic_fetch_add(&total, args->n); }
#else
#define CHECK(c)                                                                                   \
  if (!(c))                                                                                        \
  return __LINE__
#define SIZE(type)                                                                                 \
  do {                                                                                             \
    static _Atomic type a = 5;                                                                     \
    type expected = 1;                                                                             \
    CHECK(atomic_load(&a) == 5);                                                                   \
    atomic_store(&a, (type) - 1);                                                                  \
    CHECK(atomic_fetch_add(&a, 3) == (type) - 1 && a == 2);                                        \
    CHECK(atomic_fetch_sub(&a, 3) == 2 && a == (type) - 1);                                        \
    CHECK(atomic_exchange(&a, 12) == (type) - 1);                                                  \
    CHECK(atomic_fetch_and(&a, 10) == 12 && a == 8);                                               \
    CHECK(atomic_fetch_or(&a, 3) == 8 && a == 11);                                                 \
    CHECK(atomic_fetch_xor(&a, 1) == 11 && a == 10);                                               \
    CHECK(!atomic_compare_exchange_strong(&a, &expected, 7) && expected == 10 && a == 10);         \
    CHECK(atomic_compare_exchange_strong(&a, &expected, 7) && a == 7);                             \
  } while (0)
struct big {
  char c[40];
};
int main(void) {
  SIZE(uint8_t);
  SIZE(uint16_t);
  SIZE(uint32_t);
  SIZE(uint64_t);
  static _Atomic struct big b;
  struct big one = {{1, 2, 3}}, two = {{4}};
  atomic_store(&b, one);
  CHECK(atomic_load(&b).c[2] == 3);
  CHECK(atomic_exchange(&b, two).c[1] == 2);
  CHECK(!atomic_compare_exchange_strong(&b, &one, two) && one.c[0] == 4);
  CHECK(atomic_compare_exchange_strong(&b, &one, two));
  return 0;
}
#endif
