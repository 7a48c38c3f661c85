//===-- MTIAInstrFormatsV.td - Vector instruction formats -*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Bit layouts of V 1.0 (RISC-V unprivileged manual, chapter "V", sections
// "Vector Instruction Formats" and "Vector Loads and Stores").
//
// Every record also says what execution needs to know, for scripts/mtia-gen.py
// (build/include/mtia/mtia_vinsn.inc):
//
//  * arithmetic (MTIAVArith): the kind of each operand (VKind below), that is,
//    how many bits its elements have in terms of SEW, and so which EMUL it has
//    and which overlaps are reserved; ReadsVd where the destination is a source
//    as well; Masking;
//  * memory (MTIAVMem): load or store, Mode, EEW in bits, NF;
//  * both: VOp, the operation without its operand kinds ("vadd" of vadd.vv,
//    vadd.vx and vadd.vi), to share one body; TimingUnit.
//
//===----------------------------------------------------------------------===//

def FormV : InstForm<25, "V">;

def OPC_OP_V : MTIAOpcode<0b1010111>;

class VFunct3<bits<3> val> { bits<3> Value = val; }
def OPIVV : VFunct3<0b000>;
def OPFVV : VFunct3<0b001>;
def OPMVV : VFunct3<0b010>;
def OPIVI : VFunct3<0b011>;
def OPIVX : VFunct3<0b100>;
def OPFVF : VFunct3<0b101>;
def OPMVX : VFunct3<0b110>;

// The row of the timing table, and the class of the scheduling model.
class VUnit<string name, SchedWrite write> {
  string Name = name;
  SchedWrite Write = write;
}
def VU_Set : VUnit<"vset", WriteVSet>;
def VU_Load : VUnit<"vload", WriteVLoad>;
def VU_LoadS : VUnit<"vload_strided", WriteVLoadS>;
def VU_LoadX : VUnit<"vload_indexed", WriteVLoadX>;
def VU_Store : VUnit<"vstore", WriteVStore>;
def VU_StoreS : VUnit<"vstore_strided", WriteVStoreS>;
def VU_StoreX : VUnit<"vstore_indexed", WriteVStoreX>;
def VU_ALU : VUnit<"valu", WriteVALU>;
def VU_Sat : VUnit<"vsat", WriteVSat>;
def VU_Mul : VUnit<"vmul", WriteVMul>;
def VU_Div : VUnit<"vdiv", WriteVDiv>;
def VU_FALU : VUnit<"vfalu", WriteVFALU>;
def VU_FMul : VUnit<"vfmul", WriteVFMul>;
def VU_FMA : VUnit<"vfma", WriteVFMA>;
def VU_FDiv : VUnit<"vfdiv", WriteVFDiv>;
def VU_FCvt : VUnit<"vfcvt", WriteVFCvt>;
def VU_FEst : VUnit<"vfest", WriteVFEst>;
def VU_Red : VUnit<"vred", WriteVRed>;
def VU_FRed : VUnit<"vfred", WriteVFRed>;
def VU_FRedO : VUnit<"vfred_ordered", WriteVFRedO>;
def VU_Mask : VUnit<"vmask", WriteVMask>;
def VU_MovVX : VUnit<"vmove_to_scalar", WriteVMovVX>;
def VU_MovXV : VUnit<"vmove_from_scalar", WriteVMovXV>;
def VU_Slide : VUnit<"vslide", WriteVSlide>;
def VU_Gather : VUnit<"vgather", WriteVGather>;

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

def VMaskAsmOperand : AsmOperandClass {
  let Name = "RVVMaskRegOpOperand";
  let RenderMethod = "addRegOperands";
  let PredicateMethod = "isV0Reg";
  let ParserMethod = "parseMaskReg";
  let IsOptional = true;
  let DefaultMethod = "defaultMaskRegOp";
  let DiagnosticString = "operand must be v0.t";
}
// ", v0.t", or no register.
def VMaskOp : RegisterOperand<VMV0> {
  let ParserMatchClass = VMaskAsmOperand;
  let PrintMethod = "printVMaskReg";
  let EncoderMethod = "getVMaskReg";
  let DecoderMethod = "decodeVMaskReg";
}
// v0 where it is always a source.
def VMaskCarryInAsmOperand : AsmOperandClass {
  let Name = "RVVMaskCarryInRegOpOperand";
  let RenderMethod = "addRegOperands";
  let PredicateMethod = "isV0Reg";
  let DiagnosticString = "operand must be v0";
}
def VMaskCarryInOp : RegisterOperand<VMV0> {
  let ParserMatchClass = VMaskCarryInAsmOperand;
}

