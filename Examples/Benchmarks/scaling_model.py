#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""How a training step scales over ranks, from what one rank needs: the model of Sources/Training/README.md.

scaling.sh calls this with the folder of its runs; alone it predicts from given numbers:
  scaling_model.py --compute MS_AT_BATCH --fixed MS --optimizer MS --bytes N [--batch 256]
"""
import argparse
import json
import pathlib

# A step of one rank is `fixed + optimizer + sample * rows` ms; two thirds of the rows' time are the backward pass.
BACKWARD = 2 / 3
# One round of messages through kernels and a switch, and what a message costs its sender, ms.
LATENCY = 0.05
MESSAGE = 0.004


def bucket_bytes(ranks):
    """GradientBucket.leastCount."""
    return max(1 << 20, ranks << 16)


def exchange_ms(ranks, size, gigabits):
    """Of `size` bytes, in one round: every rank sends and receives (N - 1)/N of them."""
    return (ranks - 1) / ranks * size * 8 / (gigabits * 1e6) + LATENCY


def step_ms(fixed, optimizer, sample, batch, size, ranks, gigabits, shards_per_rank=1, slowdown=1.0):
    """A step of `ranks` ranks, each of which has batch/ranks rows in so many shards, one after the other.

    Gradients leave during the last shard's backward pass; the last bucket leaves when it is over. Weights are gathered
    after the optimiser's step, of which every rank does its part.
    """
    rows = sample * batch / ranks * slowdown
    hidden = BACKWARD * rows / shards_per_rank
    total = exchange_ms(ranks, size, gigabits)
    last = exchange_ms(ranks, min(bucket_bytes(ranks), size), gigabits)
    messages = MESSAGE * 2 * (ranks - 1) * max(1, size // bucket_bytes(ranks))
    own = fixed + optimizer / ranks + messages
    return own * slowdown + rows + max(last, total - hidden) + total


def table(fixed, optimizer, sample, batch, size):
    print(f"\npredicted speed-up over one rank at the same batch (efficiency); fixed {fixed:.1f} ms, "
          f"optimiser {optimizer:.1f} ms, "
          f"{sample * batch:.1f} ms for {batch} rows, {size / 1e6:.1f} MB")
    print("| machines | batch | 10 Gbit/s | 100 Gbit/s |\n|--:|--:|--:|--:|")
    for ranks in (2, 10, 100):
        for rows in (batch, batch * ranks):
            if rows < ranks * 2:
                continue
            one = fixed + optimizer + sample * rows
            cells = []
            for gigabits in (10, 100):
                speedup = one / step_ms(fixed, optimizer, sample, rows, size, ranks, gigabits)
                cells.append(f"{speedup:.1f}x ({100 * speedup / ranks:.0f} %)")
            print(f"| {ranks} | {rows} | {cells[0]} | {cells[1]} |")


def least(folder, name, key=lambda run: run["min_ms"]):
    values = [key(json.loads(path.read_text())) for path in folder.glob(f"{name}-*.json")]
    return min(values) if values else None


def measured(folder, batch, cores):
    times = {rows: least(folder, f"compute-{rows}") for rows in (batch, batch // 2, batch // 4)}
    points = [(rows, time) for rows, time in times.items() if time is not None]
    if len(points) < 2:
        raise SystemExit("one rank was not measured: there is nothing to predict from")
    # The least-squares line through them.
    x = sum(rows for rows, _ in points) / len(points)
    y = sum(time for _, time in points) / len(points)
    sample = sum((rows - x) * (time - y) for rows, time in points) / sum((rows - x) ** 2 for rows, _ in points)
    optimizer = least(folder, f"compute-{batch}", lambda run: run["optimizer_ms"])
    fixed = max(0.0, y - sample * x - optimizer)
    print(f"one rank, least ms: {', '.join(f'{time:.1f} at {rows}' for rows, time in points)}")
    runs = sorted({path.name.rsplit("-", 1)[0] for path in folder.glob("*.json")} - {f"compute-{rows}" for rows in times})
    size = None
    print("\n| network | ranks | MB added up | predicted, ms | least, ms | difference | waited, ms | speed-up |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name in runs:
        network, ranks = name.rsplit("-", 1)
        ranks = int(ranks)
        size = least(folder, name, lambda run: run["exchange"]["bytes"])
        waited = least(folder, name, lambda run: run["exchange"]["waited_ms"])
        time = least(folder, name)
        # Memory counts as 100 Gbit/s; a rank's one thread does the copying, too.
        gigabits = 100.0 if network == "memory" else float(network)
        # Ranks that share a core take turns.
        slowdown = max(1.0, ranks / cores)
        predicted = step_ms(fixed, optimizer, sample, batch, size, ranks, gigabits, max(4, ranks) // ranks, slowdown)
        label = network if network == "memory" else f"{network} Gbit/s"
        print(f"| {label} | {ranks} | {size / 1e6:.1f} | {predicted:.1f} | {time:.1f} | "
              f"{100 * (predicted / time - 1):+.0f} % | {waited:.1f} | {times[batch] / time:.2f}x |")
    if size:
        table(fixed, optimizer, sample, batch, size)


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folder", nargs="?", type=pathlib.Path)
parser.add_argument("--batch", type=int, default=256)
parser.add_argument("--cores", type=int, default=1)
parser.add_argument("--compute", type=float, help="ms that a rank takes for the batch, without what is fixed")
parser.add_argument("--fixed", type=float, help="ms of a step that depend neither on the batch nor on the ranks")
parser.add_argument("--optimizer", type=float, help="ms of one rank's norm, AdamW and EMA, which ranks share out")
parser.add_argument("--bytes", type=int, help="that a step adds up over the ranks")
arguments = parser.parse_args()
if arguments.folder:
    measured(arguments.folder, arguments.batch, arguments.cores)
elif None in (arguments.compute, arguments.fixed, arguments.optimizer, arguments.bytes):
    parser.error("give a folder, or --compute, --fixed, --optimizer and --bytes")
else:
    table(arguments.fixed, arguments.optimizer, arguments.compute / arguments.batch, arguments.batch, arguments.bytes)
