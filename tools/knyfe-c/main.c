/*===- main.c - The knyfe-c command -----------------------------------------===*/
#include "ast.h"
#include "diag.h"

int main(int argc, char **argv) {
  if (argc < 2)
    return 1;
  struct kn_file *file = kn_file_open(argv[1]);
  if (!file)
    return 1;
  bool ok = kn_parse(file);
  ok &= kn_check(file);
  if (ok)
    for (struct kn_kernel *k = file->kernels; k; k = k->next)
      kn_print(stdout, file, k);
  kn_file_close(file);
  return !ok;
}
