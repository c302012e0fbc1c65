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


class SelfAttention(nn.Module):
    """Attention of tokens to each other."""

    def __init__(self, channels):
        super().__init__()
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(channels, channels, bias=False)
        self.to_v = nn.Linear(channels, channels, bias=False)
        self.to_out = nn.Sequential(nn.Linear(channels, channels))

    def forward(self, x):
        q, k, v = self.to_q(x), self.to_k(x), self.to_v(x)
        return self.to_out(attend(q, k, v, heads=4))


class CrossAttention(nn.Module):
    """Attention of pixels to tokens."""

    def __init__(self, channels):
        super().__init__()
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(12, channels, bias=False)
        self.to_v = nn.Linear(12, channels, bias=False)
        self.to_out = nn.Sequential(nn.Linear(channels, channels))

    def forward(self, x, tokens):
        q, k, v = self.to_q(x), self.to_k(tokens), self.to_v(tokens)
        return self.to_out(attend(q, k, v, heads=4))


class GEGLU(nn.Module):
    """Linear layer whose second half gates the first (Shazeer 2020)."""

    def __init__(self, channels, out):
        super().__init__()
        self.proj = nn.Linear(channels, 2 * out)

    def forward(self, x):
        value, gate = self.proj(x).chunk(2, dim=-1)
        return value * F.gelu(gate)


def Upsample(channels):
    """Doubles the size of images."""
    return named(up=nn.Upsample(scale_factor=2), conv=nn.Conv2d(channels, channels, 3, padding=1))


class TransformerBlock(nn.Module):
    """Self-attention, cross-attention and a feed-forward network, with skip connections."""

    def __init__(self, channels):
        super().__init__()
        self.norm1 = nn.LayerNorm(channels)
        self.attn1 = SelfAttention(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.attn2 = CrossAttention(channels)
        self.norm3 = nn.LayerNorm(channels)
        self.ff = named(net=nn.Sequential(
            GEGLU(channels, 4 * channels), nn.Identity(), nn.Linear(4 * channels, channels)
        ))

    def forward(self, x, tokens):
        x = x + self.attn1(self.norm1(x))
        x = x + self.attn2(self.norm2(x), tokens)
        return x + self.ff(self.norm3(x))


class Transformer(nn.Module):
    """Transformer over the pixels of an image, which attend to themselves and to tokens."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(8, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, channels)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(channels)])
        self.proj_out = nn.Linear(channels, channels)

    def forward(self, x, tokens):
        h = self.proj_in(self.norm(x).movedim(1, -1)).flatten(1, 2)
        for block in self.transformer_blocks:
            h = block(h, tokens)
        return x + self.proj_out(h.unflatten(1, x.shape[2:])).movedim(-1, 1)


class Level(nn.Module):
    """Modules of one resolution, in lists."""

    def __init__(self, resnets, attentions=(), downsamplers=(), upsamplers=()):
        super().__init__()
        self.resnets = nn.ModuleList(resnets)
        self.attentions = nn.ModuleList(attentions or [nn.Identity() for _ in resnets])
        self.downsamplers = nn.ModuleList(downsamplers)
        self.upsamplers = nn.ModuleList(upsamplers)


class UNet(nn.Module):
    """U-Net of 8 x 8 images with the weights of diffusers' UNet2DConditionModel."""

    def __init__(self):
        super().__init__()
        self.conv_in = nn.Conv2d(1, 16, 3, padding=1)
        self.time_embedding = named(
            linear_1=nn.Linear(16, 64), act=nn.SiLU(), linear_2=nn.Linear(64, 64)
        )
        self.encoder_hid_proj = nn.Linear(5, 12)
        self.down_blocks = nn.ModuleList([
            Level([ResnetBlock(16, 16)], downsamplers=[Downsample(16)]),
            Level([ResnetBlock(16, 32)], [Transformer(32)]),
        ])
        self.mid_block = Level([ResnetBlock(32, 32), ResnetBlock(32, 32)], [Transformer(32)])
        self.up_blocks = nn.ModuleList([
            Level(
                [ResnetBlock(64, 32), ResnetBlock(48, 32)],
                [Transformer(32), Transformer(32)],
                upsamplers=[Upsample(32)],
            ),
            Level([ResnetBlock(48, 16), ResnetBlock(32, 16)]),
        ])
        self.conv_norm_out = nn.GroupNorm(8, 16)
        self.conv_out = nn.Conv2d(16, 1, 3, padding=1)

    def forward(self, x, t, tokens=None):
        if tokens is None:
            tokens = x.new_zeros(len(x), 1, 5)
        x = self.conv_in(x)
        skips = [x]
        emb = self.time_embedding(timestep_embedding(t, 16))
        tokens = self.encoder_hid_proj(tokens)
        for level in self.down_blocks:
            for resnet, attention in zip(level.resnets, level.attentions):
                x = resnet(x, emb)
                x = attention(x, tokens) if isinstance(attention, Transformer) else attention(x)
                skips.append(x)
            for downsample in level.downsamplers:
                x = downsample(x)
                skips.append(x)
        x = self.mid_block.attentions[0](self.mid_block.resnets[0](x, emb), tokens)
        x = self.mid_block.resnets[1](x, emb)
        for level in self.up_blocks:
            for resnet, attention in zip(level.resnets, level.attentions):
                x = resnet(torch.cat([x, skips.pop()], dim=1), emb)
                x = attention(x, tokens) if isinstance(attention, Transformer) else attention(x)
            for upsample in level.upsamplers:
                x = upsample(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))
