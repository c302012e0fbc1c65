// Titles and kinds of the boxes of a diagram, from the layers in them.
import type { GraphView } from '../graph/analysis.ts'
import type { Layer } from '../graph/layer.ts'
import { layerOps, type Attrs, type LayerOpName } from '../graph/ops/table.ts'

/** Kinds of boxes, which have colours of their own. */
export type BoxKind =
  | 'input'
  | 'conv'
  | 'residual'
  | 'attention'
  | 'transformer'
  | 'resample'
  | 'linear'
  | 'other'

const transparent = new Set<LayerOpName>(['to_tokens', 'to_image', 'reshape', 'split'])

/** Layers that belong to the box after them, and are not in its title. */
const leading = new Set<LayerOpName>([
  'group_norm',
  'layer_norm',
  'rms_norm',
  'modulate',
  'add',
  'fourier_features',
])

/** Layers that belong to the box before them. */
const trailing = new Set<LayerOpName>([
  'silu',
  'gelu',
  'gelu_tanh',
  'relu',
  'tanh',
  'mish',
  'softmax',
  'dropout',
  'affine',
  'divide',
  'quotient',
  'channel_scale',
  'position_embedding',
  'grid_embedding',
])

/** Layers that only change the form of features. */
export const isTransparent = (ops: readonly LayerOpName[]) => ops.every((op) => transparent.has(op))

/** Layers in the order of their evaluation that are shown in the box before or after them. */
export const isMinor = (ops: readonly LayerOpName[]) =>
  ops.every((op) => leading.has(op) || trailing.has(op) || transparent.has(op))

/** Minor layers that belong to the box before them. */
export const isTrailing = (ops: readonly LayerOpName[]) => isMinor(ops) && !leading.has(ops.at(-1)!)

const inWords = (op: LayerOpName): string =>
  layerOps[op].title ?? `${op[0].toUpperCase()}${op.slice(1).replaceAll('_', ' ')}`

/** Title of a box of units, which are lists of positions of layers. */
export function boxTitle(view: GraphView, units: readonly (readonly number[])[]): string {
  const titles = units.flatMap((claims) => unitTitle(view, claims) ?? [])
  const all = titles.length > 0 ? titles : units.flat().map((i) => inWords(view.layers[i].op))
  return all.map((title, i) => (i > 0 ? lowerFirst(title) : title)).join(', ')
}

/** Keeps acronyms, such as SiLU. */
const lowerFirst = (title: string) =>
  /^[A-Z][a-z]/.test(title) && title !== 'SiLU' && title !== 'ReLU'
    ? `${title[0].toLowerCase()}${title.slice(1)}`
    : title

function unitTitle(view: GraphView, claims: readonly number[]): string | undefined {
  const layers = claims.toSorted((a, b) => a - b).map((i) => view.layers[i])
  const kind = boxKind(view, claims)
  const has = (...ops: LayerOpName[]) => layers.some(({ op }) => ops.includes(op))
  const attention = layers.find(
    (layer) => layer.op === 'attention' || layer.op === 'linear_attention',
  )
  if (kind === 'transformer') return has('modulate') ? 'DiT block' : 'Transformer'
  if (kind === 'attention' && attention) {
    const { heads } = attention.attrs
    const name = attention.op === 'linear_attention' ? 'Linear attention' : 'Attention'
    return `${name}, ${heads} ${heads === 1 ? 'head' : 'heads'}`
  }
  if (kind === 'residual')
    return `Residual block${has('upsample') ? ', up' : has('avg_pool') ? ', down' : ''}`
  const conv = layers.find((layer) => layer.op === 'conv')
  if (conv) return convTitle(conv.attrs, has('upsample'))
  // An embedding that is added has a mark of its own.
  const isShown = ({ op, in: inputs }: Layer) =>
    op === 'add'
      ? inputs.filter((i) => view.dependsOnX[i]).length > 1
      : !transparent.has(op) && !leading.has(op)
  const shown = layers.filter(isShown)
  if (shown.length === 0) return undefined
  return shown.map(({ op }, i) => (i > 0 ? lowerFirst(inWords(op)) : inWords(op))).join(', ')
}

function convTitle({ kernel, stride }: Attrs<'conv'>, isUpsampled: boolean): string {
  if (isUpsampled) return 'Upsample'
  if (stride === kernel && stride !== 1) return `Patches ${stride} × ${stride}`
  return stride === 1 ? `Conv ${kernel} × ${kernel}` : 'Downsample'
}

/** Kind of a box with the layers at `claims`. */
export function boxKind(view: GraphView, claims: readonly number[]): BoxKind {
  const layers = claims.map((i) => view.layers[i])
  const has = (...ops: LayerOpName[]) => layers.some(({ op }) => ops.includes(op))
  const convs = layers.filter(({ op }) => op === 'conv').length
  if (has('attention', 'linear_attention')) {
    const linears = layers.filter(({ op }) => op === 'linear').length
    return has('modulate') || linears > 4 ? 'transformer' : 'attention'
  }
  if (convs > 1 && has('add')) return 'residual'
  if (has('upsample', 'avg_pool', 'mean_pixels', 'patchify', 'unpatchify')) return 'resample'
  if (layers.some(({ op, attrs }) => op === 'conv' && attrs.stride !== 1)) return 'resample'
  if (has('conv', 'conv_transpose')) return 'conv'
  return has('linear') ? 'linear' : 'other'
}
