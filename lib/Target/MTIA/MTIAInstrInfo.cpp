//===-- MTIAInstrInfo.cpp - What passes ask about instructions -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIAInstrInfo.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MCTargetDesc/MTIAMatInt.h"
#include "MTIAMachineFunctionInfo.h"
#include "MTIASubtarget.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/RegisterScavenging.h"
#include "llvm/CodeGen/StackMaps.h"
#include "llvm/MC/MCInstBuilder.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

#define GET_INSTRINFO_CTOR_DTOR
#include "MTIAGenInstrInfo.inc"

#define GEN_CHECK_COMPRESS_INSTR
#include "MTIAGenCompressInstEmitter.inc"

MTIAInstrInfo::MTIAInstrInfo(const MTIASubtarget &STI)
    : MTIAGenInstrInfo(STI, RegInfo, MTIA::ADJCALLSTACKDOWN, MTIA::ADJCALLSTACKUP),
      RegInfo(STI.getHwMode()), STI(STI) {}

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

MTIACC::CondCode MTIACC::getOppositeCondition(CondCode CC) {
  assert(CC != COND_INVALID && "No opposite");
  return static_cast<CondCode>(CC ^ 1);
}

unsigned MTIACC::getBranchOpcode(CondCode CC) {
  static const unsigned Opcodes[] = {MTIA::BEQ, MTIA::BNE,  MTIA::BLT,
                                     MTIA::BGE, MTIA::BLTU, MTIA::BGEU};
  assert(CC < COND_INVALID && "Not a condition of a branch");
  return Opcodes[CC];
}

static MTIACC::CondCode getCondFromBranchOpc(unsigned Opc) {
  switch (Opc) {
  case MTIA::BEQ:
    return MTIACC::COND_EQ;
  case MTIA::BNE:
    return MTIACC::COND_NE;
  case MTIA::BLT:
    return MTIACC::COND_LT;
  case MTIA::BGE:
    return MTIACC::COND_GE;
  case MTIA::BLTU:
    return MTIACC::COND_LTU;
  case MTIA::BGEU:
    return MTIACC::COND_GEU;
  default:
    return MTIACC::COND_INVALID;
  }
}

//===----------------------------------------------------------------------===//
// Copies, spills, constants
//===----------------------------------------------------------------------===//

// The width of a plain load or store, 0 for everything else.
static unsigned getLoadWidth(unsigned Opcode) {
  switch (Opcode) {
  case MTIA::LB:
  case MTIA::LBU:
    return 1;
  case MTIA::LH:
  case MTIA::LHU:
  case MTIA::FLH:
    return 2;
  case MTIA::LW:
  case MTIA::LWU:
  case MTIA::FLW:
    return 4;
  case MTIA::LD:
  case MTIA::FLD:
    return 8;
  default:
    return 0;
  }
}

static unsigned getStoreWidth(unsigned Opcode) {
  switch (Opcode) {
  case MTIA::SB:
    return 1;
  case MTIA::SH:
  case MTIA::FSH:
    return 2;
  case MTIA::SW:
  case MTIA::FSW:
    return 4;
  case MTIA::SD:
  case MTIA::FSD:
    return 8;
  default:
    return 0;
  }
}

static Register getStackSlotAccess(const MachineInstr &MI, int &FrameIndex) {
  if (!MI.getOperand(1).isFI() || !MI.getOperand(2).isImm() || MI.getOperand(2).getImm() != 0)
    return Register();
  FrameIndex = MI.getOperand(1).getIndex();
  return MI.getOperand(0).getReg();
}

Register MTIAInstrInfo::isLoadFromStackSlot(const MachineInstr &MI, int &FrameIndex) const {
  TypeSize Unused = TypeSize::getZero();
  return isLoadFromStackSlot(MI, FrameIndex, Unused);
}

Register MTIAInstrInfo::isLoadFromStackSlot(const MachineInstr &MI, int &FrameIndex,
                                            TypeSize &MemBytes) const {
  unsigned Width = getLoadWidth(MI.getOpcode());
  if (!Width)
    return Register();
  MemBytes = TypeSize::getFixed(Width);
  return getStackSlotAccess(MI, FrameIndex);
}

