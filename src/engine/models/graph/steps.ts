// Divides a graph of layers into steps: units that one function computes, and single layers.
import { projectActivated, projectAll } from '../../layers/projections.ts'
import type { Tensor2D } from '../../base/tf.ts'
import type { GraphView } from './analysis.ts'
import { isSource } from './layer.ts'
import { runLayer } from './runs/table.ts'
import type { Matcher, Step, Unit } from './step.ts'
import { parametersOf, partsOf } from './step.ts'
import { matchPixelAttention } from './units/attention.ts'
import { matchConv, matchNormSilu, matchPointwise, matchSplit } from './units/fused.ts'
import { matchDitBlock } from './units/dit.ts'
import { matchResidual } from './units/residual.ts'
import type { PlanSteps } from './units/steps.ts'
import { matchTransformer } from './units/transformer.ts'

/** Parts of blocks. */
const parts: readonly Matcher[] = [matchConv, matchPointwise, matchNormSilu, matchSplit]

/** The steps of the parts of a block. */
const planParts: PlanSteps = (view, within) => toSteps(findUnits(view, parts, (i) => within.has(i)))

const blocks: readonly Matcher[] = [
  matchResidual,
  matchPixelAttention,
  matchTransformer(planParts),
  matchDitBlock(planParts),
]

/** The steps of a graph in the order of their evaluation. Layers that nothing needs have none. */
export const planSteps = (view: GraphView): Step[] => toSteps(planUnits(view))

/** The units of a graph, of which each is one step. */
export function planUnits(view: GraphView): Unit[] {
  const units = findUnits(view, [...blocks, ...parts], (i) => view.used[i])
  return groupProjections(view, units)
}

/** Finds units from the results to the inputs, and adds the layers that are in none. */
function findUnits(
  view: GraphView,
  matchers: readonly Matcher[],
  isWanted: (i: number) => boolean,
): Unit[] {
  const units: Unit[] = []
  const claimed = new Set<number>()
  for (let i = view.layers.length - 1; i >= 0; i--) {
    if (claimed.has(i) || !isWanted(i) || isSource(view.layers[i])) continue
    const unit =
      firstOf(matchers, (match) => {
        const found = match(view, i)
        return found?.claims.every((c) => isWanted(c) && !claimed.has(c)) ? found : undefined
      }) ?? singleLayer(view, i)
    unit.claims.forEach((claim) => claimed.add(claim))
    units.push(unit)
  }
  return units
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** A layer that is computed by its own function. */
export function singleLayer(view: GraphView, index: number): Unit {
  const layer = view.layers[index]
  const { in: reads, name } = layer
  const specs = view.weightsOf(index)
  const trained = specs.filter((spec) => !spec.fixed).map(({ part }) => part)
  const fixed = specs.filter((spec) => spec.fixed).map(({ part }) => part)
  const at = { shape: view.shapes[index], index, place: view.places[index] }
  return {
    claims: [index],
    step: {
      reads,
      writes: [index],
      run: (inputs, weights, pass) => [
        runLayer(layer, inputs, {
          ...at,
          weights: partsOf(weights, name, trained),
          buffers: partsOf(pass.buffers, name, fixed),
          pass,
        }),
      ],
    },
  }
}

/**
 * Joins the linear layers of one embedding that residual blocks read to one step, with the SiLU before
 * them. So are other linear layers of an embedding after a SiLU.
 */
function groupProjections(view: GraphView, units: readonly Unit[]): Unit[] {
  const single = new Set(units.flatMap(({ claims }) => (claims.length === 1 ? claims : [])))
  const afterSilu = [...single].filter((i) => isActivatedLinear(view, i, single))
  const wanted = new Set([...units.flatMap(({ projection }) => projection ?? []), ...afterSilu])
  const byInput = new Map<number, number[]>()
  for (const i of [...wanted].sort((a, b) => a - b)) {
    const [input] = view.layers[i].in
    byInput.set(input, [...(byInput.get(input) ?? []), i])
  }
  const activations = new Set<number>()
  const groups = [...byInput].map(([input, layers]): Unit => {
    // Layers that share weights have equal results here.
    const names = [...new Set(layers.map((i) => view.layers[i].name!))]
    const isActivated =
      view.layers[input].op === 'silu' &&
      single.has(input) &&
      !view.outputs.has(input) &&
      view.readers[input].every((i) => layers.includes(i))
    if (isActivated) activations.add(input)
    const project = isActivated ? projectActivated : projectAll
    return {
      claims: isActivated ? [input, ...layers] : layers,
      step: {
        reads: isActivated ? view.layers[input].in : [input],
        writes: layers,
        run: ([x], weights) => {
          const results = project(
            x as Tensor2D,
            names.map((name) => parametersOf<Tensor2D>(weights, name)),
          )
          return layers.map((i) => results[names.indexOf(view.layers[i].name!)])
        },
      },
    }
  })
  const others = units.filter(
    ({ claims: [first] }) => !wanted.has(first) && !activations.has(first),
  )
  return [...others, ...groups]
}

/** True for a linear layer of an embedding, `[n]`, that alone reads a SiLU. */
function isActivatedLinear(
  { layers, readers, shapes, outputs, dependsOnX }: GraphView,
  i: number,
  single: ReadonlySet<number>,
): boolean {
  const { op, attrs, in: inputs } = layers[i]
  const [input] = inputs
  return (
    op === 'linear' &&
    !dependsOnX[i] &&
    attrs.bias &&
    shapes[i].length === 1 &&
    layers[input].op === 'silu' &&
    single.has(input) &&
    !outputs.has(input) &&
    readers[input].length === 1
  )
}

/** Steps of units, each after those it reads from. */
const toSteps = (units: readonly Unit[]): Step[] =>
  units
    .map(({ step, claims }) => ({
      step: claims.length > 1 ? { ...step, isUnit: true as const } : step,
      at: Math.min(...step.writes),
    }))
    .sort((a, b) => a.at - b.at)
    .map(({ step }) => step)
