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