Register MTIAInstrInfo::isStoreToStackSlot(const MachineInstr &MI, int &FrameIndex) const {
  TypeSize Unused = TypeSize::getZero();
  return isStoreToStackSlot(MI, FrameIndex, Unused);
}

Register MTIAInstrInfo::isStoreToStackSlot(const MachineInstr &MI, int &FrameIndex,
                                           TypeSize &MemBytes) const {
  unsigned Width = getStoreWidth(MI.getOpcode());
  if (!Width)
    return Register();
  MemBytes = TypeSize::getFixed(Width);
  return getStackSlotAccess(MI, FrameIndex);
}

void MTIAInstrInfo::copyPhysReg(MachineBasicBlock &MBB, MachineBasicBlock::iterator MBBI,
                                const DebugLoc &DL, Register DestReg, Register SrcReg, bool KillSrc,
                                bool RenamableDest, bool RenamableSrc) const {
  if (MTIA::GPRRegClass.contains(DestReg, SrcReg)) {
    BuildMI(MBB, MBBI, DL, get(MTIA::ADDI), DestReg)
        .addReg(SrcReg, getKillRegState(KillSrc) | getRenamableRegState(RenamableSrc))
        .addImm(0);
    return;
  }
  unsigned Opc;
  if (MTIA::FPR64RegClass.contains(DestReg, SrcReg)) {
    Opc = MTIA::FSGNJ_D;
  } else if (MTIA::FPR32RegClass.contains(DestReg, SrcReg)) {
    Opc = MTIA::FSGNJ_S;
  } else if (MTIA::FPR16RegClass.contains(DestReg, SrcReg)) {
    if (MBB.getParent()->getSubtarget<MTIASubtarget>().hasStdExtZfh()) {
      Opc = MTIA::FSGNJ_H;
    } else {
      // Zfhmin has no copy of a half: the single around it.
      Opc = MTIA::FSGNJ_S;
      DestReg = RegInfo.getMatchingSuperReg(DestReg, MTIA::sub_16, &MTIA::FPR32RegClass);
      SrcReg = RegInfo.getMatchingSuperReg(SrcReg, MTIA::sub_16, &MTIA::FPR32RegClass);
    }
  } else if (isVectorReg(DestReg.asMCReg())) {
    copyVectorReg(MBB, MBBI, DL, DestReg.asMCReg(), SrcReg.asMCReg(), KillSrc);
    return;
  } else {
    llvm_unreachable("Copy between registers that have no common class");
  }
  BuildMI(MBB, MBBI, DL, get(Opc), DestReg)
      .addReg(SrcReg, getKillRegState(KillSrc) | getRenamableRegState(RenamableSrc))
      .addReg(SrcReg, getKillRegState(KillSrc) | getRenamableRegState(RenamableSrc));
}

static unsigned getSpillOpcode(const TargetRegisterClass *RC, unsigned Integer, unsigned Half,
                               unsigned Single, unsigned Double) {
  if (MTIA::GPRRegClass.hasSubClassEq(RC))
    return Integer;
  if (MTIA::FPR16RegClass.hasSubClassEq(RC))
    return Half;
  if (MTIA::FPR32RegClass.hasSubClassEq(RC))
    return Single;
  if (MTIA::FPR64RegClass.hasSubClassEq(RC))
    return Double;
  llvm_unreachable("No load or store for this register class");
}

MachineMemOperand *MTIAInstrInfo::getStackAccess(MachineFunction &MF, int FI,
                                                 MachineMemOperand::Flags Flags) {
  const MachineFrameInfo &MFI = MF.getFrameInfo();
  return MF.getMachineMemOperand(MachinePointerInfo::getFixedStack(MF, FI), Flags,
                                 MFI.getObjectSize(FI), MFI.getObjectAlign(FI));
}

