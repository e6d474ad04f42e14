/// Writes an `Encodable` value as a configuration tree.
final class NodeEncoder: Encoder {
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any] = [:]
  private let draft = Draft()

  private init(codingPath: [any CodingKey]) {
    self.codingPath = codingPath
  }

  /// The tree of a value; every place in it is `.defaults`.
  ///
  /// - Throws: what the value's `encode(to:)` throws.
  static func node(of value: some Encodable, codingPath: [any CodingKey] = []) throws -> ConfigurationNode {
    if let scalar = value as? any ConfigurationScalar {
      let content = ConfigurationNode.Content.scalar(scalar.configurationText, isQuoted: scalar is String)
      return ConfigurationNode(content: content, place: .defaults)
    }
    let encoder = NodeEncoder(codingPath: codingPath)
    try value.encode(to: encoder)
    var node = encoder.draft.node
    if case .mapping(let entries, _) = node.content, Mirror(reflecting: value).displayStyle == .enum {
      node.content = .mapping(entries, isChoice: true)
    }
    return node
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    draft.begin(.mapping)
    return KeyedEncodingContainer(NodeKeyedEncoder<Key>(codingPath: codingPath, draft: draft))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    draft.begin(.list)
    return NodeListEncoder(codingPath: codingPath, draft: draft)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    NodeValueEncoder(codingPath: codingPath, draft: draft)
  }

  /// A tree under construction. A class, because `Encoder`'s containers share what they write.
  fileprivate final class Draft {
    enum Kind { case leaf, list, mapping }

    private var kind = Kind.leaf
    var leaf = ConfigurationNode(content: .null, place: .defaults)
    var children: [(key: String, draft: Draft)] = []

    func begin(_ kind: Kind) {
      precondition(self.kind == .leaf || self.kind == kind, "a configuration value is encoded in two different shapes")
      self.kind = kind
    }

    func append(_ key: String) -> Draft {
      let draft = Draft()
      children.append((key, draft))
      return draft
    }

    var node: ConfigurationNode {
      switch kind {
      case .leaf:
        return leaf
      case .list:
        return ConfigurationNode(content: .list(children.map(\.draft.node)), place: .defaults)
      case .mapping:
        let entries = children.map { child in
          ConfigurationNode.Entry(key: child.key, place: .defaults, value: child.draft.node)
        }
        return ConfigurationNode(content: .mapping(entries, isChoice: false), place: .defaults)
      }
    }
  }
}

private struct NodeKeyedEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let codingPath: [any CodingKey]
  let draft: NodeEncoder.Draft

  func encodeNil(forKey key: Key) { _ = draft.append(key.stringValue) }

  func encode(_ value: some Encodable, forKey key: Key) throws {
    draft.append(key.stringValue).leaf = try NodeEncoder.node(of: value, codingPath: codingPath + [key])
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    let child = draft.append(key.stringValue)
    child.begin(.mapping)
    return KeyedEncodingContainer(NodeKeyedEncoder<Nested>(codingPath: codingPath + [key], draft: child))
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    let child = draft.append(key.stringValue)
    child.begin(.list)
    return NodeListEncoder(codingPath: codingPath + [key], draft: child)
  }

  func superEncoder() -> any Encoder { preconditionFailure("configurations are structs and enums, not subclasses") }
  func superEncoder(forKey key: Key) -> any Encoder { superEncoder() }
}

private struct NodeListEncoder: UnkeyedEncodingContainer {
  let codingPath: [any CodingKey]
  let draft: NodeEncoder.Draft
  var count: Int { draft.children.count }

  func encodeNil() { _ = draft.append("") }

  func encode(_ value: some Encodable) throws {
    draft.append("").leaf = try NodeEncoder.node(of: value, codingPath: codingPath + [PathKey(intValue: count)])
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    let path = codingPath + [PathKey(intValue: count)]
    let child = draft.append("")
    child.begin(.mapping)
    return KeyedEncodingContainer(NodeKeyedEncoder<Nested>(codingPath: path, draft: child))
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    let path = codingPath + [PathKey(intValue: count)]
    let child = draft.append("")
    child.begin(.list)
    return NodeListEncoder(codingPath: path, draft: child)
  }

  func superEncoder() -> any Encoder { preconditionFailure("configurations are structs and enums, not subclasses") }
}

private struct NodeValueEncoder: SingleValueEncodingContainer {
  let codingPath: [any CodingKey]
  let draft: NodeEncoder.Draft

  func encodeNil() {}

  func encode(_ value: some Encodable) throws {
    draft.leaf = try NodeEncoder.node(of: value, codingPath: codingPath)
  }
}

/// A step of a coding path: a key or a list index.
struct PathKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init(intValue: Int) {
    stringValue = "\(intValue)"
    self.intValue = intValue
  }
}
