//===-- MTIAISelLoweringVParts.h - Parts of vectors -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAISELLOWERINGVPARTS_H
#define LLVM_LIB_TARGET_MTIA_MTIAISELLOWERINGVPARTS_H

#include "MTIAISelLoweringV.h"

namespace llvm {
namespace MTIAV {
/// The registers of V seen as another type: the bits at the beginning stay, what is beyond
/// V is undefined.
SDValue asType(SelectionDAG &DAG, const SDLoc &DL, EVT VT, SDValue V);
/// A type as VT, of another element.
EVT withElement(SelectionDAG &DAG, EVT VT, EVT Element);
/// A type as VT, of another number of elements (of the least number if it is scalable).
EVT withCount(SelectionDAG &DAG, EVT VT, unsigned MinCount);
/// The integers as wide as the elements of VT.
EVT withIntElement(SelectionDAG &DAG, EVT VT);
/// The part of VT in one register; VT itself if it is no larger.
EVT getOneRegType(SelectionDAG &DAG, EVT VT);
/// The scalable type of one whole register.
MVT getWholeType(MVT Element);

/// Part number Index of type PartVT, both of whole registers.
SDValue getPart(SelectionDAG &DAG, const SDLoc &DL, SDValue V, EVT PartVT, unsigned Index);
SDValue setPart(SelectionDAG &DAG, const SDLoc &DL, SDValue V, SDValue Part, unsigned Index);
/// The elements of a type from number First on. PassthruVT keeps its kind: both are fixed, or both
/// scalable and First counts what is there.
SDValue getElements(SelectionDAG &DAG, const SDLoc &DL, SDValue V, EVT PartVT, unsigned First);
/// V with those elements replaced. V may be undefined.
SDValue setElements(SelectionDAG &DAG, const SDLoc &DL, SDValue V, SDValue Part, unsigned First);

/// Bytes that are 1 where a mask is set, and the mask of bytes that aren't zero.
SDValue getBytesOfMask(SelectionDAG &DAG, const SDLoc &DL, SDValue Mask);
SDValue getMaskOfBytes(SelectionDAG &DAG, const SDLoc &DL, EVT MaskVT, SDValue Bytes);
/// A constant mask.
SDValue getConstantMask(SelectionDAG &DAG, const SDLoc &DL, EVT MaskVT, const APInt &Bits);

/// A vector whose first element is a scalar; the others as in Passthru, which may be getUndef().
SDValue setFirst(SelectionDAG &DAG, const SDLoc &DL, EVT VT, SDValue Passthru, SDValue Scalar);
/// Element 0, as the scalar type VT.
SDValue getFirst(SelectionDAG &DAG, const SDLoc &DL, EVT VT, SDValue V);
/// Element i is element i + Amount of V; Amount is an i64.
SDValue slideDown(SelectionDAG &DAG, const SDLoc &DL, SDValue V, SDValue Amount,
                  SDValue Passthru = SDValue(), SDValue AVL = SDValue(), SDValue Mask = SDValue());
SDValue slideDown(SelectionDAG &DAG, const SDLoc &DL, SDValue V, unsigned Amount,
                  SDValue Passthru = SDValue(), SDValue AVL = SDValue(), SDValue Mask = SDValue());
/// Element i + Amount is element i of V, those below come from Passthru.
SDValue slideUp(SelectionDAG &DAG, const SDLoc &DL, SDValue Passthru, SDValue V, SDValue Amount,
                SDValue AVL = SDValue(), SDValue Mask = SDValue());
SDValue slideUp(SelectionDAG &DAG, const SDLoc &DL, SDValue Passthru, SDValue V, unsigned Amount,
                SDValue AVL = SDValue(), SDValue Mask = SDValue());
} // namespace MTIAV
} // namespace llvm

#endif
