// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command line as users type it. Clang's driver library parses it and plans
// the jobs, so every option of clang means what it means there; three things
// are changed: the defaults are the device's, the jobs run in this process, and
// the link is ours.
#include "clang/Driver/Driver.h"
#include "Machine.h"
#include "Tools.h"
#include "config.h"
#include "clang/Basic/DiagnosticIDs.h"
#include "clang/Driver/Action.h"
#include "clang/Driver/CommonArgs.h"
#include "clang/Driver/Compilation.h"
#include "clang/Driver/Job.h"
#include "clang/Driver/Tool.h"
#include "clang/Driver/ToolChain.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "clang/Options/Options.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/StringSaver.h"
#include "llvm/Support/VirtualFileSystem.h"

using namespace clang;
using namespace clang::driver;
using namespace clang::options;
using llvm::opt::Arg;
using llvm::opt::ArgStringList;

namespace {

// The runtime's folders, below the executable's: the same in the build tree and
// where it is installed.
struct Layout {
  std::string Include, Lib;

  explicit Layout(StringRef Executable) {
    llvm::SmallString<128> Root(llvm::sys::path::parent_path(Executable));
    llvm::sys::path::append(Root, "..", "lib", "mtia");
    llvm::sys::path::remove_dots(Root, /*remove_dot_dot=*/true);
    Include = (Root + "/include").str();
    Lib = (Root + "/lib").str();
  }
};

// ---- Jobs ----

// A job of one of our tools, run as a function call. A crash in it is survived,
// so that the driver can remove half-written files and prepare a reproducer.
class InProcessCommand : public Command {
public:
  using Function = int (*)(mtia::ArgList);

  InProcessCommand(const Command &Planned, Function Run) : Command(Planned), Run(Run) {
    InProcess = true;
  }

  int Execute(ArrayRef<std::optional<StringRef>> Redirects, std::string *ErrMsg,
              bool *ExecutionFailed) const override {
    PrintFileNames();
    llvm::SmallVector<const char *, 128> Argv{getExecutable()};
    Argv.append(getArguments().begin(), getArguments().end());
    if (ExecutionFailed)
      *ExecutionFailed = false;

    llvm::CrashRecoveryContext Context;
    Context.DumpStackAndCleanupOnFailure = true;
    const void *PrettyState = llvm::SavePrettyStackState();
    int Status = 0;
    if (!Context.RunSafely([&] { Status = Run(Argv); })) {
      llvm::RestorePrettyStackState(PrettyState);
      return Context.RetCode;
    }
    return Status;
  }

private:
  Function Run;
};

// ---- What a user may ask for ----

class DeviceDriver {
public:
  DeviceDriver(Driver &TheDriver, DiagnosticsEngine &Diags, const Layout &Where)
      : TheDriver(TheDriver), Diags(Diags), Where(Where), Saver(Storage) {
    for (const std::string &Feature : mtia::vectorISA().toFeatures())
      Known.insert(StringRef(Feature).ltrim('+'));
    Known.insert("64bit");
    // Choices of the code generator and the assembler, no extensions.
    for (const char *Choice : {"relax", "save-restore", "unaligned-scalar-mem", "forced-atomics",
                               "no-trailing-seq-cst-fence"})
      Known.insert(Choice);
    for (unsigned I = 1; I < 32; ++I)
      Known.insert(("reserve-x" + llvm::Twine(I)).str());
  }

  bool chooseMachine(llvm::SmallVectorImpl<const char *> &Args);
  bool answer(mtia::ArgList Args) const;
  bool replaceJobs(Compilation &C);

private:
  Driver &TheDriver;
  DiagnosticsEngine &Diags;
  const Layout &Where;
  mtia::Machine Machine;
  llvm::StringSet<> Known; // features that a compilation may have, without '+'
  llvm::BumpPtrAllocator Storage;
  llvm::StringSaver Saver;

