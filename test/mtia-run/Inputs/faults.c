// Kernels that break a rule of docs/isa/xmtia.md, each in its own way.
#include <mtia/kernel.h>

struct args {
  int32_t none;
};

#define FAULT(name) MTIA_KERNEL(name, struct args, MTIA_SCALAR(none, MTIA_I32))
#define CHOSEN (mtia_pe() == 3 && mtia_core() == 1)

FAULT(unset) {
  if (CHOSEN)
    __mtia_cb_push(4, 32);
}

FAULT(range) {
  if (CHOSEN)
    __mtia_cb_init(4, MTIA_LOCAL_BASE + MTIA_LOCAL_SIZE, 32);
}

FAULT(extent) {
  if (CHOSEN) {
    __mtia_cb_init(4, MTIA_LOCAL_BASE, 64);
    __mtia_cb_waitd(4, 96);
  }
}

FAULT(align) {
  if (CHOSEN) {
    __mtia_cb_init(4, MTIA_LOCAL_BASE, 64);
    __mtia_cb_push(4, 33);
  }
}

FAULT(address) {
  if (CHOSEN) {
    __mtia_cb_init(4, MTIA_LOCAL_BASE, 64);
    __mtia_cr_w2(MTIA_CR_DMA_IN, 32, 0);
    __mtia_dma_in(4, 0x1000, 1, MTIA_MC_NONE);
  }
}

FAULT(parameter) {
  if (CHOSEN) {
    __mtia_cb_init(4, MTIA_LOCAL_BASE, 64);
    __mtia_dma_in(4, MTIA_SRAM_BASE, 1, MTIA_MC_NONE); // its width is 0
  }
}

FAULT(link) {
  if (CHOSEN)
    __mtia_red(0, MTIA_RED_IN_NONE, MTIA_RED_OUT_EAST); // PE (1,1) of 2x2 is in the last column
}

// Core 0 of each PE fills half of what core 1 waits for.
FAULT(starved) {
  if (mtia_core() == 0) {
    __mtia_cb_init(4, MTIA_LOCAL_BASE, 64);
    __mtia_cb_push(4, 32);
  }
  __mtia_bar(MTIA_BAR_PE);
  if (mtia_core() == 1)
    __mtia_cb_waitd(4, 64);
}

// A command that never starts: nobody reads, so there is no space.
FAULT(full) {
  if (!CHOSEN)
    return;
  __mtia_cb_init(4, MTIA_LOCAL_BASE, 64);
  __mtia_cr_w2(MTIA_CR_DMA_IN, 64, 0);
  __mtia_dma_in(4, MTIA_SRAM_BASE, 1, MTIA_MC_NONE);
  __mtia_dma_in(4, MTIA_SRAM_BASE, 1, MTIA_MC_NONE);
}
