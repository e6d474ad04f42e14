import Foundation
import TestSupport
import Testing

/// `saltus speak` with the bundled voice.
struct SpeakCommandTests {
  private func speak(
    _ arguments: [String], input: String? = nil
  ) throws -> (code: Int32, output: String, errors: String) {
    try SaltusCommand.run(["speak", "--threads", "1"] + arguments, input: input)
  }

  private func object(_ json: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  @Test(arguments: ["", " \n", "...", "😀"])
  func aTextWithNothingToReadIsWarnedOf(text: String) throws {
    try withTemporaryFolder { folder in
      let (wav, json) = (folder.appending(path: "x.wav").path, folder.appending(path: "x.json").path)
      let result = try speak([text, "-o", wav, "--json", json])
      #expect(result.code == 0 && result.errors.contains("warning: there is nothing in the text"), "\(result.errors)")
      let report = try object(String(contentsOfFile: json, encoding: .utf8))
      #expect(report["audio_seconds"] as? Double == 0)
      #expect((report["warnings"] as? [String])?.count == 1)
      let line = try speak(
        ["--jsonl"], input: String(decoding: try JSONEncoder().encode(["text": text, "output": wav]), as: UTF8.self))
      #expect((try object(line.output)["warnings"] as? [String])?.first?.hasPrefix("there is nothing") == true)
    }
  }

  @Test func aTextThatIsReadHasNoWarning() throws {
    try withTemporaryFolder { folder in
      let (wav, json) = (folder.appending(path: "x.wav").path, folder.appending(path: "x.json").path)
      let result = try speak(["Yes.", "-o", wav, "--json", json])
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(try object(String(contentsOfFile: json, encoding: .utf8))["warnings"] == nil)
      // A silence that was asked for is something, too.
      let pause = try speak(["--ssml", "<break time=\"1s\"/>", "-o", wav])
      #expect(pause.code == 0 && pause.errors.isEmpty, "\(pause.errors)")
    }
  }

  @Test func unknownKeysOfALineAreNamed() throws {
    try withTemporaryFolder { folder in
      let wav = folder.appending(path: "x.wav").path
      let lines = [
        #"{"text": "Yes.", "output": "\#(wav)", "speeker": "kathleen", "zzzzzzzz": 1}"#, "",
        #"{"text": "Yes.", "output": "\#(wav)", "seed": 3}"#, #"{"text": "Yes."}"#,
      ]
      let result = try speak(["--jsonl"], input: lines.joined(separator: "\n"))
      let answers = try result.output.split(separator: "\n").map { try object(String($0)) }
      try #require(result.code == 0 && answers.count == 3, "\(result.errors)")
      #expect(
        answers[0]["error"] as? String
          == "line 1: unknown keys \"speeker\" (did you mean \"speaker\"?), \"zzzzzzzz\"; there are: output, seed, speaker, text"
      )
      #expect(answers[0]["output"] == nil && answers[1]["error"] == nil && answers[1]["output"] as? String == wav)
      #expect((answers[2]["error"] as? String)?.hasPrefix("line 4: each line is one {") == true)
    }
  }

  @Test func waitingForTextIsNoWork() throws {
    try withTemporaryFolder { folder in
      let (wav, json) = (folder.appending(path: "x.wav").path, folder.appending(path: "x.json").path)
      let (process, input) = (Process(), Pipe())
      process.executableURL = try SaltusCommand.executable()
      process.arguments = ["speak", "-o", wav, "--json", json, "--threads", "1"]
      process.standardInput = input
      process.standardOutput = Pipe()
      let start = DispatchTime.now()
      try process.run()
      try input.fileHandleForWriting.write(contentsOf: Data("This is a".utf8))
      Thread.sleep(forTimeInterval: 4)
      try input.fileHandleForWriting.write(contentsOf: Data(" sentence.".utf8))
      try input.fileHandleForWriting.close()
      process.waitUntilExit()
      let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e6
      #expect(process.terminationStatus == 0)
      let report = try object(String(contentsOfFile: json, encoding: .utf8))
      for key in ["first_audio_ms", "total_ms", "text_ms"] {
        let milliseconds = try #require(report[key] as? Double)
        // Whatever else it did, for these four seconds it waited.
        #expect(elapsed - milliseconds > 3900, "\(key)")
      }
    }
  }

  /// A paragraph that has ended, or with --lines a line.
  @Test(arguments: [(["--lines"], "Hello there.\n"), ([], "Hello there\n\n"), (["--ssml"], "<p>Hello there.</p>")])
  func whatHasEndedIsSpoken(options: [String], text: String) throws {
    try expectAudio(of: text, options)
  }

  /// Sentences behind which others have come.
  @Test(arguments: [false, true]) func textIsSpokenBeforeItHasEnded(isSSML: Bool) throws {
    let sentence = isSSML ? "<s>This is a sentence.</s> " : "This is a sentence. "
    try expectAudio(
      of: (isSSML ? "<speak>" : "") + String(repeating: sentence, count: 12), isSSML ? ["--ssml"] : [])
  }

  /// Speech of what has come through a pipe that stays open.
  private func expectAudio(of text: String, _ options: [String]) throws {
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = try SaltusCommand.executable()
    process.arguments = ["speak", "--raw", "--threads", "1"] + options
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    // It would end what it does after any other signal.
    defer { kill(process.processIdentifier, SIGKILL) }
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    // Were it to wait for more, nothing would ever come.
    let watch = DispatchWorkItem { [number = process.processIdentifier] in kill(number, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: watch)
    #expect(output.fileHandleForReading.availableData.count > 0)
    watch.cancel()
  }
}
