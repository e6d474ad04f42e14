import Foundation
import Support

/// A safetensors file, open for reading: the header is read and checked at once, each tensor when it is asked for.
///
/// The file is read, never mapped, so that a file cut short by someone else is an error and not a signal.
public final class SafetensorsFile: Sendable {
  /// As it was opened.
  public let path: String
  /// In the order of their names.
  public let tensors: [TensorDescription]
  /// The strings under `__metadata__`.
  public let metadata: [String: String]
  private let file: InputFile

  /// Opens a file and checks its whole header against its size.
  ///
  /// - Throws: `CheckpointError` of the kinds `file`, `truncated` and `malformed`.
  public init(_ url: URL) throws(CheckpointError) {
    let file = try InputFile(url.path)
    guard file.size >= 8 else {
      throw CheckpointError(
        .truncated, path: file.path, place: "header",
        "the file has \(file.size) bytes; a safetensors file has at least 8")
    }
    let prefix = try file.bytes(at: 0, count: 8, place: "header")
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= SafetensorsHeader.maximumLength else {
      throw CheckpointError(
        .malformed, path: file.path, place: "header",
        "its length field says \(length) bytes, above the limit of \(SafetensorsHeader.maximumLength); "
          + "not a safetensors file"
      )
    }
    guard Int(length) <= file.size - 8 else {
      throw CheckpointError(
        .truncated, path: file.path, place: "header",
        "its length field says \(length) bytes, but only \(file.size - 8) follow; the file is cut off")
    }
    let text = try file.bytes(at: 8, count: Int(length), place: "header")
    let header = try SafetensorsHeader(parsing: text, fileSize: file.size, path: file.path)
    self.file = file
    path = file.path
    tensors = header.tensors
    metadata = header.metadata
  }

  /// Whether there is a tensor of that name.
  public func contains(_ name: String) -> Bool { index(of: name) != nil }

