# A conditional branch that doesn't reach becomes the inverted branch over a jal; stock LLVM
# does the same.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia --mattr=-c --filetype=obj %s -o %t.o
# RUN: %objdump-mtia -d -r --no-show-raw-insn %t.o | %FileCheck %s
# RUN: %llvm-mc-riscv --mattr=+d --filetype=obj %s -o %t.stock.o
# RUN: cmp %t.o %t.stock.o
# RUN: not %llvm-mc-mtia --mattr=-c --filetype=obj --defsym=FAR=1 %s -o %t.o 2>&1 | %FileCheck %s --check-prefix=ERR

back:
  beq a0, a1, near        # CHECK: beq a0, a1, {{.*}} <near>
  bne a0, a1, far         # CHECK: beq a0, a1, 0xc
                          # CHECK-NEXT: j {{.*}} <far>
  blt a0, a1, far         # CHECK: bge
                          # CHECK-NEXT: j {{.*}} <far>
  bge a0, a1, far         # CHECK: blt
                          # CHECK-NEXT: j {{.*}} <far>
  bltu a0, a1, far        # CHECK: bgeu
                          # CHECK-NEXT: j {{.*}} <far>
  bgeu a0, a1, far        # CHECK: bltu
                          # CHECK-NEXT: j {{.*}} <far>
  beqz a0, elsewhere      # CHECK: bnez a0
                          # CHECK-NEXT: j
                          # CHECK-NEXT: R_RISCV_JAL elsewhere
.space 4000
near:
.space 200
far:
  beqz a1, back           # CHECK: bnez a1
                          # CHECK-NEXT: j {{.*}} <back>
.ifdef FAR
# ERR: :[[#@LINE+1]]:5: error: jump target is out of range: its distance must be in [-1048576, 1048574]
  j very_far
.space 1048576
very_far:
.endif
