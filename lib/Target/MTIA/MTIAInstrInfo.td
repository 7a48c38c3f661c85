//===-- MTIAInstrInfo.td - Base instructions --------------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// RV64I, Zicsr, Zifencei, Zicbom, Zicboz, the machine-mode instructions, and the
// pseudo-instructions and aliases of the assembler. Selection patterns are in
// MTIAInstrPatterns.td.
//
//===----------------------------------------------------------------------===//

include "MTIAInstrFormats.td"

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

// An integer operand of the assembler. The range in its error message and the
// one that is checked are both Lo..Hi of this record.
class ImmAsmOperand<string name, int lo, int hi> : AsmOperandClass {
  let Name = name;
  let RenderMethod = "addImmOperands";
  let PredicateMethod = "isImmInRange<" # lo # ", " # hi # ">";
  let DiagnosticString =
      "immediate must be an integer in the range [" # lo # ", " # hi # "]";
  int Lo = lo;
  int Hi = hi;
}

class MTIAOp<ValueType vt = i64> : Operand<vt>;

class UImmOp<int width, ImmAsmOperand cls> : MTIAOp {
  let ParserMatchClass = cls;
  let DecoderMethod = "decodeUImmOperand<" # width # ">";
  let MCOperandPredicate = "int64_t Imm; return MCOp.evaluateAsConstantImm(Imm) && isUInt<" #
                           width # ">(Imm);";
  let OperandType = "OPERAND_UIMM" # width;
  let OperandNamespace = "MTIAOp";
  int Lo = cls.Lo;
  int Hi = cls.Hi;
}

def UImm2AsmOperand : ImmAsmOperand<"UImm2", 0, 3>;
def UImm3AsmOperand : ImmAsmOperand<"UImm3", 0, 7>;
def UImm4AsmOperand : ImmAsmOperand<"UImm4", 0, 15>;
def UImm5AsmOperand : ImmAsmOperand<"UImm5", 0, 31>;
def UImm6AsmOperand : ImmAsmOperand<"UImm6", 0, 63>;
def UImm8AsmOperand : ImmAsmOperand<"UImm8", 0, 255>;
def UImm7AsmOperand : ImmAsmOperand<"UImm7", 0, 127>;
def uimm2 : UImmOp<2, UImm2AsmOperand>, ImmLeaf<i64, "return isUInt<2>(Imm);">;
def uimm3 : UImmOp<3, UImm3AsmOperand>, ImmLeaf<i64, "return isUInt<3>(Imm);">;
def uimm4 : UImmOp<4, UImm4AsmOperand>;
def uimm5 : UImmOp<5, UImm5AsmOperand>, ImmLeaf<i64, "return isUInt<5>(Imm);">;
def uimm6 : UImmOp<6, UImm6AsmOperand>, ImmLeaf<i64, "return isUInt<6>(Imm);">;
def uimm7 : UImmOp<7, UImm7AsmOperand>, ImmLeaf<i64, "return isUInt<7>(Imm);">;

def uimm8 : UImmOp<8, UImm8AsmOperand>;

// A 12-bit signed immediate, or a symbol with %lo, %pcrel_lo or %tprel_lo.
def SImm12AsmOperand : ImmAsmOperand<"SImm12", -2048, 2047> {
  let PredicateMethod = "isSImm12";
  let DiagnosticString =
      "operand must be a symbol with %lo/%pcrel_lo/%tprel_lo specifier or an "
      "integer in the range [-2048, 2047]";
}
def simm12 : MTIAOp, ImmLeaf<i64, "return isInt<12>(Imm);"> {
  let ParserMatchClass = SImm12AsmOperand;
  let EncoderMethod = "getImmOpValue";
  let DecoderMethod = "decodeSImmOperand<12>";
  // An alias stands for constants only: li is never printed for %lo(symbol).
  let MCOperandPredicate = [{
    int64_t Imm;
    return MCOp.evaluateAsConstantImm(Imm) && isInt<12>(Imm);
  }];
  let OperandType = "OPERAND_SIMM12";
  let OperandNamespace = "MTIAOp";
}

