//===-- MTIAFeatures.td - Subtarget features --------------*- tablegen -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// "64bit" is always on in this target; the feature exists because object files
// and clang name it.
def Feature64Bit : SubtargetFeature<"64bit", "IsRV64", "true",
                                    "64-bit registers (always on)">;

// An extension: the feature and the predicate that instructions require.
class MTIAExtension<string name, string attr, string desc,
                    list<SubtargetFeature> implied = []>
    : SubtargetFeature<name, attr, "true", desc, implied>;

class MTIAPredicate<MTIAExtension ext, string what>
    : Predicate<"Subtarget->" # !subst("Has", "has", ext.FieldName) # "()">,
      AssemblerPredicate<(all_of ext), what>;

// Instructions that two extensions have in common. Neither implies the other, so
// that switching one off ("-c") takes them away when only it was on.
class MTIAEitherPredicate<MTIAExtension a, MTIAExtension b, string what>
    : Predicate<"(Subtarget->" # !subst("Has", "has", a.FieldName) # "() || Subtarget->" #
                !subst("Has", "has", b.FieldName) # "())">,
      AssemblerPredicate<(any_of a, b), what>;

def FeatureStdExtI
    : MTIAExtension<"i", "HasStdExtI", "'I' (base integer instruction set)">;

def FeatureStdExtM
    : MTIAExtension<"m", "HasStdExtM", "'M' (integer multiplication and division)">;
def HasStdExtM : MTIAPredicate<FeatureStdExtM, FeatureStdExtM.Desc>;

def FeatureStdExtZicsr
    : MTIAExtension<"zicsr", "HasStdExtZicsr", "'Zicsr' (CSRs)">;
// The CSR instructions were part of the base when "i" alone was written; they
// are accepted without the feature, as by every RISC-V assembler.

def FeatureStdExtZifencei
    : MTIAExtension<"zifencei", "HasStdExtZifencei", "'Zifencei' (fence.i)">;

def FeatureStdExtZicbom
    : MTIAExtension<"zicbom", "HasStdExtZicbom",
                    "'Zicbom' (cache-block management instructions)">;
def HasStdExtZicbom : MTIAPredicate<FeatureStdExtZicbom, FeatureStdExtZicbom.Desc>;

def FeatureStdExtZicboz
    : MTIAExtension<"zicboz", "HasStdExtZicboz",
                    "'Zicboz' (cache-block zero instruction)">;
def HasStdExtZicboz : MTIAPredicate<FeatureStdExtZicboz, FeatureStdExtZicboz.Desc>;

// Floating point.
def FeatureStdExtF
    : MTIAExtension<"f", "HasStdExtF", "'F' (single-precision floating point)",
                    [FeatureStdExtZicsr]>;
def HasStdExtF : MTIAPredicate<FeatureStdExtF, FeatureStdExtF.Desc>;

def FeatureStdExtD
    : MTIAExtension<"d", "HasStdExtD", "'D' (double-precision floating point)",
                    [FeatureStdExtF]>;
def HasStdExtD : MTIAPredicate<FeatureStdExtD, FeatureStdExtD.Desc>;

def FeatureStdExtZfhmin
    : MTIAExtension<"zfhmin", "HasStdExtZfhmin",
                    "'Zfhmin' (half-precision floating point, minimal)",
                    [FeatureStdExtF]>;
def HasStdExtZfhmin : MTIAPredicate<FeatureStdExtZfhmin, FeatureStdExtZfhmin.Desc>;

def FeatureStdExtZfh
    : MTIAExtension<"zfh", "HasStdExtZfh", "'Zfh' (half-precision floating point)",
                    [FeatureStdExtZfhmin]>;
def HasStdExtZfh : MTIAPredicate<FeatureStdExtZfh, FeatureStdExtZfh.Desc>;

// Atomics.
def FeatureStdExtZaamo
    : MTIAExtension<"zaamo", "HasStdExtZaamo", "'Zaamo' (atomic memory operations)">;
def FeatureStdExtZalrsc
    : MTIAExtension<"zalrsc", "HasStdExtZalrsc",
                    "'Zalrsc' (load-reserved and store-conditional)">;
