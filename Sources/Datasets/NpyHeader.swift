/// The header of numpy's .npy format, versions 1 to 3
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): eight bytes of magic and version, a
/// length, and a Python dictionary such as `{'descr': '<f8', 'fortran_order': False, 'shape': (6729, 39), }`.
struct NpyHeader: Equatable {
  let type: ElementType
  let isFortranOrder: Bool
  let shape: [Int]
  /// Where the elements begin.
  let dataOffset: Int

  /// What is wrong, for the caller to place.
  struct Failure: Error {
    let kind: DatasetError.Kind
    let problem: String
  }

  /// - Parameter bytes: of the file, at least its first 64 KiB or all of it.
  init(parsing bytes: [UInt8]) throws(Failure) {
    guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw Failure(kind: .malformed, problem: "does not begin with numpy's magic bytes")
    }
    guard bytes.count >= 12 else { throw Failure(kind: .truncated, problem: "ends inside its header") }
    let version = bytes[6]
    guard (1...3).contains(version) else {
      throw Failure(kind: .unsupported, problem: "has .npy format version \(version); known are 1 to 3")
    }
    let lengthBytes = version == 1 ? 2 : 4
    let length = bytes[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = 8 + lengthBytes
    guard bytes.count - start >= length else { throw Failure(kind: .truncated, problem: "ends inside its header") }
    var literal = PythonLiteral(bytes[start..<start + length])
    guard case .dictionary(let fields)? = literal.value() else {
      throw Failure(kind: .malformed, problem: "its header is not a Python dictionary")
    }
    switch fields["descr"] {
    case .string(let text)?:
      do {
        type = try ElementType(numpy: text)
      } catch {
        throw Failure(kind: error.kind, problem: error.problem)
      }
    case .list?:
      throw Failure(kind: .unsupported, problem: "holds records with named fields; save each field as an array")
    default: throw Failure(kind: .malformed, problem: "its header gives no descr")
    }
    guard case .bool(let isFortranOrder)? = fields["fortran_order"] else {
      throw Failure(kind: .malformed, problem: "its header gives no fortran_order")
    }
    guard case .tuple(let sizes)? = fields["shape"] else {
      throw Failure(kind: .malformed, problem: "its header gives no shape")
    }
    let shape = sizes.compactMap { if case .integer(let size) = $0, size >= 0 { size } else { nil } }
    guard shape.count == sizes.count, shape.count <= 32 else {
      throw Failure(kind: .malformed, problem: "its shape is not a tuple of at most 32 sizes")
    }
    guard byteCount(shape: shape, elementSize: type.byteCount) != nil else {
      throw Failure(kind: .unsupported, problem: "its shape \(shape) takes more than \(maximumArrayBytes) bytes")
    }
    self.shape = shape
    self.isFortranOrder = isFortranOrder
    dataOffset = start + length
  }

  /// Takes the array out of a whole .npy file.
  func array(from bytes: [UInt8]) throws(Failure) -> RawArray {
    let size = shape.reduce(type.byteCount, *)
    let present = bytes.count - dataOffset
    guard present == size else {
      throw Failure(
        kind: present < size ? .truncated : .inconsistent,
        problem: "shape \(shape) of \(type.name) takes \(size) bytes, but \(present) follow the header")
    }
    let elements = Array(bytes[dataOffset...])
    return RawArray(
      shape: shape, type: type,
      bytes: isFortranOrder
        ? RawArray.reorderedFromFortran(elements, shape: shape, elementSize: type.byteCount) : elements)
  }
}
