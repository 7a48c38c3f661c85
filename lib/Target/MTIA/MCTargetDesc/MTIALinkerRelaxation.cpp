//===-- MTIALinkerRelaxation.cpp - Leaving decisions to the linker --------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// With the feature "relax" the linker may shorten a call, an address or a jump, each
// of which is marked by R_RISCV_RELAX behind its relocation (psABI, "Linker
// relaxation"). Every distance over such a place is the linker's to compute then:
// padding, differences of labels, the advances of line tables and frame descriptions.
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAAsmBackend.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/MC/MCAssembler.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCELFObjectWriter.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCSection.h"
#include "llvm/MC/MCSymbol.h"
#include "llvm/MC/MCValue.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

// Whether nothing between the fragment and the symbol of its section can shrink.
bool MTIAAsmBackend::isDistanceFixed(const MCSymbol *Sym, const MCFragment &F) {
  if (!F.getParent()->isLinkerRelaxable())
    return true;
  if (!PlaceOfFixup)
    PlaceOfFixup = getContext().createTempSymbol();
  PlaceOfFixup->setFragment(const_cast<MCFragment *>(&F));
  MCValue Difference;
  MCExpr::evaluateSymbolicAdd(Asm, false, MCValue::get(Sym), MCValue::get(nullptr, PlaceOfFixup),
                              Difference);
  return !Difference.getSubSym();
}

// A difference of two symbols that the assembler can't compute becomes a pair
// of relocations at one place: add the one, subtract the other.
bool MTIAAsmBackend::addDifference(const MCFragment &F, const MCFixup &Fixup, const MCValue &Target,
                                   uint64_t &Value) {
  unsigned Add, Sub;
  switch (Fixup.getKind()) {
  case FK_Data_1:
    Add = ELF::R_RISCV_ADD8, Sub = ELF::R_RISCV_SUB8;
    break;
  case FK_Data_2:
    Add = ELF::R_RISCV_ADD16, Sub = ELF::R_RISCV_SUB16;
    break;
  case FK_Data_4:
    Add = ELF::R_RISCV_ADD32, Sub = ELF::R_RISCV_SUB32;
    break;
  case FK_Data_8:
    Add = ELF::R_RISCV_ADD64, Sub = ELF::R_RISCV_SUB64;
    break;
  case FK_Data_leb128:
    Add = ELF::R_RISCV_SET_ULEB128, Sub = ELF::R_RISCV_SUB_ULEB128;
    break;
  default:
    return false;
  }
  auto Record = [&](const MCSymbol *Sym, int64_t Constant, unsigned Type) {
    uint64_t Offset = 0;
    Asm->getWriter().recordRelocation(F, MCFixup::create(Fixup.getOffset(), nullptr, Type),
                                      MCValue::get(Sym, nullptr, Constant), Offset);
    return Offset;
  };
  Value = Record(Target.getAddSym(), Target.getConstant(), Add);
  Value -= Record(Target.getSubSym(), 0, Sub);
  return true;
}

void MTIAAsmBackend::addRelocations(const MCFragment &F, const MCFixup &Fixup,
                                    const MCValue &Target, uint64_t &Value, bool IsResolved) {
  if (Target.getSubSym() && addDifference(F, Fixup, Target, Value))
    return;
  // A branch that has stayed one is no matter of the linker's.
  unsigned Kind = Fixup.getKind();
  bool Relax = Fixup.isLinkerRelaxable() && Kind != MTIA::fixup_mtia_branch &&
               Kind != MTIA::fixup_mtia_rvc_branch && Kind != MTIA::fixup_mtia_rvc_jump;
  if (Relax || mc::isRelocation(Kind))
    IsResolved = false;
  if (IsResolved && Fixup.isPCRel())
    IsResolved = isDistanceFixed(Target.getAddSym(), F);
  if (!IsResolved)
    Asm->getWriter().recordRelocation(F, Fixup, Target, Value);
  if (Relax) {
    uint64_t Unused = 0;
    Asm->getWriter().recordRelocation(
        F, MCFixup::create(Fixup.getOffset(), nullptr, ELF::R_RISCV_RELAX), MCValue::get(nullptr),
        Unused);
  }
}

// An alignment behind a place that may shrink: as many bytes of padding as may be needed,
// of which the linker removes some (R_RISCV_ALIGN).
bool MTIAAsmBackend::relaxAlign(MCFragment &F, unsigned &Size) {
  if (F.getLayoutOrder() <= F.getParent()->firstLinkerRelaxable())
    return false;
  // Code without C may stand behind code with it (.option norvc): c.nop is the unit for both.
  const unsigned MinNopSize = 2;
  if (F.getAlignment() <= MinNopSize)
    return false;
  Size = F.getAlignment().value() - MinNopSize;
  F.setVarFixups(
      {MCFixup::create(0, MCConstantExpr::create(Size, getContext()), ELF::R_RISCV_ALIGN)});
  F.setLinkerRelaxable();
  return true;
}

