// Transformers over the pixels of an image that attend to tokens: diffusers' Transformer2DModel.
import { attend, groupNorm, named, startAtZero } from './helpers.ts'
import type { Parts } from './parts.ts'
import { args, python } from './python.ts'

/** What the transformers of a network have in common; undefined for what differs. */
export interface TransformerStyle {
  groups: number
  /** Width of the tokens. */
  tokenWidth: number
  heads: number | undefined
  layers: number | undefined
  linearProjection: boolean
  zeroInit: boolean
}

/** Class of transformers: `Transformer(channels, heads=..., layers=...)`. */
export const transformer = (parts: Parts, style: TransformerStyle): string =>
  parts.define('Transformer', () => writeTransformer(parts, style))

function writeTransformer(parts: Parts, style: TransformerStyle): string {
  const { groups, heads, layers, linearProjection, zeroInit } = style
  const block = transformerBlock(parts, style)
  const projection = linearProjection
    ? 'nn.Linear(channels, channels)'
    : 'nn.Conv2d(channels, channels, 1)'
  const blocks = `${block}(${args('channels', heads === undefined && 'heads')})`
  const parameters = args(
    'self, channels',
    heads === undefined && 'heads',
    layers === undefined && 'layers',
  )
  return python`
    class Transformer(nn.Module):
        """Transformer over the pixels of an image, which attend to themselves and to tokens."""

        def __init__(${parameters}):
            super().__init__()
            self.norm = ${groupNorm(groups, 'channels', 1e-6)}
            self.proj_in = ${projection}
            self.transformer_blocks = nn.ModuleList(${layers === 1 ? `[${blocks}]` : `${blocks} for _ in range(${layers ?? 'layers'})`})
            self.proj_out = ${startAtZero(parts, zeroInit, projection)}

        def forward(self, x, tokens):
            ${
              linearProjection
                ? 'h = self.proj_in(self.norm(x).flatten(2).transpose(1, 2))'
                : 'h = self.proj_in(self.norm(x)).flatten(2).transpose(1, 2)'
            }
            for block in self.transformer_blocks:
                h = block(h, tokens)
            ${
              linearProjection
                ? 'return x + self.proj_out(h).transpose(1, 2).reshape(x.shape)'
                : 'return x + self.proj_out(h.transpose(1, 2).reshape(x.shape))'
            }
  `
}

const transformerBlock = (parts: Parts, { heads, tokenWidth }: TransformerStyle): string =>
  parts.define('TransformerBlock', () => {
    const cross = crossAttention(parts)
    const gated = geglu(parts)
    const call = (context: string | number) => `${cross}(channels, ${context}, ${heads ?? 'heads'})`
    return python`
      class TransformerBlock(nn.Module):
          """Self-attention, cross-attention and a feed-forward network, with skip connections."""

          def __init__(${args('self, channels', heads === undefined && 'heads')}):
              super().__init__()
              self.norm1 = nn.LayerNorm(channels)
              self.attn1 = ${call('channels')}
              self.norm2 = nn.LayerNorm(channels)
              self.attn2 = ${call(tokenWidth)}
              self.norm3 = nn.LayerNorm(channels)
              inner = ${gated}(channels, 4 * channels)
              # The module in the middle is a dropout in diffusers.
              net = nn.Sequential(inner, nn.Identity(), nn.Linear(4 * channels, channels))
              self.ff = ${named(parts)}(net=net)

          def forward(self, x, tokens):
              h = self.norm1(x)
              x = x + self.attn1(h, h)
              x = x + self.attn2(self.norm2(x), tokens)
              return x + self.ff(self.norm3(x))
    `
  })

const crossAttention = (parts: Parts): string =>
  parts.define(
    'CrossAttention',
    () => python`
      class CrossAttention(nn.Module):
          """Attention of tokens to a context."""

          def __init__(self, channels, context_channels, heads):
              super().__init__()
              self.to_q = nn.Linear(channels, channels, bias=False)
              self.to_k = nn.Linear(context_channels, channels, bias=False)
              self.to_v = nn.Linear(context_channels, channels, bias=False)
              self.to_out = nn.Sequential(nn.Linear(channels, channels))
              self.heads = heads

          def forward(self, x, context):
              q, k, v = self.to_q(x), self.to_k(context), self.to_v(context)
              return self.to_out(${attend(parts)}(q, k, v, self.heads))
    `,
  )

const geglu = (parts: Parts): string =>
  parts.define(
    'GEGLU',
    () => python`
      class GEGLU(nn.Module):
          """Linear layer whose second half gates the first (Shazeer 2020)."""

          def __init__(self, channels, out):
              super().__init__()
              self.proj = nn.Linear(channels, 2 * out)

          def forward(self, x):
              values, gates = self.proj(x).chunk(2, dim=-1)
              return values * F.gelu(gates)
    `,
  )
