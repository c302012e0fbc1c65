// Shapes of the records in the stores of this browser. Fields may only be added as optional ones:
// records of earlier versions lack them.
import {
  anything,
  both,
  fields,
  finite,
  flag,
  instance,
  integerFrom,
  list,
  oneOf,
  optional,
  primitive,
  result,
  text,
  time,
  tuple,
  type Shape,
} from './shapes.ts'

const count = integerFrom(0)
const texts = list(text)
const floats = instance(Float32Array)
const doubles = instance(Float64Array)
const range = tuple(finite, finite)

// ---- views

/** Largest side of a picture, as of a canvas. */
const MAX_SIDE = 16_384

interface PictureSize {
  width: number
  height: number
  channels: number
  pixels: Uint8ClampedArray
  count: number
}

const side: Shape = (value) => integerFrom(1)(value) && (value as number) <= MAX_SIDE

const pictures = both(
  fields({
    width: side,
    height: side,
    channels: oneOf(1, 3),
    count,
    pixels: instance(Uint8ClampedArray),
  }),
  (value) => {
    const { width, height, channels, pixels, count: images } = value as PictureSize
    return pixels.length === width * height * channels * images
  },
)

const views: Readonly<Record<string, Shape>> = {
  scatter: fields({
    clouds: list(
      fields({
        name: text,
        points: floats,
        labels: optional(instance(Int32Array)),
        depth: optional(floats),
      }),
    ),
    paths: list(floats),
    moving: optional(list(floats)),
    t: optional(doubles),
    field: optional(floats),
    ellipses: optional(floats),
    space: optional(
      fields({ angles: fields({ yaw: finite, pitch: finite }), pathDepths: list(floats) }),
    ),
    extent: tuple(finite, finite, finite, finite),
    caption: optional(text),
  }),
  chart: fields({
    title: text,
    xLabel: text,
    yLabel: text,
    yLog: flag,
    yRange: optional(range),
    lines: list(fields({ name: text, x: doubles, y: doubles, kept: optional(flag) })),
    marks: optional(list(result)),
    heat: optional(fields({ picture: pictures, x: range, y: range })),
    smoothing: optional(finite),
  }),
  statistics: fields({
    type: text,
    shape: list(finite),
    mean: result,
    std: result,
    min: result,
    max: result,
    nan: result,
    histogram: doubles,
    notes: list(tuple(text, text)),
  }),
  images: fields({
    groups: list(both(pictures, fields({ name: text, labels: optional(texts) }))),
    columns: count,
    caption: optional(text),
  }),
  film: both(
    fields({ frames: list(pictures), t: doubles, columns: count }),
    (value) => (value as { frames: unknown[] }).frames.length > 0,
  ),
  texts: fields({ frames: list(texts), t: doubles }),
  numbers: fields({ rows: list(fields({ name: text, value: result, note: optional(text) })) }),
  rows: fields({ rows: list(tuple(text, text)), bars: optional(list(result)) }),
  table: fields({ columns: texts, rows: list(texts) }),
}

const view: Shape = (value) => {
  const { kind } = Object(value) as { kind?: unknown }
  return typeof kind === 'string' && Object.hasOwn(views, kind) && views[kind](value)
}

// ---- runs

const seed = fields({ node: text, title: text, param: text, value: primitive })
const change: Shape = (value) => changes.some((shape) => shape(value))
const changes = [
  fields({ kind: oneOf('called', 'titled'), from: text, to: text }),
  fields({ kind: oneOf('about', 'groups') }),
  fields({ kind: oneOf('param'), node: text, title: text, param: text }),
  fields({ kind: oneOf('added', 'removed', 'outside', 'described'), title: text }),
  fields({
    kind: oneOf('wired'),
    title: text,
    slot: text,
    from: optional(text),
    to: optional(text),
  }),
  fields({ kind: oneOf('mode'), title: text, from: finite, to: finite }),
  fields({ kind: oneOf('layout'), count: finite }),
]

const sweepCell = fields({ id: text, at: list(count) })

/** Shape of the summary of a run. */
export const runShape = fields({
  id: text,
  when: time,
  order: optional(finite),
  workflow: text,
  name: text,
  to: optional(text),
  target: optional(text),
  outcome: oneOf('finished', 'stopped', 'failed'),
  fault: optional(text),
  changed: optional(list(change)),
  seeds: list(seed),
  seconds: finite,
  iterations: optional(fields({ done: finite, of: finite })),
  loss: optional(result),
  metrics: list(fields({ title: text, name: text, value: result })),
  backend: optional(text),
  star: flag,
  note: text,
  size: finite,
  sweep: optional(sweepCell),
  thumbnail: optional(instance(Blob)),
})

const curve = fields({ node: text, title: text, name: text, x: doubles, y: doubles })

const axis = fields({ node: text, title: text, param: text, values: list(anything) })

// ---- stores

const savedWorkflow = { id: text, name: text, text, saved: time, revision: count }

/** Shapes by store. Settings are read field by field, and runs have a count of unreadable ones. */
export const recordShapes = {
  workflows: fields({ ...savedWorkflow, created: time }),
  drafts: fields({
    id: text,
    of: text,
    name: text,
    text,
    revision: count,
    changed: time,
    untouched: optional(flag),
  }),
  versions: fields({ id: text, of: text, when: time, text, name: optional(text) }),
  runs: fields({ id: text }),
  runDetails: fields({
    id: text,
    text,
    losses: list(curve),
    charts: list(curve),
    pictures: list(
      fields({ node: text, title: text, image: instance(Blob), width: finite, height: finite }),
    ),
  }),
  sweeps: fields({
    id: text,
    when: time,
    workflow: text,
    name: text,
    text,
    axes: list(axis),
  }),
  nodes: fields({ ...savedWorkflow, description: text }),
  views: fields({
    id: text,
    when: time,
    views: list(fields({ node: text, op: text, view })),
  }),
  lessons: fields({ lesson: text, questions: list(anything), tasks: list(anything) }),
} satisfies Record<string, Shape>
