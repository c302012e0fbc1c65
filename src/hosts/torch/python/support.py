"""What programs of litegraph-diffusion for PyTorch have in common: flags, processes, random draws, data,
checkpoints, pictures and tables. Nothing here depends on the graph."""
import argparse
import csv
import functools
import gzip
import hashlib
import json
import math
import os
import struct
import sys
import time
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load, save
from torch.nn.parallel import DistributedDataParallel

parser = argparse.ArgumentParser()
parser.add_argument("--out", default=".", help="folder of the results")
parser.add_argument("--exact", action="store_true", help="draw the random numbers of litegraph-diffusion")
parser.add_argument("--steps", type=int, help="number of training steps")
parser.add_argument("--save-every", type=int, default=500, help="steps between checkpoints")
parser.add_argument("--resume", help="checkpoint to continue from; default: that in the folder of the results")
parser.add_argument("--bf16", action="store_true", help="train in bfloat16")
parser.add_argument("--compile", action="store_true", help="compile the network")
args = parser.parse_args([] if "ipykernel" in sys.modules else None)
if args.exact:
    import philox

HERE = Path(__file__).parent
out = Path(args.out)
out.mkdir(parents=True, exist_ok=True)
rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
kind = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() and world == 1 else "cpu"
device = torch.device(kind, int(os.environ.get("LOCAL_RANK", 0)) if kind == "cuda" else None)
time_type = torch.float32 if kind == "mps" else torch.float64
if kind == "cuda":
    torch.cuda.set_device(device)
if world > 1:
    torch.distributed.init_process_group("nccl" if kind == "cuda" else "gloo")


# Random draws. They depend only on the seed of a node and on the iterations around it, so every
# process draws the same global batch, and a program that continues needs no state of a generator.

def generator(seed, path):
    key = hashlib.sha256(repr((seed, *path)).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(key[:7], "little"))


def normal(shape, seed, *path):
    if args.exact:
        return philox.normal(shape, seed, *path).to(device)
    return torch.randn(list(shape), generator=generator(seed, path)).to(device)


def uniform(count, seed, *path):
    if args.exact:
        return philox.uniform(count, seed, *path)
    return torch.rand(count, generator=generator(seed, path))


def integers(below, count, seed, *path):
    if args.exact:
        return philox.integers(below, count, seed, *path)
    return torch.randint(below, [count], generator=generator(seed, path))


def permutation(count, seed, *path):
    if args.exact:
        return philox.permutation(count, seed, *path)
    return torch.randperm(count, generator=generator(seed, path))


# Levels of signal and noise. A schedule is a function from times to alpha and sigma.

class Levels(NamedTuple):
    """A time with its signal and noise: x_t = alpha x_0 + sigma noise. -1 is clean data."""
    t: float
    alpha: float
    sigma: float


def level(schedule, t, like=None):
    """The level of one time as numbers, or those of a time per item of a batch."""
    if like is None:
        return Levels(t, 1.0, 0.0) if t == -1 else Levels(t, *map(float, schedule(torch.tensor(float(t)).double())))
    shape = [-1] + [1] * (like.dim() - 1)
    alpha, sigma = (value.float().to(device).view(shape) for value in schedule(t.double()))
    return Levels(t.to(device, time_type), alpha, sigma)


def transitions(schedule, times):
    """The steps of a sampler, from each time to the next."""
    levels = [level(schedule, t) for t in times]
    return list(zip(levels, levels[1:]))


def transitions_of_ratios(times, ratios, kind="table"):
    """The steps of a sampler between timesteps, by the ratio sigma / alpha of each."""
    levels = []
    for t, ratio in zip(times, ratios):
        length = {"sigma": 1, "flow": 1 + ratio}.get(kind, math.hypot(1, ratio))
        levels.append(Levels(t, 0.0, 1.0) if ratio == math.inf else Levels(t, 1 / length, ratio / length))
    return list(zip(levels, levels[1:]))


def times(t, x):
    """The time of a level as an input of a network, one per item."""
    return torch.as_tensor(t.t, dtype=time_type, device=device).expand(len(x))


# Data sets.

