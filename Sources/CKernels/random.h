// Dropout masks from Philox4x32-10, LANES counters at a time. Included by body.h once per instruction set.

typedef uint64_t vw __attribute__((ext_vector_type(LANES)));

// The multipliers and the increments of the key are those of the paper, section 3.3.
CK_INLINE void philox(vu counter[4], uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    const vw a = __builtin_convertvector(counter[0], vw) * (vw)(uint64_t)0xD2511F53u;
    const vw b = __builtin_convertvector(counter[2], vw) * (vw)(uint64_t)0xCD9E8D57u;
    counter[0] = __builtin_convertvector(b >> 32, vu) ^ counter[1] ^ (vu)k0;
    counter[1] = __builtin_convertvector(b, vu);
    counter[2] = __builtin_convertvector(a >> 32, vu) ^ counter[3] ^ (vu)k1;
    counter[3] = __builtin_convertvector(a, vu);
  }
}

static void dropout_mask(const long shape[3], const float *keys, uint32_t stream, float rate, float *y) {
  const long n = shape[1] * shape[2];
  // The comparison is one of integers, so that every instruction set decides alike. At rate 1 even what is kept is 0.
  const uint32_t threshold = rate < 1 ? (uint32_t)((double)rate * 4294967296.0) : 0;
  const float kept = rate < 1 ? 1 / (1 - rate) : 0;
  for (long sample = 0; sample < shape[0]; sample++, keys += 4, y += n) {
    const uint32_t k0 = (uint32_t)keys[0] | (uint32_t)keys[1] << 16, k1 = (uint32_t)keys[2] | (uint32_t)keys[3] << 16;
    for (long first = 0; first < n; first += 4 * LANES) {
      const uint64_t index = (uint64_t)first / 4;
      vu words[4] = {(vu)lane_indices() + (uint32_t)index, (vu)stream, (vu)(uint32_t)(index >> 32),
                     (vu)(uint32_t)0};
      philox(words, k0, k1);
      vf values[4];
      float block[4 * LANES];
      CK_UNROLL for (int word = 0; word < 4; word++)
        values[word] = words[word] < (vu)threshold ? splat(0) : splat(kept);
      CK_UNROLL for (int i = 0; i < 4 * LANES; i++) block[i] = values[i % 4][i / 4];
      memcpy(y + first, block, sizeof(float) * (size_t)smaller(n - first, 4 * LANES));
    }
  }
}
