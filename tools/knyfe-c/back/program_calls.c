// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls of what headers do for both cores: <mtia/knyfe_bags.h>, <mtia/knyfe_move.h>.
#include "program_follow.h"

#include <math.h>

static double smaller(double a, double b) { return a < b ? a : b; }

static double up(double a, double by) { return (double)(long)((a + by - 1) / by) * by; }

//===----------------------------------------------------------------------===//
// kn_bags((struct kn_bags){...}): <mtia/knyfe_bags.h> once more, as events
//===----------------------------------------------------------------------===//

enum { INDEX, WEIGHT, OFFSET, ROWS, ZERO, OUT, SUM }; // buffers
enum { CHUNK = 256, WINDOW = 2048 };                  // indices per load; bytes of offsets

struct bags {
  double indices, number, columns, pool;      // of all PEs; a row
  double index, offset, weight;               // bytes
  double row, touched, padded, result, final; // bytes
  unsigned bits;
  bool extreme;
  const struct ct_function *finish;
  double mine, rows; // bags and rows of a PE
  double group, batch;
  double window; // bytes of offsets that a row of PEs fetches; 0: more than there is room for
  double behind; // calls in a row that come before
  double uneven; // what the busiest slice of the SRAM has to do beyond the mean
};

static struct bags read_bags(struct follow *f, const struct ct_expr *list) {
  enum { GROUP = 32, LEAST = 8, GATHERS = 16, BATCH = 2048, STORES = 4, RING = 96 * 1024 };
  const double pes = f->p->grid_rows * f->p->grid_cols, now = f->pipes.now;
  struct bags b = {.indices = (double)pg_field(f, list, "indices", 1),
                   .number = (double)pg_field(f, list, "bags", 1),
                   .columns = (double)pg_field(f, list, "columns", 1),
                   .pool = (double)pg_field(f, list, "pool", 0),
                   .index = (double)(1 << pg_field(f, list, "index_log2", 2)),
                   .offset = (double)(1 << pg_field(f, list, "offset_log2", 2)),
                   .bits = (unsigned)pg_field(f, list, "bits", 32),
                   .extreme = pg_field(f, list, "extreme", 0) != 0,
                   .behind = (double)pg_field(f, list, "behind", 0)};
  f->pipes.now = now;
  for (unsigned i = 0; i < list->num_args; i++) {
    const struct ct_expr *e = list->args[i];
    if (e->op != CT_FIELD)
      continue;
    b.weight = !strcmp(e->text, "weights") ? 4 : b.weight;
    for (const struct ct_function *g = f->t->functions; g && !strcmp(e->text, "finish");
         g = g->next)
      if (e->a->op == CT_NAME && g->name == e->a->text)
        b.finish = g;
  }
  if (b.pool > 0)
    b.indices = b.number * b.pool;
  b.row = b.columns * b.bits / 8 + (double)pg_field(f, list, "beside", 0);
  b.touched = up(b.row, 32); // sectors
  b.padded = b.touched;
  b.result = up(4 * b.columns, 32);
  b.final = up(b.columns * (double)pg_field(f, list, "out_size", 4), 32);
  f->pipes.now = now;
  b.mine = (double)(long)(b.number / pes + 0.999);
  b.rows = b.number > 0 ? b.indices / b.number * b.mine : 0;
  b.group = smaller(GROUP, larger((double)(long)(RING / (4 * b.padded)), 1));
  b.group = smaller(
      b.group, larger((double)(long)(b.indices / pes / GATHERS), b.extreme ? 2 * LEAST : LEAST));
  b.batch = larger((double)(long)(BATCH / larger(b.result, b.final)), 1);
  b.batch = smaller(b.batch, larger((double)(long)(b.number / pes / STORES), 1));
  b.window = up((2 * (double)(long)(b.number / f->p->grid_rows) + 1) * b.offset, 32);
  b.window = b.pool > 0 || b.window > WINDOW ? 0 : smaller(b.window, (b.number + 1) * b.offset);
  // Rows at random places: so many meet in one of 64 slices more than in others, less of several
  // calls, as some PEs are ahead.
  b.uneven = 2.4 * sqrt(KN_DEV_sram_slices / larger(b.indices * (b.behind + 1), 1));
  return b;
}

