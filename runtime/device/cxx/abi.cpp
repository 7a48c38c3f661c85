// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What compiled C++ calls by the Itanium C++ ABI: local statics, calls that must not
// happen. Destructors of statics go to picolibc's __cxa_atexit.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

namespace {

// Section 3.3.3: byte 0 is 1 when the object is initialised; the rest is ours. The
// cores of a kernel share local statics: the upper half says that one is at it.
struct guard {
  uint8_t done;
  uint8_t unused[3];
  uint32_t busy;
};
static_assert(sizeof(guard) == 8);

} // namespace

extern "C" {

int __cxa_guard_acquire(guard *g) {
  for (;;) {
    if (__atomic_load_n(&g->done, __ATOMIC_ACQUIRE))
      return 0;
    if (!__atomic_exchange_n(&g->busy, 1, __ATOMIC_ACQUIRE))
      break;
  }
  // Another core may have been faster between the two lines.
  if (!__atomic_load_n(&g->done, __ATOMIC_ACQUIRE))
    return 1;
  __atomic_store_n(&g->busy, 0, __ATOMIC_RELEASE);
  return 0;
}

void __cxa_guard_release(guard *g) {
  __atomic_store_n(&g->done, 1, __ATOMIC_RELEASE);
  __atomic_store_n(&g->busy, 0, __ATOMIC_RELEASE);
}

void __cxa_guard_abort(guard *g) { __atomic_store_n(&g->busy, 0, __ATOMIC_RELEASE); }

[[noreturn]] static void fatal(const char *what) {
  fprintf(stderr, "fatal: %s\n", what);
  abort();
}

[[noreturn]] void __cxa_pure_virtual() { fatal("call of a pure virtual function"); }
[[noreturn]] void __cxa_deleted_virtual() { fatal("call of a deleted virtual function"); }
[[noreturn]] void __cxa_throw_bad_array_new_length() { fatal("new[]: the length is too large"); }

// Destructors of thread-local objects. A program's only thread ends with it; a kernel's
// cores never do.
int __cxa_atexit(void (*destroy)(void *), void *object, void *dso);
int __cxa_thread_atexit(void (*destroy)(void *), void *object, void *dso) {
  return __cxa_atexit(destroy, object, dso);
}

} // extern "C"

// What a noexcept function ends in.
namespace std {
[[noreturn]] void terminate() noexcept { fatal("std::terminate"); }
} // namespace std
