import ArgumentParser

/// `saltus edit …`: zero-shot editing of recordings and of actions.
struct EditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Repair, clean or complete what is there: zero-shot editing.",
    subcommands: [EditSpeech.self, EditActions.self])
}
