"""Train on points

A small network learns two moons from 5,000 points. Press Run: while the loss falls, the current
model turns the same noise into samples again and again, and you see them move onto the moons. Then
choose another distribution on Data, or draw your own.

Written by litegraph-diffusion from a graph. Needs torch, numpy and safetensors:
    python points.py
    torchrun --nproc_per_node=2 points.py
Beside it are data.safetensors, network.start.zip, support.py, and philox.py for --exact: the
numbers of the graph.
"""
import copy
import math
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from support import (
    args, device, out, normal, integers, level, transitions, times, load_data, batch_items,
    parallel, share, mean_over_processes, progress, update_average, finish, load_weights,
    save_checkpoint, load_checkpoint, save_scatter, save_curve,
)


def table_schedule(betas):
    """Timesteps 0 to T - 1 with these betas (Ho et al. 2020)."""
    alpha_bar = torch.cumprod(1 - betas, 0)
    return lambda t: (alpha_bar[t.long()].sqrt(), (1 - alpha_bar[t.long()]).sqrt())


def betas_of_curve(alpha_bar, T):
    """Betas of a curve over u from 0 to 1, at most 0.999 (Nichol and Dhariwal 2021, eq. 17)."""
    values = alpha_bar(torch.arange(T + 1).double() / T)
    return (1 - values[1:] / values[:-1]).clamp(max=0.999)


def cosine_alpha_bar(u):
    return torch.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2


def convert(output, x, t, given, wanted):
    """Converts between predictions: each is a combination of clean data and noise, as x_t is."""
    parts = {
        "epsilon": (0.0, 1.0), "sample": (1.0, 0.0),
        "v_prediction": (-t.sigma, t.alpha), "flow_prediction": (-1.0, 1.0),
    }
    if given == wanted:
        return output
    (p, q), (a, b) = parts[given], parts[wanted]
    determinant = t.alpha * q - t.sigma * p
    return ((a * q - b * p) * x + (b * t.alpha - a * t.sigma) * output) / determinant


def clean_and_noise(output, x, t, predicts, clip=None):
    """The clean data and the noise of a prediction; the noise is that of the clipped data."""
    x_0 = convert(output, x, t, predicts, "sample")
    if clip is None or t.sigma == 0:
        return x_0, convert(output, x, t, predicts, "epsilon")
    x_0 = clip(x_0)
    return x_0, convert(x_0, x, t, "sample", "epsilon")


def ddim_step(x, output, t, s, predicts, clip=None, eta=0, noise=0):
    """Song et al. 2021, eq. 12. With `eta` 0 it is Euler's method."""
    x_0, epsilon = clean_and_noise(output, x, t, predicts, clip)
    passed = t.alpha * s.sigma / (s.alpha * t.sigma) if eta else 0
    fresh = eta * s.sigma * math.sqrt(1 - passed**2)
    return s.alpha * x_0 + math.sqrt(max(0, s.sigma**2 - fresh**2)) * epsilon + fresh * noise


def timestep_embedding(t, channels):
    """Cosines and sines of times t (B,): (B, channels). Float32 would lose digits of large t."""
    kind = torch.float32 if t.device.type == "mps" else torch.float64
    k = torch.arange(channels // 2, dtype=kind, device=t.device)
    angles = t[:, None] * 10000 ** (-k / (channels // 2))
    return torch.cat([angles.cos(), angles.sin()], dim=1).float()


def fourier_features(x, count):
    """Sines and cosines of x, 2 x, 4 x, ... beside x (B, D)."""
    angles = torch.cat([2**k * x for k in range(count)], dim=1)
    return torch.cat([x, angles.sin(), angles.cos()], dim=1)


def named(**modules):
    """Modules in a row, by their names."""
    return nn.Sequential(OrderedDict(modules))


class Network(nn.Module):
    """Residual network for points; the embedding of t is added in each layer."""

    def __init__(self, hidden=128, layers=3):
        super().__init__()
        self.time_embedding = named(
            linear_1=nn.Linear(64, hidden), act=nn.SiLU(), linear_2=nn.Linear(hidden, hidden)
        )
        self.linear_in = nn.Linear(14, hidden)
        self.layers = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(layers))
        self.linear_out = nn.Linear(hidden, 2)

    def forward(self, x, t):
        emb = self.time_embedding(timestep_embedding(t, 64))
        x = self.linear_in(fourier_features(x, 3))
        for layer in self.layers:
            x = x + layer(F.silu(x + emb))
        return self.linear_out(F.silu(x))


torch.manual_seed(1)
network = Network().to(device)
if args.exact:
    load_weights("network.start.zip", network)
data, data_labels = load_data("data.safetensors")
data_x_0 = data.to(device)
noise_schedule = table_schedule(betas_of_curve(cosine_alpha_bar, 1000))
noise = normal([1000, 2], 7)
samples_timesteps = transitions(noise_schedule, [*(round(1000 - i * 1000 / 30) - 1 for i in range(30)), -1])

ema = copy.deepcopy(network)
optimizer = torch.optim.AdamW(network.parameters(), lr=0.002, weight_decay=0)
losses = load_checkpoint(out / "training.zip", network, [ema], optimizer)
parallel_network = parallel(network)
steps = args.steps or 2000
mine = share(256)
torch.set_grad_enabled(True)
for step in progress(range(len(losses), steps), losses):
    chosen = batch_items(len(data), step, 256, 2)[mine]
    x_0 = data[chosen].to(device)
    with torch.autocast(device.type, torch.bfloat16, enabled=args.bf16):
        random_timesteps = level(noise_schedule, integers(1000, 256, 4, step)[mine], x_0)
        fresh_noise = normal([256, *x_0.shape[1:]], 3, step)[mine]
        forward_noise = random_timesteps.alpha * x_0 + random_timesteps.sigma * fresh_noise
        predict = parallel_network(forward_noise, random_timesteps.t)
        target = random_timesteps.alpha * fresh_noise - random_timesteps.sigma * x_0
        loss = F.mse_loss(predict, target)
    loss.backward()
    losses.append(mean_over_processes(loss))
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1)
    for group in optimizer.param_groups:
        group["lr"] = 0.002 * 0.5 * (1 + math.cos(math.pi * max(0, step - 50) / max(1, steps - 50))) * min(1, step / 50)
    optimizer.step()
    optimizer.zero_grad()
    update_average(ema, network, min(0.999, 1 - (1 + step) ** -0.75))
    if (step + 1) % args.save_every == 0 or step + 1 == steps:
        save_checkpoint(out / "training.zip", "network.start.zip", network, [ema], optimizer, losses)
torch.set_grad_enabled(False)
finish()

save_curve("loss-curve.png", losses, log=True)

samples = noise
for i, (t, t_prev) in enumerate(samples_timesteps):
    samples_predict = ema(samples, times(t, samples))
    samples = ddim_step(samples, samples_predict, t, t_prev, "v_prediction")
save_scatter("samples-on-the-data.png", data_x_0, samples, extent=2.4)
