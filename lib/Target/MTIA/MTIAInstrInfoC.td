//===-- MTIAInstrInfoC.td - Compressed instructions -------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The extension C (Zca, and Zcd's loads and stores): 16-bit instructions, each
// short for one of 32 bits. The CompressPat records say which; from them come the
// compression of what the compiler and the assembler emit, and the printing of a
// 16-bit instruction under the name of the long one. The emulator's decoder takes
// the expansions from the same records.
//
// A three-bit register field names x8 to x15 or f8 to f15. An instruction with a
// hint's encoding (a result in x0, a shift by 0) is an ordinary one here: it does
// nothing, as it says.
//
//===----------------------------------------------------------------------===//

//===----------------------------------------------------------------------===//
// Operands. An immediate of a compressed instruction is a constant; those of which
// the 32-bit instruction could name a symbol accept one without a relocation's
// specifier only where the format has a relocation (c.j, c.beqz, c.bnez).
//===----------------------------------------------------------------------===//

// An integer in Lo..Hi of which Scale is a factor and, with NonZero, not 0.
class CImmAsmOperand<string name, int lo, int hi, int scale, bit nonzero, string text>
    : AsmOperandClass {
  let Name = name;
  let RenderMethod = "addImmOperands";
  let PredicateMethod = "isCImm<" # lo # ", " # hi # ", " # scale # ", " #
                        !if(nonzero, "true", "false") # ">";
  let DiagnosticString = text;
}
class CImmOp<string name, int lo, int hi, int scale, bit nonzero, string decoder,
             string text>
    : MTIAOp, ImmLeaf<i64, "return Imm >= " # lo # " && Imm <= " # hi # " && Imm % " #
                           scale # " == 0" # !if(nonzero, " && Imm != 0", "") # ";"> {
  let ParserMatchClass = CImmAsmOperand<name, lo, hi, scale, nonzero, text>;
  let DecoderMethod = decoder;
  let OperandType = "OPERAND_IMMEDIATE";
  let MCOperandPredicate = "int64_t Imm; return MCOp.evaluateAsConstantImm(Imm) && Imm >= " #
      lo # " && Imm <= " # hi # " && Imm % " # scale # " == 0" #
      !if(nonzero, " && Imm != 0", "") # ";";
  // For the generators.
  int Lo = lo;
  int Hi = hi;
  int Scale = scale;
  bit NonZero = nonzero;
}

def simm6 : CImmOp<"SImm6", -32, 31, 1, false, "decodeSImmOperand<6>",
    "immediate must be an integer in the range [-32, 31]">;
def simm6nonzero : CImmOp<"SImm6NonZero", -32, 31, 1, true, "decodeSImmNonZeroOperand<6>",
    "immediate must be non-zero in the range [-32, 31]">;
def uimm6c : CImmOp<"UImm6C", 0, 63, 1, false, "decodeUImmOperand<6>",
    UImm6AsmOperand.DiagnosticString>;
// For the patterns below: a shift by 0 is a hint.
def uimm6nonzero : CImmOp<"UImm6NonZero", 1, 63, 1, true, "decodeUImmNonZeroOperand<6>",
    "immediate must be an integer in the range [1, 63]">;
def uimm7_lsb00 : CImmOp<"UImm7Lsb00", 0, 124, 4, false, "decodeUImmOperand<7>",
    "immediate must be a multiple of 4 bytes in the range [0, 124]">;
def uimm8_lsb00 : CImmOp<"UImm8Lsb00", 0, 252, 4, false, "decodeUImmOperand<8>",
    "immediate must be a multiple of 4 bytes in the range [0, 252]">;
def uimm8_lsb000 : CImmOp<"UImm8Lsb000", 0, 248, 8, false, "decodeUImmOperand<8>",
    "immediate must be a multiple of 8 bytes in the range [0, 248]">;
def uimm9_lsb000 : CImmOp<"UImm9Lsb000", 0, 504, 8, false, "decodeUImmOperand<9>",
    "immediate must be a multiple of 8 bytes in the range [0, 504]">;
def uimm10_lsb00nonzero : CImmOp<"UImm10Lsb00NonZero", 4, 1020, 4, true,
    "decodeUImmNonZeroOperand<10>",
    "immediate must be a multiple of 4 bytes in the range [4, 1020]">;
