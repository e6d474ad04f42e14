import Checkpoints
import Foundation
import Support
import TestSupport
import Testing

/// A process that dies while it writes leaves a readable file.
struct AtomicWriteTests {
  static func write(_ value: Float, to url: URL) throws(CheckpointError) {
    var writer = SafetensorsWriter()
    writer.metadata["value"] = "\(value)"
    writer.add("x", shape: [300_000], [Float](repeating: value, count: 300_000))
    try writer.write(to: url)
  }

  /// Whether the file is one that `write` has written completely.
  static func isWhole(_ url: URL) throws -> Bool {
    let file = try SafetensorsFile(url)
    let value = try Float(file.string(forKey: "value"))
    return try file.floats("x").allSatisfy { $0 == value }
  }

  @Test func killedWritersLeaveAReadableFile() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("last.safetensors")
    try Self.write(0, to: url)
    for delay in 0..<20 {
      let microseconds = UInt32(delay * 700)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = url.path as String, microseconds = microseconds as UInt32] in
        let url = URL(fileURLWithPath: path)
        Thread.detachNewThread {
          usleep(microseconds)
          kill(getpid(), SIGKILL)
        }
        var value: Float = 1
        while true {
          try AtomicWriteTests.write(value, to: url)
          value += 1
        }
      }
      #expect(try Self.isWhole(url))
    }
    // The next write removes what the dead processes left.
    try Self.write(-1, to: url)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["last.safetensors"])
  }

  @Test func leftoversOfDeadProcessesAreRemovedAndOthersKept() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("last.safetensors")
      // Process 1 lives for ever; no process has a number beyond 2²².
      for name in ["last.safetensors.tmp-99999999", "last.safetensors.tmp-1", "other.safetensors.tmp-99999999"] {
        try Data("half a file".utf8).write(to: folder.appendingPathComponent(name))
      }
      try Self.write(3, to: url)
      #expect(try Self.isWhole(url))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
          "last.safetensors", "last.safetensors.tmp-1", "other.safetensors.tmp-99999999",
        ])
    }
  }

  @Test func aFailedWriteKeepsTheOldFileAndLeavesNothing() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("last.safetensors")
      try Self.write(3, to: url)
      let full = FileError(path: url.path, "the disk is full")
      #expect(throws: full) {
        try AtomicFile.write(url) { (file) throws(FileError) in
          try file.write([1, 2, 3] as [UInt8])
          throw full
        }
      }
      #expect(try Self.isWhole(url))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["last.safetensors"])
    }
  }

  @Test func aFolderThatIsNotThereIsNamed() {
    let url = URL(fileURLWithPath: "/nowhere/last.safetensors")
    #expect(
      throws: CheckpointError(
        .file, path: "/nowhere/last.safetensors.tmp-\(getpid())", "cannot be created: No such file or directory")
    ) { try Self.write(1, to: url) }
  }
}
