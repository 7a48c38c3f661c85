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
// That saves changes of vl, and the cycles of the elements. Runs on SSA form, and follows the
// readers through phis: what a loop carries around is needed as far as the next iteration reads,
// which is no farther than this one if the loop counts down what is left (see Countdown), and
// what stands before the loop as far as the first one reads:
//
//     vsetvli a5, zero, e32, m4            vsetvli zero, a2, e32, m4
//     vid.v v8                             vid.v v8
//   loop:                                loop:
//     vsetvli a4, a2, e32, m4              vsetvli a4, a2, e32, m4
//     vse32.v v8, (a1)                     vse32.v v8, (a1)
//     vsetvli a5, zero, e32, m4      =>    vadd.vx v8, v8, a4
//     vadd.vx v8, v8, a4                   sub a2, a2, a4
//     sub a2, a2, a4
//
// The numbers are the solution of a data flow that begins with "nothing is read" and grows.
//
//===----------------------------------------------------------------------===//

#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"
#include "MTIAVectorState.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/CodeGen/MachineDominators.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineLoopInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/InitializePasses.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-reduce-vl"
#define PASS_NAME "MTIA reduce the number of vector elements"

namespace {
// How many elements of a value its readers need: none as far as is known, or the avl Count (a
// register, or a constant) under a configuration of at most VLMax elements, or all.
struct Demand {
  enum KindTy : uint8_t { None, Register, Constant, All } Kind = None;
  llvm::Register Reg;
  int64_t Count = 0;
  unsigned VLMax = 0;

  static Demand getAll() {
    Demand D;
    D.Kind = All;
    return D;
  }
  static Demand get(const MachineOperand &AVL, unsigned VLMax) {
    Demand D;
    D.VLMax = VLMax;
    if (AVL.isReg()) {
      D.Kind = Register;
      D.Reg = AVL.getReg();
    } else if (AVL.getImm() >= 0) {
      D.Kind = Constant;
      D.Count = AVL.getImm();
    } else {
      D.Kind = All;
    }
    return D;
  }
  bool operator==(const Demand &O) const {
    return Kind == O.Kind && Reg == O.Reg && Count == O.Count && VLMax == O.VLMax;
  }
};

class MTIAReduceVL : public MachineFunctionPass {
public:
  static char ID;
  MTIAReduceVL() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.addRequired<MachineDominatorTreeWrapperPass>();
    AU.addRequired<MachineLoopInfoWrapperPass>();
    AU.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;

private:
  // `%left = PHI %all, %entry, %next, %latch; %vl = vsetvli %left; %next = SUB %left, %vl` in the
  // header of a loop: %vl never grows, as it is min(%left, VLMAX), and is at most %all.
  struct Countdown {
    const MachineBasicBlock *Header;
    Register All;
  };
  std::optional<Countdown> getCountdown(Register VL) const;

  const MachineInstr *getDef(Register Reg) const {
    return Reg.isVirtual() ? MRI->getUniqueVRegDef(Reg) : nullptr;
  }
  Register withoutCopies(Register Reg) const;
  bool isAvailable(Register Reg, const MachineInstr &MI) const;
  bool isNonZero(Register Reg, const MachineBasicBlock &MBB) const;
  Demand join(Demand A, const Demand &B) const;
  Demand getReducible(const MachineInstr &MI) const;
  Demand getOwn(const MachineInstr &MI) const;
  Demand getNeeded(const MachineInstr &MI) const;
  Demand getThroughPhi(const MachineInstr &Phi, unsigned I) const;
  Demand getOfReader(const MachineOperand &MO, unsigned EEW) const;
  Demand getOfReadersOfV0(const MachineInstr &Copy) const;
  Demand getOfReadersOfTuple(Register Tuple, unsigned EEW) const;
  bool reduce(MachineInstr &MI);
  bool limitReduction(MachineInstr &MI);

  MachineRegisterInfo *MRI = nullptr;
  const MachineDominatorTree *MDT = nullptr;
  const MachineLoopInfo *MLI = nullptr;
  const TargetRegisterInfo *TRI = nullptr;
  // Of the results of vector instructions and phis; EEW is that of what they are made of, 0 as
  // long as that is not known.
  DenseMap<Register, Demand> Demands;
  DenseMap<Register, unsigned> EEWs;
};
} // namespace