def simm10_lsb0000nonzero : CImmOp<"SImm10Lsb0000NonZero", -512, 496, 16, true,
    "decodeSImmNonZeroOperand<10>",
    "immediate must be a multiple of 16 bytes and non-zero in the range [-512, 496]">;

// c.lui's upper part: a sign-extended number of six bits, written as one of 20.
def CLUIImmAsmOperand : AsmOperandClass {
  let Name = "CLUIImm";
  let RenderMethod = "addImmOperands";
  let DiagnosticString =
      "immediate must be in [0xfffe0, 0xfffff] or [1, 31]";
}
def c_lui_imm : MTIAOp, ImmLeaf<i64, "return Imm != 0 && (isUInt<5>(Imm) || (Imm >= 0xfffe0 && Imm <= 0xfffff));"> {
  let ParserMatchClass = CLUIImmAsmOperand;
  let DecoderMethod = "decodeCLUIImmOperand";
  let OperandType = "OPERAND_IMMEDIATE";
  let MCOperandPredicate =
      "int64_t Imm; return MCOp.evaluateAsConstantImm(Imm) && Imm != 0 && (isUInt<5>(Imm) || (Imm >= 0xfffe0 && Imm <= 0xfffff));";
}

// Distances: even, 9 and 12 bits.
class CBranchAsmOperand<string name, int width, string range> : AsmOperandClass {
  let Name = name;
  let RenderMethod = "addImmOperands";
  let PredicateMethod = "isBranchTarget<" # width # ">";
  let DiagnosticString =
      "immediate must be a multiple of 2 bytes in the range " # range;
}
class CBranchOp<int width, AsmOperandClass cls>
    : MTIAOp<OtherVT>, ImmLeaf<i64, "return isShiftedInt<" # !sub(width, 1) # ", 1>(Imm);"> {
  let ParserMatchClass = cls;
  let PrintMethod = "printBranchOperand";
  let EncoderMethod = "getImmOpValueAsr1";
  let DecoderMethod = "decodeSImmOperandAndLsl1<" # width # ">";
  let OperandType = "OPERAND_PCREL";
  let MCOperandPredicate = [{
    int64_t Imm;
    if (MCOp.evaluateAsConstantImm(Imm))
      return isShiftedInt<}] # !sub(width, 1) # [{, 1>(Imm);
    return MCOp.isBareSymbolRef();
  }];
}
def BareSImm9Lsb0AsmOperand : CBranchAsmOperand<"BareSImm9Lsb0", 9, "[-256, 254]">;
def bare_simm9_lsb0 : CBranchOp<9, BareSImm9Lsb0AsmOperand>;
def BareSImm12Lsb0AsmOperand : CBranchAsmOperand<"BareSImm12Lsb0", 12, "[-2048, 2046]">;
def bare_simm12_lsb0 : CBranchOp<12, BareSImm12Lsb0AsmOperand>;

//===----------------------------------------------------------------------===//
// Formats: the manual's table "Compressed 16-bit RVC instruction formats"
//===----------------------------------------------------------------------===//

// The mnemonic comes from the record's name, as for MTIAInst.
class MTIAInst16<bits<3> funct3, bits<2> op, dag outs, dag ins, string args,
                 InstForm form> : MTIAInstBase<outs, ins, ""> {
  field bits<16> Inst;
  field bits<16> SoftFail = 0;
  let DecoderNamespace = "MTIAC";
  let Size = 2;
  let Form = form;
  let Predicates = [HasStdExtC];
  string Mnemonic = !subst("_", ".", !tolower(NAME));
  string Args = args;
  let AsmString = Mnemonic # !if(!empty(args), "", "\t" # args);
  let TimingUnit = "alu";

  let Inst{15-13} = funct3;
  let Inst{1-0} = op;
}

//  15  12 11    7 6   2 1  0
// | funct4 | rd/rs1 | rs2 | op |
class InstCR<bits<4> funct4, bits<2> op, dag outs, dag ins, string args>
    : MTIAInst16<funct4{3-1}, op, outs, ins, args, FormCR> {
  bits<5> rs1;
  bits<5> rs2;
  let Inst{12} = funct4{0};
  let Inst{11-7} = rs1;
  let Inst{6-2} = rs2;
}

