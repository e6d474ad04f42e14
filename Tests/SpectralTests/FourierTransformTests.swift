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

  @Test func anotherVersionsWisdomIsRefused() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "wisdom")
      #expect(FourierTransform.writeWisdom(to: file))
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.hasPrefix("(fftw-3."))
      try text.replacingOccurrences(of: "(fftw-3.", with: "(fftw-2.").write(to: file, atomically: true, encoding: .utf8)
      #expect(!FourierTransform.readWisdom(from: file))
    }
  }

  @Test func everyVersionAndProcessorHasAFileOfItsOwn() throws {
    func path(_ environment: [String: String], _ wisdom: String = "(fftw-3.3.10 w", _ processor: String = "") -> String?
    {
      WisdomFile.url(environment: environment, wisdom: wisdom, processor: processor)?.path
    }
    // FNV-1a of no bytes is its offset basis, of "a" 0xe40c292c.
    #expect(path(["XDG_CACHE_HOME": "/c", "HOME": "/h"]) == "/c/saltus/fftw-3.3.10-811c9dc5.wisdom")
    #expect(path(["HOME": "/h"], "(fftw-3.3.8 w", "a") == "/h/.cache/saltus/fftw-3.3.8-e40c292c.wisdom")
    #expect(path(["XDG_CACHE_HOME": "c", "HOME": "/h"])?.hasPrefix("/h/.cache/") == true)
    #expect(path(["XDG_CACHE_HOME": "c", "HOME": "h"]) == nil && path([:]) == nil)
  }

  @Test func theProcessorsKindIsWhatItIsNotHowItIsDoing() {
    let kind = WisdomFile.kind(
      cpuinfo: """
        processor\t: 0
        vendor_id\t: A
        model\t\t: 1
        model name\t: A 1: fast
        cpu MHz\t\t: 2445.402
        flags\t\t: fpu avx2

        processor\t: 1
        vendor_id\t: B
        """)
    #expect(kind == "vendor_id\t: A\nmodel\t\t: 1\nmodel name\t: A 1: fast\nflags\t\t: fpu avx2")
    #expect(WisdomFile.kind(cpuinfo: "").isEmpty)
  }
}
