import Foundation
import TestSupport
import Testing
import TextFrontEnd

/// A line of golden.tsv: a text and how a careful reader says it.
struct GoldenLine: CustomTestStringConvertible, Sendable {
  var number: Int
  var input: String
  var spoken: String

  var testDescription: String { "line \(number): \(input)" }

  static let all: [GoldenLine] = {
    guard let text = try? String(contentsOf: fixture("text/golden.tsv"), encoding: .utf8) else { return [] }
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      let columns = line.split(separator: "\t")
      guard !line.hasPrefix("# "), columns.count == 2 else { return nil }
      return GoldenLine(number: index + 1, input: String(columns[0]), spoken: String(columns[1]))
    }
  }()
}

@Suite struct TextNormalizerGoldenTests {
  @Test func theGoldenFileIsComplete() { #expect(GoldenLine.all.count >= 565) }

  @Test(arguments: GoldenLine.all)
  func textIsSpokenAsACarefulReaderWould(_ line: GoldenLine) {
    let spoken = TextNormalizer().normalize(line.input).text.replacing("\n", with: " ")
    #expect(spoken == line.spoken, "golden.tsv line \(line.number)")
  }

  @Test func theSpokenFormOfWordsIsStable() {
    // What has been normalised is not changed by a second pass, unless letters are spelled in it.
    let normalizer = TextNormalizer()
    for line in GoldenLine.all {
      let once = normalizer.normalize(line.input).text
      let isSpelled = once.contains { $0.isUppercase || $0 == "[" } || once.contains(" n ")
      if isSpelled { continue }
      let twice = normalizer.normalize(once).text
      #expect(twice.replacing("\n", with: " ") == once.replacing("\n", with: " "), "golden.tsv line \(line.number)")
    }
  }
}