//  15  13   12   11    7 6        2 1  0
// | funct3 | imm | rd/rs1 | imm[4:0] | op |   the immediate's bits differ
class InstCI<bits<3> funct3, bits<2> op, dag outs, dag ins, string args>
    : MTIAInst16<funct3, op, outs, ins, args, FormCI> {
  bits<10> imm;
  bits<5> rd;
  let Inst{12} = imm{5};
  let Inst{11-7} = rd;
  let Inst{6-2} = imm{4-0};
}

//  15  13 12  7 6   2 1  0
// | funct3 | imm | rs2 | op |
class InstCSS<bits<3> funct3, bits<2> op, dag outs, dag ins, string args>
    : MTIAInst16<funct3, op, outs, ins, args, FormCSS> {
  bits<10> imm;
  bits<5> rs2;
  let Inst{6-2} = rs2;
}

//  15  13 12  5 4   2 1  0
// | funct3 | imm | rd' | op |
class InstCIW<bits<3> funct3, bits<2> op, dag outs, dag ins, string args>
    : MTIAInst16<funct3, op, outs, ins, args, FormCIW> {
  bits<10> imm;
  bits<3> rd;
  let Inst{12-11} = imm{5-4};
  let Inst{10-7} = imm{9-6};
  let Inst{6} = imm{2};
  let Inst{5} = imm{3};
  let Inst{4-2} = rd;
}

//  15  13 12      10 9    7 6  5 4   2 1  0
// | funct3 | imm[5:3] | rs1' | imm | rd' | op |   bits 6 and 5: by width
class InstCL<bits<3> funct3, bits<2> op, dag outs, dag ins, string args>
    : MTIAInst16<funct3, op, outs, ins, args, FormCL> {
  bits<8> imm;
  bits<3> rs1;
  bits<3> rd;
  let Inst{12-10} = imm{5-3};
  let Inst{9-7} = rs1;
  let Inst{4-2} = rd;
}

//  15  13 12      10 9    7 6  5 4    2 1  0
// | funct3 | imm[5:3] | rs1' | imm | rs2' | op |
class InstCS<bits<3> funct3, bits<2> op, dag outs, dag ins, string args>
    : MTIAInst16<funct3, op, outs, ins, args, FormCS> {
  bits<8> imm;
  bits<3> rs1;
  bits<3> rs2;
  let Inst{12-10} = imm{5-3};
  let Inst{9-7} = rs1;
  let Inst{4-2} = rs2;
}

//  15  10 9      7 6    5 4    2 1  0
// | funct6 | rd/rs1' | fn2 | rs2' | op |
class InstCA<bits<6> funct6, bits<2> funct2, bits<2> op, dag outs, dag ins, string args>
    : MTIAInst16<funct6{5-3}, op, outs, ins, args, FormCA> {
  bits<3> rs1;
  bits<3> rs2;
  let Inst{12-10} = funct6{2-0};
  let Inst{9-7} = rs1;
  let Inst{6-5} = funct2;
  let Inst{4-2} = rs2;
}

// Branches: bits 12, 6 to 5, 2, 11 to 10, 4 to 3 hold bits 8 to 1 of the distance.
// The operand holds it in halfwords.
class InstCB<bits<3> funct3, bits<2> op, dag outs, dag ins, string args>
    : MTIAInst16<funct3, op, outs, ins, args, FormCB> {
  bits<8> imm;
  bits<3> rs1;
  let Inst{12} = imm{7};
  let Inst{11-10} = imm{3-2};
  let Inst{9-7} = rs1;
  let Inst{6-5} = imm{6-5};
  let Inst{4-3} = imm{1-0};
  let Inst{2} = imm{4};
}

// Shifts and andi on x8 to x15 share the format's number but not its immediate.
class InstCBImm<bits<2> funct2, dag outs, dag ins, string args>
    : MTIAInst16<0b100, 0b01, outs, ins, args, FormCB> {
  bits<6> imm;
  bits<3> rs1;
  let Inst{12} = imm{5};
  let Inst{11-10} = funct2;
  let Inst{9-7} = rs1;
  let Inst{6-2} = imm{4-0};
}

