import CKernels

// Which instructions the threads of a team may pass without waiting for each other: those that do not touch what another
// thread may still be reading or writing.

/// Rows of floats in memory, evenly apart.
struct Region {
  let start: Source
  let rows: Int
  let width: Int
  let stride: Int

  /// `count` floats side by side.
  init(_ start: Source, _ count: Int) { self.init(start, rows: 1, width: count, stride: count) }

  init(_ start: Source, rows: Int, width: Int, stride: Int) {
    self.start = start
    let isDense = width == stride
    self.rows = isDense ? 1 : rows
    self.width = isDense ? rows * width : width
    self.stride = isDense ? rows * width : stride
  }

  /// Whether a float may lie in both; never false where one does.
  func overlaps(_ other: Region) -> Bool {
    let end = start + (rows - 1) * stride + width,
      otherEnd = other.start + (other.rows - 1) * other.stride + other.width
    guard start < otherEnd && other.start < end else { return false }
    guard stride == other.stride && rows > 1 && other.rows > 1 else { return true }
    // Rows of both interleave.
    let offset = ((other.start - start) % stride + stride) % stride
    return offset < width || offset + other.width > stride
  }
}

extension Instruction {
  /// Whether several threads can share it.
  var isShared: Bool {
    switch self {
    case .convolution, .normalizeMish, .copyRows: true
    default: false
    }
  }

  /// What a shared instruction reads, but for weights, and what it writes.
  private var regions: (reads: [Region], writes: Region)? {
    switch self {
    case .convolution(let shape, let x, _, let bias, let y, _):
      let s = shape.pointee
      var reads = [Region(x, s.batch * s.in_time * s.in_channels)]
      if let bias { reads.append(Region(bias, s.out_channels)) }
      guard s.out_time % s.out_step == 0 else { return (reads, Region(y, s.batch * s.out_time * s.out_channels)) }
      let frames = s.batch * s.out_time / s.out_step
      return (
        reads,
        Region(
          y + s.out0 % s.out_step * s.out_channels, rows: frames, width: s.out_channels,
          stride: s.out_step * s.out_channels)
      )
    case .normalizeMish(let shape, let arguments):
      let (a, batch, time, channels) = (arguments.pointee, shape[0], shape[1], shape[2])
      let count = batch * time * channels
      var reads = [Region(a.x, count), Region(a.gamma, channels), Region(a.beta, channels)]
      if let mask = a.mask { reads.append(Region(mask, batch * time)) }
      if let residual = a.residual { reads.append(Region(residual, count)) }
      for film in [a.scale, a.shift].compactMap({ $0 }) {
        reads.append(Region(film, (batch - 1) * a.filmStride + channels))
      }
      return (reads, Region(a.y, count))
    case .copyRows(let rows, let n, let x, let ldx, let y, let ldy):
      return (
        [Region(x, rows: rows, width: n, stride: ldx)], Region(y, rows: rows, width: n, stride: ldy)
      )
    default: return nil
    }
  }

  /// Whether the threads of a team of `parts` have to wait for each other between `self` and a later instruction.
  func mustEnd(before later: Instruction, parts: Int) -> Bool {
    guard let mine = regions, let next = later.regions else {
      // What is not shared is done by one thread.
      return isShared || later.isShared
    }
    if case .convolution(let shape, _, .float32(let packed), _, _, _) = self,
      case .convolution(let other, _, _, _, _, let scratch) = later,
      Region(packed, shape.pointee.packedCount).overlaps(Region(scratch, ck_conv_scratch(other)))
    {
      // Weights that are no parameter are packed into scratch.
      return true
    }
    var reads = next.reads
    if case .convolution(let shape, _, _, _, let y, _) = self, case .normalizeMish(let normalized, _) = later,
      shape.pointee.sharesChannels(withGroups: later.groups, of: normalized, parts: parts)
    {
      // Every thread reads on what it has written itself.
      reads.removeAll { $0.start == UnsafePointer(y) }
    }
    return reads.contains(where: mine.writes.overlaps) || mine.writes.overlaps(next.writes)
      || mine.reads.contains(where: next.writes.overlaps)
  }

  private var groups: Int {
    if case .normalizeMish(_, let arguments) = self { return arguments.pointee.groups }
    return 1
  }
}

extension ck_conv_shape {
  /// Floats of its packed weights.
  fileprivate var packedCount: Int { ck_packed_count(taps * in_channels, out_channels) }

  /// Whether `parts` threads divide this convolution's output and a normalisation of the same size into the same channels.
  fileprivate func sharesChannels(withGroups groups: Int, of normalized: Triple, parts: Int) -> Bool {
    guard normalized[0] == batch, normalized[1] == out_time, normalized[2] == out_channels, out_step == 1 else {
      return false
    }
    let panel = Int(CK_PANEL), panels = (out_channels + panel - 1) / panel, width = out_channels / groups
    return (0...parts).allSatisfy { part in
      min(panels * part / parts * panel, out_channels) == groups * part / parts * width
    }
  }
}
