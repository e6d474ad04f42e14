// flite 2.2 (permissive licence): English part-of-speech tagging, the CMU lexicon and its letter-to-sound rules.
#pragma once

#include <flite/flite.h>

// Exported by libflite_usenglish and libflite_cmulex, whose own headers Debian does not install.
void usenglish_init(cst_voice *voice);
cst_lexicon *cmu_lex_init(void);
extern const char *const cmu_lts_phone_table[];

/// The lexicon's phone names, ended by NULL; the first one stands for "no phone".
static inline const char *const *saltus_lexicon_phone_names(void) {
  return (const char *const *)cmu_lex_init()->phone_table;
}

/// The letter-to-sound rules' phone names, ended by NULL; the first one stands for "no phone", pairs are joined by '-'.
static inline const char *const *saltus_letter_to_sound_phone_names(void) { return cmu_lts_phone_table; }
