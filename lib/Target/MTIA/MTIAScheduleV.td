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

// P1 section 3: one operation on 64 B (a whole register) per cycle. The latencies
// are estimated: those of the scalar instructions of the same kind, plus one for
// the way across the lanes where elements meet. No timing table has vectors yet;
// when the emulator's gets them, these numbers are its.
let SchedModel = MTIAModel in {
def MTIAUnitVec : ProcResource<1> { let BufferSize = 0; }

class VRes<SchedWrite write, int latency, int cycles = 1>
    : WriteRes<write, [MTIAUnitVec]> {
  let Latency = latency;
  let ReleaseAtCycles = [cycles];
}
def : WriteRes<WriteVSet, [MTIAUnitALU]>;
foreach write = [WriteVLoad, WriteVLoadS, WriteVLoadX] in
def : WriteRes<write, [MTIAUnitLSU]> { let Latency = !add(CoreLoadLatency, 1); }
foreach write = [WriteVStore, WriteVStoreS, WriteVStoreX] in
def : WriteRes<write, [MTIAUnitLSU]>;
foreach write = [WriteVALU, WriteVMask, WriteVMovVX, WriteVMovXV] in
def : VRes<write, 2>;
foreach write = [WriteVSat, WriteVMul] in
def : VRes<write, CoreMulLatency>;
foreach write = [WriteVFALU, WriteVFMul] in
def : VRes<write, CoreFAddLatency>;
def : VRes<WriteVFMA, CoreFMALatency>;
foreach write = [WriteVFCvt, WriteVFEst] in
def : VRes<write, CoreFCvtLatency>;
def : VRes<WriteVDiv, CoreDivLatency, CoreDivLatency>;
def : VRes<WriteVFDiv, CoreFDiv32Latency, CoreFDiv32Latency>;
foreach write = [WriteVSlide, WriteVGather] in
def : VRes<write, 3>;
def : VRes<WriteVRed, 4>;
def : VRes<WriteVFRed, !add(CoreFAddLatency, 1)>;
def : VRes<WriteVFRedO, !mul(16, CoreFAddLatency), !mul(16, CoreFAddLatency)>;
}
