import Comparison
import Datasets
import Foundation
import Reporting
import TestSupport
import Testing

/// `saltus compare` on a tiny recording.
struct ComparisonCommandTests {
  /// Episodes in which nothing is done well, in Push-T's columns.
  private func writeData(_ url: URL) throws {
    let writer = try EpisodesWriter(
      url,
      columns: [
        .init(name: "keypoint", shape: [9, 2]), .init(name: "state", shape: [5]), .init(name: "action", shape: [2]),
      ])
    for episode in 0..<8 {
      func values(_ width: Int) -> [Float] {
        (0..<20 * width).map { 256 + 150 * Float(sin(0.37 * Double($0) + Double(episode))) }
      }
      try writer.append(["keypoint": values(18), "state": values(5), "action": values(2)])
    }
    try writer.finish()
  }

  private func writePreset(_ folder: URL) throws {
    let files = [
      "edm.yaml": "objective: edm\n", "ect.yaml": "objective: ect\n", "ctm.yaml": "objective: ctm\n",
      "comparison.yaml": """
      set: [noiseScale=edm]
      methods:
        - {name: edm, title: teacher, stages: [{name: teacher, config: edm.yaml, evaluate: [{steps: 1, solver: euler}]}]}
        - {name: ect, title: tuned, stages: [{config: ect.yaml, start: edm, evaluate: [{steps: 1}, {steps: 2}]}]}

      """,
      "jumps.yaml": """
      budget: 24
      methods:
        - {name: edm, title: teacher, stages: [{name: teacher, config: edm.yaml, evaluate: [{steps: 1, solver: euler}]}]}
        - name: ctm
          title: jumps
          stages:
            - {config: ctm.yaml, teacher: edm, evaluate: [{steps: 1}, {steps: 4, gamma: 0}, {steps: 4, gamma: 1}]}

      """,
    ]
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
  }

  private func compare(
    _ folder: URL, preset: URL? = nil, _ more: String...
  ) throws -> (code: Int32, output: String, errors: String) {
    try SaltusCommand.run(
      [
        "compare", "--data", folder.appending(path: "data.zarr").path, "--out", folder.appending(path: "out").path,
        "--preset", (preset ?? folder.appending(path: "comparison.yaml")).path, "--batch", "8", "--episodes", "2",
        "--threads", "1",
        "--set", "widths=8,16", "--set", "groups=4", "--set", "embedding=8", "--set", "heldOutEpisodes=0.25", "--set",
        "evaluateEvery=0", "--set", "checkpointEvery=3",
      ] + more)
  }

  private func dates(_ folder: URL, _ stages: [String]) throws -> [Date?] {
    try stages.map {
      let path = folder.appending(path: "out/\($0)/last.safetensors").path
      return try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    }
  }

  @Test func whatIsDoneIsNotDoneAgain() throws {
    try withTemporaryFolder { folder in
      try writeData(folder.appending(path: "data.zarr"))
      try writePreset(folder)
      let first = try compare(folder, "--budget", "24", "--methods", "ect")
      #expect(first.code == 0, "\(first.errors)")
      #expect(first.output.contains("| ect, tuned |") && !first.output.contains("| edm,"))
      let row = try ComparisonRow<EvaluationReport>.read(folder.appending(path: "out/ect.json").path)
      #expect(row.training.map(\.steps) == [6] && row.evaluations == 24 && row.origins == ["edm"])
      #expect(row.results.map(\.calls) == [1, 2] && row.results.allSatisfy { $0.report.episodes == 2 })
      #expect(row.training[0].seconds > 0)

      let stages = ["edm/teacher", "ect/student"]
      let before = try dates(folder, stages)
      let second = try compare(folder, "--budget", "24", "--methods", "ect")
      #expect(second.code == 0 && !second.errors.contains("wrote"), "\(second.errors)")
      #expect(try dates(folder, stages) == before && second.output == first.output)

      // The teacher's row is made of what was trained for the student's.
      let table = folder.appending(path: "table.md").path
      let third = try compare(folder, "--budget", "24", "--table", table)
      #expect(third.code == 0, "\(third.errors)")
      #expect(try dates(folder, stages) == before)
      let teacher = try ComparisonRow<EvaluationReport>.read(folder.appending(path: "out/edm.json").path)
      #expect(teacher.training.map(\.steps) == [8])
      let text = try String(contentsOfFile: table, encoding: .utf8)
      #expect(text.contains("| ect, tuned |") && text.contains("| edm, teacher |"))

      // Table and plot anew from the rows alone.
      let plot = folder.appending(path: "plot.svg").path
      let fourth = try SaltusCommand.run(["compare", "--rows", folder.appending(path: "out").path, "--plot", plot])
      #expect(fourth.code == 0 && fourth.output.hasPrefix(text), "\(fourth.errors)")
      #expect(FileManager.default.fileExists(atPath: plot))

      let other = try compare(folder, "--budget", "48", "--methods", "ect")
      #expect(other.code == 1 && other.errors.contains("was made with other settings"), "\(other.errors)")
    }
  }

