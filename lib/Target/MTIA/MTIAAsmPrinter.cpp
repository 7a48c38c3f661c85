//===-- MTIAAsmPrinter.cpp - From machine functions to assembly or objects -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIACompress.h"
#include "MCTargetDesc/MTIAInstPrinter.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MCTargetDesc/MTIAMatInt.h"
#include "MCTargetDesc/MTIATargetStreamer.h"
#include "MTIAConstantPoolValue.h"
#include "MTIAMCInstLower.h"
#include "MTIAStackUse.h"
#include "MTIASubtarget.h"
#include "MTIATargetMachine.h"
#include "TargetInfo/MTIATargetInfo.h"
#include "llvm/CodeGen/AsmPrinter.h"
#include "llvm/CodeGen/MachineConstantPool.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/StackMaps.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstBuilder.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

#define DEBUG_TYPE "asm-printer"

namespace {
class MTIAAsmPrinter : public AsmPrinter {
public:
  static char ID;

  MTIAAsmPrinter(TargetMachine &TM, std::unique_ptr<MCStreamer> Streamer)
      : AsmPrinter(TM, std::move(Streamer), ID) {}

  StringRef getPassName() const override { return "MTIA Assembly Printer"; }

  void emitStartOfAsmFile(Module &M) override;
  void emitEndOfAsmFile(Module &M) override;
  void emitFunctionBodyEnd() override { StackUse.add(*MF); }
  void emitInstruction(const MachineInstr *MI) override;

  void emitMachineConstantPoolValue(MachineConstantPoolValue *Value) override;

  bool PrintAsmOperand(const MachineInstr *MI, unsigned OpNo, const char *ExtraCode,
                       raw_ostream &OS) override;
  bool PrintAsmMemoryOperand(const MachineInstr *MI, unsigned OpNo, const char *ExtraCode,
                             raw_ostream &OS) override;

  // The short form, where there is one.
  void EmitToStreamer(MCStreamer &S, const MCInst &Inst) {
    MCInst Short;
    bool Compressed = MTIACompress::compress(Short, Inst, getSubtargetInfo());
    AsmPrinter::EmitToStreamer(S, Compressed ? Short : Inst);
  }

  // Generated from PseudoInstExpansion.
  bool lowerPseudoInstExpansion(const MachineInstr *MI, MCInst &Inst);
  bool lowerOperand(const MachineOperand &MO, MCOperand &MCOp) const {
    return lowerMTIAMachineOperand(MO, MCOp, *this);
  }

private:
  MTIAStackUse StackUse;

  void emitPatchableFunctionEnter(const MachineInstr &MI);
  void emitStackMap(const MachineInstr &MI);
  void emitPatchPoint(const MachineInstr &MI);
  void emitStatepoint(const MachineInstr &MI);
  void emitCall(const MachineOperand &Target, Register Scratch);
  void emitNopBytes(unsigned Bytes);
  MCSymbol *emitTempLabel();

  MTIATargetStreamer *getTargetStreamer() const {
    return static_cast<MTIATargetStreamer *>(OutStreamer->getTargetStreamer());
  }
};
} // namespace

char MTIAAsmPrinter::ID = 0;

#include "MTIAGenMCPseudoLowering.inc"

void MTIAAsmPrinter::emitStartOfAsmFile(Module &M) {
  std::string Reason = getMTIAUnsupportedReason(M, TM.Options.MCOptions.getABIName());
  if (!Reason.empty())
    M.getContext().emitError(Reason);

  // The object's architecture is that of its functions. They may differ in the device's
  // extension only as far as anyone cares: one that has it speaks for all.
  MTIATargetStreamer *TS = getTargetStreamer();
  if (!TS)
    return;
  const MCSubtargetInfo *STI = nullptr;
  for (const Function &F : M) {
    if (F.isDeclaration())
      continue;
    const auto *FunctionSTI = static_cast<const MTIASubtarget *>(TM.getSubtargetImpl(F));
    if (!STI || FunctionSTI->hasVendorXmtia())
      STI = FunctionSTI;
  }
  if (!STI)
    STI = TM.getMCSubtargetInfo();
  StringRef ABIName = getMTIAABIName(M, TM.Options.MCOptions.getABIName());
  TS->setTargetABI(MTIAABI::computeTargetABI(*STI, ABIName));
  TS->emitTargetAttributes(*STI, /*EmitStackAlign=*/true);
}

void MTIAAsmPrinter::emitEndOfAsmFile(Module &M) {
  emitStackMaps();
  StackUse.emit(M, *OutStreamer);
  if (MTIATargetStreamer *TS = getTargetStreamer())
    TS->finishAttributeSection();
}

