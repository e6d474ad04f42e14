import Configuration
import Foundation
import Testing

@Suite struct ConfigurationErrorTests {
  @Test func anUnknownKeySuggestsTheNearestAndSaysWhere() {
    #expect(
      problems("steps: 1\nlerningRate: 2\n") == [
        #"run.yaml:2: unknown key "lerningRate"; did you mean "learningRate"?"#
      ])
    #expect(
      problems("", "network.width=3") == [
        #"--set network.width=3: unknown key "network.width"; did you mean "network.widths"?"#
      ])
    #expect(
      problems("stages: [{name: a, steps: 1, stpes: 2}]") == [
        #"run.yaml:1: unknown key "stages.0.stpes"; did you mean "stages.0.steps"?"#
      ])
  }

  @Test func aKeyOfAnotherSectionIsFoundThere() {
    #expect(
      problems("", "widths=1,2") == [#"--set widths=1,2: unknown key "widths"; did you mean "network.widths"?"#])
  }

  @Test func aStrangeKeyListsTheKnownOnes() {
    #expect(
      problems("network:\n  zzz: 1\n") == [
        #"run.yaml:2: unknown key "network.zzz"; the keys in "network" are widths, dropout"#
      ])
  }

  @Test func everyUnknownKeyIsReported() {
    #expect(problems("stepz: 1\nnetwork: {dropot: 2}", "objektive=cd").count == 3)
  }

  @Test(arguments: [
    ("steps: soon", #"run.yaml:1: "steps": expected an integer, found "soon""#),
    ("steps: 1.5", #"run.yaml:1: "steps": expected an integer, found "1.5""#),
    ("steps: \"5\"", #"run.yaml:1: "steps": expected an integer, found the text "5""#),
    ("\nlearningRate: [1]", #"run.yaml:2: "learningRate": expected a number, found a list"#),
    ("learningRate: nan", #"run.yaml:1: "learningRate": expected a number, found "nan""#),
    ("learningRate: 1e999", #"run.yaml:1: "learningRate": expected a number, found "1e999""#),
    ("isAveraged: maybe", #"run.yaml:1: "isAveraged": expected true or false, found "maybe""#),
    ("objective: edn", #"run.yaml:1: "objective": expected one of edm, cd, ect, found "edn""#),
    ("network: 5", #"run.yaml:1: "network": expected a section of keys and values, found "5""#),
    ("network: {widths: 64}", #"run.yaml:1: "network.widths": expected a list such as [1, 2], found "64""#),
    ("network:\n  widths:\n  - 64\n  - x", #"run.yaml:4: "network.widths.1": expected an integer, found "x""#),
    ("steps: null", #"run.yaml:1: "steps": expected an integer, found null"#),
    ("seed: -1", #"run.yaml:1: "seed": expected an integer in 0...18446744073709551615, found "-1""#),
    ("stages:\n  - {name: a}", #"run.yaml:2: "stages.0.steps" is missing"#),
    ("- 1", #"run.yaml:1: expected lines such as "steps: 1000", found a list"#),
  ]) func aWrongTypeNamesKeyExpectedAndFound(yaml: String, problem: String) {
    #expect(problems(yaml) == [problem])
  }

  @Test func brokenYAMLNamesTheLine() throws {
    let unclosed = try #require(problems("steps: 1\nnetwork: {widths: [1\n").first)
    #expect(unclosed.hasPrefix("run.yaml:"))
    #expect(unclosed.contains("not readable YAML"))
    let twice = try #require(problems("steps: 1\nsteps: 2\n").first)
    #expect(twice.hasPrefix("run.yaml:1: \"steps\" is given more than once"))
  }

  @Test(arguments: ["steps", "=3", "a..b=1", ".a=1"]) func anOverrideWithoutKeyOrValueIsRefused(text: String) {
    #expect(problems("", text) == ["--set \(text): expected key=value, such as learningRate=3e-4"])
  }
}

@Suite struct ConfigurationJSONTests {
  @Test func jsonGivesTheEqualValueBackWhateverTheDefaultsAre() throws {
    var value = Example()
    value.learningRate = 0.1 + 0.2
    value.note = nil
    value.teacher = "a \"quoted\"\n\\path\u{1} é 🙂"
    value.noise = .discrete(levels: 3)
    value.network.dropout = 1 / 3
    value.stages = [Stage(name: "null", steps: -4), Stage(name: "5", steps: 6)]
    let text = try ConfigurationLoader.json(value)
    #expect(try ConfigurationLoader.load(defaults: Example(), text: text, name: "checkpoint") == value)
    #expect(try ConfigurationLoader.json(value) == text)
  }

  @Test func jsonIsReadableByFoundationAndSorted() throws {
    let text = try ConfigurationLoader.json(Example())
    #expect(try JSONDecoder().decode(Example.self, from: Data(text.utf8)) == Example())
    #expect(text.hasPrefix(#"{"isAveraged":true,"learningRate":0.0005,"network":{"#))
  }

  @Test func infinityIsReadFromYAMLAndRefusedByJSON() throws {
    let value = try load("learningRate: .inf")
    #expect(value.learningRate == .infinity)
    #expect(throws: ConfigurationError.self) { try ConfigurationLoader.json(value) }
  }
}
