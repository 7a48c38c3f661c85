//===-- MTIAFrameLowering.h - Stack frames -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAFRAMELOWERING_H
#define LLVM_LIB_TARGET_MTIA_MTIAFRAMELOWERING_H

#include "llvm/CodeGen/TargetFrameLowering.h"

namespace llvm {
class MTIASubtarget;

/// Frame layout, from high to low addresses:
///
///     incoming stack arguments
///     -------------------------- <- sp at entry
///     saved argument registers of a variadic function
///     -------------------------- <- s0, if there is a frame pointer
///     callee-saved registers (ra and s0 on top)
///     local variables and spills
///     variable-sized objects
///     outgoing stack arguments
///     -------------------------- <- sp; s1 = sp of the fixed part, if there is
///                                   a base pointer
class MTIAFrameLowering : public TargetFrameLowering {
  const MTIASubtarget &STI;

public:
  explicit MTIAFrameLowering(const MTIASubtarget &STI)
      : TargetFrameLowering(StackGrowsDown, Align(16), /*LocalAreaOffset=*/0), STI(STI) {}

  void emitPrologue(MachineFunction &MF, MachineBasicBlock &MBB) const override;
  void emitEpilogue(MachineFunction &MF, MachineBasicBlock &MBB) const override;

  StackOffset getFrameIndexReference(const MachineFunction &MF, int FI,
                                     Register &FrameReg) const override;

  void determineCalleeSaves(MachineFunction &MF, BitVector &SavedRegs,
                            RegScavenger *RS) const override;
  void processFunctionBeforeFrameFinalized(MachineFunction &MF, RegScavenger *RS) const override;

  bool assignCalleeSavedSpillSlots(MachineFunction &MF, const TargetRegisterInfo *TRI,
                                   std::vector<CalleeSavedInfo> &CSI) const override;
  bool restoreCalleeSavedRegisters(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI,
                                   MutableArrayRef<CalleeSavedInfo> CSI,
                                   const TargetRegisterInfo *TRI) const override;
  bool spillCalleeSavedRegisters(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI,
                                 ArrayRef<CalleeSavedInfo> CSI,
                                 const TargetRegisterInfo *TRI) const override;

  /// The base pointer is needed where neither the frame pointer (because of
  /// realignment) nor the stack pointer (because it moves) has a known distance
  /// to the local variables.
  bool hasBP(const MachineFunction &MF) const;
  Register getBPReg() const;

  bool hasReservedCallFrame(const MachineFunction &MF) const override;
  MachineBasicBlock::iterator
  eliminateCallFramePseudoInstr(MachineFunction &MF, MachineBasicBlock &MBB,
                                MachineBasicBlock::iterator MI) const override;

  bool enableShrinkWrapping(const MachineFunction &MF) const override;
  bool isSupportedStackID(TargetStackID::Value ID) const override {
    return ID == TargetStackID::Default || ID == TargetStackID::NoAlloc ||
           ID == TargetStackID::ScalableVector;
  }
  TargetStackID::Value getStackIDForScalableVectors() const override {
    return TargetStackID::ScalableVector;
  }

protected:
  bool hasFPImpl(const MachineFunction &MF) const override;

private:
  void determineFrameLayout(MachineFunction &MF) const;
  uint64_t getFirstSPAdjustAmount(const MachineFunction &MF) const;
};
} // namespace llvm

#endif
