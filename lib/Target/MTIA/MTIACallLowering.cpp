//===-- MTIACallLowering.cpp - Arguments, results, calls -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The procedure calling convention of the RISC-V psABI: LP64, where floating-point values
// are integers of their size, LP64F and LP64D, where they have registers of their own.
//
//===----------------------------------------------------------------------===//

#include "MTIACallLowering.h"
#include "MCTargetDesc/MTIABaseInfo.h"
#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIAISelLowering.h"
#include "MTIAInstrInfo.h"
#include "MTIAMachineFunctionInfo.h"
#include "MTIASelectionDAGInfo.h"
#include "MTIASubtarget.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/CodeGen/CallingConvLower.h"
#include "llvm/CodeGen/MachineFrameInfo.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/PseudoSourceValueManager.h"
#include "llvm/IR/DiagnosticInfo.h"

using namespace llvm;

static const MCPhysReg ArgGPRs[] = {MTIA::X10, MTIA::X11, MTIA::X12, MTIA::X13,
                                    MTIA::X14, MTIA::X15, MTIA::X16, MTIA::X17};

// A value of two registers: in a pair, or the lower half in the last register and the
// upper half on the stack, or on the stack with its own alignment.
static void assignTwoXLen(CCState &State, const CCValAssign &First, ISD::ArgFlagsTy FirstFlags,
                          unsigned SecondNo, MVT SecondVT) {
  auto Second = [&](int64_t Offset) {
    return CCValAssign::getMem(SecondNo, SecondVT, Offset, MVT::i64, CCValAssign::Full);
  };
  MCRegister Reg = State.AllocateReg(ArgGPRs);
  if (!Reg) {
    Align StackAlign = std::max(Align(8), FirstFlags.getNonZeroOrigAlign());
    State.addLoc(CCValAssign::getMem(First.getValNo(), First.getValVT(),
                                     State.AllocateStack(8, StackAlign), MVT::i64,
                                     CCValAssign::Full));
    State.addLoc(Second(State.AllocateStack(8, Align(8))));
    return;
  }
  State.addLoc(
      CCValAssign::getReg(First.getValNo(), First.getValVT(), Reg, MVT::i64, CCValAssign::Full));
  if (MCRegister Reg2 = State.AllocateReg(ArgGPRs))
    State.addLoc(CCValAssign::getReg(SecondNo, SecondVT, Reg2, MVT::i64, CCValAssign::Full));
  else
    State.addLoc(Second(State.AllocateStack(8, Align(8))));
}

// fa0 to fa7 in the view of a type; none where the ABI passes it in integer registers.
static ArrayRef<MCPhysReg> getArgFPRs(const MTIASubtarget &STI, MVT VT) {
  static const MCPhysReg Halves[] = {MTIA::F10_H, MTIA::F11_H, MTIA::F12_H, MTIA::F13_H,
                                     MTIA::F14_H, MTIA::F15_H, MTIA::F16_H, MTIA::F17_H};
  static const MCPhysReg Singles[] = {MTIA::F10_F, MTIA::F11_F, MTIA::F12_F, MTIA::F13_F,
                                      MTIA::F14_F, MTIA::F15_F, MTIA::F16_F, MTIA::F17_F};
  static const MCPhysReg Doubles[] = {MTIA::F10_D, MTIA::F11_D, MTIA::F12_D, MTIA::F13_D,
                                      MTIA::F14_D, MTIA::F15_D, MTIA::F16_D, MTIA::F17_D};
  MTIAABI::ABI ABI = STI.getTargetABI();
  if (ABI == MTIAABI::ABI_LP64)
    return {};
  if (VT == MVT::f16 || VT == MVT::bf16)
    return Halves;
  if (VT == MVT::f32)
    return Singles;
  if (VT == MVT::f64 && ABI == MTIAABI::ABI_LP64D)
    return Doubles;
  return {};
}

// A floating-point value without a register of its kind is in an integer register with
// its bits, those above a half or a single undefined.
static bool assignFPInGPR(unsigned ValNo, MVT ValVT, CCState &State, ArrayRef<MCPhysReg> GPRs) {
  MCRegister Reg = State.AllocateReg(GPRs);
  if (!Reg)
    return false;
  State.addLoc(CCValAssign::getReg(ValNo, ValVT, Reg, MVT::i64, CCValAssign::BCvt));
  return true;
}

