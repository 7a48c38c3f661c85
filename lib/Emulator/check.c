// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shadow memory: for every byte of local memories and tensors, whether it has a value;
// for every cache line of a tensor, who wrote it and who holds a copy. See docs/checks.md
// for what is found, and what isn't.
#include "check.h"
#include "check_slow.h"
#include "core.h"
#include "debug.h"
#include "image.h"
#include "launch.h"
#include "race.h"
#include "units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FINDINGS = 20, LINE = 64, SEEN = 1 << 12 };

// Of a byte.
enum { NEVER, HOLDS, POPPED };

struct line {
  uint32_t version; // moves when memory gets new bytes
  uint16_t dirty;   // 1 + number of the core whose cache has newer bytes; 0: none
  uint64_t pc;      // of the last write
};

struct region {
  uint64_t addr, size;
  const uint8_t *host;
  uint8_t *state;
  // Tensors only:
  const struct mtia_launch_tensor *tensor;
  struct line *line;
};

// A line that a core may have in its cache.
struct copy {
  uint64_t line; // number, 0: none
  uint32_t version;
};

struct popped {
  uint64_t pc;
  uint8_t core;
  uint8_t head_core, tail_core; // 1 + the core that moved it last
  uint64_t tail_pc;
};

// Which elements of an accumulator, or of a tile on the reduction network, have no value, and which
// command made them so (pc MTIA_NO_PC: nobody has ever set the accumulator).
struct tile {
  uint32_t undefined[MTIA_TILE]; // by row, a bit per column
  uint64_t pc;
};

struct finding {
  char *text;
  uint64_t pc, other;
  uint8_t kind;
  uint64_t count;
};

struct mtia_check {
  struct region *region; // local memories by PE, then tensors
  unsigned regions, locals;
  struct mtia_launch_tensor *tensor;
  struct copy **copies; // by core, allocated when needed
  struct popped (*popped)[MTIA_CBS];
  struct tile (*acc)[MTIA_ACCS]; // by PE
  struct tile (*port)[2];
  const struct mtia_command *command;
  uint64_t block, block_end; // of the arguments
  // Of the instruction that a core executes: the place that it accesses, and whether that has no
  // gaps.
  const struct mtia_slot *slot;
  uint64_t first, end;
  bool whole, writes;
  struct finding finding[MAX_FINDINGS];
  unsigned findings;
  uint64_t more;
};

static const char *const kind_name[] = {"uninit", "bounds", "race", "cb", "stale", "align", "slow"};
enum kind { UNINIT, BOUNDS, RACE, CB, STALE, ALIGN, SLOW, KINDS };
// What is slow is no mistake.
enum { ALL = (1 << SLOW) - 1 };
_Static_assert(KINDS == sizeof kind_name / sizeof *kind_name, "a name for each");

//===-- Which ----------------------------------------------------------------===//

bool mtia_check(struct mtia_device *dev, const char *list, struct mtia_error *error) {
  unsigned kinds = 0;
  if (!mtia_debug_can_step(dev))
    return mtia_error_set(error, MTIA_ERR_USAGE,
                          "a run is checked without a debugger, a profile and a trace of "
                          "instructions, on the fast cores");
  if (!mtia_is_kernel(dev))
    return mtia_error_set(error, MTIA_ERR_USAGE,
                          "checks are for kernels, and this is an ordinary program");
  for (const char *word = list; *word;) {
    size_t n = strcspn(word, ",");
    unsigned k = 0;
    while (k < KINDS && (strlen(kind_name[k]) != n || strncmp(kind_name[k], word, n)))
      k++;
    if (k == KINDS && !(n == 3 && !strncmp(word, "all", n)))
      return mtia_error_set(error, MTIA_ERR_USAGE,
                            "there is no check '%.*s'; there are all, uninit, bounds, race, cb, "
                            "stale, align, slow",
                            (int)n, word);
    kinds |= k == KINDS ? (unsigned)ALL : 1u << k;
    word += n + (word[n] == ',');
  }
  if (!kinds)
    return mtia_error_set(error, MTIA_ERR_USAGE, "no check is named; 'all' names all");
  dev->checks = kinds;
  if (!mtia_debug_create(dev, NULL, NULL))
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory for the checks");
  return true;
}

static bool wanted(const struct mtia_device *dev, enum kind kind) {
  return dev->checks >> kind & 1;
}

//===-- Life ------------------------------------------------------------------===//

static bool add_region(struct mtia_check *check, uint64_t addr, uint64_t size,
                       const uint8_t *host) {
  struct region *r = &check->region[check->regions++];
  *r = (struct region){
      .addr = addr, .size = size, .host = host, .state = calloc(1, size ? size : 1)};
  return r->state;
}

static bool add_tensor(struct mtia_device *dev, const struct mtia_launch_tensor *tensor) {
  uint64_t size = tensor->rows * tensor->row_stride;
  const uint8_t *host = size ? mtia_mem(dev, NULL, tensor->addr, size) : NULL;
  if (!add_region(dev->check, tensor->addr, size, host))
    return false;
  struct region *r = &dev->check->region[dev->check->regions - 1];
  r->tensor = tensor;
  r->line = calloc(size / LINE + 2, sizeof *r->line);
  for (uint64_t row = 0; tensor->input && row < tensor->rows; row++)
    memset(r->state + row * tensor->row_stride, HOLDS, tensor->row_bytes);
  return r->line;
}

