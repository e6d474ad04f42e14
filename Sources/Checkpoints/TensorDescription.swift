/// One tensor of a safetensors file, as its header describes it.
public struct TensorDescription: Sendable, Equatable {
  /// Unique in its file.
  public let name: String
  /// The type of its elements in the file.
  public let type: TensorType
  /// Row-major; empty for a scalar.
  public let shape: [Int]
  /// Where its bytes lie, from the start of the file.
  public let bytes: Range<Int>

  /// Number of elements.
  public var count: Int { bytes.count / type.byteCount }
}
