import Reporting
import Support

extension Decoder {
  /// Refuses an object with keys that nothing reads, as configurations are refused.
  ///
  /// - Throws: `CommandFailure` that names them, and those that were probably meant.
  func refuseKeys<Key: CodingKey & CaseIterable>(otherThan known: Key.Type) throws {
    let names = Key.allCases.map(\.stringValue).sorted()
    let unknown = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).filter { !names.contains($0) }.sorted()
    if unknown.isEmpty { return }
    let found = unknown.map { key in
      "\"\(key)\"" + (key.nearest(among: names).map { " (did you mean \"\($0)\"?)" } ?? "")
    }
    throw CommandFailure(
      "unknown key\(unknown.count == 1 ? "" : "s") \(found.joined(separator: ", ")); there are: "
        + names.joined(separator: ", "))
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
