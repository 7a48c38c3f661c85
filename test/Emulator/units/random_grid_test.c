// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random streams on grids: what PEs do together (reductions of both kinds, counters and locks,
// barriers, multicast) and what the CP does itself (command registers, buffers, waits). Every
// result and all state are bit by bit the model's, timed, functional and with random delays.

#include "machine.h"
#include "model.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { CB_IN = 5, CB_FREE = 9, ROUNDS = 60, STREAMS = 40, MAX_PES = 12, TABLE = 1 << 18 };

struct expectation {
  unsigned program, step;
  uint64_t rd;
};

struct grid {
  struct machine *m;
  struct model *model; // one per PE
  struct dice dice;
  unsigned rows, cols, pes;
  struct expectation *expect;
  unsigned expected, capacity;
};

static struct mtia_pe *pe_of(struct grid *g, unsigned i) { return &g->m->dev.pe[i]; }

// What was put last on core 0 of PE i gives rd.
static void expect(struct grid *g, unsigned i, uint64_t rd) {
  if (g->expected == g->capacity) {
    g->capacity = 2 * g->capacity + 64;
    g->expect = realloc(g->expect, g->capacity * sizeof *g->expect);
    assert_non_null(g->expect);
  }
  g->expect[g->expected++] = (struct expectation){2 * i, g->m->program[2 * i].count - 1, rd};
}

static void set_cr(struct grid *g, unsigned i, unsigned cr, uint64_t low, uint64_t high) {
  PUT(g->m, pe_of(g, i), 0, CR_W2, low, high, (uint8_t)cr);
  model_cr_w2(&g->model[i], (int)cr, low, high);
}

static void everybody_meets(struct grid *g, uint8_t scope) {
  bool arrived[2 * MAX_PES];
  for (unsigned i = 0; i < g->pes; i++)
    for (unsigned core = 0; core < (scope == 1 ? 1u : 2u); core++) {
      PUT(g->m, pe_of(g, i), core, BAR, 0, 0, scope);
      arrived[2 * i + core] = true;
    }
  assert_true(scope == 1 || model_bar(arrived, (int)(2 * g->pes)));
}

//===-- Reductions ------------------------------------------------------------===//

static void load_accumulators(struct grid *g) {
  for (unsigned i = 0; i < g->pes; i++) {
    struct model *o = &g->model[i];
    uint8_t acc = (uint8_t)roll(&g->dice, 4);
    uint32_t offset = 4 * roll(&g->dice, 500);
    if (model_cb_fill(o, CB_IN) < (int64_t)(offset + 31 * 132 + 128))
      continue;
    set_cr(g, i, CR_BLOCK, 32 | 32 << 16, 0);
    set_cr(g, i, CR_BIAS, offset, 132);
    PUT(g->m, pe_of(g, i), 0, ACC_LOAD, 0, 0, acc, CB_IN, 0, 0);
    model_load(o, acc, CB_IN, 0, 0);
  }
}

// Part of each row from west to east, or of each column from north to south. All take the same
// accumulator or each its own.
static void reduce(struct grid *g) {
  struct dice *d = &g->dice;
  bool down = roll(d, 2);
  unsigned lines = down ? g->cols : g->rows, length = down ? g->rows : g->cols;
  for (unsigned line = 0; line < lines; line++) {
    unsigned first = roll(d, length), last = first + roll(d, length - first);
    bool flt = roll(d, 2);
    struct model *before = NULL;
    for (unsigned k = first; k <= last && first < last; k++) {
      unsigned i = down ? k * g->cols + line : line * g->cols + k;
      uint8_t acc = (uint8_t)roll(d, 4);
      uint8_t in = k == first ? 0 : down ? RED_IN_NORTH : RED_IN_WEST;
      uint8_t out = k == last ? 0 : down ? RED_OUT_SOUTH : RED_OUT_EAST;
      put_step(g->m, pe_of(g, i), 0, flt ? MTIA_OP_REDF : MTIA_OP_RED, 0, 0,
               (const uint8_t[8]){acc, in, out});
      model_red(&g->model[i], acc, before, flt);
      before = &g->model[i];
    }
  }
}

//===-- Counters --------------------------------------------------------------===//

