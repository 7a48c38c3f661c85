# Vectors: without the extension a message names it; wrong operands and destinations.
# REQUIRES: plugin
# RUN: not %llvm-mc-mtia %s -o /dev/null 2>&1 | %FileCheck %s --implicit-check-not=error:
# RUN: not %llvm-mc-mtia --mattr=+zve32x %s -o /dev/null 2>&1 | %FileCheck %s --check-prefix=ZVE32X

# The cores' model has no vectors; each instruction says what it needs.
# CHECK: :[[#@LINE+1]]:1: error: instruction requires the following: 'V' or 'Zve32x' (vector instructions)
vadd.vv v1, v2, v3
# ZVE32X-NOT: vector instructions
# CHECK: :[[#@LINE+1]]:1: error: instruction requires the following: 'V' or 'Zve32x' (vector instructions)
vsetvli a0, a1, e8, m1, ta, ma
# CHECK: :[[#@LINE+2]]:1: error: instruction requires the following: 'V' or 'Zve64x' (vectors of 64-bit integers)
# ZVE32X: :[[#@LINE+1]]:1: error: instruction requires the following: 'V' or 'Zve64x' (vectors of 64-bit integers)
vle64.v v1, (a0)
# CHECK: :[[#@LINE+2]]:1: error: instruction requires the following: 'V' or 'Zve32f' (vectors of floating-point numbers)
# ZVE32X: :[[#@LINE+1]]:1: error: instruction requires the following: 'V' or 'Zve32f' (vectors of floating-point numbers)
vfadd.vv v1, v2, v3
# CHECK: :[[#@LINE+1]]:1: error: instruction requires the following: 'Zvkb' (vector bit manipulation for cryptography)
vandn.vv v1, v2, v3
# CHECK: :[[#@LINE+1]]:1: error: instruction requires the following: 'Zvbb' (vector bit manipulation)
vclz.v v1, v2
# CHECK: :[[#@LINE+1]]:1: error: instruction requires the following: 'Zvfbfmin' (vector BF16 conversions)
vfwcvtbf16.f.f.v v1, v2
# CHECK: :[[#@LINE+1]]:1: error: instruction requires the following: 'Zvfbfwma' (vector BF16 widening multiply-add)
vfwmaccbf16.vv v2, v4, v6
# CSRs have their names always.
csrr a0, vlenb
# A pseudo-instruction needs what its parts need.
# CHECK: :[[#@LINE+1]]:1: error: instruction requires the following: 'V' or 'Zve32x' (vector instructions)
vmsge.vx v1, v2, a0
# What a directive switches on it switches on with all that belongs to it.
.option push
.option arch, +v
vfadd.vv v1, v2, v3
vle64.v v1, (a0)
# CHECK: :[[#@LINE+1]]:16: error: can't disable zve32x extension; zve32f extension requires zve32x extension
.option arch, -zve32x
.option pop

.option arch, +v, +zvbb
# vtype
# CHECK: :[[#@LINE+1]]:17: error: operand must be e[8|16|32|64],m[1|2|4|8|f2|f4|f8],[ta|tu],[ma|mu] or an integer in the range [0, 2047]
vsetvli a0, a1, e128, m1, ta, ma
# CHECK: :[[#@LINE+1]]:17: error: operand must be e[8|16|32|64],m[1|2|4|8|f2|f4|f8],[ta|tu],[ma|mu]
vsetvli a0, a1, e8, m3, ta, ma
# CHECK: :[[#@LINE+1]]:17: error: {{.*}} or an integer in the range [0, 2047]
vsetvli a0, a1, 2048
# CHECK: :[[#@LINE+1]]:17: error: {{.*}} or an integer in the range [0, 1023]
vsetivli a0, 5, 1024
# CHECK: :[[#@LINE+1]]:14: error: immediate must be an integer in the range [0, 31]
vsetivli a0, 32, e8, m1, ta, ma

# Constants
# CHECK: :[[#@LINE+1]]:17: error: immediate must be an integer in the range [-16, 15]
vadd.vi v1, v2, 16
# CHECK: :[[#@LINE+1]]:17: error: immediate must be an integer in the range [0, 31]
vsll.vi v1, v2, 32
# CHECK: :[[#@LINE+1]]:17: error: immediate must be an integer in the range [0, 63]
vror.vi v1, v2, 64
# CHECK: :[[#@LINE+1]]:18: error: immediate must be an integer in the range [-15, 16]
vmsge.vi v1, v2, -16

# Masks
# CHECK: :[[#@LINE+1]]:21: error: operand must be v0.t
vadd.vv v1, v2, v3, v1.t
# CHECK: :[[#@LINE+1]]:21: error: expected '.t' suffix
vadd.vv v1, v2, v3, v0
# CHECK: :[[#@LINE+1]]:24: error: operand must be v0
vmerge.vvm v1, v2, v3, v1

# Destinations
# CHECK: :[[#@LINE+1]]:9: error: the destination vector register group cannot overlap the mask register
vadd.vv v0, v1, v2, v0.t
# CHECK: :[[#@LINE+1]]:10: error: the destination vector register group cannot be V0
vadc.vvm v0, v2, v3, v0
# CHECK: :[[#@LINE+1]]:10: error: the destination vector register group cannot overlap the source vector register group
vwadd.vv v2, v4, v2
# CHECK: :[[#@LINE+1]]:13: error: the destination vector register group cannot overlap the source vector register group
vrgather.vv v2, v2, v4
# A comparison writes a mask: v0 may be both.
vmseq.vv v0, v1, v2, v0.t
# CHECK: :[[#@LINE+1]]:28: error: the temporary vector register cannot be the same as the destination register
vmsge.vx v1, v2, a0, v0.t, v1

# Groups begin at multiples of their size.
# CHECK: :[[#@LINE+1]]:10: error: invalid operand for instruction
vl2re8.v v1, (a0)
# CHECK: :[[#@LINE+1]]:13: error: invalid operand for instruction
vmv8r.v v8, v12
