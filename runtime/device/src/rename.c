// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one function of <stdio.h> that picolibc leaves to the system.
#include <errno.h>
#include <semihost.h>
#include <stdio.h>

int rename(const char *from, const char *to) {
  if (sys_semihost_rename(from, to) == 0)
    return 0;
  errno = sys_semihost_errno();
  return -1;
}
