// C++20 without exceptions and RTTI: what the compiler needs at run time, and the
// parts of libc++ that need no operating system.
//
// REQUIRES: mtia-clang, mtia-run, qemu-system
// RUN: %mtia-clang++ -std=c++20 -Wall -Wextra -Werror -O2 %s -o %t.elf
// RUN: %mtia-run %t.elf > %t.run && FileCheck %s < %t.run
// RUN: %qemu-virt %t.elf > %t.qemu 2>&1 && cmp %t.run %t.qemu
// RUN: %mtia-clang++ -std=c++20 -O0 -g %s -o %t.0.elf && %mtia-run %t.0.elf | cmp - %t.run
// RUN: %mtia-clang++ -std=c++20 -Oz %s -o %t.z.elf && %mtia-run %t.z.elf | cmp - %t.run
// RUN: %mtia-clang++ -std=c++20 -flto -O2 %s -o %t.l.elf && %mtia-run %t.l.elf | cmp - %t.run
// RUN: %mtia-clang -x c++ -std=c++20 -O1 -fno-threadsafe-statics %s -o %t.1.elf && %mtia-run %t.1.elf | cmp - %t.run
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <charconv>
#include <cmath>
#include <complex>
#include <concepts>
#include <coroutine>
#include <cstdio>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <random>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <variant>
#include <vector>

// ---- The language ----

static int order;
struct noisy {
  const char *name;
  int number;
  explicit noisy(const char *name) : name(name), number(++order) {}
  ~noisy() { std::printf("destroy %s\n", name); }
};
static noisy first("first"), second("second");
__attribute__((init_priority(200))) static noisy early("early");

struct shape {
  virtual ~shape() = default;
  virtual double area() const = 0;
  virtual const char *name() const { return "shape"; }
};
struct solid {
  virtual int sides() const { return 6; }
  virtual ~solid() = default;
};
struct square : shape, solid {
  double side;
  explicit square(double s) : side(s) {}
  double area() const override { return side * side; }
  const char *name() const override { return "square"; }
  int sides() const override { return 4; }
};
struct base {
  int x = 1;
  virtual int get() { return x; }
};
struct left : virtual base {
  int get() override { return x + 10; }
};
struct right : virtual base {};
struct both : left, right {};

static noisy &once() {
  static noisy object("local static");
  return object;
}

template <class T>
concept number = std::integral<T> || std::floating_point<T>;
template <number... T> constexpr auto sum(T... values) { return (values + ...); }
consteval int cube(int x) { return x * x * x; }
constinit int table[] = {cube(2), cube(3)};
static thread_local int per_thread = 7;

struct generator {
  struct promise_type {
    int value = 0;
    generator get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int v) {
      value = v;
      return {};
    }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
  ~generator() { handle.destroy(); }
};
static generator squares(int n) {
  for (int i = 1; i <= n; i++)
    co_yield i *i;
}

struct alignas(64) wide {
  char bytes[100];
};

static void language() {
  // CHECK: static order 2 3 1
  std::printf("static order %d %d %d\n", first.number, second.number, early.number);
  std::unique_ptr<shape> s(new square(3));
  solid *other = static_cast<square *>(s.get());
  // CHECK-NEXT: square 9.0 4
  std::printf("%s %.1f %d\n", s->name(), s->area(), other->sides());
  both b;
  base *virtual_base = &b;
  // CHECK-NEXT: 11 4
  std::printf("%d %d\n", virtual_base->get(), once().number * (&once() == &once()));
  // CHECK-NEXT: 8.5 35 7
  std::printf("%.1f %d %d\n", sum(1, 2.5f, 5L), table[0] + table[1], per_thread);
  int (square::*method)() const = &square::sides;
  auto lambda = [n = 3]<class T>(T x) mutable { return x * n++; };
  // CHECK-NEXT: 4 30 8
  std::printf("%d %d %d\n", (static_cast<square *>(s.get())->*method)(), lambda(10), lambda(2));
  generator g = squares(3);
  int total = 0;
  for (g.handle.resume(); !g.handle.done(); g.handle.resume())
    total += g.handle.promise().value;
  auto *w = new wide[3];
  alignas(square) char place[sizeof(square)];
  auto *placed = new (place) square(2);
  // CHECK-NEXT: 14 0 4.0
  std::printf("%d %d %.1f\n", total, int(reinterpret_cast<uintptr_t>(w) % 64), placed->area());
  placed->~square();
  delete[] w;
  auto three_way = std::pair(1, 2) <=> std::pair(1, 3);
  // A compiler may leave out an allocation whose result nobody sees.
  char *volatile huge = new (std::nothrow) char[1ull << 40];
  // CHECK-NEXT: 1 1
  std::printf("%d %d\n", three_way < 0, huge == nullptr);
}

