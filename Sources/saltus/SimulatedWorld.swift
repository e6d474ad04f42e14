import ArgumentParser
import Environments
import PushTEnv

/// The worlds that commands know by name.
enum SimulatedWorld: String, ExpressibleByArgument, CaseIterable, Codable {
  case pusht

  /// See `Environment.symmetries`.
  var symmetries: [Symmetry] {
    switch self {
    case .pusht: PushT().symmetries
    }
  }
}
