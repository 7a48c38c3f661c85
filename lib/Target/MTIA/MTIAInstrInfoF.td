//===-- MTIAInstrInfoF.td - Single-precision floating point -*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The extension F, and the classes that D and Zfh share with it. Selection
// patterns: MTIAInstrPatternsFP.td.
//
// The rounding mode is an operand. 7, "dyn", means the one in frm, so that every
// instruction with such an operand reads FRM. Exception flags are what
// mayRaiseFPException stands for: they only accumulate, so the order of two
// instructions doesn't matter, and FFLAGS is no result of theirs.
//
//===----------------------------------------------------------------------===//

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

def FRMArg : AsmOperandClass {
  let Name = "FRMArg";
  let RenderMethod = "addFRMArgOperands";
  let ParserMethod = "parseFRMArg";
  let IsOptional = true;
  let DefaultMethod = "defaultFRMArgOp";
  let DiagnosticString =
      "operand must be a valid floating point rounding mode mnemonic: rne, rtz, "
      "rdn, rup, rmm or dyn";
}
class FRMOperand : MTIAOp {
  let ParserMatchClass = FRMArg;
  let PrintMethod = "printFRMArg";
  let DecoderMethod = "decodeFRMArg";
  let OperandType = "OPERAND_FRMARG";
  let OperandNamespace = "MTIAOp";
}
def frmarg : FRMOperand, TImmLeaf<i64, "return MTIAFPRndMode::isValid(Imm);">;

// Of conversions that are exact: the mode has no effect, and assemblers have
// always written 0 where none is given.
def FRMArgLegacy : AsmOperandClass {
  let Name = "FRMArgLegacy";
  let PredicateMethod = "isFRMArg";
  let RenderMethod = "addFRMArgOperands";
  let ParserMethod = "parseFRMArg";
  let IsOptional = true;
  let DefaultMethod = "defaultFRMArgLegacyOp";
  let DiagnosticString = FRMArg.DiagnosticString;
}
def frmarglegacy : FRMOperand {
  let ParserMatchClass = FRMArgLegacy;
  let PrintMethod = "printFRMArgLegacy";
}

//===----------------------------------------------------------------------===//
// Formats
//===----------------------------------------------------------------------===//

// The width in bits 26 and 25, funct3 of loads and stores, the registers.
class FPWidth<bits<2> fmt, bits<3> funct3, RegisterClass rc, SchedWrite div,
              SchedWrite sqrt> {
  bits<2> Fmt = fmt;
  bits<3> Funct3 = funct3;
  RegisterClass RC = rc;
  SchedWrite Div = div;
  SchedWrite Sqrt = sqrt;
}
def FPSingle : FPWidth<0b00, 0b010, FPR32, WriteFDiv32, WriteFSqrt32>;
def FPDouble : FPWidth<0b01, 0b011, FPR64, WriteFDiv64, WriteFSqrt64>;
def FPHalf : FPWidth<0b10, 0b001, FPR16, WriteFDiv16, WriteFSqrt16>;

//  31    27 26  25 24 20 19 15 14  12 11  7 6      0
// | funct5 | fmt | rs2 | rs1 |  rm  | rd  | opcode |
class InstFR<bits<5> funct5, FPWidth w>
    : MTIAInst<(outs w.RC:$rd), (ins w.RC:$rs1, w.RC:$rs2, frmarg:$frm),
               "$rd, $rs1, $rs2$frm", OPC_OP_FP, FormFR> {
  bits<5> rs2;
  bits<5> rs1;
  bits<3> frm;
  bits<5> rd;
  let Inst{31-27} = funct5;
  let Inst{26-25} = w.Fmt;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{14-12} = frm;
  let Inst{11-7} = rd;
  let Uses = [FRM];
  let mayRaiseFPException = true;
  let TimingUnit = "fadd";
}

