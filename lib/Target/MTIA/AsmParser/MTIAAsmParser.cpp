//===-- MTIAAsmParser.cpp - Text as instructions --------------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AsmParser/MTIAAsmParserV.h"
#include "AsmParser/MTIAOperand.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIACompress.h"
#include "MCTargetDesc/MTIAMCAsmInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MCTargetDesc/MTIAMatInt.h"
#include "MCTargetDesc/MTIATargetStreamer.h"
#include "TargetInfo/MTIATargetInfo.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstBuilder.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCParser/AsmLexer.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCSymbol.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/Casting.h"
#include "llvm/Support/RISCVAttributes.h"
#include "llvm/TargetParser/RISCVISAInfo.h"

using namespace llvm;

namespace {

class MTIAAsmParser : public MCTargetAsmParser {
  struct Options {
    bool PIC;
  };
  Options Opts;
  // .option push and pop.
  SmallVector<std::pair<FeatureBitset, Options>, 4> Stack;

  SMLoc getLoc() const { return getParser().getTok().getLoc(); }

  MTIATargetStreamer &getTargetStreamer() {
    return static_cast<MTIATargetStreamer &>(*getParser().getStreamer().getTargetStreamer());
  }

  // Registers, operands.
  MCRegister matchRegister(StringRef Name);
  bool parseOperand(OperandVector &Operands, StringRef Mnemonic);
  ParseStatus parseRegisterOperand(OperandVector &Operands, bool AllowParens);
  ParseStatus parseImmediate(OperandVector &Operands);
  ParseStatus parseMemOpBaseReg(OperandVector &Operands);
  // Named in the .td files.
  ParseStatus parseOperandWithSpecifier(OperandVector &Operands);
  ParseStatus parseBareSymbol(OperandVector &Operands);
  ParseStatus parseCallSymbol(OperandVector &Operands);
  ParseStatus parseJumpSymbol(OperandVector &Operands);
  ParseStatus parseJALOffset(OperandVector &Operands);
  ParseStatus parseCSRSystemRegister(OperandVector &Operands);
  ParseStatus parseFenceArg(OperandVector &Operands);
  ParseStatus parseZeroOffsetMemOp(OperandVector &Operands);
  ParseStatus parseFRMArg(OperandVector &Operands);
  ParseStatus parseMaskReg(OperandVector &Operands);
  ParseStatus parseVTypeI(OperandVector &Operands) {
    return MTIAVector::parseVType(getParser(), getSTI(), Operands);
  }
  // Where no mask is written.
  std::unique_ptr<MTIAOperand> defaultMaskRegOp() const {
    return MTIAOperand::createReg(MCRegister(), SMLoc(), SMLoc());
  }
  // Where no rounding mode is written.
  std::unique_ptr<MTIAOperand> defaultFRMArgOp() const {
    return MTIAOperand::createFRM(MTIAFPRndMode::DYN, SMLoc());
  }
  std::unique_ptr<MTIAOperand> defaultFRMArgLegacyOp() const {
    return MTIAOperand::createFRM(MTIAFPRndMode::RNE, SMLoc());
  }
  bool parseSpecifier(const MCExpr *&Res, SMLoc &End);

  // Expansion of pseudo-instructions.
  bool processInstruction(MCInst &Inst, SMLoc IDLoc, OperandVector &Operands, MCStreamer &Out);
  void emit(MCStreamer &Out, const MCInst &Inst, SMLoc Loc);
  void emitLoadImm(MCRegister Dest, int64_t Value, MCStreamer &Out, SMLoc Loc);
  void emitAuipcPair(MCRegister Dest, MCRegister Tmp, const MCExpr *Symbol, MTIA::Specifier Hi,
                     unsigned SecondOpcode, MCStreamer &Out, SMLoc Loc);
  void emitExtend(MCInst &Inst, unsigned Bits, bool Signed, MCStreamer &Out);

  // Directives.
  bool parseDirectiveOption();
  bool parseDirectiveOptionArch();
  bool parseDirectiveAttribute();
  bool parseDirectiveInsn(SMLoc Loc);
  bool parseDirectiveVariantCC();
  bool parseDirectiveDTPRel(unsigned Size);
  bool parseInsnRegister(MCInst &Inst, bool Compressed = false);
  bool parseInsnMemory(MCInst &Inst, bool Compressed);
  bool parseInsnWord(MCInst &Inst);
  bool parseInsnField(MCInst &Inst, unsigned Bits, StringRef What);
  bool parseInsnOpcode(MCInst &Inst, bool Compressed);
  bool parseInsnImmediate(MCInst &Inst, StringRef What,
                          function_ref<bool(const MTIAOperand &)> IsValid);
  void setFeatures(const FeatureBitset &Bits);
  FeatureBitset closure(const SubtargetFeatureKV &Feature) const;
  bool setArch(StringRef Arch, SMLoc Loc);

  bool reportOperandError(SMLoc IDLoc, OperandVector &Operands, uint64_t ErrorInfo,
                          unsigned Result);

  bool parseInstruction(ParseInstructionInfo &Info, StringRef Name, SMLoc NameLoc,
                        OperandVector &Operands) override;
  bool matchAndEmitInstruction(SMLoc IDLoc, unsigned &Opcode, OperandVector &Operands,
                               MCStreamer &Out, uint64_t &ErrorInfo,
                               bool MatchingInlineAsm) override;
  bool parseRegister(MCRegister &Reg, SMLoc &Start, SMLoc &End) override;
  ParseStatus tryParseRegister(MCRegister &Reg, SMLoc &Start, SMLoc &End) override;
  ParseStatus parseDirective(AsmToken DirectiveID) override;
  unsigned validateTargetOperandClass(MCParsedAsmOperand &Op, unsigned Kind) override;
  bool parseDataExpr(const MCExpr *&Res) override;

#define GET_ASSEMBLER_HEADER
#include "MTIAGenAsmMatcher.inc"

public:
  enum MTIAMatchResultTy : unsigned {
    Match_Dummy = FIRST_TARGET_MATCH_RESULT_TY,
#define GET_OPERAND_DIAGNOSTIC_TYPES
#include "MTIAGenAsmMatcher.inc"
  };

  MTIAAsmParser(const MCSubtargetInfo &STI, MCAsmParser &Parser, const MCInstrInfo &MII,
                const MCTargetOptions &Options)
      : MCTargetAsmParser(Options, STI, MII) {
    MCAsmParserExtension::Initialize(Parser);
    Parser.addAliasForDirective(".half", ".2byte");
    Parser.addAliasForDirective(".hword", ".2byte");
    Parser.addAliasForDirective(".word", ".4byte");
    Parser.addAliasForDirective(".dword", ".8byte");
    setAvailableFeatures(ComputeAvailableFeatures(STI.getFeatureBits()));
    Opts.PIC = getContext().getObjectFileInfo()->isPositionIndependent();
  }
};

} // namespace

#define GET_REGISTER_MATCHER
#define GET_SUBTARGET_FEATURE_NAME
#define GET_MATCHER_IMPLEMENTATION
#define GET_MNEMONIC_SPELL_CHECKER
#include "MTIAGenAsmMatcher.inc"

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

