/// Reads a `Decodable` value from a configuration tree and notes every key that the value asked for.
struct NodeDecoder: Decoder {
  let node: ConfigurationNode
  let codingPath: [any CodingKey]
  let requests: RequestLog
  let userInfo: [CodingUserInfoKey: Any] = [:]

  /// - Throws: `ConfigurationError` for a word of the wrong type; otherwise what the type's `init(from:)` throws.
  static func value<Value: Decodable>(
    of type: Value.Type, from node: ConfigurationNode, codingPath: [any CodingKey], requests: RequestLog
  ) throws -> Value {
    if let scalar = type as? any ConfigurationScalar.Type {
      guard let value = parse(scalar, from: node) as? Value else {
        throw mismatch(expected: scalar.expectation, node, codingPath)
      }
      return value
    }
    do {
      return try Value(from: NodeDecoder(node: node, codingPath: codingPath, requests: requests))
    } catch DecodingError.dataCorrupted(let context) where context.codingPath.count == codingPath.count {
      guard let choices = names(of: type) else { throw DecodingError.dataCorrupted(context) }
      throw mismatch(expected: "one of " + choices.joined(separator: ", "), node, codingPath)
    }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .mapping(let entries, _) = node.content else {
      throw Self.mismatch(expected: "a section of keys and values", node, codingPath)
    }
    requests.visit(codingPath)
    let container = NodeKeyedDecoder<Key>(entries: entries, codingPath: codingPath, requests: requests)
    return KeyedDecodingContainer(container)
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .list(let items) = node.content else {
      throw Self.mismatch(expected: "a list such as [1, 2]", node, codingPath)
    }
    return NodeListDecoder(items: items, codingPath: codingPath, requests: requests)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer {
    NodeValueDecoder(node: node, codingPath: codingPath, requests: requests)
  }

  private static func parse<Scalar: ConfigurationScalar>(
    _ type: Scalar.Type, from node: ConfigurationNode
  ) -> Scalar? {
    guard case .scalar(let text, let isQuoted) = node.content else { return nil }
    return Scalar(configurationText: text, isQuoted: isQuoted)
  }

  private static func mismatch(
    expected: String, _ node: ConfigurationNode, _ codingPath: [any CodingKey]
  ) -> ConfigurationError {
    let subject = codingPath.isEmpty ? "" : "\"\(dotted(codingPath))\": "
    return ConfigurationError(node.place, "\(subject)expected \(expected), found \(node.inWords)")
  }

  /// The raw values of an enum that lists its cases, nil for any other type.
  private static func names(of type: Any.Type) -> [String]? {
    func rawValues<Choice: CaseIterable>(_ type: Choice.Type) -> [String] {
      Choice.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
    }
    guard let choice = type as? any CaseIterable.Type else { return nil }
    let names = rawValues(choice)
    return names.isEmpty ? nil : names
  }
}

/// The keys that were asked for, per section. A class, because `Decoder`'s containers share it.
final class RequestLog {
  /// Keys in the order of the first request; the section is a dotted path, "" for the top.
  private(set) var keys: [String: [String]] = [:]

  func visit(_ section: [any CodingKey]) {
    keys[dotted(section), default: []] += []
  }

  func note(_ key: String, in section: [any CodingKey]) {
    if keys[dotted(section)]?.contains(key) != true { keys[dotted(section), default: []].append(key) }
  }
}

private struct NodeKeyedDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let entries: [ConfigurationNode.Entry]
  let codingPath: [any CodingKey]
  let requests: RequestLog

  var allKeys: [Key] {
    let keys = entries.compactMap { Key(stringValue: $0.key) }
    for key in keys { requests.note(key.stringValue, in: codingPath) }
    return keys
  }

  func contains(_ key: Key) -> Bool {
    requests.note(key.stringValue, in: codingPath)
    return entries.contains { $0.key == key.stringValue }
  }

  func decodeNil(forKey key: Key) throws -> Bool {
    try child(key).content == .null
  }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try NodeDecoder.value(of: type, from: child(key), codingPath: codingPath + [key], requests: requests)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try decoder(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }

  func superDecoder() -> any Decoder { preconditionFailure("configurations are structs and enums, not subclasses") }
  func superDecoder(forKey key: Key) -> any Decoder { superDecoder() }

  private func decoder(_ key: Key) throws -> NodeDecoder {
    NodeDecoder(node: try child(key), codingPath: codingPath + [key], requests: requests)
  }

  private func child(_ key: Key) throws -> ConfigurationNode {
    requests.note(key.stringValue, in: codingPath)
    guard let entry = entries.first(where: { $0.key == key.stringValue }) else {
      throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: ""))
    }
    return entry.value
  }
}

private struct NodeListDecoder: UnkeyedDecodingContainer {
  let items: [ConfigurationNode]
  let codingPath: [any CodingKey]
  let requests: RequestLog
  var currentIndex = 0
  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex == items.count }

  init(items: [ConfigurationNode], codingPath: [any CodingKey], requests: RequestLog) {
    self.items = items
    self.codingPath = codingPath
    self.requests = requests
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, items[currentIndex].content == .null else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let decoder = try next()
    return try NodeDecoder.value(of: type, from: decoder.node, codingPath: decoder.codingPath, requests: requests)
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try next().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }

  func superDecoder() -> any Decoder { preconditionFailure("configurations are structs and enums, not subclasses") }

  private mutating func next() throws -> NodeDecoder {
    let path = codingPath + [PathKey(intValue: currentIndex)]
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        Any.self, .init(codingPath: path, debugDescription: "the list has only \(items.count) values"))
    }
    defer { currentIndex += 1 }
    return NodeDecoder(node: items[currentIndex], codingPath: path, requests: requests)
  }
}

private struct NodeValueDecoder: SingleValueDecodingContainer {
  let node: ConfigurationNode
  let codingPath: [any CodingKey]
  let requests: RequestLog

  func decodeNil() -> Bool { node.content == .null }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try NodeDecoder.value(of: type, from: node, codingPath: codingPath, requests: requests)
  }
}

/// `network.widths.0`
func dotted(_ codingPath: [any CodingKey]) -> String {
  codingPath.map(\.stringValue).joined(separator: ".")
}
