// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Says in words what a PE's units and cores wait for.

#include "units.h"

#include <inttypes.h>

const char *const mtia_unit_name[UNIT_COUNT] = {"FI in", "FI out", "DPE", "RE", "SE", "MLU"};

const char *mtia_command_kind_name(unsigned kind) {
  static const char *const name[] = {
      [CMD_PUSH] = "cb.push",
      [CMD_POP] = "cb.pop",
      [CMD_DMA_IN] = "dma.in",
      [CMD_DMA_OUT] = "dma.out",
      [CMD_MML] = "mml",
      [CMD_ACC_ZERO] = "acc.zero",
      [CMD_ACC_BIAS] = "acc.bias",
      [CMD_ACC_BIASR] = "acc.biasr",
      [CMD_ACC_LOAD] = "acc.load",
      [CMD_ACC_ADD] = "acc.add",
      [CMD_ACC_ADDR] = "acc.addr",
      [CMD_RED] = "red",
      [CMD_DRAIN] = "drain",
      [CMD_MINMAX] = "acc.minmax",
      [CMD_MLU_TRANSPOSE] = "mlu.transpose",
      [CMD_MLU_COPY] = "mlu.copy",
      [CMD_MLU_CONCAT] = "mlu.concat",
      [CMD_GATHER] = "dma.gather",
      [CMD_PREFETCH] = "dma.prefetch",
      [CMD_SE_UN] = "se.un",
      [CMD_SE_BIN] = "se.bin",
      [CMD_SE_ROWACC] = "se.rowacc",
      [CMD_SE_RED] = "se.red",
  };
  return kind < sizeof name / sizeof *name ? name[kind] : NULL;
}

const char *mtia_command_name(const struct mtia_command *c) {
  return mtia_command_kind_name(c->kind);
}

// "mml acc 1, A from CB 2, ..., of core 1, pc ..."
static void print_command(FILE *out, const struct mtia_command *c) {
  char where[600];
  fprintf(out, "%s", mtia_command_name(c));
  if (c->acc >= 0)
    fprintf(out, " acc %d", c->acc);
  for (unsigned i = 0; i < c->reads; i++)
    fprintf(out, "%s CB %u", i ? " and" : " from", c->read[i].cb);
  if (c->writes)
    fprintf(out, " to CB %u", c->write.cb);
  fprintf(out, " (core %u, %s)", c->core, mtia_where_pc(c->pe->dev, c->pc, where, sizeof where));
}

static void print_missing(FILE *out, const struct mtia_cp *cp, const struct mtia_range *r,
                          bool space) {
  const struct mtia_cb *cb = &cp->cb[r->cb];
  const struct mtia_command *next = space ? cb->release : cb->publish;
  // Counters relative to what is already given back, as a reader thinks of a FIFO.
  if (space)
    fprintf(out,
            "    CB %u: needs space for bytes %" PRIu64 "..%" PRIu64 ", %" PRIu64
            " bytes are released, size %" PRIu32 ": %" PRIu64 " bytes too few",
            r->cb, r->from, r->to, cb->released, cb->size, r->to - cb->released - cb->size);
  else
    fprintf(out,
            "    CB %u: needs bytes %" PRIu64 "..%" PRIu64 ", %" PRIu64
            " bytes are visible, size %" PRIu32 ": %" PRIu64 " bytes too few",
            r->cb, r->from, r->to, cb->visible, cb->size, r->to - cb->visible);
  if (next) {
    fprintf(out, "; next to move: ");
    print_command(out, next);
  } else {
    fprintf(out, "; nobody will %s: no %s on this CB is under way",
            space ? "release them" : "push them",
            space ? "cb.pop or dma.out" : "cb.push or dma.in");
  }
  fputc('\n', out);
}

static void print_conflict(FILE *out, const struct mtia_command *c) {
  const struct mtia_command *e = mtia_cp_conflict(c);
  if (!e)
    return;
  fprintf(out, "    waits for the earlier ");
  print_command(out, e);
  fputc('\n', out);
}

