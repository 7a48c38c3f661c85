//===-- MTIAOutliner.cpp - What may become a function -----------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// LLVM's machine outliner finds sequences that repeat; here is what is legal and what
// it costs. A sequence in the middle of a block is called through t0, which the
// program's calls don't keep across blocks, so that ra needs no saving:
//
//   a; b; c            call t0, OUTLINED_FUNCTION_0        OUTLINED_FUNCTION_0:
//                                                            a; b; c
//                                                            jr t0
//
// A sequence that ends the function is jumped to through t1, and returns by itself:
//
//   a; b; ret          tail OUTLINED_FUNCTION_1            OUTLINED_FUNCTION_1:
//                                                            a; b; ret
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAInstrInfo.h"
#include "MTIAMachineFunctionInfo.h"
#include "MTIASubtarget.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineModuleInfo.h"
#include "llvm/CodeGen/MachineOutliner.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace {
enum OutlinerConstruction { OutlinerCallT0, OutlinerTail };
}

bool MTIAInstrInfo::shouldOutlineFromFunctionByDefault(MachineFunction &MF) const {
  return MF.getFunction().hasMinSize();
}

bool MTIAInstrInfo::isFunctionSafeToOutlineFrom(MachineFunction &MF,
                                                bool OutlineFromLinkOnceODRs) const {
  const Function &F = MF.getFunction();
  // The linker may merge such functions: what was taken out of one would stay.
  if (!OutlineFromLinkOnceODRs && F.hasLinkOnceODRLinkage())
    return false;
  // A section is a program's own order of code: a copy elsewhere would break it.
  if (F.hasSection())
    return false;
  // What is called between a trap and the saving of registers must not use t0.
  return !F.hasFnAttribute("interrupt") && !F.hasFnAttribute(Attribute::Naked);
}

bool MTIAInstrInfo::isMBBSafeToOutlineFrom(MachineBasicBlock &MBB, unsigned &Flags) const {
  return TargetInstrInfo::isMBBSafeToOutlineFrom(MBB, Flags);
}

static bool endsFunction(const MachineInstr &MI) { return MI.isReturn(); }

// Whether t0 is free where the sequence is called and while it runs.
static bool canCallByT0(outliner::Candidate &C) {
  const TargetRegisterInfo *TRI = C.getMF()->getSubtarget().getRegisterInfo();
  return C.isAvailableAcrossAndOutOfSeq(MTIA::X5, *TRI) && C.isAvailableInsideSeq(MTIA::X5, *TRI);
}

// Whether t1 holds nothing that the sequence reads.
static bool canJumpByT1(outliner::Candidate &C) {
  const TargetRegisterInfo *TRI = C.getMF()->getSubtarget().getRegisterInfo();
  return C.isAvailableAcrossAndOutOfSeq(MTIA::X6, *TRI);
}

std::optional<std::unique_ptr<outliner::OutlinedFunction>>
MTIAInstrInfo::getOutliningCandidateInfo(const MachineModuleInfo &MMI,
                                         std::vector<outliner::Candidate> &Candidates,
                                         unsigned MinRepeats) const {
  auto UsesCFI = [](outliner::Candidate &C) {
    return llvm::any_of(C, [](const MachineInstr &MI) { return MI.isCFIInstruction(); });
  };
  bool IsTail = endsFunction(Candidates[0].back());
  llvm::erase_if(Candidates, [&](outliner::Candidate &C) {
    // The unwinding information of a function can't follow into another one, unless
    // the rest of the function goes with it, all of it.
    if (UsesCFI(C))
      return true;
    return IsTail ? !canJumpByT1(C) : !canCallByT0(C);
  });
  if (Candidates.size() < MinRepeats)
    return std::nullopt;

  unsigned SequenceSize = 0;
  for (const MachineInstr &MI : Candidates[0])
    SequenceSize += getInstSizeInBytes(MI);

  // AUIPC and JALR, which the linker relaxes where it may; without compression or far
  // away it cannot, so the full size counts.
  const auto &STI = Candidates[0].getMF()->getSubtarget<MTIASubtarget>();
  unsigned CallOverhead = 8, FrameOverhead = 0;
  unsigned Id = OutlinerTail;
  if (!IsTail) {
    Id = OutlinerCallT0;
    FrameOverhead = STI.hasCompressed() ? 2 : 4;
  }
  for (outliner::Candidate &C : Candidates)
    C.setCallInfo(Id, CallOverhead);
  return std::make_unique<outliner::OutlinedFunction>(Candidates, SequenceSize, FrameOverhead, Id);
}

