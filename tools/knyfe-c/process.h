// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- process.h - Files and programs around the compiler -------------------===*/
#ifndef KNYFE_PROCESS_H
#define KNYFE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/* Writes a file whole or not at all; "-" is standard output. False after a message. */
bool kn_write_file(const char *path, const char *data, size_t size);

/* Writes another name's bytes, in the same way. */
bool kn_copy_file(const char *from, const char *to);

/* The bytes of a file, malloc'ed; NULL if it cannot be read. */
char *kn_read_file(const char *path, size_t *size);

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

/* The headers of generated C, compiled, if they are beside the compiler and no older than it and
 * they are: a malloc'ed path, or NULL. */
char *kn_compiled_headers(const char *clang);

/* Runs with what goes to stderr in a file; a failure is told by the result only. */
bool kn_run_to_file(char *const *argv, const char *stderr_path);

/* The same without output; a failure is told by the result only. */
bool kn_run_quietly(char *const *argv);

/* Seconds since the program started. */
double kn_seconds(void);

#endif
