//===-- MTIAISelLoweringVTuple.cpp - Tuples of vectors -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The types of segment loads and stores, vint8m1x2_t: N fields of a group each. In memory
// the fields are one behind the other, as long as their elements: a field of LMUL 1/2
// takes half a register's length there.
//
//===----------------------------------------------------------------------===//

#include "MTIAISelLowering.h"
#include "MTIASubtarget.h"
#include "MTIAVectorTypes.h"
#include "llvm/IR/IntrinsicsRISCV.h"

using namespace llvm;

// A field as a vector of bytes.
static MVT getFieldType(MVT VT) {
  unsigned Bytes = VT.getSizeInBits().getKnownMinValue() / 8 / VT.getRISCVVectorTupleNumFields();
  return MVT::getScalableVectorVT(MVT::i8, Bytes);
}

void MTIATargetLowering::addVectorTupleClasses() {
  if (!Subtarget.hasVInstructions())
    return;
  static const unsigned Classes[3][7] = {
      {MTIA::VRN2M1RegClassID, MTIA::VRN3M1RegClassID, MTIA::VRN4M1RegClassID,
       MTIA::VRN5M1RegClassID, MTIA::VRN6M1RegClassID, MTIA::VRN7M1RegClassID,
       MTIA::VRN8M1RegClassID},
      {MTIA::VRN2M2RegClassID, MTIA::VRN3M2RegClassID, MTIA::VRN4M2RegClassID},
      {MTIA::VRN2M4RegClassID}};
  for (unsigned I = MVT::FIRST_RISCV_VECTOR_TUPLE_VALUETYPE;
       I <= MVT::LAST_RISCV_VECTOR_TUPLE_VALUETYPE; ++I) {
    MVT VT = MVT::SimpleValueType(I);
    unsigned Log2 = Log2_32(MTIAVType::get(getFieldType(VT)).getNumRegs());
    unsigned ClassID = Classes[Log2][VT.getRISCVVectorTupleNumFields() - 2];
    addRegisterClass(VT, Subtarget.getRegisterInfo()->getRegClass(ClassID));
    setOperationAction({ISD::LOAD, ISD::STORE}, VT, Custom);
  }
}

SDValue MTIATargetLowering::lowerTupleLoad(LoadSDNode *Load, SelectionDAG &DAG) const {
  SDLoc DL(Load);
  MVT VT = Load->getSimpleValueType(0), FieldVT = getFieldType(VT);
  unsigned Step = MTIAVType::get(FieldVT).NumElts;
  SDValue Tuple = DAG.getPOISON(VT);
  SmallVector<SDValue, 8> Chains;
  for (unsigned I = 0; I != VT.getRISCVVectorTupleNumFields(); ++I) {
    SDValue Address =
        DAG.getMemBasePlusOffset(Load->getBasePtr(), TypeSize::getFixed(I * Step), DL);
    SDValue Field = DAG.getLoad(FieldVT, DL, Load->getChain(), Address,
                                Load->getPointerInfo().getWithOffset(I * Step), Align(1),
                                Load->getMemOperand()->getFlags(), Load->getAAInfo());
    Chains.push_back(Field.getValue(1));
    Tuple = DAG.getNode(ISD::INTRINSIC_WO_CHAIN, DL, VT,
                        DAG.getTargetConstant(Intrinsic::riscv_tuple_insert, DL, MVT::i64), Tuple,
                        Field, DAG.getTargetConstant(I, DL, MVT::i32));
  }
  return DAG.getMergeValues({Tuple, DAG.getTokenFactor(DL, Chains)}, DL);
}

