//===-- MTIAVectorTypes.h - How a vector type is configured -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAVECTORTYPES_H
#define LLVM_LIB_TARGET_MTIA_MTIAVECTORTYPES_H

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "llvm/ADT/bit.h"
#include "llvm/CodeGen/ValueTypes.h"
#include "llvm/CodeGenTypes/MachineValueType.h"
#include <algorithm>

namespace llvm {
/// What vtype and vl an operation on values of a type needs, and which registers hold them.
struct MTIAVType {
  static constexpr unsigned VLen = 512;
  static constexpr unsigned VScale = 8;
  static constexpr unsigned ELen = 64;
  static constexpr int MaxLog2LMUL = 3;
  // Bits of vtypei.
  static constexpr unsigned TailAgnostic = 1 << 6;
  static constexpr unsigned MaskAgnostic = 1 << 7;

  /// Of a mask: those of bytes as many, for want of a configuration of its own.
  unsigned SEW = 0;
  int Log2LMUL = 0;
  unsigned NumElts = 0;
  bool IsMask = false;
  bool IsScalable = false;

  /// Elements of the whole group.
  unsigned getVLMax() const {
    return Log2LMUL < 0 ? VLen / SEW >> -Log2LMUL : VLen / SEW << Log2LMUL;
  }
  /// The operand avl of all the elements: -1 for VLMAX.
  int64_t getAVL() const { return IsScalable ? -1 : (int64_t)NumElts; }
  /// The operand vtype.
  unsigned getVTypeI(unsigned Policy = TailAgnostic | MaskAgnostic) const {
    return encode(SEW, Log2LMUL, Policy);
  }
  static unsigned encode(unsigned SEW, int Log2LMUL,
                         unsigned Policy = TailAgnostic | MaskAgnostic) {
    return Policy | (llvm::countr_zero(SEW) - 3) << 3 | ((unsigned)Log2LMUL & 7);
  }
  /// Whole registers of the group.
  unsigned getNumRegs() const { return IsMask || Log2LMUL < 0 ? 1 : 1 << Log2LMUL; }
  unsigned getRegClassID() const {
    switch (getNumRegs()) {
    case 1:
      return MTIA::VRRegClassID;
    case 2:
      return MTIA::VRM2RegClassID;
    case 4:
      return MTIA::VRM4RegClassID;
    default:
      return MTIA::VRM8RegClassID;
    }
  }
  /// The same number of elements of another width. It may be one that doesn't exist: LMUL of
  /// 16, say.
  MTIAVType withSEW(unsigned NewSEW) const {
    MTIAVType T = *this;
    T.SEW = NewSEW;
    T.IsMask = false;
    T.setLMUL();
    return T;
  }

  /// How many elements a type has: a scalable one in all its registers.
  static unsigned getNumElts(EVT VT) {
    unsigned N = VT.getVectorMinNumElements();
    return VT.isScalableVector() ? N * VScale : N;
  }

  static MTIAVType get(EVT VT) {
    MTIAVType T;
    T.IsScalable = VT.isScalableVector();
    T.NumElts = getNumElts(VT);
    T.IsMask = VT.getScalarType() == MVT::i1;
    T.SEW = T.IsMask ? 8 : VT.getScalarSizeInBits();
    T.setLMUL();
    return T;
  }

  /// Whether values of the type fit registers.
  static bool fits(EVT VT) {
    if (VT.isFixedLengthVector() && VT.getVectorNumElements() < 2)
      return false;
    MTIAVType T = get(VT);
    return T.SEW >= 8 && T.SEW <= ELen && isPowerOf2_32(T.SEW) && isPowerOf2_32(T.NumElts) &&
           T.Log2LMUL <= MaxLog2LMUL;
  }

private:
  // The smallest that holds the elements; a fraction is at least SEW / ELEN.
  void setLMUL() {
    int Lowest = (int)llvm::countr_zero(SEW) - (int)llvm::countr_zero(ELen);
    unsigned Bits = NumElts * SEW;
    int Needed = (int)Log2_32_Ceil(Bits) - (int)llvm::countr_zero(VLen);
    Log2LMUL = std::max(Lowest, Needed);
  }
};
} // namespace llvm

#endif
