// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clocks and shadow memory against a model that knows nothing of either: the events of a random
// run are the nodes of a graph, what orders them its edges, and an event happened before another if
// there is a way.
#include "clock.h"
#include "shadow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PES = 5, PARTS = 3, AGENTS = PES * PARTS, EVENTS = 160, MESSAGES = 12, BYTES = 96 };

static uint32_t below(uint64_t *seed, uint32_t most) {
  *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
  return (uint32_t)((*seed >> 33) * most >> 31);
}

// Of an event.
struct access {
  uint32_t agent, tick, from, bytes;
  uint8_t flags;
};

struct run {
  uint64_t seed;
  uint64_t reach[EVENTS][(EVENTS + 63) / 64]; // [b]: the events that happened before b
  struct access access[EVENTS];               // bytes 0: none
  unsigned events;
  int last[AGENTS];      // its last event
  uint32_t tick[AGENTS]; // what it would do next has this number
  struct mtia_clock clock[AGENTS];
  // A message holds what several agents have put into it.
  int sent[MESSAGES][EVENTS];
  unsigned sends[MESSAGES];
  struct mtia_clock message[MESSAGES];
  bool found[BYTES]; // by the shadow
};

static bool reaches(const struct run *r, unsigned a, unsigned b) {
  return a == b || (r->reach[b][a / 64] >> a % 64 & 1);
}

static void edge(struct run *r, int a, unsigned b) {
  if (a < 0)
    return;
  r->reach[b][a / 64] |= UINT64_C(1) << a % 64;
  for (unsigned i = 0; i < sizeof r->reach[b] / sizeof *r->reach[b]; i++)
    r->reach[b][i] |= r->reach[a][i];
}

static unsigned event(struct run *r, unsigned agent) {
  unsigned e = r->events++;
  edge(r, r->last[agent], e);
  r->last[agent] = (int)e;
  return e;
}

static uint32_t number_of(unsigned agent) { return mtia_agent(agent / PARTS, agent % PARTS); }

// A pair that the shadow calls a conflict is one.
static void conflict(void *ctx, const struct mtia_party *earlier, const struct mtia_party *later,
                     uint64_t place, uint32_t mask) {
  struct run *r = ctx;
  const struct access *a = &r->access[earlier->pc], *b = &r->access[later->pc];
  assert_int_equal(a->agent, earlier->agent);
  assert_int_equal(b->agent, later->agent);
  assert_false(reaches(r, earlier->pc, later->pc));
  assert_true((a->flags | b->flags) & MTIA_SHADOW_WRITE);
  assert_false(a->flags & b->flags & MTIA_SHADOW_ATOMIC);
  assert_int_not_equal(mask, 0);
  for (unsigned i = 0; i < 32; i++) {
    uint64_t byte = place + i;
    if (!(mask >> i & 1))
      continue;
    assert_true(byte >= a->from && byte < a->from + a->bytes);
    assert_true(byte >= b->from && byte < b->from + b->bytes);
    r->found[byte] = true;
  }
}

static bool races(const struct run *r, unsigned byte) {
  for (unsigned b = 0; b < r->events; b++)
    for (unsigned a = 0; a < b; a++) {
      const struct access *x = &r->access[a], *y = &r->access[b];
      if (byte - x->from < x->bytes && byte - y->from < y->bytes &&
          ((x->flags | y->flags) & MTIA_SHADOW_WRITE) &&
          !(x->flags & y->flags & MTIA_SHADOW_ATOMIC) && !reaches(r, a, b))
        return true;
    }
  return false;
}

static void random_run(struct run *r, struct mtia_clocks *of, uint64_t seed) {
  *r = (struct run){.seed = seed};
  struct mtia_shadow *shadow = mtia_shadow_create(conflict, r);
  assert_non_null(shadow);
  unsigned agents = 2 + below(&r->seed, AGENTS - 1), messages = 1 + below(&r->seed, MESSAGES);
  unsigned quiet = below(&r->seed, 8); // how much is synchronised
  for (unsigned i = 0; i < AGENTS; i++) {
    r->last[i] = -1;
    r->tick[i] = 1;
    mtia_clock_init(&r->clock[i], of, i / PARTS);
    mtia_clock_set(&r->clock[i], i % PARTS, 1);
  }
  for (unsigned i = 0; i < MESSAGES; i++)
    mtia_clock_init(&r->message[i], of, i % 3 ? i % PES : MTIA_CLOCK_NOBODY);
  unsigned events = 1 + below(&r->seed, EVENTS);
  while (r->events < events) {
    unsigned agent = below(&r->seed, agents), m = below(&r->seed, messages);
    unsigned what = below(&r->seed, 4 + quiet), e = event(r, agent);
    struct mtia_clock *clock = &r->clock[agent];
    if (what == 0 && m % 3 && m % PES == agent / PARTS && below(&r->seed, 2)) { // replaced
      r->sent[m][0] = (int)e;
      r->sends[m] = 1;
      mtia_clock_copy(&r->message[m], clock);
      mtia_clock_set(clock, agent % PARTS, ++r->tick[agent]);
    } else if (what == 0) { // joined
      r->sent[m][r->sends[m]++] = (int)e;
      mtia_clock_join(&r->message[m], clock);
      mtia_clock_set(clock, agent % PARTS, ++r->tick[agent]);
    } else if (what == 1) { // received
      for (unsigned i = 0; i < r->sends[m]; i++)
        edge(r, r->sent[m][i], e);
      mtia_clock_join(clock, &r->message[m]);
    } else {
      struct access *a = &r->access[e];
      *a = (struct access){number_of(agent), r->tick[agent], below(&r->seed, BYTES), 0,
                           (uint8_t)below(&r->seed, 4)};
      a->bytes = 1 + below(&r->seed, below(&r->seed, 2) ? 8 : BYTES - a->from);
      if (a->bytes > BYTES - a->from)
        a->bytes = BYTES - a->from;
      struct mtia_party by = {a->agent, a->tick, e, 0, a->flags};
      assert_true(mtia_shadow_access(shadow, a->from, a->bytes, &by, clock));
    }
  }
  mtia_shadow_destroy(shadow);
}

