// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each command alone costs what cost.c says, over several shapes, on mtia_v1 and on a device whose
// parameters are all others.

#include "cost.h"
#include "machine.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 32768 };

static const struct mtia_device_params *other(void) {
  static struct mtia_device_params p;
  p = mtia_v1_params;
  p.cp_dispatch = 7;
  p.cp_wake = 5;
  p.cp_read = 9;
  p.barrier_pe = 11;
  p.barrier_hop = 3;
  p.noc_hop = 3;
  p.dpe_width = 64;
  p.dpe_latency = 21;
  p.re_width = 64;
  p.re_zero = 2;
  p.re_bias = 6;
  p.re_link_width = 32;
  p.re_hop = 9;
  p.se_latency = 33;
  p.se_function = 5;
  p.se_int8 = 32;
  p.se_fp16 = 16;
  p.se_fp32 = 8;
  p.mlu_width = 32;
  p.mlu_latency = 3;
  p.fi_setup = 4;
  p.fi_in_width = 32;
  p.fi_out_width = 16;
  p.sram_latency = 45;
  p.sram_slice_width = 32;
  p.dram_latency = 77;
  p.dram_channel_centi = 2000;
  p.fi_remote_latency = 19;
  return &p;
}

struct bench {
  struct machine *m;
  struct mtia_pe *pe;
  const struct mtia_device_params *p;
};

// CB 0 is full, CB 1 empty; all of a tile is in banks of its own.
static struct bench start(const struct mtia_device_params *params) {
  struct bench b = {.m = machine_of_params(params, 1, 1, false)};
  b.pe = pe_at(b.m, 0, 0);
  b.p = &b.m->params;
  PUT(b.m, b.pe, 0, CB_INIT, MTIA_LOCAL_BASE, SIZE, 0);
  PUT(b.m, b.pe, 0, CB_PUSH, SIZE, 0, 0);
  PUT(b.m, b.pe, 0, CB_INIT, MTIA_LOCAL_BASE + SIZE, SIZE, 1);
  PUT(b.m, b.pe, 0, SYNC, 0, 0, 0);
  return b;
}

static void block(struct bench *b, unsigned rows, unsigned cols) {
  PUT(b->m, b->pe, 0, CR_W2, rows | cols << 16, 0, CR_BLOCK);
}

static void compare(struct bench *b, uint64_t took, uint64_t expected, unsigned count,
                    struct cost c) {
  const struct program *p = &b->m->program[2 * b->pe->index];
  const struct mtia_insn *insn = &p->step[p->count - 1].insn;
  if (took != expected)
    fail_msg("instruction %u (%u %u %u %u %u), %u times: %lu cycles, not %lu: it occupies the unit "
             "for %lu and is done %lu later",
             insn->op, insn->x[0], insn->x[1], insn->x[2], insn->x[3], insn->x[4], count,
             (unsigned long)took, (unsigned long)expected, (unsigned long)c.occupies,
             (unsigned long)c.latency);
  machine_free(b->m);
}

// The last step put is the command. Alone it ends dispatch, occupation and latency after its issue.
static void costs(struct bench *b, struct cost c) {
  assert_true(machine_run(b->m));
  const struct program *p = &b->m->program[2 * b->pe->index];
  compare(b, b->m->end - p->step[p->count - 1].issued, cost_dispatch(b->p) + c.occupies + c.latency,
          1, c);
}

// The same, with another behind it that starts when the unit is free, but not before its own
// dispatch. accs: operand 0 is an accumulator, which the second must not wait for.
static void costs_twice(struct bench *b, struct cost c, bool accs) {
  struct program *p = &b->m->program[2 * b->pe->index];
  struct step again = p->step[p->count - 1];
  again.insn.x[0] = (uint8_t)(again.insn.x[0] ^ (accs ? 1 : 0));
  put_step(b->m, b->pe, 0, again.insn.op, again.rs1, again.rs2, again.insn.x);
  assert_true(machine_run(b->m));
  uint64_t wait = c.occupies > cost_issue(b->p) ? c.occupies : cost_issue(b->p);
  compare(b, b->m->end - p->step[p->count - 2].issued,
          cost_dispatch(b->p) + wait + c.occupies + c.latency, 2, c);
}