bool mtia_check_start(struct mtia_device *dev) {
  unsigned pes = dev->rows * dev->cols, tensors = 0;
  struct mtia_launch_tensor tensor;
  struct mtia_check *check = dev->check = calloc(1, sizeof *check);
  while (mtia_launch_tensor(dev, tensors, &tensor))
    tensors++;
  if (!check)
    return false;
  check->region = calloc(pes + tensors, sizeof *check->region);
  check->tensor = calloc(tensors + 1, sizeof *check->tensor);
  check->copies = calloc(MTIA_CORES * (size_t)pes, sizeof *check->copies);
  check->popped = calloc(pes, sizeof *check->popped);
  check->acc = calloc(pes, sizeof *check->acc);
  check->port = calloc(pes, sizeof *check->port);
  if (!check->region || !check->tensor || !check->copies || !check->popped || !check->acc ||
      !check->port)
    return false;
  for (unsigned i = 0; i < pes; i++)
    if (!add_region(check, MTIA_LOCAL_BASE, dev->p->local_bytes, dev->pe[i].local))
      return false;
  for (unsigned i = 0; i < pes; i++)
    memset(check->acc[i], 0xff, sizeof check->acc[i]);
  check->locals = pes;
  uint64_t x[33];
  mtia_launch_registers(dev, x);
  check->block = x[10];
  check->block_end = x[10] + x[12];
  if ((wanted(dev, RACE) && !mtia_race_create(dev)) ||
      (wanted(dev, SLOW) && !mtia_slow_create(dev)))
    return false;
  for (unsigned i = 0; i < tensors; i++) {
    mtia_launch_tensor(dev, i, &check->tensor[i]);
    if (!add_tensor(dev, &check->tensor[i]))
      return false;
  }
  return true;
}

void mtia_check_destroy(struct mtia_device *dev) {
  struct mtia_check *check = dev->check;
  mtia_race_destroy(dev);
  mtia_slow_destroy(dev);
  if (!check)
    return;
  for (unsigned i = 0; i < check->regions; i++) {
    free(check->region[i].state);
    free(check->region[i].line);
  }
  for (unsigned i = 0; check->copies && i < MTIA_CORES * dev->rows * dev->cols; i++)
    free(check->copies[i]);
  for (unsigned i = 0; i < check->findings; i++)
    free(check->finding[i].text);
  free(check->region);
  free(check->tensor);
  free(check->copies);
  free(check->popped);
  free(check->acc);
  free(check->port);
  free(check);
  dev->check = NULL;
}

//===-- Findings --------------------------------------------------------------===//

// Who did it: a core at its pc, a command, or nobody: the whole kernel.
struct who {
  struct mtia_core *core;
  const struct mtia_command *command;
};

static uint64_t pc_of(struct who who) {
  return who.core ? who.core->pc : who.command ? who.command->pc : MTIA_NO_PC;
}

static void print_who(FILE *out, struct mtia_device *dev, struct who who) {
  char where[600];
  const struct mtia_command *c = who.command;
  if (who.core)
    fprintf(out, "%s", mtia_where(who.core, who.core->pc, where, sizeof where));
  else if (!c)
    fprintf(out, "at the end");
  else
    fprintf(out, "PE (%u,%u) %s: %s of core %u, %s", c->pe->row, c->pe->col,
            c->unit < UNIT_COUNT ? mtia_unit_name[c->unit] : "CP", mtia_command_name(c), c->core,
            mtia_where_pc(dev, c->pc, where, sizeof where));
}

// Opens the text of a finding, or NULL if it is already there or nobody wants it. `other`: what
// tells findings of one place apart.
static FILE *begin_text(struct mtia_device *dev, enum kind kind, uint64_t pc, uint64_t other,
                        size_t *size) {
  struct mtia_check *check = dev->check;
  if (!wanted(dev, kind))
    return NULL;
  for (unsigned i = 0; i < check->findings; i++) {
    struct finding *f = &check->finding[i];
    if (f->kind == kind && f->pc == pc && f->other == other) {
      f->count++;
      return NULL;
    }
  }
  if (check->findings == MAX_FINDINGS) {
    check->more++;
    return NULL;
  }
  struct finding *f = &check->finding[check->findings];
  *f = (struct finding){.pc = pc, .other = other, .kind = (uint8_t)kind, .count = 1};
  FILE *out = open_memstream(&f->text, size);
  if (!out)
    return NULL;
  check->findings++;
  return out;
}

// The same, behind who did it.
static FILE *begin(struct mtia_device *dev, enum kind kind, struct who who, uint64_t other,
                   size_t *size) {
  FILE *out = begin_text(dev, kind, pc_of(who), other, size);
  if (!out)
    return NULL;
  print_who(out, dev, who);
  fprintf(out, ": ");
  return out;
}

//===-- Places ----------------------------------------------------------------===//

static struct region *find_host(struct mtia_device *dev, const uint8_t *host) {
  struct mtia_check *check = dev->check;
  for (unsigned i = 0; host && i < check->regions; i++) {
    struct region *r = &check->region[i];
    if (r->host && host >= r->host && host < r->host + r->size)
      return r;
  }
  return NULL;
}

static struct region *find_address(struct mtia_device *dev, const struct mtia_pe *pe,
                                   uint64_t addr) {
  return find_host(dev, mtia_mem(dev, pe, addr, 1));
}

static uint64_t offset_of(const struct region *r, const uint8_t *host) {
  return (uint64_t)(host - r->host);
}

// The first CB of the PE whose memory holds the byte of the local memory, or MTIA_CBS.
static unsigned cb_of(const struct mtia_pe *pe, uint64_t offset) {
  unsigned i = 0;
  for (; i < MTIA_CBS; i++) {
    const struct mtia_cb *cb = &pe->cp->cb[i];
    if (cb->set && offset >= cb->base && offset < (uint64_t)cb->base + cb->size)
      break;
  }
  return i;
}

