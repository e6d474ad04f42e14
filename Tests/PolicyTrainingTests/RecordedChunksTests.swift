import Datasets
import Foundation
import PolicyHead
import PolicyTraining
import TestSupport
import Testing

/// Recorded actions as chunks beside what a policy would have observed.
struct RecordedChunksTests {
  private func policy(in folder: URL) throws -> PolicyDescription {
    let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
    return try PolicyTrainer(.tiny(), data: data, output: folder.appending(path: "run"), threads: 1).description
  }

  @Test func chunksAreRowsOfTheEpisodeAndRepeatItsEnds() throws {
    try withTemporaryFolder { folder in
      let chunks = try RecordedChunks(folder.appending(path: "data.zarr"), of: policy(in: folder))
      #expect(chunks.episodeCount == 8)
      let episodes = try DatasetFile(folder.appending(path: "data.zarr")).episodes()
      let (place, action) = (try episodes.column("place").values, try episodes.column("action").values)
      func rows(_ values: [Float], _ steps: [Int]) -> [[Double]] {
        steps.map { [Double(values[2 * $0]), Double(values[2 * $0 + 1])] }
      }
      // Episode 2 is steps 40 to 59.
      for (step, seen, done) in [
        (5, [44, 45], [44, 45, 46, 47]), (0, [40, 40], [40, 40, 41, 42]), (19, [58, 59], [58, 59, 59, 59]),
      ] {
        let chunk = try chunks.chunk(at: .init(episode: 2, step: step))
        #expect(chunk.history.map { Array($0[..<2]) } == rows(place, seen))
        #expect(chunk.actions == rows(action, done))
      }
    }
  }

  @Test func placesAreSpreadAndHaveWholeHorizons() throws {
    try withTemporaryFolder { folder in
      let chunks = try RecordedChunks(folder.appending(path: "data.zarr"), of: policy(in: folder))
      // Of each of eight episodes of 20 steps, 17 have the oldest observation and all four actions in it.
      let all = try chunks.places(count: 8 * 17)
      #expect(all.first == .init(episode: 0, step: 1) && all.last == .init(episode: 7, step: 17))
      #expect(Set(all.map { 100 * $0.episode + $0.step }).count == all.count)
      #expect(try chunks.places(count: 8).map(\.episode) == Array(0..<8))
      #expect(throws: DatasetError.self) { try chunks.places(count: 8 * 17 + 1) }
    }
  }

  /// The episodes that a training with this share has not seen.
  @Test func heldOutEpisodesAreTheTrainings() throws {
    try withTemporaryFolder { folder in
      let description = try policy(in: folder)
      let url = folder.appending(path: "data.zarr")
      let chunks = try RecordedChunks(url, of: description, heldOutEpisodes: 0.25)
      let heldOut = try DatasetFile(url).episodes().split(heldOutFraction: 0.25, seed: 0).heldOut
      #expect(chunks.episodeCount == 2 && heldOut.count == 2)
      let action = try heldOut.column("action").values
      for episode in 0..<2 {
        let first = try chunks.chunk(at: .init(episode: episode, step: 1)).actions[0]
        #expect(first == [Double(action[40 * episode]), Double(action[40 * episode + 1])])
      }
    }
  }

  @Test func placesAndColumnsThatAreNotThereAreRefused() throws {
    try withTemporaryFolder { folder in
      let description = try policy(in: folder)
      let url = folder.appending(path: "data.zarr")
      let chunks = try RecordedChunks(url, of: description)
      for (episode, step) in [(8, 0), (-1, 0), (0, 20), (0, -1)] {
        #expect(throws: DatasetError.self) { try chunks.chunk(at: .init(episode: episode, step: step)) }
      }
      var other = description
      other.actionColumns = ["actoin"]
      #expect(throws: DatasetError.self) { try RecordedChunks(url, of: other) }
      other.actionColumns = ["action[0]"]
      #expect(throws: DatasetError.self) { try RecordedChunks(url, of: other) }
    }
  }
}
