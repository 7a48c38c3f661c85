//===-- MTIAOperand.h - A parsed operand -----------------------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_ASMPARSER_MTIAOPERAND_H
#define LLVM_LIB_TARGET_MTIA_ASMPARSER_MTIAOPERAND_H

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCAsmInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCParser/MCParsedAsmOperand.h"
#include "llvm/Support/Casting.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace llvm {

// The is... functions are the operand classes of the .td files.
class MTIAOperand : public MCParsedAsmOperand {
  enum class Kind { Token, Register, Immediate, CSR, Fence, FRM };

  Kind K;
  SMLoc Start, End;
  StringRef Tok;               // Token
  MCRegister RegNum;           // Register
  const MCExpr *Imm = nullptr; // Immediate
  unsigned Number = 0;         // CSR: its number. Fence: the set. FRM: the mode.

  MTIAOperand(Kind K, SMLoc Start, SMLoc End) : K(K), Start(Start), End(End) {}

  // A constant without a specifier.
  bool getConstant(int64_t &Value) const {
    return K == Kind::Immediate && !isa<MCSpecifierExpr>(Imm) && Imm->evaluateAsAbsolute(Value);
  }
  unsigned getSpecifier() const {
    const auto *Spec = dyn_cast<MCSpecifierExpr>(Imm);
    return Spec ? unsigned(Spec->getSpecifier()) : unsigned(MTIA::S_None);
  }
  bool hasSpecifier(std::initializer_list<unsigned> Allowed) const {
    if (K != Kind::Immediate || !isa<MCSpecifierExpr>(Imm))
      return false;
    for (unsigned S : Allowed)
      if (S == getSpecifier())
        return true;
    return false;
  }
  // Neither a constant nor with a specifier.
  bool isSymbolic() const {
    int64_t Value;
    return K == Kind::Immediate && !isa<MCSpecifierExpr>(Imm) && !Imm->evaluateAsAbsolute(Value);
  }

public:
  static std::unique_ptr<MTIAOperand> createToken(StringRef Str, SMLoc Loc) {
    std::unique_ptr<MTIAOperand> Op(new MTIAOperand(Kind::Token, Loc, Loc));
    Op->Tok = Str;
    return Op;
  }
  static std::unique_ptr<MTIAOperand> createReg(MCRegister Reg, SMLoc Start, SMLoc End) {
    std::unique_ptr<MTIAOperand> Op(new MTIAOperand(Kind::Register, Start, End));
    Op->RegNum = Reg;
    return Op;
  }
  static std::unique_ptr<MTIAOperand> createImm(const MCExpr *Expr, SMLoc Start, SMLoc End) {
    std::unique_ptr<MTIAOperand> Op(new MTIAOperand(Kind::Immediate, Start, End));
    Op->Imm = Expr;
    return Op;
  }
  static std::unique_ptr<MTIAOperand> createCSR(unsigned Number, SMLoc Start, SMLoc End) {
    std::unique_ptr<MTIAOperand> Op(new MTIAOperand(Kind::CSR, Start, End));
    Op->Number = Number;
    return Op;
  }
  static std::unique_ptr<MTIAOperand> createFence(unsigned Set, SMLoc Start, SMLoc End) {
    std::unique_ptr<MTIAOperand> Op(new MTIAOperand(Kind::Fence, Start, End));
    Op->Number = Set;
    return Op;
  }

  static std::unique_ptr<MTIAOperand> createFRM(unsigned Mode, SMLoc Loc) {
    std::unique_ptr<MTIAOperand> Op(new MTIAOperand(Kind::FRM, Loc, Loc));
    Op->Number = Mode;
    return Op;
  }

  bool isToken() const override { return K == Kind::Token; }
  bool isReg() const override { return K == Kind::Register; }
  bool isImm() const override { return K == Kind::Immediate; }
  bool isMem() const override { return false; }
  SMLoc getStartLoc() const override { return Start; }
  SMLoc getEndLoc() const override { return End; }
  MCRegister getReg() const override { return RegNum; }
  StringRef getToken() const { return Tok; }

