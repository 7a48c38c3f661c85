// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Breakpoints, watchpoints, single steps and stops of the cores.
//
// A step executes one slot of a private page of decoded code whose other slots
// all stop. The limit of the core's time is just ahead, so that every jump
// leaves, too. Thus a step does exactly what a run would do, time included.
#define _GNU_SOURCE // asprintf
#include "debug.h"
#include "check.h"
#include "device.h"
#include "htif.h"
#include "profile.h"
#include "reference.h"
#include "report.h"
#include "sched.h"
#include "trace.h"
#include "units.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_WATCH_BYTES 4096
#define POLL_NANOSECONDS INT64_C(5000000)
#define COMMAND_BYTES 4

struct point {
  enum mtia_point kind;
  uint64_t addr, len;
  // Write and access watchpoints: what was there at the last look, of each PE whose local memory it
  // is (otherwise of the first).
  uint8_t *seen;
};

struct mtia_debug {
  struct point *point;
  size_t points, room;
  bool watching; // there is a watchpoint

  struct mtia_code_page *step;       // the private page
  const struct mtia_code_page *from; // what it is a copy of
  struct mtia_slot *used;            // its slot that does not stop

  struct mtia_debug_stop stop;
  uint64_t trap_pc, tval; // TRAP, EBREAK
  bool passing;           // a trap is taken that was stopped for
  bool stepping;          // a core may be
  bool holding;           // a core that could go on may not
  bool access_pending;    // the instruction at the core's pc accesses stop.addr
  bool ending;            // the run shall fail as it would without a debugger
  bool changed;           // registers or memory, since the last stop
  uint64_t stuck_at;      // length of the run when it last got stuck

  const char *catch_command;
  int catch_cb;

  bool (*interrupted)(void *);
  void *context;
  int64_t polled;
};

bool mtia_debug_can_step(const struct mtia_device *dev) {
  return !dev->ran && !dev->debug && !dev->gdb && !dev->reference;
}

static bool is_watch(enum mtia_point kind) { return kind >= MTIA_POINT_WRITE; }

//===-- Life ------------------------------------------------------------------===//

struct mtia_debug *mtia_debug_create(struct mtia_device *dev, bool (*interrupted)(void *),
                                     void *context) {
  struct mtia_debug *debug = calloc(1, sizeof *debug);
  struct mtia_code_page *page = aligned_alloc(MTIA_CODE_ALIGN, MTIA_CODE_ALIGN);
  if (!debug || !page) {
    free(debug);
    free(page);
    return NULL;
  }
  memset(page, 0, sizeof *page);
  for (unsigned i = 0; i < sizeof page->slot / sizeof *page->slot; i++)
    page->slot[i].fn = mtia_core_ops_of(dev)->debug_stop;
  debug->step = page;
  debug->stop.why = MTIA_STOP_START;
  debug->catch_cb = MTIA_CATCH_NONE;
  debug->stuck_at = UINT64_MAX;
  debug->interrupted = interrupted;
  debug->context = context;
  return dev->debug = debug;
}

static void forget_points(struct mtia_device *dev) {
  struct mtia_debug *debug = dev->debug;
  for (size_t i = 0; i < debug->points; i++)
    free(debug->point[i].seen);
  debug->points = 0;
  debug->watching = false;
  mtia_code_redecode(dev, 0, UINT64_MAX);
}

void mtia_debug_destroy(struct mtia_device *dev) {
  struct mtia_debug *debug = dev->debug;
  if (!debug)
    return;
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++) {
    struct mtia_core *core = &dev->pe[i / 2].core[i % 2];
    core->held = false;
    core->step = MTIA_GO;
  }
  forget_points(dev);
  mtia_sched_requeue(dev);
  free(debug->stop.text);
  free(debug->point);
  free(debug->step);
  free(debug);
  dev->debug = NULL;
}

//===-- Breakpoints and watchpoints -------------------------------------------===//

static struct point *find_point(struct mtia_debug *debug, enum mtia_point kind, uint64_t addr,
                                uint64_t len) {
  for (size_t i = 0; i < debug->points; i++) {
    struct point *p = &debug->point[i];
    if (p->kind == kind && p->addr == addr && (!is_watch(kind) || p->len == len))
      return p;
  }
  return NULL;
}