static struct pg_event *on(struct follow *f, enum pg_kind kind, uint8_t cb, double bytes) {
  struct pg_event *e = pg_emit(f, kind);
  e->cb[0] = cb;
  e->bytes = bytes;
  return e;
}

// The call in front is done.
static void leave(struct follow *f) {
  pg_emit(f, PG_SYNC);
  pg_emit(f, PG_BAR_PE);
}

static void make_buffers(struct follow *f) {
  enum { ROOM = 128 * 1024 };
  static const unsigned of_core0[] = {WEIGHT, OUT, SUM};
  for (size_t i = 0; i < sizeof of_core0 / sizeof *of_core0; i++)
    pg_buffer(f, of_core0[i], NULL, 0, ROOM);
  pg_buffer(f, ROWS, NULL, 0, ROOM * 3 / 4);
}

// Core 0 asks for the first indices before it knows which are its own, and for the offsets that say
// it; those of many bags each core reads through the cache.
static void find_share(struct follow *f, const struct bags *b) {
  enum { ENTER = 60, WINDOW_MADE = 42, MADE = 64, LOOK = 40, READ = 20 };
  const double early = smaller(CHUNK, b->rows + b->rows / larger(b->mine, 1) + 12);
  scalar(f, b->behind > 0 ? ENTER / 2 : ENTER);
  pg_dma(f, true, INDEX, 1, b->index * smaller(early, b->indices), CHUNK * b->index, 1);
  scalar(f, WINDOW_MADE);
  if (b->window > 0)
    pg_dma(f, true, OFFSET, 1, b->window, WINDOW, f->p->grid_cols);
  if (b->behind > 0)
    leave(f);
  make_buffers(f);
  scalar(f, MADE);
  pg_emit(f, PG_BAR_PE); // core 1 knows its buffers
  if (b->window > 0)
    on(f, PG_WAITD, OFFSET, WINDOW);
  else
    scalar(f, READ + KN_DEV_core_cache_miss +
                  kn_cost_latency(false, f->p->grid_rows, f->p->grid_cols));
  scalar(f, LOOK);
}

// Core 0: indices, some ahead, and the rows that they name.
static void gather_rows(struct follow *f, const struct bags *b) {
  enum { AHEAD = 3, LOAD = 24, GATHER = 12, MOST = 512 };
  const double chunk = b->pool > 0 ? b->pool : CHUNK, place = CHUNK * b->index;
  const double group = larger(b->group, b->rows / MOST);
  double loaded = 0;
  if (b->pool > 0) {
    make_buffers(f);
    pg_emit(f, PG_BAR_PE);
    scalar(f, 130);
  } else {
    find_share(f, b);
  }
  for (double at = 0; at < b->rows; at += chunk) {
    for (; loaded < b->rows && loaded < at + AHEAD * chunk; loaded += chunk) {
      const double n = smaller(chunk, b->rows - loaded);
      if (b->pool > 0 || loaded > 0) {
        scalar(f, LOAD);
        pg_dma(f, true, INDEX, 1, b->index * n, place, 1);
      }
      if (b->weight > 0) {
        scalar(f, LOAD / 2);
        pg_dma(f, true, WEIGHT, 1, b->weight * n, up(b->weight * n, 32), 1);
      }
    }
    on(f, PG_WAITD, INDEX, place);
    const double end = smaller(at + chunk, b->rows);
    for (double i = at, n; i < end; i += n) {
      n = smaller(group, end - i);
      scalar(f, GATHER);
      on(f, PG_WAITS, ROWS, n * b->padded);
      pg_dma(f, true, ROWS, n, b->touched, n * b->padded, 1)->uneven = (float)b->uneven;
    }
    on(f, PG_POP, INDEX, place);
  }
}