// Branch distance: even, 13 bits.
def BareSImm13Lsb0AsmOperand : AsmOperandClass {
  let Name = "BareSImm13Lsb0";
  let RenderMethod = "addImmOperands";
  let PredicateMethod = "isBranchTarget<13>";
  let DiagnosticString =
      "immediate must be a multiple of 2 bytes in the range [-4096, 4094]";
}
def simm13_lsb0 : MTIAOp<OtherVT> {
  let ParserMatchClass = BareSImm13Lsb0AsmOperand;
  let PrintMethod = "printBranchOperand";
  let EncoderMethod = "getImmOpValueAsr1";
  let DecoderMethod = "decodeSImmOperandAndLsl1<13>";
  let MCOperandPredicate = [{
    int64_t Imm;
    if (MCOp.evaluateAsConstantImm(Imm))
      return isShiftedInt<12, 1>(Imm);
    return MCOp.isBareSymbolRef();
  }];
  let OperandType = "OPERAND_PCREL";
}

// Jump distance: even, 21 bits.
def SImm21Lsb0JALAsmOperand : AsmOperandClass {
  let Name = "SImm21Lsb0JAL";
  let RenderMethod = "addImmOperands";
  let PredicateMethod = "isBranchTarget<21>";
  let ParserMethod = "parseJALOffset";
  let DiagnosticString =
      "immediate must be a multiple of 2 bytes in the range [-1048576, 1048574]";
}
def simm21_lsb0_jal : MTIAOp<OtherVT> {
  let ParserMatchClass = SImm21Lsb0JALAsmOperand;
  let PrintMethod = "printBranchOperand";
  let EncoderMethod = "getImmOpValueAsr1";
  let DecoderMethod = "decodeSImmOperandAndLsl1<21>";
  let MCOperandPredicate = [{
    int64_t Imm;
    if (MCOp.evaluateAsConstantImm(Imm))
      return isShiftedInt<20, 1>(Imm);
    return MCOp.isBareSymbolRef();
  }];
  let OperandType = "OPERAND_PCREL";
}

// Bits 31 to 12, or a symbol with %hi or %tprel_hi (lui) and with a
// PC-relative specifier (auipc).
class UImm20AsmOperand<string name, string specifiers> : AsmOperandClass {
  let Name = name;
  let RenderMethod = "addImmOperands";
  let DiagnosticString =
      "operand must be a symbol with " # specifiers #
      " specifier or an integer in the range [0, 1048575]";
}
class UImm20Op<AsmOperandClass cls> : MTIAOp {
  let ParserMatchClass = cls;
  let EncoderMethod = "getImmOpValue";
  let DecoderMethod = "decodeUImmOperand<20>";
  let MCOperandPredicate =
      "int64_t Imm; return MCOp.evaluateAsConstantImm(Imm) && isUInt<20>(Imm);";
  let OperandType = "OPERAND_UIMM20";
  let OperandNamespace = "MTIAOp";
}
def UImm20LUIAsmOperand : UImm20AsmOperand<"UImm20LUI", "%hi/%tprel_hi">;
def uimm20_lui : UImm20Op<UImm20LUIAsmOperand>;
def UImm20AUIPCAsmOperand
    : UImm20AsmOperand<"UImm20AUIPC", "a %pcrel_hi/%got_pcrel_hi/"
                       "%tls_ie_pcrel_hi/%tls_gd_pcrel_hi">;
def uimm20_auipc : UImm20Op<UImm20AUIPCAsmOperand>;

// Sets of fence: letters of i, o, r, w in this order, or 0.
def FenceArg : AsmOperandClass {
  let Name = "FenceArg";
  let RenderMethod = "addFenceArgOperands";
  let ParserMethod = "parseFenceArg";
  let DiagnosticString =
      "operand must be formed of letters selected in-order from 'iorw' or be 0";
}
def fencearg : MTIAOp {
  let ParserMatchClass = FenceArg;
  let PrintMethod = "printFenceArg";
  let DecoderMethod = "decodeUImmOperand<4>";
  let OperandType = "OPERAND_UIMM4";
  let OperandNamespace = "MTIAOp";
}

