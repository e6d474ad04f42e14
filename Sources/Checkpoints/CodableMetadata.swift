import Foundation
import Support

extension SafetensorsWriter {
  /// Stores a value as JSON text under a key of the metadata, with sorted keys.
  ///
  /// - Throws: `CheckpointError` of the kind `mismatched` if the value cannot be encoded (a number that is not finite,
  ///   for example).
  public mutating func setMetadata(_ value: some Encodable, forKey key: String) throws(CheckpointError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      metadata[key] = String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      throw CheckpointError(.mismatched, path: "checkpoint", place: "metadata \"\(key)\"", CodingProblem.text(error))
    }
  }
}

extension SafetensorsFile {
  /// The string under a key of the metadata.
  ///
  /// - Throws: `CheckpointError` of the kind `missing` if there is none, with the keys there are.
  public func string(forKey key: String) throws(CheckpointError) -> String {
    guard let text = metadata[key] else {
      throw CheckpointError(
        .missing, path: path, place: "metadata \"\(key)\"", "there is none; \(key.hint(among: Array(metadata.keys)))")
    }
    return text
  }

  /// Decodes a value from the JSON text under a key of the metadata.
  ///
  /// - Throws: `CheckpointError` of the kind `missing`, or `mismatched` with file, key and coding path.
  public func metadata<Value: Decodable>(
    _ type: Value.Type = Value.self, forKey key: String
  ) throws(CheckpointError) -> Value {
    let text = try string(forKey: key)
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw CheckpointError(.mismatched, path: path, place: "metadata \"\(key)\"", CodingProblem.text(error))
    }
  }
}

/// Coding errors in words.
enum CodingProblem {
  static func text(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      "\(path(context.codingPath))there is no \"\(key.stringValue)\""
    case DecodingError.valueNotFound(_, let context), DecodingError.typeMismatch(_, let context),
      DecodingError.dataCorrupted(let context):
      "\(path(context.codingPath))\(context.debugDescription)"
    case EncodingError.invalidValue(_, let context):
      "\(path(context.codingPath))\(context.debugDescription)"
    default: "\(error)"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    guard !keys.isEmpty else { return "" }
    var text = ""
    for key in keys {
      if let index = key.intValue { text += "[\(index)]" } else { text += (text.isEmpty ? "" : ".") + key.stringValue }
    }
    return "\(text): "
  }
}
