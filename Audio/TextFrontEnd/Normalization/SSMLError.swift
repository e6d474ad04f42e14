/// What is wrong with a marked-up text.
public enum SSMLProblem: Error, Hashable, Sendable {
  case bareLessThan
  case unfinishedTag
  /// Longer than so many Unicode scalars.
  case longTag(limit: Int)
  case badAttribute(tag: String)
  case unknownEntity(String)
  case unexpectedEnd(tag: String, open: String?)
  case notClosed(tag: String)
  case missingAttribute(tag: String, attribute: String)
  case badValue(tag: String, attribute: String, value: String, expected: String)
}

/// A marked-up text (SSML) that cannot be read.
public struct SSMLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The place, both counted from 1; columns are Unicode scalars.
  public let line: Int
  public let column: Int
  public let problem: SSMLProblem

  public init(line: Int, column: Int, problem: SSMLProblem) {
    self.line = line
    self.column = column
    self.problem = problem
  }

  init(_ place: TextPlace, _ problem: SSMLProblem) {
    self.init(line: place.line, column: place.column, problem: problem)
  }

  /// The place, the problem and what to do, on one line.
  public var description: String { "SSML line \(line), column \(column): \(message)" }

  private var message: String {
    switch problem {
    case .bareLessThan: "\"<\" begins no tag; write &lt; for the character itself"
    case .unfinishedTag: "the tag has no \">\"; close it, or write &lt; for the character itself"
    case .longTag(let limit): "the tag is longer than \(limit) characters; is a quotation mark or \">\" missing?"
    case .badAttribute(let tag): "<\(cut(tag))>: an attribute is not written as name=\"value\""
    case .unknownEntity(let name):
      "\"&\(cut(name))\" is no entity; write &amp; for the character itself (known: amp, lt, gt, quot, apos, #number)"
    case .unexpectedEnd(let tag, let open?): "</\(cut(tag))> comes where </\(cut(open))> is expected"
    case .unexpectedEnd(let tag, nil): "</\(cut(tag))> closes a tag that was not opened"
    case .notClosed(let tag): "<\(cut(tag))> is not closed; add </\(cut(tag))>"
    case .missingAttribute(let tag, let attribute): "<\(tag)> needs the attribute \(attribute)=\"…\""
    case .badValue(let tag, let attribute, let value, let expected):
      "<\(tag) \(attribute)=\"\(cut(value))\">: expected \(expected)"
    }
  }

  /// At most 40 characters, so that a text that is no markup does not flood the terminal.
  private func cut(_ text: String) -> String { text.count > 40 ? text.prefix(40) + "…" : text }
}
