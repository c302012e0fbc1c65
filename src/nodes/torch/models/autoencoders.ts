// Autoencoders in PyTorch: diffusers' AutoencoderKL and AutoencoderTiny.
import type { KlConfig } from '../../../engine/models/kinds/vae/klConfig.ts'
import { klActivation } from '../../../engine/models/kinds/vae/klConfig.ts'
import type { TinyConfig } from '../../../engine/models/kinds/vae/tinyConfig.ts'
import { groupNorm, named } from './helpers.ts'
import type { Parts } from './parts.ts'
import { list, python } from './python.ts'
import { downsample, defineAttention, resnetBlock, upsample } from './unetParts.ts'

/** Epsilon of all group norms of an AutoencoderKL. */
const EPS = 1e-6

/** Adds the class of an AutoencoderKL. */
export function writeAutoencoderKl(parts: Parts, config: KlConfig, className: string) {
  const { block_out_channels: widths, latent_channels: latent, norm_num_groups: groups } = config
  const resnet = resnetBlock(parts, {
    groups,
    eps: EPS,
    activation: klActivation(config),
    embedding: undefined,
    dropout: 0,
    resamples: false,
    divides: false,
    zeroInit: false,
  })
  const stage = addStage(parts, resnet)
  const middle = addMiddle(parts, config, resnet)
  const decoded = [...widths].reverse()
  const stages = (all: readonly number[], count: number, resize: (channels: number) => string) =>
    all.map((out, i) => {
      const inputs = [all[Math.max(0, i - 1)], ...Array<number>(count - 1).fill(out)]
      const isLast = i === all.length - 1
      return `    ${stage}(${list(inputs)}, ${out}${isLast ? '' : `, ${resize(out)}`}),`
    })
  const count = config.layers_per_block
  const deepest = widths.at(-1)!
  const end = (channels: number, out: number) => [
    `    conv_norm_out=${groupNorm(groups, channels, EPS)},`,
    '    act=nn.SiLU(),',
    `    conv_out=nn.Conv2d(${channels}, ${out}, 3, padding=1),`,
    ')',
  ]
  const encoder = [
    `self.encoder = ${named(parts)}(`,
    `    conv_in=nn.Conv2d(${config.in_channels}, ${widths[0]}, 3, padding=1),`,
    '    down_blocks=nn.Sequential(',
    ...stages(widths, count, (channels) => `down=[${downsample(parts, 0)}(${channels})]`).map(
      deeper,
    ),
    '    ),',
    `    mid_block=${middle}(${deepest}),`,
    ...end(deepest, 2 * latent),
  ]
  const decoder = [
    `self.decoder = ${named(parts)}(`,
    `    conv_in=nn.Conv2d(${latent}, ${deepest}, 3, padding=1),`,
    `    mid_block=${middle}(${deepest}),`,
    '    up_blocks=nn.Sequential(',
    ...stages(decoded, count + 1, (channels) => `up=[${upsample(parts)}(${channels})]`).map(deeper),
    '    ),',
    ...end(widths[0], config.out_channels),
  ]
  const { use_quant_conv: quantizes, use_post_quant_conv: prepares } = config
  parts.define(
    className,
    () => python`
      class ${className}(nn.Module):
          """Autoencoder with a normal distribution of latents (Rombach et al. 2022)."""

          def __init__(self):
              super().__init__()
              ${encoder}
              ${decoder}
              ${quantizes && `self.quant_conv = nn.Conv2d(${2 * latent}, ${2 * latent}, 1)`}
              ${prepares && `self.post_quant_conv = nn.Conv2d(${latent}, ${latent}, 1)`}

          def encode(self, x):
              """Mean and log-variance of the latents of images."""
              moments = ${quantizes ? 'self.quant_conv(self.encoder(x))' : 'self.encoder(x)'}
              mean, log_variance = moments.chunk(2, dim=1)
              return mean, log_variance.clamp(-30, 20)

          def decode(self, z):
              return ${prepares ? 'self.decoder(self.post_quant_conv(z))' : 'self.decoder(z)'}
    `,
  )
}

const deeper = (line: string) => `    ${line}`

