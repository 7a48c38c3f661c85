// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- explain.c - --explain and --measure ----------------------------------===*/
#include "explain.h"
#include "back/explain.h"
#include "back/notes.h"
#include "back/size.h"
#include "diag.h"
#include "measured.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct explain {
  struct kn_file *file;
  struct kn_kernel *kernel;
  const struct kn_options *options;
  struct kn_prediction prediction;
  struct kn_notes notes;
  struct kn_measured measured; /* with --measure */
};

static double share(double part, double whole) { return whole > 0 ? 100 * part / whole : 0; }

/* Difference of a prediction in percent, as text. */
static const char *difference(struct explain *x, double predicted, double measured) {
  return measured > 0 ? kn_text(x->file, "%+.1f %%", 100 * (predicted - measured) / measured) : "-";
}

static const char *bytes_text(struct explain *x, double bytes) {
  return bytes >= 1e6   ? kn_text(x->file, "%.2f MB", bytes / 1e6)
         : bytes >= 1e3 ? kn_text(x->file, "%.1f KB", bytes / 1e3)
                        : kn_text(x->file, "%.0f B", bytes);
}

/* FILE:LINE of a range, without folders. */
static const char *place(struct explain *x, struct kn_range at) {
  unsigned line, column;
  kn_position(x->file, at.begin, &line, &column);
  const char *path = kn_source_at(x->file, at.begin)->path, *slash = strrchr(path, '/');
  return kn_text(x->file, "%s:%u", slash ? slash + 1 : path, line);
}

/*===----------------------------------------------------------------------===//
 * Phases
 *===----------------------------------------------------------------------===*/

static int64_t fact(const struct pg_program *p, unsigned phase, const char *name,
                    int64_t otherwise) {
  for (unsigned i = 0; i < p->num_facts; i++)
    if (p->facts[i].phase == phase && !strcmp(p->facts[i].name, name))
      return p->facts[i].value;
  return otherwise;
}

static void print_distribution(struct explain *x, unsigned phase) {
  const struct pg_program *p = &x->prediction.program;
  int64_t pes = (int64_t)p->grid_rows * p->grid_cols, tiles = fact(p, phase, "tiles", -1);
  int64_t blocks = fact(p, phase, "blocks", -1), parts = fact(p, phase, "parts", 1);
  if (tiles >= 0)
    printf("  dealt out     %" PRId64 " tile%s to %" PRId64 " PEs, %" PRId64 " at most to one%s\n",
           tiles, tiles == 1 ? "" : "s", pes, (tiles + pes - 1) / pes,
           tiles < pes ? ": the others have nothing to do" : "");
  if (blocks >= 0)
    printf("  dealt out     %" PRId64 " block%s of results to each PE%s\n", blocks,
           blocks == 1 ? "" : "s",
           parts > 1 ? kn_text(x->file,
                               "; k in %" PRId64 " parts over neighbours of a row, added up "
                               "by the reduction network",
                               parts)
                     : "");
}

static void print_units(struct explain *x, unsigned phase) {
  static const char *const work[KN_NUM_RESOURCES] = {[KN_FI_IN] = "loads",
                                                     [KN_FI_OUT] = "stores",
                                                     [KN_DPE] = "mml",
                                                     [KN_RE] = "accumulators",
                                                     [KN_SE] = "drain, elements",
                                                     [KN_MLU] = "layout",
                                                     [KN_VECTOR] = "arithmetic",
                                                     [KN_VECTOR_MEMORY] =
                                                         "loads and stores of core 1",
                                                     [KN_SRAM] = "this PE's share",
                                                     [KN_DRAM] = "this PE's share",
                                                     [KN_CORE0] = "issues DMAs",
                                                     [KN_CORE1] = "issues everything else"};
  const struct tl_phase *p = &x->prediction.result.phases[phase];
  for (int i = 0; i < KN_LATENCY; i++)
    if (p->busy[i] >= 1) {
      printf("    %-9s %9.0f cycles busy  %3.0f %%  %s", kn_resource_name((enum kn_resource)i),
             p->busy[i], share(p->busy[i], p->cycles), work[i]);
      if (p->commands[i])
        printf(", %u command%s", p->commands[i], p->commands[i] == 1 ? "" : "s");
      putchar('\n');
    }
}

