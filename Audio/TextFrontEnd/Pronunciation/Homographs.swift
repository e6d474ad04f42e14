/// Words that are spelled alike and spoken differently, and that flite's lexicon does not tell apart by their class.
///
/// Its lexicon has a sound for each class of many pairs ("the record", "to record"); for those `WordContext` decides.
/// The words here need more: "read" differs by tense, "lead" by sense. The rules are deliberately few and local.
enum Homographs {
  /// The sound of such a word in its context; nil for other words.
  static func phones(of word: String, in context: WordContext) -> [StressedPhone]? {
    let (previous, next) = (context.previous ?? "", context.next ?? "")
    return switch word {
    case "read": isPresentRead(in: context) ? readPresent : readPast
    case "lead": metalBefore.contains(previous) || metalAfter.contains(next) ? leadMetal : leadVerb
    case "wound": windings.contains(next) || WordContext.subjects.contains(previous) ? woundVerb : woundNoun
    case "bow": bowAfter.contains(next) ? bowWeapon : bowVerb
    case "bass": fishBefore.contains(previous) || fishAfter.contains(next) ? bassFish : bassTone
    case "dove": WordContext.subjects.contains(previous) ? doveVerb : doveBird
    case "sow": WordContext.nounCues.contains(previous) ? sowPig : sowVerb
    case "use": context.partOfSpeech == .verb ? useVerb : useNoun
    default: nil
    }
  }

  /// "to read" and "they read" against "has read", "he read" and "John read".
  private static func isPresentRead(in context: WordContext) -> Bool {
    guard let previous = context.previous else { return true }
    return switch previous {
    case "he", "she": false
    case "i", "you", "we", "they", "who": context.clause.allSatisfy { !pastMarkers.contains($0) }
    case "and", "or", "then", "a", "the", "good": true
    default: WordContext.isVerbCue(previous)
    }
  }

  private static let pastMarkers: Set<String> = ["yesterday", "ago", "last", "earlier", "once", "was", "were", "had"]
  private static let metalBefore: Set<String> = [
    "of", "molten", "liquid", "melted", "like", "as", "heavy", "white", "red",
  ]
  private static let metalAfter: Set<String> = [
    "pipe", "pipes", "paint", "paints", "poisoning", "acid", "bullet", "bullets", "shot", "weight", "weights", "free",
    "pencil", "pencils", "mine", "mines", "ore",
  ]
  private static let windings: Set<String> = ["up", "around", "round", "through", "down", "its", "back"]
  private static let bowAfter: Set<String> = ["and", "tie", "ties", "string", "strings"]
  private static let fishBefore: Set<String> = [
    "sea", "striped", "largemouth", "smallmouth", "black", "caught", "fried",
  ]
  private static let fishAfter: Set<String> = ["fishing", "fish"]

  private static let readPresent = [StressedPhone](builtIn: "R IY1 D")
  private static let readPast = [StressedPhone](builtIn: "R EH1 D")
  private static let leadVerb = [StressedPhone](builtIn: "L IY1 D")
  private static let leadMetal = [StressedPhone](builtIn: "L EH1 D")
  private static let woundVerb = [StressedPhone](builtIn: "W AW1 N D")
  private static let woundNoun = [StressedPhone](builtIn: "W UW1 N D")
  private static let bowWeapon = [StressedPhone](builtIn: "B OW1")
  private static let bowVerb = [StressedPhone](builtIn: "B AW1")
  private static let bassFish = [StressedPhone](builtIn: "B AE1 S")
  private static let bassTone = [StressedPhone](builtIn: "B EY1 S")
  private static let doveVerb = [StressedPhone](builtIn: "D OW1 V")
  private static let doveBird = [StressedPhone](builtIn: "D AH1 V")
  private static let sowPig = [StressedPhone](builtIn: "S AW1")
  private static let sowVerb = [StressedPhone](builtIn: "S OW1")
  private static let useNoun = [StressedPhone](builtIn: "Y UW1 S")
  private static let useVerb = [StressedPhone](builtIn: "Y UW1 Z")
}
