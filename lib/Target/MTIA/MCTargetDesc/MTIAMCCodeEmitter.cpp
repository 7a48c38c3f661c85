//===-- MTIAMCCodeEmitter.cpp - Instructions as bytes ---------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIACompress.h"
#include "MCTargetDesc/MTIAFixupKinds.h"
#include "MCTargetDesc/MTIAMCAsmInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstBuilder.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/Casting.h"
#include "llvm/Support/EndianStream.h"

using namespace llvm;

namespace {

class MTIAMCCodeEmitter : public MCCodeEmitter {
  MCContext &Ctx;
  const MCInstrInfo &MCII;

  void emit(const MCInst &MI, SmallVectorImpl<char> &CB, SmallVectorImpl<MCFixup> &Fixups,
            const MCSubtargetInfo &STI) const;
  void expandFunctionCall(const MCInst &MI, SmallVectorImpl<char> &CB,
                          SmallVectorImpl<MCFixup> &Fixups, const MCSubtargetInfo &STI) const;
  void expandLongBranch(const MCInst &MI, SmallVectorImpl<char> &CB,
                        SmallVectorImpl<MCFixup> &Fixups, const MCSubtargetInfo &STI) const;
  void expandAddTPRel(const MCInst &MI, SmallVectorImpl<char> &CB, SmallVectorImpl<MCFixup> &Fixups,
                      const MCSubtargetInfo &STI) const;

public:
  MTIAMCCodeEmitter(MCContext &Ctx, const MCInstrInfo &MCII) : Ctx(Ctx), MCII(MCII) {}

  void encodeInstruction(const MCInst &MI, SmallVectorImpl<char> &CB,
                         SmallVectorImpl<MCFixup> &Fixups,
                         const MCSubtargetInfo &STI) const override;

  // Generated; calls the functions below for the operands.
  uint64_t getBinaryCodeForInstr(const MCInst &MI, SmallVectorImpl<MCFixup> &Fixups,
                                 const MCSubtargetInfo &STI) const;

  uint64_t getMachineOpValue(const MCInst &MI, const MCOperand &MO,
                             SmallVectorImpl<MCFixup> &Fixups, const MCSubtargetInfo &STI) const;
  uint64_t getImmOpValue(const MCInst &MI, unsigned OpNo, SmallVectorImpl<MCFixup> &Fixups,
                         const MCSubtargetInfo &STI) const;
  uint64_t getImmOpValueAsr1(const MCInst &MI, unsigned OpNo, SmallVectorImpl<MCFixup> &Fixups,
                             const MCSubtargetInfo &STI) const;
  // The bit vm.
  uint64_t getVMaskReg(const MCInst &MI, unsigned OpNo, SmallVectorImpl<MCFixup> &,
                       const MCSubtargetInfo &) const {
    return MI.getOperand(OpNo).getReg() ? 0 : 1;
  }
};

} // namespace

// What a linker can shorten, or needs to know of when it does. The branches are among
// them because the assembler may make them a jal, which is: how long they are isn't known
// before.
static bool isRelaxable(unsigned Kind) {
  switch (Kind) {
  case MTIA::fixup_mtia_tls_got_hi20:
  case MTIA::fixup_mtia_tls_gd_hi20:
    return false;
  default:
    return true;
  }
}

static void addFixup(SmallVectorImpl<MCFixup> &Fixups, const MCSubtargetInfo &STI, uint32_t Offset,
                     const MCExpr *Value, unsigned Kind, bool PCRel) {
  Fixups.push_back(MCFixup::create(Offset, Value, Kind, PCRel));
  if (STI.hasFeature(MTIA::FeatureRelax) && isRelaxable(Kind))
    Fixups.back().setLinkerRelaxable();
}

