import Foundation
import Spectral
import Testing

struct StreamingReconstructionTests {
  private func streams(_ stft: STFT) -> [StreamingReconstruction] {
    [(0, 0), (0, 2), (1, 0), (2, 1), (3, 2), (6, 1)].map {
      StreamingReconstruction(stft: stft, lookAhead: $0.0, iterations: $0.1)
    }
  }

  @Test func chunksChangeNothing() throws {
    let stft = try STFT(fftSize: 256, hop: 64), magnitudes = try stft.magnitudes(of: voice(3000))
    for stream in streams(stft) {
      let whole = try stream.push(magnitudes) + stream.finish()
      #expect(whole.count == (magnitudes.count - 1) * 64)
      for sizes in [[1], [2], [7, 1, 0, 3], [40]] {
        var signal: [Float] = [], frame = 0, turn = 0
        while frame < magnitudes.count {
          let end = min(frame + sizes[turn % sizes.count], magnitudes.count)
          signal += try stream.push(magnitudes[frame..<end])
          (frame, turn) = (end, turn + 1)
        }
        // The same instance: what came before it is forgotten.
        #expect(signal + stream.finish() == whole)
      }
    }
  }

  /// Samples come as soon as the frames that they wait for.
  @Test func samplesComeInTime() throws {
    let stft = try STFT(fftSize: 256, hop: 64), magnitudes = try stft.magnitudes(of: voice(3000))
    for stream in streams(stft) {
      var samples = 0
      for frame in 0..<magnitudes.count {
        samples += try stream.push(magnitudes[frame..<frame + 1]).count
        // A frame reaches 128 samples to both sides of its middle; those before it are final once it is settled.
        #expect(samples == max(0, (frame - stream.lookAhead + 1) * 64 - 128))
      }
    }
  }

  @Test func laterFramesChangeNothingEarlier() throws {
    let stft = try STFT(fftSize: 256, hop: 64)
    let magnitudes = try stft.magnitudes(of: voice(3000)), others = try stft.magnitudes(of: tones(3000))
    for stream in streams(stft) {
      let first = try stream.push(magnitudes[0..<20])
      _ = try stream.push(magnitudes[20..<40])
      _ = stream.finish()
      #expect(try stream.push(magnitudes[0..<20]) == first)
      _ = try stream.push(others[20..<40])
      _ = stream.finish()
    }
  }

  /// Without iterations the stream is RTPGHI and one inverse transform, which NumPy did as well.
  @Test(arguments: [0, 1]) func convergenceIsThatOfTheReference(lookAhead: Int) throws {
    let stft = try STFT(), magnitudes = try stft.magnitudes(of: voice(33_024))
    let reference = try #require(try Reference.read().convergence.first { $0.start == "causal\(lookAhead)" })
    let stream = StreamingReconstruction(stft: stft, lookAhead: lookAhead, iterations: 0)
    let decibels = try convergence(of: stream, magnitudes, stft)
    #expect(abs(decibels - reference.decibels) < 0.4, "\(decibels), not \(reference.decibels) dB")
  }

  @Test func iterationsAndLookAheadHelp() throws {
    let stft = try STFT(), magnitudes = try stft.magnitudes(of: voice(33_024))
    let decibels = try [(0, 0), (1, 0), (2, 1), (6, 2)].map { lookAhead, iterations in
      try convergence(
        of: StreamingReconstruction(stft: stft, lookAhead: lookAhead, iterations: iterations), magnitudes, stft)
    }
    for (worse, better) in zip(decibels, decibels.dropFirst()) { #expect(better < worse - 0.5, "\(decibels)") }
  }

  private func convergence(
    of stream: StreamingReconstruction, _ magnitudes: Frames, _ stft: STFT
  ) throws -> Double {
    let signal = try stream.push(magnitudes) + stream.finish()
    return try stft.spectralConvergence(of: signal, magnitudes: magnitudes)
  }

  @Test func theShortestSignalsWork() throws {
    let stft = try STFT(fftSize: 64, hop: 16)
    for stream in streams(stft) {
      #expect(stream.finish().isEmpty)
      for frames in 0...9 {
        let magnitudes = frames == 0 ? Frames(width: 33, count: 0) : try stft.magnitudes(of: tones(16 * frames - 1))
        let signal = try stream.push(magnitudes) + stream.finish()
        #expect(signal.count == max(0, frames - 1) * 16 && signal.allSatisfy(\.isFinite))
      }
      let silent = try stream.push(Frames(width: 33, count: 12)) + stream.finish()
      #expect(silent == [Float](repeating: 0, count: 176))
    }
  }

  @Test func badFramesAreRefusedAndLeaveTheStreamAsItWas() throws {
    let stft = try STFT(fftSize: 64, hop: 16), magnitudes = try stft.magnitudes(of: tones(400))
    let stream = StreamingReconstruction(stft: stft)
    let whole = try stream.push(magnitudes) + stream.finish()
    let start = try stream.push(magnitudes[0..<10])
    var bad = magnitudes[10..<12]
    bad.values[40] = .nan
    #expect(problem { _ = try stream.push(bad) } == .notFinite)
    bad.values[40] = -1
    #expect(problem { _ = try stream.push(bad) } == .negative)
    #expect(problem { _ = try stream.push(Frames(width: 32, count: 1)) } == .shape)
    #expect(try start + stream.push(magnitudes[10..<magnitudes.count]) + stream.finish() == whole)
  }
}
