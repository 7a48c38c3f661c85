// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The front end's view of the device: clang's RISC-V description, which is
// private to clang and therefore asked question by question, plus our builtins.
#include "Machine.h"
#include "Tools.h"
#include "clang/Basic/Builtins.h"
#include "clang/Basic/MacroBuilder.h"
#include "clang/Basic/TargetInfo.h"

using namespace clang;
using llvm::StringRef;

namespace {

// Three of the questions are protected; a pointer to member, named through a
// derived class, may still be called on the stock object.
struct Protected : TargetInfo {
  static auto regNames() { return &Protected::getGCCRegNames; }
  static auto regAliases() { return &Protected::getGCCRegAliases; }
  static auto addlRegNames() { return &Protected::getGCCAddlRegNames; }
};

class DeviceTargetInfo final : public TargetInfo {
  llvm::IntrusiveRefCntPtr<TargetInfo> Stock;

public:
  // The copy takes over all data members; behaviour is below.
  explicit DeviceTargetInfo(const TargetInfo &From)
      : TargetInfo(From), Stock(const_cast<TargetInfo *>(&From)) {}

  // ---- What is ours ----

  void getTargetDefines(const LangOptions &Opts, MacroBuilder &Builder) const override {
    Stock->getTargetDefines(Opts, Builder);
    Builder.defineMacro("__MTIA__");
    Builder.defineMacro("__mtia__");
    Builder.defineMacro("__MTIA_BUILTINS__");
    // For the attribute `target`: see MTIA_VECTOR in mtia/kernel.h.
    Builder.defineMacro("__MTIA_VECTOR_ARCH__", "\"" + mtia::vectorTarget() + "\"");
  }

  llvm::SmallVector<Builtin::InfosShard> getTargetBuiltins() const override {
    llvm::SmallVector<Builtin::InfosShard> Shards = Stock->getTargetBuiltins();
    Shards.push_back(mtia::getBuiltinShard());
    return Shards;
  }

  // A function that has vectors by its attribute `target` only: the length is the same, in
  // LLVM's blocks of 64 bits.
  std::optional<std::pair<unsigned, unsigned>>
  getVScaleRange(const LangOptions &Opts, ArmStreamingKind Mode,
                 llvm::StringMap<bool> *Features) const override {
    if (!Opts.VScaleMin && !Opts.VScaleMax && Features && Features->lookup("zve32x") &&
        !Stock->hasFeature("zve32x")) {
      unsigned Blocks = mtia::vectorISA().getMinVLen() / 64;
      return std::pair(Blocks, Blocks);
    }
    return Stock->getVScaleRange(Opts, Mode, Features);
  }

  // ---- Everything else is as for any RISC-V ----

  IntType getIntTypeByWidth(unsigned Width, bool Signed) const override {
    return Stock->getIntTypeByWidth(Width, Signed);
  }
  IntType getLeastIntTypeByWidth(unsigned Width, bool Signed) const override {
    return Stock->getLeastIntTypeByWidth(Width, Signed);
  }
  bool hasInt128Type() const override { return Stock->hasInt128Type(); }
  bool hasBitIntType() const override { return Stock->hasBitIntType(); }
  size_t getMaxBitIntWidth() const override { return Stock->getMaxBitIntWidth(); }
  bool hasFloat16Type() const override { return Stock->hasFloat16Type(); }
  bool hasBFloat16Type() const override { return Stock->hasBFloat16Type(); }
  const char *getBFloat16Mangling() const override { return Stock->getBFloat16Mangling(); }
  const char *getLongDoubleMangling() const override { return Stock->getLongDoubleMangling(); }
  bool useFP16ConversionIntrinsics() const override { return Stock->useFP16ConversionIntrinsics(); }
  void setMaxAtomicWidth() override { Stock->setMaxAtomicWidth(); }
  unsigned getMinGlobalAlign(uint64_t Size, bool NonWeakDef) const override {
    return Stock->getMinGlobalAlign(Size, NonWeakDef);
  }
  BuiltinVaListKind getBuiltinVaListKind() const override { return Stock->getBuiltinVaListKind(); }
  bool isCLZForZeroUndef() const override { return Stock->isCLZForZeroUndef(); }

