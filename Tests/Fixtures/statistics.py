"""Writes statistics.json: intervals and percentiles by numpy and scipy, for ReportingTests/StatisticsTests.swift."""

import json
from pathlib import Path

import numpy as np
from scipy import stats

rng = np.random.default_rng(20240607)
# Like scores of a task: many at the top, a tail below.
scores = np.minimum(1, rng.beta(6, 0.6, size=120)).round(6)

wilson = []
for successes, trials in [(0, 10), (10, 10), (1, 3), (47, 100), (225, 500), (499, 500)]:
    interval = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    wilson.append({"successes": successes, "trials": trials, "low": interval.low, "high": interval.high})

percentiles = []
for fraction in [0, 0.01, 0.25, 0.5, 0.9, 0.99, 1]:
    percentiles.append({"fraction": fraction, "value": np.quantile(scores, fraction)})

bootstrap = stats.bootstrap(
    (scores,), np.mean, n_resamples=400_000, batch=2_000, confidence_level=0.95, method="percentile",
    rng=np.random.default_rng(1),
).confidence_interval

fixture = {
    "scores": scores.tolist(),
    "mean": scores.mean(),
    "wilson": wilson,
    "percentiles": percentiles,
    "bootstrap": [bootstrap.low, bootstrap.high],
}
Path(__file__).with_name("statistics.json").write_text(json.dumps(fixture, indent=1) + "\n")
