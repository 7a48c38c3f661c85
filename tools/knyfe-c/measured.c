// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- measured.c - A kernel's cycles, phase by phase -----------------------===*/
#include "measured.h"
#include "data.h"
#include "diag.h"
#include "process.h"

#include <stdlib.h>
#include <string.h>

/* Barriers of the sub-grid in the trace of PE (0, 0): both cores leave them at the same time. A
 * nanosecond is a cycle, the trace's unit a microsecond (docs/profiling.md). */
static void read_phases(const char *path, struct kn_measured *m) {
  size_t size;
  char *text = kn_read_file(path, &size);
  double from = 0;
  for (char *p = text; p && (p = strstr(p, "\"wait: barrier 2\"")); p++) {
    char *begin = p, *end = strchr(p, '\n');
    while (begin > text && *begin != '\n')
      begin--;
    const char *ts = strstr(begin, "\"ts\":"), *length = strstr(begin, "\"dur\":");
    if (!ts || !length || (end && (ts > end || length > end)))
      continue;
    double until = (strtod(ts + 5, NULL) + strtod(length + 6, NULL)) * 1000;
    if (until > from + 0.5 && m->num_phases < 63) {
      m->phases[m->num_phases++] = until - from;
      from = until;
    }
  }
  m->phases[m->num_phases++] = (double)m->stats.cycles - from;
  free(text);
}

char *kn_measure(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o,
                 kn_compile *compile, struct kn_measured *m) {
  void **data = kn_alloc(file, (k->num_inputs + k->num_outputs) * sizeof *data);
  *m = (struct kn_measured){.num_phases = 0};
  char *dir = kn_make_temp_dir();
  if (!dir)
    return NULL;
  char *elf = kn_join_path(dir, "kernel.elf"), *trace = kn_join_path(dir, "trace.json");
  char *text = NULL;
  bool ok = kn_load_data(file, k, o, true, data) && (text = compile(file, k, o, elf)) != NULL;
  const struct kn_run run = {.dir = dir,
                             .elf = elf,
                             .c_text = text,
                             .rows = o->target.grid_rows,
                             .cols = o->target.grid_cols,
                             .trace = trace};
  ok = ok && kn_run_kernel(k, o, &run, data, &m->stats);
  if (ok)
    read_phases(trace, m);
  if (ok && o->output)
    ok = kn_copy_file(elf, o->output);
  if (!ok) {
    free(text);
    text = NULL;
  }
  free(elf);
  free(trace);
  kn_remove_temp_dir(dir);
  kn_free_data(k, data);
  return text;
}