// The jump: bits 12 to 2 hold bits 11, 4, 9, 8, 10, 6, 7, 3 to 1, 5 of the distance.
class InstCJ<bits<3> funct3, bits<2> op, dag outs, dag ins, string args>
    : MTIAInst16<funct3, op, outs, ins, args, FormCJ> {
  bits<11> imm;
  let Inst{12} = imm{10};
  let Inst{11} = imm{3};
  let Inst{10-9} = imm{8-7};
  let Inst{8} = imm{9};
  let Inst{7} = imm{5};
  let Inst{6} = imm{6};
  let Inst{5-3} = imm{2-0};
  let Inst{2} = imm{4};
}

//===----------------------------------------------------------------------===//
// Operation classes
//===----------------------------------------------------------------------===//

// The places of an offset's bits, by the width of the access.
class CStackLoadW<bits<3> funct3, DAGOperand rc, SchedWrite write>
    : InstCI<funct3, 0b10, (outs rc:$rd), (ins SP:$rs1, uimm8_lsb00:$imm),
             "$rd, ${imm}(${rs1})">, Sched<[write]> {
  bits<0> rs1; // always sp
  let Inst{6-4} = imm{4-2};
  let Inst{3-2} = imm{7-6};
  let mayLoad = true;
  let TimingUnit = "load";
}
class CStackLoadD<bits<3> funct3, DAGOperand rc, SchedWrite write>
    : InstCI<funct3, 0b10, (outs rc:$rd), (ins SP:$rs1, uimm9_lsb000:$imm),
             "$rd, ${imm}(${rs1})">, Sched<[write]> {
  bits<0> rs1; // always sp
  let Inst{6-5} = imm{4-3};
  let Inst{4-2} = imm{8-6};
  let mayLoad = true;
  let TimingUnit = "load";
}
class CStackStoreW<bits<3> funct3, DAGOperand rc, SchedWrite write>
    : InstCSS<funct3, 0b10, (outs), (ins rc:$rs2, SP:$rs1, uimm8_lsb00:$imm),
              "$rs2, ${imm}(${rs1})">, Sched<[write]> {
  bits<0> rs1; // always sp
  let Inst{12-9} = imm{5-2};
  let Inst{8-7} = imm{7-6};
  let mayStore = true;
  let TimingUnit = "store";
}
class CStackStoreD<bits<3> funct3, DAGOperand rc, SchedWrite write>
    : InstCSS<funct3, 0b10, (outs), (ins rc:$rs2, SP:$rs1, uimm9_lsb000:$imm),
              "$rs2, ${imm}(${rs1})">, Sched<[write]> {
  bits<0> rs1; // always sp
  let Inst{12-10} = imm{5-3};
  let Inst{9-7} = imm{8-6};
  let mayStore = true;
  let TimingUnit = "store";
}
class CLoadW<bits<3> funct3, DAGOperand rc, SchedWrite write>
    : InstCL<funct3, 0b00, (outs rc:$rd), (ins GPRC:$rs1, uimm7_lsb00:$imm),
             "$rd, ${imm}(${rs1})">, Sched<[write]> {
  let Inst{6} = imm{2};
  let Inst{5} = imm{6};
  let mayLoad = true;
  let TimingUnit = "load";
}
class CLoadD<bits<3> funct3, DAGOperand rc, SchedWrite write>
    : InstCL<funct3, 0b00, (outs rc:$rd), (ins GPRC:$rs1, uimm8_lsb000:$imm),
             "$rd, ${imm}(${rs1})">, Sched<[write]> {
  let Inst{6-5} = imm{7-6};
  let mayLoad = true;
  let TimingUnit = "load";
}
class CStoreW<bits<3> funct3, DAGOperand rc, SchedWrite write>
    : InstCS<funct3, 0b00, (outs), (ins rc:$rs2, GPRC:$rs1, uimm7_lsb00:$imm),
             "$rs2, ${imm}(${rs1})">, Sched<[write]> {
  let Inst{6} = imm{2};
  let Inst{5} = imm{6};
  let mayStore = true;
  let TimingUnit = "store";
}
class CStoreD<bits<3> funct3, DAGOperand rc, SchedWrite write>
    : InstCS<funct3, 0b00, (outs), (ins rc:$rs2, GPRC:$rs1, uimm8_lsb000:$imm),
             "$rs2, ${imm}(${rs1})">, Sched<[write]> {
  let Inst{6-5} = imm{7-6};
  let mayStore = true;
  let TimingUnit = "store";
}

