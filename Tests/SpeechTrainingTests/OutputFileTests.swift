import AudioFile
import Foundation
import TestSupport
import Testing

/// Commands of speech that cannot write their files, or whose folders are missing.
struct OutputFileTests {
  @Test func missingFoldersOfSpeechAreMade() throws {
    try withTemporaryPath { folder in
      let files = ["a/x.wav", "b/c/x.srt", "d/x.png", "e/x.json"].map { "\(folder)/\($0)" }
      let result = try SaltusCommand.run([
        "speak", "Yes.", "-o", files[0], "--timings", files[1], "--spectrogram", files[2], "--json", files[3],
        "--threads", "1",
      ])
      #expect(result.code == 0, "\(result.errors)")
      for file in files { #expect(FileManager.default.fileExists(atPath: file), "\(file)") }
      let line = try SaltusCommand.run(
        ["speak", "--jsonl", "--threads", "1"], input: #"{"text": "Yes.", "output": "\#(folder)/f/x.wav"}"#)
      #expect(line.code == 0 && FileManager.default.fileExists(atPath: folder + "/f/x.wav"), "\(line.output)")
    }
  }

  /// There is no voice either, which is not noticed yet.
  @Test(arguments: [
    (["--spectrogram", "p.jpg"], "p.jpg: the name of a chart ends in"), (["--timings", "t.txt"], "t.txt: timings"),
    (["--timings", "/proc/x/t.srt"], "the folder /proc/x cannot be made"),
    (["--timings", "/proc/x/t.TextGrid"], "the folder /proc/x cannot be made"),
    (["--spectrogram", "/proc/x/p.png"], "the folder /proc/x cannot be made"),
    (["--json", "/proc/x/j.json"], "the folder /proc/x cannot be made"), (["--json", "/proc"], "/proc: is a folder"),
  ])
  func whatSpeechCannotWriteIsSaidFirst(arguments: [String], words: String) throws {
    try withTemporaryPath { folder in
      let wav = folder + "/x.wav"
      let result = try SaltusCommand.run(
        ["speak", "Yes.", "-o", wav, "--voice", folder + "/none.safetensors"] + arguments)
      #expect(result.code == 1 && result.errors.contains(words), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: wav))
    }
  }

  @Test func anUnwritableAlignmentIsSaidFirst() throws {
    let result = try SaltusCommand.run(["align", "none.safetensors", "--data", "none", "-o", "/proc/x/a.tsv"])
    #expect(result.code == 1 && result.errors.contains("the folder /proc/x cannot be made"), "\(result.errors)")
  }

  @Test func filesOfVocodeAreMadeSureOf() throws {
    try withTemporaryPath { folder in
      let (input, output) = (folder + "/in.wav", folder + "/out.wav")
      let samples = (0..<8000).map { Float(0.3 * sin(0.05 * Double($0))) }
      try Waveform(samples: samples, sampleRate: 22_050).write(to: input)
      let refused = try SaltusCommand.run(["vocode", input, "-o", output, "--json", "/proc/x/j.json"])
      #expect(refused.code == 1 && refused.errors.contains("the folder /proc/x cannot be made"), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: output))
      let made = try SaltusCommand.run(
        ["vocode", input, "-o", folder + "/a/out.wav", "--json", folder + "/b/j.json", "--threads", "1"])
      #expect(made.code == 0 && made.output.hasPrefix("spectral convergence -"), "\(made.errors)")
      #expect(FileManager.default.fileExists(atPath: folder + "/b/j.json"))
    }
  }

  /// Silence has no spectral convergence.
  @Test(arguments: [(false, 20_000), (false, 1), (true, 1)])
  func silentAndTinyRecordingsAreVocoded(isLoud: Bool, count: Int) throws {
    try withTemporaryPath { folder in
      let (input, output, json) = (folder + "/in.wav", folder + "/out.wav", folder + "/out.json")
      let samples = [Float](repeating: isLoud ? 0.5 : 0, count: count)
      try Waveform(samples: samples, sampleRate: 22_050).write(to: input)
      for bands in ["128", "0"] {
        let result = try SaltusCommand.run(
          ["vocode", input, "-o", output, "--bands", bands, "--json", json, "--threads", "1"])
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        let report = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: json))) as? [String: Any]
        let decibels = try #require(report?["spectral_convergence_db"])
        let isNull = decibels is NSNull
        #expect(!result.output.contains("inf") && (isLoud || isNull), "\(result.output)")
        #expect(isLoud || result.output.hasPrefix("silent, "), "\(result.output)")
        #expect(try Waveform(contentsOf: output).samples.count == count)
      }
    }
  }
}
