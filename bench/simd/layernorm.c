// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layer normalisation in three passes: mean; variance about it (in one pass with the mean it would
// lose digits where the mean is large); result. Two rows at a time share gamma, beta and the waits
// for sums and roots; the sums of the next two rows are made before the result of these, so that
// the core waits less for either. Per register of a row the vector unit needs 1 + 2 + 3 cycles and
// the memory pipeline 1 + 1 + 3, so the passes 1 + 2 + 3; of f16, conversions included, 1 + 3 + 5.
#include "kernels.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

struct two {
  float a, b;
};

#define ELEMENT float
#define VECTOR mtia_f32x64
#define OF(name) name##_f32x64
#define KERNEL(name) name##_f32
#define WIDEN(x) (x)
#define NARROW(x) (x)
#include "layernorm.inc"

#define ELEMENT _Float16
#define VECTOR mtia_f16x64
#define OF(name) name##_f16x64
#define KERNEL(name) name##_f16
#define WIDEN(x) mtia_f32x64_from_f16x64(x)
#define NARROW(x) mtia_f16x64_from_f32x64(x)
#include "layernorm.inc"
