//===-- MTIACommandRegisters.cpp - Fewer writes of command registers -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A command takes most of its parameters from command registers (docs/isa/xmtia.md, 1.1), and
// every write of one costs the core as much as a command. Functions that set all they need, one
// after the other in one loop, write most registers again and again with what they hold:
//
//   loop:                                    mtia.cr.w2 20, a3, a4
//     mtia.cr.w2 20, a3, a4                loop:
//     mtia.cr.w2 21, a5, a4         ->       mtia.cr.w2 21, a5, a4
//     mtia.mlu.copy 1, 0, 0, 0               mtia.mlu.copy 1, 0, 0, 0
//     mtia.cr.w2 20, a3, a4                  mtia.mlu.copy 2, 0, 0, 0
//     mtia.mlu.copy 2, 0, 0, 0               ...
//
// In SSA form, by two data flows over the function:
//  - forward, what the two halves of each register hold: a constant, or (the lower or upper half
//    of) a virtual register, plus a constant. What a command adds to a register itself is followed
//    where it is a constant, so the value that an advance has left is not written again.
//  - backward, which registers some command still reads.
// Removed is a write of what is there, and one that nobody reads. Hoisted is a write whose
// operands don't change in the loop, if no other value is written there and if the register is
// dead where the loop begins: then every path to a reader, in the loop or behind it, passes a
// write of its own, so that a hoisted one that runs once too often is never seen. The same is done
// with the first value of an offset that grows from round to round when the commands of each round
// have moved the register as far: the writes of the later rounds were for nothing.
//
// Which command reads and changes which register is said in MTIAInstrInfoXmtia.td. A call, and an
// asm statement that isn't empty, may do anything with all of them, and the caller goes on with
// what a function leaves. A trap handler finds the registers that the refused command reads as the
// program wrote them; others may be written earlier or not at all.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/ADT/Statistic.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineLoopInfo.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/InitializePasses.h"

using namespace llvm;

#define DEBUG_TYPE "mtia-command-registers"
#define PASS_NAME "MTIA command registers"

STATISTIC(NumRedundant, "Number of writes of what a command register holds removed");
STATISTIC(NumDead, "Number of writes of command registers that no command reads removed");
STATISTIC(NumHoisted, "Number of writes of command registers moved out of loops");

namespace {
// What is known of one half of a command register.
struct Half {
  enum Kind : uint8_t { Unvisited, Known, Unknown };
  Kind State = Unvisited;
  bool High = false;   // the upper half of Base, not the lower
  uint32_t Offset = 0; // added to it
  Register Base;       // none: zero

  static Half constant(uint32_t Value) { return {Known, false, Value, Register()}; }
  static Half unknown() { return {Unknown, false, 0, Register()}; }

  bool isKnown() const { return State == Known; }
  bool isConstant() const { return State == Known && !Base; }
  bool operator==(const Half &O) const {
    return State == O.State && High == O.High && Offset == O.Offset && Base == O.Base;
  }
  bool operator!=(const Half &O) const { return !(*this == O); }
};

constexpr unsigned NumCRs = 29; // 29 to 31 are reserved: a write may be an illegal command
constexpr unsigned NumHalves = 2 * NumCRs;
constexpr uint32_t AllCRs = (1u << NumCRs) - 1;

unsigned low(unsigned CR) { return 2 * CR; }
unsigned high(unsigned CR) { return 2 * CR + 1; }

enum { CR_MML_A = 5, CR_MML_B = 6, CR_MML_INC = 7, CR_MLU_SHAPE = 20, CR_MLU_DST = 22 };

using Facts = std::array<Half, NumHalves>;

struct BlockInfo {
  Facts In, Out;
  // How often a half of In was something else: who changes too often is unknown.
  std::array<uint8_t, NumHalves> Changes{};
  uint32_t LiveIn = 0, LiveOut = 0;
};

class MTIACommandRegisters : public MachineFunctionPass {
  MachineRegisterInfo *MRI = nullptr;
  MachineLoopInfo *MLI = nullptr;
  std::vector<BlockInfo> Info; // by number of the block

  BlockInfo &info(const MachineBasicBlock &MBB) { return Info[MBB.getNumber()]; }

  // Values.
  std::optional<int64_t> getConstant(Register Reg, unsigned Depth = 0) const;
  Half getLow(const MachineOperand &MO) const;
  Half getHigh(const MachineOperand &MO) const;
  void getWritten(const MachineInstr &MI, Half &Low, Half &High) const;