// A floating-point register is read as a double's; validateTargetOperandClass() takes the
// view that the instruction wants.
MCRegister MTIAAsmParser::matchRegister(StringRef Name) {
  MCRegister Reg = MatchRegisterName(Name);
  if (!Reg)
    Reg = MatchRegisterAltName(Name);
  switch (Reg.id()) {
  case MTIA::FRM: // the compiler's names of CSRs and their fields, no operands
  case MTIA::FFLAGS:
  case MTIA::VL:
  case MTIA::VTYPE:
  case MTIA::VXSAT:
  case MTIA::VXRM:
  case MTIA::VLENB:
    return MCRegister();
  }
  if (MTIAMCRegisterClasses[MTIA::FPR16RegClassID].contains(Reg))
    return MTIA::F0_D + (Reg - MTIA::F0_H);
  if (MTIAMCRegisterClasses[MTIA::FPR32RegClassID].contains(Reg))
    return MTIA::F0_D + (Reg - MTIA::F0_F);
  // A group has the name of its first register.
  for (unsigned Group : {MTIA::VRM2RegClassID, MTIA::VRM4RegClassID, MTIA::VRM8RegClassID})
    if (MTIAMCRegisterClasses[Group].contains(Reg))
      return getContext().getRegisterInfo()->getSubReg(Reg, MTIA::sub_vrm1_0);
  return Reg;
}

unsigned MTIAAsmParser::validateTargetOperandClass(MCParsedAsmOperand &AsmOp, unsigned Kind) {
  auto &Op = static_cast<MTIAOperand &>(AsmOp);
  if (Op.isVR()) {
    unsigned ClassID = Kind == MCK_VRM2   ? MTIA::VRM2RegClassID
                       : Kind == MCK_VRM4 ? MTIA::VRM4RegClassID
                       : Kind == MCK_VRM8 ? MTIA::VRM8RegClassID
                                          : ~0U;
    if (ClassID == ~0U)
      return Match_InvalidOperand;
    MCRegister Group = MTIAVector::getGroup(Op.getReg(), ClassID, *getContext().getRegisterInfo());
    if (!Group)
      return Match_InvalidOperand;
    Op.setReg(Group);
    return Match_Success;
  }
  if (!Op.isFPR64())
    return Match_InvalidOperand;
  unsigned Number = Op.getReg() - MTIA::F0_D;
  bool IsC = Number >= 8 && Number <= 15;
  switch (Kind) {
  case MCK_FPR16:
    Op.setReg(MTIA::F0_H + Number);
    return Match_Success;
  case MCK_FPR32C:
    if (!IsC)
      return Match_InvalidOperand;
    [[fallthrough]];
  case MCK_FPR32:
    Op.setReg(MTIA::F0_F + Number);
    return Match_Success;
  default:
    return Match_InvalidOperand;
  }
}

ParseStatus MTIAAsmParser::tryParseRegister(MCRegister &Reg, SMLoc &Start, SMLoc &End) {
  const AsmToken &Tok = getParser().getTok();
  Start = Tok.getLoc();
  End = Tok.getEndLoc();
  if (Tok.isNot(AsmToken::Identifier))
    return ParseStatus::NoMatch;
  Reg = matchRegister(Tok.getString());
  if (!Reg)
    return ParseStatus::NoMatch;
  Lex();
  return ParseStatus::Success;
}

bool MTIAAsmParser::parseRegister(MCRegister &Reg, SMLoc &Start, SMLoc &End) {
  if (!tryParseRegister(Reg, Start, End).isSuccess())
    return Error(Start, "invalid register name");
  return false;
}

// A register, or with AllowParens also one in parentheses: "(a0)".
ParseStatus MTIAAsmParser::parseRegisterOperand(OperandVector &Operands, bool AllowParens) {
  SMLoc First = getLoc();
  bool Parens = false;
  if (AllowParens && getLexer().is(AsmToken::LParen)) {
    AsmToken Ahead[2];
    if (getLexer().peekTokens(Ahead) != 2 || Ahead[1].isNot(AsmToken::RParen) ||
        Ahead[0].isNot(AsmToken::Identifier) || !matchRegister(Ahead[0].getString()))
      return ParseStatus::NoMatch;
    Parens = true;
    Lex();
    Operands.push_back(MTIAOperand::createToken("(", First));
  }
  MCRegister Reg;
  SMLoc Start, End;
  ParseStatus Res = tryParseRegister(Reg, Start, End);
  if (!Res.isSuccess())
    return Res;
  Operands.push_back(MTIAOperand::createReg(Reg, Start, End));
  if (Parens) {
    Operands.push_back(MTIAOperand::createToken(")", getLoc()));
    Lex();
  }
  return ParseStatus::Success;
}

// %name(expression), the lexer being at the %.
bool MTIAAsmParser::parseSpecifier(const MCExpr *&Res, SMLoc &End) {
  SMLoc Loc = getLoc();
  if (parseToken(AsmToken::Percent, "expected '%' relocation specifier"))
    return true;
  if (getLexer().isNot(AsmToken::Identifier))
    return Error(getLoc(), "expected valid identifier for operand specifier");
  StringRef Name = getParser().getTok().getIdentifier();
  MTIA::Specifier Spec = MTIA::parseSpecifierName(Name);
  if (Spec == MTIA::S_None)
    return Error(getLoc(), "invalid relocation specifier");
  Lex();
  if (parseToken(AsmToken::LParen, "expected '('"))
    return true;
  const MCExpr *Sub;
  if (getParser().parseParenExpression(Sub, End))
    return true;
  Res = MCSpecifierExpr::create(Sub, Spec, getContext(), Loc);
  return false;
}

ParseStatus MTIAAsmParser::parseOperandWithSpecifier(OperandVector &Operands) {
  if (getLexer().isNot(AsmToken::Percent))
    return Error(getLoc(), "expected '%' relocation specifier");
  SMLoc Start = getLoc(), End;
  const MCExpr *Expr;
  if (parseSpecifier(Expr, End))
    return ParseStatus::Failure;
  Operands.push_back(MTIAOperand::createImm(Expr, Start, End));
  return ParseStatus::Success;
}

ParseStatus MTIAAsmParser::parseImmediate(OperandVector &Operands) {
  SMLoc Start = getLoc(), End;
  const MCExpr *Expr;
  switch (getLexer().getKind()) {
  default:
    return ParseStatus::NoMatch;
  case AsmToken::LParen:
  case AsmToken::Dot:
  case AsmToken::Minus:
  case AsmToken::Plus:
  case AsmToken::Exclaim:
  case AsmToken::Tilde:
  case AsmToken::Integer:
  case AsmToken::String:
  case AsmToken::Identifier:
    if (getParser().parseExpression(Expr, End))
      return ParseStatus::Failure;
    break;
  case AsmToken::Percent:
    if (parseSpecifier(Expr, End))
      return ParseStatus::Failure;
    break;
  }
  Operands.push_back(MTIAOperand::createImm(Expr, Start, End));
  return ParseStatus::Success;
}

// A symbol, possibly with an addend. Names of registers are symbols here.
ParseStatus MTIAAsmParser::parseBareSymbol(OperandVector &Operands) {
  SMLoc Start = getLoc();
  if (getLexer().isNot(AsmToken::Identifier) && getLexer().isNot(AsmToken::String))
    return ParseStatus::NoMatch;

  AsmToken Tok = getLexer().getTok();
  StringRef Name;
  if (getParser().parseIdentifier(Name))
    return ParseStatus::Failure;
  SMLoc End = SMLoc::getFromPointer(Name.end());

  MCSymbol *Sym = getContext().getOrCreateSymbol(Name);
  const MCExpr *Res;
  if (Sym->isVariable()) {
    const MCExpr *Value = Sym->getVariableValue();
    if (!isa<MCSymbolRefExpr>(Value)) {
      getLexer().UnLex(Tok); // a name for a constant
      return ParseStatus::NoMatch;
    }
    Res = Value;
  } else {
    Res = MCSymbolRefExpr::create(Sym, getContext(), Start);
  }

  MCBinaryExpr::Opcode Op;
  switch (getLexer().getKind()) {
  default:
    Operands.push_back(MTIAOperand::createImm(Res, Start, End));
    return ParseStatus::Success;
  case AsmToken::Plus:
    Op = MCBinaryExpr::Add;
    break;
  case AsmToken::Minus:
    Op = MCBinaryExpr::Sub;
    break;
  }
  Lex();
  const MCExpr *Addend;
  if (getParser().parseExpression(Addend, End))
    return ParseStatus::Failure;
  Res = MCBinaryExpr::create(Op, Res, Addend, getContext(), Start);
  Operands.push_back(MTIAOperand::createImm(Res, Start, End));
  return ParseStatus::Success;
}

