import Autograd

// Layers are values that hold parameter handles. Calling one records operations; it never touches a number.

/// A linear layer over the channels of every frame.
public struct Linear: Sendable {
  let weight: Parameter
  let bias: Parameter

  /// Weight and bias start uniform in ±1/√input, as PyTorch's do.
  ///
  /// - Parameters:
  ///   - input: channels that it reads.
  ///   - output: channels that it gives.
  ///   - zero: start weight and bias at 0 instead, so that the layer adds nothing at first.
  ///   - layout: gets `weight` and `bias` under its current path.
  public init(_ input: Int, _ output: Int, zero: Bool = false, in layout: inout ParameterLayout) {
    let start = zero ? Initializer.zeros : .uniform(bound: 1 / Float(input).squareRoot())
    weight = layout.add("weight", [1, input, output], kind: .linear, start)
    bias = layout.add("bias", [1, 1, output], kind: .vector, start)
  }

  /// `[B, T, input]` → `[B, T, output]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.convolution(x.parameter(weight)) + x.parameter(bias)
  }
}

/// A convolution over time, PyTorch's `Conv1d`.
public struct Convolution: Sendable {
  let weight: Parameter
  let bias: Parameter
  let window: Window

  /// Weight and bias start uniform in ±1/√(input · kernel), as PyTorch's do.
  ///
  /// - Parameters:
  ///   - input: channels that it reads.
  ///   - output: channels that it gives.
  ///   - kernel: taps.
  ///   - stride: input frames from one output frame to the next.
  ///   - padding: zero frames at either end; nil: kernel / 2, rounded down, which with an odd kernel and a stride of 1
  ///     keeps the length.
  ///   - layout: gets `weight` and `bias` under its current path.
  public init(
    _ input: Int, _ output: Int, kernel: Int, stride: Int = 1, padding: Int? = nil, in layout: inout ParameterLayout
  ) {
    window = Window(stride: stride, padding: padding ?? kernel / 2)
    let start = Initializer.uniform(bound: 1 / Float(input * kernel).squareRoot())
    weight = layout.add("weight", [kernel, input, output], kind: .convolution, start)
    bias = layout.add("bias", [1, 1, output], kind: .vector, start)
  }

  /// `[B, T, input]` → `[B, (T + 2·padding − kernel)/stride + 1, output]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.convolution(x.parameter(weight), window) + x.parameter(bias)
  }
}

/// A transposed convolution over time, PyTorch's `ConvTranspose1d`.
public struct TransposedConvolution: Sendable {
  let weight: Parameter
  let bias: Parameter
  let window: Window

  /// Weight and bias start uniform in ±1/√(output · kernel), as PyTorch's do.
  ///
  /// - Parameters:
  ///   - input: channels that it reads.
  ///   - output: channels that it gives.
  ///   - kernel: taps.
  ///   - stride: output frames from one input frame to the next.
  ///   - padding: frames that are cut off at either end of the result.
  ///   - layout: gets `weight` and `bias` under its current path.
  public init(
    _ input: Int, _ output: Int, kernel: Int, stride: Int, padding: Int, in layout: inout ParameterLayout
  ) {
    window = Window(stride: stride, padding: padding)
    // PyTorch takes the fan-in from the weight's second axis, which here is the output's.
    let start = Initializer.uniform(bound: 1 / Float(output * kernel).squareRoot())
    weight = layout.add("weight", [kernel, output, input], kind: .convolution, start)
    bias = layout.add("bias", [1, 1, output], kind: .vector, start)
  }

  /// `[B, T, input]` → `[B, (T − 1)·stride − 2·padding + kernel, output]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.transposedConvolution(x.parameter(weight), window) + x.parameter(bias)
  }
}

/// Group normalisation with a scale and a shift per channel (Wu & He 2018).
public struct GroupNorm: Sendable {
  let weight: Parameter
  let bias: Parameter
  let groups: Int

  /// The scales start at 1, the shifts at 0.
  ///
  /// - Parameters:
  ///   - channels: of x.
  ///   - groups: parts of as many channels each, over which statistics run; must divide `channels`.
  ///   - layout: gets `weight` and `bias` under its current path.
  public init(_ channels: Int, groups: Int, in layout: inout ParameterLayout) {
    precondition(channels % groups == 0, "\(groups) groups do not divide \(channels) channels")
    self.groups = groups
    weight = layout.add("weight", [1, 1, channels], kind: .vector, .ones)
    bias = layout.add("bias", [1, 1, channels], kind: .vector, .zeros)
  }

  /// `[B, T, channels]` → the same shape, statistics over the frames where `mask` `[B, T, 1]` is 1 (nil: all), for each
  /// sample on its own. Frames where the mask is 0 get the shift.
  public func callAsFunction(_ x: Tensor, mask: Tensor? = nil) -> Tensor {
    x.normalize(groups: groups, mask: mask) * x.parameter(weight) + x.parameter(bias)
  }
}
