import Foundation
import Reporting
import Testing

@Suite struct FileTests {
  @Test func aFileIsReplacedAndNothingIsLeftBeside() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/new/deep/file.txt"
      try AtomicFile.write(Data("old".utf8), to: path)
      try AtomicFile.write(Data("new".utf8), to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/new/deep") == ["file.txt"])
    }
  }

  @Test func aFailedWriteNamesThePathAndKeepsTheOldFile() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(Data("old".utf8), to: folder + "/file")
      #expect(throws: CommandFailure.self) { try AtomicFile.write(Data("new".utf8), to: folder + "/file/inside") }
      #expect(try String(contentsOfFile: folder + "/file", encoding: .utf8) == "old")
    }
    #expect(throws: CommandFailure("/proc/x/report.json: the folder /proc/x cannot be made")) {
      try AtomicFile.write(Data(), to: "/proc/x/report.json")
    }
  }

  @Test func aDeviceIsWrittenToAndNotReplaced() throws {
    try AtomicFile.write(Data("gone".utf8), to: "/dev/null")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func jsonKeysAreSorted() throws {
    struct Value: Encodable { var zebra = "a/b", ant = 0.1 }
    #expect(try JSONFile.line(Value()) == #"{"ant":0.1,"zebra":"a/b"}"#)
    try withTemporaryFolder { folder in
      try JSONFile.write(Value(), to: folder + "/v.json")
      let text = try String(contentsOfFile: folder + "/v.json", encoding: .utf8)
      #expect(text == "{\n  \"ant\" : 0.1,\n  \"zebra\" : \"a/b\"\n}\n")
    }
  }

  @Test func aNumberThatJSONCannotHoldIsNamed() {
    #expect(throws: CommandFailure("JSON cannot hold the value nan of \"loss\"")) {
      try JSONFile.line(["loss": Double.nan])
    }
  }
}

@Suite struct MetricsFileTests {
  private func read(_ text: String) throws -> [MetricsRecord] {
    var records: [MetricsRecord] = []
    try withTemporaryFolder { folder in
      try text.write(toFile: folder + "/m.jsonl", atomically: true, encoding: .utf8)
      do {
        records = try MetricsFile.read(folder + "/m.jsonl")
      } catch {
        throw CommandFailure("\(error)".replacingOccurrences(of: folder + "/", with: ""))
      }
    }
    return records
  }

  @Test func recordsMayLackKeysAndHaveOthers() throws {
    let records = try read(
      """
      {"step":100,"loss":0.5,"learningRate":0.001,"gradientNorm":2,"stepsPerSecond":10}
      {"step":200,"heldOutLoss":0.25,"other":"x"}

      """)
    #expect(
      records == [
        MetricsRecord(step: 100, loss: 0.5, learningRate: 0.001, gradientNorm: 2, stepsPerSecond: 10),
        MetricsRecord(step: 200, heldOutLoss: 0.25),
      ])
  }

  @Test func stepsDoneAgainAfterAResumeReplaceTheEarlierOnes() throws {
    let records = try read(
      #"{"step":1,"loss":1}"# + "\n" + #"{"step":2,"loss":2}"# + "\n" + #"{"step":3,"loss":3}"# + "\n"
        + #"{"step":2,"loss":4}"# + "\n")
    #expect(records.map(\.step) == [1, 2])
    #expect(records.map(\.loss) == [1, 4])
  }

  @Test(arguments: [
    ("{\"step\":1}\n{\"step\":2,\"lo", "m.jsonl:2: this is not a JSON object such as {\"step\":100,\"loss\":0.12}"),
    ("[1]", "m.jsonl:1: this is not a JSON object such as {\"step\":100,\"loss\":0.12}"),
    ("{\"step\":1}\n\n{\"loss\":2}", "m.jsonl:3: \"step\" is missing"),
    ("{\"step\":1,\"loss\":\"low\"}", "m.jsonl:1: \"loss\" is not a number"),
    ("{\"step\":-1}", "m.jsonl:1: \"step\" is negative"),
    ("\n", "m.jsonl: there is no record in this file"),
  ]) func aMalformedLineIsNamed(text: String, message: String) {
    #expect(throws: CommandFailure(message)) { try read(text) }
  }
}
