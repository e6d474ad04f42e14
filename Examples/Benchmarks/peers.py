#!/usr/bin/env python3
# Copyright The Saltus Authors
# SPDX-License-Identifier: Apache-2.0
"""Times PyTorch (eager, compiled) and ONNX Runtime on the network of `saltus bench`, one line of JSON a measurement.

    python3 peers.py                                     latency, forward and train, on one and on two threads
    python3 peers.py --what latency --threads 1 --peers onnxruntime --work WORK.safetensors

`latency` is one forward pass at batch 1, `forward` one at batch 64, `train` one step at batch 256: forward, mean
squared error, backward, AdamW (fused, or before PyTorch 2.4 its multi-tensor form); `train_full` adds clipping by the
global norm and an EMA of the weights. Times are of whole calls in milliseconds; `cpu_ms` is processor time of all threads per call. Compiled means
torch.compile with frozen weights, for forward passes; it needs PyTorch 2 and a C++ compiler.

A peer that is not installed is named on standard error, with the command that installs it, and skipped.
"""

import argparse
import gc
import inspect
import io
import json
import os
import sys
import time

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Tests", "Fixtures")
INSTALL = {
    "pytorch": "apt-get install --no-install-recommends python3-torch   (it belongs to /usr/bin/python3)",
    "pytorch-compiled": "a PyTorch of version 2 or later, for example in an environment of its own, and PEERS_PYTHON",
    "onnxruntime": "/usr/bin/python3 -m venv --system-site-packages ~/.cache/saltus-peers && "
                   "~/.cache/saltus-peers/bin/pip install onnxruntime",
}
BATCHES = {"latency": 1, "forward": 64, "train": 256, "train_full": 256}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", nargs="+", choices=list(BATCHES), default=["latency", "forward", "train"])
    parser.add_argument("--peers", nargs="+", choices=list(INSTALL), default=list(INSTALL))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--batch", type=int, help="instead of 1, 64, 256 for latency, forward, train")
    parser.add_argument("--widths", default="64,128,256")
    parser.add_argument("--action", type=int, default=2, help="channels of x")
    parser.add_argument("--condition", type=int, default=20, help="size of the global condition, 0 for none")
    parser.add_argument("--horizon", type=int, default=16)
    parser.add_argument("--embedding", type=int, default=128)
    parser.add_argument("--groups", type=int, default=8)
    parser.add_argument("--work", help="what `saltus bench policy --export` wrote: the weights and inputs to take instead of "
                        "random ones of the sizes above (but for groups), and the output that every peer must have")
    parser.add_argument("--fixed-noise", action="store_true",
                        help="ONNX Runtime: make the noise level a constant of the graph, which is then folded")
    parser.add_argument("--seconds", type=float, default=3, help="time per measurement, after the warm-up")
    return parser.parse_args()


def sizes_from_weights(tensors, groups):
    """The network's configuration, read off the shapes of its parameters; only the groups leave no trace there."""
    widths = []
    while f"down.{len(widths)}.block1.conv1.weight" in tensors:
        widths.append(tensors[f"down.{len(widths)}.block1.conv1.weight"].shape[0])
    if not widths or "final.out.weight" not in tensors:
        sys.exit("--work: the file holds no network of `saltus bench policy --export`")
    first = tensors["down.0.block1.conv1.weight"].shape
    channels = tensors["final.out.weight"].shape[0]
    embedding = tensors["noise_embedding.linear1.weight"].shape[1]
    return dict(channels=channels, widths=widths, kernel=first[2], groups=groups, embedding=embedding,
                global_size=tensors["down.0.block1.film.weight"].shape[1] - embedding,
                frame_size=first[1] - channels, target_time="target_embedding.linear1.weight" in tensors)


def part(tensors, prefix):
    return {name[len(prefix):]: value for name, value in tensors.items() if name.startswith(prefix)}


def exported_work(torch, options):
    """The network, its inputs in the order of TemporalUNet's arguments, and the output that Saltus has for them."""
    from safetensors_file import read
    from temporal_unet_twin import TemporalUNet
    tensors, _ = read(options.work)
    weights, values = part(tensors, "network."), part(tensors, "bench.")
    network = TemporalUNet(**sizes_from_weights(weights, options.groups))
    network.load_state_dict({name: torch.from_numpy(weights[name]) for name in network.state_dict()})
    inputs = {name: torch.from_numpy(values[name]) for name in ("x", "noise", "global_condition") if name in values}
    return network, inputs, torch.from_numpy(values["output"])


def random_work(torch, options, batch):
    """The same of random numbers, without an output to compare with."""
    from temporal_unet_twin import TemporalUNet
    torch.manual_seed(0)
    widths = [int(width) for width in options.widths.split(",")]
    network = TemporalUNet(channels=options.action, widths=widths, kernel=5, groups=options.groups,
                           embedding=options.embedding, global_size=options.condition, frame_size=0, target_time=False)
    inputs = {"x": torch.randn(batch, options.horizon, options.action), "noise": torch.full((batch,), -100.0)}
    if options.condition:
        inputs["global_condition"] = torch.randn(batch, options.condition)
    return network, inputs, None


def check(peer, output, expected):
    """Ends the program where the peer does not do the same work."""
    if expected is None:
        return
    difference = float(abs(output - expected).max() / abs(expected).max())
    if not difference < 1e-4:
        sys.exit(f"{peer} differs from Saltus by {difference:.1e} of the largest output: not the same network")