ParseStatus MTIAAsmParser::parseCallSymbol(OperandVector &Operands) {
  if (getLexer().isNot(AsmToken::Identifier) && getLexer().isNot(AsmToken::String))
    return ParseStatus::NoMatch;
  // "call rd, symbol": the symbol comes next.
  if (getLexer().peekTok().is(AsmToken::Comma) && matchRegister(getLexer().getTok().getString()))
    return ParseStatus::NoMatch;
  return parseJumpSymbol(Operands);
}

// The first operand of "jump symbol, rd".
ParseStatus MTIAAsmParser::parseJumpSymbol(OperandVector &Operands) {
  SMLoc Start = getLoc();
  if (getLexer().isNot(AsmToken::Identifier) && getLexer().isNot(AsmToken::String))
    return ParseStatus::NoMatch;
  StringRef Name;
  if (getParser().parseIdentifier(Name))
    return ParseStatus::Failure;
  SMLoc End = SMLoc::getFromPointer(Name.end());
  // symbol@plt is the symbol: every call goes through the PLT if it must.
  if (getLexer().is(AsmToken::At)) {
    Lex();
    if (getLexer().isNot(AsmToken::Identifier) || getLexer().getTok().getString() != "plt")
      return Error(getLoc(), "expected 'plt' after '@'");
    Lex();
  }
  MCSymbol *Sym = getContext().getOrCreateSymbol(Name);
  const MCExpr *Res = MCSymbolRefExpr::create(Sym, getContext(), Start);
  if (getLexer().is(AsmToken::Plus) || getLexer().is(AsmToken::Minus)) {
    bool Negative = getLexer().is(AsmToken::Minus);
    Lex();
    const MCExpr *Addend;
    if (getParser().parseExpression(Addend, End))
      return ParseStatus::Failure;
    Res = MCBinaryExpr::create(Negative ? MCBinaryExpr::Sub : MCBinaryExpr::Add, Res, Addend,
                               getContext(), Start);
  }
  Res = MCSpecifierExpr::create(Res, MTIA::S_CALL_PLT, getContext(), Start);
  Operands.push_back(MTIAOperand::createImm(Res, Start, End));
  return ParseStatus::Success;
}

// jal's target may be named like a register: it is one only if a comma follows.
ParseStatus MTIAAsmParser::parseJALOffset(OperandVector &Operands) {
  if (getLexer().is(AsmToken::Identifier) && getLexer().peekTok().is(AsmToken::Comma))
    return ParseStatus::NoMatch;
  return parseImmediate(Operands);
}

ParseStatus MTIAAsmParser::parseCSRSystemRegister(OperandVector &Operands) {
  SMLoc Start = getLoc(), End;
  auto Invalid = [&] {
    return Error(Start, "operand must be a valid system register name or an "
                        "integer in the range [0, 4095]");
  };
  switch (getLexer().getKind()) {
  default:
    return ParseStatus::NoMatch;
  case AsmToken::Identifier: {
    StringRef Name;
    if (getParser().parseIdentifier(Name))
      return ParseStatus::Failure;
    End = SMLoc::getFromPointer(Name.end());
    const auto *Reg = MTIASysReg::lookupSysRegByName(Name);
    if (!Reg)
      Reg = MTIASysReg::lookupSysRegByAltName(Name);
    if (Reg) {
      Operands.push_back(MTIAOperand::createCSR(Reg->Encoding, Start, End));
      return ParseStatus::Success;
    }
    // A name for a constant?
    MCSymbol *Sym = getContext().lookupSymbol(Name);
    int64_t Value;
    if (!Sym || !Sym->isVariable() || !Sym->getVariableValue()->evaluateAsAbsolute(Value) ||
        !isUInt<12>(Value))
      return Invalid();
    Operands.push_back(MTIAOperand::createCSR(unsigned(Value), Start, End));
    return ParseStatus::Success;
  }
  case AsmToken::LParen:
  case AsmToken::Minus:
  case AsmToken::Plus:
  case AsmToken::Exclaim:
  case AsmToken::Tilde:
  case AsmToken::Integer: {
    const MCExpr *Expr;
    int64_t Value;
    if (getParser().parseExpression(Expr, End))
      return ParseStatus::Failure;
    if (!Expr->evaluateAsAbsolute(Value) || !isUInt<12>(Value))
      return Invalid();
    Operands.push_back(MTIAOperand::createCSR(unsigned(Value), Start, End));
    return ParseStatus::Success;
  }
  }
}

ParseStatus MTIAAsmParser::parseFenceArg(OperandVector &Operands) {
  const AsmToken &Tok = getLexer().getTok();
  SMLoc Start = Tok.getLoc(), End = Tok.getEndLoc();
  unsigned Set = 0;
  if (Tok.is(AsmToken::Integer)) {
    if (Tok.getIntVal() != 0)
      return Error(Start, getMatchKindDiag(Match_FenceArg));
  } else if (Tok.is(AsmToken::Identifier)) {
    StringRef Rest = Tok.getIdentifier();
    for (auto [Letter, Bit] : {std::pair{'i', MTIAFenceField::I},
                               {'o', MTIAFenceField::O},
                               {'r', MTIAFenceField::R},
                               {'w', MTIAFenceField::W}})
      if (Rest.consume_front(StringRef(&Letter, 1)))
        Set |= Bit;
    if (!Rest.empty())
      return Error(Start, getMatchKindDiag(Match_FenceArg));
  } else {
    return ParseStatus::NoMatch;
  }
  Lex();
  Operands.push_back(MTIAOperand::createFence(Set, Start, End));
  return ParseStatus::Success;
}

ParseStatus MTIAAsmParser::parseFRMArg(OperandVector &Operands) {
  SMLoc Loc = getLoc();
  if (getLexer().isNot(AsmToken::Identifier))
    return Error(Loc, getMatchKindDiag(Match_FRMArg));
  auto Mode = MTIAFPRndMode::fromString(getLexer().getTok().getIdentifier());
  if (Mode == MTIAFPRndMode::Invalid)
    return Error(Loc, getMatchKindDiag(Match_FRMArg));
  Lex();
  Operands.push_back(MTIAOperand::createFRM(Mode, Loc));
  return ParseStatus::Success;
}

// v0.t
ParseStatus MTIAAsmParser::parseMaskReg(OperandVector &Operands) {
  const AsmToken &Tok = getLexer().getTok();
  if (Tok.isNot(AsmToken::Identifier))
    return ParseStatus::NoMatch;
  StringRef Name = Tok.getIdentifier();
  if (!Name.consume_back(".t"))
    return Error(getLoc(), "expected '.t' suffix");
  if (matchRegister(Name) != MTIA::V0)
    return ParseStatus::NoMatch;
  Operands.push_back(MTIAOperand::createReg(MTIA::V0, Tok.getLoc(), Tok.getEndLoc()));
  Lex();
  return ParseStatus::Success;
}

