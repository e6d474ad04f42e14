import Checkpoints
import Comparison
import Foundation
import Reporting
import TestSupport
import Testing

/// `saltus compare --speech` on a tiny corpus.
struct SpeechComparisonCommandTests {
  private func writePreset(_ folder: URL) throws {
    let files = [
      "common.yaml": """
      mel: {sampleRate: 16000, bands: 16, maximumFrequency: 8000}
      heldOutSentences: 0.2
      encoder: {width: 16, layers: 2, groups: 4, durationWidth: 16, steps: 6, batchSize: 4, shards: 2, evaluateEvery: 0}
      refiner: {width: 16, layers: 2, groups: 4, steps: 6, batchSize: 4, shards: 2, evaluateEvery: 0}
      decoder: {widths: [16, 16], groups: 4, embedding: 16, cropSeconds: 0.5}
      student: {shards: 2, evaluateEvery: 0, warmupSteps: 0}
      use: {temperature: 0.5}

      """,
      "edm.yaml": "student: {objective: edm}\n", "ect.yaml": "student: {objective: ect}\n",
      "ctm.yaml": "student: {objective: ctm}\nuse: {gamma: 0.5}\n",
      "comparison.yaml": """
      common: common.yaml
      methods:
        - name: edm
          title: teacher
          stages: [{name: teacher, config: edm.yaml, evaluate: [{steps: 0}, {steps: 1, solver: euler}]}]
        - {name: ect, title: tuned, stages: [{config: ect.yaml, start: edm, evaluate: [{steps: 1}, {steps: 2}]}]}
        - {name: ctm, title: jumps, stages: [{config: ctm.yaml, teacher: edm, evaluate: [{steps: 2}, {steps: 2, gamma: 0}]}]}

      """,
    ]
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
  }

  private func compare(_ folder: URL, out: String = "out", _ more: String...) throws -> (
    code: Int32, output: String, errors: String
  ) {
    try SaltusCommand.run(
      [
        "compare", "--speech", "--data", folder.appending(path: "me").path, "--out",
        folder.appending(path: out).path, "--preset", folder.appending(path: "comparison.yaml").path, "--batch", "4",
        "--budget", "24", "--episodes", "2", "--threads", "1",
      ] + more)
  }

  private typealias Row = ComparisonRow<SpeechEvaluationReport>

