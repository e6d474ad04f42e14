"""Writes numpy_random.json: numbers drawn by numpy's RandomState and default_rng, in a fixed order.

    python3 numpy_random.py     (numpy 2; these streams are frozen, so any later version writes the same file)
"""

import json
from pathlib import Path

import numpy


def legacy(seed):
    draw = numpy.random.RandomState(seed)
    return {
        "seed": seed,
        "words": [int(draw.randint(0, 2**32, dtype=numpy.uint32)) for _ in range(700)][-4:],
        "uniforms": draw.random_sample(4).tolist(),
        "integers": [int(draw.randint(50, 450)) for _ in range(8)] + [int(draw.randint(-3, 5)) for _ in range(8)],
        "normals": draw.randn(5).tolist(),
        "laterInteger": int(draw.randint(100, 400)),
        "laterNormal": float(draw.randn()),
    }


def pcg(seed):
    draw = numpy.random.default_rng(seed)
    words = [int(word) for word in draw.bit_generator.random_raw(3)]
    return {
        "seed": seed,
        "words": words,
        "integers": [int(draw.integers(50, 450)) for _ in range(5)],
        "uniforms": [float(draw.uniform(-numpy.pi, numpy.pi)) for _ in range(3)],
        "smallRange": [int(draw.integers(-3, 5)) for _ in range(6)],
        "wideRange": [int(draw.integers(-(2**40), 2**41)) for _ in range(4)],
        "fullWords": [int(draw.integers(0, 2**32)) for _ in range(3)],
        "fullRange": [int(draw.integers(-(2**63), 2**63)) for _ in range(2)],
        "laterUniform": float(draw.random()),
    }


fixture = {
    "numpy": numpy.__version__,
    "legacy": [legacy(seed) for seed in (0, 1, 100_000, 2**32 - 1)],
    "pcg": [pcg(seed) for seed in (0, 1, 100_000, 2**32 + 5, 2**64 - 1)],
}
path = Path(__file__).with_name("numpy_random.json")
path.write_text(json.dumps(fixture, indent=1) + "\n")
