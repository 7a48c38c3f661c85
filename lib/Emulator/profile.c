// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cycles by instruction, then by source line. Instructions are executed one by one, as
// a debugger steps. What passes between the start of an instruction and that of the
// next one of the same core is its: the time until its operands are there, its own,
// and, of a command, the time that the core waits for it.
#include "profile.h"
#include "debug.h"
#include "image.h"
#include "units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, LINES = 25, FUNCTIONS = 10, TEXT = 60 };
#define LEAST 0.002 // share of the cycles below which a line is not printed

struct spot {
  uint64_t cycles, waited, count;
};

struct page {
  struct page *next;
  uint64_t pc;
  struct spot spot[PAGE / 2];
};

// What a core had done when it last began an instruction.
struct mark {
  uint64_t pc, cycle, waited, retired;
  bool set;
};

struct mtia_profile {
  struct mark *mark; // by core
  struct page *pages, *recent;
};

bool mtia_profile_create(struct mtia_device *dev) {
  struct mtia_profile *profile = calloc(1, sizeof *profile);
  if (!profile)
    return false;
  profile->mark = calloc(2 * (size_t)dev->rows * dev->cols, sizeof *profile->mark);
  dev->profile = profile;
  return profile->mark;
}

void mtia_profile_destroy(struct mtia_device *dev) {
  struct mtia_profile *profile = dev->profile;
  if (!profile)
    return;
  for (struct page *page = profile->pages; page;) {
    struct page *next = page->next;
    free(page);
    page = next;
  }
  free(profile->mark);
  free(profile);
  dev->profile = NULL;
}

//===-- Counting --------------------------------------------------------------===//

static struct spot *spot_of(struct mtia_device *dev, uint64_t pc) {
  struct mtia_profile *profile = dev->profile;
  struct page *page = profile->recent;
  if (!page || page->pc != pc / PAGE) {
    for (page = profile->pages; page && page->pc != pc / PAGE;)
      page = page->next;
    if (!page) {
      page = calloc(1, sizeof *page);
      if (!page) {
        mtia_fail(dev, MTIA_ERR_HOST, "out of memory for the profile");
        return NULL;
      }
      page->pc = pc / PAGE;
      page->next = profile->pages;
      profile->pages = page;
    }
    profile->recent = page;
  }
  return &page->spot[pc % PAGE / 2];
}

// Gives the instruction at the mark what the core has done since, and moves the mark.
static void charge(struct mtia_core *c) {
  struct mark *mark = &c->dev->profile->mark[2 * c->pe->index + c->id];
  struct spot *spot = mark->set ? spot_of(c->dev, mark->pc) : NULL;
  if (spot) {
    spot->cycles += c->cycle - mark->cycle;
    spot->waited += c->wait_cycles - mark->waited;
    spot->count += c->instret - mark->retired;
  }
  *mark = (struct mark){c->pc, c->cycle, c->wait_cycles, c->instret, true};
}

enum mtia_exit mtia_profile_run(struct mtia_core *c) { return mtia_debug_steps(c, charge); }

//===-- Report ----------------------------------------------------------------===//

// A line or a function: `file` is NULL if nothing is known.
struct place {
  const char *file, *function;
  int line;
  uint64_t pc;
  struct spot sum;
};

static int by_line(const void *x, const void *y) {
  const struct place *a = x, *b = y;
  int order = strcmp(a->file ? a->file : "", b->file ? b->file : "");
  if (order || a->line != b->line)
    return order ? order : a->line < b->line ? -1 : 1;
  return a->file ? 0 : strcmp(a->function, b->function);
}

static int by_function(const void *x, const void *y) {
  const struct place *a = x, *b = y;
  return strcmp(a->function, b->function);
}

static int by_cycles(const void *x, const void *y) {
  const struct place *a = x, *b = y;
  if (a->sum.cycles != b->sum.cycles)
    return a->sum.cycles > b->sum.cycles ? -1 : 1;
  return a->pc < b->pc ? -1 : a->pc > b->pc;
}

// One place for all that `order` takes for the same; the most cycles first.
static size_t merge(struct place *place, size_t n, int (*order)(const void *, const void *)) {
  size_t kept = 0;
  if (n)
    qsort(place, n, sizeof *place, order);
  for (size_t i = 0; i < n; i++) {
    struct place *last = kept ? &place[kept - 1] : NULL;
    if (!last || order(last, &place[i]) != 0) {
      place[kept++] = place[i];
      continue;
    }
    last->sum.cycles += place[i].sum.cycles;
    last->sum.waited += place[i].sum.waited;
    last->sum.count += place[i].sum.count;
    last->pc = last->pc < place[i].pc ? last->pc : place[i].pc;
  }
  if (kept)
    qsort(place, kept, sizeof *place, by_cycles);
  return kept;
}

