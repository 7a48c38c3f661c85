//===-- MTIAInsertVSETVLI.cpp - Set vl and vtype ---------------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A vector pseudo-instruction names the number of elements (avl) and the vtype that it
// works on. This pass puts vsetvli and its like where the two aren't as needed:
//
//     %b = PseudoVLE32_V $noreg, %p, $noreg, 8, e32m1        vsetivli zero, 8, e64, m2, ta, ma
//     %c = PseudoVZEXT_VF2 $noreg, %b, $noreg, 8, e64m2  ->  vle32.v v8, (a0)
//     PseudoVSE64_V %c, %q, $noreg, 8, e64m2                 vzext.vf2 v10, v8
//                                                            vse64.v v10, (a1)
//
// It runs when vector registers are allocated and the scalar ones aren't: spills and
// copies of vectors don't need vtype, and avl may still need a register.
//
// 1. What each instruction really needs (VConfigDemand): a load's opcode has the width of
//    its elements, so that only the ratio SEW / LMUL matters; logic of masks needs vl
//    only; elements beyond a fixed-length type's do no harm, and so on.
// 2. Neighbours whose needs can be met together form a group. Each group has one place
//    where a vsetvli is put, if at all: before its first instruction.
// 3. A forward data flow finds which groups are met by what comes in.
// 4. A group that isn't, is made to serve what follows its block too; the needs of a
//    loop, or of a block that some predecessors meet already, move to the other
//    predecessors if those run less often.
// 5. The instructions are put in, and those without an effect taken out.
//
//===----------------------------------------------------------------------===//

#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"
#include "MTIAVectorState.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/Statistic.h"
#include "llvm/CodeGen/LiveDebugVariables.h"
#include "llvm/CodeGen/LiveIntervals.h"
#include "llvm/CodeGen/LiveStacks.h"
#include "llvm/CodeGen/MachineBlockFrequencyInfo.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineLoopInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/InitializePasses.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Debug.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-insert-vsetvli"
#define PASS_NAME "MTIA vsetvli insertion"

static cl::opt<bool> EnableFlow("mtia-enable-vsetvli-flow",
                                cl::desc("Let vl and vtype flow from block to block"),
                                cl::init(true), cl::Hidden);

STATISTIC(NumInserted, "Number of vset instructions put in");
STATISTIC(NumHoisted, "Number of vset instructions moved to predecessors");
STATISTIC(NumRemoved, "Number of vset instructions without an effect");

// RISC-V unprivileged manual, chapter "V".
static constexpr unsigned CSR_VL = 0xC20;

namespace {
// An event in a block, in its order.
struct Item {
  enum KindTy {
    Group,    // instructions that share a configuration
    Clobber,  // a call or inline assembly: nothing is known behind it
    Redefine, // the value that is named Id gets a new instance
    FaultCut, // a fault-only-first load: vl is its result
  } Kind;
  MachineInstr *First;
  VConfigDemand Need;               // Group
  MachineInstr *Explicit = nullptr; // Group: First, if it's the program's own vsetvli
  const void *Id = nullptr;         // Redefine
  VLValue VL;                       // FaultCut: unknown if nobody asks for it

  Item(KindTy Kind, MachineInstr &MI) : Kind(Kind), First(&MI) {}
};

struct BlockInfo {
  SmallVector<Item, 8> Items;
  VConfigState In, Out;
  // A need that is met at the block's end, for successors.
  std::optional<VConfigDemand> AtEnd;
  bool Seen = false;
};

class MTIAInsertVSETVLI : public MachineFunctionPass {
public:
  static char ID;
  explicit MTIAInsertVSETVLI(bool Optimize = true) : MachineFunctionPass(ID), Optimize(Optimize) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    if (Optimize) {
      AU.addRequired<LiveIntervalsWrapperPass>();
      AU.addRequired<MachineLoopInfoWrapperPass>();
      AU.addRequired<MachineBlockFrequencyInfoWrapperPass>();
    }
    AU.addPreserved<LiveIntervalsWrapperPass>();
    AU.addPreserved<SlotIndexesWrapperPass>();
    AU.addPreserved<LiveDebugVariablesWrapperLegacy>();
    AU.addPreserved<LiveStacksWrapperLegacy>();
    AU.addPreserved<MachineLoopInfoWrapperPass>();
    AU.addPreserved<MachineBlockFrequencyInfoWrapperPass>();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  bool runOnMachineFunction(MachineFunction &MF) override;

private:
  // Values.
  const void *getDefinition(Register Reg, const MachineInstr &At) const;
  VLValue getValue(Register Reg, const void *Def, unsigned Depth = 0) const;
  bool isAvailable(const VLSource &Source, const MachineInstr &At) const;
  bool isAvailableAtEnd(const VLSource &Source, const MachineBasicBlock &Pred,
                        const MachineBasicBlock &MBB) const;
  VLValue translate(const VLValue &VL, const MachineBasicBlock &MBB,
                    const MachineBasicBlock &Pred) const;

  // Needs.
  VConfigDemand getDemand(const MachineInstr &MI) const;
  void setVL(VConfigDemand &D, const MachineInstr &MI, const MachineOperand &AVL,
             VConfigDemand::VLUse Use) const;
  std::optional<VConfigDemand> getExplicitDemand(const MachineInstr &MI) const;
  void collect(MachineBasicBlock &MBB);
  void addNeed(SmallVectorImpl<Item> &Items, MachineInstr &MI, const VConfigDemand &D,
               bool IsExplicit) const;

  // Data flow.
  VConfigState set(const VConfigDemand &D, const VConfigState &Before) const;
  VConfigState transfer(const Item &It, const VConfigState &Before) const;
  VConfigState getEdgeState(const MachineBasicBlock &Pred, const MachineBasicBlock &MBB);
  void solve();
  Item *getEntryGroup(MachineBasicBlock &MBB);
  Item *getLastGroup(MachineBasicBlock &MBB);
  uint64_t getFrequency(const MachineBasicBlock &MBB) const;
  bool serveSuccessors(MachineBasicBlock &MBB);
  bool hoistFromLoop(MachineLoop &L);
  bool hoistFromBlock(MachineBasicBlock &MBB);
  bool needsStateOf(const MachineBasicBlock &Pred, const MachineBasicBlock &Succ);
  bool placeAtEnd(MachineBasicBlock &Pred, const VConfigDemand &D);

  // Changes.
  void emit(MachineBasicBlock &MBB, MachineBasicBlock::iterator At, const DebugLoc &DL,
            const VConfigDemand &D, const VConfigState &Before);
  void emitAll(MachineBasicBlock &MBB);
  void replaceExplicit(MachineInstr &MI, const VConfigDemand &D);
  void finish(MachineInstr &MI);
  void removeDead();
  bool useWholeRegisters(MachineBasicBlock &MBB, bool LiveOut);
  void updateIntervals();
  MachineInstr *note(MachineInstr *MI);
  void erase(MachineInstr &MI);

