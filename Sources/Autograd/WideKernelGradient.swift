import CKernels
import LinearAlgebra

// Kernel gradients of layers whose weight is larger than the caches: there OpenBLAS's product is faster than our kernel,
// copies of shifted frames and all (Examples/Benchmarks/blas.sh). Only gradients are left to it: a sum over the batch
// depends on all of it anyway, while our kernels promise that a sample's own values do not.

extension ck_conv_shape {
  /// Floats of a weight from which OpenBLAS wins, and the rows it needs for that.
  private static var wide: (weight: Int, rows: Int) { (4 << 20, 64) }

  var isWide: Bool {
    taps * in_channels * out_channels >= Self.wide.weight && batch * rows >= Self.wide.rows
      && out_step == 1 && out0 == 0 && rows == out_time
  }

  /// Floats of scratch that `wideKernelGradient` needs.
  var wideScratch: Int { batch * rows * in_channels }

  /// The gradient of `ck_conv_weight_gradient`, tap by tap: the frames that a tap meets, zeros outside their sample, times
  /// the output's gradient.
  ///
  /// - Precondition: `isWide`.
  func wideKernelGradient(x: Source, cotangent: Source, into y: Target, scratch: Target) {
    for tap in 0..<taps {
      var to = scratch
      for sample in 0..<batch {
        let frames = x + sample * in_time * in_channels
        for row in 0..<rows {
          let frame = row * in_step + in0 + tap
          if frame >= 0 && frame < in_time {
            to.update(from: frames + frame * in_channels, count: in_channels)
          } else {
            to.update(repeating: 0, count: in_channels)
          }
          to += in_channels
        }
      }
      MatrixProduct.transposedTimes(
        rows: in_channels, columns: out_channels, depth: batch * rows, scratch, cotangent,
        into: y + tap * in_channels * out_channels)
    }
  }
}
