//===-- MTIASchedule.td - Scheduling classes and model ----*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

def WriteIALU : SchedWrite;   // add, logic, shift, compare, lui, auipc
def WriteIMul : SchedWrite;
def WriteIDiv : SchedWrite;
def WriteLoad : SchedWrite;
def WriteStore : SchedWrite;
def WriteJmp : SchedWrite;    // branches, jumps, calls
def WriteCSR : SchedWrite;
def WriteFence : SchedWrite;
def WriteSystem : SchedWrite; // traps, hints

// Bit manipulation: what isn't WriteIALU.
def WriteCPOP : SchedWrite;
def WriteCLZ : SchedWrite; // clz, ctz
def WriteAtomic : SchedWrite;

// Floating point, of every width but where one is named.
def WriteFAdd : SchedWrite;
def WriteFMul : SchedWrite;
def WriteFMA : SchedWrite;
def WriteFDiv16 : SchedWrite;
def WriteFDiv32 : SchedWrite;
def WriteFDiv64 : SchedWrite;
def WriteFSqrt16 : SchedWrite;
def WriteFSqrt32 : SchedWrite;
def WriteFSqrt64 : SchedWrite;
def WriteFSGNJ : SchedWrite;
def WriteFMinMax : SchedWrite;
def WriteFCmp : SchedWrite;
def WriteFClass : SchedWrite;
def WriteFMvItoF : SchedWrite; // from an integer register
def WriteFMvFtoI : SchedWrite; // to an integer register
def WriteFCvtItoF : SchedWrite;
def WriteFCvtFtoI : SchedWrite;
def WriteFCvtFtoF : SchedWrite;
def WriteFLoad : SchedWrite;
def WriteFStore : SchedWrite;

def WriteCmd : SchedWrite;    // Xmtia: hands a command or a register to the CP

// The cores' numbers are those of the emulator's device table,
// lib/Emulator/device_mtia_v1.inc, where each has its source; a latency is one
// cycle more than the bubbles there. test/MC/schedule.test compares the two.
defvar CoreLoadLatency = 2; // core_load_use: a hit in the data cache
defvar CoreMulLatency = 3;  // core_mul
defvar CoreDivLatency = 21; // core_div
defvar CoreCSRLatency = 3;  // core_csr
defvar CoreFAddLatency = 4;    // core_fadd
defvar CoreFMALatency = 5;     // core_fma
defvar CoreFCvtLatency = 3;    // core_fcvt
defvar CoreFMoveLatency = 2;   // core_fmove
defvar CoreFDiv16Latency = 10; // core_fdiv_h
defvar CoreFDiv32Latency = 17; // core_fdiv_s
defvar CoreFDiv64Latency = 31; // core_fdiv_d

// P1 section 3: single issue, in order.
def MTIAModel : SchedMachineModel {
  let MicroOpBufferSize = 0; // in order
  let IssueWidth = 1;
  let LoadLatency = CoreLoadLatency;
  let MispredictPenalty = 2; // core_branch_taken
  let CompleteModel = false;
  let PostRAScheduler = true;
}

let SchedModel = MTIAModel in {
def MTIAUnitALU : ProcResource<1> { let BufferSize = 0; }
def MTIAUnitMul : ProcResource<1> { let BufferSize = 0; }
def MTIAUnitDiv : ProcResource<1> { let BufferSize = 0; }
def MTIAUnitLSU : ProcResource<1> { let BufferSize = 0; }
def MTIAUnitFP : ProcResource<1> { let BufferSize = 0; }
def MTIAUnitFDiv : ProcResource<1> { let BufferSize = 0; }
def MTIAUnitBr : ProcResource<1> { let BufferSize = 0; }
def MTIAUnitSys : ProcResource<1> { let BufferSize = 0; }

def : WriteRes<WriteIALU, [MTIAUnitALU]>;
def : WriteRes<WriteIMul, [MTIAUnitMul]> { let Latency = CoreMulLatency; }
// Not pipelined.
def : WriteRes<WriteIDiv, [MTIAUnitDiv]> {
  let Latency = CoreDivLatency;
  let ReleaseAtCycles = [CoreDivLatency];
}
def : WriteRes<WriteLoad, [MTIAUnitLSU]> { let Latency = CoreLoadLatency; }
def : WriteRes<WriteStore, [MTIAUnitLSU]>;
def : WriteRes<WriteCPOP, [MTIAUnitALU]>;
def : WriteRes<WriteCLZ, [MTIAUnitALU]>;
def : WriteRes<WriteAtomic, [MTIAUnitLSU]> { let Latency = CoreLoadLatency; }
def : WriteRes<WriteFLoad, [MTIAUnitLSU]> { let Latency = CoreLoadLatency; }
def : WriteRes<WriteFStore, [MTIAUnitLSU]>;
foreach write = [WriteFAdd, WriteFMul] in
def : WriteRes<write, [MTIAUnitFP]> { let Latency = CoreFAddLatency; }
foreach write = [WriteFCvtItoF, WriteFCvtFtoI, WriteFCvtFtoF] in
def : WriteRes<write, [MTIAUnitFP]> { let Latency = CoreFCvtLatency; }
def : WriteRes<WriteFMA, [MTIAUnitFP]> { let Latency = CoreFMALatency; }
foreach write = [WriteFSGNJ, WriteFMinMax, WriteFCmp, WriteFClass, WriteFMvItoF,
                 WriteFMvFtoI] in
def : WriteRes<write, [MTIAUnitFP]> { let Latency = CoreFMoveLatency; }
class FDivRes<SchedWrite write, int cycles> : WriteRes<write, [MTIAUnitFDiv]> {
  let Latency = cycles;
  let ReleaseAtCycles = [cycles]; // not pipelined
}
def : FDivRes<WriteFDiv16, CoreFDiv16Latency>;
def : FDivRes<WriteFDiv32, CoreFDiv32Latency>;
def : FDivRes<WriteFDiv64, CoreFDiv64Latency>;
def : FDivRes<WriteFSqrt16, CoreFDiv16Latency>;
def : FDivRes<WriteFSqrt32, CoreFDiv32Latency>;
def : FDivRes<WriteFSqrt64, CoreFDiv64Latency>;
def : WriteRes<WriteJmp, [MTIAUnitBr]>;
def : WriteRes<WriteCSR, [MTIAUnitSys]> { let Latency = CoreCSRLatency; }
def : WriteRes<WriteFence, [MTIAUnitSys]>;
def : WriteRes<WriteSystem, [MTIAUnitSys]>;
def : WriteRes<WriteCmd, [MTIAUnitSys]>; // core_issue
}
