import CKernels
import Synchronization

/// Weights rearranged for the convolution kernel, one copy per (parameter, use), shared by the plans of all shards.
///
/// After the parameters change, `refresh` must run before the next `Plan.run()`.
public final class PackedWeights: @unchecked Sendable {
  /// A use of a weight: as it is, or one phase of its adjoint (taps `firstTap`, `firstTap + step`, …, transposed).
  struct Form: Hashable {
    let bank: Bank
    let parameter: Parameter
    let transposed: Bool
    let taps: Int
    let firstTap: Int
    let step: Int
  }

  private struct Item: @unchecked Sendable {
    let form: Form
    let source: UnsafePointer<Float>
    let packed: UnsafeMutablePointer<Float>
    let count: Int
  }

  private struct Items {
    var all: [Item] = []
    var index: [Form: Int] = [:]
  }

  /// The values that plans read, by bank.
  public let parameters: [Bank: ParameterBuffer]
  /// Plans that share the weights may be compiled on several threads at once.
  private let items = Mutex(Items())

  /// Packs nothing yet: plans ask for copies while they are compiled.
  ///
  /// - Parameter parameters: one buffer for each bank that the plans' graphs read, all of the same layout.
  public init(_ parameters: [Bank: ParameterBuffer]) { self.parameters = parameters }

  deinit { for item in items.withLock(\.all) { freeFloats(item.packed, item.count) } }

  /// Bytes held by packed copies.
  public var byteCount: Int { items.withLock { $0.all.reduce(0) { $0 + $1.count * 4 } } }

  func buffer(of bank: Bank) -> ParameterBuffer {
    guard let buffer = parameters[bank] else { preconditionFailure("a plan reads the \(bank) parameters: none given") }
    return buffer
  }

  /// The packed copy for a use; made and filled when first asked for.
  func pointer(for form: Form) -> UnsafePointer<Float> {
    let source = UnsafePointer(buffer(of: form.bank).pointer + form.parameter.offset)
    let item = items.withLock { items in
      if let known = items.index[form] { return items.all[known] }
      let shape = form.parameter.shape
      let (rows, columns) = form.transposed ? (shape[2], shape[1]) : (shape[1], shape[2])
      let count = ck_packed_count(form.taps * rows, columns)
      let item = Item(form: form, source: source, packed: allocateFloats(count), count: count)
      items.all.append(item)
      items.index[form] = items.all.count - 1
      Self.pack(item)
      return item
    }
    return UnsafePointer(item.packed)
  }

  /// Packs every weight again from the current parameters.
  ///
  /// - Parameter part: 0 ..< `parts`: which share of the weights this call packs, so that threads may divide the work.
  public func refresh(part: Int = 0, of parts: Int = 1) {
    let items = items.withLock(\.all)
    var before = 0
    let total = items.reduce(0) { $0 + $1.count }
    for item in items {
      // An item belongs to the part in which its middle lies.
      if (before + item.count / 2) * parts / max(total, 1) == part { Self.pack(item) }
      before += item.count
    }
  }

  private static func pack(_ item: Item) {
    let shape = item.form.parameter.shape
    let (taps, first, step) = (item.form.taps, item.form.firstTap, item.form.step)
    ck_pack_taps(taps, first, step, shape[1], shape[2], item.source, item.form.transposed ? 1 : 0, item.packed)
  }
}
