//===-- MTIAInstrInfoVPseudos.td - Vector instructions of the code generator -===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The code generator's view of a vector instruction: one pseudo-instruction for all
// element widths and group sizes, made from the real record. Its operands:
//
//   results     vd, or rd or fd; of a fault-only-first load also the new vl
//   passthru    tied to vd: what tail and masked-off elements keep, or the
//               accumulator of a multiply-add; $noreg where it doesn't matter. Not of
//               stores, scalar results and the logic of masks
//   sources     in assembler order. Vectors and floating-point registers are of the
//               class `unknown`: the value's type says which it is
//   frm, vxrm   how to round (7 = as the CSR says), where the instruction rounds
//   vm          v0 or $noreg; v0 where it is always read (vadc, vmerge)
//   avl         a constant, -1 for VLMAX, or a register
//   vtype       the eight bits of vtypei
//
// TSFlags hold what finds these operands (MTIAVectorPseudos.h), and a table the real
// instruction.
//
//===----------------------------------------------------------------------===//

def VAVLOp : RegisterOperand<GPRNoX0> {
  let OperandNamespace = "MTIAOp";
  let OperandType = "OPERAND_AVL";
}

// What an operand is, as a number: MTIAVectorPseudos.h has the same.
class VKindNumber<string name> {
  bits<4> N = !cond(!eq(name, "NONE"): 0, !eq(name, "SEW"): 1, !eq(name, "2SEW"): 2,
                    !eq(name, "SEW_2"): 3, !eq(name, "SEW_4"): 4, !eq(name, "SEW_8"): 5,
                    !eq(name, "E16"): 6, !eq(name, "MASK"): 7, !eq(name, "ELT"): 8,
                    !eq(name, "2ELT"): 9, !eq(name, "X"): 10, !eq(name, "F"): 11,
                    !eq(name, "SIMM"): 12, !eq(name, "UIMM"): 12, !eq(name, "UIMM6"): 12,
                    true: 15);
}

class VOperandIs<DAGOperand op> {
  defvar name = !cast<string>(op);
  bit Vector = !or(!eq(name, "VR"), !eq(name, "VRM2"), !eq(name, "VRM4"), !eq(name, "VRM8"),
                   !eq(name, "FPR32"));
  bit Mask = !or(!eq(name, "VMaskOp"), !eq(name, "VMaskCarryInOp"));
  bit Address = !eq(name, "GPRMemZeroOffset");
}

// A list of operands with the classes of pseudo-instructions; a mask is left out, and
// the tied destination, which has a place of its own.
class VPseudoOperands<dag ops> {
  dag Ins = !foldl((ins), !range(!size(ops)), acc, i,
      !con(acc,
           !if(!or(VOperandIs<!getdagarg<DAGOperand>(ops, i)>.Mask,
                   !eq(!getdagname(ops, i), "vd")), (ins),
           !if(VOperandIs<!getdagarg<DAGOperand>(ops, i)>.Vector,
               !dag(ins, [unknown], [!getdagname(ops, i)]),
           !if(VOperandIs<!getdagarg<DAGOperand>(ops, i)>.Address,
               !dag(ins, [GPR], [!getdagname(ops, i)]),
               !dag(ins, [!getdagarg<DAGOperand>(ops, i)], [!getdagname(ops, i)]))))));
}