// "x + 4096 (row 2, byte 0)", "CB 3, byte 96", "local memory 0x10000040"
static void print_place(FILE *out, struct mtia_device *dev, const struct region *r,
                        uint64_t offset) {
  if (r->tensor) {
    uint64_t stride = r->tensor->row_stride;
    fprintf(out, "%s, row %" PRIu64 ", byte %" PRIu64 "%s", r->tensor->name, offset / stride,
            offset % stride,
            offset % stride >= r->tensor->row_bytes ? " (behind the row: padding)" : "");
    return;
  }
  unsigned pe = (unsigned)(r - dev->check->region), cb = cb_of(&dev->pe[pe], offset);
  if (cb < MTIA_CBS)
    fprintf(out, "CB %u, byte %" PRIu64 " of its memory", cb, offset - dev->pe[pe].cp->cb[cb].base);
  else
    fprintf(out, "local memory, 0x%" PRIx64, MTIA_LOCAL_BASE + offset);
}

static void print_state(FILE *out, struct mtia_device *dev, const struct region *r,
                        uint64_t offset) {
  const struct popped *popped = NULL;
  char where[600];
  if (!r->tensor) {
    unsigned pe = (unsigned)(r - dev->check->region), cb = cb_of(&dev->pe[pe], offset);
    popped = cb < MTIA_CBS ? &dev->check->popped[pe][cb] : NULL;
  }
  if (r->state[offset] == POPPED && popped && popped->pc)
    fprintf(out, "which was given back by core %u, %s", popped->core,
            mtia_where_pc(dev, popped->pc, where, sizeof where));
  else if (r->tensor && offset % r->tensor->row_stride >= r->tensor->row_bytes)
    fprintf(out, "which no tensor element has");
  else
    fprintf(out, "which nobody has written");
}

//===-- Values ----------------------------------------------------------------===//

static void check_read(struct mtia_device *dev, struct who who, const struct region *r,
                       uint64_t offset, uint64_t bytes) {
  size_t size;
  for (uint64_t i = offset; i < offset + bytes && i < r->size; i++) {
    if (r->state[i] == HOLDS)
      continue;
    FILE *out = begin(dev, UNINIT, who, r->state[i], &size);
    if (out) {
      fprintf(out, "reads %" PRIu64 " byte%s of ", bytes, bytes == 1 ? "" : "s");
      print_place(out, dev, r, offset);
      if (i != offset)
        fprintf(out, ", of which byte %" PRIu64 " is one", i - offset);
      fprintf(out, ", ");
      print_state(out, dev, r, i);
      fclose(out);
    }
    return;
  }
}

static void set_state(struct region *r, uint64_t offset, uint64_t bytes, uint8_t state) {
  if (offset < r->size)
    memset(r->state + offset, state, bytes < r->size - offset ? bytes : r->size - offset);
}

//===-- Cache lines -----------------------------------------------------------===//

static struct copy *copy_of(struct mtia_device *dev, const struct mtia_core *c, uint64_t line) {
  struct copy **copies = &dev->check->copies[MTIA_CORES * c->pe->index + c->id];
  if (!*copies)
    *copies = calloc(SEEN, sizeof **copies);
  return *copies ? &(*copies)[line * UINT64_C(0x9e3779b97f4a7c15) >> 52] : NULL;
}

static void stale(struct mtia_device *dev, struct who who, const struct region *r, uint64_t offset,
                  const struct line *line) {
  size_t size;
  char where[600];
  FILE *out = begin(dev, STALE, who, line->pc, &size);
  if (!out)
    return;
  fprintf(out, "reads ");
  print_place(out, dev, r, offset);
  mtia_where_pc(dev, line->pc, where, sizeof where);
  if (line->dirty) {
    unsigned core = line->dirty - 1u;
    const struct mtia_pe *pe = &dev->pe[core / MTIA_CORES];
    fprintf(out,
            ", while what PE (%u,%u) core %u has written there (%s) may still be in its cache; "
            "cbo.clean writes it back",
            pe->row, pe->col, core % MTIA_CORES, where);
  } else {
    fprintf(out,
            " from its cache, where an older value may be than the one that %s has written since; "
            "cbo.inval makes the core read it again",
            where);
  }
  fclose(out);
}

static void core_lines(struct mtia_core *c, struct region *r, uint64_t offset, uint64_t bytes,
                       bool write) {
  struct mtia_device *dev = c->dev;
  unsigned me = MTIA_CORES * c->pe->index + c->id + 1;
  for (uint64_t n = offset / LINE; n <= (offset + bytes - 1) / LINE; n++) {
    struct line *line = &r->line[n];
    struct copy *copy = copy_of(dev, c, r->addr / LINE + n);
    if (!copy)
      return;
    bool held = copy->line == r->addr / LINE + n;
    if (!write && line->dirty != me && (line->dirty || (held && copy->version != line->version)))
      stale(dev, (struct who){c, NULL}, r, n * LINE > offset ? n * LINE : offset, line);
    if (!held || line->dirty == me || write)
      *copy = (struct copy){r->addr / LINE + n, line->version};
    if (write) {
      line->dirty = (uint16_t)me;
      line->pc = c->pc;
    }
  }
}

// A unit reads or writes memory itself: caches know nothing of it.
static void unit_lines(struct mtia_device *dev, struct region *r, uint64_t offset, uint64_t bytes,
                       bool write) {
  const struct mtia_command *c = dev->check->command;
  for (uint64_t n = offset / LINE; bytes && n <= (offset + bytes - 1) / LINE; n++) {
    struct line *line = &r->line[n];
    if (!write && line->dirty)
      stale(dev, (struct who){NULL, c}, r, n * LINE > offset ? n * LINE : offset, line);
    if (write) {
      line->version++;
      line->dirty = 0;
      line->pc = c->pc;
    }
  }
}

