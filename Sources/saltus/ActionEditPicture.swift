import Environments
import PolicyHead
import PushTEnv
import Reporting

/// Chunks over the world in which they were drawn, side by side, with what was known of them: Push-T alone.
struct ActionEditPicture {
  /// Pixels along a side of each.
  private static let size = 448
  private let state: PushTState

  /// - Parameter observation: the newest one.
  /// - Throws: `CommandFailure` for one that is not Push-T's.
  init(_ observation: [Double], of policy: PolicyDescription) throws(CommandFailure) {
    guard policy.actionSize == 2, let state = PushTState(keypointObservation: observation) else {
      throw CommandFailure(
        "--picture: what is observed is not Push-T's nine keypoints and agent, over which it would be drawn")
    }
    self.state = state
  }

  /// - Parameter chunks: `[horizon][action]`, each with a caption.
  /// - Throws: `RenderingError`.
  func write(_ chunks: [(caption: String, rows: [[Double]])], marking edit: ActionEdit, to path: String) throws {
    let renderer = try PushTRenderer(size: Self.size)
    let marks = Self.marks(of: edit)
    let frames = try chunks.map { chunk in
      try renderer.render(
        state, plan: chunk.rows.map { Point($0[0], $0[1]) }, marks: marks, caption: chunk.caption)
    }
    try Frame(row: frames).writePNG(to: path)
  }

  private static func marks(of edit: ActionEdit) -> [PushTMark] {
    if let coarse = edit.coarse { return coarse.means.map { .point(Point($0[0], $0[1])) } }
    return (0..<edit.horizon).compactMap { row in
      switch (edit.known[2 * row], edit.known[2 * row + 1]) {
      case (let x?, let y?): .point(Point(x, y))
      case (let x?, nil): .x(x)
      case (nil, let y?): .y(y)
      case (nil, nil): nil
      }
    }
  }
}
