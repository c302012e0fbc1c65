// Python functions and modules that only graphs of layers use.
import type { Parts } from './parts.ts'
import { python } from './python.ts'

export const fourierFeatures = (parts: Parts): string =>
  parts.define(
    'fourier_features',
    () => python`
      def fourier_features(x, count):
          """Sines and cosines of x, 2 x, 4 x, ... beside x (B, D)."""
          angles = torch.cat([2**k * x for k in range(count)], dim=1)
          return torch.cat([x, angles.sin(), angles.cos()], dim=1)
    `,
  )

/** A learned number per channel. */
export const scale = (parts: Parts): string =>
  parts.define(
    'Scale',
    () => python`
      class Scale(nn.Module):
          """A learned factor per channel, the last axis."""

          def __init__(self, channels, start):
              super().__init__()
              self.weight = nn.Parameter(torch.full((channels,), float(start)))

          def forward(self, x):
              return x * self.weight
    `,
  )

/** Rotations of the channels of each head by the row and the column of a token. */
export const rotaryEmbedding = (parts: Parts): string =>
  parts.define(
    'RotaryEmbedding',
    () => python`
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
    `,
  )