static void print_lines(struct explain *x, unsigned phase) {
  const struct pg_program *p = &x->prediction.program;
  bool head = false;
  for (const struct kn_stmt *s = x->kernel->stmts; s; s = s->next) {
    unsigned line, column;
    kn_position(x->file, s->range.begin, &line, &column);
    for (unsigned i = 0; i < p->num_lines; i++) {
      const struct pg_line *l = &p->lines[i];
      if (l->phase != phase || l->line != line || l->cycles < 1)
        continue;
      if (!head)
        puts("  core 1 computes");
      head = true;
      printf("    %-24s %9.0f cycles  %s\n", place(x, s->range), l->cycles,
             kn_stmt_text(x->file, s));
    }
  }
  if (!head && x->prediction.result.phases[phase].busy[KN_DPE] > 0)
    puts("  the matrix units multiply (dot-product engine, accumulators, SIMD engine), core 1 "
         "issues");
}

/* By the numbers that the decisions give: what lies between two barriers of the sub-grid may be
 * several phases, or the rest of one. */
static const char *phase_name(struct explain *x, unsigned phase) {
  const struct pg_program *p = &x->prediction.program;
  const char *name = "";
  unsigned last = 0;
  for (unsigned i = 0; i <= phase; i++)
    for (unsigned part = 1; part < 64; part++)
      if (p->parts[i] >> part & 1) {
        last = part;
        if (i == phase)
          name = kn_text(x->file, "%s%s%u", name, *name ? ", " : "", part);
      }
  if (!*name)
    return kn_text(x->file, "phase %u goes on", last);
  return kn_text(x->file, "phase%s %s", strchr(name, ',') ? "s" : "", name);
}

static void print_phase(struct explain *x, unsigned i) {
  const struct tl_result *r = &x->prediction.result;
  const struct tl_phase *p = &r->phases[i];
  printf("\n%s%s: %.0f cycles, bound by %s", phase_name(x, i),
         i ? " (behind a barrier of the sub-grid)" : "", p->cycles, kn_resource_name(p->bound));
  if (p->bound == KN_LATENCY)
    printf(": nothing is busy for half of the time");
  else
    printf(" (%.0f %% busy)", share(p->busy[p->bound], p->cycles));
  if (x->options->measure && i < x->measured.num_phases)
    printf("; measured %.0f, %s", x->measured.phases[i],
           difference(x, p->cycles, x->measured.phases[i]));
  putchar('\n');
  print_distribution(x, i);
  print_lines(x, i);
  print_units(x, i);
}

/*===----------------------------------------------------------------------===//
 * Local memory
 *===----------------------------------------------------------------------===*/

static void print_local(struct explain *x) {
  const struct pg_program *p = &x->prediction.program;
  if (!p->num_buffers)
    return;
  int64_t end = 0;
  for (unsigned i = 0; i < p->num_buffers; i++)
    if (p->buffers[i].base + p->buffers[i].size > end)
      end = p->buffers[i].base + p->buffers[i].size;
  printf("\nlocal memory of a PE: %" PRId64 " of %d B in circular buffers\n", end,
         KN_DEV_local_bytes);
  for (unsigned i = 0; i < p->num_buffers; i++) {
    const struct pg_buffer *b = &p->buffers[i];
    char bar[33];
    for (int k = 0; k < 32; k++) {
      int64_t from = (int64_t)k * KN_DEV_local_bytes / 32, to = from + KN_DEV_local_bytes / 32;
      bar[k] = b->base < to && b->base + b->size > from && b->size ? '#' : '.';
    }
    bar[32] = 0;
    printf("  phase %-2u |%s| %6" PRId64 " .. %6" PRId64 "  %s, %" PRId64 " B\n", b->part, bar,
           b->base, b->base + b->size, b->name, b->size);
  }
}

/*===----------------------------------------------------------------------===//
 * The whole
 *===----------------------------------------------------------------------===*/

static void print_bytes(struct explain *x) {
  const struct pg_totals *p = &x->prediction.totals;
  double local = p->in_bytes + p->saved_bytes + p->out_bytes;
  const double predicted[] = {local, p->in_bytes, p->out_bytes, 0};
  const double measured[] = {x->measured.stats.dma_bytes, x->measured.stats.sram_read,
                             x->measured.stats.sram_written, x->measured.stats.dram};
  static const char *const names[] = {"local memory, by DMA", "SRAM, read", "SRAM, written",
                                      "DRAM"};
  puts("\nbytes moved, all PEs");
  for (int i = 0; i < 4; i++) {
    printf("  %-22s %12s", names[i], bytes_text(x, predicted[i]));
    if (x->options->measure)
      printf("  measured %12s  %s", bytes_text(x, measured[i]),
             difference(x, predicted[i], measured[i]));
    putchar('\n');
  }
  if (p->saved_bytes > 0)
    printf("  %-22s %12s read once for several PEs\n", "saved by multicast",
           bytes_text(x, p->saved_bytes));
}

