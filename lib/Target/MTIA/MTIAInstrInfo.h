//===-- MTIAInstrInfo.h - What passes ask about instructions -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAINSTRINFO_H
#define LLVM_LIB_TARGET_MTIA_MTIAINSTRINFO_H

#include "MTIARegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"

#define GET_INSTRINFO_HEADER
#define GET_INSTRINFO_OPERAND_ENUM
#include "MTIAGenInstrInfo.inc"

namespace llvm {
class MTIASubtarget;

/// Conditions of the branch instructions. The numbers are used in
/// MTIAInstrPatterns.td; a condition and its opposite differ in bit 0.
namespace MTIACC {
enum CondCode { COND_EQ, COND_NE, COND_LT, COND_GE, COND_LTU, COND_GEU, COND_INVALID };

CondCode getOppositeCondition(CondCode CC);
unsigned getBranchOpcode(CondCode CC);
} // namespace MTIACC

class MTIAInstrInfo : public MTIAGenInstrInfo {
  const MTIARegisterInfo RegInfo;
  const MTIASubtarget &STI;

public:
  explicit MTIAInstrInfo(const MTIASubtarget &STI);

  const MTIARegisterInfo &getRegisterInfo() const { return RegInfo; }

  Register isLoadFromStackSlot(const MachineInstr &MI, int &FrameIndex) const override;
  Register isLoadFromStackSlot(const MachineInstr &MI, int &FrameIndex,
                               TypeSize &MemBytes) const override;
  Register isStoreToStackSlot(const MachineInstr &MI, int &FrameIndex) const override;
  Register isStoreToStackSlot(const MachineInstr &MI, int &FrameIndex,
                              TypeSize &MemBytes) const override;

  void copyPhysReg(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI, const DebugLoc &DL,
                   Register DestReg, Register SrcReg, bool KillSrc, bool RenamableDest = false,
                   bool RenamableSrc = false) const override;
  void storeRegToStackSlot(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI, Register SrcReg,
                           bool IsKill, int FrameIndex, const TargetRegisterClass *RC,
                           Register VReg,
                           MachineInstr::MIFlag Flags = MachineInstr::NoFlags) const override;
  void loadRegFromStackSlot(MachineBasicBlock &MBB, MachineBasicBlock::iterator MI,
                            Register DestReg, int FrameIndex, const TargetRegisterClass *RC,
                            Register VReg, unsigned SubReg = 0,
                            MachineInstr::MIFlag Flags = MachineInstr::NoFlags) const override;

  MachineInstr *foldMemoryOperandImpl(MachineFunction &MF, MachineInstr &MI, ArrayRef<unsigned> Ops,
                                      MachineBasicBlock::iterator InsertPt, int FrameIndex,
                                      LiveIntervals *LIS = nullptr,
                                      VirtRegMap *VRM = nullptr) const override;

  /// Writes DstReg = Val with the shortest sequence.
  void movImm(MachineBasicBlock &MBB, MachineBasicBlock::iterator MBBI, const DebugLoc &DL,
              Register DstReg, int64_t Val,
              MachineInstr::MIFlag Flag = MachineInstr::NoFlags) const;

  MCInst getNop() const override;
  /// The size of the shortest instruction that does nothing, which getNop gives.
  unsigned getNopSize() const;
  unsigned getInstSizeInBytes(const MachineInstr &MI) const override;

  bool analyzeBranch(MachineBasicBlock &MBB, MachineBasicBlock *&TBB, MachineBasicBlock *&FBB,
                     SmallVectorImpl<MachineOperand> &Cond, bool AllowModify) const override;
  unsigned insertBranch(MachineBasicBlock &MBB, MachineBasicBlock *TBB, MachineBasicBlock *FBB,
                        ArrayRef<MachineOperand> Cond, const DebugLoc &DL,
                        int *BytesAdded = nullptr) const override;
  unsigned removeBranch(MachineBasicBlock &MBB, int *BytesRemoved = nullptr) const override;
  bool reverseBranchCondition(SmallVectorImpl<MachineOperand> &Cond) const override;
  MachineBasicBlock *getBranchDestBlock(const MachineInstr &MI) const override;
  bool isBranchOffsetInRange(unsigned BranchOpc, int64_t BrOffset) const override;
  void insertIndirectBranch(MachineBasicBlock &MBB, MachineBasicBlock &NewDestBB,
                            MachineBasicBlock &RestoreBB, const DebugLoc &DL, int64_t BrOffset,
                            RegScavenger *RS) const override;

  bool isAsCheapAsAMove(const MachineInstr &MI) const override;
  std::optional<RegImmPair> isAddImmediate(const MachineInstr &MI, Register Reg) const override;
  bool verifyInstruction(const MachineInstr &MI, StringRef &ErrInfo) const override;

