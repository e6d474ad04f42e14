import ArgumentParser
import Autograd
import Backbone
import Checkpoints
import Foundation
import PolicyHead
import Reporting

/// `saltus inspect`: what is in a checkpoint.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what a checkpoint holds: description, training state, tensors.",
    discussion: """
      EXAMPLES:
        saltus inspect runs/pusht/last.safetensors
        saltus inspect bundled:pusht --tensors
        saltus inspect bundled:pusht --plan
      """)

  @Argument(help: ArgumentHelp("A checkpoint, bundled:pusht or bundled:default.", valueName: "checkpoint"))
  var checkpoint: String

  @Flag(help: "List every tensor.")
  var tensors = false

  @Flag(help: "Print the compiled plan of a policy's network call at batch 1.")
  var plan = false

  @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

  func run() throws {
    let url = try BundledModels.file(checkpoint)
    let file = try SafetensorsFile(url)
    print(
      "\(url.lastPathComponent): \(file.tensors.count) tensors, \(file.tensors.reduce(0) { $0 + $1.bytes.count }) bytes"
    )
    for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) { print("\n\(key):\n\(Self.indented(value))") }
    var groups: [String: (tensors: Int, values: Int)] = [:]
    for tensor in file.tensors {
      let group = String(tensor.name.prefix { $0 != "." })
      groups[group, default: (0, 0)].tensors += 1
      groups[group]!.values += tensor.count
    }
    print("\ntensors:")
    for (name, size) in groups.sorted(by: { $0.key < $1.key }) {
      print("  \(name).*: \(size.tensors) tensors, \(size.values) values")
    }
    if tensors { for tensor in file.tensors { print("  \(tensor.name) \(tensor.shape) \(tensor.type.rawValue)") } }
    if plan {
      let predictor = try ActionPredictor(TrainedPolicy(contentsOf: url), sampler: .consistency(steps: 1))
      print("\nplan:\n\(predictor.planDescription)")
    }
  }

  /// JSON with indentation; other text as it is.
  private static func indented(_ text: String) -> String {
    guard let value = try? JSONSerialization.jsonObject(with: Data(text.utf8)),
      let data = try? JSONSerialization.data(
        withJSONObject: value, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    else { return text }
    return String(decoding: data, as: UTF8.self)
  }
}