void MTIAMCCodeEmitter::emit(const MCInst &MI, SmallVectorImpl<char> &CB,
                             SmallVectorImpl<MCFixup> &Fixups, const MCSubtargetInfo &STI) const {
  uint64_t Code = getBinaryCodeForInstr(MI, Fixups, STI);
  if (MCII.get(MI.getOpcode()).getSize() == 2)
    support::endian::write(CB, uint16_t(Code), llvm::endianness::little);
  else
    support::endian::write(CB, uint32_t(Code), llvm::endianness::little);
}

// call, tail and jump: auipc and jalr with one relocation for both.
void MTIAMCCodeEmitter::expandFunctionCall(const MCInst &MI, SmallVectorImpl<char> &CB,
                                           SmallVectorImpl<MCFixup> &Fixups,
                                           const MCSubtargetInfo &STI) const {
  MCRegister Scratch, Link;
  unsigned SymbolOp = 0;
  switch (MI.getOpcode()) {
  case MTIA::PseudoCALL:
    Scratch = Link = MTIA::X1;
    break;
  case MTIA::PseudoCALLReg:
    Scratch = Link = MI.getOperand(0).getReg();
    SymbolOp = 1;
    break;
  case MTIA::PseudoTAIL:
    Scratch = MTIA::X6;
    Link = MTIA::X0;
    break;
  case MTIA::PseudoJump:
    Scratch = MI.getOperand(0).getReg();
    Link = MTIA::X0;
    SymbolOp = 1;
    break;
  }
  const MCOperand &Callee = MI.getOperand(SymbolOp);
  assert(Callee.isExpr() && "a call of something that isn't a symbol");
  addFixup(Fixups, STI, CB.size(), Callee.getExpr(), MTIA::fixup_mtia_call_plt, /*PCRel=*/true);
  SmallVector<MCFixup, 1> None;
  emit(MCInstBuilder(MTIA::AUIPC).addReg(Scratch).addImm(0), CB, None, STI);
  emit(MCInstBuilder(MTIA::JALR).addReg(Link).addReg(Scratch).addImm(0), CB, None, STI);
}

static unsigned getInvertedBranch(unsigned LongBranch) {
  switch (LongBranch) {
  case MTIA::PseudoLongBEQ:
    return MTIA::BNE;
  case MTIA::PseudoLongBNE:
    return MTIA::BEQ;
  case MTIA::PseudoLongBLT:
    return MTIA::BGE;
  case MTIA::PseudoLongBGE:
    return MTIA::BLT;
  case MTIA::PseudoLongBLTU:
    return MTIA::BGEU;
  case MTIA::PseudoLongBGEU:
    return MTIA::BLTU;
  default:
    llvm_unreachable("not a long branch");
  }
}

static bool isGPRC(MCRegister Reg) { return Reg >= MTIA::X8 && Reg <= MTIA::X15; }

// The inverted branch over a jal:  b!cc a, b, 8;  jal x0, target
// or, if that can be short,        c.b!cc a, 6;  jal x0, target
void MTIAMCCodeEmitter::expandLongBranch(const MCInst &MI, SmallVectorImpl<char> &CB,
                                         SmallVectorImpl<MCFixup> &Fixups,
                                         const MCSubtargetInfo &STI) const {
  SmallVector<MCFixup, 1> None;
  MCRegister A = MI.getOperand(0).getReg(), B = MI.getOperand(1).getReg();
  unsigned Inverted = getInvertedBranch(MI.getOpcode());
  bool AgainstZero = (Inverted == MTIA::BEQ || Inverted == MTIA::BNE) &&
                     ((B == MTIA::X0 && isGPRC(A)) || (A == MTIA::X0 && isGPRC(B)));
  unsigned Skip = 4;
  if (AgainstZero && MTIACompress::hasCompressed(STI)) {
    Skip = 2;
    emit(MCInstBuilder(Inverted == MTIA::BEQ ? MTIA::C_BEQZ : MTIA::C_BNEZ)
             .addReg(B == MTIA::X0 ? A : B)
             .addImm(6),
         CB, None, STI);
  } else {
    emit(MCInstBuilder(Inverted).addReg(A).addReg(B).addImm(8), CB, None, STI);
  }
  const MCOperand &Target = MI.getOperand(2);
  if (Target.isExpr())
    addFixup(Fixups, STI, CB.size(), Target.getExpr(), MTIA::fixup_mtia_jal, /*PCRel=*/true);
  emit(
      MCInstBuilder(MTIA::JAL).addReg(MTIA::X0).addImm(Target.isImm() ? Target.getImm() - Skip : 0),
      CB, None, STI);
}

