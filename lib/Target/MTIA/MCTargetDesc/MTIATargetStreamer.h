//===-- MTIATargetStreamer.h - Target directives ----------------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIATARGETSTREAMER_H
#define LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIATARGETSTREAMER_H

#include "MCTargetDesc/MTIAABI.h"
#include "llvm/MC/MCStreamer.h"

namespace llvm {
class MCELFStreamer;
class formatted_raw_ostream;

// Directives with which code for RISC-V describes itself. The base class ignores
// them: what a null streamer needs.
class MTIATargetStreamer : public MCTargetStreamer {
public:
  explicit MTIATargetStreamer(MCStreamer &S) : MCTargetStreamer(S) {}

  // `.option Text`; the effect on the subtarget is the parser's business.
  virtual void emitOption(StringRef Text) {}
  virtual void emitAttribute(unsigned Tag, unsigned Value) {}
  virtual void emitTextAttribute(unsigned Tag, StringRef Value) {}
  virtual void finishAttributeSection() {}
  virtual void emitVariantCC(MCSymbol &Symbol) {}
  // `.dtprelword` (Size 4) or `.dtpreldword` (8)
  virtual void emitDTPRel(const MCExpr &Value, unsigned Size, SMLoc Loc) {}
  // The calling convention, for the flags of an object file.
  virtual void setTargetABI(MTIAABI::ABI ABI) {}
  // What else the flags say, as of these features.
  virtual void setFlagsFromFeatures(const MCSubtargetInfo &STI) {}

  // Architecture of the whole object, and the stack alignment unless the object
  // comes from assembly text, which promises nothing about it.
  void emitTargetAttributes(const MCSubtargetInfo &STI, bool EmitStackAlign);
};

class MTIATargetAsmStreamer : public MTIATargetStreamer {
  formatted_raw_ostream &OS;

public:
  MTIATargetAsmStreamer(MCStreamer &S, formatted_raw_ostream &OS) : MTIATargetStreamer(S), OS(OS) {}

  void emitOption(StringRef Text) override;
  void emitAttribute(unsigned Tag, unsigned Value) override;
  void emitTextAttribute(unsigned Tag, StringRef Value) override;
  void emitVariantCC(MCSymbol &Symbol) override;
  void emitDTPRel(const MCExpr &Value, unsigned Size, SMLoc Loc) override;
};

class MTIATargetELFStreamer : public MTIATargetStreamer {
  MCSection *AttributeSection = nullptr;
  MTIAABI::ABI TargetABI;
  bool HasRVC;

  MCELFStreamer &getELFStreamer();

public:
  MTIATargetELFStreamer(MCStreamer &S, const MCSubtargetInfo &STI);

  void setTargetABI(MTIAABI::ABI ABI) override { TargetABI = ABI; }
  void setFlagsFromFeatures(const MCSubtargetInfo &STI) override;

  void emitAttribute(unsigned Tag, unsigned Value) override;
  void emitTextAttribute(unsigned Tag, StringRef Value) override;
  void emitVariantCC(MCSymbol &Symbol) override;
  void emitDTPRel(const MCExpr &Value, unsigned Size, SMLoc Loc) override;
  void finishAttributeSection() override;
  void finish() override;
};

} // namespace llvm

#endif
