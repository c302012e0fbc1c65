// The diagram of a network as SVG: blocks as boxes with their shapes, levels of size as rows, skip
// connections as lines. Text only, without a DOM.
import type { LayerGraph } from '../graph/layer.ts'
import { conditionOps, findBoxes, type ConditionOp } from './boxes.ts'
import { BOX, layOut, type Edge, type Layout, type PlacedBox } from './layout.ts'
import type { BoxKind } from './titles.ts'

export interface DiagramOptions {
  title?: string
  /** `auto`: as the system of the viewer. */
  theme?: 'light' | 'dark' | 'auto'
}

const MARGIN = 28
const HEADER = 34
/** Font size of the title. */
const TITLE = 16
const FOOTER = 26
/** Room for the labels of levels. */
const LABELS = 72

/** Marks of the inputs that boxes read beside x. */
const marks: Readonly<Record<ConditionOp, { mark: string; about: string }>> = {
  time: { mark: 't', about: 'timestep' },
  labels: { mark: 'c', about: 'class labels' },
  values: { mark: 's', about: 'numbers' },
  vectors: { mark: 'v', about: 'vectors' },
  tokens: { mark: 'k', about: 'tokens' },
  channels: { mark: '+', about: 'extra channels' },
}

const palettes = {
  light: {
    ground: '#ffffff',
    text: '#1c1f22',
    dim: '#5b6269',
    line: '#8d949b',
    skip: '#0072b2',
    band: '#f4f5f7',
    mark: '#5a4fcf',
    kinds: {
      input: ['#f0f1f3', '#8d949b'],
      conv: ['#e3f0fa', '#0072b2'],
      residual: ['#e0f3ec', '#008a65'],
      attention: ['#fdeedd', '#c96a00'],
      transformer: ['#ebe9fb', '#5a4fcf'],
      resample: ['#f7f3d6', '#8a7a00'],
      linear: ['#f8e8f2', '#b8528f'],
      other: ['#f0f1f3', '#8d949b'],
    },
  },
  dark: {
    ground: '#17191b',
    text: '#e6e8ea',
    dim: '#9ba2a9',
    line: '#858d95',
    skip: '#56b4e9',
    band: '#1f2225',
    mark: '#9d9cf2',
    kinds: {
      input: ['#2a2e32', '#858d95'],
      conv: ['#1b3242', '#56b4e9'],
      residual: ['#17382f', '#2fc497'],
      attention: ['#3d2f18', '#f0a22e'],
      transformer: ['#2c2b4a', '#9d9cf2'],
      resample: ['#37341a', '#e8dc4a'],
      linear: ['#3a2733', '#e08cc0'],
      other: ['#2a2e32', '#858d95'],
    },
  },
} as const satisfies Record<'light' | 'dark', Palette>

interface Palette {
  ground: string
  text: string
  dim: string
  line: string
  skip: string
  band: string
  mark: string
  /** Fill and stroke. */
  kinds: Readonly<Record<BoxKind, readonly [string, string]>>
}

const FONT = "'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"

/**
 * Draws a network: of a UNet, the encoder downwards at the left, the decoder upwards at the right,
 * and skip connections between them; of other networks one column. Returns an SVG document.
 */