  bool error(const llvm::Twine &Message);
  std::optional<std::string> vectorBits(const llvm::opt::ArgList &Args);
  bool checkExceptions(const Compilation &C);
  bool checkSanitizers(const Compilation &C, const ArgStringList &Args);
  bool limitFeatures(ArgStringList &Args);
  void addLTOArgs(Compilation &C, const InputInfoList &Inputs, ArgStringList &Out);
  ArgStringList linkerArgs(Compilation &C, const Command &Job);
};

bool DeviceDriver::error(const llvm::Twine &Message) {
  unsigned ID = Diags.getCustomDiagID(DiagnosticsEngine::Error, "%0");
  Diags.Report(ID) << Message.str();
  return false;
}

// The value of -mrvv-vector-bits that clang is given; nothing where there are no vectors.
// Vector registers have 512 bits whatever -march promises of them, so "zvl" cannot mean
// less: types and constants of another length would be wrong.
std::optional<std::string> DeviceDriver::vectorBits(const llvm::opt::ArgList &Args) {
  std::string Bits = llvm::utostr(mtia::vectorISA().getMinVLen());
  StringRef Wanted = Args.getLastArgValue(OPT_mrvv_vector_bits_EQ, "zvl");
  if (Wanted != "zvl" && Wanted != "scalable" && Wanted != Bits) {
    error("-mrvv-vector-bits=" + Wanted + ": the vector registers of core 1 have " + Bits +
          " bits; legal are " + Bits + ", zvl and scalable");
    return std::nullopt;
  }
  if (!Machine.ISA->hasExtension("zve32x"))
    return "";
  return Wanted == "scalable" ? "scalable" : Bits;
}

// Puts the device's defaults before the user's own options: the last one counts.
// What the user says about the machine is replaced by its meaning.
bool DeviceDriver::chooseMachine(llvm::SmallVectorImpl<const char *> &Args) {
  std::vector<std::string> Attributes;
  llvm::erase_if(Args, [&](StringRef A) {
    if (A.consume_front("-mattr="))
      Attributes.push_back(A.str());
    else
      return false;
    return true;
  });
  unsigned MissingIndex, MissingCount;
  llvm::opt::InputArgList Parsed =
      getDriverOptTable().ParseArgs(llvm::ArrayRef(Args).drop_front(), MissingIndex, MissingCount,
                                    llvm::opt::Visibility(ClangOption));
  if (std::string Message = mtia::refusal(Parsed); !Message.empty())
    return error(Message);
  llvm::Expected<mtia::Machine> Chosen = mtia::Machine::fromOptions(Parsed, Attributes);
  if (!Chosen)
    return error(toString(Chosen.takeError()));
  Machine = std::move(*Chosen);
  std::optional<std::string> VectorBits = vectorBits(Parsed);
  if (!VectorBits)
    return false;
  for (StringRef Folder :
       {Where.Lib + "/" + Machine.Libraries->Folder, Where.Lib, Machine.Libraries->libcFolder(),
        std::string(Machine.Libraries->LibgccFolder)})
    TheDriver.PrefixDirs.push_back(Folder.str()); // where -print-file-name and the like look

  llvm::erase_if(Args, [](StringRef A) {
    return A.starts_with("-march=") || A.starts_with("-mabi=") || A.starts_with("-mcpu=") ||
           A.starts_with("-mtune=") || A.starts_with("-mrvv-vector-bits=");
  });
  llvm::SmallVector<const char *, 16> Defaults{"--start-no-unused-arguments",
                                               "-mcmodel=medany",
                                               Saver.save("-march=" + Machine.March).data(),
                                               Saver.save("-mabi=" + Machine.Mabi).data(),
                                               "-fno-exceptions",
                                               "-fno-rtti"}; // there is no unwinder
  if (!VectorBits->empty())
    Defaults.push_back(Saver.save("-mrvv-vector-bits=" + *VectorBits).data());
  if (!Parsed.hasArg(OPT__sysroot_EQ, OPT__sysroot))
    Defaults.push_back("--sysroot=" MTIA_PICOLIBC);
  if (!Parsed.hasArg(OPT_nostdinc, OPT_nostdlibinc)) {
    Defaults.push_back("-isystem");
    Defaults.push_back(Where.Include.c_str());
    if (!Parsed.hasArg(OPT_nostdincxx))
      for (const char *Folder : {Saver.save(Where.Include + "/c++").data(), MTIA_LIBCXX}) {
        Defaults.push_back("-stdlib++-isystem");
        Defaults.push_back(Folder);
      }
  }
  Defaults.push_back("--end-no-unused-arguments");
  Args.insert(Args.begin() + 1, Defaults.begin(), Defaults.end());
  return true;
}

// Questions about library variants, in GCC's form.
bool DeviceDriver::answer(mtia::ArgList Args) const {
  for (StringRef A : Args) {
    if (A == "-print-multi-lib" || A == "--print-multi-lib") {
      for (const mtia::Multilib &M : mtia::multilibs())
        llvm::outs() << M.Folder << ";@march=" << M.March << "@mabi=" << M.Mabi << '\n';
      return true;
    }
    if (A == "-print-multi-directory" || A == "--print-multi-directory") {
      llvm::outs() << Machine.Libraries->Folder << '\n';
      return true;
    }
  }
  return false;
}

// In C the option only makes frames that can be unwound.
bool DeviceDriver::checkExceptions(const Compilation &C) {
  bool HasCXX = llvm::any_of(C.getJobs(), [](const Command &Job) {
    return llvm::any_of(Job.getInputInfos(),
                        [](const InputInfo &Input) { return types::isCXX(Input.getType()); });
  });
  if (HasCXX && C.getArgs().hasFlag(OPT_fexceptions, OPT_fno_exceptions, false))
    return error("-fexceptions: the device has no C++ exceptions; leave it out");
  return true;
}

// Clang names every extension it knows, with + or -. What the device has stays;
// a demand for more, which can only have come past -march, is an error here and
// not a surprise at run time.
bool DeviceDriver::limitFeatures(ArgStringList &Args) {
  ArgStringList Kept;
  for (size_t I = 0; I < Args.size(); ++I) {
    if (Args[I] != StringRef("-target-feature")) {
      Kept.push_back(Args[I]);
      continue;
    }
    StringRef Feature = Args[++I];
    if (Known.contains(Feature.substr(1))) {
      Kept.push_back(Args[I - 1]);
      Kept.push_back(Args[I]);
    } else if (Feature == "+unaligned-vector-mem") {
      // -mno-strict-align says it of vectors too, which there are none of.
    } else if (Feature.starts_with("+")) {
      return error("the device has no extension '" + Feature.substr(1) +
                   "'; it has " MTIA_DEVICE_MARCH ", and core 1 also " MTIA_DEVICE_VECTORS);
    }
  }
  Args = std::move(Kept);
  // Clang knows no Xmtia. The code generator always has it; the assembler has
  // what it is told.
  if (Args.front() == StringRef(mtia::AssemblerJob)) {
    Args.push_back("-target-feature");
    Args.push_back("+xmtia");
  }
  return true;
}

// Files and -l, -Wl, ... in the order of the command line. A job remembers the
// files only; the others are still in the action it was made for.
InputInfoList linkerInputs(const Command &Job) {
  InputInfoList Inputs;
  auto File = Job.getInputInfos().begin();
  for (const Action *From : Job.getSource().getInputs()) {
    const auto *Input = llvm::dyn_cast<InputAction>(From);
    if (Input && Input->getInputArg().getOption().hasFlag(LinkerInput))
      Inputs.push_back(InputInfo(Input, &Input->getInputArg(), nullptr));
    else if (File != Job.getInputInfos().end())
      Inputs.push_back(*File++);
  }
  return Inputs;
}

// A sanitizer that traps needs nothing; others need a library for the device.
bool DeviceDriver::checkSanitizers(const Compilation &C, const ArgStringList &Args) {
  StringRef Wanted, Trapping;
  for (StringRef Arg : Args) {
    if (Arg.consume_front("-fsanitize="))
      Wanted = Arg;
    else if (Arg.consume_front("-fsanitize-trap="))
      Trapping = Arg;
  }
  if (Wanted == Trapping)
    return true;
  // As it was written, not all that it stands for.
  const Arg *A = C.getArgs().getLastArg(OPT_fsanitize_EQ);
  return error((A ? A->getAsString(C.getArgs()) : "-fsanitize=" + Wanted.str()) +
               " needs a run-time library, and there is none for the device; -fsanitize=undefined "
               "-fsanitize-trap=all does without");
}

// What clang does for every RISC-V.
bool linkerRelaxation(const llvm::opt::ArgList &Args) {
  return Args.hasFlag(OPT_mrelax, OPT_mno_relax, true);
}

// For link-time code generation, which happens for every bitcode file, whether
// this command line says -flto or not. What functions are compiled for, and how
// much they are optimised, they carry with them; the rest of the module does not.
void DeviceDriver::addLTOArgs(Compilation &C, const InputInfoList &Inputs, ArgStringList &Out) {
  const llvm::opt::ArgList &Args = C.getArgs();
  ArgStringList Planned;
  tools::addLTOOptions(C.getDefaultToolChain(), Args, Planned, InputInfo(), Inputs,
                       TheDriver.getLTOMode() == LTOK_Thin);
  for (size_t I = 0; I < Planned.size(); ++I)
    if (Planned[I] == StringRef("-plugin"))
      ++I; // for linkers that cannot do it themselves
    else
      Out.push_back(Planned[I]);
  if (TheDriver.isUsingLTO() && Args.hasFlag(OPT_ffat_lto_objects, OPT_fno_fat_lto_objects, false))
    Out.push_back("--fat-lto-objects");
  std::string Features =
      llvm::join(Machine.ISA->toFeatures(), ",") + (linkerRelaxation(Args) ? ",+relax" : ",-relax");
  for (const std::string &Option : {"-mattr=" + Features, "-target-abi=" + Machine.Mabi}) {
    Out.push_back("-mllvm");
    Out.push_back(Args.MakeArgString(Option));
  }
  Args.addAllArgs(Out, {OPT_mllvm});
}

ArgStringList DeviceDriver::linkerArgs(Compilation &C, const Command &Job) {
  const llvm::opt::ArgList &Args = C.getArgs();
  const ToolChain &TC = C.getDefaultToolChain();
  auto Save = [&](const llvm::Twine &T) { return Args.MakeArgString(T); };
  bool Relocatable = Args.hasArg(OPT_r);
  bool Libraries = !Relocatable && !Args.hasArg(OPT_nostdlib, OPT_nodefaultlibs);

  // -X: labels that objects hold for relaxation's sake are of no use afterwards.
  ArgStringList Out{mtia::LinkerJob, "-m", "elf64lriscv", "-static", "-X"};
  if (!linkerRelaxation(Args))
    Out.push_back("--no-relax");
  if (!Relocatable) {
    Out.push_back("--gc-sections");
    // Nobody asked for it: what is found by __start_SECTION only must stay.
    for (const char *Word : {"-z", "nostart-stop-gc"})
      Out.push_back(Word);
    if (!Args.hasArg(OPT_nostdlib, OPT_nostartfiles))
      for (const char *Word : {Save(llvm::Twine(mtia::StartOption) + Where.Lib),
                               Save(llvm::Twine(mtia::VariantOption) + Machine.Libraries->Folder)})
        Out.push_back(Word);
  }
  Args.addAllArgs(Out, {OPT_L, OPT_T_Group, OPT_u, OPT_s, OPT_t, OPT_r, OPT_e, OPT_Z_Flag});
  if (const llvm::opt::Arg *A = Args.getLastArg(OPT_gz, OPT_gz_EQ))
    Out.push_back(Save(llvm::Twine("--compress-debug-sections=") +
                       (A->getOption().matches(OPT_gz) ? "zlib" : A->getValue())));
  InputInfoList Inputs = linkerInputs(Job);
  addLTOArgs(C, Inputs, Out);
  tools::AddLinkerInputs(TC, Inputs, Args, Out, llvm::cast<JobAction>(Job.getSource()));
  if (!Relocatable) { // also for those who name the libraries themselves: -nostdlib -lgcc
    Out.push_back(Save("-L" + Where.Lib + "/" + Machine.Libraries->Folder));
    Out.push_back(Save("-L" + Machine.Libraries->libcFolder()));
    Out.push_back(Save(llvm::Twine("-L") + Machine.Libraries->LibgccFolder));
  }
  if (Libraries) {
    // lld searches an archive again when a later one needs it: no group.
    if (!Args.hasArg(OPT_nostdlibxx))
      Out.push_back("-lmtia++");
    if (!Args.hasArg(OPT_nolibc))
      for (const char *Name : {"-lmtia", "-lc", "-lm", "-lsemihost"})
        Out.push_back(Name);
    Out.push_back("-lgcc");
  }
  Out.push_back("-o");
  Out.push_back(Save(Job.getOutputFilenames().front()));
  return Out;
}

// Every planned job becomes one of ours.
bool DeviceDriver::replaceJobs(Compilation &C) {
  if (!checkExceptions(C))
    return false;
  std::vector<std::unique_ptr<Command>> Jobs;
  for (const Command &Planned : C.getJobs()) {
    InProcessCommand::Function Run = nullptr;
    ArgStringList Args = Planned.getArguments();
    if (Planned.getCreator().isLinkJob()) {
      Args = linkerArgs(C, Planned);
      Run = mtia::runLinker;
    } else if (!Args.empty() && Args[0] == StringRef(mtia::CompilerJob)) {
      Run = mtia::runCompiler;
    } else if (!Args.empty() && Args[0] == StringRef(mtia::AssemblerJob)) {
      Run = mtia::runAssembler;
    }
    if (!Run) {
      Jobs.push_back(std::make_unique<Command>(Planned));
      continue;
    }
    if (Run != mtia::runLinker && (!checkSanitizers(C, Args) || !limitFeatures(Args)))
      return false;
    auto Ours = std::make_unique<InProcessCommand>(Planned, Run);
    Ours->replaceExecutable(TheDriver.getClangProgramPath());
    Ours->replaceArguments(std::move(Args));
    Jobs.push_back(std::move(Ours));
  }
  C.getJobs().clear();
  for (std::unique_ptr<Command> &Job : Jobs)
    C.addCommand(std::move(Job));
  return true;
}

// 70: LLVM's fatal errors; above 128: signals.
bool isCrash(int Status) { return Status < 0 || Status == 70 || Status > 128; }

// One message for a user's mistake; for a mistake of ours a reproducer too.
int reportFailures(Driver &TheDriver, Compilation &C,
                   llvm::ArrayRef<std::pair<int, const Command *>> Failing) {
  int Result = 0;
  for (auto [Status, Job] : Failing) {
    if (!Result)
      Result = Status;
    if (!isCrash(Status))
      continue;
    if (!Job->getCreator().isLinkJob())
      TheDriver.generateCompilationDiagnostics(C, *Job);
    break;
  }
  return Result;
}

} // namespace