static bool ccAssignArg(unsigned ValNo, MVT ValVT, MVT LocVT, CCValAssign::LocInfo LocInfo,
                        ISD::ArgFlagsTy ArgFlags, Type *OrigTy, CCState &State) {
  const DataLayout &DL = State.getMachineFunction().getDataLayout();

  if (isVectorArgument(ValVT)) {
    if (MCRegister Reg = allocateVectorArgument(ValVT, State))
      State.addLoc(CCValAssign::getReg(ValNo, ValVT, Reg, LocVT, LocInfo));
    else
      assignVectorByReference(ValNo, ValVT, State, ArgGPRs);
    return false;
  }
  if (LocVT.isFloatingPoint()) {
    const auto &STI = State.getMachineFunction().getSubtarget<MTIASubtarget>();
    if (!ArgFlags.isVarArg()) {
      if (MCRegister Reg = State.AllocateReg(getArgFPRs(STI, LocVT))) {
        State.addLoc(CCValAssign::getReg(ValNo, ValVT, Reg, LocVT, LocInfo));
        return false;
      }
    }
    if (!assignFPInGPR(ValNo, ValVT, State, ArgGPRs))
      State.addLoc(
          CCValAssign::getMem(ValNo, ValVT, State.AllocateStack(8, Align(8)), LocVT, LocInfo));
    return false;
  }

  // The static chain of nested functions.
  if (ArgFlags.isNest()) {
    if (MCRegister Reg = State.AllocateReg(MTIA::X28)) {
      State.addLoc(CCValAssign::getReg(ValNo, ValVT, Reg, LocVT, LocInfo));
      return false;
    }
  }

  // Variable arguments of twice the register's size and alignment are in an aligned
  // pair.
  if (ArgFlags.isVarArg() && ArgFlags.getNonZeroOrigAlign() == Align(16) &&
      DL.getTypeAllocSize(OrigTy) == 16 && State.getPendingLocs().empty()) {
    unsigned RegIdx = State.getFirstUnallocated(ArgGPRs);
    if (RegIdx != std::size(ArgGPRs) && RegIdx % 2 == 1)
      State.AllocateReg(ArgGPRs);
  }

  SmallVectorImpl<CCValAssign> &PendingLocs = State.getPendingLocs();
  SmallVectorImpl<ISD::ArgFlagsTy> &PendingFlags = State.getPendingArgFlags();

  // Collect the parts of a value of several registers. Those of a vector are arguments of
  // their own.
  if (ValVT.isScalarInteger() && (ArgFlags.isSplit() || !PendingLocs.empty())) {
    PendingLocs.push_back(CCValAssign::getPending(ValNo, ValVT, MVT::i64, CCValAssign::Indirect));
    PendingFlags.push_back(ArgFlags);
    if (!ArgFlags.isSplitEnd())
      return false;

    if (PendingLocs.size() <= 2) {
      CCValAssign First = PendingLocs[0];
      ISD::ArgFlagsTy FirstFlags = PendingFlags[0];
      PendingLocs.clear();
      PendingFlags.clear();
      assignTwoXLen(State, First, FirstFlags, ValNo, ValVT);
      return false;
    }

    // Larger ones are passed by reference: all the parts are at one address.
    MCRegister Reg = State.AllocateReg(ArgGPRs);
    int64_t StackOffset = Reg ? 0 : State.AllocateStack(8, Align(8));
    for (CCValAssign &Loc : PendingLocs) {
      if (Reg)
        Loc.convertToReg(Reg);
      else
        Loc.convertToMem(StackOffset);
      State.addLoc(Loc);
    }
    PendingLocs.clear();
    PendingFlags.clear();
    return false;
  }

  if (MCRegister Reg = State.AllocateReg(ArgGPRs)) {
    State.addLoc(CCValAssign::getReg(ValNo, ValVT, Reg, LocVT, LocInfo));
    return false;
  }
  State.addLoc(CCValAssign::getMem(ValNo, ValVT, State.AllocateStack(8, Align(8)), LocVT, LocInfo));
  return false;
}

// Results are two values at most, in a0 and a1, fa0 and fa1, or one of each; what needs
// more is returned through memory.
static bool ccAssignRet(unsigned ValNo, MVT ValVT, MVT LocVT, CCValAssign::LocInfo LocInfo,
                        ISD::ArgFlagsTy ArgFlags, Type *OrigTy, CCState &State) {
  // Vectors may be more: a structure of them.
  if (isVectorArgument(ValVT)) {
    MCRegister Reg = allocateVectorArgument(ValVT, State);
    if (!Reg)
      return true;
    State.addLoc(CCValAssign::getReg(ValNo, ValVT, Reg, LocVT, LocInfo));
    return false;
  }
  if (ValNo > 1)
    return true;
  if (LocVT.isFloatingPoint()) {
    const auto &STI = State.getMachineFunction().getSubtarget<MTIASubtarget>();
    if (MCRegister Reg = State.AllocateReg(getArgFPRs(STI, LocVT))) {
      State.addLoc(CCValAssign::getReg(ValNo, ValVT, Reg, LocVT, LocInfo));
      return false;
    }
    return !assignFPInGPR(ValNo, ValVT, State, ArrayRef(ArgGPRs).take_front(2));
  }
  MCRegister Reg = State.AllocateReg(ArrayRef(ArgGPRs).take_front(2));
  if (!Reg)
    return true;
  State.addLoc(CCValAssign::getReg(ValNo, ValVT, Reg, LocVT, LocInfo));
  return false;
}

//===----------------------------------------------------------------------===//
// The callee's side
//===----------------------------------------------------------------------===//

