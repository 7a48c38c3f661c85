//===-- MTIAVectorOrder.cpp - Equal vtypes together ----*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIAVectorOrder.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"
#include "MTIAVectorState.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;

static cl::opt<bool> EnableVectorOrder("mtia-enable-vector-order", cl::Hidden, cl::init(true),
                                       cl::desc("Schedule instructions of equal vtype together"));

ScheduleDAGMILive *llvm::createMTIAVectorOrder(MachineSchedContext *C) {
  if (!EnableVectorOrder || !C->MF->getSubtarget<MTIASubtarget>().hasVInstructions())
    return nullptr;
  return createSchedLive<MTIAVectorOrder>(C);
}

MTIAVectorConfig MTIAVectorConfig::get(const MachineInstr *MI) {
  MTIAVectorConfig C;
  if (MI && MTIAV::isPseudo(*MI))
    C.MI = MI;
  return C;
}

bool MTIAVectorConfig::needsNothingAfter(const MTIAVectorConfig &Other) const {
  if (!MI || !Other.MI)
    return false;
  const MCInstrDesc &A = MI->getDesc(), &B = Other.MI->getDesc();
  if (!MI->getOperand(MTIAV::getAVLIdx(A)).isIdenticalTo(Other.MI->getOperand(MTIAV::getAVLIdx(B))))
    return false;
  unsigned Mine = MTIAV::getVTypeI(*MI), Its = MTIAV::getVTypeI(*Other.MI);
  if (MTIAV::getRatio8(Mine) != MTIAV::getRatio8(Its))
    return false;
  // Accesses have their width in the opcode.
  auto HasWidth = [](const MCInstrDesc &D) {
    return MTIAV::getMemMode(D) == MTIAV::MemUnit || MTIAV::getMemMode(D) == MTIAV::MemStrided;
  };
  return HasWidth(A) || HasWidth(B) || MTIAV::getSEW(Mine) == MTIAV::getSEW(Its);
}

void MTIAVectorOrder::initialize(ScheduleDAGMI *DAG) {
  Last[0] = Last[1] = MTIAVectorConfig();
  GenericScheduler::initialize(DAG);
}

void MTIAVectorOrder::schedNode(SUnit *SU, bool IsTopNode) {
  MTIAVectorConfig C = MTIAVectorConfig::get(SU->getInstr());
  if (C.isVector())
    Last[IsTopNode] = C;
  GenericScheduler::schedNode(SU, IsTopNode);
}

bool MTIAVectorOrder::tryCandidate(SchedCandidate &Cand, SchedCandidate &TryCand,
                                   SchedBoundary *Zone) const {
  if (!Zone || !Cand.isValid())
    return GenericScheduler::tryCandidate(Cand, TryCand, Zone);
  const MTIAVectorConfig &Before = Last[Zone->isTop()];
  MTIAVectorConfig Old = MTIAVectorConfig::get(Cand.SU->getInstr());
  MTIAVectorConfig New = MTIAVectorConfig::get(TryCand.SU->getInstr());
  if (!Before.isVector() || !Old.isVector() || !New.isVector())
    return GenericScheduler::tryCandidate(Cand, TryCand, Zone);
  bool OldFits = Old.needsNothingAfter(Before), NewFits = New.needsNothingAfter(Before);
  if (OldFits == NewFits)
    return GenericScheduler::tryCandidate(Cand, TryCand, Zone);
  // One of the two saves a vsetvli: that counts as much as the order of the source.
  if (GenericScheduler::tryCandidate(Cand, TryCand, Zone)) {
    if (NewFits || TryCand.Reason != NodeOrder)
      return true;
    TryCand.Reason = NoCand;
    return false;
  }
  if (OldFits)
    return false;
  // The other way round: is the order all that speaks for the old one?
  SchedCandidate First = TryCand, Second = Cand;
  First.Reason = Second.Reason = NoCand;
  if (!GenericScheduler::tryCandidate(First, Second, Zone) || Second.Reason != NodeOrder)
    return false;
  TryCand.Reason = NodeOrder;
  return true;
}
