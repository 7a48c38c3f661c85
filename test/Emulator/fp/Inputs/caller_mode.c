// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A caller that has set up the host's unit in its own way before main.
#include <fenv.h>

__attribute__((constructor)) static void set_up(void) {
  fesetround(FE_UPWARD);
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040); // flush to zero, denormals are zeros
#endif
}
