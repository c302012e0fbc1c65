// Data sets, batches and labels as Python.
import { writeImages } from '../../../engine/datasets/file.ts'
import { writePoints } from '../../../engine/datasets/pointsFile.ts'
import { writeSafetensors } from '../../../engine/archive/safetensors.ts'
import type { Dataset } from '../../../engine/datasets/dataset.ts'
import { torchMessages } from '../../../messages/torch.ts'
import { pyNumber, pyString } from '../python.ts'
import type { NodeWriter } from '../nodeWriter.ts'
import { refuse } from '../refusal.ts'
import type { NodeEntries, TorchNode } from '../types.ts'

/** The file of a data set: whole pixels as bytes if all are, other numbers as they are. */
function packDataset({ data, shape, size, labels, classNames }: Dataset, name: string): Uint8Array {
  const about = { ...(labels && { labels }), ...(classNames && { classNames: [...classNames] }) }
  if (shape.length === 1) return writePoints({ name, data, dim: shape[0], ...about })
  const white = [255, 16, 1].find((most) =>
    data.every(
      (value) => value === Math.fround((2 * Math.round(((value + 1) * most) / 2)) / most - 1),
    ),
  )
  const full: [number, number, number, number] = [size, shape[0], shape[1], shape[2]]
  if (white !== undefined && (shape[2] === 1 || shape[2] === 3)) {
    const images = Uint8Array.from(data, (value) => Math.round(((value + 1) * white) / 2))
    return writeImages({ name, images, shape: full, max: white, ...about })
  }
  const arrays = new Map<string, { shape: number[]; data: Float32Array | Int32Array }>([
    ['images', { shape: full, data }],
    ...(labels ? ([['labels', { shape: [size], data: labels }]] as const) : []),
  ] as [string, { shape: number[]; data: Float32Array | Int32Array }][])
  return writeSafetensors(arrays as never)
}

/** Names the data set and its labels, and sets them. */
function nameDataset(node: NodeWriter, dataset: Dataset): string {
  const variable = node.variable(node.title)
  const labels = dataset.labels ? node.variable(`${variable}_labels`) : undefined
  node.name({ kind: 'dataset', code: variable, space: dataset.space, labels }, 'dataset')
  return `${variable}, ${labels ?? '_'}`
}

const stored: TorchNode = {
  known: true,
  write(node) {
    const dataset = node.value<Dataset>('dataset')
    const targets = nameDataset(node, dataset)
    const file = node.program.files.addNumbered(
      'data.safetensors',
      packDataset(dataset, node.title),
    )
    node.line(`${targets} = load_data(${pyString(file)})`)
    if (node.wanted('x_0'))
      node.assign(
        `${targets.split(',')[0]}.to(device)`,
        { kind: 'batch', space: dataset.space },
        'x_0',
      )
  },
}

export const dataEntries = {
  points: stored,
  digits: stored,
  images: stored,
  storedPoints: stored,
  pointTable: stored,
  emoji: stored,
  joinDatasets: stored,
  subset: stored,
  captionTokens: { none: 'tokens' },
  words: { none: 'tokens' },
  validWords: { none: 'tokens' },
  mnist: {
    known: true,
    write(node) {
      const { split, count, size } = node.params as { split: string; count: number; size: string }
      const dataset = node.value<Dataset>('dataset')
      const targets = nameDataset(node, dataset)
      const [images, labels] = targets.split(', ')
      node.program.needs.add(torchMessages.mnistFiles().text)
      node.line(
        `${targets} = load_mnist("mnist", ${pyString(split === 'train' ? 'train' : 't10k')})`,
      )
      if (count > 0) node.line(`${images}, ${labels} = ${images}[:${count}], ${labels}[:${count}]`)
      if (size === '32') node.line(`${images} = F.pad(${images}, (2, 2, 2, 2), value=-1.0)`)
    },
  },
  batch: {
    write(node) {
      const { batch_size, start, shuffle } = node.params as Record<string, number | boolean>
      const data = node.inputOf('dataset', 'dataset')
      const range = `${start || ''}:${Number(start) + Number(batch_size)}`
      const order = shuffle ? `permutation(len(${data.code}), ${node.draw()})[${range}]` : range
      if (node.wanted('x_0') || !node.wanted('labels'))
        node.assign(`${data.code}[${order}].to(device)`, { kind: 'batch' }, 'x_0')
      if (!node.wanted('labels')) return
      const missing = `torch.full([len(${data.code}[${range}])], -1, device=device)`
      const labels = data.labels ? `${data.labels}[${order}].to(device)` : missing
      node.assign(labels, { kind: 'labels' }, 'labels')
    },
  },
  toDataset: {
    write(node) {
      const samples = node.input('samples')
      if (node.has('labels')) refuse()
      node.assign(`${samples.code}.detach()`, { kind: 'dataset' }, 'dataset')
    },
  },
  labels: {
    write(node) {
      const { label, num_classes, batch_size } = node.params as Record<string, number>
      const count = node.has('like') ? `len(${node.input('like').code})` : String(batch_size)
      const classes = node.has('dataset') ? node.known<Dataset>('dataset').classes : num_classes
      node.assign(
        label < 0
          ? `torch.arange(${count}, device=device) % ${classes}`
          : `torch.full([${count}], ${label}, device=device)`,
        { kind: 'labels' },
      )
    },
  },
  labelDropout: {
    write(node) {
      const labels = node.input('labels')
      if (labels.kind === 'conditions') refuse()
      const { probability } = node.params as { probability: number }
      const { count, mine } = shareOf(node, 'labels')
      const drawn = `uniform(${count}, ${node.draw()})${mine}.to(device)`
      node.assign(`torch.where(${drawn} < ${pyNumber(probability)}, -1, ${labels.code})`, {
        kind: 'labels',
      })
    },
  },
  grid: {
    write(node) {
      const { extent, count } = node.params as { extent: number; count: number }
      const axis = `torch.linspace(${pyNumber(-extent)}, ${pyNumber(extent)}, ${count}, device=device)`
      node.assign(`torch.cartesian_prod(${axis}, ${axis}).flip(1)`, {
        kind: 'batch',
        space: 'point',
      })
    },
  },
  mosaic: { view: true },
  mask: { none: 'unsupported' },
  depthToSpace: {
    write(node) {
      const { block_size } = node.params as { block_size: number }
      node.assign(`depth_to_space(${node.input('samples').code}, ${block_size})`)
    },
  },
  spaceToDepth: {
    write(node) {
      const { block_size } = node.params as { block_size: number }
      node.assign(`space_to_depth(${node.input('samples').code}, ${block_size})`)
    },
  },
  encodeDataset: { none: 'unsupported' },
} satisfies NodeEntries

/** The size of the global batch of an input, and the index of the share of this process. */
export function shareOf(node: NodeWriter, slot: string): { count: string; mine: string } {
  const { code, shared } = node.input(slot)
  return shared === undefined
    ? { count: `len(${code})`, mine: '' }
    : { count: String(shared), mine: '[mine]' }
}
