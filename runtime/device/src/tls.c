// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a thread-local variable of -fPIC code is (RISC-V ELF psABI, "Thread Local
// Storage"). An executable has one module, whose variables begin at tp.
#include <stddef.h>

struct tls_index {
  size_t module, offset; // filled in by the linker
};

// The psABI's bias of such offsets: from -2048 on, an immediate reaches 4 KB.
enum { TLS_DTV_OFFSET = 0x800 };

void *__tls_get_addr(const struct tls_index *index) {
  return (char *)__builtin_thread_pointer() + index->offset + TLS_DTV_OFFSET;
}
