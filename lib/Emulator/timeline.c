// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The trace is in the JSON format of Chrome's trace viewer, which Perfetto reads:
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
// A microsecond of the trace is 1000 cycles, so that its nanoseconds are cycles.
#include "timeline.h"
#include "mtia/emulator.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
  WRITES = 16,    // latest writers of a CB that a reader is connected with
  BUCKET = 256,   // cycles over which bytes are counted
  BUCKETS = 64,   // that can be open at once
  PLACES = 4096,  // of source lines that are remembered; a power of two
  DEVICE_PID = 1, // PEs have the numbers from PE_PID
  PE_PID = 2,
  CORE_TID = 1, // core 0; core 1 follows, then the units
  UNIT_TID = CORE_TID + MTIA_CORES,
};

// Where an arrow begins: a slice on a track.
struct origin {
  uint64_t time;
  unsigned pid, tid;
  bool set;
};

struct writer {
  uint64_t from, to; // bytes of the CB
  struct origin origin;
};

struct place {
  uint64_t pc;
  char text[200]; // JSON, with its quotes
};

struct pe_state {
  bool named;
  uint64_t since[MTIA_CORES]; // the core runs since then
  struct writer writer[MTIA_CBS][WRITES];
  unsigned next_writer[MTIA_CBS];
  struct origin acc[MTIA_ACCS];
  struct origin sent[2]; // tile on its way to the port from the north, from the west
  int64_t data[MTIA_CBS], held[MTIA_CBS];
};

struct mtia_timeline {
  FILE *out;
  struct mtia_timeline_options options;
  uint64_t events, arrows;
  bool full;
  struct pe_state *pe;
  struct place *place;
  uint64_t bucket[BUCKETS][3]; // SRAM, DRAM, other PEs' local memory
  uint64_t first_bucket;
};

//===-- Life ------------------------------------------------------------------===//

static void name(struct mtia_timeline *t, const char *what, unsigned pid, unsigned tid,
                 const char *text) {
  fprintf(t->out,
          "{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%u,\"tid\":%u,\"args\":{\"name\":\"%s\"}},\n",
          what, pid, tid, text);
}

bool mtia_trace_timeline(struct mtia_device *dev, FILE *out,
                         const struct mtia_timeline_options *options, struct mtia_error *error) {
  if (dev->ran || dev->timeline)
    return mtia_error_set(error, MTIA_ERR_USAGE, "a run is traced once, from its start");
  if (dev->functional)
    return mtia_error_set(error, MTIA_ERR_USAGE,
                          "a functional run has no time to trace; leave --functional away");
  struct mtia_timeline *t = calloc(1, sizeof *t);
  dev->timeline = t;
  if (t) {
    t->pe = calloc((size_t)dev->rows * dev->cols, sizeof *t->pe);
    t->place = calloc(PLACES, sizeof *t->place);
  }
  if (!t || !t->pe || !t->place)
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for the trace");
  t->out = out;
  t->options = *options;
  fprintf(
      out,
      "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"nanosecond\":\"a cycle\"},\"traceEvents\":[\n");
  name(t, "process_name", DEVICE_PID, 0, "memories");
  return true;
}

void mtia_timeline_destroy(struct mtia_device *dev) {
  struct mtia_timeline *t = dev->timeline;
  if (!t)
    return;
  free(t->pe);
  free(t->place);
  free(t);
  dev->timeline = NULL;
}

//===-- Events ----------------------------------------------------------------===//

static bool shown(const struct mtia_timeline *t, const struct mtia_pe *pe) {
  const struct mtia_timeline_options *o = &t->options;
  return pe->row >= o->row && pe->row <= o->last_row && pe->col >= o->column &&
         pe->col <= o->last_column;
}

// There is a place for `count` more events, one of them at this time.
static bool room(struct mtia_timeline *t, uint64_t from, uint64_t to, unsigned count) {
  if (t->full || to < t->options.from || from >= t->options.to)
    return false;
  if (t->events + count > t->options.limit) {
    t->full = true;
    return false;
  }
  t->events += count;
  return true;
}

