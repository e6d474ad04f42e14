import Testing
import TextFrontEnd

/// Pronunciations written by hand in the conventions of the CMU Pronouncing Dictionary 0.7b, not taken from a program;
/// secondary stress, which flite's lexicon counts as primary or as none, stands here as flite has it. Where CMUdict
/// has several sounds for a word ("zero", "cough", "and", "with"), the one that flite's lexicon chose stands here.
@Suite struct PronunciationGoldenTests {
  private func check(_ list: String, _ pronouncer: Pronouncer = Pronouncer()) {
    for line in list.split(separator: "\n") {
      let parts = line.split(separator: ":").map { $0.trimmingPrefix(while: \.isWhitespace) }
      let words = parts[0].split(separator: " ").map(String.init)
      let phones = pronouncer.pronounce(words).map(\.arpabet).joined(separator: " | ")
      #expect(phones == String(parts[1]), "\(parts[0])")
    }
  }

  @Test func commonWordsSoundAsInCMUdict() {
    check(
      """
      hello: HH AH0 L OW1
      world: W ER1 L D
      one: W AH1 N
      two: T UW1
      three: TH R IY1
      four: F AO1 R
      five: F AY1 V
      six: S IH1 K S
      seven: S EH1 V AH0 N
      eight: EY1 T
      nine: N AY1 N
      ten: T EH1 N
      eleven: IH0 L EH1 V AH0 N
      twelve: T W EH1 L V
      thirteen: TH ER1 T IY1 N
      twenty: T W EH1 N T IY0
      hundred: HH AH1 N D R AH0 D
      thousand: TH AW1 Z AH0 N D
      million: M IH1 L Y AH0 N
      zero: Z IH1 R OW0
      first: F ER1 S T
      second: S EH1 K AH0 N D
      third: TH ER1 D
      dollars: D AA1 L ER0 Z
      percent: P ER0 S EH1 N T
      january: JH AE1 N Y UW0 EH1 R IY0
      wednesday: W EH1 N Z D IY0
      water: W AO1 T ER0
      mother: M AH1 DH ER0
      measure: M EH1 ZH ER0
      judge: JH AH1 JH
      church: CH ER1 CH
      singing: S IH1 NG IH0 NG
      finger: F IH1 NG G ER0
      boy: B OY1
      how: HH AW1
      good: G UH1 D
      food: F UW1 D
      knife: N AY1 F
      knight: N AY1 T
      though: DH OW1
      through: TH R UW1
      tough: T AH1 F
      cough: K AA1 F
      bough: B AW1
      thought: TH AO1 T
      colonel: K ER1 N AH0 L
      island: AY1 L AH0 N D
      women: W IH1 M AH0 N
      psychology: S AY0 K AA1 L AH0 JH IY0
      pneumonia: N UW0 M OW1 N Y AH0
      queue: K Y UW1
      yacht: Y AA1 T
      debt: D EH1 T
      honest: AA1 N AH0 S T
      machine: M AH0 SH IY1 N
      computer: K AH0 M P Y UW1 T ER0
      robot: R OW1 B AA1 T
      language: L AE1 NG G W AH0 JH
      beautiful: B Y UW1 T AH0 F AH0 L
      question: K W EH1 S CH AH0 N
      nature: N EY1 CH ER0
      nation: N EY1 SH AH0 N
      vision: V IH1 ZH AH0 N
      people: P IY1 P AH0 L
      does: D AH1 Z
      hmm: HH AH1 M
      email: IY1 M EY2 L
      emails: IY1 M EY2 L Z
      actually: AE1 K CH UW0 AH0 L IY0
      challenged: CH AE1 L AH0 N JH D
      compiler: K AH0 M P AY1 L ER0
      xbox: EH1 K S B AA2 K S
      dna: D IY1 EH1 N EY1
      dna's: D IY1 EH1 N EY1 Z
      o'reilly: OW0 R AY1 L IY0
      """)
  }

  @Test func contractionsAndPossessivesAreTheirPartsSounds() {
    check(
      """
      don't: D OW1 N T
      can't: K AE1 N T
      won't: W OW1 N T
      isn't: IH1 Z AH0 N T
      couldn't: K UH1 D AH0 N T
      i'm: AY1 M
      i've: AY1 V
      i'll: AY1 L
      i'd: AY1 D
      we're: W IH1 R
      you're: Y UH1 R
      they'll: DH EY1 L
      he'll: HH IY1 L
      she'd: SH IY1 D
      it'll: IH1 T AH0 L
      it's: IH1 T S
      that's: DH AE1 T S
      dog's: D AO1 G Z
      cat's: K AE1 T S
      church's: CH ER1 CH IH0 Z
      judge's: JH AH1 JH IH0 Z
      boys': B OY1 Z
      o'clock: AH0 K L AA1 K
      'em: AH0 M
      couldn't've: K UH1 D AH0 N T AH0 V
      don\u{2019}t: D OW1 N T
      """)
  }

  @Test func homographsFollowTheirNeighbours() {
    check(
      """
      i read books: AY1 | R IY1 D | B UH1 K S
      i have read it: AY1 | HH AE1 V | R EH1 D | IH1 T
      he read it yesterday: HH IY1 | R EH1 D | IH1 T | Y EH1 S T ER0 D EY1
      to read: T AH0 | R IY1 D
      they lead us: DH EY1 | L IY1 D | AH1 S
      a lead pipe: AH0 | L EH1 D | P AY1 P
      the record: DH AH0 | R EH1 K ER0 D
      they record music: DH EY1 | R AH0 K AO1 R D | M Y UW1 Z IH0 K
      we use it: W IY1 | Y UW1 Z | IH1 T
      it is not appropriate: IH1 T | IH1 Z | N AA1 T | AH0 P R OW1 P R IY0 AH0 T
      they never record it: DH EY1 | N EH1 V ER0 | R AH0 K AO1 R D | IH1 T
      record the show: R AH0 K AO1 R D | DH AH0 | SH OW1
      john's records: JH AA1 N Z | R EH1 K ER0 D Z
      she has already read it: SH IY1 | HH AE1 Z | AO0 L R EH1 D IY0 | R EH1 D | IH1 T
      of no use: AH1 V | N OW1 | Y UW1 S
      i live here: AY1 | L IH1 V | HH IY1 R
      a live show: AH0 | L AY1 V | SH OW1
      their lives: DH EH1 R | L AY1 V Z
      he lives there: HH IY1 | L IH1 V Z | DH EH1 R
      the wind: DH AH0 | W IH1 N D
      to eat: T UW0 | IY1 T
      it was here: IH1 T | W AH0 Z | HH IY1 R
      to wind it: T AH0 | W AY1 N D | IH1 T
      a present: AH0 | P R EH1 Z AH0 N T
      i present it: AY1 | P R IY0 Z EH1 N T | IH1 T
      a tear: AH0 | T IY1 R
      to tear it: T AH0 | T EH1 R | IH1 T
      close the door: K L OW1 Z | DH AH0 | D AO1 R
      the wound: DH AH0 | W UW1 N D
      it wound up: IH1 T | W AW1 N D | AH1 P
      bow and arrow: B OW1 | AE1 N D | AE1 R OW0
      the object: DH IY0 | AA1 B JH EH0 K T
      i object: AY1 | AH0 B JH EH1 K T
      the apple: DH IY0 | AE1 P AH0 L
      the pear: DH AH0 | P EH1 R
      the hour: DH IY0 | AW1 ER0
      the university: DH AH0 | Y UW1 N AH0 V ER1 S AH0 T IY0
      """)
  }
}
