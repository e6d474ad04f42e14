import Foundation

/// Shows how far a loop is on standard error: one line that updates itself on a terminal, a line now and then in a log.
///
///     train 1200/14000  loss 0.0832  12.4 steps/s  17:12 left
public struct ProgressReporter {
  private let label: String
  private let total: Int
  private let isTerminal: Bool
  private let now: () -> Double
  private let write: (String) -> Void
  /// Times and steps of the last lines shown; the speed is measured over them.
  private var marks: [(time: Double, step: Int)] = []
  private var isLineOpen = false

  /// Seconds between lines on a terminal and in a log.
  private var interval: Double { isTerminal ? 0.1 : 30 }

  /// - Parameters:
  ///   - label: what is going on, one word.
  ///   - total: the last step.
  ///   - start: steps done before, by the run that is resumed.
  ///   - isTerminal: whether lines may be rewritten; by default asked of standard error.
  ///   - now: monotonic time in seconds.
  ///   - write: takes text without adding anything.
  public init(
    label: String, total: Int, start: Int = 0, isTerminal: Bool = isatty(STDERR_FILENO) != 0,
    now: @escaping () -> Double = { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 },
    write: @escaping (String) -> Void = { FileHandle.standardError.write(Data($0.utf8)) }
  ) {
    self.label = label
    self.total = total
    self.isTerminal = isTerminal
    self.now = now
    self.write = write
    marks = [(now(), start)]
  }

  /// Call after every step: it shows a line only when one is due, and always at the last step.
  ///
  /// - Parameters:
  ///   - step: steps done.
  ///   - loss: asked for only when a line is shown.
  public mutating func update(step: Int, loss: @autoclosure () -> Double? = nil) {
    let time = now()
    guard step == total || marks.count == 1 || time - marks[marks.count - 1].time >= interval else { return }
    let line = line(step: step, loss: loss(), time: time)
    marks.append((time, step))
    if marks.count > 50 { marks.removeFirst() }
    if isTerminal {
      write("\r" + line + "\u{1b}[K")
      isLineOpen = true
      if step == total { finish() }
    } else {
      write(line + "\n")
    }
  }

  /// Ends the line that is being rewritten, so that other text can follow.
  public mutating func finish() {
    if isLineOpen { write("\n") }
    isLineOpen = false
  }

  private func line(step: Int, loss: Double?, time: Double) -> String {
    var parts = ["\(label) \(step)/\(total)"]
    if let loss { parts.append("loss " + String(format: "%.4g", loss)) }
    let elapsed = time - marks[0].time
    if elapsed > 0, step > marks[0].step {
      let speed = Double(step - marks[0].step) / elapsed
      parts.append(String(format: speed < 10 ? "%.2f steps/s" : "%.1f steps/s", speed))
      if step < total { parts.append(Self.duration(Double(total - step) / speed) + " left") }
    }
    return parts.joined(separator: "  ")
  }

  /// `0:07`, `17:12`, `3:05:00`.
  ///
  /// - Parameter seconds: not negative.
  static func duration(_ seconds: Double) -> String {
    let total = Int(seconds.rounded())
    let (hours, minutes) = (total / 3600, total / 60 % 60)
    let tail = String(format: "%02d", total % 60)
    return hours > 0 ? "\(hours):" + String(format: "%02d", minutes) + ":" + tail : "\(minutes):" + tail
  }
}