// Several PEs add to one counter, whose owner waits for all of it; then somebody takes it as a
// lock, and the owner sets it. Between the three parts everybody meets.
static void count(struct grid *g) {
  struct dice *d = &g->dice;
  unsigned owner = roll(d, g->pes), locker = roll(d, g->pes);
  uint8_t ctr = (uint8_t)roll(d, 32);
  struct model *o = &g->model[owner];
  everybody_meets(g, 1);
  for (unsigned n = 1 + roll(d, 6); n--;) {
    uint64_t amount = roll(d, 5) ? roll(d, 1000) : (uint64_t)roll(d, 1000) << 32;
    PUT(g->m, pe_of(g, roll(d, g->pes)), 0, CTR_ADD, owner, amount, ctr);
    model_ctr_add(o, ctr, amount);
  }
  PUT(g->m, pe_of(g, owner), 0, CTR_WAIT, o->counter[ctr], 0, ctr);
  assert_true(model_ctr_wait(o, ctr, o->counter[ctr]));
  put_step(g->m, pe_of(g, owner), 0, MTIA_OP_CTR_GET, 0, 0, (const uint8_t[8]){ctr});
  expect(g, owner, model_ctr_get(o, ctr));
  everybody_meets(g, 1);
  if (roll(d, 2)) {
    PUT(g->m, pe_of(g, locker), 0, CTR_TAS, owner, 0, ctr);
    expect(g, locker, model_ctr_tas(o, ctr));
    everybody_meets(g, (uint8_t)(1 + roll(d, 2)));
    // A lock is given back by -1. What the same PE adds behind it arrives behind it.
    static const uint64_t amounts[] = {(uint64_t)-1, 1000};
    for (unsigned k = 0; k < 2; k++) {
      PUT(g->m, pe_of(g, locker), 0, CTR_ADD, owner, amounts[k], ctr);
      model_ctr_add(o, ctr, amounts[k]);
    }
    PUT(g->m, pe_of(g, owner), 0, CTR_WAIT, o->counter[ctr], 0, ctr);
    everybody_meets(g, 1);
  }
  if (roll(d, 2)) {
    uint64_t value = roll(d, 100);
    PUT(g->m, pe_of(g, owner), 0, CTR_SET, value, 0, (uint8_t)(ctr ^ 1));
    model_ctr_set(o, ctr ^ 1, value);
    everybody_meets(g, 1);
    put_step(g->m, pe_of(g, owner), 0, MTIA_OP_CTR_GET, 0, 0, (const uint8_t[8]){ctr ^ 1});
    expect(g, owner, model_ctr_get(o, ctr ^ 1));
    everybody_meets(g, 1);
  }
}

//===-- Data ------------------------------------------------------------------===//

// One PE alone, or all of each row or column with one load.
static void load(struct grid *g) {
  struct dice *d = &g->dice;
  uint8_t mc = (uint8_t)roll(d, 3);
  unsigned lines = mc == 0 ? g->pes : mc == 1 ? g->rows : g->cols;
  unsigned members = g->pes / lines;
  for (unsigned line = 0; line < lines; line++) {
    uint32_t width = 1 + roll(d, 600), padded = (width + 31) / 32 * 32, rows = 1 + roll(d, 5);
    uint32_t pitch = 32 * roll(d, 40);
    uint64_t offset = 32 * roll(d, TABLE / 64);
    bool room = true;
    for (unsigned k = 0; k < members; k++) {
      unsigned i = mc == 2 ? k * g->cols + line : line * members + k;
      room &= model_cb_waits(&g->model[i], CB_IN, (uint64_t)rows * padded);
    }
    for (unsigned k = 0; k < members && room; k++) {
      unsigned i = mc == 2 ? k * g->cols + line : line * members + k;
      set_cr(g, i, CR_DMA_IN, width, 0);
      set_cr(g, i, CR_DMA_IN_PITCH, pitch, 0);
      set_cr(g, i, CR_MCAST, ((1u << g->cols) - 1) | ((1u << g->rows) - 1) << 16, 0);
      if (!roll(d, 3)) {
        set_cr(g, i, CR_PREFETCH, 1 + roll(d, 300), 32 * roll(d, 20));
        PUT(g->m, pe_of(g, i), 0, DMA_PREFETCH, MTIA_DRAM_BASE + offset, 1 + roll(d, 3), 0);
        model_prefetch(&g->model[i]);
      }
      PUT(g->m, pe_of(g, i), 0, DMA_IN, MTIA_DRAM_BASE + offset, rows, CB_IN, mc);
      model_dma_in(&g->model[i], CB_IN, offset, rows);
    }
  }
}

