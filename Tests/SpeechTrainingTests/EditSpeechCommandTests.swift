import Foundation
import SpeechHead
import TestSupport
import Testing

/// `saltus edit speech` with the bundled voice, on what it said itself.
struct EditSpeechCommandTests {
  private let text = "Not at this particular case."

  private struct Report: Decodable {
    struct Distances: Decodable {
      var edit, mean: Double
      var linear_interpolation: Double?
    }
    struct Measures: Decodable {
      var first, second, detail: Double
    }
    struct Between: Decodable {
      var apart, first_detail, second_detail: Double
      var taken, linear_interpolation: Measures
    }
    var network_calls: Int
    var missing_frames, known_bands, block_frames: Int?
    var known_error: Double?
    var mel_distance: Distances?
    var between: Between?
  }

  private func edit(_ folder: URL, _ arguments: [String]) throws -> Report {
    let files = ["out.wav", "out.json", "out.png"].map { folder.appending(path: $0) }
    for file in files { try? FileManager.default.removeItem(at: file) }
    let result = try SaltusCommand.run(
      ["edit", "speech"] + arguments
        + ["--text", text, "-o", files[0].path, "--json", files[1].path, "--picture", files[2].path, "--threads", "1"])
    try #require(result.code == 0, "\(result.errors)")
    for file in files { #expect(FileManager.default.fileExists(atPath: file.path)) }
    return try JSONDecoder().decode(Report.self, from: Data(contentsOf: files[1]))
  }

  private func speak(_ folder: URL) throws -> String {
    let recording = folder.appending(path: "in.wav").path
    let result = try SaltusCommand.run(["speak", text, "-o", recording, "--temperature", "0.6", "--threads", "1"])
    try #require(result.code == 0, "\(result.errors)")
    return recording
  }

  @Test func resolutionInTimeIsRegained() throws {
    try withTemporaryFolder { folder in
      let recording = try speak(folder)
      let coarse = try edit(folder, [recording, "--coarse", "6", "--simulate"])
      #expect(coarse.block_frames == 6 && coarse.known_bands == 128 && coarse.network_calls == 8)
      #expect(try #require(coarse.known_error) < 1e-3)
      let distances = try #require(coarse.mel_distance)
      // Nearer than the voice without what is known of the recording.
      #expect(distances.edit < distances.mean && distances.linear_interpolation! > 0)
      let every = try edit(folder, [recording, "--every", "4", "--simulate"])
      #expect(every.block_frames == 1 && every.known_error == 0 && every.missing_frames! > 0)
      #expect(every.mel_distance!.edit < every.mel_distance!.mean)
    }
  }

  @Test func noiseLevelsAreTheUsersOwn() throws {
    try withTemporaryFolder { folder in
      let recording = try speak(folder)
      let gap = [recording, "--gap", "0.4:0.7", "--simulate"]
      let edited = try edit(folder, gap + ["--sigmas", "20,2,0.3"])
      #expect(edited.network_calls == 3 && edited.known_error == 0 && edited.missing_frames! > 20)
      let other = try edit(folder, gap + ["--sigmas", "20,0.3"])
      #expect(other.network_calls == 2 && other.mel_distance!.edit != edited.mel_distance!.edit)
      let taken = try edit(folder, ["--between", "1", "2", "--share", "0.5", "--sigmas", "20,0.5"])
      #expect(taken.network_calls == 2)
    }
  }

  /// A voice that was trained for one chain alone is asked for that one, without being told.
  @Test func aVoiceWithPhasesIsAskedForItsChain() throws {
    try withTemporaryFolder { folder in
      let recording = try speak(folder)
      let bundled = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/saltus/Models/default.safetensors")
      let voice = try TrainedVoice(contentsOf: bundled)
      var description = voice.description
      (description.sampling.phases, description.sampling.middle) = ([20, 3, 0.5, 0.002], [])
      let file = folder.appending(path: "phases.safetensors")
      try TrainedVoice(description, weights: voice.weights).writeBundle(to: file)
      let gap = [recording, "--gap", "0.4:0.7", "--simulate", "--voice", file.path]
      let edited = try edit(folder, gap)
      #expect(edited.network_calls == 3 && edited.known_error == 0)
      #expect(try edit(folder, ["--between", "1", "2", "--share", "0.5", "--voice", file.path]).network_calls == 3)
      for (arguments, words) in [
        (gap + ["--steps", "8"], "which is what this model was trained for"),
        (gap + ["--sigmas", "20,1"], "this model was trained for one chain"),
        ([recording, "--denoise", "0.5", "--voice", file.path], "--denoise 0.5: this voice was trained for one chain"),
      ] {
        let output = folder.appending(path: "no.wav")
        let result = try SaltusCommand.run(["edit", "speech", "--text", text, "-o", output.path] + arguments)
        #expect(result.code == 1 && result.errors.contains(words), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: output.path))
      }
    }
  }

  @Test func aTakeBetweenTwoHasTheirDetail() throws {
    try withTemporaryFolder { folder in
      let between = ["--temperature", "1", "--between", "1", "2", "--share"]
      let first = try #require(try edit(folder, between + ["0"]).between)
      #expect(first.taken.first == 0 && first.linear_interpolation.first == 0 && first.taken.second == first.apart)
      let report = try edit(folder, between + ["0.5"])
      let middle = try #require(report.between)
      #expect(report.network_calls == 1 && report.mel_distance == nil && report.missing_frames == nil)
      #expect(middle.apart == first.apart && middle.first_detail == first.taken.detail)
      #expect(middle.taken.first < middle.apart && middle.taken.second < middle.apart)
      // A straight line is half-way, and smoother than any take.
      #expect(abs(middle.linear_interpolation.first / middle.apart - 0.5) < 1e-5)
      #expect(middle.linear_interpolation.detail < middle.taken.detail)
      // What is drawn into a gap may be between two others as well.
      let recording = try speak(folder)
      let gap = try edit(
        folder, [recording, "--gap", "0.4:0.7", "--between", "1", "2", "--share", "0.5", "--simulate"])
      #expect(gap.known_error == 0 && gap.missing_frames! > 20 && gap.between!.taken.first < gap.between!.apart)
    }
  }

  @Test(arguments: [
    (["x.wav"], "What is to be edited?"), ([], "IN is missing"), (["x.wav", "--coarse", "1"], "2 to 100"),
    (["x.wav", "--coarse", "4", "--gap", "0:1"], "give one of these"), (["--between", "1", "2"], "belong together"),
    (["--between", "1", "2", "--share", "0.5", "--coarse", "4"], "no recording to edit"),
    (["x.wav", "--denoise", "1", "--every", "4"], "draws everything anew"),
    (["x.wav", "--gap", "0:1", "--share", "0.5"], "belong together"),
    (["x.wav", "--gap", "0:1", "--sigmas", "20,2", "--steps", "4"], "in place of --steps"),
    (["x.wav", "--gap", "0:1", "--sigmas", "20"], "at least 2 noise levels"),
    (["x.wav", "--gap", "0:1", "--sigmas", "20,much"], "give numbers with commas"),
    (["x.wav", "--denoise", "1", "--sigmas", "1,0.5"], "the first noise level is --denoise's own"),
  ])
  func optionsThatDoNotGoTogetherAreRefused(arguments: [String], words: String) throws {
    let result = try SaltusCommand.run(["edit", "speech", "-o", "y.wav", "--text", "Yes."] + arguments)
    #expect(result.code == 64 && result.errors.contains(words), "\(result.errors)")
  }
}
