//===-- MTIATargetMachine.cpp - The target and its passes -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MTIATargetMachine.h"
#include "MTIA.h"
#include "MTIAInstrInfo.h"
#include "MTIAMachineFunctionInfo.h"
#include "MTIAStridedAccess.h"
#include "MTIATargetObjectFile.h"
#include "MTIATargetTransformInfo.h"
#include "MTIAVectorLoops.h"
#include "TargetInfo/MTIATargetInfo.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/CodeGen/MIRParser/MIParser.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/Module.h"
#include "llvm/InitializePasses.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Transforms/Scalar.h"

using namespace llvm;

// Every pass that isn't needed for correctness can be switched off.
static cl::opt<bool> EnableMergeBaseOffset("mtia-enable-merge-base-offset",
                                           cl::desc("Fold offsets into addresses of globals"),
                                           cl::init(true), cl::Hidden);
static cl::opt<bool> EnableFoldMemOffset("mtia-enable-fold-mem-offset",
                                         cl::desc("Fold additions into the offsets of accesses"),
                                         cl::init(true), cl::Hidden);
static cl::opt<bool> EnableRemoveSExt("mtia-enable-remove-sext",
                                      cl::desc("Remove redundant sign extensions"), cl::init(true),
                                      cl::Hidden);
static cl::opt<bool> EnableRedundantCopy("mtia-enable-redundant-zero",
                                         cl::desc("Remove zeros that a branch has shown"),
                                         cl::init(true), cl::Hidden);
static cl::opt<bool> EnableDeadDefs("mtia-enable-dead-defs",
                                    cl::desc("Let unused results go to the zero register"),
                                    cl::init(true), cl::Hidden);
static cl::opt<bool> EnableGlobalMerge("mtia-enable-global-merge",
                                       cl::desc("Merge small globals to share their address"),
                                       cl::init(true), cl::Hidden);

static cl::opt<bool> EnableReduceVL("mtia-enable-reduce-vl", cl::Hidden, cl::init(true),
                                    cl::desc("Compute only the vector elements that are used"));
static cl::opt<bool> EnableLoopMasks("mtia-enable-loop-masks", cl::Hidden, cl::init(true),
                                     cl::desc("Take vector lengths for masks of loops"));
static cl::opt<bool> EnableStridedAccess("mtia-enable-strided-access", cl::Hidden, cl::init(true),
                                         cl::desc("Make strided accesses of gathers"));
static cl::opt<bool> EnableVectorLoops("mtia-enable-vector-loops", cl::Hidden, cl::init(true),
                                       cl::desc("Simplify the inductions of vectorised loops"));
static cl::opt<bool> EnablePromoteConstants("mtia-enable-promote-constants",
                                            cl::desc("Load a function's constants from one table"),
                                            cl::init(true), cl::Hidden);
static cl::opt<bool> EnableLoopTermFold("mtia-enable-loop-term-fold",
                                        cl::desc("End loops by the counter that is left"),
                                        cl::init(true), cl::Hidden);
static cl::opt<bool> EnableMachineCombiner("mtia-enable-machine-combiner",
                                           cl::desc("Reassociate for shorter critical paths"),
                                           cl::init(true), cl::Hidden);
static cl::opt<bool> EnableCopyPropagation("mtia-enable-copy-propagation",
                                           cl::desc("Propagate copies after register allocation"),
                                           cl::init(true), cl::Hidden);

static cl::opt<bool> EnableCommandOffsets("mtia-enable-command-offsets",
                                          cl::desc("Let multiplications advance their offsets"),
                                          cl::init(true), cl::Hidden);
static cl::opt<bool>
    EnableCommandRegisters("mtia-enable-command-registers",
                           cl::desc("Remove and hoist writes of command registers"), cl::init(true),
                           cl::Hidden);

