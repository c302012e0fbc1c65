// UNets in PyTorch: diffusers' UNet2DModel and UNet2DConditionModel.
import type { ConditionSpec } from '../../../engine/models/condition.ts'
import type { UnetConfig } from '../../../engine/models/kinds/unet/config.ts'
import { imageSize } from '../../../engine/models/kinds/unet/config.ts'
import type { Level, Resample, UnetStructure } from '../../../engine/models/kinds/unet/structure.ts'
import { unetStructure } from '../../../engine/models/kinds/unet/structure.ts'
import type { TokenConfig } from '../../../engine/models/kinds/unet/tokens.ts'
import { defaults, parameters } from './arguments.ts'
import {
  activations,
  fourierEmbedding,
  groupNorm,
  startAtZero,
  timeLayers,
  timestepEmbedding,
} from './helpers.ts'
import type { Parts } from './parts.ts'
import { args, bracketed, list, python } from './python.ts'
import type { UnetAttention } from './unetAttention.ts'
import { noAttention, unetAttention } from './unetAttention.ts'
import { downsample, resnetBlock, upsample } from './unetParts.ts'

/** Inputs of the functions that write parts of the class. */
interface Around {
  parts: Parts
  config: UnetConfig
  structure: UnetStructure
  attention: UnetAttention | undefined
  zeroInit: boolean
}

/** Adds the class of a UNet. */
export function writeUnet(
  parts: Parts,
  config: UnetConfig,
  className: string,
  specs: readonly ConditionSpec[],
  zeroInit: boolean,
) {
  const structure = unetStructure(config)
  const embed = writeEmbedding(parts, config, structure)
  const resamples = [...structure.down, ...structure.up].some(
    ({ resample }) => resample?.kind === 'resnet',
  )
  resnetBlock(parts, {
    groups: config.norm_num_groups,
    eps: config.norm_eps,
    activation: activationOf(config),
    embedding: { shifts: config.resnet_time_scale_shift === 'scale_shift' },
    dropout: config.dropout,
    resamples,
    divides: dividesMiddle(config, structure),
    zeroInit,
  })
  const attention = unetAttention(parts, config, structure, zeroInit)
  const around = { parts, config, structure, attention, zeroInit }
  const modules = writeModules(around)
  parts.define('Level', () => writeLevel(around))
  const [height, width] = imageSize(config)
  const [channels] = config.block_out_channels
  const source = config.cross_attention_dim ? 'UNet2DConditionModel' : 'UNet2DModel'
  const last = `self.conv_out(F.silu(self.conv_norm_out(x)))`
  parts.define(
    className,
    () => python`
      class ${className}(nn.Module):
          """U-Net of ${height} x ${width} images with the weights of diffusers' ${source}."""

          def __init__(self):
              super().__init__()
              width = ${structure.time.to}  # of the embedding of t
              self.conv_in = nn.Conv2d(${config.in_channels}, ${channels}, 3, padding=1)
              ${embed.modules}
              ${modules}
              self.conv_norm_out = ${groupNorm(config.norm_num_groups, channels, config.norm_eps)}
              self.conv_out = ${startAtZero(parts, zeroInit, `nn.Conv2d(${channels}, ${config.out_channels}, 3, padding=1)`)}

          def forward(${args('self, x', ...parameters(specs))}):
              ${defaults(specs)}
              ${embed.lines}
              ${config.extra_channels !== undefined && 'x = torch.cat([x, channels], dim=1)'}
              ${config.center_input_sample && 'x = 2 * x - 1'}
              ${writePath(around)}
              ${config.time_embedding_type === 'fourier' ? `return ${last} / t[:, None, None, None].float()` : `return ${last}`}
    `,
  )
}

const activationOf = ({ act_fn }: UnetConfig) => (act_fn === 'swish' ? 'silu' : act_fn)

const dividesMiddle = (config: UnetConfig, { middle }: UnetStructure) =>
  middle !== undefined && config.mid_block_scale_factor !== 1

