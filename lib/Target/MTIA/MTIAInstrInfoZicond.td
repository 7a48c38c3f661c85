//===-- MTIAInstrInfoZicond.td - Conditional zero ---------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// rs1, or 0 if rs2 is zero (eqz) or isn't (nez).
let Predicates = [HasStdExtZicond] in {
def CZERO_EQZ : ALU_rr<0b0000111, 0b101>;
def CZERO_NEZ : ALU_rr<0b0000111, 0b111>;
}
