//===-- MTIAMachineFunctionInfo.h - What is known about one function -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAMACHINEFUNCTIONINFO_H
#define LLVM_LIB_TARGET_MTIA_MTIAMACHINEFUNCTIONINFO_H

#include "llvm/ADT/SmallSet.h"
#include "llvm/CodeGen/CallingConvLower.h"
#include "llvm/CodeGen/MIRYamlMapping.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"

namespace llvm {
class MTIAMachineFunctionInfo;

namespace yaml {
struct MTIAMachineFunctionInfo final : public yaml::MachineFunctionInfo {
  int VarArgsFrameIndex = 0;
  int VarArgsSaveSize = 0;

  MTIAMachineFunctionInfo() = default;
  MTIAMachineFunctionInfo(const llvm::MTIAMachineFunctionInfo &MFI);
  ~MTIAMachineFunctionInfo() override = default;

  void mappingImpl(yaml::IO &YamlIO) override;
};

template <> struct MappingTraits<MTIAMachineFunctionInfo> {
  static void mapping(IO &YamlIO, MTIAMachineFunctionInfo &MFI) {
    YamlIO.mapOptional("varArgsFrameIndex", MFI.VarArgsFrameIndex);
    YamlIO.mapOptional("varArgsSaveSize", MFI.VarArgsSaveSize);
  }
};
} // namespace yaml

class MTIAMachineFunctionInfo : public MachineFunctionInfo {
  /// First stack slot of the variable arguments, and the size of the area in
  /// which the argument registers are saved.
  int VarArgsFrameIndex = 0;
  int VarArgsSaveSize = 0;
  /// The slot through which branch relaxation saves a register.
  int BranchRelaxationScratchFrameIndex = -1;
  unsigned CalleeSavedStackSize = 0;
  /// The size of the stack on which the arguments came.
  unsigned ArgumentStackSize = 0;
  bool HasMustTailCall = false;
  /// Arguments that arrive as sign-extended words.
  SmallSet<Register, 8> SExt32Registers;

public:
  /// Registers with variable arguments that a musttail call passes on.
  SmallVector<ForwardedRegister, 8> ForwardedRegisters;

  MTIAMachineFunctionInfo(const Function &F, const TargetSubtargetInfo *STI) {}

  MachineFunctionInfo *
  clone(BumpPtrAllocator &Allocator, MachineFunction &DestMF,
        const DenseMap<MachineBasicBlock *, MachineBasicBlock *> &Src2DstMBB) const override {
    return DestMF.cloneInfo<MTIAMachineFunctionInfo>(*this);
  }

  int getVarArgsFrameIndex() const { return VarArgsFrameIndex; }
  void setVarArgsFrameIndex(int Index) { VarArgsFrameIndex = Index; }
  int getVarArgsSaveSize() const { return VarArgsSaveSize; }
  void setVarArgsSaveSize(int Size) { VarArgsSaveSize = Size; }

  int getBranchRelaxationScratchFrameIndex() const { return BranchRelaxationScratchFrameIndex; }
  void setBranchRelaxationScratchFrameIndex(int Index) {
    BranchRelaxationScratchFrameIndex = Index;
  }

  void addSExt32Register(Register Reg) { SExt32Registers.insert(Reg); }
  bool isSExt32Register(Register Reg) const { return SExt32Registers.count(Reg); }

  unsigned getCalleeSavedStackSize() const { return CalleeSavedStackSize; }
  void setCalleeSavedStackSize(unsigned Size) { CalleeSavedStackSize = Size; }

  unsigned getArgumentStackSize() const { return ArgumentStackSize; }
  void setArgumentStackSize(unsigned Size) { ArgumentStackSize = Size; }
  bool hasMustTailCall() const { return HasMustTailCall; }
  void setHasMustTailCall(bool Value) { HasMustTailCall = Value; }

  void initializeBaseYamlFields(const yaml::MTIAMachineFunctionInfo &YamlMFI);
};
} // namespace llvm

#endif