// add with a relocation that tells the linker which symbol it is about.
void MTIAMCCodeEmitter::expandAddTPRel(const MCInst &MI, SmallVectorImpl<char> &CB,
                                       SmallVectorImpl<MCFixup> &Fixups,
                                       const MCSubtargetInfo &STI) const {
  addFixup(Fixups, STI, CB.size(), MI.getOperand(3).getExpr(), MTIA::fixup_mtia_tprel_add,
           /*PCRel=*/false);
  SmallVector<MCFixup, 1> None;
  emit(MCInstBuilder(MTIA::ADD)
           .addOperand(MI.getOperand(0))
           .addOperand(MI.getOperand(1))
           .addOperand(MI.getOperand(2)),
       CB, None, STI);
}

void MTIAMCCodeEmitter::encodeInstruction(const MCInst &MI, SmallVectorImpl<char> &CB,
                                          SmallVectorImpl<MCFixup> &Fixups,
                                          const MCSubtargetInfo &STI) const {
  switch (MI.getOpcode()) {
  case MTIA::PseudoCALL:
  case MTIA::PseudoCALLReg:
  case MTIA::PseudoTAIL:
  case MTIA::PseudoJump:
    return expandFunctionCall(MI, CB, Fixups, STI);
  case MTIA::PseudoLongBEQ:
  case MTIA::PseudoLongBNE:
  case MTIA::PseudoLongBLT:
  case MTIA::PseudoLongBGE:
  case MTIA::PseudoLongBLTU:
  case MTIA::PseudoLongBGEU:
    return expandLongBranch(MI, CB, Fixups, STI);
  case MTIA::PseudoAddTPRel:
    return expandAddTPRel(MI, CB, Fixups, STI);
  case MTIA::Insn48:
  case MTIA::Insn64: {
    uint64_t Value = MI.getOperand(0).getImm();
    for (unsigned I = 0, Size = MCII.get(MI.getOpcode()).getSize(); I < Size; ++I)
      CB.push_back(char(Value >> 8 * I));
    return;
  }
  default:
    return emit(MI, CB, Fixups, STI);
  }
}

uint64_t MTIAMCCodeEmitter::getMachineOpValue(const MCInst &MI, const MCOperand &MO,
                                              SmallVectorImpl<MCFixup> &,
                                              const MCSubtargetInfo &) const {
  if (MO.isReg())
    return Ctx.getRegisterInfo()->getEncodingValue(MO.getReg());
  if (MO.isImm())
    return uint64_t(MO.getImm());
  // A constant expression that the parser let through as a symbolic operand.
  int64_t Value;
  if (MO.isExpr() && MO.getExpr()->evaluateAsAbsolute(Value))
    return uint64_t(Value);
  Ctx.reportError(MI.getLoc(), "this operand must be a constant");
  return 0;
}

uint64_t MTIAMCCodeEmitter::getImmOpValueAsr1(const MCInst &MI, unsigned OpNo,
                                              SmallVectorImpl<MCFixup> &Fixups,
                                              const MCSubtargetInfo &STI) const {
  const MCOperand &MO = MI.getOperand(OpNo);
  if (MO.isImm())
    return uint64_t(MO.getImm()) >> 1;
  return getImmOpValue(MI, OpNo, Fixups, STI);
}

