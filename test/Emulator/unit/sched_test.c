// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Events run by time and then in the order in which they were asked for; the
// device's memories; cores that read and write each other's memory.
#include "internal.h"
#include "memory.h"
#include "sched.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct mtia_device *make(unsigned rows, unsigned columns) {
  struct mtia_error error = {0};
  struct mtia_device_options options = {.rows = rows, .columns = columns};
  struct mtia_device *dev = mtia_device_create(&options, &error);
  assert_non_null(dev);
  return dev;
}

struct log {
  unsigned count;
  uint64_t time[2000], what[2000];
};

static void note(struct mtia_device *dev, void *ctx, uint64_t arg) {
  struct log *log = ctx;
  log->time[log->count] = mtia_now(dev);
  log->what[log->count++] = arg;
}

static void again(struct mtia_device *dev, void *ctx, uint64_t arg) {
  note(dev, ctx, arg);
  if (arg) {
    mtia_at(dev, mtia_now(dev), note, ctx, 1000 + arg); // this cycle, after what is there
    mtia_at(dev, 0, note, ctx, 2000 + arg);             // the past means now
    mtia_at(dev, mtia_now(dev) + 3, again, ctx, arg - 1);
  }
}

static void test_order(void **state) {
  struct mtia_device *dev = make(1, 1);
  struct log log = {0};
  // 1000 events at pseudo-random times, several at each.
  uint32_t r = 1;
  for (unsigned i = 0; i < 1000; i++) {
    r = r * 1664525 + 1013904223;
    mtia_at(dev, 5 + (r >> 20) % 97, note, &log, i);
  }
  assert_int_equal(mtia_sched_run(dev), 5 + 96);
  assert_int_equal(log.count, 1000);
  for (unsigned i = 1; i < log.count; i++) {
    assert_true(log.time[i - 1] <= log.time[i]);
    if (log.time[i - 1] == log.time[i])
      assert_true(log.what[i - 1] < log.what[i]);
  }
  mtia_device_destroy(dev);
}

static void test_nested(void **state) {
  struct mtia_device *dev = make(1, 1);
  struct log log = {0};
  mtia_at(dev, 10, again, &log, 2);
  mtia_at(dev, 10, note, &log, 7);
  assert_int_equal(mtia_sched_run(dev), 16);
  static const uint64_t what[] = {2, 7, 1002, 2002, 1, 1001, 2001, 0};
  static const uint64_t time[] = {10, 10, 10, 10, 13, 13, 13, 16};
  assert_int_equal(log.count, 8);
  assert_memory_equal(log.what, what, sizeof what);
  assert_memory_equal(log.time, time, sizeof time);
  mtia_device_destroy(dev);
}

static void test_cycle_limit(void **state) {
  struct mtia_error error = {0};
  struct mtia_device_options options = {.rows = 1, .columns = 1, .max_cycles = 12};
  struct mtia_device *dev = mtia_device_create(&options, &error);
  struct log log = {0};
  mtia_at(dev, 11, note, &log, 1);
  mtia_at(dev, 12, note, &log, 2);
  mtia_sched_run(dev);
  assert_int_equal(log.count, 1);
  assert_int_equal(dev->error.category, MTIA_ERR_MAX_CYCLES);
  mtia_device_destroy(dev);
}

static void test_memory(void **state) {
  struct mtia_device *dev = make(2, 3);
  struct mtia_pe *pe = &dev->pe[4]; // (1,1)
  uint8_t *local = mtia_mem(dev, pe, MTIA_LOCAL_BASE, MTIA_LOCAL_SIZE);
  assert_ptr_equal(local, pe->local);
  // The window of PE (1,1) from PE (0,0) is the same memory.
  uint64_t window = MTIA_REMOTE_BASE + (1 * MTIA_REMOTE_COLUMNS + 1) * (uint64_t)MTIA_LOCAL_ROOM;
  assert_ptr_equal(mtia_mem(dev, &dev->pe[0], window + 64, 8), local + 64);
  // PEs outside the sub-grid have memory, those outside the grid have none.
  assert_non_null(mtia_mem(dev, pe, MTIA_REMOTE_BASE + 7ull * MTIA_LOCAL_ROOM, 8));
  assert_null(mtia_mem(dev, pe, MTIA_REMOTE_BASE + 8ull * MTIA_LOCAL_ROOM, 8));
  // Ends of memories; ranges across them; lengths that wrap around.
  assert_null(mtia_mem(dev, pe, MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE - 4, 8));
  assert_null(mtia_mem(dev, pe, MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE, 1));
  assert_null(mtia_mem(dev, pe, MTIA_SRAM_BASE - 1, 2));
  assert_null(mtia_mem(dev, pe, MTIA_SRAM_BASE + MTIA_SRAM_SIZE - 1, 2));
  assert_null(mtia_mem(dev, pe, MTIA_DRAM_BASE, UINT64_MAX));
  assert_null(mtia_mem(dev, pe, UINT64_MAX, 2));
  uint8_t *last = mtia_mem(dev, pe, MTIA_DRAM_BASE + MTIA_DRAM_SIZE - 1, 1);
  assert_non_null(last);
  assert_int_equal(*last, 0);
  *last = 1; // 64 GB exist on touch
  assert_int_equal(mtia_mem_level(dev, MTIA_DRAM_BASE + MTIA_DRAM_SIZE), MTIA_NOWHERE);
  assert_int_equal(mtia_mem_level(dev, window), MTIA_REMOTE);
  mtia_device_destroy(dev);
}

static void test_no_grid(void **state) {
  struct mtia_error error = {0};
  struct mtia_device_options options = {.rows = 9, .columns = 1};
  assert_null(mtia_device_create(&options, &error));
  assert_int_equal(error.category, MTIA_ERR_USAGE);
  assert_string_equal(error.text, "a sub-grid of 9x1; the device has 8x8 PEs");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order),       cmocka_unit_test(test_nested),
      cmocka_unit_test(test_cycle_limit), cmocka_unit_test(test_memory),
      cmocka_unit_test(test_no_grid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
