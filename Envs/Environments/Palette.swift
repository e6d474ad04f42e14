/// At most 255 colours that stand for all the colours of some pictures.
///
/// Median cut (Heckbert, "Color Image Quantization for Frame Buffer Display", 1982): the box of colours with the
/// largest weighted spread is split at its weighted median until there are enough boxes; a box becomes its mean.
/// Drawings have few flat colours and thin anti-aliased seams between them, so the flat ones stay exact.
struct Palette {
  /// Colours as 0xRRGGBB, at most 255.
  let colors: [UInt32]
  private let indexOfColor: [UInt32: UInt8]

  /// - Precondition: there is at least one frame.
  init(frames: [Frame]) {
    var counts: [UInt32: Int] = [:]
    for frame in frames {
      var previous = frame.pixels[0]
      var run = 0
      for pixel in frame.pixels {
        if pixel == previous {
          run += 1
        } else {
          counts[previous, default: 0] += run
          previous = pixel
          run = 1
        }
      }
      counts[previous, default: 0] += run
    }
    // Sorted, because a dictionary's order differs from run to run and equal input must give equal files.
    let entries = counts.map { Entry(color: $0.key, count: $0.value) }.sorted { $0.color < $1.color }
    var boxes = [Box(entries)]
    while boxes.count < 255 {
      guard let widest = boxes.indices.max(by: { boxes[$0].spread < boxes[$1].spread }), boxes[widest].spread > 0
      else { break }
      let (low, high) = boxes[widest].split()
      boxes[widest] = low
      boxes.append(high)
    }
    var indexOfColor: [UInt32: UInt8] = [:]
    for (index, box) in boxes.enumerated() {
      for entry in box.entries { indexOfColor[entry.color] = UInt8(index) }
    }
    colors = boxes.map(\.mean)
    self.indexOfColor = indexOfColor
  }

  /// The frame's pixels as indices into `colors`, [height * width].
  ///
  /// - Precondition: the frame was among those the palette was made from.
  func indices(of frame: Frame) -> [UInt8] {
    var previous = frame.pixels[0]
    var index = indexOfColor[previous]!
    return frame.pixels.map { pixel in
      if pixel != previous {
        previous = pixel
        index = indexOfColor[pixel]!
      }
      return index
    }
  }
}

private struct Entry {
  let color: UInt32
  let count: Int

  func channel(_ axis: Int) -> Int { Int(color >> UInt32(8 * axis) & 0xff) }
}

/// Colours that will share one palette entry.
private struct Box {
  let entries: [Entry]
  /// Weighted variance along the widest axis; 0 if there is one colour.
  let spread: Double
  private let axis: Int

  init(_ entries: [Entry]) {
    self.entries = entries
    let weight = Double(entries.reduce(0) { $0 + $1.count })
    let variances = (0..<3).map { axis -> Double in
      let sum = entries.reduce(0.0) { $0 + Double($1.channel(axis) * $1.count) }
      return entries.reduce(0.0) { total, entry in
        let distance = Double(entry.channel(axis)) - sum / weight
        return total + distance * distance * Double(entry.count)
      }
    }
    axis = (0..<3).max { variances[$0] < variances[$1] }!
    spread = entries.count > 1 ? variances[axis] : 0
  }

  /// The two halves at the weighted median of the widest axis; neither is empty.
  func split() -> (Box, Box) {
    let sorted = entries.sorted { ($0.channel(axis), $0.color) < ($1.channel(axis), $1.color) }
    let half = sorted.reduce(0) { $0 + $1.count } / 2
    var sum = 0
    var cut = 0
    while cut < sorted.count - 1, cut == 0 || sum + sorted[cut].count <= half {
      sum += sorted[cut].count
      cut += 1
    }
    return (Box(Array(sorted[..<cut])), Box(Array(sorted[cut...])))
  }

  /// The weighted mean colour.
  var mean: UInt32 {
    let weight = entries.reduce(0) { $0 + $1.count }
    return (0..<3).reduce(0) { color, axis in
      let sum = entries.reduce(0) { $0 + $1.channel(axis) * $1.count }
      return color | UInt32((sum + weight / 2) / weight) << UInt32(8 * axis)
    }
  }
}
