//===-- MTIAInstrFormats.td - Instruction formats ---------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Three layers: MTIAInst (what every instruction has), one class per bit layout
// of the RISC-V manual, chapter 2.2 to 2.3, and in MTIAInstrInfo*.td one class
// per group of operations, so that an instruction takes one line.
//
// Besides LLVM's tables, scripts/mtia-gen.py reads these records: Form names
// the layout for the emulator's decoder, TimingUnit the class of its timing
// table.
//
//===----------------------------------------------------------------------===//

// Bit layout. The value is in TSFlags{4-0}; MTIABaseInfo.h has the same numbers.
class InstForm<bits<5> val, string name> {
  bits<5> Value = val;
  string Name = name;
}
def FormPseudo : InstForm<0, "PSEUDO">;
def FormR : InstForm<1, "R">;
def FormI : InstForm<2, "I">;
def FormS : InstForm<3, "S">;
def FormB : InstForm<4, "B">;
def FormU : InstForm<5, "U">;
def FormJ : InstForm<6, "J">;
def FormShift : InstForm<7, "SHIFT">; // I with a 6- or 5-bit shift amount
def FormCSR : InstForm<8, "CSR">;     // I, the immediate is a CSR number
def FormFence : InstForm<9, "FENCE">; // I, predecessor and successor sets
def FormNone : InstForm<10, "NONE">;  // no operands
def FormX : InstForm<11, "X">;        // Xmtia: operands in the record's fields
def FormR1 : InstForm<12, "R1">;      // R with one source; rs2 is part of the opcode
def FormFR : InstForm<13, "FR">;      // R with a rounding mode for funct3
def FormFR1 : InstForm<14, "FR1">;    // the same with one source
def FormFR4 : InstForm<15, "FR4">;    // three sources and a rounding mode
// The compressed formats: MTIAInstrInfoC.td.
def FormCR : InstForm<16, "CR">;
def FormCI : InstForm<17, "CI">;
def FormCSS : InstForm<18, "CSS">;
def FormCIW : InstForm<19, "CIW">;
def FormCL : InstForm<20, "CL">;
def FormCS : InstForm<21, "CS">;
def FormCA : InstForm<22, "CA">;
def FormCB : InstForm<23, "CB">;
def FormCJ : InstForm<24, "CJ">;

class MTIAOpcode<bits<7> val> { bits<7> Value = val; }
def OPC_LOAD : MTIAOpcode<0b0000011>;
def OPC_LOAD_FP : MTIAOpcode<0b0000111>;
def OPC_CUSTOM_0 : MTIAOpcode<0b0001011>;
def OPC_MISC_MEM : MTIAOpcode<0b0001111>;
def OPC_OP_IMM : MTIAOpcode<0b0010011>;
def OPC_AUIPC : MTIAOpcode<0b0010111>;
def OPC_OP_IMM_32 : MTIAOpcode<0b0011011>;
def OPC_STORE : MTIAOpcode<0b0100011>;
def OPC_STORE_FP : MTIAOpcode<0b0100111>;
def OPC_CUSTOM_1 : MTIAOpcode<0b0101011>;
def OPC_AMO : MTIAOpcode<0b0101111>;
def OPC_OP : MTIAOpcode<0b0110011>;
def OPC_LUI : MTIAOpcode<0b0110111>;
def OPC_OP_32 : MTIAOpcode<0b0111011>;
def OPC_MADD : MTIAOpcode<0b1000011>;
def OPC_MSUB : MTIAOpcode<0b1000111>;
def OPC_NMSUB : MTIAOpcode<0b1001011>;
def OPC_NMADD : MTIAOpcode<0b1001111>;
def OPC_OP_FP : MTIAOpcode<0b1010011>;
def OPC_CUSTOM_2 : MTIAOpcode<0b1011011>;
def OPC_BRANCH : MTIAOpcode<0b1100011>;
def OPC_JALR : MTIAOpcode<0b1100111>;
def OPC_JAL : MTIAOpcode<0b1101111>;
def OPC_SYSTEM : MTIAOpcode<0b1110011>;
def OPC_CUSTOM_3 : MTIAOpcode<0b1111011>;

// Everything that is an instruction to LLVM. Effects are stated, never guessed.
class MTIAInstBase<dag outs, dag ins, string asm> : Instruction {
  let Namespace = "MTIA";
  dag OutOperandList = outs;
  dag InOperandList = ins;
  let AsmString = asm;
  let Size = 4;
  let hasSideEffects = false;
  let mayLoad = false;
  let mayStore = false;

  InstForm Form = FormPseudo;
  let TSFlags{4-0} = Form.Value;

  // Row of the emulator's timing table.
  string TimingUnit = "none";
}

// An encoded instruction. Its mnemonic comes from the record's name: lower case,
// "_" for ".".
class MTIAInst<dag outs, dag ins, string args, MTIAOpcode opc, InstForm form>
    : MTIAInstBase<outs, ins, ""> {
  field bits<32> Inst;
  // Bits that the decoder doesn't look at.
  field bits<32> SoftFail = 0;
  let DecoderNamespace = "MTIA";
  let Form = form;

  // Bits that the assembler writes as given here and an implementation has to
  // ignore (the reserved fields of fences).
  bits<32> IgnoredBits = 0;

  string Mnemonic = !subst("_", ".", !tolower(NAME));
  string Args = args;
  let AsmString = Mnemonic # !if(!empty(args), "", "\t" # args);
  let TimingUnit = "alu";

  let Inst{6-0} = opc.Value;
}

