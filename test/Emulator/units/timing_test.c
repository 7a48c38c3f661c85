// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// When things happen: each test has the formula in terms of the device's
// parameters. The formulas are those of docs/timing.md.

#include "fc.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void within(double value, double expected, double tolerance) {
  if (fabs(value - expected) > tolerance * expected)
    fail_msg("%g is not within %g %% of %g", value, 100 * tolerance, expected);
}

// CB 0: `bytes` of data, all of them visible at once.
static void put_data(struct machine *m, struct mtia_pe *pe, uint32_t bytes) {
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, bytes, 0);
  PUT(m, pe, 0, CB_PUSH, bytes, 0, 0);
  PUT(m, pe, 0, SYNC, 0, 0, 0);
}

static void put_mml(struct machine *m, struct mtia_pe *pe, uint8_t acc, uint8_t flags) {
  PUT(m, pe, 0, MML, 0, 0, acc, 0, 0, 0, 0, flags, 0);
}

static struct machine *mml_machine(unsigned rows, unsigned cols) {
  struct machine *m = machine_new(1, 1, false);
  put_data(m, pe_at(m, 0, 0), 4096);
  PUT(m, pe_at(m, 0, 0), 0, CR_W2, rows | cols << 16, 0, CR_BLOCK);
  PUT(m, pe_at(m, 0, 0), 0, CR_W2, 0, 32, CR_MML_A);
  PUT(m, pe_at(m, 0, 0), 0, CR_W2, 0, 32, CR_MML_B);
  return m;
}

// n mml: dispatch, n times max(rows, cols) cycles without a gap, the pipeline once.
static void mml_rate(void **state) {
  static const unsigned shapes[][3] = {{32, 32, 32}, {32, 7, 32}, {5, 9, 9}, {0, 32, 1}};
  for (unsigned i = 0; i < 4; i++) {
    struct machine *m = mml_machine(shapes[i][0], shapes[i][1]);
    struct mtia_pe *pe = pe_at(m, 0, 0);
    struct step *first = m->program[0].step + m->program[0].count;
    unsigned start = m->program[0].count, n = 16;
    for (unsigned k = 0; k < n; k++)
      put_mml(m, pe, (uint8_t)(k % 4), 0);
    assert_true(machine_run(m));
    first = m->program[0].step + start;
    assert_int_equal(m->end, first->issued + m->params.cp_dispatch + n * shapes[i][2] +
                                 m->params.dpe_latency);
    machine_free(m);
  }
}

// Sixteen commands wait; the seventeenth after the one that runs waits for the next start.
static void queue_depth(void **state) {
  struct machine *m = mml_machine(32, 32);
  unsigned start = m->program[0].count, depth = m->params.cp_queue_depth, n = depth + 8;
  for (unsigned k = 0; k < n; k++)
    put_mml(m, pe_at(m, 0, 0), 0, 0);
  assert_true(machine_run(m));
  const struct step *s = m->program[0].step + start;
  uint64_t run = s[0].issued + m->params.cp_dispatch; // start of mml 0
  for (unsigned k = 0; k <= depth; k++)
    assert_int_equal(s[k].issued, s[0].issued + k);
  for (unsigned k = depth + 1; k < n; k++)
    assert_int_equal(s[k].issued, run + 32 * (k - depth) + m->params.cp_wake);
  machine_free(m);
}

// Cycles from the start of one SE command until it is done, behind its issue and dispatch.
static uint64_t se_time(unsigned op, uint32_t fmt, uint32_t count, uint32_t rows, uint8_t what,
                        uint8_t binary) {
  struct machine *m = machine_new(1, 1, false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  put_data(m, pe, 32768);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 32768, 32768, 1);
  PUT(m, pe, 0, CR_W, fmt, 0, CR_SE_FMT);
  PUT(m, pe, 0, CR_W, count, 0, CR_SE_LEN);
  PUT(m, pe, 0, CR_W, count, 0, CR_SE_ROW);
  PUT(m, pe, 0, CR_W2, (uint32_t)-128, 127, CR_QCLAMP);
  put_step(m, pe, 0, op, rows, 0, (const uint8_t[8]){1, 0, binary ? 0 : what, what});
  assert_true(machine_run(m));
  uint64_t time =
      m->end - m->program[0].step[m->program[0].count - 1].issued - m->params.cp_dispatch;
  machine_free(m);
  return time;
}

