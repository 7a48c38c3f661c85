//===-- MTIAMachineScheduler.cpp - Order of instructions before allocation -===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The generic scheduler, with two rules more for loops of vectors.
//
// 1. The model has the latency of loads that hit the cache. Loads from local memory take longer,
// and where there is work enough to put between them and their use, as in unrolled loops, they get
// that latency here. Where there isn't, it would only displace what fills shorter waits.
//
// 2. Whoever writes a software-pipelined loop loads in each
// step what the next one needs:
//   loop: now = next; next = load; t = f(now); ...; store
// Inside the block nothing waits for that load, and the generic scheduler puts it last; then the
// next step waits for all of its latency. Here such a load comes before all vector instructions but
// those that read `now` and what they need: then `now` and `next` can be the same register.
//   loop: t = f(next); next = load; ...; store
// Where an instruction far down the block reads `now`, nothing is changed.
//
//===----------------------------------------------------------------------===//

#include "MTIAInstrInfo.h"
#include "MTIATargetMachine.h"
#include "MTIAVectorOrder.h"
#include "MTIAVectorPseudos.h"
#include "llvm/CodeGen/MachineScheduler.h"
#include "llvm/CodeGen/ScheduleDAGMutation.h"

using namespace llvm;

static cl::opt<bool> EnableEarlyLoads("mtia-enable-early-loads", cl::init(true), cl::Hidden,
                                      cl::desc("Keep loads for a loop's next step early"));

static bool isVectorLoad(const SUnit &SU) {
  const MachineInstr &MI = *SU.getInstr();
  return MTIAV::isPseudo(MI) && MI.mayLoad();
}

static bool isVectorArithmetic(const SUnit &SU) {
  const MachineInstr &MI = *SU.getInstr();
  return MTIAV::isPseudo(MI) && !MI.mayLoad() && !MI.mayStore();
}

// A number that vectors are multiplied with.
static bool isLoadForVectors(const SUnit &SU) {
  const MachineInstr &MI = *SU.getInstr();
  return !MTIAV::isPseudo(MI) && MI.mayLoad() && any_of(SU.Succs, [](const SDep &Use) {
    return Use.getKind() == SDep::Data && !Use.getSUnit()->isBoundaryNode() &&
           isVectorArithmetic(*Use.getSUnit());
  });
}

namespace {
class VectorLoads : public ScheduleDAGMutation {
  // Edges for every load and operation: not in blocks that are larger than loops are made by hand.
  static constexpr unsigned MaxNodes = 512;
  // Cycles until a vector from local memory can be used (core_local_load and vload of the
  // emulator's device table, and its own), and those of the vector unit that are work enough.
  static constexpr unsigned LocalLatency = 11, EnoughWork = 24;

  void keepEarly(ScheduleDAGMI &DAG, SUnit &Load);
  void setLatency(SUnit &Load);

public:
  void apply(ScheduleDAGInstrs *DAG) override {
    if (DAG->begin() == DAG->end() || DAG->SUnits.size() > MaxNodes)
      return;
    const MachineBasicBlock *MBB = DAG->begin()->getParent();
    if (!MBB->isSuccessor(MBB))
      return;
    unsigned Work = 0;
    for (const SUnit &SU : DAG->SUnits)
      if (isVectorArithmetic(SU))
        Work += 1u << std::max(MTIAV::getLog2LMUL(MTIAV::getVTypeI(*SU.getInstr())), 0);
    for (SUnit &SU : DAG->SUnits)
      if (Work >= EnoughWork && (isVectorLoad(SU) || isLoadForVectors(SU)))
        setLatency(SU);
    for (SUnit &SU : DAG->SUnits)
      if (isVectorLoad(SU) && all_of(SU.Succs, [](const SDep &Use) {
            return Use.getKind() != SDep::Data || Use.getSUnit()->isBoundaryNode() ||
                   Use.getSUnit()->getInstr()->isCopy();
          }))
        keepEarly(static_cast<ScheduleDAGMI &>(*DAG), SU);
  }
};
} // end anonymous namespace

void VectorLoads::setLatency(SUnit &Load) {
  for (SDep &Use : Load.Succs) {
    SUnit *User = Use.getSUnit();
    if (Use.getKind() != SDep::Data || User->isBoundaryNode())
      continue;
    for (SDep &Def : User->Preds)
      if (Def.getSUnit() == &Load && Def.getKind() == SDep::Data && Def.getReg() == Use.getReg())
        Def.setLatency(LocalLatency);
    Use.setLatency(LocalLatency);
    User->setDepthDirty();
  }
  Load.setHeightDirty();
}

void VectorLoads::keepEarly(ScheduleDAGMI &DAG, SUnit &Load) {
  // Who reads what the last step loaded. The copy from it is at the block's begin, and they read
  // the copy,
  SmallPtrSet<SUnit *, 8> Users;
  for (const SDep &Pred : Load.Preds)
    if (Pred.getKind() == SDep::Anti && Pred.getSUnit()->getInstr()->isCopy())
      for (const SDep &Use : Pred.getSUnit()->Succs)
        if (Use.getKind() == SDep::Data && !Use.getSUnit()->isBoundaryNode())
          Users.insert(Use.getSUnit());
  // or at its end, and it overwrites what they read.
  for (const SDep &Use : Load.Succs)
    if (Use.getKind() == SDep::Data && !Use.getSUnit()->isBoundaryNode())
      for (const SDep &Pred : Use.getSUnit()->Preds)
        if (Pred.getKind() == SDep::Anti)
          Users.insert(Pred.getSUnit());
  for (SUnit *User : Users)
    if (any_of(Users, [&](SUnit *Other) { return Other != User && DAG.IsReachable(User, Other); }))
      return;
  for (SUnit *User : Users)
    DAG.addEdge(&Load, SDep(User, SDep::Artificial));
  // Edges that would close a circle are not added.
  for (SUnit &SU : DAG.SUnits)
    if (isVectorArithmetic(SU) && !Users.count(&SU))
      DAG.addEdge(&SU, SDep(&Load, SDep::Artificial));
}

ScheduleDAGInstrs *MTIATargetMachine::createMachineScheduler(MachineSchedContext *C) const {
  ScheduleDAGMILive *DAG = createMTIAVectorOrder(C);
  if (!DAG)
    DAG = createSchedLive(C);
  if (EnableEarlyLoads)
    DAG->addMutation(std::make_unique<VectorLoads>());
  return DAG;
}