class VTypeIAsmOperand<int width> : AsmOperandClass {
  defvar hi = !sub(!shl(1, width), 1);
  let Name = "VTypeI" # width;
  let ParserMethod = "parseVTypeI";
  let RenderMethod = "addImmOperands";
  let PredicateMethod = "isImmInRange<0, " # hi # ">";
  let DiagnosticString =
      "operand must be e[8|16|32|64],m[1|2|4|8|f2|f4|f8],[ta|tu],[ma|mu] or an "
      "integer in the range [0, " # hi # "]";
}
def VTypeI10AsmOperand : VTypeIAsmOperand<10>;
def VTypeI11AsmOperand : VTypeIAsmOperand<11>;
// The low bits of vtype: vma, vta, vsew[2:0], vlmul[2:0].
class VTypeIOp<int width, AsmOperandClass cls> : MTIAOp {
  let ParserMatchClass = cls;
  let PrintMethod = "printVTypeI";
  let DecoderMethod = "decodeUImmOperand<" # width # ">";
  let OperandType = "OPERAND_VTYPEI" # width;
  let OperandNamespace = "MTIAOp";
}
def VTypeIOp10 : VTypeIOp<10, VTypeI10AsmOperand>;
def VTypeIOp11 : VTypeIOp<11, VTypeI11AsmOperand>;

class SImm5Op<ImmAsmOperand cls> : MTIAOp {
  let ParserMatchClass = cls;
  let DecoderMethod = "decodeSImmOperand<5>";
  let MCOperandPredicate = "int64_t Imm; return MCOp.evaluateAsConstantImm(Imm) && Imm >= " #
                           cls.Lo # " && Imm <= " # cls.Hi # ";";
  int Lo = cls.Lo;
  int Hi = cls.Hi;
}
def SImm5AsmOperand : ImmAsmOperand<"SImm5", -16, 15>;
def simm5 : SImm5Op<SImm5AsmOperand>, ImmLeaf<i64, "return isInt<5>(Imm);"> {
  let OperandType = "OPERAND_SIMM5";
  let OperandNamespace = "MTIAOp";
}
// One more than an instruction's constant: x < c is x <= c - 1. Pseudos only.
def SImm5Plus1AsmOperand : ImmAsmOperand<"SImm5Plus1", -15, 16>;
def simm5_plus1 : SImm5Op<SImm5Plus1AsmOperand>,
                  ImmLeaf<i64, "return Imm >= -15 && Imm <= 16;">;

//===----------------------------------------------------------------------===//
// What execution needs to know
//===----------------------------------------------------------------------===//

// What an operand is, and what stands for it in assembly.
class VKind<string name, DAGOperand op> {
  string Name = name;
  DAGOperand Op = op;
}
def VK_None : VKind<"NONE", VR>;      // no operand: the field is part of the opcode
def VK_SEW : VKind<"SEW", VR>;        // a group of elements
def VK_2SEW : VKind<"2SEW", VR>;      // a group of elements twice as wide
def VK_SEW_2 : VKind<"SEW_2", VR>;    // ... half, a quarter, an eighth as wide
def VK_SEW_4 : VKind<"SEW_4", VR>;
def VK_SEW_8 : VKind<"SEW_8", VR>;
def VK_E16 : VKind<"E16", VR>;        // a group of 16-bit elements (vrgatherei16)
def VK_Mask : VKind<"MASK", VR>;      // one register of mask bits
def VK_Elt : VKind<"ELT", VR>;        // element 0 of a register
def VK_2Elt : VKind<"2ELT", VR>;      // element 0, twice as wide
def VK_X : VKind<"X", GPR>;           // an integer register
def VK_F : VKind<"F", FPR32>;         // a floating-point register, of any width
def VK_SImm : VKind<"SIMM", simm5>;   // a constant
def VK_UImm : VKind<"UIMM", uimm5>;
def VK_UImm6 : VKind<"UIMM6", uimm6>;
def VK_Regs1 : VKind<"REGS1", VR>;    // whole registers, whatever vtype says
def VK_Regs2 : VKind<"REGS2", VRM2>;
def VK_Regs4 : VKind<"REGS4", VRM4>;
def VK_Regs8 : VKind<"REGS8", VRM8>;

