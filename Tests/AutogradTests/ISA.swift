import CKernels

/// The kernels' instruction sets, for tests that run every path in one process.
enum ISA: String, CaseIterable, Sendable {
  case avx512, avx2, portable

  func select() { _ = ck_select_isa(rawValue) }

  /// Those that this processor can run.
  static let supported: [ISA] = {
    defer { selectBest() }
    return allCases.filter { ck_select_isa($0.rawValue) != 0 }
  }()

  static func selectBest() { for isa in allCases where ck_select_isa(isa.rawValue) != 0 { return } }
}
