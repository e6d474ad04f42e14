// Nested loops over [batch, time, channels] with two strided operands and a dense result.
#pragma once

typedef struct {
  long sizes[3];
  long strides[2][3];  // of each operand
} ck_loop;

// Merges dimensions that lie behind one another in both operands into the innermost, so that its loop is long.
static inline void ck_merge_dimensions(ck_loop *loop) {
  long *sizes = loop->sizes;
  for (int d = 1; d >= 0; d--) {
    if (sizes[d] == 1) continue;
    int mergeable = 1;
    for (int operand = 0; operand < 2; operand++) {
      const long *strides = loop->strides[operand];
      mergeable &= sizes[2] == 1 || strides[d] == sizes[2] * strides[2];
    }
    if (!mergeable) return;
    if (sizes[2] == 1) {
      for (int operand = 0; operand < 2; operand++) loop->strides[operand][2] = loop->strides[operand][d];
    }
    sizes[2] *= sizes[d];
    sizes[d] = 1;
  }
}
