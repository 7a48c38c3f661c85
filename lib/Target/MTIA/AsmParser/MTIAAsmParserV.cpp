//===-- MTIAAsmParserV.cpp - Vector instructions as text ------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AsmParser/MTIAAsmParserV.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCInstBuilder.h"
#include "llvm/MC/MCInstrDesc.h"
#include "llvm/MC/MCParser/AsmLexer.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/TargetParser/RISCVTargetParser.h"

using namespace llvm;

//===----------------------------------------------------------------------===//
// vtype
//===----------------------------------------------------------------------===//

namespace {
// The words of a vtype come in this order.
enum class VTypeWord { SEW, LMUL, Tail, Mask, End };

struct VType {
  unsigned SEW = 8, LMUL = 1;
  bool Fractional = false, TailAgnostic = false, MaskAgnostic = false;
  VTypeWord Next = VTypeWord::SEW;

  // Takes one word if it may come now.
  bool accept(StringRef Word) {
    unsigned Number;
    StringRef Rest = Word;
    if (Next <= VTypeWord::SEW && Rest.consume_front("e") && isNumber(Rest, Number) &&
        RISCVVType::isValidSEW(Number)) {
      SEW = Number;
      Next = VTypeWord::LMUL;
      return true;
    }
    Rest = Word;
    if (Next <= VTypeWord::LMUL && Rest.consume_front("m")) {
      bool IsFraction = Rest.consume_front("f");
      if (isNumber(Rest, Number) && RISCVVType::isValidLMUL(Number, IsFraction)) {
        LMUL = Number;
        Fractional = IsFraction;
        Next = VTypeWord::Tail;
        return true;
      }
    }
    if (Next <= VTypeWord::Tail && (Word == "ta" || Word == "tu")) {
      TailAgnostic = Word == "ta";
      Next = VTypeWord::Mask;
      return true;
    }
    if (Next <= VTypeWord::Mask && (Word == "ma" || Word == "mu")) {
      MaskAgnostic = Word == "ma";
      Next = VTypeWord::End;
      return true;
    }
    return false;
  }

  static bool isNumber(StringRef Text, unsigned &Number) {
    return !Text.empty() && Text[0] != '0' && !Text.getAsInteger(10, Number);
  }
};
} // namespace

// The manual wants an LMUL of at least SEW / ELEN; other combinations may be refused by the
// hardware, which sets vill.
static void warnOfFraction(MCAsmParser &Parser, SMLoc Loc, const VType &Type, unsigned ELEN) {
  unsigned MaxDivisor = ELEN / 8;
  if (Type.LMUL > MaxDivisor)
    Parser.Warning(Loc, "use of vtype encodings with LMUL < SEWMIN/ELEN == mf" + Twine(MaxDivisor) +
                            " is reserved");
  unsigned MaxSEW = ELEN / Type.LMUL;
  if (MaxSEW >= 8 && Type.SEW > MaxSEW)
    Parser.Warning(Loc, "use of vtype encodings with SEW > " + Twine(MaxSEW) + " and LMUL == mf" +
                            Twine(Type.LMUL) +
                            " may not be compatible with all RVV implementations");
}

ParseStatus MTIAVector::parseVType(MCAsmParser &Parser, const MCSubtargetInfo &STI,
                                   OperandVector &Operands) {
  SMLoc Start = Parser.getTok().getLoc(), End;
  VType Type;
  if (Parser.getTok().isNot(AsmToken::Identifier) || !Type.accept(Parser.getTok().getIdentifier()))
    return ParseStatus::NoMatch;
  End = Parser.getTok().getEndLoc();
  Parser.Lex();
  while (Parser.parseOptionalToken(AsmToken::Comma)) {
    if (Parser.getTok().isNot(AsmToken::Identifier) ||
        !Type.accept(Parser.getTok().getIdentifier()))
      return Parser.Error(Start, "operand must be e[8|16|32|64],m[1|2|4|8|f2|f4|f8],[ta|tu],"
                                 "[ma|mu]");
    End = Parser.getTok().getEndLoc();
    Parser.Lex();
  }
  if (Type.Fractional)
    warnOfFraction(Parser, Start, Type, STI.hasFeature(MTIA::FeatureStdExtZve64x) ? 64 : 32);
  unsigned Value = RISCVVType::encodeVTYPE(RISCVVType::encodeLMUL(Type.LMUL, Type.Fractional),
                                           Type.SEW, Type.TailAgnostic, Type.MaskAgnostic);
  Operands.push_back(
      MTIAOperand::createImm(MCConstantExpr::create(Value, Parser.getContext()), Start, End));
  return ParseStatus::Success;
}

//===----------------------------------------------------------------------===//
// Registers
//===----------------------------------------------------------------------===//

MCRegister MTIAVector::getGroup(MCRegister Reg, unsigned ClassID, const MCRegisterInfo &MRI) {
  return MRI.getMatchingSuperReg(Reg, MTIA::sub_vrm1_0, &MTIAMCRegisterClasses[ClassID]);
}

