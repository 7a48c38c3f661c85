// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The units' work on a second host thread. Each PE has a queue. Its owner is
// whoever holds its lock: the second thread, or the emulator's own when it needs
// the results or finds the queue full. So nobody waits for more than one command
// of the other, and both have something to do.

#include "defer.h"

#include <fenv.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  ROOM = 64,     // commands in a queue; a power of two
  OFFER = 8,     // as many are worth the second thread's while
  ENOUGH = 2000, // as many commands of the DPE, SE or MLU start it: some 3 ms of work
  SPINS = 1000   // looks for work before it sleeps: some 20 us
};

struct queue {
  pthread_mutex_t lock; // whoever executes commands has it
  atomic_bool wanted;   // the emulator's thread waits for the lock
  // Counted since the beginning. Only the emulator's thread changes `given`.
  atomic_uint given, done;
  struct mtia_cp *cp;
  uint64_t reads[ROOM], writes[ROOM]; // blocks of local memory
  // red: does not begin before so many commands of the neighbour's queue are done, or NULL.
  struct queue *neighbour[ROOM];
  unsigned neighbours[ROOM];
  struct mtia_command command[ROOM];
};

struct mtia_defer {
  unsigned pes;
  uint32_t block; // bytes of local memory for which a bit of reads and writes stands
  uint32_t heavy; // commands that would have been put off
  bool from_start, running, failed;
  struct queue *queue;       // by PE
  _Atomic uint64_t *offered; // PEs with work, as a mask
  atomic_bool quit, asleep;
  pthread_mutex_t lock; // of wake
  pthread_cond_t wake;
  pthread_t thread;
};

static void execute(struct mtia_cp *cp, const struct mtia_command *c) {
  switch (c->unit) {
  case UNIT_DPE:
    mtia_dpe_exec(cp, c);
    break;
  case UNIT_RE:
    mtia_re_exec(cp, c);
    break;
  case UNIT_MLU:
    mtia_mlu_exec(cp, c);
    break;
  default:
    mtia_se_exec(cp, c);
  }
}

// After what the emulator's thread has executed or has waited for.
static void check(const struct mtia_cp *cp) {
  if (cp->short_of)
    mtia_fail(cp->pe->dev, MTIA_ERR_HOST, "out of memory for %s", cp->short_of);
}

static void execute_now(struct mtia_cp *cp, const struct mtia_command *c) {
  execute(cp, c);
  check(cp);
}

static bool reached(const struct queue *q, unsigned done) {
  return (int)(atomic_load_explicit(&q->done, memory_order_acquire) - done) >= 0;
}

// The owner does the next command of the queue; or the neighbour has to get to *until first, whose
// queue is returned.
static struct queue *execute_next(struct queue *q, unsigned *until) {
  unsigned done = atomic_load_explicit(&q->done, memory_order_relaxed), i = done % ROOM;
  if (q->neighbour[i] && !reached(q->neighbour[i], q->neighbours[i])) {
    *until = q->neighbours[i];
    return q->neighbour[i];
  }
  execute(q->cp, &q->command[i]);
  atomic_store_explicit(&q->done, done + 1, memory_order_release);
  return NULL;
}

static void offer(struct mtia_defer *d, const struct queue *q) {
  size_t pe = (size_t)(q - d->queue);
  atomic_fetch_or(&d->offered[pe / 64], UINT64_C(1) << pe % 64);
}

static bool is_offered(const struct mtia_defer *d, const struct queue *q) {
  size_t pe = (size_t)(q - d->queue);
  return atomic_load_explicit(&d->offered[pe / 64], memory_order_relaxed) >> pe % 64 & 1;
}

//===-- The second thread -----------------------------------------------------===//

static bool take_offer(struct mtia_defer *d, unsigned *pe) {
  for (unsigned n = 0; n < (d->pes + 63) / 64; n++) {
    uint64_t mask = atomic_load_explicit(&d->offered[n], memory_order_relaxed);
    unsigned after = *pe / 64 == n ? *pe % 64 + 1 : 64; // from the last one on, in turn
    uint64_t rest = after < 64 ? mask >> after << after : 0;
    if (!mask)
      continue;
    unsigned bit = (unsigned)__builtin_ctzll(rest ? rest : mask);
    atomic_fetch_and(&d->offered[n], ~(UINT64_C(1) << bit));
    *pe = 64 * n + bit;
    return true;
  }
  return false;
}

// As far as nobody else wants the queue. Returns that of a neighbour if it is first.
static struct queue *accept(struct queue *q) {
  struct queue *neighbour = NULL;
  unsigned until;
  pthread_mutex_lock(&q->lock);
  while (!neighbour && !atomic_load_explicit(&q->wanted, memory_order_relaxed) &&
         atomic_load_explicit(&q->given, memory_order_acquire) !=
             atomic_load_explicit(&q->done, memory_order_relaxed))
    neighbour = execute_next(q, &until);
  pthread_mutex_unlock(&q->lock);
  return neighbour;
}