  bool getMemOperandsWithOffsetWidth(const MachineInstr &MI,
                                     SmallVectorImpl<const MachineOperand *> &BaseOps,
                                     int64_t &Offset, bool &OffsetIsScalable, LocationSize &Width,
                                     const TargetRegisterInfo *TRI) const override;
  bool areMemAccessesTriviallyDisjoint(const MachineInstr &MIa,
                                       const MachineInstr &MIb) const override;

  // The machine outliner: MTIAOutliner.cpp.
  bool shouldOutlineFromFunctionByDefault(MachineFunction &MF) const override;
  bool isFunctionSafeToOutlineFrom(MachineFunction &MF,
                                   bool OutlineFromLinkOnceODRs) const override;
  bool isMBBSafeToOutlineFrom(MachineBasicBlock &MBB, unsigned &Flags) const override;
  std::optional<std::unique_ptr<outliner::OutlinedFunction>>
  getOutliningCandidateInfo(const MachineModuleInfo &MMI,
                            std::vector<outliner::Candidate> &Candidates,
                            unsigned MinRepeats) const override;
  void buildOutlinedFrame(MachineBasicBlock &MBB, MachineFunction &MF,
                          const outliner::OutlinedFunction &OF) const override;
  MachineBasicBlock::iterator insertOutlinedCall(Module &M, MachineBasicBlock &MBB,
                                                 MachineBasicBlock::iterator &It,
                                                 MachineFunction &MF,
                                                 outliner::Candidate &C) const override;

  // The machine combiner: MTIAInstrInfoCombine.cpp.
  bool useMachineCombiner() const override { return true; }
  std::optional<unsigned> getInverseOpcode(unsigned Opcode) const override;
  bool isAssociativeAndCommutative(const MachineInstr &Inst, bool Invert) const override;
  bool hasReassociableSibling(const MachineInstr &Inst, bool &Commuted) const override;
  void finalizeInsInstrs(MachineInstr &Root, unsigned &Pattern,
                         SmallVectorImpl<MachineInstr *> &InsInstrs) const override;

  std::pair<unsigned, unsigned> decomposeMachineOperandsTargetFlags(unsigned TF) const override;
  ArrayRef<std::pair<unsigned, const char *>>
  getSerializableDirectMachineOperandTargetFlags() const override;

  // Multiply-adds of vectors: MTIAVectorCommute.cpp.
  bool findCommutedOpIndices(const MachineInstr &MI, unsigned &Index1,
                             unsigned &Index2) const override;
  MachineInstr *commuteInstructionImpl(MachineInstr &MI, bool NewMI, unsigned Index1,
                                       unsigned Index2) const override;

  // Vectors: MTIAInstrInfoVector.cpp.
  /// States what the classes of a pseudo-instruction's operands can't: which registers the
  /// destination may not be. For everyone who builds one.
  void adjustVectorInstr(MachineInstr &MI) const;
  const TargetRegisterClass *getRegClassWithoutV0(const TargetRegisterClass *RC) const;
  bool isVectorReg(MCRegister Reg) const;
  static bool isVectorRegClass(const TargetRegisterClass *RC) { return RC->TSFlags & 1; }
  /// Instructions on vector registers, real and pseudo. A frame index is their whole address.
  static bool isVectorInstr(const MachineInstr &MI);
  /// PseudoVSPILL and PseudoVRELOAD as moves of whole registers, before the instruction.
  void expandVectorSpill(MachineInstr &MI, Register FrameReg, int64_t Offset) const;

private:
  // An access to a whole object on the stack.
  static MachineMemOperand *getStackAccess(MachineFunction &MF, int FI,
                                           MachineMemOperand::Flags Flags);
  void copyVectorReg(MachineBasicBlock &MBB, MachineBasicBlock::iterator MBBI, const DebugLoc &DL,
                     MCRegister Dest, MCRegister Src, bool KillSrc) const;
  bool storeVectorToStackSlot(MachineBasicBlock &MBB, MachineBasicBlock::iterator I,
                              Register SrcReg, bool IsKill, int FI, const TargetRegisterClass *RC,
                              MachineInstr::MIFlag Flags) const;
  bool loadVectorFromStackSlot(MachineBasicBlock &MBB, MachineBasicBlock::iterator I,
                               Register DstReg, int FI, const TargetRegisterClass *RC,
                               MachineInstr::MIFlag Flags) const;

protected:
  outliner::InstrType getOutliningTypeImpl(const MachineModuleInfo &MMI,
                                           MachineBasicBlock::iterator &MBBI,
                                           unsigned Flags) const override;
  bool isReMaterializableImpl(const MachineInstr &MI) const override;
  std::optional<DestSourcePair> isCopyInstrImpl(const MachineInstr &MI) const override;
};
} // namespace llvm

#endif
