import ArgumentParser
import Foundation
import PolicyHead

/// `saltus bundle`: a checkpoint of training as a small file for use.
struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle", abstract: "Write a checkpoint's averaged weights in half precision, without training state.",
    discussion: """
      Keys, all of them choices made after the training: actionSteps, middleSigmas (entry i belongs to i + 2 steps).

      EXAMPLE:
        saltus bundle runs/student/last.safetensors -o pusht.safetensors
        saltus bundle runs/student/last.safetensors -o pusht.safetensors --set actionSteps=6 \\
          --set "middleSigmas=[[0.35], [0.8, 0.2]]"
      """)

  @Argument(help: ArgumentHelp("A checkpoint of training.", valueName: "checkpoint"))
  var checkpoint: String

  @Option(name: [.short, .long], help: ArgumentHelp("File to write.", valueName: "FILE"))
  var output: String

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

  func run() throws {
    let use = try options.load(defaults: PolicyUse())
    try TrainedPolicy(contentsOf: URL(filePath: checkpoint)).used(use).writeBundle(to: URL(filePath: output))
  }
}
