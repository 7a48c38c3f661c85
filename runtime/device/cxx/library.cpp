// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What libc++'s headers expect in a library: instances of templates that they declare
// to be there, and functions that they only declare. Not here: streams, locales,
// threads, files, floating-point <charconv>.
#include <algorithm>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <sys/time.h>
#include <unordered_map>

_LIBCPP_BEGIN_NAMESPACE_STD

// ---- <__verbose_abort>: failed checks of the library, and what would be thrown ----

_LIBCPP_WEAK void __libcpp_verbose_abort(const char *format, ...) noexcept {
  va_list list;
  va_start(list, format);
  vfprintf(stderr, format, list);
  va_end(list);
  fputc('\n', stderr);
  abort();
}

// ---- <string> ----

#define INSTANCE(...) template __VA_ARGS__;
_LIBCPP_STRING_V1_EXTERN_TEMPLATE_LIST(INSTANCE, char)

template <class T>
static T parse(const char *name, const string &text, size_t *end,
               T (*with)(const char *, char **)) {
  char *stop;
  errno = 0;
  T value = with(text.c_str(), &stop);
  if (errno == ERANGE)
    std::__throw_out_of_range((string(name) + ": out of range").c_str());
  if (stop == text.c_str())
    std::__throw_invalid_argument((string(name) + ": no conversion").c_str());
  if (end)
    *end = static_cast<size_t>(stop - text.c_str());
  return value;
}

template <class T>
static T parse(const char *name, const string &text, size_t *end, int base,
               T (*with)(const char *, char **, int)) {
  char *stop;
  errno = 0;
  T value = with(text.c_str(), &stop, base);
  if (errno == ERANGE)
    std::__throw_out_of_range((string(name) + ": out of range").c_str());
  if (stop == text.c_str())
    std::__throw_invalid_argument((string(name) + ": no conversion").c_str());
  if (end)
    *end = static_cast<size_t>(stop - text.c_str());
  return value;
}

int stoi(const string &text, size_t *end, int base) {
  long value = parse("stoi", text, end, base, strtol);
  if (value != static_cast<int>(value))
    std::__throw_out_of_range("stoi: out of range");
  return static_cast<int>(value);
}
long stol(const string &text, size_t *end, int base) {
  return parse("stol", text, end, base, strtol);
}
unsigned long stoul(const string &text, size_t *end, int base) {
  return parse("stoul", text, end, base, strtoul);
}
long long stoll(const string &text, size_t *end, int base) {
  return parse("stoll", text, end, base, strtoll);
}
unsigned long long stoull(const string &text, size_t *end, int base) {
  return parse("stoull", text, end, base, strtoull);
}
float stof(const string &text, size_t *end) { return parse("stof", text, end, strtof); }
double stod(const string &text, size_t *end) { return parse("stod", text, end, strtod); }
long double stold(const string &text, size_t *end) { return parse("stold", text, end, strtold); }

template <class T> static string print(const char *format, T value) {
  int size = snprintf(nullptr, 0, format, value);
  string text(static_cast<size_t>(size), '\0');
  snprintf(text.data(), text.size() + 1, format, value);
  return text;
}

string to_string(int value) { return print("%d", value); }
string to_string(unsigned value) { return print("%u", value); }
string to_string(long value) { return print("%ld", value); }
string to_string(unsigned long value) { return print("%lu", value); }
string to_string(long long value) { return print("%lld", value); }
string to_string(unsigned long long value) { return print("%llu", value); }
string to_string(float value) { return print("%f", static_cast<double>(value)); }
string to_string(double value) { return print("%f", value); }
string to_string(long double value) { return print("%Lf", value); }

// ---- <algorithm>: std::sort of arithmetic types ----

// __less<T> is only a name; ranges::less can be called.
template <class Less, class Iterator> void __sort(Iterator first, Iterator last, Less) {
  ranges::less less;
  ptrdiff_t depth = 2 * std::__bit_log2(static_cast<size_t>(last - first));
  std::__introsort<_ClassicAlgPolicy, ranges::less &, Iterator,
                   __use_branchless_sort<ranges::less, Iterator>>(first, last, less, depth);
}

#define SORT(T) template void __sort<__less<T> &, T *>(T *, T *, __less<T> &);
SORT(char)
SORT(signed char)
SORT(unsigned char)
SORT(short)
SORT(unsigned short)
SORT(int)
SORT(unsigned)
SORT(long)
SORT(unsigned long)
SORT(long long)
SORT(unsigned long long)
SORT(float)
SORT(double)
SORT(long double)

// ---- <memory> ----

__shared_count::~__shared_count() {}
__shared_weak_count::~__shared_weak_count() {}

// Both counters are one less than the number of owners; all owners together hold one
// of the weak ones.
void __shared_weak_count::__release_weak() noexcept {
  if (__libcpp_atomic_refcount_decrement(__shared_weak_owners_) == -1)
    __on_zero_shared_weak();
}

__shared_weak_count *__shared_weak_count::lock() noexcept {
  if (__shared_count::use_count() == 0)
    return nullptr;
  __add_shared();
  return this;
}

const void *__shared_weak_count::__get_deleter(const type_info &) const noexcept { return nullptr; }

// ---- <functional>, <unordered_map> ----

// FNV-1a, 64 bits.
size_t __hash_memory(_LIBCPP_NOESCAPE const void *memory, size_t size) noexcept {
  const auto *bytes = static_cast<const unsigned char *>(memory);
  size_t hash = 0xcbf29ce484222325;
  for (size_t i = 0; i < size; i++)
    hash = (hash ^ bytes[i]) * 0x100000001b3;
  return hash;
}

// The number of buckets of a hash table: the smallest prime that is not less than n,
// or 0 for 0.
size_t __next_prime(size_t n) {
  if (n == 0)
    return 0;
  if (n <= 2)
    return 2;
  for (n |= 1;; n += 2) {
    bool prime = true;
    for (size_t d = 3; prime && d <= n / d; d += 2)
      prime = n % d != 0;
    if (prime)
      return n;
  }
}

// ---- <chrono> ----

namespace chrono {
system_clock::time_point system_clock::now() noexcept {
  timeval time;
  gettimeofday(&time, nullptr);
  return time_point(seconds(time.tv_sec) + microseconds(time.tv_usec));
}
time_t system_clock::to_time_t(const time_point &t) noexcept {
  return time_t(duration_cast<seconds>(t.time_since_epoch()).count());
}
system_clock::time_point system_clock::from_time_t(time_t t) noexcept {
  return time_point(seconds(t));
}
} // namespace chrono

_LIBCPP_END_NAMESPACE_STD
