from collections import OrderedDict
import torch.nn.functional as F
from torch import nn


def attend(q, k, v, heads):
    """Softmax attention of queries to keys and values (B, N, C), with heads side by side in C."""
    q, k, v = (x.unflatten(2, (heads, -1)).transpose(1, 2) for x in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


def named(**modules):
    """Modules in a row, by their names."""
    return nn.Sequential(OrderedDict(modules))


class ResnetBlock(nn.Module):
    """Twice norm, SiLU and convolution with a skip connection."""

    def __init__(self, channels, out):
        super().__init__()
        self.norm1 = nn.GroupNorm(4, channels, eps=1e-6)
        self.conv1 = nn.Conv2d(channels, out, 3, padding=1)
        self.norm2 = nn.GroupNorm(4, out, eps=1e-6)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(channels, out, 1) if channels != out else nn.Identity()

    def forward(self, x):
        h = self.conv1(F.silu(self.norm1(x)))
        return self.conv_shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class Downsample(nn.Module):
    """Halves the size of images."""

    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Attention(nn.Module):
    """Self-attention of all pixels, with a skip connection."""

    def __init__(self, channels):
        super().__init__()
        self.group_norm = nn.GroupNorm(4, channels, eps=1e-6)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.Sequential(nn.Linear(channels, channels))

    def forward(self, x):
        h = self.group_norm(x).flatten(2).transpose(1, 2)
        q, k, v = self.to_q(h), self.to_k(h), self.to_v(h)
        return x + self.to_out(attend(q, k, v, heads=1)).unflatten(1, x.shape[2:]).movedim(-1, 1)


def Upsample(channels):
    """Doubles the size of images."""
    return named(up=nn.Upsample(scale_factor=2), conv=nn.Conv2d(channels, channels, 3, padding=1))


class MidBlock(nn.Module):
    """Residual blocks, with attention in between if there is any."""

    def __init__(self, channels):
        super().__init__()
        self.resnets = nn.ModuleList(ResnetBlock(channels, channels) for _ in range(2))
        self.attentions = nn.ModuleList([Attention(channels)])

    def forward(self, x):
        x = self.attentions[0](self.resnets[0](x))
        return self.resnets[1](x)


class AutoencoderKL(nn.Module):
    """Autoencoder with a normal distribution of latents (Rombach et al. 2022)."""

    def __init__(self):
        super().__init__()
        self.encoder = named(
            conv_in=nn.Conv2d(3, 8, 3, padding=1),
            down_blocks=nn.Sequential(
                named(
                    resnets=nn.Sequential(ResnetBlock(8, 8)),
                    downsamplers=nn.Sequential(Downsample(8)),
                ),
                named(resnets=nn.Sequential(ResnetBlock(8, 16))),
            ),
            mid_block=MidBlock(16),
            conv_norm_out=nn.GroupNorm(4, 16, eps=1e-6),
            act=nn.SiLU(),
            conv_out=nn.Conv2d(16, 8, 3, padding=1),
        )
        self.quant_conv = nn.Conv2d(8, 8, 1)
        self.post_quant_conv = nn.Conv2d(4, 4, 1)
        self.decoder = named(
            conv_in=nn.Conv2d(4, 16, 3, padding=1),
            mid_block=MidBlock(16),
            up_blocks=nn.Sequential(
                named(
                    resnets=nn.Sequential(ResnetBlock(16, 16), ResnetBlock(16, 16)),
                    upsamplers=nn.Sequential(Upsample(16)),
                ),
                named(resnets=nn.Sequential(ResnetBlock(16, 8), ResnetBlock(8, 8))),
            ),
            conv_norm_out=nn.GroupNorm(4, 8, eps=1e-6),
            act=nn.SiLU(),
            conv_out=nn.Conv2d(8, 3, 3, padding=1),
        )

    def encode(self, x):
        """Mean and log-variance of the latents of images."""
        mean, log_variance = self.quant_conv(self.encoder(x)).chunk(2, dim=1)
        return mean, log_variance.clamp(-30, 20)

    def decode(self, z):
        return self.decoder(self.post_quant_conv(z))
