#!/usr/bin/env bash
# The one entry to the project; `./build.sh help` lists the commands.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
build="$root/build${SANITIZE:+-sanitize}"
[ "${SANITIZE:-}" != thread ] || build+=-thread
llvm=/usr/lib/llvm-22
python=/usr/bin/python3 # Debian's own: numpy and psutil are its packages
jobs="${JOBS:-$(nproc)}"

say() { printf '%s\n' "build.sh: $*" >&2; }
die() {
  say "error: $*"
  exit 1
}

usage() {
  cat <<TEXT
usage: ./build.sh COMMAND

  deps              install the Debian packages of scripts/packages.txt that are missing
  build [TARGET..]  configure if needed and build (everything, or the named targets)
  run               deps, build, then compile examples/fc_relu.knyfe, run it on the 8x8 grid and check it
  test [PATH..]     deps, build, then the test suite (or the named parts: ./build.sh test test/Emulator)
  bench [NAME..]    build, then the registered benchmarks
  fuzz [NAME..]     build, then the registered fuzzers, FUZZ_SECONDS (default 60) each
  format [--check]  clang-format our sources; --check only reports
  clean             remove build/ (with SANITIZE=1: build-sanitize/, SANITIZE=thread: build-sanitize-thread/)

JOBS=N sets the number of parallel jobs (default: one per processor). SANITIZE=1 builds and tests the C programs
with sanitizers, in build-sanitize/.
TEXT
}

packages() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' -e 's/[[:space:]]//g' "$root/scripts/packages.txt"; }

missing_packages() {
  local installed
  installed="$(dpkg-query -W -f '${db:Status-Abbrev} ${binary:Package}\n' 2>/dev/null |
    sed -n 's/^ii *\([^:]*\).*/\1/p')"
  packages | grep -vxF -f <(printf '%s\n' "$installed") || true
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo -n "$@"
  fi
}

# apt as in a script: no questions, no pty tricks, waiting for another apt instead of failing.
apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
    -o Acquire::Retries=3 "$@"
}

deps() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    die "no dpkg/apt-get: this is set up for Debian 12; elsewhere install the equivalents of scripts/packages.txt"
  local missing
  missing="$(missing_packages)"
  [ -n "$missing" ] || return 0

  say "these Debian packages are missing and will be installed:"
  printf '%s\n' "$missing" | sed 's/^/  /' >&2
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      die "installing packages needs root, and there is no sudo; as root run: apt-get install $(echo $missing)"
    sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; } ||
      die "installing packages needs root, and sudo wants a password; run: sudo apt-get install $(echo $missing)"
  fi

  apt_get update >&2 || die "apt-get update failed; see its messages above (network? sources?)"
  local unavailable="" package
  for package in $missing; do
    # A name without a candidate version is not offered by any configured source.
    grep -q 'Candidate: [^(]' <<<"$(apt-cache policy "$package")" || unavailable+=" $package"
  done
  [ -z "$unavailable" ] ||
    die "the configured apt sources do not offer:$unavailable
build.sh: LLVM 22 comes with Debian 12's security suite (bookworm-security main): is it in /etc/apt/sources.list*?"
  # shellcheck disable=SC2086  # one word per package
  apt_get install -y --no-install-recommends $missing >&2 || die "apt-get install failed; see its messages above"
  missing="$(missing_packages)"
  [ -z "$missing" ] || die "still missing after apt-get install: $(echo $missing)"
  say "packages installed"
}

require_tools() {
  local tool
  for tool in cmake ninja "$llvm/bin/clang" "$llvm/bin/ld.lld" "$llvm/bin/llvm-config" "$python"; do
    command -v "$tool" >/dev/null || die "$tool is missing; run ./build.sh deps"
  done
}

