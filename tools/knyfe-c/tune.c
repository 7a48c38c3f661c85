// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- tune.c - --tune: a faster schedule by trying some --------------------===//
 *
 * A climb: from the schedule that was fastest so far, every move (one decision more, or another
 * one) is a candidate; that which promises most is tried next. Candidates that the compiler
 * refuses, or for which it writes a text that was tried already, take no run. One that fails, hangs
 * or gives another result is skipped.
 *===----------------------------------------------------------------------===*/
#include "tune.h"
#include "back/explain.h"
#include "check.h"
#include "data.h"
#include "diag.h"
#include "interp.h"
#include "measure.h"
#include "names.h"
#include "process.h"
#include "tune_cache.h"
#include "tune_moves.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  LOOKS = 32,  /* predictions before a run, at most */
  WORTH = 500, /* a decision more is one for a 500th of the cycles at least */
};

struct candidate {
  struct kn_decision *schedule;
  const struct kn_decision *move; /* what it adds to the base */
  char *text;                     /* C */
  uint64_t hash;
};

/* What is known of a move. */
struct knowledge {
  double gain;      /* cycles with it over those without, when it was tried; 0: it was not */
  double predicted; /* the same by the cost model, on the present base; 0: nobody looked */
  double luck;      /* from the seed: an order of what is as good as each other */
  bool used;        /* tried, or refused, on the present base */
};

struct search {
  struct kn_file *file;
  struct kn_kernel *kernel;
  const struct kn_options *o;
  const struct kn_ways *ways;
  struct kn_decision *user; /* the schedule as written */
  struct kn_moves moves;
  struct knowledge *known; /* of each move */
  struct kn_tune_cache cache;
  uint64_t *seen; /* texts that were tried */
  unsigned num_seen;
  unsigned runs, kept, skipped;
  /* For runs; only when there is one. */
  char *dir, *elf;
  void **data;
  double **errors;
  bool ready, inputs_saved;
  double predicted_best; /* by the cost model; 0: it does not say */
  uint64_t first, best;  /* cycles of the compiler's own choice and of the best schedule */
  struct kn_decision *best_schedule;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number) { interrupted = number; }

/* SIGINT and SIGTERM end the search, unless they are ignored. */
static void catch(int number, struct sigaction *before) {
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(number, NULL, before);
  if (before->sa_handler != SIG_IGN)
    sigaction(number, &action, NULL);
}

/*===----------------------------------------------------------------------===*
 * Candidates
 *===----------------------------------------------------------------------===*/

/* The base with a move in place of what is about the same. */
static struct kn_decision *with_move(struct search *s, const struct kn_decision *base,
                                     const struct kn_decision *move) {
  struct kn_decision *list = NULL, **tail = &list;
  for (const struct kn_decision *d = base; d || move; d = d ? d->next : NULL) {
    const struct kn_decision *from = d;
    if (!d || (move && kn_same_subject(d, move))) {
      from = move;
      move = NULL;
    }
    *tail = kn_alloc(s->file, sizeof **tail);
    **tail = *from;
    (*tail)->next = NULL;
    tail = &(*tail)->next;
  }
  return list;
}

static void print_schedule(FILE *out, const struct kn_decision *d, const char *before,
                           const char *behind) {
  for (; d; d = d->next) {
    fputs(before, out);
    kn_print_decision(out, d);
    fputs(d->next ? behind : "", out);
  }
}

/* Text without what depends on where the source lies. */
static uint64_t hash_text(const char *text) {
  uint64_t hash = KN_HASH;
  for (size_t n; *text; text += n + (text[n] != 0)) {
    n = strcspn(text, "\n");
    if (strncmp(text, "#line", 5) && strncmp(text, "//", 2))
      hash = kn_hash(hash, text, n);
  }
  return hash;
}

/* The C text for a schedule, without messages; false if the compiler refuses it. */
static bool emit(struct search *s, struct candidate *c) {
  struct kn_decision *before = s->kernel->schedule;
  struct kn_quiet quiet;
  kn_quiet_begin(&quiet, s->file);
  s->kernel->schedule = c->schedule;
  struct kn_options o = *s->o;
  o.target.verbose = false;
  c->text = s->ways->emit_c(s->file, s->kernel, &o);
  s->kernel->schedule = before;
  kn_quiet_end(&quiet, s->file);
  if (c->text)
    c->hash = hash_text(c->text);
  return c->text != NULL;
}

