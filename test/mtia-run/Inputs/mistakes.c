// Kernels with a mistake each, for --check. y = x in all of them, nearly.
#include <mtia/kernel.h>

struct two {
  struct mtia_tensor x, y;
};

#define TWO MTIA_IN(x, MTIA_I32, "N"), MTIA_OUT(y, MTIA_I32, "N")

enum { A, B };

#define LOCAL ((volatile int32_t *)MTIA_LOCAL_BASE)

static int core(unsigned n) { return __mtia_id(MTIA_ID_CORE) == n && __mtia_id(MTIA_ID_PE) == 0; }

static volatile int32_t *at(const struct mtia_tensor *t, long i) {
  return (volatile int32_t *)t->data + i;
}

static void clean(volatile void *p) { __asm__ volatile("cbo.clean (%0)" ::"r"(p) : "memory"); }
static void inval(volatile void *p) { __asm__ volatile("cbo.inval (%0)" ::"r"(p) : "memory"); }

static void buffers(void) {
  if (__mtia_id(MTIA_ID_CORE) == 0) {
    __mtia_cb_init(A, MTIA_LOCAL_BASE, 1024);
    __mtia_cb_init(B, MTIA_LOCAL_BASE + 1024, 4096);
  }
  __mtia_bar(MTIA_BAR_PE);
}

// Rows of 64 bytes from the start of a tensor, and back.
static void load(const struct mtia_tensor *t, uint64_t bytes) {
  __mtia_cr_w2(MTIA_CR_DMA_IN, 64, 64);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 64);
  __mtia_dma_in(A, t->data, bytes / 64, 0);
}

static void store(const struct mtia_tensor *t, uint64_t bytes) {
  __mtia_cr_w2(MTIA_CR_DMA_OUT, 64, 64);
  __mtia_cr_w(MTIA_CR_DMA_OUT_PITCH, 64);
  __mtia_dma_out(A, t->data, bytes / 64);
}

static void copy(const struct two *args) {
  for (long i = 0; i < (long)args->x.dim[0]; i++)
    *at(&args->y, i) = *at(&args->x, i);
}

// ---- No mistake ----

MTIA_KERNEL(good, struct two, TWO) {
  buffers();
  if (core(0)) {
    load(&args->x, 512);
    store(&args->y, 512);
  }
  if (core(1))
    for (long i = 128; i < (long)args->x.dim[0]; i++)
      *at(&args->y, i) = *at(&args->x, i);
}

// ---- uninit ----

MTIA_KERNEL(local_never, struct two, TWO) {
  if (core(0)) {
    copy(args);
    *at(&args->y, 0) = LOCAL[100]; // mistake
  }
}

MTIA_KERNEL(popped, struct two, TWO) {
  buffers();
  if (!core(0))
    return;
  copy(args);
  load(&args->x, 64);
  __mtia_cb_waitd(A, 64);
  volatile int32_t *data = (volatile int32_t *)__mtia_cb_head(A, 0);
  __mtia_cb_pop(A, 64); // given back
  __mtia_sync();
  *at(&args->y, 0) = data[3]; // mistake
}

MTIA_KERNEL(padding, struct two, TWO) {
  if (core(0)) {
    copy(args);
    *at(&args->y, 0) = *at(&args->x, (long)args->x.dim[0]); // mistake
  }
}

MTIA_KERNEL(half, struct two, TWO) {
  if (core(0))
    for (long i = 0; i < 3; i++)
      *at(&args->y, i) = *at(&args->x, i);
}

MTIA_KERNEL(accumulator, struct two, TWO) {
  buffers();
  if (!core(0))
    return;
  copy(args);
  load(&args->x, 1024);
  __mtia_cr_w(MTIA_CR_BLOCK, 32 | 32 << 16);
  __mtia_cr_w2(MTIA_CR_MML_A, 0, 32);
  __mtia_cr_w2(MTIA_CR_MML_B, 0, 32);
  __mtia_mml(2, A, A, 0, 0, 0, 0);
  __mtia_cr_w2(MTIA_CR_OUT, 0, 128);
  __mtia_cb_pop(A, 1024);
  __mtia_drain(2, B, 0, 0, 0, 0); // mistake
}

MTIA_KERNEL(product, struct two, TWO) {
  buffers();
  if (!core(0))
    return;
  copy(args);
  __mtia_cb_push(A, 1024);
  __mtia_cr_w(MTIA_CR_BLOCK, 32 | 32 << 16);
  __mtia_cr_w2(MTIA_CR_MML_A, 0, 32);
  __mtia_cr_w2(MTIA_CR_MML_B, 0, 32);
  __mtia_mml(2, A, A, 0, 0, 2, 0); // reads it
  __mtia_cr_w2(MTIA_CR_OUT, 0, 128);
  __mtia_cb_pop(A, 1024);
  __mtia_drain(2, B, 0, 0, 0, 0); // mistake
}