def FeatureStdExtA
    : MTIAExtension<"a", "HasStdExtA", "'A' (atomic instructions)">;
def HasStdExtA : MTIAPredicate<FeatureStdExtA, FeatureStdExtA.Desc>;
def HasStdExtZaamo
    : MTIAEitherPredicate<FeatureStdExtA, FeatureStdExtZaamo,
                          "'A' (atomic instructions) or "
                          "'Zaamo' (atomic memory operations)">;
def HasStdExtZalrsc
    : MTIAEitherPredicate<FeatureStdExtA, FeatureStdExtZalrsc,
                          "'A' (atomic instructions) or "
                          "'Zalrsc' (load-reserved and store-conditional)">;

// Compressed instructions. With D, C has those of Zcd too.
def FeatureStdExtZca
    : MTIAExtension<"zca", "HasStdExtZca",
                    "'Zca' (compressed instructions, without floating point)">;
def FeatureStdExtZcd
    : MTIAExtension<"zcd", "HasStdExtZcd",
                    "'Zcd' (compressed double-precision loads and stores)",
                    [FeatureStdExtD, FeatureStdExtZca]>;
def FeatureStdExtC
    : MTIAExtension<"c", "HasStdExtC", "'C' (compressed instructions)">;
def HasStdExtC
    : MTIAEitherPredicate<FeatureStdExtC, FeatureStdExtZca,
                          "'C' (compressed instructions) or "
                          "'Zca' (compressed instructions, without floating point)">;
def HasStdExtCOrZcd
    : MTIAEitherPredicate<FeatureStdExtC, FeatureStdExtZcd,
                          "'C' (compressed instructions) or "
                          "'Zcd' (compressed double-precision loads and stores)">;

// Bit manipulation.
def FeatureStdExtZba
    : MTIAExtension<"zba", "HasStdExtZba", "'Zba' (address generation)">;
def HasStdExtZba : MTIAPredicate<FeatureStdExtZba, FeatureStdExtZba.Desc>;

def FeatureStdExtZbb
    : MTIAExtension<"zbb", "HasStdExtZbb", "'Zbb' (basic bit manipulation)">;
def HasStdExtZbb : MTIAPredicate<FeatureStdExtZbb, FeatureStdExtZbb.Desc>;

def NoStdExtZba : Predicate<"!Subtarget->hasStdExtZba()">,
                  AssemblerPredicate<(all_of (not FeatureStdExtZba))>;
def NoStdExtZbb : Predicate<"!Subtarget->hasStdExtZbb()">,
                  AssemblerPredicate<(all_of (not FeatureStdExtZbb))>;

def FeatureStdExtZbs
    : MTIAExtension<"zbs", "HasStdExtZbs", "'Zbs' (single-bit instructions)">;
def HasStdExtZbs : MTIAPredicate<FeatureStdExtZbs, FeatureStdExtZbs.Desc>;

def FeatureStdExtB
    : MTIAExtension<"b", "HasStdExtB", "'B' (Zba, Zbb and Zbs)",
                    [FeatureStdExtZba, FeatureStdExtZbb, FeatureStdExtZbs]>;

def FeatureStdExtZicond
    : MTIAExtension<"zicond", "HasStdExtZicond", "'Zicond' (conditional zero)">;
def HasStdExtZicond : MTIAPredicate<FeatureStdExtZicond, FeatureStdExtZicond.Desc>;

def FeatureVendorXmtia
    : MTIAExtension<"xmtia", "HasVendorXmtia",
                    "'Xmtia' (commands to the units of a processing element)">;
def HasVendorXmtia : MTIAPredicate<FeatureVendorXmtia, FeatureVendorXmtia.Desc>;

// .option exact: what is written stays as it is.
def FeatureExactAssembly
    : SubtargetFeature<"exact-asm", "EnableExactAssembly", "true",
                       "Neither compress nor relax instructions of assembly files">;

def FeatureRelax
    : SubtargetFeature<"relax", "EnableLinkerRelax", "true",
                       "Let the linker relax calls and addresses">;

// Names that clang for riscv64 and .riscv.attributes may mention although this
// target has no instructions of theirs: known, so that no tool warns about
// them, and without effect.
class IgnoredExtension<string name>
    : SubtargetFeature<name, "Names_" # !subst("-", "_", name), "true",
                       "Accepted, without effect">;

