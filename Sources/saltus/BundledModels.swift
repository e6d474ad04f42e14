import Foundation
import Reporting

/// Models that come with the program, by the name after `bundled:`.
enum BundledModels {
  static let names = ["pusht", "default"]

  /// - Throws: `CommandFailure` for an unknown name.
  static func url(_ name: String) throws -> URL {
    guard names.contains(name),
      let url = Bundle.module.url(forResource: name, withExtension: "safetensors", subdirectory: "Models")
    else {
      let known = names.map { "bundled:\($0)" }.joined(separator: ", ")
      throw CommandFailure("bundled:\(name): there is no such model; there are: \(known)")
    }
    return url
  }
}
