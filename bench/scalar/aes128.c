// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// AES-128 (FIPS 197), byte by byte: key schedule, encryption, decryption.
#include "bench.h"
#include <string.h>

static uint8_t sbox[256], inverse[256];

static uint8_t xtime(uint8_t x) { return x << 1 ^ (x & 0x80 ? 0x1b : 0); }

static uint8_t multiply(uint8_t a, uint8_t b) {
  uint8_t product = 0;
  for (; b; b >>= 1, a = xtime(a))
    if (b & 1)
      product ^= a;
  return product;
}

static void make_sbox(void) {
  uint8_t p = 1, q = 1;
  do {
    p ^= xtime(p);                         // times 3
    q ^= q << 1, q ^= q << 2, q ^= q << 4; // divided by 3
    if (q & 0x80)
      q ^= 9;
    uint8_t x = q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^ (q << 4 | q >> 4);
    sbox[p] = x ^ 0x63;
  } while (p != 1);
  sbox[0] = 0x63;
  for (int i = 0; i < 256; i++)
    inverse[sbox[i]] = i;
}

static void expand_key(uint8_t w[176], const uint8_t key[16]) {
  memcpy(w, key, 16);
  uint8_t constant = 1;
  for (int i = 16; i < 176; i += 4) {
    uint8_t t[4] = {w[i - 4], w[i - 3], w[i - 2], w[i - 1]};
    if (i % 16 == 0) {
      uint8_t first = t[0];
      t[0] = sbox[t[1]] ^ constant, t[1] = sbox[t[2]], t[2] = sbox[t[3]], t[3] = sbox[first];
      constant = xtime(constant);
    }
    for (int j = 0; j < 4; j++)
      w[i + j] = w[i + j - 16] ^ t[j];
  }
}

static void add_key(uint8_t s[16], const uint8_t *w) {
  for (int i = 0; i < 16; i++)
    s[i] ^= w[i];
}

static void encrypt(uint8_t s[16], const uint8_t w[176]) {
  add_key(s, w);
  for (int round = 1; round <= 10; round++) {
    uint8_t t[16];
    for (int i = 0; i < 16; i++)
      t[i] = sbox[s[(i + 4 * (i % 4)) % 16]];
    for (int c = 0; c < 16 && round < 10; c += 4) {
      uint8_t all = t[c] ^ t[c + 1] ^ t[c + 2] ^ t[c + 3], first = t[c];
      t[c] ^= all ^ xtime(t[c] ^ t[c + 1]);
      t[c + 1] ^= all ^ xtime(t[c + 1] ^ t[c + 2]);
      t[c + 2] ^= all ^ xtime(t[c + 2] ^ t[c + 3]);
      t[c + 3] ^= all ^ xtime(t[c + 3] ^ first);
    }
    memcpy(s, t, 16);
    add_key(s, w + 16 * round);
  }
}

static void decrypt(uint8_t s[16], const uint8_t w[176]) {
  for (int round = 10; round >= 1; round--) {
    uint8_t t[16];
    add_key(s, w + 16 * round);
    for (int c = 0; c < 16 && round < 10; c += 4) {
      uint8_t a[4];
      memcpy(a, s + c, 4);
      for (int j = 0; j < 4; j++)
        s[c + j] = multiply(a[j], 14) ^ multiply(a[(j + 1) % 4], 11) ^
                   multiply(a[(j + 2) % 4], 13) ^ multiply(a[(j + 3) % 4], 9);
    }
    for (int i = 0; i < 16; i++)
      t[(i + 4 * (i % 4)) % 16] = inverse[s[i]];
    memcpy(s, t, 16);
  }
  add_key(s, w);
}

int main(void) {
  uint8_t key[16], block[16] = {0}, w[176];
  uint64_t sum = 0;
  make_sbox();
  for (int i = 0; i < 16; i++)
    key[i] = 17 * i;
  for (int round = 0; round < 100; round++) {
    uint8_t copy[16];
    expand_key(w, key);
    for (int i = 0; i < 200; i++)
      encrypt(block, w);
    memcpy(copy, block, 16);
    decrypt(copy, w);
    encrypt(copy, w);
    if (memcmp(copy, block, 16) != 0)
      return 1;
    for (int i = 0; i < 16; i++)
      sum = bench_mix(sum, block[i]);
    key[round % 16] ^= block[0];
  }
  return bench_result(sum);
}
