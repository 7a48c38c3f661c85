// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// include/mtia/emulator.h as another program would use it, with an executable made here.
#include "mtia/emulator.h"
#include "mtia/npy.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// An executable of `count` instructions at the start of DRAM.
static size_t make_elf(uint8_t *elf, const uint32_t *code, size_t count) {
  size_t text = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
  Elf64_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                       .e_type = ET_EXEC,
                       .e_machine = 243,
                       .e_version = EV_CURRENT,
                       .e_entry = 0x80000000,
                       .e_phoff = sizeof header,
                       .e_ehsize = sizeof header,
                       .e_phentsize = sizeof(Elf64_Phdr),
                       .e_phnum = 1};
  Elf64_Phdr segment = {.p_type = PT_LOAD,
                        .p_flags = PF_R | PF_X,
                        .p_offset = text,
                        .p_vaddr = 0x80000000,
                        .p_paddr = 0x80000000,
                        .p_filesz = 4 * count,
                        .p_memsz = 4 * count};
  memcpy(elf, &header, sizeof header);
  memcpy(elf + sizeof header, &segment, sizeof segment);
  memcpy(elf + text, code, 4 * count);
  return text + 4 * count;
}

// exit(42): the block {0x20026, 42} is behind the code.
static const uint32_t exit42[] = {
    0x00000597,    // auipc a1, 0
    0x01858593,    // addi a1, a1, 24
    0x01800513,    // li a0, 0x18
    0x01f01013,    // slli x0, x0, 31
    0x00100073,    // ebreak
    0x40705013,    // srai x0, x0, 7
    0x00020026, 0, // a1 points here
    42,         0,
};

static struct mtia_device *load(uint8_t *elf, const uint32_t *code, size_t count, bool functional) {
  struct mtia_error error = {0};
  struct mtia_device_options options = {
      .rows = 1, .columns = 2, .functional = functional, .max_cycles = 100000};
  struct mtia_device *dev = mtia_device_create(&options, &error);
  assert_non_null(dev);
  if (!mtia_load_elf(dev, "test.elf", elf, make_elf(elf, code, count), &error))
    fail_msg("%s", error.text);
  return dev;
}

static void test_program(void **state) {
  for (int functional = 0; functional < 2; functional++) {
    uint8_t elf[1024];
    struct mtia_error error = {0};
    struct mtia_device *dev = load(elf, exit42, 10, functional);
    assert_false(mtia_is_kernel(dev));
    assert_true(mtia_run(dev, &error));
    assert_int_equal(mtia_exit_status(dev), 42);
    assert_int_equal(mtia_launch_cycles(dev), 0);
    if (functional)
      assert_int_equal(mtia_cycles(dev), 5); // auipc, addi, li, slli, ebreak
    else
      assert_true(mtia_cycles(dev) > 5);
    char *json = mtia_stats_json(dev);
    assert_non_null(strstr(json, "\"cores\""));
    free(json);
    assert_false(mtia_run(dev, &error));
    assert_int_equal(error.category, MTIA_ERR_USAGE);
    assert_string_equal(error.text, "a device runs once");
    mtia_error_clear(&error);
    mtia_device_destroy(dev);
  }
}

static void test_usage(void **state) {
  uint8_t elf[1024];
  struct mtia_error error = {0};
  struct mtia_npy npy;
  struct mtia_device_options options = {0};
  struct mtia_device *dev = mtia_device_create(&options, &error);
  assert_non_null(dev);
  assert_false(mtia_run(dev, &error));
  assert_string_equal(error.text, "nothing is loaded");
  mtia_error_clear(&error);
  mtia_device_destroy(dev);

  dev = load(elf, exit42, 10, true);
  assert_false(mtia_load_elf(dev, "two.elf", elf, sizeof elf, &error));
  assert_string_equal(error.text, "two.elf: this device has a program already");
  mtia_error_clear(&error);
  assert_false(mtia_set_scalar(dev, "x", "1", &error));
  assert_string_equal(
      error.text, "test.elf: an ordinary program without kernels; it takes no kernel arguments");
  mtia_error_clear(&error);
  assert_false(mtia_get_tensor(dev, "x", &npy, &error));
  mtia_error_clear(&error);
  assert_false(mtia_select_kernel(dev, "k", &error));
  assert_int_equal(error.category, MTIA_ERR_USAGE);
  mtia_error_clear(&error);
  mtia_device_destroy(dev);
}

static void test_errors(void **state) {
  static const uint32_t loop[] = {0x0000006f}, illegal[] = {0x00000013, 0xffffffff};
  uint8_t elf[1024];
  struct mtia_error error = {0};
  struct mtia_device *dev = load(elf, loop, 1, true);
  assert_false(mtia_run(dev, &error));
  assert_int_equal(error.category, MTIA_ERR_MAX_CYCLES);
  assert_non_null(strstr(error.report, "PE (0,0):\n  core 0: pc 0x80000000: jal"));
  assert_null(strstr(error.report, "core 1")); // what is not used is not listed
  assert_null(strstr(error.report, "PE (0,1)"));
  mtia_error_clear(&error);
  assert_null(error.report);
  mtia_device_destroy(dev);

  dev = load(elf, illegal, 2, false);
  assert_false(mtia_run(dev, &error));
  assert_int_equal(error.category, MTIA_ERR_ILLEGAL_INSN);
  assert_string_equal(error.text, "PE (0,0) core 0, pc 0x80000004: illegal instruction 0xffffffff");
  assert_string_equal(mtia_error_category_name(error.category), "illegal instruction");
  mtia_error_clear(&error);
  mtia_device_destroy(dev);
}

// Every prefix of an executable is refused or runs; nothing is read behind its end (the sanitizers
// look).
static void test_prefixes(void **state) {
  uint8_t whole[1024];
  size_t size = make_elf(whole, exit42, 10);
  for (size_t n = 0; n < size; n++) {
    struct mtia_error error = {0};
    struct mtia_device_options options = {.rows = 1, .columns = 1};
    struct mtia_device *dev = mtia_device_create(&options, &error);
    uint8_t *part = malloc(n ? n : 1);
    memcpy(part, whole, n);
    assert_false(mtia_load_elf(dev, "part.elf", part, n, &error));
    assert_int_equal(error.category, MTIA_ERR_ELF);
    mtia_error_clear(&error);
    mtia_device_destroy(dev);
    free(part);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_program),
      cmocka_unit_test(test_usage),
      cmocka_unit_test(test_errors),
      cmocka_unit_test(test_prefixes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
