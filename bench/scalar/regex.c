// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Regular expressions: a pattern becomes an automaton without choices lost
// (Thompson), run on a set of states held in bits; and a small backtracking
// matcher on the same texts.
#include "bench.h"

enum { STATES = 64 };

struct state {
  int16_t out, other; // -1: none; 'other' for a split
  uint8_t from, to;   // characters; from > to: a split
};

static struct state states[STATES];
static int used, accept;
static uint64_t closure_of[STATES];

static int add(int from, int to, int out, int other) {
  states[used] = (struct state){out, other, from, to};
  return used++;
}

static const char *p;

// Every parser builds the states that lead to 'then' and returns the first.
static int parse_choice(int then);

static int parse_atom(int then) {
  if (*p == '(') {
    p++;
    int s = parse_choice(then);
    p++;
    return s;
  }
  if (*p == '[') {
    int from = p[1], to = p[3];
    p += 5;
    return add(from, to, then, -1);
  }
  if (*p == '.') {
    p++;
    return add(1, 255, then, -1);
  }
  int c = *p++;
  return add(c, c, then, -1);
}

static const char *skip_atom(const char *q) {
  if (*q == '[')
    return q + 5;
  if (*q != '(')
    return q + 1;
  int depth = 0;
  do {
    depth += *q == '(';
    depth -= *q == ')';
    q++;
  } while (depth);
  return q;
}

static int parse_sequence(int then) {
  if (!*p || *p == '|' || *p == ')')
    return then;
  const char *atom = p, *after = skip_atom(p);
  char suffix = *after;
  int starred = suffix == '*' || suffix == '+' || suffix == '?';
  p = after + starred;
  int rest = parse_sequence(then);
  const char *end = p;
  p = atom;
  int s;
  if (!starred) {
    s = parse_atom(rest);
  } else if (suffix == '?') {
    s = add(1, 0, parse_atom(rest), rest);
  } else {
    int split = add(1, 0, -1, rest);
    s = parse_atom(split);
    states[split].out = s;
    if (suffix == '*')
      s = split;
  }
  p = end;
  return s;
}

static int parse_choice(int then) {
  int s = parse_sequence(then);
  while (*p == '|') {
    p++;
    int other = parse_sequence(then);
    s = add(1, 0, s, other);
  }
  return s;
}

static uint64_t closure(int s) {
  uint64_t done = 0, todo = UINT64_C(1) << s;
  while (todo) {
    int i = __builtin_ctzll(todo);
    todo &= todo - 1;
    done |= UINT64_C(1) << i;
    if (states[i].from > states[i].to) {
      uint64_t next = UINT64_C(1) << states[i].out;
      if (states[i].other >= 0)
        next |= UINT64_C(1) << states[i].other;
      todo |= next & ~done;
    }
  }
  return done;
}

static int search(const char *text, uint64_t start, int *end) {
  uint64_t set = 0;
  int found = 0;
  for (int at = 0;; at++) {
    set |= start;
    if (set >> accept & 1) {
      found++;
      *end = at;
      set = 0;
    }
    unsigned char c = text[at];
    if (!c)
      return found;
    uint64_t next = 0;
    for (uint64_t rest = set; rest; rest &= rest - 1) {
      const struct state *s = &states[__builtin_ctzll(rest)];
      if (s->from <= c && c <= s->to)
        next |= closure_of[s->out];
    }
    set = next;
  }
}

// A matcher for literals, '.', '*' and '$'.
static int match_here(const char *re, const char *text);

static int match_star(int c, const char *re, const char *text) {
  do
    if (match_here(re, text))
      return 1;
  while (*text && (*text++ == c || c == '.'));
  return 0;
}

static int match_here(const char *re, const char *text) {
  if (!re[0])
    return 1;
  if (re[1] == '*')
    return match_star(re[0], re + 2, text);
  if (re[0] == '$' && !re[1])
    return !*text;
  if (*text && (re[0] == '.' || re[0] == *text))
    return match_here(re + 1, text + 1);
  return 0;
}

static int match(const char *re, const char *text) {
  do
    if (match_here(re, text))
      return 1;
  while (*text++);
  return 0;
}

int main(void) {
  static const char *const patterns[] = {"(ab|ba)*c[a-d]+", "a?a?a?aaa", "([a-c]+d|e.f)+g?",
                                         "b.*d(e|f)c*a"};
  static const char *const simple[] = {"a.*b.*c.*d.*e", "ab*a*bc", "f.g$", "a*a*a*b"};
  static char text[2001];
  uint64_t seed = 13, sum = 0;
  for (int round = 0; round < 6; round++) {
    for (int i = 0; i < 2000; i++)
      text[i] = 'a' + bench_random(&seed) % 7;
    for (int k = 0; k < 4; k++) {
      used = 0;
      accept = add(1, 0, 0, -1);
      states[accept].out = accept;
      p = patterns[k];
      int start = parse_choice(accept), end = 0;
      for (int i = 0; i < used; i++)
        closure_of[i] = closure(i);
      for (int i = 0; i < 10; i++)
        sum = sum * 31 + search(text + i * 7, closure_of[start], &end) + end;
    }
    for (int k = 0; k < 4; k++)
      for (int i = 0; i < 40; i++)
        sum = sum * 31 + match(simple[k], text + 1900 + i);
  }
  return bench_result(sum);
}