static void store_batch(struct follow *f, const struct bags *b, double first, double bags) {
  if (b->finish) {
    const struct value local = {
        .type = {32, 1, true, true}, .known = true, .is_pointer = true, .local = true};
    const struct value args[] = {number(0),
                                 local,
                                 local,
                                 local,
                                 number((int64_t)first),
                                 number((int64_t)(first + bags)),
                                 number(0),
                                 number((int64_t)b->columns)};
    on(f, PG_PUSH, SUM, bags * b->result);
    on(f, PG_WAITD, SUM, bags * b->result);
    pg_call_values(f, b->finish, args, sizeof args / sizeof *args);
    on(f, PG_POP, SUM, bags * b->result);
  }
  scalar(f, 12);
  on(f, PG_PUSH, OUT, bags * b->final);
  pg_dma(f, false, OUT, bags, b->final, bags * b->final, 1);
}

// Core 1: the SE adds rows up, or itself finds the greatest.
static void add_rows(struct follow *f, const struct bags *b) {
  enum { BAG = 22, GROUP = 8, VECTOR = 64, EXTREME = 120, MOST = 512 };
  const double each = b->mine > 0 ? b->rows / b->mine : 0;
  // Of very many bags several are one here.
  const double joined = larger((double)(long)(b->rows / b->group / MOST), 1);
  double waiting = 0;
  if (b->behind > 0)
    leave(f);
  if (b->pool > 0)
    pg_emit(f, PG_BAR_PE);
  scalar(f, b->behind > 0 ? 40 : 110);
  if (b->pool <= 0)
    pg_emit(f, PG_BAR_PE);
  if (b->window > 0) {
    on(f, PG_WAITD, OFFSET, WINDOW);
    on(f, PG_POP, OFFSET, WINDOW);
    scalar(f, 60);
  } else if (b->pool <= 0) {
    scalar(f, KN_DEV_core_cache_miss + kn_cost_latency(false, f->p->grid_rows, f->p->grid_cols));
    pg_dma(f, true, OFFSET, 1, smaller(b->mine * b->offset, 512), 512, 1);
    on(f, PG_WAITD, OFFSET, 512);
  }
  for (double bag = 0; bag < b->mine; bag += joined) {
    scalar(f, BAG * joined);
    for (double i = 0, n; i < each * joined; i += n) {
      n = smaller(b->group * joined, each * joined - i);
      if (b->extreme) {
        on(f, PG_WAITD, ROWS, n * b->padded);
        scalar(f, (double)(long)((b->columns + VECTOR - 1) / VECTOR) * (EXTREME + 12 * n));
      } else {
        scalar(f, GROUP);
        struct pg_event *e =
            pg_unit(f, KN_SE, kn_cost_se(n, b->columns, b->bits), KN_DEV_se_latency, 255);
        e->cb[0] = ROWS;
        e->offset[0] = (int64_t)(n * b->padded) - 1;
        e->out = b->finish ? SUM : OUT;
      }
      on(f, PG_POP, ROWS, n * b->padded);
    }
    waiting += joined;
    if (waiting >= b->batch || bag + joined >= b->mine) {
      store_batch(f, b, bag + joined - waiting, waiting);
      waiting = 0;
    }
  }
}

static void bags(struct follow *f, const struct ct_expr *list) {
  enum { ROOM = 128 * 1024 };
  const struct bags b = read_bags(f, list);
  const double pes = f->p->grid_rows * f->p->grid_cols;
  if (b.number <= 0 || b.columns <= 0)
    return;
  if (f->totals) {
    if (f->core == 0) {
      pg_dma(f, true, PG_NO_CB, b.indices / pes, b.touched, 0, 1);
      pg_dma(f, true, PG_NO_CB, 1, (b.indices * (b.index + b.weight) + b.number * b.offset) / pes,
             0, 1);
      pg_dma(f, false, PG_NO_CB, b.number / pes, b.final, 0, 1);
    }
    return;
  }
  if (f->core == 0 && b.behind <= 0) {
    pg_buffer(f, INDEX, NULL, 0, ROOM);
    pg_buffer(f, OFFSET, NULL, 0, ROOM);
  }
  if (f->core == 0)
    gather_rows(f, &b);
  else
    add_rows(f, &b);
}