void MTIAInstrInfo::storeRegToStackSlot(MachineBasicBlock &MBB, MachineBasicBlock::iterator I,
                                        Register SrcReg, bool IsKill, int FI,
                                        const TargetRegisterClass *RC, Register VReg,
                                        MachineInstr::MIFlag Flags) const {
  if (storeVectorToStackSlot(MBB, I, SrcReg, IsKill, FI, RC, Flags))
    return;
  MachineMemOperand *MMO = getStackAccess(*MBB.getParent(), FI, MachineMemOperand::MOStore);
  BuildMI(MBB, I, DebugLoc(), get(getSpillOpcode(RC, MTIA::SD, MTIA::FSH, MTIA::FSW, MTIA::FSD)))
      .addReg(SrcReg, getKillRegState(IsKill))
      .addFrameIndex(FI)
      .addImm(0)
      .addMemOperand(MMO)
      .setMIFlag(Flags);
}

void MTIAInstrInfo::loadRegFromStackSlot(MachineBasicBlock &MBB, MachineBasicBlock::iterator I,
                                         Register DstReg, int FI, const TargetRegisterClass *RC,
                                         Register VReg, unsigned SubReg,
                                         MachineInstr::MIFlag Flags) const {
  if (loadVectorFromStackSlot(MBB, I, DstReg, FI, RC, Flags))
    return;
  DebugLoc DL = Flags & MachineInstr::FrameDestroy ? MBB.findDebugLoc(I) : DebugLoc();
  MachineMemOperand *MMO = getStackAccess(*MBB.getParent(), FI, MachineMemOperand::MOLoad);
  BuildMI(MBB, I, DL, get(getSpillOpcode(RC, MTIA::LD, MTIA::FLH, MTIA::FLW, MTIA::FLD)), DstReg)
      .addFrameIndex(FI)
      .addImm(0)
      .addMemOperand(MMO)
      .setMIFlag(Flags);
}

// A sign or zero extension of a spilled value is the extending load of its slot.
MachineInstr *MTIAInstrInfo::foldMemoryOperandImpl(MachineFunction &MF, MachineInstr &MI,
                                                   ArrayRef<unsigned> Ops,
                                                   MachineBasicBlock::iterator InsertPt,
                                                   int FrameIndex, LiveIntervals *LIS,
                                                   VirtRegMap *VRM) const {
  if (Ops.size() != 1 || Ops[0] != 1)
    return nullptr;
  unsigned LoadOpc;
  if (MI.getOpcode() == MTIA::ADDIW && MI.getOperand(2).isImm() && MI.getOperand(2).getImm() == 0)
    LoadOpc = MTIA::LW;
  else if (MI.getOpcode() == MTIA::ANDI && MI.getOperand(2).isImm() &&
           MI.getOperand(2).getImm() == 255)
    LoadOpc = MTIA::LBU;
  else
    return nullptr;
  Register DstReg = MI.getOperand(0).getReg();
  return BuildMI(*MI.getParent(), InsertPt, MI.getDebugLoc(), get(LoadOpc), DstReg)
      .addFrameIndex(FrameIndex)
      .addImm(0);
}

void MTIAInstrInfo::movImm(MachineBasicBlock &MBB, MachineBasicBlock::iterator MBBI,
                           const DebugLoc &DL, Register DstReg, int64_t Val,
                           MachineInstr::MIFlag Flag) const {
  Register SrcReg = MTIA::X0;
  for (const MTIAMatInt::Inst &Inst :
       MTIAMatInt::generateInstSeq(Val, MBB.getParent()->getSubtarget<MTIASubtarget>())) {
    auto MIB = BuildMI(MBB, MBBI, DL, get(Inst.Opcode), DstReg);
    switch (Inst.getOperands()) {
    case MTIAMatInt::Imm:
      MIB.addImm(Inst.Imm);
      break;
    case MTIAMatInt::RegImm:
      MIB.addReg(SrcReg, getKillRegState(SrcReg != MTIA::X0)).addImm(Inst.Imm);
      break;
    case MTIAMatInt::RegReg:
      MIB.addReg(SrcReg).addReg(SrcReg, getKillRegState(SrcReg != MTIA::X0));
      break;
    case MTIAMatInt::RegX0:
      MIB.addReg(SrcReg, getKillRegState(SrcReg != MTIA::X0)).addReg(MTIA::X0);
      break;
    }
    MIB.setMIFlag(Flag);
    SrcReg = DstReg;
  }
}

