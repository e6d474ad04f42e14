import Datasets
import Foundation
import TestSupport
import Testing

/// A description says what is there and what is wrong.
struct DatasetDescriptionTests {
  /// Minimum, median and maximum.
  private func lengths(_ description: DatasetDescription) -> [Double] {
    description.lengths.map { [Double($0.minimum), $0.median, Double($0.maximum)] } ?? []
  }

  @Test func aRecordingIsDescribed() throws {
    try withTemporaryFolder { folder in
      let recording = try Recording(in: folder)
      let description = try DatasetDescription(recording.url)
      #expect(description.format == .zarrFolder)
      #expect(description.episodes == 4)
      #expect(description.steps == 100)
      #expect(lengths(description) == [1, 27, 45])
      #expect(description.rate == 10)
      #expect(description.problems == [])
      #expect(description.columns.map(\.name) == ["action", "keypoint", "time"])
      #expect(description.columns[0].minimum == [2, 2.5])
      #expect(description.columns[0].maximum == [101, 101.5])
      #expect(description.columns[0].mean == [51.5, 52])
      #expect(description.otherArrays.map(\.name) == ["meta/episode_ends"])
      #expect(
        description.table == """
          \(recording.url.path): Zarr v2 folder
          4 episodes, 100 steps, lengths 1 … 45 (median 27), 10 Hz

          column    per step  stored  range
          action    [2]       <f4     2 … 101.5
          keypoint  [9, 2]    <f4     18 … 917.5
          time      []        <f4     1 … 50.5

          other arrays: meta/episode_ends [4] <i8

          no problems
          """)
      let json = try JSONEncoder().encode(description)
      #expect(try JSONDecoder().decode(DatasetDescription.self, from: json) == description)
    }
  }

  @Test func allProblemsAreListed() throws {
    try withTemporaryFolder { folder in
      let recording = try Recording(in: folder)
      try recording.writeEnds([30, 30, 76, 99])
      try recording.replace("\"fill_value\": 0", with: "\"fill_value\": \"NaN\"", in: "data/time/.zarray")
      try FileManager.default.removeItem(at: recording.file("data/time/6"))
      try recording.write([1, 2, 3], to: "data/action/0.0")
      try recording.replace("<f4", with: "<c8", in: "data/keypoint/.zarray")
      try recording.write(Array("[".utf8), to: ".zattrs")
      let description = try DatasetDescription(recording.url)
      #expect(
        description.problems == [
          "data/keypoint/.zarray: holds complex numbers, which are not supported (dtype \"<c8\")",
          "array \"meta/episode_ends\": episode 1 is empty (it starts and ends at step 30)",
          "column \"action\": it has 100 steps, but the last episode ends at step 99",
          "data/action/0.0: has 3 bytes; a Blosc frame has at least 16",
          "column \"time\": it has 100 steps, but the last episode ends at step 99",
          "column \"time\": 1 of 7 chunks are absent and read as the fill value",
          "column \"time\": step 96 (episode 3), element 0 is NaN; 4 numbers of the column are not finite",
          ".zattrs: not JSON: byte 1: the text ends where a value should be",
        ])
      #expect(lengths(description) == [0, 26.5, 46])
      #expect(description.columns[0].minimum == nil)
      #expect(description.columns[1].minimum == [1])
      #expect(description.table.contains("action  [2]       <f4     not read\n"))
      #expect(description.table.contains("problems:\n  data/keypoint/.zarray: holds complex"))
    }
  }

  @Test func absentChunksAreRemarkedOn() throws {
    try withTemporaryFolder { folder in
      let recording = try Recording(in: folder)
      #expect(try DatasetFile(recording.url).remarks(columns: ["action", "time"]) == [])
      try FileManager.default.removeItem(at: recording.file("data/time/6"))
      #expect(
        try DatasetFile(recording.url).remarks(columns: ["action", "time"]) == [
          "\(recording.url.path): column \"time\": 1 of 7 chunks are absent and read as the fill value"
        ])
    }
  }

  @Test func anArchiveIsDescribedWithItsOtherArrays() throws {
    let description = try DatasetDescription(fixture("types.npz"))
    #expect(description.format == .npz)
    #expect(description.episodes == 2)
    #expect(description.rate == nil)
    #expect(description.otherArrays.map(\.name) == ["episode_ends", "initial_state", "seed"])
    #expect(description.problems == [])
    #expect(try DatasetDescription(fixture("codecs.zarr.zip")).rate == 12.5)
  }

  @Test func aSingleArrayIsDescribedWithoutEpisodes() throws {
    let description = try DatasetDescription(fixture("single.npy"))
    #expect(description.episodes == 0)
    #expect(description.lengths == nil)
    #expect(description.columns.map(\.name) == ["single"])
    #expect(description.columns[0].shape == [3])
    #expect(description.columns[0].minimum == [0, 1, 2])
    #expect(description.columns[0].maximum == [18, 19, 20])
    #expect(description.columns[0].mean == [9, 10, 11])
    #expect(description.problems.count == 1)
  }

  @Test(.enabled(if: SharedData.has(RecordedDataTests.pushT), "the Push-T demonstrations are not here"))
  func imagesAreListedButNotRead() throws {
    let description = try DatasetDescription(SharedData.folder.appendingPathComponent(RecordedDataTests.pushT))
    #expect(description.columns.map(\.name) == ["action", "img", "keypoint", "n_contacts", "state"])
    #expect(description.columns[1].minimum == nil)
    #expect(description.columns[0].minimum == [12, 25])
    #expect(lengths(description) == [49, 122, 246])
    #expect(description.problems == [])
  }
}