static void print_round(FILE *out, const struct mtia_round *round) {
  const struct mtia_group *g = round->group;
  uint32_t not_issued = g->mask & ~round->issued, not_ready = round->issued & ~round->ready;
  const char *what = g->axis == 1 ? "column" : "row";
  fprintf(out, "    multicast along this %s, mask 0x%x:", g->axis == 1 ? "row" : "column", g->mask);
  if (not_issued) {
    fprintf(out, " core %u has not issued its dma.in on %s", g->core, what);
    for (unsigned i = 0; i < MTIA_GROUP_MAX; i++)
      if (not_issued >> i & 1)
        fprintf(out, " %u", i);
  }
  if (not_ready) {
    fprintf(out, "%s not yet able to start on %s", not_issued ? ";" : "", what);
    for (unsigned i = 0; i < MTIA_GROUP_MAX; i++)
      if (not_ready >> i & 1)
        fprintf(out, " %u", i);
  }
  fputc('\n', out);
}

static void print_links(FILE *out, const struct mtia_command *c) {
  const struct mtia_port *port = c->pe->cp->port;
  const struct mtia_pe *to = mtia_re_target(c);
  if (c->red.in && !port[c->red.in - 1].arrived)
    fprintf(out, "    no tile has come from the %s\n",
            c->red.in == RED_IN_NORTH ? "north" : "west");
  if (to && to->cp->port[c->red.out - 1].taken)
    fprintf(out, "    the port of the %s neighbour still holds a tile\n",
            c->red.out == RED_OUT_SOUTH ? "southern" : "eastern");
}

static void print_reason(FILE *out, const struct mtia_command *c) {
  const struct mtia_cp *cp = c->pe->cp;
  bool space;
  const struct mtia_range *r = mtia_cp_missing(c, &space);
  if (r)
    print_missing(out, cp, r, space);
  // A DMA starts in spite of conflicts.
  if (mtia_cp_starts_in_order(c) || c->unit == UNIT_COUNT)
    print_conflict(out, c);
  if (c->kind == CMD_DMA_IN && c->dma.round && !r)
    print_round(out, c->dma.round);
  if (c->kind == CMD_RED)
    print_links(out, c);
}

// The counter of a CB that should move next.
static void print_mover(FILE *out, const struct mtia_command *c) {
  if (!c || (c->unit != UNIT_COUNT && c->state != CMD_WORKED))
    return; // nothing to move, or its unit says why
  fprintf(out, "  CP: ");
  print_command(out, c);
  fprintf(out, " waits\n");
  if (c->unit == UNIT_COUNT)
    print_reason(out, c);
  else
    print_conflict(out, c);
}

void mtia_cp_report(struct mtia_pe *pe, FILE *out) {
  const struct mtia_cp *cp = pe->cp;
  for (unsigned u = 0; u < UNIT_COUNT; u++) {
    const struct mtia_unit *unit = &cp->unit[u];
    if (!unit->first)
      continue;
    fprintf(out, "  %s: ", mtia_unit_name[u]);
    print_command(out, unit->first);
    if (unit->waiting > 1)
      fprintf(out, " waits, %" PRIu32 " more behind it\n", unit->waiting - 1);
    else
      fprintf(out, " waits\n");
    print_reason(out, unit->first);
  }
  for (unsigned i = 0; i < MTIA_CBS; i++) {
    print_mover(out, cp->cb[i].publish);
    print_mover(out, cp->cb[i].release);
  }
}