static bool breaks_at(const struct mtia_debug *debug, uint64_t pc, enum mtia_point *kind) {
  for (size_t i = 0; i < debug->points; i++)
    if (!is_watch(debug->point[i].kind) && debug->point[i].addr == pc) {
      *kind = debug->point[i].kind;
      return true;
    }
  return false;
}

// Places that a watchpoint stands for: an address of local memory is one in every PE.
static unsigned places(const struct mtia_device *dev, const struct point *p) {
  return mtia_mem_level(dev, p->addr) == MTIA_LOCAL ? dev->rows * dev->cols : 1;
}

static uint8_t *place(struct mtia_device *dev, const struct point *p, unsigned i) {
  return mtia_mem(dev, &dev->pe[i], p->addr, p->len);
}

// Notes what is there now.
static void look(struct mtia_device *dev, struct point *p) {
  for (unsigned i = 0; p->seen && i < places(dev, p); i++) {
    const uint8_t *host = place(dev, p, i);
    if (host)
      memcpy(p->seen + i * p->len, host, p->len);
  }
}

static void points_changed(struct mtia_device *dev, enum mtia_point kind, uint64_t addr) {
  struct mtia_debug *debug = dev->debug;
  bool watching = false;
  for (size_t i = 0; i < debug->points; i++)
    watching |= is_watch(debug->point[i].kind);
  if (!is_watch(kind))
    mtia_code_redecode(dev, addr, addr + 2);
  else if (watching != debug->watching)
    mtia_code_redecode(dev, 0, UINT64_MAX);
  debug->watching = watching;
}

bool mtia_debug_insert(struct mtia_device *dev, enum mtia_point kind, uint64_t addr, uint64_t len) {
  struct mtia_debug *debug = dev->debug;
  if (kind > MTIA_POINT_ACCESS || (is_watch(kind) && (!len || len > MAX_WATCH_BYTES)))
    return false;
  if (find_point(debug, kind, addr, len))
    return true;
  if (debug->points == debug->room) {
    size_t room = debug->room ? 2 * debug->room : 16;
    struct point *bigger = realloc(debug->point, room * sizeof *bigger);
    if (!bigger)
      return false;
    debug->point = bigger;
    debug->room = room;
  }
  struct point p = {.kind = kind, .addr = addr, .len = len};
  if (is_watch(kind)) {
    if (!place(dev, &p, 0))
      return false;
    if (kind != MTIA_POINT_READ && !(p.seen = calloc(places(dev, &p), len)))
      return false;
    look(dev, &p);
  }
  debug->point[debug->points++] = p;
  points_changed(dev, kind, addr);
  return true;
}

bool mtia_debug_remove(struct mtia_device *dev, enum mtia_point kind, uint64_t addr, uint64_t len) {
  struct mtia_debug *debug = dev->debug;
  struct point *p = kind <= MTIA_POINT_ACCESS ? find_point(debug, kind, addr, len) : NULL;
  if (!p)
    return kind <= MTIA_POINT_ACCESS;
  free(p->seen);
  *p = debug->point[--debug->points];
  points_changed(dev, kind, addr);
  return true;
}

// Bytes that an instruction reads or writes at x[rs1] + immediate.
struct access {
  uint8_t read, written;
};

// By the encoding: opcode and width (manual, table of the base opcode map).
static struct access access_of(unsigned op) {
  static const uint32_t encoding[] = {
      0,
#define MTIA_INSN(id, mnemonic, match, mask, form, unit) match,
#include "mtia/mtia_insn.inc"
#undef MTIA_INSN
  };
  if (op == MTIA_OP_CBO_ZERO)
    return (struct access){0, 1u << MTIA_LINE_SHIFT};
  if (op == MTIA_OP_ILLEGAL || op >= MTIA_NUM_OPS || mtia_insn_is_command(op))
    return (struct access){0, 0};
  unsigned width = encoding[op] >> 12 & 7, kind = encoding[op] >> 27;
  uint8_t bytes = (uint8_t)(1u << (width & 3));
  bool vector = width == 0 || width > 4; // among floating-point accesses
  switch (encoding[op] & 0x7f) {
  case 0x03: // LOAD
    return (struct access){bytes, 0};
  case 0x23: // STORE
    return (struct access){0, bytes};
  case 0x07: // LOAD-FP
    return (struct access){vector ? 0 : bytes, 0};
  case 0x27: // STORE-FP
    return (struct access){0, vector ? 0 : bytes};
  case 0x2f: // AMO; 2: lr, 3: sc
    return (struct access){kind == 3 ? 0 : bytes, kind == 2 ? 0 : bytes};
  default:
    return (struct access){0, 0};
  }
}

