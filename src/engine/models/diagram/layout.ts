// Places of the boxes of a diagram: two columns for a network with levels of size, one for others.
import type { FeatureShape } from '../graph/layerOp.ts'
import { asImage } from '../graph/ops/checks.ts'
import type { Box } from './boxes.ts'

export const BOX = { width: 256, height: 38 }
const GAP = 16
/** Between the columns of the encoder and the decoder. */
const BETWEEN = BOX.width + 64
/** Above and below the boxes of a level. */
const LEVEL_PADDING = 12
/** Least number of equal boxes in a row that are drawn as one. */
const LEAST_RUN = 4

export interface PlacedBox extends Box {
  /** Left and top. */
  x: number
  y: number
  /** Number of equal boxes that it stands for. */
  count: number
}

/** A row of boxes of one size of images. */
export interface LevelBand {
  label: string
  y: number
  height: number
}

export interface Edge {
  from: number
  to: number
  /** `next`: to the next box. `skip`: a skip connection. */
  kind: 'next' | 'skip'
}

export interface Layout {
  boxes: PlacedBox[]
  edges: Edge[]
  levels: LevelBand[]
  width: number
  height: number
  /** Index of the first box of the decoder, whose boxes follow each other upwards. */
  decoder: number
  /** Index of the first box between encoder and decoder. */
  middle: number
}

/** Lays boxes out from left, top (0, 0). */
export function layOut(boxes: readonly Box[]): Layout {
  const parts = findParts(boxes)
  return parts ? twoColumns(boxes, parts) : oneColumn(joinRuns(boxes))
}

const edgesOf = (boxes: readonly Box[]): Edge[] =>
  boxes.flatMap(({ reads }, to) =>
    reads.map((from): Edge => ({ from, to, kind: from === to - 1 ? 'next' : 'skip' })),
  )

const isImage = (shape: FeatureShape) => shape.length === 3

function sizeOf(shape: FeatureShape): number {
  const [height, width] = asImage(shape, 'x')
  return height * width
}

interface Parts {
  /** Index of the first box after the encoder, and of the first one of the decoder. */
  middle: number
  decoder: number
}

/**
 * The parts of a network for images with skip connections between levels of size. The encoder ends
 * with the last box that a skip connection starts from; the decoder begins with the first box that
 * one leads to.
 */
function findParts(boxes: readonly Box[]): Parts | undefined {
  if (!boxes.every(({ shape, from }) => isImage(shape) && isImage(from))) return undefined
  const sizes = boxes.map(({ shape }) => sizeOf(shape))
  const skips = edgesOf(boxes).filter(({ kind }) => kind === 'skip')
  if (Math.min(...sizes) === Math.max(...sizes) || skips.length === 0) return undefined
  const decoder = Math.min(...skips.map(({ to }) => to))
  const middle = 1 + Math.max(...skips.map(({ from }) => from).filter((from) => from < decoder))
  // The smallest images are where the encoder ends.
  const smallest = sizes.indexOf(Math.min(...sizes))
  return smallest < decoder ? { middle, decoder } : undefined
}

function twoColumns(boxes: readonly Box[], { middle, decoder }: Parts): Layout {
  const levelOf = ({ from }: Box) => `${from[0]} × ${from[1]}`
  const labels = [...new Set(boxes.slice(0, middle).map(levelOf))]
  const others = boxes.slice(decoder).map(levelOf)
  for (const label of others) if (!labels.includes(label)) labels.push(label)
  const step = BOX.height + GAP
  const rowsOf = (label: string, part: readonly Box[]) =>
    part.filter((box) => levelOf(box) === label).length
  const placed: PlacedBox[] = []
  const place = (i: number, x: number, y: number) => {
    placed[i] = { ...boxes[i], x, y, count: 1 }
  }
  const levels: LevelBand[] = []
  let top = 0
  for (const label of labels) {
    const [left, right] = [boxes.slice(0, middle), boxes.slice(decoder)]
    const rows = Math.max(rowsOf(label, left), rowsOf(label, right))
    const height = rows * step - GAP + 2 * LEVEL_PADDING
    levels.push({ label, y: top, height })
    let down = top + LEVEL_PADDING
    left.forEach((box, i) => {
      if (levelOf(box) !== label) return
      place(i, 0, down)
      down += step
    })
    let up = top + height - LEVEL_PADDING - BOX.height
    right.forEach((box, i) => {
      if (levelOf(box) !== label) return
      place(decoder + i, BOX.width + BETWEEN, up)
      up -= step
    })
    top += height + GAP
  }
  for (let i = middle; i < decoder; i++) {
    place(i, (BOX.width + BETWEEN) / 2, top)
    top += step
  }
  return {
    boxes: placed,
    edges: edgesOf(boxes),
    levels,
    width: 2 * BOX.width + BETWEEN,
    height: top - GAP,
    middle,
    decoder,
  }
}

function oneColumn(boxes: readonly (Box & { count: number })[]): Layout {
  const step = BOX.height + GAP
  return {
    boxes: boxes.map((box, i) => ({ ...box, x: 0, y: i * step })),
    edges: edgesOf(boxes),
    levels: [],
    width: BOX.width,
    height: boxes.length * step - GAP,
    middle: boxes.length,
    decoder: boxes.length,
  }
}

/** Replaces long runs of equal boxes, each of which reads the one before only, by one box. */
function joinRuns(boxes: readonly Box[]): (Box & { count: number })[] {
  const joined: (Box & { count: number })[] = []
  /** New index of each box. */
  const places: number[] = []
  const readers = boxes.map((_, i) => boxes.filter(({ reads }) => reads.includes(i)).length)
  const isChained = (i: number) =>
    boxes[i].reads.length === 1 && boxes[i].reads[0] === i - 1 && readers[i - 1] === 1
  const isSame = (a: Box, b: Box) =>
    a.title === b.title &&
    String(a.shape) === String(b.shape) &&
    String(a.conditions) === String(b.conditions)
  for (let i = 0; i < boxes.length;) {
    let end = i + 1
    while (end < boxes.length && isSame(boxes[i], boxes[end]) && isChained(end)) end++
    const isRun = end - i >= LEAST_RUN
    const reads = boxes[i].reads.map((from) => places[from])
    places[i] = joined.length
    joined.push({ ...boxes[i], reads, count: isRun ? end - i : 1 })
    if (isRun) for (let k = i + 1; k < end; k++) places[k] = places[i]
    i = isRun ? end : i + 1
  }
  return joined
}
