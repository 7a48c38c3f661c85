// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run did, as a table and as JSON. The units add their part (units_stats.c).
#include "core.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>

struct totals {
  uint64_t cores;
  uint64_t instructions, commands, wait_cycles, fp_operations;
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
    sum.fp_operations += core->fp_operations;
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

// A multiplication and an addition are two operations.
static double tops(const struct mtia_device *dev, double macs, uint64_t cycles) {
  return cycles ? 2 * macs / seconds(dev, cycles) / 1e12 : 0;
}

static cJSON *core_json(const struct mtia_device *dev, unsigned id) {
  struct totals sum = sum_cores(dev, id);
  cJSON *core = cJSON_CreateObject();
  cJSON_AddNumberToObject(core, "core", id);
  cJSON_AddNumberToObject(core, "count", (double)sum.cores);
  cJSON_AddNumberToObject(core, "instructions", (double)sum.instructions);
  cJSON_AddNumberToObject(core, "commands", (double)sum.commands);
  cJSON_AddNumberToObject(core, "wait_cycles", (double)sum.wait_cycles);
  if (!dev->functional) {
    cJSON_AddNumberToObject(core, "fp_operations", (double)sum.fp_operations);
    cJSON_AddNumberToObject(core, "icache_misses", (double)sum.imiss);
    cJSON_AddNumberToObject(core, "dcache_misses", (double)sum.dmiss);
  }
  return core;
}

static cJSON *collect(struct mtia_device *dev) {
  uint64_t cycles = mtia_cycles(dev), all = cycles + mtia_launch_cycles(dev);
  cJSON *json = cJSON_CreateObject();
  cJSON_AddStringToObject(json, "device", dev->name);
  cJSON_AddBoolToObject(json, "functional", dev->functional);
  cJSON_AddNumberToObject(json, "rows", dev->rows);
  cJSON_AddNumberToObject(json, "columns", dev->cols);
  cJSON_AddNumberToObject(json, "clock_mhz", dev->p->clock_mhz);
  if (!dev->functional) {
    cJSON_AddNumberToObject(json, "cycles", (double)cycles);
    cJSON_AddNumberToObject(json, "launch_cycles", (double)(all - cycles));
    cJSON_AddNumberToObject(json, "total_cycles", (double)all);
    cJSON_AddNumberToObject(json, "seconds", seconds(dev, all));
  }
  cJSON *cores = cJSON_AddArrayToObject(json, "cores");
  for (unsigned id = 0; id < 2; id++)
    cJSON_AddItemToArray(cores, core_json(dev, id));
  if (!mtia_is_kernel(dev))
    return json;
  mtia_units_stats_json(dev, cycles, json);
  const cJSON *macs = cJSON_GetObjectItem(json, "macs");
  if (cJSON_IsNumber(macs) && !dev->functional) {
    cJSON_AddNumberToObject(json, "tops", tops(dev, macs->valuedouble, cycles));
    cJSON_AddNumberToObject(json, "tops_with_launch", tops(dev, macs->valuedouble, all));
  }
  return json;
}

char *mtia_stats_json(struct mtia_device *dev) {
  cJSON *json = collect(dev);
  char *text = cJSON_Print(json);
  cJSON_Delete(json);
  return text;
}

static double number(const cJSON *json, const char *key) {
  const cJSON *item = cJSON_GetObjectItem(json, key);
  return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static void write_time(const struct mtia_device *dev, const cJSON *json, FILE *out) {
  if (dev->functional) {
    fprintf(out, "%-22s not modelled (--functional)\n", "time");
    return;
  }
  fprintf(out, "%-22s %12.0f\n", "cycles", number(json, "cycles"));
  fprintf(out, "%-22s %12.0f\n", "cycles with launch", number(json, "total_cycles"));
  fprintf(out, "%-22s %12.9f (at %.0f MHz)\n", "seconds with launch", number(json, "seconds"),
          number(json, "clock_mhz"));
  if (number(json, "macs") > 0) {
    fprintf(out, "%-22s %12.2f\n", "TOPS", number(json, "tops"));
    fprintf(out, "%-22s %12.2f\n", "TOPS with launch", number(json, "tops_with_launch"));
  }
}

void mtia_write_stats(struct mtia_device *dev, FILE *out) {
  cJSON *json = collect(dev), *core;
  write_time(dev, json, out);
  cJSON_ArrayForEach(core, cJSON_GetObjectItem(json, "cores")) {
    char name[32];
    if (number(core, "count") == 0)
      continue;
    snprintf(name, sizeof name, "core %.0f (x%.0f)", number(core, "core"), number(core, "count"));
    fprintf(out, "%-22s %12.0f instructions, %.0f of them Xmtia", name,
            number(core, "instructions"), number(core, "commands"));
    if (number(core, "fp_operations") > 0)
      fprintf(out, ", %.0f floating-point operations", number(core, "fp_operations"));
    if (!dev->functional)
      fprintf(out, ", %.0f cycles waiting, cache misses %.0f I, %.0f D",
              number(core, "wait_cycles"), number(core, "icache_misses"),
              number(core, "dcache_misses"));
    fprintf(out, "\n");
  }
  cJSON_Delete(json);
  if (mtia_is_kernel(dev))
    mtia_units_stats_text(dev, mtia_cycles(dev), out);
}
