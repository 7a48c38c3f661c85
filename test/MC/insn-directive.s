# .insn: every format, fields at their extremes. The words were put together by hand from
# the formats of the RISC-V manual, chapter 2.2.
# REQUIRES: plugin
# RUN: %llvm-mc-mtia --show-encoding %s | %FileCheck %s
# RUN: %llvm-mc-mtia --filetype=obj %s -o %t.o
# RUN: %objdump-mtia -d %t.o | %FileCheck %s --check-prefix=DIS
# RUN: not %llvm-mc-mtia --defsym=BAD=1 %s -o /dev/null 2>&1 | %FileCheck %s --check-prefix=ERR

# CHECK: .insn r 127, 7, 127, t6, t6, t6 # encoding: [0xff,0xff,0xff,0xff]
.insn r 127, 7, 127, t6, t6, t6
# CHECK: .insn r 51, 0, 32, a0, a1, a2 # encoding: [0x33,0x85,0xc5,0x40]
# DIS: 40c58533 sub a0, a1, a2
.insn r OP, 0, 32, a0, a1, a2
# CHECK: .insn r4 67, 7, 3, a0, a1, a2, a3 # encoding: [0x43,0xf5,0xc5,0x6e]
.insn r4 MADD, 7, 3, a0, a1, a2, a3
# CHECK: .insn r4 67, 7, 3, a0, a1, a2, a3
.insn r MADD, 7, 3, a0, a1, a2, a3
# CHECK: .insn i 19, 0, a0, -2048(a1) # encoding: [0x13,0x85,0x05,0x80]
# DIS: addi a0, a1, -0x800
.insn i OP_IMM, 0, a0, a1, -2048
# CHECK: .insn i 3, 3, a0, 2047(a1)
# DIS: ld a0, 0x7ff(a1)
.insn i LOAD, 3, a0, 2047(a1)
# CHECK: .insn s 35, 3, a0, -1(a1)
# DIS: sd a0, -0x1(a1)
.insn s STORE, 3, a0, -1(a1)
# CHECK: .insn b 99, 1, a0, a1, target
# CHECK-NEXT: fixup A - offset: 0, value: target, kind: fixup_mtia_branch
# DIS: bne a0, a1, 0x[[#%x,TARGET:]] <target>
.insn b BRANCH, 1, a0, a1, target
# DIS: bne a0, a1, 0x[[#TARGET]] <target>
.insn sb 0x63, 1, a0, a1, target
# CHECK: .insn u 55, a0, 1048575
# DIS: lui a0, 0xfffff
.insn u LUI, a0, 0xfffff
# CHECK: .insn u 23, a0, %pcrel_hi(target)
.insn u AUIPC, a0, %pcrel_hi(target)
# DIS: jal a0, 0x[[#TARGET]] <target>
.insn j JAL, a0, target
# DIS: jal a0, 0x[[#TARGET]] <target>
.insn uj 0x6f, a0, target
target:
# CHECK: .insn 0x4, 19 # encoding: [0x13,0x00,0x00,0x00]
# DIS: nop
.insn 0x13
# DIS: addi sp, sp, -0x20
.insn 4, 0xfe010113

.ifdef BAD
# ERR: :[[#@LINE+1]]:9: error: opcode must be an integer in the range [0, 127]
.insn r 128, 0, 0, a0, a1, a2
# ERR: :[[#@LINE+1]]:9: error: opcode must end in the bits 11
.insn r 1, 0, 0, a0, a1, a2
# ERR: :[[#@LINE+1]]:15: error: funct3 must be an integer in the range [0, 7]
.insn r 0x33, 8, 0, a0, a1, a2
# ERR: :[[#@LINE+1]]:18: error: funct7 must be an integer in the range [0, 127]
.insn r 0x33, 0, 128, a0, a1, a2
# ERR: :[[#@LINE+1]]:21: error: expected register
.insn r 0x33, 0, 0, 5, a1, a2
# ERR: :[[#@LINE+1]]:26: error: {{.*}}integer in the range [-2048, 2047]
.insn i 0x13, 0, a0, a1, 2048
# ERR: :[[#@LINE+1]]:7: error: invalid instruction format, expected 'r', 'r4', 'i', 's', 'b', 'u' or 'j'
.insn x 0x13, 0, a0, a1, 2048
# ERR: :[[#@LINE+1]]:7: error: instruction length must be 4
.insn 2, 0x13
# ERR: :[[#@LINE+1]]:7: error: instruction must be a 32-bit word whose lowest two bits are 11
.insn 0x12
.endif
