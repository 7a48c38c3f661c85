//===-- MTIAELFStreamer.cpp - Object files --------------------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Mapping symbols of the RISC-V psABI: $x where instructions begin, $d where
// data do, so that a disassembler doesn't take tables for code.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAELFStreamer.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCELFStreamer.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCSymbolELF.h"

using namespace llvm;

namespace {

class MTIAELFStreamer : public MCELFStreamer {
  enum class Content { Unknown, Code, Data };
  Content Now = Content::Unknown;
  // What a section ended with when another one was begun.
  DenseMap<const MCSection *, Content> Left;

  void mark(Content What, StringRef Name) {
    if (Now == What)
      return;
    Now = What;
    auto *Symbol = static_cast<MCSymbolELF *>(getContext().createLocalSymbol(Name));
    emitLabel(Symbol);
    Symbol->setType(ELF::STT_NOTYPE);
    Symbol->setBinding(ELF::STB_LOCAL);
  }
  void markCode() { mark(Content::Code, "$x"); }
  void markData() { mark(Content::Data, "$d"); }

  void changeSection(MCSection *Section, uint32_t Subsection) override {
    Left[getPreviousSection().first] = Now;
    Now = Left.lookup(Section);
    MCELFStreamer::changeSection(Section, Subsection);
  }
  void emitInstruction(const MCInst &Inst, const MCSubtargetInfo &STI) override {
    markCode();
    MCELFStreamer::emitInstruction(Inst, STI);
  }
  void emitBytes(StringRef Data) override {
    markData();
    MCELFStreamer::emitBytes(Data);
  }
  void emitFill(const MCExpr &NumBytes, uint64_t FillValue, SMLoc Loc) override {
    markData();
    MCELFStreamer::emitFill(NumBytes, FillValue, Loc);
  }
  void emitValueImpl(const MCExpr *Value, unsigned Size, SMLoc Loc) override {
    markData();
    MCELFStreamer::emitValueImpl(Value, Size, Loc);
  }

public:
  using MCELFStreamer::MCELFStreamer;

  void reset() override {
    Left.clear();
    Now = Content::Unknown;
    MCELFStreamer::reset();
  }
};

} // namespace

MCStreamer *llvm::createMTIAELFStreamer(const Triple &, MCContext &Ctx,
                                        std::unique_ptr<MCAsmBackend> &&MAB,
                                        std::unique_ptr<MCObjectWriter> &&OW,
                                        std::unique_ptr<MCCodeEmitter> &&CE) {
  return new MTIAELFStreamer(Ctx, std::move(MAB), std::move(OW), std::move(CE));
}
