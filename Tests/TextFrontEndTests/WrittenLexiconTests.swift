import Testing
import TextFrontEnd

/// Words of the user's lexicon that are looked up as they are written.
@Suite struct WrittenLexiconTests {
  /// The spoken form, where a word of the lexicon stands in brackets.
  private func spoken(_ text: String, _ entries: String) throws -> String {
    let lexicon = try UserLexicon(text: entries, path: "words.dict")
    return TextNormalizer(lexicon: lexicon).normalize(text).text.replacing("\n", with: " ")
  }

  private static let entries = """
    FBI F IY1 B
    iPhone AY1 F OW2 N
    H2O W AO1 T ER0
    COVID-19 K OW1 V
    Dr D AA1 K
    C++ S IY1
    U.S. Y UW1 N
    .NET D AA1 T
    SQL S IY1 K W AH0 L
    Łódź W UH1 CH
    mp3 M P IY1
    sota S OW1 T AH0
    911 N AY1 N
    No N OW1
    saltus S AE1 L
    """

  @Test(arguments: [
    ("The FBI came, and FBI-style FBIs.", "the [[F IY1 B]] came, and [[F IY1 B]] style [[F IY1 B Z]]."),
    ("The FBI's iPhone.", "the [[F IY1 B Z]] [[AY1 F OW2 N]]."),
    ("My iPhones and IPHONE.", "my [[AY1 F OW2 N Z]] and iphone."),
    ("Drink H2O, not H2O2 or h2o.", "drink [[W AO1 T ER0]], not H two O two or [[W AO1 T ER0]]."),
    ("COVID-19's end (COVID-19).", "[[K OW1 V Z]] end, [[K OW1 V]]."),
    ("COVID-190 or COVID-19-related.", "covid one ninety or [[K OW1 V]] related."),
    ("Dr. Who is Dr Who.", "[[D AA1 K]] who is [[D AA1 K]] who."),
    ("Use C++, C++11, .NET or ASP.NET.", "use [[S IY1]], C plus plus eleven, [[D AA1 T]] or A S P dot N E T."),
    ("In the U.S. Army.", "in the [[Y UW1 N]] army."),
    ("He left the U.S. She stayed.", "he left the [[Y UW1 N]]. she stayed."),
    ("SQL, sql and MySQL.", "[[S IY1 K W AH0 L]], [[S IY1 K W AH0 L]] and my S Q L."),
    ("In Łódź it rains.", "in [[W UH1 CH]] it rains."),
    ("Two MP3s, one Mp3.", "two [[M P IY1 Z]], one [[M P IY1]]."),
    ("The SOTA is sota.", "the [[S OW1 T AH0]] is sota."),
    (
      "Pay 911, not 911.5 or $911 or 1911.",
      "pay [[N AY1 N]], not nine hundred eleven point five or nine hundred eleven dollars or nineteen eleven."
    ),
    ("No. 5 and no. 6.", "[[N OW1]] five and number six."),
    ("A Saltus and SALTUS.", "a saltus and saltus."),
  ])
  func writtenWordsAreFoundBeforeTheyAreNormalised(text: String, expected: String) throws {
    #expect(try spoken(text, Self.entries) == expected)
  }

