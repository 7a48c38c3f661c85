// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run did, as a table and as JSON.
#include "core.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>

struct totals {
  uint64_t cores;
  uint64_t instructions, commands, wait_cycles;
  uint64_t imiss, dmiss;
};

static struct totals sum_cores(const struct mtia_device *dev, unsigned id) {
  struct totals sum = {0};
  for (unsigned i = 0; i < dev->rows * dev->cols; i++) {
    const struct mtia_core *core = &dev->pe[i].core[id];
    if (core->state == MTIA_CORE_OFF)
      continue;
    sum.cores++;
    sum.instructions += core->instret;
    sum.commands += core->commands;
    sum.wait_cycles += core->wait_cycles;
    if (core->cache) {
      sum.imiss += core->cache->imiss;
      sum.dmiss += core->cache->dmiss;
    }
  }
  return sum;
}

static double seconds(const struct mtia_device *dev, uint64_t cycles) {
  return (double)cycles / (dev->p->clock_mhz * 1e6);
}

void mtia_write_stats(struct mtia_device *dev, FILE *out) {
  uint64_t cycles = mtia_cycles(dev), launch = mtia_launch_cycles(dev);
  if (dev->functional) {
    fprintf(out, "time                 not modelled (--functional)\n");
  } else {
    fprintf(out, "cycles               %" PRIu64 "\n", cycles);
    fprintf(out, "cycles with launch   %" PRIu64 "\n", cycles + launch);
    fprintf(out, "seconds with launch  %.9f (at %" PRIu32 " MHz)\n", seconds(dev, cycles + launch),
            dev->p->clock_mhz);
  }
  for (unsigned id = 0; id < 2; id++) {
    struct totals sum = sum_cores(dev, id);
    if (!sum.cores)
      continue;
    fprintf(out,
            "core %u (x%" PRIu64 ")         %" PRIu64 " instructions, %" PRIu64
            " of them Xmtia, %" PRIu64 " cycles waiting",
            id, sum.cores, sum.instructions, sum.commands, sum.wait_cycles);
    if (!dev->functional)
      fprintf(out, ", cache misses %" PRIu64 " I, %" PRIu64 " D", sum.imiss, sum.dmiss);
    fprintf(out, "\n");
  }
  if (mtia_is_kernel(dev))
    mtia_units_stats_text(dev, cycles, out);
}

char *mtia_stats_json(struct mtia_device *dev) {
  uint64_t cycles = mtia_cycles(dev), launch = mtia_launch_cycles(dev);
  cJSON *json = cJSON_CreateObject();
  cJSON_AddBoolToObject(json, "functional", dev->functional);
  cJSON_AddNumberToObject(json, "rows", dev->rows);
  cJSON_AddNumberToObject(json, "columns", dev->cols);
  cJSON_AddNumberToObject(json, "clock_mhz", dev->p->clock_mhz);
  if (!dev->functional) {
    cJSON_AddNumberToObject(json, "cycles", (double)cycles);
    cJSON_AddNumberToObject(json, "launch_cycles", (double)launch);
    cJSON_AddNumberToObject(json, "total_cycles", (double)(cycles + launch));
    cJSON_AddNumberToObject(json, "seconds", seconds(dev, cycles + launch));
  }
  cJSON *cores = cJSON_AddArrayToObject(json, "cores");
  for (unsigned id = 0; id < 2; id++) {
    struct totals sum = sum_cores(dev, id);
    cJSON *core = cJSON_CreateObject();
    cJSON_AddNumberToObject(core, "core", id);
    cJSON_AddNumberToObject(core, "count", (double)sum.cores);
    cJSON_AddNumberToObject(core, "instructions", (double)sum.instructions);
    cJSON_AddNumberToObject(core, "commands", (double)sum.commands);
    cJSON_AddNumberToObject(core, "wait_cycles", (double)sum.wait_cycles);
    if (!dev->functional) {
      cJSON_AddNumberToObject(core, "icache_misses", (double)sum.imiss);
      cJSON_AddNumberToObject(core, "dcache_misses", (double)sum.dmiss);
    }
    cJSON_AddItemToArray(cores, core);
  }
  if (mtia_is_kernel(dev))
    mtia_units_stats_json(dev, cycles, json);
  char *text = cJSON_Print(json);
  cJSON_Delete(json);
  return text;
}