  // Forward.
  Half merge(const MachineBasicBlock &MBB, unsigned H);
  void transfer(const MachineInstr &MI, Facts &F) const;
  void findFacts(MachineFunction &MF);
  bool removeRedundant(MachineFunction &MF);

  // Backward.
  void findLive(MachineFunction &MF);
  bool removeDead(MachineFunction &MF);

  // Loops.
  bool makeAvailable(MachineLoop &L, MachineBasicBlock &Preheader, Register Reg, bool Move,
                     unsigned Depth = 0);
  bool hoist(MachineLoop &L, unsigned CR);
  bool hoistFirst(MachineLoop &L, unsigned CR);
  MachineInstr *insertWrite(MachineLoop &L, MachineInstr &Write);
  bool hoistAll(MachineFunction &MF);

  void erase(MachineInstr &MI);

public:
  static char ID;
  MTIACommandRegisters() : MachineFunctionPass(ID) {}

  StringRef getPassName() const override { return PASS_NAME; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    AU.addRequired<MachineLoopInfoWrapperPass>();
    AU.addPreserved<MachineLoopInfoWrapperPass>();
    MachineFunctionPass::getAnalysisUsage(AU);
  }
  MachineFunctionProperties getRequiredProperties() const override {
    return MachineFunctionProperties().setIsSSA();
  }
  bool runOnMachineFunction(MachineFunction &MF) override;
};
} // namespace

char MTIACommandRegisters::ID = 0;
INITIALIZE_PASS_BEGIN(MTIACommandRegisters, DEBUG_TYPE, PASS_NAME, false, false)
INITIALIZE_PASS_DEPENDENCY(MachineLoopInfoWrapperPass)
INITIALIZE_PASS_END(MTIACommandRegisters, DEBUG_TYPE, PASS_NAME, false, false)

FunctionPass *llvm::createMTIACommandRegistersPass() { return new MTIACommandRegisters(); }

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

// mtia.cr.w and mtia.cr.w2 of a register that isn't reserved.
static bool isWrite(const MachineInstr &MI) {
  return (MI.getOpcode() == MTIA::CR_W || MI.getOpcode() == MTIA::CR_W2) &&
         MI.getOperand(0).getImm() < NumCRs;
}
static bool isAdd(const MachineInstr &MI) {
  return MI.getOpcode() == MTIA::CR_ADD && MI.getOperand(0).getImm() < NumCRs;
}
static unsigned getCR(const MachineInstr &MI) { return MI.getOperand(0).getImm(); }

// May do anything with the command registers.
static bool isOpaque(const MachineInstr &MI) {
  if (MI.isInlineAsm())
    return MI.getOperand(InlineAsm::MIOp_AsmString).getSymbolName()[0] != '\0';
  switch (MI.getOpcode()) {
  case MTIA::ECALL:
  case MTIA::EBREAK:
    return true;
  default:
    return MI.isCall();
  }
}

static uint32_t getReads(const MachineInstr &MI) {
  if (MI.getOpcode() == MTIA::CR_R) {
    unsigned CR = MI.getOperand(1).getImm();
    return CR < NumCRs ? 1u << CR : 0;
  }
  const auto *II = MTIAIntrinsic::lookupIntrinsicByOpcode(MI.getOpcode());
  if (!II)
    return 0;
  unsigned First = II->HasResult;
  return II->getReads([&](unsigned I) { return MI.getOperand(First + I).getImm(); });
}

static uint32_t getAdvances(const MachineInstr &MI) {
  const auto *II = MTIAIntrinsic::lookupIntrinsicByOpcode(MI.getOpcode());
  if (!II)
    return 0;
  unsigned First = II->HasResult;
  return II->getAdvances([&](unsigned I) { return MI.getOperand(First + I).getImm(); });
}

