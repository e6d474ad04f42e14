#!/usr/bin/python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the golden numbers of the `TemporalUNet` tests from its PyTorch twin.

    /usr/bin/python3 temporal_unet_fixtures.py        rewrites temporal_unet_*.safetensors beside this script
    (Debian: apt-get install --no-install-recommends python3-torch)

Each fixture holds, as float32: parameters.<name>, gradients.<name>, inputs.{x,noise,target,global,frames,mask},
dropout.<block>, cotangent, output, gradients.inputs.{x,noise,target,global,frames}. `gradients` are those of
sum(cotangent * output). The configuration is JSON under "config" in the metadata. All inputs and parameters are exact
float32 values; everything was computed in float64 and rounded once.
"""

import copy
import json
import math
import os

import torch
from torch import nn

import safetensors_file
from temporal_unet_twin import TemporalUNet


def exact_float32(tensor):
    """The nearest float32 values, in float64: what a reader of the fixture will see."""
    return tensor.float().double()


def randomise(network, generator):
    """Weights of standard deviation 1/sqrt(terms in a sum), norms around one: activations stay of order one."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            value = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            if "norm" in name:
                value = 0.2 * value + (1.0 if name.endswith("weight") else 0.0)
            elif name.endswith("bias"):
                value = 0.2 * value
            else:
                terms = parameter.shape[1:].numel()
                if "upsample" in name:
                    terms = 2 * parameter.shape[0]
                value = value / math.sqrt(terms)
            parameter.copy_(exact_float32(value))


def draw_inputs(config, batch, time, generator, valid, dropout):
    """Random inputs; `valid` are the numbers of valid frames per row or None; `dropout` is a probability or 0."""
    def normal(*shape):
        return exact_float32(torch.randn(shape, generator=generator, dtype=torch.float64)).requires_grad_()

    def scaled_time():
        # In use |250 ln sigma| reaches 1,100, where float32 angles alone cost 5e-5: too much for a golden test.
        return exact_float32(60 * torch.randn(batch, generator=generator, dtype=torch.float64)).requires_grad_()

    inputs = {"x": normal(batch, time, config["channels"]), "noise": scaled_time()}
    if config["target_time"]:
        inputs["target"] = scaled_time()
    if config["global_size"]:
        inputs["global"] = normal(batch, config["global_size"])
    if config["frame_size"]:
        inputs["frames"] = normal(batch, time, config["frame_size"])
    if valid:
        inputs["mask"] = (torch.arange(time)[None] < torch.tensor(valid)[:, None]).double()
    factors = {}
    if dropout:
        for path, width, length in block_shapes(config, time):
            kept = torch.rand((batch, length, width), generator=generator, dtype=torch.float64) >= dropout
            factors[path] = exact_float32(kept / (1 - dropout))
    return inputs, factors


def block_shapes(config, time):
    """(path, output width, length) of every residual block, in execution order."""
    widths, last = config["widths"], len(config["widths"]) - 1
    stages = [(f"down.{i}", width, time >> i) for i, width in enumerate(widths)]
    stages.append(("middle", widths[-1], time >> last))
    stages += [(f"up.{i}", widths[last - 1 - i], time >> (last - i)) for i in range(last)]
    blocks = [(f"{path}.{block}", width, length) for path, width, length in stages for block in ("block1", "block2")]
    return blocks + ([("top", widths[0], time)] if config.get("full_resolution") else [])


def run(network, inputs, factors):
    return network(inputs["x"], inputs["noise"], inputs.get("target"), inputs.get("global"), inputs.get("frames"),
                   inputs.get("mask"), factors)