static void se_rates(void **state) {
  const struct mtia_device_params *p = &mtia_v1_params;
  const uint32_t fmt[] = {SE_I8 | SE_I8 << 4 | SE_I8 << 8, SE_F16 | SE_F16 << 4 | SE_F16 << 8,
                          SE_F32 | SE_F32 << 4 | SE_F32 << 8};
  const uint32_t rate[] = {p->se_int8, p->se_fp16, p->se_fp32};
  for (unsigned i = 0; i < 3; i++) {
    uint64_t full = 1000 * rate[i] / 16, steps = (full + rate[i] - 1) / rate[i];
    uint32_t n = (uint32_t)full;
    assert_int_equal(se_time(MTIA_OP_SE_UN, fmt[i], n, 0, SE_COPY, 0), steps + p->se_latency);
    assert_int_equal(se_time(MTIA_OP_SE_UN, fmt[i], n + 1, 0, SE_TANH, 0),
                     n / rate[i] + 1 + p->se_latency + p->se_function);
    assert_int_equal(se_time(MTIA_OP_SE_BIN, fmt[i], n, 0, SE_ADD, 1), steps + p->se_latency);
    // 65 elements: a step more than 64 or 32 or 16 of them.
    uint32_t row = 65, row_steps = (row + rate[i] - 1) / rate[i];
    assert_int_equal(se_time(MTIA_OP_SE_ROWACC, fmt[i], row, 32, 0, 0),
                     32 * row_steps + p->se_latency);
    assert_int_equal(se_time(MTIA_OP_SE_RED, fmt[i], row, 7, 0, 0), 7 * row_steps + p->se_latency);
  }
  // The widest type counts.
  assert_int_equal(se_time(MTIA_OP_SE_UN, SE_I8 | SE_F32 << 8, 640, 0, SE_DEQUANTISE, 0),
                   640 / p->se_fp32 + p->se_latency);
}

static uint64_t mlu_time(unsigned op, uint32_t rows, uint32_t cols, uint8_t es, uint8_t dpe) {
  struct machine *m = machine_new(1, 1, false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  put_data(m, pe, 32768);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 32768, 32768, 1);
  PUT(m, pe, 0, CR_W2, rows, cols, CR_MLU_SHAPE);
  put_step(m, pe, 0, op, 0, 0, (const uint8_t[8]){1, 0, es, dpe});
  assert_true(machine_run(m));
  uint64_t time =
      m->end - m->program[0].step[m->program[0].count - 1].issued - m->params.cp_dispatch;
  time -= m->params.mlu_latency;
  machine_free(m);
  return time;
}

static void layouts(void **state) {
  assert_int_equal(mlu_time(MTIA_OP_MLU_COPY, 10, 64, 0, 0), 10);
  assert_int_equal(mlu_time(MTIA_OP_MLU_COPY, 10, 65, 0, 0), 20);
  assert_int_equal(mlu_time(MTIA_OP_MLU_CONCAT, 10, 64, 2, 0), 40);
  assert_int_equal(mlu_time(MTIA_OP_MLU_TRANSPOSE, 32, 32, 0, 1), 32); // a tile for mml
  assert_int_equal(mlu_time(MTIA_OP_MLU_TRANSPOSE, 16, 32, 1, 1), 32); // 32 rows of 16 f16
  assert_int_equal(mlu_time(MTIA_OP_MLU_TRANSPOSE, 64, 64, 0, 0), 64);
  assert_int_equal(mlu_time(MTIA_OP_MLU_TRANSPOSE, 128, 1, 0, 0), 128);
  assert_int_equal(mlu_time(MTIA_OP_MLU_COPY, 3, 128, 3, 0), 3); // of 4 bits
}

// Rows of 40 bytes that begin anywhere: as many requests as sectors of theirs lie in 64-byte lines.
static void gather_rate(void **state) {
  struct machine *m = machine_new(1, 1, false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  int32_t *index = (int32_t *)(uintptr_t)pe->local;
  for (int i = 0; i < 512; i++)
    index[i] = i * 7 % 512;
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 2048, 0);
  PUT(m, pe, 0, CB_PUSH, 2048, 0, 0);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 4096, 32768, 1);
  PUT(m, pe, 0, CR_W, 40, 0, CR_GATHER);
  PUT(m, pe, 0, CR_W, 256, 0, CR_GATHER_PITCH);
  unsigned start = m->program[0].count;
  PUT(m, pe, 0, DMA_GATHER, MTIA_SRAM_BASE + 44, 512, 1, 0); // bytes 44..83: 32 and 32 in two lines
  assert_true(machine_run(m));
  within((double)(m->end - m->program[0].step[start].issued), 2 * 512, 0.25);
  machine_free(m);
}

