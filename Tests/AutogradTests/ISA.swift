import CKernels

/// The kernels' instruction sets, for tests that run every path in one process.
enum ISA: String, CaseIterable, Sendable {
  case avx512, avx2, portable

  /// Those that this processor can run.
  static let supported: [ISA] = allCases.filter { isa in
    defer { _ = ck_select_isa_on_this_thread(nil) }
    return ck_select_isa_on_this_thread(isa.rawValue) != 0
  }

  /// Runs `body`, which stays on this thread, with these kernels.
  func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    _ = ck_select_isa_on_this_thread(rawValue)
    defer { _ = ck_select_isa_on_this_thread(nil) }
    return try body()
  }
}
