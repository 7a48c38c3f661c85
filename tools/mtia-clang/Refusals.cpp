// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What clang has options for and the device has not: an error before anything is
// compiled, not a surprise in the linker or at run time.
#include "Tools.h"
#include "clang/Options/Options.h"
#include "llvm/Option/ArgList.h"
#include "llvm/TargetParser/Triple.h"

using namespace clang::options;
using llvm::opt::Arg;
using llvm::opt::InputArgList;

namespace {

constexpr char NoRuntime[] = " needs a run-time library, and there is none for the device";
constexpr char NoProfile[] = " needs a run-time library, and there is none for the device; "
                             "mtia-run --stats counts what a program does";
constexpr char LeaveOut[] = "; leave it out";

// The reason follows the option as it was written. `Off` takes an earlier one back.
struct Refusal {
  unsigned On, Off;
  const char *Reason, *Advice;
};

const Refusal Refusals[] = {
    {OPT_pg, OPT_INVALID, NoProfile, ""},
    {OPT_coverage, OPT_INVALID, NoProfile, ""},
    {OPT_fprofile_arcs, OPT_fno_profile_arcs, NoProfile, ""},
    {OPT_fprofile_generate, OPT_fno_profile_generate, NoProfile, ""},
    {OPT_fprofile_generate_EQ, OPT_fno_profile_generate, NoProfile, ""},
    {OPT_fprofile_instr_generate, OPT_fno_profile_instr_generate, NoProfile, ""},
    {OPT_fprofile_instr_generate_EQ, OPT_fno_profile_instr_generate, NoProfile, ""},
    {OPT_fcs_profile_generate, OPT_INVALID, NoProfile, ""},
    {OPT_fcs_profile_generate_EQ, OPT_INVALID, NoProfile, ""},
    {OPT_fmemory_profile, OPT_fno_memory_profile, NoProfile, ""},
    {OPT_fmemory_profile_EQ, OPT_fno_memory_profile, NoProfile, ""},
    {OPT_fxray_instrument, OPT_fno_xray_instrument, NoRuntime, LeaveOut},
    {OPT_fopenmp, OPT_fno_openmp, NoRuntime, "; -fopenmp-simd does without"},
    {OPT_fopenmp_EQ, OPT_fno_openmp, NoRuntime, "; -fopenmp-simd does without"},
    {OPT_fsplit_stack, OPT_fno_split_stack, ": stacks of the device have a fixed size", LeaveOut},
    {OPT_fcxx_exceptions, OPT_fno_cxx_exceptions, ": the device has no C++ exceptions", LeaveOut},
    {OPT_frtti, OPT_fno_rtti, ": the device has no run-time type information", LeaveOut},
    {OPT_shared, OPT_INVALID, ": the device has no dynamic loader", ""},
    {OPT_m32, OPT_m64, ": the device has 64-bit cores", LeaveOut},
    {OPT_mbig_endian, OPT_mlittle_endian, ": the device is little-endian", LeaveOut},
    {OPT_fno_integrated_as, OPT_fintegrated_as, ": the assembler is a part of mtia-clang",
     LeaveOut},
    {OPT_fglobal_isel, OPT_fno_global_isel, ": the device's code generator has no GlobalISel",
     LeaveOut},
};

// Options with a value, of which only some are possible.
struct Choice {
  unsigned Option;
  llvm::StringRef Legal[3];
  const char *Reason;
};

const Choice Choices[] = {
    {OPT_fuse_ld_EQ, {"lld", "ld.lld", ""}, "the linker is lld, a part of mtia-clang"},
    {OPT_rtlib_EQ, {"libgcc", "platform", ""}, "the compiler's run-time library is libgcc"},
    {OPT_stdlib_EQ, {"libc++", "platform", ""}, "the C++ library is libc++"},
};

std::string checkTarget(const InputArgList &Args) {
  const Arg *A = Args.getLastArg(OPT_target, OPT_target_legacy_spelling);
  if (!A)
    return {};
  llvm::Triple Wanted(llvm::Triple::normalize(A->getValue()));
  if (Wanted.getArch() == llvm::Triple::riscv64 && Wanted.getOS() == llvm::Triple::UnknownOS)
    return {};
  // For another target, our defaults would be wrong too.
  return "mtia-clang compiles for the MTIA device only, not for '" + std::string(A->getValue()) +
         "'; leave out --target";
}

// The code model of addresses below 2 GB: objects are of use to a linker script only
// that puts them there.
std::string checkCodeModel(const InputArgList &Args) {
  const Arg *A = Args.getLastArg(OPT_mcmodel_EQ);
  bool OurScript = !Args.hasArg(OPT_T, OPT_nostdlib, OPT_nostartfiles, OPT_r) &&
                   !Args.hasArg(OPT_c, OPT_S, OPT_E, OPT_M, OPT_MM, OPT_fsyntax_only);
  if (!A || !OurScript ||
      (A->getValue() != llvm::StringRef("medlow") && A->getValue() != llvm::StringRef("small")))
    return {};
  return A->getAsString(Args) + ": the memory of programs begins at 2 GB, where this code model "
                                "ends; leave it out, or give a linker script with -T";
}

} // namespace

std::string mtia::refusal(const InputArgList &Args) {
  if (std::string Message = checkTarget(Args); !Message.empty())
    return Message;
  for (const Refusal &R : Refusals) {
    const Arg *A = R.Off == OPT_INVALID ? Args.getLastArg(R.On) : Args.getLastArg(R.On, R.Off);
    if (A && A->getOption().matches(R.On))
      return A->getAsString(Args) + R.Reason + R.Advice;
  }
  for (const Choice &C : Choices)
    if (const Arg *A = Args.getLastArg(C.Option); A && !llvm::is_contained(C.Legal, A->getValue()))
      return A->getAsString(Args) + ": " + C.Reason + LeaveOut;
  return checkCodeModel(Args);
}
