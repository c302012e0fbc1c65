// Params as properties of litegraph nodes.
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import type { Declaration } from '../engine/plan/op.ts'
import { seedControl } from '../workflow/file.ts'
import { findFreeName, uniqueParams } from '../workflow/layerNames.ts'
import { diffusionNodes, type DiffusionNode } from './diffusionNode.ts'

/** Changes of a seed before a run. */
export const SEED_CONTROLS = ['fixed', 'increment', 'randomize'] as const

/** Adds a property with the default value for each param. */
export function addProperties(node: DiffusionNode) {
  for (const [name, param] of Object.entries(node.diffusion.declaration.params)) {
    node.addProperty(
      name,
      structuredClone(param.default),
      propertyType(param.kind),
      propertyInfo(param),
    )
    if (param.kind === 'seed')
      node.addProperty(seedControl(name), 'fixed', 'enum', { values: SEED_CONTROLS })
  }
}

/** Gives each seed of a new node the smallest value that no other node has. */
export function assignFreshSeeds(node: DiffusionNode, graph: LGraph) {
  for (const name of seedParams(node)) {
    const others = diffusionNodes(graph).filter((other) => other !== node)
    const used = new Set(
      others.flatMap((other) => seedParams(other).map((seed) => other.properties[seed])),
    )
    let seed = 0
    while (used.has(seed)) seed++
    node.setProperty(name, seed)
  }
}

/** Gives each name of a new node a text that no other node has: conv, conv_2, conv_3. */
export function assignFreshNames(node: DiffusionNode, graph: LGraph) {
  for (const param of nameParams(node)) {
    const others = diffusionNodes(graph).filter((other) => other !== node)
    const used = new Set(
      others.flatMap((other) => nameParams(other).map((name) => other.properties[name])),
    )
    const name = findFreeName(String(node.properties[param] ?? ''), used)
    if (name !== node.properties[param]) node.setProperty(param, name)
  }
}

const nameParams = ({ diffusion: { declaration } }: DiffusionNode) => uniqueParams(declaration)

const seedParams = ({ diffusion: { declaration } }: DiffusionNode): string[] =>
  Object.entries(declaration.params).flatMap(([name, { kind }]) => (kind === 'seed' ? [name] : []))

/** Returns the type of a param for litegraph's property panel. */
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
