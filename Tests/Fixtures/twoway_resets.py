"""Writes twoway_resets.json: the starts of the two-way world by seed, drawn by numpy itself.

    python3 twoway_resets.py     (these streams are frozen, so any numpy since 1.17 writes the same file)
"""

import json
from pathlib import Path

import numpy

LOW, HIGH = (-0.1, -0.8 - 0.05), (0.1, -0.8 + 0.05)
SEEDS = [0, 1, 2, 7, 100_000, 2**32 - 1]


def start(generator):
    return [float(generator.uniform(low, high)) for low, high in zip(LOW, HIGH)]


fixture = {
    "legacy": {str(seed): start(numpy.random.RandomState(seed)) for seed in SEEDS},
    "gymnasium": {str(seed): start(numpy.random.default_rng(seed)) for seed in SEEDS + [2**32 + 5, 2**64 - 1]},
}
path = Path(__file__).with_name("twoway_resets.json")
path.write_text(json.dumps(fixture, indent=1) + "\n")