outliner::InstrType MTIAInstrInfo::getOutliningTypeImpl(const MachineModuleInfo &MMI,
                                                        MachineBasicBlock::iterator &MBBI,
                                                        unsigned Flags) const {
  MachineInstr &MI = *MBBI;
  MachineBasicBlock *MBB = MI.getParent();
  const TargetRegisterInfo *TRI = MBB->getParent()->getSubtarget().getRegisterInfo();

  if (MI.isCFIInstruction())
    // Positions between CFI instructions matter to unwinding in the middle of a
    // prologue or epilogue only where it is asked for.
    return MBB->getParent()->getFunction().needsUnwindTableEntry() ? outliner::InstrType::Illegal
                                                                   : outliner::InstrType::Invisible;

  if (MI.isTerminator()) {
    if (!endsFunction(MI) || !MI.getParent()->succ_empty())
      return outliner::InstrType::Illegal;
    // A return through t0 is that of an outlined function.
    return outliner::InstrType::Legal;
  }

  // Calls would have to save the register that the sequence returns by.
  if (MI.isCall() || MI.modifiesRegister(MTIA::X5, TRI) ||
      MI.getDesc().hasImplicitDefOfPhysReg(MTIA::X5))
    return outliner::InstrType::Illegal;
  if (MI.getOpcode() == MTIA::PseudoAddrTLSGD)
    return outliner::InstrType::Illegal;

  for (const MachineOperand &MO : MI.operands()) {
    // Parts of a function's own numbering, and labels that another instruction
    // refers to.
    if (MO.isMBB() || MO.isBlockAddress() || MO.isCPI() || MO.isJTI() || MO.isMCSymbol())
      return outliner::InstrType::Illegal;
    if (MO.isFI() || MO.isTargetIndex())
      return outliner::InstrType::Illegal;
    unsigned TF = MO.getTargetFlags();
    if (TF == MTIAII::MO_PCREL_LO)
      return outliner::InstrType::Illegal;
  }
  if (MI.getPreInstrSymbol() || MI.getPostInstrSymbol())
    return outliner::InstrType::Illegal;
  return outliner::InstrType::Legal;
}

void MTIAInstrInfo::buildOutlinedFrame(MachineBasicBlock &MBB, MachineFunction &MF,
                                       const outliner::OutlinedFunction &OF) const {
  // CFI instructions of the sequence would be those of another frame.
  for (MachineInstr &MI : llvm::make_early_inc_range(MBB))
    if (MI.isCFIInstruction())
      MI.eraseFromParent();
  if (OF.FrameConstructionID == OutlinerTail)
    return;
  MBB.addLiveIn(MTIA::X5);
  MBB.insert(MBB.end(),
             BuildMI(MF, DebugLoc(), get(MTIA::JALR), MTIA::X0).addReg(MTIA::X5).addImm(0));
}

MachineBasicBlock::iterator MTIAInstrInfo::insertOutlinedCall(Module &M, MachineBasicBlock &MBB,
                                                              MachineBasicBlock::iterator &It,
                                                              MachineFunction &MF,
                                                              outliner::Candidate &C) const {
  const GlobalValue *Callee = M.getNamedValue(MF.getName());
  MachineInstrBuilder Call = C.CallConstructionID == OutlinerTail
                                 ? BuildMI(MF, DebugLoc(), get(MTIA::PseudoTAIL))
                                 : BuildMI(MF, DebugLoc(), get(MTIA::PseudoCALLReg), MTIA::X5);
  Call.addGlobalAddress(Callee, 0, MTIAII::MO_CALL);
  It = MBB.insert(It, Call);
  return It;
}