def measure(call, seconds):
    """Times `call` for about `seconds`, at least five times, after a warm-up of a tenth of that and three calls."""
    begin = time.perf_counter()
    for _ in range(3):
        call()
    while time.perf_counter() < begin + seconds / 10:
        call()
    gc.collect()
    gc.disable()
    times, cpu, begin = [], time.process_time(), time.perf_counter()
    while len(times) < 5 or time.perf_counter() < begin + seconds:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    cpu = time.process_time() - cpu
    gc.enable()
    times.sort()
    return {"median_ms": 1e3 * times[len(times) // 2], "min_ms": 1e3 * times[0],
            "p99_ms": 1e3 * times[min(len(times) - 1, int(0.99 * len(times)))], "cpu_ms": 1e3 * cpu / len(times),
            "runs": len(times)}


def report(peer, what, batch, threads, version, numbers):
    rounded = {key: round(value, 4) for key, value in numbers.items()}
    print(json.dumps({"peer": peer, "what": what, "batch": batch, "threads": threads, **rounded, "version": version}),
          flush=True)


def pytorch_forward(torch, network, inputs):
    network.eval()

    def call():
        with torch.inference_mode():
            return network(**inputs)
    return call


def pytorch_compiled_forward(torch, network, inputs):
    import torch._inductor.config as inductor
    inductor.freezing = True
    return pytorch_forward(torch, torch.compile(network.eval()), inputs)


def pytorch_step(torch, network, inputs, full):
    network.train()
    parameters = list(network.parameters())
    average = [parameter.detach().clone() for parameter in parameters]
    settings = dict(lr=1e-4, betas=(0.95, 0.999), weight_decay=1e-6)
    try:
        optimiser = torch.optim.AdamW(parameters, fused=True, **settings)
    except (TypeError, RuntimeError):  # before PyTorch 2.4, or not for this processor
        optimiser = torch.optim.AdamW(parameters, foreach=True, **settings)
    goal = torch.randn_like(inputs["x"])

    def call():
        optimiser.zero_grad(set_to_none=True)
        torch.nn.functional.mse_loss(network(**inputs), goal).backward()
        if full:
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        if full:
            with torch.no_grad():
                torch._foreach_mul_(average, 0.999)
                torch._foreach_add_(average, parameters, alpha=0.001)
    return call


def onnxruntime_session(torch, onnxruntime, network, inputs, threads, fixed_noise):
    """An ONNX Runtime session of the network at the inputs' shapes, and its feed."""
    network.eval()
    names = [name for name in inputs if not (fixed_noise and name == "noise")]

    class Positional(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network

        def forward(self, *values):
            named = dict(zip(names, values))
            return self.network(**{name: named.get(name, inputs[name]) for name in inputs})

    file = io.BytesIO()
    # Later versions have a second exporter, which is their default; this one is in all of them.
    tracing = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(Positional(), tuple(inputs[name] for name in names), file, opset_version=17, input_names=names,
                      output_names=["output"], **tracing)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
    return session, {name: inputs[name].numpy() for name in names}


def load(peer):
    """The peer's module, or None after telling how to install it."""
    try:
        if peer == "pytorch":
            import torch as module
        else:
            import onnxruntime as module
        return module
    except ImportError as error:
        print(f"{peer} is not available to {sys.executable} ({error}); skipped. To install it:\n  {INSTALL[peer]}",
              file=sys.stderr)
        return None


def run(options, torch, onnxruntime, threads):
    torch.set_num_threads(threads)
    for what in options.what:
        if options.work:
            network, inputs, expected = exported_work(torch, options)
        else:
            network, inputs, expected = random_work(torch, options, options.batch or BATCHES[what])
        batch = inputs["x"].shape[0]
        for peer in options.peers:
            if what.startswith("train"):
                if peer != "pytorch":
                    continue
                check(peer, pytorch_forward(torch, network, inputs)(), expected)
                call = pytorch_step(torch, network, inputs, full=what == "train_full")
            elif peer == "onnxruntime":
                session, feed = onnxruntime_session(
                    torch, onnxruntime, network, inputs, threads, options.fixed_noise)
                call = lambda: session.run(None, feed)[0]  # noqa: E731
                check(peer, torch.from_numpy(call()), expected)
            else:
                forward = pytorch_forward if peer == "pytorch" else pytorch_compiled_forward
                call = forward(torch, network, inputs)
                check(peer, call(), expected)
            version = onnxruntime.__version__ if peer == "onnxruntime" else torch.__version__
            report(peer, what, batch, threads, version, measure(call, options.seconds))


def main():
    options = arguments()
    # PyTorch's threads are OpenMP's. OpenBLAS, which serves only its linear layers, would add a second set that spins
    # on the same cores and slows small batches down severalfold on two cores. It reads this when PyTorch loads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.path.append(FIXTURES)  # at the end: one of its modules is named as one of the standard library
    torch = load("pytorch")
    onnxruntime = load("onnxruntime") if "onnxruntime" in options.peers else None
    if torch is None:
        sys.exit("nothing to time: ONNX Runtime, too, needs PyTorch for the export of the network")
    if "pytorch-compiled" in options.peers and not hasattr(torch, "compile"):
        print(f"PyTorch {torch.__version__} cannot compile; skipped. To compare with it: {INSTALL['pytorch-compiled']}",
              file=sys.stderr)
        options.peers.remove("pytorch-compiled")
    if options.work and options.batch:
        sys.exit("--batch is for random work: --work has the batch that it was exported with")
    if onnxruntime is None and "onnxruntime" in options.peers:
        options.peers.remove("onnxruntime")
    for threads in options.threads:
        run(options, torch, onnxruntime, threads)


if __name__ == "__main__":
    main()