bool MTIAInstrInfo::isReMaterializableImpl(const MachineInstr &MI) const {
  // LUI, AUIPC and immediates added to x0 depend on nothing. AUIPC with a label is
  // referred to by another instruction: there must be exactly one of it.
  switch (MI.getOpcode()) {
  case MTIA::AUIPC:
    return !MI.getPreInstrSymbol();
  case MTIA::LUI:
  case MTIA::PseudoAddrPCRel:
    return true;
  case MTIA::ADDI:
  case MTIA::ADDIW:
  case MTIA::ORI:
  case MTIA::XORI:
    return (MI.getOperand(1).isReg() && MI.getOperand(1).getReg() == MTIA::X0) ||
           (MI.getOperand(1).isFI() && MI.getOpcode() == MTIA::ADDI);
  case MTIA::PseudoVMV_V_I:
  case MTIA::PseudoVMV_V_X:
  case MTIA::PseudoVFMV_V_F:
  case MTIA::PseudoVID_V:
    // Until vl and vtype are set; a mask isn't made again.
    return MI.getOperand(1).isUndef() && !MI.hasRegisterImplicitUseOperand(MTIA::VTYPE) &&
           !MI.readsRegister(MTIA::V0, &RegInfo);
  default:
    return TargetInstrInfo::isReMaterializableImpl(MI);
  }
}

bool MTIAInstrInfo::isAsCheapAsAMove(const MachineInstr &MI) const {
  switch (MI.getOpcode()) {
  case MTIA::ADDI:
  case MTIA::ORI:
  case MTIA::XORI:
    return (MI.getOperand(1).isReg() && MI.getOperand(1).getReg() == MTIA::X0) ||
           (MI.getOperand(2).isImm() && MI.getOperand(2).getImm() == 0);
  default:
    return MI.isAsCheapAsAMove();
  }
}

std::optional<DestSourcePair> MTIAInstrInfo::isCopyInstrImpl(const MachineInstr &MI) const {
  if (MI.isMoveReg())
    return DestSourcePair{MI.getOperand(0), MI.getOperand(1)};
  switch (MI.getOpcode()) {
  case MTIA::ADDI:
  case MTIA::ORI:
  case MTIA::XORI:
    if (MI.getOperand(1).isReg() && MI.getOperand(2).isImm() && MI.getOperand(2).getImm() == 0)
      return DestSourcePair{MI.getOperand(0), MI.getOperand(1)};
    break;
  case MTIA::FSGNJ_H:
  case MTIA::FSGNJ_S:
  case MTIA::FSGNJ_D:
    if (MI.getOperand(1).getReg() == MI.getOperand(2).getReg() &&
        MI.getOperand(1).getSubReg() == MI.getOperand(2).getSubReg())
      return DestSourcePair{MI.getOperand(0), MI.getOperand(1)};
    break;
  case MTIA::ADD:
  case MTIA::OR:
  case MTIA::XOR:
    if (MI.getOperand(1).getReg() == MTIA::X0)
      return DestSourcePair{MI.getOperand(0), MI.getOperand(2)};
    [[fallthrough]];
  case MTIA::SUB:
    if (MI.getOperand(2).getReg() == MTIA::X0)
      return DestSourcePair{MI.getOperand(0), MI.getOperand(1)};
    break;
  default:
    break;
  }
  return std::nullopt;
}

std::optional<RegImmPair> MTIAInstrInfo::isAddImmediate(const MachineInstr &MI,
                                                        Register Reg) const {
  if (MI.getOpcode() != MTIA::ADDI || MI.getOperand(0).getReg() != Reg ||
      !MI.getOperand(1).isReg() || !MI.getOperand(2).isImm())
    return std::nullopt;
  return RegImmPair{MI.getOperand(1).getReg(), MI.getOperand(2).getImm()};
}

