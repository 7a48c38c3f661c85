// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The -cc1as job: an assembly file through our target's parser into an object.
#include "MCTargetDesc/MTIATargetStreamer.h"
#include "Tools.h"
#include "config.h"
#include "clang/Options/Options.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCParser/AsmLexer.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormattedStream.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/Support/WithColor.h"

using namespace llvm;
using namespace clang::options;

// Clang's driver asks for it by the name that LLVM's own RISC-V target gives it.
static cl::opt<bool> AddBuildAttributes("riscv-add-build-attributes", cl::Hidden,
                                        cl::desc("Describe the object in .riscv.attributes"));

static int fail(const Twine &Message) {
  WithColor::error(errs(), "mtia-clang") << Message << '\n';
  return 1;
}

static MCTargetOptions targetOptions(const opt::InputArgList &Args) {
  MCTargetOptions Opts;
  Opts.ABIName = Args.getLastArgValue(OPT_target_abi, MTIA_DEVICE_MABI).str();
  Opts.MCRelaxAll = Args.hasArg(OPT_mrelax_all);
  Opts.MCNoExecStack = Args.hasArg(OPT_mno_exec_stack);
  Opts.MCFatalWarnings = Args.hasArg(OPT_massembler_fatal_warnings);
  Opts.MCNoWarn = Args.hasArg(OPT_massembler_no_warn);
  Opts.MCSaveTempLabels = Args.hasArg(OPT_msave_temp_labels);
  Opts.Dwarf64 = Args.hasArg(OPT_gdwarf64);
  Opts.Crel = Args.hasArg(OPT_crel);
  Opts.ShowMCEncoding = Args.hasArg(OPT_show_encoding);
  Opts.ShowMCInst = Args.hasArg(OPT_show_inst);
  Opts.AsmVerbose = true;
  Opts.IASSearchPaths = Args.getAllArgValues(OPT_I);
  if (const opt::Arg *A = Args.getLastArg(OPT_compress_debug_sections_EQ))
    Opts.CompressDebugSections = StringSwitch<DebugCompressionType>(A->getValue())
                                     .Case("zlib", DebugCompressionType::Zlib)
                                     .Case("zstd", DebugCompressionType::Zstd)
                                     .Default(DebugCompressionType::None);
  return Opts;
}

// -g for assembly: the lines of the .s or .S file.
static void setUpDebugInfo(MCContext &Ctx, const opt::InputArgList &Args) {
  StringRef Version = Args.getLastArgValue(OPT_dwarf_version_EQ);
  unsigned Number = 5;
  if (!Version.empty())
    Version.getAsInteger(10, Number);
  Ctx.setDwarfVersion(Number);
  Ctx.setGenDwarfForAssembly(Args.hasArg(OPT_debug_info_kind_EQ));
  if (Args.hasArg(OPT_gdwarf64))
    Ctx.setDwarfFormat(dwarf::DWARF64);
  if (const opt::Arg *A = Args.getLastArg(OPT_fdebug_compilation_dir_EQ))
    Ctx.setCompilationDir(A->getValue());
  for (const std::string &Map : Args.getAllArgValues(OPT_fdebug_prefix_map_EQ)) {
    auto [From, To] = StringRef(Map).split('=');
    Ctx.addDebugPrefixMapEntry(From.str(), To.str());
  }
  Ctx.setDwarfDebugProducer(Args.getLastArgValue(OPT_dwarf_debug_producer));
  Ctx.setDwarfDebugFlags(Args.getLastArgValue(OPT_dwarf_debug_flags));
  if (const opt::Arg *A = Args.getLastArg(OPT_main_file_name))
    Ctx.setMainFileName(A->getValue());
}

static bool defineSymbols(MCAsmParser &Parser, const opt::InputArgList &Args) {
  for (const std::string &Def : Args.getAllArgValues(OPT_defsym)) {
    auto [Name, Text] = StringRef(Def).split('=');
    int64_t Value;
    if (Name.empty() || Text.getAsInteger(0, Value)) {
      fail("-defsym wants name=number, not '" + Def + "'");
      return false;
    }
    MCSymbol *Symbol = Parser.getContext().getOrCreateSymbol(Name);
    Symbol->setVariableValue(MCConstantExpr::create(Value, Parser.getContext()));
  }
  return true;
}