static void cache_operation(struct mtia_core *c, unsigned op, uint64_t addr) {
  struct mtia_device *dev = c->dev;
  struct region *r = find_address(dev, c->pe, addr);
  unsigned me = MTIA_CORES * c->pe->index + c->id + 1;
  if (!r || !r->line)
    return;
  struct line *line = &r->line[(addr - r->addr) / LINE];
  struct copy *copy = copy_of(dev, c, addr / LINE);
  if (line->dirty == me && op != MTIA_OP_CBO_INVAL) {
    line->dirty = 0;
    line->version++;
  }
  if (copy && copy->line == addr / LINE) {
    copy->version = line->version;
    if (op != MTIA_OP_CBO_CLEAN)
      copy->line = 0;
  }
}

//===-- Cores -----------------------------------------------------------------===//

// Whether an unfinished command writes bytes that a core reads in the PE's local memory: that it
// has not written them yet is a race, and no other finding.
static bool comes_late(struct mtia_core *c, const struct region *r, uint64_t offset,
                       uint64_t bytes) {
  struct mtia_device *dev = c->dev;
  const struct mtia_cp *cp = dev->pe[r - dev->check->region].cp;
  for (unsigned i = 0; i < MTIA_CORES; i++)
    for (const struct mtia_command *e = cp->core[i].oldest; e; e = e->younger) {
      const struct mtia_range *range = &e->write;
      if (!e->writes || e->unit == UNIT_COUNT || range->from >= range->to || e->state == CMD_WORKED)
        continue;
      const struct mtia_cb *cb = &cp->cb[range->cb];
      if (!cb->set || offset < cb->base || offset + bytes > (uint64_t)cb->base + cb->size)
        continue;
      uint64_t first = range->from % cb->size, length = range->to - range->from;
      uint64_t at = offset - cb->base, behind = (at + cb->size - first) % cb->size;
      if (behind < length || behind + bytes > cb->size)
        return true;
    }
  return false;
}

// The tensor next to an address that is in none.
static const struct region *nearest(const struct mtia_device *dev, uint64_t addr,
                                    uint64_t *distance, bool *before) {
  const struct mtia_check *check = dev->check;
  const struct region *best = NULL;
  for (unsigned i = check->locals; i < check->regions; i++) {
    const struct region *r = &check->region[i];
    bool in_front = addr < r->addr;
    uint64_t d = in_front ? r->addr - addr : addr - (r->addr + r->size);
    if (!in_front && addr < r->addr + r->size)
      d = 0;
    if (!best || d < *distance) {
      best = r;
      *distance = d;
      *before = in_front;
    }
  }
  return best;
}

static void outside(struct mtia_device *dev, struct who who, uint64_t addr, uint64_t bytes,
                    bool write) {
  size_t size;
  uint64_t distance = 0;
  bool before = false;
  const struct region *r = nearest(dev, addr, &distance, &before);
  FILE *out = begin(dev, BOUNDS, who, write, &size);
  if (!out)
    return;
  fprintf(out, "%s %" PRIu64 " byte%s at 0x%" PRIx64 ", which is in no tensor",
          write ? "writes" : "reads", bytes, bytes == 1 ? "" : "s", addr);
  if (r)
    fprintf(out, "; it is %" PRIu64 " bytes %s %s (%" PRIu64 " rows of %" PRIu64 " bytes)",
            distance, before ? "before the start of" : "behind the end of", r->tensor->name,
            r->tensor->rows, r->tensor->row_bytes);
  fclose(out);
}

// Where only tensors are.
static bool tensors_only(const struct mtia_device *dev, uint64_t addr) {
  enum mtia_level level = mtia_mem_level(dev, addr);
  return level == MTIA_SRAM || (level == MTIA_DRAM && addr >= mtia_launch_tensors(dev));
}

static void check_bounds(struct mtia_device *dev, struct who who, const struct region *r,
                         uint64_t addr, uint64_t bytes, bool write) {
  size_t size;
  if (!r && tensors_only(dev, addr)) {
    outside(dev, who, addr, bytes, write);
  } else if (r && r->tensor && addr + bytes > r->addr + r->size) {
    outside(dev, who, r->addr + r->size, addr + bytes - r->addr - r->size, write);
  } else if (r && r->tensor && write && !r->tensor->output) {
    FILE *out = begin(dev, BOUNDS, who, r->addr, &size);
    if (out) {
      fprintf(out, "writes %" PRIu64 " byte%s of ", bytes, bytes == 1 ? "" : "s");
      print_place(out, dev, r, addr - r->addr);
      fprintf(out, ", which is an input");
      fclose(out);
    }
  }
}

// What nobody writes has no races.
static bool is_constant(const struct mtia_device *dev, const struct region *r, uint64_t addr) {
  const struct mtia_check *check = dev->check;
  if (r)
    return r->tensor && !r->tensor->output;
  return (addr >= check->block && addr < check->block_end) ||
         (addr >= dev->image->code && addr < dev->image->code_end);
}

// A core's access that is not where its size demands.
static void check_alignment(struct mtia_core *c, const struct region *r, uint64_t addr,
                            uint64_t bytes, bool write) {
  struct mtia_device *dev = c->dev;
  uint64_t element = mtia_debug_element(dev->check->slot), unit = element ? element : bytes;
  size_t size;
  FILE *out = addr % unit ? begin(dev, ALIGN, (struct who){c, NULL}, write, &size) : NULL;
  if (!out)
    return;
  fprintf(out, "%s %" PRIu64 " bytes at 0x%" PRIx64, write ? "writes" : "reads", unit, addr);
  if (r) {
    fprintf(out, " (");
    print_place(out, dev, r, addr - (r->tensor ? r->addr : MTIA_LOCAL_BASE));
    fprintf(out, ")");
  }
  fprintf(out,
          ", which is not a multiple of %" PRIu64
          ": a RISC-V core may trap there, or make several accesses of it",
          unit);
  fclose(out);
}

