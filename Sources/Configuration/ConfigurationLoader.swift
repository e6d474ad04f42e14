import Foundation

/// Fills a `Codable` struct from its defaults, a YAML file and `--set key=value` texts, the later over the earlier.
///
///     let configuration = try ConfigurationLoader.load(
///       PolicyTraining.self, defaults: PolicyTraining(), file: "pusht.yaml", overrides: ["widths=64,128,256"])
///
/// The struct is the only description of the keys: what its decoding asks for is known, everything else is an error
/// that names the nearest key and the place. Sections are nested structs, choices are enums. Sections merge key by key;
/// a list replaces a list. In a file and after `--set`, `null` clears an optional value.
public enum ConfigurationLoader {
  /// - Parameters:
  ///   - defaults: what holds where neither file nor overrides say anything.
  ///   - file: path of a YAML or JSON file.
  ///   - overrides: `key=value` texts in the order given; keys are dotted (`network.widths`), values are YAML, and
  ///     `64,128,256` is also a list.
  /// - Throws: `ConfigurationError`: unreadable file, bad YAML, every unknown key, or the first value of a wrong type.
  public static func load<Value: Codable>(
    _ type: Value.Type = Value.self, defaults: Value, file: String? = nil, overrides: [String] = []
  ) throws(ConfigurationError) -> Value {
    guard let file else { return try load(defaults: defaults, text: "", name: "", overrides: overrides) }
    let text: String
    do {
      text = try String(contentsOfFile: file, encoding: .utf8)
    } catch {
      let isThere = FileManager.default.fileExists(atPath: file)
      let reason = isThere ? "cannot be read as UTF-8 text" : "there is no such file"
      throw ConfigurationError(.file(name: file, line: nil), reason)
    }
    return try load(defaults: defaults, text: text, name: file, overrides: overrides)
  }

  /// The same from a text in memory, such as a checkpoint's configuration.
  ///
  /// - Parameters:
  ///   - text: YAML or JSON; empty text says nothing.
  ///   - name: what errors call the text.
  public static func load<Value: Codable>(
    _ type: Value.Type = Value.self, defaults: Value, text: String, name: String, overrides: [String] = []
  ) throws(ConfigurationError) -> Value {
    var layers: [ConfigurationNode] = []
    if let layer = try ConfigurationNode.parse(yaml: text, name: name) {
      guard case .mapping = layer.content else {
        throw ConfigurationError(layer.place, "expected lines such as \"steps: 1000\", found \(layer.inWords)")
      }
      layers.append(layer)
    }
    for override in overrides { layers.append(try .parse(override: override)) }

    // Every layer becomes a value before the next one is laid over it, so that --set objective=ect --set objective.q=4
    // finds the keys of that objective.
    var value = defaults
    var problems: [String] = []
    for layer in layers {
      let tree = try node(of: value).merged(with: layer)
      let requests = RequestLog()
      value = try decode(tree, requests)
      problems += UnknownKeys(requests: requests).problems(in: tree)
    }
    guard problems.isEmpty else { throw ConfigurationError(problems) }
    return value
  }

  /// The configuration as one line of JSON with sorted keys, for a checkpoint's metadata; `load(defaults:text:name:)`
  /// gives the equal value back, whatever the defaults are, because absent optional values are written as null.
  ///
  /// - Throws: `ConfigurationError` if a value is infinite.
  public static func json<Value: Codable>(_ value: Value) throws(ConfigurationError) -> String {
    let tree = try node(of: value)
    let requests = RequestLog()
    let _: Value = try decode(tree, requests)
    return try complete(tree, requests).json()
  }

  /// Every key, dotted, with its value as JSON, in the order of the struct's properties: what `--help` shows.
  ///
  /// - Throws: `ConfigurationError` if a value is infinite.
  public static func keys<Value: Codable>(
    of value: Value
  ) throws(ConfigurationError) -> [(key: String, value: String)] {
    let tree = try node(of: value)
    let requests = RequestLog()
    let _: Value = try decode(tree, requests)
    return try leaves(of: complete(tree, requests), path: "")
  }

  private static func leaves(
    of node: ConfigurationNode, path: String
  ) throws(ConfigurationError) -> [(key: String, value: String)] {
    guard case .mapping(let entries, isChoice: false) = node.content else { return [(path, try node.json())] }
    var result: [(key: String, value: String)] = []
    for entry in entries { result += try leaves(of: entry.value, path: joined(path, entry.key)) }
    return result
  }

  /// The tree with null under every key that decoding asked for and encoding left out.
  private static func complete(
    _ node: ConfigurationNode, _ requests: RequestLog, path: String = ""
  ) -> ConfigurationNode {
    guard case .mapping(var entries, let isChoice) = node.content else { return node }
    for index in entries.indices {
      entries[index].value = complete(entries[index].value, requests, path: joined(path, entries[index].key))
    }
    for key in requests.keys[path] ?? [] where !entries.contains(where: { $0.key == key }) {
      entries.append(.init(key: key, place: .defaults, value: .init(content: .null, place: .defaults)))
    }
    return ConfigurationNode(content: .mapping(entries, isChoice: isChoice), place: node.place)
  }

  private static func node(of value: some Encodable) throws(ConfigurationError) -> ConfigurationNode {
    do {
      return try NodeEncoder.node(of: value)
    } catch {
      throw ConfigurationError(.defaults, "\(error)")
    }
  }

  private static func decode<Value: Decodable>(
    _ tree: ConfigurationNode, _ requests: RequestLog
  ) throws(ConfigurationError) -> Value {
    do {
      return try NodeDecoder.value(of: Value.self, from: tree, codingPath: [], requests: requests)
    } catch let error as ConfigurationError {
      throw error
    } catch let error as DecodingError {
      throw describe(error, tree)
    } catch {
      throw ConfigurationError(["\(error)"])
    }
  }

  private static func describe(_ error: DecodingError, _ tree: ConfigurationNode) -> ConfigurationError {
    func place(_ path: [any CodingKey]) -> Place {
      path.reduce(tree) { node, key in node[key.stringValue] ?? node }.place
    }
    switch error {
    case .keyNotFound(let key, let context):
      return ConfigurationError(place(context.codingPath), "\"\(dotted(context.codingPath + [key]))\" is missing")
    case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context):
      return ConfigurationError(
        place(context.codingPath), "\"\(dotted(context.codingPath))\": \(context.debugDescription)")
    @unknown default:
      return ConfigurationError(["\(error)"])
    }
  }
}

func joined(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
