// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parameters of the modelled device.
#ifndef MTIA_EMULATOR_DEVICE_H
#define MTIA_EMULATOR_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct mtia_error;

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

// Reads a device file (device_file.c has the grammar): its parameters, those of mtia_v1 where it
// says nothing, and in `device` the name. `name` is the file's, for messages.
bool mtia_device_read(const char *name, const char *text, size_t bytes, char *device, size_t size,
                      struct mtia_device_params *params, struct mtia_error *error);

// Writes all parameters as a device file, with units and reasons as comments.
void mtia_device_write(const char *device, const struct mtia_device_params *params, FILE *out);

// SRAM that can be addressed.
static inline uint32_t mtia_scratchpad(const struct mtia_device_params *p) {
  return p->sram_bytes - p->sram_cache_bytes;
}

#endif
