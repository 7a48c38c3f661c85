# Operands that no instruction takes: the message names the range, the column the operand.
# REQUIRES: plugin
# RUN: not %llvm-mc-mtia %s -o /dev/null 2>&1 | %FileCheck %s --implicit-check-not=error:

# Constants of 12 bits
# CHECK: :[[#@LINE+1]]:14: error: operand must be a symbol with %lo/%pcrel_lo/%tprel_lo specifier or an integer in the range [-2048, 2047]
addi a0, a1, 2048
# CHECK: :[[#@LINE+1]]:14: error: {{.*}} an integer in the range [-2048, 2047]
addi a0, a1, -2049
# CHECK: :[[#@LINE+1]]:15: error: {{.*}} an integer in the range [-2048, 2047]
addiw a0, a1, 4096
# CHECK: :[[#@LINE+1]]:8: error: {{.*}} an integer in the range [-2048, 2047]
ld a0, 2048(a1)
# CHECK: :[[#@LINE+1]]:8: error: {{.*}} an integer in the range [-2048, 2047]
sd a0, -2049(a1)
# CHECK: :[[#@LINE+1]]:14: error: {{.*}} an integer in the range [-2048, 2047]
xori a0, a1, %hi(symbol)

# Upper parts
# CHECK: :[[#@LINE+1]]:9: error: operand must be a symbol with %hi/%tprel_hi specifier or an integer in the range [0, 1048575]
lui a0, 1048576
# CHECK: :[[#@LINE+1]]:9: error: operand must be a symbol with %hi/%tprel_hi specifier or an integer in the range [0, 1048575]
lui a0, -1
# CHECK: :[[#@LINE+1]]:11: error: operand must be a symbol with a %pcrel_hi/%got_pcrel_hi/%tls_ie_pcrel_hi/%tls_gd_pcrel_hi specifier or an integer in the range [0, 1048575]
auipc a0, %hi(symbol)

# Shift amounts
# CHECK: :[[#@LINE+1]]:14: error: immediate must be an integer in the range [0, 63]
slli a0, a1, 64
# CHECK: :[[#@LINE+1]]:14: error: immediate must be an integer in the range [0, 63]
srai a0, a1, -1
# CHECK: :[[#@LINE+1]]:15: error: immediate must be an integer in the range [0, 31]
srliw a0, a1, 32

# Distances
# CHECK: :[[#@LINE+1]]:13: error: immediate must be a multiple of 2 bytes in the range [-4096, 4094]
beq a0, a1, 4096
# CHECK: :[[#@LINE+1]]:13: error: immediate must be a multiple of 2 bytes in the range [-4096, 4094]
bne a0, a1, 1
# CHECK: :[[#@LINE+1]]:10: error: immediate must be a multiple of 2 bytes in the range [-4096, 4094]
beqz a0, -4098
# CHECK: :[[#@LINE+1]]:9: error: immediate must be a multiple of 2 bytes in the range [-1048576, 1048574]
jal a0, 1048576
# CHECK: :[[#@LINE+1]]:3: error: immediate must be a multiple of 2 bytes in the range [-1048576, 1048574]
j 3

# CSRs
# CHECK: :[[#@LINE+1]]:10: error: operand must be a valid system register name or an integer in the range [0, 4095]
csrr a0, 4096
# CHECK: :[[#@LINE+1]]:10: error: operand must be a valid system register name or an integer in the range [0, 4095]
csrr a0, nosuch
# CHECK: :[[#@LINE+1]]:16: error: immediate must be an integer in the range [0, 31]
csrwi mstatus, 32

# Fences
# CHECK: :[[#@LINE+1]]:7: error: operand must be formed of letters selected in-order from 'iorw' or be 0
fence wr, r
# CHECK: :[[#@LINE+1]]:10: error: operand must be formed of letters selected in-order from 'iorw' or be 0
fence r, 1

# Registers and symbols
# CHECK: :[[#@LINE+1]]:9: error: {{.*}}operand
add a0, 1, a1
# CHECK: :[[#@LINE+1]]:6: error: operand must be a bare symbol name
call 0x1000
# CHECK: :[[#@LINE+1]]:9: error: operand must be {{.*}}symbol
lla a0, %lo(symbol)
# CHECK: :[[#@LINE+1]]:8: error: operand must be a constant 64-bit integer
li a0, symbol
# CHECK: :[[#@LINE+1]]:13: error: the second input operand must be tp/x4 when using %tprel_add specifier
add a0, a1, a2, %tprel_add(symbol)
# CHECK: :[[#@LINE+1]]:15: error: invalid relocation specifier
addi a0, a0, %nosuch(symbol)
# CHECK: :[[#@LINE+1]]:11: error: optional integer offset must be 0
cbo.clean 4(a0)

# The whole instruction
# CHECK: :[[#@LINE+1]]:1: error: unrecognized instruction mnemonic, did you mean:
addx a0, a1
# CHECK: :[[#@LINE+1]]:1: error: too few operands for instruction
addi a0, a1
# CHECK: :[[#@LINE+1]]:17: error: invalid operand for instruction
sub a0, a1, a2, a3
# CHECK: :[[#@LINE+1]]:12: error: unexpected token
add a0, a1 a2

# Extensions
.option push
.option arch, -m, -zicbom, -xmtia
# CHECK: :[[#@LINE+1]]:1: error: instruction requires the following: 'M' (integer multiplication and division)
mul a0, a1, a2
# CHECK: :[[#@LINE+1]]:1: error: instruction requires the following: 'Zicbom' (cache-block management instructions)
cbo.clean (a0)
# CHECK: :[[#@LINE+1]]:1: error: instruction requires the following: 'Xmtia' (commands to the units of a processing element)
mtia.sync
.option pop
mul a0, a1, a2

# Directives
# CHECK: :[[#@LINE+1]]:9: error: .option pop with no .option push
.option pop
# CHECK: :[[#@LINE+1]]:16: error: unknown extension feature
.option arch, +nosuch
# CHECK: :[[#@LINE+1]]:15: error: invalid arch name 'rv32i', the cores have 64-bit registers
.option arch, rv32i
# CHECK: :[[#@LINE+1]]:12: error: attribute name not recognised: nosuch
.attribute nosuch, 1
# CHECK: :[[#@LINE+1]]:18: error: expected string constant
.attribute arch, 1
