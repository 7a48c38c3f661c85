//===-- MTIABaseInfo.h - What MC and CodeGen share --------------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIABASEINFO_H
#define LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIABASEINFO_H

#include "MCTargetDesc/MTIAABI.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/MC/MCInstrDesc.h"

namespace llvm {
class MCSubtargetInfo;

namespace MTIAII {
// Layout of an instruction, in TSFlags. The numbers are those of the InstForm
// records in MTIAInstrFormats.td.
enum {
  FormPseudo = 0,
  FormR = 1,
  FormI = 2,
  FormS = 3,
  FormB = 4,
  FormU = 5,
  FormJ = 6,
  FormShift = 7,
  FormCSR = 8,
  FormFence = 9,
  FormNone = 10,
  FormX = 11,
  FormR1 = 12,
  FormFR = 13,
  FormFR1 = 14,
  FormFR4 = 15,
  FormCR = 16,
  FormCI = 17,
  FormCSS = 18,
  FormCIW = 19,
  FormCL = 20,
  FormCS = 21,
  FormCA = 22,
  FormCB = 23,
  FormCJ = 24,
  FormV = 25,
  FormMask = 31,
};

// Which sources of a vector instruction its destination may not be: see
// MTIAInstrFormatsV.td.
enum {
  VConstraintShift = 5,
  VFirstSource = 1,
  VSecondSource = 2,
  VMaskSource = 4,
  VConstraintMask = 7,
  VCarryFlag = 1 << 8,
};
inline unsigned getVConstraint(uint64_t TSFlags) {
  return TSFlags >> VConstraintShift & VConstraintMask;
}
// Whether v0 is a source beside being, where it can be, the mask.
inline bool isVCarry(uint64_t TSFlags) { return TSFlags & VCarryFlag; }

// Target flags of machine operands: how the assembler has to refer to a symbol.
// The code generator turns them into the specifiers of MTIAMCAsmInfo.h.
enum {
  MO_None = 0,
  MO_CALL = 1,
  MO_LO = 2,
  MO_HI = 3,
  MO_PCREL_LO = 4,
  MO_PCREL_HI = 5,
  MO_GOT_HI = 6,
  MO_TPREL_LO = 7,
  MO_TPREL_HI = 8,
  MO_TPREL_ADD = 9,
  MO_TLS_GOT_HI = 10,
  MO_TLS_GD_HI = 11,
};
} // namespace MTIAII

namespace MTIAOp {
enum OperandType : unsigned {
  OPERAND_FIRST_MTIA_IMM = MCOI::OPERAND_FIRST_TARGET,
  OPERAND_UIMM1 = OPERAND_FIRST_MTIA_IMM,
  OPERAND_UIMM2,
  OPERAND_UIMM3,
  OPERAND_UIMM4,
  OPERAND_UIMM5,
  OPERAND_UIMM6,
  OPERAND_UIMM7,
  OPERAND_UIMM8,
  OPERAND_UIMM12,
  OPERAND_UIMM20,
  OPERAND_SIMM12,
  OPERAND_SIMM5,
  OPERAND_VTYPEI10,
  OPERAND_VTYPEI11,
  OPERAND_FRMARG,
  OPERAND_LAST_MTIA_IMM = OPERAND_FRMARG,
  // A constant or a register: the elements that a vector operation works on.
  OPERAND_AVL,
};
} // namespace MTIAOp

// The rounding mode of a floating-point instruction; 5 and 6 are reserved.
namespace MTIAFPRndMode {
enum RoundingMode { RNE = 0, RTZ = 1, RDN = 2, RUP = 3, RMM = 4, DYN = 7, Invalid };

inline StringRef toString(unsigned RM) {
  static constexpr StringLiteral Names[] = {"rne", "rtz", "rdn", "rup", "rmm", "", "", "dyn"};
  return RM < std::size(Names) ? Names[RM] : StringLiteral("");
}
inline bool isValid(unsigned RM) { return !toString(RM).empty(); }
inline RoundingMode fromString(StringRef Name) {
  for (unsigned RM = RNE; RM <= DYN; ++RM)
    if (isValid(RM) && toString(RM) == Name)
      return static_cast<RoundingMode>(RM);
  return Invalid;
}
} // namespace MTIAFPRndMode

namespace MTIAFenceField {
enum FenceField { I = 8, O = 4, R = 2, W = 1 };
} // namespace MTIAFenceField

namespace MTIASysReg {
struct SysReg {
  StringLiteral Name;
  unsigned Encoding;
  StringLiteral AltName;
};
#define GET_MTIASysRegsList_DECL
#include "MTIAGenSearchableTables.inc"
} // namespace MTIASysReg

// Calls that are instructions; MTIAInstrInfoXmtia.td explains their use.
namespace MTIAIntrinsic {
// XmtiaEffect.
enum class Effect { None, State, Reads, Any };

struct MTIAIntrinsicInfo {
  StringLiteral Symbol;
  unsigned Opcode;
  uint8_t NumArgs;
  bool HasResult;
  bool Pure;
  uint32_t ImmBits;
  uint8_t EffectValue;
  uint32_t Reads0, Advances0;
  uint8_t Operand1, Mask1;
  uint32_t Reads1, Advances1;
  uint8_t Operand2, Mask2;
  uint32_t Reads2, Advances2;

  MTIAIntrinsic::Effect getEffect() const { return Effect(EffectValue); }

  // Masks of the command registers that it reads, and whose low halves it changes. Imm(I) is the
  // value of the constant argument I.
  template <typename GetImm> uint32_t getReads(GetImm Imm) const {
    return getAdvances(Imm) | Reads0 | (Reads1 && (Imm(Operand1) & Mask1) ? Reads1 : 0) |
           (Reads2 && (Imm(Operand2) & Mask2) ? Reads2 : 0);
  }
  template <typename GetImm> uint32_t getAdvances(GetImm Imm) const {
    return Advances0 | (Advances1 && (Imm(Operand1) & Mask1) ? Advances1 : 0) |
           (Advances2 && (Imm(Operand2) & Mask2) ? Advances2 : 0);
  }

  // 0: argument I is a register. Otherwise it is an unsigned constant of so many
  // bits.
  unsigned getImmBits(unsigned I) const { return ImmBits >> (4 * I) & 15; }
};
#define GET_MTIAIntrinsicTable_DECL
#include "MTIAGenSearchableTables.inc"

// The instruction that a call of this function means, or nullptr.
inline const MTIAIntrinsicInfo *lookup(StringRef Symbol) {
  const MTIAIntrinsicInfo *Info = lookupIntrinsicBySymbol(Symbol);
  // The generated lookup ignores case.
  return Info && Info->Symbol == Symbol ? Info : nullptr;
}
} // namespace MTIAIntrinsic

namespace MTIAAttrs {
// The value of Tag_RISCV_arch for a subtarget, e.g. "rv64i2p1_m2p0_xmtia1p0".
std::string getArchString(const MCSubtargetInfo &STI);
// The psABI's stack alignment in bytes.
constexpr unsigned StackAlign = 16;
} // namespace MTIAAttrs

} // namespace llvm

#endif
