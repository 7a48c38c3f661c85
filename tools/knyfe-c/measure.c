// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- measure.c - Runs of a kernel on the emulator -------------------------===*/
#include "measure.h"
#include "data.h"
#include "diag.h"
#include "mtia/kernel_abi.h"
#include "process.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

char *kn_tensor_path(const char *dir, const char *prefix, const char *name) {
  char *path = malloc(strlen(dir) + strlen(prefix) + strlen(name) + 6);
  if (!path)
    abort();
  sprintf(path, "%s/%s%s.npy", dir, prefix, name);
  return path;
}

/* The command line of mtia-run; every string is malloc'ed. */
struct command {
  char *words[8 * KN_MAX_ARGS + 16];
  unsigned count;
};

static void word(struct command *c, const char *format, const char *a, const char *b) {
  if (c->count + 1 >= sizeof c->words / sizeof *c->words)
    return; /* the caller counted arguments; mtia-run asks for a dimension that is missing */
  if (asprintf(&c->words[c->count++], format, a, b) < 0)
    abort();
}

/* The sizes that a dynamic kernel's launch cannot take from its inputs: the names in its C text. */
static void dim_words(struct command *c, const struct kn_kernel *k, const char *text) {
  char name[MTIA_DIM_SIZE + 2], size[32];
  for (const struct kn_dim *d = k->dims; d; d = d->next) {
    if (d->name && !d->expr && strlen(d->name) < MTIA_DIM_SIZE)
      snprintf(name, sizeof name, "\"%s", d->name);
    else
      snprintf(name, sizeof name, "\"kn_d%u", d->id);
    size_t n = strlen(name);
    const char *at = text;
    while ((at = strstr(at, name)) && at[n] != '"' && at[n] != '+')
      at++;
    if (!at)
      continue;
    snprintf(size, sizeof size, "%" PRId64, d->size);
    word(c, "--dim%s%s", "", "");
    word(c, "%s=%s", name + 1, size);
  }
  for (const struct kn_tensor *t = k->outputs; t; t = t->next) {
    snprintf(name, sizeof name, "\"kn_row%u\"", t->id);
    if (!strstr(text, name))
      continue;
    name[strlen(name) - 1] = 0;
    snprintf(size, sizeof size, "%zu", kn_row_bytes(t));
    word(c, "--dim%s%s", "", "");
    word(c, "%s=%s", name + 1, size);
  }
}

static bool input_words(struct command *c, const struct kn_kernel *k, const struct kn_run *run,
                        void **data) {
  char text[64];
  for (struct kn_tensor *t = k->inputs; t; t = t->next) {
    word(c, "--arg%s%s", "", "");
    if (!t->rank) {
      word(c, "%s=%s", t->name, kn_element_text(t, data[t->id], 0, text, sizeof text));
      continue;
    }
    char *path = kn_tensor_path(run->dir, "in-", t->name);
    word(c, "%s=%s", t->name, path);
    bool ok = run->inputs_saved || kn_save_tensor(t, data[t->id], path);
    free(path);
    if (!ok)
      return false;
  }
  return true;
}

static double bytes(const cJSON *json, const char *memory, const char *what) {
  if (*memory)
    json = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "memory"), memory);
  const cJSON *item = cJSON_GetObjectItem(json, what);
  return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static bool read_stats(const char *path, bool quiet, struct kn_run_stats *stats) {
  size_t size = 0;
  char *text = kn_read_file(path, &size);
  cJSON *json = text ? cJSON_ParseWithLength(text, size) : NULL;
  const cJSON *cycles = cJSON_GetObjectItem(json, "cycles");
  const cJSON *launch = cJSON_GetObjectItem(json, "launch_cycles");
  bool ok = cJSON_IsNumber(cycles) && cJSON_IsNumber(launch);
  if (ok) {
    stats->cycles = (uint64_t)cycles->valuedouble;
    stats->launch_cycles = (uint64_t)launch->valuedouble;
    stats->sram_read = bytes(json, "sram", "read_bytes");
    stats->sram_written = bytes(json, "sram", "written_bytes");
    stats->dram = bytes(json, "dram", "read_bytes") + bytes(json, "dram", "written_bytes");
    stats->dma_bytes = bytes(json, "", "dma_in_bytes") + bytes(json, "", "dma_out_bytes");
  } else if (!quiet)
    kn_report_plain(KN_DIAG_tool_failed, "mtia-run's '%s' has no cycles", path);
  cJSON_Delete(json);
  free(text);
  return ok;
}

bool kn_run_kernel(const struct kn_kernel *k, const struct kn_options *o, const struct kn_run *run,
                   void **data, struct kn_run_stats *stats) {
  char *tool = kn_sibling("mtia-run"), number[32];
  struct command c = {0};
  if (!tool)
    return false;
  char *json = kn_join_path(run->dir, "stats.json");
  word(&c, "%s%s", tool, "");
  word(&c, "%s%s", run->elf, "");
  word(&c, "--grid%s%s", "", "");
  snprintf(number, sizeof number, "%ux%u", run->rows, run->cols);
  word(&c, "%s%s", number, "");
  if (stats) {
    word(&c, "--stats-json%s%s", "", "");
    word(&c, "%s%s", json, "");
  }
  if (run->max_cycles) {
    word(&c, "--max-cycles%s%s", "", "");
    snprintf(number, sizeof number, "%" PRIu64, run->max_cycles);
    word(&c, "%s%s", number, "");
  }
  if (run->trace) {
    word(&c, "--trace%s%s", "", "");
    word(&c, "%s%s", run->trace, "");
    word(&c, "--trace-pes%s%s", "", "");
    word(&c, "0,0%s%s", "", "");
  }
  bool ok = input_words(&c, k, run, data);
  if (o->target.dynamic)
    dim_words(&c, k, run->c_text);
  for (struct kn_tensor *t = k->outputs; t; t = t->next) {
    char *path = kn_tensor_path(run->dir, "out-", t->name);
    word(&c, "--out%s%s", "", "");
    word(&c, "%s=%s", t->name, path);
    free(path);
  }
  ok = ok && (run->quiet ? kn_run_quietly(c.words) : kn_run(c.words, NULL, o->target.verbose));
  ok = ok && (!stats || read_stats(json, run->quiet, stats));
  for (unsigned i = 0; i < c.count; i++)
    free(c.words[i]);
  free(json);
  free(tool);
  return ok;
}
