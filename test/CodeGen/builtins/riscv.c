// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The builtins of the RISC-V extensions and the headers that wrap them.
// REQUIRES: mtia-clang, mtia-run
// RUN: %python %S/Inputs/same_as_stock.py --build %build --scratch %t %s
#include <riscv_bitmanip.h>
#include <stdio.h>

#if !defined __riscv_zba || !defined __riscv_zbb || !defined __riscv_zbs ||                        \
    !defined __riscv_zicond || !defined __riscv_zfh
#error "the default architecture lacks an extension"
#endif
#if __riscv_xlen != 64 || __riscv_flen != 64 || !defined __riscv_float_abi_double ||               \
    !defined __riscv_atomic || !defined __riscv_compressed || !defined __riscv_muldiv
#error "wrong macros"
#endif

typedef unsigned long word;
__attribute__((noinline)) static word both(word v) {
  word r = __builtin_riscv_orc_b_64(v) ^ __builtin_riscv_orc_b_32((unsigned)v);
  r = r * 31 + __builtin_riscv_clz_64(v | 1) + __builtin_riscv_clz_32((unsigned)v | 1);
  return r * 31 + __builtin_riscv_ctz_64(v | 1ul << 63) +
         __builtin_riscv_ctz_32((unsigned)v | 1u << 31);
}
__attribute__((noinline)) static word header(word v) {
  word r = __riscv_orc_b_64(v) ^ __riscv_orc_b_32((unsigned)v);
  r = r * 31 + __riscv_clz_64(v) + __riscv_clz_32((unsigned)v);
  r = r * 31 + __riscv_ctz_64(v) + __riscv_ctz_32((unsigned)v);
  r = r * 31 + __riscv_cpop_64(v) + __riscv_cpop_32((unsigned)v);
  return r;
}
int main(void) {
  word v = 1;
  for (int i = 0; i < 200; i++) {
    v = v * 6364136223846793005 + 1442695040888963407;
    printf("%lx %lx\n", both(v >> (i & 63)), header(v >> (i & 63)));
  }
  printf("%lx %lx\n", both(0), header(0));
}
