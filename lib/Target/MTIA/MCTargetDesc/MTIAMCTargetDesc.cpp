//===-- MTIAMCTargetDesc.cpp - Machine code constructors ------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIACompress.h"
#include "MCTargetDesc/MTIAELFStreamer.h"
#include "MCTargetDesc/MTIAInstPrinter.h"
#include "MCTargetDesc/MTIAMCAsmInfo.h"
#include "MCTargetDesc/MTIATargetStreamer.h"
#include "TargetInfo/MTIATargetInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDwarf.h"
#include "llvm/MC/MCInstrAnalysis.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/MathExtras.h"
#include <array>
#include <optional>

#define GET_INSTRINFO_MC_DESC
#define ENABLE_INSTR_PREDICATE_VERIFIER
#include "MTIAGenInstrInfo.inc"

#define GET_REGINFO_MC_DESC
#include "MTIAGenRegisterInfo.inc"

#define GET_SUBTARGETINFO_MC_DESC
#include "MTIAGenSubtargetInfo.inc"

using namespace llvm;

static MCInstrInfo *createMTIAMCInstrInfo() {
  MCInstrInfo *Info = new MCInstrInfo();
  InitMTIAMCInstrInfo(Info);
  return Info;
}

static MCRegisterInfo *createMTIAMCRegisterInfo(const Triple &TT) {
  MCRegisterInfo *Info = new MCRegisterInfo();
  InitMTIAMCRegisterInfo(Info, MTIA::X1);
  return Info;
}

static MCSubtargetInfo *createMTIAMCSubtargetInfo(const Triple &TT, StringRef CPU, StringRef FS) {
  if (CPU.empty())
    CPU = "mtia-v1";
  return createMTIAMCSubtargetInfoImpl(TT, CPU, /*TuneCPU=*/CPU, FS);
}

static MCAsmInfo *createMTIAMCAsmInfo(const MCRegisterInfo &MRI, const Triple &TT,
                                      const MCTargetOptions &Options) {
  MCAsmInfo *MAI = new MTIAMCAsmInfo(TT);
  // At a function's first instruction the canonical frame address is sp.
  unsigned SP = MRI.getDwarfRegNum(MTIA::X2, true);
  MAI->addInitialFrameState(MCCFIInstruction::cfiDefCfa(nullptr, SP, 0));
  return MAI;
}

namespace {
class MTIAMCObjectFileInfo : public MCObjectFileInfo {
public:
  unsigned getTextSectionAlignment() const override {
    const MCSubtargetInfo *STI = getContext().getSubtargetInfo();
    return STI && MTIACompress::hasCompressed(*STI) ? 2 : 4;
  }
};
} // namespace

static MCObjectFileInfo *createMTIAMCObjectFileInfo(MCContext &Ctx, bool PIC, bool LargeCodeModel) {
  MCObjectFileInfo *Info = new MTIAMCObjectFileInfo();
  Info->initMCObjectFileInfo(Ctx, PIC, LargeCodeModel);
  return Info;
}

static MCInstPrinter *createMTIAMCInstPrinter(const Triple &T, unsigned SyntaxVariant,
                                              const MCAsmInfo &MAI, const MCInstrInfo &MII,
                                              const MCRegisterInfo &MRI) {
  return new MTIAInstPrinter(MAI, MII, MRI);
}

static MCTargetStreamer *createObjectTargetStreamer(MCStreamer &S, const MCSubtargetInfo &STI) {
  return new MTIATargetELFStreamer(S, STI);
}

static MCTargetStreamer *createAsmTargetStreamer(MCStreamer &S, formatted_raw_ostream &OS,
                                                 MCInstPrinter *InstPrint) {
  return new MTIATargetAsmStreamer(S, OS);
}

static MCTargetStreamer *createNullTargetStreamer(MCStreamer &S) {
  return new MTIATargetStreamer(S);
}

namespace {

class MTIAMCInstrAnalysis : public MCInstrAnalysis {
  static bool isLinkRegister(MCRegister Reg) { return Reg == MTIA::X1 || Reg == MTIA::X5; }

  // jal and jalr are calls, jumps or returns depending on their registers.
  enum class Transfer { Other, Call, Jump, Return };
  static Transfer classify(const MCInst &Inst) {
    switch (Inst.getOpcode()) {
    case MTIA::JAL:
      return Inst.getOperand(0).getReg() == MTIA::X0 ? Transfer::Jump : Transfer::Call;
    case MTIA::C_J:
      return Transfer::Jump;
    case MTIA::C_JALR:
      return Transfer::Call;
    case MTIA::C_JR:
      return isLinkRegister(Inst.getOperand(0).getReg()) ? Transfer::Return : Transfer::Jump;
    case MTIA::JALR:
      if (Inst.getOperand(0).getReg() != MTIA::X0)
        return Transfer::Call;
      return isLinkRegister(Inst.getOperand(1).getReg()) ? Transfer::Return : Transfer::Jump;
    }
    return Transfer::Other;
  }

  // What lui and auipc left in the registers of this basic block, so that the
  // target of a jalr behind them can be named.
  std::array<std::optional<int64_t>, 32> Known;

public:
  void resetState() override { Known.fill(std::nullopt); }

