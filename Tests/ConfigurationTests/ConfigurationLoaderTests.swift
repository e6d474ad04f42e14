import Configuration
import Foundation
import Testing

@Suite struct ConfigurationLoaderTests {
  @Test func nothingGivenIsTheDefaults() throws {
    #expect(try load() == Example())
    #expect(try load("# only a comment\n") == Example())
  }

  @Test func aFileGoesOverTheDefaultsAndSetGoesOverTheFile() throws {
    let value = try load(
      "steps: 50\nlearningRate: 3e-4\nnetwork:\n  widths: [32, 64]\nobjective: ect", "steps=60", "network.dropout=0",
      "steps=70")
    var expected = Example()
    expected.steps = 70
    expected.learningRate = 3e-4
    expected.objective = .ect
    expected.network = Network(widths: [32, 64], dropout: 0)
    #expect(value == expected)
  }

  @Test func aFileOnDiskIsRead() throws {
    let path = NSTemporaryDirectory() + "configuration-\(UUID().uuidString).yaml"
    try "steps: 12\n".write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try ConfigurationLoader.load(Example.self, defaults: Example(), file: path).steps == 12)
  }

  @Test func aMissingFileIsNamed() {
    #expect(throws: ConfigurationError.self) {
      try ConfigurationLoader.load(defaults: Example(), file: "/nowhere/run.yaml")
    }
  }

  @Test func numbersAreReadAsTheStructWantsThem() throws {
    let value = try load("steps: 2e4\nlearningRate: 1\nteacher: 5\nseed: 18446744073709551615")
    #expect(value.steps == 20000)
    #expect(value.learningRate == 1)
    #expect(value.teacher == "5")
    #expect(value.seed == .max)
    #expect(try load("steps: 20_000").steps == 20000)
  }

  @Test(arguments: ["widths=[1, 2, 3]", "widths=1,2,3", "widths=1, 2, 3"]) func aListIsWrittenWithOrWithoutBrackets(
    text: String
  ) throws {
    #expect(try load("", "network." + text).network.widths == [1, 2, 3])
  }

  @Test func oneValueIsAListOfOneAfterSet() throws {
    #expect(try load("", "network.widths=96").network.widths == [96])
  }

  @Test func nullClearsAnOptionalValue() throws {
    #expect(try load("note: null").note == nil)
    #expect(try load("", "note=").note == nil)
    #expect(try load("note: \"null\"").note == "null")
  }

  @Test func anotherCaseOfAChoiceReplacesTheDefaultOne() throws {
    #expect(try load("noise: {discrete: {levels: 18}}").noise == .discrete(levels: 18))
    #expect(try load("", "noise.lognormal.mean=-1.2").noise == .lognormal(mean: -1.2, deviation: 1.6))
  }

  @Test func structsMayShareASection() throws {
    let text = "steps: 20\nwidths: [8]\nobjective: student"
    let value = try ConfigurationLoader.load(defaults: Flat(), text: text, name: "run.yaml", overrides: ["seed=3"])
    #expect(value.training == .init(steps: 20, seed: 3))
    #expect(value.network.widths == [8])
    #expect(value.objective == .student(mean: -0.8, growth: 2))
    #expect(try ConfigurationLoader.load(defaults: Flat(), text: ConfigurationLoader.json(value), name: "") == value)
    #expect(throws: ConfigurationError.self) {
      try ConfigurationLoader.load(defaults: Flat(), overrides: ["width=3"])
    }
  }

  @Test(arguments: [
    (["objective=student", "objective.growth=4"], Method.student(mean: -0.8, growth: 4)),
    (["objective={method: student, growth: 5}"], Method.student(mean: -0.8, growth: 5)),
    (["objective.method=student", "objective.mean=0"], Method.student(mean: 0, growth: 2)),
    (["objective.mean=3"], Method.teacher(mean: 3)),
    (["objective.mean=3", "objective=student"], Method.student(mean: -0.8, growth: 2)),
  ]) func aMethodBringsItsOwnDefaults(overrides: [String], method: Method) throws {
    #expect(try ConfigurationLoader.load(defaults: Flat(), overrides: overrides).objective == method)
  }

  @Test func aKeyOfAnotherMethodIsUnknown() {
    #expect(throws: ConfigurationError.self) {
      try ConfigurationLoader.load(defaults: Flat(), overrides: ["objective.growth=4"])
    }
  }

  @Test func valuesMayHoldEqualSigns() throws {
    #expect(try load("", "teacher=a=b").teacher == "a=b")
  }

  @Test func listsOfSectionsAreRead() throws {
    let value = try load("stages:\n  - {name: teacher, steps: 5}\n  - name: student\n    steps: 6\n")
    #expect(value.stages == [Stage(name: "teacher", steps: 5), Stage(name: "student", steps: 6)])
  }

  @Test func keysListEveryLeafWithItsValue() throws {
    let keys = try ConfigurationLoader.keys(of: Example())
    #expect(
      keys.map(\.key) == [
        "steps", "learningRate", "objective", "note", "isAveraged", "noise", "network.widths", "network.dropout",
        "stages", "seed", "teacher",
      ])
    #expect(keys.first { $0.key == "network.dropout" }?.value == "0.1")
    #expect(keys.first { $0.key == "noise" }?.value == #"{"lognormal":{"deviation":1.6,"mean":-0.8}}"#)
    #expect(keys.first { $0.key == "teacher" }?.value == "null")
  }
}
