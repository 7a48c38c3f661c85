//===-- MTIAInstrInfoVAliases.td - Vector aliases ---------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Other names of vector instructions, and the comparisons that the instruction set
// lacks.
//
//===----------------------------------------------------------------------===//

// A name that is printed too. The printer's condition for $vm is a register of
// v0's class, which "none" isn't: the unmasked form is an alias of its own.
multiclass VUnaryAlias<string name, MTIAInst inst, dag second> {
  def : InstAlias<name # " $vd, $vs$vm",
                  !con((inst VR:$vd, VR:$vs), second, (inst VMaskOp:$vm))>;
  def : InstAlias<name # " $vd, $vs", !con((inst VR:$vd, VR:$vs), second, (inst zero_reg))>;
}
// a > b is b < a.
class VSwappedAlias<string name, MTIAInst inst>
    : InstAlias<name # " $vd, $va, $vb$vm",
                (inst VR:$vd, VR:$vb, VR:$va, VMaskOp:$vm), 0>;

let Predicates = [HasVInstructions] in {
defm : VUnaryAlias<"vneg.v", VRSUB_VX, (VRSUB_VX X0)>;
defm : VUnaryAlias<"vnot.v", VXOR_VI, (VXOR_VI -1)>;
defm : VUnaryAlias<"vwcvt.x.x.v", VWADD_VX, (VWADD_VX X0)>;
defm : VUnaryAlias<"vwcvtu.x.x.v", VWADDU_VX, (VWADDU_VX X0)>;
defm : VUnaryAlias<"vncvt.x.x.w", VNSRL_WX, (VNSRL_WX X0)>;

def : VSwappedAlias<"vmsgtu.vv", VMSLTU_VV>;
def : VSwappedAlias<"vmsgt.vv", VMSLT_VV>;
def : VSwappedAlias<"vmsgeu.vv", VMSLEU_VV>;
def : VSwappedAlias<"vmsge.vv", VMSLE_VV>;

def : InstAlias<"vmmv.m $vd, $vs", (VMAND_MM VR:$vd, VR:$vs, VR:$vs)>;
def : InstAlias<"vmclr.m $vd", (VMXOR_MM VR:$vd, VR:$vd, VR:$vd)>;
def : InstAlias<"vmset.m $vd", (VMXNOR_MM VR:$vd, VR:$vd, VR:$vd)>;
def : InstAlias<"vmnot.m $vd, $vs", (VMNAND_MM VR:$vd, VR:$vs, VR:$vs)>;

def : InstAlias<"vl1r.v $vd, $rs1", (VL1RE8_V VR:$vd, GPRMemZeroOffset:$rs1)>;
def : InstAlias<"vl2r.v $vd, $rs1", (VL2RE8_V VRM2:$vd, GPRMemZeroOffset:$rs1)>;
def : InstAlias<"vl4r.v $vd, $rs1", (VL4RE8_V VRM4:$vd, GPRMemZeroOffset:$rs1)>;
def : InstAlias<"vl8r.v $vd, $rs1", (VL8RE8_V VRM8:$vd, GPRMemZeroOffset:$rs1)>;

// Names from before 1.0.
def : InstAlias<"vle1.v $vd, $rs1", (VLM_V VR:$vd, GPRMemZeroOffset:$rs1), 0>;
def : InstAlias<"vse1.v $vs3, $rs1", (VSM_V VR:$vs3, GPRMemZeroOffset:$rs1), 0>;
def : InstAlias<"vpopc.m $vd, $vs2$vm", (VCPOP_M GPR:$vd, VR:$vs2, VMaskOp:$vm), 0>;
def : InstAlias<"vmandnot.mm $vd, $vs2, $vs1", (VMANDN_MM VR:$vd, VR:$vs2, VR:$vs1), 0>;
def : InstAlias<"vmornot.mm $vd, $vs2, $vs1", (VMORN_MM VR:$vd, VR:$vs2, VR:$vs1), 0>;
}

let Predicates = [HasVInstructionsAnyF] in {
// The second source is the first.
multiclass VSignAlias<string name, MTIAInst inst> {
  def : InstAlias<name # " $vd, $vs$vm", (inst VR:$vd, VR:$vs, VR:$vs, VMaskOp:$vm)>;
  def : InstAlias<name # " $vd, $vs", (inst VR:$vd, VR:$vs, VR:$vs, zero_reg)>;
}
defm : VSignAlias<"vfneg.v", VFSGNJN_VV>;
defm : VSignAlias<"vfabs.v", VFSGNJX_VV>;

def : VSwappedAlias<"vmfgt.vv", VMFLT_VV>;
def : VSwappedAlias<"vmfge.vv", VMFLE_VV>;

def : InstAlias<"vfredsum.vs $vd, $vs2, $vs1$vm",
                (VFREDUSUM_VS VR:$vd, VR:$vs2, VR:$vs1, VMaskOp:$vm), 0>;
def : InstAlias<"vfwredsum.vs $vd, $vs2, $vs1$vm",
                (VFWREDUSUM_VS VR:$vd, VR:$vs2, VR:$vs1, VMaskOp:$vm), 0>;
}

//===----------------------------------------------------------------------===//
// Comparisons that take several instructions, or one with a constant that is one
// less. The assembler expands them: MTIAAsmParserV.cpp.
//===----------------------------------------------------------------------===//

let Predicates = [HasVInstructions] in {
// x < c is x <= c - 1, x >= c is x > c - 1.
class VCompareImmPseudo<string name>
    : AsmPseudo<(outs VR:$vd), (ins VR:$vs2, simm5_plus1:$imm, VMaskOp:$vm), name,
                "$vd, $vs2, $imm$vm">;
def PseudoVMSLTU_VI : VCompareImmPseudo<"vmsltu.vi">;
def PseudoVMSLT_VI : VCompareImmPseudo<"vmslt.vi">;
def PseudoVMSGEU_VI : VCompareImmPseudo<"vmsgeu.vi">;
def PseudoVMSGE_VI : VCompareImmPseudo<"vmsge.vi">;

// x >= s is not x < s, and then, under a mask, what vd was where the mask is 0; if vd
// is v0 that needs a temporary register.
multiclass VCompareGEPseudo<string name> {
  def "" : AsmPseudo<(outs VR:$vd), (ins VR:$vs2, GPR:$rs1), name, "$vd, $vs2, $rs1">;
  def _M : AsmPseudo<(outs VRNoV0:$vd), (ins VR:$vs2, GPR:$rs1, VMaskOp:$vm), name,
                     "$vd, $vs2, $rs1$vm">;
  def _M_T : AsmPseudo<(outs VR:$vd, VRNoV0:$scratch),
                       (ins VR:$vs2, GPR:$rs1, VMaskOp:$vm), name,
                       "$vd, $vs2, $rs1$vm, $scratch">;
}
defm PseudoVMSGEU_VX : VCompareGEPseudo<"vmsgeu.vx">;
defm PseudoVMSGE_VX : VCompareGEPseudo<"vmsge.vx">;
}
