import Environments
import Foundation

/// A file of states to start episodes from:
/// `{"reset_order": "position_then_angle", "states": [[agent x, agent y, block x, block y, angle], …]}`.
public struct PushTInitialStates: Sendable {
  /// The order in which the file's states must be set.
  public let order: PushTSimulation.ResetOrder
  /// One state per episode; at least one.
  public let states: [PushTState]

  /// Reads a file.
  ///
  /// - Throws: `EnvironmentError.badInitialStates` with the path and the place.
  public init(path: String) throws(EnvironmentError) {
    func fail(_ reason: String) -> EnvironmentError { .badInitialStates(path: path, reason: reason) }
    let contents: Contents
    do {
      contents = try JSONDecoder().decode(Contents.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch let error as DecodingError {
      throw fail("not a file of initial states: \(Self.text(error))")
    } catch {
      throw fail("could not be read: \(error.localizedDescription)")
    }
    guard let order = PushTSimulation.ResetOrder(rawValue: contents.reset_order) else {
      let known = PushTSimulation.ResetOrder.allCases.map(\.rawValue).joined(separator: " or ")
      throw fail("reset_order is \"\(contents.reset_order)\": write \(known)")
    }
    guard !contents.states.isEmpty else { throw fail("states is empty: give at least one") }
    var states: [PushTState] = []
    for (index, values) in contents.states.enumerated() {
      do {
        let state = try PushTState(values)
        try state.validate()
        states.append(state)
      } catch {
        throw fail("states[\(index)]: \(error)")
      }
    }
    self.order = order
    self.states = states
  }

  private struct Contents: Decodable {
    let reset_order: String
    let states: [[Double]]
  }

  private static func text(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "the key \"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    case .dataCorrupted(let context): context.debugDescription
    @unknown default: "\(error)"
    }
  }
}
