// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Executes one instruction after the other, as a debugger's steps do, and writes what each did.
#include "trace.h"
#include "debug.h"

#include <inttypes.h>
#include <string.h>

// Number of the core, its time, pc, bytes, instruction.
static void print_insn(FILE *out, struct mtia_core *c, uint64_t pc, uint64_t cycle,
                       struct mtia_insn *insn) {
  char text[160], bytes[9];
  uint32_t word = 0;
  const uint8_t *host = mtia_mem(c->dev, c->pe, pc, 2);
  if (host)
    memcpy(&word, host, 2);
  if ((word & 3) == 3 && (host = mtia_mem(c->dev, c->pe, pc, 4)))
    memcpy(&word, host, 4);
  bool ok = host && mtia_decode(word, insn);
  if (ok)
    mtia_print_insn(text, sizeof text, insn, pc);
  else if (!host || !mtia_vec_print(text, sizeof text, word))
    snprintf(text, sizeof text, "%s", host ? "(no instruction)" : "(no memory)");
  if (!ok)
    insn->op = MTIA_OP_ILLEGAL;
  snprintf(bytes, sizeof bytes, (word & 3) == 3 ? "%08" PRIx32 : "%04" PRIx32, word);
  fprintf(out, "%u %" PRIu64 " %" PRIx64 " %s %s", c->hart, cycle, pc, bytes, text);
}

enum mtia_exit mtia_trace_run(struct mtia_core *c) {
  FILE *out = c->dev->trace;
  enum mtia_exit why = MTIA_EXIT_CONTINUE;
  while (!c->dev->stop && (why == MTIA_EXIT_DEBUG || c->cycle < c->limit)) {
    struct mtia_insn insn = {0};
    uint64_t pc = c->pc, retired = c->instret;
    print_insn(out, c, pc, c->cycle, &insn);
    why = mtia_debug_step(c);
    if (why == MTIA_EXIT_COMMAND || why == MTIA_EXIT_WAIT) { // happens later, if at all
      fputc('\n', out);
      return why;
    }
    if (c->instret == retired && !c->dev->exited)
      fprintf(out, "  trap %" PRIu64, c->csr.mcause);
    else if (insn.op != MTIA_OP_ILLEGAL && mtia_insn_rd_is_fp(insn.op))
      fprintf(out, "  %s=%" PRIx64, mtia_fp_register_names[insn.rd], c->f[insn.rd]);
    else if (insn.op != MTIA_OP_ILLEGAL && insn.rd)
      fprintf(out, "  %s=%" PRIx64, mtia_register_names[insn.rd], c->x[insn.rd]);
    fputc('\n', out);
  }
  return MTIA_EXIT_QUANTUM;
}
