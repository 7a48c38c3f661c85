// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linked lists: build, walk at random, reverse, sort by merging, remove.
#include "bench.h"
#include <stdlib.h>

struct node {
  struct node *next;
  int32_t value;
  struct node *other;
};

static struct node *reverse(struct node *list) {
  struct node *out = NULL;
  while (list) {
    struct node *next = list->next;
    list->next = out;
    out = list;
    list = next;
  }
  return out;
}

static struct node *merge(struct node *a, struct node *b) {
  struct node *head, **tail = &head;
  while (a && b) {
    struct node **least = a->value <= b->value ? &a : &b;
    *tail = *least;
    tail = &(*least)->next;
    *least = *tail;
  }
  *tail = a ? a : b;
  return head;
}

static struct node *sort(struct node *list) {
  struct node *parts[32] = {0};
  while (list) {
    struct node *one = list;
    list = list->next;
    one->next = NULL;
    int i = 0;
    for (; parts[i]; i++) {
      one = merge(parts[i], one);
      parts[i] = NULL;
    }
    parts[i] = one;
  }
  struct node *out = NULL;
  for (int i = 0; i < 32; i++)
    if (parts[i])
      out = merge(parts[i], out);
  return out;
}

static struct node *remove_multiples(struct node *list, int of) {
  for (struct node **at = &list; *at;)
    if ((*at)->value % of == 0)
      *at = (*at)->next;
    else
      at = &(*at)->next;
  return list;
}

int main(void) {
  enum { N = 16384 };
  struct node *nodes = calloc(N, sizeof *nodes);
  uint64_t seed = 9, sum = 0;
  for (int round = 0; round < 10; round++) {
    struct node *list = NULL;
    for (int i = 0; i < N; i++) {
      nodes[i].value = bench_random(&seed) % 1000000;
      nodes[i].other = &nodes[(i * 4093 + 7) % N];
      nodes[i].next = list;
      list = &nodes[i];
    }
    list = reverse(sort(reverse(list)));
    for (const struct node *p = list; p->next; p = p->next)
      if (p->value < p->next->value)
        return 1;
    const struct node *p = nodes;
    for (int i = 0; i < 4 * N; i++) {
      sum += p->value;
      p = p->value & 1 && p->next ? p->next->other : p->other;
    }
    list = remove_multiples(list, 3 + round);
    int count = 0;
    for (const struct node *q = list; q; q = q->next)
      count++;
    sum = bench_mix(sum, count);
  }
  free(nodes);
  return bench_result(sum);
}
