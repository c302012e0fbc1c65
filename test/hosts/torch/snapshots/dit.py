from collections import OrderedDict
import torch
import torch.nn.functional as F
from torch import nn


def named(**modules):
    """Modules in a row, by their names."""
    return nn.Sequential(OrderedDict(modules))


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
    angles = t[:, None] * 10000 ** (-k / (channels // 2 - 1))
    return torch.cat([angles.cos(), angles.sin()], dim=1).float()


def unpatchify(x, size, rows, columns):
    """Tokens (B, rows * columns, size * size * C) as squares of an image (B, C, H, W)."""
    x = x.unflatten(2, (size, size, -1)).unflatten(1, (rows, columns))
    return x.permute(0, 5, 1, 3, 2, 4).flatten(4).flatten(2, 3)


class DiTEmbedding(nn.Module):
    """Sum of the embeddings of time and class; the last class is "none"."""

    def __init__(self, out):
        super().__init__()
        self.timestep_embedder = named(
            linear_1=nn.Linear(256, out),
            act=nn.SiLU(),
            linear_2=nn.Linear(out, out),
        )
        self.class_embedder = nn.ModuleDict({"embedding_table": nn.Embedding(1001, out)})

    def forward(self, waves, classes):
        return self.timestep_embedder(waves) + self.class_embedder.embedding_table(classes % 1001)


class SelfAttention(nn.Module):
    """Attention of tokens to each other."""

    def __init__(self, channels):
        super().__init__()
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.Sequential(nn.Linear(channels, channels))

    def forward(self, x):
        q, k, v = self.to_q(x), self.to_k(x), self.to_v(x)
        return self.to_out(attend(q, k, v, heads=2))


class DiTBlock(nn.Module):
    """Attention and a feed-forward network, shifted, scaled and gated by an embedding."""

    def __init__(self, channels):
        super().__init__()
        self.norm1 = nn.ModuleDict({
            "emb": DiTEmbedding(channels), "linear": zero(nn.Linear(channels, 6 * channels))
        })
        self.attn1 = SelfAttention(channels)
        self.ff = named(net=nn.Sequential(
            named(proj=nn.Linear(channels, 4 * channels)),
            nn.GELU("tanh"),
            nn.Linear(4 * channels, channels),
        ))

    def forward(self, x, waves, classes):
        emb = self.norm1.linear(F.silu(self.norm1.emb(waves, classes)))
        shift, scale, gate, shift2, scale2, gate2 = emb.chunk(6, dim=-1)
        h = F.layer_norm(x, x.shape[-1:], eps=1e-6) * (1 + scale[:, None]) + shift[:, None]
        x = x + self.attn1(h) * gate[:, None]
        h = F.layer_norm(x, x.shape[-1:], eps=1e-5) * (1 + scale2[:, None]) + shift2[:, None]
        return x + self.ff(h) * gate2[:, None]


class DiT(nn.Module):
    """Diffusion transformer for 8 x 8 images (Peebles & Xie 2023)."""

    def __init__(self, width=16, layers=2):
        super().__init__()
        self.pos_embed = named(proj=nn.Conv2d(1, width, 2, stride=2))
        self.transformer_blocks = nn.ModuleList(DiTBlock(width) for _ in range(layers))
        self.proj_out_1 = zero(nn.Linear(width, 2 * width))
        self.proj_out_2 = zero(nn.Linear(width, 4))
        self.register_buffer("positions", grid_embedding(4, 4, width), persistent=False)

    def forward(self, x, t, classes=None):
        if classes is None:
            classes = torch.full((len(x),), -1, device=x.device)
        waves = timestep_embedding(t, 256)
        x = self.pos_embed(x).flatten(2).transpose(1, 2) + self.positions
        for block in self.transformer_blocks:
            x = block(x, waves, classes)
        emb = self.proj_out_1(F.silu(self.transformer_blocks[0].norm1.emb(waves, classes)))
        shift, scale = emb.chunk(2, dim=-1)
        x = F.layer_norm(x, x.shape[-1:], eps=1e-6) * (1 + scale[:, None]) + shift[:, None]
        return unpatchify(self.proj_out_2(x), 2, 4, 4)
