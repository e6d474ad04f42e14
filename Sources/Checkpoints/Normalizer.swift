/// Maps each dimension of the data to a common scale and back; fitted on training data and stored in the checkpoint.
///
///     normalised = (value − center) / scale
public struct Normalizer: Sendable, Equatable {
  /// What the training data are scaled to, in each dimension.
  public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
    /// The training data's range becomes [−1, 1].
    case limits
    /// The training data gets mean 0 and variance 1.
    case gaussian
  }

  /// How it was fitted.
  public let mode: Mode
  /// `[dimensions]`: the smallest value of the training data, in their units.
  public let minimum: [Float]
  /// `[dimensions]`: the largest value.
  public let maximum: [Float]
  /// `[dimensions]`: the middle of the range, or the mean. Where the data are constant it is their value, so that the
  /// constant maps to 0 and back.
  public let center: [Float]
  /// `[dimensions]`, positive: half of the range, or the standard deviation; 1 where the data are constant.
  public let scale: [Float]

  /// Number of dimensions.
  public var dimensions: Int { center.count }

  /// Fits rows of finite numbers.
  ///
  /// A dimension counts as constant if its range is at most a millionth of its magnitude or of 1.
  /// - Parameters:
  ///   - rows: `[count, dimensions]`, count ≥ 1.
  ///   - dimensions: at least 1.
  ///   - mode: what the data are scaled to.
  public init(fitting rows: [Float], dimensions: Int, mode: Mode = .limits) {
    precondition(
      dimensions > 0 && !rows.isEmpty && rows.count % dimensions == 0,
      "\(rows.count) numbers are not rows of \(dimensions) dimensions")
    let count = rows.count / dimensions
    var minimum = [Float](repeating: .infinity, count: dimensions)
    var maximum = [Float](repeating: -.infinity, count: dimensions)
    var center = [Float](repeating: 0, count: dimensions)
    var scale = [Float](repeating: 1, count: dimensions)
    rows.withUnsafeBufferPointer { rows in
      for dimension in 0..<dimensions {
        var low = Float.infinity
        var high = -Float.infinity
        var sum = 0.0
        for row in 0..<count {
          let value = rows[row * dimensions + dimension]
          low = min(low, value)
          high = max(high, value)
          sum += Double(value)
        }
        minimum[dimension] = low
        maximum[dimension] = high
        let isConstant = Double(high) - Double(low) <= 1e-6 * Double(max(1, abs(low), abs(high)))
        if mode == .limits || isConstant {
          center[dimension] = Float((Double(low) + Double(high)) / 2)
          if !isConstant { scale[dimension] = Float((Double(high) - Double(low)) / 2) }
        } else {
          let mean = sum / Double(count)
          var squares = 0.0
          for row in 0..<count {
            let deviation = Double(rows[row * dimensions + dimension]) - mean
            squares += deviation * deviation
          }
          center[dimension] = Float(mean)
          scale[dimension] = Float((squares / Double(count)).squareRoot())
        }
      }
    }
    self.mode = mode
    self.minimum = minimum
    self.maximum = maximum
    self.center = center
    self.scale = scale
  }

  /// Normalises rows in place.
  ///
  /// - Parameter rows: `[any number, dimensions]`, in the data's units.
  public func normalize(_ rows: UnsafeMutableBufferPointer<Float>) {
    forEachRow(rows) { row in
      center.withUnsafeBufferPointer { center in
        scale.withUnsafeBufferPointer { scale in
          for index in 0..<row.count { row[index] = (row[index] - center[index]) / scale[index] }
        }
      }
    }
  }

  /// Takes normalised rows back to the data's units, in place.
  ///
  /// - Parameters:
  ///   - rows: `[any number, dimensions]`.
  ///   - clip: keep the results within the training data's range.
  public func denormalize(_ rows: UnsafeMutableBufferPointer<Float>, clip: Bool = true) {
    forEachRow(rows) { row in
      center.withUnsafeBufferPointer { center in
        scale.withUnsafeBufferPointer { scale in
          for index in 0..<row.count { row[index] = row[index] * scale[index] + center[index] }
        }
      }
    }
    if clip { self.clip(rows) }
  }

  /// Limits rows, `[any number, dimensions]` in the data's units, to the training data's range, in place.
  public func clip(_ rows: UnsafeMutableBufferPointer<Float>) {
    forEachRow(rows) { row in
      for index in 0..<row.count { row[index] = min(max(row[index], minimum[index]), maximum[index]) }
    }
  }

  /// Normalised rows; see `normalize(_:)`.
  public func normalized(_ rows: [Float]) -> [Float] {
    var result = rows
    result.withUnsafeMutableBufferPointer { normalize($0) }
    return result
  }

  /// Rows in the data's units; see `denormalize(_:clip:)`.
  public func denormalized(_ rows: [Float], clip: Bool = true) -> [Float] {
    var result = rows
    result.withUnsafeMutableBufferPointer { denormalize($0, clip: clip) }
    return result
  }

  private func forEachRow(
    _ rows: UnsafeMutableBufferPointer<Float>, _ body: (UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    precondition(rows.count % dimensions == 0, "\(rows.count) numbers are not rows of \(dimensions) dimensions")
    for start in stride(from: 0, to: rows.count, by: dimensions) {
      body(UnsafeMutableBufferPointer(rebasing: rows[start..<start + dimensions]))
    }
  }
}

extension Normalizer: Codable {
  private enum CodingKeys: CodingKey { case mode, minimum, maximum, center, scale }

  /// - Throws: `DecodingError` for no dimensions, lists of different lengths, numbers that are not finite, scales that
  ///   are not positive, or a maximum below its minimum.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    mode = try container.decode(Mode.self, forKey: .mode)
    minimum = try container.decode([Float].self, forKey: .minimum)
    maximum = try container.decode([Float].self, forKey: .maximum)
    center = try container.decode([Float].self, forKey: .center)
    scale = try container.decode([Float].self, forKey: .scale)
    func check(_ condition: Bool, _ key: CodingKeys, _ problem: String) throws {
      guard condition else {
        throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: problem)
      }
    }
    try check(!center.isEmpty, .center, "no dimensions")
    for (key, list) in [(CodingKeys.minimum, minimum), (.maximum, maximum), (.center, center), (.scale, scale)] {
      try check(list.count == center.count, key, "\(list.count) numbers where center has \(center.count)")
      try check(list.allSatisfy(\.isFinite), key, "a number that is not finite")
    }
    try check(scale.allSatisfy { $0 > 0 }, .scale, "a scale that is not positive")
    try check(zip(minimum, maximum).allSatisfy { $0 <= $1 }, .maximum, "a maximum below its minimum")
  }
}
