// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How much of the start-up code's stack core 0 leaves out: what its kernels, and what they call, do
// not use. Lines that only core 1 uses do not count; what cannot be known leaves nothing out.
// REQUIRES: mtia-clang
// RUN: %mtia-clang -O2 -S %s -o - | %FileCheck %s --check-prefix=NONE
// RUN: %mtia-clang -O2 -S %s -o - -DFRAME=200 | %FileCheck %s --check-prefix=FRAME
// RUN: %mtia-clang -O2 -S %s -o - -DFRAME=5000 | %FileCheck %s --check-prefix=ALL
// RUN: %mtia-clang -O2 -S %s -o - -DFRAME=5000 -DOF=MTIA_VECTOR | %FileCheck %s --check-prefix=CORE1
// RUN: %mtia-clang -O2 -S %s -o - -DEXTERNAL | %FileCheck %s --check-prefix=UNKNOWN
// RUN: %mtia-clang -O2 -S %s -o - -DRECURSIVE | %FileCheck %s --check-prefix=UNKNOWN
// RUN: %mtia-clang -O2 -S %s -o - -DBY_HAND | %FileCheck %s --check-prefix=BY_HAND
// RUN: %mtia-clang -O2 -S %s -o - -DLOCAL | %FileCheck %s --check-prefix=UNKNOWN
//
// The start-up code takes it, and a kernel with arguments of both cores still runs.
// RUN: %mtia-clang -O2 %s -DFRAME=200 -o %t.elf
// RUN: %mtia-run %t.elf --grid 1x1 --check=all --out y=%t.npy
// RUN: %python -c "import numpy; y = numpy.load(r'%t.npy'); assert y.tolist() == list(range(25)), y"
//
// NONE:     .weak{{.*}}__mtia_stack_skip
// NONE:     __mtia_stack_skip = 128
// FRAME:    .weak{{.*}}__mtia_stack_skip
// FRAME:    __mtia_stack_skip = {{88|96|104}}
// ALL:      __mtia_stack_skip = 0
// CORE1:    __mtia_stack_skip = {{120|128}}
// UNKNOWN-NOT: __mtia_stack_skip
// BY_HAND-NOT: .weak{{.*}}__mtia_stack_skip
// BY_HAND:  __mtia_stack_skip = 8
#include <mtia/kernel.h>

#ifndef OF
#define OF
#endif
#ifdef BY_HAND
__asm__(".globl __mtia_stack_skip\n.set __mtia_stack_skip, 8");
#endif
#ifdef LOCAL
_Thread_local volatile int of_this_core;
#endif

void elsewhere(void);

#ifdef FRAME
OF __attribute__((noinline)) static void fill(volatile int32_t *y) {
  volatile int32_t of[FRAME / 4];
  for (int i = 0; i < 25; i++)
    of[i * (FRAME / 100)] = i;
  for (int i = 0; i < 25; i++)
    y[i] = of[i * (FRAME / 100)];
}
#endif

#ifdef RECURSIVE
__attribute__((noinline)) static int again(volatile int *n) { return *n ? again(n + *n) + *n : 0; }
#endif

struct args {
  struct mtia_tensor y;
};

MTIA_KERNEL(stack, struct args, MTIA_OUT(y, MTIA_I32, "25")) {
  volatile int32_t *y = (volatile int32_t *)(uintptr_t)args->y.data;
  if (mtia_core() != 0)
    return;
#ifdef FRAME
  fill(y);
#elif defined(EXTERNAL)
  elsewhere();
#elif defined(RECURSIVE)
  *y = again(y);
#else
  *y = 1;
#endif
}
