// Kernels that stop, each in another way.
#include <mtia/kernel.h>

struct nothing {
  int unused;
};

enum { A, B, PARAMETERS };

static void two_buffers(void) {
  if (__mtia_id(MTIA_ID_CORE) == 0) {
    __mtia_cb_init(A, MTIA_LOCAL_BASE, 1024);
    __mtia_cb_init(B, MTIA_LOCAL_BASE + 1024, 1024);
  }
  __mtia_bar(MTIA_BAR_PE);
}

// Each core waits for what the other one would push next.
MTIA_KERNEL(crossed, struct nothing) {
  (void)args;
  two_buffers();
  if (__mtia_id(MTIA_ID_CORE) == 0) {
    __mtia_cb_waitd(A, 64); // crossed: core 0
    __mtia_cb_push(B, 64);
  } else {
    __mtia_cb_waitd(B, 64); // crossed: core 1
    __mtia_cb_push(A, 64);
  }
}

// A ring of PEs: each waits for a tile from its neighbour before it sends one, and the first one for what
// nobody sends.
MTIA_KERNEL(chain, struct nothing) {
  (void)args;
  if (__mtia_id(MTIA_ID_CORE) == 0)
    return;
  unsigned column = (unsigned)__mtia_id(MTIA_ID_COL), last = (unsigned)__mtia_id(MTIA_ID_COLS) - 1;
  if (column == 0)
    return; // forgets to send
  if (column == last)
    __mtia_red(0, 2, 0); // chain: last
  else
    __mtia_red(0, 2, 2); // chain: middle
}

// The multiplication waits for data that the same core pushes behind a sync.
MTIA_KERNEL(own_sync, struct nothing) {
  (void)args;
  two_buffers();
  if (__mtia_id(MTIA_ID_CORE) == 1)
    return;
  __mtia_cr_w(MTIA_CR_BLOCK, 32 | 32 << 16);
  __mtia_cr_w2(MTIA_CR_MML_A, 0, 32);
  __mtia_cr_w2(MTIA_CR_MML_B, 0, 32);
  __mtia_mml(0, A, B, 0, 0, 2, 0); // own_sync: mml
  __mtia_sync();                   // own_sync: sync
  __mtia_cb_push(A, 1024);
  __mtia_cb_push(B, 1024);
}

// A member of the multicast waits for space that its own core gives back only later.
MTIA_KERNEL(multicast, struct nothing) {
  (void)args;
  two_buffers();
  if (__mtia_id(MTIA_ID_CORE) == 1)
    return;
  __mtia_cr_w2(MTIA_CR_DMA_IN, 64, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 64);
  __mtia_cr_w(MTIA_CR_MCAST, 3);
  if (__mtia_id(MTIA_ID_COL) == 1)
    __mtia_cb_push(A, 1024);
  __mtia_dma_in(A, MTIA_SRAM_BASE, 4, 1); // multicast: dma
  __mtia_cb_waitd(A, 256);                // multicast: wait
  if (__mtia_id(MTIA_ID_COL) == 1) {
    __mtia_sync(); // multicast: sync
    __mtia_cb_pop(A, 1024);
  }
}

// Core 1 has left when core 0 comes to the barrier.
MTIA_KERNEL(barrier, struct nothing) {
  (void)args;
  if (__mtia_id(MTIA_ID_CORE) == 0)
    __mtia_bar(MTIA_BAR_PE); // barrier: core 0
}

// Two increments are awaited; the other PE makes one.
MTIA_KERNEL(counter, struct nothing) {
  (void)args;
  if (__mtia_id(MTIA_ID_CORE) == 1)
    return;
  if (__mtia_id(MTIA_ID_PE) == 0)
    __mtia_ctr_wait(3, 2); // counter: wait
  else
    __mtia_ctr_add(3, 0, 1);
}

// More is given back than was ever there.
MTIA_KERNEL(pop_beyond, struct nothing) {
  (void)args;
  two_buffers();
  if (__mtia_id(MTIA_ID_CORE) == 1)
    return;
  __mtia_cb_push(A, 64);
  __mtia_cb_pop(A, 128); // pop_beyond: pop
}

// More is filled than there is space for.
MTIA_KERNEL(push_beyond, struct nothing) {
  (void)args;
  two_buffers();
  if (__mtia_id(MTIA_ID_CORE) == 1)
    return;
  __mtia_cb_push(A, 1024);
  __mtia_cb_push(A, 64); // push_beyond: push
  __mtia_sync();         // push_beyond: sync
}

// The queue is full of loads for which there is no space; what would make it stands behind them.
MTIA_KERNEL(full_queue, struct nothing) {
  (void)args;
  two_buffers();
  if (__mtia_id(MTIA_ID_CORE) == 1)
    return;
  __mtia_cr_w2(MTIA_CR_DMA_IN, 64, 0);
  __mtia_cr_w(MTIA_CR_DMA_IN_PITCH, 64);
  for (int i = 0; i < 40; i++)
    __mtia_dma_in(A, MTIA_SRAM_BASE, 1, 0); // full_queue: dma
  __mtia_cb_pop(A, 40 * 64);
}

// Three tiles are sent and one is taken: one is in the port, one cannot leave.
MTIA_KERNEL(port, struct nothing) {
  (void)args;
  if (__mtia_id(MTIA_ID_CORE) == 1 || __mtia_id(MTIA_ID_COL) > 1)
    return;
  if (__mtia_id(MTIA_ID_COL) == 1) {
    __mtia_red(0, 2, 0);
    return;
  }
  for (int i = 0; i < 3; i++)
    __mtia_red(0, 0, 2); // port: red
}

// A lock that is never given back: cores that try again and again are not stuck, they spin.
MTIA_KERNEL(lock, struct nothing) {
  (void)args;
  while (__mtia_ctr_tas(1, 0)) // lock: spin
    ;
}
