"""Writes reference.safetensors and sorted.safetensors with the reference implementation.

Usage: python3 safetensors_files.py   (pip install safetensors==0.4.5 numpy)
"""

import pathlib
import struct

import numpy as np
import safetensors

here = pathlib.Path(__file__).parent
ramp = np.arange(6, dtype=np.float64) * 0.75 - 2  # exact in every type below


def entry(dtype, shape, data):
    return {"dtype": dtype, "shape": shape, "data": bytes(data)}


def bfloat16(values):
    return b"".join(struct.pack("<H", struct.unpack("<I", struct.pack("<f", v))[0] >> 16) for v in values)


# Every type that this project reads, and metadata with awkward characters.
(here / "reference.safetensors").write_bytes(
    safetensors.serialize(
        {
            "f64": entry("float64", [2, 3], ramp.astype("<f8").tobytes()),
            "f32": entry("float32", [2, 3], ramp.astype("<f4").tobytes()),
            "f16": entry("float16", [2, 3], ramp.astype("<f2").tobytes()),
            "bf16": entry("bfloat16", [2, 3], bfloat16(ramp)),
            "i64": entry("int64", [3], np.array([-(2**40), 0, 2**40], "<i8").tobytes()),
            "i32": entry("int32", [3], np.array([-(2**31), 0, 2**31 - 1], "<i4").tobytes()),
            "i16": entry("int16", [3], np.array([-(2**15), 0, 2**15 - 1], "<i2").tobytes()),
            "i8": entry("int8", [3], np.array([-128, 0, 127], "i1").tobytes()),
            "u8": entry("uint8", [3], np.array([0, 128, 255], "u1").tobytes()),
            "bool": entry("bool", [2], np.array([True, False]).tobytes()),
            "scalar": entry("float32", [], np.float32(7.25).tobytes()),
            "empty": entry("float32", [0, 4], b""),
        },
        metadata={"text": 'quote " backslash \\ line\nend \u00e9 \U0001f916'},
    )
)

# What the project's own writer must reproduce byte for byte.
(here / "sorted.safetensors").write_bytes(
    safetensors.serialize(
        {
            "b.weight": entry("float32", [2, 3], ramp.astype("<f4").tobytes()),
            "a.weight": entry("float32", [6], ramp.astype("<f4").tobytes()),
            "half": entry("float16", [2, 3], ramp.astype("<f2").tobytes()),
            "step": entry("int64", [1], np.array([123], "<i8").tobytes()),
            "bytes": entry("uint8", [3], bytes([1, 2, 3])),
        },
        metadata={"config": '{"widths":[64,128]}'},
    )
)
