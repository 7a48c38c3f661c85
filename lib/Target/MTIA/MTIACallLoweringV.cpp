//===-- MTIACallLoweringV.cpp - Vectors as arguments and results -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The psABI's vector calling convention, which LLVM's RISC-V target uses in the standard
// one too: arguments are in v8 to v23, a group where it may begin, the first mask in v0;
// what finds no registers is passed by reference. A result is in v8 and what follows.
// Fixed-length vectors go where a scalable one of their size goes.
//
//===----------------------------------------------------------------------===//

#include "MTIACallLowering.h"
#include "MTIASubtarget.h"
#include "MTIAVectorPseudos.h"
#include "MTIAVectorTypes.h"
#include "llvm/CodeGen/CallingConvLower.h"

using namespace llvm;

// Registers of a class, in encoding order, that lie in v8 to v23.
static SmallVector<MCPhysReg, 16> getArgVRegs(const MTIARegisterInfo &TRI,
                                              const TargetRegisterClass &RC) {
  SmallVector<MCPhysReg, 16> Regs;
  unsigned Size = TRI.getRegSizeInBits(RC).getFixedValue() / MTIAVType::VLen;
  for (MCPhysReg Reg : RC)
    if (unsigned First = TRI.getEncodingValue(Reg); First >= 8 && First + Size <= 24)
      Regs.push_back(Reg);
  sort(Regs,
       [&](MCPhysReg A, MCPhysReg B) { return TRI.getEncodingValue(A) < TRI.getEncodingValue(B); });
  return Regs;
}

bool llvm::isVectorArgument(MVT VT) { return VT.isVector() || VT.isRISCVVectorTuple(); }

MCRegister llvm::allocateVectorArgument(MVT VT, CCState &State) {
  const auto &STI = State.getMachineFunction().getSubtarget<MTIASubtarget>();
  const TargetRegisterClass *RC = STI.getTargetLowering()->getRegClassFor(VT);
  if (VT.isVector() && VT.getVectorElementType() == MVT::i1)
    if (MCRegister Reg = State.AllocateReg(MTIA::V0))
      return Reg;
  return State.AllocateReg(getArgVRegs(*STI.getRegisterInfo(), *RC));
}

// The address of an argument that is passed by reference takes the place of an integer.
void llvm::assignVectorByReference(unsigned ValNo, MVT ValVT, CCState &State,
                                   ArrayRef<MCPhysReg> GPRs) {
  if (MCRegister Reg = State.AllocateReg(GPRs))
    State.addLoc(CCValAssign::getReg(ValNo, ValVT, Reg, MVT::i64, CCValAssign::Indirect));
  else
    State.addLoc(CCValAssign::getMem(ValNo, ValVT, State.AllocateStack(8, Align(8)), MVT::i64,
                                     CCValAssign::Indirect));
}

SDValue llvm::storeVectorArgument(SelectionDAG &DAG, const SDLoc &DL, SDValue Chain, SDValue Value,
                                  SDValue &Slot) {
  EVT VT = Value.getValueType();
  Align Alignment(8);
  Slot = DAG.CreateStackTemporary(VT.getStoreSize(), Alignment);
  int FI = cast<FrameIndexSDNode>(Slot)->getIndex();
  return DAG.getStore(Chain, DL, Value, Slot,
                      MachinePointerInfo::getFixedStack(DAG.getMachineFunction(), FI), Alignment);
}

// Whole registers don't depend on vtype, which is unknown at the beginning of a function.
SDValue llvm::loadVectorArgument(SelectionDAG &DAG, const SDLoc &DL, SDValue Chain, MVT VT,
                                 SDValue Address) {
  if (VT.isVector() && VT.getVectorElementType() != MVT::i1) {
    MTIAVType T = MTIAVType::get(VT);
    if (T.NumElts * T.SEW == T.getNumRegs() * MTIAVType::VLen)
      return SDValue(DAG.getMachineNode(MTIAV::getWholeRegistersOpcode(false, T.getNumRegs()), DL,
                                        VT, MVT::Other, {Address, Chain}),
                     0);
  }
  return DAG.getLoad(VT, DL, Chain, Address, MachinePointerInfo(), Align(8));
}
