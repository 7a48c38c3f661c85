//===-- MTIAAsmBackend.cpp - Layout, fixups, relaxation -------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAAsmBackend.h"
#include "MCTargetDesc/MTIACompress.h"
#include "MCTargetDesc/MTIAMCAsmInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/MC/MCAssembler.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCELFObjectWriter.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCSymbolELF.h"
#include "llvm/MC/MCValue.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

std::unique_ptr<MCObjectTargetWriter> MTIAAsmBackend::createObjectTargetWriter() const {
  return createMTIAELFObjectWriter(OSABI);
}

//===----------------------------------------------------------------------===//
// Fixups
//===----------------------------------------------------------------------===//

std::optional<MCFixupKind> MTIAAsmBackend::getFixupKind(StringRef Name) const {
  unsigned Type = StringSwitch<unsigned>(Name)
#define ELF_RELOC(X, Y) .Case(#X, Y)
#include "llvm/BinaryFormat/ELFRelocs/RISCV.def"
#undef ELF_RELOC
                      .Case("BFD_RELOC_NONE", ELF::R_RISCV_NONE)
                      .Case("BFD_RELOC_32", ELF::R_RISCV_32)
                      .Case("BFD_RELOC_64", ELF::R_RISCV_64)
                      .Default(~0U);
  if (Type == ~0U)
    return std::nullopt;
  return static_cast<MCFixupKind>(FirstLiteralRelocationKind + Type);
}

MCFixupKindInfo MTIAAsmBackend::getFixupKindInfo(MCFixupKind Kind) const {
  // In the order of MTIA::Fixups. Name, first bit, number of bits, flags.
  static const MCFixupKindInfo Infos[] = {
      {"fixup_mtia_hi20", 12, 20, 0},         {"fixup_mtia_lo12_i", 20, 12, 0},
      {"fixup_mtia_lo12_s", 0, 32, 0},        {"fixup_mtia_pcrel_hi20", 12, 20, 0},
      {"fixup_mtia_pcrel_lo12_i", 20, 12, 0}, {"fixup_mtia_pcrel_lo12_s", 0, 32, 0},
      {"fixup_mtia_got_hi20", 12, 20, 0},     {"fixup_mtia_tprel_hi20", 12, 20, 0},
      {"fixup_mtia_tprel_lo12_i", 20, 12, 0}, {"fixup_mtia_tprel_lo12_s", 0, 32, 0},
      {"fixup_mtia_tprel_add", 0, 0, 0},      {"fixup_mtia_tls_got_hi20", 12, 20, 0},
      {"fixup_mtia_tls_gd_hi20", 12, 20, 0},  {"fixup_mtia_branch", 0, 32, 0},
      {"fixup_mtia_jal", 12, 20, 0},          {"fixup_mtia_rvc_branch", 0, 16, 0},
      {"fixup_mtia_rvc_jump", 2, 11, 0},      {"fixup_mtia_call_plt", 0, 64, 0},
  };
  static_assert(std::size(Infos) == MTIA::NumTargetFixupKinds, "a fixup without its description");
  if (mc::isRelocation(Kind))
    return {};
  if (Kind < FirstTargetFixupKind)
    return MCAsmBackend::getFixupKindInfo(Kind);
  return Infos[Kind - FirstTargetFixupKind];
}

// The %pcrel_hi (or GOT, TLS) fixup that a %pcrel_lo(label) belongs to: the one
// at the label.
const MCFixup *MTIAAsmBackend::findPCRelHi(const MCSpecifierExpr &Lo,
                                           const MCFragment *&HiFragment) const {
  MCValue Label;
  if (!Lo.getSubExpr()->evaluateAsRelocatable(Label, Asm) || !Label.getAddSym() ||
      Label.getConstant() != 0)
    return nullptr;
  const MCFragment *F = Label.getAddSym()->getFragment();
  if (!F || !F->getParent())
    return nullptr;
  uint64_t Offset = Label.getAddSym()->getOffset();
  // A label at the very end of a fragment names the next one's start.
  if (F->getContents().size() == Offset) {
    F = F->getNext();
    if (!F)
      return nullptr;
    Offset = 0;
  }
  for (const MCFixup &Fixup : F->getFixups()) {
    if (Fixup.getOffset() != Offset)
      continue;
    switch (Fixup.getKind()) {
    case MTIA::fixup_mtia_pcrel_hi20:
    case MTIA::fixup_mtia_got_hi20:
    case MTIA::fixup_mtia_tls_got_hi20:
    case MTIA::fixup_mtia_tls_gd_hi20:
      HiFragment = F;
      return &Fixup;
    }
  }
  return nullptr;
}