static SDValue convertLocToVal(SelectionDAG &DAG, SDValue Val, const CCValAssign &VA,
                               const SDLoc &DL) {
  if (VA.getLocInfo() != CCValAssign::BCvt)
    return Val;
  if (VA.getValVT() == MVT::f16 || VA.getValVT() == MVT::bf16)
    return DAG.getNode(MTIAISD::FMV_H_X, DL, VA.getValVT(), Val);
  if (VA.getValVT() == MVT::f32)
    return DAG.getNode(MTIAISD::FMV_W_X, DL, MVT::f32, Val);
  return DAG.getNode(ISD::BITCAST, DL, VA.getValVT(), Val);
}

static SDValue convertValToLoc(SelectionDAG &DAG, SDValue Val, const CCValAssign &VA,
                               const SDLoc &DL) {
  if (VA.getLocInfo() != CCValAssign::BCvt)
    return Val;
  if (VA.getValVT() == MVT::f16 || VA.getValVT() == MVT::bf16)
    return DAG.getNode(MTIAISD::FMV_X_ANYEXTH, DL, MVT::i64, Val);
  if (VA.getValVT() == MVT::f32)
    return DAG.getNode(MTIAISD::FMV_X_ANYEXTW, DL, MVT::i64, Val);
  return DAG.getNode(ISD::BITCAST, DL, MVT::i64, Val);
}

static SDValue unpackFromReg(SelectionDAG &DAG, SDValue Chain, const CCValAssign &VA,
                             const ISD::InputArg &In, const SDLoc &DL, const TargetLowering &TLI) {
  MachineRegisterInfo &RegInfo = DAG.getMachineFunction().getRegInfo();
  Register VReg = RegInfo.createVirtualRegister(TLI.getRegClassFor(VA.getLocVT()));
  RegInfo.addLiveIn(VA.getLocReg(), VReg);
  if (In.isOrigArg() && In.Flags.isSExt() && In.ArgVT.isScalarInteger() &&
      In.ArgVT.getSizeInBits() <= 32)
    DAG.getMachineFunction().getInfo<MTIAMachineFunctionInfo>()->addSExt32Register(VReg);
  return convertLocToVal(DAG, DAG.getCopyFromReg(Chain, DL, VReg, VA.getLocVT()), VA, DL);
}

static SDValue unpackFromMem(SelectionDAG &DAG, SDValue Chain, const CCValAssign &VA,
                             const SDLoc &DL) {
  MachineFunction &MF = DAG.getMachineFunction();
  // A call marked musttail writes its own arguments there.
  bool IsImmutable = !MF.getInfo<MTIAMachineFunctionInfo>()->hasMustTailCall();
  int FI = MF.getFrameInfo().CreateFixedObject(8, VA.getLocMemOffset(), IsImmutable);
  SDValue FIN = DAG.getFrameIndex(FI, MVT::i64);
  return DAG.getLoad(VA.getLocVT(), DL, Chain, FIN, MachinePointerInfo::getFixedStack(MF, FI));
}

// Saves the argument registers that hold variable arguments just below the ones that
// came on the stack, so that all are in one array.
static void saveVarArgRegs(CCState &CCInfo, SDValue &Chain, const SDLoc &DL, SelectionDAG &DAG) {
  MachineFunction &MF = DAG.getMachineFunction();
  MachineFrameInfo &MFI = MF.getFrameInfo();
  MachineRegisterInfo &RegInfo = MF.getRegInfo();
  auto *FuncInfo = MF.getInfo<MTIAMachineFunctionInfo>();

  unsigned Idx = CCInfo.getFirstUnallocated(ArgGPRs);
  int SaveSize = 8 * (std::size(ArgGPRs) - Idx);
  int FI;
  SmallVector<SDValue, 8> Stores;
  if (SaveSize == 0) {
    FI = MFI.CreateFixedObject(8, CCInfo.getStackSize(), true);
  } else {
    int64_t Offset = -SaveSize;
    FI = MFI.CreateFixedObject(SaveSize, Offset, false);
    // The pairs' alignment must be the stack's: keep the area a multiple of 16.
    if (Idx % 2) {
      MFI.CreateFixedObject(8, Offset - 8, true);
      SaveSize += 8;
    }
    SDValue FIN = DAG.getFrameIndex(FI, MVT::i64);
    for (unsigned I = Idx; I < std::size(ArgGPRs); ++I) {
      Register Reg = RegInfo.createVirtualRegister(&MTIA::GPRRegClass);
      RegInfo.addLiveIn(ArgGPRs[I], Reg);
      SDValue Arg = DAG.getCopyFromReg(Chain, DL, Reg, MVT::i64);
      Stores.push_back(DAG.getStore(Chain, DL, Arg, FIN,
                                    MachinePointerInfo::getFixedStack(MF, FI, (I - Idx) * 8)));
      FIN = DAG.getMemBasePlusOffset(FIN, TypeSize::getFixed(8), DL);
    }
  }
  FuncInfo->setVarArgsFrameIndex(FI);
  FuncInfo->setVarArgsSaveSize(SaveSize);
  if (!Stores.empty()) {
    Stores.push_back(Chain);
    Chain = DAG.getNode(ISD::TokenFactor, DL, MVT::Other, Stores);
  }
}

