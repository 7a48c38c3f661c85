//===-- MTIAInsertRoundingModes.cpp - Write vxrm and frm -------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Vector pseudo-instructions name how they round; the real ones find it in a CSR.
//
// vxrm belongs to nobody: any function may write it, none finds it as another left it. It is
// written where it isn't known to be right already, before a loop rather than in it.
//
// frm belongs to the program (fesetround). An instruction whose mode isn't "as frm says"
// stands between a write and its reversal:
//
//     %a = PseudoVFADD_VV ..., 1, ...        fsrmi a0, 1
//     %b = PseudoVFADD_VV ..., 1, ...   ->   vfadd.vv v8, v8, v9
//     %c = FADD_S ..., 7                     vfadd.vv v9, v8, v9
//                                            fsrm a0
//                                            fadd.s fa0, fa0, fa1
//
// A loop that has instructions of one such mode only, with nothing that looks at frm, is
// surrounded as a whole.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineLoopInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/InitializePasses.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-insert-rounding-modes"
#define PASS_NAME "MTIA rounding modes"

namespace {
constexpr int Unreached = -2, Unknown = -1;

class MTIAInsertRoundingModes : public MachineFunctionPass {
public:
  static char ID;
  MTIAInsertRoundingModes() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    AU.addRequired<MachineLoopInfoWrapperPass>();
    AU.addPreserved<MachineLoopInfoWrapperPass>();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;

private:
  // vxrm.
  struct Block {
    int First = Unreached; // what is needed first; Unknown: something else comes before
    int Last = Unreached;  // what it is at the end, if the block says
    int In = Unreached, Out = Unreached;
    int AtEnd = Unreached; // written at the end, for successors
  };
  void solve();
  bool hoistVXRM(MachineLoop &L);
  void hoistVXRM(MachineBasicBlock &MBB);
  bool insertVXRM(MachineFunction &MF);
  void writeVXRM(MachineBasicBlock &MBB, MachineBasicBlock::iterator At, const DebugLoc &DL,
                 int Mode);

  // frm.
  bool surroundLoop(MachineLoop &L);
  void surroundInBlock(MachineBasicBlock &MBB);
  bool insertFRM(MachineFunction &MF);
  Register swapFRM(MachineBasicBlock &MBB, MachineBasicBlock::iterator At, int Mode);

  const MTIAInstrInfo *TII = nullptr;
  MachineRegisterInfo *MRI = nullptr;
  MachineLoopInfo *MLI = nullptr;
  SmallVector<Block, 8> Blocks;
  SmallVector<MachineBasicBlock *, 8> Order;
  SmallPtrSet<const MachineBasicBlock *, 8> Surrounded;
};
} // namespace

char MTIAInsertRoundingModes::ID = 0;
INITIALIZE_PASS_BEGIN(MTIAInsertRoundingModes, DEBUG_TYPE, PASS_NAME, false, false)
INITIALIZE_PASS_DEPENDENCY(MachineLoopInfoWrapperPass)
INITIALIZE_PASS_END(MTIAInsertRoundingModes, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAInsertRoundingModesPass() { return new MTIAInsertRoundingModes(); }

//===----------------------------------------------------------------------===//
// vxrm
//===----------------------------------------------------------------------===//

// What the instruction needs vxrm to be: a mode, Unreached if it doesn't care, Unknown if it
// may write it.
static int getVXRM(const MachineInstr &MI) {
  // Nothing is shifted out, nothing rounded.
  if ((MI.getOpcode() == MTIA::PseudoVNCLIP_WI || MI.getOpcode() == MTIA::PseudoVNCLIPU_WI) &&
      MI.getOperand(MTIAV::getFirstSourceIdx(MI.getDesc()) + 1).getImm() == 0)
    return Unreached;
  if (MTIAV::isPseudo(MI) && MTIAV::hasVXRM(MI.getDesc()))
    return MI.getOperand(MTIAV::getRoundIdx(MI.getDesc())).getImm();
  if (MI.isCall() || MI.isInlineAsm() || MI.modifiesRegister(MTIA::VXRM, nullptr))
    return Unknown;
  return Unreached;
}

void MTIAInsertRoundingModes::writeVXRM(MachineBasicBlock &MBB, MachineBasicBlock::iterator At,
                                        const DebugLoc &DL, int Mode) {
  BuildMI(MBB, At, DL, TII->get(MTIA::WriteVXRMImm)).addImm(Mode);
}

void MTIAInsertRoundingModes::solve() {
  for (Block &B : Blocks)
    B.In = B.Out = Unreached;
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (MachineBasicBlock *MBB : Order) {
      Block &B = Blocks[MBB->getNumber()];
      int In = MBB->pred_empty() || MBB->isEHPad() ? Unknown : Unreached;
      for (const MachineBasicBlock *Pred : MBB->predecessors()) {
        int Out = Blocks[Pred->getNumber()].Out;
        if (In == Unreached)
          In = Out;
        else if (Out != Unreached && Out != In)
          In = Unknown;
      }
      int Out = B.AtEnd >= 0 ? B.AtEnd : B.Last != Unreached ? B.Last : In;
      Changed |= In != B.In || Out != B.Out;
      B.In = In;
      B.Out = Out;
    }
  }
}

