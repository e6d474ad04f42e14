#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""cost.sh's runs and table. Every kind of run is made at growing sizes; `per` is the time divided by what grows, so that a
column that stays level grows in proportion."""

import json
import os
import subprocess
import tempfile

SALTUS, THREADS, SECONDS = (os.environ[name] for name in ("SALTUS", "THREADS", "RUN_SECONDS"))
SENTENCE = "The quick brown fox jumps over the lazy dog, and nobody minds. "


def bench(*arguments):
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        subprocess.run([SALTUS, "bench", *arguments, "--threads", THREADS, "--seconds", SECONDS, "--json", file.name],
                       check=True, stdout=subprocess.DEVNULL)
        return json.load(open(file.name))


def speech(sentences):
    """The least of three, without loading the voice: what --json reports."""
    with tempfile.TemporaryDirectory() as folder:
        reports = []
        for _ in range(3):
            subprocess.run([SALTUS, "speak", SENTENCE * sentences, "-o", f"{folder}/out.wav", "--threads", THREADS,
                            "--json", f"{folder}/out.json"], check=True, stdout=subprocess.DEVNULL)
            reports.append(json.load(open(f"{folder}/out.json")))
        return min(reports, key=lambda report: report["total_ms"])


def table(title, grows, rows):
    print(f"\n{title}\n{grows:>14} {'median ms':>11} {'per':>9} {'GFLOP/s':>9}")
    for name, amount, report in rows:
        ms = report["median_ms"]
        print(f"{name:>14} {ms:11.3f} {ms / amount:9.4f} {report['gflops']:9.1f}")


def main():
    small = ["policy", "--widths", "64,128,256"]
    table("horizon, small network at batch 1", "horizon", [
        (n, n, bench(*small, "--horizon", str(n))) for n in (8, 16, 32, 64, 128, 256, 512)])
    table("batch, small network", "batch", [
        (n, n, bench(*small, "--batch", str(n))) for n in (1, 2, 4, 8, 16, 32, 64, 128, 256)])
    widths = ["32,64,128", "64,128,256", "128,256,512", "256,512,1024"]
    for batch in ("1", "64"):
        table(f"widths at batch {batch}; per: relative to 64,128,256 and the square of the width", "widths", [
            (name, (int(name.split(",")[0]) / 64) ** 2, bench("policy", "--widths", name, "--batch", batch))
            for name in widths])
    table("batch, training step of the small network", "batch", [
        (n, n, bench("train", "--widths", "64,128,256", "--batch", str(n))) for n in (16, 32, 64, 128, 256)])
    print(f"\nlength of speech, one call per sentence\n{'sentences':>14} {'audio s':>11} {'ms':>9} {'real time':>9}")
    for sentences in (1, 2, 4, 8, 16):
        report = speech(sentences)
        seconds, audio = report["total_ms"] / 1e3, report["audio_seconds"]
        print(f"{sentences:14} {audio:11.2f} {seconds * 1e3:9.1f} {seconds / audio:9.4f}")


if __name__ == "__main__":
    main()
