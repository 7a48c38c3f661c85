//===-- MTIAInstrInfoZb.td - Bit manipulation -------------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

class Bit_rr<bits<7> funct7, bits<3> funct3, MTIAOpcode opc = OPC_OP,
             bit commutable = false> : ALU_rr<funct7, funct3, opc, commutable>;

class Bit_r<bits<7> funct7, bits<5> op, bits<3> funct3, MTIAOpcode opc = OPC_OP_IMM,
            SchedWrite write = WriteIALU>
    : InstR1<funct7, op, funct3, opc, (outs GPR:$rd), (ins GPR:$rs1), "$rd, $rs1">,
      Sched<[write]>;

// Zba: addresses of array elements.
let Predicates = [HasStdExtZba] in {
def ADD_UW : Bit_rr<0b0000100, 0b000, OPC_OP_32>;
def SH1ADD : Bit_rr<0b0010000, 0b010>;
def SH2ADD : Bit_rr<0b0010000, 0b100>;
def SH3ADD : Bit_rr<0b0010000, 0b110>;
def SH1ADD_UW : Bit_rr<0b0010000, 0b010, OPC_OP_32>;
def SH2ADD_UW : Bit_rr<0b0010000, 0b100, OPC_OP_32>;
def SH3ADD_UW : Bit_rr<0b0010000, 0b110, OPC_OP_32>;
def SLLI_UW : InstShift<0b000010, 0b001, OPC_OP_IMM_32, (outs GPR:$rd),
                        (ins GPR:$rs1, uimm6:$shamt), "$rd, $rs1, $shamt">,
              Sched<[WriteIALU]>;
}

let Predicates = [HasStdExtZba] in
def : InstAlias<"zext.w $rd, $rs", (ADD_UW GPR:$rd, GPR:$rs, X0)>;

// Zbb.
let Predicates = [HasStdExtZbb] in {
def ANDN : Bit_rr<0b0100000, 0b111>;
def ORN : Bit_rr<0b0100000, 0b110>;
def XNOR : Bit_rr<0b0100000, 0b100, OPC_OP, true>;

def CLZ : Bit_r<0b0110000, 0b00000, 0b001, OPC_OP_IMM, WriteCLZ>;
def CTZ : Bit_r<0b0110000, 0b00001, 0b001, OPC_OP_IMM, WriteCLZ>;
def CPOP : Bit_r<0b0110000, 0b00010, 0b001, OPC_OP_IMM, WriteCPOP>;
def CLZW : Bit_r<0b0110000, 0b00000, 0b001, OPC_OP_IMM_32, WriteCLZ>;
def CTZW : Bit_r<0b0110000, 0b00001, 0b001, OPC_OP_IMM_32, WriteCLZ>;
def CPOPW : Bit_r<0b0110000, 0b00010, 0b001, OPC_OP_IMM_32, WriteCPOP>;

def MIN : Bit_rr<0b0000101, 0b100, OPC_OP, true>;
def MINU : Bit_rr<0b0000101, 0b101, OPC_OP, true>;
def MAX : Bit_rr<0b0000101, 0b110, OPC_OP, true>;
def MAXU : Bit_rr<0b0000101, 0b111, OPC_OP, true>;

def SEXT_B : Bit_r<0b0110000, 0b00100, 0b001>;
def SEXT_H : Bit_r<0b0110000, 0b00101, 0b001>;
def ZEXT_H : Bit_r<0b0000100, 0b00000, 0b100, OPC_OP_32>;

def ROL : Bit_rr<0b0110000, 0b001>;
def ROR : Bit_rr<0b0110000, 0b101>;
def ROLW : Bit_rr<0b0110000, 0b001, OPC_OP_32>;
def RORW : Bit_rr<0b0110000, 0b101, OPC_OP_32>;
def RORI : Shift_ri<0b011000, 0b101>;
def RORIW : ShiftW_ri<0b0110000, 0b101>;

def ORC_B : Bit_r<0b0010100, 0b00111, 0b101>;
def REV8 : Bit_r<0b0110101, 0b11000, 0b101>;

// A constant distance under the name of the register form.
def : InstAlias<"ror $rd, $rs1, $shamt", (RORI GPR:$rd, GPR:$rs1, uimm6:$shamt), 0>;
def : InstAlias<"rorw $rd, $rs1, $shamt", (RORIW GPR:$rd, GPR:$rs1, uimm5:$shamt), 0>;
}

// Zbs: one bit.
let Predicates = [HasStdExtZbs] in {
def BCLR : Bit_rr<0b0100100, 0b001>;
def BSET : Bit_rr<0b0010100, 0b001>;
def BINV : Bit_rr<0b0110100, 0b001>;
def BEXT : Bit_rr<0b0100100, 0b101>;
def BCLRI : Shift_ri<0b010010, 0b001>;
def BSETI : Shift_ri<0b001010, 0b001>;
def BINVI : Shift_ri<0b011010, 0b001>;
def BEXTI : Shift_ri<0b010010, 0b101>;
def : InstAlias<"bclr $rd, $rs1, $shamt", (BCLRI GPR:$rd, GPR:$rs1, uimm6:$shamt), 0>;
def : InstAlias<"bset $rd, $rs1, $shamt", (BSETI GPR:$rd, GPR:$rs1, uimm6:$shamt), 0>;
def : InstAlias<"binv $rd, $rs1, $shamt", (BINVI GPR:$rd, GPR:$rs1, uimm6:$shamt), 0>;
def : InstAlias<"bext $rd, $rs1, $shamt", (BEXTI GPR:$rd, GPR:$rs1, uimm6:$shamt), 0>;
}
