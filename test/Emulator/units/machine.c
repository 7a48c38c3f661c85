// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "machine.h"
#include "check.h"
#include "check_slow.h"
#include "debug.h"
#include "race.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct fake_event {
  uint64_t time, order;
  mtia_event_fn *fn;
  void *ctx;
  uint64_t arg;
};

static struct machine *machine_of(const struct mtia_device *dev) {
  return (struct machine *)(uintptr_t)dev; // its first member
}

// A heap: the first is the next.
static bool before(const struct fake_event *a, const struct fake_event *b) {
  return a->time != b->time ? a->time < b->time : a->order < b->order;
}

//===-- What the units call ---------------------------------------------------===//

void mtia_at(struct mtia_device *dev, uint64_t time, mtia_event_fn *fn, void *ctx, uint64_t arg) {
  struct machine *m = machine_of(dev);
  if (m->events == m->event_capacity) {
    m->event_capacity = m->event_capacity ? 2 * m->event_capacity : 64;
    m->event = realloc(m->event, m->event_capacity * sizeof *m->event);
    assert_non_null(m->event);
  }
  if (time < m->now)
    time = m->now;
  struct fake_event e = {time, m->order++, fn, ctx, arg};
  unsigned i = m->events++;
  for (; i && before(&e, &m->event[(i - 1) / 2]); i = (i - 1) / 2)
    m->event[i] = m->event[(i - 1) / 2];
  m->event[i] = e;
}

static struct fake_event pop_event(struct machine *m) {
  struct fake_event top = m->event[0], last = m->event[--m->events];
  unsigned i = 0;
  for (unsigned child; (child = 2 * i + 1) < m->events; i = child) {
    if (child + 1 < m->events && before(&m->event[child + 1], &m->event[child]))
      child++;
    if (!before(&m->event[child], &last))
      break;
    m->event[i] = m->event[child];
  }
  m->event[i] = last;
  return top;
}

uint64_t mtia_now(const struct mtia_device *dev) { return machine_of(dev)->now; }

void mtia_core_wake(struct mtia_core *core, uint64_t time) {
  if (core->state != MTIA_CORE_WAITING)
    return;
  core->state = MTIA_CORE_RUNNING;
  if (time > core->cycle)
    core->cycle = time;
}

enum mtia_level mtia_mem_level(const struct mtia_device *dev, uint64_t addr) {
  if (addr >= MTIA_DRAM_BASE)
    return MTIA_DRAM;
  if (addr >= MTIA_SRAM_BASE)
    return MTIA_SRAM;
  if (addr >= MTIA_REMOTE_BASE)
    return MTIA_REMOTE;
  return addr >= MTIA_LOCAL_BASE ? MTIA_LOCAL : MTIA_NOWHERE;
}

static uint8_t *within(uint8_t *base, uint64_t offset, uint64_t len, uint64_t size) {
  return offset <= size && len <= size - offset ? base + offset : NULL;
}

uint8_t *mtia_mem(struct mtia_device *dev, const struct mtia_pe *pe, uint64_t addr, uint64_t len) {
  struct machine *m = machine_of(dev);
  switch (mtia_mem_level(dev, addr)) {
  case MTIA_LOCAL:
    mtia_defer_finish(&m->dev.pe[pe->index]);
    return within(pe->local, addr - MTIA_LOCAL_BASE, len, m->params.local_bytes);
  case MTIA_REMOTE: {
    uint64_t index = (addr - MTIA_REMOTE_BASE) / MTIA_LOCAL_ROOM;
    uint64_t row = index / MTIA_REMOTE_COLUMNS, col = index % MTIA_REMOTE_COLUMNS;
    if (row >= dev->rows || col >= dev->cols)
      return NULL;
    mtia_defer_finish(&dev->pe[row * dev->cols + col]);
    return within(dev->pe[row * dev->cols + col].local, addr % MTIA_LOCAL_ROOM, len,
                  m->params.local_bytes);
  }
  case MTIA_SRAM:
    return within(m->sram, addr - MTIA_SRAM_BASE, len, SRAM_BYTES);
  case MTIA_DRAM:
    return within(m->dram, addr - MTIA_DRAM_BASE, len, DRAM_BYTES);
  default:
    return NULL;
  }
}

bool mtia_error_set(struct mtia_error *error, enum mtia_error_category category, const char *fmt,
                    ...) {
  fail_msg("mtia_error_set: %s", fmt);
  return false;
}

void mtia_fail(struct mtia_device *dev, enum mtia_error_category category, const char *fmt, ...) {
  struct machine *m = machine_of(dev);
  va_list args;
  va_start(args, fmt);
  vsnprintf(m->failure, sizeof m->failure, fmt, args);
  va_end(args);
  m->failures++;
  if (!m->expect_failure)
    fail_msg("mtia_fail: %s", m->failure);
}