static struct mtia_vinsn *slot_vector(const struct mtia_slot *s) {
  return (struct mtia_vinsn *)(uintptr_t)s->imm;
}

mtia_op_fn *mtia_debug_slot(struct mtia_core *c, const struct mtia_slot *s, mtia_op_fn *fn) {
  struct mtia_debug *debug = c->dev->debug;
  const struct mtia_core_ops *ops = mtia_core_ops_of(c->dev);
  enum mtia_point kind;
  if (slot_page(s) == debug->step)
    return fn;
  if (breaks_at(debug, slot_pc(s), &kind))
    return ops->debug_stop;
  struct access access = access_of(s->op);
  bool store, memory = s->op == MTIA_SLOT_VECTOR && mtia_vec_is_memory(slot_vector(s), &store);
  return debug->watching && (access.read || access.written || memory) ? ops->debug_access : fn;
}

bool mtia_debug_stops_at(const struct mtia_core *c, uint64_t pc) {
  enum mtia_point kind;
  return breaks_at(c->dev->debug, pc, &kind);
}

static bool overlap(const uint8_t *a, uint64_t a_len, const uint8_t *b, uint64_t b_len) {
  return a < b + b_len && b < a + a_len;
}

// Host addresses are compared: remote windows are other names of local memories.
static bool is_watched(struct mtia_core *c, uint64_t addr, uint64_t size, struct access access) {
  struct mtia_debug *debug = c->dev->debug;
  const uint8_t *host = mtia_mem(c->dev, c->pe, addr, size);
  for (size_t i = 0; host && i < debug->points; i++) {
    const struct point *p = &debug->point[i];
    if (!is_watch(p->kind) || (p->kind == MTIA_POINT_WRITE && !access.written) ||
        (p->kind == MTIA_POINT_READ && !access.read))
      continue;
    for (unsigned j = 0; j < places(c->dev, p); j++) {
      const uint8_t *watched = place(c->dev, p, j);
      if (!watched || !overlap(host, size, watched, p->len))
        continue;
      debug->access_pending = true;
      // The first watched byte that is accessed, in the words of the watchpoint.
      debug->stop.addr = p->addr + (host > watched ? (uint64_t)(host - watched) : 0);
      debug->stop.point = p->kind;
      return true;
    }
  }
  return false;
}

unsigned mtia_debug_element(const struct mtia_slot *s) {
  return s->op == MTIA_SLOT_VECTOR ? 1u << slot_vector(s)->shift : 0;
}

void mtia_debug_each_access(struct mtia_core *c, const struct mtia_slot *s, mtia_access_fn *fn) {
  uint64_t addr, size;
  bool store;
  if (s->op == MTIA_SLOT_VECTOR) {
    struct mtia_vinsn *i = slot_vector(s);
    if (!mtia_vec_is_memory(i, &store) || !mtia_vec_ready(c, i))
      return;
    for (unsigned n = 0; mtia_vec_piece(c, i, n, &addr, &size); n++)
      if (size && !fn(c, addr, size, !store, store))
        return;
    return;
  }
  struct access access = access_of(s->op);
  size = access.read > access.written ? access.read : access.written;
  if (!size)
    return;
  addr = c->x[s->rs1] + (uint64_t)s->imm;
  if (s->op == MTIA_OP_CBO_ZERO)
    addr = c->x[s->rs1] & ~(size - 1);
  fn(c, addr, size, access.read, access.written);
}

static bool watch(struct mtia_core *c, uint64_t addr, uint64_t size, bool read, bool written) {
  return !is_watched(c, addr, size, (struct access){read, written});
}