// ---- The library ----

static void library() {
  std::vector<std::string> words{"pear", "apple", "fig", "a word that is longer than others"};
  std::ranges::sort(words);
  std::string all =
      std::accumulate(words.begin(), words.end(), std::string(),
                      [](std::string l, const std::string &r) { return l + r + ","; });
  // CHECK-NEXT: a word that is longer than others,apple,fig,pear,
  std::puts(all.c_str());
  std::map<std::string, int> tree;
  std::unordered_map<std::string, int> hash;
  for (const char *w : {"x", "y", "x", "z", "x"})
    tree[w]++, hash[w]++;
  // CHECK-NEXT: 3 3 1 3
  std::printf("%d %d %d %zu\n", tree["x"], hash["x"], hash["z"], tree.size());
  auto shared = std::make_shared<noisy>("shared");
  std::weak_ptr<noisy> weak = shared;
  auto second_owner = weak.lock();
  shared.reset();
  // CHECK-NEXT: 1 0
  std::printf("%ld %d\n", weak.use_count(), weak.expired());
  second_owner.reset(); // CHECK-NEXT: destroy shared
  std::function<int(int)> f = [&](int x) { return x + tree["y"]; };
  std::variant<int, std::string> v = "text";
  std::optional<double> none, some = 2.5;
  // CHECK-NEXT: 5 text 0 2.5
  std::printf("%d %s %d %.1f\n", f(4), std::get<std::string>(v).c_str(), none.has_value(), *some);
  std::vector<double> numbers(1000);
  std::mt19937 random(42);
  for (double &d : numbers)
    d = random() % 1000;
  std::sort(numbers.begin(), numbers.end());
  // CHECK-NEXT: 1 1608637542
  std::printf("%d %u\n", std::is_sorted(numbers.begin(), numbers.end()),
              static_cast<unsigned>(std::mt19937(42)()));
  std::array<int, 5> a{5, 4, 3, 2, 1};
  auto even = a | std::views::filter([](int x) { return x % 2 == 0; }) |
              std::views::transform([](int x) { return x * 10; });
  int even_sum = 0;
  for (int x : even)
    even_sum += x;
  std::span<int> part = std::span(a).subspan(1, 3);
  // CHECK-NEXT: 60 9 3 16
  std::printf("%d %d %d %d\n", even_sum, std::reduce(part.begin(), part.end()),
              std::popcount(0x15u), static_cast<int>(std::bit_ceil(9u)));
  std::atomic<int> counter = 5;
  counter.fetch_add(2);
  std::complex<double> c = std::complex<double>(0, 1) * std::complex<double>(0, 1);
  // CHECK-NEXT: 7 -1.0 1.4142
  std::printf("%d %.1f %.4f\n", counter.load(), c.real(), std::sqrt(2.0));
  char digits[10];
  auto end = std::to_chars(digits, digits + 10, 1234).ptr;
  int parsed = 0;
  std::from_chars(digits, end, parsed);
  // CHECK-NEXT: 1234 42 3.500000 255
  std::printf("%d %d %s %d\n", parsed, std::stoi("42"), std::to_string(3.5).c_str(),
              std::stoi("ff", nullptr, 16));
  std::list<int> list{3, 1, 2};
  list.sort();
  std::deque<int> deque(list.begin(), list.end());
  deque.push_front(0);
  std::multiset<int> set(a.begin(), a.end());
  // CHECK-NEXT: 1 0 5
  std::printf("%d %d %zu\n", list.front(), deque.front(), set.size());
}

int main() {
  language();
  library();
  return 0;
  // CHECK-NEXT: destroy local static
  // CHECK-NEXT: destroy second
  // CHECK-NEXT: destroy first
  // CHECK-NEXT: destroy early
}