unsigned MTIAInstrInfo::getNopSize() const {
  return STI.hasStdExtC() || STI.hasStdExtZca() ? 2 : 4;
}

MCInst MTIAInstrInfo::getNop() const {
  if (getNopSize() == 2)
    return MCInstBuilder(MTIA::C_NOP);
  return MCInstBuilder(MTIA::ADDI).addReg(MTIA::X0).addReg(MTIA::X0).addImm(0);
}

//===----------------------------------------------------------------------===//
// Sizes and branches
//===----------------------------------------------------------------------===//

unsigned MTIAInstrInfo::getInstSizeInBytes(const MachineInstr &MI) const {
  if (MI.isMetaInstruction())
    return 0;
  unsigned Opcode = MI.getOpcode();
  if (Opcode == TargetOpcode::INLINEASM || Opcode == TargetOpcode::INLINEASM_BR) {
    const MachineFunction &MF = *MI.getParent()->getParent();
    return getInlineAsmLength(MI.getOperand(0).getSymbolName(), *MF.getTarget().getMCAsmInfo());
  }
  switch (Opcode) {
  case TargetOpcode::STACKMAP:
    return StackMapOpers(&MI).getNumPatchBytes();
  case TargetOpcode::PATCHPOINT:
    return PatchPointOpers(&MI).getNumPatchBytes();
  case TargetOpcode::STATEPOINT:
    // A call is 8 bytes.
    return std::max(StatepointOpers(&MI).getNumPatchBytes(), 8u);
  case TargetOpcode::PATCHABLE_FUNCTION_ENTER: {
    unsigned NumNops = 0;
    MI.getMF()
        ->getFunction()
        .getFnAttribute("patchable-function-entry")
        .getValueAsString()
        .getAsInteger(10, NumNops);
    return getNopSize() * NumNops;
  }
  default:
    break;
  }
  if (Opcode == TargetOpcode::BUNDLE) {
    unsigned Size = 0;
    for (auto I = std::next(MI.getIterator()), E = MI.getParent()->instr_end();
         I != E && I->isBundledWithPred(); ++I)
      Size += getInstSizeInBytes(*I);
    return Size;
  }
  // A branch counts as long: whether it reaches isn't known yet.
  if (const MachineFunction *MF = MI.getParent() ? MI.getMF() : nullptr)
    if (isCompressibleInst(MI, MF->getSubtarget<MTIASubtarget>()))
      return 2;
  return get(Opcode).getSize();
}

static void parseCondBranch(MachineInstr &LastInst, MachineBasicBlock *&Target,
                            SmallVectorImpl<MachineOperand> &Cond) {
  Target = LastInst.getOperand(2).getMBB();
  Cond.push_back(MachineOperand::CreateImm(getCondFromBranchOpc(LastInst.getOpcode())));
  Cond.push_back(LastInst.getOperand(0));
  Cond.push_back(LastInst.getOperand(1));
}

bool MTIAInstrInfo::analyzeBranch(MachineBasicBlock &MBB, MachineBasicBlock *&TBB,
                                  MachineBasicBlock *&FBB, SmallVectorImpl<MachineOperand> &Cond,
                                  bool AllowModify) const {
  TBB = FBB = nullptr;
  Cond.clear();

  MachineBasicBlock::iterator I = MBB.getLastNonDebugInstr();
  if (I == MBB.end() || !isUnpredicatedTerminator(*I))
    return false;

  // Count the terminators, and find the first that is never passed.
  MachineBasicBlock::iterator FirstUncond = MBB.end();
  int NumTerminators = 0;
  for (auto J = I.getReverse(); J != MBB.rend() && isUnpredicatedTerminator(*J); J++) {
    NumTerminators++;
    if (J->getDesc().isUnconditionalBranch() || J->getDesc().isIndirectBranch())
      FirstUncond = J.getReverse();
  }

  if (AllowModify && FirstUncond != MBB.end()) {
    while (std::next(FirstUncond) != MBB.end()) {
      std::next(FirstUncond)->eraseFromParent();
      NumTerminators--;
    }
    I = FirstUncond;
  }

  if (I->getDesc().isIndirectBranch() || I->isPreISelOpcode())
    return true;
  if (NumTerminators > 2)
    return true;

  if (NumTerminators == 1 && I->getDesc().isUnconditionalBranch()) {
    TBB = getBranchDestBlock(*I);
    return false;
  }
  if (NumTerminators == 1 && getCondFromBranchOpc(I->getOpcode()) != MTIACC::COND_INVALID) {
    parseCondBranch(*I, TBB, Cond);
    return false;
  }
  if (NumTerminators == 2 &&
      getCondFromBranchOpc(std::prev(I)->getOpcode()) != MTIACC::COND_INVALID &&
      I->getDesc().isUnconditionalBranch()) {
    parseCondBranch(*std::prev(I), TBB, Cond);
    FBB = getBranchDestBlock(*I);
    return false;
  }
  return true;
}