// Commands of a cycle each for two units: one core issues them one after the other, two cores, each
// for its unit, at the same time.
static void two_core_issue(void **state) {
  const unsigned n = 12; // less than a queue
  for (unsigned cores = 1; cores <= 2; cores++) {
    struct machine *m = mml_machine(32, 32);
    struct mtia_pe *pe = pe_at(m, 0, 0);
    const struct mtia_device_params *p = &m->params;
    unsigned first = m->program[0].count;
    PUT(m, pe, 0, CR_W2, 0, 0, CR_BLOCK); // empty tiles
    PUT(m, pe, 0, BAR, 0, 0, 0);
    PUT(m, pe, 1, BAR, 0, 0, 0);
    for (unsigned k = 0; k < n; k++) {
      put_mml(m, pe, 0, 0);
      PUT(m, pe, cores - 1, ACC_ZERO, 0, 0, 1);
    }
    assert_true(machine_run(m));
    uint64_t begin = m->program[0].step[first + 2].issued;
    const struct step *last = &m->program[0].step[m->program[0].count - 1];
    assert_int_equal(last->issued - begin, cores == 1 ? 2 * n - 1 : n - 1);
    if (cores == 2) {
      const struct program *other = &m->program[1];
      assert_in_range(other->step[n].issued - other->step[1].issued, n - 1, n - 1);
      assert_in_range(m->end, begin + p->cp_dispatch + n - 1 + p->dpe_latency,
                      begin + p->cp_dispatch + n + 2 + p->dpe_latency);
    }
    machine_free(m);
  }
}

// The RE at its peak: a row of a tile per cycle, for acc.load and for red; drain the same.
static void re_rate(void **state) {
  const unsigned n = 8;
  for (unsigned drains = 0; drains < 2; drains++) {
    struct machine *m = mml_machine(32, 32);
    struct mtia_pe *pe = pe_at(m, 0, 0);
    const struct mtia_device_params *p = &m->params;
    PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 4096, 8192, 1);
    PUT(m, pe, 0, CR_W2, 0, 128, CR_OUT);
    PUT(m, pe, 0, CR_W2, 0, 128, CR_BIAS);
    unsigned start = m->program[0].count;
    for (unsigned k = 0; k < n; k++)
      if (drains)
        PUT(m, pe, 0, DRAIN, 0, 0, (uint8_t)(k % 4), 1, 0, 0, DRAIN_RAW, 0);
      else
        PUT(m, pe, 0, ACC_LOAD, 0, 0, (uint8_t)(k % 4), 0, 0, 0);
    assert_true(machine_run(m));
    assert_int_equal(m->end, m->program[0].step[start].issued + p->cp_dispatch +
                                 n * (4096 / p->re_width) + (drains ? p->se_latency : 0));
    machine_free(m);
  }
}

// A drain of one accumulator goes on beside mml on another, and holds up only its own.
static void drain_beside_mml(void **state) {
  struct machine *m = mml_machine(32, 32);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  const struct mtia_device_params *p = &m->params;
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE + 4096, 8192, 1);
  PUT(m, pe, 0, CR_W2, 0, 128, CR_OUT);
  unsigned start = m->program[0].count;
  PUT(m, pe, 0, DRAIN, 0, 0, 0, 1, 0, 0, DRAIN_RAW, 0);
  for (unsigned k = 0; k < 4; k++)
    put_mml(m, pe, 1, 0);
  put_mml(m, pe, 0, 2); // after the drain
  assert_true(machine_run(m));
  uint64_t t = m->program[0].step[start].issued + p->cp_dispatch;
  uint64_t drained = t + 1024 * 4 / p->re_width + p->se_latency;
  uint64_t multiplied = t + 1 + 4 * 32; // the first was issued a cycle later
  uint64_t last = drained > multiplied ? drained : multiplied;
  assert_int_equal(m->end, last + 32 + p->dpe_latency);
  machine_free(m);
}

// One request of 64 B: dispatch, set-up, the way to the slice and back, the slice.
static void dma_latency(void **state) {
  for (unsigned row = 0; row < 8; row += 3)
    for (unsigned col = 0; col < 8; col += 3) {
      struct machine *m = machine_new(8, 8, false);
      struct mtia_pe *pe = pe_at(m, row, col);
      const struct mtia_device_params *p = &m->params;
      PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 4096, 0);
      PUT(m, pe, 0, CR_W2, 64, 0, CR_DMA_IN);
      PUT(m, pe, 0, DMA_IN, MTIA_SRAM_BASE, 1, 0, 0);
      PUT(m, pe, 0, CB_WAITD, 64, 0, 0);
      assert_true(machine_run(m));
      // Byte 0 of the SRAM is in slice 0, at the west end of the north side.
      uint64_t hops = row + 1 + col;
      const struct step *s = m->program[2 * pe->index].step;
      assert_int_equal(s[3].issued - s[2].issued,
                       p->cp_dispatch + p->fi_setup + 2 * hops * p->noc_hop +
                           64 / p->sram_slice_width + p->sram_latency + p->cp_wake);
      machine_free(m);
    }
}

