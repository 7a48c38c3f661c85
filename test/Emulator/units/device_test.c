// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/timing.md repeats the device's table. `units-device-test --print` writes
// the table as it should stand there.

#include "device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_table(FILE *out) {
  for (const struct mtia_param_info *p = mtia_param_table; p->group || p->name; p++)
    if (p->group)
      fprintf(out, "### %s\n\n| parameter | value | unit | source or reason |\n|---|---|---|---|\n",
              p->group);
    else
      fprintf(out, "| `%s` | %u | %s | %s |\n%s", p->name, p->value, p->unit, p->why,
              p[1].group ? "\n" : "");
}

static void page_has_the_table(void **state) {
  char *table = NULL, *page = NULL;
  size_t size = 0, page_size = 0;
  FILE *out = open_memstream(&table, &size);
  assert_non_null(out);
  print_table(out);
  fclose(out);
  FILE *in = fopen(TIMING_PAGE, "r");
  assert_non_null(in);
  assert_true(getdelim(&page, &page_size, '\0', in) > 0);
  fclose(in);
  if (!strstr(page, table))
    fail_msg(
        "docs/timing.md does not have the table of device_mtia_v1.inc; replace its last section "
        "by the output of units-device-test --print");
  free(table);
  free(page);
}

static void every_parameter_has_a_source(void **state) {
  for (const struct mtia_param_info *p = mtia_param_table; p->group || p->name; p++) {
    if (p->group)
      continue;
    assert_true(strstr(p->why, "choice") || strstr(p->why, "[P1]") || strstr(p->why, "[P2]") ||
                strstr(p->why, "[D]"));
    uint32_t value;
    memcpy(&value, (const char *)&mtia_v1_params + p->offset, sizeof value);
    assert_int_equal(value, p->value);
  }
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "--print")) {
    print_table(stdout);
    return 0;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(page_has_the_table),
      cmocka_unit_test(every_parameter_has_a_source),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
