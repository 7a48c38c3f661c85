//===-- MTIAReduceVL.cpp - Compute only the elements that are used -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An instruction whose result is read up to some number of elements needs no more of them
// itself. So a loop whose loads and stores take `vl` elements computes as many:
//
//     vsetvli zero, a7, e32, m4            vsetvli zero, a7, e32, m4
//     vle32.v v8, (a1)                     vle32.v v8, (a1)
//     vsetvli a5, zero, e32, m4      =>    vadd.vv v8, v8, v12
//     vadd.vv v8, v8, v12                  vse32.v v8, (a2)
//     vsetvli zero, a7, e32, m4
//     vse32.v v8, (a2)
//
// That saves changes of vl, and the cycles of the elements. Runs on SSA form, users first.
//
//===----------------------------------------------------------------------===//

#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"
#include "MTIAVectorState.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/CodeGen/MachineDominators.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/InitializePasses.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-reduce-vl"
#define PASS_NAME "MTIA reduce the number of vector elements"

namespace {
// How many elements of a value its readers need: nothing known yet, or an operand avl under a
// configuration of at most VLMax elements.
struct Demand {
  const MachineOperand *AVL = nullptr;
  unsigned VLMax = 0;

  // Both; false if that is no avl.
  bool add(const MachineOperand &Other, unsigned OtherVLMax) {
    if (Other.isImm() && Other.getImm() < 0)
      return false;
    if (!AVL) {
      AVL = &Other;
      VLMax = OtherVLMax;
      return true;
    }
    if (AVL->isReg() != Other.isReg())
      return false;
    VLMax = std::max(VLMax, OtherVLMax);
    if (Other.isReg())
      return AVL->getReg() == Other.getReg();
    if (Other.getImm() > AVL->getImm())
      AVL = &Other;
    return true;
  }
};

class MTIAReduceVL : public MachineFunctionPass {
public:
  static char ID;
  MTIAReduceVL() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.addRequired<MachineDominatorTreeWrapperPass>();
    AU.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;

private:
  bool addReader(const MachineOperand &MO, unsigned EEW, Demand &D) const;
  bool addReadersOfV0(const MachineInstr &Copy, Demand &D) const;
  bool reduce(MachineInstr &MI) const;

  const MachineRegisterInfo *MRI = nullptr;
  const MachineDominatorTree *MDT = nullptr;
  const TargetRegisterInfo *TRI = nullptr;
};
} // namespace

