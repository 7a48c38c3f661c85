//===-- MTIAExpandAtomicPseudo.cpp - LR/SC loops -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Turns the pseudo-instructions of MTIAInstrPatternsA.td into loops of load-reserved and
// store-conditional. After register allocation and everything else that moves or inserts
// instructions: the architecture promises that a loop succeeds eventually only if it has at
// most 16 instructions in sequence, all from the base instruction set, and no other access to
// memory (a spill, say) between the two.
//
//   PseudoAtomicLoadNand32        loop: lr.w  res, (addr)
//                                       and   scratch, res, incr
//                                       not   scratch, scratch
//                                       sc.w  scratch, scratch, (addr)
//                                       bnez  scratch, loop
//
//   PseudoMaskedAtomicLoadAdd32   loop: lr.w  res, (addr)
//                                       add   scratch, res, incr
//                                       xor   scratch, res, scratch       ; merge: the bits of
//                                       and   scratch, scratch, mask      ; the mask from the
//                                       xor   scratch, res, scratch       ; sum, others from res
//                                       sc.w  scratch, scratch, (addr)
//                                       bnez  scratch, loop
//
//   PseudoMaskedAtomicLoadMax32   head: lr.w  res, (addr)
//                                       and   scratch2, res, mask
//                                       mv    scratch1, res
//                                       sll   scratch2, scratch2, shamt   ; sign-extend the
//                                       sra   scratch2, scratch2, shamt   ; field in its place
//                                       bge   scratch2, incr, tail
//                                 body: merge of res and incr into scratch1
//                                 tail: sc.w  scratch1, scratch1, (addr)
//                                       bnez  scratch1, head
//
//   PseudoCmpXchg32               head: lr.w  res, (addr)
//                                       bne   res, cmpval, done
//                                 tail: sc.w  scratch, newval, (addr)
//                                       bnez  scratch, head
//                                 done:
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "llvm/CodeGen/LivePhysRegs.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/Support/AtomicOrdering.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-expand-atomic-pseudo"
#define PASS_NAME "MTIA atomic pseudo-instruction expansion"

namespace {
enum class Operation { Swap, Add, Sub, Nand, Max, Min, UMax, UMin };

class MTIAExpandAtomicPseudo : public MachineFunctionPass {
  const MTIAInstrInfo *TII = nullptr;

  bool expandMBB(MachineBasicBlock &MBB);
  bool expandMI(MachineBasicBlock &MBB, MachineInstr &MI);
  void expandAtomicOp(MachineInstr &MI, Operation Op, bool IsMasked, unsigned Width);
  void expandMinMax(MachineInstr &MI, Operation Op);
  void expandCmpXchg(MachineInstr &MI, bool IsMasked, unsigned Width);

  MachineBasicBlock *addBlockAfter(MachineBasicBlock &MBB);
  void emitMerge(MachineBasicBlock &MBB, const DebugLoc &DL, Register Dest, Register OldVal,
                 Register NewVal, Register Mask) const;
  void finish(MachineInstr &MI, MachineBasicBlock &DoneMBB, ArrayRef<MachineBasicBlock *> Loop);

public:
  static char ID;
  MTIAExpandAtomicPseudo() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  bool runOnMachineFunction(MachineFunction &MF) override;
};
} // namespace

