//===-- MTIAInstrInfoVector.cpp - Vector instructions and registers -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAInstrInfo.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"
#include "MTIAVectorState.h"
#include "MTIAVectorTypes.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;

namespace llvm::MTIAV {
using namespace MTIA;
#define GET_MTIAVPseudosTable_IMPL
#define GET_MTIAVTiedTable_IMPL
#include "MTIAGenSearchableTables.inc"
} // namespace llvm::MTIAV

unsigned MTIAV::getBaseOpcode(unsigned Pseudo) {
  const VPseudoInfo *Info = lookupVPseudo(Pseudo);
  if (!Info)
    Info = lookupVTied(Pseudo);
  return Info ? Info->BaseInstr : 0;
}

unsigned MTIAV::getTiedOpcode(unsigned Pseudo) {
  const VPseudoInfo *Info = lookupVPseudo(Pseudo);
  if (Info)
    Info = lookupVTiedOf(Info->BaseInstr);
  return Info ? Info->Pseudo : 0;
}

unsigned MTIAV::getPseudoOpcode(unsigned Base) {
  const VPseudoInfo *Info = lookupVPseudoOf(Base);
  return Info ? Info->Pseudo : 0;
}

static cl::opt<unsigned>
    ScheduledGroup("mtia-scheduled-group", cl::Hidden, cl::init(2),
                   cl::desc("How many registers of a group, at most, the scheduler counts on: "
                            "lengths are known at run time, and often short"));

unsigned MTIAV::getEEW(Kind K, unsigned SEW) {
  switch (K) {
  case KindSEW:
    return SEW;
  case Kind2SEW:
    return SEW * 2;
  case KindSEW_2:
    return SEW / 2;
  case KindSEW_4:
    return SEW / 4;
  case KindSEW_8:
    return SEW / 8;
  case KindE16:
    return 16;
  case KindMask:
    return 1;
  default:
    return 0;
  }
}

unsigned MTIAV::getScheduledRegisters(const MachineInstr &MI) {
  const MCInstrDesc &D = MI.getDesc();
  if (!isPseudo(D))
    return 1;
  unsigned VType = getVTypeI(MI), SEW = getSEW(VType), Widest = 0;
  for (Kind K : {getDestKind(D), getVs2Kind(D), getVs1Kind(D)})
    Widest = std::max(Widest, getEEW(K, SEW));
  switch (getMemMode(D)) {
  case MemNone:
    break;
  case MemMask:
    return 1;
  case MemUnit:
  case MemStrided:
    Widest = getMemEEW(D) * getMemNF(D);
    break;
  case MemIndexed:
    Widest = std::max(SEW * getMemNF(D), getMemEEW(D));
    break;
  }
  unsigned Elements = getVLMax(VType);
  const MachineOperand &AVL = MI.getOperand(getAVLIdx(D));
  if (AVL.isImm() && AVL.getImm() >= 0)
    Elements = std::min<int64_t>(Elements, AVL.getImm());
  uint64_t Registers = divideCeil(uint64_t(Elements) * Widest, MTIAVType::VLen);
  return std::clamp<uint64_t>(PowerOf2Ceil(Registers), 1, ScheduledGroup);
}

//===----------------------------------------------------------------------===//
// Registers that the destination may not be
//===----------------------------------------------------------------------===//

// RISC-V V 1.0, section 5.2: a destination may overlap a source of wider elements in the lowest
// part of its group only, of narrower ones in the highest part and only if the source isn't a
// fraction. The register allocator knows neither; so it may overlap a source of one register,
// or of the same width.
static bool needsEarlyClobber(const MCInstrDesc &D, unsigned VTypeI) {
  using namespace MTIAV;
  int LMUL = getLog2LMUL(VTypeI);
  if (MemMode Mode = getMemMode(D)) {
    if (Mode != MemIndexed || D.getNumDefs() == 0)
      return false;
    if (getMemNF(D) > 1)
      return true;
    int Wider = (int)Log2_32(getMemEEW(D)) - (int)Log2_32(getSEW(VTypeI));
    return Wider < 0 || (Wider > 0 && LMUL + Wider > 0);
  }
  if (MTIAII::getVConstraint(D.TSFlags) & (MTIAII::VFirstSource | MTIAII::VSecondSource))
    return true;
  Kind Dest = getDestKind(D);
  for (Kind Source : {getVs2Kind(D), getVs1Kind(D)}) {
    if (Dest == KindSEW && Source == Kind2SEW && LMUL + 1 > 0)
      return true;
    if (Dest == KindSEW && (Source == KindSEW_2 || Source == KindSEW_4 || Source == KindSEW_8))
      return true;
    if (Dest == KindMask && Source == KindSEW && LMUL > 0)
      return true;
  }
  return false;
}

