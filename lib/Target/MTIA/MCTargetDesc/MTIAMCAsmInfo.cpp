//===-- MTIAMCAsmInfo.cpp - Assembly syntax -------------------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCAsmInfo.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

MTIAMCAsmInfo::MTIAMCAsmInfo(const Triple &TT) {
  CodePointerSize = CalleeSaveStackSlotSize = 8;
  CommentString = "#";
  AlignmentIsInBytes = false;
  SupportsDebugInformation = true;
  ExceptionsType = ExceptionHandling::DwarfCFI;
  UseAtForSpecifier = false;
  Data16bitsDirective = "\t.half\t";
  Data32bitsDirective = "\t.word\t";
}

void MTIAMCAsmInfo::printSpecifierExpr(raw_ostream &OS, const MCSpecifierExpr &Expr) const {
  StringRef Name = MTIA::getSpecifierName(Expr.getSpecifier());
  if (Name.empty()) {
    printExpr(OS, *Expr.getSubExpr());
    return;
  }
  OS << '%' << Name << '(';
  printExpr(OS, *Expr.getSubExpr());
  OS << ')';
}

// A PC-relative word in .eh_frame gets one relocation of its own instead of an
// addition and a subtraction.
const MCExpr *MTIAMCAsmInfo::getExprForFDESymbol(const MCSymbol *Sym, unsigned Encoding,
                                                 MCStreamer &Streamer) const {
  if (!(Encoding & dwarf::DW_EH_PE_pcrel) || !(Encoding & dwarf::DW_EH_PE_sdata4))
    return MCAsmInfo::getExprForFDESymbol(Sym, Encoding, Streamer);
  MCContext &Ctx = Streamer.getContext();
  return MCSpecifierExpr::create(MCSymbolRefExpr::create(Sym, Ctx), MTIA::S_32_PCREL, Ctx);
}

static constexpr struct {
  StringLiteral Name;
  MTIA::Specifier Value;
} Specifiers[] = {
    {"lo", MTIA::S_LO},
    {"hi", MTIA::S_HI},
    {"pcrel_lo", MTIA::S_PCREL_LO},
    {"pcrel_hi", MTIA::S_PCREL_HI},
    {"got_pcrel_hi", MTIA::S_GOT_HI},
    {"tprel_lo", MTIA::S_TPREL_LO},
    {"tprel_hi", MTIA::S_TPREL_HI},
    {"tprel_add", MTIA::S_TPREL_ADD},
    {"tls_ie_pcrel_hi", MTIA::S_TLS_GOT_HI},
    {"tls_gd_pcrel_hi", MTIA::S_TLS_GD_HI},
    {"pltpcrel", MTIA::S_PLTPCREL},
    {"gotpcrel", MTIA::S_GOTPCREL},
};

MTIA::Specifier MTIA::parseSpecifierName(StringRef Name) {
  for (const auto &S : Specifiers)
    if (S.Name == Name)
      return S.Value;
  return S_None;
}

StringRef MTIA::getSpecifierName(unsigned Value) {
  for (const auto &S : Specifiers)
    if (S.Value == Value)
      return S.Name;
  return {};
}