static int assemble(const opt::InputArgList &Args) {
  std::string Input = Args.getLastArgValue(OPT_INPUT, "-").str();
  auto Buffer = MemoryBuffer::getFileOrSTDIN(Input, /*IsText=*/true);
  if (!Buffer)
    return fail("cannot read '" + Input + "': " + Buffer.getError().message());
  SourceMgr SrcMgr;
  SrcMgr.AddNewSourceBuffer(std::move(*Buffer), SMLoc());
  SrcMgr.setIncludeDirs(Args.getAllArgValues(OPT_I));
  SrcMgr.setVirtualFileSystem(vfs::getRealFileSystem());

  Triple TheTriple(Triple::normalize(Args.getLastArgValue(OPT_triple, MTIA_TRIPLE)));
  std::string Error;
  const Target *TheTarget = TargetRegistry::lookupTarget(TheTriple, Error);
  if (!TheTarget)
    return fail(Error);

  MCTargetOptions Opts = targetOptions(Args);
  std::unique_ptr<MCRegisterInfo> MRI(TheTarget->createMCRegInfo(TheTriple));
  std::unique_ptr<MCAsmInfo> MAI(TheTarget->createMCAsmInfo(*MRI, TheTriple, Opts));
  std::unique_ptr<MCInstrInfo> MII(TheTarget->createMCInstrInfo());
  std::string Features = join(Args.getAllArgValues(OPT_target_feature), ",");
  std::unique_ptr<MCSubtargetInfo> STI(
      TheTarget->createMCSubtargetInfo(TheTriple, Args.getLastArgValue(OPT_target_cpu), Features));

  MCContext Ctx(TheTriple, MAI.get(), MRI.get(), STI.get(), &SrcMgr, &Opts);
  bool PIC = Args.getLastArgValue(OPT_mrelocation_model) == "pic";
  std::unique_ptr<MCObjectFileInfo> MOFI(TheTarget->createMCObjectFileInfo(Ctx, PIC));
  Ctx.setObjectFileInfo(MOFI.get());
  setUpDebugInfo(Ctx, Args);

  std::string OutputName = Args.getLastArgValue(OPT_o, "-").str();
  StringRef Kind = Args.getLastArgValue(OPT_filetype, "asm");
  std::error_code EC;
  ToolOutputFile Out(OutputName, EC, Kind == "asm" ? sys::fs::OF_Text : sys::fs::OF_None);
  if (EC)
    return fail("cannot write '" + OutputName + "': " + EC.message());

  std::unique_ptr<MCStreamer> Streamer;
  std::unique_ptr<MCCodeEmitter> Emitter(TheTarget->createMCCodeEmitter(*MII, Ctx));
  std::unique_ptr<MCAsmBackend> Backend(TheTarget->createMCAsmBackend(*STI, *MRI, Opts));
  buffer_ostream Seekable(Out.os());
  if (Kind == "obj") {
    std::unique_ptr<MCObjectWriter> Writer = Backend->createObjectWriter(Seekable);
    Streamer.reset(TheTarget->createMCObjectStreamer(TheTriple, Ctx, std::move(Backend),
                                                     std::move(Writer), std::move(Emitter), *STI));
  } else if (Kind == "asm") {
    std::unique_ptr<MCInstPrinter> Printer(
        TheTarget->createMCInstPrinter(TheTriple, MAI->getAssemblerDialect(), *MAI, *MII, *MRI));
    Streamer.reset(
        TheTarget->createAsmStreamer(Ctx, std::make_unique<formatted_raw_ostream>(Seekable),
                                     std::move(Printer), std::move(Emitter), std::move(Backend)));
  } else if (Kind == "null") {
    Streamer.reset(TheTarget->createNullStreamer(Ctx));
  } else {
    return fail("unknown -filetype '" + Kind + "'");
  }
  Streamer->setUseAssemblerInfoForParsing(true);
  Streamer->initSections(Args.hasArg(OPT_mno_exec_stack), *STI);

  std::unique_ptr<MCAsmParser> Parser(createMCAsmParser(SrcMgr, Ctx, *Streamer, *MAI));
  std::unique_ptr<MCTargetAsmParser> TargetParser(
      TheTarget->createMCAsmParser(*STI, *Parser, *MII, Opts));
  if (!TargetParser)
    return fail("this target has no assembler");
  Parser->setTargetParser(*TargetParser);
  if (AddBuildAttributes)
    static_cast<MTIATargetStreamer *>(Streamer->getTargetStreamer())
        ->emitTargetAttributes(*STI, /*EmitStackAlign=*/false);
  if (!defineSymbols(*Parser, Args) || Parser->Run(/*NoInitialTextSection=*/Args.hasArg(OPT_n)))
    return 1;
  Streamer.reset(); // writes what it still holds
  Out.keep();
  return 0;
}

int mtia::runAssembler(ArgList Args) {
  unsigned MissingIndex, MissingCount;
  opt::InputArgList Parsed = clang::getDriverOptTable().ParseArgs(
      Args.slice(2), MissingIndex, MissingCount, opt::Visibility(CC1AsOption));
  if (MissingCount)
    return fail("argument to '" + Twine(Parsed.getArgString(MissingIndex)) + "' is missing");
  for (const opt::Arg *A : Parsed.filtered(OPT_UNKNOWN))
    return fail("unknown argument: '" + A->getAsString(Parsed) + "'");
  cl::ResetAllOptionOccurrences();
  std::vector<std::string> LLVMArgs = Parsed.getAllArgValues(OPT_mllvm);
  if (!LLVMArgs.empty()) {
    std::vector<const char *> Words{"mtia-clang (LLVM option parsing)"};
    for (const std::string &Arg : LLVMArgs)
      Words.push_back(Arg.c_str());
    cl::ParseCommandLineOptions(Words.size(), Words.data());
  }
  return assemble(Parsed);
}
