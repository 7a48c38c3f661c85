// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "core.h"

#define TIMED 1
#include "core_exec.inc"
