// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- data.h - Tensors for the interpreter and for --check -----------------===*/
#ifndef KNYFE_DATA_H
#define KNYFE_DATA_H

#include "options.h"

/* Loads what --arg names, takes the sizes of dimensions from it and checks everything against the
 * declaration. data[tensor->id] for inputs and outputs: malloc'ed, outputs zero. With `random`,
 * inputs that no --arg names are drawn from options->seed. False after a message. */
bool kn_load_data(struct kn_file *file, struct kn_kernel *kernel, const struct kn_options *options,
                  bool random, void **data);
void kn_free_data(const struct kn_kernel *kernel, void **data);

/* Writes a tensor to a .npy file; false after a message. */
bool kn_save_tensor(const struct kn_tensor *tensor, const void *data, const char *path);
/* Reads a tensor of exactly this type and shape; NULL after a message. */
void *kn_load_tensor(const struct kn_tensor *tensor, const char *path);

/* One element as text, so that reading it gives the same value; into buffer, returns it. */
char *kn_element_text(const struct kn_tensor *tensor, const void *data, size_t number, char *buffer,
                      size_t size);

#endif
