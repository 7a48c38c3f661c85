// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A fully connected layer as command streams, for tests of the whole grid without cores.
#ifndef FC_H
#define FC_H

#include "machine.h"

// C[m][n] = requantised sum over k of A[m][k] * B[n][k], all int8, on all PEs of the machine.
// m, n: multiples of 64 * rows, 64 * cols; k: a multiple of 256. A, B and C lie one behind the
// other from `base`.
void fc_put(struct machine *m, uint64_t base, unsigned rows, unsigned cols, unsigned depth);

#endif
