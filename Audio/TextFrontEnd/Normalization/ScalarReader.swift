/// The characters of a text that comes in pieces, which may be cut anywhere between them.
struct ScalarReader<Pieces: Sequence<String>>: IteratorProtocol {
  private var pieces: Pieces.Iterator
  private var piece: String.UnicodeScalarView.Iterator?

  init(_ pieces: Pieces) { self.pieces = pieces.makeIterator() }

  mutating func next() -> Unicode.Scalar? {
    while true {
      if let scalar = piece?.next() { return scalar }
      guard let next = pieces.next() else { return nil }
      piece = next.unicodeScalars.makeIterator()
    }
  }
}
