import Foundation

/// The command as a process of its own, as `swift build` made it.
public enum SaltusCommand {
  /// It is not built.
  public struct NotBuilt: Error, CustomStringConvertible {
    public let description: String
  }

  /// Where it lies: beside the tests.
  ///
  /// - Throws: `NotBuilt`.
  public static func executable() throws -> URL {
    let folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let places = [folder, root.appending(path: ".build/release")].compactMap { $0?.appending(path: "saltus") }
    guard let found = places.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
      throw NotBuilt(
        description: "the command is not built: none of \(places.map(\.path)); run swift build -c release --build-tests"
      )
    }
    return found
  }

  /// Runs it to its end.
  ///
  /// - Parameter input: its standard input; nil for that of the tests.
  /// - Returns: the exit code, and what it wrote to standard output and standard error.
  public static func run(
    _ arguments: [String], input: String? = nil
  ) throws -> (code: Int32, output: String, errors: String) {
    try withTemporaryFolder { folder in
      let process = Process()
      let files = ["output", "errors"].map { folder.appending(path: $0) }
      for file in files { try Data().write(to: file) }
      process.executableURL = try executable()
      process.arguments = arguments
      if let input {
        let file = folder.appending(path: "input")
        try Data(input.utf8).write(to: file)
        process.standardInput = try FileHandle(forReadingFrom: file)
      }
      process.standardOutput = try FileHandle(forWritingTo: files[0])
      process.standardError = try FileHandle(forWritingTo: files[1])
      try process.run()
      process.waitUntilExit()
      let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
      return (process.terminationStatus, texts[0], texts[1])
    }
  }
}