// A row of a line table. The special opcodes hold constants: the distance is in a
// DW_LNS_fixed_advance_pc, or in a whole address where it might not fit.
bool MTIAAsmBackend::relaxDwarfLineAddr(MCFragment &F) const {
  const MCExpr &Distance = F.getDwarfAddrDelta();
  int64_t Value;
  if (Distance.evaluateAsAbsolute(Value, *Asm))
    return false;
  Distance.evaluateKnownAbsolute(Value, *Asm);
  int64_t LineDelta = F.getDwarfLineDelta();
  bool EndSequence = LineDelta == INT64_MAX;

  SmallVector<char, 16> Data;
  raw_svector_ostream OS(Data);
  if (!EndSequence) {
    OS << uint8_t(dwarf::DW_LNS_advance_line);
    encodeSLEB128(LineDelta, OS);
  }
  // The operand has 16 bits; what the linker aligns anew may lie between.
  constexpr int64_t FixedAdvanceLimit = 60000;
  unsigned Bytes = 2;
  const MCExpr *Operand = &Distance;
  if (Value > FixedAdvanceLimit) {
    Bytes = 8;
    OS << uint8_t(dwarf::DW_LNS_extended_op) << uint8_t(Bytes + 1)
       << uint8_t(dwarf::DW_LNE_set_address);
    Operand = cast<MCBinaryExpr>(Distance).getLHS();
  } else {
    OS << uint8_t(dwarf::DW_LNS_fixed_advance_pc);
  }
  uint32_t Offset = OS.tell();
  OS.write_zeros(Bytes);
  if (EndSequence)
    OS << uint8_t(dwarf::DW_LNS_extended_op) << uint8_t(1) << uint8_t(dwarf::DW_LNE_end_sequence);
  else
    OS << uint8_t(dwarf::DW_LNS_copy);

  F.setVarContents(Data);
  F.setVarFixups({MCFixup::create(Offset, Operand, MCFixup::getDataKindForSize(Bytes))});
  return true;
}

// DW_CFA_advance_loc in the smallest form that holds the distance as it is now; it only
// becomes smaller.
bool MTIAAsmBackend::relaxDwarfCFA(MCFragment &F) const {
  const MCExpr &Distance = F.getDwarfAddrDelta();
  int64_t Value;
  if (Distance.evaluateAsAbsolute(Value, *Asm))
    return false;
  Distance.evaluateKnownAbsolute(Value, *Asm);
  if (Value == 0) {
    F.clearVarContents();
    F.clearVarFixups();
    return true;
  }

  static constexpr struct {
    unsigned Bits, Opcode, Add, Sub;
  } Forms[] = {
      {6, dwarf::DW_CFA_advance_loc, ELF::R_RISCV_SET6, ELF::R_RISCV_SUB6},
      {8, dwarf::DW_CFA_advance_loc1, ELF::R_RISCV_SET8, ELF::R_RISCV_SUB8},
      {16, dwarf::DW_CFA_advance_loc2, ELF::R_RISCV_SET16, ELF::R_RISCV_SUB16},
      // On zeros as good as SET32, which lld refuses for the device's addresses.
      {32, dwarf::DW_CFA_advance_loc4, ELF::R_RISCV_ADD32, ELF::R_RISCV_SUB32},
  };
  for (const auto &Form : Forms) {
    if (!isUIntN(Form.Bits, Value))
      continue;
    SmallVector<char, 8> Data;
    Data.push_back(char(Form.Opcode));
    Data.append(Form.Bits / 8, 0); // six bits are in the opcode's byte
    uint32_t Offset = Form.Bits == 6 ? 0 : 1;
    const auto &Difference = cast<MCBinaryExpr>(Distance);
    F.setVarContents(Data);
    F.setVarFixups({MCFixup::create(Offset, Difference.getLHS(), Form.Add),
                    MCFixup::create(Offset, Difference.getRHS(), Form.Sub)});
    return true;
  }
  llvm_unreachable("a function of 4 GB");
}

std::pair<bool, bool> MTIAAsmBackend::relaxLEB128(MCFragment &F, int64_t &Value) const {
  if (F.isLEBSigned())
    return {false, false};
  const MCExpr &Expr = F.getLEBValue();
  F.setVarFixups({MCFixup::create(0, &Expr, FK_Data_leb128)});
  return {Expr.evaluateKnownAbsolute(Value, *Asm), false};
}
