import Checkpoints

/// An array's `.zarray` text, Zarr version 2 (https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html).
struct ZarrMetadata: Sendable, Equatable {
  enum Compressor: Sendable, Equatable { case none, blosc }

  let shape: [Int]
  let chunks: [Int]
  let type: ElementType
  let compressor: Compressor
  let isFortranOrder: Bool
  /// One element's bytes; nil if absent chunks have no defined value.
  let fill: [UInt8]?
  /// Between the numbers of a chunk's name.
  let separator: String

  /// Bytes of one unpacked chunk; chunks at the border are stored whole.
  var chunkBytes: Int { chunks.reduce(type.byteCount, *) }
  /// Number of chunks along each axis.
  var grid: [Int] { zip(shape, chunks).map { ($0 + $1 - 1) / $1 } }

  /// - Parameters:
  ///   - path: of the store, for messages.
  ///   - place: of the text, for messages.
  init(parsing bytes: [UInt8], path: String, place: String) throws(DatasetError) {
    func failure(_ kind: DatasetError.Kind, _ problem: String) -> DatasetError {
      DatasetError(kind, path: path, place: place, problem)
    }
    let json = try JSONValue(parsing: bytes, path: path, place: place)
    guard json["zarr_format"] == .integer(2) else { throw failure(.unsupported, "zarr_format is not 2") }
    guard let shape = json["shape"]?.counts, shape.count <= 32 else {
      throw failure(.malformed, "shape is not a list of at most 32 sizes")
    }
    guard let chunks = json["chunks"]?.counts, chunks.count == shape.count, chunks.allSatisfy({ $0 >= 1 }) else {
      throw failure(.malformed, "chunks is not a list of \(shape.count) positive sizes, one per axis of the shape")
    }
    guard let dtype = json["dtype"]?.text else {
      throw failure(.unsupported, "dtype is not a single type; records cannot be read")
    }
    do {
      type = try ElementType(numpy: dtype)
    } catch {
      throw failure(error.kind, error.problem)
    }
    guard byteCount(shape: shape, elementSize: type.byteCount) != nil else {
      throw failure(.unsupported, "the shape \(shape) of \(dtype) takes more than \(maximumArrayBytes) bytes")
    }
    guard let chunkBytes = byteCount(shape: chunks, elementSize: type.byteCount), chunkBytes < Int(Int32.max) - 64
    else {
      throw failure(.unsupported, "a chunk of shape \(chunks) takes more than 2 GiB")
    }
    guard zip(shape, chunks).allSatisfy({ $0 <= Int.max - $1 }),
      byteCount(shape: zip(shape, chunks).map { ($0 + $1 - 1) / $1 }, elementSize: 1).map({ $0 <= 1 << 20 }) == true
    else { throw failure(.unsupported, "the shape \(shape) in chunks of \(chunks) makes more than \(1 << 20) chunks") }
    switch json["order"]?.text {
    case "C": isFortranOrder = false
    case "F": isFortranOrder = true
    default: throw failure(.malformed, "order is neither \"C\" nor \"F\"")
    }
    guard json["filters"] ?? .null == .null || json["filters"]?.elements?.isEmpty == true else {
      let names = json["filters"]?.elements?.compactMap { $0["id"]?.text } ?? []
      throw failure(.unsupported, "filters (\(names.joined(separator: ", "))) are not supported; store it without")
    }
    compressor = try Self.compressor(json["compressor"] ?? .null, failure: failure)
    fill = try Self.fill(json["fill_value"] ?? .null, type: type, failure: failure)
    guard let separator = (json["dimension_separator"] ?? .string(".")).text, separator == "." || separator == "/"
    else {
      throw failure(.malformed, "dimension_separator is neither \".\" nor \"/\"")
    }
    self.shape = shape
    self.chunks = chunks
    self.separator = separator
  }

  private static func compressor(
    _ json: JSONValue, failure: (DatasetError.Kind, String) -> DatasetError
  ) throws(DatasetError) -> Compressor {
    if json == .null { return .none }
    guard let name = json["id"]?.text else { throw failure(.malformed, "compressor has no id") }
    guard name == "blosc" else {
      throw failure(
        .unsupported, "the compressor \"\(name)\" is not supported; supported: blosc (any inner codec) and none")
    }
    return .blosc
  }

  private static func fill(
    _ json: JSONValue, type: ElementType, failure: (DatasetError.Kind, String) -> DatasetError
  ) throws(DatasetError) -> [UInt8]? {
    let value: Double
    switch json {
    case .null: return nil
    case .bool(let bool): value = bool ? 1 : 0
    case .string("NaN"): value = .nan
    case .string("Infinity"): value = .infinity
    case .string("-Infinity"): value = -.infinity
    default:
      guard let number = json.double else { throw failure(.malformed, "fill_value is not a number") }
      value = number
    }
    guard let bytes = type.bytes(of: value) else {
      throw failure(.malformed, "fill_value \(value) does not fit the type \(type.name)")
    }
    return bytes
  }
}