// A variadic function that ends in a musttail call of another passes on what it has got,
// whatever its caller put there.
static void keepVarArgRegsForMustTail(CCState &CCInfo, MachineFunction &MF) {
  auto *FuncInfo = MF.getInfo<MTIAMachineFunctionInfo>();
  for (unsigned I = CCInfo.getFirstUnallocated(ArgGPRs); I < std::size(ArgGPRs); ++I)
    FuncInfo->ForwardedRegisters.emplace_back(MF.addLiveIn(ArgGPRs[I], &MTIA::GPRRegClass),
                                              ArgGPRs[I], MVT::i64);
}

static bool hasMustTailCall(const Function &F) {
  for (const BasicBlock &BB : F)
    if (BB.getTerminatingMustTailCall())
      return true;
  return false;
}

// -ffixed-xN took a register away that the calling convention needs.
static void refuseReservedRegister(SelectionDAG &DAG, const SDLoc &DL, MCRegister Reg,
                                   StringRef Use) {
  const MachineFunction &MF = DAG.getMachineFunction();
  const auto &STI = MF.getSubtarget<MTIASubtarget>();
  if (STI.isRegisterReservedByUser(Reg))
    DAG.getContext()->diagnose(DiagnosticInfoUnsupported(
        MF.getFunction(),
        Use + " register " + STI.getRegisterInfo()->getRegAsmName(Reg).lower() +
            " is required, but has been reserved",
        DL.getDebugLoc()));
}

SDValue MTIATargetLowering::LowerFormalArguments(SDValue Chain, CallingConv::ID CallConv,
                                                 bool IsVarArg,
                                                 const SmallVectorImpl<ISD::InputArg> &Ins,
                                                 const SDLoc &DL, SelectionDAG &DAG,
                                                 SmallVectorImpl<SDValue> &InVals) const {
  MachineFunction &MF = DAG.getMachineFunction();
  const Function &Func = MF.getFunction();

  switch (CallConv) {
  case CallingConv::C:
  case CallingConv::Fast:
  case CallingConv::Cold:
  case CallingConv::PreserveMost:
  case CallingConv::Tail:
    break;
  default:
    if (isVectorCallingConv(CallConv) && Subtarget.hasVInstructions())
      break;
    DAG.getContext()->diagnose(DiagnosticInfoUnsupported(
        Func, "calling convention " + Twine(CallConv) + " isn't supported", DL.getDebugLoc()));
  }

  if (Func.hasFnAttribute("interrupt")) {
    StringRef Kind = Func.getFnAttribute("interrupt").getValueAsString();
    if (!Func.arg_empty())
      DAG.getContext()->diagnose(DiagnosticInfoUnsupported(
          Func, "an interrupt function can't have arguments", DL.getDebugLoc()));
    if (!Kind.empty() && Kind != "machine" && Kind != "supervisor")
      DAG.getContext()->diagnose(DiagnosticInfoUnsupported(
          Func, "interrupt kind '" + Kind + "' isn't supported: it must be machine or supervisor",
          DL.getDebugLoc()));
  }

  MF.getInfo<MTIAMachineFunctionInfo>()->setHasMustTailCall(hasMustTailCall(Func));

  SmallVector<CCValAssign, 16> ArgLocs;
  CCState CCInfo(CallConv, IsVarArg, MF, ArgLocs, *DAG.getContext());
  CCInfo.AnalyzeFormalArguments(Ins, ccAssignArg);

  for (unsigned I = 0, InsIdx = 0, E = ArgLocs.size(); I != E; ++I, ++InsIdx) {
    const CCValAssign &VA = ArgLocs[I];
    SDValue ArgValue = VA.isRegLoc() ? unpackFromReg(DAG, Chain, VA, Ins[InsIdx], DL, *this)
                                     : unpackFromMem(DAG, Chain, VA, DL);
    if (VA.getLocInfo() != CCValAssign::Indirect) {
      InVals.push_back(ArgValue);
      continue;
    }
    if (isVectorArgument(VA.getValVT())) {
      InVals.push_back(loadVectorArgument(DAG, DL, Chain, VA.getValVT(), ArgValue));
      continue;
    }
    // All the parts are at one address.
    unsigned ArgIndex = Ins[InsIdx].OrigArgIndex;
    InVals.push_back(DAG.getLoad(VA.getValVT(), DL, Chain, ArgValue, MachinePointerInfo()));
    while (I + 1 != E && Ins[InsIdx + 1].OrigArgIndex == ArgIndex &&
           Ins[InsIdx + 1].PartOffset != 0) {
      const CCValAssign &PartVA = ArgLocs[I + 1];
      SDValue Address =
          DAG.getMemBasePlusOffset(ArgValue, TypeSize::getFixed(Ins[InsIdx + 1].PartOffset), DL);
      InVals.push_back(DAG.getLoad(PartVA.getValVT(), DL, Chain, Address, MachinePointerInfo()));
      ++I;
      ++InsIdx;
    }
  }

  MF.getInfo<MTIAMachineFunctionInfo>()->setArgumentStackSize(CCInfo.getStackSize());
  if (IsVarArg) {
    saveVarArgRegs(CCInfo, Chain, DL, DAG);
    if (MF.getFrameInfo().hasMustTailInVarArgFunc())
      keepVarArgRegsForMustTail(CCInfo, MF);
  }
  return Chain;
}

