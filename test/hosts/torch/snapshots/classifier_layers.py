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


def named(**modules):
    """Modules in a row, by their names."""
    return nn.Sequential(OrderedDict(modules))


class Classifier(nn.Module):
    """Network of 20 layers."""

    def __init__(self):
        super().__init__()
        self.time_embedding = named(
            linear_1=nn.Linear(8, 16), act=nn.SiLU(), linear_2=nn.Linear(16, 16)
        )
        self.blocks = nn.ModuleList([
            nn.ModuleDict({
                "conv": nn.Conv2d(1, 8, 3, padding=1),
                "time_emb_proj": nn.Linear(16, 8),
                "norm": nn.GroupNorm(4, 8),
            }),
            nn.ModuleDict({
                "conv": nn.Conv2d(8, 16, 3, padding=1),
                "time_emb_proj": nn.Linear(16, 16),
                "norm": nn.GroupNorm(4, 16),
            }),
        ])
        self.head = nn.Linear(16, 4)

    def features(self, x, t):
        emb = F.silu(self.time_embedding(timestep_embedding(t, 8)))
        x = self.blocks[0].conv(x) + self.blocks[0].time_emb_proj(emb)[:, :, None, None]
        x = F.avg_pool2d(F.silu(self.blocks[0].norm(x)), 2)
        x = self.blocks[1].conv(x) + self.blocks[1].time_emb_proj(emb)[:, :, None, None]
        return F.silu(self.blocks[1].norm(x)).mean(dim=(2, 3))

    def forward(self, x, t):
        return self.head(self.features(x, t))
