import Checkpoints
import Foundation
import TestSupport
import Testing

/// Every way a file can be broken has an error that names the file, the place and the fault; nothing traps.
struct CorruptFileTests {
  struct Corruption: Sendable, CustomTestStringConvertible {
    var kind: CheckpointError.Kind
    var place: String?
    var problem: String
    var bytes: [UInt8]
    var testDescription: String { problem }

    init(_ kind: CheckpointError.Kind, _ place: String?, _ problem: String, header: String, data: Int = 0) {
      self.init(kind, place, problem, bytes: CorruptFileTests.file(header, data: data))
    }

    init(_ kind: CheckpointError.Kind, _ place: String?, _ problem: String, bytes: [UInt8]) {
      self.kind = kind
      self.place = place
      self.problem = problem
      self.bytes = bytes
    }
  }

  static func file(_ header: String, length: UInt64? = nil, data: Int = 0) -> [UInt8] {
    let length = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + Array(header.utf8)
      + [UInt8](repeating: 1, count: data)
  }

  static func entry(_ name: String, _ dtype: String, _ shape: String, _ offsets: String) -> String {
    #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  static let corruptions: [Corruption] = [
    .init(.truncated, "header", "the file has 0 bytes; a safetensors file has at least 8", bytes: []),
    .init(
      .truncated, "header", "the file has 7 bytes; a safetensors file has at least 8", bytes: [1, 0, 0, 0, 0, 0, 0]),
    .init(
      .malformed, "header",
      "its length field says 18446744073709551615 bytes, above the limit of 100000000; not a safetensors file",
      bytes: [UInt8](repeating: 255, count: 20)),
    .init(
      .truncated, "header", "its length field says 1000 bytes, but only 2 follow; the file is cut off",
      bytes: file("{}", length: 1000)),
    .init(.malformed, "header", "not JSON: byte 0: the text ends where a value should be", header: ""),
    .init(.malformed, "header", "not JSON: byte 0: expected a value", header: "PK\u{3}\u{4}"),
    .init(.malformed, "header", "not a JSON object", header: "[1]"),
    .init(.malformed, "header", "not JSON: byte 1: expected a name in quotes", header: "{1:2}"),
    .init(.malformed, "header", "not JSON: byte 2: unexpected text after the value", header: "{}{}"),
    .init(
      .malformed, "header", "not JSON: byte 64: more than 64 levels of nesting",
      header: String(repeating: "[", count: 99_999)),
    .init(
      .malformed, "header", #"not JSON: byte 53: the name "a" occurs twice"#,
      header: "{\(entry("a", "U8", "[1]", "[0,1]")),\(entry("a", "U8", "[1]", "[1,2]"))}", data: 2),
    .init(.malformed, "header: __metadata__", "not a JSON object", header: #"{"__metadata__":3}"#),
    .init(
      .malformed, "header: __metadata__", #"the value of "step" is not a string"#,
      header: #"{"__metadata__":{"step":3}}"#),
    .init(.malformed, #"tensor "a""#, "its header entry is not a JSON object", header: #"{"a":1}"#),
    .init(.malformed, #"tensor "a""#, "its header entry has no dtype", header: #"{"a":{}}"#),
    .init(
      .malformed, #"tensor "a""#, "its shape is not a list of sizes",
      header: "{\(entry("a", "F32", "[-1]", "[0,4]"))}", data: 4),
    .init(
      .malformed, #"tensor "a""#, "its data_offsets are not two byte positions",
      header: "{\(entry("a", "F32", "[1]", "[0,4,8]"))}", data: 4),
    .init(
      .malformed, #"tensor "a""#, "its data_offsets [4, 0] run backwards",
      header: "{\(entry("a", "F32", "[1]", "[4,0]"))}", data: 4),
    .init(
      .malformed, #"tensor "a""#, "its shape [4294967296, 4294967296] is too large",
      header: "{\(entry("a", "F32", "[4294967296,4294967296]", "[0,4]"))}", data: 4),
    .init(
      .malformed, #"tensor "a""#, "shape [3] of F32 takes 12 bytes, but its data_offsets span 8",
      header: "{\(entry("a", "F32", "[3]", "[0,8]"))}", data: 8),
    .init(
      .truncated, #"tensor "b""#, "its bytes end at 8, but only 7 bytes follow the header; the file is cut off",
      header: "{\(entry("a", "F32", "[1]", "[0,4]")),\(entry("b", "F32", "[1]", "[4,8]"))}", data: 7),
    .init(
      .malformed, #"tensor "b""#, #"its bytes overlap those of "a""#,
      header: "{\(entry("a", "F32", "[2]", "[0,8]")),\(entry("b", "F32", "[1]", "[4,8]"))}", data: 8),
    .init(
      .malformed, #"tensor "b""#, "4 bytes before it belong to no tensor",
      header: "{\(entry("a", "F32", "[1]", "[0,4]")),\(entry("b", "F32", "[1]", "[8,12]"))}", data: 12),
    .init(
      .malformed, nil, "3 bytes at the end belong to no tensor",
      header: "{\(entry("a", "F32", "[1]", "[0,4]"))}", data: 7),
    .init(
      .malformed, #"tensor "a""#,
      "unknown dtype \"F33\"; known: BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64",
      header: "{\(entry("a", "F33", "[1]", "[0,4]"))}", data: 4),
  ]

  @Test(arguments: corruptions) func isNamedWithPathAndPlace(_ corruption: Corruption) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      try Data(corruption.bytes).write(to: url)
      #expect(
        throws: CheckpointError(corruption.kind, path: url.path, place: corruption.place, corruption.problem)
      ) { try SafetensorsFile(url) }
    }
  }

  @Test func aMissingFileAndAFolderAreNamed() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      #expect(throws: CheckpointError(.file, path: url.path, "cannot be opened: No such file or directory")) {
        try SafetensorsFile(url)
      }
      #expect(throws: CheckpointError(.file, path: folder.path, "is not a regular file")) {
        try SafetensorsFile(folder)
      }
    }
  }

  @Test func aFileCutShortAfterOpeningIsAnErrorNotASignal() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      var writer = SafetensorsWriter()
      writer.add("x", shape: [100_000], [Float](repeating: 1, count: 100_000))
      try writer.write(to: url)
      let file = try SafetensorsFile(url)
      #expect(truncate(url.path, 5_000) == 0)
      #expect(
        throws: CheckpointError(
          .truncated, path: url.path, place: "tensor \"x\"", "the file ends at byte 5000; it is cut off")
      ) { try file.floats("x") }
    }
  }

  @Test func noPrefixOfAFileIsReadable() throws {
    let whole = try [UInt8](Data(contentsOf: fixture("sorted.safetensors")))
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      for length in 0..<whole.count {
        try Data(whole[..<length]).write(to: url)
        #expect(throws: CheckpointError.self, "\(length) bytes") { try SafetensorsFile(url) }
      }
    }
  }

  /// Whatever single byte is flipped, reading ends in content or in an error.
  @Test func flippedBytesNeverTrap() throws {
    let whole = try [UInt8](Data(contentsOf: fixture("reference.safetensors")))
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      for position in 0..<whole.count {
        for mask in [0x01, 0x80, 0xFF] as [UInt8] {
          var bytes = whole
          bytes[position] ^= mask
          try Data(bytes).write(to: url)
          guard let file = try? SafetensorsFile(url) else { continue }
          for tensor in file.tensors {
            _ = try? file.floats(tensor.name)
            _ = try? file.integers(tensor.name)
          }
        }
      }
    }
  }
}
