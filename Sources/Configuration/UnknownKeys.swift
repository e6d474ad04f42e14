import Support

/// Finds keys that nothing asked for, and the keys that were probably meant.
struct UnknownKeys {
  let requests: RequestLog

  /// One line per unknown key, in the order of the tree.
  func problems(in tree: ConfigurationNode) -> [String] { problems(in: tree, path: "") }

  private func problems(in node: ConfigurationNode, path: String) -> [String] {
    switch node.content {
    case .null, .scalar:
      return []
    case .list(let items):
      return items.enumerated().flatMap { problems(in: $1, path: joined(path, "\($0)")) }
    case .mapping(let entries, _):
      guard let known = requests.keys[path] else { return [] }
      return entries.flatMap { entry -> [String] in
        let here = joined(path, entry.key)
        if known.contains(entry.key) { return problems(in: entry.value, path: here) }
        // Encoding wrote it, no person did.
        if entry.place == .defaults { return [] }
        return ["\(entry.place): unknown key \"\(here)\"; \(advice(for: entry.key, path: path, known: known))"]
      }
    }
  }

  private func advice(for key: String, path: String, known: [String]) -> String {
    if let nearest = key.nearest(among: known) { return "did you mean \"\(joined(path, nearest))\"?" }
    // The right key in the wrong section.
    let elsewhere = requests.keys.flatMap { section, keys in keys.map { (name: $0, path: joined(section, $0)) } }
      .sorted { $0.path < $1.path }
    if let nearest = key.nearest(among: elsewhere.map(\.name)),
      let match = elsewhere.first(where: { $0.name == nearest })
    {
      return "did you mean \"\(match.path)\"?"
    }
    let section = path.isEmpty ? "" : " in \"\(path)\""
    return "the keys\(section) are \(known.joined(separator: ", "))"
  }
}
