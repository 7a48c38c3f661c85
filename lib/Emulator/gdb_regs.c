// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registers as gdb sees them. Features and names: gdb manual, "RISC-V Features".
// Numbers: x0 to x31, pc, f0 to f31 as in gdb itself, the privilege level, then
// the CSRs.
#include "gdb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define REG_F0 33
#define REG_PRIV 65
#define REG_CSR 66
#define CSRS 4096
#define REG_V0 (REG_CSR + CSRS)

#define CSR_FFLAGS 1
#define CSR_FRM 2
#define CSR_FCSR 3

static const struct {
  const char *name;
  unsigned number;
} csrs[] = {
#define MTIA_CSR(name, number) {#name, number},
#include "mtia/mtia_csr.inc"
#undef MTIA_CSR
};

static bool is_float_csr(unsigned csr) { return csr >= CSR_FFLAGS && csr <= CSR_FCSR; }

// An instruction that reads a counter counts itself, too, and one that uses the floating-point
// state needs mstatus.FS; gdb is no instruction.
static bool read_csr(struct mtia_core *core, unsigned csr, uint64_t *value) {
  uint64_t mstatus = core->csr.mstatus;
  if (is_float_csr(csr))
    core->csr.mstatus |= MSTATUS_FS;
  core->cycle++;
  core->instret++;
  bool ok = mtia_csr_read(core, csr, value);
  core->cycle--;
  core->instret--;
  core->csr.mstatus = mstatus;
  return ok;
}

static bool write_csr(struct mtia_core *core, unsigned csr, uint64_t value) {
  uint64_t mstatus = core->csr.mstatus;
  if (is_float_csr(csr))
    core->csr.mstatus |= MSTATUS_FS;
  bool ok = mtia_csr_write(core, csr, value);
  if (is_float_csr(csr))
    core->csr.mstatus = mstatus;
  return ok;
}

char *mtia_gdb_target_xml(struct mtia_core *core, size_t *size) {
  char *text = NULL;
  uint64_t value;
  FILE *out = open_memstream(&text, size);
  if (!out)
    return NULL;
  fputs("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
        "<target version=\"1.0\">\n<architecture>riscv:rv64</architecture>\n<osabi>none</osabi>\n"
        "<feature name=\"org.gnu.gdb.riscv.cpu\">\n",
        out);
  for (unsigned i = 0; i < 32; i++)
    fprintf(out, "<reg name=\"%s\" bitsize=\"64\" type=\"%s\" regnum=\"%u\"/>\n",
            mtia_register_names[i],
            i == 1             ? "code_ptr"
            : i >= 2 && i <= 4 ? "data_ptr"
            : i == 8           ? "data_ptr"
                               : "int",
            i);
  fprintf(out, "<reg name=\"pc\" bitsize=\"64\" type=\"code_ptr\" regnum=\"%d\"/>\n</feature>\n",
          MTIA_GDB_PC);
  if (read_csr(core, CSR_FCSR, &value)) {
    fputs("<feature name=\"org.gnu.gdb.riscv.fpu\">\n"
          "<union id=\"riscv_double\"><field name=\"float\" type=\"ieee_single\"/>"
          "<field name=\"double\" type=\"ieee_double\"/></union>\n",
          out);
    for (unsigned i = 0; i < 32; i++)
      fprintf(out, "<reg name=\"%s\" bitsize=\"64\" type=\"riscv_double\" regnum=\"%u\"/>\n",
              mtia_fp_register_names[i], REG_F0 + i);
    fprintf(out,
            "<reg name=\"fflags\" bitsize=\"32\" type=\"int\" regnum=\"%u\"/>\n"
            "<reg name=\"frm\" bitsize=\"32\" type=\"int\" regnum=\"%u\"/>\n"
            "<reg name=\"fcsr\" bitsize=\"32\" type=\"int\" regnum=\"%u\"/>\n</feature>\n",
            REG_CSR + CSR_FFLAGS, REG_CSR + CSR_FRM, REG_CSR + CSR_FCSR);
  }
  fprintf(out,
          "<feature name=\"org.gnu.gdb.riscv.virtual\">\n"
          "<reg name=\"priv\" bitsize=\"64\" regnum=\"%u\"/>\n</feature>\n"
          "<feature name=\"org.gnu.gdb.riscv.csr\">\n",
          REG_PRIV);
  for (unsigned i = 0; i < sizeof csrs / sizeof *csrs; i++)
    if (!is_float_csr(csrs[i].number) && read_csr(core, csrs[i].number, &value))
      fprintf(out, "<reg name=\"%s\" bitsize=\"64\" regnum=\"%u\" group=\"csr\"/>\n", csrs[i].name,
              REG_CSR + csrs[i].number);
  fputs("</feature>\n", out);
  if (core->pe->core[1].state != MTIA_CORE_OFF) {
    fputs("<feature name=\"org.gnu.gdb.riscv.vector\">\n"
          "<vector id=\"bytes\" type=\"uint8\" count=\"64\"/>"
          "<vector id=\"shorts\" type=\"uint16\" count=\"32\"/>"
          "<vector id=\"words\" type=\"uint32\" count=\"16\"/>"
          "<vector id=\"longs\" type=\"uint64\" count=\"8\"/>"
          "<union id=\"riscv_vector\"><field name=\"b\" type=\"bytes\"/>"
          "<field name=\"s\" type=\"shorts\"/><field name=\"w\" type=\"words\"/>"
          "<field name=\"l\" type=\"longs\"/></union>\n",
          out);
    for (unsigned i = 0; i < 32; i++)
      fprintf(out, "<reg name=\"v%u\" bitsize=\"512\" type=\"riscv_vector\" regnum=\"%u\"/>\n", i,
              REG_V0 + i);
    fputs("</feature>\n", out);
  }
  fputs("</target>\n", out);
  fclose(out);
  return text;
}

bool mtia_gdb_read_register(struct mtia_core *core, uint64_t number, uint64_t *value,
                            unsigned *size) {
  *size = 8;
  *value = 0;
  if (number < 32) {
    *value = core->x[number];
    return true;
  }
  if (number == MTIA_GDB_PC) {
    *value = mtia_debug_pc(core);
    return true;
  }
  if (number >= REG_F0 && number < REG_F0 + 32) {
    *value = core->f[number - REG_F0];
    return true;
  }
  if (number == REG_PRIV) {
    *value = core->mode;
    return true;
  }
  if (number < REG_CSR || number >= REG_CSR + CSRS)
    return false;
  unsigned csr = (unsigned)number - REG_CSR;
  *size = is_float_csr(csr) ? 4 : 8;
  return read_csr(core, csr, value);
}

uint8_t *mtia_gdb_vector_register(struct mtia_core *core, uint64_t number, bool *core_has_it) {
  *core_has_it = core->v->present;
  return number >= REG_V0 && number < REG_V0 + 32 ? core->v->reg[number - REG_V0] : NULL;
}

bool mtia_gdb_write_register(struct mtia_core *core, uint64_t number, uint64_t value) {
  mtia_debug_touch(core->dev);
  if (number < 32) {
    if (number) // a write to x0 is lost, as on the machine
      core->x[number] = value;
    return true;
  }
  if (number == MTIA_GDB_PC) {
    mtia_debug_set_pc(core, value);
    return true;
  }
  if (number >= REG_F0 && number < REG_F0 + 32) {
    core->f[number - REG_F0] = value;
    return true;
  }
  return number >= REG_CSR && number < REG_CSR + CSRS &&
         write_csr(core, (unsigned)number - REG_CSR, value);
}
