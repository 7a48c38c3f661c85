//===-- MTIAVectorState.cpp - What is known of vl and vtype ----*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIAVectorState.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

unsigned MTIAV::makeVType(unsigned SEW, unsigned LMul8, bool TailAgnostic, bool MaskAgnostic) {
  assert(isLegalLMul8(SEW, LMul8) && "No such vtype");
  bool Fractional = LMul8 < 8;
  RISCVVType::VLMUL LMul = RISCVVType::encodeLMUL(Fractional ? 8 / LMul8 : LMul8 / 8, Fractional);
  return RISCVVType::encodeVTYPE(LMul, SEW, TailAgnostic, MaskAgnostic);
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

void VConfigState::meet(const VConfigState &O) {
  if (!O.Reached)
    return;
  if (!Reached) {
    *this = O;
    return;
  }
  Valid &= O.Valid;
  if (VL != O.VL)
    VL = VLValue();
  if (SEW != O.SEW)
    SEW = 0;
  if (Ratio8 != O.Ratio8)
    Ratio8 = 0;
  TU &= O.TU;
  MU &= O.MU;
}

//===----------------------------------------------------------------------===//
// Demand
//===----------------------------------------------------------------------===//

bool VConfigDemand::isVLMetBy(const VLValue &Has) const {
  switch (Use) {
  case VLAny:
    return true;
  case VLNonZero:
    return Has.isConst() && Has.N != 0;
  case VLAtLeast:
    return Has.isConst() && Has.N >= VL.N;
  case VLExact:
    return Has.isKnown() && Has == VL;
  }
  llvm_unreachable("Unknown use of vl");
}

bool VConfigDemand::isMetBy(const VConfigState &State) const {
  if (!State.Valid || !isVLMetBy(State.VL))
    return false;
  if (NeedsSEW && (WiderSEWDoes ? State.SEW < getSEW() : State.SEW != getSEW()))
    return false;
  if (NeedsRatio && State.Ratio8 != getRatio8())
    return false;
  return (!NeedsTU || State.TU) && (!NeedsMU || State.MU);
}

unsigned VConfigDemand::getFullVType() const {
  return MTIAV::makeVType(getSEW(), getLMul8(), !NeedsTU, !NeedsMU);
}

std::optional<unsigned> VConfigDemand::getVTypeKeepingVL(const VConfigState &State) const {
  if (!State.Ratio8 || !isVLMetBy(State.VL) || (NeedsRatio && State.Ratio8 != getRatio8()))
    return std::nullopt;
  auto Try = [&](unsigned SEW) -> std::optional<unsigned> {
    unsigned LMul64 = SEW * 64;
    if (SEW > 64 || LMul64 % State.Ratio8 || !MTIAV::isLegalLMul8(SEW, LMul64 / State.Ratio8))
      return std::nullopt;
    return MTIAV::makeVType(SEW, LMul64 / State.Ratio8, !NeedsTU, !NeedsMU);
  };
  unsigned Least = NeedsSEW ? getSEW() : 8;
  unsigned Most = NeedsSEW && !WiderSEWDoes ? getSEW() : 64;
  if (auto VType = Try(getSEW()))
    return VType;
  for (unsigned SEW = Least; SEW <= Most; SEW *= 2)
    if (auto VType = Try(SEW))
      return VType;
  return std::nullopt;
}

// How much vl is asked for: the other one's number is met by the result too.
static bool mergeVL(VConfigDemand &To, const VConfigDemand &From) {
  if (From.Use == VConfigDemand::VLAny)
    return true;
  auto Take = [&](const VConfigDemand &D) {
    To.Use = D.Use;
    To.VL = D.VL;
    To.Source = D.Source;
    return true;
  };
  if (To.Use == VConfigDemand::VLAny)
    return Take(From);
  if (To.Use == VConfigDemand::VLExact)
    return From.isVLMetBy(To.VL);
  if (From.Use == VConfigDemand::VLExact)
    return To.isVLMetBy(From.VL) && Take(From);
  // Constants both, of which none is exact. At least none is any number.
  auto GetLeast = [](const VConfigDemand &D) {
    return D.Use == VConfigDemand::VLNonZero ? 1u : D.VL.N;
  };
  if (GetLeast(From) > GetLeast(To) ||
      (To.Use == VConfigDemand::VLNonZero && From.Use == VConfigDemand::VLAtLeast &&
       GetLeast(From) == 1))
    return Take(From);
  return true;
}

bool VConfigDemand::mergeWith(const VConfigDemand &O) {
  VConfigDemand M = *this;
  if (!mergeVL(M, O))
    return false;

  if (NeedsRatio && O.NeedsRatio && getRatio8() != O.getRatio8())
    return false;
  M.NeedsRatio |= O.NeedsRatio;
  M.NeedsTU |= O.NeedsTU;
  M.NeedsMU |= O.NeedsMU;

  // The element width, or the proposal of the one that knows the ratio.
  unsigned SEW = !NeedsSEW && !NeedsRatio && O.NeedsRatio ? O.getSEW() : getSEW();
  if (O.NeedsSEW) {
    if (!NeedsSEW) {
      SEW = O.getSEW();
      M.WiderSEWDoes = O.WiderSEWDoes;
    } else if (WiderSEWDoes && O.WiderSEWDoes) {
      SEW = std::max(SEW, O.getSEW());
    } else if (WiderSEWDoes) {
      if (O.getSEW() < SEW)
        return false;
      SEW = O.getSEW();
      M.WiderSEWDoes = false;
    } else if (O.WiderSEWDoes ? SEW < O.getSEW() : SEW != O.getSEW()) {
      return false;
    }
    M.NeedsSEW = true;
  }

  // The group size that follows from the ratio; a free one has room for vl.
  unsigned LMul8;
  if (M.NeedsRatio) {
    unsigned Ratio8 = NeedsRatio ? getRatio8() : O.getRatio8();
    auto IsLegal = [&] {
      return SEW * 64 % Ratio8 == 0 && MTIAV::isLegalLMul8(SEW, SEW * 64 / Ratio8);
    };
    while (!IsLegal() && M.WiderSEWDoes && SEW < 64)
      SEW *= 2;
    if (!IsLegal())
      return false;
    LMul8 = SEW * 64 / Ratio8;
  } else {
    LMul8 = std::max(getLMul8(), SEW / 8);
    if (M.Use == VLExact || M.Use == VLAtLeast)
      while (LMul8 < 64 && !MTIAV::hasRoom(SEW, LMul8, M.VL.N))
        LMul8 *= 2;
  }
  if (!MTIAV::isLegalLMul8(SEW, LMul8))
    return false;
  if ((M.Use == VLExact || M.Use == VLAtLeast) && !MTIAV::hasRoom(SEW, LMul8, M.VL.N))
    return false;
  M.VType = MTIAV::makeVType(SEW, LMul8, !M.NeedsTU, !M.NeedsMU);
  *this = M;
  return true;
}

//===----------------------------------------------------------------------===//
// For -debug
//===----------------------------------------------------------------------===//

void VLValue::print(raw_ostream &OS) const {
  if (Kind == Unknown)
    OS << "?";
  else if (Kind == Const)
    OS << N;
  else
    OS << "min(" << printReg(Reg) << '@' << Id << ", " << N << ')';
}

void VConfigState::print(raw_ostream &OS) const {
  if (!Reached) {
    OS << "unreached";
    return;
  }
  OS << "vl ";
  VL.print(OS);
  OS << " sew " << SEW << " ratio8 " << Ratio8 << (TU ? " tu" : "") << (MU ? " mu" : "")
     << (Valid ? "" : " maybe invalid");
}

void VConfigDemand::print(raw_ostream &OS) const {
  static const char *const Uses[] = {"any", "nonzero", ">=", "=="};
  OS << "vl " << Uses[Use];
  if (Use == VLAtLeast || Use == VLExact) {
    OS << ' ';
    VL.print(OS);
  }
  if (NeedsSEW)
    OS << (WiderSEWDoes ? " sew>=" : " sew==") << getSEW();
  if (NeedsRatio)
    OS << " ratio8==" << getRatio8();
  OS << (NeedsTU ? " tu" : "") << (NeedsMU ? " mu" : "");
}
