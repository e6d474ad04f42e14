import Datasets
import Foundation
import TestSupport
import Testing

/// Recorded episodes can be read and trained on, and appear whole or not at all.
struct EpisodesWriterTests {
  @Test func whatIsRecordedReadsBack() throws {
    try withTemporaryFolder { folder in
      let recording = try Recording(in: folder)
      let episodes = try DatasetFile(recording.url).episodes()
      #expect(episodes.ends == [30, 31, 76, 100])
      #expect(episodes.columns.count == 3)
      for column in Recording.columns {
        #expect(try episodes.column(column.name).shape == column.shape)
        #expect(try episodes.column(column.name).values == Recording.values(column))
      }
      #expect(try DatasetDescription(recording.url).rate == 10)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["recording.zarr"])
    }
  }

  @Test func chunksHaveTheReplayLayout() throws {
    try withTemporaryFolder { folder in
      let recording = try Recording(in: folder)
      // 100 steps in chunks of 16 are 7 chunks.
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: recording.file("data/keypoint").path).sorted()
          == [".zarray"] + (0..<7).map { "\($0).0.0" })
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: recording.url.path).sorted()
          == [".zattrs", ".zgroup", "data", "meta"])
      // A Blosc 1 frame: format 2, zstd (4 in the upper bits) unless it was too small, items of four bytes.
      let frame = try recording.bytes("data/keypoint/0.0.0")
      #expect(frame[0] == 2)
      #expect(frame[2] >> 5 == 4)
      #expect(frame[3] == 4)
    }
  }

  @Test func anUnfinishedRecordingLeavesNothing() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("recording.zarr")
      do {
        let writer = try EpisodesWriter(url, columns: [.init(name: "a", shape: [])], chunkSteps: 2)
        try writer.append(["a": [1, 2, 3]])
        #expect(!FileManager.default.fileExists(atPath: url.path))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
      // What a killed process has left is removed.
      let leftover = folder.appendingPathComponent("recording.zarr.tmp-99999999/data")
      try FileManager.default.createDirectory(at: leftover, withIntermediateDirectories: true)
      _ = try Recording(in: folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["recording.zarr"])
    }
  }

  @Test func badEpisodesAreNamedAndLeftOut() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("recording.zarr")
      let writer = try EpisodesWriter(url, columns: [.init(name: "a", shape: [2]), .init(name: "b", shape: [])])
      try writer.append(["a": [1, 2, 3, 4], "b": [5, 6]])
      func expect(_ kind: DatasetError.Kind, _ place: String, _ problem: String, _ episode: [String: [Float]]) {
        #expect(throws: DatasetError(kind, path: url.path, place: place, problem)) { try writer.append(episode) }
      }
      expect(.missing, "episode 1, column \"b\"", "there is none; there are: a", ["a": [1, 2]])
      expect(
        .missing, "episode 1, column \"c\"", "is not recorded; there are: a, b", ["a": [1, 2], "b": [1], "c": [1]])
      expect(.inconsistent, "episode 1, column \"a\"", "3 numbers are not steps of 2", ["a": [1, 2, 3], "b": [1]])
      expect(
        .inconsistent, "episode 1", "column \"b\": it has 2 steps, but the episodes end at step 1",
        ["a": [1, 2], "b": [1, 2]])
      expect(
        .inconsistent, "episode 1", "episode ends: episode 0 is empty (it starts and ends at step 0)",
        ["a": [], "b": []])
      expect(
        .notFinite, "episode 1", "column \"b\": step 1 (episode 0), element 0 is NaN",
        ["a": [1, 2, 3, 4], "b": [0, .nan]])
      try writer.append(["a": [7, 8], "b": [9]])
      try writer.finish()
      let episodes = try DatasetFile(url).episodes()
      #expect(episodes.ends == [2, 3])
      #expect(try episodes.column("a").values == [1, 2, 3, 4, 7, 8])
    }
  }

  @Test func nothingIsOverwrittenAndNothingEmptyIsWritten() throws {
    try withTemporaryFolder { folder in
      let recording = try Recording(in: folder)
      #expect(
        throws: DatasetError(.file, path: recording.url.path, "already exists; remove it or choose another name")
      ) { try Recording(in: folder) }
      let url = folder.appendingPathComponent("empty.zarr")
      let writer = try EpisodesWriter(url, columns: Recording.columns)
      #expect(throws: DatasetError(.missing, path: url.path, "no episode was recorded")) { try writer.finish() }
    }
  }
}
