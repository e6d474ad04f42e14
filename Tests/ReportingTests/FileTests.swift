import Foundation
import Reporting
import TestSupport
import Testing

@Suite struct FileTests {
  @Test func jsonKeysAreSorted() throws {
    struct Value: Encodable { var zebra = "a/b", ant = 0.1 }
    #expect(try JSONFile.line(Value()) == #"{"ant":0.1,"zebra":"a/b"}"#)
    try withTemporaryPath { folder in
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
    try withTemporaryPath { folder in
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

  @Test func aLastLineWithoutItsEndIsLeftOut() throws {
    #expect(try read("{\"step\":1}\n{\"step\":2,\"lo").map(\.step) == [1])
    #expect(try read("{\"step\":1}\n{\"step\":2}").map(\.step) == [1, 2])
  }

  @Test func stepsDoneAgainAfterAResumeReplaceTheEarlierOnes() throws {
    let records = try read(
      #"{"step":1,"loss":1}"# + "\n" + #"{"step":2,"loss":2}"# + "\n" + #"{"step":3,"loss":3}"# + "\n"
        + #"{"step":2,"loss":4}"# + "\n")
    #expect(records.map(\.step) == [1, 2])
    #expect(records.map(\.loss) == [1, 4])
  }

  @Test(arguments: [
    ("{\"step\":1}\n{\"step\":2,\"lo\n", "m.jsonl:2: this is not a JSON object such as {\"step\":100,\"loss\":0.12}"),
    ("[1]", "m.jsonl:1: this is not a JSON object such as {\"step\":100,\"loss\":0.12}"),
    ("{\"step\":1}\n\n{\"loss\":2}", "m.jsonl:3: \"step\" is missing"),
    ("{\"step\":1,\"loss\":\"low\"}", "m.jsonl:1: \"loss\" is not a number"),
    ("{\"step\":-1}", "m.jsonl:1: \"step\" is negative"),
    ("\n", "m.jsonl: there is no record in this file"),
  ]) func aMalformedLineIsNamed(text: String, message: String) {
    #expect(throws: CommandFailure(message)) { try read(text) }
  }
}