/** Embeddings of time and condition: modules, and the lines that compute `emb` and `tokens`. */
function writeEmbedding(parts: Parts, config: UnetConfig, { time }: UnetStructure) {
  const { class_embed_type: type, num_class_embeds: rows } = config
  const settings = { flipSinToCos: config.flip_sin_to_cos, freqShift: config.freq_shift }
  const waves = (t: string) => timestepEmbedding(parts, settings, time.from)(t)
  const sum = [`self.time_embedding(${projectTime(config, waves)})`]
  const modules = [
    ...timeProjection(parts, config),
    ...timeLayers(parts, 'self.time_embedding', time.from, 'width'),
  ]
  if (type === 'timestep') {
    modules.push(...timeLayers(parts, 'self.class_embedding', time.from, 'width'))
    sum.push(`self.class_embedding(${waves('values')})`)
  } else if (type === 'identity') sum.push('vectors')
  else if (rows) {
    modules.push(`self.class_embedding = nn.Embedding(${rows}, width)  # the last row: no class`)
    sum.push(`self.class_embedding(classes % ${rows})`)
  }
  const tokens = writeTokens(config)
  const active = activations[activationOf(config)].call
  const lines =
    sum.length === 1
      ? [`emb = ${active(sum[0])}`]
      : [`emb = ${sum[0]}`, `emb = ${active(`emb + ${sum[1]}`)}`]
  return { modules: [...modules, ...tokens.modules], lines: [...lines, ...tokens.lines] }
}

function projectTime({ time_embedding_type: type }: UnetConfig, waves: (t: string) => string) {
  if (type === 'positional') return waves('t')
  return type === 'learned' ? 'self.time_proj(t.long())' : 'self.time_proj(t)'
}

/** Standard deviation of the frequencies of a Fourier embedding; fixed in diffusers. */
const FREQUENCIES = 16

function timeProjection(parts: Parts, config: UnetConfig): string[] {
  const [channels] = config.block_out_channels
  switch (config.time_embedding_type) {
    case 'positional':
      return []
    case 'fourier':
      return [`self.time_proj = ${fourierEmbedding(parts)}(${channels}, scale=${FREQUENCIES})`]
    case 'learned':
      return [`self.time_proj = nn.Embedding(${config.num_train_timesteps}, ${channels})`]
  }
}

function writeTokens(config: UnetConfig): { modules: string[]; lines: string[] } {
  const { cross_attention_dim: width, encoder_hid_dim: from } = config
  if (width === undefined) return { modules: [], lines: [] }
  const { num_token_embeds: rows, num_tokens: count } = config as UnetConfig & TokenConfig
  if (rows) {
    const hasPlaces = count > 1
    const found = `self.token_embedding(classes.view(-1, ${count}) % ${rows})`
    return {
      modules: [
        `self.token_embedding = nn.Embedding(${rows}, ${width})  # the last row: no class`,
        ...(hasPlaces ? [`self.token_positions = nn.Embedding(${count}, ${width})`] : []),
      ],
      lines: [`tokens = ${found}${hasPlaces ? ' + self.token_positions.weight' : ''}`],
    }
  }
  if (!from) return { modules: [], lines: [] }
  return {
    modules: [`self.encoder_hid_proj = nn.Linear(${from}, ${width})`],
    lines: ['tokens = self.encoder_hid_proj(tokens)'],
  }
}

/** Lines that create the levels and the middle block. */
function writeModules(around: Around): string[] {
  const { structure, attention, config } = around
  const { down, middle, up } = structure
  const [encoder, decoder] = [down, up].map((levels) =>
    levels.map((level) => createLevel(around, level)),
  )
  const indent = 8
  return [
    ...bracketed(['self.down_blocks = nn.ModuleList([', encoder, '])'], indent),
    ...(middle ? createMiddle(middle, attention, config) : []),
    ...bracketed(['self.up_blocks = nn.ModuleList([', decoder, '])'], indent),
  ]
}

function createLevel(around: Around, { resnets, attentions, resample }: Level): string {
  const { attention } = around
  const [block] = attentions
  return `Level(${args(
    list(resnets.map(({ from }) => from)),
    resnets[0].to,
    'width',
    block && attention!.factory(block),
    block?.kind === 'linear' && 'linear=True',
    resample && `${directionOf(resample)}=[${createResample(around, resample)}]`,
  )})`
}

const directionOf = (resample: Resample): 'down' | 'up' =>
  resample.kind === 'conv' ? resample.direction : resample.block.resample!

function createResample({ parts, config }: Around, resample: Resample): string {
  if (resample.kind === 'resnet') {
    const { from, to, resample: direction } = resample.block
    const resize = direction === 'down' ? 'nn.AvgPool2d(2)' : 'nn.Upsample(scale_factor=2)'
    return `ResnetBlock(${from}, ${to}, width, ${resize})`
  }
  const name =
    resample.direction === 'down' ? downsample(parts, config.downsample_padding) : upsample(parts)
  return `${name}(${resample.channels})`
}

