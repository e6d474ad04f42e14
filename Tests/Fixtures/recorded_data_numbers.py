"""Writes recorded_data_numbers.json: what zarr 2.18 and numpy read from the recorded data sets.

Usage: python3 recorded_data_numbers.py DATA_FOLDER   (pip install "zarr<3" "numcodecs<0.16" numpy)
"""

import json
import pathlib
import sys
import zlib

import numpy as np
import zarr

data = pathlib.Path(sys.argv[1])


def numbers(values):
    """Statistics of all numbers of a column, and the checksum of its little-endian float32 bytes."""
    values = np.ascontiguousarray(values, dtype="<f4")
    wide = values.astype(np.float64)
    return {
        "shape": list(values.shape[1:]),
        "minimum": float(wide.min()),
        "maximum": float(wide.max()),
        "mean": float(wide.mean()),
        "crc32": zlib.crc32(values.tobytes()),
    }


def windows(ends, observed, horizon, executed):
    """diffusion_policy's create_indices: windows as (first, last) rows after clamping to the episode."""
    result = []
    start = 0
    for end in ends:
        for first in range(start - (observed - 1), end - horizon + executed):
            result.append([max(first, start), min(first + horizon - 1, end - 1)])
        start = end
    return result


root = zarr.open(str(data / "pusht" / "pusht_cchi_v7_replay.zarr"), "r")
ends = root["meta/episode_ends"][:]
names = ["action", "keypoint", "n_contacts", "state"]
cut = np.asarray(windows(ends, 2, 16, 8), dtype="<i8")
action = root["data/action"][:]
low, high = action.min(0), action.max(0)
scaled = ((action - (low + high) / 2) / ((high - low) / 2)).astype(np.float64)
rows = []
for start, end in zip([0, *ends[:-1]], ends):
    for first in range(start - 1, end - 16 + 8):
        rows.append(np.clip(np.arange(first, first + 16), start, end - 1))
pusht = {
    "episode_ends": [int(end) for end in ends],
    "columns": {name: numbers(root["data"][name][:]) for name in names},
    "windows": len(cut),
    "windows_crc32": zlib.crc32(cut.tobytes()),
    "action_standard_deviation": float(scaled[np.stack(rows)].std()),
}

door_file = np.load(data / "adroit-door" / "door_human_v0.npz")
door = {
    "episode_ends": [int(end) for end in door_file["episode_ends"]],
    "columns": {name: numbers(door_file[name]) for name in ["obs", "act", "rew"]},
}

target = pathlib.Path(__file__).with_name("recorded_data_numbers.json")
target.write_text(json.dumps({"pusht": pusht, "adroit_door": door}, indent=1) + "\n")