extern "C" LLVM_EXTERNAL_VISIBILITY void LLVMInitializeMTIATarget() {
  RegisterTargetMachine<MTIATargetMachine> X(getTheMTIATarget());
  PassRegistry &PR = *PassRegistry::getPassRegistry();
  initializeGlobalISel(PR);
  initializeMTIADAGToDAGISelLegacyPass(PR);
  initializeMTIAPreRAExpandPseudoPass(PR);
  initializeMTIADeadRegisterDefinitionsPass(PR);
  initializeMTIACommandOffsetsPass(PR);
  initializeMTIACommandRegistersPass(PR);
  initializeMTIAEnableXmtiaPass(PR);
  initializeMTIAExpandAtomicPseudoPass(PR);
  initializeMTIAFoldMemOffsetPass(PR);
  initializeMTIAInsertRoundingModesPass(PR);
  initializeMTIAInsertVSETVLIPass(PR);
  initializeMTIALoopMasksPass(PR);
  initializeMTIAMergeBaseOffsetPass(PR);
  initializeMTIAExpandVectorsPass(PR);
  initializeMTIAPadVectorsPass(PR);
  initializeMTIAPromoteConstantsPass(PR);
  initializeMTIAStridedAccessPass(PR);
  initializeMTIAVectorLoopsPass(PR);
  initializeMTIARedundantZeroPass(PR);
  initializeMTIARemoveSExtPass(PR);
  initializeMTIAReduceVLPass(PR);
  initializeMTIAVectorPeepholePass(PR);
}

static Reloc::Model getEffectiveRelocModel(std::optional<Reloc::Model> RM) {
  return RM.value_or(Reloc::Static);
}

// What clang was told by -mabi: a module flag.
static StringRef getABIOfModule(const Module &M) {
  const auto *Flag = dyn_cast_or_null<MDString>(M.getModuleFlag("target-abi"));
  return Flag ? Flag->getString() : StringRef();
}

StringRef llvm::getMTIAABIName(const Module &M, StringRef ABIName) {
  return ABIName.empty() ? getABIOfModule(M) : ABIName;
}

std::string llvm::getMTIAUnsupportedReason(const Module &M, StringRef ABIName) {
  StringRef ABI = getMTIAABIName(M, ABIName);
  if (!ABI.empty() && MTIAABI::getABI(ABI) == MTIAABI::ABI_Unknown)
    return ("the MTIA target has the ABIs lp64, lp64f and lp64d, not '" + ABI +
            "': compile with -mabi=lp64d")
        .str();
  if (M.getModuleFlag("kcfi"))
    return "the MTIA target doesn't check the types of indirect calls: compile without "
           "-fsanitize=kcfi";
  return "";
}

MTIATargetMachine::MTIATargetMachine(const Target &T, const Triple &TT, StringRef CPU, StringRef FS,
                                     const TargetOptions &Options, std::optional<Reloc::Model> RM,
                                     std::optional<CodeModel::Model> CM, CodeGenOptLevel OL,
                                     bool JIT)
    : CodeGenTargetMachineImpl(T, TT.computeDataLayout(), TT, CPU, FS, Options,
                               getEffectiveRelocModel(RM),
                               getEffectiveCodeModel(CM, CodeModel::Medium), OL),
      TLOF(std::make_unique<MTIATargetObjectFile>()) {
  initAsmInfo();
  setCFIFixup(true);
  setSupportsDebugEntryValues(true);
  // For functions of least size; -enable-machine-outliner switches it for all or none.
  setMachineOutliner(true);
  setSupportsDefaultOutlining(true);
}

MTIATargetMachine::~MTIATargetMachine() = default;

const MTIASubtarget *MTIATargetMachine::getSubtargetImpl(const Function &F) const {
  Attribute CPUAttr = F.getFnAttribute("target-cpu");
  Attribute TuneAttr = F.getFnAttribute("tune-cpu");
  Attribute FSAttr = F.getFnAttribute("target-features");
  std::string CPU = CPUAttr.isValid() ? CPUAttr.getValueAsString().str() : TargetCPU;
  std::string TuneCPU = TuneAttr.isValid() ? TuneAttr.getValueAsString().str() : CPU;
  std::string FS = FSAttr.isValid() ? FSAttr.getValueAsString().str() : TargetFS;
  // Without a word about features, the device's core.
  if (CPU.empty() || CPU == "generic")
    CPU = FS.empty() ? "mtia-v1" : "generic-rv64";
  if (TuneCPU.empty() || TuneCPU == "generic" || TuneCPU == "generic-rv64")
    TuneCPU = "mtia-v1";

  StringRef ABI = Options.MCOptions.getABIName();
  StringRef ModuleABI = getABIOfModule(*F.getParent());
  if (ABI.empty())
    ABI = ModuleABI;
  else if (!ModuleABI.empty() && ABI != ModuleABI)
    report_fatal_error("-target-abi is " + ABI + ", but the module was made for " + ModuleABI,
                       /*gen_crash_diag=*/false);

  std::string Key = CPU + "|" + TuneCPU + "|" + FS;
  auto &Entry = SubtargetMap[Key];
  if (!Entry) {
    // Target options can differ from function to function.
    resetTargetOptions(F);
    Entry = std::make_unique<MTIASubtarget>(TargetTriple, CPU, TuneCPU, FS, ABI, *this);
    MTIAABI::ABI Chosen = Entry->getTargetABI();
    if ((Chosen == MTIAABI::ABI_LP64D && !Entry->hasStdExtD()) ||
        (Chosen == MTIAABI::ABI_LP64F && !Entry->hasStdExtF()))
      report_fatal_error("the ABI " + ABI + " passes floating-point values in registers that '" +
                             F.getName() + "' is compiled without: add the extension " +
                             (Chosen == MTIAABI::ABI_LP64D ? "D" : "F"),
                         /*gen_crash_diag=*/false);
  }
  return Entry.get();
}