// Cycles from the first DMA to the last byte of `count` DMAs of `bytes` on one PE.
static uint64_t stream(struct machine *m, uint64_t base, unsigned count, uint32_t bytes) {
  struct mtia_pe *pe = pe_at(m, 0, 0);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 65536, 0);
  PUT(m, pe, 0, CR_W2, bytes, 0, CR_DMA_IN);
  for (unsigned k = 0; k < count; k++) {
    PUT(m, pe, 0, DMA_IN, base + (uint64_t)k * bytes, 1, 0, 0);
    PUT(m, pe, 0, CB_POP, bytes, 0, 0);
  }
  assert_true(machine_run(m));
  return m->end - m->program[0].step[2].issued;
}

// Little's law: as many bytes per latency as may be on their way. Many small commands do as well as
// few large ones.
static void dma_bandwidth_by_latency(void **state) {
  for (uint32_t bytes = 1024; bytes <= 16384; bytes *= 4) {
    struct machine *m = machine_new(1, 1, false);
    m->params.noc_hop = 0; // the same latency to all slices
    m->params.sram_latency = 200;
    unsigned count = (1 << 20) / bytes;
    double cycles = (double)stream(m, MTIA_SRAM_BASE, count, bytes);
    const struct mtia_device_params *p = &m->params;
    double latency = (double)p->sram_interleave / p->sram_slice_width + p->sram_latency;
    within((1 << 20) / cycles, p->fi_outstanding * p->fi_request / latency, 0.03);
    machine_free(m);
  }
}

// With a short latency the port is the limit.
static void dma_bandwidth_by_port(void **state) {
  struct machine *m = machine_new(1, 1, false);
  m->params.noc_hop = 0;
  m->params.sram_latency = 20;
  double cycles = (double)stream(m, MTIA_SRAM_BASE, 128, 8192);
  within((1 << 20) / cycles, m->params.fi_in_width, 0.02);
  machine_free(m);
}

static void dma_out_bandwidth(void **state) {
  struct machine *m = machine_new(1, 1, false);
  m->params.noc_hop = 0; // far slices would need a few more requests on their way
  struct mtia_pe *pe = pe_at(m, 0, 0);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 65536, 0);
  PUT(m, pe, 0, CR_W2, 8192, 0, CR_DMA_OUT);
  for (unsigned k = 0; k < 32; k++) {
    PUT(m, pe, 0, CB_PUSH, 8192, 0, 0);
    PUT(m, pe, 0, DMA_OUT, MTIA_SRAM_BASE + 8192 * k, 1, 0);
  }
  assert_true(machine_run(m));
  within(32 * 8192 / (double)m->end, m->params.fi_out_width, 0.02);
  machine_free(m);
}

// Another PE's local memory: the hops, its port.
static void remote_latency(void **state) {
  for (unsigned hops = 1; hops < 8; hops++) {
    struct machine *m = machine_new(8, 8, false);
    const struct mtia_device_params *p = &m->params;
    unsigned row = hops / 2, col = hops - row;
    struct mtia_pe *pe = pe_at(m, 0, 0);
    PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 4096, 0);
    PUT(m, pe, 0, CR_W2, 64, 0, CR_DMA_IN);
    PUT(m, pe, 0, DMA_IN, MTIA_REMOTE_BASE + (row * MTIA_REMOTE_COLUMNS + col) * MTIA_LOCAL_ROOM, 1,
        0, 0);
    PUT(m, pe, 0, CB_WAITD, 64, 0, 0);
    assert_true(machine_run(m));
    const struct step *s = m->program[0].step;
    assert_int_equal(s[3].issued - s[2].issued, p->cp_dispatch + p->fi_setup +
                                                    2 * hops * p->noc_hop + 64 / p->noc_link_width +
                                                    p->fi_remote_latency + p->cp_wake);
    machine_free(m);
  }
}

// A burst of DRAM: as from SRAM, but the channel instead of the slice, and the DRAM's own latency.
static void dram_latency(void **state) {
  struct machine *m = machine_new(1, 1, false);
  const struct mtia_device_params *p = &m->params;
  PUT(m, pe_at(m, 0, 0), 0, CB_INIT, MTIA_LOCAL_BASE, 4096, 0);
  PUT(m, pe_at(m, 0, 0), 0, CR_W2, 32, 0, CR_DMA_IN); // half a burst takes a whole one
  PUT(m, pe_at(m, 0, 0), 0, DMA_IN, MTIA_DRAM_BASE, 1, 0, 0);
  PUT(m, pe_at(m, 0, 0), 0, CB_WAITD, 32, 0, 0);
  assert_true(machine_run(m));
  const struct step *s = m->program[0].step;
  uint64_t burst = (100 * p->dram_burst + p->dram_channel_centi - 1) / p->dram_channel_centi;
  assert_int_equal(s[3].issued - s[2].issued, p->cp_dispatch + p->fi_setup + 2 * p->noc_hop +
                                                  burst + p->sram_latency + p->dram_latency +
                                                  p->cp_wake);
  machine_free(m);
}

