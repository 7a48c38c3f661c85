// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// mtia-clang: C for the MTIA device, from source to executable in one process.
#include "Tools.h"
#include "clang/Driver/Driver.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

int main(int Argc, char **Argv) {
  setBugReportMsg("mtia-clang: internal error. PLEASE report it with this output, the command line "
                  "and the preprocessed source (mtia-clang -E).\n");
  InitLLVM Init(Argc, Argv);
  SmallVector<const char *, 64> Args(Argv, Argv + Argc);
  BumpPtrAllocator Storage;
  if (Error E = clang::driver::expandResponseFiles(Args, /*ClangCLMode=*/false, Storage)) {
    errs() << "mtia-clang: error: " << toString(std::move(E)) << '\n';
    return 1;
  }
  mtia::initializeTarget();

  StringRef Job = Args.size() > 1 ? Args[1] : "";
  if (Job == mtia::CompilerJob)
    return mtia::runCompiler(Args);
  if (Job == mtia::AssemblerJob)
    return mtia::runAssembler(Args);
  if (Job == mtia::LinkerJob)
    return mtia::runLinker(Args);
  static int Anchor;
  std::string Executable = sys::fs::getMainExecutable(Argv[0], &Anchor);
  return mtia::runDriver(Args, Executable.c_str());
}
