//===-- MTIAFeaturesCodeGen.td - Features of code generation -*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a compilation asks for beside the instruction set, under the names that
// clang's options for riscv64 (-ffixed-x20, -msave-restore, -mno-strict-align,
// -mforced-atomics) put into the feature list.
//
//===----------------------------------------------------------------------===//

// -ffixed-xN: the register is the program's, not the compiler's.
foreach i = 1...31 in
def FeatureReserveX#i
    : SubtargetFeature<"reserve-x" # i, "UserReservedRegister[MTIA::X" # i # "]",
                       "true", "Reserve x" # i>;

def FeatureSaveRestore
    : SubtargetFeature<"save-restore", "EnableSaveRestore", "true",
                       "Save and restore registers by calls of __riscv_save_N">;

def FeatureForcedAtomics
    : SubtargetFeature<"forced-atomics", "HasForcedAtomics", "true",
                       "Atomic loads and stores are instructions without 'A' too">;

def FeatureNoTrailingSeqCstFence
    : SubtargetFeature<"no-trailing-seq-cst-fence", "EnableTrailingSeqCstFence",
                       "false",
                       "No fence after a sequentially consistent store">;

// -mno-strict-align: the device does misaligned accesses of ordinary memory in hardware;
// memory of the units and atomics take none.
def FeatureUnalignedScalarMem
    : SubtargetFeature<"unaligned-scalar-mem", "EnableUnalignedScalarMem", "true",
                       "Loads and stores needn't be aligned">;
def FeatureUnalignedVectorMem
    : SubtargetFeature<"unaligned-vector-mem", "EnableUnalignedVectorMem", "true",
                       "Vector loads and stores of any alignment of the elements">;
