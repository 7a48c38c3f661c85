// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one target of this program. In the plugin, MTIA is found by its name only,
// because LLVM's own RISC-V target owns the triple; here, where that target is
// not linked, MTIA answers for riscv64. So clang's back end, inline assembly and
// LTO in the linker all find it.
#include "Tools.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Plugins/PassPlugin.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

#ifdef MTIA_STOCK_BACKEND
extern "C" {
void LLVMInitializeRISCVTargetInfo();
void LLVMInitializeRISCVTarget();
void LLVMInitializeRISCVTargetMC();
void LLVMInitializeRISCVAsmPrinter();
void LLVMInitializeRISCVAsmParser();
}

void mtia::initializeTarget() {
  LLVMInitializeRISCVTargetInfo();
  LLVMInitializeRISCVTarget();
  LLVMInitializeRISCVTargetMC();
  LLVMInitializeRISCVAsmPrinter();
  LLVMInitializeRISCVAsmParser();
}
#else
namespace llvm {
Target &getTheMTIATarget();
} // namespace llvm

extern "C" {
void LLVMInitializeMTIATargetInfo();
void LLVMInitializeMTIATarget();
void LLVMInitializeMTIATargetMC();
void LLVMInitializeMTIAAsmPrinter();
void LLVMInitializeMTIAAsmParser();
}

void mtia::initializeTarget() {
  // The first registration counts.
  TargetRegistry::RegisterTarget(getTheMTIATarget(), "mtia",
                                 "MTIA processing element (RV64 + Xmtia)", "MTIA",
                                 [](Triple::ArchType Arch) { return Arch == Triple::riscv64; });
  LLVMInitializeMTIATargetInfo();
  LLVMInitializeMTIATarget();
  LLVMInitializeMTIATargetMC();
  LLVMInitializeMTIAAsmPrinter();
  LLVMInitializeMTIAAsmParser();
}
#endif

// Debian's libclangCodeGen refers to Polly, which is not linked: an extension
// that registers nothing.
PassPluginLibraryInfo getPollyPluginInfo();
PassPluginLibraryInfo getPollyPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "none", LLVM_VERSION_STRING, [](PassBuilder &) {}, nullptr};
}

// lld's driver initialises every target of the packages, to be ready for LTO.
// None of them is here. (Weak: a build with MTIA_STOCK_BACKEND has one.)
extern "C" {
#define LLVM_TARGET(T)                                                                             \
  __attribute__((weak)) void LLVMInitialize##T##TargetInfo() {}                                    \
  __attribute__((weak)) void LLVMInitialize##T##Target() {}                                        \
  __attribute__((weak)) void LLVMInitialize##T##TargetMC() {}
#include "llvm/Config/Targets.def"
#define LLVM_ASM_PRINTER(T)                                                                        \
  __attribute__((weak)) void LLVMInitialize##T##AsmPrinter() {}
#include "llvm/Config/AsmPrinters.def"
#define LLVM_ASM_PARSER(T)                                                                         \
  __attribute__((weak)) void LLVMInitialize##T##AsmParser() {}
#include "llvm/Config/AsmParsers.def"
}
