// Parts of a script that several nodes of one subgraph have in common, each to be written once, as
// a function.
import { isInside, splitValue, valueId, type ValueId } from '../../engine/base/ids.ts'
import type { SubgraphNode } from '../../engine/plan/graph.ts'
import { wire } from '../../engine/plan/graph.ts'
import { stepInputs, stepOutputs, type NodeStep, type Step } from '../../engine/plan/steps.ts'

/** The steps of one subgraph node in one block of the script, in order. */
export interface Group {
  kind: 'group'
  node: SubgraphNode
  steps: NodeStep[]
  shared: SharedPart
  /** The results of the function that this block uses. */
  results: SharedPart['results']
}

/** An argument of the function of a shared part. */
interface Argument {
  /** The place where it is used first: the index of a step, and one of its inputs or params. */
  step: number
  name: string
  /** Its id in `SharedPart.steps`. */
  id: ValueId
}

/** Equal steps of several subgraph nodes. */
export interface SharedPart {
  /** Name of the subgraph. */
  title: string
  trains: boolean
  /** Steps of the function. Inputs from outside, and params that differ, are arguments. */
  steps: NodeStep[]
  args: Argument[]
  /** Values that are used outside of the function, as index of a step and slot. */
  results: { step: number; slot: string }[]
}

export type BlockItem = Step | Group

interface Block {
  trains: boolean
  items: BlockItem[]
}

interface Options {
  subgraphs: readonly SubgraphNode[]
  /** True for steps of nodes that are plain calls: they show and remember nothing. */
  isPlain: (step: Step) => boolean
  /** True for loops whose bodies are recorded for gradients. */
  isUnit: (step: Step) => boolean
}

interface SharedParts {
  /** Returns the items of a block: its steps, with equal ones replaced by groups. */
  items: (steps: readonly Step[]) => readonly BlockItem[]
  parts: readonly SharedPart[]
}

/**
 * Finds equal steps of several nodes of one subgraph. Subgraph nodes with loops or observers in
 * them stay as they are.
 */
export function findSharedParts(
  steps: readonly Step[],
  { subgraphs, isPlain, isUnit }: Options,
): SharedParts {
  const parts: SharedPart[] = []
  const blocks = listBlocks(steps, isUnit)
  const consumers = findConsumers(steps)
  const depth = ({ id }: SubgraphNode) => id.split(':').length
  const deepest = Math.max(0, ...subgraphs.map(depth))
  // Outer subgraphs first: those inside are part of their functions.
  for (let level = 1; level <= deepest; level++) {
    const nodes = subgraphs.filter((node) => depth(node) === level)
    const found = [...blocks.values()].flatMap((block) =>
      nodes.flatMap((node) => {
        const own = block.items.filter(
          (item): item is NodeStep => item.kind !== 'group' && isInside(item.id, node.id),
        )
        return own.length > 1 && own.every(isPlain) ? [{ block, node, steps: own }] : []
      }),
    )
    for (const equal of groupBy(found, signature)) {
      const usable = equal.filter(({ block, steps: own }) => gatherSteps(block.items, own, own[0]))
      if (usable.length < 2) continue
      const shared = shareGroups(usable, consumers)
      parts.push(shared)
      for (const { block, node, steps: own } of usable) {
        const results = shared.results.filter(({ step, slot }) =>
          isUsedOutside(own, step, slot, consumers),
        )
        const group: Group = { kind: 'group', node, steps: own, shared, results }
        // An earlier group of the block may have moved steps.
        block.items = gatherSteps(block.items, own, group) ?? block.items
      }
    }
  }
  return { items: (block) => blocks.get(block)?.items ?? block, parts }
}

interface Candidate {
  block: Block
  node: SubgraphNode
  steps: NodeStep[]
}

function listBlocks(steps: readonly Step[], isUnit: (step: Step) => boolean) {
  const blocks = new Map<readonly Step[], Block>()
  const visit = (own: readonly Step[], trains: boolean) => {
    blocks.set(own, { trains, items: [...own] })
    for (const step of own) {
      if (step.kind !== 'loop') continue
      visit(step.body, trains || isUnit(step))
      for (const snapshot of step.snapshots ?? []) visit(snapshot.steps, false)
    }
  }
  visit(steps, false)
  return blocks
}

/** The steps that read each value; End reads as its loop. */
function findConsumers(steps: readonly Step[]): Map<ValueId, Set<string>> {
  const consumers = new Map<ValueId, Set<string>>()
  const visit = (step: Step) => {
    const own =
      step.kind === 'loop'
        ? [...Object.values(step.inputs), ...Object.values(step.next)]
        : Object.values(step.inputs)
    for (const value of own) consumers.set(value, (consumers.get(value) ?? new Set()).add(step.id))
    if (step.kind !== 'loop') return
    const { body, emission, files = [], snapshots = [] } = step
    for (const inner of [...body, ...emission, ...files.map(({ file }) => file)]) visit(inner)
    for (const snapshot of snapshots)
      for (const inner of [...snapshot.steps, snapshot.file]) visit(inner)
  }
  steps.forEach(visit)
  return consumers
}

