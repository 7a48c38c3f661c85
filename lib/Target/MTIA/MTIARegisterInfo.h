//===-- MTIARegisterInfo.h - Registers of a function -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAREGISTERINFO_H
#define LLVM_LIB_TARGET_MTIA_MTIAREGISTERINFO_H

#include "llvm/CodeGen/TargetRegisterInfo.h"

#define GET_REGINFO_HEADER
#include "MTIAGenRegisterInfo.inc"

namespace llvm {
struct MTIARegisterInfo : public MTIAGenRegisterInfo {
  explicit MTIARegisterInfo(unsigned HwMode);

  const MCPhysReg *getCalleeSavedRegs(const MachineFunction *MF) const override;
  const uint32_t *getCallPreservedMask(const MachineFunction &MF, CallingConv::ID) const override;
  const uint32_t *getNoPreservedMask() const override;

  BitVector getReservedRegs(const MachineFunction &MF) const override;
  bool isAsmClobberable(const MachineFunction &MF, MCRegister PhysReg) const override;

  /// Writes DestReg = SrcReg + Offset for any offset. Where a temporary register
  /// is needed, a virtual one is made, which is scavenged after the frame's layout.
  void adjustReg(MachineBasicBlock &MBB, MachineBasicBlock::iterator II, const DebugLoc &DL,
                 Register DestReg, Register SrcReg, int64_t Offset,
                 MachineInstr::MIFlag Flag) const;

  bool eliminateFrameIndex(MachineBasicBlock::iterator MI, int SPAdj, unsigned FIOperandNum,
                           RegScavenger *RS = nullptr) const override;

  // MTIARegisterHints.cpp.
  unsigned getRegisterCostTableIndex(const MachineFunction &MF) const override;
  bool getRegAllocationHints(Register VirtReg, ArrayRef<MCPhysReg> Order,
                             SmallVectorImpl<MCPhysReg> &Hints, const MachineFunction &MF,
                             const VirtRegMap *VRM, const LiveRegMatrix *Matrix) const override;

  Register getFrameRegister(const MachineFunction &MF) const override;
  StringRef getRegAsmName(MCRegister Reg) const override;

  const TargetRegisterClass *getPointerRegClass(unsigned Kind = 0) const override;

  bool requiresRegisterScavenging(const MachineFunction &MF) const override { return true; }
  bool requiresFrameIndexScavenging(const MachineFunction &MF) const override { return true; }

  // Objects far from the stack pointer share a base register per block instead of
  // each materialising its large offset.
  bool requiresVirtualBaseRegisters(const MachineFunction &MF) const override { return true; }
  bool needsFrameBaseReg(MachineInstr *MI, int64_t Offset) const override;
  bool isFrameOffsetLegal(const MachineInstr *MI, Register BaseReg, int64_t Offset) const override;
  Register materializeFrameBaseRegister(MachineBasicBlock *MBB, int FrameIdx,
                                        int64_t Offset) const override;
  void resolveFrameIndex(MachineInstr &MI, Register BaseReg, int64_t Offset) const override;
  int64_t getFrameIndexInstrOffset(const MachineInstr *MI, int Idx) const override;
};
} // namespace llvm

#endif
