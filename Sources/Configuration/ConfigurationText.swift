import Foundation
import Yams

extension ConfigurationNode {
  /// The tree of a YAML (or JSON) text; nil if the text holds no document.
  ///
  /// - Parameter name: what errors call the text, usually its path.
  static func parse(yaml text: String, name: String) throws(ConfigurationError) -> ConfigurationNode? {
    do {
      guard let node = try Yams.compose(yaml: text) else { return nil }
      return try convert(node) { mark in .file(name: name, line: mark?.line) }
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw describe(error, name: name)
    }
  }

  /// The tree of one `--set` text, `key=value` with a dotted key and a YAML value.
  static func parse(override text: String) throws(ConfigurationError) -> ConfigurationNode {
    let place = Place.override(text: text)
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let keys = trimmed(parts[0]).split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, keys.allSatisfy({ !$0.isEmpty }) else {
      throw ConfigurationError(place, "expected key=value, such as learningRate=3e-4")
    }
    var value = ConfigurationNode(content: .null, place: place)
    do {
      if let node = try Yams.compose(yaml: String(parts[1])) { value = try convert(node) { _ in place } }
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw ConfigurationError(place, "the value is not readable YAML; quote it if it holds any of : # [ ] { }")
    }
    for key in keys.reversed() {
      let entry = Entry(key: String(key), place: place, value: value)
      value = ConfigurationNode(content: .mapping([entry], isChoice: false), place: place)
    }
    return value
  }

  private static func convert(
    _ node: Yams.Node, place: (Mark?) -> Place
  ) throws(ConfigurationError) -> ConfigurationNode {
    let here = place(node.mark)
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      let isNull = isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
      return ConfigurationNode(content: isNull ? .null : .scalar(scalar.string, isQuoted: !isPlain), place: here)
    case .sequence(let sequence):
      var items: [ConfigurationNode] = []
      for item in sequence { items.append(try convert(item, place: place)) }
      return ConfigurationNode(content: .list(items), place: here)
    case .mapping(let mapping):
      var entries: [Entry] = []
      for (key, value) in mapping {
        let keyPlace = place(key.mark)
        guard let name = key.scalar?.string else { throw ConfigurationError(keyPlace, "a key must be a single word") }
        entries.append(Entry(key: name, place: keyPlace, value: try convert(value, place: place)))
      }
      return ConfigurationNode(content: .mapping(entries, isChoice: false), place: here)
    case .alias:
      // Only Yams' own stream of events holds aliases; a composed tree has them resolved.
      throw ConfigurationError(here, "an alias refers to nothing")
    }
  }

  private static func describe(_ error: any Error, name: String) -> ConfigurationError {
    func place(_ mark: Mark) -> Place { .file(name: name, line: mark.line) }
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return ConfigurationError(place(mark), "this is not readable YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.map { "\"\($0)\"" }.joined(separator: ", ")
      return ConfigurationError(place(context.mark), "\(keys) is given more than once in the section that begins here")
    default:
      return ConfigurationError(.file(name: name, line: nil), "this is not readable YAML: \(error)")
    }
  }

  /// This tree as JSON, keys sorted.
  ///
  /// - Throws: if it holds an infinite number, which JSON cannot.
  func json() throws(ConfigurationError) -> String {
    switch content {
    case .null:
      return "null"
    case .scalar(let text, isQuoted: true):
      return Self.quoted(text)
    case .scalar(let text, isQuoted: false):
      if text.hasSuffix(".inf") { throw ConfigurationError(place, "JSON cannot hold the infinite number \(text)") }
      return text
    case .list(let items):
      var parts: [String] = []
      for item in items { parts.append(try item.json()) }
      return "[" + parts.joined(separator: ",") + "]"
    case .mapping(let entries, _):
      var parts: [String] = []
      for entry in entries.sorted(by: { $0.key < $1.key }) {
        parts.append(Self.quoted(entry.key) + ":" + (try entry.value.json()))
      }
      return "{" + parts.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
