// Boxes of the diagram of a network: its blocks and layers, with the boxes that each reads.
import { GraphView } from '../graph/analysis.ts'
import { isSource, type LayerGraph } from '../graph/layer.ts'
import type { FeatureShape } from '../graph/layerOp.ts'
import type { Unit } from '../graph/step.ts'
import { planUnits } from '../graph/steps.ts'
import { boxKind, boxTitle, isMinor, isTrailing, isTransparent, type BoxKind } from './titles.ts'

/** Inputs of a network beside x. */
export const conditionOps = ['time', 'labels', 'values', 'vectors', 'tokens', 'channels'] as const
export type ConditionOp = (typeof conditionOps)[number]

export interface Box {
  kind: BoxKind
  title: string
  /** Names of its layers, as far as they are the same: `mid_block.resnets.0`. */
  name: string
  /** Shape of its output. */
  shape: FeatureShape
  /** Shape of its first input. */
  from: FeatureShape
  /** Other boxes that it reads, by index. */
  reads: number[]
  /** Inputs beside x that it reads, also through embeddings. */
  conditions: ConditionOp[]
}

/** A box while layers are collected in it. */
interface Draft {
  units: Unit[]
  /** Position of the layer with its output. */
  output: number
}

/** The boxes of a graph in the order of their evaluation. What does not depend on x has none. */
export function findBoxes(graph: LayerGraph): Box[] {
  const view = new GraphView({ layers: graph.layers, functions: graph.functions })
  const units = planUnits(view)
    .filter(({ step }) => step.writes.some((i) => view.dependsOnX[i]))
    .sort((a, b) => Math.min(...a.step.writes) - Math.min(...b.step.writes))
  return describeBoxes(view, mergeMinor(view, units))
}

const readsOfX = (view: GraphView, { step }: Unit) => step.reads.filter((i) => view.dependsOnX[i])

/**
 * Joins layers such as activations with the box before them, or else with the one after them, if no
 * other box reads what is between. Layers that only change the form of features have no box.
 */
function mergeMinor(view: GraphView, units: readonly Unit[]): Draft[] {
  const drafts = new Map<number, Draft>()
  const waiting = new Map<number, Unit[]>()
  const all: Draft[] = []
  for (const unit of units) {
    const ops = unit.claims.toSorted((a, b) => a - b).map((i) => view.layers[i].op)
    const inputs = readsOfX(view, unit)
    const [output] = unit.step.writes
    const before = inputs.length === 1 ? drafts.get(inputs[0]) : undefined
    const isRead = inputs.length === 1 && view.readers[inputs[0]].length === 1
    const isPassed = view.readers[output].length === 1 && !view.outputs.has(output)
    const earlier = inputs.flatMap((input) => waiting.get(input) ?? [])
    if (before && (isTransparent(ops) || (isRead && isTrailing(ops)))) {
      before.units.push(unit)
      if (isRead) before.output = output
      drafts.set(output, before)
    } else if (isMinor(ops) && inputs.length === 1 && isPassed)
      waiting.set(output, [...earlier, unit])
    else {
      const draft = { units: [...earlier, unit], output }
      all.push(draft)
      for (const write of unit.step.writes) drafts.set(write, draft)
    }
  }
  return all
}

function describeBoxes(view: GraphView, drafts: readonly Draft[]): Box[] {
  const owner = new Map(
    drafts.flatMap(({ units }, box) =>
      units.flatMap(({ step }) => step.writes.map((i): [number, number] => [i, box])),
    ),
  )
  const input: Box = {
    kind: 'input',
    title: 'x',
    name: '',
    shape: view.shapes[view.layers.findIndex(({ op }) => op === 'x')],
    from: view.shapes[view.layers.findIndex(({ op }) => op === 'x')],
    reads: [],
    conditions: [],
  }
  const boxes = drafts.map(({ units, output }, box): Box => {
    const claims = units.flatMap((unit) => unit.claims).sort((a, b) => a - b)
    const reads = units.flatMap(({ step }) => step.reads)
    const read = reads.filter((i) => view.dependsOnX[i])
    // Shifted by one for the input.
    const others = read.map((i) => (owner.get(i) ?? -1) + 1).filter((own) => own !== box + 1)
    return {
      kind: boxKind(view, claims),
      title: boxTitle(
        view,
        units.map((unit) => unit.claims),
      ),
      name: commonName(claims.flatMap((i) => view.layers[i].name ?? [])),
      shape: view.shapes[output],
      from: view.shapes[read[0]],
      reads: [...new Set(others)],
      conditions: conditionsOf(view, reads),
    }
  })
  return [input, ...boxes]
}

/** The longest start of all names, in whole parts, or else the last name. */
function commonName(names: readonly string[]): string {
  const [first, ...others] = names.map((name) => name.split('.'))
  if (!first) return ''
  const length = others.reduce((shared, parts) => {
    const differing = first.slice(0, shared).findIndex((part, i) => part !== parts[i])
    return differing < 0 ? shared : differing
  }, first.length)
  return length > 0 ? first.slice(0, length).join('.') : names.at(-1)!
}

/** The inputs beside x that lead to some layers without x. */
function conditionsOf({ layers, dependsOnX }: GraphView, from: readonly number[]): ConditionOp[] {
  const seen = new Set<number>()
  const pending = from.filter((i) => !dependsOnX[i])
  while (pending.length) {
    const i = pending.pop()!
    if (seen.has(i)) continue
    seen.add(i)
    pending.push(...layers[i].in)
  }
  const found = new Set([...seen].map((i) => layers[i]).filter(isSource))
  const ops = new Set([...found].map(({ op }) => op))
  return conditionOps.filter((op) => ops.has(op))
}
