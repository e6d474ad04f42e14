/// English words so short that, in capitals, they could pass for acronyms: "this is VERY good".
enum CapitalizedWords {
  static func contains(_ word: String) -> Bool { words.contains(word) }

  /// Words of two letters that are words where everything is in capitals, but acronyms elsewhere.
  static func isShoutedWord(_ word: String) -> Bool {
    word.utf8.count != 2 || words.contains(word)
      || ["us", "an", "hi", "it", "id", "ah", "pi", "ma", "pa", "mr", "dr"].contains(word)
  }

  private static let words = Set(
    """
    not very never all must do stop no yes and or but only always now new free read this that is are was will can
    should the you your my me we he she they them any each both more most less best big bad good go get out off on
    in up down open shut exit push pull wait walk run help fire note keep left right love hate so too just did does
    done has have had be been am at to of for if then else when what why how where here one two three sale sold day
    end old top low high war hey wow oh man men car door home work time year life test true its his her our by from
    with as own than such same like make want need know think see look come give take tell say said huge real live
    dead fun hot cold wet dry red blue part book act scene news ever even back add ask bus buy cut cup eat egg eye
    far fat few fix fly gas god gun guy hit ice job joy key kid law leg let lie lot mad map may mix dim mom dad nor
    nut oil pay pen per pet pop put raw sad sea set sex sit six ten sky son sun tax tea tie try use via way win yet
    zoo baby ball bank bill body boy girl call care case city code cool data deal drop easy face fact fail fall fast
    feel file find fine food foot form four five nine full game gold gone half hand hard head hear hold hope hour
    idea into join jump kill king kind lady land late line list long lose loud luck made mail main many meet mind
    miss move much name near next nice okay over page pain park past path play plus poor post pray quit race rain
    rate rest rich ride ring rise road rock room rule safe save seat sell send ship shop show sick side sign sing
    size slow soft some song soon sort star stay step suit sure talk team term text tree trip turn type unit upon
    used user view vote wake wall week well went were wife wild wind wish word zero also away bring died fear felt
    gave grew held kept knew last lost meant once paid rare self sent told took tour town void wide zone box cat dog
    pig cow rat hat bat fit bit fog log civil queen
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
