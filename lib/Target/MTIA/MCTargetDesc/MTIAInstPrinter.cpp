//===-- MTIAInstPrinter.cpp - Instructions as text ------------------------===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIAInstPrinter.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIACompress.h"
#include "MCTargetDesc/MTIAMCAsmInfo.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/RISCVTargetParser.h"

using namespace llvm;

#define PRINT_ALIAS_INSTR
#include "MTIAGenAsmWriter.inc"

bool MTIAInstPrinter::applyTargetSpecificCLOption(StringRef Opt) {
  if (Opt == "no-aliases") {
    PrintAliases = false;
    return true;
  }
  if (Opt == "numeric") {
    NumericRegisters = true;
    return true;
  }
  return false;
}

void MTIAInstPrinter::printInst(const MCInst *MI, uint64_t Address, StringRef Annot,
                                const MCSubtargetInfo &STI, raw_ostream &OS) {
  // A compressed instruction under the name of the one that it is short for.
  MCInst Long;
  if (PrintAliases && MTIACompress::uncompress(Long, *MI, STI))
    MI = &Long;
  if (!PrintAliases || !printAliasInstr(MI, Address, STI, OS))
    printInstruction(MI, Address, STI, OS);
  printAnnotation(OS, Annot);
}

void MTIAInstPrinter::printRegName(raw_ostream &OS, MCRegister Reg) {
  markup(OS, Markup::Register) << getRegisterName(
      Reg, NumericRegisters ? unsigned(MTIA::NoRegAltName) : unsigned(MTIA::ABIRegAltName));
}

void MTIAInstPrinter::printOperand(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &STI,
                                   raw_ostream &OS) {
  const MCOperand &MO = MI->getOperand(OpNo);
  if (MO.isReg())
    printRegName(OS, MO.getReg());
  else if (MO.isImm())
    markup(OS, Markup::Immediate) << formatImm(MO.getImm());
  else
    MAI.printExpr(OS, *MO.getExpr());
}

void MTIAInstPrinter::printBranchOperand(const MCInst *MI, uint64_t Address, unsigned OpNo,
                                         const MCSubtargetInfo &STI, raw_ostream &OS) {
  const MCOperand &MO = MI->getOperand(OpNo);
  if (!MO.isImm())
    return printOperand(MI, OpNo, STI, OS);
  if (PrintBranchImmAsAddress)
    markup(OS, Markup::Target) << formatHex(Address + uint64_t(MO.getImm()));
  else
    markup(OS, Markup::Target) << formatImm(MO.getImm());
}

void MTIAInstPrinter::printCSRSystemRegister(const MCInst *MI, unsigned OpNo,
                                             const MCSubtargetInfo &STI, raw_ostream &OS) {
  unsigned Number = MI->getOperand(OpNo).getImm();
  if (const auto *Reg = MTIASysReg::lookupSysRegByEncoding(Number))
    markup(OS, Markup::Register) << Reg->Name;
  else
    markup(OS, Markup::Register) << formatImm(Number);
}

void MTIAInstPrinter::printFenceArg(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &STI,
                                    raw_ostream &OS) {
  unsigned Set = MI->getOperand(OpNo).getImm();
  if (Set & MTIAFenceField::I)
    OS << 'i';
  if (Set & MTIAFenceField::O)
    OS << 'o';
  if (Set & MTIAFenceField::R)
    OS << 'r';
  if (Set & MTIAFenceField::W)
    OS << 'w';
  if (Set == 0)
    OS << '0';
}

// A rounding mode with its comma, unless it is the one that is meant without.
void MTIAInstPrinter::printFRMArg(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &,
                                  raw_ostream &OS) {
  unsigned Mode = MI->getOperand(OpNo).getImm();
  if (!PrintAliases || Mode != MTIAFPRndMode::DYN)
    OS << ", " << MTIAFPRndMode::toString(Mode);
}

void MTIAInstPrinter::printFRMArgLegacy(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &,
                                        raw_ostream &OS) {
  unsigned Mode = MI->getOperand(OpNo).getImm();
  if (Mode != MTIAFPRndMode::RNE)
    OS << ", " << MTIAFPRndMode::toString(Mode);
}

void MTIAInstPrinter::printZeroOffsetMemOp(const MCInst *MI, unsigned OpNo,
                                           const MCSubtargetInfo &STI, raw_ostream &OS) {
  OS << '(';
  printRegName(OS, MI->getOperand(OpNo).getReg());
  OS << ')';
}

void MTIAInstPrinter::printVMaskReg(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &STI,
                                    raw_ostream &OS) {
  MCRegister Mask = MI->getOperand(OpNo).getReg();
  if (!Mask)
    return;
  OS << ", ";
  printRegName(OS, Mask);
  OS << ".t";
}

// In words, or as a number where a field has a reserved value.
void MTIAInstPrinter::printVTypeI(const MCInst *MI, unsigned OpNo, const MCSubtargetInfo &STI,
                                  raw_ostream &OS) {
  unsigned Value = MI->getOperand(OpNo).getImm();
  if (RISCVVType::getVLMUL(Value) == RISCVVType::LMUL_RESERVED || RISCVVType::getSEW(Value) > 64 ||
      Value >> 8 != 0)
    OS << formatImm(Value);
  else
    RISCVVType::printVType(Value, OS);
}