ParseStatus MTIAAsmParser::parseMemOpBaseReg(OperandVector &Operands) {
  SMLoc Open = getLoc();
  if (parseToken(AsmToken::LParen, "expected '('"))
    return ParseStatus::Failure;
  Operands.push_back(MTIAOperand::createToken("(", Open));
  if (!parseRegisterOperand(Operands, false).isSuccess())
    return Error(getLoc(), "expected register");
  Operands.push_back(MTIAOperand::createToken(")", getLoc()));
  if (parseToken(AsmToken::RParen, "expected ')'"))
    return ParseStatus::Failure;
  return ParseStatus::Success;
}

// (reg) or 0(reg), of which only the register is kept.
ParseStatus MTIAAsmParser::parseZeroOffsetMemOp(OperandVector &Operands) {
  if (getLexer().isNot(AsmToken::LParen)) {
    SMLoc Start = getLoc(), End;
    const MCExpr *Offset;
    int64_t Value;
    if (getParser().parseExpression(Offset, End))
      return ParseStatus::Failure;
    if (!Offset->evaluateAsAbsolute(Value) || Value != 0 || getLexer().isNot(AsmToken::LParen))
      return Error(Start, getLexer().is(AsmToken::LParen)
                              ? "optional integer offset must be 0"
                              : "expected '(' or optional integer offset");
  }
  Lex(); // (
  SMLoc Start = getLoc(), End;
  MCRegister Reg;
  if (!tryParseRegister(Reg, Start, End).isSuccess())
    return Error(getLoc(), "expected register");
  if (!MTIAMCRegisterClasses[MTIA::GPRRegClassID].contains(Reg))
    return Error(Start, "expected an integer register");
  if (parseToken(AsmToken::RParen, "expected ')'"))
    return ParseStatus::Failure;
  Operands.push_back(MTIAOperand::createReg(Reg, Start, End));
  return ParseStatus::Success;
}

bool MTIAAsmParser::parseOperand(OperandVector &Operands, StringRef Mnemonic) {
  ParseStatus Custom = MatchOperandParserImpl(Operands, Mnemonic,
                                              /*ParseForAllFeatures=*/true);
  if (Custom.isSuccess())
    return false;
  if (Custom.isFailure())
    return true;
  if (parseRegisterOperand(Operands, /*AllowParens=*/true).isSuccess())
    return false;
  ParseStatus Imm = parseImmediate(Operands);
  if (Imm.isSuccess()) {
    if (getLexer().is(AsmToken::LParen))
      return !parseMemOpBaseReg(Operands).isSuccess();
    return false;
  }
  return Imm.isFailure() || Error(getLoc(), "unknown operand");
}

bool MTIAAsmParser::parseInstruction(ParseInstructionInfo &, StringRef Name, SMLoc NameLoc,
                                     OperandVector &Operands) {
  Operands.push_back(MTIAOperand::createToken(Name, NameLoc));
  if (getLexer().is(AsmToken::EndOfStatement)) {
    getParser().Lex();
    return false;
  }
  do {
    if (parseOperand(Operands, Name))
      return true;
  } while (parseOptionalToken(AsmToken::Comma));
  // c.addi of x0 is the encoding of c.nop.
  if (Name == "c.addi" && Operands.size() == 3 &&
      static_cast<MTIAOperand &>(*Operands[1]).isReg() && Operands[1]->getReg() == MTIA::X0) {
    Operands[0] = MTIAOperand::createToken("c.nop", NameLoc);
    Operands.erase(Operands.begin() + 1);
    if (static_cast<MTIAOperand &>(*Operands[1]).isImmInRange<0, 0>())
      Operands.pop_back();
  }
  return getParser().parseEOL("unexpected token");
}

//===----------------------------------------------------------------------===//
// Matching, and what to say when nothing matches
//===----------------------------------------------------------------------===//

static std::string MTIAMnemonicSpellCheck(StringRef S, const FeatureBitset &FBS,
                                          unsigned VariantID);

bool MTIAAsmParser::reportOperandError(SMLoc IDLoc, OperandVector &Operands, uint64_t ErrorInfo,
                                       unsigned Result) {
  if (ErrorInfo != ~0ULL && ErrorInfo >= Operands.size())
    return Error(IDLoc, "too few operands for instruction");
  SMLoc Loc = IDLoc;
  if (ErrorInfo != ~0ULL) {
    Loc = Operands[ErrorInfo]->getStartLoc();
    if (Loc == SMLoc())
      Loc = IDLoc;
  }
  const char *Text = Result > FIRST_TARGET_MATCH_RESULT_TY
                         ? getMatchKindDiag(static_cast<MTIAMatchResultTy>(Result))
                         : nullptr;
  return Error(Loc, Text ? Text : "invalid operand for instruction");
}

bool MTIAAsmParser::matchAndEmitInstruction(SMLoc IDLoc, unsigned &, OperandVector &Operands,
                                            MCStreamer &Out, uint64_t &ErrorInfo,
                                            bool MatchingInlineAsm) {
  MCInst Inst;
  FeatureBitset Missing;
  unsigned Result = MatchInstructionImpl(Operands, Inst, ErrorInfo, Missing, MatchingInlineAsm);
  switch (Result) {
  case Match_Success:
    Inst.setLoc(IDLoc);
    return processInstruction(Inst, IDLoc, Operands, Out);
  case Match_MissingFeature: {
    std::string Text = "instruction requires the following:";
    StringRef Separator = " ";
    for (unsigned I = 0, E = Missing.size(); I != E; ++I)
      if (Missing[I]) {
        Text += Separator.str() + getSubtargetFeatureName(I);
        Separator = ", ";
      }
    return Error(IDLoc, Text);
  }
  case Match_MnemonicFail: {
    FeatureBitset Features = ComputeAvailableFeatures(STI->getFeatureBits());
    std::string Suggestion =
        MTIAMnemonicSpellCheck(static_cast<MTIAOperand &>(*Operands[0]).getToken(), Features, 0);
    return Error(IDLoc, "unrecognized instruction mnemonic" + Suggestion);
  }
  default:
    return reportOperandError(IDLoc, Operands, ErrorInfo, Result);
  }
}

//===----------------------------------------------------------------------===//
// Pseudo-instructions
//===----------------------------------------------------------------------===//

void MTIAAsmParser::emit(MCStreamer &Out, const MCInst &Inst, SMLoc Loc) {
  MCInst Copy = Inst, Short;
  Copy.setLoc(Loc);
  bool Compressed = !getSTI().hasFeature(MTIA::FeatureExactAssembly) &&
                    MTIACompress::compress(Short, Copy, getSTI());
  Out.emitInstruction(Compressed ? Short : Copy, getSTI());
}

void MTIAAsmParser::emitLoadImm(MCRegister Dest, int64_t Value, MCStreamer &Out, SMLoc Loc) {
  MCRegister Source = MTIA::X0;
  std::optional<int64_t> Upper;
  MTIAMatInt::InstSeq Seq = MTIAMatInt::generateInstSeq(Value, getSTI());
  // As stock llvm-mc has it: of equal sequences the one whose instructions have short forms, though
  // C may be off; addiw only where the sum has to wrap.
  int Zeros = Value ? llvm::countr_zero(uint64_t(Value)) : 0;
  if (Seq.size() == 2 && Zeros && Zeros < 12 && isInt<6>(Value >> Zeros))
    Seq = {{MTIA::ADDI, Value >> Zeros}, {MTIA::SLLI, Zeros}};
  for (MTIAMatInt::Inst I : Seq) {
    if (I.Opcode == MTIA::ADDIW && Upper && isInt<32>(*Upper + I.Imm))
      I.Opcode = MTIA::ADDI;
    Upper = I.Opcode == MTIA::LUI ? std::optional(SignExtend64<32>(I.Imm << 12)) : std::nullopt;
    emit(Out, MTIAMatInt::getMCInst(I, Dest, Source), Loc);
    Source = Dest;
  }
}