  bool isValidGCCRegisterName(StringRef Name) const override {
    return Stock->isValidGCCRegisterName(Name);
  }
  StringRef getConstraintRegister(StringRef Constraint, StringRef Expression) const override {
    return Stock->getConstraintRegister(Constraint, Expression);
  }
  bool validateGlobalRegisterVariable(StringRef Name, unsigned Size,
                                      bool &HasMismatch) const override {
    return Stock->validateGlobalRegisterVariable(Name, Size, HasMismatch);
  }
  bool validateAsmConstraint(const char *&Name, ConstraintInfo &Info) const override {
    return Stock->validateAsmConstraint(Name, Info);
  }
  std::string convertConstraint(const char *&Constraint) const override {
    return Stock->convertConstraint(Constraint);
  }
  std::string_view getClobbers() const override { return Stock->getClobbers(); }
  llvm::ArrayRef<const char *> getGCCRegNames() const override {
    return ((*Stock).*Protected::regNames())();
  }
  llvm::ArrayRef<GCCRegAlias> getGCCRegAliases() const override {
    return ((*Stock).*Protected::regAliases())();
  }
  llvm::ArrayRef<AddlRegName> getGCCAddlRegNames() const override {
    return ((*Stock).*Protected::addlRegNames())();
  }
  int getEHDataRegisterNumber(unsigned Number) const override {
    return Stock->getEHDataRegisterNumber(Number);
  }

  StringRef getABI() const override { return Stock->getABI(); }
  bool setABI(const std::string &Name) override { return Stock->setABI(Name); }
  bool setCPU(const std::string &Name) override { return Stock->setCPU(Name); }
  bool isValidCPUName(StringRef Name) const override { return Stock->isValidCPUName(Name); }
  void fillValidCPUList(llvm::SmallVectorImpl<StringRef> &Names) const override {
    Stock->fillValidCPUList(Names);
  }
  bool isValidTuneCPUName(StringRef Name) const override { return Stock->isValidTuneCPUName(Name); }
  void fillValidTuneCPUList(llvm::SmallVectorImpl<StringRef> &Names) const override {
    Stock->fillValidTuneCPUList(Names);
  }
  bool supportsTargetAttributeTune() const override { return Stock->supportsTargetAttributeTune(); }
  ParsedTargetAttr parseTargetAttr(StringRef Text) const override {
    return Stock->parseTargetAttr(Text);
  }
  bool initFeatureMap(llvm::StringMap<bool> &Features, DiagnosticsEngine &Diags, StringRef CPU,
                      const std::vector<std::string> &Names) const override {
    return Stock->initFeatureMap(Features, Diags, CPU, Names);
  }
  void setFeatureEnabled(llvm::StringMap<bool> &Features, StringRef Name,
                         bool Enabled) const override {
    Stock->setFeatureEnabled(Features, Name, Enabled);
  }
  bool isValidFeatureName(StringRef Name) const override { return Stock->isValidFeatureName(Name); }
  bool doesFeatureAffectCodeGen(StringRef Name) const override {
    return Stock->doesFeatureAffectCodeGen(Name);
  }
  bool handleTargetFeatures(std::vector<std::string> &Features, DiagnosticsEngine &Diags) override {
    return Stock->handleTargetFeatures(Features, Diags);
  }
  bool hasFeature(StringRef Name) const override { return Stock->hasFeature(Name); }
  bool supportsCpuSupports() const override { return Stock->supportsCpuSupports(); }
  bool supportsCpuIs() const override { return Stock->supportsCpuIs(); }
  bool supportsCpuInit() const override { return Stock->supportsCpuInit(); }
  bool validateCpuSupports(StringRef Name) const override {
    return Stock->validateCpuSupports(Name);
  }
  bool validateCpuIs(StringRef Name) const override { return Stock->validateCpuIs(Name); }
  llvm::APInt getFMVPriority(llvm::ArrayRef<StringRef> Features) const override {
    return Stock->getFMVPriority(Features);
  }

  CallingConvCheckResult checkCallingConvention(CallingConv CC) const override {
    return Stock->checkCallingConvention(CC);
  }
  CallingConv getDefaultCallingConv() const override { return Stock->getDefaultCallingConv(); }
  bool hasSjLjLowering() const override { return Stock->hasSjLjLowering(); }
  bool checkCFProtectionBranchSupported(DiagnosticsEngine &Diags) const override {
    return Stock->checkCFProtectionBranchSupported(Diags);
  }
  CFBranchLabelSchemeKind getDefaultCFBranchLabelScheme() const override {
    return Stock->getDefaultCFBranchLabelScheme();
  }
  bool checkCFBranchLabelSchemeSupported(const CFBranchLabelSchemeKind Scheme,
                                         DiagnosticsEngine &Diags) const override {
    return Stock->checkCFBranchLabelSchemeSupported(Scheme, Diags);
  }
  bool checkCFProtectionReturnSupported(DiagnosticsEngine &Diags) const override {
    return Stock->checkCFProtectionReturnSupported(Diags);
  }
  bool validateTarget(DiagnosticsEngine &Diags) const override {
    return Stock->validateTarget(Diags);
  }
  std::pair<unsigned, unsigned> hardwareInterferenceSizes() const override {
    return Stock->hardwareInterferenceSizes();
  }
};

} // namespace

TargetInfo *mtia::createDeviceTargetInfo(const TargetInfo &Stock) {
  return new DeviceTargetInfo(Stock);
}
