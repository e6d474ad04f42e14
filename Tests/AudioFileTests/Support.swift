import AudioFile
import Foundation

func sine(_ frequency: Double, rate: Int, seconds: Double, amplitude: Double = 0.5) -> Waveform {
  let count = Int(seconds * Double(rate))
  return Waveform(
    samples: (0..<count).map { Float(amplitude * sin(2 * .pi * frequency * Double($0) / Double(rate))) },
    sampleRate: rate)
}

/// A 44-byte WAV header of 16-bit samples, and samples.
func wave(channels: Int = 1, rate: Int = 22_050, announced: Int? = nil, samples: [Int16]) -> Data {
  var data = Data("RIFF".utf8)
  func append(_ value: Int, _ bytes: Int) { for i in 0..<bytes { data.append(UInt8(value >> (8 * i) & 255)) } }
  let size = announced ?? samples.count * 2
  append(36 + size, 4)
  data.append(Data("WAVEfmt ".utf8))
  append(16, 4)
  append(1, 2)
  append(channels, 2)
  append(rate, 4)
  append(rate * channels * 2, 4)
  append(channels * 2, 2)
  append(16, 2)
  data.append(Data("data".utf8))
  append(size, 4)
  for sample in samples { append(Int(UInt16(bitPattern: sample)), 2) }
  return data
}