static unsigned pid_of(const struct mtia_pe *pe) { return PE_PID + pe->index; }

static void name_tracks(struct mtia_timeline *t, const struct mtia_pe *pe) {
  struct pe_state *state = &t->pe[pe->index];
  char text[40];
  if (state->named)
    return;
  state->named = true;
  snprintf(text, sizeof text, "PE (%u,%u)", pe->row, pe->col);
  name(t, "process_name", pid_of(pe), 0, text);
  for (unsigned i = 0; i < MTIA_CORES; i++) {
    snprintf(text, sizeof text, "core %u", i);
    name(t, "thread_name", pid_of(pe), CORE_TID + i, text);
  }
  for (unsigned i = 0; i < UNIT_COUNT; i++)
    name(t, "thread_name", pid_of(pe), UNIT_TID + i, mtia_unit_name[i]);
}

#define TIME "%" PRIu64 ".%03" PRIu64
#define CYCLES(c) (c) / 1000, (c) % 1000

// Opens an event, up to its arguments.
static void begin(struct mtia_timeline *t, const char *phase, unsigned pid, unsigned tid,
                  uint64_t time) {
  fprintf(t->out, "{\"ph\":\"%s\",\"pid\":%u,\"tid\":%u,\"ts\":" TIME, phase, pid, tid,
          CYCLES(time));
}

static void arrow(struct mtia_timeline *t, struct origin *from, unsigned pid, unsigned tid,
                  uint64_t time) {
  if (!from->set || !room(t, time, time, 2))
    return;
  from->set = false;
  uint64_t id = ++t->arrows;
  begin(t, "s", from->pid, from->tid, from->time);
  fprintf(t->out, ",\"cat\":\"data\",\"name\":\"data\",\"id\":%" PRIu64 "},\n", id);
  begin(t, "f", pid, tid, time);
  fprintf(t->out, ",\"bp\":\"e\",\"cat\":\"data\",\"name\":\"data\",\"id\":%" PRIu64 "},\n", id);
}

// "fc_i8, kernels/fc/fc_i8.c:42" as JSON.
static const char *where(struct mtia_device *dev, uint64_t pc) {
  struct place *place = &dev->timeline->place[pc / 2 % PLACES];
  if (*place->text && place->pc == pc)
    return place->text;
  char text[600], *to = place->text, *end = place->text + sizeof place->text - 3;
  place->pc = pc;
  *to++ = '"';
  for (const char *from = mtia_where_pc(dev, pc, text, sizeof text); *from && to < end; from++) {
    if (*from == '"' || *from == '\\')
      *to++ = '\\';
    *to++ = (unsigned char)*from < ' ' ? ' ' : *from;
  }
  *to++ = '"';
  *to = 0;
  return place->text;
}

//===-- Commands --------------------------------------------------------------===//

static void connect_reads(struct mtia_timeline *t, const struct mtia_command *c, uint64_t start) {
  struct pe_state *pe = &t->pe[c->pe->index];
  for (unsigned i = 0; i < c->reads; i++)
    for (unsigned w = 0; w < WRITES; w++) {
      struct writer *writer = &pe->writer[c->read[i].cb][w];
      if (writer->from < c->read[i].to && c->read[i].from < writer->to)
        arrow(t, &writer->origin, pid_of(c->pe), UNIT_TID + c->unit, start);
    }
}

static void connect_accumulator(struct mtia_timeline *t, const struct mtia_command *c,
                                uint64_t start) {
  struct origin *last = &t->pe[c->pe->index].acc[c->acc];
  bool only_reads = c->kind == CMD_DRAIN || c->kind == CMD_MINMAX;
  if (only_reads || c->kind == CMD_RED)
    arrow(t, last, pid_of(c->pe), UNIT_TID + c->unit, start);
  if (!only_reads)
    *last = (struct origin){start, pid_of(c->pe), UNIT_TID + c->unit, true};
}