// A %pcrel_lo names the auipc, not the symbol; it is resolved exactly when the
// auipc's %pcrel_hi is, with the same distance.
std::optional<bool> MTIAAsmBackend::evaluateFixup(const MCFragment &F, MCFixup &Fixup,
                                                  MCValue &Target, uint64_t &Value) {
  if (Fixup.getKind() != MTIA::fixup_mtia_pcrel_lo12_i &&
      Fixup.getKind() != MTIA::fixup_mtia_pcrel_lo12_s)
    return std::nullopt;

  const MCFragment *HiFragment = nullptr;
  const MCFixup *Hi = findPCRelHi(cast<MCSpecifierExpr>(*Fixup.getValue()), HiFragment);
  if (!Hi) {
    getContext().reportError(
        Fixup.getLoc(), "could not find corresponding %pcrel_hi: the operand of %pcrel_lo must "
                        "be the label of an auipc");
    return true;
  }
  MCValue HiTarget;
  if (!Hi->getValue()->evaluateAsRelocatable(HiTarget, Asm))
    return true; // reported at the %pcrel_hi
  const MCSymbol *Sym = HiTarget.getAddSym();
  if (Hi->getKind() != MTIA::fixup_mtia_pcrel_hi20 || !Sym || HiTarget.getSubSym() ||
      Sym->isUndefined() || !Sym->isInSection() || &Sym->getSection() != HiFragment->getParent())
    return false;
  const auto &ELFSym = static_cast<const MCSymbolELF &>(*Sym);
  if (ELFSym.getBinding() != ELF::STB_LOCAL || ELFSym.getType() == ELF::STT_GNU_IFUNC)
    return false;
  Value = Asm->getSymbolOffset(*Sym) + HiTarget.getConstant() -
          (Asm->getFragmentOffset(*HiFragment) + Hi->getOffset());
  return isDistanceFixed(Sym, *HiFragment);
}

// The value as it lies in the instruction, shifted down by the kind's first bit.
static uint64_t encodeFixup(const MCFixup &Fixup, uint64_t Value, MCContext &Ctx) {
  auto CheckRange = [&](unsigned Bits, StringRef What) {
    if (!isIntN(Bits, int64_t(Value)))
      Ctx.reportError(Fixup.getLoc(), What + " is out of range: its distance must be in [" +
                                          Twine(minIntN(Bits)) + ", " + Twine(maxIntN(Bits) - 1) +
                                          "]");
    if (Value & 1)
      Ctx.reportError(Fixup.getLoc(), What + " must be 2-byte aligned");
  };
  auto UpperPart = [&] { return ((Value + 0x800) >> 12) & 0xfffff; };

  switch (Fixup.getKind()) {
  case FK_Data_1:
  case FK_Data_2:
  case FK_Data_4:
  case FK_Data_8:
  case FK_Data_leb128:
    return Value;
  case MTIA::fixup_mtia_lo12_i:
  case MTIA::fixup_mtia_pcrel_lo12_i:
  case MTIA::fixup_mtia_tprel_lo12_i:
    return Value & 0xfff;
  case MTIA::fixup_mtia_lo12_s:
  case MTIA::fixup_mtia_pcrel_lo12_s:
  case MTIA::fixup_mtia_tprel_lo12_s:
    return (Value >> 5 & 0x7f) << 25 | (Value & 0x1f) << 7;
  case MTIA::fixup_mtia_hi20:
  case MTIA::fixup_mtia_pcrel_hi20:
  case MTIA::fixup_mtia_tprel_hi20:
    return UpperPart();
  case MTIA::fixup_mtia_branch:
    CheckRange(13, "branch target");
    return (Value >> 12 & 1) << 31 | (Value >> 5 & 0x3f) << 25 | (Value >> 1 & 0xf) << 8 |
           (Value >> 11 & 1) << 7;
  case MTIA::fixup_mtia_jal:
    CheckRange(21, "jump target");
    return (Value >> 20 & 1) << 19 | (Value >> 1 & 0x3ff) << 9 | (Value >> 11 & 1) << 8 |
           (Value >> 12 & 0xff);
  case MTIA::fixup_mtia_rvc_branch:
    CheckRange(9, "branch target");
    return (Value >> 8 & 1) << 12 | (Value >> 3 & 3) << 10 | (Value >> 6 & 3) << 5 |
           (Value >> 1 & 3) << 3 | (Value >> 5 & 1) << 2;
  case MTIA::fixup_mtia_rvc_jump:
    CheckRange(12, "jump target");
    return (Value >> 11 & 1) << 10 | (Value >> 4 & 1) << 9 | (Value >> 8 & 3) << 7 |
           (Value >> 10 & 1) << 6 | (Value >> 6 & 1) << 5 | (Value >> 7 & 1) << 4 |
           (Value >> 1 & 7) << 1 | (Value >> 5 & 1);
  case MTIA::fixup_mtia_call_plt:
    // auipc in the low word, jalr in the high one.
    return UpperPart() << 12 | (Value & 0xfff) << 52;
  default:
    return Value;
  }
}