// One source; rs2's place says which operation.
class InstFR1<bits<5> funct5, FPWidth w, bits<5> op, DAGOperand rd_rc,
              DAGOperand rs_rc, DAGOperand mode = frmarg>
    : MTIAInst<(outs rd_rc:$rd), (ins rs_rc:$rs1, mode:$frm), "$rd, $rs1$frm",
               OPC_OP_FP, FormFR1> {
  bits<5> rs1;
  bits<3> frm;
  bits<5> rd;
  let Inst{31-27} = funct5;
  let Inst{26-25} = w.Fmt;
  let Inst{24-20} = op;
  let Inst{19-15} = rs1;
  let Inst{14-12} = frm;
  let Inst{11-7} = rd;
  let Uses = [FRM];
  let mayRaiseFPException = true;
  let TimingUnit = "fcvt";
}

//  31 27 26  25 24 20 19 15 14  12 11  7 6      0
// | rs3 | fmt | rs2 | rs1 |  rm  | rd  | opcode |
class FPMA_rrr<MTIAOpcode opc, FPWidth w>
    : MTIAInst<(outs w.RC:$rd), (ins w.RC:$rs1, w.RC:$rs2, w.RC:$rs3, frmarg:$frm),
               "$rd, $rs1, $rs2, $rs3$frm", opc, FormFR4>,
      Sched<[WriteFMA]> {
  bits<5> rs3;
  bits<5> rs2;
  bits<5> rs1;
  bits<3> frm;
  bits<5> rd;
  let Inst{31-27} = rs3;
  let Inst{26-25} = w.Fmt;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{14-12} = frm;
  let Inst{11-7} = rd;
  let Uses = [FRM];
  let mayRaiseFPException = true;
  let isCommutable = true; // rs1 and rs2
  let TimingUnit = "fma";
}

//===----------------------------------------------------------------------===//
// Operation classes
//===----------------------------------------------------------------------===//

class FPALU_rr_frm<bits<5> funct5, FPWidth w, SchedWrite write, string unit,
                   bit commutable = false>
    : InstFR<funct5, w>, Sched<[write]> {
  let isCommutable = commutable;
  let TimingUnit = unit;
}

class FPSqrt_r<FPWidth w> : InstFR1<0b01011, w, 0b00000, w.RC, w.RC>, Sched<[w.Sqrt]> {
  let TimingUnit = "fsqrt";
}

// Without rounding: funct3 names the operation.
class FPALU_rr<bits<5> funct5, bits<3> funct3, FPWidth w, SchedWrite write,
               string unit, bit commutable = false>
    : InstR<0, funct3, OPC_OP_FP, (outs w.RC:$rd),
            (ins w.RC:$rs1, w.RC:$rs2), "$rd, $rs1, $rs2">, Sched<[write]> {
  let Inst{31-27} = funct5;
  let Inst{26-25} = w.Fmt;
  let isCommutable = commutable;
  let TimingUnit = unit;
}

class FPSgnj_rr<bits<3> funct3, FPWidth w>
    : FPALU_rr<0b00100, funct3, w, WriteFSGNJ, "fmove">;

class FPMinMax_rr<bits<3> funct3, FPWidth w>
    : FPALU_rr<0b00101, funct3, w, WriteFMinMax, "fcmp", true> {
  let mayRaiseFPException = true;
}

class FPCmp_rr<bits<3> funct3, FPWidth w, bit commutable = false>
    : InstR<0, funct3, OPC_OP_FP, (outs GPR:$rd),
            (ins w.RC:$rs1, w.RC:$rs2), "$rd, $rs1, $rs2">, Sched<[WriteFCmp]> {
  let Inst{31-27} = 0b10100;
  let Inst{26-25} = w.Fmt;
  let isCommutable = commutable;
  let mayRaiseFPException = true;
  let TimingUnit = "fcmp";
}