bool mtia_debug_access(struct mtia_core *c, const struct mtia_slot *s) {
  struct mtia_debug *debug = c->dev->debug;
  if (!debug->watching)
    return false;
  mtia_debug_each_access(c, s, watch);
  return debug->access_pending;
}

//===-- Stops -----------------------------------------------------------------===//

static void stop(struct mtia_core *core, enum mtia_stop why) {
  struct mtia_debug *debug = core->dev->debug;
  if (debug->stop.why != MTIA_STOP_NONE)
    return;
  debug->stop.why = why;
  debug->stop.core = core;
  core->dev->stop = true;
}

// The core that a stop without a core of its own is reported for: one that was to run, if possible.
static struct mtia_core *any_core(struct mtia_device *dev) {
  struct mtia_core *best = NULL;
  unsigned best_score = 0;
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++) {
    struct mtia_core *core = &dev->pe[i / 2].core[i % 2];
    if (core->state == MTIA_CORE_OFF)
      continue;
    unsigned score = 1 + 4 * !core->held + 2 * (core->state != MTIA_CORE_HALTED);
    if (score > best_score) {
      best = core;
      best_score = score;
    }
  }
  return best ? best : &dev->pe[0].core[dev->program_core];
}

static char *error_text(const struct mtia_device *dev) {
  const struct mtia_error *error = &dev->error;
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (out) {
    fprintf(out, "%s: %s\n%s", mtia_error_category_name(error->category), error->text,
            error->report ? error->report : "");
    fclose(out);
  }
  return text;
}

// Takes the error back: the run may go on.
static char *take_error(struct mtia_device *dev) {
  char *text = error_text(dev);
  mtia_error_clear(&dev->error);
  return text;
}

const struct mtia_debug_stop *mtia_debug_stopped(struct mtia_device *dev) {
  struct mtia_debug *debug = dev->debug;
  struct mtia_debug_stop *s = &debug->stop;
  enum mtia_error_category error = dev->error.category;
  if (dev->exited || debug->ending) {
    s->why = MTIA_STOP_NONE;
  } else if (error == MTIA_ERR_NO_PROGRESS || error == MTIA_ERR_MAX_CYCLES) {
    // A second time, and nobody has changed anything: the run ends with this error.
    uint64_t now = error == MTIA_ERR_MAX_CYCLES ? dev->max_cycles : dev->cycles;
    if (debug->stuck_at == now && !debug->changed)
      return s->why = MTIA_STOP_NONE, s;
    debug->stuck_at = now;
    s->why = MTIA_STOP_STUCK;
    s->core = any_core(dev);
    s->cause = error;
    s->text = take_error(dev);
    debug->changed = false;
  } else if (error) {
    s->why = MTIA_STOP_FAILED;
    s->core = s->core ? s->core : any_core(dev);
    s->text = error_text(dev);
  }
  return s;
}

// Leaves the ebreak behind that has stopped the core: it was meant for the debugger.
static void skip_ebreak(struct mtia_core *core) {
  const uint8_t *host = mtia_mem(core->dev, core->pe, core->pc, 2);
  bool compressed = host && (host[0] & 3) != 3;
  core->pc += compressed ? 2 : 4;
}

// A core stands in front of an instruction that traps.
static void leave_trap(struct mtia_core *core, const struct mtia_debug_stop *s, bool pass) {
  struct mtia_debug *debug = core->dev->debug;
  if (core->pc != debug->trap_pc)
    return; // the user has helped
  if (s->why == MTIA_STOP_EBREAK && !pass && !core->csr.mtvec) {
    skip_ebreak(core);
  } else if (core->csr.mtvec && (pass || s->why == MTIA_STOP_EBREAK)) {
    debug->passing = true;
    mtia_core_trap(core, s->cause, debug->tval);
    debug->passing = false;
  } else if (pass) {
    mtia_report_trap(core, s->cause, debug->tval);
    debug->ending = true;
    return;
  } else {
    return; // it is tried again
  }
  if (core->step != MTIA_GO)
    core->step = MTIA_STEP_DONE;
}

