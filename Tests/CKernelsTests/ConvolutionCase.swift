import CKernels
import Testing

/// A convolution with random operands, and what its kernels should compute, as naive sums in double.
struct ConvolutionCase: Sendable, CustomStringConvertible {
  var shape: ck_conv_shape
  var name: String
  var description: String { name }

  init(
    batch: Int = 1, inTime: Int, inChannels: Int, taps: Int = 1, inStep: Int = 1, in0: Int = 0, rows: Int,
    outTime: Int? = nil, outChannels: Int, outStep: Int = 1, out0: Int = 0
  ) {
    shape = ck_conv_shape(
      batch: batch, in_time: inTime, in_channels: inChannels, taps: taps, in_step: inStep, in0: in0, rows: rows,
      out_time: outTime ?? rows, out_channels: outChannels, out_step: outStep, out0: out0,
      interleaved: 0)
    name = "[\(batch), \(inTime), \(inChannels)] -> [\(rows), \(outChannels)], taps \(taps), in \(in0) + \(inStep) i"
    if outStep != 1 || out0 != 0 { name += ", out \(out0) + \(outStep) i" }
  }

  /// Ordinary and odd shapes: every tile height, partial panels, strides, transposed phases, everything out of range.
  static let all: [ConvolutionCase] =
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 23, 97].map {
      ConvolutionCase(inTime: $0, inChannels: 20, taps: 5, in0: -2, rows: $0, outChannels: 33)
    }
    + [1, 2, 3, 20, 31, 32, 33, 64, 100, 160].map {
      ConvolutionCase(batch: 3, inTime: 4, inChannels: 7, taps: 3, in0: -1, rows: 4, outChannels: $0)
    }
    + [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 17, 18, 24, 25, 50].map {
      ConvolutionCase(batch: 2, inTime: $0, inChannels: 40, taps: 5, in0: -2, rows: $0, outChannels: 36)
    }
    + [1, 2, 3, 17].map {
      ConvolutionCase(batch: $0, inTime: 1, inChannels: 148, rows: 1, outChannels: 300)
    } + [
      ConvolutionCase(batch: 64, inTime: 16, inChannels: 64, taps: 5, in0: -2, rows: 16, outChannels: 64),
      ConvolutionCase(batch: 30, inTime: 4, inChannels: 48, taps: 5, in0: -2, rows: 4, outChannels: 96),
      ConvolutionCase(batch: 2, inTime: 250, inChannels: 9, taps: 4, in0: -3, rows: 250, outChannels: 40),
      ConvolutionCase(batch: 5, inTime: 16, inChannels: 33, taps: 3, inStep: 2, in0: -1, rows: 8, outChannels: 66),
      ConvolutionCase(batch: 2, inTime: 9, inChannels: 5, taps: 2, inStep: 5, in0: 1, rows: 2, outChannels: 8),
      ConvolutionCase(
        batch: 5, inTime: 8, inChannels: 33, taps: 2, in0: -1, rows: 8, outTime: 16, outChannels: 20, outStep: 2),
      ConvolutionCase(
        batch: 5, inTime: 8, inChannels: 33, taps: 2, in0: 0, rows: 8, outTime: 16, outChannels: 20, outStep: 2, out0: 1
      ),
      // No row meets the first frames, joined and tap by tap.
      ConvolutionCase(batch: 2, inTime: 3, inChannels: 4, taps: 2, in0: -9, rows: 20, outChannels: 6),
      ConvolutionCase(batch: 2, inTime: 3, inChannels: 64, taps: 2, in0: -9, rows: 7, outChannels: 40),
      // Tap by tap: two to eight frames, one to five panels, several blocks of rows, frames that are copied apart, as many
      // taps as have lists; and more than these.
      ConvolutionCase(inTime: 2, inChannels: 64, taps: 5, in0: -2, rows: 2, outChannels: 96),
      ConvolutionCase(inTime: 3, inChannels: 128, taps: 5, in0: -2, rows: 3, outChannels: 160),
      ConvolutionCase(inTime: 4, inChannels: 130, taps: 5, in0: -2, rows: 4, outChannels: 40),
      ConvolutionCase(inTime: 6, inChannels: 56, taps: 3, in0: -1, rows: 6, outChannels: 70),
      ConvolutionCase(inTime: 4, inChannels: 64, taps: 8, in0: -4, rows: 4, outChannels: 128),
      ConvolutionCase(batch: 70, inTime: 4, inChannels: 256, taps: 5, in0: -2, rows: 4, outChannels: 64),
      ConvolutionCase(batch: 3, inTime: 4, inChannels: 1024, taps: 5, in0: -2, rows: 4, outChannels: 36),
      ConvolutionCase(batch: 30, inTime: 8, inChannels: 1024, taps: 3, inStep: 2, in0: -1, rows: 4, outChannels: 33),
      ConvolutionCase(batch: 2, inTime: 4, inChannels: 2048, taps: 5, in0: -2, rows: 4, outChannels: 32),
      ConvolutionCase(batch: 2, inTime: 6, inChannels: 40, taps: 11, in0: -5, rows: 6, outChannels: 33),
      ConvolutionCase(batch: 3, inTime: 3, inChannels: 48, taps: 3, in0: -4, rows: 7, outChannels: 20),
      ConvolutionCase(batch: 70, inTime: 6, inChannels: 256, taps: 5, in0: -2, rows: 6, outChannels: 64),
      ConvolutionCase(batch: 3, inTime: 3, inChannels: 1024, taps: 5, in0: -2, rows: 3, outChannels: 36),
      // Channel by channel, where there is a kernel for that: half a tile, alone and in twos; one and two; in parts; spread apart.
      ConvolutionCase(inTime: 4, inChannels: 300, taps: 5, in0: -2, rows: 4, outChannels: 96),
      ConvolutionCase(batch: 7, inTime: 4, inChannels: 300, taps: 5, in0: -2, rows: 4, outChannels: 70),
      ConvolutionCase(batch: 50, inTime: 4, inChannels: 130, taps: 5, in0: -2, rows: 4, outChannels: 10),
      ConvolutionCase(inTime: 8, inChannels: 33, taps: 5, in0: -2, rows: 8, outChannels: 32),
      ConvolutionCase(batch: 5, inTime: 8, inChannels: 160, taps: 5, in0: -2, rows: 8, outChannels: 100),
      ConvolutionCase(batch: 3, inTime: 8, inChannels: 1024, taps: 5, in0: -2, rows: 8, outChannels: 33),
      ConvolutionCase(inTime: 16, inChannels: 32, taps: 5, in0: -2, rows: 16, outChannels: 40),
      ConvolutionCase(batch: 3, inTime: 16, inChannels: 200, taps: 5, in0: -2, rows: 16, outChannels: 70),
      ConvolutionCase(batch: 2, inTime: 16, inChannels: 1024, taps: 5, in0: -2, rows: 16, outChannels: 20),
      ConvolutionCase(batch: 2, inTime: 140, inChannels: 1024, taps: 5, in0: -2, rows: 140, outChannels: 4),
      // Rows so long that they are handled in parts, of one tap and joined; and strips of few channels.
      ConvolutionCase(batch: 7, inTime: 4, inChannels: 2048, taps: 3, in0: -1, rows: 4, outChannels: 40),
      ConvolutionCase(batch: 5, inTime: 6, inChannels: 200, taps: 9, in0: -4, rows: 6, outChannels: 33),
      ConvolutionCase(batch: 9, inTime: 4, inChannels: 400, taps: 5, in0: -2, rows: 4, outChannels: 70),
      ConvolutionCase(batch: 50, inTime: 8, inChannels: 520, taps: 5, inStep: 2, in0: -2, rows: 4, outChannels: 33),
      ConvolutionCase(batch: 40, inTime: 16, inChannels: 2, taps: 5, in0: -2, rows: 16, outChannels: 64),
      ConvolutionCase(batch: 7, inTime: 16, inChannels: 8, taps: 3, inStep: 2, in0: -1, rows: 8, outChannels: 12),
      ConvolutionCase(
        batch: 2, inTime: 16, inChannels: 1, taps: 1, in0: 3, rows: 9, outTime: 12, outChannels: 2, out0: 2),
    ]

  var depth: Int { shape.taps * shape.in_channels }
  var panels: Int { (shape.out_channels + Int(CK_PANEL) - 1) / Int(CK_PANEL) }
  var x: [Float] { randomFloats(shape.batch * shape.in_time * shape.in_channels, seed: 1) }
  var weight: [Float] { randomFloats(depth * shape.out_channels, seed: 2) }
  var bias: [Float] { randomFloats(shape.out_channels, seed: 3) }
  var outputCount: Int { shape.batch * shape.out_time * shape.out_channels }

  /// Calls `body` with each (input index, weight index, output index) of a product that counts.
  private func forEachProduct(_ body: (Int, Int, Int) -> Void) {
    let s = shape
    for b in 0..<s.batch {
      for i in 0..<s.rows {
        let y = (b * s.out_time + s.out0 + i * s.out_step) * s.out_channels
        for j in 0..<s.taps {
          let t = i * s.in_step + s.in0 + j
          if t < 0 || t >= s.in_time { continue }
          for c in 0..<s.in_channels {
            let w = (j * s.in_channels + c) * s.out_channels
            for n in 0..<s.out_channels { body((b * s.in_time + t) * s.in_channels + c, w + n, y + n) }
          }
        }
      }
    }
  }

  /// The output, NaN where the convolution writes nothing, and the sums of the magnitudes of its terms.
  func expectedOutput(x: [Float], bias: [Float]?) -> (values: [Double], magnitudes: [Double]) {
    let s = shape
    var values = [Double](repeating: .nan, count: outputCount)
    var magnitudes = [Double](repeating: 0, count: outputCount)
    for b in 0..<s.batch {
      for i in 0..<s.rows {
        let y = (b * s.out_time + s.out0 + i * s.out_step) * s.out_channels
        for n in 0..<s.out_channels {
          values[y + n] = Double(bias?[n] ?? 0)
          magnitudes[y + n] = 1
        }
      }
    }
    let weight = self.weight
    x.withUnsafeBufferPointer { x in
      weight.withUnsafeBufferPointer { w in
        values.withUnsafeMutableBufferPointer { values in
          magnitudes.withUnsafeMutableBufferPointer { magnitudes in
            forEachProduct { i, k, o in
              let product = Double(x[i]) * Double(w[k])
              values[o] += product
              magnitudes[o] += abs(product)
            }
          }
        }
      }
    }
    return (values, magnitudes)
  }

  /// The gradient of the weight for the output's gradient d, and the sums of the magnitudes of its terms.
  func expectedGradient(x: [Float], d: [Float]) -> (values: [Double], magnitudes: [Double]) {
    var values = [Double](repeating: 0, count: depth * shape.out_channels)
    var magnitudes = [Double](repeating: 1, count: values.count)
    x.withUnsafeBufferPointer { x in
      d.withUnsafeBufferPointer { d in
        values.withUnsafeMutableBufferPointer { values in
          magnitudes.withUnsafeMutableBufferPointer { magnitudes in
            forEachProduct { i, k, o in
              let product = Double(x[i]) * Double(d[o])
              values[k] += product
              magnitudes[k] += abs(product)
            }
          }
        }
      }
    }
    return (values, magnitudes)
  }

  /// The kernel's output; positions that it does not write keep `initial`.
  ///
  /// - Parameters:
  ///   - rounded: with weights that bfloat16 holds.
  ///   - bfloat16: with these weights stored so.
  func run(
    on isa: ISA, x: [Float], bias: [Float]?, initial: [Float], accumulate: Bool = false,
    panels ranges: [Range<Int>]? = nil, rounded: Bool = false, bfloat16: Bool = false
  ) -> [Float] {
    var shape = self.shape
    var y = initial
    var packed = [Float](repeating: .nan, count: ck_packed_count(depth, shape.out_channels))
    isa.run { shape.interleaved = Int(ck_interleaves(&shape)) }
    ck_pack_taps(
      shape.taps, 0, 1, shape.in_channels, shape.out_channels, weight, 0, Int32(shape.interleaved), &packed)
    var half = [UInt16](repeating: 0, count: packed.count)
    if rounded {
      ck_round_to_bfloat16(packed.count, packed, &half)
      packed = half.map { Float(bitPattern: UInt32($0) << 16) }
    }
    ck_halve_panels(packed.count, packed, &half)
    // What lies behind is another thread's.
    let size = ck_conv_scratch(&shape)
    var scratch = [Float](repeating: .nan, count: size) + [1, 2, 3, 4]
    defer { #expect(Array(scratch[size...]) == [1, 2, 3, 4], "beyond its scratch") }
    isa.run {
      for range in ranges ?? [0..<panels] {
        let (first, last, add) = (range.lowerBound, range.upperBound, Int32(accumulate ? 1 : 0))
        if bfloat16 {
          ck_conv_bfloat16(&shape, x, half, bias, &y, add, first, last, &scratch)
        } else {
          ck_conv(&shape, x, packed, bias, &y, add, first, last, &scratch)
        }
      }
    }
    return y
  }

  /// The kernel's gradient of the weight.
  func runGradient(on isa: ISA, x: [Float], d: [Float], initial: [Float], accumulate: Bool) -> [Float] {
    var shape = self.shape
    var dw = initial
    var scratch = [Float](repeating: .nan, count: ck_conv_scratch(&shape))
    isa.run { ck_conv_weight_gradient(&shape, x, d, &dw, accumulate ? 1 : 0, &scratch) }
    return dw
  }
}