static size_t collect(struct mtia_device *dev, struct place **result) {
  size_t n = 0;
  for (const struct page *page = dev->profile->pages; page; page = page->next)
    for (unsigned i = 0; i < PAGE / 2; i++)
      n += page->spot[i].cycles || page->spot[i].count;
  struct place *place = *result = calloc(n + 1, sizeof *place);
  if (!place)
    return 0;
  for (const struct page *page = dev->profile->pages; page; page = page->next)
    for (unsigned i = 0; i < PAGE / 2; i++) {
      if (!page->spot[i].cycles && !page->spot[i].count)
        continue;
      place->pc = page->pc * PAGE + 2 * i;
      place->sum = page->spot[i];
      const struct mtia_symbol *symbol = mtia_image_symbol(dev, place->pc);
      place->function = symbol ? symbol->name : "?";
      if (!mtia_image_line(dev, place->pc, &place->file, &place->line))
        place->file = NULL;
      place++;
    }
  return n;
}

// The text of a line without the blanks around it, cut to what fits; "" if the file isn't there.
static const char *source_text(const struct place *place, char *buffer, size_t size) {
  FILE *file = fopen(place->file, "r");
  *buffer = 0;
  if (!file)
    return buffer;
  char *line = NULL;
  size_t room = 0;
  ssize_t length = 0;
  for (int i = 0; i < place->line && length >= 0; i++)
    length = getline(&line, &room, file);
  if (length > 0) {
    const char *text = line + strspn(line, " \t");
    size_t n = strcspn(text, "\r\n");
    snprintf(buffer, size, "%.*s", (int)(n < size - 1 ? n : size - 1), text);
  }
  free(line);
  fclose(file);
  return buffer;
}

static double percent(uint64_t part, uint64_t whole) {
  return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void print_numbers(FILE *out, const struct spot *sum, uint64_t all) {
  fprintf(out, "%14" PRIu64 " %6.1f %8.1f %14" PRIu64 "  ", sum->cycles, percent(sum->cycles, all),
          percent(sum->waited, sum->cycles), sum->count);
}

static void print_heads(FILE *out, const char *what) {
  fprintf(out, "%14s %6s %8s %14s  %s\n", "cycles", "%", "waiting%", "instructions", what);
}

// Was compiled with -g, though the compiler has given some instructions no line.
static bool has_lines(const struct place *place, size_t n, const char *function) {
  for (size_t i = 0; i < n; i++)
    if (place[i].file && !strcmp(place[i].function, function))
      return true;
  return false;
}

static void print_lines(FILE *out, const struct place *place, size_t n, uint64_t all) {
  print_heads(out, "source line");
  struct spot rest = {0};
  size_t others = 0;
  for (size_t i = 0; i < n; i++) {
    char text[TEXT + 1];
    if (i >= LINES || (double)place[i].sum.cycles < LEAST * (double)all) {
      rest.cycles += place[i].sum.cycles;
      rest.waited += place[i].sum.waited;
      rest.count += place[i].sum.count;
      others++;
      continue;
    }
    print_numbers(out, &place[i].sum, all);
    if (place[i].file)
      fprintf(out, "%s:%d: %s\n", place[i].file, place[i].line,
              source_text(&place[i], text, sizeof text));
    else
      fprintf(out, "%s (no line%s)\n", place[i].function,
              has_lines(place, n, place[i].function) ? "" : "; compile with -g");
  }
  if (others) {
    print_numbers(out, &rest, all);
    fprintf(out, "%zu other line%s\n", others, others == 1 ? "" : "s");
  }
}

static void print_functions(FILE *out, struct place *place, size_t n, uint64_t all) {
  n = merge(place, n, by_function);
  print_heads(out, "function");
  for (size_t i = 0; i < n && i < FUNCTIONS; i++) {
    print_numbers(out, &place[i].sum, all);
    fprintf(out, "%s\n", place[i].function);
  }
}

void mtia_write_profile(struct mtia_device *dev, FILE *out) {
  struct place *place;
  struct spot all = {0};
  if (!dev->profile)
    return;
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++)
    if (dev->pe[i / 2].core[i % 2].state != MTIA_CORE_OFF)
      charge(&dev->pe[i / 2].core[i % 2]);
  size_t n = collect(dev, &place);
  if (!place)
    return;
  for (size_t i = 0; i < n; i++) {
    all.cycles += place[i].sum.cycles;
    all.waited += place[i].sum.waited;
    all.count += place[i].sum.count;
  }
  n = merge(place, n, by_line);
  fprintf(out,
          "profile: %" PRIu64 " cycles of all cores together, %.1f %% of them waiting, %" PRIu64
          " instructions\n",
          all.cycles, percent(all.waited, all.cycles), all.count);
  print_lines(out, place, n, all.cycles);
  fputc('\n', out);
  print_functions(out, place, n, all.cycles);
  free(place);
  if (mtia_is_kernel(dev) && !dev->functional) {
    fputc('\n', out);
    mtia_units_bounds_text(dev, mtia_cycles(dev), out);
  }
}