uint64_t MTIAMCCodeEmitter::getImmOpValue(const MCInst &MI, unsigned OpNo,
                                          SmallVectorImpl<MCFixup> &Fixups,
                                          const MCSubtargetInfo &STI) const {
  const MCOperand &MO = MI.getOperand(OpNo);
  if (MO.isImm())
    return uint64_t(MO.getImm());
  assert(MO.isExpr() && "neither a constant nor an expression");

  const MCExpr *Expr = MO.getExpr();
  unsigned Form = MCII.get(MI.getOpcode()).TSFlags & MTIAII::FormMask;
  bool IsStore = Form == MTIAII::FormS;
  unsigned Kind = MTIA::fixup_mtia_invalid;
  bool PCRel = false;

  if (const auto *Spec = dyn_cast<MCSpecifierExpr>(Expr)) {
    switch (Spec->getSpecifier()) {
    case MTIA::S_LO: {
      // %lo of a constant needs no relocation.
      int64_t Value;
      if (Spec->getSubExpr()->evaluateAsAbsolute(Value))
        return SignExtend64<12>(Value);
      Kind = IsStore ? MTIA::fixup_mtia_lo12_s : MTIA::fixup_mtia_lo12_i;
      break;
    }
    case MTIA::S_HI: {
      int64_t Value;
      if (Spec->getSubExpr()->evaluateAsAbsolute(Value))
        return ((Value + 0x800) >> 12) & 0xfffff;
      Kind = MTIA::fixup_mtia_hi20;
      break;
    }
    case MTIA::S_PCREL_LO:
      Kind = IsStore ? MTIA::fixup_mtia_pcrel_lo12_s : MTIA::fixup_mtia_pcrel_lo12_i;
      PCRel = true;
      break;
    case MTIA::S_PCREL_HI:
      Kind = MTIA::fixup_mtia_pcrel_hi20;
      PCRel = true;
      break;
    case MTIA::S_GOT_HI:
      Kind = MTIA::fixup_mtia_got_hi20;
      PCRel = true;
      break;
    case MTIA::S_TPREL_LO:
      Kind = IsStore ? MTIA::fixup_mtia_tprel_lo12_s : MTIA::fixup_mtia_tprel_lo12_i;
      break;
    case MTIA::S_TPREL_HI:
      Kind = MTIA::fixup_mtia_tprel_hi20;
      break;
    case MTIA::S_TLS_GOT_HI:
      Kind = MTIA::fixup_mtia_tls_got_hi20;
      PCRel = true;
      break;
    case MTIA::S_TLS_GD_HI:
      Kind = MTIA::fixup_mtia_tls_gd_hi20;
      PCRel = true;
      break;
    }
  } else if (Form == MTIAII::FormJ) {
    Kind = MTIA::fixup_mtia_jal;
    PCRel = true;
  } else if (Form == MTIAII::FormB) {
    Kind = MTIA::fixup_mtia_branch;
    PCRel = true;
  } else if (Form == MTIAII::FormCJ) {
    Kind = MTIA::fixup_mtia_rvc_jump;
    PCRel = true;
  } else if (Form == MTIAII::FormCB) {
    Kind = MTIA::fixup_mtia_rvc_branch;
    PCRel = true;
  } else if (Form == MTIAII::FormI || IsStore) {
    // A symbol with an absolute value that is set later.
    Kind = IsStore ? MTIA::fixup_mtia_lo12_s : MTIA::fixup_mtia_lo12_i;
  }

  if (Kind == MTIA::fixup_mtia_invalid) {
    Ctx.reportError(MI.getLoc(), "this operand must be a constant");
    return 0;
  }
  addFixup(Fixups, STI, 0, Expr, Kind, PCRel);
  return 0;
}

#include "MTIAGenMCCodeEmitter.inc"

MCCodeEmitter *llvm::createMTIAMCCodeEmitter(const MCInstrInfo &MCII, MCContext &Ctx) {
  return new MTIAMCCodeEmitter(Ctx, MCII);
}