// A loop that needs one mode gets it before it begins.
bool MTIAInsertRoundingModes::hoistVXRM(MachineLoop &L) {
  int Mode = Unreached;
  bool One = L.getLoopPreheader();
  for (MachineBasicBlock *MBB : L.blocks())
    for (const MachineInstr &MI : *MBB) {
      int Need = getVXRM(MI);
      if (Need == Unreached)
        continue;
      One &= Need != Unknown && (Mode == Unreached || Mode == Need);
      Mode = Need;
    }
  if (Mode == Unreached)
    return false;
  if (One) {
    Block &Before = Blocks[L.getLoopPreheader()->getNumber()];
    if (Before.Out != Mode)
      Before.AtEnd = Mode;
    return true;
  }
  bool Changed = false;
  for (MachineLoop *Inner : L)
    Changed |= hoistVXRM(*Inner);
  return Changed;
}

// Where some predecessors bring the mode, the others write it if they lead here only.
void MTIAInsertRoundingModes::hoistVXRM(MachineBasicBlock &MBB) {
  Block &B = Blocks[MBB.getNumber()];
  if (B.First < 0 || B.In == B.First || MBB.isEHPad())
    return;
  SmallVector<MachineBasicBlock *, 4> Missing;
  for (MachineBasicBlock *Pred : MBB.predecessors()) {
    const Block &P = Blocks[Pred->getNumber()];
    if (P.Out == B.First)
      continue;
    if (Pred == &MBB || Pred->succ_size() != 1 || P.AtEnd >= 0 ||
        MLI->getLoopDepth(Pred) > MLI->getLoopDepth(&MBB))
      return;
    Missing.push_back(Pred);
  }
  if (Missing.size() == MBB.pred_size())
    return;
  for (MachineBasicBlock *Pred : Missing)
    Blocks[Pred->getNumber()].AtEnd = B.First;
  solve();
}

