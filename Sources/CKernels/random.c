#include "CKernels.h"

void ck_philox4x32(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0, uint32_t k1, uint32_t out[4]) {
  for (int round = 0; round < 10; round++) {
    const uint64_t a = (uint64_t)0xD2511F53 * c0, b = (uint64_t)0xCD9E8D57 * c2;
    c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
    c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)b;
    c3 = (uint32_t)a;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

void ck_dropout_mask(const long shape[3], const float *keys, uint32_t stream, float rate, float *y) {
  const long n = shape[1] * shape[2];
  for (long b = 0; b < shape[0]; b++, y += n) {
    const float *key = keys + b * 4;
    const uint32_t k0 = (uint32_t)key[0] | (uint32_t)key[1] << 16, k1 = (uint32_t)key[2] | (uint32_t)key[3] << 16;
    for (long i = 0; i < n; i += 4) {
      uint32_t words[4];
      ck_philox4x32((uint32_t)(i / 4), stream, 0, 0, k0, k1, words);
      for (long j = 0; j < 4 && i + j < n; j++)
        y[i + j] = (float)(words[j] >> 8) * 0x1p-24f < rate ? 0 : 1 / (1 - rate);
    }
  }
}