unsigned MTIAInstrInfo::removeBranch(MachineBasicBlock &MBB, int *BytesRemoved) const {
  if (BytesRemoved)
    *BytesRemoved = 0;
  unsigned Removed = 0;
  MachineBasicBlock::iterator I = MBB.getLastNonDebugInstr();
  if (I == MBB.end())
    return 0;
  if (!I->getDesc().isUnconditionalBranch() && !I->getDesc().isConditionalBranch())
    return 0;
  if (BytesRemoved)
    *BytesRemoved += getInstSizeInBytes(*I);
  I->eraseFromParent();
  ++Removed;

  I = MBB.getLastNonDebugInstr();
  if (I == MBB.end() || !I->getDesc().isConditionalBranch())
    return Removed;
  if (BytesRemoved)
    *BytesRemoved += getInstSizeInBytes(*I);
  I->eraseFromParent();
  return Removed + 1;
}

unsigned MTIAInstrInfo::insertBranch(MachineBasicBlock &MBB, MachineBasicBlock *TBB,
                                     MachineBasicBlock *FBB, ArrayRef<MachineOperand> Cond,
                                     const DebugLoc &DL, int *BytesAdded) const {
  assert(TBB && "A fall-through needs no branch");
  assert((Cond.size() == 3 || Cond.empty()) && "A condition has a code and two registers");
  if (BytesAdded)
    *BytesAdded = 0;

  if (Cond.empty()) {
    MachineInstr &MI = *BuildMI(&MBB, DL, get(MTIA::PseudoBR)).addMBB(TBB);
    if (BytesAdded)
      *BytesAdded += getInstSizeInBytes(MI);
    return 1;
  }

  auto CC = static_cast<MTIACC::CondCode>(Cond[0].getImm());
  MachineInstr &CondMI =
      *BuildMI(&MBB, DL, get(MTIACC::getBranchOpcode(CC))).add(Cond[1]).add(Cond[2]).addMBB(TBB);
  if (BytesAdded)
    *BytesAdded += getInstSizeInBytes(CondMI);
  if (!FBB)
    return 1;

  MachineInstr &MI = *BuildMI(&MBB, DL, get(MTIA::PseudoBR)).addMBB(FBB);
  if (BytesAdded)
    *BytesAdded += getInstSizeInBytes(MI);
  return 2;
}

bool MTIAInstrInfo::reverseBranchCondition(SmallVectorImpl<MachineOperand> &Cond) const {
  assert(Cond.size() == 3 && "A condition has a code and two registers");
  auto CC = static_cast<MTIACC::CondCode>(Cond[0].getImm());
  Cond[0].setImm(MTIACC::getOppositeCondition(CC));
  return false;
}

MachineBasicBlock *MTIAInstrInfo::getBranchDestBlock(const MachineInstr &MI) const {
  assert(MI.getDesc().isBranch() && "Not a branch");
  return MI.getOperand(MI.getNumExplicitOperands() - 1).getMBB();
}

