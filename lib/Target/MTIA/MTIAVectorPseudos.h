//===-- MTIAVectorPseudos.h - Vector instructions of the code generator -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAVECTORPSEUDOS_H
#define LLVM_LIB_TARGET_MTIA_MTIAVECTORPSEUDOS_H

#include "MCTargetDesc/MTIABaseInfo.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/MC/MCInstrDesc.h"

namespace llvm {
/// Where the operands of the pseudo-instructions of MTIAInstrInfoVPseudos.td are. Indices are
/// those of a MachineInstr's operands, results included; -1 where there is none.
namespace MTIAV {
// TSFlags; the numbers are those of MTIAInstrInfoVPseudos.td.
enum : uint64_t {
  IsPseudo = 1 << 9,
  HasPassthru = 1 << 10,
  HasVM = 1 << 11,
  HasFRM = 1 << 12,
  HasVXRM = 1 << 13,
  ReadsVd = 1 << 14,
  FaultFirst = uint64_t(1) << 36,
};
enum Kind : unsigned {
  KindNone,
  KindSEW,
  Kind2SEW,
  KindSEW_2,
  KindSEW_4,
  KindSEW_8,
  KindE16,
  KindMask,
  KindElt,
  Kind2Elt,
  KindX,
  KindF,
  KindImm,
};
enum MemMode : unsigned { MemNone, MemUnit, MemMask, MemStrided, MemIndexed };

inline bool isPseudo(const MCInstrDesc &D) { return D.TSFlags & IsPseudo; }
inline bool isPseudo(const MachineInstr &MI) { return isPseudo(MI.getDesc()); }

inline bool hasPassthru(const MCInstrDesc &D) { return D.TSFlags & HasPassthru; }
inline bool hasVM(const MCInstrDesc &D) { return D.TSFlags & HasVM; }
inline bool hasFRM(const MCInstrDesc &D) { return D.TSFlags & HasFRM; }
inline bool hasVXRM(const MCInstrDesc &D) { return D.TSFlags & HasVXRM; }
/// Whether passthru is an operand of the operation: an accumulator.
inline bool readsVd(const MCInstrDesc &D) { return D.TSFlags & ReadsVd; }
/// Whether vm isn't a mask but always read: vadc, vmerge.
inline bool isCarry(const MCInstrDesc &D) { return MTIAII::isVCarry(D.TSFlags); }
inline bool isFaultFirst(const MCInstrDesc &D) { return D.TSFlags & FaultFirst; }

inline Kind getDestKind(const MCInstrDesc &D) { return Kind(D.TSFlags >> 15 & 15); }
inline Kind getVs2Kind(const MCInstrDesc &D) { return Kind(D.TSFlags >> 19 & 15); }
inline Kind getVs1Kind(const MCInstrDesc &D) { return Kind(D.TSFlags >> 23 & 15); }

/// Bits of an operand's elements, 1 of a mask; 0 where vl doesn't count them.
unsigned getEEW(Kind K, unsigned SEW);

inline MemMode getMemMode(const MCInstrDesc &D) { return MemMode(D.TSFlags >> 33 & 7); }
/// Bits of the elements of an access, or of its indices; 0 for arithmetic.
inline unsigned getMemEEW(const MCInstrDesc &D) {
  unsigned Code = D.TSFlags >> 27 & 7;
  return Code ? 4u << Code : 0;
}
/// Fields of a segment, 1 for everything else.
inline unsigned getMemNF(const MCInstrDesc &D) { return (D.TSFlags >> 30 & 7) + 1; }

inline int getPassthruIdx(const MCInstrDesc &D) {
  return hasPassthru(D) ? (int)D.getNumDefs() : -1;
}
inline int getFirstSourceIdx(const MCInstrDesc &D) {
  return (int)D.getNumDefs() + (hasPassthru(D) ? 1 : 0);
}
inline int getVTypeIdx(const MCInstrDesc &D) { return (int)D.getNumOperands() - 1; }
inline unsigned getVTypeI(const MachineInstr &MI) {
  return MI.getOperand(getVTypeIdx(MI.getDesc())).getImm();
}
inline int getAVLIdx(const MCInstrDesc &D) { return (int)D.getNumOperands() - 2; }
inline int getVMIdx(const MCInstrDesc &D) { return hasVM(D) ? (int)D.getNumOperands() - 3 : -1; }
/// The operand frm or vxrm.
inline int getRoundIdx(const MCInstrDesc &D) {
  return hasFRM(D) || hasVXRM(D) ? (int)D.getNumOperands() - 3 - (hasVM(D) ? 1 : 0) : -1;
}
/// Sources end where one of these begins.
inline int getEndOfSourcesIdx(const MCInstrDesc &D) {
  return (int)D.getNumOperands() - 2 - (hasVM(D) ? 1 : 0) - (hasFRM(D) || hasVXRM(D) ? 1 : 0);
}

/// The operand indices of vs2 and vs1 (or rs1, fs1, imm) of an arithmetic instruction, which
/// multiply-adds have the other way round.
inline int getVs2Idx(const MCInstrDesc &D) {
  if (getVs2Kind(D) == KindNone)
    return -1;
  return getFirstSourceIdx(D) + (readsVd(D) ? 1 : 0);
}
inline int getVs1Idx(const MCInstrDesc &D) {
  if (getVs1Kind(D) == KindNone)
    return -1;
  return getFirstSourceIdx(D) + (readsVd(D) || getVs2Kind(D) == KindNone ? 0 : 1);
}

/// The field vlmul of a vtype operand as a logarithm, and its SEW.
inline int getLog2LMUL(unsigned VTypeI) { return (int)((VTypeI & 7) ^ 4) - 4; }
inline unsigned getSEW(unsigned VTypeI) { return 8u << (VTypeI >> 3 & 7); }

/// How many registers the widest operand of a pseudo has below vl, as far as is known, which is
/// how many cycles it takes: 1, 2, 4 or 8.
unsigned getScheduledRegisters(const MachineInstr &MI);

/// The table of MTIAInstrInfoVPseudos.td.
struct VPseudoInfo {
  uint16_t Pseudo;
  uint16_t BaseInstr;
};
#define GET_MTIAVPseudosTable_DECL
#define GET_MTIAVTiedTable_DECL
#include "MTIAGenSearchableTables.inc"

/// The real instruction of a pseudo, and the pseudo of a real one.
unsigned getBaseOpcode(unsigned Pseudo);
unsigned getPseudoOpcode(unsigned Base);
/// The form of a pseudo whose passthru is its source vs2; 0 if it has none.
unsigned getTiedOpcode(unsigned Pseudo);
/// The load or store of 1, 2, 4 or 8 whole registers.
unsigned getWholeRegistersOpcode(bool IsStore, unsigned Registers);
} // namespace MTIAV
} // namespace llvm

#endif
