#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""What editing regains of recordings: held-out sentences of speech_sentences.txt with parts hidden, one table.

Every cell is a mean over sentences, with its 95 % bootstrap interval: the root mean square error of the log-mel numbers that
were hidden, in dB, of the edit, of straight lines between what is known, and of the voice's mean, which knows of the
recording only how it is timed. The last column is the edit less the straight lines, sentence by sentence.

    Examples/Benchmarks/speech_editing.py --data PATH/kathleen [--sentences 30] [--voice bundled:default] [-- options of edit speech]
"""
import argparse
import json
import math
import os
import random
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
EDITS = [["--coarse", "2"], ["--coarse", "4"], ["--coarse", "8"], ["--coarse", "16"], ["--every", "2"], ["--every", "4"],
         ["--every", "8"], ["--every", "16"], ["--gap", "0.8:1.0"]]

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--saltus", default=".build/release/saltus")
parser.add_argument("--voice", default="bundled:default")
parser.add_argument("--data", required=True, help="the corpus of the sentences")
parser.add_argument("--sentences", type=int, default=30)
parser.add_argument("options", nargs="*", help="such as --steps 16")
arguments = parser.parse_args()


def corpus():
    with open(os.path.join(HERE, "speech_sentences.txt"), encoding="utf-8") as file:
        wanted = file.read().split()[:arguments.sentences]
    with open(os.path.join(arguments.data, "metadata.csv"), encoding="utf-8") as file:
        texts = dict(line.rstrip("\n").split("|")[:2] for line in file if "|" in line)
    for name in wanted:
        paths = [os.path.join(arguments.data, folder, name + ending)
                 for folder in ("wavs", "wav", "flac", "") for ending in (".wav", ".flac")]
        yield next(path for path in paths if os.path.exists(path)), texts[name]


def distances(path, text, edit):
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        subprocess.run(
            [arguments.saltus, "edit", "speech", path, "-o", os.path.join(folder, "out.wav"), "--text", text, "--voice",
             arguments.voice, "--simulate", "--json", report, "--threads", "1", *edit, *arguments.options],
            check=True, stdout=subprocess.DEVNULL)
        with open(report, encoding="utf-8") as file:
            found = json.load(file)["mel_distance"]
    decibels = 20 / math.log(10)
    return [decibels * found[key] for key in ("edit", "linear_interpolation", "mean")]


def cell(values, samples=10_000):
    generator = random.Random(0)
    means = sorted(sum(generator.choices(values, k=len(values))) / len(values) for _ in range(samples))
    return f"{sum(values) / len(values):.2f} [{means[int(0.025 * samples)]:.2f}, {means[int(0.975 * samples)]:.2f}]"


sentences = list(corpus())
print("| hidden | edited | straight lines | the voice's mean | edited less straight lines |\n|---|--:|--:|--:|--:|")
for edit in EDITS:
    rows = [distances(path, text, edit) for path, text in sentences]
    columns = list(zip(*rows))
    cells = [cell(column) for column in columns] + [cell([a - b for a, b, _ in rows])]
    print(f"| `{' '.join(edit)}` | {' | '.join(cells)} |", flush=True)
