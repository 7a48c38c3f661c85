// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// kernels/fc/fc_plan.h on the host: whatever the layer and the sub-grid, the plan deals out all of it,
// and what it keeps fits into local memory.
#include "../../kernels/fc/fc_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t seed;

static uint32_t draw(uint32_t below) {
  seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(seed >> 33) % below;
}

// Of all magnitudes, often just beside a multiple of a tile.
static uint32_t draw_extent(void) {
  uint32_t tiles = draw(1u << draw(9)), more = draw(4);
  return more == 3 ? 1 + draw(1u << draw(25)) : 1 + tiles * FC_TILE + more - (tiles > 0);
}

static void check(const struct fc_size *size, uint32_t rows, uint32_t cols) {
  struct fc_plan p;
  fc_choose(&p, size, rows, cols);
  // All of m, n and k, by groups of equal size; no part of a chain without k.
  assert_true((uint64_t)p.my_m * p.row_groups * FC_TILE >= size->m);
  assert_true((uint64_t)p.my_n * p.n_groups * FC_TILE >= size->n);
  assert_true((uint64_t)p.my_steps << p.k_log2 >= p.steps);
  assert_true(p.k_log2 == 0 || ((1u << p.k_log2) - 1) * p.my_steps < p.steps);
  // The groups are those of the sub-grid.
  assert_true(p.row_groups <= rows && rows % p.row_groups == 0);
  assert_true(cols % (1u << p.k_log2) == 0);
  assert_int_equal(p.n_groups, rows / p.row_groups * (cols >> p.k_log2));
  // Local memory: CBs of multiples of 32 bytes, a chunk of each operand at least, and what is kept.
  uint32_t room = MTIA_LOCAL_SIZE - FC_SMALL_SIZE - fc_y_room(size->y_size);
  uint64_t tile = (uint64_t)p.my_steps * FC_TILE * FC_TILE;
  assert_int_equal(p.x_room + p.w_room, room);
  assert_true(p.x_room % 32 == 0 && p.w_room % 32 == 0);
  assert_true(p.x_room >= FC_BLOCK * FC_CHUNK || p.x_room >= p.my_m * tile);
  assert_true(p.w_room >= FC_BLOCK * FC_CHUNK || p.w_room >= p.my_n * tile);
  if (p.keep_x)
    assert_true(p.x_room >= (p.w_outside ? p.my_m : fc_min(p.my_m, 2)) * tile);
  if (p.keep_w)
    assert_true(p.w_room >= (p.w_outside ? fc_min(p.my_n, 2) : p.my_n) * tile);
}

static void plans_are_sound(void **state) {
  (void)state;
  printf("seed %llu\n", (unsigned long long)seed);
  static const uint32_t y_sizes[] = {1, 2, 4};
  for (int i = 0; i < 200000; ++i) {
    struct fc_size size = {.m = draw_extent(),
                           .n = draw_extent(),
                           .k_bytes = draw(20) ? draw_extent() : 0,
                           .y_size = y_sizes[draw(3)],
                           .x_in_dram = draw(2),
                           .w_in_dram = draw(2)};
    uint32_t rows = draw(2) ? 1u << draw(4) : 1 + draw(8);
    uint32_t cols = draw(2) ? 1u << draw(4) : 1 + draw(8);
    check(&size, rows, cols);
  }
}

// A plan that is found at once is the one that is found otherwise, and gives every PE whole blocks.
static void easy_plans_are_the_same(void **state) {
  (void)state;
  int easy = 0;
  for (int i = 0; i < 100000; ++i) {
    uint32_t tiles = FC_TILE << draw(3), less = draw(2);
    struct fc_size size = {.m = tiles * (1 + draw(40)) - less,
                           .n = tiles * (1 + draw(40)) - less,
                           .k_bytes = FC_TILE * (uint64_t)(1u << draw(7)) * (1 + draw(5)) - less,
                           .y_size = 1u << draw(3),
                           .x_in_dram = draw(8) == 0,
                           .w_in_dram = draw(8) == 0};
    uint32_t rows = draw(4) ? 1u << draw(4) : 1 + draw(8);
    uint32_t cols = draw(4) ? 1u << draw(4) : 1 + draw(8);
    struct fc_plan p, q;
    if (!fc_choose_at_once(&p, &size, rows, cols))
      continue;
    ++easy;
    fc_choose(&q, &size, rows, cols);
    assert_memory_equal(&p, &q, sizeof p);
    assert_true(p.my_m % 2 == 0 && p.my_n % 2 == 0);
    assert_int_equal(p.my_m * p.row_groups, p.m_tiles);
    assert_int_equal(p.my_n * p.n_groups, p.n_tiles);
    assert_int_equal(p.my_steps << p.k_log2, p.steps);
  }
  assert_true(easy > 1000);
}

// A layer that 64 PEs share evenly: nobody has more than a 64th of the products.
static void even_layers_are_dealt_out_evenly(void **state) {
  (void)state;
  for (uint32_t m = 128; m <= 4096; m *= 2)
    for (uint32_t k = 1024; k <= 8192; k *= 2)
      for (uint32_t n = 1024; n <= 4096; n *= 2) {
        struct fc_size size = {.m = m, .n = n, .k_bytes = k, .y_size = 1};
        struct fc_plan p;
        fc_choose(&p, &size, 8, 8);
        assert_int_equal(64 * p.my_m * p.my_n * p.my_steps, p.m_tiles * p.n_tiles * p.steps);
      }
}

// From DRAM x and w are read once, if a row of PEs has only one strip.
static void small_layers_in_dram_are_read_once(void **state) {
  (void)state;
  for (uint32_t m = 32; m <= 256; m *= 2)
    for (uint32_t k = 1024; k <= 4096; k *= 2) {
      struct fc_size size = {
          .m = m, .n = 1024, .k_bytes = k, .y_size = 1, .x_in_dram = true, .w_in_dram = true};
      struct fc_plan p;
      fc_choose(&p, &size, 8, 8);
      uint64_t once = (uint64_t)(p.m_tiles + p.n_tiles) * p.steps * fc_cost(true) / 2;
      uint32_t copies = fc_x_copies(&p, 8 / p.row_groups, 8);
      assert_true(fc_estimate(&p, &size, copies).memory <= once + once / 16);
    }
}

int main(int argc, char **argv) {
  seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plans_are_sound),
      cmocka_unit_test(easy_plans_are_the_same),
      cmocka_unit_test(even_layers_are_dealt_out_evenly),
      cmocka_unit_test(small_layers_in_dram_are_read_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
