//===-- MTIAISelLoweringVParts.cpp - Which moves of elements are custom -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// What builds vectors, takes them apart, permutes, reduces, and moves them to and from memory
// by masks and indices: the operations, and where each is lowered.
//
//===----------------------------------------------------------------------===//

#include "MTIAISelLoweringVParts.h"
#include "MTIAISelLowering.h"
#include "MTIASubtarget.h"

using namespace llvm;

void MTIATargetLowering::setVectorPartActions(MVT VT) {
  bool IsMask = VT.getVectorElementType() == MVT::i1;
  setOperationAction({ISD::BUILD_VECTOR, ISD::VECTOR_SHUFFLE, ISD::INSERT_VECTOR_ELT,
                      ISD::EXTRACT_VECTOR_ELT, ISD::INSERT_SUBVECTOR, ISD::EXTRACT_SUBVECTOR,
                      ISD::CONCAT_VECTORS, ISD::SCALAR_TO_VECTOR, ISD::VECTOR_REVERSE,
                      ISD::VECTOR_SPLICE_LEFT, ISD::VECTOR_SPLICE_RIGHT, ISD::VECTOR_INTERLEAVE,
                      ISD::VECTOR_DEINTERLEAVE, ISD::VECTOR_COMPRESS},
                     VT, Custom);
  if (VT.isInteger()) {
    setOperationAction({ISD::VECREDUCE_ADD, ISD::VECREDUCE_AND, ISD::VECREDUCE_OR,
                        ISD::VECREDUCE_XOR, ISD::VECREDUCE_SMIN, ISD::VECREDUCE_SMAX,
                        ISD::VECREDUCE_UMIN, ISD::VECREDUCE_UMAX, ISD::VP_REDUCE_ADD,
                        ISD::VP_REDUCE_AND, ISD::VP_REDUCE_OR, ISD::VP_REDUCE_XOR,
                        ISD::VP_REDUCE_SMIN, ISD::VP_REDUCE_SMAX, ISD::VP_REDUCE_UMIN,
                        ISD::VP_REDUCE_UMAX, ISD::VP_REDUCE_MUL},
                       VT, Custom);
  } else if (VT.getVectorElementType() != MVT::bf16 &&
             (VT.getVectorElementType() != MVT::f16 || Subtarget.hasVInstructionsF16())) {
    setOperationAction({ISD::VECREDUCE_FADD, ISD::VECREDUCE_SEQ_FADD, ISD::VECREDUCE_FMIN,
                        ISD::VECREDUCE_FMAX, ISD::VECREDUCE_FMINIMUM, ISD::VECREDUCE_FMAXIMUM,
                        ISD::VP_REDUCE_FADD, ISD::VP_REDUCE_SEQ_FADD, ISD::VP_REDUCE_FMIN,
                        ISD::VP_REDUCE_FMAX, ISD::VP_REDUCE_FMINIMUM, ISD::VP_REDUCE_FMAXIMUM,
                        ISD::VP_REDUCE_FMUL, ISD::VP_REDUCE_SEQ_FMUL},
                       VT, Custom);
  } else {
    // Nor does the legaliser make them of reductions of odd lengths.
    setOperationAction({ISD::VP_REDUCE_FADD, ISD::VP_REDUCE_SEQ_FADD, ISD::VP_REDUCE_FMIN,
                        ISD::VP_REDUCE_FMAX, ISD::VP_REDUCE_FMINIMUM, ISD::VP_REDUCE_FMAXIMUM,
                        ISD::VP_REDUCE_FMUL, ISD::VP_REDUCE_SEQ_FMUL},
                       VT, Expand);
  }
  if (IsMask) {
    setOperationAction({ISD::VECREDUCE_MUL, ISD::VP_CTTZ_ELTS, ISD::VP_CTTZ_ELTS_ZERO_UNDEF}, VT,
                       Custom);
    return;
  }
  setOperationAction({ISD::MLOAD, ISD::MSTORE, ISD::MGATHER, ISD::MSCATTER, ISD::VP_GATHER,
                      ISD::VP_SCATTER, ISD::EXPERIMENTAL_VP_STRIDED_LOAD,
                      ISD::EXPERIMENTAL_VP_STRIDED_STORE},
                     VT, Custom);
}

// Null for what isn't lowered here.
SDValue MTIATargetLowering::lowerVectorPermute(SDValue Op, SelectionDAG &DAG) const {
  switch (Op.getOpcode()) {
  default:
    return lowerReduction(Op, DAG);
  case ISD::SCALAR_TO_VECTOR:
    return lowerScalarToVector(Op, DAG);
  case ISD::INSERT_VECTOR_ELT:
    return lowerInsertElement(Op, DAG);
  case ISD::EXTRACT_VECTOR_ELT:
    return lowerExtractElement(Op, DAG);
  case ISD::INSERT_SUBVECTOR:
    return lowerInsertSubvector(Op, DAG);
  case ISD::EXTRACT_SUBVECTOR:
    return lowerExtractSubvector(Op, DAG);
  case ISD::CONCAT_VECTORS:
    return lowerConcatVectors(Op, DAG);
  case ISD::VECTOR_REVERSE:
    return lowerVectorReverse(Op, DAG);
  case ISD::VECTOR_SPLICE_LEFT:
  case ISD::VECTOR_SPLICE_RIGHT:
    return lowerVectorSplice(Op, DAG);
  case ISD::VECTOR_INTERLEAVE:
    return lowerVectorInterleave(Op, DAG);
  case ISD::VECTOR_DEINTERLEAVE:
    return lowerVectorDeinterleave(Op, DAG);
  case ISD::VECTOR_COMPRESS:
    return lowerVectorCompress(Op, DAG);
  case ISD::VP_CTTZ_ELTS:
  case ISD::VP_CTTZ_ELTS_ZERO_UNDEF:
    return lowerCountTrailingElements(Op, DAG);
  case ISD::MLOAD:
    return lowerExpandingLoad(Op, DAG);
  case ISD::MSTORE:
    return lowerCompressingStore(Op, DAG);
  case ISD::MGATHER:
  case ISD::VP_GATHER:
    return lowerGather(Op, DAG);
  case ISD::MSCATTER:
  case ISD::VP_SCATTER:
    return lowerScatter(Op, DAG);
  case ISD::EXPERIMENTAL_VP_STRIDED_LOAD:
    return lowerStridedLoad(Op, DAG);
  case ISD::EXPERIMENTAL_VP_STRIDED_STORE:
    return lowerStridedStore(Op, DAG);
  }
}
