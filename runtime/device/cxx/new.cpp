// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// operator new and delete on malloc. Without exceptions there is nothing to throw:
// where memory is over, the program says so and ends. Any of them may be replaced by
// the program's own: each is a weak definition.
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

// The few declarations of <new> that are needed, so that this file doesn't depend on
// a C++ library.
namespace std {
struct nothrow_t {
  explicit nothrow_t() = default;
};
extern const nothrow_t nothrow;
const nothrow_t nothrow{};
enum class align_val_t : size_t {};
} // namespace std

#define WEAK __attribute__((weak))

static void *plain(size_t size) { return malloc(size ? size : 1); }

// aligned_alloc wants a multiple.
static void *aligned(size_t size, std::align_val_t alignment) {
  size_t align = static_cast<size_t>(alignment);
  return aligned_alloc(align, (size + align - 1 + !size) & ~(align - 1));
}

static void *must(void *memory, size_t size) {
  if (!memory) {
    fprintf(stderr, "fatal: operator new: no memory for %zu bytes\n", size);
    abort();
  }
  return memory;
}

WEAK void *operator new(size_t n) { return must(plain(n), n); }
WEAK void *operator new[](size_t n) { return operator new(n); }
WEAK void *operator new(size_t n, const std::nothrow_t &) noexcept { return plain(n); }
WEAK void *operator new[](size_t n, const std::nothrow_t &) noexcept { return plain(n); }
WEAK void *operator new(size_t n, std::align_val_t a) { return must(aligned(n, a), n); }
WEAK void *operator new[](size_t n, std::align_val_t a) { return operator new(n, a); }
WEAK void *operator new(size_t n, std::align_val_t a, const std::nothrow_t &) noexcept {
  return aligned(n, a);
}
WEAK void *operator new[](size_t n, std::align_val_t a, const std::nothrow_t &) noexcept {
  return aligned(n, a);
}

WEAK void operator delete(void *p) noexcept { free(p); }
WEAK void operator delete[](void *p) noexcept { operator delete(p); }
WEAK void operator delete(void *p, size_t) noexcept { operator delete(p); }
WEAK void operator delete[](void *p, size_t) noexcept { operator delete[](p); }
WEAK void operator delete(void *p, const std::nothrow_t &) noexcept { operator delete(p); }
WEAK void operator delete[](void *p, const std::nothrow_t &) noexcept { operator delete[](p); }
WEAK void operator delete(void *p, std::align_val_t) noexcept { free(p); }
WEAK void operator delete[](void *p, std::align_val_t a) noexcept { operator delete(p, a); }
WEAK void operator delete(void *p, size_t, std::align_val_t a) noexcept { operator delete(p, a); }
WEAK void operator delete[](void *p, size_t, std::align_val_t a) noexcept {
  operator delete[](p, a);
}
WEAK void operator delete(void *p, std::align_val_t a, const std::nothrow_t &) noexcept {
  operator delete(p, a);
}
WEAK void operator delete[](void *p, std::align_val_t a, const std::nothrow_t &) noexcept {
  operator delete[](p, a);
}