// An instruction that isn't needed goes, and what only it needed.
void MTIACommandRegisters::erase(MachineInstr &MI) {
  SmallVector<Register, 4> Used;
  for (const MachineOperand &MO : MI.explicit_uses())
    if (MO.isReg() && MO.getReg().isVirtual())
      Used.push_back(MO.getReg());
  MI.eraseFromParent();
  for (Register Reg : Used) {
    MachineInstr *Def = MRI->getVRegDef(Reg);
    bool SawStore = true;
    if (Def && MRI->use_nodbg_empty(Reg) && Def->getNumExplicitDefs() == 1 &&
        (Def->getOpcode() == MTIA::CR_R || Def->isSafeToMove(SawStore)) &&
        none_of(Def->implicit_operands(), [](const MachineOperand &MO) { return MO.isDef(); })) {
      MRI->markUsesInDebugValueAsUndef(Reg);
      erase(*Def);
    }
  }
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static Register getUsed(const MachineInstr &MI, unsigned Index) {
  const MachineOperand &MO = MI.getOperand(Index);
  return MO.isReg() && !MO.isUndef() && !MO.getSubReg() ? MO.getReg() : Register();
}

// The constant that the register holds, as constants are made.
std::optional<int64_t> MTIACommandRegisters::getConstant(Register Reg, unsigned Depth) const {
  if (Reg == MTIA::X0)
    return 0;
  const MachineInstr *MI = Reg.isVirtual() && Depth < 8 ? MRI->getUniqueVRegDef(Reg) : nullptr;
  if (!MI)
    return std::nullopt;
  auto Operand = [&](unsigned I) { return getConstant(getUsed(*MI, I), Depth + 1); };
  auto Imm = [&](unsigned I) { return MI->getOperand(I).isImm(); };
  switch (MI->getOpcode()) {
  case MTIA::COPY:
    return Operand(1);
  case MTIA::LUI:
    if (Imm(1))
      return SignExtend64<32>(uint64_t(MI->getOperand(1).getImm()) << 12);
    return std::nullopt;
  case MTIA::ADDI:
  case MTIA::ADDIW:
  case MTIA::SLLI:
  case MTIA::SRLI: {
    std::optional<int64_t> C = Imm(2) ? Operand(1) : std::nullopt;
    if (!C)
      return std::nullopt;
    uint64_t Value = *C, By = MI->getOperand(2).getImm();
    switch (MI->getOpcode()) {
    case MTIA::ADDI:
      return Value + By;
    case MTIA::ADDIW:
      return SignExtend64<32>(Value + By);
    case MTIA::SLLI:
      return Value << By;
    default:
      return Value >> By;
    }
  }
  default:
    return std::nullopt;
  }
}

// The lower half of a register, through operations that leave it alone or add a constant.
Half MTIACommandRegisters::getLow(const MachineOperand &MO) const {
  if (MO.isUndef() || MO.getSubReg())
    return Half::unknown();
  Register Reg = MO.getReg();
  uint32_t Offset = 0;
  for (unsigned Depth = 0; Depth != 8; ++Depth) {
    if (std::optional<int64_t> C = getConstant(Reg))
      return Half::constant(uint32_t(*C) + Offset);
    const MachineInstr *MI = Reg.isVirtual() ? MRI->getUniqueVRegDef(Reg) : nullptr;
    if (!MI)
      return Half::unknown();
    Register From;
    switch (MI->getOpcode()) {
    case MTIA::COPY:
      From = getUsed(*MI, 1);
      break;
    case MTIA::ADDI:
    case MTIA::ADDIW:
      if (MI->getOperand(2).isImm() && (From = getUsed(*MI, 1)) && From.isVirtual())
        Offset += uint32_t(MI->getOperand(2).getImm());
      break;
    case MTIA::ADD_UW: // zext.w
      if (MI->getOperand(2).isReg() && MI->getOperand(2).getReg() == MTIA::X0)
        From = getUsed(*MI, 1);
      break;
    case MTIA::SRLI: { // of SLLI by 32: zext.w without Zba
      const MachineInstr *Shl =
          getUsed(*MI, 1).isVirtual() ? MRI->getUniqueVRegDef(getUsed(*MI, 1)) : nullptr;
      if (MI->getOperand(2).getImm() == 32 && Shl && Shl->getOpcode() == MTIA::SLLI &&
          Shl->getOperand(2).getImm() == 32)
        From = getUsed(*Shl, 1);
      break;
    }
    default:
      break;
    }
    if (!From.isVirtual())
      break;
    Reg = From;
  }
  return Reg.isVirtual() ? Half{Half::Known, false, Offset, Reg} : Half::unknown();
}

// The upper half.
Half MTIACommandRegisters::getHigh(const MachineOperand &MO) const {
  if (MO.isUndef() || MO.getSubReg())
    return Half::unknown();
  Register Reg = MO.getReg();
  for (unsigned Depth = 0; Depth != 8; ++Depth) {
    if (std::optional<int64_t> C = getConstant(Reg))
      return Half::constant(uint64_t(*C) >> 32);
    const MachineInstr *MI = Reg.isVirtual() ? MRI->getUniqueVRegDef(Reg) : nullptr;
    if (!MI)
      return Half::unknown();
    switch (MI->getOpcode()) {
    case MTIA::LWU:
    case MTIA::LHU:
    case MTIA::LBU:
    case MTIA::ZEXT_H:
      return Half::constant(0);
    case MTIA::ADD_UW:
      if (MI->getOperand(2).isReg() && MI->getOperand(2).getReg() == MTIA::X0)
        return Half::constant(0);
      break;
    case MTIA::SRLI:
      if (MI->getOperand(2).getImm() >= 32)
        return Half::constant(0);
      break;
    case MTIA::ANDI:
      if (MI->getOperand(2).isImm() && MI->getOperand(2).getImm() >= 0)
        return Half::constant(0);
      break;
    default:
      break;
    }
    if (!MI->isCopy() || !getUsed(*MI, 1).isVirtual())
      break;
    Reg = getUsed(*MI, 1);
  }
  return Reg.isVirtual() ? Half{Half::Known, true, 0, Reg} : Half::unknown();
}

void MTIACommandRegisters::getWritten(const MachineInstr &MI, Half &Low, Half &High) const {
  Low = getLow(MI.getOperand(1));
  High = MI.getOpcode() == MTIA::CR_W ? getHigh(MI.getOperand(1)) : getLow(MI.getOperand(2));
}

//===----------------------------------------------------------------------===//
// Forward: what the registers hold
//===----------------------------------------------------------------------===//

// What half H holds where MBB begins: what all predecessors have left, in a virtual register or
// in the values that a PHI of this block takes.
Half MTIACommandRegisters::merge(const MachineBasicBlock &MBB, unsigned H) {
  if (MBB.pred_empty() || MBB.isEHPad() || MBB.hasAddressTaken())
    return Half::unknown();
  Half Common;
  bool Same = true;
  for (const MachineBasicBlock *Pred : MBB.predecessors()) {
    const Half &V = info(*Pred).Out[H];
    if (V.State == Half::Unvisited)
      continue;
    if (!V.isKnown())
      return Half::unknown();
    if (Common.State == Half::Unvisited)
      Common = V;
    Same &= Common == V;
  }
  if (Common.State == Half::Unvisited)
    return Common;
  // A PHI of this block is about to change: only what the last round left in it is known.
  const MachineInstr *BaseDef = Common.Base ? MRI->getUniqueVRegDef(Common.Base) : nullptr;
  if (Same && !(BaseDef && BaseDef->isPHI() && BaseDef->getParent() == &MBB))
    return Common;

  for (const MachineInstr &Phi : MBB.phis()) {
    bool Found = true;
    std::optional<uint32_t> Offset;
    for (unsigned I = 1; I != Phi.getNumOperands() && Found; I += 2) {
      const Half &V = info(*Phi.getOperand(I + 1).getMBB()).Out[H];
      if (V.State == Half::Unvisited)
        continue;
      Half Incoming = getLow(Phi.getOperand(I));
      uint32_t Distance = V.Offset - Incoming.Offset;
      Found = Incoming.isKnown() && Incoming.Base == V.Base && Incoming.High == V.High &&
              (!Offset || *Offset == Distance);
      Offset = Distance;
    }
    if (Found && Offset)
      return {Half::Known, false, *Offset, Phi.getOperand(0).getReg()};
  }
  return Half::unknown();
}

void MTIACommandRegisters::transfer(const MachineInstr &MI, Facts &F) const {
  if (MI.isPHI() || MI.isDebugInstr())
    return;
  if (isOpaque(MI)) {
    F.fill(Half::unknown());
  } else if (isWrite(MI)) {
    unsigned CR = getCR(MI);
    getWritten(MI, F[low(CR)], F[high(CR)]);
  } else if (isAdd(MI)) {
    Half &Value = F[low(getCR(MI))], By = getLow(MI.getOperand(1));
    if (!Value.isKnown() || !By.isKnown())
      Value = Half::unknown();
    else if (By.isConstant())
      Value.Offset += By.Offset;
    else if (Value.isConstant())
      By.Offset += Value.Offset, Value = By;
    else
      Value = Half::unknown();
  } else if (uint32_t Advances = getAdvances(MI)) {
    for (unsigned CR = 0; CR != NumCRs; ++CR) {
      if (!(Advances >> CR & 1))
        continue;
      Half &Value = F[low(CR)];
      std::optional<uint32_t> By;
      if (CR == CR_MML_A && F[low(CR_MML_INC)].isConstant())
        By = F[low(CR_MML_INC)].Offset;
      else if (CR == CR_MML_B && F[high(CR_MML_INC)].isConstant())
        By = F[high(CR_MML_INC)].Offset;
      else if (CR == CR_MLU_DST && F[high(CR_MLU_SHAPE)].isConstant()) {
        unsigned Size = MI.getOperand(2).getImm(); // 3: two elements per byte
        uint32_t Columns = F[high(CR_MLU_SHAPE)].Offset;
        By = Size == 3 ? Columns / 2 : Columns << Size;
      }
      if (By && Value.isKnown())
        Value.Offset += *By;
      else
        Value = Half::unknown();
    }
  }
  // What was known as the old value of a register isn't its new one.
  for (const MachineOperand &MO : MI.all_defs())
    if (MO.getReg().isVirtual())
      for (Half &Value : F)
        if (Value.Base == MO.getReg())
          Value = Half::unknown();
}

void MTIACommandRegisters::findFacts(MachineFunction &MF) {
  for (MachineBasicBlock &MBB : MF) {
    BlockInfo &B = info(MBB);
    B.In.fill(Half());
    B.Out.fill(Half());
    B.Changes.fill(0);
  }
  ReversePostOrderTraversal<MachineFunction *> RPOT(&MF);
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (MachineBasicBlock *MBB : RPOT) {
      BlockInfo &B = info(*MBB);
      Facts F;
      for (unsigned H = 0; H != NumHalves; ++H) {
        Half New = B.Changes[H] > 4 ? Half::unknown() : merge(*MBB, H);
        if (New != B.In[H])
          ++B.Changes[H];
        F[H] = B.In[H] = New;
      }
      for (const MachineInstr &MI : *MBB)
        transfer(MI, F);
      Changed |= F != B.Out;
      B.Out = F;
    }
  }
}