static void connect_reduction(struct mtia_timeline *t, const struct mtia_command *c,
                              uint64_t start) {
  if (c->red.in)
    arrow(t, &t->pe[c->pe->index].sent[c->red.in - 1], pid_of(c->pe), UNIT_TID + c->unit, start);
  const struct mtia_pe *to = mtia_re_target(c);
  if (to)
    t->pe[to->index].sent[c->red.out - 1] =
        (struct origin){start, pid_of(c->pe), UNIT_TID + c->unit, shown(t, c->pe)};
}

static void remember_write(struct mtia_timeline *t, const struct mtia_command *c, uint64_t start) {
  struct pe_state *pe = &t->pe[c->pe->index];
  unsigned cb = c->write.cb;
  pe->writer[cb][pe->next_writer[cb]++ % WRITES] =
      (struct writer){c->write.from, c->write.to, {start, pid_of(c->pe), UNIT_TID + c->unit, true}};
}

static void print_range(FILE *out, const char *what, const struct mtia_range *r) {
  fprintf(out, ",\"%s\":\"CB %u, bytes %" PRIu64 " to %" PRIu64 "\"", what, r->cb, r->from, r->to);
}

static void print_arguments(FILE *out, const struct mtia_command *c, uint64_t done) {
  struct mtia_device *dev = c->pe->dev;
  fprintf(out, ",\"args\":{\"core\":%u,\"where\":%s,\"issued\":%" PRIu64 ",\"done\":%" PRIu64,
          c->core, where(dev, c->pc), c->ready - dev->p->cp_dispatch, done);
  if (c->acc >= 0)
    fprintf(out, ",\"accumulator\":%d", c->acc);
  for (unsigned i = 0; i < c->reads; i++)
    print_range(out, i ? "reads B" : "reads", &c->read[i]);
  if (c->writes)
    print_range(out, "writes", &c->write);
  if (c->unit == UNIT_DMA_IN || c->unit == UNIT_DMA_OUT)
    fprintf(out, ",\"address\":\"0x%" PRIx64 "\",\"rows\":%" PRIu32 ",\"width\":%" PRIu32 "",
            c->dma.address, c->dma.rows, c->dma.width);
  fprintf(out, "}},\n");
}

void mtia_timeline_command(const struct mtia_command *c, uint64_t start, uint64_t end,
                           uint64_t done, bool flight) {
  struct mtia_timeline *t = c->pe->dev->timeline;
  unsigned pid = pid_of(c->pe), tid = UNIT_TID + c->unit;
  if (!shown(t, c->pe) || !room(t, start, end, flight ? 3 : 1))
    return;
  name_tracks(t, c->pe);
  begin(t, "X", pid, tid, start);
  fprintf(t->out, ",\"dur\":" TIME ",\"name\":\"%s\"", CYCLES(end - start), mtia_command_name(c));
  print_arguments(t->out, c, done);
  if (flight) {
    // Commands overlap from here on: tracks of their own.
    const char *form = ",\"cat\":\"%s\",\"name\":\"%s in flight\",\"id\":\"%u.%" PRIu64 "\"},\n";
    uint64_t id = c->pe->cp->unit[c->unit].commands;
    begin(t, "b", pid, tid, start);
    fprintf(t->out, form, mtia_unit_name[c->unit], mtia_command_name(c), pid * 16 + tid, id);
    begin(t, "e", pid, tid, done);
    fprintf(t->out, form, mtia_unit_name[c->unit], mtia_command_name(c), pid * 16 + tid, id);
  }
  connect_reads(t, c, start);
  if (c->acc >= 0)
    connect_accumulator(t, c, start);
  if (c->kind == CMD_RED)
    connect_reduction(t, c, start);
  if (c->writes)
    remember_write(t, c, start);
}