void MTIAAsmPrinter::emitInstruction(const MachineInstr *MI) {
  MTIA_MC::verifyInstructionPredicates(MI->getOpcode(), getSubtargetInfo().getFeatureBits());
  switch (MI->getOpcode()) {
  case TargetOpcode::PATCHABLE_FUNCTION_ENTER:
    return emitPatchableFunctionEnter(*MI);
  case TargetOpcode::STACKMAP:
    return emitStackMap(*MI);
  case TargetOpcode::PATCHPOINT:
    return emitPatchPoint(*MI);
  case TargetOpcode::STATEPOINT:
    return emitStatepoint(*MI);
  default:
    break;
  }
  MCInst OutInst;
  if (lowerPseudoInstExpansion(MI, OutInst)) {
    EmitToStreamer(*OutStreamer, OutInst);
    return;
  }
  lowerMTIAMachineInstr(*MI, OutInst, *this);
  EmitToStreamer(*OutStreamer, OutInst);
}

//===----------------------------------------------------------------------===//
// Room for patches, stack maps
//===----------------------------------------------------------------------===//

// As many of the shortest as there is room for.
void MTIAAsmPrinter::emitNopBytes(unsigned Bytes) {
  emitNops(Bytes / MF->getSubtarget<MTIASubtarget>().getInstrInfo()->getNopSize());
}

MCSymbol *MTIAAsmPrinter::emitTempLabel() {
  MCSymbol *Label = OutContext.createTempSymbol();
  OutStreamer->emitLabel(Label);
  return Label;
}

// -fpatchable-function-entry=N: N instructions that do nothing.
void MTIAAsmPrinter::emitPatchableFunctionEnter(const MachineInstr &MI) {
  emitNopBytes(MF->getSubtarget().getInstrInfo()->getInstSizeInBytes(MI));
}

// Calls a symbol, an address in a register or a constant one, which is built in Scratch.
void MTIAAsmPrinter::emitCall(const MachineOperand &Target, Register Scratch) {
  switch (Target.getType()) {
  case MachineOperand::MO_GlobalAddress:
  case MachineOperand::MO_ExternalSymbol: {
    MachineOperand Symbol = Target;
    Symbol.setTargetFlags(MTIAII::MO_CALL);
    MCOperand Operand;
    lowerOperand(Symbol, Operand);
    EmitToStreamer(*OutStreamer, MCInstBuilder(MTIA::PseudoCALL).addOperand(Operand));
    return;
  }
  case MachineOperand::MO_Immediate: {
    Register Source = MTIA::X0;
    for (const MTIAMatInt::Inst &Inst :
         MTIAMatInt::generateInstSeq(Target.getImm(), getSubtargetInfo())) {
      EmitToStreamer(*OutStreamer, MTIAMatInt::getMCInst(Inst, Scratch, Source));
      Source = Scratch;
    }
    EmitToStreamer(*OutStreamer,
                   MCInstBuilder(MTIA::JALR).addReg(MTIA::X1).addReg(Scratch).addImm(0));
    return;
  }
  case MachineOperand::MO_Register:
    EmitToStreamer(*OutStreamer,
                   MCInstBuilder(MTIA::JALR).addReg(MTIA::X1).addReg(Target.getReg()).addImm(0));
    return;
  default:
    report_fatal_error("the target of a patchpoint or statepoint must be a function, a register "
                       "or a constant",
                       /*gen_crash_diag=*/false);
  }
}

// The shadow of a stack map may be overwritten: instructions that are there anyway count, up
// to the next call or label.
void MTIAAsmPrinter::emitStackMap(const MachineInstr &MI) {
  unsigned Bytes = StackMapOpers(&MI).getNumPatchBytes();
  SM.recordStackMap(*emitTempLabel(), MI);
  const TargetInstrInfo *TII = MF->getSubtarget().getInstrInfo();
  const MachineBasicBlock &MBB = *MI.getParent();
  for (auto It = std::next(MI.getIterator()); Bytes > 0 && It != MBB.instr_end(); ++It) {
    if (It->isCall() || It->getOpcode() == TargetOpcode::PATCHPOINT ||
        It->getOpcode() == TargetOpcode::STACKMAP)
      break;
    Bytes -= std::min(Bytes, TII->getInstSizeInBytes(*It));
  }
  emitNopBytes(Bytes);
}

