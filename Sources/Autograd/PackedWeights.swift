import CKernels
import Synchronization

/// How packed weights are stored. All sums are single precision.
public enum WeightStorage: String, Sendable, CaseIterable {
  /// As the parameters are.
  case float32
  /// The upper halves of floats, rounded to the nearest: 8 significant bits for half of the memory traffic, which is what
  /// large networks wait for at small batches.
  case bfloat16
}

/// A packed weight as a kernel reads it.
enum PackedSource {
  case float32(UnsafePointer<Float>)
  case bfloat16(UnsafePointer<UInt16>)
}

/// Weights rearranged for the convolution kernel, one copy per (parameter, use), shared by the plans of all shards. Uses
/// differ in layout, too: plans of small and of large batches may have copies of their own.
///
/// After the parameters change, `refresh` must run before the next `Plan.run()`.
public final class PackedWeights: @unchecked Sendable {
  /// A use of a weight: as it is, or one phase of its adjoint (taps `firstTap`, `firstTap + step`, …, transposed).
  struct Form: Hashable {
    let bank: Bank
    let parameter: Parameter
    var transposed = false
    var taps = 1
    var firstTap = 0
    var step = 1
    /// The taps of a channel lie side by side.
    var interleaved = false
    /// The input channels that are used, where these are not all: of one tap, as it is.
    var channels: Range<Int>?

    /// Weights, padding included.
    var count: Int {
      let (rows, columns) = (transposed ? parameter.shape[2] : inputs.count, transposed ? inputs.count : outputs)
      return ck_packed_count(taps * rows, columns)
    }

    private var inputs: Range<Int> { channels ?? 0..<parameter.shape[1] }
    private var outputs: Int { parameter.shape[2] }

    func pack(_ parameters: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
      let weight = parameters + parameter.offset + inputs.lowerBound * outputs
      ck_pack_taps(
        taps, firstTap, step, inputs.count, outputs, weight, transposed ? 1 : 0, interleaved ? 1 : 0, packed)
    }
  }

  private struct Item: @unchecked Sendable {
    /// Weights side by side: all of one height, and all but the last filling their panels.
    let forms: [Form]
    let packed: UnsafeMutableRawPointer
    /// Weights, padding included, and floats of memory that they take.
    let count: Int
    let floats: Int
    let isSteady: Bool
  }

  private struct Items {
    var all: [Item] = []
    var index: [[Form]: Int] = [:]
    var refreshes = 0
    let slab = FloatSlab()
  }

  /// The values that plans read, by bank.
  public let parameters: [Bank: ParameterBuffer]
  public let storage: WeightStorage
  /// Plans that share the weights may be compiled on several threads at once.
  private let items = Mutex(Items())

  /// Packs nothing yet: plans ask for copies while they are compiled.
  ///
  /// - Parameters:
  ///   - parameters: one buffer for each bank that the plans' graphs read, all of the same layout.
  ///   - storage: of the packed copies. bfloat16 is for use, not for training: refreshing such copies is slow.
  public init(_ parameters: [Bank: ParameterBuffer], storage: WeightStorage = .float32) {
    self.parameters = parameters
    self.storage = storage
  }

  /// Bytes held by packed copies.
  public var byteCount: Int { items.withLock { $0.all.reduce(0) { $0 + $1.floats * 4 } } }

  /// Counts `refresh`: what was computed from the weights before is no longer theirs when it has changed.
  public var version: Int { items.withLock(\.refreshes) }

  /// Reads every packed copy once, but for those that only steady values are computed from: what a network call at batch 1
  /// cannot do faster.
  ///
  /// - Parameters:
  ///   - part: 0..<parts: this thread's share of each copy.
  ///   - parts: threads that read together.
  /// - Returns: the sum of the share's bits, 32 at a time.
  @discardableResult
  public func readAll(part: Int = 0, of parts: Int = 1) -> UInt32 {
    items.withLock(\.all).reduce(0) { sum, item in
      guard !item.isSteady else { return sum }
      let (begin, end) = (item.floats * part / parts, item.floats * (part + 1) / parts)
      return sum &+ ck_read_words(end - begin, item.packed.assumingMemoryBound(to: Float.self) + begin)
    }
  }

  func buffer(of bank: Bank) -> ParameterBuffer {
    guard let buffer = parameters[bank] else { preconditionFailure("a plan reads the \(bank) parameters: none given") }
    return buffer
  }

  /// The packed copy for a use, or for the uses of several weights side by side; made and filled when first asked for.
  ///
  /// - Parameter isSteady: only steady values are computed from it.
  func source(for forms: [Form], isSteady: Bool) -> PackedSource {
    let item = items.withLock { items in
      if let known = items.index[forms] { return items.all[known] }
      let count = forms.reduce(0) { $0 + $1.count }
      let floats = storage == .float32 ? count : (count + 1) / 2
      let item = Item(
        forms: forms, packed: UnsafeMutableRawPointer(items.slab.allocate(floats)), count: count, floats: floats,
        isSteady: isSteady)
      items.all.append(item)
      items.index[forms] = items.all.count - 1
      pack(item)
      return item
    }
    return switch storage {
    case .float32: .float32(UnsafePointer(item.packed.assumingMemoryBound(to: Float.self)))
    case .bfloat16: .bfloat16(UnsafePointer(item.packed.assumingMemoryBound(to: UInt16.self)))
    }
  }

  /// Packs every weight again from the current parameters.
  ///
  /// - Parameter part: 0 ..< `parts`: which share of the weights this call packs, so that threads may divide the work.
  public func refresh(part: Int = 0, of parts: Int = 1) {
    let items = items.withLock { items in
      if part == 0 { items.refreshes += 1 }
      return items.all
    }
    var before = 0
    let total = items.reduce(0) { $0 + $1.count }
    for item in items {
      // An item belongs to the part in which its middle lies.
      if (before + item.count / 2) * parts / max(total, 1) == part { pack(item) }
      before += item.count
    }
  }

  private func pack(_ item: Item) {
    func pack(into packed: UnsafeMutablePointer<Float>) {
      var packed = packed
      for form in item.forms {
        form.pack(buffer(of: form.bank).pointer, into: packed)
        packed += form.count
      }
    }
    switch storage {
    case .float32: pack(into: item.packed.assumingMemoryBound(to: Float.self))
    case .bfloat16:
      let whole = allocateFloats(item.count)
      pack(into: whole)
      ck_halve_panels(item.count, whole, item.packed.assumingMemoryBound(to: UInt16.self))
      freeFloats(whole, item.count)
    }
  }
}