static void print_decisions(struct explain *x) {
  if (!x->notes.first)
    return;
  puts("\ndecisions");
  for (const struct kn_decided *d = x->notes.first; d; d = d->next) {
    printf("  %s: %s\n", place(x, d->at), d->what);
    if (*d->why)
      printf("    because %s\n", d->why);
    if (*d->instead)
      printf("    instead of %s\n", d->instead);
  }
}

static enum kn_resource bound_of_all(const struct tl_result *r) {
  double most = 0;
  enum kn_resource bound = KN_LATENCY;
  for (unsigned i = 0; i < r->num_phases; i++)
    if (r->phases[i].cycles > most) {
      most = r->phases[i].cycles;
      bound = r->phases[i].bound;
    }
  return bound;
}

static void print_text(struct explain *x) {
  const struct kn_prediction *p = &x->prediction;
  printf("%s: kernel %s", place(x, x->kernel->range), x->kernel->name);
  for (const struct kn_dim *d = x->kernel->dims; d; d = d->next)
    if (d->name && !d->expr)
      printf(", %s = %" PRId64, d->name, d->size);
  printf(", grid %ux%u\n", x->options->target.grid_rows, x->options->target.grid_cols);
  printf("predicted %.0f cycles (%.1f us), without the launch; bound by %s\n", p->result.cycles,
         p->result.cycles / KN_DEV_clock_mhz, kn_resource_name(bound_of_all(&p->result)));
  if (x->options->measure)
    printf("measured  %.0f cycles: the prediction is off by %s\n", (double)x->measured.stats.cycles,
           difference(x, p->result.cycles, (double)x->measured.stats.cycles));
  if (p->program.unknown[0])
    printf("a guess: the cost of %s is not known\n", p->program.unknown);
  if (p->result.stuck)
    puts("a guess: commands wait for what this model does not see");
  for (unsigned i = 0; i < p->result.num_phases; i++)
    print_phase(x, i);
  print_local(x);
  print_bytes(x);
  print_decisions(x);
}

static void print_json(struct explain *x) {
  const struct kn_prediction *p = &x->prediction;
  printf("{\"kernel\": \"%s\", \"cycles\": %.0f, \"bound\": \"%s\", \"least_vector_cycles\": %.0f, "
         "\"guess\": \"%s\", "
         "\"sram_read\": %.0f, \"sram_written\": %.0f, \"multicast_saved\": %.0f,\n",
         x->kernel->name, p->result.cycles, kn_resource_name(bound_of_all(&p->result)),
         p->least_vector_cycles, p->result.stuck ? "stuck" : p->program.unknown, p->totals.in_bytes,
         p->totals.out_bytes, p->totals.saved_bytes);
  if (x->options->measure)
    printf(" \"measured\": %.0f,\n", (double)x->measured.stats.cycles);
  printf(" \"phases\": [");
  for (unsigned i = 0; i < p->result.num_phases; i++) {
    const struct tl_phase *phase = &p->result.phases[i];
    printf("%s\n  {\"cycles\": %.0f, ", i ? "," : "", phase->cycles);
    if (x->options->measure && i < x->measured.num_phases)
      printf("\"measured\": %.0f, ", x->measured.phases[i]);
    printf("\"bound\": \"%s\", \"busy\": {", kn_resource_name(phase->bound));
    for (int k = 0; k < KN_LATENCY; k++)
      printf("%s\"%s\": %.0f", k ? ", " : "", kn_resource_name((enum kn_resource)k),
             phase->busy[k]);
    printf("}}");
  }
  puts("\n ]}");
}

bool kn_explain_command(struct kn_file *file, struct kn_kernel *k, const struct kn_options *given,
                        char *(*emit_c)(struct kn_file *, struct kn_kernel *,
                                        const struct kn_options *),
                        kn_compile *compile) {
  struct kn_options o = *given;
  struct explain *x = kn_alloc(file, sizeof *x);
  *x = (struct explain){.file = file, .kernel = k, .options = &o};
  x->notes.tail = &x->notes.first;
  o.target.notes = &x->notes;
  if (!o.measure && !kn_require_static(file, k))
    return false;
  char *text = o.measure  ? kn_measure(file, k, &o, compile, &x->measured)
               : o.output ? compile(file, k, &o, o.output)
                          : emit_c(file, k, &o);
  if (!text)
    return false;
  bool ok = kn_predict(&x->prediction, file, k, &o.target, text);
  if (ok && o.json)
    print_json(x);
  else if (ok)
    print_text(x);
  kn_prediction_free(&x->prediction);
  free(text);
  return ok;
}
