#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""Phase reconstruction from true linear magnitudes: `saltus vocode` and librosa's griffinlim side by side.

    vocoder.py [CLIP...] [--method fast] [--start pghi] [--iterations 32] [--bands 0] [--rounds 5] [--json FILE]

Clips are WAV or FLAC; without any, five of the LJSpeech part of the shared data are taken (SALTUS_DATA, by default
../shared/data beside the checkout). Both programs get n_fft 1024, hop 256 and a Hann window. librosa runs on one thread
its fast Griffin-Lim (momentum 0.99, random start) with the least number of iterations whose spectral convergence is
not worse than that of saltus on the same clip; saltus runs on one thread and on two. They take turns, round after
round. Times are in milliseconds per second of audio, from magnitudes to samples: minima over the rounds, and the 99th
percentile (nearest rank: of fewer than 100 rounds the greatest). `ratio` is librosa's least time over that of saltus on
one thread, `x 1` the least time on one thread over that on two.

Convergence is 20 log10(|| |STFT(y)| - S || / ||S||) in dB, by librosa from what each program wrote; it misranks
spectrograms that no signal has (--bands 128), so PESQ (wide band) and ESTOI against the clip stand beside it where the
modules pesq and pystoi are installed. SALTUS is the program (.build/release/saltus beside this file's folder).
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import glob
import json
import math
import subprocess
import sys
import tempfile
import time

from fidelity import fidelity

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
INSTALL = "python3 -m venv ~/.cache/saltus-speech && ~/.cache/saltus-speech/bin/pip install librosa==0.11 soundfile"
MOST_ITERATIONS = 512

try:
    import librosa
    import numpy as np
    import soundfile
except ImportError as error:
    sys.exit(f"{error}; librosa and soundfile are needed, for example: {INSTALL}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="*", metavar="CLIP")
    parser.add_argument("--method", choices=["classic", "fast", "admm"], default="fast")
    parser.add_argument("--start", choices=["pghi", "random", "zero"], default="pghi")
    parser.add_argument("--iterations", type=int, default=32)
    parser.add_argument("--bands", type=int, default=0, help="mel bands on the way; 0: linear magnitudes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", metavar="FILE", help="the table as JSON")
    options = parser.parse_args()
    if options.iterations < 0 or options.rounds < 1:
        parser.error("--iterations is 0 or more, --rounds 1 or more")
    if not options.clips:
        data = os.environ.get("SALTUS_DATA", os.path.join(ROOT, "..", "shared", "data"))
        options.clips = sorted(glob.glob(os.path.join(data, "voices", "ljspeech-part", "wavs", "*")))[::73][:5]
        if not options.clips:
            parser.error(f"no clips given, and none in {data}/voices/ljspeech-part/wavs")
    return options


def magnitudes(signal):
    return np.abs(librosa.stft(signal, n_fft=1024, hop_length=256))


def convergence(signal, truth):
    return float(20 * np.log10(np.linalg.norm(magnitudes(signal) - truth) / np.linalg.norm(truth)))


def griffinlim(truth, iterations, length):
    return librosa.griffinlim(truth, n_iter=iterations, hop_length=256, momentum=0.99, length=length, random_state=0)


def equal_iterations(truth, length, target):
    """The least number of librosa's iterations that is not worse than `target`; None if too many."""
    def is_enough(iterations):
        return convergence(griffinlim(truth, iterations, length), truth) <= target

    high = 8
    while not is_enough(high):
        high *= 2
        if high > MOST_ITERATIONS:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def vocode(program, clip, folder, options, threads):
    """Milliseconds per second that saltus reports, and the samples it wrote."""
    output, report = os.path.join(folder, "out.wav"), os.path.join(folder, "out.json")
    command = [program, "vocode", clip, "-o", output, "--bands", str(options.bands), "--threads", str(threads),
               "--method", options.method, "--start", options.start, "--iterations", str(options.iterations),
               "--json", report]
    done = subprocess.run(command, stdout=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"'{' '.join(command)}' failed with {done.returncode}")
    with open(report) as file:
        return json.load(file)["milliseconds_per_second"], soundfile.read(output, dtype="float32")[0]


def spread(times):
    """The least time and the 99th percentile."""
    return {"min": min(times), "p99": sorted(times)[math.ceil(0.99 * len(times)) - 1]}


def compare(program, clip, folder, options):
    signal, rate = soundfile.read(clip, dtype="float32")
    if signal.ndim > 1:
        signal = signal.mean(axis=1)
    seconds, truth = len(signal) / rate, magnitudes(signal)
    _, samples = vocode(program, clip, folder, options, 1)
    ours = convergence(samples, truth)
    pesq, estoi = fidelity(samples, signal, rate)
    iterations = equal_iterations(truth, len(signal), ours)
    if iterations is None:
        print(f"{clip}: librosa does not reach {ours:.1f} dB in {MOST_ITERATIONS} iterations", file=sys.stderr)
        iterations = MOST_ITERATIONS
    times, peer_times = {1: [], 2: []}, []
    for _ in range(options.rounds):
        for threads in times:
            times[threads].append(vocode(program, clip, folder, options, threads)[0])
        start = time.perf_counter()
        result = griffinlim(truth, iterations, len(signal))
        peer_times.append((time.perf_counter() - start) * 1e3 / seconds)
    peer_pesq, peer_estoi = fidelity(result, signal, rate)
    one, two, peer = spread(times[1]), spread(times[2]), spread(peer_times)
    return {"clip": os.path.basename(clip), "seconds": seconds, "convergence_db": ours, "pesq": pesq, "estoi": estoi,
            "milliseconds_per_second": one, "milliseconds_per_second_two_threads": two,
            "times_real_time": 1e3 / one["min"], "two_threads_ratio": one["min"] / two["min"],
            "librosa_iterations": iterations, "librosa_convergence_db": convergence(result, truth),
            "librosa_pesq": peer_pesq, "librosa_estoi": peer_estoi, "librosa_milliseconds_per_second": peer,
            "ratio": peer["min"] / one["min"]}


def main():
    options = arguments()
    program = os.environ.get("SALTUS", os.path.join(ROOT, ".build", "release", "saltus"))
    if not os.access(program, os.X_OK):
        sys.exit(f"{program} is missing: run 'swift build -c release', or set SALTUS")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; librosa {librosa.__version__}; saltus: "
          f"{options.method} from {options.start}, {options.iterations} iterations; {options.rounds} round(s)")
    quality_head, time_head = f"{'dB':>6} {'PESQ':>5} {'ESTOI':>5}", f"{'ms/s':>6} {'p99':>6}"
    print(f"{'':<18} {'':>5} | {'saltus':<18} | {'one thread':<20} | {'two threads':<19} | "
          f"{'librosa':<18}   {'one thread':<18} |")
    print(f"{'clip':<18} {'s':>5} | {quality_head} | {time_head} {'x real':>6} | {time_head} {'x 1':>5} | "
          f"{quality_head}  {'it.':>4} {time_head} | {'ratio':>5}")

    def quality(row, prefix):
        values = [row[prefix + name] for name in ("pesq", "estoi")]
        shown = ["    –" if value is None else f"{value:5.2f}" for value in values]
        return f"{row[prefix + 'convergence_db']:6.2f} {shown[0]} {shown[1]}"

    def times(row, name):
        return f"{row[name]['min']:6.2f} {row[name]['p99']:6.2f}"

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for clip in options.clips:
            row = compare(program, clip, folder, options)
            rows.append(row)
            print(f"{row['clip']:<18} {row['seconds']:5.1f} | {quality(row, '')} | "
                  f"{times(row, 'milliseconds_per_second')} {row['times_real_time']:6.0f} | "
                  f"{times(row, 'milliseconds_per_second_two_threads')} {row['two_threads_ratio']:5.2f} | "
                  f"{quality(row, 'librosa_')}  {row['librosa_iterations']:4} "
                  f"{times(row, 'librosa_milliseconds_per_second')} | {row['ratio']:5.1f}", flush=True)
    names = ["convergence_db", "times_real_time", "two_threads_ratio", "ratio"]
    mean = {name: sum(row[name] for row in rows) / len(rows) for name in names}
    worst = {name: (max if name == "convergence_db" else min)(row[name] for row in rows) for name in names}
    for name, values in (("mean", mean), ("worst", worst)):
        print(f"{name:<5} {values['convergence_db']:.2f} dB, {values['times_real_time']:.0f}x real time, "
              f"two threads {values['two_threads_ratio']:.2f}x one, ratio {values['ratio']:.1f}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"clips": rows, "mean": mean, "worst": worst}, file, indent=1)


if __name__ == "__main__":
    main()
