import CKernels
import LinearAlgebra

// Kernel gradients of layers whose weight is larger than the caches: there OpenBLAS's product is faster than our kernel,
// copies of frames and all (Examples/Benchmarks/blas.sh). Only gradients are left to it: a sum over the batch
// depends on all of it anyway, while our kernels promise that a sample's own values do not.

extension ck_conv_shape {
  /// Floats of a weight from which OpenBLAS wins, and the rows it needs for that.
  private static var wide: (weight: Int, rows: Int) { (4 << 20, 64) }

  var isWide: Bool {
    taps * in_channels * out_channels >= Self.wide.weight && batch * rows >= Self.wide.rows
      && out_step == 1 && out0 == 0 && rows == out_time
  }

  /// Floats of scratch that `wideKernelGradient` needs.
  var wideScratch: Int { batch * rows * (in_channels + out_channels) }

  /// The gradient of `ck_conv_weight_gradient`, tap by tap: the frames that a tap meets inside their samples, times the
  /// gradients of the outputs that they meet there.
  ///
  /// - Precondition: `isWide`.
  func wideKernelGradient(x: Source, cotangent: Source, into y: Target, scratch: Target) {
    for tap in 0..<taps {
      // Rows of the output whose frame lies inside.
      let first = (0..<rows).first { $0 * in_step + in0 + tap >= 0 } ?? rows
      let last = (first..<rows).last { $0 * in_step + in0 + tap < in_time } ?? first - 1
      let count = last + 1 - first
      let gradients = scratch + batch * count * in_channels
      for sample in 0..<batch {
        let frames = x + (sample * in_time + first * in_step + in0 + tap) * in_channels
        for row in 0..<count {
          (scratch + (sample * count + row) * in_channels).update(
            from: frames + row * in_step * in_channels, count: in_channels)
        }
        (gradients + sample * count * out_channels).update(
          from: cotangent + (sample * rows + first) * out_channels, count: count * out_channels)
      }
      MatrixProduct.transposedTimes(
        rows: in_channels, columns: out_channels, depth: batch * count, scratch, gradients,
        into: y + tap * in_channels * out_channels)
    }
  }
}
