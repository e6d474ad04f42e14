import Foundation

/// A take with noise from between that of two others, measured beside straight lines between their spectrograms.
struct TakesBetween: Encodable {
  /// Root mean squares of ln mel: how far a take is from both others, and what it has beyond the voice's mean.
  struct Measures: Encodable {
    let first: Double
    let second: Double
    let detail: Double
  }

  let share: Double
  /// From one to the other.
  let apart: Double
  let firstDetail: Double
  let secondDetail: Double
  let taken: Measures
  let linearInterpolation: Measures

  enum CodingKeys: String, CodingKey {
    case share, apart, taken
    case firstDetail = "first_detail"
    case secondDetail = "second_detail"
    case linearInterpolation = "linear_interpolation"
  }

  /// - Parameters:
  ///   - first: ln mel of the first seed's take, `[frames, bands]`; the others likewise.
  ///   - mean: the voice's, without its decoder.
  init(share: Double, first: [Float], second: [Float], taken: [Float], mean: [Float]) {
    func distance(_ a: [Float], _ b: [Float]) -> Double {
      let sum = zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      return (sum / Double(max(1, a.count))).squareRoot()
    }
    func measures(_ mel: [Float]) -> Measures {
      Measures(first: distance(mel, first), second: distance(mel, second), detail: distance(mel, mean))
    }
    self.share = share
    apart = distance(first, second)
    (firstDetail, secondDetail) = (distance(first, mean), distance(second, mean))
    self.taken = measures(taken)
    linearInterpolation = measures(zip(first, second).map { $0 + Float(share) * ($1 - $0) })
  }

  /// A few lines for a person.
  var summary: String {
    func line(_ name: String, _ measures: Measures) -> String {
      "\n" + name
        + String(
          format: "  %.3f from the first, %.3f from the second, detail %.3f", measures.first, measures.second,
          measures.detail)
    }
    return String(format: "two takes, ln mel  %.3f apart, detail %.3f and %.3f", apart, firstDetail, secondDetail)
      + line(String(format: "between them, %.2f", share), taken)
      + line("straight lines    ", linearInterpolation)
  }
}
