/// Words whose sound in flite's lexicon is wrong, out of date, or depends on a class that its tagger misses.
///
/// They were found by comparing the 18,000 commonest English words with CMUdict: but for weak vowels, 98.4 % agreed
/// before them and 99.0 % agree with them.
enum WordCorrections {
  /// The sound of a word in small letters without apostrophes; nil for words that flite reads well.
  static func phones(of word: String) -> [StressedPhone]? {
    spelledOut.contains(word) ? LetterNames.spelling(of: word) : lexicon[word]
  }

  /// Acronyms that look like words or that the letter-to-sound rules try to read.
  private static let spelledOut = Set(
    """
    ai api atm ceo cgi cia cpu dna dvd epa espn eu fbi fda fyi gdp gps gpu hbo html http ibm iq irs llm
    mba mri nba nfl npr pdf rna sms sos sql suv ufo ui uk url usa usb ussr uv vip xml
    """.split(whereSeparator: \.isWhitespace).map(String.init))

  private static let lexicon: UserLexicon = {
    do {
      return try UserLexicon(text: words, path: "WordCorrections")
    } catch {
      preconditionFailure("a built-in pronunciation is wrong: \(error)")
    }
  }()

  private static let words = """
    ;;; Function words: one sound whatever the tagger says. "the" and "to" change before vowels afterwards.
    a AH0
    the DH AH0
    to T AH0
    in IH0 N
    does D AH1 Z
    was W AH0 Z
    im AY1 M
    havent HH AE1 V AH0 N T

    ;;; Sounds without a vowel.
    hm HH AH1 M
    hmm HH AH1 M
    hmmm HH AH1 M
    mm AH1 M
    mmm AH1 M
    sh SH AH1
    shh SH AH1
    psst P S IH1 T
    brr B ER1
    grr G ER1
    pfft F AH1 T
    uhh AH1

    ;;; Wrong or rare readings.
    actually AE1 K CH UW0 AH0 L IY0
    unusual AH0 N Y UW1 ZH UW0 AH0 L
    unusually AH0 N Y UW1 ZH UW0 AH0 L IY0
    mutual M Y UW1 CH UW0 AH0 L
    spiritual S P IH1 R IH0 CH UW0 AH0 L
    hear HH IY1 R
    hears HH IY1 R Z
    hearing HH IY1 R IH0 NG
    hearings HH IY1 R IH0 NG Z
    here HH IY1 R
    tho DH OW1
    thereof DH EH1 R AH1 V
    whilst W AY1 L S T
    realise R IY1 AH0 L AY2 Z
    realised R IY1 AH0 L AY2 Z D
    solely S OW1 L IY0
    metre M IY1 T ER0
    metres M IY1 T ER0 Z
    kilometre K IH0 L AA1 M AH0 T ER0
    kilometres K IH0 L AA1 M AH0 T ER0 Z
    neighbour N EY1 B ER0
    neighbours N EY1 B ER0 Z
    neighbouring N EY1 B ER0 IH0 NG
    neighbourhood N EY1 B ER0 HH UH2 D
    behaviour B IH0 HH EY1 V Y ER0
    humour HH Y UW1 M ER0
    rumour R UW1 M ER0
    marvellous M AA1 R V AH0 L AH0 S
    modelling M AA1 D AH0 L IH0 NG
    practise P R AE1 K T IH0 S
    aluminium AE2 L AH0 M IH1 N IY0 AH0 M
    challenged CH AE1 L AH0 N JH D
    changer CH EY1 N JH ER0
    initiate IH0 N IH1 SH IY0 EY2 T
    insert IH0 N S ER1 T
    invalid IH0 N V AE1 L AH0 D
    readings R IY1 D IH0 NG Z
    trolls T R OW1 L Z
    defects D IY1 F EH0 K T S
    integer IH1 N T AH0 JH ER0
    iteration IH2 T ER0 EY1 SH AH0 N
    compiler K AH0 M P AY1 L ER0
    git G IH1 T
    login L AO1 G IH2 N
    username Y UW1 Z ER0 N EY2 M
    reductions R IH0 D AH1 K SH AH0 N Z
    antibiotic AE2 N T IY0 B AY0 AA1 T IH0 K
    antibiotics AE2 N T IY0 B AY0 AA1 T IH0 K S
    antivirus AE2 N T IY0 V AY1 R AH0 S
    telepathy T AH0 L EH1 P AH0 TH IY0
    altercation AO2 L T ER0 K EY1 SH AH0 N
    polymorphic P AA2 L IY0 M AO1 R F IH0 K
    superhero S UW1 P ER0 HH IY2 R OW0
    makeover M EY1 K OW2 V ER0
    nutshell N AH1 T SH EH2 L
    wrestlers R EH1 S L ER0 Z
    marketers M AA1 R K AH0 T ER0 Z
    vegan V IY1 G AH0 N
    veggies V EH1 JH IY0 Z
    ninja N IH1 N JH AH0
    ninjas N IH1 N JH AH0 Z
    avatar AE1 V AH0 T AA2 R
    anime AE1 N AH0 M EY2
    preseason P R IY1 S IY1 Z AH0 N
    offseason AO1 F S IY1 Z AH0 N
    wellbeing W EH1 L B IY1 IH0 NG
    jagged JH AE1 G AH0 D
    shuddered SH AH1 D ER0 D
    hallucination HH AH0 L UW2 S AH0 N EY1 SH AH0 N
    legible L EH1 JH AH0 B AH0 L
    laterally L AE1 T ER0 AH0 L IY0
    baroness B EH1 R AH0 N AH0 S
    clearness K L IH1 R N AH0 S

    ;;; Names and newer words.
    blockchain B L AA1 K CH EY2 N
    blogging B L AO1 G IH0 NG
    congrats K AH0 N G R AE1 T S
    cds S IY1 D IY1 Z
    covid K OW1 V IH0 D
    dvds D IY1 V IY1 D IY1 Z
    ebay IY1 B EY2
    email IY1 M EY2 L
    emails IY1 M EY2 L Z
    emailed IY1 M EY2 L D
    facebook F EY1 S B UH2 K
    gameplay G EY1 M P L EY2
    github G IH1 T HH AH2 B
    grandma G R AE1 N D M AA0
    homepage HH OW1 M P EY2 JH
    ipad AY1 P AE2 D
    iphones AY1 F OW2 N Z
    itunes AY1 T UW2 N Z
    javascript JH AA1 V AH0 S K R IH2 P T
    linkedin L IH1 NG K T IH2 N
    macbook M AE1 K B UH2 K
    online AO1 N L AY1 N
    photoshop F OW1 T OW0 SH AA2 P
    pinterest P IH1 N T R AH0 S T
    pokemon P OW1 K EY0 M AA2 N
    reddit R EH1 D IH0 T
    selfies S EH1 L F IY0 Z
    snapchat S N AE1 P CH AE2 T
    spotify S P AA1 T AH0 F AY2
    tumblr T AH1 M B L ER0
    ubuntu UH0 B UH1 N T UW0
    verizon V ER0 AY1 Z AH0 N
    websites W EH1 B S AY2 T S
    wifi W AY1 F AY2
    wii W IY1
    wikipedia W IH2 K IH0 P IY1 D IY0 AH0
    wordpress W ER1 D P R EH2 S
    xbox EH1 K S B AA2 K S
    beyonce B IY0 AA1 N S EY0
    angelina AE2 N JH AH0 L IY1 N AH0
    kobe K OW1 B IY0
    kristen K R IH1 S T AH0 N
    mumbai M UH0 M B AY1
    nina N IY1 N AH0
    oreilly OW0 R AY1 L IY0
    ronaldo R OW0 N AA1 L D OW0
    tottenham T AA1 T AH0 N AH0 M
    """
}
