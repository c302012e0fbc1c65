// Blocks of UNets and autoencoders in PyTorch: residual blocks, attention, and changes of size.
import type { Activation } from '../../../engine/layers/activations.ts'
import { activations, groupNorm, named, startAtZero } from './helpers.ts'
import type { Parts } from './parts.ts'
import { args, number, python } from './python.ts'

/** What the residual blocks of a network have in common. */
export interface ResnetStyle {
  groups: number
  eps: number
  activation: Activation
  /** Use of the embedding, of this width by name; undefined without one. */
  embedding: { shifts: boolean } | undefined
  dropout: number
  /** Some of them change the size of images. */
  resamples: boolean
  /** Some of them divide their result. */
  divides: boolean
  zeroInit: boolean
}

/** Class of residual blocks: `ResnetBlock(channels, out, width, resample=..., divisor=...)`. */
export const resnetBlock = (parts: Parts, style: ResnetStyle): string =>
  parts.define('ResnetBlock', () => writeResnetBlock(parts, style))

function writeResnetBlock(parts: Parts, style: ResnetStyle): string {
  const { groups, eps, embedding, dropout, resamples, divides, zeroInit } = style
  const { call, title } = activations[style.activation]
  const use = embedding?.shifts ? 'shifts and scales' : 'is added'
  const resize = (x: string) => (resamples ? `self.resample(${x})` : x)
  const drop = (x: string) => (dropout > 0 ? `self.dropout(${x})` : x)
  const first = `self.conv1(${resize(call('self.norm1(x)'))})`
  const projected = 'self.time_emb_proj(emb)[:, :, None, None]'
  const second = embedding?.shifts ? 'h' : 'self.norm2(h)'
  const sum = `self.conv_shortcut(${resize('x')}) + self.conv2(${drop(call(second))})`
  const parameters = args(
    'self, channels, out',
    embedding && 'width',
    resamples && 'resample=None',
    divides && 'divisor=1',
  )
  return python`
    class ResnetBlock(nn.Module):
        """Twice norm, ${title} and convolution with a skip connection${embedding ? `; the embedding ${use}` : ''}."""

        def __init__(${parameters}):
            super().__init__()
            self.norm1 = ${groupNorm(groups, 'channels', eps)}
            self.conv1 = nn.Conv2d(channels, out, 3, padding=1)
            ${embedding && `self.time_emb_proj = nn.Linear(width, ${embedding.shifts ? '2 * out' : 'out'})`}
            self.norm2 = ${groupNorm(groups, 'out', eps)}
            ${dropout > 0 && `self.dropout = nn.Dropout(${number(dropout)})`}
            self.conv2 = ${startAtZero(parts, zeroInit, 'nn.Conv2d(out, out, 3, padding=1)')}
            self.conv_shortcut = nn.Conv2d(channels, out, 1) if channels != out else nn.Identity()
            ${resamples && 'self.resample = resample or nn.Identity()'}
            ${divides && 'self.divisor = divisor'}

        def forward(${args('self, x', embedding && 'emb')}):
            ${
              embedding?.shifts
                ? [
                    `scale, shift = ${projected}.chunk(2, dim=1)`,
                    `h = self.norm2(${first}) * (1 + scale) + shift`,
                  ]
                : embedding && !resamples
                  ? `h = ${first} + ${projected}`
                  : [`h = ${first}`, ...(embedding ? [`h = h + ${projected}`] : [])]
            }
            return ${divides ? `(${sum}) / self.divisor` : sum}
  `
}

/** What the attention blocks of a network have in common; what differs is a parameter. */
export interface AttentionStyle {
  eps: number
  /** Number of heads, or channels per head, of all blocks; undefined if both differ. */
  heads: { count: number } | { width: number } | undefined
  /** Groups of the norm of the first block; undefined without a norm. */
  groups: number | undefined
  /** Some blocks have another number of groups, or no norm. */
  otherGroups: boolean
  divides: boolean
  zeroInit: boolean
  linear: boolean
  /** Takes and ignores tokens, beside blocks that attend to them. */
  ignoresTokens: boolean
}