//===-- Cores -----------------------------------------------------------------===//

// The core has run until `end`.
static void ran(struct mtia_timeline *t, const struct mtia_core *core, uint64_t end) {
  uint64_t since = t->pe[core->pe->index].since[core->id];
  if (end <= since || !room(t, since, end, 1))
    return;
  begin(t, "X", pid_of(core->pe), CORE_TID + core->id, since);
  fprintf(t->out, ",\"dur\":" TIME ",\"name\":\"run\",\"args\":{\"until\":%s}},\n",
          CYCLES(end - since), where(core->dev, core->pc));
}

static void print_wait(FILE *out, const struct mtia_cp_core *state) {
  switch (state->wait) {
  case WAIT_QUEUE:
    fprintf(out, "wait: queue of %s full", mtia_unit_name[state->wait_what]);
    return;
  case WAIT_POINTERS:
    fprintf(out, "wait: push and pop");
    return;
  case WAIT_DATA:
    fprintf(out, "wait: data in CB %u", state->wait_what);
    return;
  case WAIT_SPACE:
    fprintf(out, "wait: space in CB %u", state->wait_what);
    return;
  case WAIT_SYNC:
    fprintf(out, "wait: sync");
    return;
  case WAIT_COUNTER:
    fprintf(out, "wait: counter %u", state->wait_what);
    return;
  case WAIT_BARRIER:
    fprintf(out, "wait: barrier %u", state->wait_what);
    return;
  default:
    fprintf(out, "wait");
  }
}

// The commands whose bytes a cb.waitd has waited for.
static void connect_wait(struct mtia_timeline *t, const struct mtia_core *core,
                         const struct mtia_cp_core *state, uint64_t now) {
  if (state->wait != WAIT_DATA)
    return;
  const struct mtia_cb *cb = &core->pe->cp->cb[state->wait_what];
  for (unsigned w = 0; w < WRITES; w++) {
    struct writer *writer = &t->pe[core->pe->index].writer[state->wait_what][w];
    if (writer->from < cb->head + state->wait_amount && cb->head < writer->to)
      arrow(t, &writer->origin, pid_of(core->pe), CORE_TID + core->id, now - 1);
  }
}

void mtia_timeline_wait(const struct mtia_core *core, const struct mtia_cp_core *state) {
  struct mtia_timeline *t = core->dev->timeline;
  uint64_t now = mtia_now(core->dev);
  if (!shown(t, core->pe) || now <= state->wait_since)
    return;
  name_tracks(t, core->pe);
  ran(t, core, state->wait_since);
  t->pe[core->pe->index].since[core->id] = now;
  if (!room(t, state->wait_since, now, 1))
    return;
  begin(t, "X", pid_of(core->pe), CORE_TID + core->id, state->wait_since);
  fprintf(t->out, ",\"dur\":" TIME ",\"name\":\"", CYCLES(now - state->wait_since));
  print_wait(t->out, state);
  fprintf(t->out, "\",\"args\":{\"where\":%s", where(core->dev, core->pc));
  if (state->wait == WAIT_DATA || state->wait == WAIT_SPACE)
    fprintf(t->out, ",\"bytes\":%" PRIu64, state->wait_amount);
  fprintf(t->out, "}},\n");
  connect_wait(t, core, state, now);
}

void mtia_timeline_halt(const struct mtia_core *core, uint64_t now) {
  struct mtia_timeline *t = core->dev->timeline;
  if (!shown(t, core->pe))
    return;
  name_tracks(t, core->pe);
  ran(t, core, now);
  t->pe[core->pe->index].since[core->id] = UINT64_MAX;
}

//===-- Counters --------------------------------------------------------------===//

static void counter(struct mtia_timeline *t, unsigned pid, uint64_t time, const char *what,
                    const char *key, int64_t value) {
  begin(t, "C", pid, 0, time);
  fprintf(t->out, ",\"name\":\"%s\",\"args\":{\"%s\":%" PRId64 "}},\n", what, key, value);
}

