// Seed controls, which change seeds before a run.
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import { MAX_SEED, type ByType, type Declaration, type Params } from '../engine/plan/op.ts'
import { randomSeed } from '../workflow/controlSpec.ts'
import type { WorkflowFile } from '../workflow/index.ts'
import { seedControl } from '../workflow/index.ts'
import type { FileInput } from '../workflow/file.ts'
import { withSubgraphs } from '../workflow/subgraphDeclarations.ts'
import { diffusionNodes } from './diffusionNode.ts'

/** An input by name, with its link. */
type WiredSlot = Pick<FileInput, 'name' | 'link'>

/** Returns the seeds of a node that change before a run, with their next values. */
function nextSeeds(
  { params }: Declaration,
  { properties, inputs }: { properties: Params; inputs: readonly WiredSlot[] },
  random: () => number,
): [string, number][] {
  return Object.entries(params).flatMap(([name, { kind }]): [string, number][] => {
    const control = properties[seedControl(name)]
    if (kind !== 'seed' || (control !== 'increment' && control !== 'randomize')) return []
    // A wire sets the seed.
    if (inputs.some((slot) => slot.name === name && slot.link !== null)) return []
    return [
      [
        name,
        control === 'increment' ? ((Number(properties[name]) || 0) + 1) % (MAX_SEED + 1) : random(),
      ],
    ]
  })
}

/** Advances the seeds of a graph before a run. Returns true if any changed. */
export function advanceSeeds(graph: LGraph, random = randomSeed): boolean {
  let changed = false
  for (const node of diffusionNodes(graph)) {
    for (const [name, seed] of nextSeeds(node.diffusion.declaration, node, random)) {
      node.setProperty(name, seed)
      changed = true
    }
  }
  return changed
}

/**
 * Returns a file with advanced seeds, undefined if none changed. Skips the level on the canvas: the
 * subgraph `except`, or the top level if it is undefined.
 */
export function withAdvancedSeeds(
  file: WorkflowFile,
  declarations: ByType,
  except?: string,
  random = randomSeed,
): WorkflowFile | undefined {
  const known = withSubgraphs(file, declarations)
  let changed = false
  const advance = (body: WorkflowFile): WorkflowFile => ({
    ...body,
    nodes: body.nodes.map((node) => {
      const declaration = known.get(node.type)
      const seeds = declaration ? nextSeeds(declaration, node, random) : []
      changed ||= seeds.length > 0
      return seeds.length
        ? { ...node, properties: { ...node.properties, ...Object.fromEntries(seeds) } }
        : node
    }),
  })
  const subgraphs = file.subgraphs?.map((each) =>
    each.id === except ? each : { ...each, inside: advance(each.inside) },
  )
  const next = { ...(except === undefined ? file : advance(file)), ...(subgraphs && { subgraphs }) }
  return changed ? next : undefined
}
