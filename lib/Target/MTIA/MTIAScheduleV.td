//===-- MTIAScheduleV.td - Scheduling classes of vectors --*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

def WriteVSet : SchedWrite; // vsetvli and its like
// An instruction, as one that works on one register; and what the code generator has of it,
// which knows vtype: a group's registers are there one after the other, or (a mask, a scalar,
// element 0) all is there at the end.
multiclass VWrite {
  def "" : SchedWrite;
  def Group : SchedWrite;
  def Late : SchedWrite;
}
defm WriteVLoad : VWrite; // unit-stride, mask, whole registers
defm WriteVLoadS : VWrite; // strided
defm WriteVLoadX : VWrite; // indexed
defm WriteVStore : VWrite;
defm WriteVStoreS : VWrite;
defm WriteVStoreX : VWrite;
defm WriteVALU : VWrite;  // add, logic, shift, compare, min, max, extend, move
defm WriteVSat : VWrite;  // saturating, averaging, scaling, clipping
defm WriteVMul : VWrite;  // and multiply-add
defm WriteVDiv : VWrite;
defm WriteVFALU : VWrite; // add, compare, min, max, sign, classify, merge
defm WriteVFMul : VWrite;
defm WriteVFMA : VWrite;
defm WriteVFDiv : VWrite; // and square root
defm WriteVFCvt : VWrite;
defm WriteVFEst : VWrite; // 7-bit estimates
defm WriteVRed : VWrite;
defm WriteVFRed : VWrite; // any order
defm WriteVFRedO : VWrite; // one element after the other
defm WriteVMask : VWrite; // logic of masks, viota, vid
defm WriteVMovVX : VWrite; // element 0 or a count to a scalar register
defm WriteVMovXV : VWrite; // a scalar register to element 0
defm WriteVSlide : VWrite;
defm WriteVGather : VWrite; // vrgather, vcompress

// P1 section 3: one operation on 64 B (a whole register) per cycle. Two pipelines,
// one for arithmetic and one for memory. The latencies are one cycle more than the
// bubbles in the emulator's table, lib/Emulator/device_mtia_v1.inc, which gives their
// sources; test/MC/schedule.test compares the two. They are those of the first register: a
// dependent instruction chains, register by register. A group of n occupies the pipeline n times
// as long, and what is there at the end is later by as much.
defvar VLoadBubbles = 1;         // vload: beyond a scalar load's
defvar VLoadStridedBubbles = 2;  // vload_strided
defvar VLoadIndexedBubbles = 3;  // vload_indexed
defvar VALULatency = 2;          // valu
defvar VSatLatency = 3;          // vsat
defvar VMulLatency = 3;          // vmul
defvar VDivLatency = 21;         // vdiv, of 64-bit elements
defvar VFALULatency = 4;         // vfalu
defvar VFMulLatency = 4;         // vfmul
defvar VFMALatency = 5;          // vfma
defvar VFDivLatency = 31;        // vfdiv, of 64-bit elements
defvar VFCvtLatency = 3;         // vfcvt
defvar VFEstLatency = 3;         // vfest
defvar VRedLatency = 4;          // vred
defvar VFRedLatency = 17;        // vfred
defvar VFRedOrderedStep = 4;     // vfred_ordered, for every element
defvar VMaskLatency = 2;         // vmask
defvar VMoveToScalarLatency = 3; // vmove_to_scalar
defvar VMoveFromScalarLatency = 2; // vmove_from_scalar
defvar VSlideLatency = 3;        // vslide
defvar VGatherLatency = 4;       // vgather
// Where the time depends on the number of elements: those of a register of 32-bit ones.
defvar VTypicalElements = 16;

