// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report.h"
#include "core.h"
#include "image.h"
#include "insn.h"
#include "waits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

//===-- Places ----------------------------------------------------------------===//

char *mtia_where_pc(struct mtia_device *dev, uint64_t pc, char *buffer, size_t size) {
  int n = snprintf(buffer, size, "pc 0x%" PRIx64, pc);
  const struct mtia_symbol *symbol = mtia_image_symbol(dev, pc);
  if (symbol && n >= 0 && (size_t)n < size)
    n += snprintf(buffer + n, size - (size_t)n, ", function %s", symbol->name);
  const char *file;
  int line;
  if (n >= 0 && (size_t)n < size && mtia_image_line(dev, pc, &file, &line))
    snprintf(buffer + n, size - (size_t)n, ", %s:%d", file, line);
  return buffer;
}

char *mtia_where(struct mtia_core *core, uint64_t pc, char *buffer, size_t size) {
  int n = snprintf(buffer, size, "PE (%u,%u) core %u, ", core->pe->row, core->pe->col, core->id);
  if (n >= 0 && (size_t)n < size)
    mtia_where_pc(core->dev, pc, buffer + n, size - (size_t)n);
  return buffer;
}

// The instruction at `pc` in words.
static char *insn_text(struct mtia_core *core, uint64_t pc, char *buffer, size_t size) {
  const uint8_t *host = mtia_mem(core->dev, core->pe, pc, 2);
  const uint8_t *upper = mtia_mem(core->dev, core->pe, pc + 2, 2);
  struct mtia_insn insn;
  uint32_t word = 0;
  if (host)
    memcpy(&word, host, 2);
  if (upper)
    memcpy((uint8_t *)&word + 2, upper, 2);
  if (!host)
    snprintf(buffer, size, "(no memory)");
  else if (mtia_decode(word, &insn))
    mtia_print_insn(buffer, size, &insn, pc);
  else if (mtia_vec_print(buffer, size, word))
    return buffer;
  else if ((word & 3) != 3)
    snprintf(buffer, size, "0x%04" PRIx32, word & 0xffff);
  else
    snprintf(buffer, size, "0x%08" PRIx32, word);
  return buffer;
}

//===-- Traps -----------------------------------------------------------------===//

// Reasons of illegal commands: docs/isa/xmtia.md, 1.6.
static const struct {
  const char *name, *why, *advice;
} command_faults[] = {
    [MTIA_FAULT_CB_UNSET] = {"CB_UNSET", "the circular buffer was never initialised",
                             "execute cb.init on this PE first"},
    [MTIA_FAULT_CB_RANGE] = {"CB_RANGE",
                             "base or size of the circular buffer is outside local "
                             "memory, not a multiple of 32, or the size is 0",
                             "check the operands of cb.init"},
    [MTIA_FAULT_EXTENT] = {"EXTENT",
                           "offset plus extent exceeds the circular buffer's size, so the command "
                           "could never start",
                           "make the buffer larger or the block smaller"},
    [MTIA_FAULT_ALIGN] = {"ALIGN",
                          "an address, pitch, stride, offset, increment or byte count is "
                          "not a multiple of what the command demands",
                          "DMA and mml want multiples of 32 bytes, BIAS of 4"},
    [MTIA_FAULT_ADDRESS] = {"ADDRESS", "the transfer touches an address that is no memory",
                            "check address, rows, width and pitch against the tensor"},
    [MTIA_FAULT_PARAMETER] = {"PARAMETER", "a command register or operand is outside its range",
                              "see the command's table in docs/isa/xmtia.md"},
    [MTIA_FAULT_UNIMPLEMENTED] = {"UNIMPLEMENTED", "specified but not built",
                                  "docs/isa/xmtia.md says what works (column Since)"},
    [MTIA_FAULT_GROUP] = {"GROUP",
                          "multicast: this PE is not in its own mask, the mask names a PE outside "
                          "the sub-grid, or the members disagree on what to read",
                          "give every member the same mask, address, rows, width and pitch"},
    [MTIA_FAULT_BUSY] = {"BUSY", "cb.init while commands on that circular buffer are unfinished",
                         "execute mtia.sync first"},
    [MTIA_FAULT_LINK] = {"LINK", "a reduction towards or from a neighbour outside the sub-grid",
                         "PEs at the border must not send or receive beyond it"},
};

static const char *const cause_names[] = {
    [0] = "misaligned jump target",
    [1] = "instruction fetch from an address that is no memory",
    [2] = "illegal instruction",
    [3] = "ebreak",
    [4] = "load-reserved from a misaligned address",
    [5] = "load from an address that is no memory",
    [6] = "atomic operation on a misaligned address",
    [7] = "store to an address that is no memory",
    [8] = "ecall in user mode, but no trap handler is installed",
    [11] = "ecall, but no trap handler is installed",
};

// Why an instruction that exists is illegal here and now.
static const char *why_illegal(struct mtia_core *core, uint64_t word, char *buffer, size_t size) {
  struct mtia_insn insn;
  if (word > UINT32_MAX)
    return "";
  mtia_vec_why_illegal(core, (uint32_t)word, buffer, size);
  if (*buffer)
    return buffer;
  if (!mtia_decode((uint32_t)word, &insn))
    return "";
  const char *mnemonic = mtia_insn_texts[insn.op].mnemonic;
  bool csr = !strncmp(mnemonic, "csr", 3) && insn.imm >= 1 && insn.imm <= 3;
  if (!csr && (mnemonic[0] != 'f' || !strncmp(mnemonic, "fence", 5)))
    return "";
  if (!(core->csr.mstatus & MSTATUS_FS))
    return ": floating point is switched off; set mstatus.FS (csrs mstatus, 0x2000 in a register)";
  return core->frm > MTIA_FP_RMM && insn.rm == MTIA_FP_DYN ? ": frm holds a reserved rounding mode"
                                                           : "";
}