char MTIAReduceVL::ID = 0;
INITIALIZE_PASS_BEGIN(MTIAReduceVL, DEBUG_TYPE, PASS_NAME, false, false)
INITIALIZE_PASS_DEPENDENCY(MachineDominatorTreeWrapperPass)
INITIALIZE_PASS_END(MTIAReduceVL, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAReduceVLPass() { return new MTIAReduceVL(); }

static unsigned getVLMax(const MachineInstr &MI) { return MTIAV::getVLMax(MTIAV::getVTypeI(MI)); }

// Bits of an operand's elements, 1 of a mask; 0 where vl doesn't count them.
static unsigned getEEW(MTIAV::Kind Kind, unsigned SEW) {
  switch (Kind) {
  case MTIAV::KindSEW:
    return SEW;
  case MTIAV::Kind2SEW:
    return SEW * 2;
  case MTIAV::KindSEW_2:
    return SEW / 2;
  case MTIAV::KindSEW_4:
    return SEW / 4;
  case MTIAV::KindSEW_8:
    return SEW / 8;
  case MTIAV::KindE16:
    return 16;
  case MTIAV::KindMask:
    return 1;
  default:
    return 0;
  }
}

// The same of operand I of a vector instruction; the destination is operand 0.
static unsigned getEEW(const MachineInstr &MI, int I) {
  const MCInstrDesc &D = MI.getDesc();
  unsigned SEW = MTIAV::getSEW(MTIAV::getVTypeI(MI));
  int Data = D.mayStore() ? MTIAV::getFirstSourceIdx(D) : 0;
  bool IsData = I == Data || I == MTIAV::getPassthruIdx(D);
  switch (MTIAV::getMemMode(D)) {
  case MTIAV::MemNone:
    break;
  case MTIAV::MemMask:
    return 0;
  case MTIAV::MemUnit:
  case MTIAV::MemStrided:
    return IsData && MTIAV::getMemNF(D) == 1 ? MTIAV::getMemEEW(D) : 0;
  case MTIAV::MemIndexed:
    if (!IsData)
      return MTIAV::getMemEEW(D);
    return MTIAV::getMemNF(D) == 1 ? SEW : 0;
  }
  if (IsData)
    return getEEW(MTIAV::getDestKind(D), SEW);
  if (I == MTIAV::getVs2Idx(D))
    return getEEW(MTIAV::getVs2Kind(D), SEW);
  if (I == MTIAV::getVs1Idx(D))
    return getEEW(MTIAV::getVs1Kind(D), SEW);
  return 0;
}

// Instructions that take any element of vs2, whatever vl is.
static bool permutesVs2(unsigned Opcode) {
  switch (Opcode) {
  case MTIA::VSLIDEDOWN_VX:
  case MTIA::VSLIDEDOWN_VI:
  case MTIA::VRGATHER_VV:
  case MTIA::VRGATHER_VX:
  case MTIA::VRGATHER_VI:
  case MTIA::VRGATHEREI16_VV:
    return true;
  default:
    return false;
  }
}

// An element of the result that doesn't depend on how many there are. Those of loads are what
// memory has; fewer of them are loaded.
static bool isIndependentOfVL(const MachineInstr &MI) {
  const MCInstrDesc &D = MI.getDesc();
  if (!MTIAV::isPseudo(D) || D.getNumDefs() != 1 || MTIAV::isFaultFirst(D) || D.mayStore() ||
      MI.hasOrderedMemoryRef())
    return false;
  if (D.mayLoad())
    return true;
  switch (MTIAV::getBaseOpcode(MI.getOpcode())) {
  case MTIA::VSLIDE1DOWN_VX:
  case MTIA::VFSLIDE1DOWN_VF:
  case MTIA::VCOMPRESS_VM:
    return false;
  default:
    return true;
  }
}

// What the instruction needs of its operand MO, whose writer's elements have EEW bits.
bool MTIAReduceVL::addReader(const MachineOperand &MO, unsigned EEW, Demand &D) const {
  const MachineInstr &MI = *MO.getParent();
  if (MO.getSubReg())
    return false;
  if (MI.isCopy())
    return EEW == 1 && MI.getOperand(0).getReg() == MTIA::V0 && addReadersOfV0(MI, D);
  const MCInstrDesc &Desc = MI.getDesc();
  if (!MTIAV::isPseudo(Desc))
    return false;
  int I = MI.getOperandNo(&MO);
  // What is behind vl is kept unless the tail is agnostic.
  if (I == MTIAV::getPassthruIdx(Desc) && !(MTIAV::getVTypeI(MI) & MTIAVType::TailAgnostic))
    return false;
  // Another view of the same bits has other elements.
  if (getEEW(MI, I) != EEW)
    return false;
  if (I == MTIAV::getVs2Idx(Desc) && permutesVs2(MTIAV::getBaseOpcode(MI.getOpcode())))
    return false;
  return D.add(MI.getOperand(MTIAV::getAVLIdx(Desc)), getVLMax(MI));
}

// Masks are copied to v0 right before the instructions that read them.
bool MTIAReduceVL::addReadersOfV0(const MachineInstr &Copy, Demand &D) const {
  const MachineBasicBlock &MBB = *Copy.getParent();
  for (auto I = std::next(MachineBasicBlock::const_iterator(Copy)), E = MBB.end(); I != E; ++I) {
    if (I->isDebugInstr())
      continue;
    for (const MachineOperand &MO : I->operands())
      if (MO.isReg() && MO.getReg().isPhysical() && MO.readsReg() &&
          TRI->regsOverlap(MO.getReg(), MTIA::V0)) {
        if (!MTIAV::isPseudo(*I) || (int)I->getOperandNo(&MO) != MTIAV::getVMIdx(I->getDesc()) ||
            !D.add(I->getOperand(MTIAV::getAVLIdx(I->getDesc())), getVLMax(*I)))
          return false;
      }
    if (I->modifiesRegister(MTIA::V0, TRI))
      return true;
  }
  return llvm::none_of(MBB.successors(), [](const MachineBasicBlock *Successor) {
    return Successor->isLiveIn(MTIA::V0);
  });
}

bool MTIAReduceVL::reduce(MachineInstr &MI) const {
  if (!isIndependentOfVL(MI) || !MI.getOperand(0).getReg().isVirtual())
    return false;
  MachineOperand &AVL = MI.getOperand(MTIAV::getAVLIdx(MI.getDesc()));
  if (!AVL.isImm())
    return false;
  Register Dest = MI.getOperand(0).getReg();
  unsigned EEW = getEEW(MI, 0);
  if (!EEW)
    return false;
  Demand D;
  for (const MachineOperand &MO : MRI->use_nodbg_operands(Dest))
    if (!addReader(MO, EEW, D))
      return false;
  // With fewer elements in a group than the reader has, vl would be less.
  if (!D.AVL || getVLMax(MI) < D.VLMax)
    return false;

  int64_t Old = AVL.getImm();
  if (D.AVL->isImm()) {
    if (Old >= 0 && Old <= D.AVL->getImm())
      return false;
    AVL.setImm(D.AVL->getImm());
    return true;
  }
  // A constant may be less than the register's value.
  if (Old >= 0 && Old < (int64_t)D.VLMax)
    return false;
  const MachineInstr *Def = MRI->getUniqueVRegDef(D.AVL->getReg());
  if (!D.AVL->getReg().isVirtual() || !Def || !MDT->dominates(Def, &MI))
    return false;
  Register Reg = D.AVL->getReg();
  MRI->clearKillFlags(Reg);
  AVL.ChangeToRegister(Reg, /*isDef=*/false);
  return true;
}

bool MTIAReduceVL::runOnMachineFunction(MachineFunction &MF) {
  const auto &ST = MF.getSubtarget<MTIASubtarget>();
  // Elements that nobody reads raise exceptions, too.
  if (!ST.hasVInstructions() || skipFunction(MF.getFunction()) ||
      MF.getFunction().hasFnAttribute(Attribute::StrictFP))
    return false;
  MRI = &MF.getRegInfo();
  TRI = ST.getRegisterInfo();
  MDT = &getAnalysis<MachineDominatorTreeWrapperPass>().getDomTree();
  bool Changed = false;
  for (MachineBasicBlock *MBB : post_order(&MF))
    for (MachineInstr &MI : reverse(*MBB))
      Changed |= reduce(MI);
  return Changed;
}