void mtia_cp_describe(struct mtia_pe *pe, FILE *out) {
  const struct mtia_cp *cp = pe->cp;
  for (unsigned i = 0; i < MTIA_CBS; i++) {
    const struct mtia_cb *cb = &cp->cb[i];
    if (cb->set)
      fprintf(out,
              "  CB %u: base 0x%" PRIx32 ", size %" PRIu32 ", head %" PRIu64 ", tail %" PRIu64
              ", %" PRId64 " bytes of data visible, space for %" PRId64 ", %" PRIu32
              " unfinished commands\n",
              i, cb->base, cb->size, cb->head, cb->tail, (int64_t)(cb->visible - cb->head),
              (int64_t)(cb->released + cb->size - cb->tail), cb->unfinished);
  }
  for (unsigned u = 0; u < UNIT_COUNT; u++)
    fprintf(out, "  %s: %" PRIu64 " commands so far, %" PRIu32 " in the queue\n", mtia_unit_name[u],
            cp->unit[u].commands, cp->unit[u].waiting);
  static const char *const state[] = {"queued", "running", "done, waits for its turn"};
  for (unsigned i = 0; i < MTIA_CORES; i++)
    for (const struct mtia_command *c = cp->core[i].oldest; c; c = c->younger) {
      fprintf(out, "  %s: ", c->unit < UNIT_COUNT ? mtia_unit_name[c->unit] : "CP");
      print_command(out, c);
      fprintf(out, ": %s\n", state[c->state]);
    }
  mtia_cp_report(pe, out);
}

void mtia_cp_why(struct mtia_core *core, char *buffer, size_t size) {
  const struct mtia_cp *cp = core->pe->cp;
  const struct mtia_cp_core *state = &cp->core[core->id];
  const struct mtia_cb *cb = &cp->cb[state->wait_what % MTIA_CBS];
  static const char *const members[] = {"both cores of this PE",
                                        "this core number in all PEs of the sub-grid",
                                        "all cores of the sub-grid"};
  switch (state->wait) {
  case WAIT_QUEUE:
    snprintf(buffer, size, "the queue of the %s is full (%" PRIu32 " commands)",
             mtia_unit_name[state->wait_what], cp->unit[state->wait_what].waiting);
    return;
  case WAIT_POINTERS:
    snprintf(buffer, size, "%" PRIu32 " cb.push and cb.pop of this core wait already",
             state->pointers);
    return;
  case WAIT_DATA:
    snprintf(buffer, size, "CB %u holds %" PRId64 " bytes, cb.waitd needs %" PRIu64 "%s",
             state->wait_what, (int64_t)(cb->visible - cb->head), state->wait_amount,
             cb->publish ? "" : "; no cb.push or dma.in on it is under way");
    return;
  case WAIT_SPACE:
    snprintf(buffer, size, "CB %u has space for %" PRId64 " bytes, cb.waits needs %" PRIu64 "%s",
             state->wait_what, (int64_t)(cb->released + cb->size - cb->tail), state->wait_amount,
             cb->release ? "" : "; no cb.pop or dma.out on it is under way");
    return;
  case WAIT_SYNC:
    snprintf(buffer, size, "mtia.sync waits for %" PRIu32 " unfinished command%s of this core",
             state->unfinished, state->unfinished == 1 ? "" : "s");
    return;
  case WAIT_COUNTER:
    snprintf(buffer, size, "counter %u is %" PRIu64 ", mtia.ctr.wait needs %" PRIu64 "%s",
             state->wait_what, cp->counter[state->wait_what], state->wait_amount,
             cp->counter[state->wait_what] < state->wait_amount ? "" : ": it goes on");
    return;
  case WAIT_BARRIER: {
    const struct mtia_grid *grid = core->dev->grid;
    uint32_t pes = core->dev->rows * core->dev->cols;
    unsigned scope = state->wait_what;
    uint32_t arrived = scope == 0   ? grid->pe_barrier[core->pe->index].arrived
                       : scope == 1 ? grid->core_barrier[core->id].arrived
                                    : grid->all_barrier.arrived;
    uint32_t all = scope == 0 ? MTIA_CORES : scope == 1 ? pes : MTIA_CORES * pes;
    snprintf(buffer, size, "mtia.bar %u (%s): %" PRIu32 " of %" PRIu32 " have arrived", scope,
             members[scope], arrived, all);
    return;
  }
  default:
    snprintf(buffer, size, "it waits for nothing");
  }
}
