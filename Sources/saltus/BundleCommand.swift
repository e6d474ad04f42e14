import ArgumentParser
import Checkpoints
import Foundation
import PolicyHead
import SpeechHead

/// `saltus bundle`: a checkpoint of training as a small file for use.
struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle", abstract: "Write a checkpoint's averaged weights in half precision, without training state.",
    discussion: """
      Keys, all of them choices made after the training: middleSigmas (entry i belongs to i + 2 steps), temperature, gamma
      (of ctm and meanflow only), and for a policy actionSteps and guidance (of lcm only).

      EXAMPLE:
        saltus bundle runs/student/last.safetensors -o pusht.safetensors
        saltus bundle runs/student/last.safetensors -o pusht.safetensors --set actionSteps=6 \\
          --set "middleSigmas=[[0.35], [0.8, 0.2]]"
        saltus bundle runs/me/student/last.safetensors -o me.safetensors --set temperature=0.8
      """)

  @Argument(help: ArgumentHelp("A checkpoint of training.", valueName: "checkpoint"))
  var checkpoint: String

  @Option(name: [.short, .long], help: ArgumentHelp("File to write.", valueName: "FILE"))
  var output: String

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

  func run() throws {
    let (url, target) = (URL(filePath: checkpoint), URL(filePath: output))
    if try SafetensorsFile(url).metadata.keys.contains(TrainedVoice.metadataKey) {
      try TrainedVoice(contentsOf: url).used(options.load(defaults: VoiceUse())).writeBundle(to: target)
    } else {
      try TrainedPolicy(contentsOf: url).used(options.load(defaults: PolicyUse())).writeBundle(to: target)
    }
  }
}