class VPseudo<MTIAVInst inst, VKind d, VKind s2, VKind s1, bit readsVd, bit faultFirst,
              int eew, int nf, bits<3> mode>
    : Pseudo<(outs), (ins)> {
  // The sources beside passthru.
  dag Sources = VPseudoOperands<inst.InOperandList>.Ins;
  Instruction Pseudo = !cast<Instruction>(NAME);
  Instruction BaseInstr = inst;
  // The only one of its real instruction, or the usual one.
  bit IsFirst = true;
  defvar hasDest = !not(!empty(inst.OutOperandList));
  // The result in a vector register?
  defvar vectorDest = !if(hasDest, !and(!ne(d.Name, "X"), !ne(d.Name, "F")), false);
  defvar maskLogic = !and(!eq(d.Name, "MASK"), !eq(s2.Name, "MASK"), !eq(s1.Name, "MASK"));
  bit HasPassthru = !and(vectorDest, !not(maskLogic));
  bit HasVM = !ne(inst.Masking.Name, "NONE");
  bit HasFRM = !not(!empty(!filter(r, inst.Uses, !eq(!cast<string>(r), "FRM"))));
  bit HasVXRM = !not(!empty(!filter(r, inst.Uses, !eq(!cast<string>(r), "VXRM"))));

  let OutOperandList =
      !con(!if(vectorDest, (outs unknown:$vd),
               !if(!eq(d.Name, "F"), (outs unknown:$rd),
                   !if(hasDest, (outs GPR:$rd), (outs)))),
           !if(faultFirst, (outs GPR:$vl), (outs)));
  let InOperandList =
      !con(!if(HasPassthru, (ins unknown:$passthru), (ins)),
           Sources,
           !if(HasFRM, (ins i64imm:$frm), (ins)),
           !if(HasVXRM, (ins i64imm:$vxrm), (ins)),
           !if(HasVM, (ins unknown:$vm), (ins)),
           (ins VAVLOp:$avl, i64imm:$vtype));
  let Constraints = !if(HasPassthru, "$passthru = $vd", "");

  // Cheaper made again than kept on the stack, if no passthru is in the way
  // (MTIAInstrInfo::isReMaterializableImpl).
  let isReMaterializable = !or(!eq(!cast<string>(inst), "VMV_V_I"), !eq(!cast<string>(inst), "VMV_V_X"),
                               !eq(!cast<string>(inst), "VFMV_V_F"), !eq(!cast<string>(inst), "VID_V"));
  // Multiply-adds, which overwrite either the addend or a factor (MTIAVectorCommute.cpp).
  defvar prefix = !substr(!cast<string>(inst), 0, 4);
  let isCommutable = !and(readsVd, !or(!eq(prefix, "VFMA"), !eq(prefix, "VFMS"), !eq(prefix, "VFNM"),
                                       !eq(prefix, "VMAC"), !eq(prefix, "VMAD"), !eq(prefix, "VNMS")));
  let hasPostISelHook = true;
  let mayLoad = inst.mayLoad;
  let mayStore = inst.mayStore;
  let mayRaiseFPException = inst.mayRaiseFPException;
  let Uses = !filter(r, inst.Uses, !eq(!cast<string>(r), "FRM"));
  let Defs = !filter(r, inst.Defs, !eq(!cast<string>(r), "VXSAT"));
  // Registers of a group are there one after the other, all else at the end.
  defvar late = !and(hasDest, !or(!eq(d.Name, "MASK"), !eq(d.Name, "ELT"), !eq(d.Name, "2ELT"),
                                  !eq(d.Name, "X"), !eq(d.Name, "F")));
  let SchedRW = [!cast<SchedWrite>(!cast<string>(!head(inst.SchedRW))#
                                   !if(late, "Late", "Group"))];

  let TSFlags{7-5} = inst.Constraint;
  let TSFlags{8} = !eq(inst.Masking.Name, "CARRY");
  let TSFlags{9} = true;
  let TSFlags{10} = HasPassthru;
  let TSFlags{11} = HasVM;
  let TSFlags{12} = HasFRM;
  let TSFlags{13} = HasVXRM;
  let TSFlags{14} = readsVd;
  let TSFlags{18-15} = VKindNumber<d.Name>.N;
  let TSFlags{22-19} = VKindNumber<s2.Name>.N;
  let TSFlags{26-23} = VKindNumber<s1.Name>.N;
  defvar eewCode = !cond(!eq(eew, 8): 1, !eq(eew, 16): 2, !eq(eew, 32): 3, !eq(eew, 64): 4,
                         true: 0);
  let TSFlags{29-27} = eewCode;
  let TSFlags{32-30} = !if(nf, !sub(nf, 1), 0);
  let TSFlags{35-33} = mode;
  let TSFlags{36} = faultFirst;
}

class VPseudoArith<MTIAVArith inst>
    : VPseudo<inst, inst.Vd, inst.Vs2, inst.Vs1, inst.ReadsVd, false, 0, 1, 0>;

// Of a sum with one wide source, which is the accumulator: passthru is vs2. As another source it
// could not be vd: the narrow one makes vd an early clobber.
class VPseudoTied<MTIAVArith inst>
    : VPseudo<inst, inst.Vd, VK_None, inst.Vs1, true, false, 0, 1, 0> {
  let IsFirst = false;
  let Sources = (ins unknown:$vs1);
}

