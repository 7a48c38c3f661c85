// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Machine.h"
#include "config.h"
#include "clang/Options/Options.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"
#include <set>

using namespace llvm;
using namespace clang::options;

namespace mtia {

namespace {

const char DeviceCPU[] = "mtia-v1";
const char PlainCPU[] = "generic-rv64"; // the base instruction set only

// Which registers an ABI passes floating-point arguments in.
struct ABI {
  const char *Name, *Extension;
};
const ABI ABIs[] = {{"lp64", ""}, {"lp64f", "f"}, {"lp64d", "d"}};

// An extension that is only a name for others: without it, they are off too.
struct Umbrella {
  StringRef Name;
  ArrayRef<StringRef> Parts;
};
const StringRef PartsOfA[] = {"zaamo", "zalrsc"}, PartsOfB[] = {"zba", "zbb", "zbs"},
                PartsOfC[] = {"zca", "zcd"}, PartsOfM[] = {"zmmul"}, PartsOfZfh[] = {"zfhmin"},
                PartsOfV[] = {"zve32x"};
const Umbrella Umbrellas[] = {{"a", PartsOfA}, {"b", PartsOfB},     {"c", PartsOfC},
                              {"m", PartsOfM}, {"zfh", PartsOfZfh}, {"v", PartsOfV}};

using ISAPointer = std::unique_ptr<RISCVISAInfo>;

Error error(const Twine &Message) { return createStringError(Message); }

Expected<ISAPointer> parse(StringRef March) {
  return RISCVISAInfo::parseArchString(March, /*EnableExperimentalExtension=*/true);
}

Expected<ISAPointer> withExtensions(const StringSet<> &Names) {
  std::vector<std::string> Features;
  for (const auto &Name : Names)
    Features.push_back("+" + RISCVISAInfo::getTargetFeatureForExtension(Name.first()));
  sort(Features); // a set has no order of its own
  return RISCVISAInfo::parseFeatures(64, Features);
}

// What Name brings with it, itself included.
StringSet<> closure(StringRef Name) {
  StringSet<> All{Name};
  Expected<ISAPointer> ISA = withExtensions(All);
  if (!ISA) { // zcd cannot be without d, and doesn't bring it
    consumeError(ISA.takeError());
    return All;
  }
  for (const auto &[Extension, Version] : (*ISA)->getExtensions())
    All.insert(Extension);
  return All;
}

bool hasAllOf(const RISCVISAInfo &Whole, const RISCVISAInfo &Part) {
  return all_of(Part.getExtensions(), [&](const auto &E) { return Whole.hasExtension(E.first); });
}

std::string deviceExtensions() { return std::string(MTIA_DEVICE_MARCH) + "_xmtia"; }

std::string allExtensions() {
  return deviceExtensions() + ", and core 1 also " MTIA_DEVICE_VECTORS;
}

// Xmtia may be named; clang must not see it.
std::string withoutXmtia(StringRef March) {
  SmallVector<StringRef, 16> Parts, Kept;
  March.split(Parts, '_');
  for (StringRef Part : Parts)
    if (!Part.starts_with("xmtia"))
      Kept.push_back(Part);
  return join(Kept, "_");
}

Expected<ISAPointer> checkMarch(StringRef March, const Twine &Option) {
  if (!March.starts_with("rv64"))
    return error(Option + ": '" + March + "' is not a 64-bit RISC-V architecture; the device has " +
                 deviceExtensions() + ", and any part of that from rv64i on may be chosen");
  Expected<ISAPointer> ISA = parse(withoutXmtia(March));
  if (!ISA)
    return error(Option + ": " + toString(ISA.takeError()) + "; the device has " +
                 deviceExtensions());
  // Not what only comes with another: 'v', without its fifteen parts.
  std::string Missing;
  StringSet<> Brought;
  for (const auto &[Name, Version] : (*ISA)->getExtensions())
    for (const auto &Part : closure(Name))
      if (Part.first() != Name)
        Brought.insert(Part.first());
  for (const auto &[Name, Version] : (*ISA)->getExtensions())
    if (!vectorISA().hasExtension(Name) && !Brought.contains(Name))
      Missing += (Missing.empty() ? "'" : ", '") + Name + "'";
  if (!Missing.empty())
    return error(Option + ": the device has no extension " + Missing + "; it has " +
                 allExtensions());
  return ISA;
}

// -mattr=+zbb,-c: changes to what -march says.
Error applyAttributes(ISAPointer &ISA, StringRef List) {
  StringSet<> Names;
  for (const auto &[Name, Version] : ISA->getExtensions())
    Names.insert(Name);
  SmallVector<StringRef, 8> Items;
  List.split(Items, ',', -1, /*KeepEmpty=*/false);
  for (StringRef Item : Items) {
    StringRef Name = Item.drop_front();
    if (Item[0] != '+' && Item[0] != '-')
      return error("-mattr=" + List + ": '" + Item + "' must begin with + (on) or - (off)");
    if (Name == "xmtia" && Item[0] == '+')
      continue;
    if (!vectorISA().hasExtension(Name) || Name == "i")
      return error("-mattr=" + List + ": " +
                   (Name == "i" || Name == "xmtia" ? "'" + Name + "' cannot be switched off"
                                                   : "the device has no extension '" + Name + "'") +
                   "; it has " + allExtensions());
    if (Item[0] == '+') {
      for (const auto &More : closure(Name))
        Names.insert(More.first());
      continue;
    }
    // With it goes what needs it, and what it is a name for.
    SmallVector<std::string, 8> Gone{Name.str()};
    for (const Umbrella &U : Umbrellas)
      if (U.Name == Name)
        for (StringRef Part : U.Parts)
          Gone.push_back(Part.str());
    for (const std::string &Off : Gone)
      for (const auto &Other : StringSet<>(Names))
        if (closure(Other.first()).contains(Off))
          Names.erase(Other.first());
  }
  if (!Names.contains("d"))
    Names.erase("zcd");
  if (!Names.contains("zve32x")) // a length is nothing without vectors
    for (const auto &Other : StringSet<>(Names))
      if (Other.first().starts_with("zvl"))
        Names.erase(Other.first());
  Expected<ISAPointer> Result = withExtensions(Names);
  if (!Result)
    return error("-mattr=" + List + ": " + toString(Result.takeError()));
  ISA = std::move(*Result);
  return Error::success();
}

Error checkCPU(StringRef CPU, StringRef Option) {
  if (CPU == DeviceCPU || CPU == PlainCPU || CPU == "generic")
    return Error::success();
  return error(Option + CPU + ": unknown CPU; the device is " + DeviceCPU + " (" +
               deviceExtensions() + "), " + PlainCPU + " its base instruction set");
}

Expected<std::string> chooseABI(const RISCVISAInfo &ISA, const opt::Arg *Wanted, StringRef March) {
  if (!Wanted) {
    std::string Best;
    for (const ABI &A : ABIs)
      if (!*A.Extension || ISA.hasExtension(A.Extension))
        // The device's, if it can be had.
        if (A.Name == StringRef(MTIA_DEVICE_MABI) || Best != MTIA_DEVICE_MABI)
          Best = A.Name;
    return Best;
  }
  StringRef Name = Wanted->getValue();
  for (const ABI &A : ABIs)
    if (Name == A.Name) {
      if (*A.Extension && !deviceISA().hasExtension(A.Extension))
        break;
      if (*A.Extension && !ISA.hasExtension(A.Extension))
        return error("-mabi=" + Name + " passes arguments in registers of extension '" +
                     A.Extension + "', which " + March + " lacks");
      return Name.str();
    }
  std::string Legal;
  for (const ABI &A : ABIs)
    if (!*A.Extension || deviceISA().hasExtension(A.Extension))
      Legal += (Legal.empty() ? "" : ", ") + std::string(A.Name);
  return error("-mabi=" + Name + ": the device has the ABIs " + Legal + "; the default is " +
               MTIA_DEVICE_MABI);
}

// The variant that uses most of what is there.
Expected<const Multilib *> chooseLibraries(const RISCVISAInfo &ISA, StringRef Mabi) {
  const Multilib *Best = nullptr;
  std::string Available;
  for (const Multilib &M : multilibs()) {
    Available += (Available.empty() ? "" : ", ") + std::string(M.Folder);
    if (M.Mabi == Mabi && hasAllOf(ISA, *cantFail(parse(M.March))))
      Best = &M;
  }
  if (Best)
    return Best;
  return error("no libraries for " + ISA.toString() + " with ABI " + Mabi + "; there are " +
               Available);
}

} // namespace

std::string Multilib::libcFolder() const { return std::string(MTIA_PICOLIBC) + "/lib/" + Folder; }

ArrayRef<Multilib> multilibs() {
  static const Multilib Table[] = {
#define MTIA_MULTILIB(folder, march, mabi, libgcc) {folder, march, mabi, libgcc},
      MTIA_MULTILIBS};
  return Table;
}

const RISCVISAInfo &deviceISA() {
  static const ISAPointer ISA = cantFail(parse(MTIA_DEVICE_MARCH));
  return *ISA;
}

const RISCVISAInfo &vectorISA() {
  // One-letter extensions come first: rv64gcv_...
  static const ISAPointer ISA = [] {
    auto [Letters, Rest] = StringRef(MTIA_DEVICE_MARCH).split('_');
    auto [V, Vectors] = StringRef(MTIA_DEVICE_VECTORS).split('_');
    return cantFail(parse((Letters + V + "_" + Rest + "_" + Vectors).str()));
  }();
  return *ISA;
}

std::string vectorTarget() {
  SmallVector<StringRef> Extensions;
  StringRef(MTIA_DEVICE_VECTORS).split(Extensions, '_');
  return "arch=+" + join(Extensions, ",+");
}

Expected<Machine> Machine::fromOptions(const opt::ArgList &Args, ArrayRef<std::string> Attributes) {
  Machine M;
  StringRef CPU = Args.getLastArgValue(OPT_mcpu_EQ);
  if (!CPU.empty())
    if (Error E = checkCPU(CPU, "-mcpu="))
      return E;
  StringRef Tune = Args.getLastArgValue(OPT_mtune_EQ);
  if (!Tune.empty())
    if (Error E = checkCPU(Tune, "-mtune="))
      return E;

  std::string March = CPU == PlainCPU ? "rv64i" : MTIA_DEVICE_MARCH;
  if (const opt::Arg *A = Args.getLastArg(OPT_march_EQ))
    March = A->getValue();
  Expected<ISAPointer> ISA = checkMarch(March, "-march=" + March);
  if (!ISA)
    return ISA.takeError();
  M.ISA = std::move(*ISA);
  March = "-march=" + March;
  for (const std::string &List : Attributes) {
    if (Error E = applyAttributes(M.ISA, List))
      return E;
    March += " -mattr=" + List;
  }
  M.March = M.ISA->toString();

  Expected<std::string> Mabi = chooseABI(*M.ISA, Args.getLastArg(OPT_mabi_EQ), March);
  if (!Mabi)
    return Mabi.takeError();
  M.Mabi = *Mabi;
  Expected<const Multilib *> Libraries = chooseLibraries(*M.ISA, M.Mabi);
  if (!Libraries)
    return Libraries.takeError();
  M.Libraries = *Libraries;
  return M;
}

void printSupported() {
  outs() << "Processor: " << DeviceCPU << " (" << deviceExtensions() << ")\n\n";
  std::vector<std::string> Features = deviceISA().toFeatures();
  std::set<StringRef> Names;
  for (StringRef Feature : Features)
    Names.insert(Feature.ltrim('+'));
  StringMap<StringRef> NoDescriptions;
  RISCVISAInfo::printEnabledExtensions(/*IsRV64=*/true, Names, NoDescriptions);
}

} // namespace mtia
