import Environments
import Foundation
import TestSupport
import Testing

struct PictureTests {
  /// Forty small frames of a moving disc over a flat background.
  private func movie(count: Int = 40, size: Int = 64) throws -> [Frame] {
    let canvas = try Canvas(size: size, worldSize: 100)
    return try (0..<count).map { index in
      canvas.clear(Color(0xf0f0f0))
      canvas.disc(SIMD2(10 + 2 * Double(index), 50), radius: 8, Color(0x4169e1))
      canvas.text("7", at: SIMD2(5, 20), height: 16, Color(0x000000))
      return try canvas.frame()
    }
  }

  @Test func canvasPaintsInWorldUnits() throws {
    let canvas = try Canvas(size: 50, worldSize: 100)
    canvas.clear(Color(0x102030))
    canvas.fill([[SIMD2(50, 0), SIMD2(100, 0), SIMD2(100, 50), SIMD2(50, 50)]], Color(0xff0000))
    let frame = try canvas.frame()
    #expect(frame.pixels[0] == 0x102030)
    #expect(frame.pixels[26] == 0xff0000)
    #expect(frame.pixels.count { $0 == 0xff0000 } == 25 * 25)
  }

  @Test func picturesInARowAreBesideEachOther() {
    let first = Frame(width: 2, height: 2, pixels: [1, 2, 3, 4])
    let second = Frame(width: 1, height: 2, pixels: [5, 6])
    #expect(Frame(row: [first, second]) == Frame(width: 3, height: 2, pixels: [1, 2, 5, 3, 4, 6]))
    #expect(Frame(row: [first]) == first)
  }

  @Test func pngHasItsMagicItsSizeAndItsEnd() throws {
    let data = try movie(count: 1)[0].png()
    #expect(Array(data.prefix(8)) == [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    #expect(Array(data[16..<24]) == [0, 0, 0, 64, 0, 0, 0, 64])
    #expect(Array(data.suffix(8).prefix(4)) == Array("IEND".utf8))
  }

  @Test func gifHoldsEveryFrameAndRepeats() throws {
    let frames = try movie()
    let file = try GIFFile(GIF.encode(frames, framesPerSecond: 20))
    #expect(file.width == 64 && file.height == 64)
    #expect(file.delays == Array(repeating: 5, count: 39) + [150])
    #expect(file.repeats)
  }

  @Test func gifFramesDecodeToThePicturesDrawn() throws {
    let frames = try movie()
    let file = try GIFFile(GIF.encode(frames, framesPerSecond: 10))
    #expect(file.pictures.count == frames.count)
    for (decoded, frame) in zip(file.pictures, frames) {
      // 255 colours are enough for this drawing, so nothing may differ.
      #expect(decoded == frame.pixels)
    }
  }

  @Test func manyColoursAreReducedCloselyAndReproducibly() throws {
    let pixels = (0..<64 * 64).map { index -> UInt32 in
      let red = UInt32(index % 64 * 4)
      let green = UInt32(index / 64 * 4)
      return red << 16 | green << 8 | 0x40
    }
    let frame = Frame(width: 64, height: 64, pixels: pixels)
    let data = try GIF.encode([frame], framesPerSecond: 10)
    #expect(try GIF.encode([frame], framesPerSecond: 10) == data)
    let decoded = try GIFFile(data).pictures[0]
    for (before, after) in zip(pixels, decoded) {
      for shift in [0, 8, 16] {
        let difference = Int(before >> UInt32(shift) & 0xff) - Int(after >> UInt32(shift) & 0xff)
        #expect(abs(difference) <= 16)
      }
    }
  }

  @Test func unusableAnimationsAreNamed() throws {
    #expect(throws: RenderingError.noFrames) { try GIF.encode([], framesPerSecond: 10) }
    let mixed = try movie(count: 1) + movie(count: 1, size: 32)
    #expect(throws: RenderingError.frameSize(index: 1, expected: "64 x 64", found: "32 x 32")) {
      try GIF.encode(mixed, framesPerSecond: 10)
    }
    #expect(throws: RenderingError.badSize(4)) { try Canvas(size: 4, worldSize: 1) }
  }

  @Test func filesAreWrittenWholeOrNotAtAll() throws {
    let frame = try movie(count: 1)[0]
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("a.png").path
      try Data("old".utf8).write(to: URL(fileURLWithPath: path))
      try frame.writePNG(to: path)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == frame.png())
      try GIF.write([frame], framesPerSecond: 10, to: folder.appendingPathComponent("a.gif").path)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.gif", "a.png"])
      let deeper = folder.appendingPathComponent("made/on/the/way/a.png").path
      try frame.writePNG(to: deeper)
      #expect(try Data(contentsOf: URL(fileURLWithPath: deeper)) == frame.png())
      let missing = folder.appendingPathComponent("a.png/is-a-file.png").path
      #expect {
        try frame.writePNG(to: missing)
      } throws: { error in
        guard case RenderingError.cannotWrite(missing, _) = error else { return false }
        return true
      }
    }
  }
}
