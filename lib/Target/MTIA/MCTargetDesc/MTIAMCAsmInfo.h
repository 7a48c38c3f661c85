//===-- MTIAMCAsmInfo.h - Assembly syntax -----------------------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAMCASMINFO_H
#define LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAMCASMINFO_H

#include "llvm/ADT/StringRef.h"
#include "llvm/MC/MCAsmInfoELF.h"

namespace llvm {
class Triple;

class MTIAMCAsmInfo : public MCAsmInfoELF {
public:
  explicit MTIAMCAsmInfo(const Triple &TT);

  void printSpecifierExpr(raw_ostream &OS, const MCSpecifierExpr &Expr) const override;
  const MCExpr *getExprForFDESymbol(const MCSymbol *Sym, unsigned Encoding,
                                    MCStreamer &Streamer) const override;
};

namespace MTIA {
// How an expression refers to its symbol: the %name(...) of assembly, kept in
// an MCSpecifierExpr.
enum Specifier : uint16_t {
  S_None = 0,
  S_LO,
  S_HI,
  S_PCREL_LO,
  S_PCREL_HI,
  S_GOT_HI,
  S_TPREL_LO,
  S_TPREL_HI,
  S_TPREL_ADD,
  S_TLS_GOT_HI,
  S_TLS_GD_HI,
  S_PLTPCREL,
  S_GOTPCREL,
  S_CALL_PLT, // printed as the bare symbol
  S_32_PCREL, // addresses in unwind tables
  S_DTPREL,   // .dtprelword, .dtpreldword
};

// S_None for an unknown name.
Specifier parseSpecifierName(StringRef Name);
StringRef getSpecifierName(unsigned S);
} // namespace MTIA

} // namespace llvm

#endif
