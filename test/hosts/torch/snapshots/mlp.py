from collections import OrderedDict
import torch
import torch.nn.functional as F
from torch import nn


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


class MLP(nn.Module):
    """Residual network for points; the embedding of t is added in each layer."""

    def __init__(self, hidden=16, layers=3):
        super().__init__()
        self.time_embedding = named(
            linear_1=nn.Linear(8, hidden), act=nn.SiLU(), linear_2=nn.Linear(hidden, hidden)
        )
        self.linear_in = nn.Linear(14, hidden)
        self.layers = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(layers))
        self.linear_out = nn.Linear(hidden, 2)

    def forward(self, x, t):
        emb = self.time_embedding(timestep_embedding(t, 8))
        x = self.linear_in(fourier_features(x, 3))
        for layer in self.layers:
            x = x + layer(F.silu(x + emb))
        return self.linear_out(F.silu(x))