static void costs_either(struct bench *b, bool twice, bool accs, struct cost c) {
  if (twice)
    costs_twice(b, c, accs);
  else
    costs(b, c);
}

static const unsigned tiles[][2] = {{32, 32}, {32, 7}, {5, 9}, {1, 1}, {17, 32}, {0, 32}, {32, 0}};
enum { TILES = sizeof tiles / sizeof *tiles };

static void each_device(void (*test)(const struct mtia_device_params *)) {
  test(&mtia_v1_params);
  test(other());
}

//===-- DPE -------------------------------------------------------------------===//

static void mml_of(const struct mtia_device_params *params) {
  static const uint16_t ops[] = {MTIA_OP_MML, MTIA_OP_MML_OA, MTIA_OP_MML_OB, MTIA_OP_MML_OAB};
  for (unsigned i = 0; i < TILES; i++)
    for (unsigned op = 0; op < 4; op++)
      for (uint8_t type = 0; type < 6; type += 5)
        for (unsigned twice = 0; twice < 2; twice++) {
          struct bench b = start(params);
          block(&b, tiles[i][0], tiles[i][1]);
          PUT(b.m, b.pe, 0, CR_W2, 0, 32, CR_MML_A);
          PUT(b.m, b.pe, 0, CR_W2, 1024, 32, CR_MML_B);
          put_step(b.m, b.pe, 0, ops[op], 0, 0, (const uint8_t[8]){1, 0, 0, 0, 0, 0, type});
          costs_either(&b, twice, true, cost_mml(b.p, tiles[i][0], tiles[i][1]));
        }
}
static void mml(void **state) { each_device(mml_of); }

//===-- RE --------------------------------------------------------------------===//

static void re_of(const struct mtia_device_params *params) {
  for (unsigned i = 0; i < TILES; i++)
    for (unsigned op = 0; op < 6; op++) {
      unsigned rows = tiles[i][0], cols = tiles[i][1];
      struct bench b = start(params);
      block(&b, rows, cols);
      PUT(b.m, b.pe, 0, CR_W2, 64, 128, CR_BIAS);
      struct cost c = cost_bias(b.p, op % 2 ? cols : rows);
      switch (op) {
      case 0:
        PUT(b.m, b.pe, 0, ACC_BIASR, 0, 0, 2, 0, 0);
        break;
      case 1:
        PUT(b.m, b.pe, 0, ACC_BIAS, 0, 0, 2, 0, 0);
        break;
      case 2:
        PUT(b.m, b.pe, 0, ACC_ADDR, 0, 0, 2, 0, 0);
        break;
      case 3:
        PUT(b.m, b.pe, 0, ACC_ADD, 0, 0, 2, 0, 0);
        break;
      case 4:
        PUT(b.m, b.pe, 0, ACC_LOAD, 0, 0, 2, 0, 0, 0);
        c = cost_load(b.p, rows, cols);
        break;
      default:
        PUT(b.m, b.pe, 0, ACC_ZERO, 0, 0, 2);
        c = cost_zero(b.p);
      }
      costs_either(&b, i % 2, true, c);
    }
}
static void re(void **state) { each_device(re_of); }

// n PEs one after the other; every tile is a hop later at the next.
static void red_of(const struct mtia_device_params *params) {
  for (unsigned n = 2; n <= 4; n++)
    for (unsigned east = 0; east < 2; east++) {
      struct machine *m = machine_of_params(params, east ? 1 : n, east ? n : 1, false);
      uint64_t sum = cost_dispatch(params);
      for (unsigned i = 0; i < n; i++) {
        uint8_t in = i == 0 ? 0 : east ? RED_IN_WEST : RED_IN_NORTH;
        uint8_t out = i + 1 == n ? 0 : east ? RED_OUT_EAST : RED_OUT_SOUTH;
        put_step(m, &m->dev.pe[i], 0, east ? MTIA_OP_REDF : MTIA_OP_RED, 0, 0,
                 (const uint8_t[8]){1, in, out});
        struct cost c = cost_red(params, out != 0);
        sum += c.occupies + c.latency;
      }
      assert_true(machine_run(m));
      assert_int_equal(m->end, sum);
      machine_free(m);
    }
}
static void red(void **state) { each_device(red_of); }

