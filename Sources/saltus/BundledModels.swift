import Checkpoints
import Foundation
import Reporting
import SpeechHead

/// Models that come with the program: where a command takes a file, `bundled:NAME` names one of them.
enum BundledModels {
  static let names = ["pusht", "pusht-teacher", "default"]

  /// The file that a command's argument names.
  ///
  /// - Throws: `CommandFailure` for an unknown name after `bundled:`.
  static func file(_ argument: String) throws -> URL {
    let prefix = "bundled:"
    guard argument.hasPrefix(prefix) else { return URL(filePath: argument) }
    let name = String(argument.dropFirst(prefix.count))
    guard names.contains(name),
      let url = Bundle.module.url(forResource: name, withExtension: "safetensors", subdirectory: "Models")
    else {
      let known = names.map { prefix + $0 }.joined(separator: ", ")
      throw CommandFailure("\(argument): there is no such model; there are: \(known)")
    }
    return url
  }

  /// Whether a file is of a voice; else it is a policy's, or none.
  static func isVoice(_ file: URL) throws -> Bool {
    try SafetensorsFile(file).metadata.keys.contains(TrainedVoice.metadataKey)
  }
}
