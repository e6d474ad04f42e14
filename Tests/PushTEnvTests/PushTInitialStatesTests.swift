import Environments
import Foundation
import PushTEnv
import TestSupport
import Testing

struct PushTInitialStatesTests {
  @Test func fileGivesStatesAndTheirOrder() throws {
    let text = #"{"reset_order": "angle_then_position", "states": [[1, 2, 3, 4, 0.5], [6, 7, 8, 9, -1]]}"#
    let file = try read(text)
    #expect(file.order == .angleThenPosition)
    #expect(file.states.map(\.values) == [[1, 2, 3, 4, 0.5], [6, 7, 8, 9, -1]])
  }

  @Test(arguments: [
    (#"{"states": [[1, 2, 3, 4, 5]]}"#, "reset_order"),
    (#"{"reset_order": "angle", "states": [[1, 2, 3, 4, 5]]}"#, "angle_then_position"),
    (#"{"reset_order": "angle_then_position", "states": []}"#, "empty"),
    (#"{"reset_order": "angle_then_position", "states": [[1, 2, 3, 4, 5], [1, 2]]}"#, "states[1]"),
    (#"{"reset_order": "angle_then_position", "states": [[1, 2, 3, 9999, 5]]}"#, "block y"),
    (#"{"reset_order": "angle_then_position", "states": [[1, 2, "x", 4, 5]]}"#, "states"),
    ("[", "not a file of initial states"),
  ])
  func unusableFilesAreNamedWithThePlace(text: String, place: String) throws {
    #expect {
      try read(text)
    } throws: { error in
      "\(error)".contains(place) && "\(error)".contains("states.json")
    }
  }

  private func read(_ text: String) throws -> PushTInitialStates {
    var result: PushTInitialStates?
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("states.json")
      try Data(text.utf8).write(to: file)
      result = try PushTInitialStates(path: file.path)
    }
    return try #require(result)
  }
}
