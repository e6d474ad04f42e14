import ArgumentParser
import Foundation
import PolicyHead
import Reporting

/// `saltus lora`: low-rank adapters apart from the weights that they were trained on.
struct Lora: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Save low-rank adapters by themselves, and merge them into a policy.",
    discussion: """
      Training with loraRank changes no weights but small adapters beside them, so that a policy can be made a one-step one
      with a small file, and another policy of the same network, trained on other data, with the same file.

      EXAMPLES:
        saltus train policy --data demonstrations.zarr --out runs/lora --teacher runs/teacher/last.safetensors \\
          --set objective=cd --set loraRank=16
        saltus lora extract runs/lora/last.safetensors -o fast.safetensors
        saltus lora merge runs/other/last.safetensors fast.safetensors -o other-fast.safetensors
      """, subcommands: [Extract.self, Merge.self])

  struct Extract: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write the adapters of a training run to a file.")

    @Argument(help: ArgumentHelp("A checkpoint of training with loraRank.", valueName: "checkpoint"))
    var checkpoint: String

    @Option(name: [.short, .long], help: ArgumentHelp("File to write.", valueName: "FILE"))
    var output: String

    @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

    func run() throws {
      try PolicyAdapter(contentsOf: URL(filePath: checkpoint)).write(to: URL(filePath: output))
    }
  }

  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write a policy with adapters merged into its weights.")

    @Argument(help: ArgumentHelp("A policy with the network that the adapters were trained for.", valueName: "policy"))
    var policy: String

    @Argument(help: ArgumentHelp("A file of 'saltus lora extract'.", valueName: "adapters"))
    var adapters: String

    @Option(name: [.short, .long], help: ArgumentHelp("File to write.", valueName: "FILE"))
    var output: String

    @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

    func run() throws {
      let adapter = try PolicyAdapter(contentsOf: URL(filePath: adapters))
      try adapter.applied(to: PolicyArguments.load(policy)).writeBundle(to: URL(filePath: output))
    }
  }
}
