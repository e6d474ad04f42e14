extension PushTPose {
  /// The part of the goal that a block in this pose covers, in [0, 1]: area of goal T ∩ block T over area of a T.
  ///
  /// Exact: each T is two rectangles that do not overlap, and the four intersections of rectangles are convex.
  public var coverage: Double {
    let center = toWorld([PushTGeometry.blockCenter])[0]
    let distance = center - Self.goalCenter
    // Both T fit in circles of radius 80.8 about their centres.
    guard (distance * distance).sum() < 170 * 170 else { return 0 }
    var area = 0.0
    for part in [toWorld(PushTGeometry.bar), toWorld(PushTGeometry.stem)] {
      for goalPart in Self.goalParts { area += intersectionArea(part, goalPart) }
    }
    return area / PushTGeometry.blockArea
  }

  private static let goalCenter = PushTGeometry.goal.toWorld([PushTGeometry.blockCenter])[0]
  private static let goalParts = [
    PushTGeometry.goal.toWorld(PushTGeometry.bar), PushTGeometry.goal.toWorld(PushTGeometry.stem),
  ]
}

/// Area of the intersection of two convex polygons with their corners in the same turning sense, [corner] each.
///
/// `subject` is cut by the line through each edge of `clip` in turn (Sutherland and Hodgman, "Reentrant Polygon
/// Clipping", 1974); the rest's area is the shoelace sum. O(corners of one times corners of the other).
func intersectionArea(_ subject: [Point], _ clip: [Point]) -> Double {
  let isPositive = signedArea(clip[...]) > 0
  // Each cut of a convex polygon adds at most one corner.
  let capacity = subject.count + clip.count
  return withUnsafeTemporaryAllocation(of: Point.self, capacity: 2 * capacity) { buffer in
    var current = UnsafeMutableBufferPointer(rebasing: buffer[..<capacity])
    var next = UnsafeMutableBufferPointer(rebasing: buffer[capacity...])
    var count = subject.count
    for index in subject.indices { current.initializeElement(at: index, to: subject[index]) }
    for index in clip.indices {
      let start = clip[index]
      let edge = clip[index + 1 == clip.count ? 0 : index + 1] - start
      var kept = 0
      for corner in 0..<count {
        let from = current[corner]
        let to = current[corner + 1 == count ? 0 : corner + 1]
        let fromSide = cross(edge, from - start) * (isPositive ? 1 : -1)
        let toSide = cross(edge, to - start) * (isPositive ? 1 : -1)
        if fromSide >= 0 {
          next.initializeElement(at: kept, to: from)
          kept += 1
        }
        if (fromSide > 0 && toSide < 0) || (fromSide < 0 && toSide > 0) {
          next.initializeElement(at: kept, to: from + (to - from) * (fromSide / (fromSide - toSide)))
          kept += 1
        }
      }
      guard kept > 2 else { return 0 }
      count = kept
      swap(&current, &next)
    }
    return abs(signedArea(current[..<count]))
  }
}

/// The z component of the cross product.
func cross(_ first: Point, _ second: Point) -> Double { first.x * second.y - first.y * second.x }

private func signedArea(_ corners: some RandomAccessCollection<Point>) -> Double {
  // Relative to one corner, so that far-away small polygons lose no digits.
  guard let origin = corners.first, var previous = corners.last.map({ $0 - origin }) else { return 0 }
  var sum = 0.0
  for corner in corners {
    let offset = corner - origin
    sum += cross(previous, offset)
    previous = offset
  }
  return sum / 2
}
