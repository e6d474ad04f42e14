import Foundation

private let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

/// A file or folder of Tests/Fixtures.
public func fixture(_ name: String) -> URL { tests.appending(path: "Fixtures").appending(path: name) }

/// A JSON file of Tests/Fixtures.
public func fixture<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
  try JSONDecoder().decode(Value.self, from: Data(contentsOf: fixture(name)))
}

/// A folder for a test's files, removed afterwards.
public func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "saltus-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// The same by its path.
public func withTemporaryPath<Result>(_ body: (String) throws -> Result) throws -> Result {
  try withTemporaryFolder { try body($0.path) }
}

/// The recorded data beside the checkout: the folder `SALTUS_DATA`, or ../shared/data.
///
/// Tests that need it are skipped where it is absent, unless SALTUS_REQUIRE_DATA=1 asks that they fail.
public enum SharedData {
  public static let folder: URL = {
    let path = ProcessInfo.processInfo.environment["SALTUS_DATA"] ?? "../shared/data"
    return URL(fileURLWithPath: path, relativeTo: tests.deletingLastPathComponent())
  }()

  /// Whether tests on a file or folder of the shared data should run.
  public static func has(_ path: String) -> Bool {
    if ProcessInfo.processInfo.environment["SALTUS_REQUIRE_DATA"] == "1" { return true }
    return FileManager.default.fileExists(atPath: folder.appending(path: path).path)
  }

  /// Reads a JSON file of the shared data.
  public static func json<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(contentsOf: folder.appending(path: path)))
  }
}
