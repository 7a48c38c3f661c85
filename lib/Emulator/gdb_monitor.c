// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "monitor" commands: what gdb has no words for.
#include "gdb.h"
#include "report.h"
#include "units.h"

#include <ctype.h>
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

static void cores(struct mtia_device *dev, struct mtia_core *core, const char *args, FILE *out) {
  (void)core, (void)args;
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

static void cycles(struct mtia_device *dev, struct mtia_core *core, const char *args, FILE *out) {
  (void)dev, (void)args;
  fprintf(out,
          "PE (%u,%u) core %u: cycle %" PRIu64 ", %" PRIu64 " instructions, %" PRIu64
          " of them commands, %" PRIu64 " cycles of waiting\n",
          core->pe->row, core->pe->col, core->id, core->cycle, core->instret, core->commands,
          core->wait_cycles);
}

static void units(struct mtia_device *dev, struct mtia_core *core, const char *args, FILE *out) {
  (void)dev, (void)args;
  fprintf(out, "PE (%u,%u):\n", core->pe->row, core->pe->col);
  mtia_cp_describe(core->pe, out);
}

static void waits(struct mtia_device *dev, struct mtia_core *core, const char *args, FILE *out) {
  (void)core, (void)args;
  char *text = mtia_report_device(dev);
  fputs(text ? text : "", out);
  free(text);
}

// A number below `end` and nothing behind it; -1: something else.
static int parse_index(const char *text, unsigned end) {
  char *rest;
  unsigned long n = strtoul(text, &rest, 10);
  return isdigit((unsigned char)*text) && !*rest && n < end ? (int)n : -1;
}

static void print_bytes(const struct mtia_cp *cp, unsigned cb, uint64_t from, uint64_t to,
                        FILE *out) {
  for (uint64_t b = from; b < to; b++)
    fprintf(out, "%s%02x%s", (b - from) % 32 ? " " : "    ", *mtia_cb_at(cp, cb, b),
            (b - from) % 32 == 31 || b + 1 == to ? "\n" : "");
}

static void buffer(struct mtia_device *dev, struct mtia_core *core, const char *args, FILE *out) {
  (void)dev;
  enum { SHOWN = 1024 };
  int cb = parse_index(args, MTIA_CBS);
  const struct mtia_cp *cp = core->pe->cp;
  if (cb < 0) {
    fprintf(out, "monitor buffer needs the number of a circular buffer, 0 to %d\n", MTIA_CBS - 1);
    return;
  }
  const struct mtia_cb *b = &cp->cb[cb];
  if (!b->set) {
    fprintf(out, "CB %d of PE (%u,%u) was never initialised\n", cb, core->pe->row, core->pe->col);
    return;
  }
  uint64_t held = b->visible > b->head ? b->visible - b->head : 0;
  fprintf(out, "CB %d of PE (%u,%u): bytes %" PRIu64 " to %" PRIu64 "%s\n", cb, core->pe->row,
          core->pe->col, b->head, b->head + held, held > SHOWN ? ", of which the first 1024:" : "");
  print_bytes(cp, (unsigned)cb, b->head, b->head + (held < SHOWN ? held : SHOWN), out);
}

static void accumulators(struct mtia_device *dev, struct mtia_core *core, const char *args,
                         FILE *out) {
  (void)dev;
  const struct mtia_cp *cp = core->pe->cp;
  int one = parse_index(args, MTIA_ACCS);
  if (*args && one < 0) {
    fprintf(out, "there are the accumulators 0 to %d\n", MTIA_ACCS - 1);
    return;
  }
  for (unsigned a = 0; a < MTIA_ACCS; a++) {
    if (one >= 0 && a != (unsigned)one)
      continue;
    unsigned rows = one >= 0 ? MTIA_TILE : 1, cols = one >= 0 ? MTIA_TILE : 8;
    fprintf(out, "accumulator %u of PE (%u,%u)%s\n", a, core->pe->row, core->pe->col,
            one >= 0 ? ":" : ", the first 8 of row 0:");
    for (unsigned i = 0; i < rows; i++)
      for (unsigned j = 0; j < cols; j++)
        fprintf(out, "%s%" PRId32 "%s", j ? " " : "    ", cp->acc[a][i][j],
                j + 1 == cols ? "\n" : "");
  }
}

// The name of a command as the emulator writes it, or NULL.
static const char *known_command(const char *name) {
  const char *known;
  for (unsigned kind = 0; (known = mtia_command_kind_name(kind)); kind++)
    if (!strcmp(known, name))
      return known;
  return NULL;
}

static void catch(struct mtia_device *dev, struct mtia_core *core, const char *args, FILE *out) {
  (void)core;
  const char *what = args + strcspn(args, " ");
  what += strspn(what, " ");
  bool any = !strcmp(what, "any");
  if (!strcmp(args, "off")) {
    mtia_debug_catch(dev, NULL, MTIA_CATCH_NONE);
  } else if (!strncmp(args, "cb ", 3) && (any || parse_index(what, MTIA_CBS) >= 0)) {
    mtia_debug_catch(dev, NULL, any ? MTIA_CATCH_ANY_CB : parse_index(what, MTIA_CBS));
  } else if (!strncmp(args, "command ", 8) && (any || known_command(what))) {
    mtia_debug_catch(dev, any ? MTIA_CATCH_ANY_COMMAND : known_command(what), MTIA_CATCH_NONE);
  } else {
    fprintf(out,
            "expected 'cb' and a number from 0 to %d or any, 'command' and its name (mml, "
            "dma.in, cb.push, ...) or any, or 'off'; found '%s'\n",
            MTIA_CBS - 1, args);
  }
}

static void help(struct mtia_device *dev, struct mtia_core *core, const char *args, FILE *out);

static const struct {
  const char *name, *text;
  void (*fn)(struct mtia_device *dev, struct mtia_core *core, const char *args, FILE *out);
} commands[] = {
    {"cores", "every core: its time, where it is, what it waits for", cores},
    {"cycles", "time and counters of this thread's core", cycles},
    {"units", "circular buffers, queues and units of this thread's PE", units},
    {"buffer", "N: what circular buffer N of this thread's PE holds, from head to visible", buffer},
    {"accumulators", "the accumulators of this thread's PE, or with a number all of one",
     accumulators},
    {"catch", "cb N, cb any, command NAME, command any, off: stop at these events", catch},
    {"waits", "who waits for what, as when nothing can move any more", waits},
    {"help", "this list", help},
};

static void help(struct mtia_device *dev, struct mtia_core *core, const char *args, FILE *out) {
  (void)dev, (void)core, (void)args;
  for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++)
    fprintf(out, "monitor %-12s %s\n", commands[i].name, commands[i].text);
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
    commands[i].fn(dev, core, line + n + strspn(line + n, " \t"), out);
  else
    fprintf(out, "unknown command '%s'; see monitor help\n", line);
  fclose(out);
  return text;
}
