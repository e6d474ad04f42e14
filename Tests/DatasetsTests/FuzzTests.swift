import Datasets
import Foundation
import TestSupport
import Testing

/// Whatever byte is damaged, reading ends in data or in an error, never in a trap.
struct FuzzTests {
  /// Reads all that can be read.
  private func exercise(_ url: URL) {
    _ = try? DatasetDescription(url).table
    _ = try? DatasetFile(url).episodes()
  }

  @Test(arguments: [
    "codecs.zarr.zip", "folder.zarr.zip", "types.npz", "flags.npz", "refused.npz", "single.npy",
  ]) func damagedArchivesNeverTrap(name: String) throws {
    let whole = try [UInt8](Data(contentsOf: fixture(name)))
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent(name)
      // About 40 positions, spread evenly but off any round stride, with three kinds of damage each.
      for position in stride(from: 0, to: whole.count, by: max(1, whole.count / 41)) {
        var flipped = whole
        flipped[position] ^= UInt8(1 << (position % 8))
        var zeroed = whole
        for index in position..<min(position + 8, whole.count) { zeroed[index] = 0 }
        for bytes in [flipped, zeroed, Array(whole[..<position])] {
          try Data(bytes).write(to: url)
          exercise(url)
        }
      }
    }
  }

  @Test(arguments: [
    ".zgroup", "data/keypoint/.zarray", "data/keypoint/2.0.0", "meta/episode_ends/.zarray", "meta/episode_ends/0",
  ])
  func damagedFilesOfAFolderNeverTrap(place: String) throws {
    try withTemporaryFolder { folder in
      let recording = try Recording(in: folder)
      let whole = try recording.bytes(place)
      for position in 0..<whole.count {
        for mask in [0x01, 0x10, 0xFF] as [UInt8] {
          var bytes = whole
          bytes[position] ^= mask
          try recording.write(bytes, to: place)
          _ = try? DatasetFile(recording.url).episodes(columns: ["keypoint"])
        }
        try recording.write(Array(whole[..<position]), to: place)
        _ = try? DatasetFile(recording.url).episodes(columns: ["keypoint"])
      }
    }
  }

  /// Damage inside a single .npy file, where no checksum stands before the parser.
  @Test func damagedArrayHeadersNeverTrap() throws {
    let whole = try [UInt8](Data(contentsOf: fixture("single.npy")))
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.npy")
      for position in 0..<whole.count {
        for mask in [0x01, 0x10, 0x80, 0xFF] as [UInt8] {
          var bytes = whole
          bytes[position] ^= mask
          try Data(bytes).write(to: url)
          _ = try? DatasetDescription(url)
        }
      }
    }
  }
}