// The bytes of a CB go on at its start; a core's access goes on behind it.
static void check_wrap(struct mtia_core *c, bool write) {
  struct mtia_device *dev = c->dev;
  const struct mtia_check *check = dev->check;
  uint64_t from = check->first - MTIA_LOCAL_BASE, to = check->end - MTIA_LOCAL_BASE;
  if (to <= from || from / 32 == (to - 1) / 32 || from >= dev->p->local_bytes ||
      cb_of(c->pe, from) == MTIA_CBS)
    return;
  for (unsigned i = 0; i < MTIA_CBS; i++) {
    const struct mtia_cb *cb = &c->pe->cp->cb[i];
    if (cb->set && from >= cb->base && to <= (uint64_t)cb->base + cb->size)
      return;
  }
  unsigned i = cb_of(c->pe, from);
  size_t size;
  FILE *out = begin(dev, BOUNDS, (struct who){c, NULL}, i + 2, &size);
  if (!out)
    return;
  fprintf(out,
          "%s %" PRIu64 " bytes from byte %" PRIu64 " of the memory of CB %u on, which has %" PRIu32
          ": commands go on at its start, a core does not",
          write ? "writes" : "reads", to - from, from - c->pe->cp->cb[i].base, i,
          c->pe->cp->cb[i].size);
  fclose(out);
}

static bool core_access(struct mtia_core *c, uint64_t addr, uint64_t bytes, bool read, bool write) {
  struct mtia_device *dev = c->dev;
  struct mtia_check *check = dev->check;
  struct who who = {c, NULL};
  if (check->end == 0)
    check->first = addr;
  else
    check->whole &= addr == check->end;
  check->end = addr + bytes;
  check->writes = write;
  struct region *r = find_address(dev, c->pe, addr);
  const uint8_t *host = dev->race ? mtia_mem(dev, c->pe, addr, bytes) : NULL;
  check_alignment(c, r, addr, bytes, write);
  if (host && (write || !is_constant(dev, r, addr)))
    mtia_race_core(c, host, bytes, write);
  if (read)
    check_bounds(dev, who, r, addr, bytes, false);
  if (write)
    check_bounds(dev, who, r, addr, bytes, true);
  if (!r)
    return true;
  uint64_t offset = offset_of(r, mtia_mem(dev, c->pe, addr, 1));
  if (bytes > r->size - offset)
    bytes = r->size - offset;
  if (read && !(!r->tensor && wanted(dev, RACE) && comes_late(c, r, offset, bytes)))
    check_read(dev, who, r, offset, bytes);
  if (r->line && read)
    core_lines(c, r, offset, bytes, false);
  if (r->line && write)
    core_lines(c, r, offset, bytes, true);
  if (write)
    set_state(r, offset, bytes, HOLDS);
  return true;
}

void mtia_check_insn(struct mtia_core *c, const struct mtia_slot *s) {
  if (c->dev->race)
    mtia_race_insn(c, s->op);
  if (s->op == MTIA_OP_CBO_CLEAN || s->op == MTIA_OP_CBO_FLUSH || s->op == MTIA_OP_CBO_INVAL) {
    cache_operation(c, s->op, c->x[s->rs1] & ~UINT64_C(63));
    return;
  }
  struct mtia_check *check = c->dev->check;
  check->slot = s;
  check->end = 0;
  check->whole = true;
  mtia_debug_each_access(c, s, core_access);
  if (!check->end || !check->whole)
    return;
  check_wrap(c, check->writes);
  if (c->dev->slow)
    mtia_slow_core(c, check->first, check->end - check->first);
}

//===-- Commands --------------------------------------------------------------===//

static uint8_t *state_at(const struct mtia_cp *cp, unsigned cb, uint64_t b) {
  const struct mtia_cb *p = &cp->cb[cb];
  return cp->pe->dev->check->region[cp->pe->index].state + p->base + b % p->size;
}

static bool hold_values(const struct mtia_cp *cp, unsigned cb, uint64_t b, uint32_t bytes) {
  const struct mtia_cb *p = &cp->cb[cb];
  while (bytes) {
    uint32_t rest = p->size - (uint32_t)(b % p->size), n = rest < bytes ? rest : bytes;
    const uint8_t *state = state_at(cp, cb, b);
    uint8_t other = 0;
    for (uint32_t i = 0; i < n; i++)
      other |= state[i] ^ HOLDS;
    if (other)
      return false;
    b += n;
    bytes -= n;
  }
  return true;
}

// Elements (i, j) below rows, cols: without a value if row i or column j comes from memory that has
// none. `fresh`: what was there before is overwritten.
static void define(struct tile *t, const struct mtia_command *c, unsigned rows, unsigned cols,
                   uint32_t bad_rows, uint32_t bad_cols, bool fresh) {
  uint32_t mask = cols < MTIA_TILE ? (1u << cols) - 1 : UINT32_MAX;
  for (unsigned i = 0; i < rows; i++) {
    uint32_t bad = bad_rows >> i & 1 ? mask : bad_cols & mask;
    if (fresh)
      t->undefined[i] &= ~mask;
    if (bad & ~t->undefined[i])
      t->pc = c->pc;
    t->undefined[i] |= bad;
  }
}

// The words of a bias without a value.
static uint32_t bad_words(const struct mtia_cp *cp, const struct mtia_command *c, uint64_t from,
                          unsigned count) {
  uint32_t bad = 0;
  for (unsigned j = 0; j < count; j++)
    bad |= (uint32_t)!hold_values(cp, c->read[0].cb, from + 4 * j, 4) << j;
  return bad;
}

