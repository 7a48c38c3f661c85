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
def WriteCmd : SchedWrite;    // Xmtia: hands a command or a register to the CP

// The cores' numbers are those of the emulator's device table,
// lib/Emulator/device_mtia_v1.inc, where each has its source; a latency is one
// cycle more than the bubbles there. test/MC/schedule.test compares the two.
defvar CoreLoadLatency = 2; // core_load_use: a hit in the data cache
defvar CoreMulLatency = 3;  // core_mul
defvar CoreDivLatency = 21; // core_div
defvar CoreCSRLatency = 3;  // core_csr

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
def : WriteRes<WriteJmp, [MTIAUnitBr]>;
def : WriteRes<WriteCSR, [MTIAUnitSys]> { let Latency = CoreCSRLatency; }
def : WriteRes<WriteFence, [MTIAUnitSys]>;
def : WriteRes<WriteSystem, [MTIAUnitSys]>;
def : WriteRes<WriteCmd, [MTIAUnitSys]>; // core_issue
}
