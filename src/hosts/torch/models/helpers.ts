// Small Python functions that several networks share.
import type { Parts } from './parts.ts'
import { args, number, python } from './python.ts'

/** Modules in a row that keep the names of diffusers' modules. */
export const named = (parts: Parts): string =>
  parts.define(
    'named',
    () => python`
      def named(**modules):
          """Modules in a row, by their names."""
          return nn.Sequential(OrderedDict(modules))
    `,
  )

/** Wraps a module that starts at zero, if `isZero`. */
export function startAtZero(parts: Parts, isZero: boolean | undefined, module: string): string {
  if (!isZero) return module
  const zero = parts.define(
    'zero',
    () => python`
      def zero(module):
          """Sets all weights of a module to zero, and returns it."""
          for weight in module.parameters():
              nn.init.zeros_(weight)
          return module
    `,
  )
  return `${zero}(${module})`
}

export interface Waves {
  /** Cosines before sines. */
  flipSinToCos: boolean
  freqShift: number
}

/**
 * Sines and cosines of times: Python's `timestep_embedding(t, channels)`. Returns a function that
 * writes a call.
 */
export function timestepEmbedding(
  parts: Parts,
  waves: Waves,
  width: number,
): (t: string) => string {
  // A graph of layers may embed times in several ways.
  const name = parts.defineNumbered('timestep_embedding', '_', (name) => wavesCode(name, waves))
  const call = (t: string) => `${name}(${t}, ${width})`
  return width % 2 ? (t) => `F.pad(${call(t)}, (0, 1))` : call
}

function wavesCode(name: string, { flipSinToCos, freqShift }: Waves): string {
  const [title, waves] = flipSinToCos
    ? ['Cosines and sines', 'angles.cos(), angles.sin()']
    : ['Sines and cosines', 'angles.sin(), angles.cos()']
  const count = `channels // 2${freqShift === 0 ? '' : ` - ${number(freqShift)}`}`
  return python`
    def ${name}(t, channels):
        """${title} of times t (B,): (B, channels). Float32 would lose digits of large t."""
        kind = torch.float32 if t.device.type == "mps" else torch.float64
        k = torch.arange(channels // 2, dtype=kind, device=t.device)
        angles = t[:, None] * 10000 ** (-k / (${count}))
        return torch.cat([${waves}], dim=1).float()
  `
}

/** The fixed embedding of the places of a grid. */
export const gridEmbedding = (parts: Parts): string =>
  parts.define(
    'grid_embedding',
    () => python`
      def grid_embedding(rows, columns, channels):
          """Sines and cosines of column and row of each place: (rows * columns, channels)."""
          frequencies = 10000 ** (-torch.arange(channels // 4, dtype=torch.float64) / (channels // 4))
          row, column = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
          angles = [place.reshape(-1, 1) * frequencies for place in (column, row)]
          return torch.cat([wave for a in angles for wave in (a.sin(), a.cos())], dim=1).float()
    `,
  )

export const patchify = (parts: Parts): string =>
  parts.define(
    'patchify',
    () => python`
      def patchify(x, size):
          """Squares of an image (B, C, H, W) as tokens (B, N, size * size * C)."""
          x = x.unflatten(3, (-1, size)).unflatten(2, (-1, size))
          return x.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)
    `,
  )

export const unpatchify = (parts: Parts): string =>
  parts.define(
    'unpatchify',
    () => python`
      def unpatchify(x, size, rows, columns):
          """Tokens (B, rows * columns, size * size * C) as squares of an image (B, C, H, W)."""
          x = x.unflatten(2, (size, size, -1)).unflatten(1, (rows, columns))
          return x.permute(0, 5, 1, 3, 2, 4).flatten(4).flatten(2, 3)
    `,
  )

/** Attention of tokens with several heads. */
export const defineAttend = (parts: Parts): string =>
  parts.define(
    'attend',
    () => python`
      def attend(q, k, v, heads):
          """Softmax attention of queries to keys and values (B, N, C), with heads side by side in C."""
          q, k, v = (x.unflatten(2, (heads, -1)).transpose(1, 2) for x in (q, k, v))
          return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
    `,
  )

export const defineAttendLinearly = (parts: Parts): string =>
  parts.define(
    'attend_linearly',
    () => python`
      def attend_linearly(q, k, v, heads):
          """Attention whose cost is linear in the number of tokens (Shen et al. 2021)."""
          q, k, v = (x.unflatten(2, (heads, -1)).transpose(1, 2) for x in (q, k, v))
          summary = k.softmax(dim=2).transpose(2, 3) @ v
          return (q.softmax(dim=3) @ summary).transpose(1, 2).flatten(2)
    `,
  )

export const fourierEmbedding = (parts: Parts): string =>
  parts.define(
    'FourierEmbedding',
    () => python`
      class FourierEmbedding(nn.Module):
          """Sines and cosines of ln t with fixed random frequencies."""

          def __init__(self, count, scale):
              super().__init__()
              self.register_buffer("weight", scale * torch.randn(count))

          def forward(self, t):
              kind = torch.float32 if t.device.type == "mps" else torch.float64
              angles = 2 * math.pi * t.to(kind).log()[:, None] * self.weight
              return torch.cat([angles.sin(), angles.cos()], dim=1).float()
    `,
  )

/** A group norm; PyTorch's default eps is left out. */
export const groupNorm = (
  groups: number | string,
  channels: number | string,
  eps: number,
): string => `nn.GroupNorm(${args(groups, channels, eps !== 1e-5 && `eps=${number(eps)}`)})`

/** Activations by name: as a function of x, and as a module. */
export const activations: Readonly<
  Record<string, { call: (x: string) => string; module: string; title: string }>
> = {
  silu: { call: (x) => `F.silu(${x})`, module: 'nn.SiLU()', title: 'SiLU' },
  gelu: { call: (x) => `F.gelu(${x})`, module: 'nn.GELU()', title: 'GELU' },
  gelu_tanh: {
    call: (x) => `F.gelu(${x}, approximate="tanh")`,
    module: 'nn.GELU("tanh")',
    title: 'GELU',
  },
  relu: { call: (x) => `F.relu(${x})`, module: 'nn.ReLU()', title: 'ReLU' },
  tanh: { call: (x) => `torch.tanh(${x})`, module: 'nn.Tanh()', title: 'tanh' },
  mish: { call: (x) => `F.mish(${x})`, module: 'nn.Mish()', title: 'Mish' },
}
