// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decoded code of the cores.
#include "core.h"
#include "debug.h"
#include "htif.h"
#include "reference.h"

#include <stdlib.h>
#include <string.h>

//===-- Decoded code ----------------------------------------------------------===//

#define CODE_BUCKETS 1024u

// Commands outlive the slots that name them: a core may wait in one while its page is decoded anew.
struct command_node {
  struct command_node *next;
  struct mtia_insn insn;
};

struct mtia_code {
  struct mtia_code_page *bucket[CODE_BUCKETS];
  struct command_node *commands;
  struct mtia_vinsn *vectors;
  uint64_t generation; // number of fence.i
};

bool mtia_code_create(struct mtia_device *dev, struct mtia_error *error) {
  dev->code = calloc(1, sizeof *dev->code);
  return dev->code || mtia_error_set(error, MTIA_ERR_HOST, "out of memory for decoded code");
}

void mtia_code_destroy(struct mtia_device *dev) {
  if (!dev->code)
    return;
  for (unsigned i = 0; i < CODE_BUCKETS; i++)
    for (struct mtia_code_page *page = dev->code->bucket[i], *next; page; page = next) {
      next = page->next;
      free(page);
    }
  for (struct command_node *node = dev->code->commands, *next; node; node = next) {
    next = node->next;
    free(node);
  }
  for (struct mtia_vinsn *v = dev->code->vectors, *next; v; v = next) {
    next = v->next;
    free(v);
  }
  free(dev->code);
}

static void reset_page(struct mtia_device *dev, struct mtia_code_page *page) {
  const struct mtia_core_ops *ops = mtia_core_ops_of(dev);
  memcpy(page->copy, page->host, MTIA_PAGE_BYTES);
  if (page->behind)
    memcpy(page->copy + MTIA_PAGE_BYTES, page->behind, 2);
  for (unsigned i = 0; i < MTIA_PAGE_SLOTS; i++)
    page->slot[i].fn = ops->undecoded;
  for (unsigned i = 0; i < 2; i++)
    page->slot[MTIA_PAGE_SLOTS + i].fn = ops->page_end;
}

// The page at `pc`, or NULL if the core cannot execute there.
static struct mtia_code_page *find_page(struct mtia_core *c, uint64_t pc) {
  struct mtia_code *code = c->dev->code;
  const uint8_t *host = mtia_mem(c->dev, c->pe, pc, MTIA_PAGE_BYTES);
  if (!host)
    return NULL;
  // Local memories have the same addresses: the host address tells them apart.
  struct mtia_code_page **bucket =
      &code->bucket[((uintptr_t)host / MTIA_PAGE_BYTES ^ pc / MTIA_PAGE_BYTES) % CODE_BUCKETS];
  struct mtia_code_page *page = *bucket;
  while (page && (page->host != host || page->pc != pc))
    page = page->next;
  if (!page) {
    page = aligned_alloc(MTIA_CODE_ALIGN, MTIA_CODE_ALIGN);
    if (!page) {
      mtia_fail(c->dev, MTIA_ERR_HOST, "out of memory for decoded code");
      return NULL;
    }
    page->pc = pc;
    page->host = host;
    page->behind = mtia_mem(c->dev, c->pe, pc + MTIA_PAGE_BYTES, 2);
    page->next = *bucket;
    page->generation = code->generation;
    *bucket = page;
    reset_page(c->dev, page);
  } else if (page->generation != code->generation) {
    page->generation = code->generation;
    if (memcmp(page->copy, host, MTIA_PAGE_BYTES) ||
        (page->behind && memcmp(page->copy + MTIA_PAGE_BYTES, page->behind, 2)))
      reset_page(c->dev, page);
  }
  return page;
}

// slli x0, x0, 31 in front of an ebreak and srai x0, x0, 7 behind it make it a
// semihosting call (RISC-V semihosting 0.4); all three in one page.
static bool is_semihosting(const struct mtia_code_page *page, unsigned index) {
  if (index < 2 || index + 4 > MTIA_PAGE_SLOTS)
    return false;
  uint32_t before, after;
  memcpy(&before, page->copy + 2 * index - 4, 4);
  memcpy(&after, page->copy + 2 * index + 4, 4);
  return before == 0x01f01013 && after == 0x40705013;
}

// Makes the instruction at s and the next one of the page a pair if that is faster.
static void fuse(struct mtia_core *c, struct mtia_slot *s, unsigned index) {
  const struct mtia_core_ops *ops = mtia_core_ops_of(c->dev);
  struct mtia_slot *next = s + s->len;
  if (index + s->len >= MTIA_PAGE_SLOTS)
    return;
  if (next->fn == ops->undecoded)
    mtia_core_decode(c, next);
  mtia_op_fn *fn = ops->fuse(s, next);
  if (fn)
    s->fn = fn;
}

// Makes `s` a vector instruction if `word` is one.
static void decode_vector(struct mtia_device *dev, struct mtia_slot *s, uint32_t word) {
  struct mtia_vinsn decoded, *v;
  if (!mtia_vec_decode(word, &decoded))
    return;
  s->op = MTIA_SLOT_VECTOR;
  // The debugger decodes anew for every step.
  for (v = dev->debug ? dev->code->vectors : NULL; v; v = v->next)
    if (v->word == word) {
      s->imm = (int64_t)(uintptr_t)v;
      return;
    }
  if (!(v = malloc(sizeof *v))) {
    mtia_fail(dev, MTIA_ERR_HOST, "out of memory for decoded code");
    s->op = MTIA_OP_ILLEGAL;
    return;
  }
  *v = decoded;
  v->next = dev->code->vectors;
  dev->code->vectors = v;
  s->imm = (int64_t)(uintptr_t)v;
}