// Bits moved between the register files, and fclass.
class FPMove_r<bits<5> funct5, bits<3> funct3, FPWidth w, RegisterClass rd_rc,
               RegisterClass rs_rc, SchedWrite write>
    : InstR1<0, 0b00000, funct3, OPC_OP_FP, (outs rd_rc:$rd),
             (ins rs_rc:$rs1), "$rd, $rs1">, Sched<[write]> {
  let Inst{31-27} = funct5;
  let Inst{26-25} = w.Fmt;
  let TimingUnit = "fmove";
}

class FPToInt_r<bits<5> op, FPWidth w>
    : InstFR1<0b11000, w, op, GPR, w.RC>, Sched<[WriteFCvtFtoI]>;
class IntToFP_r<bits<5> op, FPWidth w, DAGOperand mode = frmarg>
    : InstFR1<0b11010, w, op, w.RC, GPR, mode>, Sched<[WriteFCvtItoF]>;
// The source's width is in rs2's place.
class FPToFP_r<FPWidth to, FPWidth from, DAGOperand mode = frmarg>
    : InstFR1<0b01000, to, 0, to.RC, from.RC, mode>, Sched<[WriteFCvtFtoF]> {
  let Inst{21-20} = from.Fmt;
}

class FPLoad_ri<FPWidth w>
    : InstI<w.Funct3, OPC_LOAD_FP, (outs w.RC:$rd), (ins GPR:$rs1, simm12:$imm12),
            "$rd, ${imm12}(${rs1})">, Sched<[WriteFLoad]> {
  let mayLoad = true;
  let isReMaterializable = true; // of what never changes
  let TimingUnit = "load";
}

class FPStore_rri<FPWidth w>
    : InstS<w.Funct3, OPC_STORE_FP, (outs), (ins w.RC:$rs2, GPR:$rs1, simm12:$imm12),
            "$rs2, ${imm12}(${rs1})">, Sched<[WriteFStore]> {
  let mayStore = true;
  let TimingUnit = "store";
}

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

let Predicates = [HasStdExtF] in {
def FLW : FPLoad_ri<FPSingle>;
def FSW : FPStore_rri<FPSingle>;
def FMV_X_W : FPMove_r<0b11100, 0b000, FPSingle, GPR, FPSingle.RC, WriteFMvFtoI>;
def FMV_W_X : FPMove_r<0b11110, 0b000, FPSingle, FPSingle.RC, GPR, WriteFMvItoF>;

def FMADD_S : FPMA_rrr<OPC_MADD, FPSingle>;
def FMSUB_S : FPMA_rrr<OPC_MSUB, FPSingle>;
def FNMSUB_S : FPMA_rrr<OPC_NMSUB, FPSingle>;
def FNMADD_S : FPMA_rrr<OPC_NMADD, FPSingle>;

def FADD_S : FPALU_rr_frm<0b00000, FPSingle, WriteFAdd, "fadd", true>;
def FSUB_S : FPALU_rr_frm<0b00001, FPSingle, WriteFAdd, "fadd">;
def FMUL_S : FPALU_rr_frm<0b00010, FPSingle, WriteFMul, "fmul", true>;
def FDIV_S : FPALU_rr_frm<0b00011, FPSingle, FPSingle.Div, "fdiv">;
def FSQRT_S : FPSqrt_r<FPSingle>;

def FSGNJ_S : FPSgnj_rr<0b000, FPSingle>;
def FSGNJN_S : FPSgnj_rr<0b001, FPSingle>;
def FSGNJX_S : FPSgnj_rr<0b010, FPSingle>;
def FMIN_S : FPMinMax_rr<0b000, FPSingle>;
def FMAX_S : FPMinMax_rr<0b001, FPSingle>;

def FEQ_S : FPCmp_rr<0b010, FPSingle, true>;
def FLT_S : FPCmp_rr<0b001, FPSingle>;
def FLE_S : FPCmp_rr<0b000, FPSingle>;
def FCLASS_S : FPMove_r<0b11100, 0b001, FPSingle, GPR, FPSingle.RC, WriteFClass>;

def FCVT_W_S : FPToInt_r<0b00000, FPSingle>;
def FCVT_WU_S : FPToInt_r<0b00001, FPSingle>;
def FCVT_L_S : FPToInt_r<0b00010, FPSingle>;
def FCVT_LU_S : FPToInt_r<0b00011, FPSingle>;
def FCVT_S_W : IntToFP_r<0b00000, FPSingle>;
def FCVT_S_WU : IntToFP_r<0b00001, FPSingle>;
def FCVT_S_L : IntToFP_r<0b00010, FPSingle>;
def FCVT_S_LU : IntToFP_r<0b00011, FPSingle>;
}