# Ninja runs CMake again by itself when a CMakeLists.txt changes, so configure only
# what was never configured, or was configured in another place.
configure() {
  require_tools
  local cache="$build/CMakeCache.txt"
  if [ -f "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
    say "build/ was configured for another directory; configuring it again"
    rm -rf "$cache" "$build/CMakeFiles"
  fi
  [ -f "$cache" ] && [ -f "$build/build.ninja" ] && return 0
  local launcher=()
  if command -v ccache >/dev/null; then
    launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  local sanitizers="${SANITIZE:+ON}"
  [ "${SANITIZE:-}" != thread ] || sanitizers=thread
  mkdir -p "$build"
  cmake -S "$root" -B "$build" -G Ninja -Wno-dev "${launcher[@]}" -DMTIA_SANITIZE="$sanitizers" \
    -DCMAKE_C_COMPILER="$llvm/bin/clang" -DCMAKE_CXX_COMPILER="$llvm/bin/clang++" \
    -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld -DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=lld \
    >"$build/configure.log" 2>&1 || {
    cat "$build/configure.log" >&2
    rm -f "$cache"
    die "configuring failed"
  }
}

build() {
  configure
  ninja -C "$build" -j "$jobs" --quiet "$@" || die "the build failed"
}

run_example() {
  [ -f "$root/examples/fc_relu.knyfe" ] || die "examples/fc_relu.knyfe is not there yet: nothing to run"
  local tool
  for tool in knyfe-c mtia-run; do
    [ -x "$build/bin/$tool" ] || die "build/bin/$tool was not built: nothing to run"
  done
  "$python" "$root/scripts/run_example.py" --bin "$build/bin" "$root/examples/fc_relu.knyfe"
}

run_tests() {
  local paths=() path
  for path in "$@"; do
    [ -e "$path" ] || die "no such test or directory: $path"
    paths+=("$(realpath "$path")")
  done
  [ ${#paths[@]} -gt 0 ] || paths=("$build/test" "$build/test/unit")
  rm -f "$build/test-results.json"
  # lit's own status is not ours: the summary decides, also when lit stops half way.
  "$llvm/bin/lit" -j "$jobs" --quiet --param build="$build" --output "$build/test-results.json" "${paths[@]}" || true
  "$python" "$root/scripts/summarize_tests.py" "$build/test-results.json"
}

# Registered by mtia_add_bench and mtia_add_fuzzer: one line 'name<TAB>command' each.
run_registered() {
  local kind="$1" list="$build/$1.list" name command failed=0 found=0
  shift
  [ -s "$list" ] || die "no $kind is registered yet"
  while IFS=$'\t' read -r name command; do
    [ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
    found=$((found + 1))
    printf '== %s\n' "$name"
    (cd "$build" && eval "$command" </dev/null) || {
      say "$kind $name failed (exit status $?)"
      failed=$((failed + 1))
    }
  done <"$list"
  [ "$found" -gt 0 ] || die "no $kind named: $*; there are: $(cut -f1 "$list" | tr '\n' ' ')"
  [ "$failed" = 0 ] || die "$failed of $found ${kind}s failed"
}

format() {
  local clang_format="$llvm/bin/clang-format"
  [ -x "$clang_format" ] || die "$clang_format is missing; run ./build.sh deps"
  local options=(-i)
  case "${1:-}" in
  "") ;;
  --check) options=(--dry-run --Werror) ;;
  *) die "format knows only --check, not '$1'" ;;
  esac
  "$python" "$root/scripts/list_sources.py" c h cpp cc | (cd "$root" && xargs -d '\n' -r "$clang_format" "${options[@]}")
}

command="${1:-help}"
[ $# = 0 ] || shift
case "$command" in
deps) deps ;;
build) build "$@" ;;
run)
  deps
  build
  run_example
  ;;
test)
  deps
  build
  case "${*:-test/libFuzzer}" in *libFuzzer*) build fuzzers ;; esac
  run_tests "$@"
  ;;
bench)
  build
  run_registered bench "$@"
  ;;
fuzz)
  build
  build fuzzers
  export FUZZ_SECONDS="${FUZZ_SECONDS:-60}"
  run_registered fuzzer "$@"
  ;;
format) format "$@" ;;
clean) rm -rf "$build" ;;
help | -h | --help) usage ;;
*)
  usage >&2
  die "unknown command '$command'"
  ;;
esac
