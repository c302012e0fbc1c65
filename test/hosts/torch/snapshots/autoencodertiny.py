from collections import OrderedDict
import torch
import torch.nn.functional as F
from torch import nn


def named(**modules):
    """Modules in a row, by their names."""
    return nn.Sequential(OrderedDict(modules))


class TinyBlock(nn.Module):
    """Three convolutions beside a skip connection."""

    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, x):
        return F.relu(self.conv(x) + x)


class AutoencoderTiny(nn.Module):
    """Small autoencoder of images (TAESD)."""

    def __init__(self):
        super().__init__()
        self.encoder = named(layers=nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1),
            nn.Conv2d(8, 8, 3, stride=2, padding=1, bias=False),
            TinyBlock(8),
            TinyBlock(8),
            nn.Conv2d(8, 4, 3, padding=1),
        ))
        self.decoder = named(layers=nn.Sequential(
            nn.Conv2d(4, 8, 3, padding=1),
            nn.ReLU(),
            TinyBlock(8),
            TinyBlock(8),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(8, 8, 3, padding=1, bias=False),
            TinyBlock(8),
            nn.Conv2d(8, 3, 3, padding=1),
        ))

    def encode(self, x):
        return self.encoder((x + 1) / 2)

    def decode(self, z):
        return 2 * self.decoder(3 * torch.tanh(z / 3)) - 1