// label: auipc tmp, %hi-specifier(symbol); op dest, %pcrel_lo(label)(tmp)
void MTIAAsmParser::emitAuipcPair(MCRegister Dest, MCRegister Tmp, const MCExpr *Symbol,
                                  MTIA::Specifier Hi, unsigned SecondOpcode, MCStreamer &Out,
                                  SMLoc Loc) {
  MCContext &Ctx = getContext();
  MCSymbol *Label = Ctx.createNamedTempSymbol("pcrel_hi");
  Out.emitLabel(Label);
  emit(
      Out,
      MCInstBuilder(MTIA::AUIPC).addReg(Tmp).addExpr(MCSpecifierExpr::create(Symbol, Hi, Ctx, Loc)),
      Loc);
  const MCExpr *Lo =
      MCSpecifierExpr::create(MCSymbolRefExpr::create(Label, Ctx), MTIA::S_PCREL_LO, Ctx, Loc);
  emit(Out, MCInstBuilder(SecondOpcode).addReg(Dest).addReg(Tmp).addExpr(Lo), Loc);
}

void MTIAAsmParser::emitExtend(MCInst &Inst, unsigned Bits, bool Signed, MCStreamer &Out) {
  MCRegister Dest = Inst.getOperand(0).getReg();
  MCRegister Source = Inst.getOperand(1).getReg();
  emit(Out, MCInstBuilder(MTIA::SLLI).addReg(Dest).addReg(Source).addImm(64 - Bits), Inst.getLoc());
  emit(Out,
       MCInstBuilder(Signed ? MTIA::SRAI : MTIA::SRLI).addReg(Dest).addReg(Dest).addImm(64 - Bits),
       Inst.getLoc());
}

bool MTIAAsmParser::processInstruction(MCInst &Inst, SMLoc IDLoc, OperandVector &Operands,
                                       MCStreamer &Out) {
  auto Reg = [&](unsigned I) { return Inst.getOperand(I).getReg(); };
  auto Expr = [&](unsigned I) { return Inst.getOperand(I).getExpr(); };
  // lla, loads: the scratch register is the destination.
  auto Pair = [&](MTIA::Specifier Hi, unsigned Opcode) {
    emitAuipcPair(Reg(0), Reg(0), Expr(1), Hi, Opcode, Out, IDLoc);
    return false;
  };
  auto Store = [&](unsigned Opcode) {
    emitAuipcPair(Reg(1), Reg(0), Expr(2), MTIA::S_PCREL_HI, Opcode, Out, IDLoc);
    return false;
  };

  auto FPLoad = [&](unsigned Opcode) {
    emitAuipcPair(Reg(1), Reg(0), Expr(2), MTIA::S_PCREL_HI, Opcode, Out, IDLoc);
    return false;
  };

  switch (Inst.getOpcode()) {
  default:
    break;
  case MTIA::PseudoLI:
  case MTIA::PseudoLAImm:
  case MTIA::PseudoLLAImm: {
    const MCOperand &Value = Inst.getOperand(1);
    if (Value.isImm())
      emitLoadImm(Reg(0), Value.getImm(), Out, IDLoc);
    else // %lo(symbol)
      emit(Out, MCInstBuilder(MTIA::ADDI).addReg(Reg(0)).addReg(MTIA::X0).addOperand(Value), IDLoc);
    return false;
  }
  case MTIA::PseudoLLA:
    return Pair(MTIA::S_PCREL_HI, MTIA::ADDI);
  case MTIA::PseudoLGA:
    return Pair(MTIA::S_GOT_HI, MTIA::LD);
  case MTIA::PseudoLA:
    return Opts.PIC ? Pair(MTIA::S_GOT_HI, MTIA::LD) : Pair(MTIA::S_PCREL_HI, MTIA::ADDI);
  case MTIA::PseudoLA_TLS_IE:
    return Pair(MTIA::S_TLS_GOT_HI, MTIA::LD);
  case MTIA::PseudoLA_TLS_GD:
    return Pair(MTIA::S_TLS_GD_HI, MTIA::ADDI);
  case MTIA::PseudoLB:
    return Pair(MTIA::S_PCREL_HI, MTIA::LB);
  case MTIA::PseudoLBU:
    return Pair(MTIA::S_PCREL_HI, MTIA::LBU);
  case MTIA::PseudoLH:
    return Pair(MTIA::S_PCREL_HI, MTIA::LH);
  case MTIA::PseudoLHU:
    return Pair(MTIA::S_PCREL_HI, MTIA::LHU);
  case MTIA::PseudoLW:
    return Pair(MTIA::S_PCREL_HI, MTIA::LW);
  case MTIA::PseudoLWU:
    return Pair(MTIA::S_PCREL_HI, MTIA::LWU);
  case MTIA::PseudoLD:
    return Pair(MTIA::S_PCREL_HI, MTIA::LD);
  case MTIA::PseudoSB:
    return Store(MTIA::SB);
  case MTIA::PseudoSH:
    return Store(MTIA::SH);
  case MTIA::PseudoSW:
    return Store(MTIA::SW);
  case MTIA::PseudoSD:
    return Store(MTIA::SD);
  case MTIA::PseudoFLH:
    return FPLoad(MTIA::FLH);
  case MTIA::PseudoFLW:
    return FPLoad(MTIA::FLW);
  case MTIA::PseudoFLD:
    return FPLoad(MTIA::FLD);
  case MTIA::PseudoFSH:
    return Store(MTIA::FSH);
  case MTIA::PseudoFSW:
    return Store(MTIA::FSW);
  case MTIA::PseudoFSD:
    return Store(MTIA::FSD);
  case MTIA::PseudoSEXT_B:
    emitExtend(Inst, 8, /*Signed=*/true, Out);
    return false;
  case MTIA::PseudoSEXT_H:
    emitExtend(Inst, 16, /*Signed=*/true, Out);
    return false;
  case MTIA::PseudoZEXT_H:
    emitExtend(Inst, 16, /*Signed=*/false, Out);
    return false;
  case MTIA::PseudoZEXT_W:
    emitExtend(Inst, 32, /*Signed=*/false, Out);
    return false;
  case MTIA::PseudoAddTPRel:
    if (Reg(2) != MTIA::X4)
      return Error(Operands[3]->getStartLoc(), "the second input operand must be tp/x4 when using "
                                               "%tprel_add specifier");
    break;
  }
  if (MTIAVector::isTemporaryDestination(Inst))
    return Error(Operands.back()->getStartLoc(),
                 "the temporary vector register cannot be the same as the destination register");
  if (MTIAVector::expandCompare(Inst, [&](const MCInst &Part) { emit(Out, Part, IDLoc); }))
    return false;
  if (const char *Text = MTIAVector::checkDestination(Inst, MII.get(Inst.getOpcode())))
    return Error(Operands[1]->getStartLoc(), Text);
  emit(Out, Inst, IDLoc);
  return false;
}

//===----------------------------------------------------------------------===//
// Directives
//===----------------------------------------------------------------------===//

ParseStatus MTIAAsmParser::parseDirective(AsmToken DirectiveID) {
  StringRef Name = DirectiveID.getString();
  if (Name == ".option")
    return parseDirectiveOption();
  if (Name == ".attribute")
    return parseDirectiveAttribute();
  if (Name == ".insn")
    return parseDirectiveInsn(DirectiveID.getLoc());
  if (Name == ".variant_cc")
    return parseDirectiveVariantCC();
  if (Name == ".dtprelword" || Name == ".dtpreldword")
    return parseDirectiveDTPRel(Name == ".dtprelword" ? 4 : 8);
  return ParseStatus::NoMatch;
}