  @Test func aMethodAtATimeMakesOneTable() throws {
    try withTemporaryFolder { folder in
      try writeCorpus(folder.path + "/me", sentences: sentences, pitch: 110)
      try writePreset(folder)
      let out = folder.appending(path: "out").path
      let first = try compare(folder, "--methods", "ect")
      #expect(first.code == 0, "\(first.errors)")
      #expect(first.output.contains("| ect, tuned | 1 | – |") && first.output.contains("WER was not measured of all"))
      let row = try Row.read(out + "/ect.json")
      #expect(row.training.map(\.steps) == [6] && row.origins == ["edm"] && row.results.map(\.calls) == [1, 2])
      for result in row.results {
        #expect(result.report.frechet > 0 && result.report.variance > 0 && result.report.latency > 0)
        #expect(result.report.sentences == 2 && result.report.temperature == 0.5)
      }
      // What an outside recogniser hears.
      let texts = try JSONDecoder().decode(
        [[String: String]].self, from: Data(contentsOf: URL(filePath: out + "/audio/sentences.json")))
      #expect(texts.count == 2)
      for sentence in texts {
        for name in ["real", "ect-student-1", "ect-student-2"] {
          #expect(FileManager.default.fileExists(atPath: "\(out)/audio/\(name)/\(sentence["id"]!).wav"))
        }
      }

      // The rest, and nothing again.
      let trained = try ["encoder", "edm/teacher", "ect/student"].map {
        try Data(contentsOf: URL(filePath: "\(out)/\($0)/last.safetensors"))
      }
      let second = try compare(folder)
      #expect(second.code == 0 && !second.errors.contains("wrote \(out)/ect.json"), "\(second.errors)")
      let again = try ["encoder", "edm/teacher", "ect/student"].map {
        try Data(contentsOf: URL(filePath: "\(out)/\($0)/last.safetensors"))
      }
      #expect(trained == again)
      #expect(second.output.contains("| 0 (mean) |") && second.output.contains("| ctm, jumps | 2 |"))
      #expect(second.output.contains("|  | 2, γ 0 |"), "\(second.output)")
      let jumps = try Row.read(out + "/ctm.json").results
      #expect(jumps.map(\.gamma) == [nil, 0] && jumps[0].report.frechet != jumps[1].report.frechet)
      #expect(jumps.map(\.report.folder) == ["ctm-student-2", "ctm-student-2-gamma-0"])
      for result in jumps { #expect(FileManager.default.fileExists(atPath: "\(out)/audio/\(result.report.folder)")) }

      // A row from before there was a key is one of its default; one of another value is none of this comparison.
      var older = try Row.read(out + "/ect.json")
      let configuration = older.training[0].configuration
      older.training[0].configuration = configuration.replacing(#""prosody":["pitch"],"#, with: "")
      #expect(older.training[0].configuration != configuration)
      try JSONFile.write(older, to: out + "/ect.json")
      #expect(try compare(folder).code == 0)
      for text in [configuration.replacing("1e-08", with: "1e-07"), "{\"unknown\": 1}"] {
        older.training[0].configuration = text
        try JSONFile.write(older, to: out + "/ect.json")
        let changed = try compare(folder)
        #expect(text != configuration && changed.code == 1, "\(changed.errors)")
        #expect(changed.errors.contains("was made with another configuration"), "\(changed.errors)")
      }
      older.training[0].configuration = configuration
      try JSONFile.write(older, to: out + "/ect.json")

      // Word error rates go into the rows.
      let metrics = folder.appending(path: "metrics.jsonl")
      try Data(#"{"folder": "ect-student-1", "sentences": 2, "wer": 25, "wer_ci95": [20, 30]}"#.utf8).write(to: metrics)
      let table = folder.appending(path: "table.md").path
      let plot = folder.appending(path: "plot.svg").path
      let third = try SaltusCommand.run(
        ["compare", "--speech", "--out", out, "--metrics", metrics.path, "--table", table, "--plot", plot])
      #expect(third.code == 0, "\(third.errors)")
      #expect(try String(contentsOfFile: table, encoding: .utf8).contains("| 25.0 % [20.0, 30.0] |"))
      #expect(FileManager.default.fileExists(atPath: plot))
      let fourth = try SaltusCommand.run(["compare", "--speech", "--rows", out])
      #expect(fourth.code == 0 && fourth.output.contains("| 25.0 % [20.0, 30.0] |"), "\(fourth.errors)")
    }
  }

  /// A teacher brings encoder and refiner with it, also where its decoder is not wanted.
  @Test func whatWasTrainedElsewhereIsTakenFromThere() throws {
    try withTemporaryFolder { folder in
      try writeCorpus(folder.path + "/me", sentences: sentences, pitch: 110)
      try writePreset(folder)
      let first = try compare(folder, "--methods", "ect")
      #expect(first.code == 0, "\(first.errors)")
      func path(_ name: String) -> String { folder.appending(path: name).path }
      func frechet(_ out: String) throws -> [Double] {
        try Row.read(path("\(out)/ect.json")).results.map(\.report.frechet)
      }
      let teacher = path("out/edm/teacher/last.safetensors")
      let taken = try compare(folder, out: "taken", "--methods", "ect", "--trained", "edm/teacher=\(teacher)")
      #expect(taken.code == 0, "\(taken.errors)")
      #expect(try frechet("taken") == frechet("out"))
      #expect(try Row.read(path("taken/ect.json")).trained == ["edm/teacher": teacher])
      for stage in ["encoder", "refiner", "edm"] {
        #expect(!FileManager.default.fileExists(atPath: path("taken/\(stage)")), "\(stage)")
      }
      let shared = try compare(folder, out: "shared", "--methods", "ect", "--trained", "refiner=\(teacher)")
      #expect(shared.code == 0 && !FileManager.default.fileExists(atPath: path("shared/refiner")), "\(shared.errors)")
      #expect(FileManager.default.fileExists(atPath: path("shared/edm/teacher/last.safetensors")))
      #expect(try frechet("shared") == frechet("out"))

      let unknown = try compare(folder, out: "wrong", "--methods", "ect", "--trained", "ect/student=\(teacher)")
      #expect(unknown.code == 1 && unknown.errors.contains("edm/teacher, refiner"), "\(unknown.errors)")
      let absent = try compare(folder, out: "wrong", "--methods", "ect", "--trained", "refiner=\(path("absent"))")
      #expect(absent.code == 1 && absent.errors.contains("absent"), "\(absent.errors)")
      let early = try compare(
        folder, out: "wrong", "--methods", "ect", "--trained", "refiner=\(path("out/encoder/last.safetensors"))")
      #expect(early.code == 1 && early.errors.contains("a refiner that is not trained"), "\(early.errors)")
      let told = try compare(
        folder, out: "wrong", "--methods", "ect", "--trained", "refiner=\(teacher)", "--set", "encoder.prosody=[]")
      #expect(told.code == 1 && told.errors.contains("encoder.prosody = [pitch], not [] as"), "\(told.errors)")
      let other = try compare(folder, out: "wrong", "--methods", "ect", "--trained", "refiner=bundled:default")
      #expect(other.code == 1 && other.errors.contains("mel.sampleRate = 22050, not 16000"), "\(other.errors)")
      let untrained = try compare(
        folder, out: "wrong", "--methods", "ect", "--trained", "edm/teacher=\(path("out/refiner/last.safetensors"))")
      #expect(untrained.code == 1 && untrained.errors.contains("objective = none"), "\(untrained.errors)")
      let student = path("out/ect/student/last.safetensors")
      let method = try compare(folder, out: "wrong", "--methods", "ect", "--trained", "edm/teacher=\(student)")
      #expect(method.code == 1 && method.errors.contains("objective = ect, not edm"), "\(method.errors)")
      let size = try compare(
        folder, out: "wrong", "--methods", "ect", "--trained", "edm/teacher=\(teacher)", "--set", "decoder.widths=16,32"
      )
      #expect(size.code == 1 && size.errors.contains("decoder.widths = [16, 16], not [16, 32]"), "\(size.errors)")
      let share = try compare(
        folder, out: "wrong", "--methods", "ect", "--trained", "edm/teacher=\(teacher)", "--set", "heldOutSentences=0.4"
      )
      #expect(share.code == 1 && share.errors.contains("another share of them held out"), "\(share.errors)")
      #expect(!FileManager.default.fileExists(atPath: path("wrong")))
    }
  }

  /// Rows of other encoders are told before anything is trained for them, and tables of them are not made.
  @Test func rowsShareAnEncoder() throws {
    try withTemporaryFolder { folder in
      try writeCorpus(folder.path + "/me", sentences: sentences, pitch: 110)
      try writePreset(folder)
      let first = try compare(folder, "--methods", "edm")
      #expect(first.code == 0, "\(first.errors)")
      let common = folder.appending(path: "common.yaml")
      try String(contentsOf: common, encoding: .utf8).replacing(
        "durationWidth: 16, steps: 6", with: "durationWidth: 16, steps: 5"
      )
      .write(to: common, atomically: true, encoding: .utf8)
      let rows = folder.appending(path: "out").path
      let second = try compare(folder, out: "second", "--methods", "ect", "--rows", rows)
      #expect(second.code == 1 && second.errors.contains("another encoder or refiner"), "\(second.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "second/edm").path))
      let alone = try compare(folder, out: "second", "--methods", "ect")
      #expect(alone.code == 0, "\(alone.errors)")
      let given = try compare(
        folder, out: "third", "--methods", "ect", "--rows", rows, "--trained",
        "refiner=\(folder.path)/second/refiner/last.safetensors")
      #expect(given.code == 1 && given.errors.contains("another encoder or refiner"), "\(given.errors)")
      let mixed = try compare(
        folder, out: "third", "--methods", "ect", "--trained",
        "refiner=\(folder.path)/second/refiner/last.safetensors", "--trained",
        "edm/teacher=\(rows)/edm/teacher/last.safetensors")
      #expect(mixed.code == 1 && mixed.errors.contains("different encoders"), "\(mixed.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "third").path))
      let table = try SaltusCommand.run(
        ["compare", "--speech", "--rows", rows, "--rows", folder.appending(path: "second").path])
      #expect(table.code == 1 && table.errors.contains("edm and ect cannot be compared"), "\(table.errors)")
    }
  }

  @Test func mistakesAreToldBeforeAnythingIsTrained() throws {
    try withTemporaryFolder { folder in
      try writeCorpus(folder.path + "/me", sentences: sentences, pitch: 110)
      try writePreset(folder)
      try Data("student: {objective: ect}\ndecoder: {widths: [8, 8]}\n".utf8)
        .write(to: folder.appending(path: "ect.yaml"))
      let apart = try compare(folder)
      #expect(apart.code == 1 && apart.errors.contains("ect/student: its file sets more than"), "\(apart.errors)")
      let gamma = try compare(folder, "--methods", "edm", "--set", "use.gamma=0.5")
      #expect(gamma.code == 1 && gamma.errors.contains("edm/teacher: gamma is 0.5"), "\(gamma.errors)")
      let poor = try compare(folder, "--budget", "3")
      #expect(poor.code == 1 && poor.errors.contains("ect spends 4 network evaluations a step"), "\(poor.errors)")
      let usage = try SaltusCommand.run(["compare", "--metrics", "x", "--rows", "y"])
      #expect(usage.code == 64 && usage.errors.contains("--speech"))
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
    }
  }

  /// A lexicon changes what is trained and spoken, and rows with and without one are not of one table.
  @Test func wordsOfTheUsersOwnAreTrained() throws {
    try withTemporaryFolder { folder in
      try writeCorpus(folder.path + "/me", sentences: sentences, pitch: 110)
      try writePreset(folder)
      let lexicon = folder.appending(path: "words.dict").path
      try Data("the T EH1 K\nbig Z UW1\n".utf8).write(to: URL(filePath: lexicon))
      let plain = try compare(folder, "--methods", "edm")
      let own = try compare(folder, out: "own", "--methods", "edm", "--lexicon", lexicon)
      #expect(plain.code == 0 && own.code == 0, "\(plain.errors)\(own.errors)")
      let rows = try ["out", "own"].map { try Row.read(folder.appending(path: "\($0)/edm.json").path) }
      #expect(rows[0].settings.lexicon == nil && rows[1].settings.lexicon != nil)
      #expect(rows[0].results[0].report.frechet != rows[1].results[0].report.frechet)
      // The phones that training saw, as its checkpoints remember them.
      let seen = try ["out", "own"].map {
        try SafetensorsFile(folder.appending(path: "\($0)/encoder/last.safetensors")).metadata["data"]
      }
      #expect(seen[0] != nil && seen[1] != nil && seen[0] != seen[1])
      let mixed = try compare(folder, out: "own", "--methods", "ect")
      #expect(mixed.code == 1 && mixed.errors.contains("made with other settings"), "\(mixed.errors)")
      let usage = try SaltusCommand.run(["compare", "--rows", "x", "--lexicon", lexicon])
      #expect(usage.code == 64 && usage.errors.contains("--lexicon is for --speech"))
    }
  }
}
