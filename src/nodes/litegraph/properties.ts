// Params as litegraph's properties.
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import type { Declaration } from '../../engine/plan/op.ts'
import { seedControl } from '../workflow/read.ts'
import { isDiffusionNode, type DiffusionNode } from './node.ts'

/** What becomes of a seed before a run. */
export const SEED_CONTROLS = ['fixed', 'increment', 'randomize'] as const

/** A property for each param, with its default. */
export function addProperties(node: DiffusionNode) {
  for (const [name, param] of Object.entries(node.diffusion.declaration.params)) {
    node.addProperty(name, structuredClone(param.default), propertyType(param.kind), propertyInfo(param))
    if (param.kind === 'seed') node.addProperty(seedControl(name), 'fixed', 'enum', { values: SEED_CONTROLS })
  }
}

/** New nodes draw their own numbers: the smallest seed no other node has. */
export function takeFreshSeeds(node: DiffusionNode, graph: LGraph) {
  for (const name of seedsOf(node)) {
    const others = graph._nodes.filter((other) => other !== node && isDiffusionNode(other)) as DiffusionNode[]
    const used = new Set(others.flatMap((other) => seedsOf(other).map((seed) => other.properties[seed])))
    let seed = 0
    while (used.has(seed)) seed++
    node.setProperty(name, seed)
  }
}

const seedsOf = ({ diffusion: { declaration } }: DiffusionNode): string[] =>
  Object.entries(declaration.params).flatMap(([name, { kind }]) => (kind === 'seed' ? [name] : []))

/** What litegraph's own property panel makes of a param. */
const propertyType = (kind: Declaration['params'][string]['kind']): string =>
  ({
    number: 'number',
    seed: 'number',
    boolean: 'boolean',
    choice: 'enum',
    text: 'string',
    drawing: 'array',
    checkpoint: 'object',
    dataset: 'object',
  })[kind]

const propertyInfo = (param: Declaration['params'][string]): object =>
  param.kind === 'choice' ? { values: [...param.choices] } : {}