/* What the cost model (--explain) says, 0 if it does not. */
static double predict(struct search *s, const struct candidate *c) {
  struct kn_prediction p;
  struct kn_quiet quiet;
  kn_quiet_begin(&quiet, s->file);
  bool ok = kn_predict(&p, s->file, s->kernel, &s->o->target, c->text) && !p.result.stuck;
  kn_quiet_end(&quiet, s->file);
  double cycles = ok ? p.result.cycles : 0;
  kn_prediction_free(&p);
  return cycles;
}

static bool was_tried(const struct search *s, uint64_t hash) {
  for (unsigned i = 0; i < s->num_seen; i++)
    if (s->seen[i] == hash)
      return true;
  return false;
}

static bool is_new(struct search *s, uint64_t hash) {
  if (was_tried(s, hash))
    return false;
  s->seen[s->num_seen++] = hash;
  return true;
}

/*===----------------------------------------------------------------------===*
 * Runs
 *===----------------------------------------------------------------------===*/

static bool prepare(struct search *s) {
  if (s->ready)
    return true;
  s->errors = kn_new_errors(s->file, s->kernel);
  s->dir = kn_make_temp_dir();
  if (!s->errors || !s->dir)
    return false;
  s->elf = kn_join_path(s->dir, "kernel.elf");
  return s->ready = kn_interpret(s->file, s->kernel, s->data, s->errors);
}

/* Cycles, 0 if it is bad: it fails, differs, or is not faster than the compiler's choice. */
static uint64_t run(struct search *s, const struct candidate *c, const char **why) {
  struct kn_run_stats stats;
  struct kn_run r = {.dir = s->dir,
                     .elf = s->elf,
                     .c_text = c->text,
                     .rows = s->o->grids[0].rows,
                     .cols = s->o->grids[0].cols,
                     .inputs_saved = s->inputs_saved,
                     .quiet = s->first != 0,
                     .max_cycles = s->first ? s->first + 20000 : 0};
  *why = "does not compile";
  if (!s->ways->compile_c(c->text, strlen(c->text), s->kernel->name, s->o, s->elf, s->first != 0))
    return 0;
  *why = "fails, or takes longer";
  s->inputs_saved = true;
  if (!kn_run_kernel(s->kernel, s->o, &r, s->data, &stats))
    return 0;
  *why = "gives another result";
  if (!kn_outputs_agree(s->kernel, s->dir, s->data, s->errors))
    return 0;
  *why = NULL;
  return stats.cycles;
}

static void say(const struct search *s, const struct candidate *c, uint64_t cycles, const char *why,
                bool kept) {
  if (!s->o->target.verbose)
    return;
  fputs("knyfe-c: tune: ", stderr);
  print_schedule(stderr, c->schedule, "", "; ");
  fputs(c->schedule ? ": " : "as the compiler chooses: ", stderr);
  if (cycles)
    fprintf(stderr, "%" PRIu64 " cycles", cycles);
  else
    fprintf(stderr, "skipped, it %s", why ? why : "was no good before");
  fputs(kept ? " (kept from before)\n" : "\n", stderr);
}

/* Cycles of a candidate, from the cache or by a run; 0 if it is bad. *ok: false after a message. */
static uint64_t measure(struct search *s, const struct candidate *c, bool *ok) {
  const struct kn_tune_entry *e = kn_tune_cache_find(&s->cache, c->hash);
  const char *why = NULL;
  uint64_t cycles;
  *ok = true;
  s->runs++;
  if (e && (e->cycles || s->first)) {
    s->kept++;
    cycles = e->cycles;
  } else {
    if (!prepare(s))
      return *ok = false;
    cycles = run(s, c, &why);
    if (interrupted && !cycles)
      return 0; /* it may have ended for that */
    if (cycles || s->first)
      kn_tune_cache_add(&s->cache, c->hash, cycles);
  }
  s->skipped += cycles == 0;
  say(s, c, cycles, why, e != NULL);
  return cycles;
}

/*===----------------------------------------------------------------------===*
 * The search
 *===----------------------------------------------------------------------===*/