static void set_accumulator(const struct mtia_cp *cp, struct tile *t,
                            const struct mtia_command *c) {
  bool by_row = c->kind == CMD_ACC_BIASR || c->kind == CMD_ACC_ADDR;
  bool fresh = c->kind != CMD_ACC_ADD && c->kind != CMD_ACC_ADDR;
  uint64_t from = c->read[0].from;
  if (fresh)
    memset(t->undefined, 0, sizeof t->undefined);
  if (c->kind == CMD_ACC_ZERO || !c->init.rows || !c->init.cols)
    return;
  if (c->kind == CMD_ACC_LOAD) {
    for (unsigned i = 0; i < c->init.rows; i++)
      if ((t->undefined[i] = bad_words(cp, c, from + (uint64_t)i * c->init.stride, c->init.cols)))
        t->pc = c->pc;
    return;
  }
  uint32_t bad = bad_words(cp, c, from, c->init.cols);
  define(t, c, MTIA_TILE, MTIA_TILE, by_row ? bad : 0, by_row ? 0 : bad, fresh);
}

static void multiply(const struct mtia_cp *cp, struct tile *t, const struct mtia_command *c) {
  uint32_t bad_rows = 0, bad_cols = 0;
  // What is in an operand buffer was looked at when the MLU read it.
  unsigned from_b = c->mml.oa < 0;
  for (unsigned i = 0; c->mml.oa < 0 && c->mml.cols && i < c->mml.rows; i++)
    bad_rows |= (uint32_t)!hold_values(cp, c->read[0].cb,
                                       c->read[0].from + (uint64_t)i * c->mml.stride_a, 32)
                << i;
  for (unsigned j = 0; c->mml.ob < 0 && c->mml.rows && j < c->mml.cols; j++)
    bad_cols |= (uint32_t)!hold_values(cp, c->read[from_b].cb,
                                       c->read[from_b].from + (uint64_t)j * c->mml.stride_b, 32)
                << j;
  define(t, c, c->mml.rows, c->mml.cols, bad_rows, bad_cols, c->mml.zero);
}

static void reduce(struct mtia_device *dev, struct tile *t, const struct mtia_command *c) {
  struct mtia_check *check = dev->check;
  const struct mtia_pe *to = mtia_re_target(c);
  if (c->red.in) {
    const struct tile *port = &check->port[c->pe->index][c->red.in - 1];
    for (unsigned i = 0; i < MTIA_TILE; i++) {
      if (port->undefined[i] & ~t->undefined[i])
        t->pc = port->pc;
      t->undefined[i] |= port->undefined[i];
    }
  }
  if (to)
    check->port[to->index][c->red.out - 1] = *t;
}

static void drain(struct mtia_device *dev, const struct tile *t, const struct mtia_command *c,
                  unsigned rows, unsigned cols) {
  uint32_t mask = cols < MTIA_TILE ? (1u << cols) - 1 : UINT32_MAX;
  char where[600];
  size_t size;
  for (unsigned i = 0; i < rows; i++) {
    uint32_t bad = t->undefined[i] & mask;
    FILE *out = bad ? begin(dev, UNINIT, (struct who){NULL, c}, t->pc, &size) : NULL;
    if (out && t->pc == UINT64_MAX)
      fprintf(
          out,
          "stores accumulator %d, which was never set; acc.zero, acc.bias, acc.load or the flag "
          "ZERO of mml set it",
          c->acc);
    else if (out)
      fprintf(out,
              "stores element (%u,%d) of accumulator %d, which comes from memory that nobody has "
              "written, read by the command at %s",
              i, __builtin_ctz(bad), c->acc, mtia_where_pc(dev, t->pc, where, sizeof where));
    if (out)
      fclose(out);
    if (bad)
      return;
  }
}

void mtia_check_command(struct mtia_command *c) {
  struct mtia_device *dev = c->pe->dev;
  struct tile *t = c->acc >= 0 ? &dev->check->acc[c->pe->index][c->acc] : NULL;
  dev->check->command = c;
  switch (c->kind) {
  case CMD_ACC_ZERO:
  case CMD_ACC_BIAS:
  case CMD_ACC_BIASR:
  case CMD_ACC_LOAD:
  case CMD_ACC_ADD:
  case CMD_ACC_ADDR:
    set_accumulator(c->pe->cp, t, c);
    return;
  case CMD_MML:
    multiply(c->pe->cp, t, c);
    return;
  case CMD_RED:
    reduce(dev, t, c);
    return;
  case CMD_DRAIN:
    drain(dev, t, c, c->drain.rows, c->drain.cols);
    return;
  case CMD_MINMAX:
    drain(dev, t, c, c->minmax.rows, c->minmax.cols);
    return;
  default:
    return;
  }
}

void mtia_check_command_end(struct mtia_device *dev) { dev->check->command = NULL; }

static uint64_t address_of(const struct region *r, const uint8_t *host) {
  return r->addr + offset_of(r, host);
}

// The part of the device's memory that a host address is in, for addresses that no region has.
static bool is_memory(struct mtia_device *dev, const uint8_t *host, uint64_t *addr) {
  const uint8_t *sram = mtia_mem(dev, NULL, MTIA_SRAM_BASE, 1);
  const uint8_t *dram = mtia_mem(dev, NULL, MTIA_DRAM_BASE, 1);
  if (sram && host >= sram && host < sram + dev->p->sram_bytes)
    return *addr = MTIA_SRAM_BASE + (uint64_t)(host - sram), true;
  if (dram && host >= dram && host < dram + MTIA_DRAM_SIZE)
    return *addr = MTIA_DRAM_BASE + (uint64_t)(host - dram), true;
  return false;
}

// The other side of a DMA: bounds and cache lines. Returns its region.
static struct region *dma_side(struct mtia_device *dev, const void *host, uint32_t bytes,
                               bool write) {
  struct who who = {NULL, dev->check->command};
  struct region *r = find_host(dev, host);
  uint64_t addr = 0;
  if (r && r->tensor) {
    check_bounds(dev, who, r, address_of(r, host), bytes, write);
    unit_lines(dev, r, offset_of(r, host), bytes, write);
  } else if (!r && is_memory(dev, host, &addr)) {
    check_bounds(dev, who, NULL, addr, bytes, write);
  }
  if (dev->race && (write || !is_constant(dev, r, addr)))
    mtia_race_command(dev->check->command, host, bytes, write);
  return r;
}

