//===-- MTIAFeaturesV.td - Features of the vector unit ----*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// V 1.0, its subsets for embedded cores, and the extensions on top of them. Which
// one implies which: RISC-V unprivileged manual, chapters "V" (section
// "Standard Vector Extensions"), "Zvbb", "BF16".
//
// None of them is on in mtia-v1, the model of core 0, which has no vectors.
//
//===----------------------------------------------------------------------===//

// Zvl<N>b: registers of at least N bits. Each implies the shorter ones; the
// subtarget keeps the longest in ZvlLen.
foreach n = !range(5, 17) in {
  defvar Bits = !shl(1, n);
  def FeatureStdExtZvl#Bits#b
      : SubtargetFeature<"zvl" # Bits # "b", "ZvlLen", !cast<string>(Bits),
                         "'Zvl" # Bits # "b' (vector registers of at least " # Bits #
                         " bits)",
                         !if(!eq(n, 5), []<SubtargetFeature>,
                             [!cast<SubtargetFeature>("FeatureStdExtZvl" #
                                                      !srl(Bits, 1) # "b")])>;
}

// The embedded subsets: the widest integer element (32x, 64x), and the widest
// floating-point one (32f, 64f, 64d).
def FeatureStdExtZve32x
    : MTIAExtension<"zve32x", "HasStdExtZve32x",
                    "'Zve32x' (vectors of integers up to 32 bits)",
                    [FeatureStdExtZicsr, FeatureStdExtZvl32b]>;
def FeatureStdExtZve32f
    : MTIAExtension<"zve32f", "HasStdExtZve32f",
                    "'Zve32f' (vectors of single-precision numbers)",
                    [FeatureStdExtZve32x, FeatureStdExtF]>;
def FeatureStdExtZve64x
    : MTIAExtension<"zve64x", "HasStdExtZve64x",
                    "'Zve64x' (vectors of integers up to 64 bits)",
                    [FeatureStdExtZve32x, FeatureStdExtZvl64b]>;
def FeatureStdExtZve64f
    : MTIAExtension<"zve64f", "HasStdExtZve64f",
                    "'Zve64f' (Zve64x and Zve32f)",
                    [FeatureStdExtZve32f, FeatureStdExtZve64x]>;
def FeatureStdExtZve64d
    : MTIAExtension<"zve64d", "HasStdExtZve64d",
                    "'Zve64d' (vectors of double-precision numbers)",
                    [FeatureStdExtZve64f, FeatureStdExtD]>;
def FeatureStdExtV
    : MTIAExtension<"v", "HasStdExtV", "'V' (vector instructions)",
                    [FeatureStdExtZvl128b, FeatureStdExtZve64d]>;

// Narrower floating-point elements.
def FeatureStdExtZfbfmin
    : MTIAExtension<"zfbfmin", "HasStdExtZfbfmin",
                    "'Zfbfmin' (conversions of scalar BF16)", [FeatureStdExtF]>;
def HasStdExtZfbfmin : MTIAPredicate<FeatureStdExtZfbfmin, FeatureStdExtZfbfmin.Desc>;
// Loads, stores and moves of 16 bits are the same for both kinds of halves.
def HasHalfFPLoadStoreMove
    : MTIAEitherPredicate<FeatureStdExtZfhmin, FeatureStdExtZfbfmin,
                          "'Zfhmin' (half-precision floating point, minimal) or "
                          "'Zfbfmin' (conversions of scalar BF16)">;
def FeatureStdExtZvfbfmin
    : MTIAExtension<"zvfbfmin", "HasStdExtZvfbfmin",
                    "'Zvfbfmin' (vector BF16 conversions)", [FeatureStdExtZve32f]>;
def FeatureStdExtZvfbfwma
    : MTIAExtension<"zvfbfwma", "HasStdExtZvfbfwma",
                    "'Zvfbfwma' (vector BF16 widening multiply-add)",
                    [FeatureStdExtZvfbfmin, FeatureStdExtZfbfmin]>;
def FeatureStdExtZvfhmin
    : MTIAExtension<"zvfhmin", "HasStdExtZvfhmin",
                    "'Zvfhmin' (vector half-precision conversions)",
                    [FeatureStdExtZve32f]>;
def FeatureStdExtZvfh
    : MTIAExtension<"zvfh", "HasStdExtZvfh",
                    "'Zvfh' (vectors of half-precision numbers)",
                    [FeatureStdExtZvfhmin, FeatureStdExtZfhmin]>;

// Bit manipulation.
def FeatureStdExtZvkb
    : MTIAExtension<"zvkb", "HasStdExtZvkb",
                    "'Zvkb' (vector bit manipulation for cryptography)",
                    [FeatureStdExtZve32x]>;
def FeatureStdExtZvbb
    : MTIAExtension<"zvbb", "HasStdExtZvbb", "'Zvbb' (vector bit manipulation)",
                    [FeatureStdExtZvkb]>;

//===----------------------------------------------------------------------===//
// Predicates, under the names that RISC-V's vector patterns use
//===----------------------------------------------------------------------===//

class MTIAVectorPredicate<string accessor, MTIAExtension ext, string what>
    : Predicate<"Subtarget->" # accessor # "()">,
      AssemblerPredicate<(all_of ext), what>;

def HasVInstructions
    : MTIAVectorPredicate<"hasVInstructions", FeatureStdExtZve32x,
                          "'V' or 'Zve32x' (vector instructions)">;
def HasVInstructionsI64
    : MTIAVectorPredicate<"hasVInstructionsI64", FeatureStdExtZve64x,
                          "'V' or 'Zve64x' (vectors of 64-bit integers)">;
def HasVInstructionsAnyF
    : MTIAVectorPredicate<"hasVInstructionsAnyF", FeatureStdExtZve32f,
                          "'V' or 'Zve32f' (vectors of floating-point numbers)">;

// For patterns only: an instruction is there with any element width, and the
// configuration says which.
def HasVInstructionsF16Minimal : Predicate<"Subtarget->hasVInstructionsF16Minimal()">;
def HasVInstructionsBF16Minimal : Predicate<"Subtarget->hasVInstructionsBF16Minimal()">;
def HasVInstructionsF16 : Predicate<"Subtarget->hasVInstructionsF16()">;
def HasVInstructionsF64 : Predicate<"Subtarget->hasVInstructionsF64()">;
def HasVInstructionsFullMultiply
    : Predicate<"Subtarget->hasVInstructionsFullMultiply()">;

def HasStdExtZvfbfmin : MTIAPredicate<FeatureStdExtZvfbfmin, FeatureStdExtZvfbfmin.Desc>;
def HasStdExtZvfbfwma : MTIAPredicate<FeatureStdExtZvfbfwma, FeatureStdExtZvfbfwma.Desc>;
def HasStdExtZvkb : MTIAPredicate<FeatureStdExtZvkb, FeatureStdExtZvkb.Desc>;
def HasStdExtZvbb : MTIAPredicate<FeatureStdExtZvbb, FeatureStdExtZvbb.Desc>;
