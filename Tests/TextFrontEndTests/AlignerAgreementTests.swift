import Foundation
import TestSupport
import Testing
import TextFrontEnd

/// The phones of recorded sentences against what an independent forced aligner heard, which chooses between the
/// variants of its own CMU dictionary by the sound.
@Suite(.enabled(if: SharedData.has("voices"), "the recorded voices are absent (SALTUS_DATA)"))
struct AlignerAgreementTests {
  @Test func thePhonesOfPlainSentencesAreTheOnesHeard() throws { try check("voices/kathleen") }

  @Test func thePhonesOfLongSentencesAreTheOnesHeard() throws { try check("voices/ljspeech-part") }

  private func check(_ folder: String) throws {
    let folder = SharedData.folder.appending(path: folder)
    let alignments = Dictionary(
      uniqueKeysWithValues: try lines(folder.appending(path: "alignment.tsv")).map { line in
        let fields = line.split(separator: "\t")
        return (fields[0], fields[1].split(separator: " ").map { String($0.prefix { $0 != ":" }) })
      })
    let pronouncer = Pronouncer()
    var errors = 0
    var total = 0
    for line in try lines(folder.appending(path: "metadata.csv")) {
      let fields = line.split(separator: "|")
      guard let text = fields.last, let names = alignments[fields[0]] else { continue }
      // Every name that the aligner uses is one of the set.
      let heard = try names.map { try #require(Phone(name: $0), "\($0)") }.filter { $0 != .pause }
      let spoken = pronouncer.pronounce(words(of: String(text))).joined().map(\.phone)
      errors += distance(spoken, heard)
      total += heard.count
    }
    try #require(total > 10_000)
    let rate = Double(errors) / Double(total)
    print("\(folder.lastPathComponent): phone error rate \(rate) of \(total) phones")
    // Measured: 0.034 and 0.035. What remains is mostly weak vowels (AH for IH), weak forms ("and", "are") and names.
    #expect(rate < 0.045)
  }

  /// The least number of insertions, deletions and substitutions between two phone sequences.
  private func distance(_ a: [Phone], _ b: [Phone]) -> Int {
    var row = Array(0...b.count)
    for (i, phone) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let substituted = diagonal + (phone == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }

  private func lines(_ url: URL) throws -> [Substring] {
    try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
  }

  /// What the normaliser would give for these plain sentences.
  private func words(of text: String) -> [String] {
    let spoken = ["mr.": "mister", "mrs.": "missus", "dr.": "doctor", "etc.": "et cetera", "st.": "saint"]
    let separators: Set<Character> = [" ", "-", "—", "\n", "\""]
    let plain = text.lowercased().replacingOccurrences(of: "\u{2019}", with: "'")
    var words: [String] = []
    for token in plain.split(whereSeparator: separators.contains) {
      let token = String(token)
      for word in (spoken[token] ?? token).split(separator: " ") {
        let letters = word.filter { $0.isLetter || $0 == "'" }
        if !letters.isEmpty { words.append(letters) }
      }
    }
    return words
  }
}