// Rows of 32 B scattered over DRAM get half of what whole bursts get.
static void dram_bursts(void **state) {
  struct machine *m = machine_new(8, 8, false);
  for (unsigned i = 0; i < 64; i++) {
    struct mtia_pe *pe = &m->dev.pe[i];
    PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 65536, 0);
    PUT(m, pe, 0, CR_W2, 32, 0, CR_DMA_IN);
    PUT(m, pe, 0, CR_W, 64, 0, CR_DMA_IN_PITCH);
    PUT(m, pe, 0, DMA_IN, MTIA_DRAM_BASE + 65536 * i, 1024, 0, 0);
  }
  assert_true(machine_run(m));
  within(64 * 32768 / (double)m->end,
         m->params.dram_channels * m->params.dram_channel_centi / 200.0, 0.05);
  machine_free(m);
}

// Rows that all lie in one bank: each takes a cycle, those of A and those of B. In two banks they
// don't meet.
static void bank_conflicts(void **state) {
  for (unsigned second = 0; second < 2; second++) {
    struct machine *m = machine_new(1, 1, false);
    struct mtia_pe *pe = pe_at(m, 0, 0);
    const struct mtia_device_params *p = &m->params;
    // Block 17 r has the digits (r, r) to the base of 16 banks, and is in bank r ^ r.
    uint32_t stride = (p->local_banks + 1) * p->local_bank_width;
    put_data(m, pe, 65536);
    PUT(m, pe, 0, CR_W2, 16 | 16 << 16, 0, CR_BLOCK);
    PUT(m, pe, 0, CR_W2, 0, stride, CR_MML_A);
    PUT(m, pe, 0, CR_W2, second * p->local_bank_width, stride, CR_MML_B);
    unsigned start = m->program[0].count, n = 8;
    for (unsigned k = 0; k < n; k++)
      put_mml(m, pe, 0, 0);
    assert_true(machine_run(m));
    assert_int_equal(m->end, m->program[0].step[start].issued + p->cp_dispatch +
                                 n * (second ? 16 : 16 + 16) + p->dpe_latency);
    machine_free(m);
  }
}

// A bank that the DPE reads and DMA fills does one access per cycle for both.
static void bank_shared_with_dma(void **state) {
  struct machine *m = machine_new(1, 1, false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  const struct mtia_device_params *p = &m->params;
  uint32_t stride = (p->local_banks + 1) * p->local_bank_width;
  put_data(m, pe, 16 * stride);
  PUT(m, pe, 0, CR_W2, 16 | 16 << 16, 0, CR_BLOCK);
  PUT(m, pe, 0, CR_W2, 0, stride, CR_MML_A);
  PUT(m, pe, 0, CR_W2, 0, stride, CR_MML_B);
  for (uint8_t cb = 1; cb <= 16; cb++) // all in the same place: only time matters here
    PUT(m, pe, 1, CB_INIT, MTIA_LOCAL_BASE, 16 * stride, cb);
  PUT(m, pe, 1, CR_W2, 32, stride, CR_DMA_IN);
  unsigned start = m->program[0].count, n = 64, commands = 128;
  for (unsigned k = 0; k < n; k++)
    put_mml(m, pe, 0, 0);
  for (unsigned k = 0; k < commands; k++) {
    PUT(m, pe, 1, DMA_IN, MTIA_SRAM_BASE + 512 * k, 16, (uint8_t)(1 + k % 16), 0);
    PUT(m, pe, 1, CB_POP, 16 * stride, 0, (uint8_t)(1 + k % 16));
  }
  assert_true(machine_run(m));
  double accesses = n * (16 + 16) + commands * 16;
  double cycles = (double)(m->end - m->program[0].step[start].issued);
  assert_true(cycles > accesses);
  within(cycles, accesses, 0.1);
  machine_free(m);
}

// PE (0,0) reads from `first`, PE (0,`other`) from `second`, PEs of the same row: bytes per cycle.
static double two_streams(unsigned first, unsigned other, unsigned second) {
  struct machine *m = machine_new(1, 4, false);
  for (unsigned i = 0; i < 2; i++) {
    struct mtia_pe *pe = pe_at(m, 0, i ? other : 0);
    uint64_t from = MTIA_REMOTE_BASE + (uint64_t)(i ? second : first) * MTIA_LOCAL_ROOM;
    PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 32768, 0);
    PUT(m, pe, 0, CR_W2, 32768, 0, CR_DMA_IN);
    for (unsigned k = 0; k < 16; k++) {
      PUT(m, pe, 0, DMA_IN, from + 65536, 1, 0, 0);
      PUT(m, pe, 0, CB_POP, 32768, 0, 0);
    }
  }
  assert_true(machine_run(m));
  double rate = 2 * 16 * 32768.0 / (double)m->end;
  machine_free(m);
  return rate;
}

