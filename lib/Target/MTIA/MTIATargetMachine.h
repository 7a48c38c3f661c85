//===-- MTIATargetMachine.h - The target and its passes -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIATARGETMACHINE_H
#define LLVM_LIB_TARGET_MTIA_MTIATARGETMACHINE_H

#include "MTIASubtarget.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/CodeGen/CodeGenTargetMachineImpl.h"
#include <optional>
#include <string>

namespace llvm {
class Module;

/// Why a module can't be compiled for this target, with what the user can do; empty if it
/// can. ABIName is that of the options, if one was given there.
std::string getMTIAUnsupportedReason(const Module &M, StringRef ABIName);

/// The name of the ABI: that of the options, ABIName, or else of the module; or empty.
StringRef getMTIAABIName(const Module &M, StringRef ABIName);

class MTIATargetMachine : public CodeGenTargetMachineImpl {
  std::unique_ptr<TargetLoweringObjectFile> TLOF;
  mutable StringMap<std::unique_ptr<MTIASubtarget>> SubtargetMap;

public:
  MTIATargetMachine(const Target &T, const Triple &TT, StringRef CPU, StringRef FS,
                    const TargetOptions &Options, std::optional<Reloc::Model> RM,
                    std::optional<CodeModel::Model> CM, CodeGenOptLevel OL, bool JIT);
  ~MTIATargetMachine() override;

  const MTIASubtarget *getSubtargetImpl(const Function &F) const override;
  // A module may be compiled for several subtargets; ask for a function's.
  const MTIASubtarget *getSubtargetImpl() const = delete;

  void registerPassBuilderCallbacks(PassBuilder &PB) override;
  TargetPassConfig *createPassConfig(PassManagerBase &PM) override;
  ScheduleDAGInstrs *createMachineScheduler(MachineSchedContext *C) const override;
  TargetTransformInfo getTargetTransformInfo(const Function &F) const override;
  TargetLoweringObjectFile *getObjFileLowering() const override { return TLOF.get(); }

  MachineFunctionInfo *createMachineFunctionInfo(BumpPtrAllocator &Allocator, const Function &F,
                                                 const TargetSubtargetInfo *STI) const override;
  yaml::MachineFunctionInfo *createDefaultFuncInfoYAML() const override;
  yaml::MachineFunctionInfo *convertFuncInfoToYAML(const MachineFunction &MF) const override;
  bool parseMachineFunctionInfo(const yaml::MachineFunctionInfo &, PerFunctionMIParsingState &PFS,
                                SMDiagnostic &Error, SMRange &SourceRange) const override;
};
} // namespace llvm

#endif