void mtia_report_trap(struct mtia_core *core, uint64_t cause, uint64_t tval) {
  struct mtia_device *dev = core->dev;
  char where[600], insn[160], why[600];
  if (!dev->failed)
    dev->failed = core;
  mtia_where(core, core->pc, where, sizeof where);
  insn_text(core, core->pc, insn, sizeof insn);
  if (cause == MTIA_CAUSE_COMMAND && tval < sizeof command_faults / sizeof *command_faults &&
      command_faults[tval].name) {
    enum mtia_error_category category =
        tval == MTIA_FAULT_UNIMPLEMENTED ? MTIA_ERR_UNIMPLEMENTED : MTIA_ERR_ILLEGAL_COMMAND;
    mtia_fail(dev, category, "%s: %s: %s: %s (%s); %s", where, insn, command_faults[tval].name,
              command_faults[tval].why, mtia_cp_fault(core), command_faults[tval].advice);
    return;
  }
  const char *name = cause < sizeof cause_names / sizeof *cause_names && cause_names[cause]
                         ? cause_names[cause]
                         : "unknown trap";
  switch (cause) {
  case 2:
    mtia_fail(dev, MTIA_ERR_ILLEGAL_INSN, "%s: illegal instruction 0x%08" PRIx64 "%s", where, tval,
              tval == 0 ? " (zeros: data or memory that was never written)"
                        : why_illegal(core, tval, why, sizeof why));
    return;
  case 1:
  case 5:
  case 7:
    mtia_fail(dev, MTIA_ERR_ACCESS,
              "%s: %s: %s: 0x%" PRIx64 "; memory is listed in include/mtia/memory_map.h", where,
              insn, name, tval);
    return;
  default:
    mtia_fail(dev, MTIA_ERR_TRAP, "%s: %s (mcause %" PRIu64 ", mtval 0x%" PRIx64 ")", where, name,
              cause, tval);
  }
}

//===-- Runs that do not end --------------------------------------------------===//

static void describe_core(struct mtia_core *core, FILE *out) {
  char where[600], insn[160], why[300];
  if (core->state == MTIA_CORE_OFF)
    return;
  fprintf(out, "  core %u: ", core->id);
  if (core->state == MTIA_CORE_HALTED) {
    fprintf(out, "halted\n");
    return;
  }
  mtia_where_pc(core->dev, core->pc, where, sizeof where);
  insn_text(core, core->pc, insn, sizeof insn);
  if (core->state == MTIA_CORE_RUNNING)
    snprintf(why, sizeof why, "running");
  else if (core->command)
    mtia_cp_why(core, why, sizeof why);
  else
    snprintf(why, sizeof why, "waits for an interrupt, and none that mie enables will come");
  if (strncmp(why, "mtia.", 5)) // otherwise the reason names the instruction
    fprintf(out, "%s: %s: %s\n", where, insn, why);
  else
    fprintf(out, "%s: %s\n", where, why);
}

static char *describe_pe(struct mtia_pe *pe) {
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream(&text, &size);
  if (!out)
    return NULL;
  describe_core(&pe->core[0], out);
  describe_core(&pe->core[1], out);
  mtia_cp_report(pe, out);
  fclose(out);
  return text;
}

// Every PE once; those that say the same together, those that aren't used not at all.
char *mtia_report_device(struct mtia_device *dev) {
  unsigned pes = dev->rows * dev->cols;
  char **text = calloc(pes, sizeof *text), *all = NULL;
  size_t size;
  FILE *out = open_memstream(&all, &size);
  for (unsigned i = 0; text && i < pes; i++)
    text[i] = describe_pe(&dev->pe[i]);
  for (unsigned i = 0; text && out && i < pes; i++) {
    if (!text[i] || !*text[i])
      continue;
    unsigned same = 1;
    fprintf(out, "PE (%u,%u)", dev->pe[i].row, dev->pe[i].col);
    for (unsigned j = i + 1; j < pes; j++) {
      if (!text[j] || strcmp(text[i], text[j]))
        continue;
      fprintf(out, " (%u,%u)", dev->pe[j].row, dev->pe[j].col);
      free(text[j]);
      text[j] = NULL;
      same++;
    }
    fprintf(out, same > 1 ? ": %u PEs, all the same\n" : ":\n", same);
    fputs(text[i], out);
  }
  for (unsigned i = 0; text && i < pes; i++)
    free(text[i]);
  free(text);
  if (out && mtia_is_kernel(dev))
    mtia_waits_text(dev, out);
  if (out)
    fclose(out);
  return all;
}

void mtia_report_stuck(struct mtia_device *dev, enum mtia_error_category category, uint64_t cycle) {
  if (dev->error.category)
    return;
  dev->error.report = mtia_report_device(dev);
  if (category == MTIA_ERR_MAX_CYCLES)
    mtia_fail(dev, category,
              "still running after %" PRIu64 " cycles (--max-cycles); every core and unit:", cycle);
  else
    mtia_fail(dev, category,
              "nothing can move any more since cycle %" PRIu64
              ": every core waits or has halted, and no command can start:",
              cycle);
}