// A CSR, by name or by number.
def CSRSystemRegister : AsmOperandClass {
  let Name = "CSRSystemRegister";
  let RenderMethod = "addCSRSystemRegisterOperands";
  let ParserMethod = "parseCSRSystemRegister";
  let DiagnosticString =
      "operand must be a valid system register name or an integer in the range "
      "[0, 4095]";
}
def csr_sysreg : MTIAOp {
  let ParserMatchClass = CSRSystemRegister;
  let PrintMethod = "printCSRSystemRegister";
  let DecoderMethod = "decodeUImmOperand<12>";
  let OperandType = "OPERAND_UIMM12";
  let OperandNamespace = "MTIAOp";
}

// The only offset of instructions that address memory by a register alone:
// "(rs1)" or "0(rs1)".
def ZeroOffsetMemOpOperand : AsmOperandClass {
  let Name = "ZeroOffsetMemOpOperand";
  let RenderMethod = "addRegOperands";
  let PredicateMethod = "isGPR";
  let ParserMethod = "parseZeroOffsetMemOp";
}
def GPRMemZeroOffset : RegisterOperand<GPR> {
  let ParserMatchClass = ZeroOffsetMemOpOperand;
  let PrintMethod = "printZeroOffsetMemOp";
}

// Symbols.
def BareSymbol : AsmOperandClass {
  let Name = "BareSymbol";
  let RenderMethod = "addImmOperands";
  let DiagnosticString = "operand must be a bare symbol name";
  let ParserMethod = "parseBareSymbol";
}
def bare_symbol : MTIAOp { let ParserMatchClass = BareSymbol; }

def CallSymbol : AsmOperandClass {
  let Name = "CallSymbol";
  let RenderMethod = "addImmOperands";
  let DiagnosticString = "operand must be a bare symbol name";
  let ParserMethod = "parseCallSymbol";
}
def call_symbol : MTIAOp { let ParserMatchClass = CallSymbol; }

def PseudoJumpSymbol : AsmOperandClass {
  let Name = "PseudoJumpSymbol";
  let RenderMethod = "addImmOperands";
  let DiagnosticString = "operand must be a valid jump target";
  let ParserMethod = "parseJumpSymbol";
}
def pseudo_jump_symbol : MTIAOp { let ParserMatchClass = PseudoJumpSymbol; }

def TPRelAddSymbol : AsmOperandClass {
  let Name = "TPRelAddSymbol";
  let RenderMethod = "addImmOperands";
  let DiagnosticString = "operand must be a symbol with %tprel_add specifier";
  let ParserMethod = "parseOperandWithSpecifier";
}
def tprel_add_symbol : MTIAOp { let ParserMatchClass = TPRelAddSymbol; }

// Any 64-bit constant, for li.
def ImmXLenAsmOperand : AsmOperandClass {
  let Name = "ImmXLenLI";
  let RenderMethod = "addImmOperands";
  let DiagnosticString = "operand must be a constant 64-bit integer";
}
def ixlenimm_li : MTIAOp { let ParserMatchClass = ImmXLenAsmOperand; }

// Without %lo and its like, for la and lla.
def ImmXLenLAAsmOperand : AsmOperandClass {
  let Name = "ImmXLen";
  let RenderMethod = "addImmOperands";
  let DiagnosticString = "operand must be a symbol or a constant 64-bit integer";
}
def ixlenimm_la : MTIAOp { let ParserMatchClass = ImmXLenLAAsmOperand; }

// The constants of li that are an addi; for others the message is li's.
def SImm12LIAsmOperand : AsmOperandClass {
  let Name = "SImm12LI";
  let RenderMethod = "addImmOperands";
  let PredicateMethod = "isImmInRange<-2048, 2047>";
  let DiagnosticString = ImmXLenAsmOperand.DiagnosticString;
}
def simm12_li : MTIAOp {
  let ParserMatchClass = SImm12LIAsmOperand;
  let MCOperandPredicate = simm12.MCOperandPredicate;
}

//===----------------------------------------------------------------------===//
// Operation classes
//===----------------------------------------------------------------------===//

class ALU_ri<bits<3> funct3, MTIAOpcode opc = OPC_OP_IMM>
    : InstI<funct3, opc, (outs GPR:$rd), (ins GPR:$rs1, simm12:$imm12),
            "$rd, $rs1, $imm12">, Sched<[WriteIALU]>;

