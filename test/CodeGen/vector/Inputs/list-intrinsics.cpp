// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lists every function of <riscv_vector.h> that the device has, from the tables that clang
// itself declares them by. One line each, with tabs between
//
//   name, result, and each parameter; '!' after one that must be constant
//
// clang++ list-intrinsics.cpp -lclang-cpp -lLLVM-22
#include "clang/Support/RISCVVIntrinsicUtils.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <cstdio>
#include <cstring>

using namespace clang::RISCV;

namespace {

const PrototypeDescriptor Signatures[] = {
#define DECL_SIGNATURE_TABLE
#include "clang/Basic/riscv_vector_builtin_sema.inc"
#undef DECL_SIGNATURE_TABLE
};
const RVVIntrinsicRecord Records[] = {
#define DECL_INTRINSIC_RECORDS
#include "clang/Basic/riscv_vector_builtin_sema.inc"
#undef DECL_INTRINSIC_RECORDS
};

// Of core 1; "" is V itself.
const char *const Extensions[] = {"",         "64bit", "zvbb",    "zvfbfmin",
                                  "zvfbfwma", "zvfh",  "zvfhmin", "zvkb"};

struct Lister {
  const RVVIntrinsicRecord &R;
  RVVTypeCache &Cache;
  BasicType Base;
  int Log2LMUL;

  static llvm::ArrayRef<PrototypeDescriptor> sequence(unsigned Index, unsigned Length) {
    return {Signatures + Index, Length};
  }

  void print(bool Masked, PolicyScheme Scheme, Policy P) const {
    auto Prototype = RVVIntrinsic::computeBuiltinTypes(
        sequence(R.PrototypeIndex, R.PrototypeLength), Masked, Masked && R.HasMaskedOffOperand,
        R.HasVL, R.NF, Scheme, P, R.IsTuple);
    auto Types = Cache.computeTypes(Base, Log2LMUL, R.NF, Prototype);
    if (!Types)
      return;
    std::string Suffix =
        RVVIntrinsic::getSuffixStr(Cache, Base, Log2LMUL, sequence(R.SuffixIndex, R.SuffixLength));
    std::string Name = R.Name + (Suffix.empty() ? "" : "_" + Suffix), Builtin, Overloaded;
    RVVIntrinsic::updateNamesAndPolicy(Masked, Scheme != SchemeNone, Name, Builtin, Overloaded, P,
                                       R.HasFRMRoundModeOp, R.AltFmt);
    std::printf("%s", Name.c_str());
    for (const RVVTypePtr &T : *Types)
      std::printf("\t%s%s", T->getTypeStr().c_str(), T->getBuiltinStr()[0] == 'I' ? "!" : "");
    std::printf("\n");
  }

  void printAll() const {
    auto Unmasked = PolicyScheme(R.UnMaskedPolicyScheme);
    print(false, Unmasked, Policy());
    if (Unmasked != SchemeNone)
      for (Policy P : RVVIntrinsic::getSupportedUnMaskedPolicies())
        print(false, Unmasked, P);
    if (!R.HasMasked)
      return;
    auto Masked = PolicyScheme(R.MaskedPolicyScheme);
    print(true, Masked, Policy());
    if (Masked != SchemeNone)
      for (Policy P : RVVIntrinsic::getSupportedMaskedPolicies(R.HasTailPolicy, R.HasMaskPolicy))
        print(true, Masked, P);
  }
};

} // namespace

int main() {
  RVVTypeCache Cache;
  for (const RVVIntrinsicRecord &R : Records) {
    bool Has = llvm::any_of(
        Extensions, [&](const char *E) { return std::strcmp(E, R.RequiredExtensions) == 0; });
    // Zvknha or Zvknhb is what the first need, which the table cannot say; the second are
    // names by mistake, at which stock clang crashes.
    if (!Has || R.AltFmt || llvm::StringRef(R.Name).starts_with("vsha2") ||
        llvm::StringRef(R.Name) == "vfmv_s_x")
      continue;
    for (BasicType Base :
         {BasicType::Int8, BasicType::Int16, BasicType::Int32, BasicType::Int64,
          BasicType::BFloat16, BasicType::Float16, BasicType::Float32, BasicType::Float64})
      if (uint16_t(Base) & R.TypeRangeMask)
        for (int Log2LMUL = -3; Log2LMUL <= 3; ++Log2LMUL)
          if (R.Log2LMULMask & 1 << (Log2LMUL + 3))
            Lister{R, Cache, Base, Log2LMUL}.printAll();
  }
}
