// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of mtia-clang. main() finds out which one is asked for; the driver
// turns a user's command line into jobs for the others and runs them in this
// process.
#ifndef MTIA_CLANG_TOOLS_H
#define MTIA_CLANG_TOOLS_H

#include "clang/Basic/Builtins.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/IntrusiveRefCntPtr.h"
#include "llvm/ADT/StringRef.h"
#include <memory>
#include <string>

namespace clang {
class ASTConsumer;
class CompilerInstance;
class TargetInfo;
} // namespace clang

namespace llvm::opt {
class InputArgList;
} // namespace llvm::opt

namespace mtia {

using ArgList = llvm::ArrayRef<const char *>;

// Each takes the whole command line of a job; [0] is the program, [1] the
// option that selects the job. They return an exit status.
int runDriver(ArgList Args, const char *Executable);
int runCompiler(ArgList Args);
int runAssembler(ArgList Args);
int runLinker(ArgList Args);

// Job selectors. -cc1 and -cc1as are clang's own.
constexpr char CompilerJob[] = "-cc1";
constexpr char AssemblerJob[] = "-cc1as";
constexpr char LinkerJob[] = "-cc1ld";

// In the arguments of a linker job: the place of the start-up object and the
// linker script, chosen when the input files exist. The values are the folder of
// the scripts and, below it, that of the start-up objects.
constexpr char StartOption[] = "--mtia-start=";
constexpr char VariantOption[] = "--mtia-variant=";

// The error about the first option for which the device has no use; empty if there
// is none.
std::string refusal(const llvm::opt::InputArgList &Args);

// Makes the MTIA target the one that code for riscv64 is generated with.
void initializeTarget();

// Stock, plus our predefined macros and __builtin_mtia_*.
clang::TargetInfo *createDeviceTargetInfo(const clang::TargetInfo &Stock);

// Names and types of __builtin_mtia_*, in clang's form.
clang::Builtin::InfosShard getBuiltinShard();

// Checks the ranges of the constant operands of __builtin_mtia_*.
std::unique_ptr<clang::ASTConsumer> createBuiltinChecker(clang::CompilerInstance &CI);

} // namespace mtia

#endif
