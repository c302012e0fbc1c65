// MLPs for points, and classifiers of images, in PyTorch.
import type { ConditionSpec } from '../../../engine/models/condition.ts'
import { defaults, parameters } from './arguments.ts'
import { activations, groupNorm, named, timeLayers, timestepEmbedding } from './helpers.ts'
import type { Parts } from './parts.ts'
import { args, list, python } from './python.ts'
import type { MlpConfig } from '../../../engine/models/kinds/mlp/config.ts'
import type { ClassifierConfig } from '../../../engine/models/kinds/classifier/config.ts'

/** Adds the class of an MLP. */
export function writeMlp(
  parts: Parts,
  config: MlpConfig,
  className: string,
  specs: readonly ConditionSpec[],
) {
  const { dim, hidden, layers, num_classes: classes, time_embedding_dim: time } = config
  const { second_time, vector_dim = 0, extra_dim = 0, fourier_features: count } = config
  const waves = timestepEmbedding(parts, { flipSinToCos: true, freqShift: 0 }, time)
  const active = activations[config.activation].call
  const inputs = (dim + extra_dim) * (1 + 2 * count)
  const sum = [
    `self.time_embedding(${waves('t')})`,
    classes > 0 && `self.class_embedding(classes % ${classes + 1})`,
    second_time && `self.second_time_embedding(${waves('values')})`,
    vector_dim > 0 && 'self.vector_embedding(vectors)',
  ].filter((text) => text !== false && text !== undefined)
  parts.define(
    className,
    () => python`
      class ${className}(nn.Module):
          """Residual network for points; the embedding of t is added in each layer."""

          def __init__(self, hidden=${hidden}, layers=${layers}):
              super().__init__()
              ${timeLayers(parts, 'self.time_embedding', time, 'hidden')}
              ${classes > 0 && `self.class_embedding = nn.Embedding(${classes + 1}, hidden)  # the last row: no class`}
              ${second_time && timeLayers(parts, 'self.second_time_embedding', time, 'hidden')}
              ${vector_dim > 0 && `self.vector_embedding = nn.Linear(${vector_dim}, hidden)`}
              self.linear_in = nn.Linear(${inputs}, hidden)
              self.layers = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(layers))
              self.linear_out = nn.Linear(hidden, ${config.out_dim ?? dim})

          def forward(${args('self, x', ...parameters(specs))}):
              ${defaults(specs)}
              ${joined('emb = ', sum)}
              ${extra_dim > 0 && 'x = torch.cat([x, channels], dim=1)'}
              ${count > 0 && fourierLines(count)}
              h = self.linear_in(x)
              for layer in self.layers:
                  h = h + layer(${active('h + emb')})
              return self.linear_out(${active('h')})
    `,
  )
}

/** A sum, with a line for each further term. */
const joined = (head: string, [first, ...others]: readonly string[]): string[] => [
  `${head}${first}`,
  ...others.map((term) => `emb = emb + ${term}`),
]

/** Appends sines and cosines of x, 2 x, 4 x, ... (Tancik et al. 2020). */
const fourierLines = (count: number): string[] => [
  `angles = torch.cat([2**k * x for k in range(${count})], dim=1)`,
  'x = torch.cat([x, angles.sin(), angles.cos()], dim=1)',
]

/** Adds the class of a classifier. */
export function writeClassifier(parts: Parts, config: ClassifierConfig, className: string) {
  const { block_out_channels: widths, in_channels, num_classes, norm_num_groups: groups } = config
  const { time_embedding_dim: time, height, width } = config
  const { call } = activations[config.activation]
  const isTimed = time > 0
  const waves = isTimed
    ? timestepEmbedding(parts, { flipSinToCos: true, freqShift: 0 }, time)('t')
    : ''
  const t = isTimed ? ', t' : ''
  parts.define(
    className,
    () => python`
      class ${className}(nn.Module):
          """Classifier of ${isTimed ? 'noised ' : ''}${height} x ${width} images, with a level per resolution."""

          def __init__(self):
              super().__init__()
              ${isTimed && timeLayers(parts, 'self.time_embedding', time, 2 * time)}
              self.blocks = nn.ModuleList()
              for channels, out in zip(${list([in_channels, ...widths.slice(0, -1)])}, ${list(widths)}):
                  conv = nn.Conv2d(channels, out, 3, padding=1)
                  norm = ${groupNorm(groups, 'out', 1e-5)}
                  ${isTimed && `proj = nn.Linear(${2 * time}, out)`}
                  self.blocks.append(${named(parts)}(conv=conv, norm=norm${isTimed ? ', time_emb_proj=proj' : ''}))
              self.head = nn.Linear(${widths.at(-1)}, ${num_classes})

          def features(self, x${t}):
              """Inputs of the last layer, (B, ${widths.at(-1)})."""
              ${isTimed && `emb = F.silu(self.time_embedding(${waves}))`}
              for i, block in enumerate(self.blocks):
                  x = block.conv(F.avg_pool2d(x, 2) if i > 0 else x)
                  ${isTimed && 'x = x + block.time_emb_proj(emb)[:, :, None, None]'}
                  x = ${call('block.norm(x)')}
              return x.mean(dim=(2, 3))

          def forward(self, x${t}):
              return self.head(self.features(x${t}))
    `,
  )
}