/* A number in [0, 1) that depends on seed and move only. */
static double luck(uint64_t seed, unsigned number) {
  uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) + number;
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return (double)((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
}

/* How far apart two values of the same decision are: doublings. */
static double distance(const struct kn_decision *a, const struct kn_decision *b) {
  double sum = a->word == b->word ? 0 : 1;
  for (unsigned i = 0; i < a->num_values; i++)
    sum += i < b->num_values ? fabs(log2((double)a->values[i] / (double)b->values[i])) : 1;
  return sum;
}

/* How good a move may be, as cycles over those without it: what it was elsewhere, or as the cost
 * model says, or as its nearest neighbours were, or by its kind. */
static double promise(const struct search *s, unsigned i) {
  static const double by_key[] = {[KN_GRID] = 1.10,    [KN_SPLIT] = 0.97,  [KN_TILE] = 0.95,
                                  [KN_RESIDENT] = 1.0, [KN_BUFFERS] = 1.0, [KN_UNIT] = 1.05};
  const struct knowledge *k = &s->known[i];
  const struct kn_decision *move = s->moves.item[i];
  if (k->gain > 0)
    return k->gain;
  if (k->predicted > 0)
    return k->predicted + 0.001 * k->luck;
  double sum = by_key[move->key], weights = 1;
  for (unsigned j = 0; j < s->moves.num; j++)
    if (s->known[j].gain > 0 && kn_same_subject(move, s->moves.item[j])) {
      double weight = 8 / (0.5 + distance(move, s->moves.item[j]));
      sum += weight * fmin(s->known[j].gain, 2);
      weights += weight;
    }
  return sum / weights + 0.1 * k->luck;
}

static int most_promising(const struct search *s) {
  int best = -1;
  for (unsigned i = 0; i < s->moves.num; i++)
    if (!s->known[i].used && (best < 0 || promise(s, i) < promise(s, (unsigned)best)))
      best = (int)i;
  return best;
}

/* A faster schedule was found: everything may be tried on it. */
static void new_base(struct search *s, const struct candidate *c, uint64_t cycles) {
  s->best = cycles;
  s->best_schedule = c->schedule;
  s->predicted_best = predict(s, c);
  for (unsigned j = 0; j < s->moves.num; j++) {
    s->known[j].used = false;
    s->known[j].predicted = 0;
  }
}

/* Is a prediction of it wanted before it is tried? Then it has one, and another one may promise
 * more. */
static bool look(struct search *s, struct knowledge *k, const struct candidate *c,
                 unsigned *looks) {
  if (k->predicted > 0 || !(s->predicted_best > 0) || *looks == LOOKS)
    return false;
  ++*looks;
  double cycles = predict(s, c);
  k->predicted = cycles > 0 ? cycles / s->predicted_best : 1;
  return true;
}

/* Tries what promises most; false if nothing is left, or after a message (*ok). */
static bool step(struct search *s, bool *ok) {
  int i;
  unsigned looks = 0;
  while (!interrupted && (i = most_promising(s)) >= 0) {
    struct knowledge *k = &s->known[i];
    struct candidate c = {.schedule = with_move(s, s->best_schedule, s->moves.item[i])};
    k->used = !emit(s, &c) || was_tried(s, c.hash);
    if (k->used || look(s, k, &c, &looks)) {
      free(c.text);
      continue;
    }
    k->used = is_new(s, c.hash);
    uint64_t cycles = measure(s, &c, ok);
    if (*ok) {
      k->gain = cycles ? (double)cycles / (double)s->best : 2;
      if (cycles && cycles < s->best - s->best / WORTH) {
        new_base(s, &c, cycles);
        k->used = true;
      }
    }
    free(c.text);
    return *ok;
  }
  return false;
}

static bool first_run(struct search *s) {
  struct candidate c = {.schedule = s->user};
  s->kernel->schedule = s->user;
  c.text = s->ways->emit_c(s->file, s->kernel, s->o); /* with messages */
  if (!c.text)
    return false;
  c.hash = hash_text(c.text);
  is_new(s, c.hash);
  bool ok;
  uint64_t cycles = measure(s, &c, &ok);
  s->predicted_best = predict(s, &c);
  free(c.text);
  if (ok && !cycles && !interrupted)
    kn_report_plain(KN_DIAG_check_mismatch,
                    "without tuning, kernel '%s' fails on the emulator or differs from the "
                    "reference interpreter (--check says how)",
                    s->kernel->name);
  s->first = s->best = cycles;
  s->best_schedule = s->user;
  return ok && cycles;
}

/* Of all that a measurement depends on, except the C text. */
static uint64_t key_of(const struct search *s) {
  char *tree = NULL, self[4096];
  size_t size;
  FILE *out = open_memstream(&tree, &size);
  if (!out)
    abort();
  struct kn_decision *schedule = s->kernel->schedule;
  s->kernel->schedule = NULL;
  kn_print(out, s->file, s->kernel);
  s->kernel->schedule = schedule;
  fprintf(out, "%ux%u %s", s->o->grids[0].rows, s->o->grids[0].cols, KNYFE_VERSION);
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  struct stat st; /* another build may write other code around the same text */
  if (n > 0 && (self[n] = 0, stat(self, &st) == 0))
    fprintf(out, " %lld %lld", (long long)st.st_size, (long long)st.st_mtime);
  fclose(out);
  uint64_t key = kn_hash(KN_HASH, tree, size);
  free(tree);
  for (const struct kn_tensor *t = s->kernel->inputs; t; t = t->next) {
    size_t bytes = kn_row_bytes(t);
    for (unsigned i = 0; i + 1 < t->rank; i++)
      bytes *= (size_t)t->dims[i]->size;
    key = kn_hash(key, s->data[t->id], bytes);
  }
  return key;
}

static void print_result(const struct search *s, FILE *out) {
  fputs("schedule {\n", out);
  fprintf(out, "  # %" PRIu64 " cycles", s->best);
  if (s->best < s->first)
    fprintf(out, " instead of %" PRIu64, s->first);
  fprintf(out, " on %u x %u PEs", s->o->grids[0].rows, s->o->grids[0].cols);
  for (const struct kn_dim *d = s->kernel->dims; d; d = d->next)
    if (d->name && !d->expr)
      fprintf(out, ", %s = %" PRId64, d->name, d->size);
  fputs("\n", out);
  print_schedule(out, s->best_schedule, "  ", "\n");
  fprintf(out, "%s}\n", s->best_schedule ? "\n" : "");
  fflush(out);
  fprintf(stderr, "knyfe-c: %u schedule%s tried (%u of them known from before), %u skipped%s\n",
          s->runs, s->runs == 1 ? "" : "s", s->kept, s->skipped,
          interrupted           ? "; interrupted: the same command goes on from here"
          : s->best == s->first ? "; none was faster than the compiler's choice"
                                : "");
}

static bool search(struct search *s) {
  kn_find_moves(s->file, s->kernel, s->o->target.grid_rows, s->o->target.grid_cols, &s->moves);
  s->known = kn_alloc(s->file, (s->moves.num + 1) * sizeof *s->known);
  for (unsigned i = 0; i < s->moves.num; i++)
    s->known[i].luck = luck(s->o->seed, i);
  s->seen = kn_alloc(s->file, (s->o->tune + 1) * sizeof *s->seen);
  kn_tune_cache_open(&s->cache, s->o->tune_cache, key_of(s));
  bool ok = first_run(s), found = ok;
  while (ok && found && !interrupted && s->runs < s->o->tune)
    found = step(s, &ok);
  kn_tune_cache_close(&s->cache);
  return ok;
}

bool kn_tune_command(struct kn_file *file, struct kn_kernel *k, const struct kn_options *o,
                     const struct kn_ways *ways) {
  struct search s = {.file = file, .kernel = k, .o = o, .ways = ways, .user = k->schedule};
  struct sigaction before[2];
  if (k->num_inputs + k->num_outputs > 2 * KN_MAX_ARGS) {
    kn_report_plain(KN_DIAG_usage, "--tune takes kernels of up to %d inputs and outputs",
                    2 * KN_MAX_ARGS);
    return false;
  }
  s.data = kn_alloc(file, (k->num_inputs + k->num_outputs) * sizeof *s.data);
  bool ok = kn_load_data(file, k, o, true, s.data) && kn_require_static(file, k);
  catch(SIGINT, &before[0]);
  catch(SIGTERM, &before[1]);
  ok = ok && search(&s);
  kn_free_errors(k, s.errors);
  kn_free_data(k, s.data);
  kn_remove_temp_dir(s.dir);
  free(s.elf);
  k->schedule = s.best ? s.best_schedule : s.user;
  if (s.best) /* standard output may be taken */
    print_result(&s, o->output && !strcmp(o->output, "-") ? stderr : stdout);
  sigaction(SIGINT, &before[0], NULL);
  sigaction(SIGTERM, &before[1], NULL);
  if (interrupted)
    raise(interrupted);
  return ok && !interrupted;
}
