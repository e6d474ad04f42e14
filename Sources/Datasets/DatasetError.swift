import Checkpoints

/// What is wrong with recorded data, with the file's path and the place in it.
public struct DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: Equatable, Sendable {
    /// The system refused to open, read, write or rename.
    case file
    /// Fewer bytes than the description says.
    case truncated
    /// The bytes break their format.
    case malformed
    /// A valid file that uses something this reader does not support.
    case unsupported
    /// No array, column or value of that name.
    case missing
    /// Parts contradict each other: lengths, episode ends, shapes.
    case inconsistent
    /// A number that is NaN or infinite.
    case notFinite
  }

  public let kind: Kind
  /// The file or folder.
  public let path: String
  /// Where in it: `data/action/3.0`, `array "obs"`, `column "state"`.
  public let place: String?
  /// What is wrong and what to do.
  public let problem: String

  public init(_ kind: Kind, path: String, place: String? = nil, _ problem: String) {
    self.kind = kind
    self.path = path
    self.place = place
    self.problem = problem
  }

  public var description: String { "\(path): \(summary)" }

  /// The description without the path.
  var summary: String { place.map { "\($0): \(problem)" } ?? problem }
}

extension JSONValue {
  /// Reads a text that lies at a place in a data set.
  init(parsing bytes: [UInt8], path: String, place: String) throws(DatasetError) {
    do {
      self = try JSONValue(parsing: bytes)
    } catch {
      throw DatasetError(.malformed, path: path, place: place, "not JSON: \(error)")
    }
  }
}
