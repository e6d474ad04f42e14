import AudioFile
import Foundation

/// Recorded sentences in the LJSpeech layout: `metadata.csv` with lines `ID|text` or `ID|text|text in words`, and the
/// recordings `ID.wav` or `ID.flac` beside it or in `wavs`, `wav` or `flac`. The list may name the files, too.
public struct SpeechCorpus: Sendable {
  /// One line of the list.
  public struct Entry: Sendable, Hashable {
    /// Without the file's ending.
    public var id: String
    /// What is said; the third column where there is one.
    public var text: String
    /// Line of `metadata.csv`, from 1.
    public var line: Int
  }

  /// Of the folder.
  public let path: String
  public let entries: [Entry]
  /// Recordings by ID.
  private let recordings: [String: String]

  /// The folder's own name.
  public var name: String { URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent }

  /// Reads the list, not the recordings.
  ///
  /// - Throws: `CorpusError`: no folder, no list, a line without two columns, an ID twice.
  public init(_ path: String) throws(CorpusError) {
    let list = path + "/metadata.csv"
    guard let data = FileManager.default.contents(atPath: list) else {
      throw CorpusError(
        path,
        "there is no metadata.csv that can be read; a corpus is a folder with metadata.csv, lines ID|text, and wavs/ID.wav"
      )
    }
    guard let text = String(data: data, encoding: .utf8) else { throw CorpusError(list, "it is not UTF-8") }
    let recordings = Self.recordings(in: path)
    var entries: [Entry] = []
    var lines: [String: Int] = [:]
    let content = text.hasPrefix("\u{feff}") ? text.dropFirst() : Substring(text)
    for (index, line) in content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = line.trimmingCharacters(in: .whitespacesAndNewlines)
      if line.isEmpty { continue }
      let columns = line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard columns.count >= 2 else {
        throw CorpusError(list, line: index + 1, "\"\(line.prefix(60))\" has no \"|\"; lines are ID|text")
      }
      let name = columns[0]
      guard !name.isEmpty, !name.contains("/") else {
        throw CorpusError(list, line: index + 1, "\"\(name)\" cannot be the name of a recording")
      }
      // The recording of "a.wav" may be called a.wav.wav.
      let id = recordings[name] == nil ? Self.id(ofFile: name) ?? name : name
      if let first = lines.updateValue(index + 1, forKey: id) {
        throw CorpusError(list, line: index + 1, "\(id) is there twice, first in line \(first)")
      }
      let words = columns.count > 2 && !columns[2].isEmpty ? columns[2] : columns[1]
      entries.append(Entry(id: id, text: words, line: index + 1))
    }
    if entries.isEmpty { throw CorpusError(list, "it lists no sentence") }
    self.path = path
    self.entries = entries
    self.recordings = recordings
  }

  /// Whether a folder holds recordings, or a place for them, as a corpus does; there may be no list.
  public static func hasRecordings(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/wavs") || !recordings(in: path).isEmpty
  }

  /// nil for a file that is no recording by its name.
  private static func id(ofFile name: String) -> String? {
    let url = URL(fileURLWithPath: name)
    guard ["wav", "flac"].contains(url.pathExtension.lowercased()) else { return nil }
    return url.deletingPathExtension().lastPathComponent
  }

  private static func recordings(in path: String) -> [String: String] {
    var found: [String: String] = [:]
    for folder in ["wavs", "wav", "flac", ""] {
      let folder = folder.isEmpty ? path : "\(path)/\(folder)"
      for file in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() {
        if let id = Self.id(ofFile: file), found[id] == nil { found[id] = "\(folder)/\(file)" }
      }
    }
    return found
  }

  /// The recording of an entry; nil if there is none.
  public func recording(of entry: Entry) -> String? { recordings[entry.id] }

  /// Recordings that no line names, sorted.
  public var unlisted: [String] {
    let ids = Set(entries.map(\.id))
    return recordings.filter { !ids.contains($0.key) }.values.sorted()
  }
}