// The part that v0 plays.
class VMasking<string name, dag ins, string args> {
  string Name = name;
  dag Ins = ins;
  string Args = args;
}
// vm is 1 and part of the opcode.
def VM_None : VMasking<"NONE", (ins), "">;
// With vm = 0, elements whose mask bit is 0 aren't active.
def VM_Opt : VMasking<"OPT", (ins VMaskOp:$vm), "$vm">;
// vm is 0 and part of the opcode; v0 is a source: carries, or what vmerge chooses.
def VM_Carry : VMasking<"CARRY", (ins VMaskCarryInOp:$v0), ", $v0">;

//===----------------------------------------------------------------------===//
// Formats
//===----------------------------------------------------------------------===//

// Which sources, counted as they are written, the destination may not be. An
// assembler doesn't know LMUL, so it compares first registers only. The bits are
// in TSFlags{7-5}; MTIABaseInfo.h has the same.
defvar FirstSource = 0b001;
defvar SecondSource = 0b010;
defvar MaskSource = 0b100; // v0, where it is read
defvar NoSource = 0b000;

class MTIAVInst<MTIAOpcode opc, VMasking masking, VUnit unit, dag outs, dag ins,
                string args>
    : MTIAInst<outs, !con(ins, masking.Ins), args # masking.Args, opc, FormV>,
      Sched<[unit.Write]> {
  VMasking Masking = masking;
  bit vm = !cond(!eq(masking.Name, "OPT"): ?, !eq(masking.Name, "CARRY"): 0, true: 1);
  let Inst{25} = vm;
  bits<0> v0; // where it is an operand it has no bits
  bits<3> Constraint = NoSource;
  let TSFlags{7-5} = Constraint;
  let TSFlags{8} = !eq(masking.Name, "CARRY");
  let Uses = [VL, VTYPE];
  let TimingUnit = unit.Name;
}

//  31    26  25  24 20 19 15 14    12 11  7 6      0
// | funct6 | vm | vs2 | vs1 | funct3 | vd  | opcode |
class MTIAVArith<bits<6> funct6, VFunct3 funct3, VMasking masking, VUnit unit,
                 VKind d, VKind s2, VKind s1, dag outs, dag ins, string args>
    : MTIAVInst<OPC_OP_V, masking, unit, outs, ins, args> {
  VKind Vd = d;
  VKind Vs2 = s2;
  VKind Vs1 = s1;
  bit ReadsVd = false;

  bits<5> vd;
  let Inst{31-26} = funct6;
  let Inst{14-12} = funct3.Value;
  let Inst{11-7} = vd;

  // Part of a wide destination's group would be overwritten before it is read. The
  // manual allows the highest part for LMUL of 1 and more; assemblers refuse the
  // lowest, which is the same register.
  defvar wide = !eq(d.Name, "2SEW");
  defvar group = !or(wide, !eq(d.Name, "SEW"));
  let Constraint{0} = !and(wide, !eq(s2.Name, "SEW"));
  let Constraint{1} = !and(wide, !eq(s1.Name, "SEW"));
  let Constraint{2} = !and(group, !ne(masking.Name, "NONE"));
}

// Two sources: the second is a register group or a mask, ...
class VInstV<bits<6> funct6, VFunct3 funct3, VMasking masking, VUnit unit,
             VKind d, VKind s2, VKind s1>
    : MTIAVArith<funct6, funct3, masking, unit, d, s2, s1, (outs d.Op:$vd),
                 (ins s2.Op:$vs2, s1.Op:$vs1), "$vd, $vs2, $vs1"> {
  bits<5> vs2;
  bits<5> vs1;
  let Inst{24-20} = vs2;
  let Inst{19-15} = vs1;
}
// ... a scalar register, ...
class VInstX<bits<6> funct6, VFunct3 funct3, VMasking masking, VUnit unit,
             VKind d, VKind s2, VKind s1>
    : MTIAVArith<funct6, funct3, masking, unit, d, s2, s1, (outs d.Op:$vd),
                 (ins s2.Op:$vs2, s1.Op:$rs1), "$vd, $vs2, $rs1"> {
  bits<5> vs2;
  bits<5> rs1;
  let Inst{24-20} = vs2;
  let Inst{19-15} = rs1;
}
// ... or a constant.
class VInstI<bits<6> funct6, VMasking masking, VUnit unit, VKind d, VKind s2, VKind s1>
    : MTIAVArith<funct6, OPIVI, masking, unit, d, s2, s1, (outs d.Op:$vd),
                 (ins s2.Op:$vs2, s1.Op:$imm), "$vd, $vs2, $imm"> {
  bits<5> vs2;
  bits<5> imm;
  let Inst{24-20} = vs2;
  let Inst{19-15} = imm;
}