static bool anything_offered(const struct mtia_defer *d) {
  for (unsigned n = 0; n < (d->pes + 63) / 64; n++)
    if (atomic_load(&d->offered[n]))
      return true;
  return false;
}

static void sleep_until_called(struct mtia_defer *d) {
  pthread_mutex_lock(&d->lock);
  atomic_store(&d->asleep, true);
  while (!anything_offered(d) && !atomic_load(&d->quit))
    pthread_cond_wait(&d->wake, &d->lock);
  atomic_store(&d->asleep, false);
  pthread_mutex_unlock(&d->lock);
}

static void *help(void *arg) {
  struct mtia_defer *d = arg;
  unsigned pe = 0, idle = 0;
  fesetenv(FE_DFL_ENV); // as mtia_run does
  while (!atomic_load_explicit(&d->quit, memory_order_relaxed)) {
    if (take_offer(d, &pe)) {
      struct queue *q = &d->queue[pe];
      for (struct queue *first; (first = accept(q)); q = first)
        offer(d, q);
      idle = 0;
    } else if (++idle == SPINS) {
      sleep_until_called(d);
      idle = 0;
    } else {
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
  }
  return NULL;
}

static void call_helper(struct mtia_defer *d) {
  if (!atomic_load(&d->asleep))
    return;
  pthread_mutex_lock(&d->lock);
  pthread_cond_signal(&d->wake);
  pthread_mutex_unlock(&d->lock);
}

//===-- The emulator's thread -------------------------------------------------===//

bool mtia_defer_create(struct mtia_device *dev, bool from_start) {
  struct mtia_defer *d = dev->defer = calloc(1, sizeof *d);
  if (!d)
    return false;
  d->pes = dev->rows * dev->cols;
  d->block = (dev->p->local_bytes + 63) / 64;
  d->from_start = from_start;
  return true;
}

// This process may use more than one. (Not by <sched.h>: there is one here.)
static bool two_processors(void) {
  unsigned long mask[16] = {0};
  int count = 0;
  if (syscall(SYS_sched_getaffinity, 0, sizeof mask, mask) < 0)
    return false;
  for (unsigned i = 0; i < 16; i++)
    count += __builtin_popcountl(mask[i]);
  return count > 1;
}

// A host that cannot have a second thread does everything on the first.
static bool start_helper(struct mtia_device *dev, struct mtia_defer *d) {
  d->queue = calloc(d->pes, sizeof *d->queue);
  d->offered = calloc((d->pes + 63) / 64, sizeof *d->offered);
  if (!d->queue || !d->offered)
    return false;
  for (unsigned i = 0; i < d->pes; i++) {
    d->queue[i].cp = dev->pe[i].cp;
    if (pthread_mutex_init(&d->queue[i].lock, NULL))
      return false;
  }
  return !pthread_mutex_init(&d->lock, NULL) && !pthread_cond_init(&d->wake, NULL) &&
         !pthread_create(&d->thread, NULL, help, d);
}

void mtia_defer_destroy(struct mtia_device *dev) {
  struct mtia_defer *d = dev->defer;
  if (!d)
    return;
  if (d->running) {
    for (unsigned i = 0; i < d->pes; i++)
      mtia_defer_finish(&dev->pe[i]);
    atomic_store(&d->quit, true);
    call_helper(d);
    pthread_join(d->thread, NULL);
    pthread_cond_destroy(&d->wake);
    pthread_mutex_destroy(&d->lock);
    for (unsigned i = 0; i < d->pes; i++)
      pthread_mutex_destroy(&d->queue[i].lock);
  }
  free(d->queue);
  free(d->offered);
  free(d);
  dev->defer = NULL;
}

// Executes commands of the queue until `until` are done, and of neighbours as far as it has to.
static void advance(struct queue *q, unsigned until) {
  while (!reached(q, until)) {
    struct queue *neighbour = NULL;
    unsigned first = 0;
    atomic_store_explicit(&q->wanted, true, memory_order_relaxed);
    pthread_mutex_lock(&q->lock);
    atomic_store_explicit(&q->wanted, false, memory_order_relaxed);
    while (!neighbour && !reached(q, until))
      neighbour = execute_next(q, &first);
    pthread_mutex_unlock(&q->lock);
    if (neighbour)
      advance(neighbour, first);
  }
}

void mtia_defer_finish(struct mtia_pe *pe) {
  if (!pe->deferred)
    return;
  struct queue *q = &pe->dev->defer->queue[pe->index];
  advance(q, atomic_load_explicit(&q->given, memory_order_relaxed));
  pe->deferred = false;
  check(q->cp);
}

// The blocks of local memory in which a range is.
static uint64_t blocks(const struct mtia_defer *d, const struct mtia_cp *cp,
                       const struct mtia_range *range) {
  const struct mtia_cb *cb = &cp->cb[range->cb];
  if (range->from == range->to)
    return 0;
  uint64_t from = range->from % cb->size, to = from + (range->to - range->from);
  if (to > cb->size) { // it goes on at the beginning
    from = 0;
    to = cb->size;
  }
  uint64_t first = (cb->base + from) / d->block, last = (cb->base + to - 1) / d->block;
  return ~UINT64_C(0) << first & ~UINT64_C(0) >> (63 - last);
}

void mtia_defer_before(struct mtia_cp *cp, const struct mtia_range *range, bool write) {
  if (!cp->pe->deferred)
    return;
  const struct mtia_defer *d = cp->pe->dev->defer;
  struct queue *q = &d->queue[cp->pe->index];
  uint64_t mask = blocks(d, cp, range);
  unsigned given = atomic_load_explicit(&q->given, memory_order_relaxed);
  unsigned done = atomic_load_explicit(&q->done, memory_order_acquire);
  for (unsigned n = given; n != done; n--) {
    unsigned i = (n - 1) % ROOM;
    if (mask & (q->writes[i] | (write ? q->reads[i] : 0))) {
      advance(q, n);
      return;
    }
  }
}

// Faster done than put off.
static bool is_light(const struct mtia_command *c) {
  return (c->unit == UNIT_RE && c->kind != CMD_RED) ||
         (c->unit == UNIT_DPE && (!c->mml.rows || !c->mml.cols));
}

// The tile that a red, the next command of its queue, receives has to be there, and the place of
// the one that it sends has to be free.
static void order_red(struct mtia_defer *d, struct queue *q, const struct mtia_command *c) {
  unsigned given = atomic_load_explicit(&q->given, memory_order_relaxed), i = given % ROOM;
  struct mtia_port *to = mtia_re_target_port(c);
  if (c->red.in) {
    struct mtia_port *from = &q->cp->port[c->red.in - 1];
    unsigned n = c->red.received % MTIA_PORT_TILES;
    q->neighbour[i] = &d->queue[mtia_re_source(c)->index];
    q->neighbours[i] = from->sent_after[n];
    from->used_after[n] = given + 1;
  }
  if (to) {
    unsigned n = c->red.sent % MTIA_PORT_TILES;
    advance(&d->queue[mtia_re_target(c)->index], to->used_after[n]);
    to->sent_after[n] = given + 1;
  }
}

static void put_off(struct mtia_defer *d, struct queue *q, const struct mtia_command *c) {
  unsigned given = atomic_load_explicit(&q->given, memory_order_relaxed), i = given % ROOM;
  unsigned waiting = given - atomic_load_explicit(&q->done, memory_order_acquire);
  if (waiting == ROOM) {
    advance(q, given - ROOM / 2);
    waiting = ROOM / 2;
  }
  q->command[i] = *c;
  q->reads[i] = q->writes[i] = 0;
  q->neighbour[i] = NULL;
  for (unsigned r = 0; r < c->reads; r++)
    q->reads[i] |= blocks(d, q->cp, &c->read[r]);
  if (c->writes)
    q->writes[i] = blocks(d, q->cp, &c->write);
  if (c->kind == CMD_RED)
    order_red(d, q, c);
  atomic_store_explicit(&q->given, given + 1, memory_order_release);
  q->cp->pe->deferred = true;
  if (waiting + 1 >= OFFER && !is_offered(d, q)) {
    offer(d, q);
    call_helper(d);
  }
}

// Whether commands are put off; begins with it when it is time.
static bool begun(struct mtia_device *dev, const struct mtia_command *c) {
  struct mtia_defer *d = dev->defer;
  if (!d || d->failed)
    return false;
  if (d->running)
    return true;
  d->heavy += !is_light(c);
  if (d->heavy < ENOUGH && !d->from_start)
    return false;
  d->running = (d->from_start || two_processors()) && start_helper(dev, d);
  d->failed = !d->running;
  return d->running;
}

void mtia_defer_command(struct mtia_cp *cp, const struct mtia_command *c) {
  struct mtia_pe *pe = cp->pe;
  struct mtia_device *dev = pe->dev;
  if (!begun(dev, c)) {
    execute_now(cp, c);
    return;
  }
  struct queue *q = &dev->defer->queue[pe->index];
  bool empty = !pe->deferred || atomic_load_explicit(&q->given, memory_order_relaxed) ==
                                    atomic_load_explicit(&q->done, memory_order_acquire);
  if (empty && is_light(c))
    execute_now(cp, c);
  else
    put_off(dev->defer, q, c);
}