void mtia_debug_resume(struct mtia_device *dev, bool pass) {
  struct mtia_debug *debug = dev->debug;
  struct mtia_debug_stop s = debug->stop;
  free(s.text);
  memset(&debug->stop, 0, sizeof debug->stop);
  debug->access_pending = false;
  if (s.why == MTIA_STOP_FAILED) {
    debug->ending = true;
    return;
  }
  dev->stop = false;
  debug->stepping = debug->holding = false;
  for (size_t i = 0; i < debug->points; i++)
    look(dev, &debug->point[i]);
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++) {
    const struct mtia_core *core = &dev->pe[i / 2].core[i % 2];
    debug->changed |= core->held; // getting stuck now is no wonder
    debug->stepping |= core->step != MTIA_GO;
    debug->holding |=
        core->held && (core->state == MTIA_CORE_RUNNING || core->state == MTIA_CORE_WAITING);
  }
  if (s.why == MTIA_STOP_EBREAK || s.why == MTIA_STOP_TRAP)
    leave_trap(s.core, &s, pass);
  mtia_sched_requeue(dev);
}

void mtia_debug_touch(struct mtia_device *dev) { dev->debug->changed = true; }

static bool is_past(const struct mtia_core *c) { return c->command && c->past == c->command; }

uint64_t mtia_debug_pc(const struct mtia_core *c) {
  return c->pc + (is_past(c) ? COMMAND_BYTES : 0);
}

void mtia_debug_set_pc(struct mtia_core *c, uint64_t pc) {
  mtia_debug_touch(c->dev);
  if (c->state == MTIA_CORE_OFF || c->state == MTIA_CORE_HALTED || mtia_debug_pc(c) == pc)
    return;
  if (is_past(c)) {
    c->past_pc = c->pc;
  } else if (c->past_pc && pc == c->past_pc + COMMAND_BYTES) {
    pc = c->past_pc; // back where it was: a function has been called
    c->past_pc = 0;
  }
  // A command that waits to be issued has not happened yet: nothing is lost.
  c->pc = pc;
  c->command = NULL;
  c->state = MTIA_CORE_RUNNING;
}

void mtia_debug_written(struct mtia_device *dev, const uint8_t *host, uint64_t len) {
  mtia_debug_touch(dev);
  mtia_code_written(dev, host, len);
  dev->debug->from = NULL;
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++) {
    struct mtia_core *c = &dev->pe[i / 2].core[i % 2];
    if (c->state == MTIA_CORE_RUNNING)
      c->command = NULL; // to be fetched again
  }
}

//===-- Running ---------------------------------------------------------------===//

enum mtia_exit mtia_debug_step(struct mtia_core *c) {
  struct mtia_debug *debug = c->dev->debug;
  struct mtia_code_page *page = debug->step;
  const struct mtia_core_ops *ops = mtia_core_ops_of(c->dev);
  uint64_t limit = c->limit;
  uint64_t pc = c->pc;
  if (c->dev->htif)
    mtia_htif_poll(c);
  if (c->csr.mie)
    mtia_core_interrupts(c, limit);
  c->limit = limit;
  if (c->dev->stop || c->pc != pc) // in front of the interrupt's handler
    return MTIA_EXIT_CONTINUE;
  if (c->guarded)
    return mtia_reference_step(c);
  const struct mtia_slot *real = mtia_code_slot(c);
  if (!real)
    return MTIA_EXIT_CONTINUE;
  const struct mtia_code_page *from = slot_page(real);
  // fence.i and the debugger renew `copy` only: comparing is cheaper than following them.
  if (debug->from != from || memcmp(page->copy, from->copy, sizeof page->copy)) {
    memcpy(page->copy, from->copy, sizeof page->copy);
    page->host = from->host;
    page->behind = from->behind;
    page->behind = from->behind;
    page->pc = from->pc;
    debug->from = from;
  }
  if (debug->used)
    debug->used->fn = ops->debug_stop;
  debug->used = &page->slot[real - from->slot];
  mtia_core_decode(c, debug->used);
  if (mtia_debug_access(c, debug->used))
    return MTIA_EXIT_CONTINUE;
  if (c->dev->check)
    mtia_check_insn(c, debug->used);
  c->limit = c->cycle + 1;
  enum mtia_exit why =
      debug->used->fn(c, debug->used, c->cycle, 0, mtia_mem(c->dev, c->pe, MTIA_DRAM_BASE, 1));
  c->limit = limit;
  bool left = (pc ^ c->pc) / MTIA_PAGE_BYTES != 0;
  return why == MTIA_EXIT_DEBUG && left ? MTIA_EXIT_CONTINUE : why;
}