/**
 * Class of self-attention of pixels: `Attention(channels, heads=..., groups=..., divisor=...)`, or
 * `LinearAttention`.
 */
export const pixelAttention = (parts: Parts, style: AttentionStyle): string =>
  parts.define(style.linear ? 'LinearAttention' : 'Attention', () => writeAttention(parts, style))

function writeAttention(parts: Parts, style: AttentionStyle): string {
  const { eps, heads, groups, otherGroups, divides, zeroInit, linear } = style
  const norm = groupNorm(otherGroups ? 'groups' : (groups ?? 0), 'channels', eps)
  const normed = groups || otherGroups ? 'self.group_norm(x)' : 'x'
  const split = `unflatten(2, ${headShape(heads)}).transpose(1, 2)`
  const sum = 'x + self.to_out(h).transpose(1, 2).reshape(x.shape)'
  const parameters = args(
    'self, channels',
    heads === undefined && 'heads',
    otherGroups && `groups=${groups ?? 'None'}`,
    divides && 'divisor=1',
  )
  return python`
    class ${linear ? 'LinearAttention' : 'Attention'}(nn.Module):
        """${linear ? 'Linear attention (Shen et al. 2021)' : 'Self-attention'} of all pixels, with a skip connection."""

        def __init__(${parameters}):
            super().__init__()
            ${normed !== 'x' && `self.group_norm = ${otherGroups ? `${norm} if groups else nn.Identity()` : norm}`}
            self.to_q = nn.Linear(channels, channels)
            self.to_k = nn.Linear(channels, channels)
            self.to_v = nn.Linear(channels, channels)
            self.to_out = nn.Sequential(${startAtZero(parts, zeroInit, 'nn.Linear(channels, channels)')})
            ${heads === undefined && 'self.heads = heads'}
            ${divides && 'self.divisor = divisor'}

        def forward(${args('self, x', style.ignoresTokens && 'tokens=None')}):
            pixels = ${normed}.flatten(2).transpose(1, 2)
            layers = (self.to_q, self.to_k, self.to_v)
            q, k, v = (layer(pixels).${split} for layer in layers)
            ${
              linear
                ? [
                    'summary = k.softmax(dim=2).transpose(2, 3) @ v',
                    'h = (q.softmax(dim=3) @ summary).transpose(1, 2).flatten(2)',
                  ]
                : 'h = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)'
            }
            return ${divides ? `(${sum}) / self.divisor` : sum}
  `
}

/** Sizes that the channels are split into: heads, and channels per head. */
function headShape(heads: AttentionStyle['heads']): string {
  if (heads === undefined) return '(self.heads, -1)'
  return 'count' in heads ? `(${heads.count}, -1)` : `(-1, ${heads.width})`
}

/** A 3 x 3 convolution with stride 2. `padding` 0 pads only at the right and the bottom. */
export const downsample = (parts: Parts, padding: 0 | 1): string =>
  parts.define(
    'Downsample',
    () => python`
      def Downsample(channels):
          """Halves the size of images."""
          ${
            padding === 1
              ? `return ${named(parts)}(conv=nn.Conv2d(channels, channels, 3, stride=2, padding=1))`
              : [
                  'pad = nn.ZeroPad2d((0, 1, 0, 1))',
                  `return ${named(parts)}(pad=pad, conv=nn.Conv2d(channels, channels, 3, stride=2))`,
                ]
          }
    `,
  )

/** Nearest-neighbour upsampling by 2 and a 3 x 3 convolution. */
export const upsample = (parts: Parts): string =>
  parts.define(
    'Upsample',
    () => python`
      def Upsample(channels):
          """Doubles the size of images."""
          return ${named(parts)}(up=nn.Upsample(scale_factor=2), conv=nn.Conv2d(channels, channels, 3, padding=1))
    `,
  )
