//===-- MTIAMCInstLower.cpp - From machine instructions to MC -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIAMCInstLower.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCAsmInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIARegisterInfo.h"
#include "MTIAVectorPseudos.h"
#include "llvm/CodeGen/AsmPrinter.h"
#include "llvm/CodeGen/MachineBasicBlock.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCExpr.h"
#include "llvm/MC/MCInst.h"

using namespace llvm;

static MTIA::Specifier getSpecifier(unsigned TargetFlags) {
  switch (TargetFlags) {
  case MTIAII::MO_None:
    return MTIA::S_None;
  case MTIAII::MO_CALL:
    return MTIA::S_CALL_PLT;
  case MTIAII::MO_LO:
    return MTIA::S_LO;
  case MTIAII::MO_HI:
    return MTIA::S_HI;
  case MTIAII::MO_PCREL_LO:
    return MTIA::S_PCREL_LO;
  case MTIAII::MO_PCREL_HI:
    return MTIA::S_PCREL_HI;
  case MTIAII::MO_GOT_HI:
    return MTIA::S_GOT_HI;
  case MTIAII::MO_TPREL_LO:
    return MTIA::S_TPREL_LO;
  case MTIAII::MO_TPREL_HI:
    return MTIA::S_TPREL_HI;
  case MTIAII::MO_TPREL_ADD:
    return MTIA::S_TPREL_ADD;
  case MTIAII::MO_TLS_GOT_HI:
    return MTIA::S_TLS_GOT_HI;
  case MTIAII::MO_TLS_GD_HI:
    return MTIA::S_TLS_GD_HI;
  default:
    llvm_unreachable("Unknown flag of a machine operand");
  }
}

static MCOperand lowerSymbolOperand(const MachineOperand &MO, MCSymbol *Sym, const AsmPrinter &AP) {
  MCContext &Ctx = AP.OutContext;
  const MCExpr *Expr = MCSymbolRefExpr::create(Sym, Ctx);
  if (!MO.isJTI() && !MO.isMBB() && !MO.isMCSymbol() && MO.getOffset())
    Expr = MCBinaryExpr::createAdd(Expr, MCConstantExpr::create(MO.getOffset(), Ctx), Ctx);
  MTIA::Specifier S = getSpecifier(MO.getTargetFlags());
  if (S != MTIA::S_None)
    Expr = MCSpecifierExpr::create(Expr, S, Ctx);
  return MCOperand::createExpr(Expr);
}

bool llvm::lowerMTIAMachineOperand(const MachineOperand &MO, MCOperand &MCOp,
                                   const AsmPrinter &AP) {
  switch (MO.getType()) {
  default:
    report_fatal_error("a machine operand of this type has no form in assembly");
  case MachineOperand::MO_Register:
    if (MO.isImplicit())
      return false;
    MCOp = MCOperand::createReg(MO.getReg());
    return true;
  case MachineOperand::MO_RegisterMask:
    return false;
  case MachineOperand::MO_Immediate:
    MCOp = MCOperand::createImm(MO.getImm());
    return true;
  case MachineOperand::MO_MachineBasicBlock:
    MCOp = lowerSymbolOperand(MO, MO.getMBB()->getSymbol(), AP);
    return true;
  case MachineOperand::MO_GlobalAddress:
    MCOp = lowerSymbolOperand(MO, AP.getSymbolPreferLocal(*MO.getGlobal()), AP);
    return true;
  case MachineOperand::MO_BlockAddress:
    MCOp = lowerSymbolOperand(MO, AP.GetBlockAddressSymbol(MO.getBlockAddress()), AP);
    return true;
  case MachineOperand::MO_ExternalSymbol:
    MCOp = lowerSymbolOperand(MO, AP.GetExternalSymbolSymbol(MO.getSymbolName()), AP);
    return true;
  case MachineOperand::MO_ConstantPoolIndex:
    MCOp = lowerSymbolOperand(MO, AP.GetCPISymbol(MO.getIndex()), AP);
    return true;
  case MachineOperand::MO_JumpTableIndex:
    MCOp = lowerSymbolOperand(MO, AP.GetJTISymbol(MO.getIndex()), AP);
    return true;
  case MachineOperand::MO_MCSymbol:
    MCOp = lowerSymbolOperand(MO, MO.getMCSymbol(), AP);
    return true;
  }
}

// The register that the encoding names: the first of a group, a floating-point register in the
// view that the assembler has.
static MCRegister getNamedVectorOperand(const TargetRegisterInfo &TRI, MCRegister Reg) {
  if (MCRegister First = TRI.getSubReg(Reg, MTIA::sub_vrm1_0))
    return First;
  if (MTIA::FPR16RegClass.contains(Reg))
    return TRI.getMatchingSuperReg(Reg, MTIA::sub_16, &MTIA::FPR32RegClass);
  if (MTIA::FPR64RegClass.contains(Reg))
    return TRI.getSubReg(Reg, MTIA::sub_32);
  return Reg;
}

// A vector pseudo-instruction is a real one with more operands: see MTIAInstrInfoVPseudos.td.
static void lowerVectorInstr(const MachineInstr &MI, MCInst &OutMI) {
  const MCInstrDesc &D = MI.getDesc();
  const TargetRegisterInfo &TRI = *MI.getMF()->getSubtarget().getRegisterInfo();
  if (MI.getOpcode() == MTIA::PseudoVMSET_M || MI.getOpcode() == MTIA::PseudoVMCLR_M) {
    OutMI.setOpcode(MI.getOpcode() == MTIA::PseudoVMSET_M ? MTIA::VMXNOR_MM : MTIA::VMXOR_MM);
    for (unsigned I = 0; I != 3; ++I)
      OutMI.addOperand(MCOperand::createReg(MI.getOperand(0).getReg()));
    return;
  }
  OutMI.setOpcode(MTIAV::getBaseOpcode(MI.getOpcode()));
  auto Add = [&](const MachineOperand &MO) {
    if (MO.isReg())
      OutMI.addOperand(MCOperand::createReg(getNamedVectorOperand(TRI, MO.getReg())));
    else
      OutMI.addOperand(MCOperand::createImm(MO.getImm()));
  };
  if (D.getNumDefs())
    Add(MI.getOperand(0));
  if (MTIAV::readsVd(D))
    Add(MI.getOperand(MTIAV::getPassthruIdx(D)));
  for (int I = MTIAV::getFirstSourceIdx(D), E = MTIAV::getEndOfSourcesIdx(D); I != E; ++I)
    Add(MI.getOperand(I));
  if (int I = MTIAV::getVMIdx(D); I >= 0)
    Add(MI.getOperand(I));
}

void llvm::lowerMTIAMachineInstr(const MachineInstr &MI, MCInst &OutMI, const AsmPrinter &AP) {
  if (MTIAV::isPseudo(MI)) {
    lowerVectorInstr(MI, OutMI);
    return;
  }
  OutMI.setOpcode(MI.getOpcode());
  for (const MachineOperand &MO : MI.operands()) {
    MCOperand MCOp;
    if (lowerMTIAMachineOperand(MO, MCOp, AP))
      OutMI.addOperand(MCOp);
  }
}