int mtia::runDriver(ArgList UserArgs, const char *Executable) {
  llvm::SmallVector<const char *, 64> Args(UserArgs.begin(), UserArgs.end());
  if (llvm::sys::path::stem(Args[0]).ends_with("++"))
    Args.insert(Args.begin() + 1, "--driver-mode=g++");

  std::unique_ptr<DiagnosticOptions> DiagOpts = CreateAndPopulateDiagOpts(Args);
  auto *Printer = new TextDiagnosticPrinter(llvm::errs(), *DiagOpts);
  Printer->setPrefix("mtia-clang");
  DiagnosticsEngine Diags(DiagnosticIDs::create(), *DiagOpts, Printer);
  ProcessWarningOptions(Diags, *DiagOpts, *llvm::vfs::getRealFileSystem(),
                        /*ReportDiags=*/false);

  Layout Where(Executable);
  Driver TheDriver(Executable, MTIA_TRIPLE, Diags, "MTIA compiler");
  TheDriver.ResourceDir = MTIA_RESOURCE_DIR;
  // A name of this program must not be taken for the name of a target.
  TheDriver.setTargetAndMode(ParsedClangName());

  DeviceDriver Device(TheDriver, Diags, Where);
  if (!Device.chooseMachine(Args))
    return 1;
  if (Device.answer(UserArgs))
    return 0;
  std::unique_ptr<Compilation> C(TheDriver.BuildCompilation(Args));
  if (!C || C->containsError() || Diags.hasErrorOccurred())
    return C && !Diags.hasErrorOccurred() && !C->containsError() ? 0 : Diags.hasErrorOccurred();
  // Behind clang's version, which build systems look for in the first line.
  if (llvm::is_contained(UserArgs, StringRef("--version")))
    llvm::outs() << "mtia-clang " MTIA_VERSION " for " MTIA_DEVICE_MARCH " with Xmtia\n";
  if (C->getJobs().empty())
    return 0; // --help, -print-...: answered already
  if (!Device.replaceJobs(*C))
    return 1;

  llvm::CrashRecoveryContext::Enable();
  llvm::SmallVector<std::pair<int, const Command *>, 4> Failing;
  int Result = TheDriver.ExecuteCompilation(*C, Failing);
  if (int Status = reportFailures(TheDriver, *C, Failing))
    Result = Status;
  Diags.getClient()->finish();
  return Result == 0 ? 0 : isCrash(Result) ? 70 : 1;
}
