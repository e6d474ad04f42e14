import Foundation

/// The recorded data beside the checkout: the folder `SALTUS_DATA`, or ../shared/data.
///
/// Tests that need it are skipped where it is absent, unless SALTUS_REQUIRE_DATA=1 asks that they fail.
enum SharedData {
  static let folder: URL = {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let path = ProcessInfo.processInfo.environment["SALTUS_DATA"] ?? "../shared/data"
    return URL(fileURLWithPath: path, relativeTo: root)
  }()

  /// Whether tests on a file or folder of the shared data should run.
  static func has(_ path: String) -> Bool {
    if ProcessInfo.processInfo.environment["SALTUS_REQUIRE_DATA"] == "1" { return true }
    return FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path)
  }
}