enum mtia_exit mtia_debug_steps(struct mtia_core *c, void (*before)(struct mtia_core *c)) {
  enum mtia_exit why = MTIA_EXIT_CONTINUE;
  while (!c->dev->stop && (why == MTIA_EXIT_DEBUG || c->cycle < c->limit)) {
    if (before)
      before(c);
    why = mtia_debug_step(c);
    if (why == MTIA_EXIT_COMMAND || why == MTIA_EXIT_WAIT)
      return why;
  }
  return MTIA_EXIT_QUANTUM;
}

static enum mtia_exit run_steps(struct mtia_core *c) {
  struct mtia_debug *debug = c->dev->debug;
  enum mtia_exit why = MTIA_EXIT_CONTINUE;
  while (!c->dev->stop) {
    if (c->step == MTIA_STEP_DONE) {
      if (c->pc - c->step_from >= c->step_to - c->step_from) {
        stop(c, MTIA_STOP_STEP);
        break;
      }
      if (breaks_at(debug, c->pc, &debug->stop.point)) {
        stop(c, MTIA_STOP_BREAK);
        break;
      }
      c->step = MTIA_STEP;
    }
    if (why != MTIA_EXIT_DEBUG && c->cycle >= c->limit)
      return MTIA_EXIT_QUANTUM;
    c->step = MTIA_STEP_DONE;
    why = mtia_debug_step(c);
    if (debug->access_pending) {
      stop(c, MTIA_STOP_WATCH);
      break;
    }
    if (why == MTIA_EXIT_COMMAND || why == MTIA_EXIT_WAIT)
      return why;
  }
  return MTIA_EXIT_DEBUG;
}

enum mtia_exit mtia_debug_run(struct mtia_core *c) {
  struct mtia_debug *debug = c->dev->debug;
  c->past = NULL;
  if (c->dev->trace)
    return mtia_trace_run(c);
  if (c->dev->profile)
    return mtia_profile_run(c);
  if (c->dev->check)
    return mtia_debug_steps(c, NULL);
  if (c->step != MTIA_GO)
    return run_steps(c);
  enum mtia_exit why = mtia_core_run(c);
  if (why != MTIA_EXIT_DEBUG)
    return why;
  if (debug->access_pending) {
    stop(c, MTIA_STOP_WATCH);
  } else if (breaks_at(debug, c->pc, &debug->stop.point)) {
    stop(c, MTIA_STOP_BREAK);
  }
  return why;
}

bool mtia_debug_trap(struct mtia_core *c, uint64_t cause, uint64_t tval) {
  struct mtia_debug *debug = c->dev->debug;
  if (debug->passing || debug->ending || c->dev->trace || c->dev->profile || c->dev->check)
    return false;
  if (cause != 3 && c->csr.mtvec)
    return false; // the program's own business
  if (cause != 3) {
    mtia_report_trap(c, cause, tval);
    debug->stop.text = take_error(c->dev);
  }
  debug->stop.cause = cause;
  debug->trap_pc = c->pc;
  debug->tval = tval;
  stop(c, cause == 3 ? MTIA_STOP_EBREAK : MTIA_STOP_TRAP);
  return true;
}

// A core to report for a PE. gdb does not expect anything of cores that are held.
static struct mtia_core *pe_core(struct mtia_pe *pe) {
  for (unsigned i = 0; i < 2; i++)
    if (pe->core[i].state != MTIA_CORE_OFF && pe->core[i].state != MTIA_CORE_HALTED &&
        !pe->core[i].held)
      return &pe->core[i];
  return any_core(pe->dev);
}