bool MTIAInsertRoundingModes::insertVXRM(MachineFunction &MF) {
  bool Any = false;
  for (MachineBasicBlock &MBB : MF) {
    Block &B = Blocks[MBB.getNumber()];
    for (const MachineInstr &MI : MBB) {
      int Need = getVXRM(MI);
      if (Need == Unreached)
        continue;
      Any |= Need >= 0;
      if (B.First == Unreached)
        B.First = Need;
      B.Last = Need;
    }
  }
  if (!Any)
    return false;
  solve();
  bool Changed = false;
  for (MachineLoop *L : *MLI)
    Changed |= hoistVXRM(*L);
  if (Changed)
    solve();
  for (MachineBasicBlock *MBB : Order)
    hoistVXRM(*MBB);

  for (MachineBasicBlock *MBB : Order) {
    const Block &B = Blocks[MBB->getNumber()];
    int Now = B.In;
    for (MachineInstr &MI : *MBB) {
      int Need = getVXRM(MI);
      if (Need == Unreached)
        continue;
      if (Need >= 0) {
        if (Now != Need)
          writeVXRM(*MBB, MI, MI.getDebugLoc(), Need);
        MI.addOperand(MachineOperand::CreateReg(MTIA::VXRM, /*isDef=*/false, /*isImp=*/true));
      }
      Now = Need;
    }
    if (B.AtEnd >= 0 && Now != B.AtEnd)
      writeVXRM(*MBB, MBB->getFirstTerminator(), DebugLoc(), B.AtEnd);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// frm
//===----------------------------------------------------------------------===//

// The mode that frm must have for the instruction; Unreached if it doesn't care; Unknown if it
// needs, or may write, the program's own.
static int getFRM(const MachineInstr &MI) {
  if (MTIAV::isPseudo(MI) && MTIAV::hasFRM(MI.getDesc())) {
    int Mode = MI.getOperand(MTIAV::getRoundIdx(MI.getDesc())).getImm();
    return Mode == MTIAFPRndMode::DYN ? Unknown : Mode;
  }
  if (MI.isCall() || MI.isInlineAsm() || MI.isReturn() || MI.modifiesRegister(MTIA::FRM, nullptr))
    return Unknown;
  if (!MI.readsRegister(MTIA::FRM, nullptr))
    return Unreached;
  // A scalar instruction may have the mode in its encoding.
  const MCInstrDesc &D = MI.getDesc();
  for (unsigned I = 0; I != D.getNumOperands(); ++I)
    if (D.operands()[I].OperandType == MTIAOp::OPERAND_FRMARG && MI.getOperand(I).isImm() &&
        MI.getOperand(I).getImm() != MTIAFPRndMode::DYN)
      return Unreached;
  return Unknown;
}

Register MTIAInsertRoundingModes::swapFRM(MachineBasicBlock &MBB, MachineBasicBlock::iterator At,
                                          int Mode) {
  Register Old = MRI->createVirtualRegister(&MTIA::GPRRegClass);
  BuildMI(MBB, At, MBB.findDebugLoc(At), TII->get(MTIA::SwapFRMImm), Old).addImm(Mode);
  return Old;
}

bool MTIAInsertRoundingModes::surroundLoop(MachineLoop &L) {
  MachineBasicBlock *Before = L.getLoopPreheader();
  int Mode = Unreached;
  bool One = Before;
  for (MachineBasicBlock *MBB : L.blocks())
    for (const MachineInstr &MI : *MBB) {
      int Need = getFRM(MI);
      if (Need == Unreached)
        continue;
      One &= Need >= 0 && (Mode == Unreached || Mode == Need);
      Mode = Need;
    }
  if (Mode == Unreached)
    return false;
  SmallVector<MachineBasicBlock *, 4> Exits;
  L.getUniqueExitBlocks(Exits);
  for (MachineBasicBlock *Exit : Exits)
    One &= !Exit->isEHPad() && !Exit->isInlineAsmBrIndirectTarget() &&
           all_of(Exit->predecessors(), [&](MachineBasicBlock *P) { return L.contains(P); });
  if (!One) {
    bool Changed = false;
    for (MachineLoop *Inner : L)
      Changed |= surroundLoop(*Inner);
    return Changed;
  }
  Register Old = swapFRM(*Before, Before->getFirstTerminator(), Mode);
  for (MachineBasicBlock *Exit : Exits)
    BuildMI(*Exit, Exit->getFirstNonPHI(), DebugLoc(), TII->get(MTIA::WriteFRM)).addReg(Old);
  for (MachineBasicBlock *MBB : L.blocks())
    Surrounded.insert(MBB);
  return true;
}

void MTIAInsertRoundingModes::surroundInBlock(MachineBasicBlock &MBB) {
  Register Old;
  int Now = Unknown;
  auto Restore = [&](MachineBasicBlock::iterator At) {
    if (Old)
      BuildMI(MBB, At, MBB.findDebugLoc(At), TII->get(MTIA::WriteFRM)).addReg(Old);
    Old = Register();
    Now = Unknown;
  };
  for (MachineInstr &MI : make_early_inc_range(MBB)) {
    int Need = MI.isTerminator() ? Unknown : getFRM(MI);
    if (Need == Unknown)
      Restore(MI);
    if (Need < 0)
      continue;
    if (!Old)
      Old = swapFRM(MBB, MI, Need);
    else if (Need != Now)
      BuildMI(MBB, MI, MI.getDebugLoc(), TII->get(MTIA::WriteFRMImm)).addImm(Need);
    Now = Need;
  }
  Restore(MBB.end());
}

bool MTIAInsertRoundingModes::insertFRM(MachineFunction &MF) {
  bool Any = any_of(MF, [](const MachineBasicBlock &MBB) {
    return any_of(MBB, [](const MachineInstr &MI) { return getFRM(MI) >= 0; });
  });
  if (!Any)
    return false;
  for (MachineLoop *L : *MLI)
    surroundLoop(*L);
  for (MachineBasicBlock &MBB : MF)
    if (!Surrounded.contains(&MBB))
      surroundInBlock(MBB);
  return true;
}

bool MTIAInsertRoundingModes::runOnMachineFunction(MachineFunction &MF) {
  const auto &ST = MF.getSubtarget<MTIASubtarget>();
  if (!ST.hasVInstructions())
    return false;
  TII = ST.getInstrInfo();
  MRI = &MF.getRegInfo();
  MLI = &getAnalysis<MachineLoopInfoWrapperPass>().getLI();
  Blocks.assign(MF.getNumBlockIDs(), Block());
  Order.clear();
  Surrounded.clear();
  for (MachineBasicBlock *MBB : ReversePostOrderTraversal<MachineFunction *>(&MF))
    Order.push_back(MBB);
  bool Changed = insertVXRM(MF);
  return insertFRM(MF) || Changed;
}
