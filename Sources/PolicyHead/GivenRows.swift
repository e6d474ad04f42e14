/// Rows of a horizon for which there is an action: known at weight 1, drawn towards it below, at 0 only where drawing
/// begins.
struct GivenRows {
  private(set) var rows: [(row: Int, action: [Double], weight: Double)] = []

  init(known: [Int: [Double]]) {
    for (row, action) in known { rows.append((row, action, 1)) }
  }

  init(_ request: ChunkRequest, _ stitching: ChunkStitching, _ description: PolicyDescription) {
    let (first, horizon) = (description.observationSteps - 1 - request.executed.count, description.horizon)
    // However much is committed, a row is left to be drawn.
    for action in (request.executed + request.committed).prefix(horizon - first - 1) {
      rows.append((first + rows.count, action, 1))
    }
    let planned = request.planned.prefix(horizon - first - rows.count)
    for (index, action) in planned.enumerated() {
      rows.append((first + rows.count, action, stitching.weight(index, of: planned.count)))
    }
    // Where the plan ends, its last action is as good a sketch as any.
    guard let last = rows.last?.action else { return }
    while first + rows.count < horizon { rows.append((first + rows.count, last, 0)) }
  }
}
