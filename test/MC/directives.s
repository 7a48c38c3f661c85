# Directives of the target that write symbols, relocations and data. GNU as has .dtprelword, stock
# LLVM does not.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia %s | %FileCheck %s --check-prefix=TEXT
# RUN: %llvm-mc-mtia %s | %llvm-mc-mtia --filetype=obj -o %t.again.o
# RUN: %llvm-mc-mtia --filetype=obj %s -o %t.o && cmp %t.o %t.again.o
# RUN: %llvm-bin/llvm-readobj --symbols %t.o | %FileCheck %s --check-prefix=SYMBOL
# RUN: %llvm-bin/llvm-readobj -r %t.o | %FileCheck %s
# RUN: not %llvm-mc-mtia --defsym=BAD=1 %s -o /dev/null 2>&1 | %FileCheck %s --check-prefix=ERR

# TEXT: .variant_cc vector_call
# SYMBOL: Name: vector_call
# SYMBOL: Other [
# SYMBOL-NEXT: STO_RISCV_VARIANT_CC
# SYMBOL: Name: thread_local
# SYMBOL: Type: TLS
.variant_cc vector_call
call vector_call

.data
# TEXT: .dtprelword thread_local+4
# CHECK-DAG: 0x0 R_RISCV_TLS_DTPREL32 thread_local 0x4
.dtprelword thread_local+4
# TEXT: .dtpreldword thread_local
# CHECK-DAG: 0x4 R_RISCV_TLS_DTPREL64 thread_local 0x0
# CHECK-DAG: 0xC R_RISCV_TLS_DTPREL64 other 0x0
.dtpreldword thread_local, other
# CHECK-DAG: 0x14 R_RISCV_32 symbol 0x0
# CHECK-DAG: 0x18 R_RISCV_64 symbol 0x1
.4byte symbol
.8byte symbol+1
# CHECK-DAG: 0x20 R_RISCV_ADD16 symbol 0x0
# CHECK-DAG: 0x20 R_RISCV_SUB16 other_symbol 0x0
.2byte symbol - other_symbol
.half 1
.word 2
.dword 3
.uleb128 300
.sleb128 -300

.ifdef BAD
# ERR: :[[#@LINE+1]]:13: error: expected symbol name
.variant_cc 5
# ERR: :[[#@LINE+1]]:13: error: {{.*}}expression
.dtprelword ,
# ERR: :[[#@LINE+1]]:8: error: unknown token in expression
.2byte {
.endif
