/// How a parameter is laid out in a checkpoint. In memory every parameter has rank 3; on disk it has PyTorch's shape.
public enum ParameterKind: String, Sendable, Hashable, Codable {
  /// `[1, 1, channels]` in memory, `[channels]` on disk.
  case vector
  /// `[1, in, out]` in memory, `[out, in]` on disk.
  case linear
  /// `[taps, in, out]` in memory, `[out, in, taps]` on disk. A transposed convolution is the adjoint of a convolution,
  /// so the same reversal of axes gives PyTorch's `[in, out, taps]` for it.
  case convolution
}

/// A named slice of one flat buffer: where it starts and its shape, never its values.
public struct Parameter: Sendable, Hashable {
  /// First element in the flat buffer.
  public let offset: Int
  /// Shape in memory, always of rank 3: `[1, 1, C]`, `[1, in, out]` or `[taps, in, out]`.
  public let shape: [Int]
  /// Decides the shape on disk.
  public let kind: ParameterKind

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Elements of the flat buffer that belong to this parameter.
  public var range: Range<Int> { offset..<offset + count }

  /// PyTorch's shape for it: `[C]`, `[out, in]` or `[out, in, taps]`.
  public var diskShape: [Int] {
    switch kind {
    case .vector: [shape[2]]
    case .linear: [shape[2], shape[1]]
    case .convolution: [shape[2], shape[1], shape[0]]
    }
  }
}

/// How a parameter's values start.
public enum Initializer: Sendable, Hashable {
  /// All 0, or all 1.
  case zeros, ones
  /// Uniform in ±bound; PyTorch's default for linear and convolution layers is 1/√fanIn.
  case uniform(bound: Float)
  /// Normal with mean 0.
  case normal(standardDeviation: Float)
}

/// Hands out `Parameter` handles into one flat buffer. Optimiser, EMA, clipping and checkpoints are loops over such
/// buffers; no reflection is needed to find the parameters of a network.
public struct ParameterLayout: Sendable {
  /// A parameter with its dotted path and initial distribution.
  public struct Entry: Sendable {
    /// Dotted path, such as `down.0.block1.conv1.weight`.
    public let name: String
    /// Where its values lie.
    public let parameter: Parameter
    /// How its values start.
    public let initializer: Initializer
  }

  /// In the order in which they were added, which is that of the flat buffer.
  public private(set) var entries: [Entry] = []
  /// Floats in the flat buffer.
  public private(set) var count = 0
  private var path: [String] = []

  /// A layout without parameters.
  public init() {}

  /// Runs `body` with `name` appended to the path of every parameter that it adds.
  public mutating func scope<Result>(_ name: String, _ body: (inout Self) -> Result) -> Result {
    path.append(name)
    defer { path.removeLast() }
    return body(&self)
  }

  /// Adds a parameter under the current path, behind those added before.
  ///
  /// - Parameter shape: in memory, `[1, 1, C]`, `[1, in, out]` or `[taps, in, out]` (see `ParameterKind`).
  /// - Precondition: the full name is new, and the shape has three positive sizes.
  public mutating func add(
    _ name: String, _ shape: [Int], kind: ParameterKind, _ initializer: Initializer
  ) -> Parameter {
    precondition(shape.count == 3 && shape.allSatisfy { $0 > 0 }, "\(name): shape \(shape) is not three positive sizes")
    let fullName = (path + [name]).joined(separator: ".")
    precondition(!entries.contains { $0.name == fullName }, "two parameters are named \(fullName)")
    let parameter = Parameter(offset: count, shape: shape, kind: kind)
    entries.append(Entry(name: fullName, parameter: parameter, initializer: initializer))
    count += parameter.count
    return parameter
  }

  /// A new buffer filled from the initializers. A parameter's values depend on `seed`, its place in `entries`, its
  /// element count and its initializer only.
  public func initialize(seed: UInt64) -> ParameterBuffer {
    let buffer = ParameterBuffer(count: count)
    for (index, entry) in entries.enumerated() {
      var random = Philox(seed: seed, step: 0, sample: UInt32(index), stream: .initialization)
      for i in entry.parameter.range {
        buffer[i] =
          switch entry.initializer {
          case .zeros: 0
          case .ones: 1
          case .uniform(let bound): bound * Float(2 * random.uniform() - 1)
          case .normal(let deviation): deviation * Float(random.normal())
          }
      }
    }
    return buffer
  }
}

