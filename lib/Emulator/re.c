// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reduction engine: accumulators and the network between them.

#include "units.h"

#include <string.h>

static int32_t add32(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

static int32_t add_float(int32_t a, int32_t b) {
  return (int32_t)mtia_bits_of(mtia_float_of((uint32_t)a) + mtia_float_of((uint32_t)b));
}

static bool empty(const struct mtia_command *c) { return !c->init.rows || !c->init.cols; }

static void exec_bias(struct mtia_cp *cp, const struct mtia_command *c) {
  int32_t (*acc)[MTIA_TILE] = cp->acc[c->acc];
  int32_t word[MTIA_TILE] = {0};
  bool by_row = c->kind == CMD_ACC_BIASR || c->kind == CMD_ACC_ADDR;
  bool add = c->kind == CMD_ACC_ADD || c->kind == CMD_ACC_ADDR;
  mtia_cb_read(cp, c->read[0].cb, c->read[0].from, word,
               (uint32_t)(c->read[0].to - c->read[0].from));
  for (unsigned i = 0; i < MTIA_TILE; i++)
    for (unsigned j = 0; j < MTIA_TILE; j++)
      acc[i][j] = add32(add ? acc[i][j] : 0, word[by_row ? i : j]);
}

static void exec_load(struct mtia_cp *cp, const struct mtia_command *c) {
  int32_t (*acc)[MTIA_TILE] = cp->acc[c->acc];
  memset(acc, 0, sizeof cp->acc[0]);
  for (unsigned i = 0; i < c->init.rows; i++)
    mtia_cb_read(cp, c->read[0].cb, c->read[0].from + (uint64_t)i * c->init.stride, acc[i],
                 c->init.cols * 4u);
}

static void exec_red(struct mtia_cp *cp, const struct mtia_command *c) {
  int32_t (*acc)[MTIA_TILE] = cp->acc[c->acc];
  struct mtia_port *to = mtia_re_target_port(c);
  if (c->red.in) {
    const struct mtia_port *port = &cp->port[c->red.in - 1];
    const int32_t (*tile)[MTIA_TILE] = port->tile[c->red.received % MTIA_PORT_TILES];
    for (unsigned i = 0; i < MTIA_TILE; i++)
      for (unsigned j = 0; j < MTIA_TILE; j++)
        acc[i][j] = c->red.flt ? add_float(acc[i][j], tile[i][j]) : add32(acc[i][j], tile[i][j]);
  }
  if (to)
    memcpy(to->tile[c->red.sent % MTIA_PORT_TILES], acc, sizeof to->tile[0]);
}

void mtia_re_exec(struct mtia_cp *cp, const struct mtia_command *c) {
  switch (c->kind) {
  case CMD_ACC_ZERO:
    memset(cp->acc[c->acc], 0, sizeof cp->acc[0]);
    return;
  case CMD_ACC_BIAS:
  case CMD_ACC_BIASR:
  case CMD_ACC_ADD:
  case CMD_ACC_ADDR:
    if (!empty(c))
      exec_bias(cp, c);
    break;
  case CMD_ACC_LOAD:
    if (!empty(c))
      exec_load(cp, c);
    break;
  case CMD_RED:
    exec_red(cp, c);
    return;
  default:
    break;
  }
  if (!empty(c))
    cp->local_read += 4u * c->init.cols * (c->kind == CMD_ACC_LOAD ? c->init.rows : 1u);
}

uint32_t mtia_re_cycles(const struct mtia_device_params *p, const struct mtia_command *c) {
  switch (c->kind) {
  case CMD_ACC_ZERO:
    return p->re_zero;
  case CMD_ACC_LOAD: {
    uint32_t cycles = c->init.rows * ((c->init.cols * 4u + p->re_width - 1) / p->re_width);
    return cycles ? cycles : 1;
  }
  case CMD_RED:
    return MTIA_TILE * MTIA_TILE * 4u /
           (p->re_link_width < p->re_width ? p->re_link_width : p->re_width);
  default:
    return empty(c) ? 1 : p->re_bias;
  }
}

struct mtia_pe *mtia_re_target(const struct mtia_command *c) {
  struct mtia_pe *pe = c->pe;
  if (!c->red.out)
    return NULL;
  return c->red.out == RED_OUT_SOUTH ? mtia_pe_at(pe->dev, pe->row + 1, pe->col)
                                     : mtia_pe_at(pe->dev, pe->row, pe->col + 1);
}

struct mtia_pe *mtia_re_source(const struct mtia_command *c) {
  struct mtia_pe *pe = c->pe;
  if (!c->red.in)
    return NULL;
  return c->red.in == RED_IN_NORTH ? mtia_pe_at(pe->dev, pe->row - 1, pe->col)
                                   : mtia_pe_at(pe->dev, pe->row, pe->col - 1);
}

struct mtia_port *mtia_re_target_port(const struct mtia_command *c) {
  struct mtia_pe *to = mtia_re_target(c);
  return to ? &to->cp->port[c->red.out - 1] : NULL; // south comes from north, east from west
}

bool mtia_re_links_ready(const struct mtia_command *c) {
  const struct mtia_port *to = mtia_re_target_port(c);
  return (!c->red.in || c->pe->cp->port[c->red.in - 1].arrived) && (!to || !to->taken);
}

void mtia_re_start(struct mtia_command *c) {
  struct mtia_port *to = mtia_re_target_port(c);
  if (c->red.in)
    c->red.received = c->pe->cp->port[c->red.in - 1].received++;
  if (to)
    c->red.sent = to->sent++;
}

static void arrived(struct mtia_device *dev, void *ctx, uint64_t port) {
  struct mtia_pe *pe = ctx;
  pe->cp->port[port].arrived = true;
  mtia_cp_run(pe);
}

void mtia_re_send(const struct mtia_command *c, uint64_t arrival) {
  struct mtia_port *to = mtia_re_target_port(c);
  if (!to)
    return;
  to->taken = true;
  mtia_at(c->pe->dev, arrival, arrived, mtia_re_target(c), c->red.out - 1u);
}
