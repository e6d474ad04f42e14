#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""Differences of two folders of spoken sentences, paired over sentences, from what speech_metrics.py printed of them.

    paired.py METRICS.jsonl FOLDER OTHER [OTHER_METRICS.jsonl]

Prints word error rate, Fréchet distance and global-variance ratio of FOLDER less OTHER, with 95 % bootstrap intervals.
"""

import json
import sys

import numpy as np


def difference(a, b, key, weight):
    """Mean of a − b over sentences with a 95 % bootstrap interval; both per `weight`."""
    x, y, w = (np.asarray(v, float) for v in (a[key], b[key], a[weight] if weight else np.ones(len(a[key]))))
    draws = np.random.default_rng(0).integers(0, len(x), (4000, len(x)))
    means = (x - y)[draws].sum(1) / w[draws].sum(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return (x - y).sum() / w.sum(), low, high


def report(name, a, other, b):
    mean, low, high = difference(a, b, "word_errors", "words")
    print(f"WER {name} − {other}: {100 * mean:+.1f} points, 95 % {100 * low:+.1f} to {100 * high:+.1f}")
    for key in ("frechet", "variance"):
        low, high = np.percentile(np.subtract(a[key + "_draws"], b[key + "_draws"]), [2.5, 97.5])
        print(f"{key} {name} − {other}: {a[key] - b[key]:+.2f}, 95 % {low:+.2f} to {high:+.2f}")


def measured(path, folder):
    with open(path, encoding="utf-8") as file:
        results = {result["folder"]: result for result in map(json.loads, file)}
    if folder not in results:
        sys.exit(f"{path}: nothing about {folder}; there are: {', '.join(sorted(results))}")
    return results[folder]


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    file, folder, other = sys.argv[1:4]
    other_file = sys.argv[4] if len(sys.argv) == 5 else file
    names = (folder, other) if other_file == file else (f"{file} {folder}", f"{other_file} {other}")
    report(names[0], measured(file, folder), names[1], measured(other_file, other))


if __name__ == "__main__":
    main()
