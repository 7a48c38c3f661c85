//===-- MTIACallLowering.h - Vectors as arguments and results -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIACALLLOWERING_H
#define LLVM_LIB_TARGET_MTIA_MTIACALLLOWERING_H

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/CodeGen/SelectionDAG.h"
#include "llvm/IR/CallingConv.h"

namespace llvm {
class CCState;

/// riscv_vector_cc and riscv_vls_cc.
inline bool isVectorCallingConv(CallingConv::ID CC) {
  return CC == CallingConv::RISCV_VectorCall ||
         (CC >= CallingConv::RISCV_VLSCall_32 && CC <= CallingConv::RISCV_VLSCall_65536);
}
/// Whether values of the type are passed by the rules of MTIACallLoweringV.cpp.
bool isVectorArgument(MVT VT);
/// The next register for an argument or a result of the type; none if all are taken.
MCRegister allocateVectorArgument(MVT VT, CCState &State);
/// Assigns a vector without a register: its address is in one of GPRs or on the stack.
void assignVectorByReference(unsigned ValNo, MVT ValVT, CCState &State, ArrayRef<MCPhysReg> GPRs);
/// Stores what is passed by reference to a new stack slot; returns the chain.
SDValue storeVectorArgument(SelectionDAG &DAG, const SDLoc &DL, SDValue Chain, SDValue Value,
                            SDValue &Slot);
/// The value of an argument that was passed by reference.
SDValue loadVectorArgument(SelectionDAG &DAG, const SDLoc &DL, SDValue Chain, MVT VT,
                           SDValue Address);
} // namespace llvm

#endif
