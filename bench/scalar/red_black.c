// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A left-leaning red-black tree (Sedgewick): insert, find, remove the least,
// walk in order.
#include "bench.h"
#include <stdbool.h>
#include <stdlib.h>

struct tree {
  struct tree *left, *right;
  uint32_t key, count;
  bool red;
};

static struct tree *freed;

static bool is_red(const struct tree *t) { return t && t->red; }

static struct tree *rotate_left(struct tree *t) {
  struct tree *x = t->right;
  t->right = x->left;
  x->left = t;
  x->red = t->red;
  t->red = true;
  return x;
}

static struct tree *rotate_right(struct tree *t) {
  struct tree *x = t->left;
  t->left = x->right;
  x->right = t;
  x->red = t->red;
  t->red = true;
  return x;
}

static void flip(struct tree *t) {
  t->red = !t->red;
  t->left->red = !t->left->red;
  t->right->red = !t->right->red;
}

static struct tree *fix(struct tree *t) {
  if (is_red(t->right) && !is_red(t->left))
    t = rotate_left(t);
  if (is_red(t->left) && is_red(t->left->left))
    t = rotate_right(t);
  if (is_red(t->left) && is_red(t->right))
    flip(t);
  return t;
}

static struct tree *insert(struct tree *t, uint32_t key) {
  if (!t) {
    if ((t = freed))
      freed = t->left;
    else
      t = malloc(sizeof *t);
    *t = (struct tree){NULL, NULL, key, 1, true};
    return t;
  }
  if (key < t->key)
    t->left = insert(t->left, key);
  else if (key > t->key)
    t->right = insert(t->right, key);
  else
    t->count++;
  return fix(t);
}

static struct tree *remove_least(struct tree *t) {
  if (!t->left) {
    t->left = freed;
    freed = t;
    return NULL;
  }
  if (!is_red(t->left) && !is_red(t->left->left)) {
    flip(t);
    if (is_red(t->right->left)) {
      t->right = rotate_right(t->right);
      t = rotate_left(t);
      flip(t);
    }
  }
  t->left = remove_least(t->left);
  return fix(t);
}

static uint64_t walk(const struct tree *t, int depth) {
  return t ? walk(t->left, depth + 1) * 3 + t->key * (uint64_t)t->count + depth +
                 walk(t->right, depth + 1)
           : 0;
}

int main(void) {
  uint64_t seed = 10, sum = 0;
  struct tree *root = NULL;
  for (int round = 0; round < 8; round++) {
    for (int i = 0; i < 5000; i++) {
      root = insert(root, bench_random(&seed) % 20000);
      root->red = false;
    }
    for (int i = 0; i < 20000; i++) {
      uint32_t key = bench_random(&seed) % 20000;
      const struct tree *t = root;
      while (t && t->key != key)
        t = key < t->key ? t->left : t->right;
      sum += t ? t->count : 0;
    }
    for (int i = 0; i < 2500; i++) {
      if (!is_red(root->left) && !is_red(root->right))
        root->red = true;
      root = remove_least(root);
      if (root)
        root->red = false;
    }
    sum = bench_mix(sum, walk(root, 0));
  }
  return bench_result(sum);
}
