// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counters of the units, as text and as JSON.

#include "units.h"

#include <cjson/cJSON.h>
#include <inttypes.h>

static const char *const unit_key[UNIT_COUNT] = {"fi_in", "fi_out", "dpe", "re", "se", "mlu"};
static const struct {
  const char *key, *text;
} wait_name[WAIT_COUNT] = {
    [WAIT_QUEUE] = {"queue_full", "a full queue"},
    [WAIT_POINTERS] = {"pointers_full", "waiting push and pop"},
    [WAIT_DATA] = {"cb_data", "data (cb.waitd)"},
    [WAIT_SPACE] = {"cb_space", "space (cb.waits)"},
    [WAIT_SYNC] = {"sync", "mtia.sync"},
    [WAIT_BARRIER] = {"barrier", "barriers"},
    [WAIT_COUNTER] = {"counter", "counters"},
};
static const char *const level_key[LEVEL_COUNT] = {"sram", "dram", "remote", "local"};

struct totals {
  uint64_t busy[UNIT_COUNT], commands[UNIT_COUNT];
  uint64_t stalled[WAIT_COUNT], issued;
  uint64_t macs, places, mmls, local_read, local_written, dma_in, dma_out;
};

static void add(struct totals *t, const struct mtia_cp *cp) {
  for (unsigned u = 0; u < UNIT_COUNT; u++) {
    t->busy[u] += cp->unit[u].busy_cycles;
    t->commands[u] += cp->unit[u].commands;
  }
  for (unsigned c = 0; c < MTIA_CORES; c++) {
    t->issued += cp->core[c].issued;
    for (unsigned w = 0; w < WAIT_COUNT; w++)
      t->stalled[w] += cp->core[c].stalled[w];
  }
  t->macs += cp->macs;
  t->places += cp->places;
  t->mmls += cp->mmls;
  t->local_read += cp->local_read + cp->fi_local_read;
  t->local_written += cp->local_written + cp->fi_local_written;
  t->dma_in += cp->dma_in_bytes;
  t->dma_out += cp->dma_out_bytes;
}

static struct totals all_of(const struct mtia_device *dev) {
  struct totals t = {0};
  for (unsigned i = 0; i < dev->rows * dev->cols; i++)
    add(&t, dev->pe[i].cp);
  return t;
}

// JSON numbers are doubles: exact to 2^53, which no run reaches.
static void put(cJSON *object, const char *key, uint64_t value) {
  cJSON_AddNumberToObject(object, key, (double)value);
}

static void put_totals(cJSON *object, const struct totals *t) {
  put(object, "commands_issued", t->issued);
  put(object, "macs", t->macs);
  put(object, "mml", t->mmls);
  cJSON *units = cJSON_AddObjectToObject(object, "units");
  for (unsigned u = 0; u < UNIT_COUNT; u++) {
    cJSON *unit = cJSON_AddObjectToObject(units, unit_key[u]);
    put(unit, "commands", t->commands[u]);
    put(unit, "busy_cycles", t->busy[u]);
  }
  cJSON *stalls = cJSON_AddObjectToObject(object, "core_stall_cycles");
  for (unsigned w = WAIT_NONE + 1; w < WAIT_COUNT; w++)
    put(stalls, wait_name[w].key, t->stalled[w]);
  put(object, "local_read_bytes", t->local_read);
  put(object, "local_written_bytes", t->local_written);
  put(object, "dma_in_bytes", t->dma_in);
  put(object, "dma_out_bytes", t->dma_out);
}

static double peak_share(const struct mtia_device *dev, uint64_t places, uint64_t cycles) {
  double peak = MTIA_TILE * (double)dev->p->dpe_width; // MACs per cycle and PE
  return cycles ? (double)places / ((double)cycles * peak * dev->rows * dev->cols) : 0;
}

