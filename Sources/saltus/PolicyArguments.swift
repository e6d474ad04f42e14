import ArgumentParser
import Consistency
import Foundation
import PolicyHead
import Reporting

/// Which policy, and how its actions are drawn: shared by `evaluate` and `act`.
struct PolicyArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("A checkpoint of training, or bundled:pusht.", valueName: "checkpoint"))
  var checkpoint: String

  @Option(help: ArgumentHelp("Network calls of the consistency sampler, or intervals of --solver.", valueName: "K"))
  var steps = 1

  @Option(help: "Follow the ODE with this solver, as for an EDM teacher: euler (K calls) or heun (2K - 1 calls).")
  var solver: ODEMethod?

  @Option(help: ArgumentHelp("Falling noise levels of the chain, in place of --steps.", valueName: "80,0.5"))
  var sigmas: String?

  func validate() throws {
    if steps < 1 { throw ValidationError("--steps \(steps): at least 1 is needed.") }
    if sigmas != nil && solver != nil {
      throw ValidationError("--sigmas is for chains, --solver for the ODE: give one.")
    }
  }

  func sampler() throws -> SamplingMethod {
    if let solver { return .solver(solver, intervals: steps) }
    guard let sigmas else { return .consistency(steps: steps) }
    let values = sigmas.split(separator: ",").map { Double($0.trimmingCharacters(in: .whitespaces)) }
    guard values.allSatisfy({ $0 != nil }) else {
      throw ValidationError("--sigmas \(sigmas): give numbers with commas between them, such as 80,0.5")
    }
    return .chain(sigmas: values.map { $0! })
  }

  func policy() throws -> TrainedPolicy { try Self.load(checkpoint) }

  /// A checkpoint by path, or a bundled one by name.
  static func load(_ name: String) throws -> TrainedPolicy {
    try TrainedPolicy(contentsOf: BundledModels.file(name))
  }
}

extension ODEMethod: ExpressibleByArgument {}