extension ParameterLayout {
  /// A new buffer with the values that another one has under the same names, and the initializers' for the rest.
  ///
  /// - Precondition: parameters of the same name have the same shape.
  public func initialize(seed: UInt64, adopting other: ParameterBuffer, of layout: ParameterLayout) -> ParameterBuffer {
    let buffer = initialize(seed: seed)
    let known = Dictionary(uniqueKeysWithValues: layout.entries.map { ($0.name, $0.parameter) })
    for entry in entries {
      guard let source = known[entry.name] else { continue }
      precondition(
        source.shape == entry.parameter.shape, "\(entry.name) is \(source.shape), not \(entry.parameter.shape)")
      (buffer.pointer + entry.parameter.offset).update(from: other.pointer + source.offset, count: source.count)
    }
    return buffer
  }
}

/// One flat, 64-byte aligned buffer of floats, laid out by a `ParameterLayout`: weights, gradients, moments or EMA.
///
/// The class owns the memory and does no synchronisation: whoever shares it between threads keeps their writes apart.
public final class ParameterBuffer: @unchecked Sendable {
  /// The first element; valid as long as the buffer lives.
  public let pointer: UnsafeMutablePointer<Float>
  /// Number of floats.
  public let count: Int

  /// A buffer of `count` zeros.
  public init(count: Int) {
    self.count = count
    pointer = allocateFloats(count)
  }

  /// A copy of `other`.
  public convenience init(copying other: ParameterBuffer) {
    self.init(count: other.count)
    pointer.update(from: other.pointer, count: count)
  }

  deinit { freeFloats(pointer, count) }

  /// All elements; valid as long as the buffer lives.
  public var values: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: pointer, count: count) }

  /// One element, its index checked.
  public subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "element \(index) of a buffer of \(count)")
      return pointer[index]
    }
    set {
      precondition(index >= 0 && index < count, "element \(index) of a buffer of \(count)")
      pointer[index] = newValue
    }
  }

  /// Copies a parameter's values in the on-disk order (axes reversed, see `ParameterKind`) into `destination`.
  ///
  /// - Precondition: `destination` has as many elements as the parameter, which lies in this buffer's layout.
  public func writeDiskOrder(of parameter: Parameter, into destination: UnsafeMutableBufferPointer<Float>) {
    precondition(destination.count == parameter.count, "\(destination.count) floats for \(parameter.shape)")
    forEachDiskIndex(parameter) { disk, memory in destination[disk] = pointer[memory] }
  }

  /// Fills a parameter from values in the on-disk order.
  ///
  /// - Precondition: `source` has as many elements as the parameter, which lies in this buffer's layout.
  public func readDiskOrder(of parameter: Parameter, from source: UnsafeBufferPointer<Float>) {
    precondition(source.count == parameter.count, "\(source.count) floats for \(parameter.shape)")
    forEachDiskIndex(parameter) { disk, memory in pointer[memory] = source[disk] }
  }

  private func forEachDiskIndex(_ parameter: Parameter, _ body: (_ disk: Int, _ memory: Int) -> Void) {
    let (taps, rows, columns) = (parameter.shape[0], parameter.shape[1], parameter.shape[2])
    for tap in 0..<taps {
      for row in 0..<rows {
        for column in 0..<columns {
          body((column * rows + row) * taps + tap, parameter.offset + (tap * rows + row) * columns + column)
        }
      }
    }
  }
}

/// Which buffer a parameter's values come from: the same layout can be bound to several buffers in one graph.
public enum Bank: String, Sendable, Hashable, CaseIterable {
  /// The network being trained, or the only one.
  case online
  /// A slowly moving average of it (the target of consistency distillation).
  case target
  /// A frozen network whose ODE a student follows.
  case teacher
  /// The frozen weights below adapters: see `LowRankAdapter`.
  case base
}
