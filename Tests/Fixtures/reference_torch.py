#!/usr/bin/python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""Golden numbers for clipping, AdamW, the learning-rate schedule and the EMA's power schedule, from PyTorch.

    /usr/bin/python3 reference_torch.py               rewrites optimiser_reference.json beside this script

All in float64. Facts the numbers embody:
- Clipping (torch.nn.utils.clip_grad_norm_): g <- g min(1, max_norm / (||g|| + 1e-6)), the norm over all tensors.
- AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101; torch.optim.AdamW), step k = 1, 2, ...:
  p <- p (1 - lr wd); m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g^2;
  p <- p - lr/(1 - b1^k) m / (sqrt(v)/sqrt(1 - b2^k) + eps).
- Schedule, factor of the peak rate at step index i = 0, 1, ...: i/warm_up before `warm_up`, afterwards
  (1 + cos(pi (i - warm_up)/(total - warm_up)))/2. The very first step therefore has the rate zero.
- EMA (Diffusion Policy, Chi et al. 2023): the n-th update, n = 0, 1, ..., made after the n-th optimiser step, uses
  s = max(0, n - update_after_step - 1); decay = 0 if s = 0, else
  max(min_value, min(1 - (1 + s/inv_gamma)^-power, max_value)); ema <- decay ema + (1 - decay) p.
  With update_after_step = 0 the first two updates copy the parameters. min_value does not lift those zeros.

The default initialisation of PyTorch's layers is described in temporal_unet_twin.py.
"""

import json
import math
import os

import torch

SHAPES = [("first", (2, 3)), ("second", (4,))]


def schedule_factor(index, warm_up, total):
    if index < warm_up:
        return index / warm_up
    return 0.5 * (1 + math.cos(math.pi * (index - warm_up) / (total - warm_up)))


def ema_decay(update, update_after_step=0, inv_gamma=1.0, power=0.75, min_value=0.0, max_value=0.9999):
    """The decay of EMA update number `update`, which counts from zero."""
    step = max(0, update - update_after_step - 1)
    if step == 0:
        return 0.0
    return max(min_value, min(1 - (1 + step / inv_gamma) ** -power, max_value))


def optimiser_case(name, peak_rate, weight_decay, max_norm, ema, seed, steps=5, warm_up=2):
    """Some steps clip and some do not: the gradients' scale alternates around max_norm."""
    generator = torch.Generator().manual_seed(seed)

    def draw(shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64).float().double()

    parameters = [torch.nn.Parameter(draw(shape)) for _, shape in SHAPES]
    average = [parameter.detach().clone() for parameter in parameters]
    optimiser = torch.optim.AdamW(parameters, lr=peak_rate, betas=(0.95, 0.999), eps=1e-8, weight_decay=weight_decay)

    def flat(tensors):
        return torch.cat([tensor.detach().reshape(-1) for tensor in tensors]).tolist()

    case = {
        "name": name, "shapes": {key: list(shape) for key, shape in SHAPES}, "betas": [0.95, 0.999], "eps": 1e-8,
        "weight_decay": weight_decay, "max_norm": max_norm, "peak_learning_rate": peak_rate, "warm_up": warm_up,
        "total_steps": steps, "ema": ema, "initial_parameters": flat(parameters), "steps": [],
    }
    for index in range(steps):
        scale = 0.1 if index % 2 else 1.0
        for parameter in parameters:
            parameter.grad = (scale * draw(parameter.shape)).float().double()
        step = {"gradient": flat([parameter.grad for parameter in parameters])}
        step["gradient_norm"] = torch.nn.utils.clip_grad_norm_(parameters, max_norm).item()
        step["clipped_gradient"] = flat([parameter.grad for parameter in parameters])
        step["learning_rate"] = peak_rate * schedule_factor(index, warm_up, steps)
        optimiser.param_groups[0]["lr"] = step["learning_rate"]
        optimiser.step()
        step["parameters"] = flat(parameters)
        step["first_moment"] = flat([optimiser.state[parameter]["exp_avg"] for parameter in parameters])
        step["second_moment"] = flat([optimiser.state[parameter]["exp_avg_sq"] for parameter in parameters])
        step["ema_decay"] = ema_decay(index, **ema)
        average = [step["ema_decay"] * a + (1 - step["ema_decay"]) * p.detach() for a, p in zip(average, parameters)]
        step["ema"] = flat(average)
        case["steps"].append(step)
    norms = [step["gradient_norm"] for step in case["steps"]]
    assert min(norms) < max_norm < max(norms), norms
    return case


def main():
    policy = dict(update_after_step=0, inv_gamma=1.0, power=0.75, min_value=0.0, max_value=0.9999)
    late = dict(update_after_step=2, inv_gamma=2.0, power=2 / 3, min_value=0.5, max_value=0.6)
    updates = [0, 1, 2, 3, 4, 5, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
    reference = {
        "optimiser": [
            optimiser_case("policy", 1e-4, 1e-6, 1.0, policy, seed=1),
            optimiser_case("strong weight decay, late EMA", 1e-2, 0.1, 0.5, late, seed=2),
        ],
        "ema_decay": [
            {"options": options, "updates": updates, "decays": [ema_decay(update, **options) for update in updates]}
            for options in (policy, dict(policy, max_value=0.9995), late)
        ],
        "schedule": {"warm_up": 300, "total_steps": 14_000,
                     "index": [0, 1, 150, 299, 300, 301, 5_000, 7_150, 13_999, 14_000],
                     "factor": [schedule_factor(index, 300, 14_000)
                                for index in (0, 1, 150, 299, 300, 301, 5_000, 7_150, 13_999, 14_000)]},
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "optimiser_reference.json")
    with open(path, "w") as file:
        json.dump(reference, file, indent=1)
        file.write("\n")
    print(f"{os.path.basename(path)}: {os.path.getsize(path) // 1024} KiB")


if __name__ == "__main__":
    main()
