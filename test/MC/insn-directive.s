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


# The compressed formats, put together from the manual's table in the same way.
# CHECK: .insn cr 2, 8, a0, a1 # encoding: [0x2e,0x85]
# DIS: mv a0, a1
.insn cr C2, 8, a0, a1
# CHECK: .insn cr 2, 15, fs0, t6 # encoding: [0x7e,0xf4]
.insn cr 2, 15, f8, x31
# CHECK: .insn ci 1, 0, a0, -32 # encoding: [0x01,0x15]
# DIS: addi a0, a0, -0x20
.insn ci C1, 0, a0, -32
# CHECK: .insn ciw 0, 0, a5, 255 # encoding: [0xfc,0x1f]
.insn ciw C0, 0, a5, 255
# CHECK: .insn css 2, 6, t6, 63 # encoding: [0xfe,0xdf]
.insn css C2, 6, t6, 63
# CHECK: .insn cl 0, 2, a0, 4(a1) # encoding: [0x88,0x45]
# DIS: lw a0, 0x8(a1)
.insn cl C0, 2, a0, 4(a1)
# CHECK: .insn cl 0, 1, fa0, 0(s0) # encoding: [0x08,0x20]
.insn cl C0, 1, fa0, (s0)
# CHECK: .insn cs 0, 6, a0, 31(a5) # encoding: [0xe8,0xdf]
.insn cs C0, 6, a0, 31(a5)
# CHECK: .insn ca 1, 35, 3, a0, a1 # encoding: [0x6d,0x8d]
# DIS: and a0, a0, a1
.insn ca C1, 35, 3, a0, a1
# CHECK: .insn cb 1, 6, a0, -256 # encoding: [0x01,0xd1]
# DIS: beqz a0
.insn cb C1, 6, a0, -256
# CHECK: .insn cb 1, 7, a0, target
# CHECK-NEXT: fixup A - offset: 0, value: target, kind: fixup_mtia_rvc_branch
# DIS: bnez a0, 0x[[#TARGET]] <target>
.insn cb C1, 7, a0, target
# CHECK: .insn cj 1, 5, -2048 # encoding: [0x01,0xb0]
.insn cj C1, 5, -2048
# DIS: j 0x[[#TARGET]] <target>
.insn cj C1, 5, target

# Bytes of any length; the low bits of the word must say it.
# CHECK: .insn 0x2, 1 # encoding: [0x01,0x00]
.insn 0x0001
# CHECK: .insn 0x2, 34068 # encoding: [0x14,0x85]
.insn 2, 0x8514
# CHECK: .insn 0x6, 286322209567 # encoding: [0x1f,0x33,0x22,0xaa,0x42,0x00]
.insn 6, 0x42aa22331f
# CHECK: .insn 0x8, 81985529216486719 # encoding: [0x3f,0xcd,0xab,0x89,0x67,0x45,0x23,0x01]
.insn 8, 0x0123456789abcd3f

.ifdef BAD
# ERR: :[[#@LINE+1]]:9: error: opcode must be an integer in the range [0, 127]
.insn r 128, 0, 0, a0, a1, a2
# ERR: :[[#@LINE+1]]:9: error: opcode of a 32-bit format must end in the bits 11
.insn r 1, 0, 0, a0, a1, a2
# ERR: :[[#@LINE+1]]:15: error: funct3 must be an integer in the range [0, 7]
.insn r 0x33, 8, 0, a0, a1, a2
# ERR: :[[#@LINE+1]]:18: error: funct7 must be an integer in the range [0, 127]
.insn r 0x33, 0, 128, a0, a1, a2
# ERR: :[[#@LINE+1]]:21: error: expected register
.insn r 0x33, 0, 0, 5, a1, a2
# ERR: :[[#@LINE+1]]:26: error: {{.*}}integer in the range [-2048, 2047]
.insn i 0x13, 0, a0, a1, 2048
# ERR: :[[#@LINE+1]]:7: error: invalid instruction format, expected one of 'r', 'r4', 'i', 's',
.insn x 0x13, 0, a0, a1, 2048
# ERR: :[[#@LINE+1]]:7: error: the word's low bits say that the instruction has 4 bytes
.insn 2, 0x13
# ERR: :[[#@LINE+1]]:7: error: the word's low bits say that the instruction has 2 bytes
.insn 4, 0x12
# ERR: :[[#@LINE+1]]:7: error: instruction must be an integer of 16 bits
.insn 0x10012
# ERR: :[[#@LINE+1]]:11: error: instructions of more than 8 bytes are not supported
.insn 10, 0x7f
# ERR: :[[#@LINE+1]]:10: error: opcode of a compressed format must be 0, 1 or 2
.insn cr 3, 0, a0, a1
# ERR: :[[#@LINE+1]]:10: error: opcode must be an integer in the range [0, 3]
.insn cr 4, 0, a0, a1
# ERR: :[[#@LINE+1]]:14: error: funct4 must be an integer in the range [0, 15]
.insn cr C2, 16, a0, a1
# ERR: :[[#@LINE+1]]:18: error: register must be one of x8 to x15 or f8 to f15
.insn ciw C0, 0, t0, 1
# ERR: :[[#@LINE+1]]:22: error: immediate must be an integer in the range [0, 255]
.insn ciw C0, 0, a0, 256
# ERR: :[[#@LINE+1]]:21: error: immediate must be an integer in the range [-32, 31]
.insn ci C1, 0, a0, 32
# ERR: :[[#@LINE+1]]:22: error: immediate must be an integer in the range [0, 63]
.insn css C2, 6, a0, 64
# ERR: :[[#@LINE+1]]:21: error: immediate must be an integer in the range [0, 31]
.insn cl C0, 2, a0, 32(a1)
# ERR: :[[#@LINE+1]]:24: error: register must be one of x8 to x15 or f8 to f15
.insn cs C0, 2, a0, 31(t1)
# ERR: :[[#@LINE+1]]:14: error: funct6 must be an integer in the range [0, 63]
.insn ca C1, 64, 0, a0, a1
# ERR: :[[#@LINE+1]]:21: error: immediate must be a multiple of 2 bytes in the range [-256, 254]
.insn cb C1, 6, a0, 256
# ERR: :[[#@LINE+1]]:17: error: immediate must be a multiple of 2 bytes in the range [-2048, 2046]
.insn cj C1, 5, 1
.option norvc
# ERR: :[[#@LINE+1]]:7: error: a compressed format needs the extension 'c'
.insn cr C2, 8, a0, a1
# ERR: :[[#@LINE+1]]:7: error: a compressed instruction needs the extension 'c'
.insn 1
.endif
