// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shortest paths in a random graph, with a binary heap; and all pairs of a
// small one (Floyd and Warshall).
#include "bench.h"

enum { NODES = 4000, EDGES = 6, SMALL = 80 };

struct edge {
  uint16_t to, weight;
};

static struct edge edges[NODES][EDGES];
static uint32_t distance[NODES];
static uint16_t heap[NODES + 1], position[NODES];
static int count;
static int32_t all[SMALL][SMALL];

static void up(int at, uint16_t node) {
  for (; at > 1 && distance[heap[at / 2]] > distance[node]; at /= 2) {
    heap[at] = heap[at / 2];
    position[heap[at]] = at;
  }
  heap[at] = node;
  position[node] = at;
}

static uint16_t take(void) {
  uint16_t top = heap[1], last = heap[count--];
  int at = 1;
  for (int child; (child = 2 * at) <= count; at = child) {
    if (child < count && distance[heap[child + 1]] < distance[heap[child]])
      child++;
    if (distance[heap[child]] >= distance[last])
      break;
    heap[at] = heap[child];
    position[heap[at]] = at;
  }
  heap[at] = last;
  position[last] = at;
  position[top] = 0;
  return top;
}

static uint64_t shortest(uint16_t from) {
  uint64_t sum = 0;
  for (int i = 0; i < NODES; i++)
    distance[i] = UINT32_MAX, position[i] = 0;
  distance[from] = 0;
  count = 0;
  up(++count, from);
  while (count > 0) {
    uint16_t node = take();
    sum += distance[node];
    for (int i = 0; i < EDGES; i++) {
      struct edge e = edges[node][i];
      uint32_t d = distance[node] + e.weight;
      if (d < distance[e.to]) {
        distance[e.to] = d;
        up(position[e.to] ? position[e.to] : ++count, e.to);
      }
    }
  }
  return sum;
}

static int64_t all_pairs(void) {
  int64_t sum = 0;
  for (int k = 0; k < SMALL; k++)
    for (int i = 0; i < SMALL; i++)
      for (int j = 0; j < SMALL; j++) {
        int32_t through = all[i][k] + all[k][j];
        if (through < all[i][j])
          all[i][j] = through;
      }
  for (int i = 0; i < SMALL; i++)
    for (int j = 0; j < SMALL; j++)
      sum += all[i][j];
  return sum;
}

int main(void) {
  uint64_t seed = 14, sum = 0;
  for (int i = 0; i < NODES; i++)
    for (int k = 0; k < EDGES; k++)
      edges[i][k] = (struct edge){k ? bench_random(&seed) % NODES : (i + 1) % NODES,
                                  1 + bench_random(&seed) % 1000};
  for (int round = 0; round < 5; round++)
    sum = bench_mix(sum, shortest(round * 77));
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < SMALL; i++)
      for (int j = 0; j < SMALL; j++)
        all[i][j] = i == j ? 0 : 1 + bench_random(&seed) % 5000;
    sum = bench_mix(sum, all_pairs());
  }
  return bench_result(sum);
}