const char *MTIAVector::checkDestination(const MCInst &Inst, const MCInstrDesc &Desc) {
  unsigned Constraint = MTIAII::getVConstraint(Desc.TSFlags);
  if (!Constraint)
    return nullptr;
  MCRegister Dest = Inst.getOperand(0).getReg();
  // Of multiply-add the destination is an operand once more.
  unsigned First = Desc.getOperandConstraint(1, MCOI::TIED_TO) == 0 ? 2 : 1;
  auto IsDest = [&](unsigned I) {
    return Inst.getOperand(I).isReg() && Inst.getOperand(I).getReg() == Dest;
  };
  if (((Constraint & MTIAII::VFirstSource) && IsDest(First)) ||
      ((Constraint & MTIAII::VSecondSource) && IsDest(First + 1)))
    return "the destination vector register group cannot overlap the source vector register group";
  // The mask is the last operand; it is no register in unmasked instructions.
  unsigned Last = Inst.getNumOperands() - 1;
  if ((Constraint & MTIAII::VMaskSource) && Dest == MTIA::V0 && IsDest(Last))
    return MTIAII::isVCarry(Desc.TSFlags)
               ? "the destination vector register group cannot be V0"
               : "the destination vector register group cannot overlap the mask register";
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Comparisons without an instruction of their own
//===----------------------------------------------------------------------===//

// va >= x as the manual's section "Vector Integer Compare Instructions" has it.
static void expandGE(const MCInst &Inst, unsigned LessThan,
                     function_ref<void(const MCInst &)> Emit) {
  auto Reg = [&](unsigned I) { return Inst.getOperand(I).getReg(); };
  auto Compare = [&](MCRegister Dest, MCRegister A, MCRegister X, MCRegister Mask) {
    Emit(MCInstBuilder(LessThan).addReg(Dest).addReg(A).addReg(X).addReg(Mask));
  };
  auto Logic = [&](unsigned Opcode, MCRegister Dest, MCRegister A, MCRegister B) {
    Emit(MCInstBuilder(Opcode).addReg(Dest).addReg(A).addReg(B));
  };
  MCRegister Dest = Reg(0);
  switch (Inst.getNumOperands()) {
  case 3: // vd, va, x
    Compare(Dest, Reg(1), Reg(2), MCRegister());
    return Logic(MTIA::VMNAND_MM, Dest, Dest, Dest);
  case 4: // vd, va, x, v0.t
    Compare(Dest, Reg(1), Reg(2), Reg(3));
    return Logic(MTIA::VMXOR_MM, Dest, Dest, MTIA::V0);
  default: { // vd, vt, va, x, v0.t
    MCRegister Temp = Reg(1);
    Compare(Temp, Reg(2), Reg(3), MCRegister());
    if (Dest == MTIA::V0)
      return Logic(MTIA::VMANDN_MM, Dest, Dest, Temp);
    Logic(MTIA::VMANDN_MM, Temp, MTIA::V0, Temp);
    Logic(MTIA::VMANDN_MM, Dest, Dest, MTIA::V0);
    return Logic(MTIA::VMOR_MM, Dest, Temp, Dest);
  }
  }
}

// Against a constant: the comparison with one less. Unsigned and zero, where there is no
// less: always true or always false.
static void expandImmediate(const MCInst &Inst, unsigned Opcode, unsigned OpcodeOfZero,
                            function_ref<void(const MCInst &)> Emit) {
  int64_t Imm = Inst.getOperand(2).getImm();
  if (Imm == 0 && OpcodeOfZero)
    return Emit(MCInstBuilder(OpcodeOfZero)
                    .addOperand(Inst.getOperand(0))
                    .addOperand(Inst.getOperand(1))
                    .addOperand(Inst.getOperand(1))
                    .addOperand(Inst.getOperand(3)));
  Emit(MCInstBuilder(Opcode)
           .addOperand(Inst.getOperand(0))
           .addOperand(Inst.getOperand(1))
           .addImm(Imm - 1)
           .addOperand(Inst.getOperand(3)));
}

bool MTIAVector::isTemporaryDestination(const MCInst &Inst) {
  return (Inst.getOpcode() == MTIA::PseudoVMSGE_VX_M_T ||
          Inst.getOpcode() == MTIA::PseudoVMSGEU_VX_M_T) &&
         Inst.getOperand(0).getReg() == Inst.getOperand(1).getReg();
}

bool MTIAVector::expandCompare(const MCInst &Inst, function_ref<void(const MCInst &)> Emit) {
  switch (Inst.getOpcode()) {
  case MTIA::PseudoVMSGE_VX:
  case MTIA::PseudoVMSGE_VX_M:
  case MTIA::PseudoVMSGE_VX_M_T:
    expandGE(Inst, MTIA::VMSLT_VX, Emit);
    return true;
  case MTIA::PseudoVMSGEU_VX:
  case MTIA::PseudoVMSGEU_VX_M:
  case MTIA::PseudoVMSGEU_VX_M_T:
    expandGE(Inst, MTIA::VMSLTU_VX, Emit);
    return true;
  case MTIA::PseudoVMSGE_VI:
    expandImmediate(Inst, MTIA::VMSGT_VI, 0, Emit);
    return true;
  case MTIA::PseudoVMSLT_VI:
    expandImmediate(Inst, MTIA::VMSLE_VI, 0, Emit);
    return true;
  case MTIA::PseudoVMSGEU_VI:
    expandImmediate(Inst, MTIA::VMSGTU_VI, MTIA::VMSEQ_VV, Emit);
    return true;
  case MTIA::PseudoVMSLTU_VI:
    expandImmediate(Inst, MTIA::VMSLEU_VI, MTIA::VMSNE_VV, Emit);
    return true;
  default:
    return false;
  }
}