class Shift_ri<bits<6> funct6, bits<3> funct3>
    : InstShift<funct6, funct3, OPC_OP_IMM, (outs GPR:$rd),
                (ins GPR:$rs1, uimm6:$shamt), "$rd, $rs1, $shamt">,
      Sched<[WriteIALU]>;

class ShiftW_ri<bits<7> funct7, bits<3> funct3>
    : InstShiftW<funct7, funct3, OPC_OP_IMM_32, (outs GPR:$rd),
                 (ins GPR:$rs1, uimm5:$shamt), "$rd, $rs1, $shamt">,
      Sched<[WriteIALU]>;

class ALU_rr<bits<7> funct7, bits<3> funct3, MTIAOpcode opc = OPC_OP,
             bit commutable = false>
    : InstR<funct7, funct3, opc, (outs GPR:$rd), (ins GPR:$rs1, GPR:$rs2),
            "$rd, $rs1, $rs2">, Sched<[WriteIALU]> {
  let isCommutable = commutable;
}

class Load_ri<bits<3> funct3>
    : InstI<funct3, OPC_LOAD, (outs GPR:$rd), (ins GPR:$rs1, simm12:$imm12),
            "$rd, ${imm12}(${rs1})">, Sched<[WriteLoad]> {
  let mayLoad = true;
  let isReMaterializable = true; // of what never changes
  let TimingUnit = "load";
}

class Store_rri<bits<3> funct3>
    : InstS<funct3, OPC_STORE, (outs), (ins GPR:$rs2, GPR:$rs1, simm12:$imm12),
            "$rs2, ${imm12}(${rs1})">, Sched<[WriteStore]> {
  let mayStore = true;
  let TimingUnit = "store";
}

class BranchCC_rri<bits<3> funct3>
    : InstB<funct3, OPC_BRANCH, (outs),
            (ins GPR:$rs1, GPR:$rs2, simm13_lsb0:$imm12),
            "$rs1, $rs2, $imm12">, Sched<[WriteJmp]> {
  let isBranch = true;
  let isTerminator = true;
  let TimingUnit = "branch";
}

class CSR_ir<bits<3> funct3>
    : InstI<funct3, OPC_SYSTEM, (outs GPR:$rd), (ins csr_sysreg:$imm12, GPR:$rs1),
            "$rd, $imm12, $rs1">, Sched<[WriteCSR]> {
  let Form = FormCSR;
  let hasSideEffects = true;
  let TimingUnit = "csr";
}

class CSR_ii<bits<3> funct3>
    : InstI<funct3, OPC_SYSTEM, (outs GPR:$rd),
            (ins csr_sysreg:$imm12, uimm5:$rs1),
            "$rd, $imm12, $rs1">, Sched<[WriteCSR]> {
  let Form = FormCSR;
  let hasSideEffects = true;
  let TimingUnit = "csr";
}

// No operands: the whole word is fixed.
class System_none<bits<12> imm, string unit = "system">
    : InstI<0b000, OPC_SYSTEM, (outs), (ins), "">, Sched<[WriteSystem]> {
  let Form = FormNone;
  let imm12 = imm;
  let rs1 = 0;
  let rd = 0;
  let hasSideEffects = true;
  let TimingUnit = unit;
}

class CacheBlock_r<bits<12> imm>
    : InstI<0b010, OPC_MISC_MEM, (outs), (ins GPRMemZeroOffset:$rs1), "$rs1">,
      Sched<[WriteFence]> {
  let Form = FormI;
  let imm12 = imm;
  let rd = 0;
  let hasSideEffects = true;
  let mayLoad = true;
  let mayStore = true;
  let TimingUnit = "cache";
}

//===----------------------------------------------------------------------===//
// RV64I: computation
//===----------------------------------------------------------------------===//

let isReMaterializable = true, isAsCheapAsAMove = true, isMoveImm = true in
def LUI : InstU<OPC_LUI, (outs GPR:$rd), (ins uimm20_lui:$imm20), "$rd, $imm20">,
          Sched<[WriteIALU]>;