void MTIAAsmBackend::applyFixup(const MCFragment &F, const MCFixup &Fixup, const MCValue &Target,
                                uint8_t *Data, uint64_t Value, bool IsResolved) {
  MCFixupKind Kind = Fixup.getKind();
  switch (Kind) {
  case MTIA::fixup_mtia_got_hi20:
  case MTIA::fixup_mtia_tls_got_hi20:
  case MTIA::fixup_mtia_tls_gd_hi20:
  case MTIA::fixup_mtia_tprel_add:
    IsResolved = false; // the linker's, whatever is known here
    break;
  case FK_Data_4:
    if (Target.getSpecifier() == MTIA::S_PLTPCREL || Target.getSpecifier() == MTIA::S_GOTPCREL)
      IsResolved = false;
    break;
  }
  addRelocations(F, Fixup, Target, Value, IsResolved);
  if (mc::isRelocation(Kind))
    return;

  MCFixupKindInfo Info = getFixupKindInfo(Kind);
  if (!Value || Info.TargetSize == 0)
    return;
  Value = encodeFixup(Fixup, Value, getContext()) << Info.TargetOffset;
  unsigned Bytes = (Info.TargetOffset + Info.TargetSize + 7) / 8;
  for (unsigned I = 0; I != Bytes; ++I)
    Data[I] |= uint8_t(Value >> (I * 8));
}

//===----------------------------------------------------------------------===//
// Relaxation
//===----------------------------------------------------------------------===//

static unsigned getLongBranch(unsigned Opcode) {
  switch (Opcode) {
  case MTIA::BEQ:
    return MTIA::PseudoLongBEQ;
  case MTIA::BNE:
    return MTIA::PseudoLongBNE;
  case MTIA::BLT:
    return MTIA::PseudoLongBLT;
  case MTIA::BGE:
    return MTIA::PseudoLongBGE;
  case MTIA::BLTU:
    return MTIA::PseudoLongBLTU;
  case MTIA::BGEU:
    return MTIA::PseudoLongBGEU;
  default:
    return 0;
  }
}

bool MTIAAsmBackend::mayNeedRelaxation(unsigned Opcode, ArrayRef<MCOperand>,
                                       const MCSubtargetInfo &STI) const {
  if (STI.hasFeature(MTIA::FeatureExactAssembly))
    return false;
  return getLongBranch(Opcode) != 0 || Opcode == MTIA::C_J || Opcode == MTIA::C_BEQZ ||
         Opcode == MTIA::C_BNEZ;
}

bool MTIAAsmBackend::fixupNeedsRelaxationAdvanced(const MCFragment &, const MCFixup &Fixup,
                                                  const MCValue &, uint64_t Value,
                                                  bool Resolved) const {
  // An unknown distance may be any: take the long form.
  switch (Fixup.getKind()) {
  case MTIA::fixup_mtia_rvc_branch:
    return !Resolved || !isInt<9>(int64_t(Value));
  case MTIA::fixup_mtia_rvc_jump:
    return !Resolved || !isInt<12>(int64_t(Value));
  case MTIA::fixup_mtia_branch:
    return !Resolved || !isInt<13>(int64_t(Value));
  default:
    return false;
  }
}

// c.beqz to beq, c.j to jal, beq to the inverted branch over a jal.
void MTIAAsmBackend::relaxInstruction(MCInst &Inst, const MCSubtargetInfo &STI) const {
  MCInst Long;
  if (MTIACompress::uncompress(Long, Inst, STI))
    Inst = std::move(Long);
  else
    Inst.setOpcode(getLongBranch(Inst.getOpcode()));
}

bool MTIAAsmBackend::writeNopData(raw_ostream &OS, uint64_t Count, const MCSubtargetInfo *) const {
  // Instructions start at even addresses; anything else is data, filled with 0. Where code without
  // C is aligned behind code with it, as behind .option norvc, c.nop is what fits.
  if (Count % 2)
    OS.write_zeros(1);
  if (Count % 4 >= 2)
    OS.write("\x01\0", 2); // c.nop
  for (Count /= 4; Count; --Count)
    OS.write("\x13\0\0\0", 4); // addi x0, x0, 0
  return true;
}

MCAsmBackend *llvm::createMTIAAsmBackend(const Target &, const MCSubtargetInfo &STI,
                                         const MCRegisterInfo &, const MCTargetOptions &Options) {
  return new MTIAAsmBackend(MCELFObjectTargetWriter::getOSABI(STI.getTargetTriple().getOS()),
                            Options);
}
