// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Physical memory protection and page tables: Sv39, Sv48, Sv57. Machine-level ISA 1.12,
// section "Physical Memory Protection"; supervisor-level ISA 1.12, "Sv39" and following.
//
// Nothing is cached: every access of a guarded core walks the page table and compares
// with the entries. A core is guarded only while some access could come out otherwise
// than without the two (c->guarded): it then executes by mtia_reference_step, and cores
// that are not guarded pay nothing.
#include "guard.h"
#include "mtia/memory_map.h"

#include <string.h>

// pmpcfg: permissions are bits as those of a page table entry shifted right by 1.
#define PMP_R 1u
#define PMP_W 2u
#define PMP_X 4u
#define PMP_A(cfg) ((cfg) >> 3 & 3)
#define PMP_L 0x80u
enum { PMP_OFF, PMP_TOR, PMP_NA4, PMP_NAPOT };

#define PTE_V 1u
#define PTE_R 2u
#define PTE_W 4u
#define PTE_X 8u
#define PTE_U 0x10u
#define PTE_A 0x40u
#define PTE_D 0x80u
#define PTE_PPN(pte) ((pte) >> 10 & ((UINT64_C(1) << 44) - 1))
#define PTE_RESERVED (UINT64_C(0x3ff) << 54) // Svnapot, Svpbmt: not there
#define PAGE 4096u

// The bytes of an entry, [*from, *to); an entry that is off has none.
static void range_of(const struct mtia_core *c, unsigned i, uint64_t *from, uint64_t *to) {
  uint64_t addr = c->csr.pmpaddr[i];
  *from = *to = 0;
  switch (PMP_A(c->csr.pmpcfg[i])) {
  case PMP_TOR:
    *from = i ? c->csr.pmpaddr[i - 1] << 2 : 0;
    *to = addr << 2;
    break;
  case PMP_NA4:
    *from = addr << 2;
    *to = *from + 4;
    break;
  case PMP_NAPOT: // trailing ones give the size
    *from = (addr & (addr + 1)) << 2;
    *to = *from + ((addr ^ (addr + 1)) + 1) * 4;
    break;
  }
  if (*to < *from)
    *to = *from;
}

// need: PMP_R, PMP_W, PMP_X.
static bool pmp_allows(const struct mtia_core *c, unsigned mode, uint64_t addr, unsigned size,
                       unsigned need) {
  for (unsigned i = 0; i < MTIA_PMP_ENTRIES; i++) {
    uint64_t from, to;
    unsigned cfg = c->csr.pmpcfg[i];
    range_of(c, i, &from, &to);
    if (addr >= to || addr + size <= from)
      continue;
    if (addr < from || addr + size > to) // the entry must match all bytes
      return false;
    return (mode == MTIA_MACHINE && !(cfg & PMP_L)) || (cfg & need) == need;
  }
  return mode == MTIA_MACHINE;
}

static unsigned needs(enum mtia_access access) {
  static const uint8_t need[] = {
      [MTIA_FETCH] = PMP_X, [MTIA_LOAD] = PMP_R, [MTIA_STORE] = PMP_W, [MTIA_AMO] = PMP_R | PMP_W};
  return need[access];
}

static uint64_t access_fault(enum mtia_access access) {
  return access == MTIA_FETCH ? 1 : access == MTIA_LOAD ? 5 : 7;
}
static uint64_t page_fault(enum mtia_access access) {
  return access == MTIA_FETCH ? 12 : access == MTIA_LOAD ? 13 : 15;
}

// The mode whose rights count.
static unsigned mode_of(const struct mtia_core *c, enum mtia_access access) {
  return access != MTIA_FETCH && c->csr.mstatus & MSTATUS_MPRV
             ? (unsigned)(c->csr.mstatus >> MSTATUS_MPP_SHIFT & 3)
             : c->mode;
}

