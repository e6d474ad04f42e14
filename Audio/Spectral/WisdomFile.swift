import Foundation

/// Where FFTW's measurements are kept: a file for each of its versions and each kind of processor, as a home folder may
/// be shared by machines.
package enum WisdomFile {
  /// `$XDG_CACHE_HOME/saltus/NAME`, or `$HOME/.cache/saltus/NAME`, with NAME such as `fftw-3.3.10-1f0c5a2e.wisdom`.
  ///
  /// - Parameters:
  ///   - wisdom: any of that FFTW, which begins with its version.
  ///   - processor: what tells processors apart.
  /// - Returns: nil where neither variable is an absolute path.
  package static func url(environment: [String: String], wisdom: String, processor: String) -> URL? {
    let version = wisdom.drop { $0 == "(" }.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." }
    let key = String(format: "%08x", fingerprint(processor))
    let name = "saltus/\(version)-\(key).wisdom"
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
      return URL(filePath: cache).appending(path: name)
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return URL(filePath: home).appending(path: ".cache").appending(path: name)
  }

  /// What Linux says of the first processor's kind; nothing elsewhere.
  package static var processor: String {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return "" }
    return kind(cpuinfo: text)
  }

  /// The lines that say what the first processor is, not how it is doing.
  package static func kind(cpuinfo text: String) -> String {
    let names: Set = [
      "vendor_id", "cpu family", "model", "model name", "flags", "CPU implementer", "CPU variant", "CPU part",
      "Features",
    ]
    let first = text.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
    return first.filter { line in
      names.contains(line.prefix { $0 != ":" }.trimmingCharacters(in: .whitespaces))
    }.joined(separator: "\n")
  }

  /// FNV-1a.
  private static func fingerprint(_ text: String) -> UInt32 {
    text.utf8.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }
}
