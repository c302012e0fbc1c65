from collections import OrderedDict
import torch
import torch.nn.functional as F
from torch import nn


def attend(q, k, v, heads):
    """Softmax attention of queries to keys and values (B, N, C), with heads side by side in C."""
    q, k, v = (x.unflatten(2, (heads, -1)).transpose(1, 2) for x in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


def zero(module):
    """Sets all weights of a module to zero, and returns it."""
    for weight in module.parameters():
        nn.init.zeros_(weight)
    return module


def grid_embedding(rows, columns, channels):
    """Sines and cosines of column and row of each place: (rows * columns, channels)."""
    frequencies = 10000 ** (-torch.arange(channels // 4, dtype=torch.float64) / (channels // 4))
    row, column = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    angles = [place.reshape(-1, 1) * frequencies for place in (column, row)]
    return torch.cat([wave for a in angles for wave in (a.sin(), a.cos())], dim=1).float()


def timestep_embedding(t, channels):
    """Cosines and sines of times t (B,): (B, channels). Float32 would lose digits of large t."""
    kind = torch.float32 if t.device.type == "mps" else torch.float64
    k = torch.arange(channels // 2, dtype=kind, device=t.device)
    angles = t[:, None] * 10000 ** (-k / (channels // 2))
    return torch.cat([angles.cos(), angles.sin()], dim=1).float()


def patchify(x, size):
    """Squares of an image (B, C, H, W) as tokens (B, N, size * size * C)."""
    x = x.unflatten(3, (-1, size)).unflatten(2, (-1, size))
    return x.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)


def unpatchify(x, size, rows, columns):
    """Tokens (B, rows * columns, size * size * C) as squares of an image (B, C, H, W)."""
    x = x.unflatten(2, (size, size, -1)).unflatten(1, (rows, columns))
    return x.permute(0, 5, 1, 3, 2, 4).flatten(4).flatten(2, 3)


def named(**modules):
    """Modules in a row, by their names."""
    return nn.Sequential(OrderedDict(modules))


class RotaryEmbedding(nn.Module):
    """Rotates the channels of each head by angles of the row and the column of a token."""

    def __init__(self, rows, columns, channels):
        super().__init__()
        k = torch.arange(channels // 4, dtype=torch.float64)
        row, column = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
        places = [place.reshape(-1, 1) for place in (row, row, column, column)]
        angles = torch.cat([place * 10000 ** (-4 * k / channels) for place in places], dim=1)
        self.register_buffer("cosines", angles.cos().float(), persistent=False)
        self.register_buffer("sines", angles.sin().float(), persistent=False)

    def forward(self, x, heads):
        x = x.unflatten(2, (heads, -1)).transpose(1, 2)
        a, b, c, d = x.chunk(4, dim=3)
        x = x * self.cosines + torch.cat([-b, a, -d, c], dim=3) * self.sines
        return x.transpose(1, 2).flatten(2)


class RotaryAttention(nn.Module):
    """Attention of tokens with normalized, rotated queries and keys."""

    def __init__(self, channels):
        super().__init__()
        self.q = nn.Linear(channels, channels)
        self.k = nn.Linear(channels, channels)
        self.v = nn.Linear(channels, channels)
        self.q_norm = nn.RMSNorm(8, eps=1e-6)
        self.k_norm = nn.RMSNorm(8, eps=1e-6)
        self.proj = nn.Linear(channels, channels)
        self.rotary = RotaryEmbedding(4, 4, 8)

    def forward(self, x):
        v = self.v(x)
        q = self.rotary(self.q_norm(self.q(x).reshape(-1, 16, 2, 8)).reshape(-1, 16, 16), heads=2)
        k = self.rotary(self.k_norm(self.k(x).reshape(-1, 16, 2, 8)).reshape(-1, 16, 16), heads=2)
        return self.proj(attend(q, k, v, heads=2))


class SwiGLU(nn.Module):
    """Feed-forward network with a gate (Shazeer 2020)."""

    def __init__(self, channels):
        super().__init__()
        self.w12 = nn.Linear(channels, 84)
        self.w3 = nn.Linear(42, channels)

    def forward(self, x):
        gate, value = self.w12(x).chunk(2, dim=-1)
        return self.w3(F.silu(gate) * value)


class JiTBlock(nn.Module):
    """Attention and a feed-forward network, shifted, scaled and gated by an embedding."""

    def __init__(self, channels):
        super().__init__()
        self.adaLN_modulation = zero(nn.Linear(channels, 6 * channels))
        self.norm1 = nn.RMSNorm(channels, eps=1e-6)
        self.attn = RotaryAttention(channels)
        self.norm2 = nn.RMSNorm(channels, eps=1e-6)
        self.mlp = SwiGLU(channels)

    def forward(self, x, emb):
        shift, scale, gate, shift2, scale2, gate2 = self.adaLN_modulation(emb).chunk(6, dim=-1)
        x = x + self.attn(self.norm1(x) * (1 + scale[:, None]) + shift[:, None]) * gate[:, None]
        h = self.mlp(self.norm2(x) * (1 + scale2[:, None]) + shift2[:, None]) * gate2[:, None]
        return x + h


class JiT(nn.Module):
    """Network of 89 layers."""

    def __init__(self):
        super().__init__()
        self.t_embedder = named(
            linear_1=nn.Linear(256, 16), act=nn.SiLU(), linear_2=nn.Linear(16, 16)
        )
        self.y_embedder = nn.ModuleDict({"table": nn.Embedding(4, 16)})
        self.x_embedder = named(proj1=nn.Linear(8, 6, bias=False), proj2=nn.Linear(6, 16))
        self.blocks = nn.ModuleList(JiTBlock(16) for _ in range(2))
        self.final_layer = nn.ModuleDict({
            "adaLN_modulation": zero(nn.Linear(16, 32)),
            "norm_final": nn.RMSNorm(16, eps=1e-6),
            "linear": zero(nn.Linear(16, 8)),
        })
        self.register_buffer("positions", grid_embedding(4, 4, 16), persistent=False)

    def forward(self, x, t, classes=None):
        if classes is None:
            classes = torch.full((len(x),), -1, device=x.device)
        emb = self.t_embedder(timestep_embedding(t, 256)) + self.y_embedder.table(classes % 4)
        emb = F.silu(emb)
        x = self.x_embedder(patchify(x, 2)) + self.positions
        for block in self.blocks:
            x = block(x, emb)
        shift, scale = self.final_layer.adaLN_modulation(emb).chunk(2, dim=-1)
        x = self.final_layer.norm_final(x) * (1 + scale[:, None]) + shift[:, None]
        return unpatchify(self.final_layer.linear(x), 2, 4, 4)