// .variant_cc symbol: a function that doesn't keep to the standard calling convention.
bool MTIAAsmParser::parseDirectiveVariantCC() {
  StringRef Name;
  if (getParser().parseIdentifier(Name))
    return TokError("expected symbol name");
  if (getParser().parseEOL())
    return true;
  getTargetStreamer().emitVariantCC(*getContext().getOrCreateSymbol(Name));
  return false;
}

// Offsets within a module's thread-local storage, for debuggers.
bool MTIAAsmParser::parseDirectiveDTPRel(unsigned Size) {
  return getParser().parseMany([&] {
    const MCExpr *Value;
    SMLoc Loc = getLoc();
    if (getParser().parseExpression(Value))
      return true;
    getTargetStreamer().emitDTPRel(*Value, Size, Loc);
    return false;
  });
}

bool MTIAAsmParser::parseDataExpr(const MCExpr *&Res) {
  SMLoc End;
  if (getLexer().is(AsmToken::Percent))
    return parseSpecifier(Res, End);
  return getParser().parseExpression(Res, End);
}

void MTIAAsmParser::setFeatures(const FeatureBitset &Bits) {
  copySTI().setFeatureBits(Bits);
  setAvailableFeatures(ComputeAvailableFeatures(Bits));
  getTargetStreamer().setFlagsFromFeatures(getSTI());
}

bool MTIAAsmParser::parseDirectiveOption() {
  MCAsmParser &Parser = getParser();
  SMLoc Loc = getLoc();
  StringRef Option;
  if (Parser.parseIdentifier(Option))
    return Error(Loc, "unexpected token, expected identifier");

  if (Option == "arch")
    return parseDirectiveOptionArch();

  enum { Push, Pop, Pic, NoPic, RVC, NoRVC, Exact, NoExact, Relax, NoRelax, Unknown };
  int Kind = StringSwitch<int>(Option)
                 .Case("push", Push)
                 .Case("pop", Pop)
                 .Case("pic", Pic)
                 .Case("nopic", NoPic)
                 .Case("rvc", RVC)
                 .Case("norvc", NoRVC)
                 .Case("exact", Exact)
                 .Case("noexact", NoExact)
                 .Case("relax", Relax)
                 .Case("norelax", NoRelax)
                 .Default(Unknown);
  if (Kind == Unknown) {
    Warning(Loc, "unknown option, expected 'push', 'pop', 'rvc', 'norvc', "
                 "'arch', 'relax', 'norelax', 'exact', 'noexact', 'pic' or "
                 "'nopic'");
    Parser.eatToEndOfStatement();
    return false;
  }
  if (Parser.parseEOL())
    return true;
  switch (Kind) {
  case Push:
    Stack.push_back({getSTI().getFeatureBits(), Opts});
    break;
  case Pop:
    if (Stack.empty())
      return Error(Loc, ".option pop with no .option push");
    setFeatures(Stack.back().first);
    Opts = Stack.back().second;
    Stack.pop_back();
    break;
  case Pic:
    Opts.PIC = true;
    break;
  case NoPic:
    Opts.PIC = false;
    break;
  case RVC:
    setFeatures(FeatureBitset(getSTI().getFeatureBits())
                    .set(MTIA::FeatureStdExtC)
                    .set(MTIA::FeatureStdExtZca));
    break;
  case NoRVC:
    setFeatures(FeatureBitset(getSTI().getFeatureBits())
                    .reset(MTIA::FeatureStdExtC)
                    .reset(MTIA::FeatureStdExtZca)
                    .reset(MTIA::FeatureStdExtZcd));
    break;
  case Relax:
    setFeatures(FeatureBitset(getSTI().getFeatureBits()).set(MTIA::FeatureRelax));
    break;
  case NoRelax:
    setFeatures(FeatureBitset(getSTI().getFeatureBits()).reset(MTIA::FeatureRelax));
    break;
  case Exact:
    setFeatures(FeatureBitset(getSTI().getFeatureBits()).set(MTIA::FeatureExactAssembly));
    break;
  case NoExact:
    setFeatures(FeatureBitset(getSTI().getFeatureBits()).reset(MTIA::FeatureExactAssembly));
    break;
  }
  getTargetStreamer().emitOption(Option);
  return false;
}

// A feature with everything that it implies.
FeatureBitset MTIAAsmParser::closure(const SubtargetFeatureKV &Feature) const {
  FeatureBitset Bits = Feature.Implies.getAsBitset();
  Bits.set(Feature.Value);
  for (const SubtargetFeatureKV &Other : getSTI().getAllProcessorFeatures())
    if (Feature.Implies.getAsBitset()[Other.Value])
      Bits |= closure(Other);
  return Bits;
}

// .option arch, rv64im | .option arch, +m, -zicbom, ...
bool MTIAAsmParser::parseDirectiveOptionArch() {
  MCAsmParser &Parser = getParser();
  std::string Text = "arch";
  if (Parser.parseComma())
    return true;
  do {
    SMLoc Loc = getLoc();
    bool Plus = getLexer().is(AsmToken::Plus);
    bool Minus = getLexer().is(AsmToken::Minus);
    if (Plus || Minus)
      Lex();
    SMLoc NameLoc = getLoc();
    StringRef Name;
    if (Parser.parseIdentifier(Name))
      return Error(NameLoc, "unexpected token, expected identifier");
    Text += (Plus ? ", +" : Minus ? ", -" : ", ") + Name.str();
    if (!Plus && !Minus) {
      if (setArch(Name, Loc))
        return true;
      continue;
    }
    const auto *Feature = find_if(getSTI().getAllProcessorFeatures(),
                                  [&](const SubtargetFeatureKV &F) { return Name == F.Key; });
    if (Feature == getSTI().getAllProcessorFeatures().end())
      return Error(NameLoc, "unknown extension feature");
    if (Minus && Feature->Value == MTIA::FeatureStdExtI)
      return Error(NameLoc, "the base instruction set can't be switched off");
    // On with all that it implies; off only if nothing that is on implies it.
    FeatureBitset Bits = getSTI().getFeatureBits();
    for (const SubtargetFeatureKV &Other : getSTI().getAllProcessorFeatures())
      if (Minus && Bits[Other.Value] && Other.Implies.getAsBitset()[Feature->Value])
        return Error(NameLoc, "can't disable " + Name + " extension; " + Other.Key +
                                  " extension requires " + Name + " extension");
    setFeatures(Plus ? Bits | closure(*Feature) : Bits.reset(Feature->Value));
  } while (parseOptionalToken(AsmToken::Comma));
  if (Parser.parseEOL())
    return true;
  getTargetStreamer().emitOption(Text);
  return false;
}

// Exactly the extensions of an architecture string such as "rv64i2p1_m2p0".
bool MTIAAsmParser::setArch(StringRef Arch, SMLoc Loc) {
  // RISCVISAInfo doesn't know our extension.
  bool Xmtia = false;
  std::string Rest;
  for (StringRef Part : llvm::split(Arch, '_')) {
    if (Part.take_until([](char C) { return C >= '0' && C <= '9'; }) == "xmtia") {
      Xmtia = true;
      continue;
    }
    Rest += (Rest.empty() ? "" : "_") + Part.str();
  }
  auto Info = RISCVISAInfo::parseArchString(Rest, /*EnableExperimental=*/true);
  if (!Info)
    return Error(Loc, "invalid arch name '" + Arch + "', " + toString(Info.takeError()));
  if ((*Info)->getXLen() != 64)
    return Error(Loc, "invalid arch name '" + Arch + "', the cores have 64-bit registers");
  // What is no extension (relax, exact, reserved registers) stays as it is.
  FeatureBitset Bits = getSTI().getFeatureBits();
  for (const SubtargetFeatureKV &Feature : getSTI().getAllProcessorFeatures())
    if (RISCVISAInfo::isSupportedExtensionFeature(Feature.Key))
      Bits.reset(Feature.Value);
  Bits.reset(MTIA::FeatureVendorXmtia);
  if (Xmtia)
    Bits.set(MTIA::FeatureVendorXmtia);
  for (const std::string &Name : (*Info)->toFeatures())
    for (const SubtargetFeatureKV &Feature : getSTI().getAllProcessorFeatures())
      if (StringRef(Name).drop_front() == Feature.Key)
        Bits.set(Feature.Value);
  setFeatures(Bits);
  return false;
}