// Bytes of a CB that the command uses.
static void race_cb(const struct mtia_cp *cp, unsigned cb, uint64_t b, uint64_t bytes, bool write) {
  const struct mtia_device *dev = cp->pe->dev;
  const struct mtia_cb *p = &cp->cb[cb];
  while (dev->race && bytes) {
    uint64_t rest = p->size - b % p->size, n = rest < bytes ? rest : bytes;
    mtia_race_command(dev->check->command, mtia_cb_at(cp, cb, b), n, write);
    b += n;
    bytes -= n;
  }
}

void mtia_check_cb_read(const struct mtia_cp *cp, unsigned cb, uint64_t b, const void *to,
                        uint32_t bytes) {
  struct mtia_device *dev = cp->pe->dev;
  struct mtia_check *check = dev->check;
  const struct mtia_cb *p = &cp->cb[cb];
  if (!check->command)
    return;
  race_cb(cp, cb, b, bytes, false);
  bool copies = check->command->kind == CMD_DMA_OUT;
  struct region *side = copies ? dma_side(dev, to, bytes, true) : NULL;
  uint64_t offset = side ? offset_of(side, to) : 0;
  for (uint32_t i = 0; side && i < bytes && offset + i < side->size; i++)
    side->state[offset + i] = *state_at(cp, cb, b + i) == HOLDS ? HOLDS : NEVER;
  // What accumulators get is followed there: only what is stored has to have a value.
  while (!copies && check->command->acc < 0 && bytes) {
    uint32_t at = (uint32_t)(b % p->size), n = p->size - at < bytes ? p->size - at : bytes;
    check_read(dev, (struct who){NULL, check->command}, &check->region[cp->pe->index], p->base + at,
               n);
    b += n;
    bytes -= n;
  }
}

void mtia_check_cb_write(const struct mtia_cp *cp, unsigned cb, uint64_t b, const void *from,
                         uint32_t bytes) {
  struct mtia_device *dev = cp->pe->dev;
  struct mtia_check *check = dev->check;
  if (!check->command)
    return;
  race_cb(cp, cb, b, bytes, true);
  bool copies = from && (check->command->kind == CMD_DMA_IN || check->command->kind == CMD_GATHER);
  const struct region *side = copies ? dma_side(dev, from, bytes, false) : NULL;
  uint64_t offset = side ? offset_of(side, from) : 0;
  for (uint32_t i = 0; i < bytes; i++)
    *state_at(cp, cb, b + i) =
        side && offset + i < side->size && side->state[offset + i] != HOLDS ? NEVER : HOLDS;
}

// Bytes that another CB holds as data keep their value for it.
static bool held_elsewhere(const struct mtia_cp *cp, unsigned cb) {
  const struct mtia_cb *p = &cp->cb[cb];
  for (unsigned i = 0; i < MTIA_CBS; i++) {
    const struct mtia_cb *q = &cp->cb[i];
    if (i != cb && q->set && q->base < p->base + p->size && p->base < q->base + q->size)
      return true;
  }
  return false;
}

void mtia_check_release(const struct mtia_cp *cp, unsigned cb, uint64_t from, uint64_t to,
                        const struct mtia_command *c) {
  struct popped *popped = &cp->pe->dev->check->popped[cp->pe->index][cb];
  popped->pc = c->pc;
  popped->core = c->core;
  if (held_elsewhere(cp, cb))
    return;
  for (uint64_t b = from; b < to; b++)
    *state_at(cp, cb, b) = POPPED;
}

void mtia_check_move(const struct mtia_command *c) {
  struct mtia_device *dev = c->pe->dev;
  struct popped *popped = dev->check->popped[c->pe->index];
  unsigned cb = c->releases ? c->read[0].cb : c->write.cb;
  uint8_t *last = c->releases ? &popped[cb].head_core : &popped[cb].tail_core;
  size_t size;
  if (*last && *last != c->core + 1) {
    FILE *out = begin(dev, CB, (struct who){NULL, c}, cb, &size);
    if (out) {
      fprintf(out, "both cores move the %s of CB %u; one core must be its only %s",
              c->releases ? "head" : "tail", cb, c->releases ? "consumer" : "producer");
      fclose(out);
    }
  }
  *last = c->core + 1;
  if (c->publishes)
    popped[cb].tail_pc = c->pc;
}

void mtia_check_init(const struct mtia_pe *pe, unsigned cb) {
  struct popped *popped = &pe->dev->check->popped[pe->index][cb];
  popped->head_core = popped->tail_core = 0;
}

void mtia_check_count(struct mtia_core *from, uint64_t pc, const struct mtia_pe *to,
                      unsigned counter, uint64_t old, uint64_t amount) {
  struct mtia_device *dev = from->dev;
  bool down = (int64_t)amount < 0;
  if (down ? old >= -amount : old + amount >= old)
    return;
  char where[600];
  size_t size;
  FILE *out = begin_text(dev, CB, pc, counter, &size);
  if (!out)
    return;
  fprintf(out,
          "%s: adds %" PRId64 " to counter %u of PE (%u,%u), which is %" PRIu64
          " then: it wraps around",
          mtia_where(from, pc, where, sizeof where), (int64_t)amount, counter, to->row, to->col,
          old);
  fclose(out);
}

//===-- End -------------------------------------------------------------------===//

