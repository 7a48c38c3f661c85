//===-- MTIAScheduleV.td - Scheduling classes of vectors --*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

def WriteVSet : SchedWrite;    // vsetvli and its like
def WriteVLoad : SchedWrite;   // unit-stride, mask, whole registers
def WriteVLoadS : SchedWrite;  // strided
def WriteVLoadX : SchedWrite;  // indexed
def WriteVStore : SchedWrite;
def WriteVStoreS : SchedWrite;
def WriteVStoreX : SchedWrite;
def WriteVALU : SchedWrite;    // add, logic, shift, compare, min, max, extend, move
def WriteVSat : SchedWrite;    // saturating, averaging, scaling, clipping
def WriteVMul : SchedWrite;    // and multiply-add
def WriteVDiv : SchedWrite;
def WriteVFALU : SchedWrite;   // add, compare, min, max, sign, classify, merge
def WriteVFMul : SchedWrite;
def WriteVFMA : SchedWrite;
def WriteVFDiv : SchedWrite;   // and square root
def WriteVFCvt : SchedWrite;
def WriteVFEst : SchedWrite;   // 7-bit estimates
def WriteVRed : SchedWrite;
def WriteVFRed : SchedWrite;   // any order
def WriteVFRedO : SchedWrite;  // one element after the other
def WriteVMask : SchedWrite;   // logic of masks, viota, vid
def WriteVMovVX : SchedWrite;  // element 0 or a count to a scalar register
def WriteVMovXV : SchedWrite;  // a scalar register to element 0
def WriteVSlide : SchedWrite;
def WriteVGather : SchedWrite; // vrgather, vcompress

// P1 section 3: one operation on 64 B (a whole register) per cycle. Two pipelines,
// one for arithmetic and one for memory. The latencies are one cycle more than the
// bubbles in the emulator's table, lib/Emulator/device_mtia_v1.inc, which gives their
// sources; test/MC/schedule.test compares the two. They are those of the first register:
// a dependent instruction chains, register by register, whatever LMUL is.
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

class VRes<SchedWrite write, int latency, int cycles = 1>
    : WriteRes<write, [MTIAUnitVArith]> {
  let Latency = latency;
  let ReleaseAtCycles = [cycles];
}
class VMemRes<SchedWrite write, int latency, int cycles = 1>
    : WriteRes<write, [MTIAUnitVMem]> {
  let Latency = latency;
  let ReleaseAtCycles = [cycles];
}
def : WriteRes<WriteVSet, [MTIAUnitALU]>;
def : VMemRes<WriteVLoad, !add(CoreLoadLatency, VLoadBubbles)>;
def : VMemRes<WriteVLoadS, !add(CoreLoadLatency, VLoadStridedBubbles), VTypicalElements>;
def : VMemRes<WriteVLoadX, !add(CoreLoadLatency, VLoadIndexedBubbles), VTypicalElements>;
def : VMemRes<WriteVStore, 1>;
foreach write = [WriteVStoreS, WriteVStoreX] in
def : VMemRes<write, 1, VTypicalElements>;
def : VRes<WriteVALU, VALULatency>;
def : VRes<WriteVSat, VSatLatency>;
def : VRes<WriteVMul, VMulLatency>;
def : VRes<WriteVDiv, VDivLatency, VDivLatency>;
def : VRes<WriteVFALU, VFALULatency>;
def : VRes<WriteVFMul, VFMulLatency>;
def : VRes<WriteVFMA, VFMALatency>;
def : VRes<WriteVFDiv, VFDivLatency, VFDivLatency>;
def : VRes<WriteVFCvt, VFCvtLatency>;
def : VRes<WriteVFEst, VFEstLatency>;
def : VRes<WriteVRed, VRedLatency>;
def : VRes<WriteVFRed, VFRedLatency>;
def : VRes<WriteVFRedO, !mul(VTypicalElements, VFRedOrderedStep),
           !mul(VTypicalElements, VFRedOrderedStep)>;
def : VRes<WriteVMask, VMaskLatency>;
def : VRes<WriteVMovVX, VMoveToScalarLatency>;
def : VRes<WriteVMovXV, VMoveFromScalarLatency>;
def : VRes<WriteVSlide, VSlideLatency>;
def : VRes<WriteVGather, VGatherLatency>;
}