let SchedModel = MTIAModel in {
def MTIAUnitVArith : ProcResource<1> { let BufferSize = 0; }
def MTIAUnitVMem : ProcResource<1> { let BufferSize = 0; }

// How many registers the widest operand has that is in use.
foreach n = [2, 4, 8] in
def VRegisters#n : SchedPredicate<"MTIAV::getScheduledRegisters(*MI) == "#n>;

class VUse<ProcResource unit, int latency, int busy> : SchedWriteRes<[unit]> {
  let Latency = latency;
  let ReleaseAtCycles = [busy];
}
// Of n registers each takes `cycles`; the result is there `more` cycles later for each but the first.
multiclass VUsesOf<SchedWrite write, ProcResource unit, int latency, int cycles, int more,
                   bit square> {
  def Variant : SchedWriteVariant<[
      SchedVar<VRegisters8, [VUse<unit, !add(latency, !mul(more, !if(square, 63, 7))),
                                  !mul(cycles, !if(square, 64, 8))>]>,
      SchedVar<VRegisters4, [VUse<unit, !add(latency, !mul(more, !if(square, 15, 3))),
                                  !mul(cycles, !if(square, 16, 4))>]>,
      SchedVar<VRegisters2, [VUse<unit, !add(latency, !mul(more, !if(square, 3, 1))),
                                  !mul(cycles, !if(square, 4, 2))>]>,
      SchedVar<NoSchedPred, [VUse<unit, latency, cycles>]>]>;
  def : SchedAlias<write, !cast<SchedReadWrite>(NAME#"Variant")>;
}
// Gathers and compress: n x n, each register of the result may come from each source.
multiclass VUses<string write, ProcResource unit, int latency, int cycles, bit square> {
  def : WriteRes<!cast<SchedWrite>(write), [unit]> {
    let Latency = latency;
    let ReleaseAtCycles = [cycles];
  }
  defm Group : VUsesOf<!cast<SchedWrite>(write#"Group"), unit, latency, cycles,
                       !if(square, cycles, 0), square>;
  defm Late : VUsesOf<!cast<SchedWrite>(write#"Late"), unit, latency, cycles, cycles, square>;
}
def : WriteRes<WriteVSet, [MTIAUnitALU]>;
defm VLoad : VUses<"WriteVLoad", MTIAUnitVMem, !add(CoreLoadLatency, VLoadBubbles), 1, false>;
defm VLoadS : VUses<"WriteVLoadS", MTIAUnitVMem, !add(CoreLoadLatency,
              VLoadStridedBubbles), VTypicalElements, false>;
defm VLoadX : VUses<"WriteVLoadX", MTIAUnitVMem, !add(CoreLoadLatency,
              VLoadIndexedBubbles), VTypicalElements, false>;
defm VStore : VUses<"WriteVStore", MTIAUnitVMem, 1, 1, false>;
defm VStoreS : VUses<"WriteVStoreS", MTIAUnitVMem, 1, VTypicalElements, false>;
defm VStoreX : VUses<"WriteVStoreX", MTIAUnitVMem, 1, VTypicalElements, false>;
defm VALU : VUses<"WriteVALU", MTIAUnitVArith, VALULatency, 1, false>;
defm VSat : VUses<"WriteVSat", MTIAUnitVArith, VSatLatency, 1, false>;
defm VMul : VUses<"WriteVMul", MTIAUnitVArith, VMulLatency, 1, false>;
defm VDiv : VUses<"WriteVDiv", MTIAUnitVArith, VDivLatency, VDivLatency, false>;
defm VFALU : VUses<"WriteVFALU", MTIAUnitVArith, VFALULatency, 1, false>;
defm VFMul : VUses<"WriteVFMul", MTIAUnitVArith, VFMulLatency, 1, false>;
defm VFMA : VUses<"WriteVFMA", MTIAUnitVArith, VFMALatency, 1, false>;
defm VFDiv : VUses<"WriteVFDiv", MTIAUnitVArith, VFDivLatency, VFDivLatency, false>;
defm VFCvt : VUses<"WriteVFCvt", MTIAUnitVArith, VFCvtLatency, 1, false>;
defm VFEst : VUses<"WriteVFEst", MTIAUnitVArith, VFEstLatency, 1, false>;
defm VRed : VUses<"WriteVRed", MTIAUnitVArith, VRedLatency, 1, false>;
defm VFRed : VUses<"WriteVFRed", MTIAUnitVArith, VFRedLatency, 1, false>;
defm VFRedO : VUses<"WriteVFRedO", MTIAUnitVArith, !mul(VTypicalElements,
              VFRedOrderedStep), !mul(VTypicalElements, VFRedOrderedStep), false>;
defm VMask : VUses<"WriteVMask", MTIAUnitVArith, VMaskLatency, 1, false>;
defm VMovVX : VUses<"WriteVMovVX", MTIAUnitVArith, VMoveToScalarLatency, 1, false>;
defm VMovXV : VUses<"WriteVMovXV", MTIAUnitVArith, VMoveFromScalarLatency, 1, false>;
defm VSlide : VUses<"WriteVSlide", MTIAUnitVArith, VSlideLatency, 1, false>;
defm VGather : VUses<"WriteVGather", MTIAUnitVArith, VGatherLatency, 1, true>;
}
