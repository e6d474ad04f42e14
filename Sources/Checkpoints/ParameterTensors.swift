import Autograd

extension SafetensorsWriter {
  /// Adds every parameter of a layout under `prefix.NAME`, with PyTorch's shape and order of axes.
  ///
  /// - Parameters:
  ///   - buffer: laid out by `layout` (of its size, a precondition): weights, their average, or an optimiser's moments. Its
  ///     values are copied.
  ///   - precision: bfloat16 is for the weights of convolutions and linear layers; vectors, which are few, stay as they are.
  public mutating func add(
    _ layout: ParameterLayout, _ buffer: ParameterBuffer, prefix: String, as precision: Precision = .float32
  ) {
    precondition(buffer.count == layout.count, "a buffer of \(buffer.count) for a layout of \(layout.count)")
    for entry in layout.entries {
      let values = [Float](unsafeUninitializedCapacity: entry.parameter.count) { disk, count in
        buffer.writeDiskOrder(
          of: entry.parameter, into: UnsafeMutableBufferPointer(rebasing: disk[..<entry.parameter.count]))
        count = entry.parameter.count
      }
      let kept = precision == .bfloat16 && entry.parameter.kind == .vector
      add("\(prefix).\(entry.name)", shape: entry.parameter.diskShape, values, as: kept ? .float32 : precision)
    }
  }
}

extension SafetensorsFile {
  /// Reads every parameter of a layout from `prefix.NAME`.
  ///
  /// - Parameter buffer: laid out by `layout`.
  /// - Throws: `CheckpointError` for a missing tensor, or one whose shape is not the layout's or whose elements are not
  ///   floating-point numbers; `buffer` is then partly filled.
  public func read(_ layout: ParameterLayout, prefix: String, into buffer: ParameterBuffer) throws(CheckpointError) {
    for entry in layout.entries {
      let values = try floats("\(prefix).\(entry.name)", shape: entry.parameter.diskShape)
      values.withUnsafeBufferPointer { buffer.readDiskOrder(of: entry.parameter, from: $0) }
    }
  }

  /// How a layout's weights under `prefix` are to be stored in memory: in bfloat16 if they are so here, of which nothing is
  /// lost then.
  public func weightStorage(of layout: ParameterLayout, prefix: String) -> WeightStorage {
    let weights = Set(layout.entries.filter { $0.parameter.kind != .vector }.map { "\(prefix).\($0.name)" })
    let found = tensors.filter { weights.contains($0.name) }
    return !found.isEmpty && found.allSatisfy { $0.type == .bfloat16 } ? .bfloat16 : .float32
  }

  /// Whether there is any tensor under `prefix.`.
  public func contains(prefix: String) -> Bool { tensors.contains { $0.name.hasPrefix(prefix + ".") } }
}
