// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cores that execute arbitrary bytes: no crash, no hang, and no error that is the emulator's.
// One core alone, functionally, must also end in the same state as the reference core
// (reference.c), and all cores together when the units compute on a second host thread. The first
// byte chooses the mode; the rest is code that this core, or all cores of
// two PEs run, with registers that point into every memory, and a trap handler that goes on behind
// the instruction.
// The mutator knows the instructions, those of Xmtia more than others.
#include "core.h"
#include "defer.h"
#include "emulator_fuzz.h"
#include "report.h"
#include "sched.h"
#include "vec.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

enum { CYCLES = 1000, MAX_CODE = 2048 };
enum {
  MODE_TIMED = 1,
  MODE_ONES = 2,
  MODE_SCHEDULE = 4,
  MODE_GRID = 8,
  MODE_CORE_1 = 16,
  MODE_THREADS = 32
};

#define HANDLER (MTIA_DRAM_BASE + 0x1000)
#define DATA (MTIA_DRAM_BASE + 0x10000)

// Skips the instruction that has trapped, of whatever length.
static const uint32_t handler[] = {
    0x34029073, // csrw mscratch, t0
    0x341022f3, // csrr t0, mepc
    0x00428293, // addi t0, t0, 4
    0x34129073, // csrw mepc, t0
    0x340022f3, // csrr t0, mscratch
    0x30200073, // mret
};

//===-- Running ---------------------------------------------------------------===//

// Values for commands and addresses for loads, the same for all cores but for x10.
static void set_registers(struct mtia_core *core) {
  static const uint64_t values[] = {
      0,
      DATA,
      DATA + 4096,
      1,
      MTIA_LOCAL_BASE,
      32,
      MTIA_SRAM_BASE,
      64,
      0,
      128,
      2,
      1024,
      MTIA_REMOTE_BASE,
      UINT64_C(32) << 32 | 1024,
      UINT64_C(0x2000000020),
      4096,
      3,
      0x3f800000,
      UINT64_C(0x3ff0000000000000),
      UINT64_MAX,
      MTIA_CLINT_BASE,
      31,
      0x0101,
      MTIA_DRAM_BASE,
      MTIA_LOCAL_BASE + 65536,
      16,
      8,
      UINT64_C(0x8000000000000000),
      7,
      5,
      100,
      2048,
  };
  memcpy(core->x, values, sizeof values);
  core->x[10] = core->hart;
  for (unsigned i = 0; i < 32; i++)
    core->f[i] = values[i] << (i % 3 ? 32 : 0) | UINT64_C(0xffffffff00000000) * (i % 2);
}

// So that commands find something to do: buffers that are half full or empty, blocks of 40 x 40,
// rows of 64 bytes.
static void set_units(struct mtia_cp *cp) {
  for (unsigned i = 0; i < MTIA_CBS; i++) {
    uint64_t visible = i % 2 ? 2048 : 0;
    cp->cb[i] = (struct mtia_cb){
        .set = true, .base = 4096 * i, .size = 4096, .tail = visible, .visible = visible};
  }
  for (unsigned core = 0; core < 2; core++) {
    static const struct {
      uint8_t cr;
      uint32_t low, high;
    } values[] = {{CR_DMA_IN, 64, 0},
                  {CR_DMA_IN_PITCH, 96, 0},
                  {CR_DMA_OUT, 64, 0},
                  {CR_DMA_OUT_PITCH, 64, 0},
                  {CR_MCAST, 3 | 1 << 16, 0},
                  {CR_MML_A, 0, 32},
                  {CR_MML_B, 32, 32},
                  {CR_MML_INC, 32, 32},
                  {CR_BLOCK, 40 | 40 << 16, 0},
                  {CR_BIAS, 0, 4},
                  {CR_OUT, 0, 80},
                  {CR_QSCALE, 0x3f800000, 0},
                  {CR_QCLAMP, 0, 127},
                  {CR_QCHAN, 1, 0},
                  {CR_GATHER, 40, 0},
                  {CR_GATHER_PITCH, 64, 0},
                  {CR_SE_FMT, 0x333, 0},
                  {CR_SE_LEN, 100, 0},
                  {CR_SE_ROW, 30, 0},
                  {CR_MLU_SHAPE, 20, 20},
                  {CR_MLU_SRC, 0, 32},
                  {CR_MLU_DST, 0, 32},
                  {CR_PREFETCH, 64, 64}};
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++)
      cp->core[core].cr[values[i].cr] = (uint64_t)values[i].high << 32 | values[i].low;
  }
}

