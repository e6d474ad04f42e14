import Testing
import TextFrontEnd

@Suite struct PhoneTests {
  @Test func thePhoneSetIsThePauseAndThe39PhonesOfCMUdictInAlphabeticalOrder() {
    // https://github.com/cmusphinx/cmudict, cmudict.phones
    let names =
      "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"
    #expect(Phone.allCases.map(\.name) == ["SIL"] + names.split(separator: " ").map(String.init))
    #expect(Phone.allCases.map(\.index) == Array(0..<40))
    #expect(Phone.count == 40)
  }
}