def load_data(path):
    """Images [n, c, h, w] from -1 to 1, or points [n, d], and their labels, if there are any."""
    file = HERE / path
    if not file.exists():
        sys.exit(f"{file} is missing: put the data set beside this program.")
    with safe_open(file, "np") as data:
        stored = {name: data.get_tensor(name) for name in data.keys()}
        white = int((data.metadata() or {}).get("max", 255))
    labels = torch.from_numpy(stored["labels"]).long() if "labels" in stored else None
    if "points" in stored:
        return torch.from_numpy(stored["points"]), labels
    images = torch.from_numpy(stored["images"]).permute(0, 3, 1, 2).contiguous()
    return images.double().mul(2 / white).sub(1).float() if images.dtype == torch.uint8 else images, labels


def load_mnist(folder, part):
    """Images [n, 1, 28, 28] from -1 to 1 and labels, from the files of LeCun et al., packed or not."""
    def read(name):
        file = next((f for f in (HERE / folder / name, HERE / folder / f"{name}.gz") if f.exists()), None)
        if file is None:
            sys.exit(f"{HERE / folder / name} is missing: put the files of MNIST into this folder.")
        data = file.read_bytes()
        data = gzip.decompress(data) if file.suffix == ".gz" else data
        shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
        return torch.frombuffer(bytearray(data[4 + 4 * len(shape) :]), dtype=torch.uint8).view(shape)
    images = read(f"{part}-images-idx3-ubyte")[:, None]
    return images.double().mul(2 / 255).sub(1).float(), read(f"{part}-labels-idx1-ubyte").long()


def batch_items(count, step, batch_size, seed, *data_set, drop_last=True, shuffle=True):
    """The items of a step: each occurs once in an epoch, in a random order."""
    per_epoch = count // batch_size if drop_last else -(-count // batch_size)
    epoch, start = step // per_epoch, step % per_epoch * batch_size
    order = epoch_order(count, seed, epoch, *data_set) if shuffle else torch.arange(count)
    return order[start : start + batch_size]


@functools.lru_cache(4)
def epoch_order(count, seed, *epoch):
    return permutation(count, seed, *epoch)


# Training.

def parallel(model):
    """The network as the loop calls it: compiled if wanted, and averaging gradients over processes."""
    model = torch.compile(model) if args.compile else model
    ids = [device] if device.type == "cuda" else None
    return DistributedDataParallel(model, ids, broadcast_buffers=False) if world > 1 else model


