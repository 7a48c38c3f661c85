//===-- MTIAInstrInfoM.td - Multiplication and division ---*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

class Mul_rr<bits<3> funct3, MTIAOpcode opc = OPC_OP, bit commutable = true>
    : ALU_rr<0b0000001, funct3, opc, commutable> {
  let SchedRW = [WriteIMul];
  let TimingUnit = "mul";
}

class Div_rr<bits<3> funct3, MTIAOpcode opc = OPC_OP>
    : ALU_rr<0b0000001, funct3, opc> {
  let SchedRW = [WriteIDiv];
  let TimingUnit = "div";
}

let Predicates = [HasStdExtM] in {
def MUL : Mul_rr<0b000>;
def MULH : Mul_rr<0b001>;
def MULHSU : Mul_rr<0b010, OPC_OP, false>;
def MULHU : Mul_rr<0b011>;
def DIV : Div_rr<0b100>;
def DIVU : Div_rr<0b101>;
def REM : Div_rr<0b110>;
def REMU : Div_rr<0b111>;

def MULW : Mul_rr<0b000, OPC_OP_32>;
def DIVW : Div_rr<0b100, OPC_OP_32>;
def DIVUW : Div_rr<0b101, OPC_OP_32>;
def REMW : Div_rr<0b110, OPC_OP_32>;
def REMUW : Div_rr<0b111, OPC_OP_32>;
}