class CALU_rr<bits<6> funct6, bits<2> funct2>
    : InstCA<funct6, funct2, 0b01, (outs GPRC:$rd), (ins GPRC:$rs1, GPRC:$rs2),
             "$rs1, $rs2">, Sched<[WriteIALU]> {
  let Constraints = "$rs1 = $rd";
}
class CALU_ri<bits<2> funct2, DAGOperand immop>
    : InstCBImm<funct2, (outs GPRC:$rd), (ins GPRC:$rs1, immop:$imm), "$rs1, $imm">,
      Sched<[WriteIALU]> {
  let Constraints = "$rs1 = $rd";
}
class CBranch<bits<3> funct3>
    : InstCB<funct3, 0b01, (outs), (ins GPRC:$rs1, bare_simm9_lsb0:$imm), "$rs1, $imm">,
      Sched<[WriteJmp]> {
  let isBranch = true;
  let isTerminator = true;
  let TimingUnit = "branch";
}

//===----------------------------------------------------------------------===//
// Quadrant 0
//===----------------------------------------------------------------------===//

def C_ADDI4SPN : InstCIW<0b000, 0b00, (outs GPRC:$rd),
                         (ins SP:$rs1, uimm10_lsb00nonzero:$imm), "$rd, $rs1, $imm">,
                 Sched<[WriteIALU]> {
  bits<0> rs1;
}
def C_FLD : CLoadD<0b001, FPR64C, WriteFLoad> { let Predicates = [HasStdExtCOrZcd, HasStdExtD]; }
def C_LW : CLoadW<0b010, GPRC, WriteLoad>;
def C_LD : CLoadD<0b011, GPRC, WriteLoad>;
def C_FSD : CStoreD<0b101, FPR64C, WriteFStore> { let Predicates = [HasStdExtCOrZcd, HasStdExtD]; }
def C_SW : CStoreW<0b110, GPRC, WriteStore>;
def C_SD : CStoreD<0b111, GPRC, WriteStore>;

// All bits 0: never an instruction of a program.
def C_UNIMP : MTIAInst16<0b000, 0b00, (outs), (ins), "", FormNone>,
              Sched<[WriteSystem]> {
  let Inst{12-2} = 0;
  let hasSideEffects = true;
  let TimingUnit = "system";
}

//===----------------------------------------------------------------------===//
// Quadrant 1
//===----------------------------------------------------------------------===//

def C_NOP : InstCI<0b000, 0b01, (outs), (ins), "">, Sched<[WriteIALU]> {
  let rd = 0;
  let imm = 0;
}
def C_NOP_HINT : InstCI<0b000, 0b01, (outs), (ins simm6nonzero:$imm), "$imm">,
                 Sched<[WriteIALU]> {
  let Mnemonic = "c.nop";
  let rd = 0;
}
def C_ADDI : InstCI<0b000, 0b01, (outs GPRNoX0:$rd_wb), (ins GPRNoX0:$rd, simm6:$imm),
                    "$rd, $imm">, Sched<[WriteIALU]> {
  let Constraints = "$rd = $rd_wb";
}
def C_ADDIW : InstCI<0b001, 0b01, (outs GPRNoX0:$rd_wb), (ins GPRNoX0:$rd, simm6:$imm),
                     "$rd, $imm">, Sched<[WriteIALU]> {
  let Constraints = "$rd = $rd_wb";
}
def C_LI : InstCI<0b010, 0b01, (outs GPR:$rd), (ins simm6:$imm), "$rd, $imm">,
           Sched<[WriteIALU]>;
// Bits 12, 6 to 2 hold bits 9, 4, 6, 8, 7, 5.
def C_ADDI16SP : InstCI<0b011, 0b01, (outs SP:$sp_wb),
                        (ins SP:$sp, simm10_lsb0000nonzero:$imm), "$sp, $imm">,
                 Sched<[WriteIALU]> {
  bits<0> sp;
  let Constraints = "$sp = $sp_wb";
  let rd = 2;
  let Inst{12} = imm{9};
  let Inst{6} = imm{4};
  let Inst{5} = imm{6};
  let Inst{4-3} = imm{8-7};
  let Inst{2} = imm{5};
}
def C_LUI : InstCI<0b011, 0b01, (outs GPRNoX2:$rd), (ins c_lui_imm:$imm), "$rd, $imm">,
            Sched<[WriteIALU]>;

