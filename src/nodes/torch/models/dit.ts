// Diffusion transformers in PyTorch: diffusers' DiTTransformer2DModel.
import type { ConditionSpec } from '../../../engine/models/condition.ts'
import type { DitConfig } from '../../../engine/models/kinds/dit/config.ts'
import {
  ditGrid,
  ditImageSize,
  ditOutputs,
  ditWidth,
} from '../../../engine/models/kinds/dit/config.ts'
import { WAVES } from '../../../engine/models/kinds/dit/graph.ts'
import { defaults, parameters } from './arguments.ts'
import {
  activations,
  defineAttend,
  gridEmbedding,
  named,
  startAtZero,
  timeLayers,
  timestepEmbedding,
  unpatchify,
} from './helpers.ts'
import type { Parts } from './parts.ts'
import { args, number, python } from './python.ts'

/** Epsilon of the norms before the attention and at the end. */
const EPS = '1e-6'

/** Adds the class of a DiT. */
export function writeDit(
  parts: Parts,
  config: DitConfig,
  className: string,
  specs: readonly ConditionSpec[],
  zeroInit: boolean,
) {
  const { patch_size: size, in_channels } = config
  const width = ditWidth(config)
  const [rows, columns] = ditGrid(config)
  const [height, side] = ditImageSize(config)
  const settings = { flipSinToCos: WAVES.flip_sin_to_cos, freqShift: WAVES.freq_shift }
  const waves = timestepEmbedding(parts, settings, WAVES.width)('t')
  const block = ditBlock(parts, config, zeroInit)
  const outputs = size * size * ditOutputs(config)
  const hasClasses = specs.length > 0
  parts.define(
    className,
    () => python`
      class ${className}(nn.Module):
          """Diffusion transformer for ${height} x ${side} images (Peebles & Xie 2023)."""

          def __init__(self, width=${width}, layers=${config.num_layers}):
              super().__init__()
              proj = nn.Conv2d(${in_channels}, width, ${size}, stride=${size})
              self.pos_embed = ${named(parts)}(proj=proj)
              positions = ${gridEmbedding(parts)}(${rows}, ${columns}, width)
              self.register_buffer("positions", positions, persistent=False)
              self.transformer_blocks = nn.ModuleList(${block}(width) for _ in range(layers))
              self.proj_out_1 = ${startAtZero(parts, zeroInit, 'nn.Linear(width, 2 * width)')}
              self.proj_out_2 = ${startAtZero(parts, zeroInit, `nn.Linear(width, ${outputs})`)}

          def forward(${args('self, x', ...parameters(specs))}):
              ${
                hasClasses
                  ? defaults(specs)
                  : 'classes = torch.full((len(x),), -1, device=x.device)  # no classes'
              }
              waves = ${waves}
              x = self.pos_embed(x).flatten(2).transpose(1, 2) + self.positions
              for block in self.transformer_blocks:
                  x = block(x, waves, classes)
              emb = self.transformer_blocks[0].norm1.emb(waves, classes)
              shift, scale = self.proj_out_1(F.silu(emb))[:, None].chunk(2, dim=2)
              x = F.layer_norm(x, x.shape[2:], eps=${EPS}) * (1 + scale) + shift
              return ${unpatchify(parts)}(self.proj_out_2(x), ${size}, ${rows}, ${columns})
    `,
  )
}

/** Class of the embedding of time and class that each block has of its own. */
const ditEmbedding = (parts: Parts, { num_embeds_ada_norm: classes }: DitConfig): string =>
  parts.define(
    'DiTEmbedding',
    () => python`
      class DiTEmbedding(nn.Module):
          """Sum of the embeddings of time and class; the last class is "none"."""

          def __init__(self, width):
              super().__init__()
              ${timeLayers(parts, 'self.timestep_embedder', WAVES.width, 'width')}
              table = nn.Embedding(${classes + 1}, width)
              self.class_embedder = ${named(parts)}(embedding_table=table)

          def forward(self, waves, classes):
              return self.timestep_embedder(waves) + self.class_embedder(classes % ${classes + 1})
    `,
  )

const ditAttention = (parts: Parts, config: DitConfig): string =>
  parts.define('SelfAttention', () => {
    const bias = config.attention_bias ? '' : ', bias=False'
    const out = 'nn.Linear(width, width)'
    return python`
      class SelfAttention(nn.Module):
          """Attention of tokens to each other."""

          def __init__(self, width):
              super().__init__()
              self.to_q = nn.Linear(width, width${bias})
              self.to_k = nn.Linear(width, width${bias})
              self.to_v = nn.Linear(width, width${bias})
              self.to_out = nn.Sequential(${args(out, config.dropout > 0 && `nn.Dropout(${number(config.dropout)})`)})

          def forward(self, x):
              q, k, v = self.to_q(x), self.to_k(x), self.to_v(x)
              return self.to_out(${defineAttend(parts)}(q, k, v, heads=${config.num_attention_heads}))
    `
  })

const ditBlock = (parts: Parts, config: DitConfig, zeroInit: boolean): string =>
  parts.define('DiTBlock', () => {
    const { module } = activations[config.activation_fn === 'gelu' ? 'gelu' : 'gelu_tanh']
    const linear = startAtZero(parts, zeroInit, 'nn.Linear(width, 6 * width)')
    const drop = config.dropout > 0 ? `nn.Dropout(${number(config.dropout)})` : 'nn.Identity()'
    const eps = number(config.norm_eps)
    const norm = config.norm_elementwise_affine
      ? 'self.norm3(x)'
      : `F.layer_norm(x, x.shape[2:], eps=${eps})`
    return python`
      class DiTBlock(nn.Module):
          """Attention and a feed-forward network, shifted, scaled and gated by an embedding."""

          def __init__(self, width):
              super().__init__()
              emb, linear = ${ditEmbedding(parts, config)}(width), ${linear}
              self.norm1 = nn.ModuleDict({"emb": emb, "linear": linear})
              self.attn1 = ${ditAttention(parts, config)}(width)
              ${config.norm_elementwise_affine && `self.norm3 = nn.LayerNorm(width, eps=${eps})`}
              hidden = ${named(parts)}(proj=nn.Linear(width, 4 * width), act=${module})
              ${config.dropout === 0 && '# The module in the middle is a dropout in diffusers.'}
              net = nn.Sequential(hidden, ${drop}, nn.Linear(4 * width, width))
              self.ff = ${named(parts)}(net=net)

          def forward(self, x, waves, classes):
              emb = self.norm1.linear(F.silu(self.norm1.emb(waves, classes)))
              shift1, scale1, gate1, shift2, scale2, gate2 = emb[:, None].chunk(6, dim=2)
              h = F.layer_norm(x, x.shape[2:], eps=${EPS}) * (1 + scale1) + shift1
              x = x + gate1 * self.attn1(h)
              h = ${norm} * (1 + scale2) + shift2
              return x + gate2 * self.ff(h)
    `
  })
