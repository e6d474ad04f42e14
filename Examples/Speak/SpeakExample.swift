// Text to audio with the library: load a voice once, then speak sentence by sentence.
//
//     .build/release/Speak [VOICE] [TEXT]
//
// Writes speak.wav in the current folder. Without arguments it takes the voice that comes with this checkout.

import AudioFile
import Foundation
import SpeechHead
import TextFrontEnd

@main
struct SpeakExample {
  static func main() throws {
    let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let bundled = checkout.appending(path: "Sources/saltus/Models/default.safetensors").path
    let path = CommandLine.arguments.dropFirst().first ?? bundled
    let text =
      CommandLine.arguments.dropFirst(2).first ?? "Hello! It is 5 p.m. on Jan. 3rd, and this is one network call."

    let voice = try TrainedVoice(contentsOf: URL(filePath: path))
    var settings = SpeechSynthesizer.Settings()
    settings.method = .sampled(.consistency(steps: 1))
    let synthesizer = try SpeechSynthesizer(voice, settings: settings)

    let writer = try AudioWriter("speak.wav", sampleRate: voice.description.mel.sampleRate)
    for sentence in TextNormalizer().normalize(text).sentences {
      print(sentence)
      // Chunks come as they are ready: here they could be played.
      try synthesizer.speak(sentence) { chunk in try writer.write(chunk.samples) }
    }
    try writer.finish()

    let seconds = Double(writer.sampleCount) / Double(voice.description.mel.sampleRate)
    let cost = synthesizer.cost
    let total = cost.text + cost.acoustic + cost.vocoder
    print(
      String(
        format: "speak.wav: %.2f s of audio in %.0f ms, %d network calls", seconds, 1000 * total, cost.networkCalls))
  }
}
