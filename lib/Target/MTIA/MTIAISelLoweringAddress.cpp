//===-- MTIAISelLoweringAddress.cpp - Addresses of symbols -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// How a symbol's address is made, by relocation model, code model and (for thread-local
// variables) TLS model:
//
//   medlow          lui, addi                   absolute, in the lowest or highest 2 GB
//   medany, local   auipc, addi                 2 GB around the program counter
//   PIC, preemptible or weak: auipc, ld         from the global offset table
//   large           auipc, ld                   from the constant pool near the code
//   local-exec      lui, add tp, addi           offset from tp, known to the linker
//   initial-exec    auipc, ld, add tp           offset from tp, in the GOT
//   general and local dynamic: auipc, addi, call __tls_get_addr
//
//===----------------------------------------------------------------------===//

#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAConstantPoolValue.h"
#include "MTIAISelLowering.h"
#include "MTIASelectionDAGInfo.h"
#include "MTIASubtarget.h"
#include "MTIATargetMachine.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineJumpTableInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCExpr.h"

using namespace llvm;

//===----------------------------------------------------------------------===//
// Jump tables
//===----------------------------------------------------------------------===//

unsigned MTIATargetLowering::getJumpTableEncoding() const {
  // 32-bit absolute addresses suffice for programs below 2 GB: medlow. The device's
  // memory begins at 2 GB, where 64-bit addresses are needed.
  if (!isPositionIndependent() && getTargetMachine().getCodeModel() == CodeModel::Small)
    return MachineJumpTableInfo::EK_Custom32;
  return TargetLowering::getJumpTableEncoding();
}

const MCExpr *MTIATargetLowering::LowerCustomJumpTableEntry(const MachineJumpTableInfo *MJTI,
                                                            const MachineBasicBlock *MBB,
                                                            unsigned UId, MCContext &Ctx) const {
  return MCSymbolRefExpr::create(MBB->getSymbol(), Ctx);
}

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

static SDValue getTargetNode(GlobalAddressSDNode *N, const SDLoc &DL, EVT Ty, SelectionDAG &DAG,
                             unsigned Flags) {
  return DAG.getTargetGlobalAddress(N->getGlobal(), DL, Ty, 0, Flags);
}
static SDValue getTargetNode(BlockAddressSDNode *N, const SDLoc &DL, EVT Ty, SelectionDAG &DAG,
                             unsigned Flags) {
  return DAG.getTargetBlockAddress(N->getBlockAddress(), Ty, N->getOffset(), Flags);
}
static SDValue getTargetNode(ConstantPoolSDNode *N, const SDLoc &DL, EVT Ty, SelectionDAG &DAG,
                             unsigned Flags) {
  return DAG.getTargetConstantPool(N->getConstVal(), Ty, N->getAlign(), N->getOffset(), Flags);
}
static SDValue getTargetNode(JumpTableSDNode *N, const SDLoc &DL, EVT Ty, SelectionDAG &DAG,
                             unsigned Flags) {
  return DAG.getTargetJumpTable(N->getIndex(), Ty, Flags);
}

static SDValue getGOTLoad(unsigned Opcode, SDValue Addr, const SDLoc &DL, EVT Ty,
                          SelectionDAG &DAG) {
  MachineFunction &MF = DAG.getMachineFunction();
  MachineMemOperand *MemOp =
      MF.getMachineMemOperand(MachinePointerInfo::getGOT(MF),
                              MachineMemOperand::MOLoad | MachineMemOperand::MODereferenceable |
                                  MachineMemOperand::MOInvariant,
                              LLT(Ty.getSimpleVT()), Align(8));
  return DAG.getMemIntrinsicNode(Opcode, DL, DAG.getVTList(Ty, MVT::Other),
                                 {DAG.getEntryNode(), Addr}, Ty, MemOp);
}

// An address that stands in the constant pool.
static SDValue loadFromPool(SDValue Entry, const SDLoc &DL, SelectionDAG &DAG) {
  SDValue Slot = DAG.getNode(MTIAISD::LLA, DL, MVT::i64, Entry);
  return DAG.getLoad(MVT::i64, DL, DAG.getEntryNode(), Slot,
                     MachinePointerInfo::getConstantPool(DAG.getMachineFunction()), Align(8),
                     MachineMemOperand::MODereferenceable | MachineMemOperand::MOInvariant);
}

