import Datasets
import Foundation
import TestSupport
import Testing

/// Every kind of bad input has an error that names the path, the place and the fault.
struct BadDataTests {
  struct Damage: Sendable, CustomTestStringConvertible {
    var kind: DatasetError.Kind
    var message: String
    var testDescription: String { message }
    var apply: @Sendable (Recording) throws -> Void

    init(_ kind: DatasetError.Kind, _ message: String, _ apply: @escaping @Sendable (Recording) throws -> Void) {
      self.kind = kind
      self.message = message
      self.apply = apply
    }

    /// A changed text in the description of the column `action`.
    init(_ kind: DatasetError.Kind, _ message: String, replacing old: String, with new: String) {
      self.init(kind, "data/action/.zarray: \(message)") { try $0.replace(old, with: new, in: "data/action/.zarray") }
    }
  }

  static let chunk = "data/action/3.0"

  static let damages: [Damage] = [
    .init(.malformed, ".zgroup: not JSON: byte 0: the text ends where a value should be") {
      try $0.write([], to: ".zgroup")
    },
    .init(.unsupported, ".zgroup: zarr_format is not 2") { try $0.replace("2", with: "3", in: ".zgroup") },
    .init(.malformed, "not JSON: byte 1: expected a name in quotes", replacing: "\"chunks\"", with: "chunks"),
    .init(
      .malformed, "not JSON: byte 20: the name \"chunks\" occurs twice", replacing: "\"compressor\"", with: "\"chunks\""
    ),
    .init(.malformed, "has the unknown dtype \"<x4\"", replacing: "<f4", with: "<x4"),
    .init(
      .unsupported, "has the unsupported dtype \"<f3\"; supported: f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1",
      replacing: "<f4", with: "<f3"),
    .init(.malformed, "has dtype \"|f4\", which gives no byte order", replacing: "<f4", with: "|f4"),
    .init(
      .unsupported, "dtype is not a single type; records cannot be read", replacing: "\"<f4\"",
      with: "[[\"x\",\"<f4\"]]"),
    .init(.malformed, "shape is not a list of at most 32 sizes", replacing: "[100, 2]", with: "[-100, 2]"),
    .init(
      .malformed, "chunks is not a list of 2 positive sizes, one per axis of the shape", replacing: "[16, 2]",
      with: "[16, 0]"),
    .init(
      .unsupported, "the shape [4611686018427387904, 2] of <f4 takes more than 8589934592 bytes", replacing: "[100, 2]",
      with: "[4611686018427387904, 2]"),
    .init(
      .unsupported, "a chunk of shape [1000000000, 2] takes more than 2 GiB", replacing: "[16, 2]",
      with: "[1000000000, 2]"),
    .init(
      .unsupported, "the shape [1000000000, 2] in chunks of [16, 2] makes more than 1048576 chunks",
      replacing: "[100, 2]",
      with: "[1000000000, 2]"),
    .init(.inconsistent, "data/action: of the 50 chunks that the shape [50000000, 2] needs, only 7 exist") {
      try $0.replace("[100, 2]", with: "[50000000, 2]", in: "data/action/.zarray")
      try $0.replace("[16, 2]", with: "[1000000, 2]", in: "data/action/.zarray")
      try $0.writeEnds([30, 31, 76, 50_000_000])
    },
    .init(.malformed, "order is neither \"C\" nor \"F\"", replacing: "\"C\"", with: "\"K\""),
    .init(.malformed, "compressor has no id", replacing: "\"id\": \"blosc\", ", with: ""),
    .init(.malformed, "fill_value is not a number", replacing: "\"fill_value\": 0", with: "\"fill_value\": \"x\""),
    .init(.inconsistent, "column \"action\": it has 99 steps, but the last episode ends at step 100") {
      try $0.replace("[100, 2]", with: "[99, 2]", in: "data/action/.zarray")
    },
    .init(.inconsistent, "data/action/0.0: unpacks to 128 bytes, but a chunk has 256") {
      try $0.replace("<f4", with: "<f8", in: "data/action/.zarray")
    },
    .init(.truncated, "\(chunk): has 0 bytes; a Blosc frame has at least 16") { try $0.write([], to: chunk) },
    .init(.truncated, "\(chunk): has 40 bytes, but its Blosc header says 88") {
      try $0.write(Array($0.bytes(chunk).prefix(40)), to: chunk)
    },
    .init(.malformed, "\(chunk): has 89 bytes, but its Blosc header says 88") {
      try $0.write($0.bytes(chunk) + [0], to: chunk)
    },
    .init(.malformed, "\(chunk): is not a Blosc frame") { try $0.write([UInt8](repeating: 9, count: 144), to: chunk) },
    .init(.malformed, "\(chunk): has 10256 bytes; at most 4226 were expected") {
      try $0.write([UInt8](repeating: 9, count: 10_256), to: chunk)
    },
    .init(.truncated, "\(chunk): has 127 bytes, but a chunk has 128") {
      try $0.replace(compressor, with: "null", in: "data/action/.zarray")
      for index in 0..<7 {
        try $0.write([UInt8](repeating: 0, count: index == 3 ? 127 : 128), to: "data/action/\(index).0")
      }
    },
    .init(.missing, "\(chunk): the chunk is absent and the array has no fill value") {
      try $0.replace("\"fill_value\": 0", with: "\"fill_value\": null", in: "data/action/.zarray")
      try FileManager.default.removeItem(at: $0.file(chunk))
    },
    .init(
      .notFinite,
      "column \"action\": step 48 (episode 2), element 0 is NaN; 32 numbers of the column are not finite"
    ) {
      try $0.replace("\"fill_value\": 0", with: "\"fill_value\": \"NaN\"", in: "data/action/.zarray")
      try FileManager.default.removeItem(at: $0.file(chunk))
    },
    .init(.inconsistent, "array \"meta/episode_ends\": episode 1 ends at step 20, before its start at step 30") {
      try $0.writeEnds([30, 20, 76, 100])
    },
    .init(.inconsistent, "array \"meta/episode_ends\": episode 1 is empty (it starts and ends at step 30)") {
      try $0.writeEnds([30, 30, 76, 100])
    },
    .init(.inconsistent, "column \"action\": it has 100 steps, but the last episode ends at step 101") {
      try $0.writeEnds([30, 31, 76, 101])
    },
    .init(.malformed, "array \"meta/episode_ends\": entry 2 is not an integer of a sensible size") {
      try $0.writeEnds([30, 31, 1 << 40, 100])
    },
    .init(.inconsistent, "array \"meta/episode_ends\": there are no episodes") {
      try $0.replace("\"shape\": [4]", with: "\"shape\": [0]", in: "meta/episode_ends/.zarray")
    },
    .init(.inconsistent, "array \"meta/episode_ends\": its shape is [2, 2], expected one number per entry") {
      try $0.replace("[4]", with: "[2, 2]", in: "meta/episode_ends/.zarray")
    },
    .init(
      .missing,
      "nothing says where episodes end: there is no array episode_ends, episode_ids, episode_id, episode_index, "
        + "terminals, timeouts, terminations, truncations, dones, done; there are: "
        + "data/action, data/keypoint, data/time"
    ) { try FileManager.default.removeItem(at: $0.file("meta")) },
    .init(.missing, "column \"action\": there is none; there are: keypoint, time") {
      try FileManager.default.removeItem(at: $0.file("data/action"))
    },
    .init(.missing, "holds no .zgroup, so it is not a Zarr version 2 group") {
      try FileManager.default.removeItem(at: $0.file(".zgroup"))
    },
    .init(.unsupported, "is Zarr version 3; this reader knows version 2 (zarr_format=2)") {
      try FileManager.default.moveItem(at: $0.file(".zgroup"), to: $0.file("zarr.json"))
    },
  ]