bool MTIATargetLowering::CanLowerReturn(CallingConv::ID CallConv, MachineFunction &MF,
                                        bool IsVarArg, const SmallVectorImpl<ISD::OutputArg> &Outs,
                                        LLVMContext &Context, const Type *RetTy) const {
  SmallVector<CCValAssign, 16> RVLocs;
  CCState CCInfo(CallConv, IsVarArg, MF, RVLocs, Context);
  return CCInfo.CheckReturn(Outs, ccAssignRet);
}

SDValue MTIATargetLowering::LowerReturn(SDValue Chain, CallingConv::ID CallConv, bool IsVarArg,
                                        const SmallVectorImpl<ISD::OutputArg> &Outs,
                                        const SmallVectorImpl<SDValue> &OutVals, const SDLoc &DL,
                                        SelectionDAG &DAG) const {
  MachineFunction &MF = DAG.getMachineFunction();
  SmallVector<CCValAssign, 16> RVLocs;
  CCState CCInfo(CallConv, IsVarArg, MF, RVLocs, *DAG.getContext());
  CCInfo.AnalyzeReturn(Outs, ccAssignRet);

  SDValue Glue;
  SmallVector<SDValue, 4> RetOps(1, Chain);
  for (unsigned I = 0, E = RVLocs.size(); I != E; ++I) {
    const CCValAssign &VA = RVLocs[I];
    refuseReservedRegister(DAG, DL, VA.getLocReg(), "return value");
    SDValue Val = convertValToLoc(DAG, OutVals[I], VA, DL);
    Chain = DAG.getCopyToReg(Chain, DL, VA.getLocReg(), Val, Glue);
    Glue = Chain.getValue(1);
    RetOps.push_back(DAG.getRegister(VA.getLocReg(), VA.getLocVT()));
  }
  RetOps[0] = Chain;
  if (Glue.getNode())
    RetOps.push_back(Glue);

  unsigned RetOpc = MTIAISD::RET_GLUE;
  if (MF.getFunction().hasFnAttribute("interrupt")) {
    if (!MF.getFunction().getReturnType()->isVoidTy())
      DAG.getContext()->diagnose(DiagnosticInfoUnsupported(
          MF.getFunction(), "an interrupt function must return void", DL.getDebugLoc()));
    bool IsSupervisor =
        MF.getFunction().getFnAttribute("interrupt").getValueAsString() == "supervisor";
    RetOpc = IsSupervisor ? MTIAISD::SRET_GLUE : MTIAISD::MRET_GLUE;
    RetOps.resize(1);
    RetOps[0] = Chain;
  }
  return DAG.getNode(RetOpc, DL, MVT::Other, RetOps);
}

//===----------------------------------------------------------------------===//
// The caller's side
//===----------------------------------------------------------------------===//

// A tail call leaves no frame to live in: nothing may be on the stack, by value or by
// reference, and what the caller has promised to preserve the callee must preserve.
// A call marked musttail may use the stack on which the caller got its own arguments.
bool MTIATargetLowering::isEligibleForTailCallOptimization(
    CCState &CCInfo, CallLoweringInfo &CLI, MachineFunction &MF,
    const SmallVectorImpl<CCValAssign> &ArgLocs) const {
  const Function &Caller = MF.getFunction();
  if (Caller.hasFnAttribute("interrupt") || Caller.hasFnAttribute(Attribute::Naked))
    return false;
  bool IsMustTail = CLI.CB && CLI.CB->isMustTailCall();
  unsigned Available =
      IsMustTail ? MF.getInfo<MTIAMachineFunctionInfo>()->getArgumentStackSize() : 0;
  if (CCInfo.getStackSize() > Available)
    return false;
  for (const CCValAssign &VA : ArgLocs)
    if (VA.getLocInfo() == CCValAssign::Indirect)
      return false;

  const MTIARegisterInfo *TRI = Subtarget.getRegisterInfo();
  const uint32_t *CallerPreserved = TRI->getCallPreservedMask(MF, Caller.getCallingConv());
  if (CLI.CallConv != Caller.getCallingConv()) {
    const uint32_t *CalleePreserved = TRI->getCallPreservedMask(MF, CLI.CallConv);
    if (!TRI->regmaskSubsetEqual(CallerPreserved, CalleePreserved))
      return false;
  }

  for (const ISD::OutputArg &Arg : CLI.Outs)
    if (Arg.Flags.isByVal())
      return false;
  return true;
}

