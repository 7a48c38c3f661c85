//===-- MTIAELFObjectWriter.cpp - Relocations -----------------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAFixupKinds.h"
#include "MCTargetDesc/MTIAMCAsmInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCELFObjectWriter.h"
#include "llvm/MC/MCFixup.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCSymbolELF.h"
#include "llvm/MC/MCValue.h"
#include "llvm/Support/ErrorHandling.h"

using namespace llvm;

namespace {

class MTIAELFObjectWriter : public MCELFObjectTargetWriter {
public:
  explicit MTIAELFObjectWriter(uint8_t OSABI)
      : MCELFObjectTargetWriter(/*Is64Bit=*/true, OSABI, ELF::EM_RISCV,
                                /*HasRelocationAddend=*/true) {}

  // A linker may relax code, so an offset into a section means nothing: name
  // the symbol.
  bool needsRelocateWithSymbol(const MCValue &, unsigned) const override { return true; }

protected:
  unsigned getRelocType(const MCFixup &Fixup, const MCValue &Target, bool IsPCRel) const override;
};

} // namespace

unsigned MTIAELFObjectWriter::getRelocType(const MCFixup &Fixup, const MCValue &Target,
                                           bool IsPCRel) const {
  unsigned Kind = Fixup.getKind();
  unsigned Spec = Target.getSpecifier();

  switch (Spec) {
  case MTIA::S_TPREL_HI:
  case MTIA::S_TLS_GOT_HI:
  case MTIA::S_TLS_GD_HI:
  case MTIA::S_DTPREL:
    if (const MCSymbol *S = Target.getAddSym())
      static_cast<MCSymbolELF *>(const_cast<MCSymbol *>(S))->setType(ELF::STT_TLS);
    if (Spec != MTIA::S_DTPREL)
      break;
    return Kind == FK_Data_4 ? ELF::R_RISCV_TLS_DTPREL32 : ELF::R_RISCV_TLS_DTPREL64;
  case MTIA::S_32_PCREL:
    return ELF::R_RISCV_32_PCREL;
  case MTIA::S_PLTPCREL:
  case MTIA::S_GOTPCREL:
    if (Kind == FK_Data_4)
      return Spec == MTIA::S_PLTPCREL ? ELF::R_RISCV_PLT32 : ELF::R_RISCV_GOT32_PCREL;
    reportError(Fixup.getLoc(), "%pltpcrel and %gotpcrel can only be used in a .word directive");
    return ELF::R_RISCV_NONE;
  default:
    break;
  }

  switch (Kind) {
  case FK_Data_1:
    reportError(Fixup.getLoc(), "1-byte data relocations not supported");
    return ELF::R_RISCV_NONE;
  case FK_Data_2:
    reportError(Fixup.getLoc(), "2-byte data relocations not supported");
    return ELF::R_RISCV_NONE;
  case FK_Data_4:
    return IsPCRel ? ELF::R_RISCV_32_PCREL : ELF::R_RISCV_32;
  case FK_Data_8:
    if (!IsPCRel)
      return ELF::R_RISCV_64;
    reportError(Fixup.getLoc(), "8-byte PC-relative relocations not supported");
    return ELF::R_RISCV_NONE;
  case MTIA::fixup_mtia_hi20:
    return ELF::R_RISCV_HI20;
  case MTIA::fixup_mtia_lo12_i:
    return ELF::R_RISCV_LO12_I;
  case MTIA::fixup_mtia_lo12_s:
    return ELF::R_RISCV_LO12_S;
  case MTIA::fixup_mtia_pcrel_hi20:
    return ELF::R_RISCV_PCREL_HI20;
  case MTIA::fixup_mtia_pcrel_lo12_i:
    return ELF::R_RISCV_PCREL_LO12_I;
  case MTIA::fixup_mtia_pcrel_lo12_s:
    return ELF::R_RISCV_PCREL_LO12_S;
  case MTIA::fixup_mtia_got_hi20:
    return ELF::R_RISCV_GOT_HI20;
  case MTIA::fixup_mtia_tprel_hi20:
    return ELF::R_RISCV_TPREL_HI20;
  case MTIA::fixup_mtia_tprel_lo12_i:
    return ELF::R_RISCV_TPREL_LO12_I;
  case MTIA::fixup_mtia_tprel_lo12_s:
    return ELF::R_RISCV_TPREL_LO12_S;
  case MTIA::fixup_mtia_tprel_add:
    return ELF::R_RISCV_TPREL_ADD;
  case MTIA::fixup_mtia_tls_got_hi20:
    return ELF::R_RISCV_TLS_GOT_HI20;
  case MTIA::fixup_mtia_tls_gd_hi20:
    return ELF::R_RISCV_TLS_GD_HI20;
  case MTIA::fixup_mtia_branch:
    return ELF::R_RISCV_BRANCH;
  case MTIA::fixup_mtia_jal:
    return ELF::R_RISCV_JAL;
  case MTIA::fixup_mtia_rvc_branch:
    return ELF::R_RISCV_RVC_BRANCH;
  case MTIA::fixup_mtia_rvc_jump:
    return ELF::R_RISCV_RVC_JUMP;
  case MTIA::fixup_mtia_call_plt:
    return ELF::R_RISCV_CALL_PLT;
  }
  if (mc::isRelocation(Kind))
    return Kind;
  reportError(Fixup.getLoc(), "no relocation exists for this operand");
  return ELF::R_RISCV_NONE;
}

std::unique_ptr<MCObjectTargetWriter> llvm::createMTIAELFObjectWriter(uint8_t OSABI) {
  return std::make_unique<MTIAELFObjectWriter>(OSABI);
}