/** Equal for groups that one function can compute. */
function signature({ block, node, steps }: Candidate): string {
  const index = new Map(steps.map(({ id }, i) => [id, i]))
  const calls = steps.map(({ id, op, params, inputs }) => [
    id.slice(node.id.length),
    op,
    Object.keys(params),
    Object.entries(inputs).map(([slot, value]) => {
      const from = splitValue(value)
      const inside = index.get(from.node)
      return inside === undefined ? [slot] : [slot, inside, from.slot]
    }),
  ])
  return JSON.stringify([node.definition, block.trains, calls])
}

function groupBy<T>(all: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of all) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return [...groups.values()]
}

/**
 * Replaces steps of a block by one item, after all that they depend on; undefined if a step between
 * them both depends on them and is needed by them.
 */
function gatherSteps(
  items: readonly BlockItem[],
  own: readonly NodeStep[],
  one: BlockItem,
): BlockItem[] | undefined {
  const places = own.map((step) => items.indexOf(step))
  const [first, last] = [Math.min(...places), Math.max(...places)]
  const isOwn = (item: BlockItem) => own.includes(item as NodeStep)
  const computed = new Set(own.flatMap(stepOutputs))
  const [before, after]: [BlockItem[], BlockItem[]] = [[], []]
  for (const item of items.slice(first, last + 1)) {
    const depends = itemInputs(item).some((value) => computed.has(value))
    if (isOwn(item)) {
      if (
        after.some((other) => itemOutputs(other).some((value) => itemInputs(item).includes(value)))
      )
        return undefined
    } else if (depends) {
      after.push(item)
      for (const value of itemOutputs(item)) computed.add(value)
    } else before.push(item)
  }
  return [...items.slice(0, first), ...before, one, ...after, ...items.slice(last + 1)]
}

const stepsOfItem = (item: BlockItem): readonly Step[] =>
  item.kind === 'group' ? item.steps : [item]
const itemInputs = (item: BlockItem) => stepsOfItem(item).flatMap(stepInputs)
const itemOutputs = (item: BlockItem) => stepsOfItem(item).flatMap(stepOutputs)

/** The function for equal groups. */
function shareGroups(
  groups: readonly Candidate[],
  consumers: Map<ValueId, Set<string>>,
): SharedPart {
  const [{ steps, node, block }] = groups
  const inside = new Map(steps.map(({ id }, i) => [id, i]))
  const args = new Map<string, Argument>()
  /** One argument for all places that have equal sources in every group. */
  const argument = (step: number, name: string, sources: readonly unknown[]): ValueId => {
    const key = JSON.stringify(sources)
    const known = args.get(key)
    if (known) return known.id
    const id = valueId(wire(`argument ${args.size + 1}`, name))
    args.set(key, { step, name, id })
    return id
  }
  const written = steps.map((step, i): NodeStep => {
    const inputs = Object.entries(step.inputs).map(([slot, value]): [string, ValueId] =>
      inside.has(splitValue(value).node)
        ? [slot, value]
        : [
            slot,
            argument(
              i,
              slot,
              groups.map((group) => group.steps[i].inputs[slot]),
            ),
          ],
    )
    const different = Object.keys(step.params).filter((name) => {
      const values = groups.map((group) => JSON.stringify(group.steps[i].params[name]))
      return !Object.hasOwn(step.inputs, name) && new Set(values).size > 1
    })
    const wired = different.map((name): [string, ValueId] => [
      name,
      argument(i, name, [name, ...groups.map((group) => group.steps[i].params[name])]),
    ])
    const outputs = groups.flatMap((group) => group.steps[i].outputs)
    return {
      ...step,
      inputs: Object.fromEntries([...inputs, ...wired]),
      outputs: [...new Set(outputs)],
    }
  })
  const results = written.flatMap(({ outputs }, step) =>
    outputs.flatMap((slot) =>
      groups.some((group) => isUsedOutside(group.steps, step, slot, consumers))
        ? [{ step, slot }]
        : [],
    ),
  )
  return {
    title: node.name,
    trains: block.trains,
    steps: written,
    args: [...args.values()],
    results,
  }
}

function isUsedOutside(
  steps: readonly NodeStep[],
  step: number,
  slot: string,
  consumers: Map<ValueId, Set<string>>,
): boolean {
  const own = new Set(steps.map(({ id }) => id))
  return [...(consumers.get(valueId(wire(steps[step].id, slot))) ?? [])].some((id) => !own.has(id))
}

/** The source of an argument in one group: a value, or a param. */
export function argumentSource(
  { steps }: Group,
  { step, name }: Argument,
): { value: ValueId } | { param: unknown } {
  const own = steps[step]
  return Object.hasOwn(own.inputs, name) ? { value: own.inputs[name] } : { param: own.params[name] }
}
