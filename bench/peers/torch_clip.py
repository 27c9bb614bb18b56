"""Times torch.nn.utils.clip_grad_norm_ on the sets of the benchmark; prints JSON. Needs torch."""

import json
import statistics
import time

import torch

SETS = {"A": (6, (521, 64)), "B": (20, (1000, 500)), "C": (200, (50, 100))}


def median_ms(parameters, rounds):
    times = []
    for turn in range(rounds + 5):
        start = time.perf_counter()
        torch.nn.utils.clip_grad_norm_(parameters, 1e-3)
        if turn >= 5:
            times.append((time.perf_counter() - start) * 1e3)
        # It scales in place: without new values the gradients would soon be denormal.
        for parameter in parameters:
            parameter.grad.normal_(0, 0.01)
    return statistics.median(times)


def main():
    torch.set_num_threads(1)
    rows = []
    for name, (count, shape) in SETS.items():
        parameters = [torch.nn.Parameter(torch.zeros(shape)) for _ in range(count)]
        for parameter in parameters:
            parameter.grad = torch.randn(shape) * 0.01
        peer = f"torch {torch.__version__}, 1 thread"
        rows.append({"peer": peer, "set": name, "ms": median_ms(parameters, 15 if name == "B" else 40)})
    print(json.dumps(rows))


main()
