// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*===- elsewhere.h - What other languages have, written in this one ---------===*/
#ifndef KNYFE_ELSEWHERE_H
#define KNYFE_ELSEWHERE_H

/* The nearest accepted form of a function, operator or word of other languages, for a hint; NULL if
 * there is none. */
const char *kn_elsewhere(const char *word);

#endif