function createMiddle(
  { resnets: [first, second], attention: block }: NonNullable<UnetStructure['middle']>,
  attention: UnetAttention | undefined,
  config: UnetConfig,
): string[] {
  const divisor = config.mid_block_scale_factor
  const isLinear = block?.kind === 'linear'
  const settings = args(
    list([first.from, second.from]),
    first.to,
    'width',
    isLinear && 'linear=True',
    divisor !== 1 && `divisor=${divisor}`,
  )
  const name = isLinear ? 'linear_attentions' : 'attentions'
  return [
    `self.mid_block = Level(${settings})`,
    ...(block ? [`self.mid_block.${name}[0] = ${attention!.create(block)}`] : []),
  ]
}

/** Class of the modules of a level. */
function writeLevel({ parts, config, structure, attention }: Around): string {
  const divides = dividesMiddle(config, structure)
  const hasResamples = structure.down.length > 1
  const none = attention?.crosses ? noAttention(parts) : 'nn.Identity'
  const create = attention?.inLevels ? 'attention(out)' : `${none}()`
  const attentions = `nn.ModuleList(${create} for _ in inputs)`
  const resnet = `ResnetBlock(${args('channels, out, width', divides && 'divisor=divisor')})`
  const settings = args(
    'self, inputs, out, width',
    attention?.inLevels && `attention=${none}`,
    attention?.isLinear && 'linear=False',
    hasResamples && 'down=(), up=()',
    divides && 'divisor=1',
  )
  const about = [
    'residual blocks',
    ...(attention ? ['attention after each'] : []),
    ...(hasResamples ? ['a change of size'] : []),
  ]
  return python`
    class Level(nn.Module):
        """Modules of one resolution: ${about.join(', ')}."""

        ${bracketed(['def __init__(', [settings], '):'], 4, false)}
            super().__init__()
            ${bracketed(['self.resnets = nn.ModuleList(', [`${resnet} for channels in inputs`], ')'], 8, false)}
            ${attention && !attention.isLinear && `self.attentions = ${attentions}`}
            ${attention?.isLinear && ['self.name = "linear_attentions" if linear else "attentions"', `self.add_module(self.name, ${attentions})`]}
            ${hasResamples && ['self.downsamplers = nn.ModuleList(down)', 'self.upsamplers = nn.ModuleList(up)']}
        ${attention?.isLinear && LAYERS}
  `
}

/** Method of levels whose attention has one of two names. */
const LAYERS = [
  '',
  'def layers(self):',
  '    """Pairs of a residual block and the attention after it."""',
  '    return zip(self.resnets, self.get_submodule(self.name))',
]

/** Lines of `forward` from conv_in to the last level. */
function writePath({ structure, attention }: Around): string[] {
  const tokens = attention?.crosses ? ', tokens' : ''
  const layer = (input: string) =>
    attention ? `x = attention(resnet(${input}, emb)${tokens})` : `x = resnet(${input}, emb)`
  const layers = (level: string) =>
    !attention
      ? `for resnet in ${level}.resnets:`
      : attention.isLinear
        ? `for resnet, attention in ${level}.layers():`
        : `for resnet, attention in zip(${level}.resnets, ${level}.attentions):`
  const hasResamples = structure.down.length > 1
  return [
    'x = self.conv_in(x)',
    'skips = [x]',
    'for level in self.down_blocks:',
    `    ${layers('level')}`,
    `        ${layer('x')}`,
    '        skips.append(x)',
    ...(hasResamples
      ? [
          '    for downsample in level.downsamplers:',
          `        x = ${callResample('downsample', structure.down)}`,
          '        skips.append(x)',
        ]
      : []),
    ...(structure.middle ? [layers('self.mid_block'), `    ${layer('x')}`] : []),
    'for level in self.up_blocks:',
    `    ${layers('level')}`,
    `        ${layer('torch.cat([x, skips.pop()], dim=1)')}`,
    ...(hasResamples
      ? [
          '    for upsample in level.upsamplers:',
          `        x = ${callResample('upsample', structure.up)}`,
        ]
      : []),
  ]
}

/** Calls what changes the size; residual blocks read the embedding. */
function callResample(name: string, levels: readonly Level[]): string {
  const kinds = new Set(levels.flatMap(({ resample }) => (resample ? [resample.kind] : [])))
  if (kinds.size === 2) return `${name}(x, emb) if isinstance(${name}, ResnetBlock) else ${name}(x)`
  return kinds.has('resnet') ? `${name}(x, emb)` : `${name}(x)`
}
