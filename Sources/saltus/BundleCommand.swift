import ArgumentParser
import Autograd
import Checkpoints
import Foundation
import PolicyHead
import SpeechHead

/// How a bundle's weights are stored.
enum BundledWeights: String, Codable, ExpressibleByArgument, CaseIterable {
  case float16, bfloat16

  /// As weights are used.
  init(_ storage: WeightStorage) { self = storage == .bfloat16 ? .bfloat16 : .float16 }

  var precision: SafetensorsWriter.Precision { self == .float16 ? .float16 : .bfloat16 }
}

/// `saltus bundle`: a checkpoint of training as a small file for use.
struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle", abstract: "Write a checkpoint's averaged weights in 16 bits, without training state.",
    discussion: """
      With --weights bfloat16 the weights of convolutions and linear layers are stored in this form, and every command that is
      given the file uses them so: half the memory to read per network call, which is faster for large networks and at small
      batches, for 8 significant bits. The others are computed in single precision. Judge it by the score.

      Keys, all of them choices made after the training: middleSigmas (entry i belongs to i + 2 steps), temperature, gamma
      (of ctm and meanflow only), guidance (of lcm only); for a voice contrast; for a policy actionSteps and initialTemperature.

      EXAMPLE:
        saltus bundle runs/student/last.safetensors -o pusht.safetensors
        saltus bundle runs/student/last.safetensors -o pusht.safetensors --set actionSteps=6 \\
          --set "middleSigmas=[[0.35], [0.8, 0.2]]"
        saltus bundle bundled:pusht -o pusht-bf16.safetensors --weights bfloat16
        saltus bundle runs/me/student/last.safetensors -o me.safetensors --set temperature=0.8
      """)

  @Argument(help: ArgumentHelp("A checkpoint of training, or a bundled model.", valueName: "checkpoint"))
  var checkpoint: String

  @Option(name: [.short, .long], help: ArgumentHelp("File to write.", valueName: "FILE"))
  var output: String

  @Option(help: "How weights are stored; by default as they are used: bfloat16 if they are so, else float16.")
  var weights: BundledWeights?

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

  func run() throws {
    let (url, target) = (try BundledModels.file(checkpoint), URL(filePath: output))
    if try BundledModels.isVoice(url) {
      let voice = try TrainedVoice(contentsOf: url).used(options.load(defaults: VoiceUse()))
      try voice.writeBundle(to: target, as: (weights ?? BundledWeights(voice.storage)).precision)
    } else {
      let policy = try TrainedPolicy(contentsOf: url).used(options.load(defaults: PolicyUse()))
      try policy.writeBundle(to: target, as: (weights ?? BundledWeights(policy.storage)).precision)
    }
  }
}
