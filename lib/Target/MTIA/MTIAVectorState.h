//===-- MTIAVectorState.h - What is known of vl and vtype ------*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The values of MTIAInsertVSETVLI's data flow:
//
//   VLValue        a number of elements
//   VConfigDemand  what one or several instructions need of vl and vtype
//   VConfigState   what is known of them at a place
//
// A register has 512 bits, so the ratio SEW / LMUL says what VLMAX is, and a fixed
// number of elements is the same vl under every vtype that has room for it.
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAVECTORSTATE_H
#define LLVM_LIB_TARGET_MTIA_MTIAVECTORSTATE_H

#include "MTIAVectorTypes.h"
#include "llvm/CodeGen/Register.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/TargetParser/RISCVTargetParser.h"
#include <algorithm>
#include <optional>

namespace llvm {
class raw_ostream;

namespace MTIAV {
/// SEW / LMUL times 8: 8 (e8 m8) to 512 (e64 m1, e8 mf8).
inline unsigned getRatio8(unsigned VType) {
  auto [LMul, Fractional] = RISCVVType::decodeVLMUL(RISCVVType::getVLMUL(VType));
  unsigned SEW = RISCVVType::getSEW(VType);
  return Fractional ? SEW * 8 * LMul : SEW * 8 / LMul;
}

inline unsigned getVLMaxOfRatio8(unsigned Ratio8) { return MTIAVType::VLen * 8 / Ratio8; }
inline unsigned getVLMax(unsigned VType) { return getVLMaxOfRatio8(getRatio8(VType)); }

/// LMUL times 8: 1 (mf8) to 64 (m8). Only those with LMUL >= SEW / 64 are legal.
inline bool isLegalLMul8(unsigned SEW, unsigned LMul8) {
  return isPowerOf2_32(LMul8) && LMul8 >= SEW / 8 && LMul8 <= 64;
}
inline unsigned getLMul8(unsigned VType) {
  auto [LMul, Fractional] = RISCVVType::decodeVLMUL(RISCVVType::getVLMUL(VType));
  return Fractional ? 8 / LMul : 8 * LMul;
}
/// Whether N elements are no more than VLMAX.
inline bool hasRoom(unsigned SEW, unsigned LMul8, unsigned N) {
  return uint64_t(N) * SEW <= MTIAVType::VLen / 8 * LMul8;
}
unsigned makeVType(unsigned SEW, unsigned LMul8, bool TailAgnostic, bool MaskAgnostic);
} // namespace MTIAV

/// A number of elements: a constant, or the smaller one of a value and a constant. The
/// value is named by what defines it, so that two are the same if their names are.
struct VLValue {
  enum KindTy : uint8_t { Unknown, Const, Min } Kind = Unknown;
  unsigned N = 0;           ///< Const: the number; Min: no more than this
  const void *Id = nullptr; ///< Min: the definition
  Register Reg;             ///< Min: the register that it defines

  static VLValue getConst(uint64_t N) {
    VLValue V;
    V.Kind = Const;
    V.N = std::min<uint64_t>(N, NoBound);
    return V;
  }
  static VLValue getMin(Register Reg, const void *Id, unsigned Bound = NoBound) {
    VLValue V;
    V.Kind = Min;
    V.N = Bound;
    V.Id = Id;
    V.Reg = Reg;
    return V;
  }
  /// What vsetvli makes of it where VLMAX is Max.
  VLValue limitedTo(unsigned Max) const {
    VLValue V = *this;
    V.N = std::min(V.N, Max);
    return V;
  }

  bool isConst() const { return Kind == Const; }
  bool isKnown() const { return Kind != Unknown; }
  bool operator==(const VLValue &O) const { return Kind == O.Kind && N == O.N && Id == O.Id; }
  bool operator!=(const VLValue &O) const { return !(*this == O); }
  void print(raw_ostream &OS) const;

  static constexpr unsigned NoBound = 1u << 31;
};

/// What vsetvli is given to make a VLValue.
struct VLSource {
  enum KindTy : uint8_t { None, Imm, Reg } Kind = None;
  unsigned N = 0;
  Register R;
  const void *Id = nullptr; ///< the definition of R that is meant; null: not known

  static VLSource getImm(unsigned N) {
    VLSource S;
    S.Kind = Imm;
    S.N = N;
    return S;
  }
  static VLSource getReg(Register R, const void *Id) {
    VLSource S;
    S.Kind = Reg;
    S.R = R;
    S.Id = Id;
    return S;
  }
};

/// What is known of vl and vtype at a place in the program. `Reached` is false where no
/// path from the entry has come so far: that joins with everything.
struct VConfigState {
  bool Reached = false;
  bool Valid = false; ///< vtype is one that the hardware has, whichever
  VLValue VL;
  unsigned SEW = 0;    ///< 0: not known
  unsigned Ratio8 = 0; ///< 0: not known
  bool TU = false;     ///< tails are certainly undisturbed
  bool MU = false;

  static VConfigState getUnknown() {
    VConfigState S;
    S.Reached = true;
    return S;
  }
  static VConfigState get(VLValue VL, unsigned VType) {
    VConfigState S;
    S.Reached = S.Valid = true;
    S.VL = VL;
    S.SEW = RISCVVType::getSEW(VType);
    S.Ratio8 = MTIAV::getRatio8(VType);
    S.TU = !RISCVVType::isTailAgnostic(VType);
    S.MU = !RISCVVType::isMaskAgnostic(VType);
    return S;
  }
  unsigned getLMul8() const { return SEW && Ratio8 ? SEW * 64 / Ratio8 : 0; }
  /// What is known where this path and another one join.
  void meet(const VConfigState &O);
  bool operator==(const VConfigState &O) const {
    return Reached == O.Reached && Valid == O.Valid && VL == O.VL && SEW == O.SEW &&
           Ratio8 == O.Ratio8 && TU == O.TU && MU == O.MU;
  }
  void print(raw_ostream &OS) const;
};

/// What an instruction, or several in a row, need. Every field can be "whatever".
struct VConfigDemand {
  enum VLUse : uint8_t {
    VLAny,     ///< vmv.x.s, whole registers
    VLNonZero, ///< vmv.s.x
    VLAtLeast, ///< elements beyond the constant VL do no harm
    VLExact,
  } Use = VLAny;
  VLValue VL;
  VLSource Source; ///< makes VL, if Use isn't VLAny

  bool NeedsSEW = false;
  bool WiderSEWDoes = false; ///< of vmv.s.x: NeedsSEW, and a wider one is as good
  bool NeedsRatio = false;   ///< with the width, the group size is needed too
  bool NeedsTU = false;
  bool NeedsMU = false;
  unsigned VType = 0; ///< the fields that are needed, and a proposal for the others

  unsigned getSEW() const { return RISCVVType::getSEW(VType); }
  unsigned getRatio8() const { return MTIAV::getRatio8(VType); }
  unsigned getLMul8() const { return MTIAV::getLMul8(VType); }

  bool isVLMetBy(const VLValue &Has) const;
  bool isMetBy(const VConfigState &State) const;
  /// Makes this the need of both; false, and unchanged, if nothing serves both.
  bool mergeWith(const VConfigDemand &O);
  /// The vtype to choose where vl is set anew.
  unsigned getFullVType() const;
  /// The vtype under which the present vl can stay, if there is one: one of the same ratio.
  std::optional<unsigned> getVTypeKeepingVL(const VConfigState &State) const;
  void print(raw_ostream &OS) const;
};

} // namespace llvm

#endif