// A call of an Xmtia intrinsic is the instruction: its constant operands are immediates, it
// is ordered by the chain like a call, and no register is clobbered. Nullopt for a call of
// another function.
static std::optional<SDValue> lowerIntrinsicCall(TargetLowering::CallLoweringInfo &CLI,
                                                 SmallVectorImpl<SDValue> &InVals,
                                                 const MTIASubtarget &STI) {
  // By name, whatever type the caller gave it.
  const auto *Callee = CLI.CB ? dyn_cast<Function>(CLI.CB->getCalledOperand()) : nullptr;
  if (!Callee || !Callee->isDeclaration() || !Callee->getName().starts_with("mtia_"))
    return std::nullopt;
  const MTIAIntrinsic::MTIAIntrinsicInfo *Info = MTIAIntrinsic::lookup(Callee->getName());
  if (!Info)
    return std::nullopt;

  SelectionDAG &DAG = CLI.DAG;
  const SDLoc &DL = CLI.DL;
  const Function &Caller = DAG.getMachineFunction().getFunction();
  CLI.IsTailCall = false;

  auto Refuse = [&](const Twine &Message) {
    DAG.getContext()->diagnose(
        DiagnosticInfoUnsupported(Caller, Callee->getName() + ": " + Message, DL.getDebugLoc()));
    for (const ISD::InputArg &In : CLI.Ins)
      InVals.push_back(DAG.getConstant(0, DL, In.VT));
    return CLI.Chain;
  };

  if (!STI.hasVendorXmtia())
    return Refuse("the extension Xmtia is switched off for this function");
  if (CLI.CB->arg_size() != Info->NumArgs)
    return Refuse("it has " + Twine(unsigned(Info->NumArgs)) + " operands, not " +
                  Twine(CLI.CB->arg_size()) + ": include <mtia/kernel.h> for the declaration");
  if (CLI.OutVals.size() != Info->NumArgs || CLI.Ins.size() > (Info->HasResult ? 1u : 0u))
    return Refuse("operands and result must be integers of at most 64 bits: include "
                  "<mtia/kernel.h> for the declaration");

  SmallVector<SDValue, 8> Ops;
  for (unsigned I = 0; I != Info->NumArgs; ++I) {
    unsigned Bits = Info->getImmBits(I);
    if (Bits == 0) {
      Ops.push_back(CLI.OutVals[I]);
      continue;
    }
    auto *C = dyn_cast<ConstantInt>(CLI.CB->getArgOperand(I));
    if (!C)
      return Refuse("operand " + Twine(I + 1) + " must be a constant integer");
    if (C->getValue().getActiveBits() > Bits) {
      SmallString<24> Value;
      C->getValue().toStringSigned(Value);
      return Refuse("operand " + Twine(I + 1) + " is " + Value + "; it must be 0 to " +
                    Twine((1u << Bits) - 1));
    }
    Ops.push_back(DAG.getTargetConstant(C->getZExtValue(), DL, MVT::i64));
  }

  SmallVector<EVT, 2> Results;
  if (Info->HasResult)
    Results.push_back(MVT::i64);
  if (!Info->Pure) {
    Results.push_back(MVT::Other);
    Ops.push_back(CLI.Chain);
  }
  MachineSDNode *Node = DAG.getMachineNode(Info->Opcode, DL, Results, Ops);
  if (is_contained({MTIA::CR_W, MTIA::CR_W2, MTIA::CR_ADD}, Info->Opcode)) {
    // The command registers are memory that nothing but these instructions and commands, which
    // have side effects, knows: as an entry of a table of calls is, for which there is a name.
    MachineFunction &MF = DAG.getMachineFunction();
    MachinePointerInfo Where(MF.getPSVManager().getExternalSymbolCallEntry("command-registers"));
    DAG.setNodeMemRefs(Node, {MF.getMachineMemOperand(
                                 Where, MachineMemOperand::MOLoad | MachineMemOperand::MOStore,
                                 LocationSize::precise(8), Align(8))});
  }
  if (!CLI.Ins.empty())
    InVals.push_back(SDValue(Node, 0));
  return Info->Pure ? CLI.Chain : SDValue(Node, Info->HasResult ? 1 : 0);
}