bool MTIACommandRegisters::removeRedundant(MachineFunction &MF) {
  findFacts(MF);
  bool Changed = false;
  for (MachineBasicBlock &MBB : MF) {
    Facts F = info(MBB).In;
    for (MachineInstr &MI : make_early_inc_range(MBB)) {
      bool Redundant = false;
      if (isWrite(MI)) {
        Half Low, High;
        getWritten(MI, Low, High);
        Redundant = Low.isKnown() && High.isKnown() && F[low(getCR(MI))] == Low &&
                    F[high(getCR(MI))] == High;
      } else if (isAdd(MI)) {
        Half By = getLow(MI.getOperand(1));
        Redundant = By.isConstant() && By.Offset == 0;
      }
      if (!Redundant) {
        transfer(MI, F);
        continue;
      }
      ++NumRedundant;
      erase(MI);
      Changed = true;
    }
  }
  return Changed;
}

//===----------------------------------------------------------------------===//
// Backward: who is read
//===----------------------------------------------------------------------===//

static void transferLive(const MachineInstr &MI, uint32_t &Live) {
  if (isOpaque(MI))
    Live = AllCRs;
  else if (MI.getOpcode() == MTIA::HALT) // the core does nothing any more
    Live = 0;
  else if (isWrite(MI))
    Live &= ~(1u << getCR(MI));
  else if (!isAdd(MI)) // which reads for what it adds to only
    Live |= getReads(MI);
}

