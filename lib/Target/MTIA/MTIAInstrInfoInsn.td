//===-- MTIAInstrInfoInsn.td - What .insn can say ---------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An instruction by its fields. The directive's parser makes these, so
// operands stand in the order in which they are written there. Not MTIAInst:
// they are no instructions of the machine.
//
//===----------------------------------------------------------------------===//

class InsnBase<InstForm form, dag ins, string args>
    : MTIAInstBase<(outs), ins, ".insn\t" # args> {
  field bits<32> Inst;
  bits<7> opcode;
  let Inst{6-0} = opcode;
  let Form = form;
  let isCodeGenOnly = true;
  let hasSideEffects = true;
  let mayLoad = true;
  let mayStore = true;
}

def Insn32 : InsnBase<FormNone, (ins i64imm:$value), "0x4, $value"> {
  bits<32> value;
  let Inst = value;
}

def InsnR : InsnBase<FormR, (ins uimm7:$opcode, uimm3:$funct3, uimm7:$funct7,
                                 GPR:$rd, GPR:$rs1, GPR:$rs2),
                     "r $opcode, $funct3, $funct7, $rd, $rs1, $rs2"> {
  bits<3> funct3;
  bits<7> funct7;
  bits<5> rd;
  bits<5> rs1;
  bits<5> rs2;
  let Inst{31-25} = funct7;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{14-12} = funct3;
  let Inst{11-7} = rd;
}

def InsnR4 : InsnBase<FormR, (ins uimm7:$opcode, uimm3:$funct3, uimm2:$funct2,
                                  GPR:$rd, GPR:$rs1, GPR:$rs2, GPR:$rs3),
                      "r4 $opcode, $funct3, $funct2, $rd, $rs1, $rs2, $rs3"> {
  bits<3> funct3;
  bits<2> funct2;
  bits<5> rd;
  bits<5> rs1;
  bits<5> rs2;
  bits<5> rs3;
  let Inst{31-27} = rs3;
  let Inst{26-25} = funct2;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{14-12} = funct3;
  let Inst{11-7} = rd;
}

def InsnI : InsnBase<FormI, (ins uimm7:$opcode, uimm3:$funct3, GPR:$rd,
                                 simm12:$imm12, GPR:$rs1),
                     "i $opcode, $funct3, $rd, ${imm12}(${rs1})"> {
  bits<3> funct3;
  bits<5> rd;
  bits<12> imm12;
  bits<5> rs1;
  let Inst{31-20} = imm12;
  let Inst{19-15} = rs1;
  let Inst{14-12} = funct3;
  let Inst{11-7} = rd;
}

def InsnS : InsnBase<FormS, (ins uimm7:$opcode, uimm3:$funct3, GPR:$rs2,
                                 simm12:$imm12, GPR:$rs1),
                     "s $opcode, $funct3, $rs2, ${imm12}(${rs1})"> {
  bits<3> funct3;
  bits<5> rs2;
  bits<12> imm12;
  bits<5> rs1;
  let Inst{31-25} = imm12{11-5};
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{14-12} = funct3;
  let Inst{11-7} = imm12{4-0};
}

def InsnB : InsnBase<FormB, (ins uimm7:$opcode, uimm3:$funct3, GPR:$rs1,
                                 GPR:$rs2, simm13_lsb0:$imm12),
                     "b $opcode, $funct3, $rs1, $rs2, $imm12"> {
  bits<3> funct3;
  bits<5> rs1;
  bits<5> rs2;
  bits<12> imm12;
  let Inst{31} = imm12{11};
  let Inst{30-25} = imm12{9-4};
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
  let Inst{14-12} = funct3;
  let Inst{11-8} = imm12{3-0};
  let Inst{7} = imm12{10};
}

def InsnU : InsnBase<FormU, (ins uimm7:$opcode, GPR:$rd, uimm20_lui:$imm20),
                     "u $opcode, $rd, $imm20"> {
  bits<5> rd;
  bits<20> imm20;
  let Inst{31-12} = imm20;
  let Inst{11-7} = rd;
}

def InsnJ : InsnBase<FormJ, (ins uimm7:$opcode, GPR:$rd,
                                 simm21_lsb0_jal:$imm20),
                     "j $opcode, $rd, $imm20"> {
  bits<5> rd;
  bits<20> imm20;
  let Inst{31} = imm20{19};
  let Inst{30-21} = imm20{9-0};
  let Inst{20} = imm20{10};
  let Inst{19-12} = imm20{18-11};
  let Inst{11-7} = rd;
}

// The compressed formats. What is named an immediate are the field's bits as they stand,
// but for the distances of cb and cj.

class Insn16Base<InstForm form, dag ins, string args>
    : MTIAInstBase<(outs), ins, ".insn\t" # args> {
  field bits<16> Inst;
  bits<2> opcode;
  let Inst{1-0} = opcode;
  let Size = 2;
  let Form = form;
  let isCodeGenOnly = true;
  let hasSideEffects = true;
  let mayLoad = true;
  let mayStore = true;
}

