/// What makes a folder no corpus.
public struct CorpusError: Error, Equatable, CustomStringConvertible {
  public let path: String
  /// 1 for the first line; nil where the whole is meant.
  public let line: Int?
  public let message: String

  init(_ path: String, line: Int? = nil, _ message: String) {
    self.path = path
    self.line = line
    self.message = message
  }

  public var description: String { "\(path)\(line.map { ", line \($0)" } ?? ""): \(message)" }
}
