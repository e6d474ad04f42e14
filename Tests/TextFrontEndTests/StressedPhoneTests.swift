import Testing
import TextFrontEnd

@Suite struct StressedPhoneTests {
  @Test func everySymbolReadsAsItself() throws {
    #expect(StressedPhone.symbols.count == 24 + 15 * 3)
    for symbol in StressedPhone.symbols { #expect(try StressedPhone(symbol: symbol).description == symbol) }
  }

  @Test func inlinePhonemesAreReadInAnyCaseAndSpacing() throws {
    let phones = try [StressedPhone](arpabet: "  hh AH0\tL Ow1 ")
    #expect(phones.arpabet == "HH AH0 L OW1")
    #expect(phones.map(\.phone) == [.hh, .ah, .l, .ow])
    #expect(phones.map(\.stress) == [nil, .unstressed, nil, .primary])
  }

  @Test(arguments: [
    ("HH AX0 L OW1", "phonemes in the text: unknown phone \"AX0\"; the nearest are AA0, AE0, AH0, AO0, AW0, AY0"),
    ("HX", "phonemes in the text: unknown phone \"HX\"; the nearest are HH"),
    ("AH9", "phonemes in the text: unknown phone \"AH9\"; the nearest are AH0, AH1, AH2"),
    (
      "AH L",
      "phonemes in the text: the vowel \"AH\" has no stress; write AH1 (stressed), AH2 (secondary) or AH0 (unstressed)"
    ),
    (
      "L1 AH0",
      "phonemes in the text: the consonant \"L1\" has a stress digit, which only vowels have; write L"
    ),
    ("SIL", "phonemes in the text: \"SIL\" is a pause, which no word contains; use punctuation or a break instead"),
    ("  ", "phonemes in the text: there are no phones; write ARPAbet symbols parted by spaces, such as HH AH0 L OW1"),
  ])
  func aWrongSymbolIsNamedWithWhatToWrite(text: String, message: String) {
    let error = #expect(throws: PronunciationError.self) { try [StressedPhone](arpabet: text) }
    #expect(error?.description == message)
  }

  @Test func symbolsOfAnyLengthAndScriptAreRefusedInAShortMessage() {
    for symbol in ["ə", "日本", String(repeating: "Z", count: 1_000_000), "\u{0}", "AH\u{0661}", "🙂1", "1", "AH00000"] {
      let error = #expect(throws: PronunciationError.self) { try [StressedPhone](arpabet: symbol) }
      #expect((error?.description.count ?? 0) < 200)
    }
  }

  @Test func everyPhoneNameOfFliteHasASymbol() {
    #expect(FlitePhoneNames.all.count > 50)
    for name in FlitePhoneNames.all { #expect(FlitePhoneNames.symbol(of: name) != nil, "\(name)") }
    #expect(FlitePhoneNames.symbol(of: "ax0") == "AH0")
    #expect(FlitePhoneNames.symbol(of: "ih") == "IH0")
    #expect(FlitePhoneNames.symbol(of: "pau") == nil)
  }
}
