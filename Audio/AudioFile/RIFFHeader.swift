import Foundation

/// The announced sizes of a WAV file: libsndfile silently takes what is there of one that was cut off, and refuses
/// absurd headers without saying which number is wrong.
struct RIFFHeader {
  /// The most bytes of samples that a header announces: 4 GB, less room for its own chunks, and for the numbers that
  /// mean an unknown length.
  static let mostBytes = 0xffff_efff

  /// nil: as far as the header tells, nothing.
  let problem: AudioError.Problem?

  /// nil: not a RIFF file, or one whose chunks are left to libsndfile.
  init?(_ path: String) {
    guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? handle.close() }
    func bytes(at offset: UInt64, _ count: Int) -> [UInt8]? {
      guard (try? handle.seek(toOffset: offset)) != nil, let data = try? handle.read(upToCount: count) else {
        return nil
      }
      return data.count == count ? Array(data) : nil
    }
    func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }
    guard let start = bytes(at: 0, 12), start[0..<4].elementsEqual("RIFF".utf8), start[8...].elementsEqual("WAVE".utf8),
      let size = try? handle.seekToEnd()
    else { return nil }
    var offset: UInt64 = 12
    var frameSize = 1
    // A header has few chunks; a damaged one may have any number.
    for _ in 0..<1000 {
      guard let chunk = bytes(at: offset, 8) else { break }
      let length = number(chunk[4...])
      if chunk[0..<4].elementsEqual("fmt ".utf8), let format = bytes(at: offset + 8, 16) {
        let (channels, rate) = (number(format[2..<4]), number(format[4..<8]))
        frameSize = max(1, number(format[12..<14]))
        if !(1...64).contains(channels) {
          problem = .absurd("\(channels) channels; 1 to 64 are possible")
          return
        }
        if !(1...768_000).contains(rate) {
          problem = .absurd("\(rate) Hz; 1 to 768,000 are possible")
          return
        }
      }
      if chunk[0..<4].elementsEqual("data".utf8) {
        let found = Int(size - offset - 8)
        if found < length && !Self.isUnknown(length) {
          problem = .truncated(expected: length / frameSize, found: found / frameSize)
          return
        }
        break
      }
      offset += 8 + UInt64(length + length % 2)
    }
    problem = nil
  }

  /// Programs that write to a pipe announce 0 or the largest number they can, of 31 or 32 bits, less a page or so.
  private static func isUnknown(_ length: Int) -> Bool {
    length == 0 || (0x7fff_f000...0x8000_0000).contains(length) || length > mostBytes
  }
}
