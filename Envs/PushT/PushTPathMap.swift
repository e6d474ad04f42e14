/// The cheapest ways of the agent from where it is to everywhere, around the block: Dijkstra on a grid of 8 px cells.
///
/// Cells near the block are dear rather than closed, so there is always a way, also for an agent that touches it.
struct PushTPathMap {
  private static let cell = 8.0
  private static let columns = 64

  private let costs: [Double]
  private let previous: [Int]

  init(from start: Point, around block: PushTPose) {
    let columns = Self.columns
    let count = columns * columns
    let weights = (0..<count).map { index -> Double in
      let gap = block.distance(to: Self.center(index)) - PushTGeometry.agentRadius
      return gap < 0 ? 60 : gap < 7 ? 8 : gap < 20 ? 1.3 : 1
    }
    var costs = [Double](repeating: .infinity, count: count)
    var previous = [Int](repeating: -1, count: count)
    var queue = CheapestFirst()
    let first = Self.index(start)
    costs[first] = 0
    queue.push(0, first)
    while let (cost, index) = queue.pop() {
      guard cost <= costs[index] else { continue }
      let row = index / columns
      let column = index % columns
      for (down, right, length) in Self.neighbours {
        guard (0..<columns).contains(row + down), (0..<columns).contains(column + right) else { continue }
        let next = (row + down) * columns + column + right
        let nextCost = cost + length * (weights[index] + weights[next]) / 2
        if nextCost < costs[next] {
          costs[next] = nextCost
          previous[next] = index
          queue.push(nextCost, next)
        }
      }
    }
    self.costs = costs
    self.previous = previous
  }

  /// Weighted length in pixels of the cheapest way to a point.
  func cost(to goal: Point) -> Double { costs[Self.index(goal)] }

  /// The way to a point, the start's cell left out, [point]; its last point is the goal itself.
  func path(to goal: Point) -> [Point] {
    var result = [goal]
    var index = previous[Self.index(goal)]
    while index >= 0, previous[index] >= 0 {
      result.append(Self.center(index))
      index = previous[index]
    }
    return result.reversed()
  }

  /// Rows down, columns right, and the length of the step in pixels.
  private static let neighbours: [(Int, Int, Double)] = [
    (0, 1, cell), (0, -1, cell), (1, 0, cell), (-1, 0, cell),
    (1, 1, diagonal), (1, -1, diagonal), (-1, 1, diagonal), (-1, -1, diagonal),
  ]
  private static let diagonal = cell * 2.0.squareRoot()

  private static func center(_ index: Int) -> Point {
    Point(Double(index % columns) + 0.5, Double(index / columns) + 0.5) * cell
  }

  private static func index(_ point: Point) -> Int {
    let column = min(max(Int(point.x / cell), 0), columns - 1)
    let row = min(max(Int(point.y / cell), 0), columns - 1)
    return row * columns + column
  }
}

extension PushTPose {
  /// Distance from a point to the nearest point of the T in this pose; 0 inside.
  func distance(to point: Point) -> Double {
    let local = toLocal(point)
    let bar = Self.length(abs(local.x) - 60, abs(local.y - 15) - 15)
    let stem = Self.length(abs(local.x) - 15, abs(local.y - 75) - 45)
    return min(bar, stem)
  }

  private static func length(_ beyondX: Double, _ beyondY: Double) -> Double {
    let x = max(beyondX, 0)
    let y = max(beyondY, 0)
    return (x * x + y * y).squareRoot()
  }
}

/// A binary heap of grid cells.
private struct CheapestFirst {
  private var heap: [(cost: Double, index: Int)] = []

  mutating func push(_ cost: Double, _ index: Int) {
    heap.append((cost, index))
    var child = heap.count - 1
    while child > 0, heap[child].cost < heap[(child - 1) / 2].cost {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> (Double, Int)? {
    guard let first = heap.first else { return nil }
    heap[0] = heap[heap.count - 1]
    heap.removeLast()
    var parent = 0
    while 2 * parent + 1 < heap.count {
      var child = 2 * parent + 1
      if child + 1 < heap.count, heap[child + 1].cost < heap[child].cost { child += 1 }
      guard heap[child].cost < heap[parent].cost else { break }
      heap.swapAt(child, parent)
      parent = child
    }
    return first
  }
}
