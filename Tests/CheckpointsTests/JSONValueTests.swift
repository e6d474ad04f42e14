import Checkpoints
import Foundation
import Testing

/// The reader of headers accepts JSON and nothing else.
struct JSONValueTests {
  private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

  @Test func valuesKeepTheirKindAndOrder() throws {
    let text =
      #" { "b" : [ 1 , -2.5e-1 , true , false , null , 9223372036854775808 ] , "a" : "\u00e9\ud83e\udd16\n\/" } "#
    let value = try parse(text)
    #expect(value.members?.map(\.name) == ["b", "a"])
    #expect(value["a"]?.text == "\u{e9}\u{1f916}\n/")
    #expect(
      value["b"]?.elements == [
        .integer(1), .number(-0.25), .bool(true), .bool(false), .null, .number(9_223_372_036_854_775_808),
      ])
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,}", "01", "1.", "1e", "-", "+1", ".5", "nul", "NaN", "Infinity", "1e999", "\"a",
    "\"\u{1}\"",
    "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "{\"a\" 1}", "[1 2]",
    "1 2", "'a'",
  ]) func whatIsNotJSONIsRefused(text: String) {
    #expect(throws: JSONValue.Problem.self) { try parse(text) }
  }

  @Test func textThatIsNotUTF8IsRefused() {
    let problem = #expect(throws: JSONValue.Problem.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    #expect(problem?.description == "byte 3: text that is not UTF-8")
  }

  @Test(arguments: ["", "plain", "\"\\\n\r\t\u{0}\u{1f}\u{7f}", "\u{e9}\u{1f916}\u{2028}"])
  func quotedTextReadsBack(text: String) throws {
    #expect(try parse(JSONValue.quoted(text)) == .string(text))
    let decoded = try JSONDecoder().decode([String].self, from: Data("[\(JSONValue.quoted(text))]".utf8))
    #expect(decoded == [text])
  }
}
