//===-- MTIARegisterInfoV.td - Vector registers -----------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// V0 to V31, their groups of 2, 4 and 8 (V8M2 is v8 and v9), and the tuples of
// segment loads and stores: N fields of a group each, one behind the other.
// Classes: VR, VRM2, VRM4, VRM8 for values, VRN<fields>M<group> for tuples, each
// once more without v0 (...NoV0) for the results of masked instructions.
//
// Machine instructions of the assembler name the first register only, except
// where the group's alignment is part of the encoding (vl2re8.v, vmv2r.v).
//
//===----------------------------------------------------------------------===//

// Bits of a register. The code generator knows no other length.
defvar VLen = 512;

// Where a part stands in a group or tuple.
let Namespace = "MTIA" in {
def sub_vrm4_0 : SubRegIndex<!mul(4, VLen)>;
def sub_vrm4_1 : SubRegIndex<!mul(4, VLen), !mul(4, VLen)>;
def sub_vrm2_0 : SubRegIndex<!mul(2, VLen)>;
def sub_vrm2_1 : SubRegIndex<!mul(2, VLen), !mul(2, VLen)>;
foreach i = 2...3 in
def sub_vrm2_#i : ComposedSubRegIndex<sub_vrm4_1, !cast<SubRegIndex>("sub_vrm2_"#!sub(i, 2))>;
def sub_vrm1_0 : SubRegIndex<VLen>;
def sub_vrm1_1 : SubRegIndex<VLen, VLen>;
foreach i = 2...7 in
def sub_vrm1_#i : ComposedSubRegIndex<!cast<SubRegIndex>("sub_vrm2_"#!srl(i, 1)),
                                      !cast<SubRegIndex>("sub_vrm1_"#!and(i, 1))>;

//===----------------------------------------------------------------------===//
// Registers. The psABI's DWARF numbers are 96 to 127.
//===----------------------------------------------------------------------===//

class MTIAVReg<int enc> : MTIAReg<enc, "v"#enc, ["v"#enc]> {
  let RegAltNameIndices = [ABIRegAltName];
  let CostPerUse = [0, 0]; // no compressed instruction names one
}

// A group of `size` registers, made of two halves.
class MTIAVGroup<int enc, int size> : MTIAVReg<enc> {
  defvar half = !srl(size, 1);
  defvar suffix = !if(!eq(half, 1), "", "M"#half);
  let SubRegs = [!cast<Register>("V"#enc#suffix),
                 !cast<Register>("V"#!add(enc, half)#suffix)];
  let SubRegIndices = [!cast<SubRegIndex>("sub_vrm"#half#"_0"),
                       !cast<SubRegIndex>("sub_vrm"#half#"_1")];
}

foreach i = 0...31 in
def V#i : MTIAVReg<i>, DwarfRegNum<[!add(i, 96)]>;
foreach size = [2, 4, 8] in
foreach i = !range(0, 32, size) in
def V#i#M#size : MTIAVGroup<i, size>, DwarfRegAlias<!cast<Register>("V"#i)>;

// What the compiler orders vector instructions by; no operands of instructions.
def VL : MTIAReg<0, "vl">;
def VTYPE : MTIAReg<0, "vtype">;
def VXSAT : MTIAReg<0, "vxsat">;
def VXRM : MTIAReg<0, "vxrm">;
// Bytes of a register. The number names the CSR: 4096 plus its own, for frame
// descriptions with scalable slots.
let isConstant = true in
def VLENB : MTIAReg<0, "vlenb">, DwarfRegNum<[!add(4096, 0xC22)]>;
} // Namespace

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

// Fixed-length ones stand beside the scalable ones; vscale is 8.
defvar VMaskVTs = [nxv1i1, nxv2i1, nxv4i1, nxv8i1, nxv16i1, nxv32i1, nxv64i1, v2i1,
                   v4i1, v8i1, v16i1, v32i1, v64i1, v128i1, v256i1, v512i1];
defvar VM1VTs = [nxv8i8, nxv4i16, nxv2i32, nxv1i64, nxv4f16, nxv4bf16, nxv2f32,
                 nxv1f64];
defvar VMFractionVTs = [nxv4i8, nxv2i8, nxv1i8, nxv2i16, nxv1i16, nxv1i32, nxv2f16,
                        nxv1f16, nxv2bf16, nxv1bf16, nxv1f32];
defvar VM1FixedVTs = [v2i8, v4i8, v8i8, v16i8, v32i8, v64i8, v2i16, v4i16, v8i16,
                      v16i16, v32i16, v2i32, v4i32, v8i32, v16i32, v2i64, v4i64, v8i64,
                      v2f16, v4f16, v8f16, v16f16, v32f16, v2bf16, v4bf16, v8bf16,
                      v16bf16, v32bf16, v2f32, v4f32, v8f32, v16f32, v2f64, v4f64,
                      v8f64];
defvar VM2VTs = [nxv16i8, nxv8i16, nxv4i32, nxv2i64, nxv8f16, nxv8bf16, nxv4f32,
                 nxv2f64, v128i8, v64i16, v32i32, v16i64, v64f16, v64bf16, v32f32,
                 v16f64];
defvar VM4VTs = [nxv32i8, nxv16i16, nxv8i32, nxv4i64, nxv16f16, nxv16bf16, nxv8f32,
                 nxv4f64, v256i8, v128i16, v64i32, v32i64, v128f16, v128bf16, v64f32,
                 v32f64];
defvar VM8VTs = [nxv64i8, nxv32i16, nxv16i32, nxv8i64, nxv32f16, nxv32bf16, nxv16f32,
                 nxv8f64, v512i8, v256i16, v128i32, v64i64, v256f16, v128f32, v64f64];
// There is no simple type of 256 bfloats.

//===----------------------------------------------------------------------===//
// Classes. v8 to v23 carry arguments and so come first; v0, the mask, comes last.
//===----------------------------------------------------------------------===//

class VReg<list<ValueType> vts, dag regs, int lmul, int nf = 1>
    : RegisterClass<"MTIA", vts, 64, regs> {
  let Size = !mul(VLen, lmul, nf);
  let TSFlags{0} = true; // a class of vectors
}

defvar VROrder = (add (sequence "V%u", 8, 31), (sequence "V%u", 7, 0));
def VR : VReg<!listconcat(VMaskVTs, VM1VTs, VMFractionVTs, VM1FixedVTs), VROrder, 1>;
def VRNoV0 : VReg<VR.RegTypes, (sub VR, V0), 1>;
def VMV0 : VReg<VMaskVTs, (add V0), 1>;

foreach group = [2, 4, 8] in {
  defvar vts = !cond(!eq(group, 2): VM2VTs, !eq(group, 4): VM4VTs, true: VM8VTs);
  def VRM#group : VReg<vts, (add (sequence "V%uM"#group, 8, 31, group),
                                 (sequence "V%uM"#group, !sub(8, group), 0, group)), group>;
  def VRM#group#NoV0 : VReg<vts, (sub !cast<RegisterClass>("VRM"#group),
                                      !cast<Register>("V0M"#group)), group>;
}

// Tuples: fields times group is at most 8. A tuple begins where a group does.
class TupleList<int group, int nf, list<int> starts> {
  defvar suffix = !if(!eq(group, 1), "", "M"#group);
  list<dag> L = !foreach(i, !range(nf),
      !foldl((add), starts, regs, start,
             !con(regs, (add !cast<Register>("V"#!add(start, !mul(i, group))#suffix)))));
}
class TupleIndices<int group, int nf> {
  list<SubRegIndex> L = !foreach(i, !range(nf), !cast<SubRegIndex>("sub_vrm"#group#"_"#i));
}

foreach group = [1, 2, 4] in
foreach nf = !range(2, !add(!div(8, group), 1)) in {
  defvar last = !sub(33, !mul(group, nf));
  defvar starts = !listconcat(!range(8, last, group), !range(!sub(8, group), 0, !sub(0, group)));
  defvar name = "N"#nf#"M"#group;
  def V#name#NoV0 : RegisterTuples<TupleIndices<group, nf>.L, TupleList<group, nf, starts>.L>;
  def V#name#V0 : RegisterTuples<TupleIndices<group, nf>.L, TupleList<group, nf, [0]>.L>;
  defvar elements = !if(!eq(group, 1), [8, 4, 2, 1], [!mul(8, group)]);
  defvar vts = !foreach(n, elements, !cast<ValueType>("riscv_nxv"#n#"i8x"#nf));
  def VR#name : VReg<vts, (add !cast<RegisterTuples>("V"#name#"NoV0"),
                               !cast<RegisterTuples>("V"#name#"V0")), group, nf>;
  def VR#name#NoV0 : VReg<vts, (add !cast<RegisterTuples>("V"#name#"NoV0")), group, nf>;
}
