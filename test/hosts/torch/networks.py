"""Runs generated networks and prints, as JSON, how far their numbers are from the expected ones."""
import json
import math
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file


def gap(actual, expected):
    """Largest difference, and the largest number that is expected."""
    if actual.shape != expected.shape:
        return [math.inf, 1.0]
    return [float((actual - expected).abs().max()), float(expected.abs().max())]


def read_argument(tensors, name):
    """Labels are integers, and times have all digits that they can have."""
    tensor = tensors[name]
    if name == "classes":
        return tensor.long()
    return tensor.double() if name in ("t", "values") else tensor


def compare_start(fresh, expected):
    """Names of weights that do not start as the expected ones do: zeros, ones, or a distribution."""
    other = []
    for name, weight in expected.items():
        mine = fresh[name]
        is_fixed = torch.all(weight == 0) or torch.all(weight == 1)
        if mine.shape != weight.shape or (is_fixed and not torch.equal(mine, weight)):
            other.append(name)
        elif not is_fixed and weight.numel() >= 400:
            spread = float(mine.std() / weight.std())
            bound = float(mine.abs().max() / weight.abs().max())
            if abs(spread - 1) > 0.2 or not 0.6 < bound < 1.6:
                other.append(f"{name}: {spread} {bound}")
    return other


def call_all(model, case, tensors):
    """Gaps of the results of all calls, and the results."""
    gaps, results = {}, []
    for call in case["calls"]:
        arguments = [read_argument(tensors, name) for name in call["args"]]
        named = {name: read_argument(tensors, name) for name in call.get("named", [])}
        found = getattr(model, call["method"])(*arguments, **named)
        found = found if isinstance(found, tuple) else (found,)
        for name, tensor in zip(call["results"], found, strict=True):
            gaps[name] = gap(tensor.detach(), tensors[name])
        results.append(found)
    return gaps, results


def gradient_gaps(model, tensors, output, expected):
    """Gaps of all gradients, of the MSE to a target or of the product with given numbers."""
    if "target" in tensors:
        loss = (output - tensors["target"]).square().mean()
    else:
        loss = (output * tensors["grad_out"]).sum()
    loss.backward()
    gradients = {name: weight.grad for name, weight in model.named_parameters()}
    assert sorted(gradients) == sorted(expected), "names of gradients"
    return {name: gap(gradients[name], expected[name]) for name in expected}


def autocast_gap(model, case, tensors):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        gaps, _ = call_all(model, case, tensors)
    return max(difference / size for difference, size in gaps.values())


def check(folder):
    case = json.loads((folder / "case.json").read_text())
    names = {}
    exec(compile((folder / "module.py").read_text(), str(folder / "module.py"), "exec"), names)
    torch.manual_seed(1)
    model = eval(case["construct"], names)
    fresh = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(load_file(folder / "weights.safetensors"), strict=True)
    model.eval()
    tensors = load_file(folder / "io.safetensors")
    gaps, results = call_all(model, case, tensors)
    answer = {"gaps": gaps}
    start = folder / "start.safetensors"
    if start.exists():
        answer["start"] = compare_start(fresh, load_file(start))
    grads = folder / "grads.safetensors"
    if grads.exists():
        answer["gradients"] = gradient_gaps(model, tensors, results[0][0], load_file(grads))
    if case.get("compile"):
        answer["autocast"] = autocast_gap(model, case, tensors)
        forward = model.forward
        # Without a C++ compiler: one graph of all operations, run as they are.
        model.forward = torch.compile(forward, backend="eager", fullgraph=True)
        answer["compiled"] = call_all(model, case, tensors)[0]
    return answer


def main(root):
    torch.set_num_threads(1)
    answers = {}
    for folder in sorted(Path(root).iterdir()):
        try:
            answers[folder.name] = check(folder)
        except Exception as error:
            answers[folder.name] = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answers))


main(sys.argv[1])
