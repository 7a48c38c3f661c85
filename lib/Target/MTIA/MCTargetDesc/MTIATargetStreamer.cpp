//===-- MTIATargetStreamer.cpp - Target directives ------------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIATargetStreamer.h"
#include "MCTargetDesc/MTIAAsmBackend.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIACompress.h"
#include "MCTargetDesc/MTIAMCAsmInfo.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/MC/MCAssembler.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCELFObjectWriter.h"
#include "llvm/MC/MCELFStreamer.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCSymbolELF.h"
#include "llvm/Support/FormattedStream.h"
#include "llvm/Support/RISCVAttributes.h"

using namespace llvm;

void MTIATargetStreamer::emitTargetAttributes(const MCSubtargetInfo &STI, bool EmitStackAlign) {
  if (EmitStackAlign)
    emitAttribute(RISCVAttrs::STACK_ALIGN, MTIAAttrs::StackAlign);
  emitTextAttribute(RISCVAttrs::ARCH, MTIAAttrs::getArchString(STI));
}

void MTIATargetAsmStreamer::emitOption(StringRef Text) { OS << "\t.option\t" << Text << '\n'; }

void MTIATargetAsmStreamer::emitAttribute(unsigned Tag, unsigned Value) {
  OS << "\t.attribute\t" << Tag << ", " << Value << '\n';
}

void MTIATargetAsmStreamer::emitTextAttribute(unsigned Tag, StringRef Value) {
  OS << "\t.attribute\t" << Tag << ", \"" << Value << "\"\n";
}

void MTIATargetAsmStreamer::emitVariantCC(MCSymbol &Symbol) {
  OS << "\t.variant_cc\t" << Symbol.getName() << '\n';
}

void MTIATargetAsmStreamer::emitDTPRel(const MCExpr &Value, unsigned Size, SMLoc) {
  OS << (Size == 4 ? "\t.dtprelword\t" : "\t.dtpreldword\t");
  getContext().getAsmInfo()->printExpr(OS, Value);
  OS << '\n';
}

MTIATargetELFStreamer::MTIATargetELFStreamer(MCStreamer &S, const MCSubtargetInfo &STI)
    : MTIATargetStreamer(S) {
  const auto &MAB =
      static_cast<const MTIAAsmBackend &>(getELFStreamer().getAssembler().getBackend());
  TargetABI = MTIAABI::computeTargetABI(STI, MAB.getTargetOptions().getABIName());
  setFlagsFromFeatures(STI);
}

void MTIATargetELFStreamer::setFlagsFromFeatures(const MCSubtargetInfo &STI) {
  HasRVC = MTIACompress::hasCompressed(STI);
}

MCELFStreamer &MTIATargetELFStreamer::getELFStreamer() {
  return static_cast<MCELFStreamer &>(Streamer);
}

void MTIATargetELFStreamer::emitAttribute(unsigned Tag, unsigned Value) {
  getELFStreamer().setAttributeItem(Tag, Value, /*OverwriteExisting=*/true);
}

void MTIATargetELFStreamer::emitTextAttribute(unsigned Tag, StringRef Value) {
  getELFStreamer().setAttributeItem(Tag, Value, /*OverwriteExisting=*/true);
}

void MTIATargetELFStreamer::emitVariantCC(MCSymbol &Symbol) {
  getELFStreamer().getAssembler().registerSymbol(Symbol);
  static_cast<MCSymbolELF &>(Symbol).setOther(ELF::STO_RISCV_VARIANT_CC);
}

void MTIATargetELFStreamer::emitDTPRel(const MCExpr &Value, unsigned Size, SMLoc Loc) {
  Streamer.emitValue(MCSpecifierExpr::create(&Value, MTIA::S_DTPREL, Streamer.getContext(), Loc),
                     Size, Loc);
}

void MTIATargetELFStreamer::finishAttributeSection() {
  MCELFStreamer &S = getELFStreamer();
  if (!S.Contents.empty())
    S.emitAttributesSection("riscv", ".riscv.attributes", ELF::SHT_RISCV_ATTRIBUTES,
                            AttributeSection);
}

void MTIATargetELFStreamer::finish() {
  finishAttributeSection();
  unsigned Flags = HasRVC ? ELF::EF_RISCV_RVC : 0;
  switch (TargetABI) {
  case MTIAABI::ABI_LP64F:
    Flags |= ELF::EF_RISCV_FLOAT_ABI_SINGLE;
    break;
  case MTIAABI::ABI_LP64D:
    Flags |= ELF::EF_RISCV_FLOAT_ABI_DOUBLE;
    break;
  default:
    Flags |= ELF::EF_RISCV_FLOAT_ABI_SOFT;
    break;
  }
  getELFStreamer().getWriter().setELFHeaderEFlags(Flags);
}