  void updateState(const MCInst &Inst, uint64_t Addr) override {
    // Another basic block may come from elsewhere, and a callee may write any
    // register.
    if (isTerminator(Inst) || isCall(Inst))
      return resetState();
    const MCInstrDesc &Desc = Info->get(Inst.getOpcode());
    if (Desc.getNumDefs() == 0 || !Inst.getOperand(0).isReg())
      return;
    MCRegister Dest = Inst.getOperand(0).getReg();
    if (Dest < MTIA::X0 || Dest > MTIA::X31)
      return;
    Known[Dest - MTIA::X0] = std::nullopt;
    if (Inst.getOpcode() == MTIA::C_LUI)
      Known[Dest - MTIA::X0] = SignExtend64<32>(Inst.getOperand(1).getImm() << 12);
    if (Inst.getOpcode() == MTIA::LUI || Inst.getOpcode() == MTIA::AUIPC) {
      int64_t Upper = SignExtend64<32>(Inst.getOperand(1).getImm() << 12);
      Known[Dest - MTIA::X0] = Upper + (Inst.getOpcode() == MTIA::AUIPC ? int64_t(Addr) : 0);
    }
  }

  explicit MTIAMCInstrAnalysis(const MCInstrInfo *Info) : MCInstrAnalysis(Info) {}

  bool evaluateBranch(const MCInst &Inst, uint64_t Addr, uint64_t Size,
                      uint64_t &Target) const override {
    unsigned Opcode = Inst.getOpcode();
    unsigned Form = Info->get(Opcode).TSFlags & MTIAII::FormMask;
    unsigned Last = Inst.getNumOperands();
    if (Opcode == MTIA::JALR && Inst.getOperand(2).isImm()) {
      MCRegister Base = Inst.getOperand(1).getReg();
      std::optional<int64_t> Value = Known[Base - MTIA::X0];
      if (Base == MTIA::X0)
        Value = 0;
      if (!Value)
        return false;
      Target = *Value + Inst.getOperand(2).getImm();
      return true;
    }
    // c.srli and its like share the compressed branches' format.
    if ((Form != MTIAII::FormB && Form != MTIAII::FormJ && Form != MTIAII::FormCJ &&
         (Form != MTIAII::FormCB || !Info->get(Opcode).isBranch())) ||
        Last == 0 || !Inst.getOperand(Last - 1).isImm())
      return false;
    Target = Addr + Inst.getOperand(Last - 1).getImm();
    return true;
  }

  bool isTerminator(const MCInst &Inst) const override {
    return MCInstrAnalysis::isTerminator(Inst) || classify(Inst) == Transfer::Jump ||
           classify(Inst) == Transfer::Return;
  }
  bool isCall(const MCInst &Inst) const override {
    Transfer T = classify(Inst);
    return T == Transfer::Call || (T == Transfer::Other && MCInstrAnalysis::isCall(Inst));
  }
  bool isReturn(const MCInst &Inst) const override {
    return MCInstrAnalysis::isReturn(Inst) || classify(Inst) == Transfer::Return;
  }
  bool isBranch(const MCInst &Inst) const override {
    return MCInstrAnalysis::isBranch(Inst) || classify(Inst) == Transfer::Jump;
  }
  bool isUnconditionalBranch(const MCInst &Inst) const override {
    return MCInstrAnalysis::isUnconditionalBranch(Inst) || classify(Inst) == Transfer::Jump;
  }
  bool isIndirectBranch(const MCInst &Inst) const override {
    return MCInstrAnalysis::isIndirectBranch(Inst) ||
           ((Inst.getOpcode() == MTIA::JALR || Inst.getOpcode() == MTIA::C_JR) &&
            classify(Inst) == Transfer::Jump);
  }
};

} // namespace

static MCInstrAnalysis *createMTIAInstrAnalysis(const MCInstrInfo *Info) {
  return new MTIAMCInstrAnalysis(Info);
}

extern "C" void LLVMInitializeMTIATargetMC() {
  Target &T = getTheMTIATarget();
  TargetRegistry::RegisterMCAsmInfo(T, createMTIAMCAsmInfo);
  TargetRegistry::RegisterMCObjectFileInfo(T, createMTIAMCObjectFileInfo);
  TargetRegistry::RegisterMCInstrInfo(T, createMTIAMCInstrInfo);
  TargetRegistry::RegisterMCRegInfo(T, createMTIAMCRegisterInfo);
  TargetRegistry::RegisterMCSubtargetInfo(T, createMTIAMCSubtargetInfo);
  TargetRegistry::RegisterMCAsmBackend(T, createMTIAAsmBackend);
  TargetRegistry::RegisterMCCodeEmitter(T, createMTIAMCCodeEmitter);
  TargetRegistry::RegisterELFStreamer(T, createMTIAELFStreamer);
  TargetRegistry::RegisterMCInstPrinter(T, createMTIAMCInstPrinter);
  TargetRegistry::RegisterMCInstrAnalysis(T, createMTIAInstrAnalysis);
  TargetRegistry::RegisterObjectTargetStreamer(T, createObjectTargetStreamer);
  TargetRegistry::RegisterAsmTargetStreamer(T, createAsmTargetStreamer);
  TargetRegistry::RegisterNullTargetStreamer(T, createNullTargetStreamer);
}
