"""Train on digits

A UNet learns to draw ten digits from 1,400 images of 8 x 8 pixels with labels. Press Run: while the
loss falls, the same noise is sampled again and again. Next to each sample is the nearest training
image: is the sample new, or a copy?

Written by litegraph-diffusion from a graph. Needs torch, numpy and safetensors:
    python digits-train.py
    torchrun --nproc_per_node=2 digits-train.py
Beside it are data.safetensors, network.start.zip, support.py, and philox.py for --exact: the
numbers of the graph.
Views of the editor that it leaves out: Denoising during training.
"""
import copy
import math
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from support import (
    args, device, out, normal, uniform, integers, level, transitions, times, load_data, batch_items,
    parallel, share, mean_over_processes, progress, update_average, finish, load_weights,
    save_checkpoint, load_checkpoint, save_images, save_curve, nearest_neighbours,
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


def named(**modules):
    """Modules in a row, by their names."""
    return nn.Sequential(OrderedDict(modules))


def attend(q, k, v, heads):
    """Softmax attention of queries to keys and values (B, N, C), with heads side by side in C."""
    q, k, v = (x.unflatten(2, (heads, -1)).transpose(1, 2) for x in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


def timestep_embedding(t, channels):
    """Cosines and sines of times t (B,): (B, channels). Float32 would lose digits of large t."""
    kind = torch.float32 if t.device.type == "mps" else torch.float64
    k = torch.arange(channels // 2, dtype=kind, device=t.device)
    angles = t[:, None] * 10000 ** (-k / (channels // 2))
    return torch.cat([angles.cos(), angles.sin()], dim=1).float()


class ResnetBlock(nn.Module):
    """Twice norm, SiLU and convolution with a skip connection; the embedding is added."""

    def __init__(self, channels, out):
        super().__init__()
        self.norm1 = nn.GroupNorm(8, channels)
        self.conv1 = nn.Conv2d(channels, out, 3, padding=1)
        self.time_emb_proj = nn.Linear(64, out)
        self.norm2 = nn.GroupNorm(8, out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(channels, out, 1) if channels != out else nn.Identity()

    def forward(self, x, emb):
        h = self.conv1(F.silu(self.norm1(x))) + self.time_emb_proj(F.silu(emb))[:, :, None, None]
        return self.conv_shortcut(x) + self.conv2(F.silu(self.norm2(h)))


def Downsample(channels):
    """Halves the size of images."""
    return named(conv=nn.Conv2d(channels, channels, 3, stride=2, padding=1))


class Attention(nn.Module):
    """Self-attention of all pixels, with a skip connection."""

    def __init__(self, channels):
        super().__init__()
        self.group_norm = nn.GroupNorm(8, channels)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.Sequential(nn.Linear(channels, channels))

    def forward(self, x):
        h = self.group_norm(x).flatten(2).transpose(1, 2)
        q, k, v = self.to_q(h), self.to_k(h), self.to_v(h)
        return x + self.to_out(attend(q, k, v, heads=4)).unflatten(1, x.shape[2:]).movedim(-1, 1)


def Upsample(channels):
    """Doubles the size of images."""
    return named(up=nn.Upsample(scale_factor=2), conv=nn.Conv2d(channels, channels, 3, padding=1))


class Level(nn.Module):
    """Modules of one resolution, in lists."""

    def __init__(self, resnets, attentions=(), downsamplers=(), upsamplers=()):
        super().__init__()
        self.resnets = nn.ModuleList(resnets)
        self.attentions = nn.ModuleList(attentions or [nn.Identity() for _ in resnets])
        self.downsamplers = nn.ModuleList(downsamplers)
        self.upsamplers = nn.ModuleList(upsamplers)


class UNet(nn.Module):
    """U-Net of 8 x 8 images with the weights of diffusers' UNet2DModel."""

    def __init__(self):
        super().__init__()
        self.conv_in = nn.Conv2d(1, 16, 3, padding=1)
        self.time_embedding = named(
            linear_1=nn.Linear(16, 64), act=nn.SiLU(), linear_2=nn.Linear(64, 64)
        )
        self.class_embedding = nn.Embedding(11, 64)  # the last row: no class
        self.down_blocks = nn.ModuleList([
            Level([ResnetBlock(16, 16)], downsamplers=[Downsample(16)]),
            Level([ResnetBlock(16, 32)], [Attention(32)]),
        ])
        self.mid_block = Level([ResnetBlock(32, 32), ResnetBlock(32, 32)], [Attention(32)])
        self.up_blocks = nn.ModuleList([
            Level(
                [ResnetBlock(64, 32), ResnetBlock(48, 32)],
                [Attention(32), Attention(32)],
                upsamplers=[Upsample(32)],
            ),
            Level([ResnetBlock(48, 16), ResnetBlock(32, 16)]),
        ])
        self.conv_norm_out = nn.GroupNorm(8, 16)
        self.conv_out = nn.Conv2d(16, 1, 3, padding=1)

    def forward(self, x, t, classes=None):
        if classes is None:
            classes = torch.full((len(x),), -1, device=x.device)
        x = self.conv_in(x)
        skips = [x]
        emb = self.time_embedding(timestep_embedding(t, 16)) + self.class_embedding(classes % 11)
        for level in self.down_blocks:
            for resnet, attention in zip(level.resnets, level.attentions):
                x = attention(resnet(x, emb))
                skips.append(x)
            for downsample in level.downsamplers:
                x = downsample(x)
                skips.append(x)
        x = self.mid_block.attentions[0](self.mid_block.resnets[0](x, emb))
        x = self.mid_block.resnets[1](x, emb)
        for level in self.up_blocks:
            for resnet, attention in zip(level.resnets, level.attentions):
                x = attention(resnet(torch.cat([x, skips.pop()], dim=1), emb))
            for upsample in level.upsamplers:
                x = upsample(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))


data, data_labels = load_data("data.safetensors")
torch.manual_seed(1)
unet = UNet().to(device)
if args.exact:
    load_weights("network.start.zip", unet)
noise_schedule = table_schedule(betas_of_curve(cosine_alpha_bar, 1000))
noise = normal([40, 1, 8, 8], 7)
samples_timesteps = transitions(noise_schedule, [*range(960, -1, -40), -1])
classes = torch.arange(len(noise), device=device) % 10

ema = copy.deepcopy(unet)
optimizer = torch.optim.AdamW(unet.parameters(), lr=0.002, weight_decay=0.0001)
losses = load_checkpoint(out / "digits.zip", unet, [ema], optimizer)
parallel_unet = parallel(unet)
steps = args.steps or 3000
mine = share(64)
torch.set_grad_enabled(True)
for step in progress(range(len(losses), steps), losses):
    chosen = batch_items(len(data), step, 64, 2)[mine]
    x_0 = data[chosen].to(device)
    labels = data_labels[chosen].to(device)
    with torch.autocast(device.type, torch.bfloat16, enabled=args.bf16):
        random_timesteps = level(noise_schedule, integers(1000, 64, 5, step)[mine], x_0)
        fresh_noise = normal([64, *x_0.shape[1:]], 4, step)[mine]
        forward_noise = random_timesteps.alpha * x_0 + random_timesteps.sigma * fresh_noise
        label_dropout = torch.where(uniform(64, 3, step)[mine].to(device) < 0.1, -1, labels)
        predict = parallel_unet(forward_noise, random_timesteps.t, classes=label_dropout)
        target = random_timesteps.alpha * fresh_noise - random_timesteps.sigma * x_0
        loss = F.mse_loss(predict, target)
    loss.backward()
    losses.append(mean_over_processes(loss))
    torch.nn.utils.clip_grad_norm_(unet.parameters(), 1)
    for group in optimizer.param_groups:
        group["lr"] = 0.002 * min(1, step / 100)
    optimizer.step()
    optimizer.zero_grad()
    update_average(ema, unet, min(0.995, 1 - (1 + step) ** -0.75))
    if (step + 1) % args.save_every == 0 or step + 1 == steps:
        save_checkpoint(out / "digits.zip", "network.start.zip", unet, [ema], optimizer, losses)
torch.set_grad_enabled(False)
finish()

save_curve("loss-curve.png", losses, log=True)

samples = noise
for i, (t, t_prev) in enumerate(samples_timesteps):
    samples_predict = ema(samples, times(t, samples), classes=classes)
    samples = ddim_step(
        samples, samples_predict, t, t_prev, "v_prediction", clip=lambda x: x.clamp(-1, 1)
    )
nearest, nearest_distances = nearest_neighbours(samples, data)
save_images("new-digits-samples.png", samples[:40], columns=10)
save_images("new-digits-nearest-training-image.png", nearest[:40], columns=10)
