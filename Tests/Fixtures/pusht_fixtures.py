"""Writes pusht_traces.json and pusht_resets.json from the shared Push-T data.

    python3 pusht_fixtures.py ../../../shared/data/pusht

pusht_traces.json holds two short demonstrations replayed by gym-pusht 0.1.8 (pymunk 6.11), pusht_resets.json the starts
that 40 seeds draw in diffusion_policy ("legacy") and in gym-pusht ("gymnasium").
"""

import json
import sys
from pathlib import Path

data = Path(sys.argv[1])
here = Path(__file__).parent


def write(name, value):
    (here / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


traces = json.loads((data / "gym_pusht_traces.json").read_text())
keep = ("reset", "reset_order", "actions", "states", "coverage")
write(
    "pusht_traces.json",
    {
        "source": traces["source"],
        "episodes": [
            {key: episode[key] for key in keep}
            for episode in traces["episodes"]
            if episode["kind"] == "demonstration" and episode["episode"] in (60, 120)
        ],
    },
)

starts = json.loads((data / "eval_inits_100000_100499.json").read_text())
seeds = [str(100_000 + 13 * index) for index in range(39)] + ["100499"]
write(
    "pusht_resets.json",
    {
        "diffusion_policy_legacy": {seed: starts["diffusion_policy_legacy"][seed] for seed in seeds},
        "gym_pusht": {seed: starts["gym_pusht"][seed] for seed in seeds},
    },
)
