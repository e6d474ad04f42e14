import Foundation
import Spectral
import TestSupport
import Testing

struct FourierTransformTests {
  @Test(arguments: [16, 40, 56, 1024]) func theTransformIsItsDefinition(size: Int) {
    let input = AlignedBuffer(2 * size), output = AlignedBuffer(2 * size)
    let transform = FourierTransform(size: size)
    let signal = tones(2 * size)
    input.pointer.update(from: signal, count: 2 * size)
    transform(input.pointer, into: output.pointer)
    for k in [0, 1, size / 3, size / 2, size - 1] {
      var re = 0.0, im = 0.0
      for n in 0..<size {
        let angle = -2 * .pi * Double(k * n % size) / Double(size)
        let (x, y) = (Double(signal[2 * n]), Double(signal[2 * n + 1]))
        re += x * cos(angle) - y * sin(angle)
        im += x * sin(angle) + y * cos(angle)
      }
      #expect(abs(Double(output.pointer[2 * k]) - re) < 1e-4 && abs(Double(output.pointer[2 * k + 1]) - im) < 1e-4)
    }
  }

  @Test func wisdomIsWrittenAndReadAgain() throws {
    try withTemporaryFolder { folder in
      _ = FourierTransform(size: 48)
      let file = folder.appending(path: "new/wisdom")
      #expect(FourierTransform.writeWisdom(to: file) && FourierTransform.readWisdom(from: file))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "new").path)
      #expect(names == ["wisdom"])
    }
  }

  @Test func damagedWisdomIsRefusedAndPlansAreMadeAllTheSame() throws {
    try withTemporaryFolder { folder in
      _ = FourierTransform(size: 48)
      let file = folder.appending(path: "wisdom")
      #expect(FourierTransform.writeWisdom(to: file))
      let whole = try Data(contentsOf: file)
      for damaged in [whole.prefix(whole.count / 2), Data("(fftw".utf8), Data(), Data((0..<255).map { UInt8($0) })] {
        try damaged.write(to: file)
        #expect(!FourierTransform.readWisdom(from: file))
      }
      #expect(!FourierTransform.readWisdom(from: folder.appending(path: "absent")))
      // A file where a folder is needed.
      #expect(!FourierTransform.writeWisdom(to: file.appending(path: "below")))
      theTransformIsItsDefinition(size: 80)
    }
  }
}
