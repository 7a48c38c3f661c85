// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "monitor" commands: what gdb has no words for.
#include "gdb.h"
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void mtia_gdb_core_state(struct mtia_core *core, char *buffer, size_t size) {
  char why[300];
  if (core->state == MTIA_CORE_HALTED) {
    snprintf(buffer, size, "halted");
  } else if (core->state == MTIA_CORE_RUNNING) {
    snprintf(buffer, size, "running");
  } else if (core->command) {
    mtia_cp_why(core, why, sizeof why);
    snprintf(buffer, size, "waits: %s", why);
  } else {
    snprintf(buffer, size, "waits for an interrupt");
  }
}

static void cores(struct mtia_device *dev, struct mtia_core *core, FILE *out) {
  (void)core;
  char where[600], state[400];
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++) {
    struct mtia_core *c = &dev->pe[i / 2].core[i % 2];
    if (c->state == MTIA_CORE_OFF)
      continue;
    mtia_gdb_core_state(c, state, sizeof state);
    fprintf(out, "%u: cycle %" PRIu64 ", %s, %s\n", c->hart + 1, c->cycle,
            mtia_where(c, c->pc, where, sizeof where), state);
  }
}

static void cycles(struct mtia_device *dev, struct mtia_core *core, FILE *out) {
  (void)dev;
  fprintf(out,
          "PE (%u,%u) core %u: cycle %" PRIu64 ", %" PRIu64 " instructions, %" PRIu64
          " of them commands, %" PRIu64 " cycles of waiting\n",
          core->pe->row, core->pe->col, core->id, core->cycle, core->instret, core->commands,
          core->wait_cycles);
}

static void units(struct mtia_device *dev, struct mtia_core *core, FILE *out) {
  (void)dev;
  fprintf(out, "PE (%u,%u):\n", core->pe->row, core->pe->col);
  mtia_cp_describe(core->pe, out);
}

static void waits(struct mtia_device *dev, struct mtia_core *core, FILE *out) {
  (void)core;
  char *text = mtia_report_device(dev);
  fputs(text ? text : "", out);
  free(text);
}

static void help(struct mtia_device *dev, struct mtia_core *core, FILE *out);

static const struct {
  const char *name, *text;
  void (*fn)(struct mtia_device *dev, struct mtia_core *core, FILE *out);
} commands[] = {
    {"cores", "every core: its time, where it is, what it waits for", cores},
    {"cycles", "time and counters of this thread's core", cycles},
    {"units", "circular buffers, queues and units of this thread's PE", units},
    {"waits", "who waits for what, as when nothing can move any more", waits},
    {"help", "this list", help},
};

static void help(struct mtia_device *dev, struct mtia_core *core, FILE *out) {
  (void)dev, (void)core;
  for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++)
    fprintf(out, "monitor %-7s %s\n", commands[i].name, commands[i].text);
}

char *mtia_gdb_monitor(struct mtia_device *dev, struct mtia_core *core, const char *line) {
  char *text = NULL;
  size_t size, n = strcspn(line, " \t");
  FILE *out = open_memstream(&text, &size);
  if (!out)
    return NULL;
  unsigned i = 0, count = sizeof commands / sizeof *commands;
  while (i < count && (strlen(commands[i].name) != n || strncmp(commands[i].name, line, n)))
    i++;
  if (i < count)
    commands[i].fn(dev, core, out);
  else
    fprintf(out, "unknown command '%s'; see monitor help\n", line);
  fclose(out);
  return text;
}