// Two streams that have a link in common share its width; otherwise each has its own.
static void link_contention(void **state) {
  const struct mtia_device_params *p = &mtia_v1_params;
  within(two_streams(1, 2, 3), 2 * p->noc_link_width, 0.06);
  within(two_streams(2, 1, 3), p->noc_link_width, 0.06); // from 2 to 1
  within(two_streams(3, 1, 2), p->noc_link_width, 0.06); // from 2 to 1
}

// Every PE reads its own 64 KB.
static double all_read(unsigned rows, unsigned cols, uint64_t base) {
  struct machine *m = machine_new(rows, cols, false);
  for (unsigned i = 0; i < rows * cols; i++) {
    struct mtia_pe *pe = &m->dev.pe[i];
    PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 65536, 0);
    PUT(m, pe, 0, CR_W2, 4096, 0, CR_DMA_IN);
    for (unsigned k = 0; k < 16; k++)
      PUT(m, pe, 0, DMA_IN, base + 65536 * i + 4096 * k, 1, 0, 0);
  }
  assert_true(machine_run(m));
  double rate = rows * cols * 65536.0 / (double)m->end;
  machine_free(m);
  return rate;
}

static const struct mtia_device_params *cached(uint32_t bytes) {
  static struct mtia_device_params p;
  p = mtia_v1_params;
  p.sram_cache_bytes = bytes;
  return &p;
}

// DRAM behind the SRAM as a cache: a miss waits for the whole line of 256 B, a hit for the slice.
static void cache_latency(void **state) {
  struct machine *m = machine_of_params(cached(256 << 10), 1, 1, false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  const struct mtia_device_params *p = &m->params;
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 4096, 0);
  PUT(m, pe, 0, CR_W2, 64, 0, CR_DMA_IN);
  for (unsigned k = 0; k < 2; k++) {
    PUT(m, pe, 0, DMA_IN, MTIA_DRAM_BASE + 64 * k, 1, 0, 0);
    PUT(m, pe, 0, CB_WAITD, 64 + 64 * k, 0, 0);
  }
  assert_true(machine_run(m));
  const struct step *s = m->program[0].step;
  uint64_t around = p->cp_dispatch + p->fi_setup + 2 * p->noc_hop + p->sram_latency + p->cp_wake;
  uint64_t line = (100 * p->sram_interleave + p->dram_channel_centi - 1) / p->dram_channel_centi;
  assert_int_equal(s[3].issued - s[2].issued, around + line + p->dram_latency);
  assert_int_equal(s[5].issued - s[4].issued, around + 64 / p->sram_slice_width);
  assert_int_equal(m->dev.grid->cache_misses, 1);
  assert_int_equal(m->dev.grid->cache_hits, 1);
  machine_free(m);
}

// A load from DRAM behind dma.prefetch finds its line in SRAM: what a hit costs, not what a miss
// does; nothing of it without a cache.
static void prefetch_gain(void **state) {
  uint64_t time[2];
  for (unsigned fetch = 0; fetch < 2; fetch++) {
    struct machine *m = machine_of_params(cached(1 << 20), 1, 1, false);
    struct mtia_pe *pe = pe_at(m, 0, 0);
    const struct mtia_device_params *p = &m->params;
    PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 32768, 0);
    PUT(m, pe, 0, CR_W2, 4096, 4096, CR_PREFETCH);
    PUT(m, pe, 0, CR_W, 32, 0, CR_DMA_IN);
    if (fetch)
      PUT(m, pe, 0, DMA_PREFETCH, MTIA_DRAM_BASE, 8, 0);
    PUT(m, pe, 0, SYNC, 0, 0, 0);
    unsigned start = m->program[0].count;
    PUT(m, pe, 0, DMA_IN, MTIA_DRAM_BASE, 1, 0, 0);
    assert_true(machine_run(m));
    time[fetch] = m->end - m->program[0].step[start].issued;
    assert_int_equal(m->dev.grid->cache_misses, fetch ? 8 * 4096 / 256 : 1);
    assert_int_equal(m->dev.grid->cache_hits, fetch);
    assert_true(fetch == 0 || time[0] > time[1] + p->dram_latency);
    machine_free(m);
  }
}