  @Test(arguments: [
    ("The Abt. Sales is new. It grows.", "the [[AE1 P T]] sales is new. it grows."),
    ("He runs the Abt. She left it.", "he runs the [[AE1 P T]]. she left it."),
    ("He runs the Abt. I did not.", "he runs the [[AE1 P T]]. i did not."),
    ("See Abt. II and Abt. A now.", "see [[AE1 P T]] two and [[AE1 P T]] a now."),
    ("Call Abt. 5 or the abt. of old.", "call [[AE1 P T]] five or the [[AE1 P T]] of old."),
    ("He runs the Abt.", "he runs the [[AE1 P T]]."),
    ("He runs the Abt.\n\nSales grow.", "he runs the [[AE1 P T]]. sales grow."),
    ("He runs the \"Abt.\" Then he left.", "he runs the [[AE1 P T]]. then he left."),
    ("Is it the Abt.? Sales knows.", "is it the [[AE1 P T]]? sales knows."),
    ("Ask Dipl.-Ing. Meyer, not Dipl. Meyer.", "ask [[IH1 NG]] meyer, not dipl. meyer."),
    ("The gesch.Abt is new.", "the [[G EH1 SH]] is new."),
    ("Dept. Sales and Dr. Who.", "department. sales and doctor who."),
    ("A tabt. Sales.", "a tabt. sales."),
  ])
  func theUsersAbbreviationsEndSentencesOnlyBeforeTheirBeginnings(text: String, expected: String) throws {
    let entries = "Abt. AE1 P T\nDipl.-Ing. IH1 NG\ngesch.Abt G EH1 SH"
    #expect(try spoken(text, entries) == expected)
    // As it comes in pieces, too.
    let lexicon = try UserLexicon(text: entries, path: "words.dict")
    let sentences = SentenceReader(text.map(String.init), lexicon: lexicon).map(\.description)
    #expect(sentences.joined(separator: " ") == expected)
  }

  @Test func theCaseOfTheTextComesFirst() throws {
    let entries = "Polish P OW1 L\npolish P AA1 L\nUS Y UW1 EH1 S\nIT AY1 T IY1\nit IH1 T"
    #expect(
      try spoken("Polish men polish US cars, and it tells us IT.", entries)
        == "[[P OW1 L]] men [[P AA1 L]] [[Y UW1 EH1 S]] cars, and [[IH1 T]] tells us [[AY1 T IY1]].")
    let lexicon = try UserLexicon(text: entries, path: "words.dict")
    #expect(lexicon["us"] == nil && lexicon["US"] != nil && lexicon["it"]?.arpabet == "IH1 T")
    // Entries in capitals as in the CMU dictionary are for any case.
    #expect(try UserLexicon(text: "RED R EH1 D", path: "words.dict")["red"] != nil)
    // A short word in capitals is not the word in small letters.
    #expect(try spoken("US and us.", "us AH1 S") == "U S and us.")
  }

  @Test func aWordKeepsItsPlaceItsRateAndItsText() throws {
    let lexicon = try UserLexicon(text: "H2O W AO1 T ER0", path: "words.dict")
    let result = try TextNormalizer(lexicon: lexicon).normalize(ssml: "Hot <prosody rate=\"200%\">H2O</prosody>.")
    let word = try #require(result.sentences.first?.clauses.first?.words.last)
    #expect(word.text == "H2O" && word.rate == 2 && word.source == 25..<28)
    #expect(word.phonemes == ["W", "AO1", "T", "ER0"])
  }

  @Test func spokenWordsAreStillFound() throws {
    let lexicon = try UserLexicon(text: "five F AY2 V\nkilometers K EY1", path: "words.dict")
    let words = TextNormalizer(lexicon: lexicon).normalize("Run 5 km").sentences.flatMap(\.clauses).flatMap(\.words)
    #expect(
      Pronouncer(lexicon: lexicon).pronounce(words.map(\.text)).map(\.arpabet) == ["R AH1 N", "F AY2 V", "K EY1"])
  }

  @Test func hostileEntriesAndTextsAreReadInLinearTime() throws {
    let entries = (1...200).map { String(repeating: "a.", count: $0) + " EY1" }.joined(separator: "\n")
    let lexicon = try UserLexicon(text: entries + "\n× T AY1\n你 N IY1\n'' EY1\n(2) T UW1", path: "words.dict")
    for piece in ["a.", "a", "A.", "2×", "''", "1"] {
      let text = String(repeating: piece, count: 6_000 / piece.utf8.count)
      for sentence in SentenceReader(CollectionOfOne(text), lexicon: lexicon) { #expect(!sentence.clauses.isEmpty) }
    }
  }
}
