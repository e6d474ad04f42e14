#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""The first minutes of a corpus as a corpus of its own, without the sentences that speech.py speaks.

    short_corpus.py CORPUS --minutes 20 -o FOLDER

What a voice of a user's own is worth: train on such a folder as the README says, and let speech.py measure the voice
against the sentences that were left out. The folder has a metadata.csv and links to the recordings. Needs soundfile.
"""

import argparse
import os

import soundfile

from speech import recording

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()

    with open(os.path.join(HERE, "speech_sentences.txt"), encoding="utf-8") as file:
        spoken = set(file.read().split())
    with open(os.path.join(arguments.corpus, "metadata.csv"), encoding="utf-8") as file:
        lines = [line for line in file if line.strip() and line.split("|")[0] not in spoken]

    os.makedirs(os.path.join(arguments.output, "wavs"))
    seconds, kept = 0.0, []
    for line in lines:
        if seconds >= 60 * arguments.minutes:
            break
        path = os.path.abspath(recording(arguments.corpus, line.split("|")[0]))
        os.symlink(path, os.path.join(arguments.output, "wavs", os.path.basename(path)))
        seconds += soundfile.info(path).duration
        kept.append(line)
    with open(os.path.join(arguments.output, "metadata.csv"), "w", encoding="utf-8") as file:
        file.writelines(kept)
    print(f"{arguments.output}: {len(kept)} recordings, {seconds / 60:.1f} minutes")


if __name__ == "__main__":
    main()
