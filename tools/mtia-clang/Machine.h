// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is compiled for: the instruction set and the ABI that -march, -mabi, -mcpu,
// -mtune and -mattr ask for, and the libraries that fit them.
#ifndef MTIA_CLANG_MACHINE_H
#define MTIA_CLANG_MACHINE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Support/Error.h"
#include "llvm/TargetParser/RISCVISAInfo.h"
#include <memory>
#include <string>

namespace mtia {

// A variant of the libraries and of the start-up code; from isa.cmake.
struct Multilib {
  const char *Folder; // below a library's root: "rv64imac/lp64"
  const char *March, *Mabi;
  const char *LibgccFolder;

  std::string libcFolder() const;
};

llvm::ArrayRef<Multilib> multilibs();

// The extensions of the device's cores; Xmtia, which clang doesn't know, is not
// among them.
const llvm::RISCVISAInfo &deviceISA();
// And with the vectors of core 1: all that -march and -mattr may ask for.
const llvm::RISCVISAInfo &vectorISA();
// What the attribute `target` gives to a function that runs on core 1: "arch=+v,+zvl512b...".
std::string vectorTarget();

struct Machine {
  std::unique_ptr<llvm::RISCVISAInfo> ISA;
  std::string March; // for clang: without Xmtia
  std::string Mabi;
  const Multilib *Libraries = nullptr;

  // From a parsed command line and the values of -mattr, which clang's driver
  // doesn't know; an error names the option and what is legal.
  static llvm::Expected<Machine> fromOptions(const llvm::opt::ArgList &Args,
                                             llvm::ArrayRef<std::string> Attributes);
};

// -print-supported-cpus, -print-supported-extensions.
void printSupported();

} // namespace mtia

#endif