//===-- SE --------------------------------------------------------------------===//

static void drain_of(const struct mtia_device_params *params) {
  for (unsigned i = 0; i < TILES; i++)
    for (uint8_t type = 0; type < 6; type++)
      for (unsigned function = 0; function < 2; function++) {
        unsigned rows = tiles[i][0], cols = tiles[i][1];
        struct bench b = start(params);
        bool flt = (i + type) % 2;
        block(&b, rows, cols);
        PUT(b.m, b.pe, 0, CR_W2, 0, 128, CR_OUT);
        PUT(b.m, b.pe, 0, CR_W2, 0, 127, CR_QCLAMP);
        PUT(b.m, b.pe, 0, CR_W, function ? 10u << 4 : 0, 0, CR_QMODE);
        put_step(b.m, b.pe, 0, flt ? MTIA_OP_DRAINF : MTIA_OP_DRAIN, 0, 0,
                 (const uint8_t[8]){3, 1, 0, 0, type, 0});
        // Type 0 writes the accumulator as it is: no scale, no function behind it.
        costs_either(&b, i % 2, true, cost_drain(b.p, rows, cols, function && type));
      }
}
static void drain(void **state) { each_device(drain_of); }

static void minmax_of(const struct mtia_device_params *params) {
  for (unsigned i = 0; i < TILES; i++) {
    struct bench b = start(params);
    block(&b, tiles[i][0], tiles[i][1]);
    PUT(b.m, b.pe, 0, CR_W2, 0, 0, CR_OUT);
    PUT(b.m, b.pe, 0, ACC_MINMAX, 0, 0, 0, 1, 0, 0, (uint8_t)(i % 2));
    costs_either(&b, i % 2, true, cost_minmax(b.p, tiles[i][0], tiles[i][1]));
  }
}
static void minmax(void **state) { each_device(minmax_of); }

static const uint8_t se_type[] = {SE_I8, SE_U8, SE_I32, SE_F32, SE_F16, SE_BF16};
static const unsigned se_bits[] = {8, 8, 32, 32, 16, 16};

static void elements_of(const struct mtia_device_params *params) {
  static const uint32_t lengths[] = {1, 16, 17, 64, 65, 1000};
  for (unsigned in = 0; in < 6; in++)
    for (unsigned out = 0; out < 6; out++)
      for (unsigned n = 0; n < 6; n++)
        for (unsigned op = 0; op < 3; op++) {
          struct bench b = start(params);
          uint32_t length = lengths[(n + in) % 6];
          unsigned bits = se_bits[in] > se_bits[out] ? se_bits[in] : se_bits[out];
          PUT(b.m, b.pe, 0, CR_W,
              se_type[in] | (uint32_t)se_type[in] << 4 | (uint32_t)se_type[out] << 8, 0, CR_SE_FMT);
          PUT(b.m, b.pe, 0, CR_W2, length, 0, CR_SE_LEN);
          PUT(b.m, b.pe, 0, CR_W2, 0, 8448, CR_SE_SRC); // in other banks than input 1
          PUT(b.m, b.pe, 0, CR_W2, 0, 127, CR_QCLAMP);
          if (op == 2)
            PUT(b.m, b.pe, 0, SE_BIN, 0, 0, 1, 0, 0, (uint8_t)(n % 5));
          else
            PUT(b.m, b.pe, 0, SE_UN, 0, 0, 1, 0, op ? (uint8_t)(SE_EXP + n) : SE_COPY);
          costs_either(&b, n % 2, false, cost_elements(b.p, length, bits, op == 1));
        }
}
static void elements(void **state) { each_device(elements_of); }

