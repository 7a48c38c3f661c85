// Kernels for --check=race. Those called good_ are right; of the others, "// one" and "// other" are
// the two parties. y has 1024 words.
#include <mtia/kernel.h>
#include <stdatomic.h>

struct out {
  struct mtia_tensor y;
};

#define KERNEL(name) MTIA_KERNEL(name, struct out, MTIA_OUT(y, MTIA_I32, "N"))

enum { A, B };

#define LOCAL ((volatile int32_t *)MTIA_LOCAL_BASE)
#define REMOTE(column)                                                                             \
  ((volatile int32_t *)(MTIA_REMOTE_BASE + (uint64_t)(column) * MTIA_LOCAL_ROOM))

static int is(unsigned pe, unsigned core) {
  return __mtia_id(MTIA_ID_PE) == pe && __mtia_id(MTIA_ID_CORE) == core;
}

static volatile int32_t *at(const struct mtia_tensor *t, long i) {
  return (volatile int32_t *)t->data + i;
}

static void clean(volatile void *p) { __asm__ volatile("cbo.clean (%0)" ::"r"(p) : "memory"); }
static void inval(volatile void *p) { __asm__ volatile("cbo.inval (%0)" ::"r"(p) : "memory"); }

static void later(int n) {
  for (volatile int i = 0; i < n; i++)
    ;
}

static void buffers(void) {
  if (__mtia_id(MTIA_ID_CORE) == 0) {
    __mtia_cb_init(A, MTIA_LOCAL_BASE + 4096, 4096);
    __mtia_cb_init(B, MTIA_LOCAL_BASE + 8192, 4096);
  }
  __mtia_bar(MTIA_BAR_PE);
}

static void in(unsigned cb, const struct mtia_tensor *t, uint64_t bytes) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, 64, 64);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 64);
  if (cb == A)
    __mtia_dma_in(A, t->data, bytes / 64, 0); // in A
  else
    __mtia_dma_in(B, t->data, bytes / 64, 0); // in B
}

static void out(const struct mtia_tensor *t, uint64_t bytes) {
  __mtia_cr_w2(MTIA_CR_DMA_OUT, 64, 64);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, 64);
  __mtia_dma_out(A, t->data, bytes / 64); // out
}

// ---- Between PEs ----

KERNEL(pes_words) {
  if (is(0, 0))
    *at(&args->y, 5) = 1; // one
  if (is(1, 0)) {
    later(1000);
    *(volatile int16_t *)at(&args->y, 5) = 2; // other
  }
}

// Neighbours in one granule of whatever the checks count in.
KERNEL(good_neighbours) {
  if (is(0, 0) || is(1, 0))
    *at(&args->y, 5 + (long)__mtia_id(MTIA_ID_PE)) = 1;
}

KERNEL(remote) {
  if (is(1, 1)) {
    later(1000);
    LOCAL[8] = 3; // other
  }
  if (is(0, 1))
    REMOTE(1)[8] = 7; // one
}

KERNEL(good_remote) {
  if (is(0, 1))
    REMOTE(1)[8] = 7;
  if (__mtia_id(MTIA_ID_CORE) == 1)
    __mtia_bar(MTIA_BAR_CORE);
  if (is(1, 1))
    LOCAL[8] += 3;
}

// The barrier orders the cores, but not what a unit still does.
static void exchange(const struct out *args, int wait) {
  buffers();
  if (is(0, 0)) {
    __mtia_cb_push(A, 64);
    out(&args->y, 64); // one
    if (wait)
      __mtia_sync();
  }
  if (__mtia_id(MTIA_ID_CORE) == 0)
    __mtia_bar(MTIA_BAR_CORE);
  if (is(1, 0)) {
    in(B, &args->y, 64); // other
    __mtia_cb_pop(B, 64);
  }
}

KERNEL(no_sync) { exchange(args, 0); }
KERNEL(good_sync) { exchange(args, 1); }

static void count(const struct out *args, uint64_t least) {
  if (is(0, 0) || is(1, 0)) {
    long i = 16 * (long)__mtia_id(MTIA_ID_PE);
    later(2000 * (int)__mtia_id(MTIA_ID_PE));
    *at(&args->y, i) = 1; // one
    clean(at(&args->y, i));
    __mtia_ctr_add(3, 2, 1);
  }
  if (is(2, 0)) {
    later(4000);
    __mtia_ctr_wait(3, least);
    LOCAL[0] = *at(&args->y, 0) + *at(&args->y, 16); // other
  }
}

// It looks only when both have counted; but it says that one is enough.
KERNEL(counts_one) { count(args, 1); }
KERNEL(good_count) { count(args, 2); }

static void lock(void) {
  while (__mtia_ctr_tas(5, 0))
    ;
}

KERNEL(good_lock) {
  lock();
  inval(at(&args->y, 0));
  *at(&args->y, 0) += 1;
  clean(at(&args->y, 0));
  __mtia_ctr_add(5, 0, -1ul);
}

KERNEL(unlocked) {
  if (!is(0, 0))
    lock();
  *at(&args->y, 0) = 1; // one, other
  if (!is(0, 0))
    __mtia_ctr_add(5, 0, -1ul);
}

// ---- Between the cores of a PE ----

