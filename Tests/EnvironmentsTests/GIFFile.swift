import Foundation

/// An independent reader of GIF files for the tests: blocks, delays, and pictures through its own LZW decoder.
struct GIFFile {
  struct Malformed: Error {
    let place: Int
  }

  let width: Int
  let height: Int
  /// Hundredths of a second each frame is shown.
  private(set) var delays: [Int] = []
  private(set) var repeats = false
  /// The canvas after each frame, 0xRRGGBB.
  private(set) var pictures: [[UInt32]] = []

  init(_ data: Data) throws {
    let bytes = [UInt8](data)
    guard bytes.starts(with: Array("GIF89a".utf8)), bytes.last == 0x3b, bytes[10] & 0x80 != 0 else {
      throw Malformed(place: 0)
    }
    width = Int(bytes[6]) | Int(bytes[7]) << 8
    height = Int(bytes[8]) | Int(bytes[9]) << 8
    let colorCount = 2 << Int(bytes[10] & 7)
    let colors = (0..<colorCount).map { index in
      UInt32(bytes[13 + 3 * index]) << 16 | UInt32(bytes[14 + 3 * index]) << 8 | UInt32(bytes[15 + 3 * index])
    }
    var canvas = [UInt32](repeating: 0, count: width * height)
    var transparent: UInt8?
    var place = 13 + 3 * colorCount
    while bytes[place] != 0x3b {
      if bytes[place] == 0x21 {
        let label = bytes[place + 1]
        place += 2
        let blocks = Self.blocks(bytes, &place)
        if label == 0xf9 {
          delays.append(Int(blocks[1]) | Int(blocks[2]) << 8)
          transparent = blocks[0] & 1 == 1 ? blocks[3] : nil
        } else if label == 0xff {
          repeats = blocks.starts(with: Array("NETSCAPE2.0".utf8)) && blocks.suffix(2) == [0, 0]
        }
      } else if bytes[place] == 0x2c {
        let area = (0..<4).map { Int(bytes[place + 1 + 2 * $0]) | Int(bytes[place + 2 + 2 * $0]) << 8 }
        let codeSize = Int(bytes[place + 10])
        place += 11
        let pixels = try Self.decode(Self.blocks(bytes, &place), codeSize: codeSize)
        guard pixels.count == area[2] * area[3] else { throw Malformed(place: place) }
        for (index, pixel) in pixels.enumerated() where pixel != transparent {
          canvas[(area[1] + index / area[2]) * width + area[0] + index % area[2]] = colors[Int(pixel)]
        }
        pictures.append(canvas)
      } else {
        throw Malformed(place: place)
      }
    }
  }

  private static func blocks(_ bytes: [UInt8], _ place: inout Int) -> [UInt8] {
    var result: [UInt8] = []
    while bytes[place] != 0 {
      let count = Int(bytes[place])
      result += bytes[place + 1...place + count]
      place += count + 1
    }
    place += 1
    return result
  }

  private static func decode(_ bytes: [UInt8], codeSize: Int) throws -> [UInt8] {
    let clear = 1 << codeSize
    var table: [[UInt8]] = []
    var width = codeSize + 1
    var previous: [UInt8]?
    var output: [UInt8] = []
    var bit = 0
    while bit + width <= bytes.count * 8 {
      let code = (0..<width).reduce(0) { $0 | Int(bytes[(bit + $1) / 8] >> UInt8((bit + $1) % 8) & 1) << $1 }
      bit += width
      if code == clear {
        table = (0..<clear + 2).map { [UInt8(truncatingIfNeeded: $0)] }
        width = codeSize + 1
        previous = nil
        continue
      }
      if code == clear + 1 { return output }
      let entry: [UInt8]
      if code < table.count {
        entry = table[code]
      } else if let previous, code == table.count {
        entry = previous + [previous[0]]
      } else {
        throw Malformed(place: bit / 8)
      }
      output += entry
      if let previous, table.count < 4096 { table.append(previous + [entry[0]]) }
      if table.count == 1 << width, width < 12 { width += 1 }
      previous = entry
    }
    throw Malformed(place: bit / 8)
  }
}
