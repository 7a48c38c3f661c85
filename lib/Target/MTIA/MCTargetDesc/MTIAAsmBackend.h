//===-- MTIAAsmBackend.h - Layout, fixups, relaxation -----------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAASMBACKEND_H
#define LLVM_LIB_TARGET_MTIA_MCTARGETDESC_MTIAASMBACKEND_H

#include "MCTargetDesc/MTIAFixupKinds.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCTargetOptions.h"

namespace llvm {
class MCSpecifierExpr;

class MTIAAsmBackend : public MCAsmBackend {
  uint8_t OSABI;
  MCTargetOptions TargetOptions;

  // See isDistanceFixed().
  MCSymbol *PlaceOfFixup = nullptr;

  bool isDistanceFixed(const MCSymbol *Sym, const MCFragment &F);
  void addRelocations(const MCFragment &F, const MCFixup &Fixup, const MCValue &Target,
                      uint64_t &Value, bool IsResolved);
  bool addDifference(const MCFragment &F, const MCFixup &Fixup, const MCValue &Target,
                     uint64_t &Value);
  const MCFixup *findPCRelHi(const MCSpecifierExpr &Lo, const MCFragment *&HiFragment) const;

public:
  MTIAAsmBackend(uint8_t OSABI, const MCTargetOptions &Options)
      : MCAsmBackend(llvm::endianness::little), OSABI(OSABI), TargetOptions(Options) {}

  const MCTargetOptions &getTargetOptions() const { return TargetOptions; }

  std::unique_ptr<MCObjectTargetWriter> createObjectTargetWriter() const override;

  std::optional<MCFixupKind> getFixupKind(StringRef Name) const override;
  MCFixupKindInfo getFixupKindInfo(MCFixupKind Kind) const override;
  std::optional<bool> evaluateFixup(const MCFragment &F, MCFixup &Fixup, MCValue &Target,
                                    uint64_t &Value) override;
  void applyFixup(const MCFragment &F, const MCFixup &Fixup, const MCValue &Target, uint8_t *Data,
                  uint64_t Value, bool IsResolved) override;

  bool mayNeedRelaxation(unsigned Opcode, ArrayRef<MCOperand> Operands,
                         const MCSubtargetInfo &STI) const override;
  bool fixupNeedsRelaxationAdvanced(const MCFragment &F, const MCFixup &Fixup,
                                    const MCValue &Target, uint64_t Value,
                                    bool Resolved) const override;
  void relaxInstruction(MCInst &Inst, const MCSubtargetInfo &STI) const override;

  bool relaxAlign(MCFragment &F, unsigned &Size) override;
  bool relaxDwarfLineAddr(MCFragment &F) const override;
  bool relaxDwarfCFA(MCFragment &F) const override;
  std::pair<bool, bool> relaxLEB128(MCFragment &F, int64_t &Value) const override;

  void reset() override { PlaceOfFixup = nullptr; }

  unsigned getMaximumNopSize(const MCSubtargetInfo &STI) const override { return 4; }
  bool writeNopData(raw_ostream &OS, uint64_t Count, const MCSubtargetInfo *STI) const override;
};

} // namespace llvm

#endif
