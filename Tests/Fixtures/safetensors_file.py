# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""Reading and writing safetensors with NumPy alone.

Layout: a little-endian uint64 header length, a JSON header {name: {dtype, shape, data_offsets}}, then the raw bytes;
offsets count from the end of the header. Source: https://github.com/huggingface/safetensors#format.
"""

import json
import struct

import numpy as np

DTYPES = {"F64": np.dtype("<f8"), "F32": np.dtype("<f4"), "F16": np.dtype("<f2"),
          "I64": np.dtype("<i8"), "I32": np.dtype("<i4"), "U8": np.dtype("u1")}


def write(path, tensors, metadata=None):
    """Writes every array of `tensors` (name -> array) as float32, in the dictionary's order.

    `metadata` maps strings to strings. The header is padded with spaces, so that the data begin at a multiple of 8.
    """
    header, blobs, offset = {}, [], 0
    if metadata:
        header["__metadata__"] = metadata
    for name, value in tensors.items():
        array = np.asarray(value, dtype="<f4")
        blobs.append(array.tobytes())
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read(path):
    """Returns (tensors, metadata); half-precision tensors come back as float32, all others in their own type."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        raw = data[begin:end]
        if entry["dtype"] == "BF16":
            array = (np.frombuffer(raw, "<u2").astype("<u4") << 16).view("<f4")
        elif entry["dtype"] in DTYPES:
            array = np.frombuffer(raw, DTYPES[entry["dtype"]])
            array = array.astype("<f4") if entry["dtype"] == "F16" else array.copy()
        else:
            raise ValueError(f"{path}: tensor {name} has the type {entry['dtype']}, which this reader does not know")
        tensors[name] = array.reshape(entry["shape"])
    return tensors, metadata