// Caches of decoded code show once the code has been written to, even if it is as it was in the end.
// So a run's code and handler can only be read; the first write makes a note of it.
static struct {
  uint8_t *at;
  bool written;
} code_pages;

enum { CODE_BYTES = 0x2000 };

static void on_write(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  if ((uintptr_t)info->si_addr - (uintptr_t)code_pages.at >= CODE_BYTES) {
    signal(signal_number, SIG_DFL); // not ours: happens again, and is reported
    return;
  }
  code_pages.written = true;
  mprotect(code_pages.at, CODE_BYTES, PROT_READ | PROT_WRITE);
}

static void watch_code(struct mtia_device *dev, struct sigaction *old) {
  code_pages.at = mtia_mem(dev, NULL, MTIA_DRAM_BASE, CODE_BYTES);
  code_pages.written = false;
  struct sigaction action = {.sa_sigaction = on_write, .sa_flags = SA_SIGINFO};
  if (sigaction(SIGSEGV, &action, old) || mprotect(code_pages.at, CODE_BYTES, PROT_READ))
    abort();
}

static void end_watch(const struct sigaction *old) {
  if (mprotect(code_pages.at, CODE_BYTES, PROT_READ | PROT_WRITE) || sigaction(SIGSEGV, old, NULL))
    abort();
}

static struct mtia_device *run(const uint8_t *code, size_t size, unsigned mode,
                               struct mtia_device_options opts) {
  struct mtia_device *dev = fuzz_device(&opts);
  memcpy(mtia_mem(dev, NULL, MTIA_DRAM_BASE, MAX_CODE), code, size);
  memcpy(mtia_mem(dev, NULL, HANDLER, sizeof handler), handler, sizeof handler);
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++) {
    struct mtia_core *core = &dev->pe[i / 2].core[i % 2];
    set_registers(core);
    if (i % 2 == 0)
      set_units(core->pe->cp);
    core->pc = MTIA_DRAM_BASE;
    core->mode = MTIA_MACHINE;
    core->csr.mtvec = HANDLER;
    core->csr.mstatus = MSTATUS_FS_INITIAL | (core->v->present ? MSTATUS_VS_INITIAL : 0);
    if (!dev->functional)
      core->cache = mtia_cache_create(dev->p);
    mtia_core_fp_update(core);
    mtia_core_guard_update(core);
    if (mode & MODE_GRID || i == !!(mode & MODE_CORE_1))
      mtia_core_start(core, 0);
  }
  if (opts.threads == 2 && !mtia_defer_create(dev, true))
    abort();
  struct sigaction old;
  watch_code(dev, &old);
  dev->cycles = mtia_sched_run(dev);
  mtia_defer_destroy(dev);
  end_watch(&old);
  if (dev->error.category)
    fuzz_check_error(&dev->error);
  return dev;
}

static void compare_units(const struct mtia_device *one, const struct mtia_device *two) {
  for (unsigned i = 0; i < one->rows * one->cols; i++) {
    const struct mtia_cp *a = one->pe[i].cp, *b = two->pe[i].cp;
    const char *what = memcmp(a->acc, b->acc, sizeof a->acc)                 ? "accumulators"
                       : memcmp(a->operand, b->operand, sizeof a->operand)   ? "operand buffers"
                       : memcmp(a->counter, b->counter, sizeof a->counter)   ? "counters"
                       : memcmp(one->pe[i].local, two->pe[i].local, 1 << 17) ? "local memory"
                                                                             : NULL;
    if (!what)
      continue;
    fprintf(stderr, "PE %u: %s are not those of the other run\n", i, what);
    abort();
  }
}