//===----------------------------------------------------------------------===//
// Aliases and pseudo-instructions
//===----------------------------------------------------------------------===//

// flw rd, symbol, rt: auipc rt, %pcrel_hi(symbol); flw rd, %pcrel_lo(.)(rt)
class FPLoadSymbol<string mnemonic, RegisterClass rc>
    : AsmPseudo<(outs GPR:$tmp, rc:$rd), (ins bare_symbol:$symbol), mnemonic,
                "$rd, $symbol, $tmp"> {
  let Size = 8;
  let mayLoad = true;
}
// fsw rs2, symbol, rt
class FPStoreSymbol<string mnemonic, RegisterClass rc>
    : AsmPseudo<(outs GPR:$tmp), (ins rc:$rs2, bare_symbol:$symbol), mnemonic,
                "$rs2, $symbol, $tmp"> {
  let Size = 8;
  let mayStore = true;
}

let Predicates = [HasStdExtF] in {
def : InstAlias<"flw $rd, (${rs1})", (FLW FPR32:$rd, GPR:$rs1, 0), 0>;
def : InstAlias<"fsw $rs2, (${rs1})", (FSW FPR32:$rs2, GPR:$rs1, 0), 0>;
def PseudoFLW : FPLoadSymbol<"flw", FPR32>;
def PseudoFSW : FPStoreSymbol<"fsw", FPR32>;
def : InstAlias<"fmv.s $rd, $rs", (FSGNJ_S FPR32:$rd, FPR32:$rs, FPR32:$rs)>;
def : InstAlias<"fabs.s $rd, $rs", (FSGNJX_S FPR32:$rd, FPR32:$rs, FPR32:$rs)>;
def : InstAlias<"fneg.s $rd, $rs", (FSGNJN_S FPR32:$rd, FPR32:$rs, FPR32:$rs)>;
// fgt a, b is flt b, a.
def : InstAlias<"fgt.s $rd, $rs, $rt", (FLT_S GPR:$rd, FPR32:$rt, FPR32:$rs), 0>;
def : InstAlias<"fge.s $rd, $rs, $rt", (FLE_S GPR:$rd, FPR32:$rt, FPR32:$rs), 0>;

// Older names of the moves.
def : InstAlias<"fmv.s.x $rd, $rs", (FMV_W_X FPR32:$rd, GPR:$rs), 0>;
def : InstAlias<"fmv.x.s $rd, $rs", (FMV_X_W GPR:$rd, FPR32:$rs), 0>;

// The floating-point CSR and its fields: fcsr 3, frm 2, fflags 1.
def : InstAlias<"frcsr $rd", (CSRRS GPR:$rd, 0x003, X0), 2>;
def : InstAlias<"fscsr $rd, $rs", (CSRRW GPR:$rd, 0x003, GPR:$rs)>;
def : InstAlias<"fscsr $rs", (CSRRW X0, 0x003, GPR:$rs), 2>;
def : InstAlias<"frsr $rd", (CSRRS GPR:$rd, 0x003, X0), 0>;
def : InstAlias<"fssr $rd, $rs", (CSRRW GPR:$rd, 0x003, GPR:$rs), 0>;
def : InstAlias<"fssr $rs", (CSRRW X0, 0x003, GPR:$rs), 0>;
def : InstAlias<"frrm $rd", (CSRRS GPR:$rd, 0x002, X0), 2>;
def : InstAlias<"fsrm $rd, $rs", (CSRRW GPR:$rd, 0x002, GPR:$rs)>;
def : InstAlias<"fsrm $rs", (CSRRW X0, 0x002, GPR:$rs), 2>;
def : InstAlias<"fsrmi $rd, $imm", (CSRRWI GPR:$rd, 0x002, uimm5:$imm)>;
def : InstAlias<"fsrmi $imm", (CSRRWI X0, 0x002, uimm5:$imm), 2>;
def : InstAlias<"frflags $rd", (CSRRS GPR:$rd, 0x001, X0), 2>;
def : InstAlias<"fsflags $rd, $rs", (CSRRW GPR:$rd, 0x001, GPR:$rs)>;
def : InstAlias<"fsflags $rs", (CSRRW X0, 0x001, GPR:$rs), 2>;
def : InstAlias<"fsflagsi $rd, $imm", (CSRRWI GPR:$rd, 0x001, uimm5:$imm)>;
def : InstAlias<"fsflagsi $imm", (CSRRWI X0, 0x001, uimm5:$imm), 2>;
}

