import AudioFile
import Foundation
import Testing

struct SignalTests {
  /// A sine stays the same sine at another rate, in place and in amplitude, however it is cut into blocks.
  @Test(arguments: [(44_100, 22_050), (16_000, 22_050), (48_000, 22_050), (22_050, 48_000)], [1_000_000, 1000])
  func aResampledSineIsThatSine(rates: (Int, Int), block: Int) {
    let signal = sine(1000, rate: rates.0, seconds: 0.5)
    let resampler = Resampler(from: rates.0, to: rates.1)
    var output: [Float] = []
    for start in stride(from: 0, to: signal.samples.count, by: block) {
      let end = min(start + block, signal.samples.count)
      output += resampler.convert(Array(signal.samples[start..<end]), isLast: end == signal.samples.count)
    }
    let expected = sine(1000, rate: rates.1, seconds: 0.5).samples
    #expect(output.count == expected.count)
    // The ends are filtered with the silence around.
    let inside = output.count / 5..<output.count * 4 / 5
    #expect(inside.allSatisfy { abs(output[$0] - expected[$0]) < 2e-3 })
  }

  @Test func whatIsAboveTheNewRateIsRemoved() {
    let resampler = Resampler(from: 48_000, to: 22_050)
    let output = resampler.convert(sine(15_000, rate: 48_000, seconds: 0.5).samples, isLast: true)
    #expect(output[2000..<9000].allSatisfy { abs($0) < 1e-3 })
  }

  /// BS.1770-4: a 997 Hz sine at full scale in one channel is −3.01 LUFS; and the sines of EBU Tech 3341, less 3.01 dB
  /// for the one channel instead of two.
  @Test(arguments: [48_000, 44_100, 22_050]) func loudnessIsThatOfTheStandard(rate: Int) {
    func level(_ frequency: Double, _ decibels: [(Double, Double)]) -> Double {
      var samples: [Float] = []
      for (level, seconds) in decibels {
        samples += sine(frequency, rate: rate, seconds: seconds, amplitude: pow(10, level / 20)).samples
      }
      return Loudness.integrated(Waveform(samples: samples, sampleRate: rate))!
    }
    #expect(abs(level(997, [(0, 5)]) + 3.01) < 0.05)
    #expect(abs(level(1000, [(-23, 10)]) + 26.01) < 0.1)
    // Case 3: the relative gate; case 4: the absolute one.
    #expect(abs(level(1000, [(-36, 10), (-23, 60), (-36, 10)]) + 26.01) < 0.1)
    #expect(abs(level(1000, [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)]) + 26.01) < 0.1)
  }

  @Test func loudnessIsSetUnlessThePeakForbids() {
    let signal = sine(1000, rate: 22_050, seconds: 2, amplitude: 0.01)
    let louder = Loudness.normalized(signal, to: -23)
    #expect(abs(Loudness.integrated(louder)! + 23) < 0.01)
    let loudest = Loudness.normalized(signal, to: 0)
    #expect(abs(loudest.peak - 0.99) < 1e-4)
    let silence = Waveform(samples: [Float](repeating: 0, count: 1000), sampleRate: 8000)
    #expect(Loudness.normalized(silence, to: -23).samples == silence.samples)
    #expect(Loudness.integrated(Waveform(samples: [], sampleRate: 8000)) == nil)
    #expect(Loudness.integrated(Waveform(samples: [0.5], sampleRate: 8000)) != nil)
  }

  @Test func silentEndsAreFound() {
    let rate = 16_000
    let quiet = sine(100, rate: rate, seconds: 0.5, amplitude: 0.001).samples
    let loud = sine(200, rate: rate, seconds: 1, amplitude: 0.5).samples
    let range = Waveform(samples: quiet + loud + quiet, sampleRate: rate).soundingRange(threshold: 40, margin: 0.1)
    #expect(range == 8000 - 1600..<24_000 + 1600)
    #expect(Waveform(samples: quiet, sampleRate: rate).soundingRange() == 0..<8000)
    #expect(Waveform(samples: [0, 0, 0], sampleRate: rate).soundingRange().isEmpty)
    #expect(Waveform(samples: [], sampleRate: rate).soundingRange().isEmpty)
    #expect(Waveform(samples: [0.1], sampleRate: rate).soundingRange() == 0..<1)
  }

  @Test func clippingIsARunAtFullScale() {
    func stretches(_ samples: [Float]) -> Int { Waveform(samples: samples, sampleRate: 8000).clippedStretches() }
    #expect(stretches([1, 1, 1, 0, 1]) == 0)
    #expect(stretches([0, 1, 1, 1, 1, 1, 0, -1, -1, -1, -1]) == 2)
    #expect(stretches([1, 1, 1, 1, -1, -1, -1, -1]) == 2 && stretches([1, 1, -1, -1, 1, 1]) == 0)
  }
}