const addStage = (parts: Parts, resnet: string): string =>
  parts.define(
    'Stage',
    () => python`
      class Stage(nn.Module):
          """Residual blocks in a row, and a change of size."""

          def __init__(self, inputs, out, down=(), up=()):
              super().__init__()
              self.resnets = nn.ModuleList(${resnet}(channels, out) for channels in inputs)
              self.downsamplers = nn.ModuleList(down)
              self.upsamplers = nn.ModuleList(up)

          def forward(self, x):
              for module in (*self.resnets, *self.downsamplers, *self.upsamplers):
                  x = module(x)
              return x
    `,
  )

function addMiddle(parts: Parts, config: KlConfig, resnet: string): string {
  const attends = config.mid_block_add_attention
  const attention =
    attends &&
    defineAttention(parts, {
      eps: EPS,
      heads: { count: 1 },
      groups: config.norm_num_groups,
      otherGroups: false,
      divides: false,
      zeroInit: false,
      linear: false,
      ignoresTokens: false,
    })
  return parts.define(
    'MidBlock',
    () => python`
      class MidBlock(nn.Module):
          """Two residual blocks${attends && ', with attention in between'}."""

          def __init__(self, channels):
              super().__init__()
              self.resnets = nn.ModuleList(${resnet}(channels, channels) for _ in range(2))
              ${attends && `self.attentions = nn.ModuleList([${attention}(channels)])`}

          def forward(self, x):
              x = self.resnets[0](x)
              ${attends && 'x = self.attentions[0](x)'}
              return self.resnets[1](x)
    `,
  )
}

/** Adds the class of an AutoencoderTiny. */
export function writeAutoencoderTiny(parts: Parts, config: TinyConfig, className: string) {
  const {
    encoder_block_out_channels: encoded,
    decoder_block_out_channels: decoded,
    num_encoder_blocks: before,
    num_decoder_blocks: after,
    latent_channels: latent,
  } = config
  const block = tinyBlock(parts)
  const blocks = (channels: number, count: number) =>
    Array.from({ length: count }, () => `${block}(${channels})`)
  const convolution = (from: number, to: number, more = '') =>
    `nn.Conv2d(${from}, ${to}, 3, padding=1${more})`
  const encoder = encoded.flatMap((channels, i) => [
    i === 0
      ? convolution(config.in_channels, channels)
      : convolution(encoded[i - 1], channels, ', stride=2, bias=False'),
    ...blocks(channels, before[i]),
  ])
  const decoder = decoded.flatMap((channels, i) => [
    ...blocks(channels, after[i]),
    ...(i === decoded.length - 1
      ? [convolution(channels, config.out_channels)]
      : ['nn.Upsample(scale_factor=2)', convolution(channels, channels, ', bias=False')]),
  ])
  parts.define(
    className,
    () => python`
      class ${className}(nn.Module):
          """Small autoencoder of images (TAESD)."""

          def __init__(self):
              super().__init__()
              ${sequence(parts, 'encoder', [...encoder, convolution(encoded.at(-1)!, latent)])}
              ${sequence(parts, 'decoder', [convolution(latent, decoded[0]), 'nn.ReLU()', ...decoder])}

          def encode(self, x):
              return self.encoder((x + 1) / 2)

          def decode(self, z):
              return 2 * self.decoder(3 * torch.tanh(z / 3)) - 1
    `,
  )
}

const sequence = (parts: Parts, name: string, modules: readonly string[]): string[] => [
  'layers = nn.Sequential(',
  ...modules.map((module) => `    ${module},`),
  ')',
  `self.${name} = ${named(parts)}(layers=layers)`,
]

const tinyBlock = (parts: Parts): string =>
  parts.define(
    'TinyBlock',
    () => python`
      class TinyBlock(nn.Module):
          """Three convolutions beside a skip connection."""

          def __init__(self, channels):
              super().__init__()
              convs = [nn.Conv2d(channels, channels, 3, padding=1) for _ in range(3)]
              self.conv = nn.Sequential(convs[0], nn.ReLU(), convs[1], nn.ReLU(), convs[2])

          def forward(self, x):
              return F.relu(self.conv(x) + x)
    `,
  )
