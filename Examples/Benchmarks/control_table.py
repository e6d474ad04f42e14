#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""Prints one table of the files that `saltus control --json` wrote into a folder: `python3 control_table.py FOLDER`.

Times are milliseconds: latency from the start of a period to its action, wake-up how late the loop began it, inference
from a question to its chunk. Jumps are distances between actions of neighbouring periods, between chunks and inside.
"""

import json
import pathlib
import sys

HEAD = ("mode", "head start, us", "Hz", "threads", "load", "priority", "missed", "latency p50", "p99", "max",
        "wake-up p99", "max", "inference p99", "jump between", "inside")


def row(entry):
    def time(group, key):
        value = entry[group].get(key)
        return "-" if value is None else f"{value:.3f}"
    return (entry["mode"], f"{entry['head_start_us']:g}", f"{entry['rate']:g}", str(entry["threads"]),
            str(entry["load"]),
            "real-time" if entry["real_time"] else "normal", f"{entry['missed_deadlines']}/{entry['periods']}",
            *(time("latency_ms", key) for key in ("p50", "p99", "max")),
            *(time("wakeup_ms", key) for key in ("p99", "max")), time("inference_ms", "p99"),
            *(f"{entry['action_jumps'][key]:.3g}" for key in ("border_mean", "inside_mean")))


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: control_table.py FOLDER")
    rows = []
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
        try:
            rows.append(row(json.loads(path.read_text())))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            print(f"{path}: not a measurement ({type(error).__name__}: {error}); left out", file=sys.stderr)
    if not rows:
        sys.exit("nothing was measured")
    widths = [max(len(line[i]) for line in [HEAD, *rows]) for i in range(len(HEAD))]
    for line in [HEAD, *rows]:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(line, widths))))


if __name__ == "__main__":
    main()
