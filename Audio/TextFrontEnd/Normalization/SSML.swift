import Foundation

extension Markup {
  /// The subset of SSML 1.1 that is followed: `speak`, `p`, `s`, `break` (time, strength), `prosody` (rate), `phoneme`
  /// (alphabet x-arpabet), `sub` (alias). Other elements are read through, with a warning.
  static func ssml(_ text: String) throws(MarkupError) -> Markup {
    var reader = SSMLReader(text)
    try reader.read()
    return reader.markup
  }
}

private struct SSMLReader {
  private struct Element {
    let name: String
    let place: Int
    /// The rate outside of it.
    let rate: Double
  }

  private(set) var markup = Markup()
  private let text: [Unicode.Scalar]
  private var index = 0
  private var open: [Element] = []
  private var rate = 1.0
  /// Inside how many elements whose content is replaced.
  private var replaced = 0
  private var warned: Set<String> = []
  private var pending: [Unicode.Scalar] = []

  static let deepest = 100

  init(_ text: String) { self.text = Array(text.unicodeScalars) }

  mutating func read() throws(MarkupError) {
    while index < text.count {
      switch text[index] {
      case "<": try readTag()
      case "&": try readEntity()
      default:
        if replaced == 0 { pending.append(text[index]) }
        index += 1
      }
    }
    if let last = open.last { throw error(last.place, "<\(last.name)> is not closed") }
    flush()
  }

  private mutating func flush() {
    if !pending.isEmpty { markup.segments.append(.text(pending)) }
    pending = []
  }

  private mutating func add(_ segment: Markup.Segment) {
    guard replaced == 0 else { return }
    flush()
    markup.segments.append(segment)
  }