const TargetRegisterClass *
MTIAInstrInfo::getRegClassWithoutV0(const TargetRegisterClass *RC) const {
  static const unsigned Classes[] = {
      MTIA::VRNoV0RegClassID,     MTIA::VRM2NoV0RegClassID,   MTIA::VRM4NoV0RegClassID,
      MTIA::VRM8NoV0RegClassID,   MTIA::VRN2M1NoV0RegClassID, MTIA::VRN3M1NoV0RegClassID,
      MTIA::VRN4M1NoV0RegClassID, MTIA::VRN5M1NoV0RegClassID, MTIA::VRN6M1NoV0RegClassID,
      MTIA::VRN7M1NoV0RegClassID, MTIA::VRN8M1NoV0RegClassID, MTIA::VRN2M2NoV0RegClassID,
      MTIA::VRN3M2NoV0RegClassID, MTIA::VRN4M2NoV0RegClassID, MTIA::VRN2M4NoV0RegClassID};
  for (unsigned ID : Classes)
    if (const TargetRegisterClass *Sub = RegInfo.getRegClass(ID); RC->hasSubClassEq(Sub))
      return Sub;
  return RC;
}

void MTIAInstrInfo::adjustVectorInstr(MachineInstr &MI) const {
  const MCInstrDesc &D = MI.getDesc();
  if (!MTIAV::isPseudo(D) || D.getNumDefs() == 0)
    return;
  MachineOperand &Vd = MI.getOperand(0);
  int VMIdx = MTIAV::getVMIdx(D);
  if (VMIdx >= 0 && MI.getOperand(VMIdx).getReg() && Vd.getReg().isVirtual() &&
      (MTIAII::getVConstraint(D.TSFlags) & MTIAII::VMaskSource)) {
    MachineRegisterInfo &MRI = MI.getMF()->getRegInfo();
    MRI.setRegClass(Vd.getReg(), getRegClassWithoutV0(MRI.getRegClass(Vd.getReg())));
  }
  if (needsEarlyClobber(D, MI.getOperand(MTIAV::getVTypeIdx(D)).getImm()))
    Vd.setIsEarlyClobber();
}

//===----------------------------------------------------------------------===//
// Copies and spills: whole registers
//===----------------------------------------------------------------------===//

/// How many registers a group or tuple has.
static unsigned getNumVRegs(const TargetRegisterInfo &TRI, MCRegister Reg) {
  return TRI.getRegSizeInBits(*TRI.getMinimalPhysRegClass(Reg)) / MTIAVType::VLen;
}

// The group of Num registers that begins at a number.
static MCRegister getVGroup(const TargetRegisterInfo &TRI, unsigned Number, unsigned Num) {
  static const TargetRegisterClass *const Classes[] = {&MTIA::VRRegClass, &MTIA::VRM2RegClass,
                                                       &MTIA::VRM4RegClass, &MTIA::VRM8RegClass};
  for (MCPhysReg Reg : *Classes[Log2_32(Num)])
    if (TRI.getEncodingValue(Reg) == Number)
      return Reg;
  llvm_unreachable("No group of vector registers begins there");
}

bool MTIAInstrInfo::isVectorReg(MCRegister Reg) const {
  const TargetRegisterClass *RC = RegInfo.getMinimalPhysRegClass(Reg);
  return RC && isVectorRegClass(RC);
}

void MTIAInstrInfo::copyVectorReg(MachineBasicBlock &MBB, MachineBasicBlock::iterator MBBI,
                                  const DebugLoc &DL, MCRegister Dest, MCRegister Src,
                                  bool KillSrc) const {
  static const unsigned Moves[] = {MTIA::VMV1R_V, MTIA::VMV2R_V, MTIA::VMV4R_V, MTIA::VMV8R_V};
  unsigned Left = getNumVRegs(RegInfo, Dest);
  unsigned D = RegInfo.getEncodingValue(Dest), S = RegInfo.getEncodingValue(Src);
  // The parts of tuples that overlap: from the end that isn't overwritten first.
  bool Backward = D > S && D < S + Left;
  MachineInstrBuilder MIB;
  while (Left) {
    unsigned Log2 = 3;
    auto Fits = [&](unsigned First) { return First % (1u << Log2) == 0; };
    while ((1u << Log2) > Left ||
           (Backward ? !Fits(D + Left) || !Fits(S + Left) : !Fits(D) || !Fits(S)))
      --Log2;
    unsigned Num = 1u << Log2;
    unsigned At = Backward ? Left - Num : 0;
    MIB = BuildMI(MBB, MBBI, DL, get(Moves[Log2]), getVGroup(RegInfo, D + At, Num))
              .addReg(getVGroup(RegInfo, S + At, Num));
    if (getNumVRegs(RegInfo, Dest) != Num)
      MIB.addReg(Src, RegState::Implicit);
    Left -= Num;
    if (!Backward) {
      D += Num;
      S += Num;
    }
  }
  if (KillSrc)
    MIB->addRegisterKilled(Src, &RegInfo);
}

