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

// One instruction per cycle, in order, five stages (P1 section 3: AX25-V100).
def MTIAModel : SchedMachineModel {
  let MicroOpBufferSize = 0; // in order
  let IssueWidth = 1;
  let LoadLatency = 3;       // Estimated: data cache hit of a five-stage core
  let MispredictPenalty = 3; // Estimated: branch resolved in the execute stage
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
// Estimated: pipelined multiplier, result after three cycles.
def : WriteRes<WriteIMul, [MTIAUnitMul]> { let Latency = 3; }
// Estimated: one quotient bit pair per cycle, not pipelined.
def : WriteRes<WriteIDiv, [MTIAUnitDiv]> {
  let Latency = 34;
  let ReleaseAtCycles = [34];
}
def : WriteRes<WriteLoad, [MTIAUnitLSU]> { let Latency = 3; }
def : WriteRes<WriteStore, [MTIAUnitLSU]>;
def : WriteRes<WriteJmp, [MTIAUnitBr]>;
def : WriteRes<WriteCSR, [MTIAUnitSys]>;
def : WriteRes<WriteFence, [MTIAUnitSys]>;
def : WriteRes<WriteSystem, [MTIAUnitSys]>;
def : WriteRes<WriteCmd, [MTIAUnitSys]>;
}
