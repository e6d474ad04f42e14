import AudioFile
import Foundation
import TestSupport
import Testing

struct AudioFileTests {
  /// Bits of a sample; 0 for floating point.
  private static let encodings: [(name: String, encoding: AudioFormat.Encoding, bits: Int)] = [
    ("a.wav", .integer16, 16), ("a.wav", .integer24, 24), ("a.wav", .float32, 0), ("a.flac", .integer16, 16),
    ("a.flac", .integer24, 24),
  ]

  @Test(arguments: encodings)
  func whatIsWrittenIsReadWithinHalfAStep(name: String, encoding: AudioFormat.Encoding, bits: Int) throws {
    try withTemporaryPath { folder in
      let path = "\(folder)/\(name)"
      let signal = sine(440, rate: 22_050, seconds: 0.3, amplitude: 0.9)
      try signal.write(to: path, format: AudioFormat(name == "a.wav" ? .wav : .flac, encoding))
      let read = try Waveform(contentsOf: path)
      #expect(read.sampleRate == 22_050 && read.samples.count == signal.samples.count)
      // libsndfile scales by 2^(n−1) − 1 on writing and by 2^(n−1) on reading.
      let half: Float = bits == 0 ? 0 : 1 / Float(1 << bits)
      for (found, written) in zip(read.samples, signal.samples) {
        // And the last bit of a Float.
        #expect(abs(found - written) <= half + 2 * half * abs(written) + 0x1p-24)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [name])
    }
  }

  @Test func channelsAreAveraged() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "stereo.wav")
      try wave(channels: 2, samples: [1000, 3000, -500, 500, 0, 8192]).write(to: url)
      let reader = try AudioReader(url.path)
      #expect(reader.channels == 2 && reader.frameCount == 3)
      #expect(try reader.read(100) == [2000 / 32_768, 0, 4096 / 32_768])
      #expect(try reader.read(100).isEmpty)
    }
  }

  @Test func blocksMakeUpTheWhole() throws {
    try withTemporaryPath { folder in
      let signal = sine(300, rate: 8000, seconds: 1)
      try signal.write(to: folder + "/a.wav", format: AudioFormat(.wav, .float32))
      let reader = try AudioReader(folder + "/a.wav")
      var samples: [Float] = []
      while true {
        let block = try reader.read(777)
        if block.isEmpty { break }
        samples += block
      }
      #expect(samples == signal.samples)
    }
  }

  @Test(arguments: [8000, 11_025, 44_100]) func blocksAtAnotherRateMakeUpTheWhole(rate: Int) throws {
    try withTemporaryPath { folder in
      let signal = sine(300, rate: 11_025, seconds: 13.2)
      try signal.write(to: folder + "/a.wav", format: AudioFormat(.wav, .float32))
      let reader = try ResamplingReader(folder + "/a.wav", sampleRate: rate)
      var blocks: [[Float]] = []
      while true {
        let block = try reader.read()
        if block.isEmpty { break }
        blocks.append(block)
      }
      #expect(try reader.sampleRate == rate && reader.read().isEmpty && blocks.count > 1)
      let samples = blocks.flatMap { $0 }, wanted = sine(300, rate: rate, seconds: 13.2).samples
      #expect(samples.count == wanted.count)
      #expect(zip(samples, wanted).dropFirst(500).dropLast(500).allSatisfy { abs($0 - $1) < 1e-4 })
      #expect(try Waveform(contentsOf: folder + "/a.wav", sampleRate: rate).samples == samples)
    }
  }

  /// What is wrong with a file is said by name.
  @Test func badFilesAreRefused() throws {
    try withTemporaryFolder { folder in
      func problem(_ data: Data, _ name: String = "bad.wav") throws -> AudioError.Problem? {
        let url = folder.appending(path: name)
        try data.write(to: url)
        do {
          _ = try Waveform(contentsOf: url.path)
          return nil
        } catch {
          #expect(error.description.contains(url.path))
          return error.problem
        }
      }
      #expect(try problem(wave(samples: [1, 2, 3])) == nil)
      #expect(try problem(Data()) == .empty)
      #expect(try problem(wave(samples: [])) == .empty)
      #expect(try problem(wave(announced: 2000, samples: [1, 2, 3])) == .truncated(expected: 1000, found: 3))
      #expect(try problem(wave(rate: 0, samples: [1])) == .absurd("0 Hz; 1 to 768,000 are possible"))
      #expect(try problem(wave(rate: 900_000, samples: [1])) == .absurd("900000 Hz; 1 to 768,000 are possible"))
      #expect(try problem(wave(channels: 1000, samples: [1])) == .absurd("1000 channels; 1 to 64 are possible"))
      #expect(try problem(wave(channels: 0, samples: [1])) == .absurd("0 channels; 1 to 64 are possible"))
      let long = AudioError.Problem.truncated(expected: 1_500_000_000, found: 3)
      #expect(try problem(wave(announced: 3_000_000_000, samples: [1, 2, 3])) == long)
      // Programs that write to a pipe do not know the length.
      for length in [0x7fff_f000, 0x8000_0000, 0xffff_ffdb, 0xffff_ffff] {
        #expect(try problem(wave(announced: length, samples: [1, 2, 3])) == nil)
      }
      guard case .unreadable = try problem(Data("no sound at all, but text".utf8)) else {
        Issue.record("text was read as sound")
        return
      }
      let flac = folder.appending(path: "long.flac").path
      try sine(440, rate: 22_050, seconds: 2).write(to: flac)
      let data = try Data(contentsOf: URL(filePath: flac))
      guard let cut = try problem(data.prefix(data.count / 2), "cut.flac") else {
        Issue.record("half a file was read as a whole one")
        return
      }
      switch cut {
      case .truncated(expected: 44_100, _), .unreadable: break
      default: Issue.record("\(cut)")
      }
    }
    #expect(throws: AudioError.self) { _ = try AudioReader("/nowhere/at/all.wav") }
    #expect(throws: AudioError(path: "/tmp", .unreadable("it is a folder"))) { _ = try AudioReader("/tmp") }
  }

  @Test func samplesThatAreNoNumbersAreFoundByPlace() throws {
    try withTemporaryPath { folder in
      // A float file with a NaN: written as a number and patched, since our writer refuses it.
      let path = folder + "/nan.wav"
      try Waveform(samples: [Float](repeating: 0.25, count: 100), sampleRate: 8000)
        .write(to: path, format: AudioFormat(.wav, .float32))
      var data = try Data(contentsOf: URL(filePath: path))
      let place = data.count - 400 + 4 * 37
      data.replaceSubrange(place..<place + 4, with: withUnsafeBytes(of: Float.nan.bitPattern) { Data($0) })
      try data.write(to: URL(filePath: path))
      #expect(throws: AudioError(path: path, .notFinite(frame: 37))) { _ = try Waveform(contentsOf: path) }
      let writer = try AudioWriter(folder + "/b.wav", sampleRate: 8000)
      try writer.write([0, 0])
      #expect(throws: AudioError(path: folder + "/b.wav", .notFinite(frame: 3))) {
        try writer.write([0, .infinity])
      }
    }
  }

  @Test func anAbandonedFileLeavesTheOldOne() throws {
    try withTemporaryPath { folder in
      let path = folder + "/a.wav"
      try Waveform(samples: [0.5], sampleRate: 8000).write(to: path)
      do {
        let writer = try AudioWriter(path, sampleRate: 8000)
        try writer.write([0.1, 0.2])
      }
      #expect(try Waveform(contentsOf: path).samples.count == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.wav"])
    }
  }

  /// Only root can make devices.
  @Test(.enabled(if: getuid() == 0))
  func anAbandonedFileLeavesTheDeviceBehindALink() throws {
    try withTemporaryPath { folder in
      let (device, link) = (folder + "/null", folder + "/a.wav")
      try #require(mknod(device, S_IFCHR | 0o666, 0x103) == 0)
      try #require(symlink(device, link) == 0)
      do {
        let writer = try AudioWriter(link, sampleRate: 8000)
        try writer.write([0.1, 0.2])
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a.wav", "null"])
    }
  }

  @Test func whatIsTooLoudIsCutAndCounted() throws {
    try withTemporaryPath { folder in
      let writer = try AudioWriter(folder + "/a.wav", sampleRate: 8000)
      try writer.write([0.5, 1.5, -2, 1])
      #expect(writer.clippedCount == 2)
      try writer.finish()
      let samples = try Waveform(contentsOf: folder + "/a.wav").samples
      #expect(samples[1] > 0.999 && samples[2] < -0.999)
    }
  }

  /// The header of a WAV file counts its bytes in 32 bits.
  @Test func whatAWAVFileCannotHoldIsRefused() throws {
    try withTemporaryPath { folder in
      let path = folder + "/a.wav"
      try Waveform(samples: [0.5], sampleRate: 8000).write(to: path)
      do {
        let writer = try AudioWriter(path, sampleRate: 8000, format: AudioFormat(.wav, .integer24), mostBytes: 3002)
        try writer.write([Float](repeating: 0.5, count: 999))
        try writer.write([0.5])
        #expect(throws: AudioError(path: path, .tooLong(frames: 1000))) { try writer.write([0.5]) }
        #expect(writer.sampleCount == 1000)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.wav"])
      #expect(try Waveform(contentsOf: path).samples == [Float](repeating: 0.5, count: 1000))
      #expect(AudioError(path: path, .tooLong(frames: 1000)).description.contains(".flac"))
      let writer = try AudioWriter(folder + "/a.flac", sampleRate: 8000, format: nil, mostBytes: 3002)
      try writer.write([Float](repeating: 0.5, count: 5000))
      try writer.finish()
      #expect(try Waveform(contentsOf: folder + "/a.flac").samples.count == 5000)
    }
  }

  /// 3 GB, none of which is on the disk.
  @Test func aLongFileIsWholeByItsHeader() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "long.wav")
      try wave(announced: 3_000_000_000, samples: []).write(to: url)
      let handle = try FileHandle(forWritingTo: url)
      try handle.truncate(atOffset: 3_000_000_044)
      try handle.close()
      #expect(try AudioReader(url.path).frameCount == 1_500_000_000)
    }
  }

  @Test func unknownEndingsAreRefusedWithTheKnownOnes() {
    for path in ["a.mp3", "a", "folder.wav/a", ".hidden.ogg"] {
      let error = #expect(throws: AudioError.self) { _ = try AudioFormat(path: path) }
      #expect(error?.description.contains(".wav and .flac") == true)
    }
    #expect(throws: AudioError.self) { _ = try AudioWriter("/nowhere/at/all.wav", sampleRate: 8000) }
  }
}