  bool isGPR() const { return isReg() && RegNum >= MTIA::X0 && RegNum <= MTIA::X31; }
  bool isVR() const { return isReg() && RegNum >= MTIA::V0 && RegNum <= MTIA::V31; }
  bool isV0Reg() const { return isReg() && RegNum == MTIA::V0; }
  bool isFPR64() const { return isReg() && RegNum >= MTIA::F0_D && RegNum <= MTIA::F31_D; }
  void setReg(MCRegister Reg) { RegNum = Reg; }
  bool isCSRSystemRegister() const { return K == Kind::CSR; }
  bool isFenceArg() const { return K == Kind::Fence; }
  bool isFRMArg() const { return K == Kind::FRM; }

  template <int64_t Lo, int64_t Hi> bool isImmInRange() const {
    int64_t Value;
    return getConstant(Value) && Value >= Lo && Value <= Hi;
  }
  template <int64_t Lo, int64_t Hi, int64_t Scale, bool NonZero> bool isCImm() const {
    int64_t Value;
    return getConstant(Value) && Value >= Lo && Value <= Hi && Value % Scale == 0 &&
           !(NonZero && Value == 0);
  }
  bool isCLUIImm() const {
    int64_t Value;
    return getConstant(Value) &&
           ((Value >= 1 && Value <= 31) || (Value >= 0xfffe0 && Value <= 0xfffff));
  }
  bool isSImm12() const {
    int64_t Value;
    if (getConstant(Value))
      return isInt<12>(Value);
    return hasSpecifier({MTIA::S_LO, MTIA::S_PCREL_LO, MTIA::S_TPREL_LO});
  }
  template <unsigned Bits> bool isBranchTarget() const {
    int64_t Value;
    if (getConstant(Value))
      return isShiftedInt<Bits - 1, 1>(Value);
    return isSymbolic();
  }
  bool isUImm20LUI() const {
    return isImmInRange<0, 0xFFFFF>() || hasSpecifier({MTIA::S_HI, MTIA::S_TPREL_HI});
  }
  bool isUImm20AUIPC() const {
    return isImmInRange<0, 0xFFFFF>() ||
           hasSpecifier({MTIA::S_PCREL_HI, MTIA::S_GOT_HI, MTIA::S_TLS_GOT_HI, MTIA::S_TLS_GD_HI});
  }
  bool isBareSymbol() const { return isSymbolic(); }
  bool isCallSymbol() const { return hasSpecifier({MTIA::S_CALL_PLT}); }
  bool isPseudoJumpSymbol() const { return isCallSymbol(); }
  bool isTPRelAddSymbol() const { return hasSpecifier({MTIA::S_TPREL_ADD}); }
  bool isImmXLenLI() const {
    int64_t Value;
    return getConstant(Value) || hasSpecifier({MTIA::S_LO, MTIA::S_PCREL_LO, MTIA::S_TPREL_LO});
  }
  bool isImmXLen() const {
    int64_t Value;
    return getConstant(Value);
  }

  void addRegOperands(MCInst &Inst, unsigned) const {
    Inst.addOperand(MCOperand::createReg(RegNum));
  }
  void addImmOperands(MCInst &Inst, unsigned) const {
    int64_t Value;
    if (getConstant(Value))
      Inst.addOperand(MCOperand::createImm(Value));
    else
      Inst.addOperand(MCOperand::createExpr(Imm));
  }
  void addCSRSystemRegisterOperands(MCInst &Inst, unsigned) const {
    Inst.addOperand(MCOperand::createImm(Number));
  }
  void addFenceArgOperands(MCInst &Inst, unsigned) const {
    Inst.addOperand(MCOperand::createImm(Number));
  }

  void addFRMArgOperands(MCInst &Inst, unsigned) const {
    Inst.addOperand(MCOperand::createImm(Number));
  }

  void print(raw_ostream &OS, const MCAsmInfo &MAI) const override {
    switch (K) {
    case Kind::Token:
      OS << '\'' << Tok << '\'';
      break;
    case Kind::Register:
      OS << "<register " << RegNum.id() << '>';
      break;
    case Kind::Immediate:
      MAI.printExpr(OS, *Imm);
      break;
    case Kind::CSR:
      OS << "<csr " << Number << '>';
      break;
    case Kind::Fence:
      OS << "<fence set " << Number << '>';
      break;
    case Kind::FRM:
      OS << "<rounding mode " << MTIAFPRndMode::toString(Number) << '>';
      break;
    }
  }
};

} // namespace llvm

#endif
