// Views, metrics and files as Python: pictures, tables and printed numbers.
import { torchMessages } from '../../../messages/torch.ts'
import { pyNumber, pyString } from '../python.ts'
import type { NodeWriter } from '../nodeWriter.ts'
import { batchLike, type Ref } from '../refs.ts'
import { refuse } from '../refusal.ts'
import type { NodeEntries, TorchNode } from '../types.ts'

const listNames = (node: NodeWriter) =>
  String(node.params.names ?? '')
    .split(',')
    .map((name) => name.trim())

/** A batch of a view: of a data set its first items. */
const first = ({ code }: Ref, count: number) => `${code}[:${count}]`

function writePreview(node: NodeWriter) {
  const { count, columns } = node.params as { count: number; columns: number }
  const images = node.many('images')
  const names = listNames(node)
  for (const [i, image] of images.entries()) {
    if (node.place.index !== undefined) return
    const ending =
      images.length > 1
        ? `${(names[i] || String(i + 1)).replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.png`
        : 'png'
    const name = node.output(ending, '.npy')
    const wide = columns || Math.ceil(Math.sqrt(count))
    node.line(`save_images(${pyString(name)}, ${first(image, count)}, columns=${wide})`)
  }
}

/** Writes a metric: prints its number. */
function writeNumber(node: NodeWriter, code: string, slot = 'distance') {
  if (node.wanted(slot)) {
    const ref = node.assign(code, { kind: 'scalar' }, slot)
    if (node.place.trains !== true) node.line(`show(${pyString(node.label)}, ${ref.code})`)
  } else node.line(`show(${pyString(node.label)}, ${code})`)
}

/** Writes a metric of several numbers: prints all. */
function writeNumbers(node: NodeWriter, slots: readonly string[], code: string) {
  const names = slots.map((slot) => node.variable(`${node.title}_${slot}`))
  node.line(`${names.join(', ')} = ${code}`)
  for (const [i, slot] of slots.entries()) {
    node.name({ kind: 'scalar', code: names[i] }, slot)
    if (node.place.trains !== true)
      node.line(`show(${pyString(`${node.label}, ${slot}`)}, ${names[i]})`)
  }
}

/** Items of one side of a metric: at most `count`, evenly spaced ones of a data set. */
function selected(node: NodeWriter, slot: string, count: number): string {
  const { code } = node.input(slot)
  const known = node.program.known.get(node.step.inputs[slot])
  if (known?.type !== 'dataset') return `${code}[:${count}]`
  return known.size <= count ? code : `evenly(${code}, ${count})`
}

/** A call of a metric of principal components. */
function comparison(node: NodeWriter, name: string, ...more: readonly string[]): string {
  const { components, count } = node.params as Record<string, number>
  if (node.has('classifier')) refuse()
  const sides = ['samples', 'reference'].map((slot) => selected(node, slot, count))
  return `${name}(${[...sides, ...(components === 16 ? [] : [`count=${components}`]), ...more].join(', ')})`
}

const view: TorchNode = { view: true }

