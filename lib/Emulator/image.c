// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads ELF files. Nothing in the file is trusted: every offset is checked
// against its size before use.
#include "image.h"
#include "device.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#ifndef EM_RISCV
#define EM_RISCV 243
#endif

// A read position: messages name the file.
struct reader {
  const char *name;
  const uint8_t *data;
  size_t size;
  struct mtia_error *error;
};

static bool bad(const struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool bad(const struct reader *r, const char *fmt, ...) {
  char text[700];
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return mtia_error_set(r->error, MTIA_ERR_ELF, "%s: %s", r->name, text);
}

static bool in_file(const struct reader *r, uint64_t offset, uint64_t size) {
  return offset <= r->size && size <= r->size - offset;
}

static bool check_header(const struct reader *r, Elf64_Ehdr *header) {
  if (r->size < EI_NIDENT || memcmp(r->data, ELFMAG, SELFMAG))
    return bad(r, "not an ELF file; expected the output of mtia-clang or ld.lld");
  if (r->data[EI_CLASS] != ELFCLASS64)
    return bad(r, "a 32-bit ELF file; the cores are 64-bit RISC-V (riscv64)");
  if (r->data[EI_DATA] != ELFDATA2LSB)
    return bad(r, "a big-endian ELF file; the cores are little endian");
  if (r->size < sizeof *header)
    return bad(r, "truncated: the ELF header has %zu bytes, the file %zu", sizeof *header, r->size);
  memcpy(header, r->data, sizeof *header);
  if (header->e_machine != EM_RISCV)
    return bad(r, "for ELF machine %u; expected RISC-V (%u); compile with mtia-clang",
               header->e_machine, EM_RISCV);
  if (header->e_type == ET_REL)
    return bad(r, "a relocatable object file; link it first (mtia-clang %s -o program.elf)",
               r->name);
  if (header->e_type == ET_DYN)
    return bad(r, "a shared object or position-independent executable; link it with -static and "
                  "without -pie");
  if (header->e_type != ET_EXEC)
    return bad(r, "ELF type %u; expected an executable (%u)", header->e_type, ET_EXEC);
  return true;
}

static bool load_segment(struct mtia_device *dev, const struct reader *r, unsigned index,
                         const Elf64_Phdr *ph) {
  if (ph->p_filesz > ph->p_memsz)
    return bad(r, "segment %u has %" PRIu64 " bytes in the file but only %" PRIu64 " in memory",
               index, (uint64_t)ph->p_filesz, (uint64_t)ph->p_memsz);
  if (!in_file(r, ph->p_offset, ph->p_filesz))
    return bad(r, "truncated: segment %u ends at byte %#" PRIx64 ", the file at %#zx", index,
               (uint64_t)(ph->p_offset + ph->p_filesz), r->size);
  if (ph->p_memsz == 0)
    return true;
  // Local memory has one copy per PE.
  bool local = mtia_mem_level(dev, ph->p_paddr) == MTIA_LOCAL;
  unsigned copies = local ? dev->rows * dev->cols : 1;
  for (unsigned i = 0; i < copies; i++) {
    uint8_t *host = mtia_mem(dev, &dev->pe[i], ph->p_paddr, ph->p_memsz);
    if (!host)
      return bad(
          r,
          "segment %u occupies %#" PRIx64 "..%#" PRIx64 ", which is no memory of the device; "
          "DRAM starts at %#x (include/mtia/memory_map.h)",
          index, (uint64_t)ph->p_paddr, (uint64_t)(ph->p_paddr + ph->p_memsz), MTIA_DRAM_BASE);
    // Memory is zero already; touching what is behind the file's bytes would only cost memory.
    memcpy(host, r->data + ph->p_offset, ph->p_filesz);
  }
  if (mtia_mem_level(dev, ph->p_paddr) == MTIA_DRAM &&
      ph->p_paddr + ph->p_memsz > dev->image->dram_end)
    dev->image->dram_end = ph->p_paddr + ph->p_memsz;
  return true;
}

static bool load_segments(struct mtia_device *dev, const struct reader *r,
                          const Elf64_Ehdr *header) {
  if (header->e_phnum == 0)
    return bad(r, "no program headers: nothing to load");
  if (header->e_phentsize != sizeof(Elf64_Phdr))
    return bad(r, "program headers of %u bytes, expected %zu", header->e_phentsize,
               sizeof(Elf64_Phdr));
  if (!in_file(r, header->e_phoff, (uint64_t)header->e_phnum * sizeof(Elf64_Phdr)))
    return bad(r, "truncated: the program headers end behind the end of the file");
  bool code = false;
  for (unsigned i = 0; i < header->e_phnum; i++) {
    Elf64_Phdr ph;
    memcpy(&ph, r->data + header->e_phoff + i * sizeof ph, sizeof ph);
    if (ph.p_type == PT_INTERP || ph.p_type == PT_DYNAMIC)
      return bad(r, "dynamically linked; the device has no dynamic linker: link with -static");
    if (ph.p_type != PT_LOAD)
      continue;
    if (!load_segment(dev, r, i, &ph))
      return false;
    if (header->e_entry - ph.p_vaddr < ph.p_memsz) {
      code = true;
      dev->image->code = ph.p_vaddr;
      dev->image->code_end = dev->image->text_end = ph.p_vaddr + ph.p_filesz;
    }
  }
  if (!code)
    return bad(r, "the entry point %#" PRIx64 " is in no segment", (uint64_t)header->e_entry);
  dev->image->entry = header->e_entry;
  return true;
}

//===-- Sections: symbols, kernels --------------------------------------------===//

static bool section(const struct reader *r, const Elf64_Ehdr *header, unsigned index,
                    Elf64_Shdr *out) {
  uint64_t offset = header->e_shoff + (uint64_t)index * sizeof *out;
  if (index >= header->e_shnum || !in_file(r, offset, sizeof *out) || offset < header->e_shoff)
    return false;
  memcpy(out, r->data + offset, sizeof *out);
  return true;
}

// A NUL-terminated string of a string table, or "".
static const char *string_at(const struct reader *r, const Elf64_Shdr *table, uint64_t offset) {
  if (table->sh_type != SHT_STRTAB || !in_file(r, table->sh_offset, table->sh_size) ||
      offset >= table->sh_size)
    return "";
  const char *s = (const char *)r->data + table->sh_offset + offset;
  return memchr(s, 0, table->sh_size - offset) ? s : "";
}

static int by_address(const void *a, const void *b) {
  const struct mtia_symbol *x = a, *y = b;
  if (x->addr != y->addr)
    return x->addr < y->addr ? -1 : 1;
  if (x->function != y->function)
    return x->function ? -1 : 1;
  return strcmp(x->name, y->name);
}

static bool read_symbols(struct mtia_device *dev, const struct reader *r, const Elf64_Ehdr *header,
                         const Elf64_Shdr *table) {
  struct mtia_image *image = dev->image;
  Elf64_Shdr names;
  if (!in_file(r, table->sh_offset, table->sh_size) || !section(r, header, table->sh_link, &names))
    return bad(r, "the symbol table is outside the file");
  size_t count = table->sh_size / sizeof(Elf64_Sym);
  struct mtia_symbol *list = realloc(image->symbol, (image->symbols + count) * sizeof *list + 1);
  if (!list)
    return mtia_error_set(r->error, MTIA_ERR_HOST, "out of memory for %zu symbols", count);
  image->symbol = list;
  for (size_t i = 0; i < count; i++) {
    Elf64_Sym sym;
    memcpy(&sym, r->data + table->sh_offset + i * sizeof sym, sizeof sym);
    unsigned type = ELF64_ST_TYPE(sym.st_info);
    const char *name = string_at(r, &names, sym.st_name);
    // "$x" and ".L..." are the assembler's own.
    if (sym.st_shndx == SHN_UNDEF || !*name || *name == '$' || *name == '.' ||
        (type != STT_FUNC && type != STT_OBJECT && type != STT_NOTYPE))
      continue;
    if (mtia_mem_level(dev, sym.st_value) == MTIA_NOWHERE) // a number that the linker gave a name
      continue;
    list[image->symbols++] =
        (struct mtia_symbol){sym.st_value, sym.st_size, name, type == STT_FUNC};
  }
  return true;
}

static bool read_sections(struct mtia_device *dev, const struct reader *r,
                          const Elf64_Ehdr *header) {
  if (header->e_shnum == 0) // stripped of everything: runs, but has no names
    return true;
  Elf64_Shdr names, sh;
  if (header->e_shentsize != sizeof sh || !section(r, header, header->e_shnum - 1, &sh))
    return bad(r, "truncated: the section headers end behind the end of the file");
  if (!section(r, header, header->e_shstrndx, &names))
    return bad(r, "the section name table %u does not exist", header->e_shstrndx);
  struct mtia_image *image = dev->image;
  uint64_t text_end = image->code;
  for (unsigned i = 0; i < header->e_shnum; i++) {
    section(r, header, i, &sh);
    if (sh.sh_type == SHT_SYMTAB && !read_symbols(dev, r, header, &sh))
      return false;
    uint64_t from = sh.sh_addr - image->code, room = image->code_end - image->code;
    if (sh.sh_flags & SHF_EXECINSTR && from < room && sh.sh_size <= room - from &&
        sh.sh_addr + sh.sh_size > text_end)
      text_end = sh.sh_addr + sh.sh_size;
    if (sh.sh_type == SHT_RISCV_ATTRIBUTES && in_file(r, sh.sh_offset, sh.sh_size))
      image->vectors |= mtia_image_names_vectors(r->data + sh.sh_offset, sh.sh_size);
    if (!strcmp(string_at(r, &names, sh.sh_name), ".mtia.kernels") && sh.sh_size) {
      if (!in_file(r, sh.sh_offset, sh.sh_size))
        return bad(r, "truncated: section .mtia.kernels is outside the file");
      image->kernels = sh.sh_addr;
      image->kernels_size = sh.sh_size;
    }
  }
  image->text_end = text_end > image->code ? text_end : image->code_end;
  if (image->symbols)
    qsort(image->symbol, image->symbols, sizeof *image->symbol, by_address);
  return true;
}

bool mtia_load_elf(struct mtia_device *dev, const char *name, const void *elf, size_t size,
                   struct mtia_error *error) {
  struct reader r = {name, elf, size, error};
  Elf64_Ehdr header;
  if (dev->image)
    return mtia_error_set(error, MTIA_ERR_USAGE, "%s: this device has a program already", name);
  if (!check_header(&r, &header))
    return false;
  dev->image = calloc(1, sizeof *dev->image);
  if (!dev->image || !(dev->image->name = strdup(name)))
    return mtia_error_set(error, MTIA_ERR_HOST, "out of memory");
  dev->image->elf = elf;
  dev->image->size = size;
  dev->image->dram_end = MTIA_DRAM_BASE;
  dev->image->compressed = header.e_flags & 1; // EF_RISCV_RVC
  return load_segments(dev, &r, &header) && read_sections(dev, &r, &header);
}

void mtia_image_destroy(struct mtia_device *dev) {
  struct mtia_image *image = dev->image;
  if (!image)
    return;
  mtia_lines_destroy(image->lines);
  free(image->symbol);
  free(image->name);
  free(image);
}

const struct mtia_symbol *mtia_image_symbol(const struct mtia_device *dev, uint64_t addr) {
  const struct mtia_image *image = dev->image;
  if (!image)
    return NULL;
  size_t lo = 0, hi = image->symbols; // first symbol behind addr
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (image->symbol[mid].addr <= addr)
      lo = mid + 1;
    else
      hi = mid;
  }
  // Sized symbols that contain the address win over labels in front of it.
  const struct mtia_symbol *label = NULL;
  for (size_t i = lo, steps = 0; i-- > 0 && steps < 64; steps++) {
    const struct mtia_symbol *s = &image->symbol[i];
    if (s->size && addr - s->addr < s->size)
      return s;
    if (!label && !s->size)
      label = s;
  }
  return label;
}

const struct mtia_symbol *mtia_image_find(const struct mtia_device *dev, const char *name) {
  for (size_t i = 0; dev->image && i < dev->image->symbols; i++)
    if (!strcmp(dev->image->symbol[i].name, name))
      return &dev->image->symbol[i];
  return NULL;
}