static bool leaf_allows(const struct mtia_core *c, unsigned mode, uint64_t pte,
                        enum mtia_access access) {
  uint64_t status = c->csr.mstatus;
  if (pte & PTE_U ? mode == MTIA_SUPERVISOR && (access == MTIA_FETCH || !(status & MSTATUS_SUM))
                  : mode == MTIA_USER)
    return false;
  uint64_t rights = pte >> 1 | (status & MSTATUS_MXR && pte & PTE_X ? PMP_R : 0);
  return (rights & needs(access)) == needs(access);
}

// Replaces *addr by the physical address. Returns a cause, or 0.
static uint64_t translate(struct mtia_core *c, unsigned mode, enum mtia_access access,
                          uint64_t *addr) {
  uint64_t table = (c->csr.satp & ((UINT64_C(1) << 44) - 1)) * PAGE, va = *addr;
  int levels = (int)(c->csr.satp >> 60) - 5, above = 52 - 9 * levels; // above: bits of the sign
  if ((uint64_t)((int64_t)(va << above) >> above) != va)
    return page_fault(access);
  for (int level = levels - 1; level >= 0; level--) {
    uint64_t at = table + (va >> (12 + 9 * level) & 511) * 8, pte;
    uint8_t *host = mtia_mem(c->dev, c->pe, at, 8);
    if (!host || !pmp_allows(c, MTIA_SUPERVISOR, at, 8, PMP_R))
      return access_fault(access);
    memcpy(&pte, host, 8);
    if (!(pte & PTE_V) || (pte & (PTE_R | PTE_W)) == PTE_W || pte & PTE_RESERVED)
      return page_fault(access);
    if (!(pte & (PTE_R | PTE_X))) { // the next table
      if (pte & (PTE_U | PTE_A | PTE_D))
        return page_fault(access);
      table = PTE_PPN(pte) * PAGE;
      continue;
    }
    uint64_t inner = (UINT64_C(1) << (12 + 9 * level)) - 1; // bits of the address in the page
    if (!leaf_allows(c, mode, pte, access) || (PTE_PPN(pte) * PAGE & inner))
      return page_fault(access);
    uint64_t used = pte | PTE_A | (access >= MTIA_STORE ? PTE_D : 0);
    if (used != pte) {
      if (!pmp_allows(c, MTIA_SUPERVISOR, at, 8, PMP_R | PMP_W))
        return access_fault(access);
      memcpy(host, &used, 8);
    }
    *addr = (PTE_PPN(pte) * PAGE & ~inner) | (va & inner);
    return 0;
  }
  return page_fault(access);
}

uint64_t mtia_guard(struct mtia_core *c, enum mtia_access access, unsigned size, uint64_t *addr) {
  unsigned mode = mode_of(c, access);
  if (mode != MTIA_MACHINE && c->csr.satp >> 60) {
    uint64_t cause = translate(c, mode, access, addr);
    if (cause)
      return cause;
  }
  return pmp_allows(c, mode, *addr, size, needs(access)) ? 0 : access_fault(access);
}

// Whether an access of this mode could be refused by an entry. Above DRAM there is nothing that
// could be protected.
static bool pmp_matters(const struct mtia_core *c, unsigned mode) {
  for (unsigned i = 0; i < MTIA_PMP_ENTRIES; i++) {
    uint64_t from, to;
    unsigned cfg = c->csr.pmpcfg[i];
    range_of(c, i, &from, &to);
    if (from == to || (mode == MTIA_MACHINE && !(cfg & PMP_L)))
      continue;
    return from || to < MTIA_DRAM_BASE + MTIA_DRAM_SIZE ||
           (cfg & (PMP_R | PMP_W | PMP_X)) != (PMP_R | PMP_W | PMP_X);
  }
  return mode != MTIA_MACHINE;
}

void mtia_core_guard_update(struct mtia_core *c) {
  unsigned fetch = mode_of(c, MTIA_FETCH), data = mode_of(c, MTIA_LOAD);
  bool translated = (fetch != MTIA_MACHINE || data != MTIA_MACHINE) && c->csr.satp >> 60;
  c->guarded = translated || pmp_matters(c, fetch) || (data != fetch && pmp_matters(c, data));
}