let isReMaterializable = true in
def AUIPC : InstU<OPC_AUIPC, (outs GPR:$rd), (ins uimm20_auipc:$imm20),
                  "$rd, $imm20">, Sched<[WriteIALU]>;

let isReMaterializable = true, isAsCheapAsAMove = true in {
def ADDI : ALU_ri<0b000>;
def XORI : ALU_ri<0b100>;
def ORI : ALU_ri<0b110>;
}
def SLTI : ALU_ri<0b010>;
def SLTIU : ALU_ri<0b011>;
def ANDI : ALU_ri<0b111>;

def SLLI : Shift_ri<0b000000, 0b001>;
def SRLI : Shift_ri<0b000000, 0b101>;
def SRAI : Shift_ri<0b010000, 0b101>;

def ADD : ALU_rr<0b0000000, 0b000, OPC_OP, true>;
def SUB : ALU_rr<0b0100000, 0b000>;
def SLL : ALU_rr<0b0000000, 0b001>;
def SLT : ALU_rr<0b0000000, 0b010>;
def SLTU : ALU_rr<0b0000000, 0b011>;
def XOR : ALU_rr<0b0000000, 0b100, OPC_OP, true>;
def SRL : ALU_rr<0b0000000, 0b101>;
def SRA : ALU_rr<0b0100000, 0b101>;
def OR : ALU_rr<0b0000000, 0b110, OPC_OP, true>;
def AND : ALU_rr<0b0000000, 0b111, OPC_OP, true>;

// 32-bit operations; the result is sign-extended.
let isReMaterializable = true in
def ADDIW : ALU_ri<0b000, OPC_OP_IMM_32>;
def SLLIW : ShiftW_ri<0b0000000, 0b001>;
def SRLIW : ShiftW_ri<0b0000000, 0b101>;
def SRAIW : ShiftW_ri<0b0100000, 0b101>;
def ADDW : ALU_rr<0b0000000, 0b000, OPC_OP_32, true>;
def SUBW : ALU_rr<0b0100000, 0b000, OPC_OP_32>;
def SLLW : ALU_rr<0b0000000, 0b001, OPC_OP_32>;
def SRLW : ALU_rr<0b0000000, 0b101, OPC_OP_32>;
def SRAW : ALU_rr<0b0100000, 0b101, OPC_OP_32>;

//===----------------------------------------------------------------------===//
// RV64I: memory
//===----------------------------------------------------------------------===//

def LB : Load_ri<0b000>;
def LH : Load_ri<0b001>;
def LW : Load_ri<0b010>;
def LD : Load_ri<0b011>;
def LBU : Load_ri<0b100>;
def LHU : Load_ri<0b101>;
def LWU : Load_ri<0b110>;

def SB : Store_rri<0b000>;
def SH : Store_rri<0b001>;
def SW : Store_rri<0b010>;
def SD : Store_rri<0b011>;

let hasSideEffects = true, TimingUnit = "fence" in {
//  31  28 27  24 23  20 19 15 14 12 11 7 6      0
// |  fm  | pred | succ | rs1 | 000 | rd | opcode |
def FENCE : InstI<0b000, OPC_MISC_MEM, (outs), (ins fencearg:$pred, fencearg:$succ),
                  "$pred, $succ">, Sched<[WriteFence]> {
  bits<4> pred;
  bits<4> succ;
  let Form = FormFence;
  let imm12 = {0b0000, pred, succ};
  let rs1 = 0;
  let rd = 0;
  let IgnoredBits = 0xF00F8F80; // fm, rs1, rd: reserved, an ordinary fence
}

def FENCE_TSO : InstI<0b000, OPC_MISC_MEM, (outs), (ins), "">,
                Sched<[WriteFence]> {
  let Form = FormNone;
  let imm12 = 0b100000110011;
  let rs1 = 0;
  let rd = 0;
}

def FENCE_I : InstI<0b001, OPC_MISC_MEM, (outs), (ins), "">,
              Sched<[WriteFence]> {
  let Form = FormNone;
  let imm12 = 0;
  let rs1 = 0;
  let rd = 0;
  let IgnoredBits = 0xFFFF8F80;
}
} // hasSideEffects

//===----------------------------------------------------------------------===//
// RV64I: control transfer
//===----------------------------------------------------------------------===//

