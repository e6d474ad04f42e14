import CKernels
import Foundation
import Support

/// Collects tensors and strings, and writes them as one safetensors file.
///
/// Equal content gives equal bytes: tensors are ordered by type (wide first, so that all stay aligned) and name,
/// metadata by key, and the header is padded to a multiple of eight bytes.
public struct SafetensorsWriter {
  /// How floating-point numbers are stored.
  public enum Precision: Sendable {
    case float32
    /// Half precision, rounded to the nearest value, ties to even; beyond ±65504 they become infinite.
    case float16
    /// The upper halves of floats, rounded to the nearest value, ties to even.
    case bfloat16

    var type: TensorType {
      switch self {
      case .float32: .float32
      case .float16: .float16
      case .bfloat16: .bfloat16
      }
    }
  }

  /// Strings stored under `__metadata__`.
  public var metadata: [String: String] = [:]
  private var entries: [String: Entry] = [:]

  private enum Content {
    case floats([Float])
    case borrowedFloats(UnsafeBufferPointer<Float>)
    case integers([Int64])
    case bytes([UInt8])
  }

  private struct Entry {
    let name: String
    let type: TensorType
    let shape: [Int]
    let content: Content
    var byteCount: Int { shape.reduce(type.byteCount, *) }
  }

  /// Nothing to write yet.
  public init() {}

  /// Adds a tensor of floating-point numbers.
  ///
  /// - Parameters:
  ///   - name: new, and not `__metadata__`; a precondition of all `add`s.
  ///   - shape: row-major; empty for a scalar. Its product is the number of elements: another precondition of all.
  public mutating func add(_ name: String, shape: [Int], _ values: [Float], as precision: Precision = .float32) {
    insert(name, precision.type, shape, .floats(values), count: values.count)
  }

  /// Adds a tensor without copying it: the memory must stay as it is until `write(to:)` has returned.
  public mutating func add(
    _ name: String, shape: [Int], borrowing values: UnsafeBufferPointer<Float>, as precision: Precision = .float32
  ) {
    insert(name, precision.type, shape, .borrowedFloats(values), count: values.count)
  }

  /// Adds a tensor of I64 integers.
  public mutating func add(_ name: String, shape: [Int], integers: [Int64]) {
    insert(name, .int64, shape, .integers(integers), count: integers.count)
  }

  /// Adds a tensor of U8 integers.
  public mutating func add(_ name: String, shape: [Int], bytes: [UInt8]) {
    insert(name, .uint8, shape, .bytes(bytes), count: bytes.count)
  }

  private mutating func insert(_ name: String, _ type: TensorType, _ shape: [Int], _ content: Content, count: Int) {
    precondition(name != SafetensorsHeader.metadataKey, "\"\(name)\" cannot be a tensor's name")
    precondition(entries[name] == nil, "two tensors are named \"\(name)\"")
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == count,
      "tensor \"\(name)\" has \(count) elements, but its shape is \(shape)")
    entries[name] = Entry(name: name, type: type, shape: shape, content: content)
  }

  /// Writes the file, atomically and durably (see `AtomicFile`): at any moment the old file is there or the new one.
  ///
  /// - Throws: `CheckpointError` of the kind `file`, also for names and metadata beyond the format's 100 MB of header.
  public func write(to url: URL) throws(CheckpointError) {
    let ordered = entries.values.sorted { ($1.type.rank, $0.name) < ($0.type.rank, $1.name) }
    let header = Self.header(ordered, metadata)
    guard header.count - 8 <= SafetensorsHeader.maximumLength else {
      throw CheckpointError(
        .file, path: url.path, place: "header", "names and metadata take \(header.count) bytes; too long")
    }
    do {
      try AtomicFile.write(url) { (file) throws(FileError) in
        try file.write(header)
        for entry in ordered { try Self.write(entry, to: file) }
      }
    } catch {
      throw CheckpointError(error)
    }
  }

  /// The eight bytes of length and the JSON text.
  private static func header(_ entries: [Entry], _ metadata: [String: String]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let strings = metadata.sorted { $0.key < $1.key }.map {
        "\(JSONValue.quoted($0.key)):\(JSONValue.quoted($0.value))"
      }
      members.append("\"\(SafetensorsHeader.metadataKey)\":{\(strings.joined(separator: ","))}")
    }
    var offset = 0
    for entry in entries {
      let end = offset + entry.byteCount
      let shape = entry.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(JSONValue.quoted(entry.name)):{\"dtype\":\"\(entry.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    text.append(contentsOf: repeatElement(0x20, count: (8 - text.count % 8) % 8))
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> ($0 * 8)) } + text
  }

  private static func write(_ entry: Entry, to file: borrowing AtomicFile) throws(FileError) {
    switch entry.content {
    case .floats(let values):
      try values.withUnsafeBufferPointer { (buffer) throws(FileError) in
        try write(buffer, as: entry.type, to: file)
      }
    case .borrowedFloats(let buffer): try write(buffer, as: entry.type, to: file)
    case .integers(let values): try file.write(values)
    case .bytes(let values): try file.write(values)
    }
  }

  private static func write(
    _ values: UnsafeBufferPointer<Float>, as type: TensorType, to file: borrowing AtomicFile
  ) throws(FileError) {
    guard type != .float32 else { return try file.write(UnsafeRawBufferPointer(values)) }
    let piece = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: min(65_536, values.count))
    defer { piece.deallocate() }
    var start = 0
    while start < values.count {
      let count = min(piece.count, values.count - start)
      if type == .bfloat16 {
        ck_round_to_bfloat16(count, values.baseAddress! + start, piece.baseAddress!)
      } else {
        for index in 0..<count { piece[index] = Float16(values[start + index]).bitPattern }
      }
      try file.write(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: piece[..<count])))
      start += count
    }
  }
}