static void rows_of(const struct mtia_device_params *params) {
  static const unsigned shapes[][2] = {{1, 1}, {32, 65}, {7, 128}, {32, 16}, {2, 200}};
  for (unsigned i = 0; i < 5; i++)
    for (unsigned in = 0; in < 6; in++)
      for (unsigned op = 0; op < 2; op++) {
        struct bench b = start(params);
        PUT(b.m, b.pe, 0, CR_W, se_type[in] | (uint32_t)SE_F32 << 8, 0, CR_SE_FMT);
        PUT(b.m, b.pe, 0, CR_W2, shapes[i][1], 0, CR_SE_ROW);
        put_step(b.m, b.pe, 0, op ? MTIA_OP_SE_RED : MTIA_OP_SE_ROWACC, shapes[i][0], 0,
                 (const uint8_t[8]){1, 0, (uint8_t)(in % (op ? 4 : 2))});
        costs_either(&b, i % 2, false, cost_rows(b.p, shapes[i][0], shapes[i][1], se_bits[in]));
      }
}
static void se_rows(void **state) { each_device(rows_of); }

//===-- MLU -------------------------------------------------------------------===//

static void mlu_of(const struct mtia_device_params *params) {
  static const unsigned shapes[][2] = {{1, 1}, {32, 32}, {10, 65}, {65, 10}, {64, 64}, {3, 126}};
  static const unsigned bits[] = {8, 16, 32, 4};
  static const uint16_t ops[] = {MTIA_OP_MLU_TRANSPOSE, MTIA_OP_MLU_COPY, MTIA_OP_MLU_CONCAT};
  for (unsigned i = 0; i < 6; i++)
    for (uint8_t es = 0; es < 4; es++)
      for (unsigned op = 0; op < 3; op++) {
        unsigned rows = shapes[i][0], cols = shapes[i][1];
        if (op == 2 && es == 3 && cols % 2)
          continue;
        struct bench b = start(params);
        PUT(b.m, b.pe, 0, CR_W2, rows, cols, CR_MLU_SHAPE);
        PUT(b.m, b.pe, 0, CR_W2, 0, ((cols * bits[es] + 7) / 8 + 3u) & ~3u, CR_MLU_SRC);
        PUT(b.m, b.pe, 0, CR_W2, 0, 256, CR_MLU_DST);
        put_step(b.m, b.pe, 0, ops[op], 0, 0, (const uint8_t[8]){1, 0, es, 0});
        struct cost c =
            op ? cost_copy(b.p, rows, cols, bits[es]) : cost_transpose(b.p, rows, cols, bits[es]);
        if (op == 2)
          costs(&b, c);
        else
          costs_either(&b, i % 2, false, c);
      }
}
static void mlu(void **state) { each_device(mlu_of); }

//===-- FI --------------------------------------------------------------------===//

