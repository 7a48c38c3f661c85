// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// __builtin_mtia_*: their types for the front end, and the ranges of their
// constant operands, which clang's own checks for RISC-V don't know.
#include "clang/Basic/Builtins.h"
#include "Tools.h"
#include "clang/AST/ASTConsumer.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Frontend/CompilerInstance.h"
#include "llvm/ADT/StringMap.h"

using namespace clang;

namespace {

// What a constant operand may be.
struct OperandRange {
  const char *Builtin;
  unsigned Index;
  int64_t Min, Max;
  const char *What; // the operand's name in docs/isa/xmtia.md
};

const OperandRange Ranges[] = {
#define MTIA_BUILTIN_RANGE(name, index, lo, hi, operand) {name, index, lo, hi, operand},
#include "mtia/mtia_builtins.inc"
};

// Clang wants one string with everything in it, and the lengths of its parts:
// name, type, attributes, required features (none).
constexpr char StringData[] = "\0"
#define MTIA_BUILTIN(name, type, attributes) name "\0" type "\0" attributes "\0\0"
#include "mtia/mtia_builtins.inc"
    ;
constexpr llvm::StringTable Strings(StringData);

constexpr size_t Count = 0
#define MTIA_BUILTIN(name, type, attributes) +1
#include "mtia/mtia_builtins.inc"
    ;

constexpr auto Infos = Builtin::MakeInfos<Count>({
#define MTIA_BUILTIN(name, type, attributes)                                                       \
  Builtin::Info{                                                                                   \
      Builtin::Info::StrOffsets{sizeof(name), sizeof(type), sizeof(attributes), sizeof("")},       \
      HeaderDesc::NO_HEADER, ALL_LANGUAGES},
#include "mtia/mtia_builtins.inc"
});

class RangeChecker : public ASTConsumer, public RecursiveASTVisitor<RangeChecker> {
public:
  explicit RangeChecker(CompilerInstance &CI) : CI(CI) {
    for (const OperandRange &R : Ranges)
      Table[R.Builtin].push_back(&R);
    DiagID = CI.getDiagnostics().getCustomDiagID(DiagnosticsEngine::Error,
                                                 "operand '%0' of '%1' is %2; it must be %3 to %4");
  }

  bool HandleTopLevelDecl(DeclGroupRef Group) override {
    for (Decl *D : Group)
      TraverseDecl(D);
    return true;
  }

  // A template is checked where it is instantiated.
  bool shouldVisitTemplateInstantiations() const { return true; }

  bool VisitCallExpr(CallExpr *Call) {
    const FunctionDecl *Callee = Call->getDirectCallee();
    if (!Callee || !Callee->getIdentifier() || !Callee->getName().starts_with("__builtin_mtia_"))
      return true;
    auto Found = Table.find(Callee->getName());
    if (Found != Table.end())
      for (const OperandRange *R : Found->second)
        check(*Call, *R);
    return true;
  }

private:
  CompilerInstance &CI;
  llvm::StringMap<llvm::SmallVector<const OperandRange *, 4>> Table;
  unsigned DiagID;

  // Whether the operand is a constant at all is checked by Sema.
  void check(const CallExpr &Call, const OperandRange &R) {
    if (R.Index >= Call.getNumArgs())
      return;
    const Expr *Operand = Call.getArg(R.Index)->IgnoreImpCasts();
    Expr::EvalResult Value;
    if (Operand->isValueDependent() || !Operand->EvaluateAsInt(Value, CI.getASTContext()))
      return;
    const llvm::APSInt &Number = Value.Val.getInt();
    if (Number >= R.Min && Number <= R.Max)
      return;
    CI.getDiagnostics().Report(Operand->getBeginLoc(), DiagID)
        << R.What << R.Builtin << llvm::toString(Number, 10) << llvm::Twine(R.Min).str()
        << llvm::Twine(R.Max).str() << Operand->getSourceRange();
  }
};

} // namespace

Builtin::InfosShard mtia::getBuiltinShard() { return {&Strings, Infos}; }

std::unique_ptr<ASTConsumer> mtia::createBuiltinChecker(CompilerInstance &CI) {
  return std::make_unique<RangeChecker>(CI);
}