void mtia_units_stats_json(struct mtia_device *dev, uint64_t cycles, struct cJSON *object) {
  struct totals t = all_of(dev);
  const struct mtia_grid *grid = dev->grid;
  put_totals(object, &t);
  if (!dev->functional)
    cJSON_AddNumberToObject(object, "dpe_peak_share", peak_share(dev, t.places, cycles));
  cJSON *memory = cJSON_AddObjectToObject(object, "memory");
  for (unsigned i = 0; i < LEVEL_COUNT; i++) {
    cJSON *level = cJSON_AddObjectToObject(memory, level_key[i]);
    put(level, "read_bytes", grid->read_bytes[i]);
    put(level, "written_bytes", grid->written_bytes[i]);
  }
  if (grid->cache) {
    cJSON *cache = cJSON_AddObjectToObject(object, "sram_cache");
    put(cache, "hits", grid->cache_hits);
    put(cache, "misses", grid->cache_misses);
    put(cache, "lines_fetched", grid->cache_fetched);
    put(cache, "lines_written_back", grid->cache_written_back);
  }
  put(object, "noc_bytes", grid->noc_bytes);
  put(object, "multicast_saved_bytes", grid->multicast_saved);
  cJSON *list = cJSON_AddArrayToObject(object, "pes");
  for (unsigned i = 0; i < dev->rows * dev->cols; i++) {
    struct totals one = {0};
    cJSON *pe = cJSON_CreateObject();
    put(pe, "row", dev->pe[i].row);
    put(pe, "column", dev->pe[i].col);
    add(&one, dev->pe[i].cp);
    put_totals(pe, &one);
    cJSON_AddItemToArray(list, pe);
  }
}

static double percent(uint64_t part, uint64_t whole) {
  return whole ? 100.0 * (double)part / (double)whole : 0;
}

void mtia_units_stats_text(struct mtia_device *dev, uint64_t cycles, FILE *out) {
  struct totals t = all_of(dev);
  const struct mtia_grid *grid = dev->grid;
  uint64_t pes = (uint64_t)dev->rows * dev->cols;
  fprintf(out, "%-22s %12s %14s %8s\n", "unit", "commands", "busy cycles", "busy");
  for (unsigned u = 0; u < UNIT_COUNT; u++)
    fprintf(out, "%-22s %12" PRIu64 " %14" PRIu64 " %7.1f%%\n", mtia_unit_name[u], t.commands[u],
            t.busy[u], dev->functional ? 0 : percent(t.busy[u], pes * cycles));
  fprintf(out, "%-22s %12" PRIu64 "\n", "multiply-accumulates", t.macs);
  if (!dev->functional)
    fprintf(out, "%-22s %11.1f%%\n", "of the DPE peak", 100 * peak_share(dev, t.places, cycles));
  fprintf(out, "%-22s %12s %14s\n", "memory", "read B", "written B");
  fprintf(out, "%-22s %12" PRIu64 " %14" PRIu64 "\n", "local, by units", t.local_read,
          t.local_written);
  for (unsigned i = LEVEL_SRAM; i <= LEVEL_REMOTE; i++)
    fprintf(out, "%-22s %12" PRIu64 " %14" PRIu64 "\n", level_key[i], grid->read_bytes[i],
            grid->written_bytes[i]);
  if (grid->cache)
    fprintf(out,
            "%-22s %12" PRIu64 " hits, %" PRIu64 " misses, %" PRIu64 " lines fetched, %" PRIu64
            " written back\n",
            "SRAM as a cache", grid->cache_hits, grid->cache_misses, grid->cache_fetched,
            grid->cache_written_back);
  fprintf(out, "%-22s %12" PRIu64 " B, %" PRIu64 " B saved by multicast\n", "NoC", grid->noc_bytes,
          grid->multicast_saved);
  fprintf(out, "%-22s %12s\n", "cores waited for", "cycles");
  for (unsigned w = WAIT_NONE + 1; w < WAIT_COUNT; w++)
    fprintf(out, "%-22s %12" PRIu64 "\n", wait_name[w].text, t.stalled[w]);
}