typedef int32_t words __attribute__((vector_size(64), aligned(4)));

MTIA_VECTOR static int32_t sum(const volatile int32_t *p) {
  words w = *(const volatile words *)p; // mistake
  return __builtin_reduce_add(w);
}

MTIA_KERNEL(vector_end, struct two, TWO) {
  if (!core(1))
    return;
  copy(args);
  for (int i = 0; i < 15; i++)
    LOCAL[i] = i;
  *at(&args->y, 0) = sum(LOCAL);
}

// ---- bounds ----

MTIA_KERNEL(behind, struct two, TWO) {
  if (core(0)) {
    copy(args);
    *at(&args->y, 1000000) = 1; // mistake
  }
}

MTIA_KERNEL(input, struct two, TWO) {
  if (core(0)) {
    copy(args);
    *at(&args->x, 5) = 1; // mistake
  }
}

MTIA_KERNEL(dma_behind, struct two, TWO) {
  buffers();
  if (!core(0))
    return;
  copy(args);
  __mtia_cr_w2(MTIA_CR_DMA_IN, 64, 64);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 1 << 20);
  __mtia_dma_in(A, args->x.data, 2, 0); // mistake
  __mtia_cb_pop(A, 128);
}

// ---- race ----

MTIA_KERNEL(early, struct two, TWO) {
  buffers();
  if (!core(0))
    return;
  copy(args);
  volatile int32_t *data = (volatile int32_t *)__mtia_cb_tail(A, 0);
  load(&args->x, 64);         // the DMA
  *at(&args->y, 0) = data[0]; // mistake
  __mtia_cb_pop(A, 64);
}

MTIA_KERNEL(overwrite, struct two, TWO) {
  buffers();
  if (!core(0))
    return;
  copy(args);
  load(&args->x, 512);
  __mtia_cb_waitd(A, 512);
  volatile int32_t *data = (volatile int32_t *)__mtia_cb_head(A, 0);
  store(&args->y, 512); // the DMA
  data[127] = 0;        // mistake
}

// ---- cb ----

MTIA_KERNEL(left, struct two, TWO) {
  buffers();
  if (!core(0))
    return;
  copy(args);
  load(&args->x, 128); // nobody takes it
}

MTIA_KERNEL(consumers, struct two, TWO) {
  buffers();
  if (core(0)) {
    copy(args);
    __mtia_cb_push(A, 128);
    __mtia_cb_pop(A, 64);
  }
  __mtia_bar(MTIA_BAR_PE);
  if (core(1))
    __mtia_cb_pop(A, 64); // mistake
}

MTIA_KERNEL(producers, struct two, TWO) {
  buffers();
  if (core(0)) {
    copy(args);
    __mtia_cb_push(A, 64);
  }
  __mtia_bar(MTIA_BAR_PE);
  if (core(1))
    __mtia_cb_push(A, 64); // mistake
  __mtia_bar(MTIA_BAR_PE);
  if (core(0))
    __mtia_cb_pop(A, 128);
}

MTIA_KERNEL(tile_left, struct two, TWO) {
  if (!core(0))
    return;
  copy(args);
  __mtia_acc_zero(0);
  __mtia_red(0, 0, 2); // the neighbour does not take it
}

MTIA_KERNEL(counter_wrap, struct two, TWO) {
  if (!core(0))
    return;
  copy(args);
  __mtia_ctr_add(5, 0, 2);
  __mtia_ctr_wait(5, 2);
  __mtia_ctr_add(5, 0, -3ul); // mistake
}

// Not a check's finding, but an exception: nothing could ever hold so much.
MTIA_KERNEL(too_large, struct two, TWO) {
  buffers();
  if (core(0))
    __mtia_cb_push(A, 2048); // mistake
}

MTIA_KERNEL(wait_too_large, struct two, TWO) {
  buffers();
  if (core(0))
    __mtia_cb_waits(A, 1056); // mistake
}

// ---- align ----

MTIA_KERNEL(misaligned, struct two, TWO) {
  if (!core(0))
    return;
  copy(args);
  LOCAL[0] = LOCAL[1] = 7;
  *at(&args->y, 0) = *(volatile int32_t *)(MTIA_LOCAL_BASE + 2); // mistake
}

