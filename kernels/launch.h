// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The launched kernel of a function of the library:
//
//   KN_LAUNCH(concat_i8, struct mtia_concat_args, MTIA_IN(x0, ...), ..., MTIA_OUT(y, ...))
//
// is MTIA_KERNEL(concat_i8, ...) that calls mtia_concat_i8, when the file is compiled with
// MTIA_LAUNCH (for build/kernels/<family>.elf), and nothing without (for libmtia_kernels.a). A
// status other than MTIA_STATUS_OK ends the run: a line on stderr, exit status 1, no outputs.
#ifndef MTIA_KERNELS_LAUNCH_H
#define MTIA_KERNELS_LAUNCH_H

#include "util.h"
#include <mtia/kernels.h>

#ifdef MTIA_LAUNCH
#include <semihost.h>
#include <string.h>

#define KN_LAUNCH(kernel, type, ...)                                                               \
  MTIA_KERNEL(kernel, type, __VA_ARGS__) {                                                         \
    enum mtia_status status = mtia_##kernel(args);                                                 \
    if (status != MTIA_STATUS_OK)                                                                  \
      kn_refused(#kernel, status);                                                                 \
  }

static void kn_say(int file, const char *text) { sys_semihost_write(file, text, strlen(text)); }

// All cores come here with the same status; one of them speaks.
__attribute__((cold, noinline)) static void kn_refused(const char *kernel,
                                                       enum mtia_status status) {
  if (mtia_pe() != 0 || mtia_core() != 0)
    return;
  int file = sys_semihost_open(":tt", 8); // appending to the terminal is stderr
  kn_say(file, kernel);
  kn_say(file, ": error: the kernel refuses its arguments: ");
  kn_say(file, mtia_status_text(status));
  kn_say(file, "\n");
  sys_semihost_exit_extended(1);
}
#else
#define KN_LAUNCH(kernel, type, ...)
#endif

#endif
