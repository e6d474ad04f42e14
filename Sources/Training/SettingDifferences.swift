/// The settings in which two values of a configuration differ, "widths = [8], not [16]", in the order of its properties.
public func settingDifferences<Value>(_ given: Value, _ configured: Value) -> [String] {
  zip(Mirror(reflecting: given).children, Mirror(reflecting: configured).children).compactMap { given, configured in
    "\(given.value)" == "\(configured.value)"
      ? nil : "\(given.label ?? "?") = \(given.value), not \(configured.value)"
  }
}