export function networkDiagram(
  graph: LayerGraph,
  { title = '', theme = 'auto' }: DiagramOptions = {},
): string {
  const layout = layOut(findBoxes(graph))
  const { boxes, edges, levels } = layout
  const left = MARGIN + (levels.length > 0 ? LABELS : 0)
  const arcs = levels.length > 0 ? 0 : arcRoom(edges)
  const top = MARGIN + (title ? HEADER : 0)
  const used = conditionOps.filter((op) => boxes.some(({ conditions }) => conditions.includes(op)))
  const titled = MARGIN + Math.ceil(title.length * TITLE * BOLD)
  const width = Math.max(left + layout.width + arcs, titled) + MARGIN
  const height = top + layout.height + MARGIN + (used.length > 0 ? FOOTER : 0)
  const parts = [
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...(title ? [text(MARGIN, MARGIN + 12, title, 'title')] : []),
    `<g transform="translate(${left} ${top})">`,
    ...levels.map(
      ({ label, y, height: own }) =>
        `<rect class="band" x="${-LABELS}" y="${y}" width="${layout.width + LABELS + 12}" height="${own}" rx="8"/>` +
        text(-LABELS + 12, y + own / 2 + 4, label, 'level'),
    ),
    ...edges.map((edge) => drawEdge(edge, layout)),
    ...boxes.map(drawBox),
    '</g>',
    ...drawLegend(used, MARGIN, height - 18),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escape(title || 'Network')}</title>`,
    `<style>${styleSheet(theme)}</style>`,
    arrowHeads,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

const arrowHeads = `<defs>${['next', 'skip']
  .map(
    (kind) =>
      `<marker id="head-${kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="head ${kind}" d="M0 0L8 4L0 8z"/></marker>`,
  )
  .join('')}</defs>`

function styleSheet(theme: NonNullable<DiagramOptions['theme']>): string {
  if (theme !== 'auto') return rules(palettes[theme])
  return `${rules(palettes.light)}@media (prefers-color-scheme:dark){${rules(palettes.dark)}}`
}

const rules = ({ ground, text, dim, line, skip, band, mark, kinds }: Palette): string =>
  [
    `text{font-family:${FONT};font-size:11px;fill:${dim}}`,
    `.ground{fill:${ground}}`,
    `.band{fill:${band}}`,
    `.title{font-size:${TITLE}px;font-weight:600;fill:${text}}`,
    `.level{font-size:12px}`,
    `.name{font-size:10px}`,
    `.box{font-size:12px;font-weight:600;fill:${text}}`,
    `.edge{fill:none;stroke:${line};stroke-width:1.5}`,
    `.edge.skip{stroke:${skip};stroke-opacity:.65}`,
    `.head{fill:${line}}.head.skip{fill:${skip}}`,
    `.mark{fill:${mark}}.letter{font-size:9px;font-weight:600;fill:${ground};text-anchor:middle}`,
    ...Object.entries(kinds).map(
      ([kind, [fill, stroke]]) => `.${kind}{fill:${fill};stroke:${stroke}}`,
    ),
  ].join('')

const escape = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

const text = (x: number, y: number, content: string, className: string, anchor = 'start') =>
  `<text class="${className}" x="${x}" y="${y}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}>${escape(content)}</text>`

/** Average widths of letters, as shares of the font size. */
const [BOLD, PLAIN] = [0.6, 0.54]

/** Leaves out the middle of a text that is wider than `room`. */
function fit(content: string, room: number, size: number, letter: number): string {
  const most = Math.floor(room / (size * letter))
  if (content.length <= most) return content
  const half = Math.max(1, Math.floor((most - 1) / 2))
  return `${content.slice(0, half)}…${content.slice(-half)}`
}

function drawBox({ kind, title, name, shape, conditions, count, x, y }: PlacedBox): string {
  const size = shape.join(' × ')
  const sizeWidth = size.length * 11 * PLAIN
  const written = count > 1 ? `${count} × ${title}` : title
  const marksWidth = conditions.length * 17
  const line = name ? y + 16 : y + BOX.height / 2 + 4
  return [
    `<rect class="${kind}" x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6"/>`,
    text(x + 10, line, fit(written, BOX.width - 28 - sizeWidth, 12, BOLD), 'box'),
    text(x + BOX.width - 10, line, size, 'size', 'end'),
    ...(name
      ? [text(x + 10, y + 30, fit(name, BOX.width - 22 - marksWidth, 10, PLAIN), 'name')]
      : []),
    ...conditions.map((op, i) => drawMark(op, x + BOX.width - 16 - 17 * i, y + BOX.height - 11)),
  ].join('')
}

const drawMark = (op: ConditionOp, x: number, y: number) =>
  `<circle class="mark" cx="${x}" cy="${y}" r="7"/>${text(x, y + 3, marks[op].mark, 'letter')}`

function drawLegend(used: readonly ConditionOp[], left: number, y: number): string[] {
  let x = left
  return used.map((op) => {
    const { about } = marks[op]
    const item = `${drawMark(op, x + 7, y - 4)}${text(x + 20, y, about, 'size')}`
    x += 40 + about.length * 11 * PLAIN
    return item
  })
}

/** Room for the arcs beside one column. */
const arcRoom = (edges: readonly Edge[]) =>
  Math.max(0, ...edges.map((edge) => (edge.kind === 'skip' ? arcWidth(edge) : 0)))

const arcWidth = ({ from, to }: Edge) => Math.round(24 + 14 * Math.log2(to - from))

function drawEdge(edge: Edge, { boxes, levels, middle, decoder }: Layout): string {
  const { from, to, kind } = edge
  const [a, b] = [boxes[from], boxes[to]]
  const path = (d: string) =>
    `<path class="edge ${kind}" d="${d}" marker-end="url(#head-${kind})"/>`
  const centre = ({ x }: PlacedBox) => x + BOX.width / 2
  const half = BOX.height / 2
  if (kind === 'skip' && levels.length === 0) {
    const [right, out] = [a.x + BOX.width, a.x + BOX.width + arcWidth(edge) * 1.3]
    return path(
      `M${right} ${a.y + half}C${out} ${a.y + half} ${out} ${b.y + half} ${right + 2} ${b.y + half}`,
    )
  }
  if (kind === 'skip') {
    const [start, end] =
      a.x < b.x ? [a.x + BOX.width, b.x - 2] : [a.x + BOX.width, b.x + BOX.width + 2]
    const bend = a.x < b.x ? 60 : 40
    const back = a.x < b.x ? end - bend : end + bend
    return path(
      `M${start} ${a.y + half}C${start + bend} ${a.y + half} ${back} ${b.y + half} ${end} ${b.y + half}`,
    )
  }
  // From the encoder to the middle, and from there to the decoder.
  if (from < middle && to >= middle && to < decoder)
    return path(`M${centre(a)} ${a.y + BOX.height}V${b.y + half}H${b.x - 2}`)
  if (from >= middle && from < decoder && to >= decoder)
    return path(`M${a.x + BOX.width} ${a.y + half}H${centre(b)}V${b.y + BOX.height + 2}`)
  if (from < middle && to >= decoder)
    return path(`M${a.x + BOX.width} ${a.y + half}L${b.x - 2} ${b.y + half}`)
  return to >= decoder && levels.length > 0
    ? path(`M${centre(a)} ${a.y}V${b.y + BOX.height + 2}`)
    : path(`M${centre(a)} ${a.y + BOX.height}V${b.y - 2}`)
}