foreach name = [
    "e", "experimental-p", "experimental-rvm23u32",
    "experimental-smpmpmt", "experimental-svukte", "experimental-xrivosvisni",
    "experimental-xrivosvizip", "experimental-xsfmclic",
    "experimental-xsfsclic", "experimental-zibi", "experimental-zicfilp",
    "experimental-zicfiss", "experimental-zvbc32e", "experimental-zvfbfa",
    "experimental-zvfofp8min", "experimental-zvkgs", "experimental-zvqdotq",
    "h", "q", "sdext", "sdtrig", "sha", "shcounterenw", "shgatpa",
    "shlcofideleg", "shtvala", "shvsatpa", "shvstvala", "shvstvecd", "smaia",
    "smcdeleg", "smcntrpmf", "smcsrind", "smctr", "smdbltrp", "smepmp",
    "smmpm", "smnpm", "smrnmi", "smstateen", "ssaia", "ssccfg", "ssccptr",
    "sscofpmf", "sscounterenw", "sscsrind", "ssctr", "ssdbltrp", "ssnpm",
    "sspm", "ssqosid", "ssstateen", "ssstrict", "sstc", "sstvala", "sstvecd",
    "ssu64xl", "supm", "svade", "svadu", "svbare", "svinval", "svnapot",
    "svpbmt", "svvptc", "xandesbfhcvt", "xandesperf", "xandesvbfhcvt",
    "xandesvdot", "xandesvpackfph", "xandesvsinth", "xandesvsintload",
    "xcvalu", "xcvbi", "xcvbitmanip", "xcvelw", "xcvmac", "xcvmem", "xcvsimd",
    "xmipscbop", "xmipscmov", "xmipsexectl", "xmipslsp", "xqccmp", "xqci",
    "xqcia", "xqciac", "xqcibi", "xqcibm", "xqcicli", "xqcicm", "xqcics",
    "xqcicsr", "xqciint", "xqciio", "xqcilb", "xqcili", "xqcilia", "xqcilo",
    "xqcilsm", "xqcisim", "xqcisls", "xqcisync", "xsfcease", "xsfmm128t",
    "xsfmm16t", "xsfmm32a16f", "xsfmm32a32f", "xsfmm32a8f", "xsfmm32a8i",
    "xsfmm32t", "xsfmm64a64f", "xsfmm64t", "xsfmmbase", "xsfvcp",
    "xsfvfbfexp16e", "xsfvfexp16e", "xsfvfexp32e", "xsfvfexpa",
    "xsfvfexpa64e", "xsfvfnrclipxfqf", "xsfvfwmaccqqq", "xsfvqmaccdod",
    "xsfvqmaccqoq", "xsifivecdiscarddlone", "xsifivecflushdlone", "xsmtvdot",
    "xtheadba", "xtheadbb", "xtheadbs", "xtheadcmo", "xtheadcondmov",
    "xtheadfmemidx", "xtheadmac", "xtheadmemidx", "xtheadmempair",
    "xtheadsync", "xtheadvdot", "xventanacondops", "xwchc", "za128rs",
    "za64rs", "zabha", "zacas", "zalasr", "zama16b",
    "zawrs", "zbc", "zbkb", "zbkc", "zbkx", "zcb",
    "zce", "zcf", "zclsd", "zcmop", "zcmp", "zcmt", "zdinx", "zfa",
    "zfinx", "zhinx", "zhinxmin", "zic64b",
    "zicbop", "ziccamoa", "ziccamoc", "ziccif", "zicclsm",
    "ziccrse", "zicntr", "zihintntl", "zihintpause", "zihpm",
    "zilsd", "zimop", "zk", "zkn", "zknd", "zkne", "zknh", "zkr", "zks",
    "zksed", "zksh", "zkt", "zmmul", "ztso", "zvbc",
    "zvkg", "zvkn", "zvknc", "zvkned", "zvkng", "zvknha",
    "zvknhb", "zvks", "zvksc", "zvksed", "zvksg", "zvksh", "zvkt"
] in
def : IgnoredExtension<name>;
