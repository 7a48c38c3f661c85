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
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/MC/MCAssembler.h"
#include "llvm/MC/MCELFObjectWriter.h"
#include "llvm/MC/MCELFStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
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