// One hop: PE (0,0) and slice or channel 0; a neighbour's memory. Longer transfers touch slices
// that are farther, so there the hops cost nothing.
static void dma_of(const struct mtia_device_params *params) {
  static const struct {
    uint64_t rows, width, pitch, offset;
  } shapes[] = {{1, 32, 0, 0},      {1, 64, 0, 0},         {1, 256, 0, 0},   {4, 32, 32, 0},
                {8, 32, 64, 0},     {3, 100, 128, 0},      {1, 1024, 0, 0},  {4, 512, 512, 0},
                {16, 160, 256, 64}, {2, 2048, 2048, 1024}, {64, 32, 96, 32}, {5, 300, 320, 32}};
  for (unsigned i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (unsigned memory = 0; memory < 3; memory++)
      for (unsigned kind = 0; kind < 4; kind++) {
        bool near = memory == COST_REMOTE || shapes[i].rows * shapes[i].pitch < 256;
        struct mtia_device_params changed = *params;
        changed.local_banks = MTIA_BANKS_MAX; // so many that there are no conflicts
        if (!near || shapes[i].width > 256)
          changed.noc_hop = 0;
        if (kind == 3 && memory != COST_DRAM) // a prefetch is of DRAM
          continue;
        struct bench b = {.m = machine_of_params(&changed, 1, 2, false)};
        b.pe = pe_at(b.m, 0, 0);
        b.p = &b.m->params;
        struct cost_dma d = {.memory = (enum cost_memory)memory,
                             .out = kind == 1,
                             .hops = 1,
                             .offset =
                                 shapes[i].offset + (kind == 2 && shapes[i].width % 32 ? 12 : 0),
                             .rows = shapes[i].rows,
                             .width = shapes[i].width,
                             .pitch = shapes[i].pitch};
        const uint64_t base[] = {MTIA_SRAM_BASE, MTIA_DRAM_BASE,
                                 MTIA_REMOTE_BASE + MTIA_LOCAL_ROOM};
        uint64_t address = base[memory] + d.offset;
        uint32_t width = (uint32_t)d.width, pitch = (uint32_t)d.pitch;
        int32_t *index = (int32_t *)(uintptr_t)(b.pe->local + 65536);
        for (int r = 0; r < (int)d.rows; r++)
          index[r] = r;
        PUT(b.m, b.pe, 0, CB_INIT, MTIA_LOCAL_BASE, 65536, 0);
        PUT(b.m, b.pe, 0, CB_INIT, MTIA_LOCAL_BASE + 65536, 512, 1);
        PUT(b.m, b.pe, 0, CB_PUSH, kind == 1 ? 65536 : 0, 0, 0);
        PUT(b.m, b.pe, 0, CB_PUSH, 512, 0, 1);
        PUT(b.m, b.pe, 0, CR_W2, width, 0,
            kind == 0   ? CR_DMA_IN
            : kind == 1 ? CR_DMA_OUT
                        : CR_GATHER);
        PUT(b.m, b.pe, 0, CR_W, pitch, 0,
            kind == 0   ? CR_DMA_IN_PITCH
            : kind == 1 ? CR_DMA_OUT_PITCH
                        : CR_GATHER_PITCH);
        PUT(b.m, b.pe, 0, CR_W2, width, pitch, CR_PREFETCH);
        PUT(b.m, b.pe, 0, SYNC, 0, 0, 0);
        if (kind == 0)
          PUT(b.m, b.pe, 0, DMA_IN, address, d.rows, 0, 0);
        else if (kind == 1)
          PUT(b.m, b.pe, 0, DMA_OUT, address, d.rows, 0);
        else if (kind == 2)
          PUT(b.m, b.pe, 0, DMA_GATHER, address, d.rows, 0, 1);
        else
          PUT(b.m, b.pe, 0, DMA_PREFETCH, address, d.rows, 0);
        struct cost c = kind == 2   ? cost_gather(b.p, &d)
                        : kind == 3 ? cost_prefetch(b.p, &d)
                                    : cost_dma(b.p, &d);
        if (kind == 3)
          b.m->params.noc_hop = 0;
        assert_true(machine_run(b.m));
        const struct program *program = &b.m->program[0];
        uint64_t took = b.m->end - program->step[program->count - 1].issued;
        if (took != cost_dispatch(b.p) + c.occupies + c.latency)
          fail_msg("shape %u, memory %u, kind %u: %lu cycles, the formula has %lu + %lu + %lu", i,
                   memory, kind, (unsigned long)took, (unsigned long)cost_dispatch(b.p),
                   (unsigned long)c.occupies, (unsigned long)c.latency);
        machine_free(b.m);
      }
}
static void dma(void **state) { each_device(dma_of); }

//===-- CP --------------------------------------------------------------------===//

// Cycles between two steps of core 0 of PE 0.
static uint64_t between(const struct machine *m, unsigned from, unsigned to) {
  return m->program[0].step[to].issued - m->program[0].step[from].issued;
}

static void control_of(const struct mtia_device_params *params) {
  struct machine *m = machine_of_params(params, 2, 3, false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  PUT(m, pe, 0, ID, 0, 0, 0);
  PUT(m, pe, 0, CR_W, 0, 0, 5);
  PUT(m, pe, 0, CR_W2, 0, 0, 5);
  PUT(m, pe, 0, CR_ADD, 0, 0, 5);
  PUT(m, pe, 0, CR_R, 0, 0, 5);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 64, 0);
  PUT(m, pe, 0, CTR_SET, 1, 0, 3);
  PUT(m, pe, 0, CTR_WAIT, 1, 0, 3);  // holds
  PUT(m, pe, 0, CTR_ADD, 5, 1, 3);   // PE (1,2)
  PUT(m, pe, 0, CB_WAITS, 64, 0, 0); // holds
  PUT(m, pe, 0, CB_WAITD, 0, 0, 0);  // holds
  unsigned reads = m->program[0].count;
  PUT(m, pe, 0, CB_HEAD, 0, 0, 0);
  PUT(m, pe, 0, CB_TAIL, 0, 0, 0);
  PUT(m, pe, 0, CB_FILL, 0, 0, 0);
  PUT(m, pe, 0, CTR_GET, 0, 0, 3);
  unsigned tas = m->program[0].count;
  PUT(m, pe, 0, CTR_TAS, 0, 0, 3);
  PUT(m, pe, 0, CTR_TAS, 5, 0, 3); // three hops
  unsigned push = m->program[0].count;
  PUT(m, pe, 0, CB_PUSH, 64, 0, 0);
  PUT(m, pe, 0, CB_WAITD, 64, 0, 0);
  PUT(m, pe, 0, CB_POP, 64, 0, 0);
  PUT(m, pe, 0, CB_WAITS, 64, 0, 0);
  PUT(m, pe, 0, ACC_ZERO, 0, 0, 0);
  PUT(m, pe, 0, SYNC, 0, 0, 0);
  PUT(m, pe, 0, HALT, 0, 0, 0);
  assert_true(machine_run(m));
  for (unsigned i = 1; i <= reads; i++)
    assert_int_equal(between(m, i - 1, i), cost_issue(params));
  for (unsigned i = reads; i < tas; i++)
    assert_int_equal(between(m, i, i + 1), cost_read(params));
  assert_int_equal(between(m, tas, tas + 1), cost_tas(params, 0));
  assert_int_equal(between(m, tas + 1, tas + 2), cost_tas(params, 3));
  // What waits goes on when the command before it has been executed, and a wake-up later.
  uint64_t pointer = cost_dispatch(params) + cost_wake(params);
  assert_int_equal(between(m, push, push + 1), pointer);
  assert_int_equal(between(m, push + 2, push + 3), pointer);
  assert_int_equal(between(m, push + 4, push + 5), pointer + cost_zero(params).occupies);
  machine_free(m);
}
static void control(void **state) { each_device(control_of); }

static void counters_of(const struct mtia_device_params *params) {
  for (unsigned hops = 0; hops < 4; hops++) {
    struct machine *m = machine_of_params(params, 1, 4, false);
    PUT(m, pe_at(m, 0, 0), 0, CTR_ADD, hops, 1, 7);
    PUT(m, pe_at(m, 0, hops), 1, CTR_WAIT, 1, 0, 7);
    assert_true(machine_run(m));
    assert_int_equal(m->program[2 * hops + 1].step[0].issued,
                     cost_add(params, hops) + cost_wake(params));
    machine_free(m);
  }
}
static void counters(void **state) { each_device(counters_of); }

static void barriers_of(const struct mtia_device_params *params) {
  for (uint8_t scope = 0; scope < 3; scope++) {
    struct machine *m = machine_of_params(params, 3, 2, false);
    for (unsigned i = 0; i < 6; i++)
      for (unsigned core = 0; core < (scope == 1 ? 1u : 2u); core++) {
        PUT(m, &m->dev.pe[i], core, BAR, 0, 0, scope);
        PUT(m, &m->dev.pe[i], core, ID, 0, 0, 0);
      }
    m->program[0].delay = 50; // the last one to come
    assert_true(machine_run(m));
    assert_int_equal(m->program[0].step[1].issued,
                     50 + cost_issue(params) + cost_barrier(params, scope, 3, 2));
    machine_free(m);
  }
}
static void barriers(void **state) { each_device(barriers_of); }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mml),     cmocka_unit_test(re),       cmocka_unit_test(red),
      cmocka_unit_test(drain),   cmocka_unit_test(minmax),   cmocka_unit_test(elements),
      cmocka_unit_test(se_rows), cmocka_unit_test(mlu),      cmocka_unit_test(dma),
      cmocka_unit_test(control), cmocka_unit_test(counters), cmocka_unit_test(barriers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
