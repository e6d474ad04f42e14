"""Writes the small data sets that the tests of Datasets read.

Usage: python3 dataset_files.py   (pip install "zarr<3" "numcodecs<0.16" numpy)

Every column has 7 steps of 3 numbers, 0 … 20 in order (booleans: that modulo 2), in two episodes that end at 3 and 7.
"""

import io
import pathlib
import warnings
import zipfile

import numcodecs
import numpy as np
import zarr

warnings.simplefilter("ignore")
here = pathlib.Path(__file__).parent
ramp = np.arange(21).reshape(7, 3)
ends = np.array([3, 7], dtype="<i8")
types = ["<f2", "<f4", "<f8", ">f2", ">f4", ">f8", "|i1", "<i2", "<i4", "<i8", ">i2", ">i4", ">i8"]
types += ["|u1", "<u2", "<u4", "<u8", ">u2", ">u4", ">u8", "|b1"]


def values(dtype):
    return (ramp % 2 if dtype == "|b1" else ramp).astype(dtype)


def label(dtype):
    return dtype.replace("<", "little_").replace(">", "big_").replace("|", "")


def write_zip(name, store, folder="", method=zipfile.ZIP_STORED):
    """Writes a Zarr store as a zip archive whose bytes depend on its content alone."""
    with zipfile.ZipFile(here / name, "w") as archive:
        for key in sorted(store):
            archive.writestr(zipfile.ZipInfo(folder + key), bytes(store[key]), method)


# codecs.zarr.zip: every type, inner codec, shuffle, order, separator and chunking. The columns named after codecs have
# 400 numbers per step, (0 … 2799) div 20 mod 50: Blosc stores small chunks as they are.
store = {}
root = zarr.group(store)
root.attrs["fps"] = 12.5
data = root.create_group("data")
for dtype in types:
    data.create_dataset(label(dtype), data=values(dtype), chunks=(3, 2))
large = (np.arange(2800) // 20 % 50).reshape(7, 400).astype("<f4")
for codec in ["blosclz", "lz4", "lz4hc", "zlib", "zstd"]:
    for shuffle in [0, 1, 2]:
        compressor = numcodecs.Blosc(cname=codec, clevel=5, shuffle=shuffle)
        data.create_dataset(f"{codec}_{shuffle}", data=large, chunks=(4, 400), compressor=compressor)
        assert not store[f"data/{codec}_{shuffle}/0.0"][2] & 2, "stored, not compressed"
data.create_dataset("raw", data=values("<f4"), chunks=(2, 3), compressor=None)
data.create_dataset("fortran", data=values("<f4"), chunks=(3, 2), order="F")
data.create_dataset("nested", data=values("<f4"), chunks=(3, 2), dimension_separator="/")
data.create_dataset("one_chunk", data=values("<f4"), chunks=(100, 50))
data.create_dataset("deep/inside", data=values("<f4"))
sparse = data.create_dataset("sparse", shape=(7, 3), chunks=(2, 3), dtype="<f4", fill_value=-1.5)
sparse[2:4] = values("<f4")[2:4]
root.create_dataset("meta/episode_ends", data=ends)
write_zip("codecs.zarr.zip", store)

# refused.zarr.zip: what cannot be read, beside a column that can.
store = {}
root = zarr.group(store)
data = root.create_group("data")
data.create_dataset("good", data=values("<f4"))
data.create_dataset("gzip", data=values("<f4"), compressor=numcodecs.GZip())
data.create_dataset("delta", data=values("<i4"), filters=[numcodecs.Delta("<i4")])
data.create_dataset("text", data=np.array(["a"] * 7))
data.create_dataset("complex", data=values("<c8"))
root.create_dataset("meta/episode_ends", data=ends)
write_zip("refused.zarr.zip", store)

# folder.zarr.zip: an ordinary zip of a folder, deflated.
store = {}
root = zarr.group(store)
root.create_dataset("data/action", data=values("<f4"), chunks=(3, 3))
root.create_dataset("meta/episode_ends", data=ends)
write_zip("folder.zarr.zip", store, "folder.zarr/", zipfile.ZIP_DEFLATED)

# types.npz: every type, Fortran order, header versions 1 to 3, compressed and stored entries.
with zipfile.ZipFile(here / "types.npz", "w") as archive:

    def add(name, array, version=None, method=zipfile.ZIP_DEFLATED):
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, array, version=version, allow_pickle=True)
        archive.writestr(zipfile.ZipInfo(name + ".npy"), buffer.getvalue(), method)

    for dtype in types:
        add(label(dtype), values(dtype))
    add("fortran", np.asfortranarray(values("<f8")))
    for version in [1, 2, 3]:
        add(f"version_{version}", values("<f4"), (version, 0), zipfile.ZIP_STORED)
    add("reward", np.arange(7, dtype="<f8"))
    add("initial_state", np.zeros((2, 4)))
    add("seed", np.array(42))
    add("episode_ends", ends)

# Other ways to mark episodes, and what is refused.
flags = np.zeros(7, bool)
np.savez(here / "flags.npz", obs=values("<f4"), terminals=flags | (np.arange(7) == 2), timeouts=flags)
np.savez(here / "ids.npz", obs=values("<f4"), episode_ids=np.array([4, 4, 4, 9, 9, 9, 9]))
records = np.zeros(7, dtype=[("x", "<f4"), ("y", "<i4")])
objects = np.array([{"a": 1}] * 7, dtype=object)
names = np.array(["a"] * 7)
np.savez(here / "refused.npz", obs=values("<f4"), infos=objects, records=records, names=names, episode_ends=ends)
np.save(here / "single.npy", values("<f4"))
