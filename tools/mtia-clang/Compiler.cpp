// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The -cc1 job: clang's front end with our target's builtins. Clang's own back
// end part finds the code generator by the triple (Target.cpp), so that its
// options, remarks and diagnostics all work.
#include "Machine.h"
#include "Tools.h"
#include "config.h"
#include "clang/Basic/DiagnosticFrontend.h"
#include "clang/Basic/TargetInfo.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/MultiplexConsumer.h"
#include "clang/Frontend/TextDiagnosticBuffer.h"
#include "clang/FrontendTool/Utils.h"
#include "llvm/Support/BuryPointer.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/TimeProfiler.h"
#include "llvm/Support/Timer.h"
#include "llvm/TargetParser/RISCVISAInfo.h"
#include <set>

using namespace clang;

namespace {

// Any action of clang, with our target description and our checks.
class DeviceAction : public WrapperFrontendAction {
public:
  using WrapperFrontendAction::WrapperFrontendAction;

protected:
  bool BeginInvocation(CompilerInstance &CI) override {
    // A preprocessed or IR input begins here too; nothing has used the stock
    // description yet.
    CI.setTarget(mtia::createDeviceTargetInfo(CI.getTarget()));
    return WrapperFrontendAction::BeginInvocation(CI);
  }

  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &CI, StringRef InFile) override {
    std::unique_ptr<ASTConsumer> Wrapped = WrapperFrontendAction::CreateASTConsumer(CI, InFile);
    if (!Wrapped)
      return nullptr;
    // The checks come first: the code generator sees no wrong operand.
    std::vector<std::unique_ptr<ASTConsumer>> Consumers;
    Consumers.push_back(mtia::createBuiltinChecker(CI));
    Consumers.push_back(std::move(Wrapped));
    return std::make_unique<MultiplexConsumer>(std::move(Consumers));
  }
};

void onFatalError(void *Diags, const char *Message, bool GenCrashDiag) {
  static_cast<DiagnosticsEngine *>(Diags)->Report(diag::err_fe_error_backend) << Message;
  llvm::sys::RunInterruptHandlers();
  // 70: the driver prepares a reproducer.
  llvm::sys::Process::Exit(GenCrashDiag ? 70 : 1);
}

// -mllvm options of this job only: they are global to the process.
void applyLLVMOptions(const CompilerInstance &CI) {
  llvm::cl::ResetAllOptionOccurrences();
  const std::vector<std::string> &LLVMArgs = CI.getFrontendOpts().LLVMArgs;
  if (LLVMArgs.empty())
    return;
  std::vector<const char *> Args{"mtia-clang (LLVM option parsing)"};
  for (const std::string &Arg : LLVMArgs)
    Args.push_back(Arg.c_str());
  llvm::cl::ParseCommandLineOptions(Args.size(), Args.data(), "", nullptr,
                                    &CI.getVirtualFileSystem());
}

// -print-enabled-extensions: what the features on the command line amount to.
void printEnabled(CompilerInstance &CI) {
  std::set<llvm::StringRef> Names;
  for (llvm::StringRef Feature : CI.getInvocation().getTargetOpts().FeaturesAsWritten)
    if (Feature.consume_front("+") && llvm::RISCVISAInfo::isSupportedExtensionFeature(Feature))
      Names.insert(Feature);
  llvm::StringMap<llvm::StringRef> NoDescriptions;
  llvm::RISCVISAInfo::printEnabledExtensions(/*IsRV64=*/true, Names, NoDescriptions);
}

// What clang's ExecuteCompilerInvocation does, for our action.
bool execute(CompilerInstance &CI) {
  const FrontendOptions &Opts = CI.getFrontendOpts();
  if (Opts.ShowHelp || Opts.ShowVersion || !Opts.Plugins.empty())
    return ExecuteCompilerInvocation(&CI); // no code generation in the first two
  applyLLVMOptions(CI);
  if (CI.getDiagnostics().hasErrorOccurred())
    return false;
  std::unique_ptr<FrontendAction> Stock = CreateFrontendAction(CI);
  if (!Stock)
    return false;
  DeviceAction Action(std::move(Stock));
  return CI.ExecuteAction(Action);
}

} // namespace

int mtia::runCompiler(ArgList Args) {
  auto Invocation = std::make_shared<CompilerInvocation>();
  DiagnosticOptions BufferOpts;
  auto *Buffer = new TextDiagnosticBuffer;
  DiagnosticsEngine ArgDiags(DiagnosticIDs::create(), BufferOpts, Buffer);
  bool Ok = CompilerInvocation::CreateFromArgs(*Invocation, Args.slice(2), ArgDiags, Args[0]);

  auto CI = std::make_unique<CompilerInstance>(std::move(Invocation));
  if (CI->getHeaderSearchOpts().UseBuiltinIncludes && CI->getHeaderSearchOpts().ResourceDir.empty())
    CI->getHeaderSearchOpts().ResourceDir = MTIA_RESOURCE_DIR;
  CI->createVirtualFileSystem(llvm::vfs::getRealFileSystem(), Buffer);
  CI->createDiagnostics();
  Buffer->FlushDiagnostics(CI->getDiagnostics());
  if (!Ok) {
    CI->getDiagnosticClient().finish();
    return 1;
  }

  const FrontendOptions &Opts = CI->getFrontendOpts();
  if (Opts.PrintSupportedCPUs || Opts.PrintSupportedExtensions || Opts.PrintEnabledExtensions) {
    if (Opts.PrintEnabledExtensions)
      printEnabled(*CI);
    else
      mtia::printSupported();
    return 0;
  }
  if (!Opts.TimeTracePath.empty())
    llvm::timeTraceProfilerInitialize(Opts.TimeTraceGranularity, Args[0], Opts.TimeTraceVerbose);
  bool TimePasses = CI->getCodeGenOpts().TimePasses;
  if (TimePasses) {
    CI->createFrontendTimer();
    CI->getFrontendTimer().startTimer();
  }
  {
    llvm::ScopedFatalErrorHandler Handler(onFatalError, &CI->getDiagnostics());
    llvm::TimeTraceScope Scope("ExecuteCompiler");
    Ok = execute(*CI);
  }
  if (TimePasses)
    CI->getFrontendTimer().stopTimer();
  llvm::TimerGroup::printAll(llvm::errs()); // -ftime-report
  llvm::TimerGroup::clearAll();
  if (llvm::timeTraceProfilerEnabled()) {
    if (auto Out = CI->createOutputFile(Opts.TimeTracePath, /*Binary=*/false,
                                        /*RemoveFileOnSignal=*/false, /*useTemporary=*/false))
      llvm::timeTraceProfilerWrite(*Out);
    CI->clearOutputFiles(false);
    llvm::timeTraceProfilerCleanup();
  }
  // The driver asks for it: giving memory back costs more than it is worth.
  if (Opts.DisableFree)
    llvm::BuryPointer(std::move(CI));
  return Ok ? 0 : 1;
}
