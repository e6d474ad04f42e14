#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""Prints one table of the files PROGRAM-THREADS-ROUND.json in a folder: `python3 table.py FOLDER`.

`median` and `p99` are medians over the rounds, `min` is the least of all. `ratio` is the median over rounds of the
program's median divided by Saltus' median in the same round: above 1, Saltus is faster. Rounds lacking either of the
two do not count towards it. `GFLOP/s` is at the median and counts the operations that the result needs, of peers too; `floor` is explained in latency.sh.
"""

import json
import pathlib
import statistics
import sys


def read(folder):
    """(program, threads) -> {round: measurement}; a file that is not a measurement is named and left out."""
    measured = {}
    for path in sorted(pathlib.Path(folder).glob("*-*-*.json")):
        program, threads, number = path.stem.rsplit("-", 2)
        try:
            entry = json.loads(path.read_text())
            numbers = {key: float(entry[key]) for key in ("median_ms", "min_ms", "p99_ms")}
            numbers["gflops"] = float(entry.get("gflops", "nan"))
            numbers["share"] = float(entry.get("ceiling", {}).get("share", "nan"))
            measured.setdefault((program, int(threads)), {})[int(number)] = numbers
        except (ValueError, KeyError, TypeError) as error:
            print(f"{path}: not a measurement ({type(error).__name__}: {error}); left out", file=sys.stderr)
    return measured


def ratio(rounds, ours):
    common = [rounds[number]["median_ms"] / ours[number]["median_ms"] for number in rounds if number in ours]
    return f"{statistics.median(common):.2f}" if common else "-"


def known(entries, key, form):
    """The median over rounds, formatted; nothing where it was not measured."""
    value = statistics.median(entry[key] for entry in entries)
    return "-" if value != value else form.format(value)


def with_rates(measured):
    """Gives peers the operations per second of doing what Saltus did."""
    for (_, threads), rounds in measured.items():
        ours = measured.get(("saltus", threads), {})
        work = [entry["gflops"] * entry["median_ms"] for entry in ours.values()]
        for entry in rounds.values():
            if work and entry["gflops"] != entry["gflops"]:
                entry["gflops"] = work[0] / entry["median_ms"]
    return measured


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: table.py FOLDER")
    measured = with_rates(read(sys.argv[1]))
    if not measured:
        sys.exit("nothing was measured")
    print(f"{'threads':>7}  {'program':<16} {'rounds':>6} {'median':>9} {'min':>9} {'p99':>9} {'ratio':>7} "
          f"{'GFLOP/s':>8} {'floor':>6}")
    for program, threads in sorted(measured, key=lambda key: (key[1], key[0] != "saltus", key[0])):
        rounds = measured[program, threads]
        columns = [statistics.median(entry["median_ms"] for entry in rounds.values()),
                   min(entry["min_ms"] for entry in rounds.values()),
                   statistics.median(entry["p99_ms"] for entry in rounds.values())]
        numbers = " ".join(f"{value:9.3f}" for value in columns)
        print(f"{threads:7}  {program:<16} {len(rounds):6} {numbers} "
              f"{ratio(rounds, measured.get(('saltus', threads), {})):>7} "
              f"{known(rounds.values(), 'gflops', '{:.1f}'):>8} {known(rounds.values(), 'share', '{:.0%}'):>6}")


if __name__ == "__main__":
    main()