// Never called: there is neither dev->debug nor dev->check.
void mtia_debug_command(const struct mtia_command *c) {}
void mtia_debug_counter(const struct mtia_cp *cp, unsigned cb, const char *counter,
                        uint64_t value) {}
void mtia_check_command(struct mtia_command *c) {}
void mtia_check_command_end(struct mtia_device *dev) {}
void mtia_check_cb_read(const struct mtia_cp *cp, unsigned cb, uint64_t b, const void *to,
                        uint32_t bytes) {}
void mtia_check_cb_write(const struct mtia_cp *cp, unsigned cb, uint64_t b, const void *from,
                         uint32_t bytes) {}
void mtia_check_release(const struct mtia_cp *cp, unsigned cb, uint64_t from, uint64_t to,
                        const struct mtia_command *c) {}
void mtia_check_move(const struct mtia_command *c) {}
void mtia_check_init(const struct mtia_pe *pe, unsigned cb) {}
void mtia_check_count(struct mtia_core *from, uint64_t pc, const struct mtia_pe *to,
                      unsigned counter, uint64_t old, uint64_t amount) {}
void mtia_slow_dma(const struct mtia_command *c) {}
void mtia_race_issue(struct mtia_command *c) {}
void mtia_race_start(struct mtia_command *const *c, unsigned count) {}
void mtia_race_move(struct mtia_command *c, bool publish) {}
void mtia_race_retire(struct mtia_command *c) {}
void mtia_race_issued(struct mtia_core *core, const struct mtia_insn *insn, uint64_t rs1) {}
void mtia_race_barrier(struct mtia_core *core, unsigned scope) {}
void mtia_race_count(struct mtia_core *core, struct mtia_pe *to, unsigned counter) {}
void mtia_race_counted(struct mtia_pe *from, struct mtia_pe *to, unsigned counter, uint64_t old) {}

char *mtia_where_pc(struct mtia_device *dev, uint64_t pc, char *buffer, size_t size) {
  snprintf(buffer, size, "step %" PRIu64, pc / 4);
  return buffer;
}

//===-- Which commands the tests execute --------------------------------------===//

static bool executed[MTIA_NUM_OPS];

// For test/Emulator/command-coverage.test.
static void list_executed(void) {
  static const char *const names[] = {
      "",
#define MTIA_INSN(id, mnemonic, match, mask, form, unit) mnemonic,
#include "mtia/mtia_insn.inc"
#undef MTIA_INSN
  };
  FILE *out = fopen(getenv("MTIA_COMMANDS"), "w");
  for (unsigned op = 1; out && op < MTIA_NUM_OPS; op++)
    if (executed[op])
      fprintf(out, "%s\n", names[op]);
  if (out)
    fclose(out);
}

static void note_executed(unsigned op) {
  static bool listed;
  executed[op] = true;
  if (!listed && getenv("MTIA_COMMANDS"))
    atexit(list_executed);
  listed = true;
}

//===-- The machine -----------------------------------------------------------===//

struct machine *machine_new(unsigned rows, unsigned cols, bool functional) {
  return machine_of_params(&mtia_v1_params, rows, cols, functional);
}

struct machine *machine_of_params(const struct mtia_device_params *params, unsigned rows,
                                  unsigned cols, bool functional) {
  struct machine *m = calloc(1, sizeof *m);
  assert_non_null(m);
  unsigned pes = rows * cols;
  m->params = *params;
  m->dev =
      (struct mtia_device){.p = &m->params, .functional = functional, .rows = rows, .cols = cols};
  m->dev.pe = calloc(pes, sizeof *m->dev.pe);
  m->program = calloc(2 * pes, sizeof *m->program);
  m->sram = calloc(1, SRAM_BYTES);
  m->dram = calloc(1, DRAM_BYTES);
  assert_true(m->dev.pe && m->program && m->sram && m->dram);
  struct mtia_error error = {0};
  assert_true(mtia_grid_create(&m->dev, &error));
  for (unsigned i = 0; i < pes; i++) {
    struct mtia_pe *pe = &m->dev.pe[i];
    pe->row = i / cols;
    pe->col = i % cols;
    pe->index = i;
    pe->dev = &m->dev;
    pe->local = calloc(1, m->params.local_bytes);
    assert_non_null(pe->local);
    for (unsigned c = 0; c < 2; c++) {
      pe->core[c].dev = &m->dev;
      pe->core[c].pe = pe;
      pe->core[c].id = (uint8_t)c;
      pe->core[c].hart = 2 * i + c;
      pe->core[c].state = MTIA_CORE_RUNNING;
    }
    assert_true(mtia_cp_create(&m->dev, pe, &error));
  }
  return m;
}