def C_SRLI : CALU_ri<0b00, uimm6c>;
def C_SRAI : CALU_ri<0b01, uimm6c>;
def C_ANDI : CALU_ri<0b10, simm6>;
def C_SUB : CALU_rr<0b100011, 0b00>;
def C_XOR : CALU_rr<0b100011, 0b01>;
def C_OR : CALU_rr<0b100011, 0b10>;
def C_AND : CALU_rr<0b100011, 0b11>;
def C_SUBW : CALU_rr<0b100111, 0b00>;
def C_ADDW : CALU_rr<0b100111, 0b01>;

let isBranch = true, isTerminator = true, isBarrier = true in
def C_J : InstCJ<0b101, 0b01, (outs), (ins bare_simm12_lsb0:$imm), "$imm">,
          Sched<[WriteJmp]> {
  let TimingUnit = "jump";
}
def C_BEQZ : CBranch<0b110>;
def C_BNEZ : CBranch<0b111>;

//===----------------------------------------------------------------------===//
// Quadrant 2
//===----------------------------------------------------------------------===//

def C_SLLI : InstCI<0b000, 0b10, (outs GPR:$rd_wb), (ins GPR:$rd, uimm6c:$imm),
                    "$rd, $imm">, Sched<[WriteIALU]> {
  let Constraints = "$rd = $rd_wb";
}
def C_FLDSP : CStackLoadD<0b001, FPR64, WriteFLoad> {
  let Predicates = [HasStdExtCOrZcd, HasStdExtD];
}
def C_LWSP : CStackLoadW<0b010, GPRNoX0, WriteLoad>;
def C_LDSP : CStackLoadD<0b011, GPRNoX0, WriteLoad>;

let isBranch = true, isTerminator = true, isBarrier = true, isIndirectBranch = true in
def C_JR : InstCR<0b1000, 0b10, (outs), (ins GPRNoX0:$rs1), "$rs1">, Sched<[WriteJmp]> {
  let rs2 = 0;
  let TimingUnit = "jump";
}
def C_MV : InstCR<0b1000, 0b10, (outs GPR:$rs1), (ins GPRNoX0:$rs2), "$rs1, $rs2">,
           Sched<[WriteIALU]>;
def C_EBREAK : InstCR<0b1001, 0b10, (outs), (ins), "">, Sched<[WriteSystem]> {
  let Form = FormNone;
  let rs1 = 0;
  let rs2 = 0;
  let hasSideEffects = true;
  let TimingUnit = "system";
}
let isCall = true, Defs = [X1] in
def C_JALR : InstCR<0b1001, 0b10, (outs), (ins GPRNoX0:$rs1), "$rs1">, Sched<[WriteJmp]> {
  let rs2 = 0;
  let TimingUnit = "jump";
}
def C_ADD : InstCR<0b1001, 0b10, (outs GPR:$rd), (ins GPR:$rs1, GPRNoX0:$rs2),
                   "$rs1, $rs2">, Sched<[WriteIALU]> {
  let Constraints = "$rs1 = $rd";
}

def C_FSDSP : CStackStoreD<0b101, FPR64, WriteFStore> {
  let Predicates = [HasStdExtCOrZcd, HasStdExtD];
}
def C_SWSP : CStackStoreW<0b110, GPR, WriteStore>;
def C_SDSP : CStackStoreD<0b111, GPR, WriteStore>;

//===----------------------------------------------------------------------===//
// RV128's shifts by 64 are hints
//===----------------------------------------------------------------------===//

def : InstAlias<"c.slli64 $rd", (C_SLLI GPR:$rd, 0), 0>;
def : InstAlias<"c.srli64 $rd", (C_SRLI GPRC:$rd, 0), 0>;
def : InstAlias<"c.srai64 $rd", (C_SRAI GPRC:$rd, 0), 0>;

// Zihintntl: no core looks at these, so they are always accepted and never printed.
foreach hint = [["p1", "X2"], ["pall", "X3"], ["s1", "X4"], ["all", "X5"]] in {
def : InstAlias<"ntl." # hint[0], (ADD X0, X0, !cast<Register>(hint[1])), 0>;
def : InstAlias<"c.ntl." # hint[0], (C_ADD X0, !cast<Register>(hint[1])), 0>;
}