def share(batch_size):
    """The part of each batch that this process computes."""
    if batch_size % world:
        sys.exit(f"A batch of {batch_size} items cannot be divided among {world} processes.")
    return slice(rank * batch_size // world, (rank + 1) * batch_size // world)


def mean_over_processes(loss):
    loss = loss.detach().clone()
    if world > 1:
        torch.distributed.all_reduce(loss)
    return loss / world


def progress(steps, losses):
    """Counts steps, with a bar, the loss and the rate."""
    start, shown = time.time(), 0.0
    for step in steps:
        yield step
        done, now = step + 1, time.time()
        if rank or (now - shown < 0.5 and done < steps.stop):
            continue
        rate, shown = (done - steps.start) / (now - start), now
        bar = "#" * (24 * done // steps.stop)
        print(f"\r[{bar:24}] {done}/{steps.stop}  loss {float(losses[-1]):.4f}  {rate:.1f} steps/s", end="", flush=True)
    if not rank:
        print()


@torch.no_grad()
def update_average(average, model, decay):
    """Exponential moving average of the weights."""
    for mean, value in zip(average.parameters(), model.parameters()):
        mean.lerp_(value, 1 - decay) if decay > 0 else mean.copy_(value)


def finish():
    """Ends all processes but the first, after the last training."""
    if world > 1:
        torch.distributed.destroy_process_group()
    if rank:
        sys.exit()


# Checkpoints: ZIPs that litegraph-diffusion opens. Their configuration is that of a first one.

MOMENTS = {"exp_avg": "first", "exp_avg_sq": "second", "max_exp_avg_sq": "largest", "exp_inf": "size",
           "square_avg": "second", "sum": "squares", "momentum_buffer": "momentum"}


def result_path(name):
    """The path of a file in the folder of the results, which no name of a file can leave."""
    plain = Path(str(name).replace("\\", "/")).name
    if plain in ("", "..") or "\0" in plain:
        sys.exit(f"{str(name)!r} is no name of a file.")
    return out / plain


def to_bytes(tensors):
    return save({name: value.detach().float().cpu().contiguous() for name, value in tensors.items()})


def load_weights(path, model):
    """The weights of a checkpoint."""
    with zipfile.ZipFile(HERE / path) as file:
        name = next(name for name in file.namelist() if name.endswith("diffusion_pytorch_model.safetensors"))
        model.load_state_dict(load(file.read(name)))


def save_checkpoint(path, start, model, averages, optimizer, losses, others=(), accumulate=1):
    """Writes a checkpoint with the averaged weights and the training, completely or not at all. It has
    further models of the training as well, of which litegraph-diffusion opens the first."""
    if rank or len(losses) < accumulate:
        return
    path = result_path(path)
    unfinished = Path(f"{path}.unfinished")
    with zipfile.ZipFile(HERE / start) as first, zipfile.ZipFile(unfinished, "w") as file:
        for name in first.namelist():
            best = (averages or [model])[0].state_dict()
            data = to_bytes(best) if name.endswith(".safetensors") else first.read(name)
            file.writestr(zipfile.ZipInfo(name), data)
        for i, learner in enumerate([(model, averages, optimizer, losses), *others]):
            state, tensors = training_state(*learner, accumulate)
            folder = f"training_{i + 1}" if i else "training"
            file.writestr(zipfile.ZipInfo(f"{folder}/state.json"), json.dumps(state))
            file.writestr(zipfile.ZipInfo(f"{folder}/state.safetensors"), to_bytes(tensors))
    os.replace(unfinished, path)


def training_state(model, averages, optimizer, losses, accumulate):
    """The state of a model in a training: its steps, and its tensors by name."""
    weights = dict(model.named_parameters())
    parts = {"weight": weights}
    for key, moment in MOMENTS.items():
        if key in optimizer.state[next(iter(weights.values()))]:
            parts[moment] = {name: optimizer.state[weight][key] for name, weight in weights.items()}
    moments = [part for part in parts if part != "weight"]
    for i, average in enumerate(averages):
        parts[f"average_{i + 1}" if i else "average"] = dict(average.named_parameters())
    batches = len(losses) % accumulate
    if batches:
        parts["gradient"] = {name: weight.grad for name, weight in weights.items()}
    tensors = {f"{part}/{name}": value for part, values in parts.items() for name, value in values.items()}
    return {
        "format": 2, "step": len(losses), "updates": len(losses) // accumulate, "weights": list(weights),
        "moments": moments, "averages": [{"snapshots": []} for _ in averages], "accumulated_batches": batches,
    }, tensors | {"losses": torch.stack(losses)}


def load_checkpoint(path, model, averages, optimizer, folder="training"):
    """Continues from a checkpoint of this program or of litegraph-diffusion. Returns the losses so far."""
    path = result_path(path)
    path = Path(path if path.exists() else args.resume or path)
    if not path.exists():
        if args.resume:
            sys.exit(f"{path} is missing: choose a checkpoint to continue from.")
        return []
    with zipfile.ZipFile(path) as file:
        if f"{folder}/state.json" not in file.namelist():
            sys.exit(f"{path} has no training state: save it with `training` connected.")
        state = json.loads(file.read(f"{folder}/state.json"))
        tensors = load(file.read(f"{folder}/state.safetensors"))
    if any(tensors.get(f"weight/{name}", torch.zeros(0)).shape != value.shape for name, value in model.named_parameters()):
        return []  # the checkpoint of another network of the program
    keys = {moment: key for key, moment in reversed(MOMENTS.items())}
    if type(optimizer).__name__ == "RMSprop":
        keys["second"] = "square_avg"
    for name, weight in model.named_parameters():
        weight.data.copy_(tensors[f"weight/{name}"])
        moments = {keys[moment]: tensors[f"{moment}/{name}"].to(device) for moment in state["moments"]}
        optimizer.state[weight].update(moments, step=torch.tensor(float(state["updates"])))
        if "momentum_decay" in optimizer.defaults:
            beta, decay = optimizer.defaults["betas"][0], optimizer.defaults["momentum_decay"]
            factors = [beta * (1 - 0.5 * 0.96 ** (i * decay)) for i in range(1, state["updates"] + 1)]
            optimizer.state[weight]["mu_product"] = torch.tensor(math.prod(factors))
        if state["accumulated_batches"]:
            weight.grad = tensors[f"gradient/{name}"].to(device)
    for i, average in enumerate(averages):
        for name, mean in average.named_parameters():
            mean.data.copy_(tensors[f"average_{i + 1}/{name}" if i else f"average/{name}"])
    return list(tensors["losses"].to(device).unbind())


# Pictures, tables and numbers. Only the first process writes.

def save_png(name, pixels):
    """Writes pixels [h, w] or [h, w, 3] from 0 to 255."""
    if rank:
        return
    pixels = np.ascontiguousarray(pixels, np.uint8)
    height, width = pixels.shape[:2]
    lines = np.pad(pixels.reshape(height, -1), ((0, 0), (1, 0))).tobytes()
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">2I5B", width, height, 8, 2 if pixels.ndim == 3 else 0, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    result_path(name).write_bytes(b"\x89PNG\r\n\x1a\n" + data)


def save_images(name, images, columns):
    """Writes images [n, c, h, w] from -1 to 1 as one picture, and their numbers beside it."""
    if rank:
        return
    np.save(result_path(name).with_suffix(".npy"), images.float().cpu().numpy())
    images = images[:, :3] if images.shape[1] >= 3 else images[:, :1]
    n, c, h, w = images.shape
    lines = -(-n // columns)
    sheet = torch.full([lines * columns, c, h, w], -1.0)
    sheet[:n] = images.float().cpu()
    sheet = sheet.view(lines, columns, c, h, w).permute(0, 3, 1, 4, 2).reshape(lines * h, columns * w, c)
    pixels = sheet.add(1).mul(127.5).round().clamp(0, 255).numpy()
    pixels = pixels.repeat(4, 0).repeat(4, 1) if h <= 32 else pixels
    save_png(name, pixels[..., 0] if c == 1 else pixels)


def save_scatter(name, *clouds, extent):
    """Draws points of the plane, each set in its own colour, and writes the last set as a table."""
    last = clouds[-1]
    save_table(result_path(name).with_suffix(".csv"), "xyz"[: last.shape[1]], last.tolist())
    colours = [(158, 158, 158), (33, 102, 172), (178, 24, 43), (27, 120, 55)]
    pixels = np.full([480, 480, 3], 255, np.uint8)
    for cloud, colour in zip(clouds, colours):
        plane = torch.cat([cloud, torch.zeros_like(cloud)], 1)[:, :2].float().cpu().numpy()
        x, y = (plane / extent * 240 + 240).clip(0, 478).astype(int).T
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            pixels[479 - y - dy, x + dx] = colour
    save_png(name, pixels)


def save_curve(name, values, log=False):
    """Draws values by step, and writes them as a table."""
    values = [float(value) for value in values]
    if not values:
        return  # no step was left
    save_table(result_path(name).with_suffix(".csv"), ["step", "value"], enumerate(values, 1))
    y = np.interp(np.linspace(0, len(values) - 1, 640), range(len(values)), values)
    y = np.log(np.maximum(y, 1e-12)) if log else y
    y = (359 - 359 * (y - y.min()) / max(y.max() - y.min(), 1e-12)).astype(int)
    pixels = np.full([360, 640], 255, np.uint8)
    for x in range(1, 640):
        pixels[min(y[x - 1], y[x]) : max(y[x - 1], y[x]) + 1, x] = 0
    save_png(name, pixels)


def save_table(name, header, lines):
    if not rank:
        with open(result_path(name), "w", newline="") as file:
            csv.writer(file).writerows([header, *lines])


def show(name, value):
    """Prints a number."""
    if not rank:
        print(f"{name}: {float(value):.6g}")


# Metrics.

def sliced_wasserstein(a, b, directions=64, seed=0):
    """Mean Wasserstein distance of projections (Bonneel et al. 2015), in the plane one per sector."""
    a, b = a.flatten(1).double().cpu(), b.flatten(1).double().cpu()
    if a.shape[1] == 1:
        along = torch.ones(1, 1).double()
    elif a.shape[1] == 2:
        angles = math.pi * (torch.arange(directions) + uniform(directions, seed)).double() / directions
        along = torch.stack([angles.cos(), angles.sin()])
    else:
        drawn = normal([directions, a.shape[1]], seed).double().cpu()
        along = (drawn / drawn.norm(dim=1, keepdim=True)).T
    x, y = (a @ along).sort(0).values, (b @ along).sort(0).values
    ends = torch.cat([torch.arange(1, len(v) + 1).double() / len(v) for v in (x, y)]).unique()
    middles, widths = ends - torch.diff(ends, prepend=torch.zeros(1).double()) / 2, torch.diff(ends, prepend=torch.zeros(1).double())
    pick = lambda v: v[(middles * len(v)).long().clamp(max=len(v) - 1)]
    return float(((pick(x) - pick(y)).abs() * widths[:, None]).sum(0).mean())


def nearest_neighbours(x, data):
    """The item of a data set nearest to each sample, and the distances."""
    items, distances = [], []
    for part in x.flatten(1).split(256):
        found = torch.cdist(part, data.flatten(1).to(x.device)).min(1)
        items.append(data.to(x.device)[found.indices])
        distances.append(found.values)
    return torch.cat(items), torch.cat(distances)


def evenly(items, count):
    """At most `count` items of a data set, at even distances."""
    return items[torch.arange(min(count, len(items))) * len(items) // min(count, len(items))]


def components(samples, reference, count):
    """Both sets as rows of their principal components, those of the reference."""
    a, b = (items.flatten(1).double().cpu() for items in (samples, reference))
    mean = b.mean(0)
    _, vectors = torch.linalg.eigh(torch.cov(b.T).view(b.shape[1], b.shape[1]))
    axes = vectors.flip(1)[:, :count]
    return (a - mean) @ axes, (b - mean) @ axes


def frechet_distance(samples, reference, count=16):
    """Distance between Gaussians fitted to principal components (Heusel et al. 2017)."""
    a, b = components(samples, reference, count)
    first, second = (torch.cov(rows.T).view(a.shape[1], a.shape[1]) for rows in (a, b))
    roots = torch.linalg.eigvals(first @ second).real.clamp(min=0).sqrt().sum()
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + first.trace() + second.trace() - 2 * roots)


def kernel_distance(samples, reference, count=16, size=100):
    """Squared maximum mean discrepancy, the mean over subsets (Binkowski et al. 2018)."""
    a, b = components(samples, reference, count)
    parts = max(1, min(len(a), len(b)) // size)
    kernel = lambda x, y: (x @ y.T / x.shape[1] + 1) ** 3
    own = lambda x: (kernel(x, x).sum() - kernel(x, x).trace()) / (len(x) * (len(x) - 1))
    values = [own(x) + own(y) - 2 * kernel(x, y).mean() for x, y in ((a[i::parts], b[i::parts]) for i in range(parts))]
    return float(sum(values) / parts)


def manifold_scores(samples, reference, count=16, k=3):
    """Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020)."""
    a, b = components(samples, reference, count)
    reach = lambda x: torch.cdist(x, x).sort(1).values[:, k]
    distances = torch.cdist(a, b)
    real, own = distances <= reach(b), distances <= reach(a)[:, None]
    share = lambda values: float(values.double().mean())
    return share(real.any(1)), share(own.any(0)), float(real.double().sum(1).mean() / k), share(real.any(0))


def mode_scores(samples, reference, labels):
    """Modes with a sample within three deviations, the share of such samples, and the smallest mode's."""
    a, b = (items.flatten(1).double().cpu() for items in (samples, reference))
    modes = [b[labels == label] for label in labels.unique() if label >= 0]
    centers = torch.stack([mode.mean(0) for mode in modes])
    deviations = torch.stack([((mode - mode.mean(0)) ** 2).mean().sqrt() for mode in modes])
    distances, nearest = torch.cdist(a, centers).min(1)
    close = nearest[distances <= 3 * deviations[nearest]]
    counts = torch.bincount(close, minlength=len(modes)).double()
    return int((counts > 0).sum()), len(close) / len(a), float(counts.min() / max(1, len(close)))