// .attribute tag, value; the tag by name or number.
bool MTIAAsmParser::parseDirectiveAttribute() {
  MCAsmParser &Parser = getParser();
  SMLoc TagLoc = getLoc();
  int64_t Tag;
  if (getLexer().is(AsmToken::Identifier)) {
    StringRef Name = getLexer().getTok().getIdentifier();
    auto Found = ELFAttrs::attrTypeFromString(Name, RISCVAttrs::getRISCVAttributeTags());
    if (!Found)
      return Error(TagLoc, "attribute name not recognised: " + Name);
    Tag = *Found;
    Lex();
  } else {
    const MCExpr *Expr;
    if (Parser.parseExpression(Expr))
      return true;
    if (!Expr->evaluateAsAbsolute(Tag) || Tag < 0 || Tag > INT32_MAX)
      return Error(TagLoc, "expected numeric constant");
  }
  if (Parser.parseComma())
    return true;

  SMLoc ValueLoc = getLoc();
  // Odd tags take text, even ones numbers.
  if (Tag % 2) {
    std::string Text;
    if (getLexer().isNot(AsmToken::String))
      return Error(ValueLoc, "expected string constant");
    Text = getLexer().getTok().getStringContents().str();
    Lex();
    if (Parser.parseEOL())
      return true;
    if (Tag == RISCVAttrs::ARCH) {
      if (setArch(Text, ValueLoc))
        return true;
      Text = MTIAAttrs::getArchString(getSTI());
    }
    getTargetStreamer().emitTextAttribute(Tag, Text);
    return false;
  }
  int64_t Value;
  const MCExpr *Expr;
  if (Parser.parseExpression(Expr))
    return true;
  if (!Expr->evaluateAsAbsolute(Value))
    return Error(ValueLoc, "expected numeric constant");
  if (Parser.parseEOL())
    return true;
  getTargetStreamer().emitAttribute(Tag, Value);
  return false;
}

//===----------------------------------------------------------------------===//
// .insn: an instruction by its fields
//===----------------------------------------------------------------------===//

// Compressed: a field of three bits.
bool MTIAAsmParser::parseInsnRegister(MCInst &Inst, bool Compressed) {
  MCRegister Reg;
  SMLoc Start, End;
  if (!tryParseRegister(Reg, Start, End).isSuccess())
    return Error(Start, "expected register");
  if (Compressed && getContext().getRegisterInfo()->getEncodingValue(Reg) / 8 != 1)
    return Error(Start, "register must be one of x8 to x15 or f8 to f15");
  Inst.addOperand(MCOperand::createReg(Reg));
  return false;
}

bool MTIAAsmParser::parseInsnField(MCInst &Inst, unsigned Bits, StringRef What) {
  SMLoc Loc = getLoc();
  const MCExpr *Expr;
  int64_t Value;
  if (getParser().parseExpression(Expr))
    return true;
  if (!Expr->evaluateAsAbsolute(Value) || !isUIntN(Bits, Value))
    return Error(Loc, What + " must be an integer in the range [0, " + Twine(maxUIntN(Bits)) + "]");
  Inst.addOperand(MCOperand::createImm(Value));
  return false;
}

bool MTIAAsmParser::parseInsnOpcode(MCInst &Inst, bool Compressed) {
  SMLoc Loc = getLoc();
  if (getLexer().is(AsmToken::Identifier)) {
    // The manual's names, table "RISC-V base opcode map".
    int Value = StringSwitch<int>(getLexer().getTok().getIdentifier())
                    .Case("LOAD", 0x03)
                    .Case("LOAD_FP", 0x07)
                    .Case("CUSTOM_0", 0x0B)
                    .Case("MISC_MEM", 0x0F)
                    .Case("OP_IMM", 0x13)
                    .Case("AUIPC", 0x17)
                    .Case("OP_IMM_32", 0x1B)
                    .Case("STORE", 0x23)
                    .Case("STORE_FP", 0x27)
                    .Case("CUSTOM_1", 0x2B)
                    .Case("AMO", 0x2F)
                    .Case("OP", 0x33)
                    .Case("LUI", 0x37)
                    .Case("OP_32", 0x3B)
                    .Case("MADD", 0x43)
                    .Case("MSUB", 0x47)
                    .Case("NMSUB", 0x4B)
                    .Case("NMADD", 0x4F)
                    .Case("OP_FP", 0x53)
                    .Case("OP_V", 0x57)
                    .Case("CUSTOM_2", 0x5B)
                    .Case("BRANCH", 0x63)
                    .Case("JALR", 0x67)
                    .Case("JAL", 0x6F)
                    .Case("SYSTEM", 0x73)
                    .Case("OP_VE", 0x77)
                    .Case("CUSTOM_3", 0x7B)
                    .Case("C0", 0)
                    .Case("C1", 1)
                    .Case("C2", 2)
                    .Default(-1);
    if (Value >= 0 && Compressed == (Value < 3)) {
      Lex();
      Inst.addOperand(MCOperand::createImm(Value));
      return false;
    }
  }
  if (parseInsnField(Inst, Compressed ? 2 : 7, "opcode"))
    return true;
  bool IsC = (Inst.getOperand(Inst.getNumOperands() - 1).getImm() & 3) != 3;
  if (IsC != Compressed)
    return Error(Loc, Compressed ? "opcode of a compressed format must be 0, 1 or 2"
                                 : "opcode of a 32-bit format must end in the bits 11");
  return false;
}

bool MTIAAsmParser::parseInsnImmediate(MCInst &Inst, StringRef What,
                                       function_ref<bool(const MTIAOperand &)> IsValid) {
  SMLoc Loc = getLoc();
  SmallVector<std::unique_ptr<MCParsedAsmOperand>, 1> Parsed;
  ParseStatus Status = parseImmediate(Parsed);
  if (Status.isFailure())
    return true;
  if (!Status.isSuccess() || !IsValid(static_cast<MTIAOperand &>(*Parsed[0])))
    return Error(Loc, What);
  static_cast<MTIAOperand &>(*Parsed[0]).addImmOperands(Inst, 1);
  return false;
}

// imm(rs1) or (rs1). In the MCInst the offset is before the register, as it is written.
bool MTIAAsmParser::parseInsnMemory(MCInst &Inst, bool Compressed) {
  AsmToken Next = getLexer().is(AsmToken::LParen) ? getLexer().peekTok() : AsmToken();
  if (Next.is(AsmToken::Identifier) && matchRegister(Next.getString()))
    Inst.addOperand(MCOperand::createImm(0));
  else if (Compressed ? parseInsnField(Inst, 5, "immediate")
                      : parseInsnImmediate(Inst, getMatchKindDiag(Match_SImm12),
                                           [](const MTIAOperand &Op) { return Op.isSImm12(); }))
    return true;
  return getParser().parseToken(AsmToken::LParen, "expected '('") ||
         parseInsnRegister(Inst, Compressed) || getParser().parseRParen();
}