// Modes of memory access, as numbers.
class VMemModeNumber<string name> {
  bits<3> N = !cond(!eq(name, "UNIT"): 1, !eq(name, "FAULT_FIRST"): 1, !eq(name, "MASK"): 2,
                    !eq(name, "STRIDED"): 3, !eq(name, "INDEXED"): 4,
                    !eq(name, "INDEXED_ORDERED"): 4);
}
class VPseudoMem<MTIAVMem inst>
    : VPseudo<inst, !if(!eq(inst.Mode.Name, "MASK"), VK_Mask, VK_SEW), VK_None, VK_None, false,
              !eq(inst.Mode.Name, "FAULT_FIRST"), inst.EEW, inst.NF,
              VMemModeNumber<inst.Mode.Name>.N>;

// Instructions on whole registers don't depend on vl and are used as they are.
foreach inst = !instances<MTIAVArith>() in
if !ne(!substr(inst.Vd.Name, 0, !if(!lt(!size(inst.Vd.Name), 4), 1, 4)), "REGS") then
def Pseudo#inst : VPseudoArith<inst>;

defvar WideSums = [VWADD_WV, VWADDU_WV, VWSUB_WV, VWSUBU_WV, VFWADD_WV, VFWSUB_WV];
foreach inst = WideSums in
def Pseudo#inst#_TIED : VPseudoTied<inst>;

foreach inst = !instances<MTIAVMem>() in
if !ne(inst.Mode.Name, "WHOLE") then
def Pseudo#inst : VPseudoMem<inst>;

def MTIAVPseudosTable : GenericTable {
  let FilterClass = "VPseudo";
  let FilterClassField = "IsFirst";
  let CppTypeName = "VPseudoInfo";
  let Fields = ["Pseudo", "BaseInstr"];
  let PrimaryKey = ["Pseudo"];
  let PrimaryKeyName = "lookupVPseudo";
}
// From the real instruction to the pseudo.
def lookupVPseudoOf : SearchIndex {
  let Table = MTIAVPseudosTable;
  let Key = ["BaseInstr"];
}

def MTIAVTiedTable : GenericTable {
  let FilterClass = "VPseudoTied";
  let CppTypeName = "VPseudoInfo";
  let Fields = ["Pseudo", "BaseInstr"];
  let PrimaryKey = ["Pseudo"];
  let PrimaryKeyName = "lookupVTied";
}
def lookupVTiedOf : SearchIndex {
  let Table = MTIAVTiedTable;
  let Key = ["BaseInstr"];
}

// A register group or tuple to and from its stack slot; becomes moves of whole
// registers when the slot's address is known.
let Size = 32 in {
let mayStore = true in
def PseudoVSPILL : Pseudo<(outs), (ins unknown:$vs, GPR:$rs1)>, Sched<[WriteVStore]>;
let mayLoad = true in
def PseudoVRELOAD : Pseudo<(outs unknown:$vd), (ins GPR:$rs1)>, Sched<[WriteVLoad]>;
}

// All ones and all zeros: vmset.m and vmclr.m, without a source. What can be made again where
// it is needed must have a class.
class VMaskConstant : Pseudo<(outs VR:$vd), (ins VAVLOp:$avl, i64imm:$vtype)>,
                      Sched<[WriteVMask]> {
  let hasPostISelHook = true;
  let isReMaterializable = true;
  let isAsCheapAsAMove = true;
  let TSFlags{9} = true;
  let TSFlags{18-15} = VKindNumber<"MASK">.N;
}
def PseudoVMSET_M : VMaskConstant;
def PseudoVMCLR_M : VMaskConstant;

// The program's own vsetvli: how many of avl elements an instruction takes. A number like
// any other; MTIAInsertVSETVLI makes the real instruction of it.
def PseudoVSETVLI : Pseudo<(outs GPR:$rd), (ins GPRNoX0:$avl, VTypeIOp11:$vtypei)>,
                    Sched<[WriteVSet]>;

// How fixed-point instructions round.
def WriteVXRMImm : WriteFPCSRImm<0x00A, [VXRM]>;