static void move_pointers(struct grid *g, unsigned i) {
  struct dice *d = &g->dice;
  struct model *o = &g->model[i];
  struct mtia_pe *pe = pe_of(g, i);
  uint64_t n = 32 * roll(d, (uint32_t)model_cb_fill(o, CB_IN) / 32 + 1);
  PUT(g->m, pe, 0, CB_WAITD, n, 0, CB_IN);
  assert_true(model_cb_waitd(o, CB_IN, n));
  PUT(g->m, pe, 0, CB_POP, n, 0, CB_IN);
  model_cb_pop(o, CB_IN, n);
  uint64_t used = (uint64_t)model_cb_fill(o, CB_FREE);
  n = 32 * roll(d, (uint32_t)((o->cb[CB_FREE].size - used) / 32 + 1));
  PUT(g->m, pe, 0, CB_WAITS, n, 0, CB_FREE);
  assert_true(model_cb_waits(o, CB_FREE, n));
  PUT(g->m, pe, 0, CB_PUSH, n, 0, CB_FREE);
  model_cb_push(o, CB_FREE, n);
  PUT(g->m, pe, 0, SYNC, 0, 0, 0);
  assert_true(model_sync(o));
  for (unsigned k = 0; k < 2; k++) {
    uint8_t cb = k ? CB_FREE : CB_IN;
    uint64_t by = roll(d, 4) ? roll(d, 10000) : roll(d, -1u);
    PUT(g->m, pe, 0, CB_HEAD, by, 0, cb);
    expect(g, i, model_cb_head(o, cb, by));
    PUT(g->m, pe, 0, CB_TAIL, by, 0, cb);
    expect(g, i, model_cb_tail(o, cb, by));
    PUT(g->m, pe, 0, CB_FILL, 0, 0, cb);
    expect(g, i, (uint64_t)model_cb_fill(o, cb));
  }
  if (roll(d, 2)) {
    uint64_t base = MTIA_LOCAL_BASE + 0x10000 + 32 * roll(d, 100), size = 32 * (1 + roll(d, 300));
    PUT(g->m, pe, 0, CB_INIT, base, size, CB_FREE);
    model_cb_init(o, CB_FREE, base, size);
  }
}

static void registers(struct grid *g, unsigned i) {
  struct dice *d = &g->dice;
  struct model *o = &g->model[i];
  struct mtia_pe *pe = pe_of(g, i);
  for (unsigned n = 4; n--;) {
    uint8_t cr = (uint8_t)roll(d, 29), sel = (uint8_t)roll(d, 8);
    uint64_t value = pair(roll(d, -1u), roll(d, -1u)), other = pair(roll(d, -1u), roll(d, -1u));
    switch (roll(d, 3)) {
    case 0:
      PUT(g->m, pe, 0, CR_W, value, 0, cr);
      model_cr_w(o, cr, value);
      break;
    case 1:
      PUT(g->m, pe, 0, CR_W2, value, other, cr);
      model_cr_w2(o, cr, value, other);
      break;
    default:
      PUT(g->m, pe, 0, CR_ADD, value, 0, cr);
      model_cr_add(o, cr, value);
    }
    PUT(g->m, pe, 0, CR_R, 0, 0, cr);
    expect(g, i, model_cr_r(o, cr));
    PUT(g->m, pe, 0, ID, 0, 0, sel);
    expect(g, i, model_id(sel, (int)pe->row, (int)pe->col, 0, (int)g->rows, (int)g->cols));
  }
}

//===-- Streams ---------------------------------------------------------------===//

static void some_round(struct grid *g) {
  switch (roll(&g->dice, 10)) {
  case 0:
  case 1:
    load(g);
    break;
  case 2:
    load_accumulators(g);
    break;
  case 3:
    count(g);
    break;
  case 4:
    move_pointers(g, roll(&g->dice, g->pes));
    break;
  case 5:
    registers(g, roll(&g->dice, g->pes));
    break;
  case 6:
    everybody_meets(g, (uint8_t)roll(&g->dice, 3));
    break;
  default:
    reduce(g);
  }
}