void MTIAAsmPrinter::emitPatchPoint(const MachineInstr &MI) {
  MCSymbol *Label = emitTempLabel();
  SM.recordPatchPoint(*Label, MI);
  PatchPointOpers Operands(&MI);
  const MachineOperand &Target = Operands.getCallTarget();
  unsigned Bytes = 0;
  if (!Target.isImm() || Target.getImm()) {
    emitCall(Target,
             Target.isImm() ? MI.getOperand(Operands.getNextScratchIdx()).getReg() : Register());
    Bytes = Target.isImm()
                ? 4 * (MTIAMatInt::generateInstSeq(Target.getImm(), getSubtargetInfo()).size() + 1)
                : 8;
  }
  if (Bytes > Operands.getNumPatchBytes())
    MI.emitGenericError("a patchpoint with a call needs " + Twine(Bytes) + " bytes, not " +
                        Twine(Operands.getNumPatchBytes()));
  else
    emitNopBytes(Operands.getNumPatchBytes() - Bytes);
}

void MTIAAsmPrinter::emitStatepoint(const MachineInstr &MI) {
  StatepointOpers Operands(&MI);
  if (unsigned Bytes = Operands.getNumPatchBytes())
    emitNopBytes(Bytes);
  else
    emitCall(Operands.getCallTarget(), MTIA::X1);
  SM.recordStatepoint(*emitTempLabel(), MI);
}

void MTIAAsmPrinter::emitMachineConstantPoolValue(MachineConstantPoolValue *Value) {
  auto *SymbolValue = static_cast<MTIAConstantPoolValue *>(Value);
  MCSymbol *Symbol = GetExternalSymbolSymbol(SymbolValue->getSymbol());
  OutStreamer->emitValue(MCSymbolRefExpr::create(Symbol, OutContext), 8);
}

bool MTIAAsmPrinter::PrintAsmOperand(const MachineInstr *MI, unsigned OpNo, const char *ExtraCode,
                                     raw_ostream &OS) {
  if (!AsmPrinter::PrintAsmOperand(MI, OpNo, ExtraCode, OS))
    return false;

  const MachineOperand &MO = MI->getOperand(OpNo);
  if (ExtraCode && ExtraCode[0]) {
    if (ExtraCode[1] != 0)
      return true;
    switch (ExtraCode[0]) {
    default:
      return true;
    case 'z': // zero register for the constant 0
      if (MO.isImm() && MO.getImm() == 0) {
        OS << MTIAInstPrinter::getRegisterName(MTIA::X0, MTIA::ABIRegAltName);
        return false;
      }
      break;
    case 'i': // the letter i for an immediate operand
      if (!MO.isReg())
        OS << 'i';
      return false;
    case 'N': // the number of a register, as .insn's fields take it
      if (!MO.isReg())
        return true;
      OS << TM.getMCRegisterInfo()->getEncodingValue(MO.getReg());
      return false;
    }
  }

  switch (MO.getType()) {
  case MachineOperand::MO_Immediate:
    OS << MO.getImm();
    return false;
  case MachineOperand::MO_Register:
    OS << MTIAInstPrinter::getRegisterName(MO.getReg(), MTIA::ABIRegAltName);
    return false;
  case MachineOperand::MO_GlobalAddress:
    PrintSymbolOperand(MO, OS);
    return false;
  case MachineOperand::MO_BlockAddress:
    GetBlockAddressSymbol(MO.getBlockAddress())->print(OS, MAI);
    return false;
  default:
    return true;
  }
}

bool MTIAAsmPrinter::PrintAsmMemoryOperand(const MachineInstr *MI, unsigned OpNo,
                                           const char *ExtraCode, raw_ostream &OS) {
  if (ExtraCode)
    return AsmPrinter::PrintAsmMemoryOperand(MI, OpNo, ExtraCode, OS);
  const MachineOperand &AddrReg = MI->getOperand(OpNo);
  if (!AddrReg.isReg())
    return true;
  // %a of an address in a register: there is no offset beside it.
  int FlagIdx = MI->findInlineAsmFlagIdx(OpNo);
  if (FlagIdx < 0 || !InlineAsm::Flag(MI->getOperand(FlagIdx).getImm()).isMemKind()) {
    OS << "0(" << MTIAInstPrinter::getRegisterName(AddrReg.getReg(), MTIA::ABIRegAltName) << ')';
    return false;
  }
  MCOperand MCO;
  if (!lowerOperand(MI->getOperand(OpNo + 1), MCO))
    return true;
  if (MCO.isImm())
    OS << MCO.getImm();
  else if (MCO.isExpr())
    MAI->printExpr(OS, *MCO.getExpr());
  OS << '(' << MTIAInstPrinter::getRegisterName(AddrReg.getReg(), MTIA::ABIRegAltName) << ')';
  return false;
}

extern "C" LLVM_EXTERNAL_VISIBILITY void LLVMInitializeMTIAAsmPrinter() {
  RegisterAsmPrinter<MTIAAsmPrinter> X(getTheMTIATarget());
}