// What the clock of an agent says of the others.
static void check_clocks(const struct run *r) {
  for (unsigned agent = 0; agent < AGENTS; agent++)
    for (unsigned a = 0; a < r->events && r->last[agent] >= 0; a++)
      if (r->access[a].bytes)
        assert_int_equal(reaches(r, a, (unsigned)r->last[agent]),
                         r->access[a].tick <= mtia_clock_of(&r->clock[agent], r->access[a].agent));
}

static void test_against_reachability(void **state) {
  struct mtia_clocks of = {.pes = PES};
  static struct run r;
  unsigned some = 0, none = 0;
  for (uint64_t seed = 0; seed < 4000; seed++) {
    random_run(&r, &of, seed);
    check_clocks(&r);
    for (unsigned byte = 0; byte < BYTES; byte++) {
      bool expected = races(&r, byte);
      if (expected != r.found[byte])
        fail_msg("seed %u, byte %u: %s", (unsigned)seed, byte,
                 expected ? "a race is not found" : "found, but no race");
      (expected ? some++ : none++);
    }
    for (unsigned i = 0; i < AGENTS; i++)
      mtia_clock_clear(&r.clock[i]);
    for (unsigned i = 0; i < MESSAGES; i++)
      mtia_clock_clear(&r.message[i]);
  }
  assert_false(of.failed);
  assert_true(some > 1000 && none > 1000); // the runs are neither all wrong nor all right
}

// A clock that was given away does not change any more.
static void test_copies(void **state) {
  struct mtia_clocks of = {.pes = 2};
  struct mtia_clock a, b, c;
  mtia_clock_init(&a, &of, 0);
  mtia_clock_init(&b, &of, 0);
  mtia_clock_init(&c, &of, 1);
  mtia_clock_set(&a, 20, 5);
  mtia_clock_set(&c, 1, 7);
  mtia_clock_join(&a, &c);
  mtia_clock_copy(&b, &a);
  mtia_clock_set(&a, 20, 6);
  mtia_clock_set(&c, 1, 8);
  mtia_clock_join(&a, &c);
  assert_int_equal(mtia_clock_of(&b, mtia_agent(0, 20)), 5);
  assert_int_equal(mtia_clock_of(&b, mtia_agent(1, 1)), 7);
  assert_int_equal(mtia_clock_of(&a, mtia_agent(0, 20)), 6);
  assert_int_equal(mtia_clock_of(&a, mtia_agent(1, 1)), 8);
  assert_int_equal(mtia_clock_of(&a, mtia_agent(0, 19)), 0);
  assert_int_equal(mtia_clock_of(&a, mtia_agent(0, 200)), 0);
  mtia_clock_clear(&a);
  mtia_clock_clear(&b);
  mtia_clock_clear(&c);
}

static void count(void *ctx, const struct mtia_party *earlier, const struct mtia_party *later,
                  uint64_t place, uint32_t mask) {
  *(uint64_t *)ctx += (uint64_t)__builtin_popcount(mask);
}

// Megabytes, as DMAs touch them, at places that lie far from each other.
static void test_wide(void **state) {
  struct mtia_clocks of = {.pes = 1};
  struct mtia_clock a, b;
  uint64_t bytes = 0;
  struct mtia_shadow *s = mtia_shadow_create(count, &bytes);
  mtia_clock_init(&a, &of, 0);
  mtia_clock_init(&b, &of, 0);
  mtia_clock_set(&a, 0, 1);
  mtia_clock_set(&b, 1, 1);
  struct mtia_party x = {mtia_agent(0, 0), 1, 0, 0, MTIA_SHADOW_WRITE};
  struct mtia_party y = {mtia_agent(0, 1), 1, 0, 0, 0};
  for (uint64_t i = 0; i < 8; i++)
    assert_true(mtia_shadow_access(s, (i << 40) + 4096 - 7, 100000, &x, &a));
  for (uint64_t i = 0; i < 8; i++)
    assert_true(mtia_shadow_access(s, (i << 40) + 4096 + 9, 100000, &y, &b));
  assert_int_equal(bytes, 8 * (100000 - 16));
  mtia_shadow_destroy(s);
  mtia_clock_clear(&a);
  mtia_clock_clear(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_against_reachability),
      cmocka_unit_test(test_copies),
      cmocka_unit_test(test_wide),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