void MTIATargetMachine::registerPassBuilderCallbacks(PassBuilder &PB) { registerMTIAPasses(PB); }

MachineFunctionInfo *
MTIATargetMachine::createMachineFunctionInfo(BumpPtrAllocator &Allocator, const Function &F,
                                             const TargetSubtargetInfo *STI) const {
  return MTIAMachineFunctionInfo::create<MTIAMachineFunctionInfo>(
      Allocator, F, static_cast<const MTIASubtarget *>(STI));
}

TargetTransformInfo MTIATargetMachine::getTargetTransformInfo(const Function &F) const {
  return TargetTransformInfo(std::make_unique<MTIATTIImpl>(this, F));
}

yaml::MachineFunctionInfo *MTIATargetMachine::createDefaultFuncInfoYAML() const {
  return new yaml::MTIAMachineFunctionInfo();
}

yaml::MachineFunctionInfo *
MTIATargetMachine::convertFuncInfoToYAML(const MachineFunction &MF) const {
  return new yaml::MTIAMachineFunctionInfo(*MF.getInfo<MTIAMachineFunctionInfo>());
}

bool MTIATargetMachine::parseMachineFunctionInfo(const yaml::MachineFunctionInfo &MFI,
                                                 PerFunctionMIParsingState &PFS,
                                                 SMDiagnostic &Error, SMRange &SourceRange) const {
  const auto &YamlMFI = static_cast<const yaml::MTIAMachineFunctionInfo &>(MFI);
  PFS.MF.getInfo<MTIAMachineFunctionInfo>()->initializeBaseYamlFields(YamlMFI);
  return false;
}

//===----------------------------------------------------------------------===//
// Pass pipeline
//===----------------------------------------------------------------------===//

static bool isVectorReg(const TargetRegisterInfo &, const MachineRegisterInfo &MRI, Register Reg) {
  return MTIAInstrInfo::isVectorRegClass(MRI.getRegClass(Reg));
}
static bool isScalarReg(const TargetRegisterInfo &TRI, const MachineRegisterInfo &MRI,
                        Register Reg) {
  return !isVectorReg(TRI, MRI, Reg);
}

namespace {
class MTIAPassConfig : public TargetPassConfig {
public:
  MTIAPassConfig(MTIATargetMachine &TM, PassManagerBase &PM) : TargetPassConfig(TM, PM) {
    if (TM.getOptLevel() != CodeGenOptLevel::None)
      substitutePass(&PostRASchedulerID, &PostMachineSchedulerID);
    // One counter per loop: a pointer that is compared with its end.
    TargetPassConfig::EnableLoopTermFold = ::EnableLoopTermFold;
  }

  MTIATargetMachine &getMTIATargetMachine() const { return getTM<MTIATargetMachine>(); }

  void addIRPasses() override {
    addPass(createMTIAEnableXmtiaPass());
    addPass(createMTIAExpandVectorsPass());
    addPass(createAtomicExpandLegacyPass());
    if (getOptLevel() != CodeGenOptLevel::None)
      addPass(createInterleavedAccessPass());
    if (EnableLoopMasks && getOptLevel() != CodeGenOptLevel::None)
      addPass(createMTIALoopMasksPass());
    if (EnableStridedAccess && getOptLevel() != CodeGenOptLevel::None)
      addPass(createMTIAStridedAccessPass());
    if (EnableVectorLoops && getOptLevel() != CodeGenOptLevel::None)
      addPass(createMTIAVectorLoopsPass());
    addPass(createMTIAPadVectorsPass());
    if (EnableCommandOffsets && getOptLevel() != CodeGenOptLevel::None)
      addPass(createMTIACommandOffsetsPass());
    TargetPassConfig::addIRPasses();
  }

