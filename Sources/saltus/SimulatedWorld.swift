import ArgumentParser
import Environments
import PushTEnv
import TwoWayEnv

/// The worlds that commands know by name.
enum SimulatedWorld: String, ExpressibleByArgument, CaseIterable, Codable {
  case pusht
  case twoway

  /// See `Environment.symmetries`.
  var symmetries: [Symmetry] {
    switch self {
    case .pusht: PushT().symmetries
    case .twoway: TwoWay().symmetries
    }
  }
}
