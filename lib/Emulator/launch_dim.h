// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dimensions of tensor arguments: numbers, names, and what is computed of them (kernel_abi.h).
#ifndef MTIA_EMULATOR_LAUNCH_DIM_H
#define MTIA_EMULATOR_LAUNCH_DIM_H

#include "mtia/kernel_abi.h"

#include <stdbool.h>
#include <stdint.h>

#define MTIA_MAX_EXTENT ((int64_t)1 << 60)

// The extent of a name, or -1.
typedef int64_t mtia_dim_lookup(const char *name, void *data);

enum mtia_dim_status {
  MTIA_DIM_OK,
  MTIA_DIM_SYNTAX,  // no dimension
  MTIA_DIM_UNKNOWN, // a name has no extent
  MTIA_DIM_RANGE,   // less than 0, too large, or divided by 0
};

struct mtia_dim {
  enum mtia_dim_status status;
  int64_t value;
  char unknown[MTIA_DIM_SIZE]; // the first of these names
};

struct mtia_dim mtia_dim_value(const char *text, mtia_dim_lookup *lookup, void *data);

// The extent that the only unknown name has if the dimension is `value`. False: there are more of
// them, or a quotient, or no such extent.
bool mtia_dim_solve(const char *text, mtia_dim_lookup *lookup, void *data, int64_t value,
                    char *name, int64_t *extent);

// The next name in the text, which goes on behind it; false: none.
bool mtia_dim_next_name(const char **text, char *name);

#endif