static void compare(const struct mtia_device *fast, const struct mtia_device *slow) {
  compare_units(fast, slow);
  for (unsigned i = 0; i < 2 * fast->rows * fast->cols; i++) {
    const struct mtia_core *a = &fast->pe[i / 2].core[i % 2], *b = &slow->pe[i / 2].core[i % 2];
    const char *what = memcmp(a->x, b->x, 32 * sizeof *a->x)            ? "x"
                       : memcmp(a->f, b->f, sizeof a->f)                ? "f"
                       : a->pc != b->pc                                 ? "pc"
                       : a->cycle != b->cycle                           ? "cycle"
                       : a->instret != b->instret                       ? "instret"
                       : a->fp.flags != b->fp.flags                     ? "fflags"
                       : a->csr.mcause != b->csr.mcause                 ? "mcause"
                       : a->csr.mepc != b->csr.mepc                     ? "mepc"
                       : a->csr.mstatus != b->csr.mstatus               ? "mstatus"
                       : memcmp(a->v->reg, b->v->reg, sizeof a->v->reg) ? "v"
                                                                        : NULL;
    if (!what)
      continue;
    fprintf(stderr, "core %u: %s is not that of the other run\n", i, what);
    for (unsigned r = 0; r < 32; r++)
      if (a->x[r] != b->x[r] || a->f[r] != b->f[r])
        fprintf(stderr, "%u: x %#llx, other %#llx; f %#llx, other %#llx\n", r,
                (unsigned long long)a->x[r], (unsigned long long)b->x[r],
                (unsigned long long)a->f[r], (unsigned long long)b->f[r]);
    fprintf(stderr, "pc %#llx, %#llx; cycle %llu, %llu; mstatus %#llx, %#llx; fflags %#x, %#x\n",
            (unsigned long long)a->pc, (unsigned long long)b->pc, (unsigned long long)a->cycle,
            (unsigned long long)b->cycle, (unsigned long long)a->csr.mstatus,
            (unsigned long long)b->csr.mstatus, a->fp.flags, b->fp.flags);
    abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size || size > MAX_CODE)
    return 0;
  unsigned mode = *data++;
  size--;
  struct mtia_device_options options = {.rows = 1,
                                        .columns = 2,
                                        .functional = !(mode & MODE_TIMED),
                                        .vector_ones = mode & MODE_ONES,
                                        .schedule = mode & MODE_SCHEDULE ? 1 + mode : 0,
                                        .max_cycles = CYCLES};
  struct mtia_device *dev = run(data, size, mode, options);
  if (!(mode & (MODE_TIMED | MODE_GRID)) && !code_pages.written) {
    options.reference = true;
    // A pair of instructions that is executed as one may pass the limit.
    options.max_cycles = dev->pe[0].core[!!(mode & MODE_CORE_1)].cycle;
    struct mtia_device *slow = run(data, size, mode, options);
    if (!code_pages.written)
      compare(dev, slow);
    mtia_device_destroy(slow);
  } else if (mode & MODE_THREADS) {
    options.threads = 2;
    struct mtia_device *other = run(data, size, mode, options);
    compare(dev, other);
    if (dev->cycles != other->cycles)
      abort();
    mtia_device_destroy(other);
  }
  mtia_device_destroy(dev);
  return 0;
}

//===-- Mutations -------------------------------------------------------------===//

struct pattern {
  uint32_t match, mask;
};

static const struct pattern scalars[] = {
#define MTIA_INSN(id, mnemonic, match, mask, form, unit) {match, mask},
#include "mtia/mtia_insn.inc"
#undef MTIA_INSN
};

static const struct pattern vectors[] = {
#define MTIA_VARITH(id, mnemonic, op, match, mask, ...) {match, mask},
#define MTIA_VMEM(id, mnemonic, match, mask, ...) {match, mask},
#define MTIA_VSET(id, mnemonic, match, mask, unit) {match, mask},
#include "mtia/mtia_vinsn.inc"
#undef MTIA_VARITH
#undef MTIA_VMEM
#undef MTIA_VSET
};

static bool is_custom(uint32_t word) { // custom-0 to custom-3
  return (word & 0x1f) == 0x0b || (word & 0x7f) == 0x5b || (word & 0x7f) == 0x7b;
}

static uint32_t next(uint32_t *seed) {
  *seed = *seed * 1664525 + 1013904223;
  return *seed >> 8;
}

static uint32_t random_word(uint32_t *seed) {
  unsigned kind = next(seed) % 8;
  struct pattern p;
  if (kind < 2) {
    p = vectors[next(seed) % (sizeof vectors / sizeof *vectors)];
  } else {
    do
      p = scalars[next(seed) % (sizeof scalars / sizeof *scalars)];
    while (kind < 5 && !is_custom(p.match));
  }
  uint32_t fields = next(seed) << 16 ^ next(seed);
  return p.match | (fields & ~p.mask);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  uint32_t random = seed;
  if (max_size > MAX_CODE)
    max_size = MAX_CODE;
  if (next(&random) % 4 == 0 || max_size < 64)
    return LLVMFuzzerMutate(data, size, max_size);
  if (!size)
    data[size++] = (uint8_t)next(&random);
  for (unsigned n = 1 + next(&random) % 6; n--;) {
    uint32_t word = random_word(&random);
    size_t words = (size - 1) / 4, at = 1 + 4 * (next(&random) % (words + 1));
    if (size + 4 <= max_size && next(&random) % 2) { // inserts it
      memmove(data + at + 4, data + at, size - at);
      size += 4;
    } else if (at + 4 > size) {
      continue;
    }
    memcpy(data + at, &word, 4);
  }
  return size;
}
