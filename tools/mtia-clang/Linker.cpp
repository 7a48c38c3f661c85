// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The linker job. Finds out whether the objects are a kernel (they have
// descriptors, written by MTIA_KERNEL) or a program (they have main), puts the
// right start-up object and linker script in, and runs lld.
#include "Tools.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"
#include "llvm/Support/WithColor.h"

LLD_HAS_DRIVER(elf)

using namespace llvm;
using namespace llvm::object;

namespace {

// What the inputs define; each with the file it was found in.
struct Contents {
  std::string Kernel; // file with a section of kernel descriptors
  std::string Main;   // file with a definition of main
};

int fail(const Twine &Message) {
  WithColor::error(errs(), "mtia-clang") << Message << '\n';
  return 1;
}

void note(const Twine &Message) { WithColor::note(errs(), "mtia-clang") << Message << '\n'; }

void inspectObject(const ObjectFile &Object, StringRef File, Contents &Found) {
  if (Found.Kernel.empty())
    for (const SectionRef &Section : Object.sections()) {
      Expected<StringRef> Name = Section.getName();
      if (!Name)
        consumeError(Name.takeError());
      else if (*Name == ".mtia.kernels")
        Found.Kernel = File.str();
    }
  if (Found.Main.empty())
    for (const SymbolRef &Symbol : Object.symbols()) {
      Expected<StringRef> Name = Symbol.getName();
      Expected<uint32_t> Flags = Symbol.getFlags();
      if (Name && Flags && *Name == "main" && !(*Flags & SymbolRef::SF_Undefined) &&
          (*Flags & SymbolRef::SF_Global))
        Found.Main = File.str();
      consumeError(Name.takeError());
      consumeError(Flags.takeError());
    }
}

// Bitcode for link-time code generation.
void inspectModule(MemoryBufferRef Buffer, StringRef File, Contents &Found) {
  LLVMContext Context;
  Expected<std::unique_ptr<Module>> M = getLazyBitcodeModule(Buffer, Context);
  if (!M) {
    consumeError(M.takeError());
    return;
  }
  for (const GlobalVariable &Variable : (*M)->globals())
    if (Variable.getSection() == ".mtia.kernels" && Found.Kernel.empty())
      Found.Kernel = File.str();
  const Function *Main = (*M)->getFunction("main");
  if (Main && !Main->isDeclaration() && Main->hasExternalLinkage() && Found.Main.empty())
    Found.Main = File.str();
}

// An archive's member is part of the program only if something asks for it; the
// start-up code asks for main.
void inspectArchive(const Archive &Library, StringRef File, Contents &Found) {
  if (!Found.Main.empty())
    return;
  Expected<std::optional<Archive::Child>> Member = Library.findSym("main");
  if (!Member)
    consumeError(Member.takeError());
  else if (*Member)
    Found.Main = File.str();
}

// lld reports unreadable and foreign files: they are skipped here.
void inspectFile(StringRef File, Contents &Found) {
  auto Buffer = MemoryBuffer::getFile(File, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!Buffer)
    return;
  if (identify_magic((*Buffer)->getBuffer()) == file_magic::bitcode)
    return inspectModule(**Buffer, File, Found);
  Expected<std::unique_ptr<Binary>> Parsed = createBinary(**Buffer);
  if (!Parsed) {
    consumeError(Parsed.takeError());
    return;
  }
  if (const auto *Object = dyn_cast<ObjectFile>(Parsed->get()))
    inspectObject(*Object, File, Found);
  else if (const auto *Library = dyn_cast<Archive>(Parsed->get()))
    inspectArchive(*Library, File, Found);
}

Contents inspectInputs(ArrayRef<const char *> Args) {
  Contents Found;
  for (size_t I = 0; I < Args.size(); ++I) {
    StringRef Arg = Args[I];
    // Options whose value is a file that is no input.
    if (Arg == "-o" || Arg == "-T" || Arg == "-L" || Arg == "-Map" || Arg == "-dynamic-linker" ||
        Arg == "-mllvm")
      ++I;
    else if (!Arg.starts_with("-"))
      inspectFile(Arg, Found);
  }
  return Found;
}

enum class Kind { Kernel, Program, Unclear };

Kind decide(const Contents &Found) {
  if (!Found.Kernel.empty() && !Found.Main.empty()) {
    fail("'main' in " + Found.Main + " and MTIA_KERNEL in " + Found.Kernel +
         ": an executable is a program or holds kernels");
    note("link them separately, or choose the start-up code yourself with -nostartfiles");
    return Kind::Unclear;
  }
  if (!Found.Kernel.empty())
    return Kind::Kernel;
  if (!Found.Main.empty())
    return Kind::Program;
  fail("neither 'main' nor MTIA_KERNEL in the linked files: nothing says where to start");
  note("define main for an ordinary program, or a kernel with MTIA_KERNEL of <mtia/kernel.h>; to "
       "compile without linking use -c; to bring your own start-up code use -nostartfiles");
  return Kind::Unclear;
}

} // namespace

int mtia::runLinker(ArgList Args) {
  BumpPtrAllocator Storage;
  StringSaver Saver(Storage);
  // -flavor: the job's name is not one that lld knows.
  SmallVector<const char *, 64> LinkArgs{"ld.lld", "-flavor", "gnu"};
  ArgList Rest = Args.slice(2);
  StringRef Variant = ".";
  for (StringRef Arg : Rest)
    if (Arg.consume_front(VariantOption))
      Variant = Arg;
  // Build systems ask which linker this is: `-Wl,--version`, without a file.
  bool Question =
      is_contained(Rest, StringRef("--version")) || is_contained(Rest, StringRef("--help"));
  for (const char *Arg : Rest) {
    StringRef Folder = Arg;
    if (Folder.starts_with(VariantOption))
      continue;
    if (!Folder.consume_front(StartOption)) {
      LinkArgs.push_back(Arg);
      continue;
    }
    if (Question)
      continue;
    Kind Wanted = decide(inspectInputs(Rest));
    if (Wanted == Kind::Unclear)
      return 1;
    const char *Name = Wanted == Kind::Kernel ? "kernel" : "hosted";
    StringRef Start = Saver.save(Folder + "/" + Variant + "/crt_" + Name + ".o");
    if (!sys::fs::exists(Start))
      return fail("the device runtime is missing: no " + Start +
                  "; it belongs into lib/mtia beside the folder of mtia-clang");
    LinkArgs.push_back(Start.data());
    bool HasScript = is_contained(Rest, StringRef("-T")) ||
                     any_of(Rest, [](StringRef A) { return A.starts_with("--script="); });
    if (!HasScript) {
      LinkArgs.push_back("-T");
      LinkArgs.push_back(Saver.save(Folder + "/" + Name + ".ld").data());
    }
  }
  const lld::DriverDef Drivers[] = {{lld::Gnu, &lld::elf::link}};
  return lld::lldMain(LinkArgs, outs(), errs(), Drivers).retCode;
}