// 1 MB twice: once at the speed of DRAM, then at that of the SRAM.
static void cache_bandwidth(void **state) {
  uint64_t end[2];
  for (unsigned passes = 1; passes <= 2; passes++) {
    struct machine *m = machine_of_params(cached(2 << 20), 8, 8, false);
    for (unsigned i = 0; i < 64; i++) {
      struct mtia_pe *pe = &m->dev.pe[i];
      PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 16384, 0);
      PUT(m, pe, 0, CR_W2, 16384, 0, CR_DMA_IN);
      for (unsigned k = 0; k < passes; k++) {
        PUT(m, pe, 0, DMA_IN, MTIA_DRAM_BASE + 16384 * i, 1, 0, 0);
        PUT(m, pe, 0, CB_POP, 16384, 0, 0);
        PUT(m, pe, 0, BAR, 0, 0, 1);
        PUT(m, pe, 0, SYNC, 0, 0, 0);
      }
    }
    assert_true(machine_run(m));
    end[passes - 1] = m->end;
    assert_int_equal(m->dev.grid->cache_misses, (1 << 20) / 256);
    assert_int_equal(m->dev.grid->cache_hits, (passes - 1) * (1 << 20) / 256);
    machine_free(m);
  }
  const struct mtia_device_params *p = &mtia_v1_params;
  double cold = (1 << 20) / (p->dram_channels * p->dram_channel_centi / 100.0);
  double warm = (1 << 20) / (double)(p->sram_slices * p->sram_slice_width);
  within((double)end[0], cold, 0.15);
  within((double)(end[1] - end[0]), warm, 0.4); // with a latency and what hinders each other
}

// Lines that are written leave only when others need their place: all but the last 256 KB.
static void cache_writes_back(void **state) {
  struct machine *m = machine_of_params(cached(256 << 10), 1, 1, false);
  struct mtia_pe *pe = pe_at(m, 0, 0);
  PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 65536, 0);
  PUT(m, pe, 0, CR_W2, 65536, 0, CR_DMA_OUT);
  for (unsigned k = 0; k < 16; k++) {
    PUT(m, pe, 0, CB_PUSH, 65536, 0, 0);
    PUT(m, pe, 0, DMA_OUT, MTIA_DRAM_BASE + 65536 * k, 1, 0);
  }
  assert_true(machine_run(m));
  assert_int_equal(m->dev.grid->cache_misses, (1 << 20) / 256);
  assert_int_equal(m->dev.grid->cache_written_back, ((1 << 20) - (256 << 10)) / 256);
  machine_free(m);
}

// All slices together, all channels together; the latency at both ends costs a little.
static void memory_bandwidth(void **state) {
  const struct mtia_device_params *p = &mtia_v1_params;
  double sram = p->sram_slices * p->sram_slice_width;
  double dram = p->dram_channels * p->dram_channel_centi / 100.0;
  double got = all_read(8, 8, MTIA_SRAM_BASE);
  assert_true(got < sram);
  within(got, sram, 0.12);
  got = all_read(8, 8, MTIA_DRAM_BASE);
  assert_true(got < dram);
  within(got, dram, 0.12);
}

// The members of a row get everything in the time of one PE alone; memory is read once.
static void multicast_gain(void **state) {
  uint64_t end[2];
  for (unsigned group = 0; group < 2; group++) {
    struct machine *m = machine_new(1, 8, false);
    for (unsigned i = 0; i < (group ? 8 : 1); i++) {
      struct mtia_pe *pe = &m->dev.pe[i];
      PUT(m, pe, 0, CB_INIT, MTIA_LOCAL_BASE, 65536, 0);
      PUT(m, pe, 0, CR_W2, 4096, 0, CR_DMA_IN);
      PUT(m, pe, 0, CR_W, 0xFF, 0, CR_MCAST);
      for (unsigned k = 0; k < 16; k++)
        PUT(m, pe, 0, DMA_IN, MTIA_SRAM_BASE + 4096 * k, 1, 0, (uint8_t)group);
    }
    assert_true(machine_run(m));
    assert_int_equal(m->dev.grid->read_bytes[LEVEL_SRAM], 65536);
    end[group] = m->end;
    machine_free(m);
  }
  // The window of requests is as slow as the member farthest from a slice.
  assert_true(end[1] < end[0] + end[0] / 4);
}

// n PEs, one tile: every one adds 64 B a cycle, every hop costs its wire.
static void reduction_chain(void **state) {
  for (unsigned n = 2; n <= 8; n++) {
    struct machine *m = machine_new(n, 1, false);
    const struct mtia_device_params *p = &m->params;
    for (unsigned i = 0; i < n; i++)
      PUT(m, &m->dev.pe[i], 0, RED, 0, 0, 0, i ? RED_IN_NORTH : 0, i + 1 < n ? RED_OUT_SOUTH : 0);
    assert_true(machine_run(m));
    assert_int_equal(m->end, p->cp_dispatch + n * (4096 / p->re_width) + (n - 1) * p->re_hop);
    machine_free(m);
  }
}