// One source, in vs2; vs1 says which operation.
class VInst1<bits<6> funct6, VFunct3 funct3, bits<5> op, VMasking masking, VUnit unit,
             VKind d, VKind s2>
    : MTIAVArith<funct6, funct3, masking, unit, d, s2, VK_None, (outs d.Op:$vd),
                 (ins s2.Op:$vs2), "$vd, $vs2"> {
  bits<5> vs2;
  let Inst{24-20} = vs2;
  let Inst{19-15} = op;
}

// One source, in vs1; vs2 is 0: vmv.v.v and its like.
class VInstMoveV<bits<6> funct6, VFunct3 funct3, VUnit unit, VKind d, VKind s1>
    : MTIAVArith<funct6, funct3, VM_None, unit, d, VK_None, s1, (outs d.Op:$vd),
                 (ins s1.Op:$vs1), "$vd, $vs1"> {
  bits<5> vs1;
  let Inst{24-20} = 0;
  let Inst{19-15} = vs1;
}
class VInstMoveX<bits<6> funct6, VFunct3 funct3, VUnit unit, VKind d, VKind s1>
    : MTIAVArith<funct6, funct3, VM_None, unit, d, VK_None, s1, (outs d.Op:$vd),
                 (ins s1.Op:$rs1), "$vd, $rs1"> {
  bits<5> rs1;
  let Inst{24-20} = 0;
  let Inst{19-15} = rs1;
}
class VInstMoveI<bits<6> funct6, VUnit unit, VKind d, VKind s1>
    : MTIAVArith<funct6, OPIVI, VM_None, unit, d, VK_None, s1, (outs d.Op:$vd),
                 (ins s1.Op:$imm), "$vd, $imm"> {
  bits<5> imm;
  let Inst{24-20} = 0;
  let Inst{19-15} = imm;
}