def Insn16 : Insn16Base<FormNone, (ins i64imm:$value), "0x2, $value"> {
  bits<16> value;
  let Inst = value;
}

def InsnCR : Insn16Base<FormCR, (ins uimm2:$opcode, uimm4:$funct4, GPR:$rd, GPR:$rs2),
                        "cr $opcode, $funct4, $rd, $rs2"> {
  bits<4> funct4;
  bits<5> rd;
  bits<5> rs2;
  let Inst{15-12} = funct4;
  let Inst{11-7} = rd;
  let Inst{6-2} = rs2;
}

def InsnCI : Insn16Base<FormCI, (ins uimm2:$opcode, uimm3:$funct3, GPR:$rd, simm6:$imm),
                        "ci $opcode, $funct3, $rd, $imm"> {
  bits<3> funct3;
  bits<5> rd;
  bits<6> imm;
  let Inst{15-13} = funct3;
  let Inst{12} = imm{5};
  let Inst{11-7} = rd;
  let Inst{6-2} = imm{4-0};
}

def InsnCIW : Insn16Base<FormCIW, (ins uimm2:$opcode, uimm3:$funct3, GPRC:$rd, uimm8:$imm),
                         "ciw $opcode, $funct3, $rd, $imm"> {
  bits<3> funct3;
  bits<3> rd;
  bits<8> imm;
  let Inst{15-13} = funct3;
  let Inst{12-5} = imm;
  let Inst{4-2} = rd;
}

def InsnCSS : Insn16Base<FormCSS, (ins uimm2:$opcode, uimm3:$funct3, GPR:$rs2, uimm6:$imm),
                         "css $opcode, $funct3, $rs2, $imm"> {
  bits<3> funct3;
  bits<5> rs2;
  bits<6> imm;
  let Inst{15-13} = funct3;
  let Inst{12-7} = imm;
  let Inst{6-2} = rs2;
}

// cl and cs: the register of the data, then the address.
class InsnCMem<InstForm form, string name>
    : Insn16Base<form, (ins uimm2:$opcode, uimm3:$funct3, GPRC:$data, uimm5:$imm, GPRC:$rs1),
                 name # " $opcode, $funct3, $data, ${imm}(${rs1})"> {
  bits<3> funct3;
  bits<3> data;
  bits<5> imm;
  bits<3> rs1;
  let Inst{15-13} = funct3;
  let Inst{12-10} = imm{4-2};
  let Inst{9-7} = rs1;
  let Inst{6-5} = imm{1-0};
  let Inst{4-2} = data;
}
def InsnCL : InsnCMem<FormCL, "cl">;
def InsnCS : InsnCMem<FormCS, "cs">;

def InsnCA : Insn16Base<FormCA, (ins uimm2:$opcode, uimm6:$funct6, uimm2:$funct2, GPRC:$rd,
                                     GPRC:$rs2),
                        "ca $opcode, $funct6, $funct2, $rd, $rs2"> {
  bits<6> funct6;
  bits<2> funct2;
  bits<3> rd;
  bits<3> rs2;
  let Inst{15-10} = funct6;
  let Inst{9-7} = rd;
  let Inst{6-5} = funct2;
  let Inst{4-2} = rs2;
}

def InsnCB : Insn16Base<FormCB, (ins uimm2:$opcode, uimm3:$funct3, GPRC:$rs1,
                                     bare_simm9_lsb0:$imm),
                        "cb $opcode, $funct3, $rs1, $imm"> {
  bits<3> funct3;
  bits<3> rs1;
  bits<8> imm;
  let Inst{15-13} = funct3;
  let Inst{12} = imm{7};
  let Inst{11-10} = imm{3-2};
  let Inst{9-7} = rs1;
  let Inst{6-5} = imm{6-5};
  let Inst{4-3} = imm{1-0};
  let Inst{2} = imm{4};
}

def InsnCJ : Insn16Base<FormCJ, (ins uimm2:$opcode, uimm3:$funct3, bare_simm12_lsb0:$imm),
                        "cj $opcode, $funct3, $imm"> {
  bits<3> funct3;
  bits<11> imm;
  let Inst{15-13} = funct3;
  let Inst{12} = imm{10};
  let Inst{11} = imm{3};
  let Inst{10-9} = imm{8-7};
  let Inst{8} = imm{9};
  let Inst{7} = imm{5};
  let Inst{6} = imm{6};
  let Inst{5-3} = imm{2-0};
  let Inst{2} = imm{4};
}

// Longer than any instruction of the machine, but what .insn can say: bytes for the emitter.
class InsnLong<int size> : MTIAInstBase<(outs), (ins i64imm:$value),
                                        ".insn\t0x" # size # ", $value"> {
  let Size = size;
  let isPseudo = true;
  let hasSideEffects = true;
  let mayLoad = true;
  let mayStore = true;
}
def Insn48 : InsnLong<6>;
def Insn64 : InsnLong<8>;