def check_padding_changes_nothing(network, inputs, factors, output, valid):
    """Every row alone, cut to its valid frames and without a mask, gives the same output."""
    worst = 0.0
    for row, length in enumerate(valid):
        alone = {}
        for name, value in inputs.items():
            if name != "mask":
                alone[name] = value[row:row + 1, :length] if value.dim() == 3 else value[row:row + 1]
        short = {path: value[row:row + 1, :value.shape[1] * length // inputs["x"].shape[1]]
                 for path, value in factors.items()}
        worst = max(worst, (run(network, alone, short)[0] - output[row, :length]).abs().max().item())
        assert not output[row, length:].any(), "an output outside the mask is not zero"
    assert worst < 1e-12, f"padding changed an output by {worst}"
    return worst


def float32_errors(network, inputs, factors, cotangent, output):
    """What PyTorch itself loses in float32: (largest output error, largest error of a gradient tensor relative to that
    tensor's largest element). Tolerances of tests have to lie above these."""
    single = copy.deepcopy(network).float()
    single.zero_grad()
    lowered = {key: value.detach().float() for key, value in inputs.items()}
    result = run(single, lowered, {key: value.float() for key, value in factors.items()})
    (cotangent.float() * result).sum().backward()
    pairs = zip(network.parameters(), single.parameters())
    relative = max(((a.grad - b.grad).abs().max() / a.grad.abs().max()).item() for a, b in pairs)
    return (result - output).abs().max().item(), relative


def check_default_initialisation():
    """The bounds named in this script's header, on layers large enough to come within 1 % of them."""
    torch.manual_seed(0)
    for layer, fan_in in [(nn.Linear(50, 400), 50), (nn.Conv1d(30, 200, 5), 150),
                          (nn.ConvTranspose1d(30, 200, 4, stride=2), 800)]:
        bound = 1 / math.sqrt(fan_in)
        for parameter in (layer.weight, layer.bias):
            assert 0.97 * bound < parameter.abs().max().item() <= bound, layer
        assert abs(layer.weight.std().item() * math.sqrt(3) / bound - 1) < 0.02, layer
    norm = nn.GroupNorm(4, 8)
    assert (norm.weight == 1).all() and (norm.bias == 0).all() and norm.eps == 1e-5


def write_fixture(name, config, batch, time, seed, valid=None, dropout=0.0):
    generator = torch.Generator().manual_seed(seed)
    network = TemporalUNet(**config).double()
    randomise(network, generator)
    inputs, factors = draw_inputs(config, batch, time, generator, valid, dropout)
    output = run(network, inputs, factors)
    cotangent = exact_float32(torch.randn(output.shape, generator=generator, dtype=torch.float64))
    (cotangent * output).sum().backward()

    tensors = {f"parameters.{path}": parameter for path, parameter in network.named_parameters()}
    tensors.update({f"gradients.{path}": parameter.grad for path, parameter in network.named_parameters()})
    tensors.update({f"inputs.{key}": value for key, value in inputs.items()})
    tensors.update({f"gradients.inputs.{key}": value.grad for key, value in inputs.items() if value.requires_grad})
    tensors.update({f"dropout.{path}": value for path, value in factors.items()})
    tensors.update({"cotangent": cotangent, "output": output})
    facts = dict(config, batch=batch, time=time, dropout=dropout, seed=seed)
    if valid:
        facts["valid_frames"] = valid
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"temporal_unet_{name}.safetensors")
    safetensors_file.write(path, {key: value.detach().numpy() for key, value in tensors.items()},
                           {"config": json.dumps(facts)})
    padding = f", padding {check_padding_changes_nothing(network, inputs, factors, output, valid):.0e}" if valid else ""
    errors = float32_errors(network, inputs, factors, cotangent, output)
    print(f"{os.path.basename(path)}: {os.path.getsize(path) // 1024} KiB, "
          f"{sum(p.numel() for p in network.parameters())} parameters, output rms {output.pow(2).mean().sqrt():.2f}, "
          f"PyTorch in float32: output error {errors[0]:.0e}, gradient error {errors[1]:.0e}{padding}")


def main():
    torch.set_num_threads(1)
    check_default_initialisation()
    base = dict(channels=2, widths=[8, 16], kernel=5, groups=4, embedding=16, global_size=0, frame_size=0,
                target_time=False)
    write_fixture("plain", base, batch=2, time=8, seed=1)
    write_fixture("global", dict(base, widths=[8, 12, 16], global_size=5), batch=3, time=16, seed=2)
    write_fixture("groups8", dict(base, channels=3, widths=[16, 16], groups=8, embedding=8, global_size=3), batch=2,
                  time=8, seed=3)
    write_fixture("masked", dict(base, channels=3, widths=[8, 12, 16], frame_size=4), batch=3, time=16, seed=4,
                  valid=[16, 8, 4])
    write_fixture("full", dict(base, channels=3, widths=[8, 16], global_size=5, frame_size=4, target_time=True),
                  batch=3, time=16, seed=5, valid=[10, 16, 6])
    write_fixture("dropout", dict(base, widths=[8, 12], global_size=5), batch=2, time=8, seed=6, dropout=0.25)
    write_fixture("top", dict(base, channels=3, widths=[8, 12], frame_size=4, full_resolution=True), batch=3, time=16,
                  seed=7, valid=[16, 10, 4], dropout=0.25)


if __name__ == "__main__":
    main()