// Multiply-add: vd is the third source, and the multiplicand is written first.
class VInstMulAddV<bits<6> funct6, VFunct3 funct3, VUnit unit, VKind d, VKind s>
    : MTIAVArith<funct6, funct3, VM_Opt, unit, d, s, s, (outs VR:$vd_wb),
                 (ins VR:$vd, VR:$vs1, VR:$vs2), "$vd, $vs1, $vs2"> {
  bits<5> vs2;
  bits<5> vs1;
  let Inst{24-20} = vs2;
  let Inst{19-15} = vs1;
  let ReadsVd = true;
  let Constraints = "$vd = $vd_wb";
}
class VInstMulAddX<bits<6> funct6, VFunct3 funct3, VUnit unit, VKind d, VKind s2,
                   VKind s1>
    : MTIAVArith<funct6, funct3, VM_Opt, unit, d, s2, s1, (outs VR:$vd_wb),
                 (ins VR:$vd, s1.Op:$rs1, VR:$vs2), "$vd, $rs1, $vs2"> {
  bits<5> vs2;
  bits<5> rs1;
  let Inst{24-20} = vs2;
  let Inst{19-15} = rs1;
  let ReadsVd = true;
  let Constraints = "$vd = $vd_wb";
  let Constraint{0} = false;
  let Constraint{1} = !eq(d.Name, "2SEW");
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

class VMemMode<string name, bits<2> mop> {
  string Name = name;
  bits<2> Mop = mop;
}
def VMem_Unit : VMemMode<"UNIT", 0b00>;
def VMem_Fault : VMemMode<"FAULT_FIRST", 0b00>; // a fault behind element 0 cuts vl
def VMem_Mask : VMemMode<"MASK", 0b00>;         // (vl + 7) / 8 bytes
def VMem_Whole : VMemMode<"WHOLE", 0b00>;       // NF registers, whatever vl says
def VMem_IndexedU : VMemMode<"INDEXED", 0b01>;  // unordered
def VMem_Strided : VMemMode<"STRIDED", 0b10>;
def VMem_IndexedO : VMemMode<"INDEXED_ORDERED", 0b11>;

//  31  29  28   27 26  25     24 20         19 15 14   12  11   7    6      0
// | nf-1 | mew | mop | vm | lumop/rs2/vs2 | rs1 | width | vd/vs3 | opcode |
class MTIAVMem<bit store, VMemMode mode, int eew, int nf, VMasking masking,
               VUnit unit, dag outs, dag ins, string args>
    : MTIAVInst<!if(store, OPC_STORE_FP, OPC_LOAD_FP), masking, unit, outs, ins, args> {
  bit Store = store;
  VMemMode Mode = mode;
  int EEW = eew; // of the elements; of the indices where the mode has some
  int NF = nf;   // fields of a segment; registers for WHOLE

  bits<5> rs1;
  defvar fields = !cast<bits<3>>(!sub(nf, 1));
  let Inst{31-29} = fields;
  let Inst{28} = 0; // mew: elements of 128 bits and more, reserved
  let Inst{27-26} = mode.Mop;
  let Inst{19-15} = rs1;
  let Inst{14-12} = !cond(!eq(eew, 8): 0b000, !eq(eew, 16): 0b101, !eq(eew, 32): 0b110,
                          !eq(eew, 64): 0b111);
  let mayLoad = !not(store);
  let mayStore = store;
  let Constraint{2} = !and(!not(store), !eq(masking.Name, "OPT"));
}

// lumop or sumop instead of a second address operand.
class VLoad<VMemMode mode, bits<5> lumop, int eew, int nf, VMasking masking = VM_Opt,
            DAGOperand rc = VR>
    : MTIAVMem<false, mode, eew, nf, masking, VU_Load, (outs rc:$vd),
               (ins GPRMemZeroOffset:$rs1), "$vd, $rs1"> {
  bits<5> vd;
  let Inst{24-20} = lumop;
  let Inst{11-7} = vd;
}
class VStore<VMemMode mode, bits<5> sumop, int eew, int nf, VMasking masking = VM_Opt,
             DAGOperand rc = VR>
    : MTIAVMem<true, mode, eew, nf, masking, VU_Store, (outs),
               (ins rc:$vs3, GPRMemZeroOffset:$rs1), "$vs3, $rs1"> {
  bits<5> vs3;
  let Inst{24-20} = sumop;
  let Inst{11-7} = vs3;
}

class VLoadStrided<int eew, int nf>
    : MTIAVMem<false, VMem_Strided, eew, nf, VM_Opt, VU_LoadS, (outs VR:$vd),
               (ins GPRMemZeroOffset:$rs1, GPR:$rs2), "$vd, $rs1, $rs2"> {
  bits<5> rs2;
  bits<5> vd;
  let Inst{24-20} = rs2;
  let Inst{11-7} = vd;
}
class VStoreStrided<int eew, int nf>
    : MTIAVMem<true, VMem_Strided, eew, nf, VM_Opt, VU_StoreS, (outs),
               (ins VR:$vs3, GPRMemZeroOffset:$rs1, GPR:$rs2), "$vs3, $rs1, $rs2"> {
  bits<5> rs2;
  bits<5> vs3;
  let Inst{24-20} = rs2;
  let Inst{11-7} = vs3;
}

class VLoadIndexed<VMemMode mode, int eew, int nf>
    : MTIAVMem<false, mode, eew, nf, VM_Opt, VU_LoadX, (outs VR:$vd),
               (ins GPRMemZeroOffset:$rs1, VR:$vs2), "$vd, $rs1, $vs2"> {
  bits<5> vs2;
  bits<5> vd;
  let Inst{24-20} = vs2;
  let Inst{11-7} = vd;
}
class VStoreIndexed<VMemMode mode, int eew, int nf>
    : MTIAVMem<true, mode, eew, nf, VM_Opt, VU_StoreX, (outs),
               (ins VR:$vs3, GPRMemZeroOffset:$rs1, VR:$vs2), "$vs3, $rs1, $vs2"> {
  bits<5> vs2;
  bits<5> vs3;
  let Inst{24-20} = vs2;
  let Inst{11-7} = vs3;
}
