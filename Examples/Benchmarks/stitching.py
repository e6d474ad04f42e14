#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""What stitching does to border jumps and scores, at delays of 2 and 4 control periods.

The jump at a border is the norm of the second difference of executed actions at the first action that the older chunk did
not decide; its excess is what lies above the median inside chunks. Scores are compared start by start (paired bootstrap).

    Examples/Benchmarks/stitching.py [--episodes 100] [--first-seed 5000] [--policy bundled:pusht] [-- options of --stitch]
"""
import argparse
import json
import os
import random
import subprocess
import tempfile

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--saltus", default=".build/release/saltus")
parser.add_argument("--policy", default="bundled:pusht")
parser.add_argument("--episodes", type=int, default=100)
parser.add_argument("--first-seed", type=int, default=5000)
parser.add_argument("--delays", type=int, nargs="+", default=[2, 4])
parser.add_argument("--steps", type=int, default=1)
parser.add_argument("stitching", nargs="*", help="such as --stitch-sigmas 1,0.1")
arguments = parser.parse_args()


def evaluate(delay, *options):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        subprocess.run(
            [arguments.saltus, "evaluate", arguments.policy, "--episodes", str(arguments.episodes), "--first-seed",
             str(arguments.first_seed), "--reset", "legacy", "--steps", str(arguments.steps), "--delay", str(delay),
             "--json", path, *options],
            check=True, stdout=subprocess.DEVNULL)
        with open(path) as file:
            return json.load(file)


def interval(differences, samples=10_000):
    generator = random.Random(0)
    means = sorted(sum(generator.choices(differences, k=len(differences))) / len(differences) for _ in range(samples))
    return means[int(0.025 * samples)], means[int(0.975 * samples)]


for delay in arguments.delays:
    plain = evaluate(delay)
    stitched = evaluate(delay, "--stitch", *arguments.stitching)
    excess = [report["action_jumps"]["border_bend_excess"] for report in (plain, stitched)]
    low, high = interval([b - a for a, b in zip(plain["scores"], stitched["scores"])])
    print(
        f"delay {delay}: excess at borders {excess[0]:.2f} -> {excess[1]:.2f} ({excess[1] / excess[0]:.2f} of it), "
        f"mean score {plain['mean_score']:.3f} -> {stitched['mean_score']:.3f} (difference 95 % [{low:+.3f}, {high:+.3f}]), "
        f"{stitched['network_calls_per_chunk']} calls, {stitched['latency_ms']['p50']:.2f} ms")
