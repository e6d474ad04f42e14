import Datasets
import Foundation
import Testing

/// Columns are selected by name and joined in the recipe's order.
struct PolicyDatasetTests {
  @Test(arguments: [
    ("state", ColumnSelector("state")), ("state[3]", ColumnSelector("state", start: 3, end: 4)),
    ("state[0:2]", ColumnSelector("state", start: 0, end: 2)), ("state[2:]", ColumnSelector("state", start: 2)),
    ("state[:2]", ColumnSelector("state", end: 2)), ("arm/left[1:3]", ColumnSelector("arm/left", start: 1, end: 3)),
  ]) func selectorsReadAndPrintAlike(text: String, expected: ColumnSelector) throws {
    let selector = try ColumnSelector(parsing: text)
    #expect(selector == expected)
    #expect(selector.description == text)
    let json = try JSONEncoder().encode([selector])
    #expect(try JSONDecoder().decode([ColumnSelector].self, from: json) == [expected])
  }

  @Test(arguments: [
    "", "[0]", "state[", "state]", "state[]", "state[a]", "state[-1]", "state[1:2:3]", "state[0][1]", "s[+1:x]",
  ])
  func whatIsNoSelectorIsNamed(text: String) {
    #expect(
      throws: DatasetError(
        .malformed, path: "column selector", place: "\"\(text)\"",
        "expected a column's name, optionally with positions: state, state[3], state[0:2]")
    ) { try ColumnSelector(parsing: text) }
  }

  private func recipe(_ observation: [String], _ action: [String]) throws -> PolicyRecipe {
    PolicyRecipe(
      observation: try observation.map { try ColumnSelector(parsing: $0) },
      action: try action.map { try ColumnSelector(parsing: $0) })
  }

  @Test func columnsAreJoinedInTheRecipesOrder() throws {
    let episodes = try EpisodesTests.episodes([2, 1])
    let data = try PolicyDataset(episodes, recipe: recipe(["time", "position[1]", "position"], ["position[0:1]"]))
    #expect(data.observationSize == 4)
    #expect(data.actionSize == 1)
    #expect(data.observations == [0, 1, 0, 1, 1 / 8, 3, 2, 3, 2 / 8, 5, 4, 5])
    #expect(data.actions == [0, 2, 4])
    #expect(data.ends == [2, 3])
    #expect(data.recipe.columnNames == ["time", "position"])
  }

  @Test func pushTIsKeypointsThenAgent() {
    #expect(PolicyRecipe.pushT.observation.map(\.description) == ["keypoint", "state[0:2]"])
    #expect(PolicyRecipe.pushT.columnNames == ["keypoint", "state", "action"])
  }

  @Test func missingColumnsAndPositionsAreNamed() throws {
    let episodes = try EpisodesTests.episodes([2, 1])
    #expect(
      throws: DatasetError(
        .missing, path: "episodes", place: "column \"positions\"",
        "there is none; did you mean \"position\"? there are: position, time")
    ) { try PolicyDataset(episodes, recipe: recipe(["positions"], ["time"])) }
    #expect(
      throws: DatasetError(
        .missing, path: "episodes", place: "column \"position\"", "position[1:3] selects 1..<3 of 2 numbers per step")
    ) { try PolicyDataset(episodes, recipe: recipe(["position[1:3]"], ["time"])) }
    #expect(
      throws: DatasetError(.missing, path: "episodes", place: "recipe", "no column is selected as action")
    ) { try PolicyDataset(episodes, recipe: recipe(["position"], [])) }
  }
}