bool MTIAInstrInfo::isBranchOffsetInRange(unsigned BranchOpc, int64_t BrOffset) const {
  switch (BranchOpc) {
  case MTIA::BEQ:
  case MTIA::BNE:
  case MTIA::BLT:
  case MTIA::BGE:
  case MTIA::BLTU:
  case MTIA::BGEU:
    return isInt<13>(BrOffset);
  case MTIA::PseudoBR:
    return isInt<21>(BrOffset);
  case MTIA::PseudoJump:
    // AUIPC adds a multiple of 4096 and JALR a signed 12-bit rest.
    return isInt<32>(BrOffset + 0x800);
  default:
    llvm_unreachable("Not a branch with a known range");
  }
}

void MTIAInstrInfo::insertIndirectBranch(MachineBasicBlock &MBB, MachineBasicBlock &DestBB,
                                         MachineBasicBlock &RestoreBB, const DebugLoc &DL,
                                         int64_t BrOffset, RegScavenger *RS) const {
  assert(RS && "A register is needed");
  assert(MBB.empty() && MBB.pred_size() == 1 && "Branch relaxation makes an empty block");
  MachineFunction *MF = MBB.getParent();
  MachineRegisterInfo &MRI = MF->getRegInfo();
  auto *MFInfo = MF->getInfo<MTIAMachineFunctionInfo>();

  if (!isInt<32>(BrOffset))
    report_fatal_error("a branch further than 2 GB can't be encoded");

  Register ScratchReg = MRI.createVirtualRegister(&MTIA::GPRRegClass);
  auto II = MBB.end();
  MachineInstr &MI = *BuildMI(MBB, II, DL, get(MTIA::PseudoJump))
                          .addReg(ScratchReg, RegState::Define | RegState::Dead)
                          .addMBB(&DestBB, MTIAII::MO_CALL);

  RS->enterBasicBlockEnd(MBB);
  Register TmpGPR =
      RS->scavengeRegisterBackwards(MTIA::GPRRegClass, MI.getIterator(),
                                    /*RestoreAfter=*/false, /*SpAdj=*/0, /*AllowSpill=*/false);
  if (TmpGPR.isValid()) {
    RS->setRegUsed(TmpGPR);
  } else {
    // Everything is live: save s11 around the jump, and restore it in a block of
    // its own in front of the destination.
    TmpGPR = MTIA::X27;
    int FrameIndex = MFInfo->getBranchRelaxationScratchFrameIndex();
    if (FrameIndex == -1)
      report_fatal_error("the function's size was underestimated: no slot for a long branch");
    storeRegToStackSlot(MBB, MI, TmpGPR, /*IsKill=*/true, FrameIndex, &MTIA::GPRRegClass,
                        Register());
    RegInfo.eliminateFrameIndex(std::prev(MI.getIterator()), /*SpAdj=*/0, /*FIOperandNum=*/1);
    MI.getOperand(1).setMBB(&RestoreBB);
    loadRegFromStackSlot(RestoreBB, RestoreBB.end(), TmpGPR, FrameIndex, &MTIA::GPRRegClass,
                         Register());
    RegInfo.eliminateFrameIndex(RestoreBB.back(), /*SpAdj=*/0, /*FIOperandNum=*/1);
  }
  MRI.replaceRegWith(ScratchReg, TmpGPR);
  MRI.clearVirtRegs();
}

//===----------------------------------------------------------------------===//
// Memory operands
//===----------------------------------------------------------------------===//

static bool isPlainMemOp(const MachineInstr &LdSt) {
  return LdSt.mayLoadOrStore() && LdSt.getNumExplicitOperands() == 3 &&
         (LdSt.getOperand(1).isReg() || LdSt.getOperand(1).isFI()) && LdSt.getOperand(2).isImm();
}

bool MTIAInstrInfo::getMemOperandsWithOffsetWidth(const MachineInstr &LdSt,
                                                  SmallVectorImpl<const MachineOperand *> &BaseOps,
                                                  int64_t &Offset, bool &OffsetIsScalable,
                                                  LocationSize &Width,
                                                  const TargetRegisterInfo *TRI) const {
  if (!isPlainMemOp(LdSt) || !LdSt.hasOneMemOperand())
    return false;
  Width = (*LdSt.memoperands_begin())->getSize();
  BaseOps.push_back(&LdSt.getOperand(1));
  Offset = LdSt.getOperand(2).getImm();
  OffsetIsScalable = false;
  return true;
}