void MTIACommandRegisters::findLive(MachineFunction &MF) {
  for (MachineBasicBlock &MBB : MF)
    info(MBB).LiveIn = info(MBB).LiveOut = 0;
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (MachineBasicBlock *MBB : post_order(&MF)) {
      BlockInfo &B = info(*MBB);
      uint32_t Live = MBB->succ_empty() ? AllCRs : 0;
      for (const MachineBasicBlock *Succ : MBB->successors())
        Live |= info(*Succ).LiveIn;
      B.LiveOut = Live;
      for (const MachineInstr &MI : reverse(*MBB))
        transferLive(MI, Live);
      Changed |= Live != B.LiveIn;
      B.LiveIn = Live;
    }
  }
}

bool MTIACommandRegisters::removeDead(MachineFunction &MF) {
  findLive(MF);
  SmallVector<MachineInstr *, 8> Dead;
  for (MachineBasicBlock &MBB : MF) {
    uint32_t Live = info(MBB).LiveOut;
    for (MachineInstr &MI : reverse(MBB)) {
      if ((isWrite(MI) || isAdd(MI)) && !(Live >> getCR(MI) & 1))
        Dead.push_back(&MI);
      else
        transferLive(MI, Live);
    }
  }
  NumDead += Dead.size();
  for (MachineInstr *MI : Dead)
    erase(*MI);
  return !Dead.empty();
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

// Whether Reg has its value in the preheader, or can have it: when Move is set, what computes it
// moves there.
bool MTIACommandRegisters::makeAvailable(MachineLoop &L, MachineBasicBlock &Preheader, Register Reg,
                                         bool Move, unsigned Depth) {
  if (Reg == MTIA::X0)
    return true;
  MachineInstr *Def = Reg.isVirtual() ? MRI->getUniqueVRegDef(Reg) : nullptr;
  if (!Def)
    return false;
  if (!L.contains(Def->getParent()))
    return true;
  bool SawStore = true; // no loads
  if (Depth == 4 || Def->isPHI() || Def->isConvergent() || Def->mayRaiseFPException() ||
      Def->getNumExplicitDefs() != 1 || !Def->implicit_operands().empty() ||
      !Def->isSafeToMove(SawStore) || Def->mayLoad())
    return false;
  for (const MachineOperand &MO : Def->explicit_uses())
    if (MO.isReg() && MO.getReg() &&
        (MO.isUndef() || !makeAvailable(L, Preheader, MO.getReg(), Move, Depth + 1)))
      return false;
  if (Move) {
    for (const MachineOperand &MO : Def->explicit_uses())
      if (MO.isReg() && MO.getReg().isVirtual())
        MRI->clearKillFlags(MO.getReg());
    Preheader.splice(Preheader.getFirstTerminator(), Def->getParent(), Def);
    Def->setDebugLoc(DebugLoc());
  }
  return true;
}

bool MTIACommandRegisters::hoist(MachineLoop &L, unsigned CR) {
  MachineBasicBlock *Preheader = L.getLoopPreheader();
  if (!Preheader || info(*L.getHeader()).LiveIn >> CR & 1)
    return false;
  MachineInstr *First = nullptr;
  Half Low, High;
  for (MachineBasicBlock *MBB : L.blocks())
    for (MachineInstr &MI : *MBB) {
      if (isOpaque(MI) || getAdvances(MI) >> CR & 1 || (isAdd(MI) && getCR(MI) == CR))
        return false;
      if (!isWrite(MI) || getCR(MI) != CR)
        continue;
      Half OtherLow, OtherHigh;
      getWritten(MI, OtherLow, OtherHigh);
      if (!OtherLow.isKnown() || !OtherHigh.isKnown() ||
          (First && (OtherLow != Low || OtherHigh != High)))
        return false;
      Low = OtherLow;
      High = OtherHigh;
      if (!First)
        First = &MI;
    }
  if (!First)
    return false;
  for (bool Move : {false, true})
    for (const MachineOperand &MO : First->explicit_uses())
      if (MO.isReg() && !makeAvailable(L, *Preheader, MO.getReg(), Move))
        return false;
  insertWrite(L, *First);
  return true;
}

// A copy of Write in the preheader; what it uses is there.
MachineInstr *MTIACommandRegisters::insertWrite(MachineLoop &L, MachineInstr &Write) {
  MachineBasicBlock *Preheader = L.getLoopPreheader();
  for (const MachineOperand &MO : Write.explicit_uses())
    if (MO.isReg() && MO.getReg().isVirtual())
      MRI->clearKillFlags(MO.getReg());
  MachineInstr *Copy = Preheader->getParent()->CloneMachineInstr(&Write);
  Copy->setDebugLoc(DebugLoc());
  Preheader->insert(Preheader->getFirstTerminator(), Copy);
  ++NumHoisted;
  return Copy;
}

// The only write writes a PHI of the header (plus a constant), and where a round ends the register
// holds what the PHI then takes (plus that constant): writing the first value in the preheader is
// enough. The facts are those of the loop as it is.
bool MTIACommandRegisters::hoistFirst(MachineLoop &L, unsigned CR) {
  MachineBasicBlock *Preheader = L.getLoopPreheader(), *Latch = L.getLoopLatch();
  if (!Preheader || !Latch || info(*L.getHeader()).LiveIn >> CR & 1)
    return false;
  MachineInstr *Write = nullptr;
  for (MachineBasicBlock *MBB : L.blocks())
    for (MachineInstr &MI : *MBB) {
      if (isOpaque(MI))
        return false;
      if (!isWrite(MI) || getCR(MI) != CR)
        continue;
      if (Write || MI.getOpcode() != MTIA::CR_W2)
        return false;
      Write = &MI;
    }
  if (!Write)
    return false;
  Half Low, High;
  getWritten(*Write, Low, High);
  const Facts &End = info(*Latch).Out;
  if (!Low.isKnown() || !Low.Base || !High.isKnown() || End[high(CR)] != High)
    return false;
  MachineInstr *Phi = MRI->getUniqueVRegDef(Low.Base);
  if (!Phi->isPHI() || Phi->getParent() != L.getHeader() || Phi->getNumOperands() != 5)
    return false;
  unsigned Back = Phi->getOperand(2).getMBB() == Latch ? 1 : 3;
  Half Next = getLow(Phi->getOperand(Back));
  Next.Offset += Low.Offset;
  const MachineOperand &First = Phi->getOperand(4 - Back);
  if (End[low(CR)] != Next || First.isUndef() || First.getSubReg() ||
      !isInt<12>(int32_t(Low.Offset)) ||
      !MRI->getRegClass(First.getReg())->hasSubClassEq(&MTIA::GPRRegClass))
    return false;
  Register HighReg = Write->getOperand(2).getReg();
  for (bool Move : {false, true})
    if (!makeAvailable(L, *Preheader, HighReg, Move))
      return false;
  Register Value = First.getReg();
  MRI->clearKillFlags(Value);
  if (Low.Offset) {
    const TargetInstrInfo &TII = *Preheader->getParent()->getSubtarget().getInstrInfo();
    Register Sum = MRI->createVirtualRegister(&MTIA::GPRRegClass);
    BuildMI(*Preheader, Preheader->getFirstTerminator(), DebugLoc(), TII.get(MTIA::ADDI), Sum)
        .addReg(Value)
        .addImm(int32_t(Low.Offset));
    Value = Sum;
  }
  insertWrite(L, *Write)->getOperand(1).setReg(Value);
  return true;
}

// Inner loops first, so that a write leaves one loop after the other; those of one depth, of which
// none contains another, by the same facts. A write that is added where its register is dead
// changes nothing that is read, so what was found dead stays so until writes are removed.
bool MTIACommandRegisters::hoistAll(MachineFunction &MF) {
  SmallVector<MachineLoop *, 8> Loops = MLI->getLoopsInPreorder();
  unsigned Depth = 0;
  for (const MachineLoop *L : Loops)
    Depth = std::max(Depth, L->getLoopDepth());
  bool Changed = false;
  for (; Depth; --Depth) {
    findLive(MF);
    findFacts(MF);
    bool Hoisted = false;
    for (MachineLoop *L : reverse(Loops))
      for (unsigned CR = 0; CR != NumCRs && L->getLoopDepth() == Depth; ++CR)
        Hoisted |= hoist(*L, CR) || hoistFirst(*L, CR);
    // Those inside write what is there now.
    if (Hoisted)
      removeRedundant(MF);
    Changed |= Hoisted;
  }
  return Changed;
}

bool MTIACommandRegisters::runOnMachineFunction(MachineFunction &MF) {
  if (skipFunction(MF.getFunction()) || !MF.getSubtarget<MTIASubtarget>().hasVendorXmtia())
    return false;
  if (none_of(MF, [](const MachineBasicBlock &MBB) { return any_of(MBB, isWrite); }))
    return false;
  MRI = &MF.getRegInfo();
  MLI = &getAnalysis<MachineLoopInfoWrapperPass>().getLI();
  Info.assign(MF.getNumBlockIDs(), BlockInfo());

  bool Changed = removeDead(MF);
  Changed |= removeRedundant(MF);
  Changed |= hoistAll(MF);
  Info.clear();
  return Changed;
}