SDValue MTIATargetLowering::getLargeCallee(SDValue Callee, const SDLoc &DL,
                                           SelectionDAG &DAG) const {
  if (auto *G = dyn_cast<GlobalAddressSDNode>(Callee))
    return loadFromPool(DAG.getTargetConstantPool(G->getGlobal(), MVT::i64, Align(8)), DL, DAG);
  if (auto *S = dyn_cast<ExternalSymbolSDNode>(Callee)) {
    auto *Value = MTIAConstantPoolValue::create(*DAG.getContext(), S->getSymbol());
    return loadFromPool(DAG.getTargetConstantPool(Value, MVT::i64, Align(8)), DL, DAG);
  }
  return Callee;
}

template <class NodeTy>
SDValue MTIATargetLowering::getAddr(NodeTy *N, SelectionDAG &DAG, bool IsLocal,
                                    bool IsExternWeak) const {
  SDLoc DL(N);
  EVT Ty = getPointerTy(DAG.getDataLayout());

  if (isPositionIndependent()) {
    SDValue Addr = getTargetNode(N, DL, Ty, DAG, 0);
    if (IsLocal)
      return DAG.getNode(MTIAISD::LLA, DL, Ty, Addr);
    return getGOTLoad(MTIAISD::LGA, Addr, DL, Ty, DAG);
  }

  switch (getTargetMachine().getCodeModel()) {
  case CodeModel::Small: {
    SDValue AddrHi = getTargetNode(N, DL, Ty, DAG, MTIAII::MO_HI);
    SDValue AddrLo = getTargetNode(N, DL, Ty, DAG, MTIAII::MO_LO);
    SDValue Hi = DAG.getNode(MTIAISD::HI, DL, Ty, AddrHi);
    return DAG.getNode(MTIAISD::ADD_LO, DL, Ty, Hi, AddrLo);
  }
  case CodeModel::Medium: {
    SDValue Addr = getTargetNode(N, DL, Ty, DAG, 0);
    // An undefined weak symbol is 0, which may be out of reach from here.
    if (IsExternWeak)
      return getGOTLoad(MTIAISD::LGA, Addr, DL, Ty, DAG);
    return DAG.getNode(MTIAISD::LLA, DL, Ty, Addr);
  }
  case CodeModel::Large:
    // A symbol may be anywhere; what belongs to the function is near it.
    if constexpr (std::is_same_v<NodeTy, GlobalAddressSDNode>)
      return loadFromPool(DAG.getTargetConstantPool(N->getGlobal(), Ty, Align(8)), DL, DAG);
    return DAG.getNode(MTIAISD::LLA, DL, Ty, getTargetNode(N, DL, Ty, DAG, 0));
  default:
    report_fatal_error("the code model must be small (medlow), medium (medany) or large",
                       /*gen_crash_diag=*/false);
  }
}

SDValue MTIATargetLowering::lowerGlobalAddress(SDValue Op, SelectionDAG &DAG) const {
  auto *N = cast<GlobalAddressSDNode>(Op);
  assert(N->getOffset() == 0 && "Offsets are folded after selection");
  const GlobalValue *GV = N->getGlobal();
  return getAddr(N, DAG, GV->isDSOLocal(), GV->hasExternalWeakLinkage());
}

SDValue MTIATargetLowering::lowerBlockAddress(SDValue Op, SelectionDAG &DAG) const {
  return getAddr(cast<BlockAddressSDNode>(Op), DAG);
}

SDValue MTIATargetLowering::lowerConstantPool(SDValue Op, SelectionDAG &DAG) const {
  return getAddr(cast<ConstantPoolSDNode>(Op), DAG);
}

SDValue MTIATargetLowering::lowerJumpTable(SDValue Op, SelectionDAG &DAG) const {
  return getAddr(cast<JumpTableSDNode>(Op), DAG);
}