//===----------------------------------------------------------------------===//
// Memory without an offset
//===----------------------------------------------------------------------===//

foreach i = [C_LW, C_LD] in
  def : InstAlias<i.Mnemonic # " $rd, (${rs1})", (i GPRC:$rd, GPRC:$rs1, 0), 0>;
foreach i = [C_SW, C_SD] in
  def : InstAlias<i.Mnemonic # " $rs2, (${rs1})", (i GPRC:$rs2, GPRC:$rs1, 0), 0>;
foreach i = [C_LWSP, C_LDSP] in
  def : InstAlias<i.Mnemonic # " $rd, (${rs1})", (i GPRNoX0:$rd, SP:$rs1, 0), 0>;
foreach i = [C_SWSP, C_SDSP] in
  def : InstAlias<i.Mnemonic # " $rs2, (${rs1})", (i GPR:$rs2, SP:$rs1, 0), 0>;
let Predicates = [HasStdExtCOrZcd, HasStdExtD] in {
def : InstAlias<"c.fld $rd, (${rs1})", (C_FLD FPR64C:$rd, GPRC:$rs1, 0), 0>;
def : InstAlias<"c.fsd $rs2, (${rs1})", (C_FSD FPR64C:$rs2, GPRC:$rs1, 0), 0>;
def : InstAlias<"c.fldsp $rd, (${rs1})", (C_FLDSP FPR64:$rd, SP:$rs1, 0), 0>;
def : InstAlias<"c.fsdsp $rs2, (${rs1})", (C_FSDSP FPR64:$rs2, SP:$rs1, 0), 0>;
}

//===----------------------------------------------------------------------===//
// Which instruction is short for which. With isCompressOnly the long form is one of
// several and not the one that the short form is printed as.
//===----------------------------------------------------------------------===//

// Load or store, of the registers and the offsets that the short form takes.
class CompressMem<Instruction long, Instruction short, DAGOperand data, DAGOperand base,
                  DAGOperand imm>
    : CompressPat<(long data:$r, base:$rs1, imm:$imm), (short data:$r, base:$rs1, imm:$imm)>;

