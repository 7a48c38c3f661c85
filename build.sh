#!/usr/bin/env bash
# The one entry: deps build run test bench fuzz format clean.
set -euo pipefail
cd "$(dirname "$0")"
build() {
  cmake -S . -B build -G Ninja -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 \
    -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld -DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=lld >/dev/null
  ninja -C build
}
case "${1:-}" in
  build) build ;;
  *) echo "usage: ./build.sh deps|build|run|test|bench|fuzz|format|clean" >&2; exit 1 ;;
esac
