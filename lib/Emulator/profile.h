// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the cores' cycles go, by source line (docs/profiling.md).
#ifndef MTIA_EMULATOR_PROFILE_H
#define MTIA_EMULATOR_PROFILE_H

#include "core.h"

// False if memory runs out.
bool mtia_profile_create(struct mtia_device *dev);
void mtia_profile_destroy(struct mtia_device *dev);

// Instead of mtia_core_run, while dev->profile is set.
enum mtia_exit mtia_profile_run(struct mtia_core *c);

#endif