  bool Optimize;
  MachineFunction *MF = nullptr;
  const MTIAInstrInfo *TII = nullptr;
  MachineRegisterInfo *MRI = nullptr;
  LiveIntervals *LIS = nullptr;
  MachineLoopInfo *MLI = nullptr;
  MachineBlockFrequencyInfo *MBFI = nullptr;
  SmallVector<BlockInfo, 8> Blocks;
  SmallVector<MachineBasicBlock *, 8> Order; // reverse post-order
  SmallSetVector<Register, 8> Touched;       // whose live ranges have changed
};
} // namespace

char MTIAInsertVSETVLI::ID = 0;
INITIALIZE_PASS_BEGIN(MTIAInsertVSETVLI, DEBUG_TYPE, PASS_NAME, false, false)
INITIALIZE_PASS_DEPENDENCY(LiveIntervalsWrapperPass)
INITIALIZE_PASS_DEPENDENCY(MachineLoopInfoWrapperPass)
INITIALIZE_PASS_DEPENDENCY(MachineBlockFrequencyInfoWrapperPass)
INITIALIZE_PASS_END(MTIAInsertVSETVLI, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIAInsertVSETVLIPass(bool Optimize) {
  return new MTIAInsertVSETVLI(Optimize);
}

//===----------------------------------------------------------------------===//
// Values of registers. A definition is named by its value number in the live interval
// or, without intervals, by the instruction if there is only one.
//===----------------------------------------------------------------------===//

const void *MTIAInsertVSETVLI::getDefinition(Register Reg, const MachineInstr &At) const {
  if (LIS)
    return LIS->getInterval(Reg).Query(LIS->getInstructionIndex(At)).valueIn();
  return MRI->getUniqueVRegDef(Reg);
}

// The program's own vsetvli. The number of elements that it is given isn't a constant.
static bool isExplicit(const MachineInstr &MI) { return MI.getOpcode() == MTIA::PseudoVSETVLI; }

static bool isVSet(const MachineInstr &MI) {
  return MI.getOpcode() == MTIA::VSETVLI || MI.getOpcode() == MTIA::VSETIVLI;
}

static unsigned getFaultFirstVLMax(const MachineInstr &MI) {
  return MTIAV::getVLMax(MTIAV::getVTypeI(MI));
}

// The number that Def writes to Reg. Copies, constants and vsetvli are looked through: where
// a copy is used, what it copies has its value too, since a definition that reaches again
// would come with the copy that it dominates.
VLValue MTIAInsertVSETVLI::getValue(Register Reg, const void *Def, unsigned Depth) const {
  if (!Def)
    return VLValue::getMin(Reg, nullptr);
  const MachineInstr *MI;
  if (LIS) {
    auto *VNI = static_cast<const VNInfo *>(Def);
    MI = VNI->isPHIDef() ? nullptr : LIS->getInstructionFromIndex(VNI->def);
  } else {
    MI = static_cast<const MachineInstr *>(Def);
  }
  VLValue Opaque = VLValue::getMin(Reg, Def);
  if (!MI || Depth == 8)
    return Opaque;
  auto ValueOf = [&](const MachineOperand &MO) {
    Register Src = MO.getReg();
    if (!Src.isVirtual() || MO.getSubReg())
      return VLValue();
    const void *SrcDef = getDefinition(Src, *MI);
    return SrcDef ? getValue(Src, SrcDef, Depth + 1) : VLValue();
  };
  switch (MI->getOpcode()) {
  case TargetOpcode::COPY: {
    VLValue V = ValueOf(MI->getOperand(1));
    return V.isKnown() ? V : Opaque;
  }
  case MTIA::ADDI:
    if (MI->getOperand(1).isReg() && MI->getOperand(1).getReg() == MTIA::X0 &&
        MI->getOperand(2).isImm())
      return VLValue::getConst(MI->getOperand(2).getImm());
    return Opaque;
  case MTIA::LUI:
    if (MI->getOperand(1).isImm())
      return VLValue::getConst(SignExtend64<32>(MI->getOperand(1).getImm() << 12));
    return Opaque;
  case MTIA::PseudoVSETVLI: {
    VLValue V = ValueOf(MI->getOperand(1));
    return (V.isKnown() ? V : Opaque).limitedTo(MTIAV::getVLMax(MI->getOperand(2).getImm()));
  }
  default:
    if (MTIAV::isPseudo(*MI) && MTIAV::isFaultFirst(MI->getDesc()))
      return Opaque.limitedTo(getFaultFirstVLMax(*MI));
    return Opaque;
  }
}

// Whether a vsetvli before At could be given Source.
bool MTIAInsertVSETVLI::isAvailable(const VLSource &Source, const MachineInstr &At) const {
  if (Source.Kind != VLSource::Reg)
    return true;
  if (LIS)
    return Source.Id && getDefinition(Source.R, At) == Source.Id;
  auto *Def = static_cast<const MachineInstr *>(Source.Id);
  if (!Def)
    return false;
  if (Def->getParent() != At.getParent())
    return true;
  for (const MachineInstr &MI : *At.getParent()) {
    if (&MI == Def)
      return true;
    if (&MI == &At)
      return false;
  }
  return false;
}

// Whether a vsetvli at the end of Pred could be given Source, which means a definition that
// reaches the beginning of Pred's successor MBB.
bool MTIAInsertVSETVLI::isAvailableAtEnd(const VLSource &Source, const MachineBasicBlock &Pred,
                                         const MachineBasicBlock &MBB) const {
  if (Source.Kind != VLSource::Reg)
    return true;
  const LiveInterval &LI = LIS->getInterval(Source.R);
  const VNInfo *AtBegin = LI.getVNInfoAt(LIS->getMBBStartIdx(&MBB));
  return Source.Id && AtBegin == Source.Id && LI.getVNInfoBefore(LIS->getMBBEndIdx(&Pred));
}

// The value that VL, known in MBB, is at the end of a predecessor: differs where a register's
// definitions join.
VLValue MTIAInsertVSETVLI::translate(const VLValue &VL, const MachineBasicBlock &MBB,
                                     const MachineBasicBlock &Pred) const {
  if (!LIS || VL.Kind != VLValue::Min || !VL.Id)
    return VL;
  auto *VNI = static_cast<const VNInfo *>(VL.Id);
  if (!VNI->isPHIDef() || VNI->def != LIS->getMBBStartIdx(&MBB))
    return VL;
  const VNInfo *Incoming = LIS->getInterval(VL.Reg).getVNInfoBefore(LIS->getMBBEndIdx(&Pred));
  return Incoming ? getValue(VL.Reg, Incoming).limitedTo(VL.N) : VLValue();
}

//===----------------------------------------------------------------------===//
// What instructions need
//===----------------------------------------------------------------------===//

// Copies between vector registers become vmv1r.v and its like, which ask for a valid vtype
// but don't care which.
static bool isVectorCopy(const MachineInstr &MI, const MachineRegisterInfo &MRI,
                         const MTIAInstrInfo &TII) {
  if (!MI.isCopy())
    return false;
  auto IsVector = [&](Register Reg) {
    return Reg.isVirtual() ? MTIAInstrInfo::isVectorRegClass(MRI.getRegClass(Reg))
                           : TII.isVectorReg(Reg.asMCReg());
  };
  return IsVector(MI.getOperand(0).getReg()) && IsVector(MI.getOperand(1).getReg());
}

// Operations whose elements don't depend on how many there are.
static bool toleratesMoreElements(const MachineInstr &MI) {
  const MCInstrDesc &D = MI.getDesc();
  if (D.mayLoad() || D.mayStore() || D.hasImplicitDefOfPhysReg(MTIA::VXSAT))
    return false;
  switch (MTIAV::getDestKind(D)) {
  case MTIAV::KindSEW:
  case MTIAV::Kind2SEW:
  case MTIAV::KindMask:
    break;
  default: // reductions, element 0, counts
    return false;
  }
  switch (MTIAV::getBaseOpcode(MI.getOpcode())) {
  case MTIA::VSLIDE1DOWN_VX: // writes the last element
  case MTIA::VFSLIDE1DOWN_VF:
  case MTIA::VCOMPRESS_VM:
  case MTIA::VSADD_VV: // set vxsat
  case MTIA::VSADD_VX:
  case MTIA::VSADD_VI:
  case MTIA::VSADDU_VV:
  case MTIA::VSADDU_VX:
  case MTIA::VSADDU_VI:
  case MTIA::VSSUB_VV:
  case MTIA::VSSUB_VX:
  case MTIA::VSSUBU_VV:
  case MTIA::VSSUBU_VX:
  case MTIA::VSMUL_VV:
  case MTIA::VSMUL_VX:
  case MTIA::VNCLIP_WV:
  case MTIA::VNCLIP_WX:
  case MTIA::VNCLIP_WI:
  case MTIA::VNCLIPU_WV:
  case MTIA::VNCLIPU_WX:
  case MTIA::VNCLIPU_WI:
    return false;
  default:
    return true;
  }
}

static bool hasUndefinedPassthru(const MachineInstr &MI, const MachineRegisterInfo &MRI) {
  int Idx = MTIAV::getPassthruIdx(MI.getDesc());
  if (Idx < 0)
    return true;
  const MachineOperand &MO = MI.getOperand(Idx);
  if (!MO.getReg() || MO.isUndef())
    return true;
  if (!MO.getReg().isVirtual())
    return false;
  const MachineInstr *Def = MRI.getUniqueVRegDef(MO.getReg());
  return Def && Def->isImplicitDef();
}

void MTIAInsertVSETVLI::setVL(VConfigDemand &D, const MachineInstr &MI, const MachineOperand &AVL,
                              VConfigDemand::VLUse Use) const {
  unsigned Max = MTIAV::getVLMax(D.VType);
  D.Use = Use;
  if (AVL.isImm()) {
    D.VL = VLValue::getConst(AVL.getImm() == -1 ? Max : AVL.getImm()).limitedTo(Max);
    D.Source = VLSource::getImm(D.VL.N);
    return;
  }
  const void *Def = getDefinition(AVL.getReg(), MI);
  VLValue V = getValue(AVL.getReg(), Def);
  D.VL = V.limitedTo(Max);
  D.Source = VLSource::getReg(AVL.getReg(), Def);
  if (V.isConst())
    D.Source = VLSource::getImm(D.VL.N);
  else
    D.NeedsRatio |= V.N > Max; // what vsetvli makes of it depends on VLMAX
  // Only of constants is it known how they compare.
  if (!V.isConst())
    D.Use = VConfigDemand::VLExact;
  // An unnamed value equals no other.
  if (!V.isConst() && !V.Id)
    D.VL.Id = &AVL;
}

VConfigDemand MTIAInsertVSETVLI::getDemand(const MachineInstr &MI) const {
  const MCInstrDesc &Desc = MI.getDesc();
  VConfigDemand D;
  D.VType = MTIAV::getVTypeI(MI);
  const MachineOperand &AVL = MI.getOperand(MTIAV::getAVLIdx(Desc));
  const bool TA = RISCVVType::isTailAgnostic(D.VType), MA = RISCVVType::isMaskAgnostic(D.VType);
  const bool UndefPassthru = hasUndefinedPassthru(MI, *MRI);

  if (MTIAV::hasPassthru(Desc) && !UndefPassthru) {
    D.NeedsTU = !TA;
    int VM = MTIAV::getVMIdx(Desc);
    D.NeedsMU = !MA && VM >= 0 && !MTIAV::isCarry(Desc) && MI.getOperand(VM).getReg();
    // Masks have agnostic tails always; the policy for elements isn't looked at.
    if (MTIAV::getDestKind(Desc) == MTIAV::KindMask)
      D.NeedsTU = false;
  }

  VConfigDemand::VLUse Use = VConfigDemand::VLExact;
  if (toleratesMoreElements(MI) && !D.NeedsTU &&
      !MF->getFunction().hasFnAttribute(Attribute::StrictFP))
    Use = VConfigDemand::VLAtLeast;

  switch (MTIAV::getMemMode(Desc)) {
  case MTIAV::MemUnit:
  case MTIAV::MemStrided:
    D.NeedsRatio = true;
    break;
  case MTIAV::MemMask:
    break;
  case MTIAV::MemIndexed:
    D.NeedsSEW = D.NeedsRatio = true;
    break;
  case MTIAV::MemNone: {
    MTIAV::Kind Dest = MTIAV::getDestKind(Desc), Vs2 = MTIAV::getVs2Kind(Desc);
    // Element 0 to a scalar: whatever vl is.
    if (Vs2 == MTIAV::KindElt) {
      D.NeedsSEW = true;
      return D;
    }
    // A scalar to element 0.
    if (Dest == MTIAV::KindElt && Vs2 == MTIAV::KindNone) {
      D.NeedsSEW = true;
      D.WiderSEWDoes = UndefPassthru && MTIAV::getVs1Kind(Desc) == MTIAV::KindX;
      setVL(D, MI, AVL, VConfigDemand::VLNonZero);
      if (D.Use == VConfigDemand::VLNonZero && D.VL.N == 0)
        D.Use = VConfigDemand::VLExact;
      return D;
    }
    // Masks only.
    if ((Dest == MTIAV::KindMask || Dest == MTIAV::KindX) &&
        (Vs2 == MTIAV::KindMask || Vs2 == MTIAV::KindNone))
      break;
    D.NeedsSEW = D.NeedsRatio = true;
    break;
  }
  }
  setVL(D, MI, AVL, Use);
  return D;
}

// The program's own vsetvli may have another element width with the same ratio.
std::optional<VConfigDemand> MTIAInsertVSETVLI::getExplicitDemand(const MachineInstr &MI) const {
  if (!isExplicit(MI))
    return std::nullopt;
  VConfigDemand D;
  D.VType = MI.getOperand(2).getImm();
  setVL(D, MI, MI.getOperand(1), VConfigDemand::VLExact);
  D.NeedsRatio = true;
  return D;
}

void MTIAInsertVSETVLI::addNeed(SmallVectorImpl<Item> &Items, MachineInstr &MI,
                                const VConfigDemand &D, bool IsExplicit) const {
  // The last group, if nothing came between that changes the configuration.
  if (!IsExplicit)
    for (Item &It : reverse(Items)) {
      if (It.Kind == Item::Redefine)
        continue;
      if (It.Kind != Item::Group)
        break;
      // A group that knows how many elements doesn't need another name for the number.
      if (It.Need.Use != VConfigDemand::VLExact && !isAvailable(D.Source, *It.First))
        break;
      if (!It.Need.mergeWith(D))
        break;
      return;
    }
  Item New(Item::Group, MI);
  New.Need = D;
  New.Explicit = IsExplicit ? &MI : nullptr;
  Items.push_back(New);
}

// Without optimization, what is undefined is copied like everything else.
static void dropUndefCopy(MachineInstr &MI, const MTIAInstrInfo &TII) {
  MachineInstr *Def = MI.getPrevNode();
  if (!MI.isCopy() || !Def || !Def->isImplicitDef() ||
      Def->getOperand(0).getReg() != MI.getOperand(1).getReg())
    return;
  MI.removeOperand(1);
  MI.setDesc(TII.get(TargetOpcode::IMPLICIT_DEF));
}

void MTIAInsertVSETVLI::collect(MachineBasicBlock &MBB) {
  BlockInfo &B = Blocks[MBB.getNumber()];
  for (MachineInstr &MI : MBB) {
    if (!Optimize)
      dropUndefCopy(MI, *TII);
    if (MI.isDebugOrPseudoInstr())
      continue;
    if (auto D = getExplicitDemand(MI)) {
      addNeed(B.Items, MI, *D, /*IsExplicit=*/true);
      continue;
    }
    if (isVectorCopy(MI, *MRI, *TII)) {
      VConfigDemand D;
      D.VType = MTIAV::makeVType(8, 8, true, true);
      addNeed(B.Items, MI, D, false);
      continue;
    }
    if (MTIAV::isPseudo(MI))
      addNeed(B.Items, MI, getDemand(MI), false);
    else if (MI.isCall() || MI.isInlineAsm() || MI.modifiesRegister(MTIA::VL, nullptr) ||
             MI.modifiesRegister(MTIA::VTYPE, nullptr))
      B.Items.push_back(Item(Item::Clobber, MI));

    for (const MachineOperand &MO : MI.all_defs()) {
      if (!MO.getReg().isVirtual())
        continue;
      const void *Id;
      if (LIS) {
        SlotIndex Idx = LIS->getInstructionIndex(MI).getRegSlot(MO.isEarlyClobber());
        Id = LIS->hasInterval(MO.getReg()) ? LIS->getInterval(MO.getReg()).getVNInfoAt(Idx)
                                           : nullptr;
      } else {
        Id = MRI->getUniqueVRegDef(MO.getReg());
      }
      if (!Id || MTIAInstrInfo::isVectorRegClass(MRI->getRegClass(MO.getReg())))
        continue;
      Item It(Item::Redefine, MI);
      It.Id = Id;
      B.Items.push_back(It);
      if (MTIAV::isPseudo(MI) && MTIAV::isFaultFirst(MI.getDesc())) {
        Item Cut(Item::FaultCut, MI);
        Cut.VL = VLValue::getMin(MO.getReg(), Id, getFaultFirstVLMax(MI));
        B.Items.push_back(Cut);
      }
    }
    // Without a use of the new vl, nobody knows it.
    if (MTIAV::isPseudo(MI) && MTIAV::isFaultFirst(MI.getDesc()) &&
        B.Items.back().Kind != Item::FaultCut)
      B.Items.push_back(Item(Item::FaultCut, MI));
  }
}

//===----------------------------------------------------------------------===//
// Data flow
//===----------------------------------------------------------------------===//

// The constant that is asked for, or VLMAX instead if that does and is easier to say.
static unsigned chooseConstant(const VConfigDemand &D, unsigned VType) {
  unsigned Max = MTIAV::getVLMax(VType);
  switch (D.Use) {
  case VConfigDemand::VLAny:
    return 1;
  case VConfigDemand::VLNonZero:
    return std::max(1u, std::min(D.VL.N, Max));
  case VConfigDemand::VLAtLeast:
    return D.VL.N > 31 ? Max : D.VL.N;
  case VConfigDemand::VLExact:
    return D.VL.N;
  }
  llvm_unreachable("Unknown use of vl");
}

// The state behind a vsetvli for D.
VConfigState MTIAInsertVSETVLI::set(const VConfigDemand &D, const VConfigState &Before) const {
  if (auto VType = D.getVTypeKeepingVL(Before))
    return VConfigState::get(Before.VL, *VType);
  unsigned VType = D.getFullVType();
  VLValue VL = D.VL;
  if (D.Use == VConfigDemand::VLAny || VL.isConst())
    VL = VLValue::getConst(chooseConstant(D, VType));
  return VConfigState::get(VL, VType);
}

VConfigState MTIAInsertVSETVLI::transfer(const Item &It, const VConfigState &Before) const {
  VConfigState S = Before;
  switch (It.Kind) {
  case Item::Group:
    if (It.Explicit)
      return VConfigState::get(It.Need.VL, It.Need.getFullVType());
    return It.Need.isMetBy(Before) ? Before : set(It.Need, Before);
  case Item::Clobber:
    return VConfigState::getUnknown();
  case Item::Redefine:
    if (S.VL.Id == It.Id)
      S.VL = VLValue();
    return S;
  case Item::FaultCut:
    S.VL = It.VL;
    return S;
  }
  llvm_unreachable("Unknown item");
}

// The first group that sees the state at the beginning of the block.
Item *MTIAInsertVSETVLI::getEntryGroup(MachineBasicBlock &MBB) {
  for (Item &It : Blocks[MBB.getNumber()].Items) {
    if (It.Kind == Item::Group)
      return It.Explicit ? nullptr : &It;
    if (It.Kind != Item::Redefine)
      return nullptr;
  }
  return nullptr;
}

// The group whose state the end of the block sees.
Item *MTIAInsertVSETVLI::getLastGroup(MachineBasicBlock &MBB) {
  for (Item &It : reverse(Blocks[MBB.getNumber()].Items)) {
    if (It.Kind == Item::Group)
      return &It;
    if (It.Kind != Item::Redefine)
      return nullptr;
  }
  return nullptr;
}

// Pred's state in the terms of MBB.
VConfigState MTIAInsertVSETVLI::getEdgeState(const MachineBasicBlock &Pred,
                                             const MachineBasicBlock &MBB) {
  VConfigState S = Blocks[Pred.getNumber()].Out;
  if (!LIS || !S.Reached || !S.VL.isKnown())
    return S;
  if (Item *Entry = getEntryGroup(const_cast<MachineBasicBlock &>(MBB)))
    if (Entry->Need.Use == VConfigDemand::VLExact) {
      VLValue There = translate(Entry->Need.VL, MBB, Pred);
      if (There.isKnown() && S.VL == There) {
        S.VL = Entry->Need.VL;
        return S;
      }
    }
  // What MBB's joins define is new at its beginning.
  if (S.VL.Kind == VLValue::Min && S.VL.Id) {
    auto *VNI = static_cast<const VNInfo *>(S.VL.Id);
    if (VNI->isPHIDef() && VNI->def == LIS->getMBBStartIdx(&MBB))
      S.VL = VLValue();
  }
  return S;
}

// States only lose knowledge while this runs, so that it ends.
void MTIAInsertVSETVLI::solve() {
  for (BlockInfo &B : Blocks) {
    B.In = B.Out = VConfigState();
    B.Seen = false;
  }
  bool Changed = true;
  while (Changed) {
    Changed = false;
    for (MachineBasicBlock *MBB : Order) {
      BlockInfo &B = Blocks[MBB->getNumber()];
      VConfigState In = B.In;
      if (MBB->pred_empty() || MBB == &MF->front() || !Optimize || !EnableFlow || MBB->isEHPad())
        In = VConfigState::getUnknown();
      else
        for (MachineBasicBlock *Pred : MBB->predecessors())
          In.meet(getEdgeState(*Pred, *MBB));
      if (B.Seen && In == B.In)
        continue;
      B.Seen = Changed = true;
      B.In = In;
      for (const Item &It : B.Items)
        In = transfer(It, In);
      if (B.AtEnd && !B.AtEnd->isMetBy(In))
        In = set(*B.AtEnd, In);
      B.Out = In;
    }
  }
}

//===----------------------------------------------------------------------===//
// Better places
//===----------------------------------------------------------------------===//

uint64_t MTIAInsertVSETVLI::getFrequency(const MachineBasicBlock &MBB) const {
  return MBFI->getBlockFreq(&MBB).getFrequency();
}

// A vsetvli that is needed anyway also serves the successors, the most frequent first.
bool MTIAInsertVSETVLI::serveSuccessors(MachineBasicBlock &MBB) {
  BlockInfo &B = Blocks[MBB.getNumber()];
  Item *Last = getLastGroup(MBB);
  if (!Last)
    return false;
  // Is there one?
  if (!Last->Explicit) {
    VConfigState S = B.In;
    for (const Item &It : B.Items) {
      if (&It == Last)
        break;
      S = transfer(It, S);
    }
    if (Last->Need.isMetBy(S))
      return false;
  }
  SmallVector<MachineBasicBlock *, 4> Succs(MBB.successors());
  llvm::sort(Succs, [&](const MachineBasicBlock *L, const MachineBasicBlock *R) {
    return std::make_pair(getFrequency(*L), L->getNumber()) >
           std::make_pair(getFrequency(*R), R->getNumber());
  });
  bool Changed = false;
  for (MachineBasicBlock *Succ : Succs) {
    // Through blocks without vectors.
    const MachineBasicBlock *From = &MBB;
    for (unsigned I = 0; I != 4 && Blocks[Succ->getNumber()].Items.empty() &&
                         !Blocks[Succ->getNumber()].AtEnd && Succ->succ_size() == 1;
         ++I) {
      From = Succ;
      Succ = *Succ->succ_begin();
    }
    Item *Entry = getEntryGroup(*Succ);
    if (!Entry || Entry->Need.isMetBy(B.Out))
      continue;
    VConfigDemand D = Entry->Need, Both = Last->Need;
    D.VL = translate(D.VL, *Succ, *From);
    if (D.Use != VConfigDemand::VLAny && !D.VL.isKnown())
      continue;
    // The number of elements must be there where Last is.
    if (D.Source.Kind == VLSource::Reg && D.Use == VConfigDemand::VLExact &&
        Both.Use != VConfigDemand::VLExact && !isAvailable(D.Source, *Last->First))
      continue;
    if (!Both.mergeWith(D))
      continue;
    Last->Need = Both;
    Changed = true;
  }
  return Changed;
}

// Whether Succ looks at the state that Pred leaves.
bool MTIAInsertVSETVLI::needsStateOf(const MachineBasicBlock &Pred, const MachineBasicBlock &Succ) {
  SmallPtrSet<const MachineBasicBlock *, 8> Visited;
  SmallVector<const MachineBasicBlock *, 8> Work{&Succ};
  while (!Work.empty()) {
    const MachineBasicBlock *MBB = Work.pop_back_val();
    if (!Visited.insert(MBB).second)
      continue;
    bool Through = true;
    for (const Item &It : Blocks[MBB->getNumber()].Items) {
      if (It.Kind == Item::Redefine)
        continue;
      if (It.Kind == Item::Group && !It.Explicit)
        return true;
      Through = false;
      break;
    }
    if (Through && Blocks[MBB->getNumber()].AtEnd)
      return true;
    if (Through)
      Work.append(MBB->succ_begin(), MBB->succ_end());
  }
  return false;
}

bool MTIAInsertVSETVLI::placeAtEnd(MachineBasicBlock &Pred, const VConfigDemand &D) {
  BlockInfo &P = Blocks[Pred.getNumber()];
  if (P.AtEnd)
    return false;
  // Inline assembly that jumps comes last.
  for (const MachineInstr &MI : Pred.terminators())
    if (MI.isInlineAsm() || MI.isCall() || MTIAV::isPseudo(MI))
      return false;
  P.AtEnd = D;
  ++NumHoisted;
  return true;
}

// A loop, with everything in it, that needs one configuration gets it before it begins.
bool MTIAInsertVSETVLI::hoistFromLoop(MachineLoop &L) {
  bool Changed = false;
  auto Inner = [&] {
    for (MachineLoop *Sub : L)
      Changed |= hoistFromLoop(*Sub);
    return Changed;
  };
  MachineBasicBlock *Before = L.getLoopPreheader();
  if (!Before)
    return Inner();
  std::optional<VConfigDemand> All;
  uint64_t Cost = 0;
  for (MachineBasicBlock *MBB : L.blocks()) {
    BlockInfo &B = Blocks[MBB->getNumber()];
    VConfigState S = B.In;
    for (const Item &It : B.Items) {
      if (It.Kind == Item::Redefine) {
        S = transfer(It, S);
        continue;
      }
      if (It.Kind != Item::Group || It.Explicit)
        return Inner();
      if (!It.Need.isMetBy(S))
        Cost += getFrequency(*MBB);
      S = transfer(It, S);
      if (!All)
        All = It.Need;
      else if (!All->mergeWith(It.Need))
        return Inner();
    }
    if (B.AtEnd)
      return Inner();
  }
  if (!Cost || Cost <= getFrequency(*Before))
    return Changed;
  if (All->Source.Kind == VLSource::Reg) {
    // A definition from outside that is there before the loop.
    const LiveInterval &LI = LIS->getInterval(All->Source.R);
    if (!All->Source.Id || LI.getVNInfoBefore(LIS->getMBBEndIdx(Before)) != All->Source.Id)
      return Inner();
  }
  if (All->isMetBy(Blocks[Before->getNumber()].Out) || !placeAtEnd(*Before, *All))
    return Inner();
  // One configuration for all, so that all of them stay met.
  for (MachineBasicBlock *MBB : L.blocks())
    for (Item &It : Blocks[MBB->getNumber()].Items)
      if (It.Kind == Item::Group)
        It.Need = *All;
  return true;
}

// Where some predecessors bring what MBB needs first, the others get a vsetvli, if that is
// done less often than MBB runs.
bool MTIAInsertVSETVLI::hoistFromBlock(MachineBasicBlock &MBB) {
  Item *Entry = getEntryGroup(MBB);
  BlockInfo &B = Blocks[MBB.getNumber()];
  if (!Entry || MBB.pred_size() < 2 || MBB.isEHPad() || MBB.isInlineAsmBrIndirectTarget() ||
      Entry->Need.isMetBy(B.In))
    return false;
  const VConfigDemand &D = Entry->Need;
  SmallVector<MachineBasicBlock *, 4> Missing;
  uint64_t Cost = 0;
  for (MachineBasicBlock *Pred : MBB.predecessors()) {
    VConfigState S = getEdgeState(*Pred, MBB);
    if (!S.Reached || D.isMetBy(S))
      continue;
    if (Pred == &MBB || Blocks[Pred->getNumber()].AtEnd || !isAvailableAtEnd(D.Source, *Pred, MBB))
      return false;
    for (MachineBasicBlock *Succ : Pred->successors())
      if (Succ != &MBB && needsStateOf(*Pred, *Succ))
        return false;
    Missing.push_back(Pred);
    Cost += getFrequency(*Pred);
  }
  if (Missing.empty() || Cost >= getFrequency(MBB))
    return false;
  bool Changed = false;
  for (MachineBasicBlock *Pred : Missing) {
    VConfigDemand There = D;
    There.VL = translate(D.VL, MBB, *Pred);
    if (D.Use != VConfigDemand::VLAny && !There.VL.isKnown())
      return Changed;
    Changed |= placeAtEnd(*Pred, There);
  }
  return Changed;
}

//===----------------------------------------------------------------------===//
// Changes
//===----------------------------------------------------------------------===//

MachineInstr *MTIAInsertVSETVLI::note(MachineInstr *MI) {
  if (LIS)
    LIS->InsertMachineInstrInMaps(*MI);
  for (const MachineOperand &MO : MI->operands())
    if (MO.isReg() && MO.getReg().isVirtual())
      Touched.insert(MO.getReg());
  return MI;
}

void MTIAInsertVSETVLI::erase(MachineInstr &MI) {
  for (const MachineOperand &MO : MI.all_defs())
    if (MO.getReg().isVirtual())
      MRI->markUsesInDebugValueAsUndef(MO.getReg());
  for (const MachineOperand &MO : MI.operands())
    if (MO.isReg() && MO.getReg().isVirtual())
      Touched.insert(MO.getReg());
  if (LIS)
    LIS->RemoveMachineInstrFromMaps(MI);
  MI.eraseFromParent();
}

void MTIAInsertVSETVLI::emit(MachineBasicBlock &MBB, MachineBasicBlock::iterator At,
                             const DebugLoc &DL, const VConfigDemand &D,
                             const VConfigState &Before) {
  ++NumInserted;
  if (auto VType = D.getVTypeKeepingVL(Before)) {
    note(BuildMI(MBB, At, DL, TII->get(MTIA::VSETVLI))
             .addReg(MTIA::X0, RegState::Define | RegState::Dead)
             .addReg(MTIA::X0)
             .addImm(*VType)
             .addReg(MTIA::VL, RegState::Implicit));
    return;
  }
  unsigned VType = D.getFullVType();
  Register AVL;
  if (D.Use == VConfigDemand::VLAny || D.VL.isConst()) {
    unsigned N = chooseConstant(D, VType);
    if (N <= 31) {
      note(BuildMI(MBB, At, DL, TII->get(MTIA::VSETIVLI))
               .addReg(MTIA::X0, RegState::Define | RegState::Dead)
               .addImm(N)
               .addImm(VType));
      return;
    }
    if (N == MTIAV::getVLMax(VType)) {
      // vsetvli zero, zero would keep vl.
      Register Unused = MRI->createVirtualRegister(&MTIA::GPRNoX0RegClass);
      note(BuildMI(MBB, At, DL, TII->get(MTIA::VSETVLI))
               .addReg(Unused, RegState::Define | RegState::Dead)
               .addReg(MTIA::X0)
               .addImm(VType));
      return;
    }
    AVL = MRI->createVirtualRegister(&MTIA::GPRNoX0RegClass);
    note(BuildMI(MBB, At, DL, TII->get(MTIA::ADDI), AVL).addReg(MTIA::X0).addImm(N));
  } else {
    AVL = D.Source.R;
    // x0 would mean VLMAX.
    if (AVL.isVirtual())
      MRI->constrainRegClass(AVL, &MTIA::GPRNoX0RegClass);
  }
  note(BuildMI(MBB, At, DL, TII->get(MTIA::VSETVLI))
           .addReg(MTIA::X0, RegState::Define | RegState::Dead)
           .addReg(AVL)
           .addImm(VType));
}

// The program's own vsetvli becomes the real instruction.
void MTIAInsertVSETVLI::replaceExplicit(MachineInstr &MI, const VConfigDemand &D) {
  auto MIB = BuildMI(*MI.getParent(), MI, MI.getDebugLoc(), TII->get(MTIA::VSETVLI))
                 .add(MI.getOperand(0))
                 .add(MI.getOperand(1))
                 .addImm(D.getFullVType());
  if (LIS)
    LIS->ReplaceMachineInstrInMaps(MI, *MIB);
  for (const MachineOperand &MO : MIB->operands())
    if (MO.isReg() && MO.getReg().isVirtual())
      Touched.insert(MO.getReg());
  MI.eraseFromParent();
}

// A pseudo-instruction doesn't use avl from here on, but vl and vtype.
void MTIAInsertVSETVLI::finish(MachineInstr &MI) {
  const MCInstrDesc &Desc = MI.getDesc();
  MachineOperand &AVL = MI.getOperand(MTIAV::getAVLIdx(Desc));
  if (AVL.isReg() && AVL.getReg()) {
    Touched.insert(AVL.getReg());
    AVL.setReg(Register());
    AVL.setIsKill(false);
    AVL.setIsUndef(false);
  }
  MI.addOperand(MachineOperand::CreateReg(MTIA::VL, /*isDef=*/false, /*isImp=*/true));
  MI.addOperand(MachineOperand::CreateReg(MTIA::VTYPE, /*isDef=*/false, /*isImp=*/true));
  // What is tied must be the same register from here on.
  if (int I = MTIAV::getPassthruIdx(Desc); I >= 0 && !MI.getOperand(I).getReg()) {
    MI.getOperand(I).setReg(MI.getOperand(0).getReg());
    MI.getOperand(I).setIsUndef();
  }
  if (!MTIAV::isFaultFirst(Desc))
    return;
  MachineOperand &NewVL = MI.getOperand(1);
  Register Reg = NewVL.getReg();
  if (!Reg.isVirtual())
    return;
  bool Used = !MRI->use_nodbg_empty(Reg);
  Touched.insert(Reg);
  NewVL.setReg(MTIA::X0);
  NewVL.setIsDead();
  NewVL.setIsEarlyClobber(false);
  if (Used)
    note(BuildMI(*MI.getParent(), std::next(MI.getIterator()), MI.getDebugLoc(),
                 TII->get(MTIA::CSRRS), Reg)
             .addImm(CSR_VL)
             .addReg(MTIA::X0)
             .addReg(MTIA::VL, RegState::Implicit));
}

void MTIAInsertVSETVLI::emitAll(MachineBasicBlock &MBB) {
  BlockInfo &B = Blocks[MBB.getNumber()];
  VConfigState S = B.In;
  for (const Item &It : B.Items) {
    VConfigState After = transfer(It, S);
    if (It.Kind == Item::Group) {
      if (It.Explicit)
        replaceExplicit(*It.Explicit, It.Need);
      else if (!It.Need.isMetBy(S))
        emit(MBB, It.First, It.First->getDebugLoc(), It.Need, S);
    }
    S = After;
  }
  if (B.AtEnd && !B.AtEnd->isMetBy(S)) {
    MachineBasicBlock::iterator At = MBB.getFirstTerminator();
    emit(MBB, At, At == MBB.end() ? DebugLoc() : At->getDebugLoc(), *B.AtEnd, S);
  }
}

// How many whole registers a unit-stride access without a mask moves; 0: another access, or a part
// of a group.
static unsigned getWholeRegisters(const MachineInstr &MI, const MachineRegisterInfo &MRI) {
  const MCInstrDesc &D = MI.getDesc();
  if (!MTIAV::isPseudo(D) || MTIAV::getMemMode(D) != MTIAV::MemUnit || MTIAV::getMemNF(D) != 1 ||
      MTIAV::isFaultFirst(D) || MI.getOperand(MTIAV::getVMIdx(D)).getReg() ||
      !hasUndefinedPassthru(MI, MRI))
    return 0;
  const MachineOperand &AVL = MI.getOperand(MTIAV::getAVLIdx(D));
  if (!AVL.isImm())
    return 0;
  uint64_t Count = AVL.getImm() < 0 ? MTIAV::getVLMax(MTIAV::getVTypeI(MI)) : AVL.getImm();
  uint64_t Bits = Count * MTIAV::getMemEEW(D);
  unsigned Registers = Bits / MTIAVType::VLen;
  const TargetRegisterInfo &TRI = *MRI.getTargetRegisterInfo();
  unsigned OfGroup = TRI.getRegSizeInBits(MI.getOperand(0).getReg(), MRI) / MTIAVType::VLen;
  return Bits % MTIAVType::VLen == 0 && OfGroup == Registers ? Registers : 0;
}

// A configuration that only moves of whole registers need isn't needed:
//
//     vsetivli zero, 16, e32, m1, ta, ma
//     vle32.v v8, (a0)                     =>  vl1re8.v v8, (a0)
//     call ...                                 call ...
bool MTIAInsertVSETVLI::useWholeRegisters(MachineBasicBlock &MBB, bool LiveOut) {
  SmallVector<std::pair<MachineInstr *, unsigned>, 4> Moves; // and how many registers
  bool Only = false, Changed = false;
  auto Flush = [&] {
    if (Only)
      for (auto [MI, Registers] : Moves) {
        bool IsStore = MI->mayStore();
        const MCInstrDesc &D = MI->getDesc();
        MachineInstrBuilder New =
            BuildMI(MBB, MI->getIterator(), MI->getDebugLoc(),
                    TII->get(MTIAV::getWholeRegistersOpcode(IsStore, Registers)));
        New.add(MI->getOperand(0)).add(MI->getOperand(MTIAV::getFirstSourceIdx(D) + IsStore));
        New.cloneMemRefs(*MI);
        LIS->ReplaceMachineInstrInMaps(*MI, *New);
        MI->eraseFromParent();
        Changed = true;
      }
    Moves.clear();
    Only = false;
  };
  for (MachineInstr &MI : make_early_inc_range(MBB)) {
    if (MI.isDebugOrPseudoInstr())
      continue;
    if (isVSet(MI)) {
      Register Rd = MI.getOperand(0).getReg();
      if (MI.getOpcode() == MTIA::VSETVLI && Rd == MTIA::X0 &&
          MI.getOperand(1).getReg() == MTIA::X0)
        Only = false; // keeps vl
      Flush();
      Only = Rd == MTIA::X0 || MRI->use_nodbg_empty(Rd);
    } else if (MI.isCall()) {
      Flush();
    } else if (unsigned Registers = getWholeRegisters(MI, *MRI)) {
      Moves.emplace_back(&MI, Registers);
    } else if (MI.isInlineAsm() || isVectorCopy(MI, *MRI, *TII) ||
               MI.readsRegister(MTIA::VL, nullptr) || MI.readsRegister(MTIA::VTYPE, nullptr)) {
      Only = false;
    }
  }
  if (!LiveOut)
    Flush();
  return Changed;
}

// Takes out the vset instructions behind which nobody looks at vl and vtype, and those that
// compute a number nobody needs where vl and vtype are so already.
void MTIAInsertVSETVLI::removeDead() {
  const unsigned N = MF->getNumBlockIDs();
  // Bit 0: vl is needed at the block's beginning; bit 1: vtype is.
  SmallVector<uint8_t, 8> LiveIn(N, 0);
  SmallVector<MachineInstr *, 8> Dead;
  auto Walk = [&](MachineBasicBlock &MBB, bool Collect) {
    uint8_t Live = 0;
    for (MachineBasicBlock *Succ : MBB.successors())
      Live |= LiveIn[Succ->getNumber()];
    for (MachineInstr &MI : reverse(MBB)) {
      if (MI.isDebugOrPseudoInstr())
        continue;
      if (MI.isInlineAsm()) {
        Live = 3;
        continue;
      }
      if (isVSet(MI)) {
        Register Rd = MI.getOperand(0).getReg();
        bool KeepsVL = MI.getOpcode() == MTIA::VSETVLI && Rd == MTIA::X0 &&
                       MI.getOperand(1).getReg() == MTIA::X0;
        bool NeedsRd = Rd != MTIA::X0 && !MRI->use_nodbg_empty(Rd);
        if (!NeedsRd && !(Live & (KeepsVL ? 2 : 3))) {
          if (Collect)
            Dead.push_back(&MI);
          continue;
        }
        Live = KeepsVL ? 1 : 0;
        continue;
      }
      if (MI.isCall()) {
        Live = 0;
        continue;
      }
      if (isVectorCopy(MI, *MRI, *TII))
        Live |= 2;
      if (MI.readsRegister(MTIA::VL, nullptr))
        Live |= 1;
      if (MI.readsRegister(MTIA::VTYPE, nullptr))
        Live |= 2;
    }
    return Live;
  };
  auto Solve = [&] {
    for (bool Changed = true; Changed;) {
      Changed = false;
      for (MachineBasicBlock *MBB : reverse(Order)) {
        uint8_t Live = Walk(*MBB, false);
        Changed |= Live != LiveIn[MBB->getNumber()];
        LiveIn[MBB->getNumber()] = Live;
      }
    }
  };
  Solve();
  bool Changed = false;
  for (MachineBasicBlock *MBB : Order)
    Changed |= useWholeRegisters(*MBB, any_of(MBB->successors(), [&](const auto *Succ) {
      return LiveIn[Succ->getNumber()];
    }));
  if (Changed) {
    std::fill(LiveIn.begin(), LiveIn.end(), 0);
    Solve();
  }
  for (MachineBasicBlock *MBB : Order)
    Walk(*MBB, true);
  for (MachineInstr *MI : Dead) {
    erase(*MI);
    ++NumRemoved;
  }
}

// Constants and copies that were only an avl go; the live ranges of the others are computed
// anew.
void MTIAInsertVSETVLI::updateIntervals() {
  for (unsigned I = 0; I != Touched.size(); ++I) {
    Register Reg = Touched[I];
    MRI->clearKillFlags(Reg);
    if (MRI->use_nodbg_empty(Reg)) {
      SmallVector<MachineInstr *, 2> Defs;
      for (MachineInstr &MI : MRI->def_instructions(Reg))
        Defs.push_back(&MI);
      for (MachineInstr *MI : Defs) {
        bool ReadsVL = MI->getOpcode() == MTIA::CSRRS && MI->getOperand(1).getImm() == CSR_VL;
        bool Pure = (MI->isCopy() || MI->getOpcode() == MTIA::ADDI ||
                     MI->getOpcode() == MTIA::LUI || MI->isImplicitDef() || ReadsVL) &&
                    MI->getOperand(0).getReg() == Reg;
        if (Pure && Optimize) {
          erase(*MI);
        } else {
          // vsetvli zero, a0: the number isn't asked for. With x0 as the source it would
          // mean something else.
          MachineOperand &Def = MI->getOperand(0);
          if (isVSet(*MI) && Def.getReg() == Reg &&
              !(MI->getOperand(1).isReg() && MI->getOperand(1).getReg() == MTIA::X0))
            Def.setReg(MTIA::X0);
          for (MachineOperand &MO : MI->all_defs())
            if (MO.getReg() == Reg || MO.getReg() == MTIA::X0)
              MO.setIsDead();
        }
      }
    }
  }
  if (!LIS)
    return;
  for (Register Reg : Touched) {
    if (LIS->hasInterval(Reg))
      LIS->removeInterval(Reg);
    if (MRI->reg_nodbg_empty(Reg))
      continue;
    for (MachineOperand &MO : MRI->def_operands(Reg))
      MO.setIsDead(false);
    LiveInterval &LI = LIS->createAndComputeVirtRegInterval(Reg);
    SmallVector<LiveInterval *, 4> Split;
    LIS->splitSeparateComponents(LI, Split);
  }
}

bool MTIAInsertVSETVLI::runOnMachineFunction(MachineFunction &Fn) {
  MF = &Fn;
  const auto &ST = MF->getSubtarget<MTIASubtarget>();
  if (!ST.hasVInstructions())
    return false;
  TII = ST.getInstrInfo();
  MRI = &MF->getRegInfo();
  LIS = nullptr;
  if (Optimize) {
    LIS = &getAnalysis<LiveIntervalsWrapperPass>().getLIS();
    MLI = &getAnalysis<MachineLoopInfoWrapperPass>().getLI();
    MBFI = &getAnalysis<MachineBlockFrequencyInfoWrapperPass>().getMBFI();
  }
  Blocks.clear();
  Blocks.resize(MF->getNumBlockIDs());
  Order.clear();
  Touched.clear();
  for (MachineBasicBlock *MBB : ReversePostOrderTraversal<MachineFunction *>(MF))
    Order.push_back(MBB);
  // Those that can't be reached must become real instructions too.
  for (MachineBasicBlock &MBB : *MF)
    if (!is_contained(Order, &MBB))
      Order.push_back(&MBB);

  bool HasVectors = false;
  for (MachineBasicBlock &MBB : *MF) {
    collect(MBB);
    HasVectors |= any_of(Blocks[MBB.getNumber()].Items,
                         [](const Item &It) { return It.Kind == Item::Group; });
  }
  if (!HasVectors)
    return false;

  solve();
  if (Optimize && EnableFlow) {
    bool Changed = false;
    for (MachineBasicBlock *MBB : Order)
      Changed |= serveSuccessors(*MBB);
    if (Changed)
      solve();
    Changed = false;
    for (MachineLoop *L : *MLI)
      Changed |= hoistFromLoop(*L);
    if (Changed)
      solve();
    // A place that is found may make another one worth while.
    for (unsigned Round = 0; Round != 8; ++Round) {
      Changed = false;
      for (MachineBasicBlock *MBB : Order)
        if (hoistFromBlock(*MBB)) {
          Changed = true;
          solve();
        }
      if (!Changed)
        break;
    }
  }
  LLVM_DEBUG(for (MachineBasicBlock *MBB : Order) {
    const BlockInfo &B = Blocks[MBB->getNumber()];
    dbgs() << printMBBReference(*MBB) << " in: ";
    B.In.print(dbgs());
    dbgs() << '\n';
    for (const Item &It : B.Items)
      if (It.Kind == Item::Group) {
        dbgs() << "  ";
        It.Need.print(dbgs());
        dbgs() << " at " << *It.First;
      }
  });

  for (MachineBasicBlock *MBB : Order)
    emitAll(*MBB);
  for (MachineBasicBlock &MBB : *MF)
    for (MachineInstr &MI : make_early_inc_range(MBB))
      if (MTIAV::isPseudo(MI))
        finish(MI);
  if (Optimize)
    removeDead();
  updateIntervals();
  return true;
}
