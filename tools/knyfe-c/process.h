// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- process.h - Files and programs around the compiler -------------------===*/
#ifndef KNYFE_PROCESS_H
#define KNYFE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/* Writes a file whole or not at all; "-" is standard output. False after a message. */
bool kn_write_file(const char *path, const char *data, size_t size);

/* "dir/name" in a malloc'ed string. */
char *kn_join_path(const char *dir, const char *name);
/* A malloc'ed path of a program that lies beside this one; NULL after a message. */
char *kn_sibling(const char *name);

/* A new directory for intermediate files, malloc'ed; NULL after a message. */
char *kn_make_temp_dir(void);
/* Removes it with the files in it and frees the name; NULL is fine. */
void kn_remove_temp_dir(char *dir);

/* Runs argv[0] with argv (NULL-terminated) and waits; its output goes where ours goes, or to the
 * file `stdout_path`. False after a message if it could not run or failed. */
bool kn_run(char *const *argv, const char *stdout_path, bool verbose);

/* Seconds since the program started. */
double kn_seconds(void);

#endif