SDValue MTIATargetLowering::LowerCall(CallLoweringInfo &CLI,
                                      SmallVectorImpl<SDValue> &InVals) const {
  if (std::optional<SDValue> Lowered = lowerIntrinsicCall(CLI, InVals, Subtarget))
    return *Lowered;

  SelectionDAG &DAG = CLI.DAG;
  SDLoc &DL = CLI.DL;
  SmallVectorImpl<ISD::OutputArg> &Outs = CLI.Outs;
  SmallVectorImpl<SDValue> &OutVals = CLI.OutVals;
  SmallVectorImpl<ISD::InputArg> &Ins = CLI.Ins;
  SDValue Chain = CLI.Chain;
  SDValue Callee = CLI.Callee;
  bool &IsTailCall = CLI.IsTailCall;
  CallingConv::ID CallConv = CLI.CallConv;
  EVT PtrVT = getPointerTy(DAG.getDataLayout());
  MachineFunction &MF = DAG.getMachineFunction();

  SmallVector<CCValAssign, 16> ArgLocs;
  CCState ArgCCInfo(CallConv, CLI.IsVarArg, MF, ArgLocs, *DAG.getContext());
  ArgCCInfo.AnalyzeCallOperands(Outs, ccAssignArg);

  if (IsTailCall)
    IsTailCall = isEligibleForTailCallOptimization(ArgCCInfo, CLI, MF, ArgLocs);
  if (CLI.CB && CLI.CB->isMustTailCall() && !IsTailCall) {
    DAG.getContext()->diagnose(DiagnosticInfoUnsupported(
        MF.getFunction(),
        "a call marked musttail can't be a tail call: its arguments need more stack than the "
        "caller's own, or are passed by reference to the caller's frame",
        DL.getDebugLoc()));
  }

  unsigned NumBytes = ArgCCInfo.getStackSize();

  // Copies of what is passed by value.
  SmallVector<SDValue, 8> ByValArgs;
  for (unsigned I = 0, E = Outs.size(); I != E; ++I) {
    ISD::ArgFlagsTy Flags = Outs[I].Flags;
    if (!Flags.isByVal())
      continue;
    SDValue Arg = OutVals[I];
    unsigned Size = Flags.getByValSize();
    Align Alignment = Flags.getNonZeroByValAlign();
    int FI = MF.getFrameInfo().CreateStackObject(Size, Alignment, /*isSpillSlot=*/false);
    SDValue FIPtr = DAG.getFrameIndex(FI, PtrVT);
    SDValue SizeNode = DAG.getConstant(Size, DL, MVT::i64);
    Chain = DAG.getMemcpy(Chain, DL, FIPtr, Arg, SizeNode, Alignment, /*isVol=*/false,
                          /*AlwaysInline=*/false, /*CI=*/nullptr, std::nullopt,
                          MachinePointerInfo(), MachinePointerInfo());
    ByValArgs.push_back(FIPtr);
  }

  if (!IsTailCall)
    Chain = DAG.getCALLSEQ_START(Chain, NumBytes, 0, DL);

  SmallVector<std::pair<Register, SDValue>, 8> RegsToPass;
  MachineFunction::CallSiteInfo CSInfo; // for the debugger: arguments as the callee got them
  SmallVector<SDValue, 8> MemOpChains;
  SDValue StackPtr;
  // The caller's own arguments are overwritten: first load what is there.
  if (IsTailCall && NumBytes != 0)
    Chain = DAG.getStackArgumentTokenFactor(Chain);
  auto StackAddress = [&](int64_t Offset) {
    if (IsTailCall)
      return DAG.getFrameIndex(MF.getFrameInfo().CreateFixedObject(8, Offset, false), PtrVT);
    if (!StackPtr.getNode())
      StackPtr = DAG.getCopyFromReg(Chain, DL, MTIA::X2, PtrVT);
    return DAG.getNode(ISD::ADD, DL, PtrVT, StackPtr, DAG.getConstant(Offset, DL, PtrVT));
  };

  for (unsigned I = 0, J = 0, OutIdx = 0, E = ArgLocs.size(); I != E; ++I, ++OutIdx) {
    const CCValAssign &VA = ArgLocs[I];
    SDValue ArgValue = OutVals[OutIdx];
    ISD::ArgFlagsTy Flags = Outs[OutIdx].Flags;

    if (VA.getLocInfo() == CCValAssign::Indirect && isVectorArgument(VA.getValVT())) {
      MemOpChains.push_back(storeVectorArgument(DAG, DL, Chain, ArgValue, ArgValue));
    } else if (VA.getLocInfo() == CCValAssign::Indirect) {
      // Store the parts in a slot, and pass its address.
      unsigned ArgIndex = Outs[OutIdx].OrigArgIndex;
      unsigned PartBytes = VA.getValVT().getStoreSize();
      unsigned LastPart = OutIdx;
      while (LastPart + 1 < Outs.size() && Outs[LastPart + 1].OrigArgIndex == ArgIndex &&
             Outs[LastPart + 1].PartOffset != 0)
        ++LastPart;
      unsigned Bytes = Outs[LastPart].PartOffset + PartBytes;
      Align SlotAlign = std::max(Flags.getNonZeroOrigAlign(), Align(8));
      int FI = MF.getFrameInfo().CreateStackObject(Bytes, SlotAlign, /*isSpillSlot=*/false);
      SDValue Slot = DAG.getFrameIndex(FI, PtrVT);
      for (unsigned Part = OutIdx; Part <= LastPart; ++Part) {
        SDValue Address =
            DAG.getMemBasePlusOffset(Slot, TypeSize::getFixed(Outs[Part].PartOffset), DL);
        MemOpChains.push_back(
            DAG.getStore(Chain, DL, OutVals[Part], Address,
                         MachinePointerInfo::getFixedStack(MF, FI, Outs[Part].PartOffset)));
      }
      I += LastPart - OutIdx;
      OutIdx = LastPart;
      ArgValue = Slot;
    }

    if (Flags.isByVal())
      ArgValue = ByValArgs[J++];

    if (VA.isRegLoc()) {
      RegsToPass.push_back(std::make_pair(VA.getLocReg(), convertValToLoc(DAG, ArgValue, VA, DL)));
      if (MF.getTarget().Options.EmitCallSiteInfo)
        CSInfo.ArgRegPairs.emplace_back(VA.getLocReg(), Outs[OutIdx].OrigArgIndex);
    } else {
      SDValue Address = StackAddress(VA.getLocMemOffset());
      MachinePointerInfo Where =
          IsTailCall
              ? MachinePointerInfo::getFixedStack(MF, cast<FrameIndexSDNode>(Address)->getIndex())
              : MachinePointerInfo::getStack(MF, VA.getLocMemOffset());
      MemOpChains.push_back(DAG.getStore(Chain, DL, ArgValue, Address, Where));
    }
  }

  if (!MemOpChains.empty())
    Chain = DAG.getNode(ISD::TokenFactor, DL, MVT::Other, MemOpChains);

  if (CLI.CB && CLI.CB->isMustTailCall() && CLI.IsVarArg)
    for (const ForwardedRegister &F : MF.getInfo<MTIAMachineFunctionInfo>()->ForwardedRegisters)
      RegsToPass.emplace_back(F.PReg, DAG.getCopyFromReg(Chain, DL, F.VReg, F.VT));

  SDValue Glue;
  for (auto &[Reg, Value] : RegsToPass) {
    refuseReservedRegister(DAG, DL, Reg.asMCReg(), "argument");
    Chain = DAG.getCopyToReg(Chain, DL, Reg, Value, Glue);
    Glue = Chain.getValue(1);
  }

  // The linker makes the distance right within 2 GB: %call_plt.
  if (getTargetMachine().getCodeModel() == CodeModel::Large)
    Callee = getLargeCallee(Callee, DL, DAG);
  else if (auto *S = dyn_cast<GlobalAddressSDNode>(Callee))
    Callee = DAG.getTargetGlobalAddress(S->getGlobal(), DL, PtrVT, 0, MTIAII::MO_CALL);
  else if (auto *S = dyn_cast<ExternalSymbolSDNode>(Callee))
    Callee = DAG.getTargetExternalSymbol(S->getSymbol(), PtrVT, MTIAII::MO_CALL);

  SmallVector<SDValue, 8> Ops = {Chain, Callee};
  for (auto &[Reg, Value] : RegsToPass)
    Ops.push_back(DAG.getRegister(Reg, Value.getValueType()));
  const uint32_t *Mask = Subtarget.getRegisterInfo()->getCallPreservedMask(MF, CallConv);
  if (!IsTailCall)
    Ops.push_back(DAG.getRegisterMask(Mask));
  if (Glue.getNode())
    Ops.push_back(Glue);

  SDVTList NodeTys = DAG.getVTList(MVT::Other, MVT::Glue);
  if (IsTailCall) {
    MF.getFrameInfo().setHasTailCall();
    SDValue Ret = DAG.getNode(MTIAISD::TAIL, DL, NodeTys, Ops);
    if (CLI.CFIType)
      Ret.getNode()->setCFIType(CLI.CFIType->getZExtValue());
    DAG.addNoMergeSiteInfo(Ret.getNode(), CLI.NoMerge);
    DAG.addCallSiteInfo(Ret.getNode(), std::move(CSInfo));
    return Ret;
  }

  Chain = DAG.getNode(MTIAISD::CALL, DL, NodeTys, Ops);
  DAG.addNoMergeSiteInfo(Chain.getNode(), CLI.NoMerge);
  DAG.addCallSiteInfo(Chain.getNode(), std::move(CSInfo));
  Glue = Chain.getValue(1);
  Chain = DAG.getCALLSEQ_END(Chain, NumBytes, 0, Glue, DL);
  Glue = Chain.getValue(1);

  SmallVector<CCValAssign, 16> RVLocs;
  CCState RetCCInfo(CallConv, CLI.IsVarArg, MF, RVLocs, *DAG.getContext());
  RetCCInfo.AnalyzeCallResult(Ins, ccAssignRet);
  for (const CCValAssign &VA : RVLocs) {
    SDValue RetValue = DAG.getCopyFromReg(Chain, DL, VA.getLocReg(), VA.getLocVT(), Glue);
    Chain = RetValue.getValue(1);
    Glue = RetValue.getValue(2);
    InVals.push_back(convertLocToVal(DAG, RetValue, VA, DL));
  }
  return Chain;
}

