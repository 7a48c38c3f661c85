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