MTIA_VECTOR static void store_words(volatile int8_t *p) {
  __asm__ volatile("vsetivli zero, 8, e32, m1, ta, ma; vmv.v.i v1, 3; vse32.v v1, (%0)" // words
                   ::"r"(p)
                   : "memory");
}

MTIA_KERNEL(misaligned_vector, struct two, TWO) {
  if (!core(1))
    return;
  copy(args);
  store_words((volatile int8_t *)MTIA_LOCAL_BASE + 33);
}

MTIA_VECTOR static void store_bytes(volatile int8_t *p) {
  __asm__ volatile("vsetivli zero, 16, e8, m1, ta, ma; vmv.v.i v1, 3; vse8.v v1, (%0)" // bytes
                   ::"r"(p)
                   : "memory");
}

// CB 0 has 1024 bytes; a command would go on at its start.
MTIA_KERNEL(across_end, struct two, TWO) {
  buffers();
  if (!core(1))
    return;
  copy(args);
  store_bytes((volatile int8_t *)MTIA_LOCAL_BASE + 1016);
}

// The commands do: rows of 64 bytes in a CB of 160, three times around.
MTIA_KERNEL(good_wrap, struct two, TWO) {
  if (!core(0))
    return;
  copy(args);
  __mtia_cb_init(A, MTIA_LOCAL_BASE, 160);
  struct mtia_tensor x = args->x, y = args->y;
  for (int i = 0; i < 8; i++) {
    load(&x, 64);
    store(&y, 64);
    x.data += 64;
    y.data += 64;
  }
}

// ---- slow: no mistakes ----

static void rows(const struct two *args, uint32_t width, uint64_t shift) {
  buffers();
  if (!core(0))
    return;
  copy(args);
  __mtia_cr_w2(MTIA_CR_DMA_IN, width, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 96);
  for (int i = 0; i < 8; i++) {
    __mtia_dma_in(B, args->x.data + shift, 16, 0); // rows
    __mtia_cb_pop(B, 16 * ((width + 31) / 32 * 32));
  }
}

MTIA_KERNEL(slow_short, struct two, TWO) { rows(args, 40, 0); }
MTIA_KERNEL(slow_tail, struct two, TWO) { rows(args, 70, 0); }
MTIA_KERNEL(slow_start, struct two, TWO) { rows(args, 64, 0); }

MTIA_KERNEL(slow_lines, struct two, TWO) {
  if (!core(1))
    return;
  copy(args);
  for (int i = 0; i < 100; i++)
    store_bytes((volatile int8_t *)MTIA_LOCAL_BASE + 48 + 16 * (i % 4) + 8);
}

// ---- stale ----

MTIA_KERNEL(not_written_back, struct two, TWO) {
  buffers();
  if (!core(0))
    return;
  copy(args);
  load(&args->y, 64); // mistake
  __mtia_cb_pop(A, 64);
}

MTIA_KERNEL(written_back, struct two, TWO) {
  buffers();
  if (!core(0))
    return;
  copy(args);
  clean(at(&args->y, 0));
  load(&args->y, 64);
  __mtia_cb_pop(A, 64);
}

static void read_twice(const struct two *args, int fresh) {
  copy(args);
  clean(at(&args->y, 0));
  load(&args->x, 64);
  store(&args->y, 64); // the newer value
  __mtia_sync();
  if (fresh)
    inval(at(&args->y, 0));
  (void)*at(&args->y, 0); // the older value
}

MTIA_KERNEL(old_copy, struct two, TWO) {
  buffers();
  if (core(0))
    read_twice(args, 0);
}

MTIA_KERNEL(new_copy, struct two, TWO) {
  buffers();
  if (core(0))
    read_twice(args, 1);
}

MTIA_KERNEL(other_core, struct two, TWO) {
  if (core(0))
    copy(args); // the writer
  __mtia_bar(MTIA_BAR_GRID);
  if (core(1))
    (void)*at(&args->y, 3); // mistake
}

// ---- Not found by a check, but by --schedule ----

MTIA_KERNEL(two_writers, struct two, TWO) {
  if (__mtia_id(MTIA_ID_PE) == 0) {
    copy(args);
    *at(&args->y, 0) = (int32_t)__mtia_id(MTIA_ID_CORE); // mistake: both cores
  }
}

MTIA_KERNEL(flag, struct two, TWO) {
  buffers();
  if (!core(0))
    return;
  copy(args);
  volatile int32_t *data = (volatile int32_t *)__mtia_cb_tail(A, 0);
  load(&args->x, 64);
  for (int i = 0; i < 300; i++) // long enough on an idle machine
    LOCAL[1000] = i;
  *at(&args->y, 0) = data[5];
  __mtia_cb_pop(A, 64);
}