bool MTIAInstrInfo::areMemAccessesTriviallyDisjoint(const MachineInstr &MIa,
                                                    const MachineInstr &MIb) const {
  if (MIa.hasUnmodeledSideEffects() || MIb.hasUnmodeledSideEffects() || MIa.hasOrderedMemoryRef() ||
      MIb.hasOrderedMemoryRef())
    return false;
  SmallVector<const MachineOperand *, 1> BaseA, BaseB;
  int64_t OffA = 0, OffB = 0;
  bool Scalable;
  LocationSize WidthA = LocationSize::precise(0), WidthB = LocationSize::precise(0);
  if (!getMemOperandsWithOffsetWidth(MIa, BaseA, OffA, Scalable, WidthA, &RegInfo) ||
      !getMemOperandsWithOffsetWidth(MIb, BaseB, OffB, Scalable, WidthB, &RegInfo))
    return false;
  if (!BaseA[0]->isIdenticalTo(*BaseB[0]))
    return false;
  int64_t Low = std::min(OffA, OffB), High = std::max(OffA, OffB);
  LocationSize LowWidth = Low == OffA ? WidthA : WidthB;
  return LowWidth.hasValue() && Low + (int64_t)LowWidth.getValue().getFixedValue() <= High;
}

//===----------------------------------------------------------------------===//
// Verification and printing
//===----------------------------------------------------------------------===//

bool MTIAInstrInfo::verifyInstruction(const MachineInstr &MI, StringRef &ErrInfo) const {
  const MCInstrDesc &Desc = MI.getDesc();
  for (const auto &[Index, Operand] : enumerate(Desc.operands())) {
    const MachineOperand &MO = MI.getOperand(Index);
    if (!MO.isImm())
      continue;
    int64_t Imm = MO.getImm();
    bool Ok = true;
    switch (Operand.OperandType) {
    case MTIAOp::OPERAND_UIMM5:
      Ok = isUInt<5>(Imm);
      break;
    case MTIAOp::OPERAND_UIMM6:
      Ok = isUInt<6>(Imm);
      break;
    case MTIAOp::OPERAND_UIMM12:
      Ok = isUInt<12>(Imm);
      break;
    case MTIAOp::OPERAND_UIMM20:
      Ok = isUInt<20>(Imm);
      break;
    case MTIAOp::OPERAND_SIMM12:
      Ok = isInt<12>(Imm);
      break;
    default:
      break;
    }
    if (!Ok) {
      ErrInfo = "immediate is out of the operand's range";
      return false;
    }
  }
  return true;
}

std::pair<unsigned, unsigned>
MTIAInstrInfo::decomposeMachineOperandsTargetFlags(unsigned TF) const {
  return std::make_pair(TF, 0u);
}

ArrayRef<std::pair<unsigned, const char *>>
MTIAInstrInfo::getSerializableDirectMachineOperandTargetFlags() const {
  static const std::pair<unsigned, const char *> Flags[] = {
      {MTIAII::MO_CALL, "mtia-call"},
      {MTIAII::MO_LO, "mtia-lo"},
      {MTIAII::MO_HI, "mtia-hi"},
      {MTIAII::MO_PCREL_LO, "mtia-pcrel-lo"},
      {MTIAII::MO_PCREL_HI, "mtia-pcrel-hi"},
      {MTIAII::MO_GOT_HI, "mtia-got-hi"},
      {MTIAII::MO_TPREL_LO, "mtia-tprel-lo"},
      {MTIAII::MO_TPREL_HI, "mtia-tprel-hi"},
      {MTIAII::MO_TPREL_ADD, "mtia-tprel-add"},
      {MTIAII::MO_TLS_GOT_HI, "mtia-tls-ie-hi"},
      {MTIAII::MO_TLS_GD_HI, "mtia-tls-gd-hi"},
  };
  return ArrayRef(Flags);
}