char MTIAExpandAtomicPseudo::ID = 0;
INITIALIZE_PASS(MTIAExpandAtomicPseudo, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAExpandAtomicPseudoPass() { return new MTIAExpandAtomicPseudo(); }

bool MTIAExpandAtomicPseudo::runOnMachineFunction(MachineFunction &MF) {
  TII = MF.getSubtarget<MTIASubtarget>().getInstrInfo();
  bool Modified = false;
  // The rest of a block in which something was expanded is a new block behind it, which the
  // iteration comes to.
  for (MachineBasicBlock &MBB : MF)
    Modified |= expandMBB(MBB);
  return Modified;
}

bool MTIAExpandAtomicPseudo::expandMBB(MachineBasicBlock &MBB) {
  for (MachineInstr &MI : MBB)
    if (expandMI(MBB, MI))
      return true;
  return false;
}

bool MTIAExpandAtomicPseudo::expandMI(MachineBasicBlock &MBB, MachineInstr &MI) {
  switch (MI.getOpcode()) {
  case MTIA::PseudoAtomicLoadNand32:
    expandAtomicOp(MI, Operation::Nand, /*IsMasked=*/false, 32);
    return true;
  case MTIA::PseudoAtomicLoadNand64:
    expandAtomicOp(MI, Operation::Nand, /*IsMasked=*/false, 64);
    return true;
  case MTIA::PseudoMaskedAtomicSwap32:
    expandAtomicOp(MI, Operation::Swap, /*IsMasked=*/true, 32);
    return true;
  case MTIA::PseudoMaskedAtomicLoadAdd32:
    expandAtomicOp(MI, Operation::Add, /*IsMasked=*/true, 32);
    return true;
  case MTIA::PseudoMaskedAtomicLoadSub32:
    expandAtomicOp(MI, Operation::Sub, /*IsMasked=*/true, 32);
    return true;
  case MTIA::PseudoMaskedAtomicLoadNand32:
    expandAtomicOp(MI, Operation::Nand, /*IsMasked=*/true, 32);
    return true;
  case MTIA::PseudoMaskedAtomicLoadMax32:
    expandMinMax(MI, Operation::Max);
    return true;
  case MTIA::PseudoMaskedAtomicLoadMin32:
    expandMinMax(MI, Operation::Min);
    return true;
  case MTIA::PseudoMaskedAtomicLoadUMax32:
    expandMinMax(MI, Operation::UMax);
    return true;
  case MTIA::PseudoMaskedAtomicLoadUMin32:
    expandMinMax(MI, Operation::UMin);
    return true;
  case MTIA::PseudoCmpXchg32:
    expandCmpXchg(MI, /*IsMasked=*/false, 32);
    return true;
  case MTIA::PseudoCmpXchg64:
    expandCmpXchg(MI, /*IsMasked=*/false, 64);
    return true;
  case MTIA::PseudoMaskedCmpXchg32:
    expandCmpXchg(MI, /*IsMasked=*/true, 32);
    return true;
  default:
    return false;
  }
}

//===----------------------------------------------------------------------===//
// The two instructions, by ordering: the psABI's mapping
//===----------------------------------------------------------------------===//

static unsigned getLR(AtomicOrdering Ordering, unsigned Width) {
  bool Is32 = Width == 32;
  switch (Ordering) {
  case AtomicOrdering::Monotonic:
  case AtomicOrdering::Release:
    return Is32 ? MTIA::LR_W : MTIA::LR_D;
  case AtomicOrdering::Acquire:
  case AtomicOrdering::AcquireRelease:
    return Is32 ? MTIA::LR_W_AQ : MTIA::LR_D_AQ;
  case AtomicOrdering::SequentiallyConsistent:
    return Is32 ? MTIA::LR_W_AQRL : MTIA::LR_D_AQRL;
  default:
    llvm_unreachable("Not an ordering of a read-modify-write operation");
  }
}

static unsigned getSC(AtomicOrdering Ordering, unsigned Width) {
  bool Is32 = Width == 32;
  switch (Ordering) {
  case AtomicOrdering::Monotonic:
  case AtomicOrdering::Acquire:
    return Is32 ? MTIA::SC_W : MTIA::SC_D;
  case AtomicOrdering::Release:
  case AtomicOrdering::AcquireRelease:
  case AtomicOrdering::SequentiallyConsistent:
    return Is32 ? MTIA::SC_W_RL : MTIA::SC_D_RL;
  default:
    llvm_unreachable("Not an ordering of a read-modify-write operation");
  }
}

//===----------------------------------------------------------------------===//
// Parts of the loops
//===----------------------------------------------------------------------===//

MachineBasicBlock *MTIAExpandAtomicPseudo::addBlockAfter(MachineBasicBlock &MBB) {
  MachineFunction *MF = MBB.getParent();
  MachineBasicBlock *New = MF->CreateMachineBasicBlock(MBB.getBasicBlock());
  MF->insert(std::next(MBB.getIterator()), New);
  return New;
}

// Dest = the bits of NewVal where Mask is set, those of OldVal elsewhere:
// OldVal ^ ((OldVal ^ NewVal) & Mask).
void MTIAExpandAtomicPseudo::emitMerge(MachineBasicBlock &MBB, const DebugLoc &DL, Register Dest,
                                       Register OldVal, Register NewVal, Register Mask) const {
  assert(OldVal != Dest && OldVal != Mask && Dest != Mask && "Registers must differ");
  BuildMI(&MBB, DL, TII->get(MTIA::XOR), Dest).addReg(OldVal).addReg(NewVal);
  BuildMI(&MBB, DL, TII->get(MTIA::AND), Dest).addReg(Dest).addReg(Mask);
  BuildMI(&MBB, DL, TII->get(MTIA::XOR), Dest).addReg(OldVal).addReg(Dest);
}

// Moves what follows the pseudo-instruction into the last block, removes it, and computes what
// is live into the new blocks.
void MTIAExpandAtomicPseudo::finish(MachineInstr &MI, MachineBasicBlock &DoneMBB,
                                    ArrayRef<MachineBasicBlock *> Loop) {
  MachineBasicBlock &MBB = *MI.getParent();
  DoneMBB.splice(DoneMBB.end(), &MBB, std::next(MI.getIterator()), MBB.end());
  DoneMBB.transferSuccessors(&MBB);
  MBB.addSuccessor(Loop.front());
  MI.eraseFromParent();

  SmallVector<MachineBasicBlock *, 4> Blocks = {&DoneMBB};
  Blocks.append(Loop.rbegin(), Loop.rend());
  // The blocks form a loop: until nothing changes.
  fullyRecomputeLiveIns(Blocks);
}

void MTIAExpandAtomicPseudo::expandAtomicOp(MachineInstr &MI, Operation Op, bool IsMasked,
                                            unsigned Width) {
  MachineBasicBlock &MBB = *MI.getParent();
  DebugLoc DL = MI.getDebugLoc();
  Register Dest = MI.getOperand(0).getReg();
  Register Scratch = MI.getOperand(1).getReg();
  Register Addr = MI.getOperand(2).getReg();
  Register Incr = MI.getOperand(3).getReg();
  auto Ordering = static_cast<AtomicOrdering>(MI.getOperand(IsMasked ? 5 : 4).getImm());

  MachineBasicBlock *LoopMBB = addBlockAfter(MBB);
  MachineBasicBlock *DoneMBB = addBlockAfter(*LoopMBB);
  LoopMBB->addSuccessor(LoopMBB);
  LoopMBB->addSuccessor(DoneMBB);

  BuildMI(LoopMBB, DL, TII->get(getLR(Ordering, Width)), Dest).addReg(Addr);
  Register NewVal = Scratch;
  switch (Op) {
  case Operation::Swap:
    NewVal = Incr;
    break;
  case Operation::Add:
    BuildMI(LoopMBB, DL, TII->get(MTIA::ADD), Scratch).addReg(Dest).addReg(Incr);
    break;
  case Operation::Sub:
    BuildMI(LoopMBB, DL, TII->get(MTIA::SUB), Scratch).addReg(Dest).addReg(Incr);
    break;
  case Operation::Nand:
    BuildMI(LoopMBB, DL, TII->get(MTIA::AND), Scratch).addReg(Dest).addReg(Incr);
    BuildMI(LoopMBB, DL, TII->get(MTIA::XORI), Scratch).addReg(Scratch).addImm(-1);
    break;
  default:
    llvm_unreachable("Minimum and maximum need a branch");
  }
  if (IsMasked)
    emitMerge(*LoopMBB, DL, Scratch, Dest, NewVal, MI.getOperand(4).getReg());
  BuildMI(LoopMBB, DL, TII->get(getSC(Ordering, Width)), Scratch).addReg(Scratch).addReg(Addr);
  BuildMI(LoopMBB, DL, TII->get(MTIA::BNE)).addReg(Scratch).addReg(MTIA::X0).addMBB(LoopMBB);
  finish(MI, *DoneMBB, {LoopMBB});
}

void MTIAExpandAtomicPseudo::expandMinMax(MachineInstr &MI, Operation Op) {
  MachineBasicBlock &MBB = *MI.getParent();
  DebugLoc DL = MI.getDebugLoc();
  bool IsSigned = Op == Operation::Max || Op == Operation::Min;
  Register Dest = MI.getOperand(0).getReg();
  Register Scratch1 = MI.getOperand(1).getReg();
  Register Scratch2 = MI.getOperand(2).getReg();
  Register Addr = MI.getOperand(3).getReg();
  Register Incr = MI.getOperand(4).getReg();
  Register Mask = MI.getOperand(5).getReg();
  auto Ordering = static_cast<AtomicOrdering>(MI.getOperand(IsSigned ? 7 : 6).getImm());

  MachineBasicBlock *HeadMBB = addBlockAfter(MBB);
  MachineBasicBlock *BodyMBB = addBlockAfter(*HeadMBB);
  MachineBasicBlock *TailMBB = addBlockAfter(*BodyMBB);
  MachineBasicBlock *DoneMBB = addBlockAfter(*TailMBB);
  HeadMBB->addSuccessor(BodyMBB);
  HeadMBB->addSuccessor(TailMBB);
  BodyMBB->addSuccessor(TailMBB);
  TailMBB->addSuccessor(HeadMBB);
  TailMBB->addSuccessor(DoneMBB);

  BuildMI(HeadMBB, DL, TII->get(getLR(Ordering, 32)), Dest).addReg(Addr);
  BuildMI(HeadMBB, DL, TII->get(MTIA::AND), Scratch2).addReg(Dest).addReg(Mask);
  BuildMI(HeadMBB, DL, TII->get(MTIA::ADDI), Scratch1).addReg(Dest).addImm(0);
  if (IsSigned) {
    Register Shamt = MI.getOperand(6).getReg();
    BuildMI(HeadMBB, DL, TII->get(MTIA::SLL), Scratch2).addReg(Scratch2).addReg(Shamt);
    BuildMI(HeadMBB, DL, TII->get(MTIA::SRA), Scratch2).addReg(Scratch2).addReg(Shamt);
  }
  // Keep the old value where it is the larger (the smaller) one.
  bool IsMax = Op == Operation::Max || Op == Operation::UMax;
  BuildMI(HeadMBB, DL, TII->get(IsSigned ? MTIA::BGE : MTIA::BGEU))
      .addReg(IsMax ? Scratch2 : Incr)
      .addReg(IsMax ? Incr : Scratch2)
      .addMBB(TailMBB);

  emitMerge(*BodyMBB, DL, Scratch1, Dest, Incr, Mask);

  BuildMI(TailMBB, DL, TII->get(getSC(Ordering, 32)), Scratch1).addReg(Scratch1).addReg(Addr);
  BuildMI(TailMBB, DL, TII->get(MTIA::BNE)).addReg(Scratch1).addReg(MTIA::X0).addMBB(HeadMBB);
  finish(MI, *DoneMBB, {HeadMBB, BodyMBB, TailMBB});
}

// The program usually branches on whether the comparison succeeded: the loop's own comparison
// can do it. Removes such a branch, and returns where it goes.
static MachineBasicBlock *foldBranchOnResult(MachineInstr &MI, Register Dest, Register CmpVal) {
  MachineBasicBlock &MBB = *MI.getParent();
  auto It = skipDebugInstructionsForward(std::next(MachineBasicBlock::iterator(MI)), MBB.end());
  if (It == MBB.end() || It->getOpcode() != MTIA::BNE)
    return nullptr;
  Register LHS = It->getOperand(0).getReg();
  Register RHS = It->getOperand(1).getReg();
  if (!(LHS == Dest && RHS == CmpVal) && !(LHS == CmpVal && RHS == Dest))
    return nullptr;
  MachineBasicBlock *Target = It->getOperand(2).getMBB();
  // The way there when the comparison succeeds, if there is one, is another branch.
  if (!MBB.isLayoutSuccessor(Target) &&
      none_of(make_range(std::next(It), MBB.end()), [&](const MachineInstr &Other) {
        return any_of(Other.operands(), [&](const MachineOperand &MO) {
          return MO.isMBB() && MO.getMBB() == Target;
        });
      }))
    MBB.removeSuccessor(Target);
  It->eraseFromParent();
  return Target;
}

void MTIAExpandAtomicPseudo::expandCmpXchg(MachineInstr &MI, bool IsMasked, unsigned Width) {
  MachineBasicBlock &MBB = *MI.getParent();
  DebugLoc DL = MI.getDebugLoc();
  Register Dest = MI.getOperand(0).getReg();
  Register Scratch = MI.getOperand(1).getReg();
  Register Addr = MI.getOperand(2).getReg();
  Register CmpVal = MI.getOperand(3).getReg();
  Register NewVal = MI.getOperand(4).getReg();
  auto Ordering = static_cast<AtomicOrdering>(MI.getOperand(IsMasked ? 6 : 5).getImm());

  MachineBasicBlock *FailMBB = IsMasked ? nullptr : foldBranchOnResult(MI, Dest, CmpVal);
  MachineBasicBlock *HeadMBB = addBlockAfter(MBB);
  MachineBasicBlock *TailMBB = addBlockAfter(*HeadMBB);
  MachineBasicBlock *DoneMBB = addBlockAfter(*TailMBB);
  if (!FailMBB)
    FailMBB = DoneMBB;
  HeadMBB->addSuccessor(TailMBB);
  HeadMBB->addSuccessor(FailMBB);
  TailMBB->addSuccessor(HeadMBB);
  TailMBB->addSuccessor(DoneMBB);

  BuildMI(HeadMBB, DL, TII->get(getLR(Ordering, Width)), Dest).addReg(Addr);
  Register Loaded = Dest;
  if (IsMasked) {
    BuildMI(HeadMBB, DL, TII->get(MTIA::AND), Scratch)
        .addReg(Dest)
        .addReg(MI.getOperand(5).getReg());
    Loaded = Scratch;
  }
  BuildMI(HeadMBB, DL, TII->get(MTIA::BNE)).addReg(Loaded).addReg(CmpVal).addMBB(FailMBB);

  if (IsMasked) {
    emitMerge(*TailMBB, DL, Scratch, Dest, NewVal, MI.getOperand(5).getReg());
    NewVal = Scratch;
  }
  BuildMI(TailMBB, DL, TII->get(getSC(Ordering, Width)), Scratch).addReg(NewVal).addReg(Addr);
  BuildMI(TailMBB, DL, TII->get(MTIA::BNE)).addReg(Scratch).addReg(MTIA::X0).addMBB(HeadMBB);
  finish(MI, *DoneMBB, {HeadMBB, TailMBB});
}
