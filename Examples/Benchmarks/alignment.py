#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""Phone borders of `saltus align` against those of an independent forced aligner.

    saltus align VOICE --data kathleen ljspeech-part -o alignment.tsv
    alignment.py alignment.tsv kathleen/alignment.tsv ljspeech-part/alignment.tsv

The reference has lines "ID <tab> PHONE:START:DURATION …" in units of 10 ms. Sentences are compared phone by phone after
the longest common subsequence of both phone lists, since dictionaries differ; a border counts where both phones beside
it are matched. Prints the median, mean and 90th percentile of the absolute difference in milliseconds.
"""

import difflib
import os
import sys

import numpy as np

SAME = {"AX": "AH", "AXR": "ER"}


def phones(line, unit):
    result = []
    for item in line.split():
        name, start, duration = item.rsplit(":", 2)
        name = SAME.get(name, name)
        if name not in ("SIL", ",", ".", "?"):
            result.append((name, float(start) * unit, (float(start) + float(duration)) * unit))
    return result


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    reference = {}
    for path in sys.argv[2:]:
        speaker = os.path.basename(os.path.dirname(os.path.abspath(path)))
        for line in open(path, encoding="utf-8"):
            name, _, rest = line.rstrip("\n").partition("\t")
            reference[f"{speaker}/{name}"] = phones(rest, 10)
    errors, matched, total = [], 0, 0
    for line in open(sys.argv[1], encoding="utf-8"):
        name, _, rest = line.rstrip("\n").partition("\t")
        ours, theirs = phones(rest, 1), reference.get(name)
        if theirs is None:
            continue
        total += len(theirs)
        matcher = difflib.SequenceMatcher(None, [p[0] for p in ours], [p[0] for p in theirs], autojunk=False)
        for block in matcher.get_matching_blocks():
            matched += block.size
            for k in range(block.size - 1):
                a, b = ours[block.a + k: block.a + k + 2], theirs[block.b + k: block.b + k + 2]
                # A pause between two phones has two borders; the aligners need not agree that there is one.
                if a[1][1] - a[0][2] < 30 and b[1][1] - b[0][2] < 30:
                    errors.append(abs((a[0][2] + a[1][1]) / 2 - (b[0][2] + b[1][1]) / 2))
    errors = np.array(errors)
    print(f"{len(errors)} borders; {100 * matched / max(total, 1):.1f} % of the reference's phones are matched")
    print(f"median {np.median(errors):.1f} ms, mean {errors.mean():.1f} ms, 90 % below {np.quantile(errors, 0.9):.1f} ms")


if __name__ == "__main__":
    main()
