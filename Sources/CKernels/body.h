// Every kernel for one instruction set. Included once by each of avx512.c, avx2.c and portable.c, which define
//   LANES               floats of a vector
//   TILE_ROWS           highest tile of the matrix products (4, 6 or 12) and
//   TILE_VECTORS        its width: rows x vectors accumulators must leave registers for the operands
//   SINGLE_ROW_PANELS   panels that a one-row product reads side by side
//   FEW_TILE_ROWS       products of so many rows or fewer have wider tiles,
//   FEW_PANELS          of so many panels
//   CHANNELWISE_ROWS    if registers hold a panel of so many frames, 4 more frames and a panel's row of weights: see
//                       channelwise_product.h
//   CK_FUSED            if multiply-add is one instruction
//   CK_HAS_PARTIAL_ACCESS  if they define load_partial and store_partial themselves
//   CK_TABLE, CK_NAME   the table to define, and its name
// and set the target attributes around it. Here lies no #pragma once; system headers, and gradient_rows.h with what it
// includes, come before.
#include "simd.h"
#include "convolution.h"
#include "weight_gradient.h"
#include "elementwise.h"
#include "reduction.h"
#include "normalization.h"
#include "random.h"
#include "optimizer.h"
#include "ceiling.h"

const ck_table CK_TABLE = {.name = CK_NAME,
                           .interleaves = interleaves,
                           .conv = conv,
                           .conv_bfloat16 = conv_bfloat16,
                           .conv_weight_gradient = conv_weight_gradient,
                           .unary = unary,
                           .add = add,
                           .multiply = multiply,
                           .scale_offset = scale_offset,
                           .sum = sum,
                           .normalize = normalize,
                           .normalize_tangent = normalize_tangent,
                           .group_mean = group_mean,
                           .normalize_mish = normalize_mish,
                           .dropout_mask = dropout_mask,
                           .reduce_gradients = reduce_gradients,
                           .multiply_adds = multiply_adds,
                           .read_words = read_words,
                           .adamw = adamw};