unsigned MTIAV::getWholeRegistersOpcode(bool IsStore, unsigned Registers) {
  static const unsigned Stores[] = {MTIA::VS1R_V, MTIA::VS2R_V, MTIA::VS4R_V, MTIA::VS8R_V};
  static const unsigned Loads[] = {MTIA::VL1RE8_V, MTIA::VL2RE8_V, MTIA::VL4RE8_V, MTIA::VL8RE8_V};
  return (IsStore ? Stores : Loads)[Log2_32(Registers)];
}

void MTIAInstrInfo::expandVectorSpill(MachineInstr &MI, Register FrameReg, int64_t Offset) const {
  MachineBasicBlock &MBB = *MI.getParent();
  MachineRegisterInfo &MRI = MBB.getParent()->getRegInfo();
  const DebugLoc &DL = MI.getDebugLoc();
  bool IsStore = MI.getOpcode() == MTIA::PseudoVSPILL;
  MCRegister Reg = MI.getOperand(0).getReg().asMCReg();
  unsigned First = RegInfo.getEncodingValue(Reg), Total = getNumVRegs(RegInfo, Reg);
  for (unsigned Done = 0; Done != Total;) {
    unsigned Log2 = 3;
    while ((1u << Log2) > Total - Done || (First + Done) % (1u << Log2) != 0)
      --Log2;
    unsigned Num = 1u << Log2;
    int64_t PartOffset = Offset + Done * (MTIAVType::VLen / 8);
    Register Address = FrameReg;
    if (PartOffset) {
      Address = MRI.createVirtualRegister(&MTIA::GPRRegClass);
      RegInfo.adjustReg(MBB, MI, DL, Address, FrameReg, PartOffset, MachineInstr::NoFlags);
    }
    MCRegister Part = getVGroup(RegInfo, First + Done, Num);
    MachineInstrBuilder MIB =
        BuildMI(MBB, MI, DL, get(MTIAV::getWholeRegistersOpcode(IsStore, Num)));
    if (IsStore)
      MIB.addReg(Part, getKillRegState(Num == Total && MI.getOperand(0).isKill()));
    else
      MIB.addReg(Part, RegState::Define);
    MIB.addReg(Address, getKillRegState(PartOffset != 0))
        .cloneMemRefs(MI)
        .setMIFlags(MI.getFlags());
    if (Num != Total && IsStore)
      MIB.addReg(Reg, RegState::Implicit |
                          getKillRegState(Done + Num == Total && MI.getOperand(0).isKill()));
    Done += Num;
  }
}

bool MTIAInstrInfo::storeVectorToStackSlot(MachineBasicBlock &MBB, MachineBasicBlock::iterator I,
                                           Register SrcReg, bool IsKill, int FI,
                                           const TargetRegisterClass *RC,
                                           MachineInstr::MIFlag Flags) const {
  if (!isVectorRegClass(RC))
    return false;
  MachineMemOperand *MMO = getStackAccess(*MBB.getParent(), FI, MachineMemOperand::MOStore);
  BuildMI(MBB, I, DebugLoc(), get(MTIA::PseudoVSPILL))
      .addReg(SrcReg, getKillRegState(IsKill))
      .addFrameIndex(FI)
      .addMemOperand(MMO)
      .setMIFlag(Flags);
  return true;
}

bool MTIAInstrInfo::loadVectorFromStackSlot(MachineBasicBlock &MBB, MachineBasicBlock::iterator I,
                                            Register DstReg, int FI, const TargetRegisterClass *RC,
                                            MachineInstr::MIFlag Flags) const {
  if (!isVectorRegClass(RC))
    return false;
  MachineMemOperand *MMO = getStackAccess(*MBB.getParent(), FI, MachineMemOperand::MOLoad);
  DebugLoc DL = Flags & MachineInstr::FrameDestroy ? MBB.findDebugLoc(I) : DebugLoc();
  BuildMI(MBB, I, DL, get(MTIA::PseudoVRELOAD), DstReg)
      .addFrameIndex(FI)
      .addMemOperand(MMO)
      .setMIFlag(Flags);
  return true;
}

bool MTIAInstrInfo::isVectorInstr(const MachineInstr &MI) {
  return MTIAV::isPseudo(MI) || (MI.getDesc().TSFlags & MTIAII::FormMask) == MTIAII::FormV ||
         MI.getOpcode() == MTIA::PseudoVSPILL || MI.getOpcode() == MTIA::PseudoVRELOAD;
}
