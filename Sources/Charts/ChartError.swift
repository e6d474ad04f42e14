/// Why a chart could not be drawn or written.
public enum ChartError: Error, Equatable, CustomStringConvertible {
  /// The file's name ends neither in .png nor in .svg.
  case unknownFormat(path: String)
  /// The file cannot be written.
  case unwritable(path: String, reason: String)
  /// The drawing library refused.
  case drawing(reason: String)

  public var description: String {
    switch self {
    case .unknownFormat(let path): "\(path): the name of a chart ends in .png or .svg"
    case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
    case .drawing(let reason): "the chart cannot be drawn: \(reason)"
    }
  }
}
