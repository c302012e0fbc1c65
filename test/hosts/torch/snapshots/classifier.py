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


class ClassifierBlock(nn.Module):
    """Convolution, norm and activation; the embedding is added."""

    def __init__(self, channels, out):
        super().__init__()
        self.conv = nn.Conv2d(channels, out, 3, padding=1)
        self.time_emb_proj = nn.Linear(16, out)
        self.norm = nn.GroupNorm(4, out)

    def forward(self, x, emb):
        return F.silu(self.norm(self.conv(x) + self.time_emb_proj(emb)[:, :, None, None]))


class classifier(nn.Module):
    """Classifier of noised 8 x 8 images, with a level per resolution."""

    def __init__(self):
        super().__init__()
        self.time_embedding = named(
            linear_1=nn.Linear(8, 16), act=nn.SiLU(), linear_2=nn.Linear(16, 16)
        )
        self.blocks = nn.ModuleList([ClassifierBlock(1, 8), ClassifierBlock(8, 16)])
        self.head = nn.Linear(16, 4)

    def features(self, x, t):
        """Inputs of the last layer, (B, 16)."""
        emb = F.silu(self.time_embedding(timestep_embedding(t, 8)))
        x = F.avg_pool2d(self.blocks[0](x, emb), 2)
        return self.blocks[1](x, emb).mean(dim=(2, 3))

    def forward(self, x, t):
        return self.head(self.features(x, t))
