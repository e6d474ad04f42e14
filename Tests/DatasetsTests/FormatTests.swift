import Datasets
import Foundation
import TestSupport
import Testing

/// Files written by zarr and numpy (Tests/Fixtures/dataset_files.py) read equal.
struct FormatTests {
  static let ramp: [Float] = (0..<21).map { Float($0) }
  static let types = [
    "little_f2", "little_f4", "little_f8", "big_f2", "big_f4", "big_f8", "i1", "little_i2", "little_i4", "little_i8",
    "big_i2", "big_i4", "big_i8", "u1", "little_u2", "little_u4", "little_u8", "big_u2", "big_u4", "big_u8",
  ]

  private func check(_ name: String, in file: String, shape: [Int] = [3], equals expected: [Float]) throws {
    let episodes = try DatasetFile(fixture(file)).episodes(columns: [name])
    #expect(episodes.ends == [3, 7])
    let column = try episodes.column(name)
    #expect(column.shape == shape)
    #expect(column.values == expected)
  }

  @Test(arguments: types + ["raw", "fortran", "nested", "one_chunk", "deep/inside"])
  func zarrReadsEveryTypeOrderAndChunking(name: String) throws {
    try check(name, in: "codecs.zarr.zip", equals: Self.ramp)
  }

  @Test(arguments: ["blosclz", "lz4", "lz4hc", "zlib", "zstd"], [0, 1, 2])
  func zarrReadsEveryInnerCodec(codec: String, shuffle: Int) throws {
    try check(
      "\(codec)_\(shuffle)", in: "codecs.zarr.zip", shape: [400], equals: (0..<2800).map { Float($0 / 20 % 50) })
  }

  @Test func zarrReadsAbsentChunksAsTheFillValue() throws {
    try check("sparse", in: "codecs.zarr.zip", equals: (0..<21).map { (6..<12).contains($0) ? Float($0) : -1.5 })
  }

  @Test(arguments: types + ["fortran", "version_1", "version_2", "version_3"])
  func npzReadsEveryTypeOrderAndHeaderVersion(name: String) throws {
    try check(name, in: "types.npz", equals: Self.ramp)
  }

  @Test(arguments: ["codecs.zarr.zip", "types.npz"]) func booleansReadAsZeroAndOne(file: String) throws {
    try check("b1", in: file, equals: Self.ramp.map { $0.truncatingRemainder(dividingBy: 2) })
  }

  @Test func aZippedFolderReadsLikeTheFolder() throws { try check("action", in: "folder.zarr.zip", equals: Self.ramp) }

  @Test(arguments: ["flags.npz", "ids.npz"]) func flagsAndIdsMarkEpisodes(file: String) throws {
    try check("obs", in: file, equals: Self.ramp)
    #expect(try DatasetFile(fixture(file)).episodes().columns.map(\.name) == ["obs"])
  }

  @Test func arraysWithOneRowPerEpisodeAreNoColumns() throws {
    let names = try DatasetFile(fixture("types.npz")).episodes().columns.map(\.name)
    #expect(names.contains("reward") && names.contains("u1"))
    #expect(!names.contains("initial_state") && !names.contains("seed") && !names.contains("episode_ends"))
    #expect(try DatasetFile(fixture("types.npz")).episodes(columns: ["reward"]).columns[0].shape == [])
  }

  @Test(arguments: [
    (
      "refused.npz", "infos",
      "array \"infos\": holds Python objects, which only Python can read and which may run code when "
        + "it does; save it as numbers (dtype \"|O\")"
    ),
    ("refused.npz", "records", "array \"records\": holds records with named fields; save each field as an array"),
    ("refused.npz", "names", "array \"names\": holds text, not numbers (dtype \"<U1\")"),
    (
      "refused.zarr.zip", "gzip",
      "data/gzip/.zarray: the compressor \"gzip\" is not supported; supported: blosc (any inner "
        + "codec) and none"
    ),
    ("refused.zarr.zip", "delta", "data/delta/.zarray: filters (delta) are not supported; store it without"),
    ("refused.zarr.zip", "text", "data/text/.zarray: holds text, not numbers (dtype \"<U1\")"),
    (
      "refused.zarr.zip", "complex",
      "data/complex/.zarray: holds complex numbers, which are not supported (dtype \"<c8\")"
    ),
  ]) func whatCannotBeReadIsRefusedByName(file: String, column: String, problem: String) throws {
    let url = fixture(file)
    let dataset = try DatasetFile(url)
    let error = #expect(throws: DatasetError.self) { try dataset.episodes(columns: [column]) }
    #expect(error?.kind == .unsupported)
    #expect(error?.description == "\(url.path): \(problem)")
    // The columns beside it can be read.
    let good = file == "refused.npz" ? "obs" : "good"
    #expect(try dataset.episodes(columns: [good]).columns[0].values == Self.ramp)
  }

  @Test func missingColumnsAreNamedWithTheNearest() throws {
    let url = fixture("folder.zarr.zip")
    #expect(
      throws: DatasetError(
        .missing, path: url.path, place: "column \"acton\"", "there is none; did you mean \"action\"? there are: action"
      )
    ) { try DatasetFile(url).episodes(columns: ["acton"]) }
  }

  @Test func aSingleArrayHasNoEpisodes() throws {
    let url = fixture("single.npy")
    let error = #expect(throws: DatasetError.self) { try DatasetFile(url).episodes() }
    #expect(error?.kind == .missing)
    #expect(error?.problem.hasSuffix("there are: single") == true)
    #expect(error?.problem.hasPrefix("nothing says where episodes end: there is no array episode_ends") == true)
  }
}