  void addCodeGenPrepare() override {
    // Arithmetic of narrow types in registers of the full width, without extensions.
    if (TM->getOptLevel() != CodeGenOptLevel::None)
      addPass(createTypePromotionLegacyPass());
    if (EnablePromoteConstants && TM->getOptLevel() != CodeGenOptLevel::None)
      addPass(createMTIAPromoteConstantsPass());
    TargetPassConfig::addCodeGenPrepare();
  }

  bool addPreISel() override {
    if (EnableGlobalMerge && TM->getOptLevel() != CodeGenOptLevel::None)
      addPass(createGlobalMergePass(TM, /*MaximalOffset=*/2047, /*OnlyOptimizeForSize=*/false,
                                    /*MergeExternalByDefault=*/true));
    return false;
  }

  bool addInstSelector() override {
    addPass(createMTIAISelDag(getMTIATargetMachine(), getOptLevel()));
    return false;
  }

  void addMachineSSAOptimization() override {
    if (EnableFoldMemOffset)
      addPass(createMTIAFoldMemOffsetPass());
    addPass(createMTIAVectorPeepholePass());
    TargetPassConfig::addMachineSSAOptimization();
    if (EnableReduceVL)
      addPass(createMTIAReduceVLPass());
    if (EnableRemoveSExt)
      addPass(createMTIARemoveSExtPass());
    if (EnableCommandRegisters)
      addPass(createMTIACommandRegistersPass());
  }

  void addPreRegAlloc() override {
    addPass(createMTIAPreRAExpandPseudoPass());
    if (EnableMergeBaseOffset && TM->getOptLevel() != CodeGenOptLevel::None)
      addPass(createMTIAMergeBaseOffsetPass());
    if (EnableDeadDefs && TM->getOptLevel() != CodeGenOptLevel::None)
      addPass(createMTIADeadRegisterDefinitionsPass());
    addPass(createMTIAInsertRoundingModesPass());
    addPass(createMTIAVectorPeepholePass(TM->getOptLevel() != CodeGenOptLevel::None,
                                         /*TieAll=*/true));
  }

  // Vectors get their registers first. Between the two allocations vl and vtype are set: where
  // vectors are spilled and copied doesn't matter to them, and numbers of elements may still
  // need registers.
  FunctionPass *createTargetRegisterAllocator(bool Optimized) override {
    return Optimized ? createGreedyRegisterAllocator(isScalarReg)
                     : createFastRegisterAllocator(isScalarReg, /*ClearVirtRegs=*/true);
  }
  bool addRegAssignAndRewriteFast() override {
    addPass(createFastRegisterAllocator(isVectorReg, /*ClearVirtRegs=*/false));
    addPass(createMTIAInsertVSETVLIPass(/*Optimize=*/false));
    return TargetPassConfig::addRegAssignAndRewriteFast();
  }
  bool addRegAssignAndRewriteOptimized() override {
    addPass(createGreedyRegisterAllocator(isVectorReg));
    addPass(createVirtRegRewriter(/*ClearVirtRegs=*/false));
    addPass(createMTIAInsertVSETVLIPass());
    return TargetPassConfig::addRegAssignAndRewriteOptimized();
  }

  void addPostRegAlloc() override {
    if (EnableRedundantCopy && TM->getOptLevel() != CodeGenOptLevel::None)
      addPass(createMTIARedundantZeroPass());
  }

  // Reassociation, where it shortens the critical path.
  bool addILPOpts() override {
    if (EnableMachineCombiner)
      addPass(&MachineCombinerID);
    return true;
  }

  void addPreEmitPass() override {
    if (EnableCopyPropagation && TM->getOptLevel() >= CodeGenOptLevel::Default)
      addPass(createMachineCopyPropagationPass(/*UseCopyInstr=*/true));
    addPass(&BranchRelaxationPassID);
  }

  // After everything that could put an instruction between LR and SC.
  void addPreEmitPass2() override { addPass(createMTIAExpandAtomicPseudoPass()); }
};
} // namespace

TargetPassConfig *MTIATargetMachine::createPassConfig(PassManagerBase &PM) {
  return new MTIAPassConfig(*this, PM);
}
