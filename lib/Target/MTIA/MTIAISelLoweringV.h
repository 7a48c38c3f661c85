//===-- MTIAISelLoweringV.h - Vector operations as selection nodes -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAISELLOWERINGV_H
#define LLVM_LIB_TARGET_MTIA_MTIAISELLOWERINGV_H

#include "MTIAVectorTypes.h"
#include "llvm/CodeGen/SelectionDAG.h"
#include <optional>

namespace llvm {
/// Machine nodes of the pseudo-instructions of MTIAInstrInfoVPseudos.td. Whoever lowers or
/// selects builds them with these; they may be made before instruction selection.
namespace MTIAV {
/// What an operation has beside its operands. The defaults are an operation on all elements of
/// its type.
struct OpInfo {
  /// A vector of i1; none, or all ones, for an operation without a mask. The operation's v0
  /// where it always has one.
  SDValue Mask;
  /// How many elements: an i64, or a constant as in the operand avl. Default: those of the type.
  SDValue AVL;
  /// Bits TailAgnostic and MaskAgnostic of MTIAVType; -1: what passthru and mask need. A tail is
  /// kept only where AVL is given.
  int Policy = -1;
  /// What vtype is of; default: the type of the operand or result of SEW.
  std::optional<MTIAVType> Type;
  /// The operand frm or vxrm; -1: dynamic, or to the nearest, ties up.
  int Round = -1;
  /// Whether a strict operation's exceptions are of no interest.
  bool NoFPExcept = true;
};

/// $noreg: a passthru that doesn't matter.
SDValue getUndef(SelectionDAG &DAG, EVT VT);
/// A value of a register that holds anything: an operand that doesn't matter.
SDValue getImplicitDef(SelectionDAG &DAG, const SDLoc &DL, EVT VT);
/// The operand avl of all elements of a type.
SDValue getVLMaxOrCount(SelectionDAG &DAG, const SDLoc &DL, EVT VT);
/// The operand avl of a number of elements that is an i64 or a constant.
SDValue getAVL(SelectionDAG &DAG, const SDLoc &DL, SDValue Count, const MTIAVType &T);
/// An immediate operand.
SDValue getImm(SelectionDAG &DAG, const SDLoc &DL, int64_t Value);

/// The pseudo Opc with a result of type VT (MVT::i64 or a floating-point type where that is
/// what it makes). Ops are passthru, where it has one, and the sources in assembler order.
SDValue getOp(SelectionDAG &DAG, const SDLoc &DL, EVT VT, unsigned Opc, ArrayRef<SDValue> Ops,
              const OpInfo &Info);
inline SDValue getOp(SelectionDAG &DAG, const SDLoc &DL, EVT VT, unsigned Opc,
                     ArrayRef<SDValue> Ops, SDValue Mask = SDValue(), SDValue AVL = SDValue()) {
  OpInfo Info;
  Info.Mask = Mask;
  Info.AVL = AVL;
  return getOp(DAG, DL, VT, Opc, Ops, Info);
}
/// The same for an access to memory, or an operation that must keep its place: VTs are the
/// result types without the chain, which is the node's last value.
MachineSDNode *getChainedOp(SelectionDAG &DAG, const SDLoc &DL, ArrayRef<EVT> VTs, unsigned Opc,
                            SDValue Chain, ArrayRef<SDValue> Ops, const OpInfo &Info,
                            MachineMemOperand *MMO = nullptr);

/// All elements equal to a scalar: an i64 whose lower bits count, or of the element's
/// floating-point type.
SDValue getSplat(SelectionDAG &DAG, const SDLoc &DL, EVT VT, SDValue Scalar,
                 SDValue AVL = SDValue());
SDValue getSplat(SelectionDAG &DAG, const SDLoc &DL, EVT VT, int64_t Value,
                 SDValue AVL = SDValue());
/// All elements true.
SDValue getAllOnesMask(SelectionDAG &DAG, const SDLoc &DL, EVT MaskVT);
/// The type of masks for operations on a type.
EVT getMaskType(SelectionDAG &DAG, EVT VT);

/// Whether a mask is known to be all ones.
bool isAllOnesMask(SDValue Mask);
/// The scalar of which all elements are, or nothing.
SDValue getSplatScalar(SDValue V);
/// The constant that all integer elements are, sign-extended from their width.
std::optional<int64_t> getSplatConstant(SDValue V);
} // namespace MTIAV
} // namespace llvm

#endif