//===----------------------------------------------------------------------===//
// Access to fcsr for the code generator: the CSR instructions with the registers
// that they read and write. No patterns here.
//===----------------------------------------------------------------------===//

class ReadFPCSR<int csr, list<Register> regs>
    : Pseudo<(outs GPR:$rd), (ins)>,
      PseudoInstExpansion<(CSRRS GPR:$rd, csr, X0)>, Sched<[WriteCSR]> {
  let Size = 4;
  let Uses = regs;
}
class WriteFPCSR<int csr, list<Register> regs>
    : Pseudo<(outs), (ins GPR:$val)>,
      PseudoInstExpansion<(CSRRW X0, csr, GPR:$val)>, Sched<[WriteCSR]> {
  let Size = 4;
  let Defs = regs;
}
class WriteFPCSRImm<int csr, list<Register> regs>
    : Pseudo<(outs), (ins uimm5:$val)>,
      PseudoInstExpansion<(CSRRWI X0, csr, uimm5:$val)>, Sched<[WriteCSR]> {
  let Size = 4;
  let Defs = regs;
}
class SwapFPCSR<int csr, list<Register> regs>
    : Pseudo<(outs GPR:$rd), (ins GPR:$val)>,
      PseudoInstExpansion<(CSRRW GPR:$rd, csr, GPR:$val)>, Sched<[WriteCSR]> {
  let Size = 4;
  let Uses = regs;
  let Defs = regs;
}
class SwapFPCSRImm<int csr, list<Register> regs>
    : Pseudo<(outs GPR:$rd), (ins uimm5:$val)>,
      PseudoInstExpansion<(CSRRWI GPR:$rd, csr, uimm5:$val)>, Sched<[WriteCSR]> {
  let Size = 4;
  let Uses = regs;
  let Defs = regs;
}

// Inline assembly writes these registers without a word, and a register that no
// instruction of the function names as written counts as a constant: hence side effects.
let Predicates = [HasStdExtF], hasSideEffects = true in {
def ReadFRM : ReadFPCSR<0x002, [FRM]>;
def WriteFRM : WriteFPCSR<0x002, [FRM]>;
def WriteFRMImm : WriteFPCSRImm<0x002, [FRM]>;
def SwapFRM : SwapFPCSR<0x002, [FRM]>;
def SwapFRMImm : SwapFPCSRImm<0x002, [FRM]>;
def ReadFFLAGS : ReadFPCSR<0x001, [FFLAGS]>;
def WriteFFLAGS : WriteFPCSR<0x001, [FFLAGS]>;
def ReadFCSR : ReadFPCSR<0x003, [FRM, FFLAGS]>;
def WriteFCSR : WriteFPCSR<0x003, [FRM, FFLAGS]>;
def WriteFCSRImm : WriteFPCSRImm<0x003, [FRM, FFLAGS]>;
}