  static let compressor =
    #"{"blocksize": 0, "clevel": 5, "cname": "zstd", "id": "blosc", "shuffle": 2}"#

  @Test(arguments: damages) func isNamedWithPathAndPlace(_ damage: Damage) throws {
    try withTemporaryFolder { folder in
      let recording = try Recording(in: folder)
      try damage.apply(recording)
      let error = #expect(throws: DatasetError.self) {
        try DatasetFile(recording.url).episodes(columns: ["action"])
      }
      #expect(error?.kind == damage.kind)
      #expect(error?.description == "\(recording.url.path): \(damage.message)")
    }
  }

  @Test func theFolderAboveADataSetSuggestsIt() throws {
    try withTemporaryFolder { folder in
      _ = try Recording(in: folder, name: "first.zarr")
      #expect(
        throws: DatasetError(
          .missing, path: folder.path,
          "holds no .zgroup, so it is not a Zarr version 2 group; give the path of one of: first.zarr")
      ) {
        try "".write(to: folder.appendingPathComponent("notes.txt"), atomically: false, encoding: .utf8)
        return try DatasetFile(folder)
      }
    }
  }

  @Test(arguments: [
    ("nothing.zarr", DatasetError.Kind.file, "there is no such file or folder", nil),
    ("data.txt", .unsupported, "unknown format; known: a Zarr v2 folder, .zip (of a Zarr v2 folder), .npz, .npy", "x"),
    ("data.zip", .malformed, "cannot be opened as a zip archive: Not a zip archive", "x"),
    ("data.npz", .malformed, "cannot be opened as a zip archive: Not a zip archive", "PK"),
    ("data.npy", .malformed, "array \"data\": does not begin with numpy's magic bytes", "x"),
  ]) func whatIsNoDataSetIsNamed(
    name: String, kind: DatasetError.Kind, problem: String, content: String?
  ) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent(name)
      try content?.write(to: url, atomically: false, encoding: .utf8)
      let error = #expect(throws: DatasetError.self) { try DatasetFile(url) }
      #expect(error?.kind == kind)
      #expect(error?.description == "\(url.path): \(problem)")
    }
  }

  @Test(arguments: [
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 23,
      DatasetError.Kind.truncated, "shape [2, 3] of <f4 takes 24 bytes, but 23 follow the header"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 25, .inconsistent,
      "shape [2, 3] of <f4 takes 24 bytes, but 25 follow the header"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }", 24, .malformed,
      "its header is not a Python dictionary"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': ('a', 3), }", 24, .malformed,
      "its shape is not a tuple of at most 32 sizes"
    ),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': 6, }", 24, .malformed, "its header gives no shape"),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (6,), }", 24, .malformed, "its header gives no fortran_order"),
    ("{'fortran_order': False, 'shape': (6,), }", 24, .malformed, "its header gives no descr"),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 24, .unsupported,
      "its shape [4294967296, 4294967296] takes more than 8589934592 bytes"
    ),
    ("['descr']", 24, .malformed, "its header is not a Python dictionary"),
    ("{'descr': '<f4', 'descr': '<f4'}", 24, .malformed, "its header is not a Python dictionary"),
  ]) func badArrayHeadersAreNamed(header: String, data: Int, kind: DatasetError.Kind, problem: String) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.npy")
      let text = Array(header.utf8)
      let bytes =
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count), 0] + text + [UInt8](repeating: 0, count: data)
      try Data(bytes).write(to: url)
      let error = #expect(throws: DatasetError.self) {
        try NpyArrays(npy: url.path).read(NpyArrays(npy: url.path).arrays[0])
      }
      #expect(error == DatasetError(kind, path: url.path, place: "array \"x\"", problem))
    }
  }
}

extension Recording {
  /// Replaces the episode ends, uncompressed.
  func writeEnds(_ ends: [Int64]) throws {
    try replace(BadDataTests.compressor, with: "null", in: "meta/episode_ends/.zarray")
    try write(ends.withUnsafeBytes { Array($0) }, to: "meta/episode_ends/0")
  }
}