SDValue MTIATargetLowering::lowerGlobalTLSAddress(SDValue Op, SelectionDAG &DAG) const {
  auto *N = cast<GlobalAddressSDNode>(Op);
  SDLoc DL(N);
  EVT Ty = getPointerTy(DAG.getDataLayout());
  const GlobalValue *GV = N->getGlobal();
  if (getTargetMachine().useEmulatedTLS())
    return LowerToTLSEmulatedModel(N, DAG);
  if (DAG.getMachineFunction().getFunction().getCallingConv() == CallingConv::GHC)
    report_fatal_error("thread-local storage isn't supported in GHC functions");

  SDValue TP = DAG.getRegister(MTIA::X4, MVT::i64);
  switch (getTargetMachine().getTLSModel(GV)) {
  case TLSModel::LocalExec:
    break;
  case TLSModel::InitialExec: {
    SDValue Addr = DAG.getTargetGlobalAddress(GV, DL, Ty, 0, 0);
    SDValue Offset = getGOTLoad(MTIAISD::LA_TLS_IE, Addr, DL, Ty, DAG);
    return DAG.getNode(ISD::ADD, DL, Ty, Offset, TP);
  }
  case TLSModel::LocalDynamic:
  case TLSModel::GeneralDynamic: {
    // The psABI has one sequence for both.
    SDValue Addr = DAG.getTargetGlobalAddress(GV, DL, Ty, 0, 0);
    SDValue Index = DAG.getNode(MTIAISD::LA_TLS_GD, DL, Ty, Addr);
    Type *I64 = Type::getInt64Ty(*DAG.getContext());
    ArgListTy Args;
    Args.emplace_back(Index, I64);
    CallLoweringInfo CLI(DAG);
    CLI.setDebugLoc(DL)
        .setChain(DAG.getEntryNode())
        .setLibCallee(CallingConv::C, I64, DAG.getExternalSymbol("__tls_get_addr", Ty),
                      std::move(Args));
    return LowerCallTo(CLI).first;
  }
  }

  SDValue AddrHi = DAG.getTargetGlobalAddress(GV, DL, Ty, 0, MTIAII::MO_TPREL_HI);
  SDValue AddrAdd = DAG.getTargetGlobalAddress(GV, DL, Ty, 0, MTIAII::MO_TPREL_ADD);
  SDValue AddrLo = DAG.getTargetGlobalAddress(GV, DL, Ty, 0, MTIAII::MO_TPREL_LO);
  SDValue Hi = DAG.getNode(MTIAISD::HI, DL, Ty, AddrHi);
  SDValue Sum = DAG.getNode(MTIAISD::ADD_TPREL, DL, Ty, Hi, TP, AddrAdd);
  return DAG.getNode(MTIAISD::ADD_LO, DL, Ty, Sum, AddrLo);
}

//===----------------------------------------------------------------------===//
// The stack protector's guard
//===----------------------------------------------------------------------===//

// -mstack-protector-guard=tls: a doubleword at a fixed distance from tp. Otherwise the variable
// __stack_chk_guard.
static bool hasGuardInTLS(const Module &M) { return M.getStackProtectorGuard() == "tls"; }

Value *MTIATargetLowering::getIRStackGuard(IRBuilderBase &IRB) const {
  Module *M = IRB.GetInsertBlock()->getModule();
  if (!hasGuardInTLS(*M))
    return TargetLowering::getIRStackGuard(IRB);
  StringRef Reg = M->getStackProtectorGuardReg();
  if (!Reg.empty() && Reg != "tp")
    M->getContext().emitError("the stack protector's guard must be relative to tp, not '" + Reg +
                              "'");
  Value *ThreadPointer = IRB.CreateIntrinsic(Intrinsic::thread_pointer, {IRB.getPtrTy()}, {});
  return IRB.CreateConstGEP1_32(IRB.getInt8Ty(), ThreadPointer, M->getStackProtectorGuardOffset());
}

void MTIATargetLowering::insertSSPDeclarations(Module &M) const {
  if (!hasGuardInTLS(M))
    TargetLowering::insertSSPDeclarations(M);
}