static void cb_counter(struct mtia_timeline *t, const struct mtia_cp *cp, unsigned cb,
                       const char *key, int64_t value, int64_t *last) {
  uint64_t now = mtia_now(cp->pe->dev);
  char what[40];
  if (value == *last || !room(t, now, now, 1))
    return;
  snprintf(what, sizeof what, "CB %u %s", cb, key);
  counter(t, pid_of(cp->pe), now, what, "bytes", value);
  *last = value;
}

void mtia_timeline_cb(const struct mtia_cp *cp, unsigned cb) {
  struct mtia_timeline *t = cp->pe->dev->timeline;
  struct pe_state *state = &t->pe[cp->pe->index];
  const struct mtia_cb *b = &cp->cb[cb];
  if (!shown(t, cp->pe))
    return;
  cb_counter(t, cp, cb, "data", (int64_t)(b->visible - b->head), &state->data[cb]);
  cb_counter(t, cp, cb, "in use", (int64_t)(b->tail - b->released), &state->held[cb]);
}

static const char *const byte_name[3] = {"SRAM", "DRAM", "remote"};

// Writes the counters of the buckets before `end`.
static void close_buckets(struct mtia_timeline *t, uint64_t end) {
  for (; t->first_bucket < end; t->first_bucket++) {
    uint64_t *bucket = t->bucket[t->first_bucket % BUCKETS];
    uint64_t *before = t->bucket[(t->first_bucket + BUCKETS - 1) % BUCKETS];
    uint64_t time = t->first_bucket * BUCKET;
    for (unsigned i = 0; i < 3; i++)
      if (bucket[i] != before[i] && room(t, time, time, 1))
        counter(t, DEVICE_PID, time, byte_name[i], "bytes in 256 cycles", (int64_t)bucket[i]);
    // The next bucket's predecessor stays, the one behind it is new.
    memset(t->bucket[(t->first_bucket + BUCKETS - 1) % BUCKETS], 0, sizeof *t->bucket);
  }
}

void mtia_timeline_bytes(struct mtia_device *dev, enum mtia_level level, uint32_t bytes,
                         uint64_t time) {
  struct mtia_timeline *t = dev->timeline;
  unsigned i = level == MTIA_SRAM ? 0 : level == MTIA_DRAM ? 1 : 2;
  uint64_t bucket = time / BUCKET;
  if (level == MTIA_LOCAL || level == MTIA_NOWHERE)
    return;
  if (bucket >= t->first_bucket + BUCKETS - 1)
    close_buckets(t, bucket - BUCKETS + 2);
  if (bucket < t->first_bucket)
    bucket = t->first_bucket;
  t->bucket[bucket % BUCKETS][i] += bytes;
}

//===-- End -------------------------------------------------------------------===//

uint64_t mtia_timeline_finish(struct mtia_device *dev) {
  struct mtia_timeline *t = dev->timeline;
  if (!t)
    return 0;
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++) {
    const struct mtia_core *core = &dev->pe[i / 2].core[i % 2];
    if (core->state == MTIA_CORE_RUNNING)
      mtia_timeline_halt(core, core->cycle);
    else if (core->state == MTIA_CORE_WAITING && core->pe->cp->core[core->id].wait != WAIT_NONE)
      mtia_timeline_wait(core, &core->pe->cp->core[core->id]);
  }
  close_buckets(t, dev->cycles / BUCKET + 2);
  bool full = t->full;
  uint64_t events = t->events;
  fprintf(t->out,
          "{\"ph\":\"M\",\"name\":\"trace\",\"pid\":%u,\"tid\":0,\"args\":{\"cycles\":%" PRIu64
          ",\"complete\":%s}}\n]}\n",
          DEVICE_PID, dev->cycles, full ? "false" : "true");
  mtia_timeline_destroy(dev);
  return full ? events : 0;
}
