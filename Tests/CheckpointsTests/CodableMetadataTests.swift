import Checkpoints
import Foundation
import TestSupport
import Testing

/// Values stored as JSON text in the metadata.
struct CodableMetadataTests {
  struct Configuration: Codable, Equatable {
    struct Stage: Codable, Equatable {
      var name: String
      var rate: Double
    }
    var widths: [Int]
    var scales: [Float]
    var seed: UInt64
    var stages: [Stage]
  }

  static let configuration = Configuration(
    widths: [64, 128], scales: [0.1, 1 / 3, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -0.0, .pi],
    seed: .max, stages: [.init(name: "a/b", rate: 0.1 + 0.2), .init(name: "\u{1f916}", rate: .pi)])

  private func withFile(_ metadata: [String: String], _ body: (SafetensorsFile) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      var writer = SafetensorsWriter()
      writer.metadata = metadata
      try writer.write(to: url)
      try body(SafetensorsFile(url))
    }
  }

  @Test func valuesComeBackBitForBit() throws {
    var writer = SafetensorsWriter()
    try writer.setMetadata(Self.configuration, forKey: "config")
    try withFile(writer.metadata) { file in
      let read: Configuration = try file.metadata(forKey: "config")
      #expect(read == Self.configuration)
      #expect(read.scales.map(\.bitPattern) == Self.configuration.scales.map(\.bitPattern))
    }
  }

  @Test func equalValuesGiveEqualText() throws {
    var first = SafetensorsWriter()
    var second = SafetensorsWriter()
    try first.setMetadata(["b": 1, "a": 2, "c": 3], forKey: "config")
    try second.setMetadata(["c": 3, "a": 2, "b": 1], forKey: "config")
    #expect(first.metadata["config"] == #"{"a":2,"b":1,"c":3}"#)
    #expect(first.metadata == second.metadata)
  }

  @Test func errorsNameFileKeyAndCodingPath() throws {
    let text = #"{"widths":[64],"scales":[],"seed":1,"stages":[{"name":"a","rate":1},{"name":"b"}]}"#
    try withFile(["config": text, "broken": "{", "number": #"{"widths":[64,"x"]}"#]) { file in
      let missing = #expect(throws: CheckpointError.self) { try file.metadata(Configuration.self, forKey: "config") }
      #expect(missing?.description == "\(file.path): metadata \"config\": stages[1]: there is no \"rate\"")
      let wrong = #expect(throws: CheckpointError.self) { try file.metadata(Configuration.self, forKey: "number") }
      #expect(wrong?.description.hasPrefix("\(file.path): metadata \"number\": widths[1]: ") == true)
      let broken = #expect(throws: CheckpointError.self) { try file.metadata(Configuration.self, forKey: "broken") }
      #expect(broken?.description.hasPrefix("\(file.path): metadata \"broken\": ") == true)
      #expect(
        throws: CheckpointError(
          .missing, path: file.path, place: "metadata \"confg\"",
          "there is none; did you mean \"config\"? there are: broken, config, number")
      ) { try file.string(forKey: "confg") }
    }
  }

  @Test func aNumberThatIsNotFiniteIsRefused() {
    var writer = SafetensorsWriter()
    let error = #expect(throws: CheckpointError.self) { try writer.setMetadata(["scale": Float.nan], forKey: "config") }
    #expect(error?.place == "metadata \"config\"")
    #expect(error?.problem.hasPrefix("scale: ") == true)
    #expect(writer.metadata.isEmpty)
  }
}