  /// The description of a tensor.
  ///
  /// - Throws: `CheckpointError` of the kind `missing` if there is none of that name, with the nearest name there is.
  public func tensor(_ name: String) throws(CheckpointError) -> TensorDescription {
    guard let index = index(of: name) else {
      let nearest = name.nearest(among: tensors.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
      throw CheckpointError(
        .missing, path: path, place: "tensor \"\(name)\"", "there is none among the \(tensors.count) tensors\(nearest)")
    }
    return tensors[index]
  }

  private func index(of name: String) -> Int? {
    var range = tensors.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if tensors[middle].name == name { return middle }
      range = tensors[middle].name < name ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }

  /// Reads a tensor of F32, F16, BF16 or F64 elements (the last rounded to nearest) into a buffer.
  ///
  /// - Parameters:
  ///   - shape: what the tensor's shape must be; nil accepts any.
  ///   - buffer: of as many elements as the tensor has, which the caller knows from `tensor(_:)` or `shape`; a
  ///     precondition.
  /// - Throws: `CheckpointError` of the kinds `missing`, `mismatched` (another shape or type), `truncated` and `file`.
  public func read(
    _ name: String, shape: [Int]? = nil, into buffer: UnsafeMutableBufferPointer<Float>
  ) throws(CheckpointError) {
    let tensor = try tensor(name, shape: shape)
    precondition(
      buffer.count == tensor.count, "a buffer of \(buffer.count) elements for tensor \"\(name)\" of \(tensor.count)")
    switch tensor.type {
    case .float32:
      try file.read(at: tensor.bytes.lowerBound, into: UnsafeMutableRawBufferPointer(buffer), place: place(name))
    case .float16:
      try convert(tensor, UInt16.self, into: buffer) { Float(Float16(bitPattern: UInt16(littleEndian: $0))) }
    case .bfloat16:
      try convert(tensor, UInt16.self, into: buffer) { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
    case .float64:
      try convert(tensor, UInt64.self, into: buffer) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
    default:
      throw CheckpointError(
        .mismatched, path: path, place: place(name), "it holds \(tensor.type.rawValue), not floating-point numbers")
    }
  }

  /// A tensor's elements, row-major; see `read(_:shape:into:)`.
  public func floats(_ name: String, shape: [Int]? = nil) throws(CheckpointError) -> [Float] {
    var result = [Float](repeating: 0, count: try tensor(name, shape: shape).count)
    try result.withUnsafeMutableBufferPointer { (buffer) throws(CheckpointError) in
      try read(name, shape: shape, into: buffer)
    }
    return result
  }

  /// The elements, row-major, of a tensor of integers (any type but U64) or of BOOL (0 or 1).
  ///
  /// - Parameter shape: what the tensor's shape must be; nil accepts any.
  /// - Throws: as `read(_:shape:into:)`.
  public func integers(_ name: String, shape: [Int]? = nil) throws(CheckpointError) -> [Int64] {
    let tensor = try tensor(name, shape: shape)
    var result = [Int64](repeating: 0, count: tensor.count)
    try result.withUnsafeMutableBufferPointer { (buffer) throws(CheckpointError) in
      switch tensor.type {
      case .boolean, .uint8: try convert(tensor, UInt8.self, into: buffer) { Int64($0) }
      case .int8: try convert(tensor, Int8.self, into: buffer) { Int64($0) }
      case .int16: try convert(tensor, Int16.self, into: buffer) { Int64(Int16(littleEndian: $0)) }
      case .uint16: try convert(tensor, UInt16.self, into: buffer) { Int64(UInt16(littleEndian: $0)) }
      case .int32: try convert(tensor, Int32.self, into: buffer) { Int64(Int32(littleEndian: $0)) }
      case .uint32: try convert(tensor, UInt32.self, into: buffer) { Int64(UInt32(littleEndian: $0)) }
      case .int64: try convert(tensor, Int64.self, into: buffer) { Int64(littleEndian: $0) }
      default:
        throw CheckpointError(
          .mismatched, path: path, place: place(name), "it holds \(tensor.type.rawValue), not integers of up to 63 bits"
        )
      }
    }
    return result
  }

  /// A tensor's bytes as they are in the file, of any type, little-endian.
  ///
  /// - Throws: `CheckpointError` of the kinds `missing`, `truncated` and `file`.
  public func bytes(_ name: String) throws(CheckpointError) -> [UInt8] {
    let tensor = try tensor(name)
    return try file.bytes(at: tensor.bytes.lowerBound, count: tensor.bytes.count, place: place(name))
  }

  private func place(_ name: String) -> String { "tensor \"\(name)\"" }

  private func tensor(_ name: String, shape: [Int]?) throws(CheckpointError) -> TensorDescription {
    let tensor = try tensor(name)
    if let shape, shape != tensor.shape {
      throw CheckpointError(
        .mismatched, path: path, place: place(name), "its shape is \(tensor.shape), expected \(shape)")
    }
    return tensor
  }

  /// Reads elements in pieces that stay in the cache, and converts each.
  private func convert<Stored: FixedWidthInteger & BitwiseCopyable, Element>(
    _ tensor: TensorDescription, _ type: Stored.Type, into target: UnsafeMutableBufferPointer<Element>,
    _ body: (Stored) -> Element
  ) throws(CheckpointError) {
    let capacity = min(65_536, tensor.count)
    let piece = UnsafeMutableBufferPointer<Stored>.allocate(capacity: capacity)
    defer { piece.deallocate() }
    var start = 0
    while start < tensor.count {
      let count = min(capacity, tensor.count - start)
      try file.read(
        at: tensor.bytes.lowerBound + start * MemoryLayout<Stored>.stride,
        into: UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(piece)[..<(count * MemoryLayout<Stored>.stride)]),
        place: place(tensor.name))
      for index in 0..<count { target[start + index] = body(piece[index]) }
      start += count
    }
  }
}
