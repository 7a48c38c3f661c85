//===-- MTIAInstrInfoV.td - Vector instructions -----------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// V 1.0, Zvbb and the vector BF16 extensions, in the order of the RISC-V
// unprivileged manual, chapter "V". Aliases: MTIAInstrInfoVAliases.td.
//
// An instruction reads vl and vtype; that it also reads its destination, for the
// elements that it leaves alone, is not stated here: the code generator's
// pseudo-instructions do that.
//
//===----------------------------------------------------------------------===//

include "MTIAInstrFormatsV.td"

//===----------------------------------------------------------------------===//
// Configuration
//===----------------------------------------------------------------------===//

class VSet<dag ins, string args>
    : MTIAInst<(outs GPR:$rd), ins, args, OPC_OP_V, FormV>, Sched<[WriteVSet]> {
  bits<5> rd;
  let Inst{14-12} = 0b111;
  let Inst{11-7} = rd;
  let Defs = [VL, VTYPE];
  let hasSideEffects = true;
  let TimingUnit = VU_Set.Name;
}

let Predicates = [HasVInstructions] in {
//  31  30    20 19 15 14  12 11  7 6      0
// | 0 | vtypei | rs1 | 111 | rd  | opcode |
def VSETVLI : VSet<(ins GPR:$rs1, VTypeIOp11:$vtypei), "$rd, $rs1, $vtypei"> {
  bits<5> rs1;
  bits<11> vtypei;
  let Inst{31} = 0;
  let Inst{30-20} = vtypei;
  let Inst{19-15} = rs1;
}
//  31 30 29    20 19  15 14  12 11  7 6      0
// | 1 1 | vtypei | uimm | 111 | rd  | opcode |
def VSETIVLI : VSet<(ins uimm5:$uimm, VTypeIOp10:$vtypei), "$rd, $uimm, $vtypei"> {
  bits<5> uimm;
  bits<10> vtypei;
  let Inst{31-30} = 0b11;
  let Inst{29-20} = vtypei;
  let Inst{19-15} = uimm;
}
//  31     25 24 20 19 15 14  12 11  7 6      0
// | 1000000 | rs2 | rs1 | 111 | rd  | opcode |
def VSETVL : VSet<(ins GPR:$rs1, GPR:$rs2), "$rd, $rs1, $rs2"> {
  bits<5> rs1;
  bits<5> rs2;
  let Inst{31-25} = 0b1000000;
  let Inst{24-20} = rs2;
  let Inst{19-15} = rs1;
}
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

defvar LUMopUnit = 0b00000;
defvar LUMopWhole = 0b01000;
defvar LUMopMask = 0b01011;
defvar LUMopFault = 0b10000;

foreach eew = [8, 16, 32, 64] in
let Predicates = [!if(!eq(eew, 64), HasVInstructionsI64, HasVInstructions)] in {
def VLE#eew#_V : VLoad<VMem_Unit, LUMopUnit, eew, 1>;
def VSE#eew#_V : VStore<VMem_Unit, LUMopUnit, eew, 1>;
let Defs = [VL] in
def VLE#eew#FF_V : VLoad<VMem_Fault, LUMopFault, eew, 1>;
def VLSE#eew#_V : VLoadStrided<eew, 1>;
def VSSE#eew#_V : VStoreStrided<eew, 1>;
def VLUXEI#eew#_V : VLoadIndexed<VMem_IndexedU, eew, 1>;
def VLOXEI#eew#_V : VLoadIndexed<VMem_IndexedO, eew, 1>;
def VSUXEI#eew#_V : VStoreIndexed<VMem_IndexedU, eew, 1>;
def VSOXEI#eew#_V : VStoreIndexed<VMem_IndexedO, eew, 1>;

foreach nf = 2...8 in {
def VLSEG#nf#E#eew#_V : VLoad<VMem_Unit, LUMopUnit, eew, nf>;
def VSSEG#nf#E#eew#_V : VStore<VMem_Unit, LUMopUnit, eew, nf>;
let Defs = [VL] in
def VLSEG#nf#E#eew#FF_V : VLoad<VMem_Fault, LUMopFault, eew, nf>;
def VLSSEG#nf#E#eew#_V : VLoadStrided<eew, nf>;
def VSSSEG#nf#E#eew#_V : VStoreStrided<eew, nf>;
def VLUXSEG#nf#EI#eew#_V : VLoadIndexed<VMem_IndexedU, eew, nf>;
def VLOXSEG#nf#EI#eew#_V : VLoadIndexed<VMem_IndexedO, eew, nf>;
def VSUXSEG#nf#EI#eew#_V : VStoreIndexed<VMem_IndexedU, eew, nf>;
def VSOXSEG#nf#EI#eew#_V : VStoreIndexed<VMem_IndexedO, eew, nf>;
}

// Whole registers. The width is a hint of what they hold.
let Uses = []<Register> in
foreach nr = [1, 2, 4, 8] in {
defvar kind = !cast<VKind>("VK_Regs"#nr);
def VL#nr#RE#eew#_V : VLoad<VMem_Whole, LUMopWhole, eew, nr, VM_None, kind.Op>;
}
}

let Predicates = [HasVInstructions] in {
def VLM_V : VLoad<VMem_Mask, LUMopMask, 8, 1, VM_None>;
def VSM_V : VStore<VMem_Mask, LUMopMask, 8, 1, VM_None>;
let Uses = []<Register> in
foreach nr = [1, 2, 4, 8] in {
defvar kind = !cast<VKind>("VK_Regs"#nr);
def VS#nr#R_V : VStore<VMem_Whole, LUMopWhole, 8, nr, VM_None, kind.Op>;
}
}

//===----------------------------------------------------------------------===//
// Operation classes. A multiclass is named after the forms that it makes: V with a
// vector, X and F with a scalar, I with a constant for the second source.
//===----------------------------------------------------------------------===//

// How wide destination, first and second source are.
class VShape<VKind d, VKind s2, VKind s1> {
  VKind D = d;
  VKind S2 = s2;
  VKind S1 = s1;
}
def VS_Same : VShape<VK_SEW, VK_SEW, VK_SEW>;
def VS_Widen : VShape<VK_2SEW, VK_SEW, VK_SEW>;
def VS_WidenW : VShape<VK_2SEW, VK_2SEW, VK_SEW>;
def VS_Narrow : VShape<VK_SEW, VK_2SEW, VK_SEW>;
def VS_Compare : VShape<VK_Mask, VK_SEW, VK_SEW>;
def VS_Reduce : VShape<VK_Elt, VK_SEW, VK_Elt>;
def VS_WidenReduce : VShape<VK_2Elt, VK_SEW, VK_2Elt>;
def VS_Mask : VShape<VK_Mask, VK_Mask, VK_Mask>;

// Integer operations whose forms are OPIVV, OPIVX, OPIVI.
multiclass VInt_V<bits<6> f6, VUnit u, VShape s = VS_Same, VMasking m = VM_Opt> {
  def V : VInstV<f6, OPIVV, m, u, s.D, s.S2, s.S1>;
}
multiclass VInt_X<bits<6> f6, VUnit u, VShape s = VS_Same, VMasking m = VM_Opt> {
  def X : VInstX<f6, OPIVX, m, u, s.D, s.S2, VK_X>;
}
multiclass VInt_I<bits<6> f6, VUnit u, VShape s = VS_Same, VKind imm = VK_SImm,
                  VMasking m = VM_Opt> {
  def I : VInstI<f6, m, u, s.D, s.S2, imm>;
}
multiclass VInt_VX<bits<6> f6, VUnit u = VU_ALU, VShape s = VS_Same>
    : VInt_V<f6, u, s>, VInt_X<f6, u, s>;
multiclass VInt_XI<bits<6> f6, VUnit u = VU_ALU, VShape s = VS_Same, VKind imm = VK_SImm>
    : VInt_X<f6, u, s>, VInt_I<f6, u, s, imm>;
multiclass VInt_VXI<bits<6> f6, VUnit u = VU_ALU, VShape s = VS_Same, VKind imm = VK_SImm>
    : VInt_V<f6, u, s>, VInt_X<f6, u, s>, VInt_I<f6, u, s, imm>;

// With v0 as a source (VVM, VXM, VIM), and without it and unmasked (VV, VX, VI).
multiclass VCarry_VX<bits<6> f6, VShape s> {
  def VM : VInstV<f6, OPIVV, VM_Carry, VU_ALU, s.D, s.S2, s.S1>;
  def XM : VInstX<f6, OPIVX, VM_Carry, VU_ALU, s.D, s.S2, VK_X>;
}
multiclass VCarry_VXI<bits<6> f6, VShape s> : VCarry_VX<f6, s> {
  def IM : VInstI<f6, VM_Carry, VU_ALU, s.D, s.S2, VK_SImm>;
}
multiclass VCarryOut_VX<bits<6> f6> {
  def V : VInstV<f6, OPIVV, VM_None, VU_ALU, VK_Mask, VK_SEW, VK_SEW>;
  def X : VInstX<f6, OPIVX, VM_None, VU_ALU, VK_Mask, VK_SEW, VK_X>;
}
multiclass VCarryOut_VXI<bits<6> f6> : VCarryOut_VX<f6> {
  def I : VInstI<f6, VM_None, VU_ALU, VK_Mask, VK_SEW, VK_SImm>;
}

// Multiplication's kind: OPMVV, OPMVX.
multiclass VMul_V<bits<6> f6, VUnit u, VShape s = VS_Same> {
  def V : VInstV<f6, OPMVV, VM_Opt, u, s.D, s.S2, s.S1>;
}
multiclass VMul_X<bits<6> f6, VUnit u, VShape s = VS_Same> {
  def X : VInstX<f6, OPMVX, VM_Opt, u, s.D, s.S2, VK_X>;
}
multiclass VMul_VX<bits<6> f6, VUnit u = VU_Mul, VShape s = VS_Same>
    : VMul_V<f6, u, s>, VMul_X<f6, u, s>;
multiclass VMulAdd_X<bits<6> f6, VKind d> {
  def X : VInstMulAddX<f6, OPMVX, VU_Mul, d, VK_SEW, VK_X>;
}
multiclass VMulAdd_VX<bits<6> f6, VKind d = VK_SEW> : VMulAdd_X<f6, d> {
  def V : VInstMulAddV<f6, OPMVV, VU_Mul, d, VK_SEW>;
}

// Floating point: OPFVV, OPFVF.
let mayRaiseFPException = true in {
multiclass VFP_V<bits<6> f6, VUnit u = VU_FALU, VShape s = VS_Same> {
  def V : VInstV<f6, OPFVV, VM_Opt, u, s.D, s.S2, s.S1>;
}
multiclass VFP_F<bits<6> f6, VUnit u = VU_FALU, VShape s = VS_Same> {
  def F : VInstX<f6, OPFVF, VM_Opt, u, s.D, s.S2, VK_F>;
}
multiclass VFMulAdd_VF<bits<6> f6, VKind d = VK_SEW> {
  def V : VInstMulAddV<f6, OPFVV, VU_FMA, d, VK_SEW>;
  def F : VInstMulAddX<f6, OPFVF, VU_FMA, d, VK_SEW, VK_F>;
}
// Conversions and other operations on one group.
class VFP1<bits<6> f6, bits<5> op, VUnit u, VKind d = VK_SEW, VKind s = VK_SEW>
    : VInst1<f6, OPFVV, op, VM_Opt, u, d, s>;
}
multiclass VFP_VF<bits<6> f6, VUnit u = VU_FALU, VShape s = VS_Same>
    : VFP_V<f6, u, s>, VFP_F<f6, u, s>;

class VInt1<bits<5> op, VKind s = VK_SEW>
    : VInst1<0b010010, OPMVV, op, VM_Opt, VU_ALU, VK_SEW, s>;
class VReduce<bits<6> f6, VFunct3 f3, VUnit u, VShape s>
    : VInstV<f6, f3, VM_Opt, u, s.D, s.S2, s.S1>;
class VMaskLogic<bits<6> f6>
    : VInstV<f6, OPMVV, VM_None, VU_Mask, VK_Mask, VK_Mask, VK_Mask>;
class VMaskSet<bits<5> op> : VInst1<0b010100, OPMVV, op, VM_Opt, VU_Mask, VK_Mask, VK_Mask> {
  let Constraint = !or(FirstSource, MaskSource);
}

//===----------------------------------------------------------------------===//
// Integer arithmetic
//===----------------------------------------------------------------------===//

let Predicates = [HasVInstructions] in {
defm VADD_V : VInt_VXI<0b000000>;
defm VSUB_V : VInt_VX<0b000010>;
defm VRSUB_V : VInt_XI<0b000011>;

defm VWADDU_V : VMul_VX<0b110000, VU_ALU, VS_Widen>;
defm VWADD_V : VMul_VX<0b110001, VU_ALU, VS_Widen>;
defm VWSUBU_V : VMul_VX<0b110010, VU_ALU, VS_Widen>;
defm VWSUB_V : VMul_VX<0b110011, VU_ALU, VS_Widen>;
defm VWADDU_W : VMul_VX<0b110100, VU_ALU, VS_WidenW>;
defm VWADD_W : VMul_VX<0b110101, VU_ALU, VS_WidenW>;
defm VWSUBU_W : VMul_VX<0b110110, VU_ALU, VS_WidenW>;
defm VWSUB_W : VMul_VX<0b110111, VU_ALU, VS_WidenW>;

def VZEXT_VF8 : VInt1<0b00010, VK_SEW_8>;
def VSEXT_VF8 : VInt1<0b00011, VK_SEW_8>;
def VZEXT_VF4 : VInt1<0b00100, VK_SEW_4>;
def VSEXT_VF4 : VInt1<0b00101, VK_SEW_4>;
def VZEXT_VF2 : VInt1<0b00110, VK_SEW_2>;
def VSEXT_VF2 : VInt1<0b00111, VK_SEW_2>;

defm VADC_V : VCarry_VXI<0b010000, VS_Same>;
defm VMADC_V : VCarry_VXI<0b010001, VS_Compare>;
defm VMADC_V : VCarryOut_VXI<0b010001>;
defm VSBC_V : VCarry_VX<0b010010, VS_Same>;
defm VMSBC_V : VCarry_VX<0b010011, VS_Compare>;
defm VMSBC_V : VCarryOut_VX<0b010011>;

defm VAND_V : VInt_VXI<0b001001>;
defm VOR_V : VInt_VXI<0b001010>;
defm VXOR_V : VInt_VXI<0b001011>;

defm VSLL_V : VInt_VXI<0b100101, VU_ALU, VS_Same, VK_UImm>;
defm VSRL_V : VInt_VXI<0b101000, VU_ALU, VS_Same, VK_UImm>;
defm VSRA_V : VInt_VXI<0b101001, VU_ALU, VS_Same, VK_UImm>;
defm VNSRL_W : VInt_VXI<0b101100, VU_ALU, VS_Narrow, VK_UImm>;
defm VNSRA_W : VInt_VXI<0b101101, VU_ALU, VS_Narrow, VK_UImm>;

defm VMSEQ_V : VInt_VXI<0b011000, VU_ALU, VS_Compare>;
defm VMSNE_V : VInt_VXI<0b011001, VU_ALU, VS_Compare>;
defm VMSLTU_V : VInt_VX<0b011010, VU_ALU, VS_Compare>;
defm VMSLT_V : VInt_VX<0b011011, VU_ALU, VS_Compare>;
defm VMSLEU_V : VInt_VXI<0b011100, VU_ALU, VS_Compare>;
defm VMSLE_V : VInt_VXI<0b011101, VU_ALU, VS_Compare>;
defm VMSGTU_V : VInt_XI<0b011110, VU_ALU, VS_Compare>;
defm VMSGT_V : VInt_XI<0b011111, VU_ALU, VS_Compare>;

defm VMINU_V : VInt_VX<0b000100>;
defm VMIN_V : VInt_VX<0b000101>;
defm VMAXU_V : VInt_VX<0b000110>;
defm VMAX_V : VInt_VX<0b000111>;

defm VMUL_V : VMul_VX<0b100101>;
defm VMULH_V : VMul_VX<0b100111>;
defm VMULHU_V : VMul_VX<0b100100>;
defm VMULHSU_V : VMul_VX<0b100110>;
defm VDIVU_V : VMul_VX<0b100000, VU_Div>;
defm VDIV_V : VMul_VX<0b100001, VU_Div>;
defm VREMU_V : VMul_VX<0b100010, VU_Div>;
defm VREM_V : VMul_VX<0b100011, VU_Div>;
defm VWMUL_V : VMul_VX<0b111011, VU_Mul, VS_Widen>;
defm VWMULU_V : VMul_VX<0b111000, VU_Mul, VS_Widen>;
defm VWMULSU_V : VMul_VX<0b111010, VU_Mul, VS_Widen>;

defm VMACC_V : VMulAdd_VX<0b101101>;
defm VNMSAC_V : VMulAdd_VX<0b101111>;
defm VMADD_V : VMulAdd_VX<0b101001>;
defm VNMSUB_V : VMulAdd_VX<0b101011>;
defm VWMACCU_V : VMulAdd_VX<0b111100, VK_2SEW>;
defm VWMACC_V : VMulAdd_VX<0b111101, VK_2SEW>;
defm VWMACCSU_V : VMulAdd_VX<0b111111, VK_2SEW>;
defm VWMACCUS_V : VMulAdd_X<0b111110, VK_2SEW>;

defm VMERGE_V : VCarry_VXI<0b010111, VS_Same>;
def VMV_V_V : VInstMoveV<0b010111, OPIVV, VU_ALU, VK_SEW, VK_SEW>;
def VMV_V_X : VInstMoveX<0b010111, OPIVX, VU_ALU, VK_SEW, VK_X>;
def VMV_V_I : VInstMoveI<0b010111, VU_ALU, VK_SEW, VK_SImm>;

//===----------------------------------------------------------------------===//
// Fixed point
//===----------------------------------------------------------------------===//

let Defs = [VXSAT] in {
defm VSADDU_V : VInt_VXI<0b100000, VU_Sat>;
defm VSADD_V : VInt_VXI<0b100001, VU_Sat>;
defm VSSUBU_V : VInt_VX<0b100010, VU_Sat>;
defm VSSUB_V : VInt_VX<0b100011, VU_Sat>;
}
// Rounded as vxrm says.
let Uses = [VL, VTYPE, VXRM] in {
defm VAADDU_V : VMul_VX<0b001000, VU_Sat>;
defm VAADD_V : VMul_VX<0b001001, VU_Sat>;
defm VASUBU_V : VMul_VX<0b001010, VU_Sat>;
defm VASUB_V : VMul_VX<0b001011, VU_Sat>;
defm VSSRL_V : VInt_VXI<0b101010, VU_Sat, VS_Same, VK_UImm>;
defm VSSRA_V : VInt_VXI<0b101011, VU_Sat, VS_Same, VK_UImm>;
let Defs = [VXSAT] in {
defm VSMUL_V : VInt_VX<0b100111, VU_Mul>;
defm VNCLIPU_W : VInt_VXI<0b101110, VU_Sat, VS_Narrow, VK_UImm>;
defm VNCLIP_W : VInt_VXI<0b101111, VU_Sat, VS_Narrow, VK_UImm>;
}
}
} // HasVInstructions

//===----------------------------------------------------------------------===//
// Floating point
//===----------------------------------------------------------------------===//

let Predicates = [HasVInstructionsAnyF] in {
// Rounded as frm says.
let Uses = [FRM, VL, VTYPE] in {
defm VFADD_V : VFP_VF<0b000000>;
defm VFSUB_V : VFP_VF<0b000010>;
defm VFRSUB_V : VFP_F<0b100111>;
defm VFWADD_V : VFP_VF<0b110000, VU_FALU, VS_Widen>;
defm VFWSUB_V : VFP_VF<0b110010, VU_FALU, VS_Widen>;
defm VFWADD_W : VFP_VF<0b110100, VU_FALU, VS_WidenW>;
defm VFWSUB_W : VFP_VF<0b110110, VU_FALU, VS_WidenW>;
defm VFMUL_V : VFP_VF<0b100100, VU_FMul>;
defm VFDIV_V : VFP_VF<0b100000, VU_FDiv>;
defm VFRDIV_V : VFP_F<0b100001, VU_FDiv>;
defm VFWMUL_V : VFP_VF<0b111000, VU_FMul, VS_Widen>;

defm VFMACC_V : VFMulAdd_VF<0b101100>;
defm VFNMACC_V : VFMulAdd_VF<0b101101>;
defm VFMSAC_V : VFMulAdd_VF<0b101110>;
defm VFNMSAC_V : VFMulAdd_VF<0b101111>;
defm VFMADD_V : VFMulAdd_VF<0b101000>;
defm VFNMADD_V : VFMulAdd_VF<0b101001>;
defm VFMSUB_V : VFMulAdd_VF<0b101010>;
defm VFNMSUB_V : VFMulAdd_VF<0b101011>;
defm VFWMACC_V : VFMulAdd_VF<0b111100, VK_2SEW>;
defm VFWNMACC_V : VFMulAdd_VF<0b111101, VK_2SEW>;
defm VFWMSAC_V : VFMulAdd_VF<0b111110, VK_2SEW>;
defm VFWNMSAC_V : VFMulAdd_VF<0b111111, VK_2SEW>;

def VFSQRT_V : VFP1<0b010011, 0b00000, VU_FDiv>;
def VFREC7_V : VFP1<0b010011, 0b00101, VU_FEst>;

def VFCVT_XU_F_V : VFP1<0b010010, 0b00000, VU_FCvt>;
def VFCVT_X_F_V : VFP1<0b010010, 0b00001, VU_FCvt>;
def VFCVT_F_XU_V : VFP1<0b010010, 0b00010, VU_FCvt>;
def VFCVT_F_X_V : VFP1<0b010010, 0b00011, VU_FCvt>;
def VFWCVT_XU_F_V : VFP1<0b010010, 0b01000, VU_FCvt, VK_2SEW>;
def VFWCVT_X_F_V : VFP1<0b010010, 0b01001, VU_FCvt, VK_2SEW>;
def VFNCVT_XU_F_W : VFP1<0b010010, 0b10000, VU_FCvt, VK_SEW, VK_2SEW>;
def VFNCVT_X_F_W : VFP1<0b010010, 0b10001, VU_FCvt, VK_SEW, VK_2SEW>;
def VFNCVT_F_XU_W : VFP1<0b010010, 0b10010, VU_FCvt, VK_SEW, VK_2SEW>;
def VFNCVT_F_X_W : VFP1<0b010010, 0b10011, VU_FCvt, VK_SEW, VK_2SEW>;
def VFNCVT_F_F_W : VFP1<0b010010, 0b10100, VU_FCvt, VK_SEW, VK_2SEW>;
}

def VFRSQRT7_V : VFP1<0b010011, 0b00100, VU_FEst>;
defm VFMIN_V : VFP_VF<0b000100>;
defm VFMAX_V : VFP_VF<0b000110>;

defm VMFEQ_V : VFP_VF<0b011000, VU_FALU, VS_Compare>;
defm VMFLE_V : VFP_VF<0b011001, VU_FALU, VS_Compare>;
defm VMFLT_V : VFP_VF<0b011011, VU_FALU, VS_Compare>;
defm VMFNE_V : VFP_VF<0b011100, VU_FALU, VS_Compare>;
defm VMFGT_V : VFP_F<0b011101, VU_FALU, VS_Compare>;
defm VMFGE_V : VFP_F<0b011111, VU_FALU, VS_Compare>;

// Rounded as the name says, or exact.
def VFCVT_RTZ_XU_F_V : VFP1<0b010010, 0b00110, VU_FCvt>;
def VFCVT_RTZ_X_F_V : VFP1<0b010010, 0b00111, VU_FCvt>;
def VFWCVT_F_XU_V : VFP1<0b010010, 0b01010, VU_FCvt, VK_2SEW>;
def VFWCVT_F_X_V : VFP1<0b010010, 0b01011, VU_FCvt, VK_2SEW>;
def VFWCVT_F_F_V : VFP1<0b010010, 0b01100, VU_FCvt, VK_2SEW>;
def VFWCVT_RTZ_XU_F_V : VFP1<0b010010, 0b01110, VU_FCvt, VK_2SEW>;
def VFWCVT_RTZ_X_F_V : VFP1<0b010010, 0b01111, VU_FCvt, VK_2SEW>;
def VFNCVT_ROD_F_F_W : VFP1<0b010010, 0b10101, VU_FCvt, VK_SEW, VK_2SEW>;
def VFNCVT_RTZ_XU_F_W : VFP1<0b010010, 0b10110, VU_FCvt, VK_SEW, VK_2SEW>;
def VFNCVT_RTZ_X_F_W : VFP1<0b010010, 0b10111, VU_FCvt, VK_SEW, VK_2SEW>;

let mayRaiseFPException = false in {
defm VFSGNJ_V : VFP_VF<0b001000>;
defm VFSGNJN_V : VFP_VF<0b001001>;
defm VFSGNJX_V : VFP_VF<0b001010>;
def VFCLASS_V : VFP1<0b010011, 0b10000, VU_FALU>;
}

def VFMERGE_VFM : VInstX<0b010111, OPFVF, VM_Carry, VU_FALU, VK_SEW, VK_SEW, VK_F>;
def VFMV_V_F : VInstMoveX<0b010111, OPFVF, VU_FALU, VK_SEW, VK_F>;
} // HasVInstructionsAnyF

// BF16.
let Predicates = [HasStdExtZvfbfmin] in {
def VFWCVTBF16_F_F_V : VFP1<0b010010, 0b01101, VU_FCvt, VK_2SEW>;
let Uses = [FRM, VL, VTYPE] in
def VFNCVTBF16_F_F_W : VFP1<0b010010, 0b11101, VU_FCvt, VK_SEW, VK_2SEW>;
}
let Predicates = [HasStdExtZvfbfwma], Uses = [FRM, VL, VTYPE] in
defm VFWMACCBF16_V : VFMulAdd_VF<0b111011, VK_2SEW>;

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

let Predicates = [HasVInstructions] in {
def VREDSUM_VS : VReduce<0b000000, OPMVV, VU_Red, VS_Reduce>;
def VREDAND_VS : VReduce<0b000001, OPMVV, VU_Red, VS_Reduce>;
def VREDOR_VS : VReduce<0b000010, OPMVV, VU_Red, VS_Reduce>;
def VREDXOR_VS : VReduce<0b000011, OPMVV, VU_Red, VS_Reduce>;
def VREDMINU_VS : VReduce<0b000100, OPMVV, VU_Red, VS_Reduce>;
def VREDMIN_VS : VReduce<0b000101, OPMVV, VU_Red, VS_Reduce>;
def VREDMAXU_VS : VReduce<0b000110, OPMVV, VU_Red, VS_Reduce>;
def VREDMAX_VS : VReduce<0b000111, OPMVV, VU_Red, VS_Reduce>;
def VWREDSUMU_VS : VReduce<0b110000, OPIVV, VU_Red, VS_WidenReduce>;
def VWREDSUM_VS : VReduce<0b110001, OPIVV, VU_Red, VS_WidenReduce>;
}

let Predicates = [HasVInstructionsAnyF], mayRaiseFPException = true in {
let Uses = [FRM, VL, VTYPE] in {
def VFREDOSUM_VS : VReduce<0b000011, OPFVV, VU_FRedO, VS_Reduce>;
def VFREDUSUM_VS : VReduce<0b000001, OPFVV, VU_FRed, VS_Reduce>;
def VFWREDOSUM_VS : VReduce<0b110011, OPFVV, VU_FRedO, VS_WidenReduce>;
def VFWREDUSUM_VS : VReduce<0b110001, OPFVV, VU_FRed, VS_WidenReduce>;
}
def VFREDMAX_VS : VReduce<0b000111, OPFVV, VU_FRed, VS_Reduce>;
def VFREDMIN_VS : VReduce<0b000101, OPFVV, VU_FRed, VS_Reduce>;
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

let Predicates = [HasVInstructions] in {
def VMAND_MM : VMaskLogic<0b011001>;
def VMNAND_MM : VMaskLogic<0b011101>;
def VMANDN_MM : VMaskLogic<0b011000>;
def VMXOR_MM : VMaskLogic<0b011011>;
def VMOR_MM : VMaskLogic<0b011010>;
def VMNOR_MM : VMaskLogic<0b011110>;
def VMORN_MM : VMaskLogic<0b011100>;
def VMXNOR_MM : VMaskLogic<0b011111>;

def VCPOP_M : VInst1<0b010000, OPMVV, 0b10000, VM_Opt, VU_MovVX, VK_X, VK_Mask>;
def VFIRST_M : VInst1<0b010000, OPMVV, 0b10001, VM_Opt, VU_MovVX, VK_X, VK_Mask>;

def VMSBF_M : VMaskSet<0b00001>;
def VMSOF_M : VMaskSet<0b00010>;
def VMSIF_M : VMaskSet<0b00011>;
def VIOTA_M : VInst1<0b010100, OPMVV, 0b10000, VM_Opt, VU_Mask, VK_SEW, VK_Mask> {
  let Constraint = !or(FirstSource, MaskSource);
}

// The only operation without a source.
def VID_V : MTIAVArith<0b010100, OPMVV, VM_Opt, VU_Mask, VK_SEW, VK_None, VK_None,
                       (outs VR:$vd), (ins), "$vd"> {
  let Inst{24-20} = 0;
  let Inst{19-15} = 0b10001;
}

//===----------------------------------------------------------------------===//
// Permutation
//===----------------------------------------------------------------------===//

def VMV_X_S : VInst1<0b010000, OPMVV, 0b00000, VM_None, VU_MovVX, VK_X, VK_Elt>;
def VMV_S_X : VInstMoveX<0b010000, OPMVX, VU_MovXV, VK_Elt, VK_X>;

let Constraint = !or(FirstSource, MaskSource) in
defm VSLIDEUP_V : VInt_XI<0b001110, VU_Slide, VS_Same, VK_UImm>;
defm VSLIDEDOWN_V : VInt_XI<0b001111, VU_Slide, VS_Same, VK_UImm>;
let Constraint = !or(FirstSource, MaskSource) in
defm VSLIDE1UP_V : VMul_X<0b001110, VU_Slide>;
defm VSLIDE1DOWN_V : VMul_X<0b001111, VU_Slide>;

let Constraint = !or(FirstSource, SecondSource, MaskSource) in {
defm VRGATHER_V : VInt_V<0b001100, VU_Gather>;
def VRGATHEREI16_VV : VInstV<0b001110, OPIVV, VM_Opt, VU_Gather, VK_SEW, VK_SEW, VK_E16>;
}
let Constraint = !or(FirstSource, MaskSource) in
defm VRGATHER_V : VInt_XI<0b001100, VU_Gather, VS_Same, VK_UImm>;

let Constraint = !or(FirstSource, SecondSource) in
def VCOMPRESS_VM : VInstV<0b010111, OPMVV, VM_None, VU_Gather, VK_SEW, VK_SEW, VK_Mask>;

let Uses = [VTYPE] in // vtype only has to be legal
foreach nr = [1, 2, 4, 8] in {
defvar kind = !cast<VKind>("VK_Regs"#nr);
def VMV#nr#R_V : VInst1<0b100111, OPIVI, !sub(nr, 1), VM_None, VU_ALU, kind, kind>;
}
} // HasVInstructions

let Predicates = [HasVInstructionsAnyF] in {
def VFMV_F_S : VInst1<0b010000, OPFVV, 0b00000, VM_None, VU_MovVX, VK_F, VK_Elt>;
def VFMV_S_F : VInstMoveX<0b010000, OPFVF, VU_MovXV, VK_Elt, VK_F>;
let mayRaiseFPException = false in {
let Constraint = !or(FirstSource, MaskSource) in
defm VFSLIDE1UP_V : VFP_F<0b001110, VU_Slide>;
defm VFSLIDE1DOWN_V : VFP_F<0b001111, VU_Slide>;
}
}

//===----------------------------------------------------------------------===//
// Zvbb. Its part Zvkb comes first.
//===----------------------------------------------------------------------===//

let Predicates = [HasStdExtZvkb] in {
defm VANDN_V : VInt_VX<0b000001>;
def VBREV8_V : VInt1<0b01000>;
def VREV8_V : VInt1<0b01001>;
defm VROL_V : VInt_VX<0b010101>;
defm VROR_V : VInt_VX<0b010100>;
//  31 27     26    25  24 20   19 15    14  12 11  7 6      0
// | 01010 | imm[5] | vm | vs2 | imm[4:0] | 011 | vd  | opcode |
def VROR_VI : MTIAVArith<0b010100, OPIVI, VM_Opt, VU_ALU, VK_SEW, VK_SEW, VK_UImm6,
                         (outs VR:$vd), (ins VR:$vs2, uimm6:$imm), "$vd, $vs2, $imm"> {
  bits<5> vs2;
  bits<6> imm;
  let Inst{26} = imm{5};
  let Inst{24-20} = vs2;
  let Inst{19-15} = imm{4-0};
}
}

let Predicates = [HasStdExtZvbb] in {
def VBREV_V : VInt1<0b01010>;
def VCLZ_V : VInt1<0b01100>;
def VCTZ_V : VInt1<0b01101>;
def VCPOP_V : VInt1<0b01110>;
defm VWSLL_V : VInt_VXI<0b110101, VU_ALU, VS_Widen, VK_UImm>;
}

include "MTIAInstrInfoVAliases.td"
include "MTIAInstrInfoVPseudos.td"
