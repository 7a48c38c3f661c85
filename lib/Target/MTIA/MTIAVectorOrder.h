//===-- MTIAVectorOrder.h - Equal vtypes together ------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAVECTORORDER_H
#define LLVM_LIB_TARGET_MTIA_MTIAVECTORORDER_H

#include "llvm/CodeGen/MachineScheduler.h"

namespace llvm {
/// What two vector instructions have in common if no vsetvli is needed between them.
struct MTIAVectorConfig {
  const MachineInstr *MI = nullptr;
  bool isVector() const { return MI; }
  static MTIAVectorConfig get(const MachineInstr *MI);
  bool needsNothingAfter(const MTIAVectorConfig &Other) const;
};

/// The generic strategy, which among instructions that are equally good takes the one that needs
/// no other vl and vtype than the last one.
class MTIAVectorOrder : public GenericScheduler {
public:
  explicit MTIAVectorOrder(const MachineSchedContext *C) : GenericScheduler(C) {}

  void initialize(ScheduleDAGMI *DAG) override;
  void schedNode(SUnit *SU, bool IsTopNode) override;

protected:
  bool tryCandidate(SchedCandidate &Cand, SchedCandidate &TryCand,
                    SchedBoundary *Zone) const override;

private:
  MTIAVectorConfig Last[2]; // bottom, top
};

/// The scheduler of functions with vectors; null for others.
ScheduleDAGMILive *createMTIAVectorOrder(MachineSchedContext *C);
} // namespace llvm

#endif