export const viewEntries = {
  preview: { write: writePreview },
  scatter: {
    write(node) {
      const clouds = node.many('samples')
      if (node.place.index !== undefined || clouds.length === 0) return
      const { extent } = node.params as { extent: number }
      const points = clouds.map(({ code }) => code).join(', ')
      const name = node.output('png', '.csv')
      node.line(`save_scatter(${pyString(name)}, ${points}, extent=${pyNumber(extent || 3)})`)
    },
  },
  chart: {
    write(node) {
      const lines = node.many('values')
      const { y_log } = node.params as { y_log: boolean }
      const names = listNames(node)
      for (const [i, line] of lines.entries()) {
        const name =
          lines.length > 1
            ? `${(names[i] || String(i + 1)).replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.png`
            : 'png'
        if (line.kind === 'list') {
          const log = y_log ? ', log=True' : ''
          node.line(`save_curve(${pyString(node.output(name, '.csv'))}, ${line.code}${log})`)
        } else if (node.place.index === undefined)
          node.line(`show(${pyString(`${node.label} ${names[i] ?? ''}`.trim())}, ${line.code})`)
        else {
          const values = node.variable(`${node.title}_values`)
          node.line(`${values} = []`, 'before')
          node.line(`${values}.append(float(${line.code}))`)
          node.line(
            `save_curve(${pyString(node.output(name, '.csv'))}, ${values}${y_log ? ', log=True' : ''})`,
            'after',
          )
        }
      }
    },
  },
  numbers: {
    write(node) {
      const names = listNames(node)
      for (const [i, number] of node.many('numbers').entries())
        node.line(`show(${pyString(names[i] || `${node.label} ${i + 1}`)}, ${number.code})`)
    },
  },
  saveImage: {
    write(node) {
      const { name, columns } = node.params as { name: string; columns: number }
      const images = node.input('images').code
      const wide = columns || `math.ceil(math.sqrt(len(${images})))`
      const file = node.program.files.result(`${name || 'images'}.png`, '.npy')
      node.line(`save_images(${pyString(file)}, ${images}, columns=${wide})`)
    },
  },
  saveTable: {
    write(node) {
      const name = node.program.files.result(`${String(node.params.name) || 'points'}.csv`)
      const { code } = node.input('points')
      node.line(
        `save_table(${pyString(name)}, [f"x{i}" for i in range(${code}.shape[1])], ${code}.tolist())`,
      )
    },
  },
  // The loop of its training writes the checkpoint, with the state to continue from.
  saveCheckpoint: {
    write(node) {
      if (node.inputOf('model', 'model').trained === undefined)
        refuse(torchMessages.saveUntrained())
    },
  },
  slicedWasserstein: {
    write(node) {
      const { directions, count, seed } = node.params as Record<string, number>
      const sides = ['samples', 'reference'].map((slot) => selected(node, slot, count))
      writeNumber(node, `sliced_wasserstein(${sides.join(', ')}, ${directions}, ${pyNumber(seed)})`)
    },
  },
  nearestNeighbours: {
    write(node) {
      const distances = node.variable(`${node.title}_distances`)
      const neighbours = node.variable(node.title)
      const samples = node.input('samples')
      node.line(
        `${neighbours}, ${distances} = nearest_neighbours(${samples.code}, ${node.input('dataset').code})`,
      )
      node.name({ ...batchLike(samples), code: neighbours }, 'neighbours')
      node.name({ kind: 'scalar', code: `${distances}.mean()` }, 'distance')
      node.name({ kind: 'list', code: distances }, 'distances')
    },
  },
  psnr: {
    write: (node) =>
      node.assign(
        `10 * torch.log10(4 / F.mse_loss(${node.input('x').code}, ${node.input('target').code}))`,
        { kind: 'scalar' },
      ),
  },
  accuracy: {
    write: (node) =>
      node.assign(
        `(${node.input('logits').code}.argmax(1) == ${node.input('labels').code}).float().mean()`,
        { kind: 'scalar' },
      ),
  },
  distances: {
    write(node) {
      const { measure } = node.params as { measure: string }
      const names = listNames(node)
      const reference = node.input('reference').code
      for (const [i, { code }] of node.many('samples').entries()) {
        const label = pyString(names[i] || `samples ${i + 1}`)
        node.line(
          measure === 'rms'
            ? `show(${label}, F.mse_loss(${code}, ${reference}).sqrt())`
            : `show(${label}, sliced_wasserstein(${code}, ${reference}))`,
        )
      }
    },
  },
  frechetDistance: { write: (node) => writeNumber(node, comparison(node, 'frechet_distance')) },
  kernelDistance: {
    write(node) {
      if (node.wanted('loss')) refuse()
      const { subset_size } = node.params as Record<string, number>
      writeNumber(node, comparison(node, 'kernel_distance', `size=${subset_size}`))
    },
  },
  precisionRecall: {
    write(node) {
      const { k } = node.params as Record<string, number>
      writeNumbers(
        node,
        ['precision', 'recall', 'density', 'coverage'],
        comparison(node, 'manifold_scores', `k=${k}`),
      )
    },
  },
  modeCoverage: {
    write(node) {
      const [samples, reference] = [node.input('samples').code, node.input('reference')]
      if (reference.kind !== 'dataset' || reference.labels === undefined) refuse()
      writeNumbers(
        node,
        ['modes', 'near', 'emptiest'],
        `mode_scores(${samples}, ${reference.code}, ${reference.labels})`,
      )
    },
  },
  bandPower: { none: 'unsupported' },
  chamferDistance: { none: 'unsupported' },
  check: view,
  compare: view,
  denoisingPreview: view,
  densityOverTime: view,
  filmStrip: view,
  gradientNorms: view,
  histogram: view,
  inspect: view,
  lossByTimestep: view,
  spectrum: view,
  tokenPreview: view,
  saveDiagram: view,
  note: view,
  reroute: view,
} satisfies NodeEntries