KERNEL(set_up) {
  if (is(0, 0))
    __mtia_cb_init(A, MTIA_LOCAL_BASE + 4096, 4096); // one
  if (is(0, 1)) {
    later(100);
    __mtia_cb_push(A, 64); // other
    __mtia_cb_pop(A, 64);
  }
}

static void flag(int release, int acquire) {
  static _Atomic int ready;
  volatile int *plain = (volatile int *)&ready;
  if (is(0, 0)) {
    LOCAL[0] = 42; // one
    if (release)
      atomic_store_explicit(&ready, 1, memory_order_release);
    else
      *plain = 1; // store
  }
  if (is(0, 1)) {
    while (!(acquire ? atomic_load_explicit(&ready, memory_order_acquire) : *plain)) // load
      ;
    LOCAL[1] = LOCAL[0]; // other
  }
}

KERNEL(good_flag) { flag(1, 1); }
KERNEL(no_acquire) { flag(1, 0); }

KERNEL(good_exchange) {
  static atomic_int turn;
  if (__mtia_id(MTIA_ID_PE) != 0)
    return;
  int me = (int)__mtia_id(MTIA_ID_CORE);
  for (int i = 0; i < 3; i++) {
    while (atomic_load(&turn) % 2 != me)
      ;
    LOCAL[0] = me;
    atomic_fetch_add(&turn, 1);
  }
}

KERNEL(good_relaxed) {
  static atomic_int sum;
  atomic_fetch_add_explicit(&sum, 1, memory_order_relaxed);
}

// The producer's core fills a block itself; the consumer's may only read what is there.
static void blocks(int wait) {
  buffers();
  if (is(0, 0)) {
    for (int i = 0; i < 8; i++) {
      __mtia_cb_waits(A, 1024);
      volatile int32_t *to = (volatile int32_t *)__mtia_cb_tail(A, 0);
      for (int k = 0; k < 256; k++)
        to[k] = i; // one
      __mtia_cb_push(A, 1024);
    }
  }
  if (is(0, 1)) {
    later(20000);
    for (int i = 0; i < 8; i++) {
      if (wait)
        __mtia_cb_waitd(A, 1024);
      volatile int32_t *from = (volatile int32_t *)__mtia_cb_head(A, 0);
      LOCAL[i] = from[7]; // other
      __mtia_cb_pop(A, 1024);
    }
  }
}

KERNEL(good_blocks) { blocks(1); }
KERNEL(no_wait) { blocks(0); }

KERNEL(reads_popped) {
  buffers();
  if (is(0, 0))
    for (int i = 0; i < 8; i++) {
      __mtia_cb_waits(A, 1024);
      volatile int32_t *to = (volatile int32_t *)__mtia_cb_tail(A, 0);
      to[0] = i; // one
      __mtia_cb_push(A, 1024);
    }
  if (is(0, 1))
    for (int i = 0; i < 8; i++) {
      __mtia_cb_waitd(A, 1024);
      volatile int32_t *from = (volatile int32_t *)__mtia_cb_head(A, 0);
      __mtia_cb_pop(A, 1024);
      LOCAL[i] = from[0]; // other
    }
}

// ---- Units ----

KERNEL(accumulator) {
  if (is(0, 0))
    __mtia_acc_zero(1); // one
  if (is(0, 1)) {
    later(100);
    __mtia_acc_zero(1); // other
  }
}

// What two units write to one place has no order.
KERNEL(two_units) {
  buffers();
  if (!is(0, 0))
    return;
  in(A, &args->y, 64); // moves the tail: the copy's result lies behind
  in(B, &args->y, 64);
  __mtia_cr_w2(MTIA_CR_MLU_SHAPE, 1, 64);
  __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, 64);
  __mtia_cr_w2(MTIA_CR_MLU_DST, 0, 64);
  __mtia_mlu_copy(A, B, 0, 0); // one
  in(A, &args->y, 64);         // other
  __mtia_cb_pop(A, 128);
  __mtia_cb_pop(B, 64);
}

KERNEL(good_units) {
  buffers();
  if (!is(0, 0))
    return;
  in(B, &args->y, 64);
  __mtia_cr_w2(MTIA_CR_MLU_SHAPE, 1, 64);
  __mtia_cr_w2(MTIA_CR_MLU_SRC, 0, 64);
  __mtia_cr_w2(MTIA_CR_MLU_DST, 0, 64);
  __mtia_mlu_copy(A, B, 0, 0);
  __mtia_cb_push(A, 64);
  __mtia_cb_pop(B, 64);
  out(&args->y, 64);
}

// Two loads that do not know of each other end in one place, once for the size of the CB.
KERNEL(good_ring) {
  buffers();
  if (!is(0, 0))
    return;
  for (int i = 0; i < 20; i++) {
    in(A, &args->y, 1024);
    __mtia_cb_pop(A, 1024);
  }
}

KERNEL(overlap) {
  if (!is(0, 0))
    return;
  __mtia_cb_init(A, MTIA_LOCAL_BASE + 4096, 4096);
  __mtia_cb_init(B, MTIA_LOCAL_BASE + 4096 + 64, 4096);
  in(A, &args->y, 128); // one
  in(B, &args->y, 64);  // other
  __mtia_cb_pop(A, 128);
  __mtia_cb_pop(B, 64);
}