let Predicates = [HasStdExtC] in {
def : CompressPat<(ADDI GPRC:$rd, SP:$rs1, uimm10_lsb00nonzero:$imm),
                  (C_ADDI4SPN GPRC:$rd, SP:$rs1, uimm10_lsb00nonzero:$imm)>;
def : CompressMem<LW, C_LW, GPRC, GPRC, uimm7_lsb00>;
def : CompressMem<LD, C_LD, GPRC, GPRC, uimm8_lsb000>;
def : CompressMem<SW, C_SW, GPRC, GPRC, uimm7_lsb00>;
def : CompressMem<SD, C_SD, GPRC, GPRC, uimm8_lsb000>;
let Predicates = [HasStdExtCOrZcd, HasStdExtD] in {
def : CompressMem<FLD, C_FLD, FPR64C, GPRC, uimm8_lsb000>;
def : CompressMem<FSD, C_FSD, FPR64C, GPRC, uimm8_lsb000>;
}

def : CompressPat<(ADDI X0, X0, 0), (C_NOP)>;
def : CompressPat<(ADDI GPRNoX0:$rd, GPRNoX0:$rd, simm6nonzero:$imm),
                  (C_ADDI GPRNoX0:$rd, simm6nonzero:$imm)>;
def : CompressPat<(ADDIW GPRNoX0:$rd, GPRNoX0:$rd, simm6:$imm),
                  (C_ADDIW GPRNoX0:$rd, simm6:$imm)>;
def : CompressPat<(ADDI GPRNoX0:$rd, X0, simm6:$imm), (C_LI GPRNoX0:$rd, simm6:$imm)>;
let isCompressOnly = true in
def : CompressPat<(ADDIW GPRNoX0:$rd, X0, simm6:$imm), (C_LI GPRNoX0:$rd, simm6:$imm)>;
def : CompressPat<(ADDI X2, X2, simm10_lsb0000nonzero:$imm),
                  (C_ADDI16SP X2, simm10_lsb0000nonzero:$imm)>;
def : CompressPat<(LUI GPRNoX0X2:$rd, c_lui_imm:$imm), (C_LUI GPRNoX0X2:$rd, c_lui_imm:$imm)>;
def : CompressPat<(SRLI GPRC:$rd, GPRC:$rd, uimm6nonzero:$imm),
                  (C_SRLI GPRC:$rd, uimm6nonzero:$imm)>;
def : CompressPat<(SRAI GPRC:$rd, GPRC:$rd, uimm6nonzero:$imm),
                  (C_SRAI GPRC:$rd, uimm6nonzero:$imm)>;
def : CompressPat<(ANDI GPRC:$rd, GPRC:$rd, simm6:$imm), (C_ANDI GPRC:$rd, simm6:$imm)>;

foreach p = [[SUB, C_SUB], [XOR, C_XOR], [OR, C_OR], [AND, C_AND], [SUBW, C_SUBW],
             [ADDW, C_ADDW]] in
def : CompressPat<(p[0] GPRC:$rd, GPRC:$rd, GPRC:$rs2), (p[1] GPRC:$rd, GPRC:$rs2)>;
let isCompressOnly = true in
foreach p = [[XOR, C_XOR], [OR, C_OR], [AND, C_AND], [ADDW, C_ADDW]] in
def : CompressPat<(p[0] GPRC:$rd, GPRC:$rs2, GPRC:$rd), (p[1] GPRC:$rd, GPRC:$rs2)>;

def : CompressPat<(JAL X0, bare_simm12_lsb0:$imm), (C_J bare_simm12_lsb0:$imm)>;
foreach p = [[BEQ, C_BEQZ], [BNE, C_BNEZ]] in {
def : CompressPat<(p[0] GPRC:$rs1, X0, bare_simm9_lsb0:$imm),
                  (p[1] GPRC:$rs1, bare_simm9_lsb0:$imm)>;
let isCompressOnly = true in
def : CompressPat<(p[0] X0, GPRC:$rs1, bare_simm9_lsb0:$imm),
                  (p[1] GPRC:$rs1, bare_simm9_lsb0:$imm)>;
}

def : CompressPat<(SLLI GPRNoX0:$rd, GPRNoX0:$rd, uimm6nonzero:$imm),
                  (C_SLLI GPRNoX0:$rd, uimm6nonzero:$imm)>;
def : CompressMem<LW, C_LWSP, GPRNoX0, SP, uimm8_lsb00>;
def : CompressMem<LD, C_LDSP, GPRNoX0, SP, uimm9_lsb000>;
def : CompressMem<SW, C_SWSP, GPR, SP, uimm8_lsb00>;
def : CompressMem<SD, C_SDSP, GPR, SP, uimm9_lsb000>;
let Predicates = [HasStdExtCOrZcd, HasStdExtD] in {
def : CompressMem<FLD, C_FLDSP, FPR64, SP, uimm9_lsb000>;
def : CompressMem<FSD, C_FSDSP, FPR64, SP, uimm9_lsb000>;
}

def : CompressPat<(JALR X0, GPRNoX0:$rs1, 0), (C_JR GPRNoX0:$rs1)>;
def : CompressPat<(JALR X1, GPRNoX0:$rs1, 0), (C_JALR GPRNoX0:$rs1)>;
def : CompressPat<(ADDI GPRNoX0:$rd, GPRNoX0:$rs2, 0), (C_MV GPRNoX0:$rd, GPRNoX0:$rs2)>;
def : CompressPat<(ADD GPRNoX0:$rd, GPRNoX0:$rd, GPRNoX0:$rs2),
                  (C_ADD GPRNoX0:$rd, GPRNoX0:$rs2)>;
let isCompressOnly = true in {
def : CompressPat<(ADD GPRNoX0:$rd, GPRNoX0:$rs2, GPRNoX0:$rd),
                  (C_ADD GPRNoX0:$rd, GPRNoX0:$rs2)>;
def : CompressPat<(ADD GPRNoX0:$rd, X0, GPRNoX0:$rs2), (C_MV GPRNoX0:$rd, GPRNoX0:$rs2)>;
def : CompressPat<(ADD GPRNoX0:$rd, GPRNoX0:$rs2, X0), (C_MV GPRNoX0:$rd, GPRNoX0:$rs2)>;
}
def : CompressPat<(EBREAK), (C_EBREAK)>;
def : CompressPat<(UNIMP), (C_UNIMP)>;
} // HasStdExtC
