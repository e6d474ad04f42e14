import ArgumentParser
import Foundation
import PolicyHead

/// `saltus bundle`: a checkpoint of training as a small file for use.
struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle", abstract: "Write a checkpoint's averaged weights in half precision, without training state.",
    discussion: """
      EXAMPLE:
        saltus bundle runs/student/last.safetensors -o pusht.safetensors
      """)

  @Argument(help: ArgumentHelp("A checkpoint of training.", valueName: "checkpoint"))
  var checkpoint: String

  @Option(name: [.short, .long], help: ArgumentHelp("File to write.", valueName: "FILE"))
  var output: String

  @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

  func run() throws {
    try TrainedPolicy(contentsOf: URL(filePath: checkpoint)).writeBundle(to: URL(filePath: output))
  }
}