//  31    25 24 20 19 15 14    12 11  7 6      0
// | funct7 | rs2 | rs1 | funct3 | rd  | opcode |
class InstR<bits<7> funct7, bits<3> funct3, MTIAOpcode opc, dag outs, dag ins,
            string args> : MTIAInst<outs, ins, args, opc, FormR> {
  bits<5> rs2;
  bits<5> rs1;
  bits<5> rd;
  let Inst{31-25} = funct7;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{14-12} = funct3;
  let Inst{11-7} = rd;
}

// The same with one source: rs2's place says which operation.
class InstR1<bits<7> funct7, bits<5> op, bits<3> funct3, MTIAOpcode opc, dag outs,
             dag ins, string args> : MTIAInst<outs, ins, args, opc, FormR1> {
  bits<5> rs1;
  bits<5> rd;
  let Inst{31-25} = funct7;
  let Inst{24-20} = op;
  let Inst{19-15} = rs1;
  let Inst{14-12} = funct3;
  let Inst{11-7} = rd;
}

//  31       20 19 15 14    12 11  7 6      0
// | imm[11:0] | rs1 | funct3 | rd  | opcode |
class InstI<bits<3> funct3, MTIAOpcode opc, dag outs, dag ins, string args>
    : MTIAInst<outs, ins, args, opc, FormI> {
  bits<12> imm12;
  bits<5> rs1;
  bits<5> rd;
  let Inst{31-20} = imm12;
  let Inst{19-15} = rs1;
  let Inst{14-12} = funct3;
  let Inst{11-7} = rd;
}

//  31    26 25   20 19 15 14    12 11  7 6      0
// | funct6 | shamt | rs1 | funct3 | rd  | opcode |
class InstShift<bits<6> funct6, bits<3> funct3, MTIAOpcode opc, dag outs,
                dag ins, string args> : MTIAInst<outs, ins, args, opc, FormShift> {
  bits<6> shamt;
  bits<5> rs1;
  bits<5> rd;
  let Inst{31-26} = funct6;
  let Inst{25-20} = shamt;
  let Inst{19-15} = rs1;
  let Inst{14-12} = funct3;
  let Inst{11-7} = rd;
}

// The same for the 32-bit shifts: bit 25 must be zero.
class InstShiftW<bits<7> funct7, bits<3> funct3, MTIAOpcode opc, dag outs,
                 dag ins, string args>
    : MTIAInst<outs, ins, args, opc, FormShift> {
  bits<5> shamt;
  bits<5> rs1;
  bits<5> rd;
  let Inst{31-25} = funct7;
  let Inst{24-20} = shamt;
  let Inst{19-15} = rs1;
  let Inst{14-12} = funct3;
  let Inst{11-7} = rd;
}

//  31       25 24 20 19 15 14    12 11      7 6      0
// | imm[11:5] | rs2 | rs1 | funct3 | imm[4:0] | opcode |
class InstS<bits<3> funct3, MTIAOpcode opc, dag outs, dag ins, string args>
    : MTIAInst<outs, ins, args, opc, FormS> {
  bits<12> imm12;
  bits<5> rs2;
  bits<5> rs1;
  let Inst{31-25} = imm12{11-5};
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{14-12} = funct3;
  let Inst{11-7} = imm12{4-0};
}

//  31      30        25 24 20 19 15 14    12 11       8 7       6      0
// | im[12] | imm[10:5] | rs2 | rs1 | funct3 | imm[4:1] | im[11] | opcode |
// The operand holds the distance in halfwords.
class InstB<bits<3> funct3, MTIAOpcode opc, dag outs, dag ins, string args>
    : MTIAInst<outs, ins, args, opc, FormB> {
  bits<12> imm12;
  bits<5> rs2;
  bits<5> rs1;
  let Inst{31} = imm12{11};
  let Inst{30-25} = imm12{9-4};
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{14-12} = funct3;
  let Inst{11-8} = imm12{3-0};
  let Inst{7} = imm12{10};
}

//  31        12 11  7 6      0
// | imm[31:12] | rd  | opcode |
class InstU<MTIAOpcode opc, dag outs, dag ins, string args>
    : MTIAInst<outs, ins, args, opc, FormU> {
  bits<20> imm20;
  bits<5> rd;
  let Inst{31-12} = imm20;
  let Inst{11-7} = rd;
}

//  31      30        21 20      19        12 11  7 6      0
// | im[20] | imm[10:1] | im[11] | imm[19:12] | rd  | opcode |
// The operand holds the distance in halfwords.
class InstJ<MTIAOpcode opc, dag outs, dag ins, string args>
    : MTIAInst<outs, ins, args, opc, FormJ> {
  bits<20> imm20;
  bits<5> rd;
  let Inst{31} = imm20{19};
  let Inst{30-21} = imm20{9-0};
  let Inst{20} = imm20{10};
  let Inst{19-12} = imm20{18-11};
  let Inst{11-7} = rd;
}

// A pseudo-instruction: no encoding. The code emitter or a pass expands it.
class Pseudo<dag outs, dag ins, string mnemonic = "", string args = "">
    : MTIAInstBase<outs, ins, mnemonic # !if(!empty(args), "", "\t" # args)> {
  let isPseudo = true;
  let isCodeGenOnly = true;
}

// A pseudo-instruction that the assembler accepts by name.
class AsmPseudo<dag outs, dag ins, string mnemonic, string args>
    : Pseudo<outs, ins, mnemonic, args> {
  let isCodeGenOnly = false;
  let isAsmParserOnly = true;
}