let isCall = true in
def JAL : InstJ<OPC_JAL, (outs GPR:$rd), (ins simm21_lsb0_jal:$imm20),
                "$rd, $imm20">, Sched<[WriteJmp]> {
  let TimingUnit = "jump";
}

let isCall = true in
def JALR : InstI<0b000, OPC_JALR, (outs GPR:$rd), (ins GPR:$rs1, simm12:$imm12),
                 "$rd, ${imm12}(${rs1})">, Sched<[WriteJmp]> {
  let TimingUnit = "jump";
}

def BEQ : BranchCC_rri<0b000>;
def BNE : BranchCC_rri<0b001>;
def BLT : BranchCC_rri<0b100>;
def BGE : BranchCC_rri<0b101>;
def BLTU : BranchCC_rri<0b110>;
def BGEU : BranchCC_rri<0b111>;

//===----------------------------------------------------------------------===//
// Zicsr, traps
//===----------------------------------------------------------------------===//

def CSRRW : CSR_ir<0b001>;
def CSRRS : CSR_ir<0b010>;
def CSRRC : CSR_ir<0b011>;
def CSRRWI : CSR_ii<0b101>;
def CSRRSI : CSR_ii<0b110>;
def CSRRCI : CSR_ii<0b111>;

def ECALL : System_none<0x000>;
def EBREAK : System_none<0x001>;
let isBarrier = true, isReturn = true, isTerminator = true in {
def MRET : System_none<0x302>;
def SRET : System_none<0x102>;
}
// Of the debug mode, which no core has: it can be written and read, and is no
// instruction of the machine.
def DRET : MTIAInstBase<(outs), (ins), "dret">, Sched<[WriteSystem]> {
  field bits<32> Inst = 0x7b200073;
  field bits<32> SoftFail = 0;
  let DecoderNamespace = "MTIA";
  let Form = FormNone;
  let hasSideEffects = true;
  let isBarrier = true;
  let isReturn = true;
  let isTerminator = true;
}
// rs1: the address, rs2: the address space; x0: all of them.
def SFENCE_VMA
    : InstR<0b0001001, 0b000, OPC_SYSTEM, (outs), (ins GPR:$rs1, GPR:$rs2),
            "$rs1, $rs2">, Sched<[WriteSystem]> {
  let rd = 0;
  let hasSideEffects = true;
  let TimingUnit = "system";
}
def : InstAlias<"sfence.vma", (SFENCE_VMA X0, X0)>;
def : InstAlias<"sfence.vma $rs1", (SFENCE_VMA GPR:$rs1, X0)>;
def WFI : System_none<0x105, "wait">;

// csrrw x0, cycle, x0: writes a read-only register, so it is never executed as
// anything but an illegal instruction. The manual's name for "must trap".
let isCodeGenOnly = true in
def UNIMP : InstI<0b001, OPC_SYSTEM, (outs), (ins), "">, Sched<[WriteSystem]> {
  let Form = FormNone;
  let imm12 = 0xC00;
  let rs1 = 0;
  let rd = 0;
  let hasSideEffects = true;
  let TimingUnit = "system";
}

//===----------------------------------------------------------------------===//
// Zicbom: the core's data cache isn't kept coherent with the units
//===----------------------------------------------------------------------===//

let Predicates = [HasStdExtZicbom] in {
def CBO_INVAL : CacheBlock_r<0>;
def CBO_CLEAN : CacheBlock_r<1>;
def CBO_FLUSH : CacheBlock_r<2>;
}

// Zicboz: a line of zeros without reading memory
let Predicates = [HasStdExtZicboz] in
def CBO_ZERO : CacheBlock_r<4>;

include "MTIAInstrInfoM.td"
include "MTIAInstrInfoA.td"
include "MTIAInstrInfoZb.td"
include "MTIAInstrInfoZicond.td"
include "MTIAInstrInfoXmtia.td"
include "MTIAInstrInfoPseudos.td"
include "MTIAInstrInfoF.td"
include "MTIAInstrInfoD.td"
include "MTIAInstrInfoZfh.td"
include "MTIAInstrInfoC.td"
include "MTIAInstrInfoV.td"
include "MTIAInstrInfoInsn.td"
