import COpenBLAS

enum OpenBLAS {
  /// To be touched before every call. OpenBLAS's own threads are for one caller at a time; ours run beside one another, and
  /// results do not depend on the number of cores.
  static let oneThread: Void = openblas_set_num_threads(1)
}
