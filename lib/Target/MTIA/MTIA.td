//===-- MTIA.td - The MTIA target -------------------------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The cores of an MTIA processing element are RISC-V cores; this target names
// its features as RISC-V does, so that function attributes written by clang for
// riscv64 and the .riscv.attributes section of an object file mean the same here.
//
//===----------------------------------------------------------------------===//

include "llvm/Target/Target.td"

include "MTIAFeatures.td"
include "MTIAFeaturesV.td"
include "MTIAFeaturesCodeGen.td"
include "MTIASchedule.td"
include "MTIAScheduleV.td"
include "MTIARegisterInfo.td"
include "MTIARegisterInfoV.td"
include "MTIASystemOperands.td"
include "MTIAInstrInfo.td"
include "MTIACallingConv.td"
include "MTIAInstrPatterns.td"
include "MTIAInstrPatternsFP.td"
include "MTIAInstrPatternsA.td"
include "MTIAInstrPatternsZb.td"
include "MTIAInstrInfoW.td"

//===----------------------------------------------------------------------===//
// Processors
//===----------------------------------------------------------------------===//

// The processing element's core 0. The default when no CPU is named.
def : ProcessorModel<"mtia-v1", MTIAModel,
                     [Feature64Bit, FeatureStdExtI, FeatureStdExtM,
                      FeatureStdExtZicsr, FeatureStdExtZifencei,
                      FeatureStdExtZicbom, FeatureStdExtZicboz,
                      FeatureStdExtA, FeatureStdExtF, FeatureStdExtD,
                      FeatureStdExtZfh, FeatureStdExtC, FeatureStdExtZba,
                      FeatureStdExtZbb, FeatureStdExtZbs, FeatureStdExtZicond,
                      FeatureVendorXmtia]>;

// What clang writes into "target-cpu" for riscv64; the feature list follows in
// "target-features".
def : ProcessorModel<"generic-rv64", MTIAModel, [Feature64Bit, FeatureStdExtI]>;
def : ProcessorModel<"generic", MTIAModel, [Feature64Bit, FeatureStdExtI]>;

//===----------------------------------------------------------------------===//
// Target
//===----------------------------------------------------------------------===//

def MTIAInstrInfo : InstrInfo;
defm : RemapAllTargetPseudoPointerOperands<GPR>;

def MTIAAsmParser : AsmParser {
  let ShouldEmitMatchRegisterAltName = true;
  let AllowDuplicateRegisterNames = true;
}

def MTIAAsmWriter : AsmWriter {
  int PassSubtarget = 1;
}

def MTIA : Target {
  let InstructionSet = MTIAInstrInfo;
  let AssemblyParsers = [MTIAAsmParser];
  let AssemblyWriters = [MTIAAsmWriter];
  let AllowRegisterRenaming = true;
}