// Data that nobody took.
static void check_buffers(struct mtia_device *dev) {
  for (unsigned i = 0; i < dev->rows * dev->cols; i++)
    for (unsigned b = 0; b < MTIA_CBS; b++) {
      const struct mtia_cb *cb = &dev->pe[i].cp->cb[b];
      const struct popped *popped = &dev->check->popped[i][b];
      if (!cb->set || cb->visible == cb->released)
        continue;
      char where[600];
      size_t size;
      FILE *out = begin(dev, CB, (struct who){NULL, NULL}, b, &size);
      if (!out)
        continue;
      fprintf(out,
              "PE (%u,%u): CB %u still holds %" PRIu64
              " bytes that nobody has popped; the last were "
              "pushed by core %u, %s",
              dev->pe[i].row, dev->pe[i].col, b, cb->visible - cb->released, popped->tail_core - 1u,
              mtia_where_pc(dev, popped->tail_pc, where, sizeof where));
      fclose(out);
    }
}

static void check_left(struct mtia_device *dev) {
  check_buffers(dev);
  for (unsigned i = 0; i < 2 * dev->rows * dev->cols; i++) {
    const struct mtia_pe *pe = &dev->pe[i / 2];
    size_t size;
    FILE *out = pe->cp->port[i % 2].taken
                    ? begin(dev, CB, (struct who){NULL, NULL}, MTIA_CBS + i % 2, &size)
                    : NULL;
    if (!out)
      continue;
    fprintf(out,
            "PE (%u,%u): a tile from the %s is still in its port: red has sent it, and no red has "
            "received it",
            pe->row, pe->col, i % 2 ? "west" : "north");
    fclose(out);
  }
}

static void check_outputs(struct mtia_device *dev) {
  struct mtia_check *check = dev->check;
  for (unsigned i = check->locals; i < check->regions; i++) {
    const struct region *r = &check->region[i];
    const struct mtia_launch_tensor *t = r->tensor;
    uint64_t missing = 0, first = 0;
    for (uint64_t row = 0; t->output && !t->scratch && row < t->rows; row++)
      for (uint64_t b = 0; b < t->row_bytes; b++)
        if (r->state[row * t->row_stride + b] != HOLDS && !missing++)
          first = row * t->row_stride + b;
    size_t size;
    FILE *out = missing ? begin(dev, UNINIT, (struct who){NULL, NULL}, r->addr, &size) : NULL;
    if (!out)
      continue;
    fprintf(out,
            "%" PRIu64 " of the %" PRIu64
            " bytes of %s have no value: nobody has written them, or a "
            "copy of memory that has none; the first is row %" PRIu64 ", byte %" PRIu64,
            missing, t->rows * t->row_bytes, t->name, first / t->row_stride, first % t->row_stride);
    fclose(out);
  }
}

static void print_race_place(FILE *out, struct mtia_device *dev, uint64_t place, bool of_pe) {
  const uint8_t *host = (const uint8_t *)(uintptr_t)place;
  const struct region *r = find_host(dev, host);
  uint64_t addr = place;
  if (r) {
    print_place(out, dev, r, offset_of(r, host));
    unsigned pe = (unsigned)(r - dev->check->region);
    if (of_pe && !r->tensor)
      fprintf(out, " of PE (%u,%u)", dev->pe[pe].row, dev->pe[pe].col);
    return;
  }
  const struct mtia_symbol *symbol =
      is_memory(dev, host, &addr) ? mtia_image_symbol(dev, addr) : NULL;
  if (symbol && symbol->name)
    fprintf(out, "%s, byte %" PRIu64, symbol->name, addr - symbol->addr);
  else
    fprintf(out, "memory at 0x%" PRIx64, addr);
}

static void add_races(struct mtia_device *dev) {
  struct mtia_check *check = dev->check;
  const struct mtia_race_finding *race;
  for (unsigned i = 0; (race = mtia_race_finding(dev, i)); i++) {
    if (check->findings == MAX_FINDINGS) {
      check->more++;
      continue;
    }
    size_t size;
    struct finding *f = &check->finding[check->findings];
    *f = (struct finding){.kind = RACE, .count = race->count};
    FILE *out = open_memstream(&f->text, &size);
    if (!out)
      continue;
    check->findings++;
    mtia_race_print(dev, race, out, print_race_place);
    fclose(out);
  }
  check->more += mtia_race_more(dev);
}

bool mtia_check_finish(struct mtia_device *dev) {
  struct mtia_check *check = dev->check;
  add_races(dev);
  mtia_race_destroy(dev);
  // A kernel that has ended the run with a status has outputs and buffers left as they were.
  if (!dev->error.category && dev->exit_status == 0) {
    check_left(dev);
    check_outputs(dev);
  }
  if (!check->findings)
    return true;
  char *report = NULL;
  size_t size;
  FILE *out = open_memstream(&report, &size);
  if (!out)
    return false;
  for (unsigned i = 0; i < check->findings; i++) {
    const struct finding *f = &check->finding[i];
    fprintf(out, "%s: %s", kind_name[f->kind], f->text ? f->text : "");
    if (f->count > 1)
      fprintf(out, " (%" PRIu64 " times)", f->count);
    fputc('\n', out);
  }
  if (check->more)
    fprintf(out, "and %" PRIu64 " more in other places\n", check->more);
  fclose(out);
  if (dev->error.category) { // the run's own error comes first
    char *both = NULL;
    out = open_memstream(&both, &size);
    if (out) {
      fprintf(out, "%sthe checks found:\n%s", dev->error.report ? dev->error.report : "", report);
      fclose(out);
      free(dev->error.report);
      dev->error.report = both;
    }
    free(report);
    return false;
  }
  dev->error.report = report;
  mtia_fail(dev, MTIA_ERR_CHECK,
            "%u finding%s (docs/checks.md says what they mean):", check->findings,
            check->findings == 1 ? "" : "s");
  return false;
}
