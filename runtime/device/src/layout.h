// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes that the linker scripts and the start-up code share. Plain constants:
// the assembler and the linker read them too.
#ifndef MTIA_RUNTIME_LAYOUT_H
#define MTIA_RUNTIME_LAYOUT_H

#define MTIA_STACK_SHIFT 16
#define MTIA_STACK_SIZE 0x10000 // per core of a kernel

// Stacks are indexed by mhartid: two cores for each PE of the largest grid that
// the windows of memory_map.h can name, 16 x 16. Memory costs nothing until touched.
#define MTIA_MAX_CORES 512

// An ordinary program's memory: what `qemu-system-riscv64 -M virt` has when
// nobody asks for more. -Wl,--defsym=__mtia_memory_size=... changes it.
#define MTIA_HOSTED_MEMORY 0x08000000
#define MTIA_HOSTED_STACK 0x00800000

#endif
