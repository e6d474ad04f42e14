import Foundation
import Support

/// JSON with sorted keys, so that equal values are equal bytes.
public enum JSONFile {
  /// Writes an indented file, atomically.
  ///
  /// - Throws: `CommandFailure` if the file cannot be written or a number in the value is not finite.
  public static func write(_ value: some Encodable, to path: String) throws(CommandFailure) {
    var bytes = try encode(value, isIndented: true)
    bytes.append(UInt8(ascii: "\n"))
    do {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw CommandFailure("\(error)")
    }
  }

  /// One line without its end, for JSON Lines.
  ///
  /// - Throws: `CommandFailure` if a number in the value is not finite.
  public static func line(_ value: some Encodable) throws(CommandFailure) -> String {
    String(decoding: try encode(value, isIndented: false), as: UTF8.self)
  }

  private static func encode(_ value: some Encodable, isIndented: Bool) throws(CommandFailure) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
    do {
      return try encoder.encode(value)
    } catch EncodingError.invalidValue(let found, let context) {
      let key = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw CommandFailure("JSON cannot hold the value \(found) of \"\(key)\"")
    } catch {
      throw CommandFailure("JSON cannot hold this value: \(error)")
    }
  }
}