static void grid_new(struct grid *g, uint64_t seed, bool functional) {
  g->dice.state = seed;
  g->rows = 1 + roll(&g->dice, 4);
  g->cols = 1 + roll(&g->dice, 3);
  g->pes = g->rows * g->cols;
  g->m = machine_new(g->rows, g->cols, functional);
  g->model = calloc(g->pes, sizeof *g->model);
  uint8_t *memory = calloc(1, TABLE);
  assert_true(g->model && memory);
  roll_bytes(&g->dice, memory, TABLE);
  // A third of the words are numbers between 2^-32 and 2^31, so that sums are not all NaN or
  // infinite; others are NaN and the like by chance or here.
  for (unsigned i = 0; i + 8 <= TABLE; i += 12) {
    uint32_t special[] = {0x7F800000, 0xFF800000, 0x7F800001, 0xFFC00123,
                          0x80000000, 1,          0x807FFFFF};
    uint32_t word =
        roll(&g->dice, 20) ? 0x30000000 + roll(&g->dice, 0x20000000) : special[roll(&g->dice, 7)];
    memcpy(memory + i, &word, 4);
    memory[i + 7] = (uint8_t)(0x30 + roll(&g->dice, 0x20) + 128 * roll(&g->dice, 2));
  }
  memcpy(g->m->dram, memory, TABLE);
  for (unsigned i = 0; i < g->pes; i++) {
    g->model[i].memory = memory;
    PUT(g->m, pe_of(g, i), 0, CB_INIT, MTIA_LOCAL_BASE, 32768, CB_IN);
    model_cb_init(&g->model[i], CB_IN, MTIA_LOCAL_BASE, 32768);
    PUT(g->m, pe_of(g, i), 0, CB_INIT, MTIA_LOCAL_BASE + 0x10000, 4096, CB_FREE);
    model_cb_init(&g->model[i], CB_FREE, MTIA_LOCAL_BASE + 0x10000, 4096);
    for (uint8_t acc = 0; acc < 4; acc++)
      PUT(g->m, pe_of(g, i), 0, ACC_ZERO, 0, 0, acc);
  }
}

static void one_grid(uint64_t seed, bool functional, bool delays) {
  struct grid g = {0};
  grid_new(&g, seed, functional);
  g.m->dev.schedule = delays ? seed : 0;
  for (unsigned i = 0; i < ROUNDS; i++)
    some_round(&g);
  for (unsigned i = 0; i < 2 * g.pes; i++)
    PUT(g.m, pe_of(&g, i / 2), i % 2, SYNC, 0, 0, 0);
  bool runs = true;
  PUT(g.m, pe_of(&g, 0), 0, HALT, 0, 0, 0);
  model_halt(&runs);
  assert_false(runs);
  if (!machine_run(g.m)) {
    mtia_cp_report(pe_of(&g, 0), stderr);
    fail_msg("seed %lu does not end", (unsigned long)seed);
  }
  for (unsigned k = 0; k < g.expected; k++) {
    const struct expectation *e = &g.expect[k];
    const struct step *s = &g.m->program[e->program].step[e->step];
    if (s->rd != e->rd)
      fail_msg("seed %lu: PE %u step %u: %#lx, the model has %#lx", (unsigned long)seed,
               e->program / 2, e->step, (unsigned long)s->rd, (unsigned long)e->rd);
  }
  for (unsigned i = 0; i < g.pes; i++) {
    const struct mtia_pe *pe = pe_of(&g, i);
    assert_memory_equal(pe->cp->acc, g.model[i].acc, sizeof g.model[i].acc);
    assert_memory_equal(pe->cp->counter, g.model[i].counter, sizeof g.model[i].counter);
    assert_memory_equal(pe->local, g.model[i].local, sizeof g.model[i].local);
  }
  free(g.model[0].memory);
  free(g.model);
  free(g.expect);
  machine_free(g.m);
}

static void timed(void **state) {
  for (uint64_t seed = 1; seed <= STREAMS; seed++)
    one_grid(seed, false, false);
}

static void functional(void **state) {
  for (uint64_t seed = 1; seed <= STREAMS; seed++)
    one_grid(seed, true, false);
}

static void delayed(void **state) {
  for (uint64_t seed = 1; seed <= STREAMS; seed++)
    one_grid(seed, false, true);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(timed), cmocka_unit_test(functional),
                                     cmocka_unit_test(delayed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
