import Adapters
import ArgumentParser
import Foundation
import PolicyHead
import Reporting
import SpeechHead

/// `saltus lora`: low-rank adapters apart from the weights that they were trained on.
struct Lora: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Save low-rank adapters by themselves, and merge them into a policy or a voice.",
    discussion: """
      Training with loraRank changes no weights but small adapters beside them, so that a policy, or a voice's decoder, can
      be made a one-step one with a small file, and another one of the same network, trained on other data, with the same
      file. What a method's network embeds besides (lcm a guidance, ctm and meanflow the end of a jump) is in the file, too.

      EXAMPLES:
        saltus train policy --data demonstrations.zarr --out runs/lora --teacher runs/teacher/last.safetensors \\
          --set objective=cd --set loraRank=16
        saltus lora extract runs/lora/last.safetensors -o fast.safetensors
        saltus lora merge runs/other/last.safetensors fast.safetensors -o other-fast.safetensors
        saltus train speech --data recordings/me --out runs/me --set student.loraRank=16
        saltus lora extract runs/me/student/last.safetensors -o fast.safetensors
        saltus lora merge runs/tuned/teacher/last.safetensors fast.safetensors -o tuned-fast.safetensors
      """, subcommands: [Extract.self, Merge.self])

  struct Extract: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write the adapters of a training run to a file.")

    @Argument(help: ArgumentHelp("A checkpoint of training with loraRank.", valueName: "checkpoint"))
    var checkpoint: String

    @Option(name: [.short, .long], help: ArgumentHelp("File to write.", valueName: "FILE"))
    var output: String

    @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

    func run() throws {
      let (source, target) = (URL(filePath: checkpoint), URL(filePath: output))
      if try BundledModels.isVoice(source) {
        try VoiceAdapter(contentsOf: source).write(to: target)
      } else {
        try PolicyAdapter(contentsOf: source).write(to: target)
      }
    }
  }

  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a policy or a voice with adapters merged into its weights.")

    @Argument(
      help: ArgumentHelp(
        "A policy or a voice with the network that the adapters were trained for: a checkpoint, or a bundled model.",
        valueName: "model"))
    var model: String

    @Argument(help: ArgumentHelp("A file of 'saltus lora extract'.", valueName: "adapters"))
    var adapters: String

    @Option(name: [.short, .long], help: ArgumentHelp("File to write.", valueName: "FILE"))
    var output: String

    @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

    func run() throws {
      let (source, file, target) = (try BundledModels.file(model), URL(filePath: adapters), URL(filePath: output))
      if try BundledModels.isVoice(file) {
        try VoiceAdapter(contentsOf: file).applied(to: TrainedVoice(contentsOf: source)).writeBundle(to: target)
      } else {
        try PolicyAdapter(contentsOf: file).applied(to: TrainedPolicy(contentsOf: source)).writeBundle(to: target)
      }
    }
  }
}