// Commands, units and semihosting calls write without an instruction that could be looked at.
static void find_writes(struct mtia_device *dev) {
  struct mtia_debug *debug = dev->debug;
  for (size_t i = 0; i < debug->points; i++) {
    struct point *p = &debug->point[i];
    for (unsigned j = 0; p->seen && j < places(dev, p); j++) {
      const uint8_t *host = place(dev, p, j), *seen = p->seen + j * p->len;
      if (!host || !memcmp(host, seen, p->len))
        continue;
      unsigned byte = 0;
      while (host[byte] == seen[byte])
        byte++;
      bool own = places(dev, p) > 1;
      char whose[64] = "";
      if (own)
        snprintf(whose, sizeof whose, " of PE (%u,%u)", dev->pe[j].row, dev->pe[j].col);
      if (asprintf(&debug->stop.text,
                   "the watched byte at 0x%" PRIx64 "%s was written by a command, a unit or a "
                   "semihosting call at cycle %" PRIu64,
                   p->addr + byte, whose, mtia_now(dev)) < 0)
        debug->stop.text = NULL;
      stop(own ? pe_core(&dev->pe[j]) : any_core(dev), MTIA_STOP_WRITTEN);
      return;
    }
  }
}

//===-- Events of the units -----------------------------------------------------===//

void mtia_debug_catch(struct mtia_device *dev, const char *command, int cb) {
  dev->debug->catch_command = command;
  dev->debug->catch_cb = cb;
}

__attribute__((format(printf, 2, 3))) static void event(struct mtia_core *core, const char *fmt,
                                                        ...) {
  struct mtia_debug *debug = core->dev->debug;
  if (debug->stop.why != MTIA_STOP_NONE)
    return;
  va_list args;
  va_start(args, fmt);
  if (vasprintf(&debug->stop.text, fmt, args) < 0)
    debug->stop.text = NULL;
  va_end(args);
  stop(core, MTIA_STOP_EVENT);
}

void mtia_debug_command(const struct mtia_command *c) {
  const char *wanted = c->pe->dev->debug->catch_command, *name = mtia_command_name(c);
  if (!wanted || (*wanted && strcmp(wanted, name)))
    return;
  char where[600];
  event(&c->pe->core[c->core], "cycle %" PRIu64 ": %s is issued by %s", mtia_now(c->pe->dev), name,
        mtia_where(&c->pe->core[c->core], c->pc, where, sizeof where));
}

void mtia_debug_counter(const struct mtia_cp *cp, unsigned cb, const char *counter,
                        uint64_t value) {
  struct mtia_pe *pe = cp->pe;
  int wanted = pe->dev->debug->catch_cb;
  if (wanted != MTIA_CATCH_ANY_CB && wanted != (int)cb)
    return;
  event(pe_core(pe), "cycle %" PRIu64 ": %s of CB %u of PE (%u,%u) is %" PRIu64 " now",
        mtia_now(pe->dev), counter, cb, pe->row, pe->col, value);
}

bool mtia_debug_input(struct mtia_core *c, int fd) {
  struct mtia_debug *debug = c->dev->debug;
  if (!debug->interrupted)
    return false;
  struct pollfd p = {fd, POLLIN, 0};
  while (poll(&p, 1, POLL_NANOSECONDS / 1000000) == 0)
    if (debug->interrupted(debug->context)) {
      stop(c, MTIA_STOP_INTERRUPT);
      return true;
    }
  return false;
}

void mtia_debug_poll(struct mtia_device *dev) {
  struct mtia_debug *debug = dev->debug;
  if (debug->watching)
    find_writes(dev);
  for (unsigned i = 0; debug->stepping && i < 2 * dev->rows * dev->cols; i++) {
    struct mtia_core *core = &dev->pe[i / 2].core[i % 2];
    if (core->step != MTIA_GO && core->state == MTIA_CORE_HALTED)
      stop(core, MTIA_STOP_HALTED);
    if (core->step == MTIA_STEP_DONE && core->state == MTIA_CORE_WAITING && debug->holding &&
        core->command && !is_past(core)) {
      core->past = core->command;
      stop(core, MTIA_STOP_STEP);
    }
  }
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  int64_t now = t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
  if (now - debug->polled < POLL_NANOSECONDS)
    return;
  debug->polled = now;
  if (debug->interrupted && debug->interrupted(debug->context))
    stop(any_core(dev), MTIA_STOP_INTERRUPT);
}
