/// The header of a safetensors file: eight bytes of length, then JSON, then the tensors' bytes.
///
/// Format: https://huggingface.co/docs/safetensors. As in the reference implementation, the header is at most 100 MB,
/// and the tensors' byte ranges cover all that follows it without gap or overlap.
struct SafetensorsHeader {
  static let maximumLength = 100_000_000
  static let metadataKey = "__metadata__"

  let tensors: [TensorDescription]
  let metadata: [String: String]

  /// - Parameters:
  ///   - bytes: the JSON text.
  ///   - fileSize: of the whole file.
  init(parsing bytes: [UInt8], fileSize: Int, path: String) throws(CheckpointError) {
    let json: JSONValue
    do {
      json = try JSONValue(parsing: bytes)
    } catch {
      throw CheckpointError(.malformed, path: path, place: "header", "not JSON: \(error)")
    }
    guard let members = json.members else {
      throw CheckpointError(.malformed, path: path, place: "header", "not a JSON object")
    }
    metadata = try Self.metadata(json[Self.metadataKey], path: path)
    let dataStart = 8 + bytes.count
    var tensors: [TensorDescription] = []
    for member in members where member.name != Self.metadataKey {
      tensors.append(try Self.tensor(member, dataStart: dataStart, fileSize: fileSize, path: path))
    }
    try Self.checkCoverage(tensors, dataStart: dataStart, fileSize: fileSize, path: path)
    self.tensors = tensors.sorted { $0.name < $1.name }
  }

  private static func metadata(_ json: JSONValue?, path: String) throws(CheckpointError) -> [String: String] {
    guard let json else { return [:] }
    let place = "header: \(metadataKey)"
    guard let members = json.members else {
      throw CheckpointError(.malformed, path: path, place: place, "not a JSON object")
    }
    var metadata: [String: String] = [:]
    for member in members {
      guard let text = member.value.text else {
        throw CheckpointError(.malformed, path: path, place: place, "the value of \"\(member.name)\" is not a string")
      }
      metadata[member.name] = text
    }
    return metadata
  }

  private static func tensor(
    _ member: JSONValue.Member, dataStart: Int, fileSize: Int, path: String
  ) throws(CheckpointError) -> TensorDescription {
    let place = "tensor \"\(member.name)\""
    func malformed(_ problem: String) -> CheckpointError { .init(.malformed, path: path, place: place, problem) }

    guard member.value.members != nil else { throw malformed("its header entry is not a JSON object") }
    guard let typeName = member.value["dtype"]?.text else { throw malformed("its header entry has no dtype") }
    guard let type = TensorType(rawValue: typeName) else {
      throw malformed(
        "unknown dtype \"\(typeName)\"; known: \(TensorType.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    guard let shape = member.value["shape"]?.counts else { throw malformed("its shape is not a list of sizes") }
    guard let offsets = member.value["data_offsets"]?.counts, offsets.count == 2 else {
      throw malformed("its data_offsets are not two byte positions")
    }
    guard offsets[0] <= offsets[1] else { throw malformed("its data_offsets \(offsets) run backwards") }
    var size = type.byteCount
    for length in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow else { throw malformed("its shape \(shape) is too large") }
      size = product
    }
    guard size == offsets[1] - offsets[0] else {
      throw malformed(
        "shape \(shape) of \(typeName) takes \(size) bytes, but its data_offsets span \(offsets[1] - offsets[0])")
    }
    guard offsets[1] <= fileSize - dataStart else {
      throw CheckpointError(
        .truncated, path: path, place: place,
        "its bytes end at \(offsets[1]), but only \(fileSize - dataStart) bytes follow the header; the file is cut off")
    }
    return TensorDescription(
      name: member.name, type: type, shape: shape, bytes: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  private static func checkCoverage(
    _ tensors: [TensorDescription], dataStart: Int, fileSize: Int, path: String
  ) throws(CheckpointError) {
    var end = dataStart
    var previous = ""
    let ordered = tensors.sorted {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }
    for tensor in ordered {
      guard tensor.bytes.lowerBound >= end else {
        throw CheckpointError(
          .malformed, path: path, place: "tensor \"\(tensor.name)\"", "its bytes overlap those of \"\(previous)\"")
      }
      guard tensor.bytes.lowerBound == end else {
        throw CheckpointError(
          .malformed, path: path, place: "tensor \"\(tensor.name)\"",
          "\(tensor.bytes.lowerBound - end) bytes before it belong to no tensor")
      }
      end = tensor.bytes.upperBound
      previous = tensor.name
    }
    guard end == fileSize else {
      throw CheckpointError(.malformed, path: path, "\(fileSize - end) bytes at the end belong to no tensor")
    }
  }
}