// t tiles on each of n PEs: after the chain has filled, one tile per transfer and hop.
static void reduction_stream(void **state) {
  const unsigned n = 4, t = 12;
  struct machine *m = machine_new(n, 1, false);
  const struct mtia_device_params *p = &m->params;
  for (unsigned i = 0; i < n; i++)
    for (unsigned k = 0; k < t; k++)
      PUT(m, &m->dev.pe[i], 0, RED, 0, 0, (uint8_t)(k % 4), i ? RED_IN_NORTH : 0,
          i + 1 < n ? RED_OUT_SOUTH : 0);
  assert_true(machine_run(m));
  uint64_t tile = 4096 / p->re_width, chain = n * tile + (n - 1) * p->re_hop;
  assert_int_equal(m->end, p->cp_dispatch + chain + (t - 1) * (tile + p->re_hop));
  machine_free(m);
}

static void barriers(void **state) {
  struct machine *m = machine_new(4, 2, false);
  const struct mtia_device_params *p = &m->params;
  for (unsigned i = 0; i < 8; i++) {
    for (uint8_t scope = 0; scope < 3; scope++)
      for (unsigned core = 0; core < 2; core++)
        PUT(m, &m->dev.pe[i], core, BAR, 0, 0, scope);
    for (unsigned core = 0; core < 2; core++)
      PUT(m, &m->dev.pe[i], core, ID, 0, 0, 0);
  }
  m->program[5].delay = 100; // everybody waits for this one, first its own PE
  assert_true(machine_run(m));
  uint64_t pe = p->barrier_pe, grid = p->barrier_pe + 2 * p->barrier_hop * (4 + 2 - 2);
  for (unsigned i = 0; i < 16; i++) {
    uint64_t after = m->program[i].step[3].issued;
    // Those that waited go on when the barrier opens; the last to come has its issue cycle too.
    assert_in_range(after, 100 + pe + 2 * grid, 100 + pe + 2 * grid + 6);
  }
  machine_free(m);
}

// Functional mode: no time but the cores' issue.
static void functional_has_no_time(void **state) {
  struct machine *m = machine_new(2, 2, true);
  fc_put(m, MTIA_SRAM_BASE, 128, 128, 256);
  assert_true(machine_run(m));
  unsigned longest = 0;
  for (unsigned i = 0; i < 8; i++)
    longest = m->program[i].count > longest ? m->program[i].count : longest;
  assert_in_range(m->end, longest - 1, 2 * longest);
  machine_free(m);
}

// A fully connected layer on the grid: the result of plain loops, timed and functional, and a good
// share of the DPE's peak.
static void fully_connected(void **state) {
  enum { ROWS = 256, COLS = 512, DEPTH = 512 };
  for (unsigned functional = 0; functional < 2; functional++) {
    struct machine *m = machine_new(2, 4, functional);
    struct dice d = {77};
    const int8_t *a = (const int8_t *)m->sram, *b = a + ROWS * DEPTH, *c = b + COLS * DEPTH;
    roll_bytes(&d, m->sram, (ROWS + COLS) * DEPTH);
    fc_put(m, MTIA_SRAM_BASE, ROWS, COLS, DEPTH);
    assert_true(machine_run(m));
    for (unsigned i = 0; i < ROWS; i++)
      for (unsigned j = 0; j < COLS; j++) {
        int32_t sum = 0;
        for (unsigned k = 0; k < DEPTH; k++)
          sum += a[i * DEPTH + k] * b[j * DEPTH + k];
        double q = nearbyint(sum / 2048.0);
        q = q < -128 ? -128 : q > 127 ? 127 : q;
        assert_int_equal(c[i * COLS + j], (int)q);
      }
    if (!functional)
      assert_true((double)ROWS * COLS * DEPTH / (8 * 1024) > 0.75 * (double)m->end);
    machine_free(m);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mml_rate),
      cmocka_unit_test(queue_depth),
      cmocka_unit_test(se_rates),
      cmocka_unit_test(layouts),
      cmocka_unit_test(prefetch_gain),
      cmocka_unit_test(gather_rate),
      cmocka_unit_test(drain_beside_mml),
      cmocka_unit_test(dma_latency),
      cmocka_unit_test(dma_bandwidth_by_latency),
      cmocka_unit_test(dma_bandwidth_by_port),
      cmocka_unit_test(dma_out_bandwidth),
      cmocka_unit_test(two_core_issue),
      cmocka_unit_test(re_rate),
      cmocka_unit_test(remote_latency),
      cmocka_unit_test(dram_latency),
      cmocka_unit_test(dram_bursts),
      cmocka_unit_test(bank_conflicts),
      cmocka_unit_test(bank_shared_with_dma),
      cmocka_unit_test(link_contention),
      cmocka_unit_test(memory_bandwidth),
      cmocka_unit_test(cache_latency),
      cmocka_unit_test(cache_bandwidth),
      cmocka_unit_test(cache_writes_back),
      cmocka_unit_test(multicast_gain),
      cmocka_unit_test(reduction_chain),
      cmocka_unit_test(reduction_stream),
      cmocka_unit_test(barriers),
      cmocka_unit_test(functional_has_no_time),
      cmocka_unit_test(fully_connected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