char MTIAReduceVL::ID = 0;
INITIALIZE_PASS_BEGIN(MTIAReduceVL, DEBUG_TYPE, PASS_NAME, false, false)
INITIALIZE_PASS_DEPENDENCY(MachineDominatorTreeWrapperPass)
INITIALIZE_PASS_DEPENDENCY(MachineLoopInfoWrapperPass)
INITIALIZE_PASS_END(MTIAReduceVL, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAReduceVLPass() { return new MTIAReduceVL(); }

static unsigned getVLMax(const MachineInstr &MI) { return MTIAV::getVLMax(MTIAV::getVTypeI(MI)); }

// MTIAV::getEEW of operand I of a vector instruction; the destination is operand 0.
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
    return MTIAV::getEEW(MTIAV::getDestKind(D), SEW);
  if (I == MTIAV::getVs2Idx(D))
    return MTIAV::getEEW(MTIAV::getVs2Kind(D), SEW);
  if (I == MTIAV::getVs1Idx(D))
    return MTIAV::getEEW(MTIAV::getVs1Kind(D), SEW);
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

// The virtual register that Reg is a copy of.
Register MTIAReduceVL::withoutCopies(Register Reg) const {
  while (const MachineInstr *Def = getDef(Reg)) {
    if (!Def->isCopy() || Def->getOperand(1).getSubReg() ||
        !Def->getOperand(1).getReg().isVirtual())
      break;
    Reg = Def->getOperand(1).getReg();
  }
  return Reg;
}

std::optional<MTIAReduceVL::Countdown> MTIAReduceVL::getCountdown(Register VL) const {
  const MachineInstr *Set = getDef(VL);
  if (!Set || Set->getOpcode() != MTIA::PseudoVSETVLI)
    return std::nullopt;
  Register Left = Set->getOperand(1).getReg();
  const MachineInstr *Phi = getDef(Left);
  if (!Phi || !Phi->isPHI() || Phi->getNumOperands() != 5)
    return std::nullopt;
  const MachineLoop *L = MLI->getLoopFor(Phi->getParent());
  if (!L || L->getHeader() != Phi->getParent() || !L->contains(Set->getParent()))
    return std::nullopt;
  unsigned Back = L->contains(Phi->getOperand(2).getMBB()) ? 1 : 3, Entry = 4 - Back;
  if (!L->contains(Phi->getOperand(Back + 1).getMBB()) ||
      L->contains(Phi->getOperand(Entry + 1).getMBB()))
    return std::nullopt;
  const MachineInstr *Sub = getDef(Phi->getOperand(Back).getReg());
  if (!Sub || Sub->getOpcode() != MTIA::SUB || Sub->getOperand(1).getReg() != Left ||
      Sub->getOperand(2).getReg() != VL)
    return std::nullopt;
  return Countdown{L->getHeader(), withoutCopies(Phi->getOperand(Entry).getReg())};
}

// Whether Reg has its value at MI. As MI comes before those that read its result, on every path,
// it is the value that they see, too.
bool MTIAReduceVL::isAvailable(Register Reg, const MachineInstr &MI) const {
  const MachineInstr *Def = getDef(Reg);
  return Def && Def != &MI && MDT->dominates(Def, &MI);
}

// Whether a branch on the way to MBB has shown that Reg isn't 0.
bool MTIAReduceVL::isNonZero(Register Reg, const MachineBasicBlock &MBB) const {
  Reg = withoutCopies(Reg);
  const MachineInstr *Def = getDef(Reg);
  if (Def && Def->getOpcode() == MTIA::ADDI && Def->getOperand(1).getReg() == MTIA::X0 &&
      Def->getOperand(2).isImm())
    return Def->getOperand(2).getImm() != 0;
  for (const MachineDomTreeNode *N = MDT->getNode(&MBB); N && N->getIDom(); N = N->getIDom()) {
    const MachineBasicBlock *To = N->getBlock();
    if (To->pred_size() != 1)
      continue;
    const MachineBasicBlock *From = *To->pred_begin();
    auto Branch = From->getFirstTerminator();
    if (Branch == From->end() || !Branch->isConditionalBranch() ||
        !Branch->getOperand(Branch->getNumExplicitOperands() - 1).isMBB() ||
        Branch->getNumExplicitOperands() != 3)
      continue;
    bool Taken = Branch->getOperand(2).getMBB() == To;
    auto IsZero = [&](Register R) {
      const MachineInstr *Copy = getDef(R);
      return R == MTIA::X0 || (Copy && Copy->isCopy() && Copy->getOperand(1).getReg() == MTIA::X0);
    };
    Register A = withoutCopies(Branch->getOperand(0).getReg());
    Register B = withoutCopies(Branch->getOperand(1).getReg());
    switch (Branch->getOpcode()) {
    case MTIA::BNE:
    case MTIA::BEQ:
      if (Taken == (Branch->getOpcode() == MTIA::BNE) &&
          ((A == Reg && IsZero(B)) || (B == Reg && IsZero(A))))
        return true;
      break;
    case MTIA::BLT:
    case MTIA::BGE:
      if (Taken == (Branch->getOpcode() == MTIA::BLT) && IsZero(A) && B == Reg)
        return true;
      break;
    case MTIA::BLTU:
    case MTIA::BGEU:
      if (Taken == (Branch->getOpcode() == MTIA::BLTU) && B == Reg)
        return true;
      break;
    default:
      break;
    }
  }
  return false;
}

// What serves both. A loop's vl is at most the number of elements that the loop has to do.
Demand MTIAReduceVL::join(Demand A, const Demand &B) const {
  if (A.Kind == Demand::None)
    return B;
  if (B.Kind == Demand::None)
    return A;
  if (A.Kind != B.Kind || A.Kind == Demand::All)
    return Demand::getAll();
  A.VLMax = std::max(A.VLMax, B.VLMax);
  if (A.Kind == Demand::Constant) {
    A.Count = std::max(A.Count, B.Count);
    return A;
  }
  if (A.Reg == B.Reg)
    return A;
  std::optional<Countdown> OfA = getCountdown(A.Reg), OfB = getCountdown(B.Reg);
  if (OfB && OfB->All == A.Reg)
    return A;
  if (!OfA || (OfA->All != B.Reg && !(OfB && OfA->All == OfB->All)))
    return Demand::getAll();
  A.Reg = OfA->All;
  return A;
}

Demand MTIAReduceVL::getOwn(const MachineInstr &MI) const {
  return Demand::get(MI.getOperand(MTIAV::getAVLIdx(MI.getDesc())), getVLMax(MI));
}

// The number of elements for which MI's readers would be content, as an avl that MI can take; All
// if there is none that is less than what MI has.
Demand MTIAReduceVL::getReducible(const MachineInstr &MI) const {
  if (!isIndependentOfVL(MI) || !EEWs.lookup(MI.getOperand(0).getReg()))
    return Demand::getAll();
  const MachineOperand &AVL = MI.getOperand(MTIAV::getAVLIdx(MI.getDesc()));
  if (!AVL.isImm())
    return Demand::getAll();
  Demand D = Demands.lookup(MI.getOperand(0).getReg());
  int64_t Old = AVL.getImm();
  switch (D.Kind) {
  case Demand::None:
    return D;
  case Demand::All:
    return D;
  case Demand::Constant:
    // With fewer elements in a group than the reader has, vl would be less.
    if (getVLMax(MI) < D.VLMax || (Old >= 0 && Old <= D.Count))
      return Demand::getAll();
    return D;
  case Demand::Register:
    break;
  }
  // A constant may be less than the register's value.
  if (getVLMax(MI) < D.VLMax || (Old >= 0 && Old < (int64_t)D.VLMax))
    return Demand::getAll();
  while (!isAvailable(D.Reg, MI)) {
    std::optional<Countdown> C = getCountdown(D.Reg);
    if (!C)
      return Demand::getAll();
    D.Reg = C->All;
  }
  if (!TRI->getCommonSubClass(MRI->getRegClass(D.Reg), &MTIA::GPRNoX0RegClass))
    return Demand::getAll();
  return D;
}

// How many elements MI will compute.
Demand MTIAReduceVL::getNeeded(const MachineInstr &MI) const {
  Demand D = getReducible(MI);
  return D.Kind == Demand::All ? getOwn(MI) : D;
}

// What the reader of a phi needs of the value in operand I.
Demand MTIAReduceVL::getThroughPhi(const MachineInstr &Phi, unsigned I) const {
  Demand D = Demands.lookup(Phi.getOperand(0).getReg());
  const MachineBasicBlock *MBB = Phi.getParent();
  while (D.Kind == Demand::Register) {
    const MachineInstr *Def = getDef(D.Reg);
    if (Def && Def->getParent() != MBB && MDT->dominates(Def->getParent(), MBB))
      return D;
    std::optional<Countdown> C = getCountdown(D.Reg);
    if (!C)
      return Demand::getAll();
    // The next iteration's number is at most this one's.
    if (C->Header == MBB && MLI->getLoopFor(MBB)->contains(Phi.getOperand(I + 1).getMBB()))
      return D;
    D.Reg = C->All;
    if (C->Header == MBB)
      return D;
  }
  return D;
}

// What the instruction needs of its operand MO, whose writer's elements have EEW bits.
Demand MTIAReduceVL::getOfReader(const MachineOperand &MO, unsigned EEW) const {
  const MachineInstr &MI = *MO.getParent();
  if (MO.getSubReg())
    return Demand::getAll();
  int I = MI.getOperandNo(&MO);
  if (MI.isPHI())
    return EEWs.lookup(MI.getOperand(0).getReg()) == EEW ? getThroughPhi(MI, I) : Demand::getAll();
  if (MI.isCopy())
    return EEW == 1 && MI.getOperand(0).getReg() == MTIA::V0 ? getOfReadersOfV0(MI)
                                                             : Demand::getAll();
  if (MI.isRegSequence() || (MI.isInsertSubreg() && I == 2))
    return getOfReadersOfTuple(MI.getOperand(0).getReg(), EEW);
  const MCInstrDesc &Desc = MI.getDesc();
  // Another view of the same bits has other elements.
  if (!MTIAV::isPseudo(Desc) || getEEW(MI, I) != EEW)
    return Demand::getAll();
  // What is behind vl is kept unless the tail is agnostic: all that the result's readers need.
  if (I == MTIAV::getPassthruIdx(Desc) && !(MTIAV::getVTypeI(MI) & MTIAVType::TailAgnostic)) {
    if (!isIndependentOfVL(MI) || Desc.mayLoad())
      return Demand::getAll();
    return join(getNeeded(MI), Demands.lookup(MI.getOperand(0).getReg()));
  }
  if (I == MTIAV::getVs2Idx(Desc) && permutesVs2(MTIAV::getBaseOpcode(MI.getOpcode())))
    return Demand::getAll();
  return getNeeded(MI);
}

// Masks are copied to v0 right before the instructions that read them.
Demand MTIAReduceVL::getOfReadersOfV0(const MachineInstr &Copy) const {
  const MachineBasicBlock &MBB = *Copy.getParent();
  Demand D;
  for (auto I = std::next(MachineBasicBlock::const_iterator(Copy)), E = MBB.end(); I != E; ++I) {
    if (I->isDebugInstr())
      continue;
    for (const MachineOperand &MO : I->operands())
      if (MO.isReg() && MO.getReg().isPhysical() && MO.readsReg() &&
          TRI->regsOverlap(MO.getReg(), MTIA::V0)) {
        if (!MTIAV::isPseudo(*I) || (int)I->getOperandNo(&MO) != MTIAV::getVMIdx(I->getDesc()))
          return Demand::getAll();
        D = join(D, getNeeded(*I));
      }
    if (I->modifiesRegister(MTIA::V0, TRI))
      return D;
  }
  if (llvm::any_of(MBB.successors(), [](const MachineBasicBlock *Successor) {
        return Successor->isLiveIn(MTIA::V0);
      }))
    return Demand::getAll();
  return D;
}

// Fields of segments: stores take as many elements of each.
Demand MTIAReduceVL::getOfReadersOfTuple(Register Tuple, unsigned EEW) const {
  Demand D;
  for (const MachineOperand &MO : MRI->use_nodbg_operands(Tuple)) {
    const MachineInstr &MI = *MO.getParent();
    const MCInstrDesc &Desc = MI.getDesc();
    int I = MI.getOperandNo(&MO);
    if (MO.getSubReg())
      return Demand::getAll();
    if (MI.isInsertSubreg() && I == 1) {
      D = join(D, getOfReadersOfTuple(MI.getOperand(0).getReg(), EEW));
      continue;
    }
    if (!MTIAV::isPseudo(Desc) || !Desc.mayStore() || MTIAV::getMemNF(Desc) == 1 ||
        I != MTIAV::getFirstSourceIdx(Desc))
      return Demand::getAll();
    bool Indexed = MTIAV::getMemMode(Desc) == MTIAV::MemIndexed;
    if ((Indexed ? MTIAV::getSEW(MTIAV::getVTypeI(MI)) : MTIAV::getMemEEW(Desc)) != EEW)
      return Demand::getAll();
    D = join(D, getOwn(MI));
  }
  return D;
}

bool MTIAReduceVL::reduce(MachineInstr &MI) {
  Demand D = getReducible(MI);
  MachineOperand &AVL = MI.getOperand(MTIAV::getAVLIdx(MI.getDesc()));
  switch (D.Kind) {
  case Demand::None: // nobody reads it; it isn't worth a change
  case Demand::All:
    return false;
  case Demand::Constant:
    AVL.setImm(D.Count);
    return true;
  case Demand::Register:
    break;
  }
  MRI->constrainRegClass(D.Reg, &MTIA::GPRNoX0RegClass);
  MRI->clearKillFlags(D.Reg);
  AVL.ChangeToRegister(D.Reg, /*isDef=*/false);
  return true;
}

// What doesn't change a reduction, however often it is an element.
enum class Neutral { None, Zero, MinusOne, FPZero, Anything };
static Neutral getNeutral(unsigned Base) {
  switch (Base) {
  case MTIA::VREDSUM_VS:
  case MTIA::VREDXOR_VS:
  case MTIA::VWREDSUM_VS:
  case MTIA::VWREDSUMU_VS:
    return Neutral::Zero;
  case MTIA::VFREDUSUM_VS:
  case MTIA::VFWREDUSUM_VS:
    return Neutral::FPZero;
  case MTIA::VREDAND_VS:
  case MTIA::VREDOR_VS:
  case MTIA::VREDMIN_VS:
  case MTIA::VREDMINU_VS:
  case MTIA::VREDMAX_VS:
  case MTIA::VREDMAXU_VS:
  case MTIA::VFREDMIN_VS:
  case MTIA::VFREDMAX_VS:
    return Neutral::Anything;
  default:
    return Neutral::None;
  }
}

// A splat of a neutral element. Where that is anything: once more what element 0 is.
static bool isNeutralSplat(const MachineInstr &MI, Neutral Kind, const MachineRegisterInfo &MRI) {
  auto DefOf = [&](unsigned I) -> const MachineInstr * {
    const MachineOperand &MO = MI.getOperand(I);
    return MO.isReg() && MO.getReg().isVirtual() ? MRI.getUniqueVRegDef(MO.getReg()) : nullptr;
  };
  switch (MTIAV::getBaseOpcode(MI.getOpcode())) {
  case MTIA::VMV_V_I:
    return Kind == Neutral::Anything || MI.getOperand(2).getImm() == 0;
  case MTIA::VMV_V_X:
    return Kind == Neutral::Anything;
  case MTIA::VFMV_V_F: {
    // -0: the sign and nothing else.
    if (Kind != Neutral::FPZero)
      return Kind == Neutral::Anything;
    const MachineInstr *Move = DefOf(2);
    if (!Move || Move->getOpcode() != MTIA::FMV_W_X || !Move->getOperand(1).getReg().isVirtual())
      return false;
    const MachineInstr *Bits = MRI.getUniqueVRegDef(Move->getOperand(1).getReg());
    return Bits && Bits->getOpcode() == MTIA::LUI && Bits->getOperand(1).isImm() &&
           Bits->getOperand(1).getImm() == 0x80000;
  }
  default:
    return false;
  }
}

// The sum behind a loop, of elements that the loop has added up. Those behind the first
// iteration's vl are neutral still: the sum is that of as many as the loop had to do.
//
//     vsetvli a0, zero, e32, m4            vsetvli zero, a2, e32, m4
//     vredsum.vs v8, v12, v8        =>     vredsum.vs v8, v12, v8
//
// Without any it would be element 0 as it was before the loop: there must be some.
bool MTIAReduceVL::limitReduction(MachineInstr &MI) {
  if (!MTIAV::isPseudo(MI))
    return false;
  const MCInstrDesc &D = MI.getDesc();
  Neutral Kind = getNeutral(MTIAV::getBaseOpcode(MI.getOpcode()));
  if (Kind == Neutral::None)
    return false;
  int Passthru = MTIAV::getPassthruIdx(D);
  MachineOperand &AVL = MI.getOperand(MTIAV::getAVLIdx(D));
  Register V = MI.getOperand(MTIAV::getVs2Idx(D)).getReg();
  unsigned VType = MTIAV::getVTypeI(MI);
  // One register takes a cycle in any case.
  if (!AVL.isImm() || AVL.getImm() >= 0 || MTIAV::getLog2LMUL(VType) <= 0 ||
      MI.getOperand(Passthru).getReg() || MI.getOperand(MTIAV::getVMIdx(D)).getReg())
    return false;
  const MachineInstr *Add = getDef(V);
  if (!Add || !MTIAV::isPseudo(*Add) || Add->getDesc().mayLoad() || !isIndependentOfVL(*Add) ||
      MTIAV::getPassthruIdx(Add->getDesc()) < 0 ||
      (MTIAV::getVTypeI(*Add) & MTIAVType::TailAgnostic) ||
      MTIAV::getSEW(MTIAV::getVTypeI(*Add)) != MTIAV::getSEW(VType) ||
      getVLMax(*Add) != getVLMax(MI) || MTIAV::getDestKind(Add->getDesc()) != MTIAV::KindSEW)
    return false;
  const MachineOperand &Length = Add->getOperand(MTIAV::getAVLIdx(Add->getDesc()));
  std::optional<Countdown> C = Length.isReg() ? getCountdown(Length.getReg()) : std::nullopt;
  const MachineInstr *Phi = getDef(Add->getOperand(MTIAV::getPassthruIdx(Add->getDesc())).getReg());
  if (!C || !Phi || !Phi->isPHI() || Phi->getParent() != C->Header || Phi->getNumOperands() != 5 ||
      !isAvailable(C->All, MI) || !isNonZero(C->All, *C->Header) ||
      MTIAV::getVLMax(getDef(Length.getReg())->getOperand(2).getImm()) != getVLMax(MI) ||
      !TRI->getCommonSubClass(MRI->getRegClass(C->All), &MTIA::GPRNoX0RegClass))
    return false;
  unsigned Entry = Phi->getOperand(1).getReg() == V ? 3 : 1;
  if (Phi->getOperand(4 - Entry).getReg() != V)
    return false;
  const MachineInstr *Init = getDef(Phi->getOperand(Entry).getReg());
  // Element 0 may have the start value; what else is neutral counts.
  if (Init && Kind != Neutral::Anything && MTIAV::isPseudo(*Init)) {
    unsigned Base = MTIAV::getBaseOpcode(Init->getOpcode());
    if (Base == MTIA::VMV_S_X || Base == MTIA::VFMV_S_F)
      Init = getDef(Init->getOperand(MTIAV::getPassthruIdx(Init->getDesc())).getReg());
  }
  if (!Init || !MTIAV::isPseudo(*Init) || !isNeutralSplat(*Init, Kind, *MRI))
    return false;

  MRI->constrainRegClass(C->All, &MTIA::GPRNoX0RegClass);
  MRI->clearKillFlags(C->All);
  AVL.ChangeToRegister(C->All, /*isDef=*/false);
  // The start value's register is set under the same length.
  MachineInstr *Start = MRI->getUniqueVRegDef(MI.getOperand(MTIAV::getVs1Idx(D)).getReg());
  if (Start && Start->getParent() == MI.getParent() && MTIAV::isPseudo(*Start) &&
      isAvailable(C->All, *Start)) {
    unsigned Base = MTIAV::getBaseOpcode(Start->getOpcode());
    if ((Base == MTIA::VMV_S_X || Base == MTIA::VFMV_S_F) &&
        MTIAV::getSEW(MTIAV::getVTypeI(*Start)) == MTIAV::getSEW(VType) &&
        MRI->hasOneNonDBGUse(Start->getOperand(0).getReg())) {
      Start->getOperand(MTIAV::getAVLIdx(Start->getDesc())).ChangeToRegister(C->All, false);
      Start->getOperand(MTIAV::getVTypeIdx(Start->getDesc())).setImm(VType);
    }
  }
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
  MLI = &getAnalysis<MachineLoopInfoWrapperPass>().getLI();
  Demands.clear();
  EEWs.clear();
  bool Changed = false;
  for (MachineBasicBlock &MBB : MF)
    for (MachineInstr &MI : MBB)
      Changed |= limitReduction(MI);

  // Values with elements, users first.
  SmallVector<MachineInstr *, 32> Instrs, Phis;
  for (MachineBasicBlock *MBB : post_order(&MF))
    for (MachineInstr &MI : reverse(*MBB)) {
      if (MI.isPHI()) {
        Phis.push_back(&MI);
      } else if (MTIAV::isPseudo(MI) && MI.getDesc().getNumDefs() == 1 &&
                 MI.getOperand(0).getReg().isVirtual()) {
        if (unsigned EEW = getEEW(MI, 0)) {
          EEWs[MI.getOperand(0).getReg()] = EEW;
          Instrs.push_back(&MI);
        }
      }
    }
  // A phi's elements are those of its operands; 0 if they differ, or if one is something else.
  constexpr unsigned Differ = 0;
  for (bool Again = true; Again;) {
    Again = false;
    for (MachineInstr *Phi : Phis) {
      Register Dest = Phi->getOperand(0).getReg();
      auto Known = EEWs.find(Dest);
      std::optional<unsigned> EEW;
      for (unsigned I = 1; I < Phi->getNumOperands(); I += 2) {
        Register Reg = Phi->getOperand(I).getReg();
        auto Operand = EEWs.find(Reg);
        const MachineInstr *Def = getDef(Reg);
        if (Operand == EEWs.end() && Def && (Def->isPHI() || Def->isImplicitDef()))
          continue; // not known yet, or undefined
        unsigned Found =
            Operand == EEWs.end() || Phi->getOperand(I).getSubReg() ? Differ : Operand->second;
        EEW = !EEW || *EEW == Found ? Found : Differ;
      }
      if (EEW && (Known == EEWs.end() || Known->second != *EEW)) {
        EEWs[Dest] = *EEW;
        Again = true;
      }
    }
  }

  SetVector<Register> Work;
  for (const auto *List : {&Phis, &Instrs})
    for (const MachineInstr *MI : reverse(*List))
      if (EEWs.lookup(MI->getOperand(0).getReg()))
        Work.insert(MI->getOperand(0).getReg());
  while (!Work.empty()) {
    Register Reg = Work.pop_back_val();
    unsigned EEW = EEWs.lookup(Reg);
    Demand Old = Demands.lookup(Reg), D = Old;
    for (const MachineOperand &MO : MRI->use_nodbg_operands(Reg)) {
      D = join(D, getOfReader(MO, EEW));
      if (D.Kind == Demand::All)
        break;
    }
    if (D == Old)
      continue;
    Demands[Reg] = D;
    // What the operands of its definition have to deliver may be more now.
    const MachineInstr *Def = getDef(Reg);
    for (const MachineOperand &MO : Def->uses())
      if (MO.isReg() && MO.getReg().isVirtual() && EEWs.lookup(MO.getReg()))
        Work.insert(MO.getReg());
    // A mask in v0: a copy of it.
    if (!Def->isPHI() && MTIAV::getVMIdx(Def->getDesc()) >= 0 &&
        Def->getOperand(MTIAV::getVMIdx(Def->getDesc())).getReg() == MTIA::V0)
      for (auto I = MachineBasicBlock::const_reverse_iterator(Def), E = Def->getParent()->rend();
           I != E; ++I)
        if (I->isCopy() && I->getOperand(0).getReg() == MTIA::V0) {
          Register Mask = I->getOperand(1).getReg();
          if (Mask.isVirtual() && EEWs.lookup(Mask))
            Work.insert(Mask);
          break;
        }
  }

  for (MachineInstr *MI : Instrs)
    Changed |= reduce(*MI);
  return Changed;
}
