// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parameters of the modelled device.
#ifndef MTIA_EMULATOR_DEVICE_H
#define MTIA_EMULATOR_DEVICE_H

#include <stdint.h>

// Names, values, units and reasons: device_mtia_v1.inc.
struct mtia_device_params {
#define GROUP(title)
#define PARAM(name, value, unit, why) uint32_t name;
#include "device_mtia_v1.inc"
#undef PARAM
#undef GROUP
};

extern const struct mtia_device_params mtia_v1_params;

// One row: a parameter, or (group set, name NULL) the title of those that follow.
struct mtia_param_info {
  const char *group;
  const char *name;
  const char *unit;
  const char *why;
  uint32_t value; // on mtia_v1
  uint32_t offset;
};

// All rows in the order of the table; the last one has neither group nor name.
extern const struct mtia_param_info mtia_param_table[];

#endif
