import Support

/// What is wrong with a checkpoint file, with the file's path and the place in it.
public struct CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What sort of problem it is.
  public enum Kind: Equatable, Sendable {
    /// The system refused to open, read, write or rename.
    case file
    /// The file ends before its content does.
    case truncated
    /// The bytes break the safetensors format.
    case malformed
    /// No tensor or metadata of that name.
    case missing
    /// It is there, but its shape, type or content is not what was asked for.
    case mismatched
  }

  /// What sort of problem it is.
  public let kind: Kind
  /// The file.
  public let path: String
  /// Where in the file: `header`, `tensor "name"`, `metadata "key"`.
  public let place: String?
  /// What is wrong and what to do.
  public let problem: String

  /// - Parameters:
  ///   - path: the file.
  ///   - place: where in it, as in `place`; nil: the file as a whole.
  ///   - problem: what is wrong and what to do.
  public init(_ kind: Kind, path: String, place: String? = nil, _ problem: String) {
    self.kind = kind
    self.path = path
    self.place = place
    self.problem = problem
  }

  init(_ error: FileError) { self.init(.file, path: error.path, error.problem) }

  /// Path, place and problem, in one line.
  public var description: String {
    place.map { "\(path): \($0): \(problem)" } ?? "\(path): \(problem)"
  }
}