void machine_free(struct machine *m) {
  unsigned pes = m->dev.rows * m->dev.cols;
  for (unsigned i = 0; i < pes; i++) {
    mtia_cp_destroy(&m->dev, &m->dev.pe[i]);
    free(m->dev.pe[i].local);
    free(m->program[2 * i].step);
    free(m->program[2 * i + 1].step);
  }
  mtia_grid_destroy(&m->dev);
  free(m->dev.pe);
  free(m->program);
  free(m->sram);
  free(m->dram);
  free(m->event);
  free(m);
}

struct step *put_step(struct machine *m, const struct mtia_pe *pe, unsigned core, unsigned op,
                      uint64_t rs1, uint64_t rs2, const uint8_t x[8]) {
  struct program *p = &m->program[2 * pe->index + core];
  if (p->count == p->capacity) {
    p->capacity = p->capacity ? 2 * p->capacity : 64;
    p->step = realloc(p->step, p->capacity * sizeof *p->step);
    assert_non_null(p->step);
  }
  struct step *s = &p->step[p->count++];
  *s = (struct step){.insn = {.op = (uint16_t)op}, .rs1 = rs1, .rs2 = rs2};
  memcpy(s->insn.x, x, 8);
  return s;
}

// Issues the core's next step, or ends its program.
static void step_core(struct machine *m, struct mtia_core *core) {
  struct program *p = &m->program[core->hart];
  struct step *s = &p->step[p->next];
  uint32_t extra = 0;
  struct mtia_trap trap = {0};
  m->now = core->cycle;
  core->pc = 4ull * p->next;
  enum mtia_issue result = mtia_cp_issue(core, &s->insn, s->rs1, s->rs2, &s->rd, &extra, &trap);
  if (result == MTIA_ISSUE_STALL) {
    core->state = MTIA_CORE_WAITING;
    return;
  }
  m->traps += result == MTIA_ISSUE_TRAP;
  if (result == MTIA_ISSUE_TRAP && !m->skip_traps)
    fail_msg("PE (%u,%u) core %u step %u: trap %" PRIu64 ": %s", core->pe->row, core->pe->col,
             core->id, p->next, trap.tval, mtia_cp_fault(core));
  if (result != MTIA_ISSUE_TRAP)
    note_executed(s->insn.op);
  s->issued = core->cycle;
  core->cycle += m->dev.functional ? 1 : 1 + extra;
  p->next++;
}

bool machine_run(struct machine *m) {
  unsigned cores = 2 * m->dev.rows * m->dev.cols;
  for (unsigned i = 0; i < cores; i++)
    if (m->program[i].next == 0)
      m->dev.pe[i / 2].core[i % 2].cycle += m->program[i].delay;
  for (;;) {
    struct mtia_core *core = NULL;
    for (unsigned i = 0; i < cores; i++) {
      struct mtia_core *c = &m->dev.pe[i / 2].core[i % 2];
      if (c->state == MTIA_CORE_RUNNING && m->program[i].next < m->program[i].count &&
          (!core || c->cycle < core->cycle))
        core = c;
    }
    const struct fake_event *event = m->events ? m->event : NULL;
    if (!core && !event)
      break;
    if (event && (!core || event->time <= core->cycle)) {
      struct fake_event e = pop_event(m);
      m->now = e.time;
      e.fn(&m->dev, e.ctx, e.arg);
    } else {
      step_core(m, core);
    }
    if (m->now > m->end)
      m->end = m->now;
  }
  bool finished = true;
  for (unsigned i = 0; i < cores; i++)
    finished &= m->program[i].next == m->program[i].count && mtia_cp_idle(&m->dev.pe[i / 2]);
  return finished;
}

uint64_t try_step(struct machine *m, const struct mtia_pe *pe, unsigned core, unsigned op,
                  uint64_t rs1, uint64_t rs2, const uint8_t x[8]) {
  struct mtia_insn insn = {.op = (uint16_t)op};
  struct mtia_trap trap = {0};
  uint64_t rd = 0;
  uint32_t extra = 0;
  memcpy(insn.x, x, 8);
  enum mtia_issue result =
      mtia_cp_issue(&m->dev.pe[pe->index].core[core], &insn, rs1, rs2, &rd, &extra, &trap);
  assert_int_not_equal(result, MTIA_ISSUE_STALL);
  if (result != MTIA_ISSUE_TRAP) {
    note_executed(op);
    return 0;
  }
  assert_int_equal(trap.cause, 24);
  assert_int_not_equal(trap.tval, 0);
  assert_true(mtia_cp_fault(&m->dev.pe[pe->index].core[core])[0]);
  return trap.tval;
}

uint32_t roll(struct dice *d, uint32_t below) {
  // xorshift64*
  d->state ^= d->state >> 12;
  d->state ^= d->state << 25;
  d->state ^= d->state >> 27;
  return (uint32_t)((d->state * 0x2545F4914F6CDD1D) >> 32) % below;
}

void roll_bytes(struct dice *d, void *to, size_t bytes) {
  uint8_t *p = to;
  for (size_t i = 0; i < bytes; i++)
    p[i] = (uint8_t)roll(d, 256);
}
