import ArgumentParser
import Consistency
import Foundation
import PolicyHead
import Reporting

/// Which policy, and how its actions are drawn: shared by `evaluate`, `act` and `control`.
struct PolicyArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("A checkpoint of training, or bundled:pusht.", valueName: "checkpoint"))
  var checkpoint: String

  @Option(help: ArgumentHelp("Network calls of the consistency sampler, or intervals of --solver.", valueName: "K"))
  var steps = 1

  @Option(
    help: "Follow the ODE with this solver, as for an EDM teacher: euler or multistep (K calls), heun (2K - 1 calls).")
  var solver: ODEMethod?

  @Option(help: ArgumentHelp("Falling noise levels of the chain, in place of --steps.", valueName: "80,0.5"))
  var sigmas: String?

  @Option(
    help: ArgumentHelp(
      "Share of the trained noise that sampling starts from and adds, in place of the policy's own; 0 to 2.",
      valueName: "X"))
  var temperature: Double?

  @Option(
    help: ArgumentHelp(
      "The same for the noise that sampling starts from alone (Consistency Policy's reduced initial variance).",
      valueName: "X"))
  var initialTemperature: Double?

  @Option(
    help: ArgumentHelp(
      "How strongly a policy trained with guidance (objective=lcm) follows its observations, in place of its own; 0 is "
        + "plain.", valueName: "W"))
  var guidance: Double?

  @Option(
    help: ArgumentHelp(
      "Of policies that jump between any two noise levels (ctm, meanflow): 0 for long jumps without fresh noise, 1 for "
        + "consistency sampling; in place of the policy's own.", valueName: "X"))
  var gamma: Double?

  func validate() throws {
    if let temperature, !(0...2).contains(temperature) {
      throw ValidationError("--temperature \(temperature): 0 to 2 are possible.")
    }
    if let initialTemperature, !(0...2).contains(initialTemperature) {
      throw ValidationError("--initial-temperature \(initialTemperature): 0 to 2 are possible.")
    }
    try Self.check(gamma: gamma, solver: solver)
    if steps < 1 { throw ValidationError("--steps \(steps): at least 1 is needed.") }
    if sigmas != nil && solver != nil {
      throw ValidationError("--sigmas is for chains, --solver for the ODE: give one.")
    }
  }

  func sampler() throws -> SamplingMethod {
    if let solver { return .solver(solver, intervals: steps) }
    guard let sigmas else { return .consistency(steps: steps) }
    return .chain(sigmas: try noiseLevels(sigmas, option: "--sigmas"))
  }

  /// The policy, used as asked.
  ///
  /// - Parameter actionSteps: executed actions of every chunk, in place of the trained number.
  func policy(actionSteps: Int? = nil) throws -> TrainedPolicy {
    try Self.load(checkpoint).used(
      PolicyUse(
        actionSteps: actionSteps, temperature: temperature, initialTemperature: initialTemperature, gamma: gamma,
        guidance: guidance))
  }

  /// Refuses a gamma that is none, or that a solver would pass over: for policies and voices.
  static func check(gamma: Double?, solver: ODEMethod?) throws {
    guard let gamma else { return }
    if !(0...1).contains(gamma) { throw ValidationError("--gamma \(gamma): 0 to 1 are possible.") }
    if solver != nil { throw ValidationError("--gamma is for chains, --solver for the ODE: give one.") }
  }

  /// A checkpoint by path, or a bundled one by name.
  static func load(_ name: String) throws -> TrainedPolicy {
    try TrainedPolicy(contentsOf: BundledModels.file(name))
  }
}

/// Numbers with commas between them.
func noiseLevels(_ text: String, option: String) throws -> [Double] {
  let values = text.split(separator: ",").map { Double($0.trimmingCharacters(in: .whitespaces)) }
  guard values.allSatisfy({ $0 != nil }) else {
    throw ValidationError("\(option) \(text): give numbers with commas between them, such as 80,0.5")
  }
  return values.map { $0! }
}

extension ODEMethod: ExpressibleByArgument {}
