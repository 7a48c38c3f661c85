#!/bin/sh
# by-hand.sh KNYFE_C MTIA_CLANG SOURCE --shape SHAPE -o OUTPUT
set -e
"$1" "$3" --shape "$5" --emit=c -o "$7.c"
"$2" -O0 "$7.c" -o "$7"
