//===-- MTIAISelDAGToDAG.h - Instruction selection -*- C++ -*-===//
//
// Part of the MTIA kernel toolchain, under the Apache License v2.0 with LLVM
// Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef LLVM_LIB_TARGET_MTIA_MTIAISELDAGTODAG_H
#define LLVM_LIB_TARGET_MTIA_MTIAISELDAGTODAG_H

#include "MCTargetDesc/MTIAMCTargetDesc.h"
#include "MTIA.h"
#include "MTIASelectionDAGInfo.h"
#include "MTIATargetMachine.h"
#include "llvm/CodeGen/SelectionDAGISel.h"

namespace llvm {
class MTIADAGToDAGISel : public SelectionDAGISel {
  const MTIASubtarget *Subtarget = nullptr;

public:
  MTIADAGToDAGISel() = delete;
  MTIADAGToDAGISel(MTIATargetMachine &TM, CodeGenOptLevel OptLevel)
      : SelectionDAGISel(TM, OptLevel) {}

  bool runOnMachineFunction(MachineFunction &MF) override {
    Subtarget = &MF.getSubtarget<MTIASubtarget>();
    return SelectionDAGISel::runOnMachineFunction(MF);
  }

  void Select(SDNode *Node) override;
  bool SelectInlineAsmMemoryOperand(const SDValue &Op, InlineAsm::ConstraintCode ConstraintID,
                                    std::vector<SDValue> &OutOps) override;

  // Complex patterns of MTIAInstrPatterns.td.
  bool selectAddrRegImm(SDValue Addr, SDValue &Base, SDValue &Offset);
  bool selectShiftMask(SDValue N, unsigned ShiftWidth, SDValue &ShAmt);
  bool selectShiftMask64(SDValue N, SDValue &ShAmt) { return selectShiftMask(N, 64, ShAmt); }
  bool selectShiftMask32(SDValue N, SDValue &ShAmt) { return selectShiftMask(N, 32, ShAmt); }
  bool selectSExt32(SDValue N, SDValue &Val);
  bool selectZExt32(SDValue N, SDValue &Val);

  // Complex patterns of MTIAInstrPatternsZb.td: MTIAISelDAGToDAGZb.cpp.
  bool selectInvertedImm(SDValue N, SDValue &Val);
  bool selectShAdd(SDValue N, unsigned ShAmt, SDValue &Val);
  bool selectShAddUW(SDValue N, unsigned ShAmt, SDValue &Val);
  template <unsigned ShAmt> bool selectShAddOp(SDValue N, SDValue &Val) {
    return selectShAdd(N, ShAmt, Val);
  }
  template <unsigned ShAmt> bool selectShAddUWOp(SDValue N, SDValue &Val) {
    return selectShAddUW(N, ShAmt, Val);
  }

  /// Whether no user looks at the bits of the result above the lower 32 (Bits).
  bool hasAllNBitUsers(SDNode *Node, unsigned Bits, unsigned Depth = 0) const;
  bool hasAllWUsers(SDNode *Node) const { return hasAllNBitUsers(Node, 32); }

private:
  // Vectors: MTIAISelDAGToDAGV.cpp.
  bool selectVector(SDNode *N);
  // llvm.riscv.v*: MTIAISelDAGToDAGVIntrinsics.cpp.
  bool selectVectorIntrinsic(SDNode *N);
  bool selectVectorLength(SDNode *N);
  bool selectVectorConfiguration(SDNode *N, unsigned ID);
  bool selectVectorConstantMask(SDNode *N, unsigned ID);
  bool selectVectorCompare(SDNode *N, unsigned ID);
  bool selectVectorTuple(SDNode *N, unsigned ID);
  bool selectVLoad(SDNode *N);
  bool selectVStore(SDNode *N, SDValue Value);
  bool selectVBitcast(SDNode *N);
  SDValue getVAddress(SDValue Address);

  bool selectFrameIndex(SDValue Addr, SDValue &Base, SDValue &Offset);
  bool tryShiftOfMask(SDNode *Node);
  bool tryMaskOfShift(SDNode *Node);
  bool tryMulOfMask(SDNode *Node);
  bool selectFPImm(SDNode *Node);
  SDNode *selectImm(const SDLoc &DL, int64_t Imm);

#include "MTIAGenDAGISel.inc"
};

class MTIADAGToDAGISelLegacy : public SelectionDAGISelLegacy {
public:
  static char ID;
  MTIADAGToDAGISelLegacy(MTIATargetMachine &TM, CodeGenOptLevel OptLevel);
};
} // namespace llvm

#endif