// Whether the only use of a libcall's result is to be returned.
bool MTIATargetLowering::isUsedByReturnOnly(SDNode *N, SDValue &Chain) const {
  if (N->getNumValues() != 1 || !N->hasNUsesOfValue(1, 0))
    return false;
  SDNode *Copy = *N->user_begin();
  if (Copy->getOpcode() == ISD::BITCAST)
    return isUsedByReturnOnly(Copy, Chain);
  if (Copy->getOpcode() != ISD::CopyToReg)
    return false;
  // A glued copy is a part of a larger result.
  if (Copy->getOperand(Copy->getNumOperands() - 1).getValueType() == MVT::Glue)
    return false;
  bool HasRet = false;
  for (SDNode *Node : Copy->users()) {
    if (Node->getOpcode() != MTIAISD::RET_GLUE)
      return false;
    HasRet = true;
  }
  if (!HasRet)
    return false;
  Chain = Copy->getOperand(0);
  return true;
}

bool MTIATargetLowering::mayBeEmittedAsTailCall(const CallInst *CI) const {
  return CI->isTailCall();
}

// A patchpoint builds the address of its target in t1: not in t0, which a call through it would
// take for a return address.
const MCPhysReg *MTIATargetLowering::getScratchRegisters(CallingConv::ID CC) const {
  static const MCPhysReg Registers[] = {MTIA::X6, 0};
  return Registers;
}