//===----------------------------------------------------------------------===//
// Others
//===----------------------------------------------------------------------===//

// kn_rows(table, out, index, index_log2, rows, bytes), of core 0.
static void copied_rows(struct follow *f, const struct ct_expr *e) {
  enum { START_AND_END = 350 };
  double pes = f->p->grid_rows * f->p->grid_cols;
  double words = (double)(1 << pg_evaluate(f, e->args[3]).i);
  double rows = (double)pg_evaluate(f, e->args[4]).i, bytes = (double)pg_evaluate(f, e->args[5]).i;
  if (f->core == 0) {
    pg_dma(f, true, PG_NO_CB, rows / pes, bytes, 0, 1);
    pg_dma(f, true, PG_NO_CB, 1, rows * words / pes, 0, 1);
    pg_dma(f, false, PG_NO_CB, rows / pes, bytes, 0, 1);
  } else
    scalar(f, kn_cost_memory(false, rows, rows * (2 * bytes + words)) / 0.93 + START_AND_END);
}

// kn_move(&(struct kn_move){...}): <mtia/knyfe_move.h>. Both sides move by rows of tiles, whole
// sectors of them; the SRAM is busy but for a start and an end, which tiles share.
static void moved(struct follow *f, const struct ct_expr *list) {
  enum { TILE = 128, WIDE = 2048, SECTOR = 32, TILES = 6, START_AND_END = 250, ALONE = 200 };
  const double now = f->pipes.now, pes = f->p->grid_rows * f->p->grid_cols;
  const double size = (double)(1 << pg_field(f, list, "log2", 0));
  const double rows = (double)pg_field(f, list, "rows", 1);
  const double columns = (double)pg_field(f, list, "columns", 1);
  const double bytes = (double)pg_field(f, list, "count", 1) * rows * columns * size / pes;
  const bool turned = pg_field(f, list, "turned", 0) != 0;
  const double most = turned ? TILE : WIDE;
  const double in = smaller(columns * size, most);
  const double out = turned ? smaller(rows * size, most) : in;
  f->pipes.now = now;
  if (bytes <= 0)
    return;
  if (f->core == 0) {
    pg_dma(f, true, PG_NO_CB, bytes / in, in, 0, 1);
    pg_dma(f, false, PG_NO_CB, bytes / out, out, 0, 1);
    return;
  }
  const double touched = bytes / in * up(in, SECTOR) + bytes / out * up(out, SECTOR);
  const double moves[] = {kn_cost_memory(false, 1, touched) * pes,
                          kn_cost_dma(true, bytes / in, in), kn_cost_dma(false, bytes / out, out),
                          !turned ? 0
                          : size > 4
                              ? kn_cost_mlu(bytes / size, size)
                              : larger(kn_cost_mlu(bytes / in, in), kn_cost_mlu(bytes / out, out))};
  double longest = 0;
  for (int i = 0; i < 4; i++)
    longest = larger(longest, moves[i]);
  const double tiles = larger(smaller(bytes / (SECTOR / size * in), TILES), 1);
  scalar(f, longest + START_AND_END + ALONE / tiles);
}

bool pg_library_call(struct follow *f, const struct ct_expr *e) {
  if (!strcmp(e->text, "kn_move") && e->num_args == 1 && e->args[0]->op == CT_UNARY)
    moved(f, e->args[0]->a->a);
  else if (!strcmp(e->text, "kn_rows") && e->num_args == 6)
    copied_rows(f, e);
  else if (!strcmp(e->text, "kn_bags") && e->num_args == 1 && e->args[0]->op == CT_CAST)
    bags(f, e->args[0]->a);
  else
    return false;
  return true;
}