mtia_op_fn *mtia_core_decode(struct mtia_core *c, struct mtia_slot *s) {
  struct mtia_code_page *page = slot_page(s);
  const struct mtia_core_ops *ops = mtia_core_ops_of(c->dev);
  unsigned index = (unsigned)(s - page->slot);
  uint64_t pc = slot_pc(s);
  uint32_t word;
  struct mtia_insn insn;
  memcpy(&word, page->copy + 2 * index, 4);
  bool legal = mtia_decode(word, &insn) && (ops->fn[insn.op] || mtia_insn_is_command(insn.op));

  memset(s, 0, sizeof *s);
  s->rd = 32;
  s->op = MTIA_OP_ILLEGAL;
  s->imm = insn.len == 2 ? word & 0xffff : word;
  s->len = insn.len / 2 & 3;
  if (index + 1 == MTIA_PAGE_SLOTS && insn.len == 4 && !page->behind) {
    s->op = MTIA_SLOT_HALF;
  } else if (legal) {
    s->op = insn.op;
    s->imm = insn.imm;
    if (!ops->fn[insn.op]) {
      struct command_node *node = malloc(sizeof *node);
      if (!node) {
        mtia_fail(c->dev, MTIA_ERR_HOST, "out of memory for decoded code");
        return ops->fn[MTIA_OP_ILLEGAL];
      }
      node->insn = insn;
      node->next = c->dev->code->commands;
      c->dev->code->commands = node;
      s->imm = (int64_t)(uintptr_t)&node->insn;
    }
    s->rd = insn.rd || mtia_insn_rd_is_fp(insn.op) ? insn.rd : 32;
    s->rs1 = insn.rs1;
    s->rs2 = insn.rs2;
    s->rs3 = insn.rs3;
    s->rm = insn.rm;
    if (insn.op == MTIA_OP_AUIPC || ops->near_fn[insn.op]) {
      s->imm = (int64_t)(pc + (uint64_t)insn.imm);
      int64_t target = (int64_t)index + insn.imm / 2;
      s->near = ops->near_fn[insn.op] && target >= 0 && target < MTIA_PAGE_SLOTS;
      s->target = s->near ? (int16_t)(insn.imm / 2) : 0;
    }
    if (insn.op == MTIA_OP_EBREAK && insn.len == 4 && is_semihosting(page, index))
      s->op = MTIA_SLOT_SEMIHOST;
  } else {
    decode_vector(c->dev, s, word);
  }
  mtia_op_fn *fn = mtia_core_fn(ops, s);
  s->fn = ops->line_start && mtia_slot_starts_line(s) ? ops->line_start : fn;
  if (c->dev->debug)
    s->fn = mtia_debug_slot(c, s, s->fn);
  else if (ops->fuse && ops->fuse(s, NULL))
    fuse(c, s, index);
  return s->fn;
}

void mtia_code_redecode(struct mtia_device *dev, uint64_t from, uint64_t to) {
  for (unsigned i = 0; i < CODE_BUCKETS; i++)
    for (struct mtia_code_page *page = dev->code->bucket[i]; page; page = page->next)
      for (unsigned slot = 0; slot < MTIA_PAGE_SLOTS; slot++)
        if (page->pc + 2 * slot - from < to - from)
          page->slot[slot].fn = mtia_core_ops_of(dev)->undecoded;
}

void mtia_code_written(struct mtia_device *dev, const uint8_t *host, uint64_t len) {
  for (unsigned i = 0; i < CODE_BUCKETS; i++)
    for (struct mtia_code_page *page = dev->code->bucket[i]; page; page = page->next)
      if (host < page->host + sizeof page->copy && page->host < host + len)
        reset_page(dev, page);
}

void mtia_core_fence_i(struct mtia_core *c) {
  c->dev->code->generation++;
  memset(c->tlb, 0, sizeof c->tlb);
  c->pc += 4;
}

const struct mtia_slot *mtia_code_slot(struct mtia_core *c) {
  uint64_t base = c->pc & ~(uint64_t)(MTIA_PAGE_BYTES - 1);
  struct mtia_code_page **entry = &c->tlb[base / MTIA_PAGE_BYTES % MTIA_CODE_TLB];
  if (!*entry || (*entry)->pc != base) {
    struct mtia_code_page *page = find_page(c, base);
    if (!page) {
      c->cycle++;
      mtia_core_trap(c, 1, c->pc);
      return NULL;
    }
    *entry = page;
  }
  return &(*entry)->slot[c->pc % MTIA_PAGE_BYTES / 2];
}

enum mtia_exit mtia_core_run(struct mtia_core *c) {
  struct mtia_device *dev = c->dev;
  uint8_t *dram = mtia_mem(dev, c->pe, MTIA_DRAM_BASE, 1);
  uint64_t limit = c->limit;
  enum mtia_exit why = MTIA_EXIT_QUANTUM;
  while (!dev->stop && c->cycle < limit) {
    c->limit = limit;
    if (dev->htif)
      mtia_htif_poll(c);
    if (c->csr.mie)
      mtia_core_interrupts(c, limit);
    if (dev->stop)
      break;
    if (c->guarded) {
      if (dev->debug && mtia_debug_stops_at(c, c->pc))
        return MTIA_EXIT_DEBUG;
      why = mtia_reference_step(c);
    } else {
      const struct mtia_slot *s = mtia_code_slot(c);
      if (!s)
        continue;
      why = s->fn(c, s, c->cycle, 0, dram);
    }
    if (why != MTIA_EXIT_CONTINUE)
      break;
    why = MTIA_EXIT_QUANTUM;
  }
  c->limit = limit;
  return why;
}
