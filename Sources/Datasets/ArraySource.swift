import Checkpoints

/// Named arrays of numbers, whatever file they lie in.
package protocol ArraySource: Sendable {
  /// The file or folder, for messages.
  var path: String { get }
  /// All arrays, sorted by name; those that cannot be read are left to `refusals`.
  var arrays: [ArrayDescription] { get }
  /// Arrays that are there but cannot be read, with the reason.
  var refusals: [DatasetError] { get }
  /// Reads a whole array.
  func read(_ array: ArrayDescription) throws(DatasetError) -> RawArray
  /// The file's own notes as name and value, such as `("rate_hz", .integer(10))`.
  func attributes() throws(DatasetError) -> [JSONValue.Member]
  /// What is odd about an array without being an error, in words.
  func remarks(on array: ArrayDescription) throws(DatasetError) -> [String]
}

/// What is known of an array before it is read.
package struct ArrayDescription: Sendable, Equatable {
  /// The name in the file, such as `data/action` or `obs`.
  package let name: String
  package let shape: [Int]
  package let type: ElementType
}

/// More than this is never read into memory: a damaged description must not ask for all of it.
let maximumArrayBytes = 1 << 33

/// The bytes of an array, or nil if they overflow or exceed `maximumArrayBytes`.
func byteCount(shape: [Int], elementSize: Int) -> Int? {
  var size = elementSize
  for length in shape {
    let (product, overflow) = size.multipliedReportingOverflow(by: length)
    guard !overflow, length >= 0 else { return nil }
    size = product
  }
  return size <= maximumArrayBytes ? size : nil
}