SDValue MTIATargetLowering::lowerTupleStore(StoreSDNode *Store, SelectionDAG &DAG) const {
  SDLoc DL(Store);
  SDValue Tuple = Store->getValue();
  MVT VT = Tuple.getSimpleValueType(), FieldVT = getFieldType(VT);
  unsigned Step = MTIAVType::get(FieldVT).NumElts;
  SmallVector<SDValue, 8> Chains;
  for (unsigned I = 0; I != VT.getRISCVVectorTupleNumFields(); ++I) {
    SDValue Address =
        DAG.getMemBasePlusOffset(Store->getBasePtr(), TypeSize::getFixed(I * Step), DL);
    SDValue Field = DAG.getNode(ISD::INTRINSIC_WO_CHAIN, DL, FieldVT,
                                DAG.getTargetConstant(Intrinsic::riscv_tuple_extract, DL, MVT::i64),
                                Tuple, DAG.getTargetConstant(I, DL, MVT::i32));
    Chains.push_back(DAG.getStore(Store->getChain(), DL, Field, Address,
                                  Store->getPointerInfo().getWithOffset(I * Step), Align(1),
                                  Store->getMemOperand()->getFlags(), Store->getAAInfo()));
  }
  return DAG.getTokenFactor(DL, Chains);
}

//===----------------------------------------------------------------------===//
// Inline assembly
//===----------------------------------------------------------------------===//

// A register's type, where it is an operand of inline assembly, is the first of its class.
bool MTIATargetLowering::isOtherVectorType(EVT A, EVT B) const {
  auto IsVector = [](EVT VT) { return VT.isVector() || VT.isRISCVVectorTuple(); };
  return A != B && IsVector(A) && IsVector(B) && isTypeLegal(A) && isTypeLegal(B) &&
         getRegClassFor(A.getSimpleVT()) == getRegClassFor(B.getSimpleVT());
}

SDValue MTIATargetLowering::changeVectorType(SelectionDAG &DAG, const SDLoc &DL, EVT VT,
                                             SDValue V) const {
  SDValue Class = DAG.getTargetConstant(getRegClassFor(VT.getSimpleVT())->getID(), DL, MVT::i64);
  return SDValue(DAG.getMachineNode(TargetOpcode::COPY_TO_REGCLASS, DL, VT, V, Class), 0);
}

// Any vector register, any but v0, and v0 as a mask.
bool MTIATargetLowering::isVectorConstraint(StringRef Constraint) {
  return Constraint == "vr" || Constraint == "vd" || Constraint == "vm";
}

// The class without v0.
static const TargetRegisterClass *getNoV0Class(const TargetRegisterInfo &TRI,
                                               const TargetRegisterClass &RC) {
  for (const TargetRegisterClass *Sub : TRI.regclasses())
    if (RC.hasSubClass(Sub) && Sub->getNumRegs() + 1 == RC.getNumRegs() &&
        StringRef(TRI.getRegClassName(Sub)).ends_with("NoV0"))
      return Sub;
  return &RC;
}

std::pair<unsigned, const TargetRegisterClass *>
MTIATargetLowering::getVectorRegForInlineAsm(StringRef Constraint, MVT VT) const {
  const TargetRegisterInfo &TRI = *Subtarget.getRegisterInfo();
  bool IsVector = VT.isVector() || VT.isRISCVVectorTuple();
  const TargetRegisterClass *RC = IsVector && isTypeLegal(VT) ? getRegClassFor(VT) : nullptr;
  if (Constraint == "vr")
    return {0, RC};
  if (Constraint == "vd")
    return {0, RC ? getNoV0Class(TRI, *RC) : nullptr};
  if (Constraint == "vm")
    return {0, RC && VT.isVector() && VT.getVectorElementType() == MVT::i1 ? &MTIA::VMV0RegClass
                                                                           : nullptr};
  // {v8}: the group or tuple that begins there; in a list of clobbers, the register.
  unsigned Number;
  if (!Constraint.consume_front("{v") || !Constraint.consume_back("}") ||
      Constraint.getAsInteger(10, Number) || Number > 31)
    return {0, nullptr};
  if (!IsVector)
    return {MTIA::V0 + Number, &MTIA::VRRegClass};
  if (RC)
    for (MCPhysReg Reg : *RC)
      if (TRI.getEncodingValue(Reg) == Number)
        return {Reg, RC};
  return {0, nullptr};
}