  private func error(_ place: Int, _ message: String) -> MarkupError {
    var (line, column) = (1, 1)
    for scalar in text[..<min(place, text.count)] {
      if scalar == "\n" {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    return MarkupError(line: line, column: column, message: message)
  }

  private func string(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text[range])
    return String(view)
  }

  private func find(_ end: String, from start: Int) -> Int? {
    let end = Array(end.unicodeScalars)
    var i = start
    while i + end.count <= text.count {
      if text[i..<i + end.count].elementsEqual(end) { return i }
      i += 1
    }
    return nil
  }

  private mutating func readEntity() throws(MarkupError) {
    var end = index + 1
    while end < text.count, end - index <= 12, text[end] != ";" { end += 1 }
    guard end < text.count, text[end] == ";" else { throw error(index, "\"&\" begins no entity; write &amp;") }
    let name = string(index + 1..<end)
    let named: [String: Unicode.Scalar] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
    let scalar: Unicode.Scalar?
    if name.hasPrefix("#x") {
      scalar = UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
    } else if name.hasPrefix("#") {
      scalar = UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
    } else {
      scalar = named[name]
    }
    guard let scalar else { throw error(index, "&\(name); is not known; use &amp; &lt; &gt; &quot; &apos; or &#N;") }
    if replaced == 0 { pending.append(scalar) }
    index = end + 1
  }

  private mutating func readTag() throws(MarkupError) {
    let start = index
    for (opening, closing) in [("!--", "-->"), ("?", "?>"), ("!", ">")] where matches(opening, at: index + 1) {
      guard let end = find(closing, from: index) else { throw error(start, "<\(opening) is not closed") }
      index = end + closing.unicodeScalars.count
      return
    }
    var end = index + 1
    var quote: Unicode.Scalar?
    while end < text.count, quote != nil || text[end] != ">" {
      if let open = quote {
        if text[end] == open { quote = nil }
      } else if text[end] == "\"" || text[end] == "'" {
        quote = text[end]
      } else if text[end] == "<" {
        throw error(start, "\"<\" begins no element; write &lt;")
      }
      end += 1
    }
    guard end < text.count else { throw error(start, "\"<\" begins no element; write &lt;") }
    index = end + 1
    var body = string(start + 1..<end)
    if body.hasPrefix("/") {
      return try close(String(body.dropFirst()).trimmingCharacters(in: .whitespaces), start)
    }
    let isEmpty = body.hasSuffix("/")
    if isEmpty { body.removeLast() }
    let (name, attributes) = try parse(body, start)
    guard open.count < Self.deepest else { throw error(start, "elements are nested more than \(Self.deepest) deep") }
    open.append(Element(name: name, place: start, rate: rate))
    try begin(name, attributes, start)
    if isEmpty { try close(name, start) }
  }

  private func matches(_ word: String, at start: Int) -> Bool {
    let word = Array(word.unicodeScalars)
    return start + word.count <= text.count && text[start..<start + word.count].elementsEqual(word)
  }

  private func parse(_ body: String, _ place: Int) throws(MarkupError) -> (String, [String: String]) {
    let scalars = Array(body.unicodeScalars)
    func isName(_ s: Unicode.Scalar) -> Bool {
      s.properties.isAlphabetic || s == ":" || s == "-" || s == "_" || s.properties.numericType != nil
    }
    var i = 0
    func take(while condition: (Unicode.Scalar) -> Bool) -> String {
      var view = String.UnicodeScalarView()
      while i < scalars.count, condition(scalars[i]) {
        view.append(scalars[i])
        i += 1
      }
      return String(view)
    }
    let name = take(while: isName)
    guard !name.isEmpty else { throw error(place, "\"<\" begins no element; write &lt;") }
    var attributes: [String: String] = [:]
    while true {
      _ = take { $0.properties.isWhitespace }
      if i == scalars.count { return (name, attributes) }
      let key = take(while: isName)
      _ = take { $0.properties.isWhitespace }
      guard !key.isEmpty, i < scalars.count, scalars[i] == "=" else {
        throw error(place, "<\(name)>: attributes are written name=\"value\"")
      }
      i += 1
      _ = take { $0.properties.isWhitespace }
      guard i < scalars.count, scalars[i] == "\"" || scalars[i] == "'" else {
        throw error(place, "<\(name) \(key)>: the value has no quotation marks")
      }
      let quote = scalars[i]
      i += 1
      attributes[key] = take { $0 != quote }
      i += 1
    }
  }

  private mutating func begin(_ name: String, _ attributes: [String: String], _ place: Int) throws(MarkupError) {
    switch name {
    case "speak": break
    case "p", "s": add(.paragraph)
    case "break": add(.silence(try Self.silence(attributes).orThrow(error(place, Self.breakHelp))))
    case "prosody":
      if let value = attributes["rate"] {
        guard let factor = Self.rate(value) else {
          throw error(place, "rate is \"\(value)\"; slow, fast, 80% or a number from 0.25 to 4 are possible")
        }
        rate = min(max(rate * factor, 0.25), 4)
        add(.rate(rate))
      }
      for other in attributes.keys.sorted() where other != "rate" { warn("prosody \(other)") }
    case "phoneme":
      if let alphabet = attributes["alphabet"], !["x-arpabet", "arpabet"].contains(alphabet) {
        throw error(place, "the alphabet is \"\(alphabet)\"; x-arpabet is possible")
      }
      guard let symbols = attributes["ph"] else { throw error(place, "<phoneme> needs ph=\"…\"") }
      do {
        add(.phonemes(try [StressedPhone](arpabet: symbols)))
      } catch {
        throw self.error(place, error.description)
      }
      replaced += 1
    case "sub":
      guard let alias = attributes["alias"] else { throw error(place, "<sub> needs alias=\"…\"") }
      if replaced == 0 { pending += Array(alias.unicodeScalars) }
      replaced += 1
    default: warn(name)
    }
  }

  private mutating func warn(_ name: String) {
    if warned.count < 20, warned.insert(name).inserted {
      markup.warnings.append("SSML's \(name) is not followed; its content is read")
    }
  }

  private mutating func close(_ name: String, _ place: Int) throws(MarkupError) {
    guard let element = open.popLast() else { throw error(place, "</\(name)> closes nothing") }
    guard element.name == name else { throw error(place, "</\(name)> stands where </\(element.name)> is needed") }
    switch name {
    case "p", "s": add(.paragraph)
    case "phoneme", "sub": replaced -= 1
    case "prosody":
      if rate != element.rate {
        rate = element.rate
        add(.rate(rate))
      }
    default: break
    }
  }

  private static let breakHelp = "<break> takes time=\"500ms\" or \"0.5s\", up to 60s, or strength=\"none … x-strong\""

  private static func silence(_ attributes: [String: String]) -> Double? {
    if let time = attributes["time"] {
      let value =
        time.hasSuffix("ms")
        ? Double(time.dropLast(2)).map { $0 / 1000 } : time.hasSuffix("s") ? Double(time.dropLast()) : nil
      return value.flatMap { 0...60 ~= $0 ? $0 : nil }
    }
    let strengths = ["none": 0, "x-weak": 0.1, "weak": 0.2, "medium": 0.4, "strong": 0.7, "x-strong": 1.2]
    return strengths[attributes["strength"] ?? "medium"]
  }

  private static func rate(_ value: String) -> Double? {
    let named = ["x-slow": 0.5, "slow": 0.75, "medium": 1, "default": 1, "fast": 1.25, "x-fast": 1.6]
    if let factor = named[value] { return factor }
    var factor: Double?
    if value.hasSuffix("%"), let percent = Double(value.dropLast()) {
      // "+10%" and "-10%" are changes, "80%" is the rate.
      factor = (value.hasPrefix("+") || value.hasPrefix("-") ? 100 + percent : percent) / 100
    } else {
      factor = Double(value)
    }
    return factor.flatMap { 0.25...4 ~= $0 ? $0 : nil }
  }
}

extension Optional {
  fileprivate func orThrow(_ error: MarkupError) throws(MarkupError) -> Wrapped {
    guard let self else { throw error }
    return self
  }
}