  @Test func whatWasTrainedElsewhereIsTakenFromThere() throws {
    try withTemporaryFolder { folder in
      try writeData(folder.appending(path: "data.zarr"))
      try writePreset(folder)
      let first = try compare(folder, "--budget", "24", "--methods", "ect")
      #expect(first.code == 0, "\(first.errors)")
      let teacher = folder.appending(path: "teacher.safetensors")
      let (out, results) = (folder.appending(path: "out"), "ect.json")
      try FileManager.default.moveItem(at: out.appending(path: "edm/teacher/last.safetensors"), to: teacher)
      let before = try ComparisonRow<EvaluationReport>.read(out.appending(path: results).path)
      try FileManager.default.removeItem(at: out)
      let second = try compare(
        folder, "--budget", "24", "--methods", "ect", "--trained", "edm/teacher=\(teacher.path)")
      #expect(second.code == 0, "\(second.errors)")
      #expect(!FileManager.default.fileExists(atPath: out.appending(path: "edm").path))
      let after = try ComparisonRow<EvaluationReport>.read(out.appending(path: results).path)
      #expect(after.results.map(\.report.scores) == before.results.map(\.report.scores))
      for (stage, code) in [("edm=x", 1 as Int32), ("ect/student=x", 1), ("edm/teacher", 64)] {
        let wrong = try compare(folder, "--budget", "24", "--methods", "ect", "--trained", stage)
        #expect(wrong.code == code && wrong.errors.contains("edm/teacher"), "\(stage): \(wrong.errors)")
      }
    }
  }

  /// A network of a few steps jumps, too: with fresh noise elsewhere than without it.
  @Test func everyGammaIsMeasured() throws {
    try withTemporaryFolder { folder in
      try writeData(folder.appending(path: "data.zarr"))
      try writePreset(folder)
      let preset = folder.appending(path: "jumps.yaml")
      let result = try compare(folder, preset: preset, "--methods", "ctm")
      #expect(result.code == 0, "\(result.errors)")
      let row = try ComparisonRow<EvaluationReport>.read(folder.appending(path: "out/ctm.json").path)
      #expect(row.settings.budget == 24 && row.results.map(\.calls) == [1, 4, 4])
      #expect(row.results.map(\.gamma) == [nil, 0, 1])
      #expect(row.results[1].report.jumps != row.results[2].report.jumps)
      #expect(result.output.contains(" | γ 0: ") && result.output.contains("; γ 1: "), "\(result.output)")
    }
  }

  @Test func aGammaForAnotherMethodIsToldBeforeAnythingIsTrained() throws {
    try withTemporaryFolder { folder in
      try writeData(folder.appending(path: "data.zarr"))
      try writePreset(folder)
      try Data("objective: cd\n".utf8).write(to: folder.appending(path: "ctm.yaml"))
      let result = try compare(folder, preset: folder.appending(path: "jumps.yaml"))
      #expect(result.code == 1 && result.errors.contains("ctm: student: gamma is 0.0; give none"), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
    }
  }

  private func recordTwoWay(_ url: URL) throws {
    let result = try SaltusCommand.run(
      ["record", "--env", "twoway", "--left-share", "0.7", "--episodes", "12", "--out", url.path])
    try #require(result.code == 0, "\(result.errors)")
  }

  /// Training stops at the first number that is not finite.
  @Test(arguments: ["pusht", "twoway"]) func everyMethodOfAPresetTrainsAndActs(world: String) throws {
    let preset = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Examples/Presets/compare/\(world)/comparison.yaml")
    try withTemporaryFolder { folder in
      let data = folder.appending(path: "data.zarr")
      if world == "twoway" { try recordTwoWay(data) } else { try writeData(data) }
      let result = try compare(
        folder, preset: preset, "--env", world, "--budget", "240", "--set", "warmupSteps=0")
      #expect(result.code == 0, "\(result.errors)")
      let rows = try ComparisonRow<EvaluationReport>.read(folder: folder.appending(path: "out").path)
      #expect(try rows.map(\.method) == ComparisonPreset(file: preset.path).methods.map(\.name).sorted())
      for row in rows {
        #expect(row.evaluations <= 240 && row.evaluations > 180, "\(row.method): \(row.evaluations)")
        #expect(row.results.allSatisfy { $0.report.scores.allSatisfy((0...1).contains) })
        // How episodes of the two-way world end is told; a network of a few steps may take neither way.
        #expect(row.results.allSatisfy { ($0.report.collisions != nil) == (world == "twoway") })
        #expect(row.results.allSatisfy { world == "pusht" || ($0.leftShare == nil) == ($0.modeCoverage == nil) })
      }
    }
  }

  @Test func mistakesAreToldBeforeAnythingIsTrained() throws {
    try withTemporaryFolder { folder in
      try writeData(folder.appending(path: "data.zarr"))
      try writePreset(folder)
      let unknown = try compare(folder, "--methods", "etc")
      #expect(unknown.code == 1 && unknown.errors.contains(#"did you mean "ect"?"#), "\(unknown.errors)")
      let poor = try compare(folder, "--budget", "3")
      #expect(poor.code == 1 && poor.errors.contains("ect spends 4 network evaluations a step"), "\(poor.errors)")
      let usage = try SaltusCommand.run(["compare", "--data", "x"])
      #expect(usage.code == 64 && usage.errors.contains("--out"))
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
    }
  }
}