// .insn [length,] word
bool MTIAAsmParser::parseInsnWord(MCInst &Inst) {
  MCAsmParser &Parser = getParser();
  SMLoc Loc = getLoc(), LengthLoc = Loc;
  int64_t Value, Given = 0;
  if (Parser.parseAbsoluteExpression(Value))
    return true;
  if (parseOptionalToken(AsmToken::Comma)) {
    Given = Value;
    Loc = getLoc();
    if (Parser.parseAbsoluteExpression(Value))
      return true;
  }
  // The manual's "Base Instruction-Length Encoding". The longer ones must be asked for.
  unsigned Length = (Value & 3) != 3                   ? 2
                    : !Given || (Value & 0x1F) != 0x1F ? 4
                    : (Value & 0x3F) == 0x1F           ? 6
                    : (Value & 0x7F) == 0x3F           ? 8
                                                       : 0;
  if (!Length)
    return Error(Loc, "instructions of more than 8 bytes are not supported");
  if (Given && Given != Length)
    return Error(LengthLoc,
                 "the word's low bits say that the instruction has " + Twine(Length) + " bytes");
  if (Length != 8 && !isUIntN(8 * Length, Value))
    return Error(Loc, "instruction must be an integer of " + Twine(8 * Length) + " bits");
  Inst.setOpcode(Length == 2   ? MTIA::Insn16
                 : Length == 4 ? MTIA::Insn32
                 : Length == 6 ? MTIA::Insn48
                               : MTIA::Insn64);
  if (Length == 2 && !MTIACompress::hasCompressed(getSTI()))
    return Error(Loc, "a compressed instruction needs the extension 'c'");
  Inst.addOperand(MCOperand::createImm(Value));
  return false;
}

// The operands behind the opcode, in the order in which they are written. r: register,
// c: one of x8 to x15 or f8 to f15; digits: a field of so many bits; the rest is below.
static constexpr struct {
  StringLiteral Name;
  unsigned Opcode;
  StringLiteral Operands;
} InsnFormats[] = {
    {"r", MTIA::InsnR, "37rrr+"},  {"r4", MTIA::InsnR4, "32rrrr"}, {"i", MTIA::InsnI, "3ri"},
    {"s", MTIA::InsnS, "3rm"},     {"b", MTIA::InsnB, "3rrb"},     {"sb", MTIA::InsnB, "3rrb"},
    {"u", MTIA::InsnU, "ru"},      {"j", MTIA::InsnJ, "rj"},       {"uj", MTIA::InsnJ, "rj"},
    {"cr", MTIA::InsnCR, "4rr"},   {"ci", MTIA::InsnCI, "3rI"},    {"ciw", MTIA::InsnCIW, "3c8"},
    {"css", MTIA::InsnCSS, "3r6"}, {"cl", MTIA::InsnCL, "3cM"},    {"cs", MTIA::InsnCS, "3cM"},
    {"ca", MTIA::InsnCA, "62cc"},  {"cb", MTIA::InsnCB, "3cB"},    {"cj", MTIA::InsnCJ, "3J"},
};

bool MTIAAsmParser::parseDirectiveInsn(SMLoc Loc) {
  MCAsmParser &Parser = getParser();
  MCInst Inst;
  Inst.setLoc(Loc);
  auto Finish = [&] {
    if (Parser.parseEOL())
      return true;
    // As it is written: not through emit(), which might choose another encoding.
    Parser.getStreamer().emitInstruction(Inst, getSTI());
    return false;
  };
  if (getLexer().isNot(AsmToken::Identifier))
    return parseInsnWord(Inst) || Finish();

  SMLoc FormatLoc = getLoc();
  StringRef Name = getLexer().getTok().getIdentifier();
  const auto *Format = find_if(InsnFormats, [&](const auto &F) { return F.Name == Name; });
  if (Format == std::end(InsnFormats)) {
    std::string Names;
    for (const auto &F : InsnFormats)
      Names += (Names.empty() ? "'" : ", '") + F.Name.str() + "'";
    return Error(FormatLoc, "invalid instruction format, expected one of " + Names);
  }
  Lex();
  Inst.setOpcode(Format->Opcode);
  bool Compressed = MII.get(Format->Opcode).getSize() == 2;
  if (Compressed && !MTIACompress::hasCompressed(getSTI()))
    return Error(FormatLoc, "a compressed format needs the extension 'c'");
  if (parseInsnOpcode(Inst, Compressed))
    return true;

  auto Immediate = [&](unsigned Diag, function_ref<bool(const MTIAOperand &)> IsValid) {
    return parseInsnImmediate(Inst, getMatchKindDiag(static_cast<MTIAMatchResultTy>(Diag)),
                              IsValid);
  };
  for (char Kind : Format->Operands) {
    bool Failed;
    if (Kind == '+') { // with a fourth register the format is r4
      if (!parseOptionalToken(AsmToken::Comma))
        break;
      Inst.setOpcode(MTIA::InsnR4);
      if (!isUInt<2>(Inst.getOperand(2).getImm()))
        return Error(FormatLoc, "funct2 must be an integer in the range [0, 3]");
      if (parseInsnRegister(Inst))
        return true;
      break;
    }
    if (Parser.parseComma())
      return true;
    switch (Kind) {
    case 'r':
    case 'c':
      Failed = parseInsnRegister(Inst, Kind == 'c');
      break;
    case 'm':
    case 'M':
      Failed = parseInsnMemory(Inst, Kind == 'M');
      break;
    case 'i': { // rs1, imm or imm(rs1)
      MCRegister Reg;
      SMLoc Start, End;
      if (!tryParseRegister(Reg, Start, End).isSuccess()) {
        Failed = parseInsnMemory(Inst, false);
        break;
      }
      Failed = Parser.parseComma() ||
               Immediate(Match_SImm12, [](const MTIAOperand &Op) { return Op.isSImm12(); });
      Inst.addOperand(MCOperand::createReg(Reg));
      break;
    }
    case 'u':
      Failed = Immediate(Match_UImm20LUI, [](const MTIAOperand &Op) {
        return Op.isUImm20LUI() || Op.isUImm20AUIPC();
      });
      break;
    case 'b':
      Failed = Immediate(Match_BareSImm13Lsb0,
                         [](const MTIAOperand &Op) { return Op.isBranchTarget<13>(); });
      break;
    case 'j':
      Failed = Immediate(Match_SImm21Lsb0JAL,
                         [](const MTIAOperand &Op) { return Op.isBranchTarget<21>(); });
      break;
    case 'I':
      Failed =
          Immediate(Match_SImm6, [](const MTIAOperand &Op) { return Op.isImmInRange<-32, 31>(); });
      break;
    case 'B':
      Failed = Immediate(Match_BareSImm9Lsb0,
                         [](const MTIAOperand &Op) { return Op.isBranchTarget<9>(); });
      break;
    case 'J':
      Failed = Immediate(Match_BareSImm12Lsb0,
                         [](const MTIAOperand &Op) { return Op.isBranchTarget<12>(); });
      break;
    default: {
      // css and ciw end in an immediate; elsewhere numbers come before the registers.
      unsigned Bits = Kind - '0';
      bool IsImmediate = Inst.getOperand(Inst.getNumOperands() - 1).isReg();
      Failed = parseInsnField(
          Inst, Bits, IsImmediate ? std::string("immediate") : "funct" + std::to_string(Bits));
      break;
    }
    }
    if (Failed)
      return true;
  }
  return Finish();
}

static MCTargetAsmParser *createMTIAAsmParser(const MCSubtargetInfo &STI, MCAsmParser &P,
                                              const MCInstrInfo &MII,
                                              const MCTargetOptions &Options) {
  return new MTIAAsmParser(STI, P, MII, Options);
}

extern "C" void LLVMInitializeMTIAAsmParser() {
  TargetRegistry::RegisterMCAsmParser(getTheMTIATarget(), createMTIAAsmParser);
}
