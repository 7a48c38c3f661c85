// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "device.h"

#include <stddef.h>

const struct mtia_device_params mtia_v1_params = {
#define GROUP(title)
#define PARAM(name, value, unit, why) .name = (value),
#include "device_mtia_v1.inc"
#undef PARAM
#undef GROUP
};

const struct mtia_param_info mtia_param_table[] = {
// A group's title stands in a row of its own.
#define GROUP(title) {title, NULL, NULL, NULL, 0, 0},
#define PARAM(name, value, unit, why)                                                              \
  {NULL, #name, unit, why, (value), offsetof(struct mtia_device_params, name)},
#include "device_mtia_v1.inc"
#undef PARAM
#undef GROUP
    {NULL, NULL, NULL, NULL, 0, 0},
};
