import Checkpoints
import Testing

/// What is suggested for a misspelt name.
struct NearestNameTests {
  static let names = ["action", "keypoint", "n_contacts", "state"]

  @Test(arguments: [
    ("actions", "action"), ("Keypiont", "keypoint"), ("stat", "state"), ("contacts", "n_contacts"),
    ("agent_state", "state"),
  ]) func isTheOneMeant(word: String, expected: String) {
    #expect(word.nearest(among: Self.names) == expected)
  }

  @Test(arguments: ["", "x", "velocity"]) func isNoneWhereNothingIsNear(word: String) {
    #expect(word.nearest(among: Self.names) == nil)
  }

  @Test func hintsListWhatThereIs() {
    #expect("stat".hint(among: ["state", "action"]) == "did you mean \"state\"? there are: action, state")
    #expect("velocity".hint(among: ["state", "action"]) == "there are: action, state")
    #expect("velocity".hint(among: []) == "there are none")
  }
}
