// Names for results by what they are made of, so that a result is found again whatever happened to the graph around it.
//
// The key of a value is a hash of its node's type, version, params and the keys of its inputs. A loop is named as a
// whole: inside it, each outputs are symbols, so ids, titles, positions and observers leave no trace.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { mapValues } from '../records.ts'
import type { LoopStep, NodeStep, Plan, Step, ValueId } from './compile.ts'
import { valueId } from './compile.ts'
import { wire } from './graph.ts'
import type { Op, Ops, Params, StartOp } from './op.ts'
import { observersIn } from './steps.ts'

export type Key = string

export interface Keys {
  values: Map<ValueId, Key>
  /** By Start id: the loop's key without how far it goes. */
  loops: Map<string, Key>
  /** What an observer looks at, by its id. */
  looks: Map<string, Look>
}

export interface Look {
  /** The same however far the loops around go: lines grow. */
  line: Key
  /** With how far they go. */
  whole: Key
}

export const hashOf = (...parts: unknown[]): Key => bytesToHex(sha256(utf8ToBytes(canonical(parts))))

/** `content` names what came from outside the graph, by node id: prepared data, weights a training went on from. */
export function keysOf(plan: Plan, ops: Ops, content: ReadonlyMap<string, string> = new Map()): Keys {
  const keys: Keys = { values: new Map(), loops: new Map(), looks: new Map() }
  const whole = new Set<ValueId>()
  nameSteps(plan.steps, 0, { keys, ops, content, whole })
  return keys
}

interface Naming {
  keys: Keys
  ops: Ops
  content: ReadonlyMap<string, string>
  /** Values whose meaning depends on how many steps a training makes in all. */
  whole: Set<ValueId>
}

function nameSteps(steps: readonly Step[], depth: number, naming: Naming) {
  for (const step of steps) {
    if (step.kind === 'loop') nameLoop(step, depth, naming)
    else if (step.kind === 'run') nameNode(step, naming)
    else if (step.kind === 'observe') nameLook(step, naming)
  }
}

function nameLook({ id, op, params, inputs }: NodeStep, { keys }: Naming) {
  const key = hashOf(op, params, keysByName(inputs, keys))
  keys.looks.set(id, { line: key, whole: key })
}

function nameNode({ id, op, params, inputs, outputs }: NodeStep, { keys, ops, content, whole }: Naming) {
  const declared = ops.get(op)!
  const key = hashOf(op, declared.version, params, keysByName(inputs, keys), content.get(id) ?? null)
  for (const slot of outputs) keys.values.set(valueId(wire(id, slot)), hashOf(key, slot))
  const total = 'needsTotalSteps' in declared && declared.needsTotalSteps?.(params as never)
  if (total || Object.values(inputs).some((value) => whole.has(value))) {
    for (const slot of outputs) whole.add(valueId(wire(id, slot)))
  }
}

function nameLoop(step: LoopStep, depth: number, naming: Naming) {
  const { keys, ops, content, whole } = naming
  const start = ops.get(step.op) as StartOp
  for (const slot of step.each) keys.values.set(valueId(wire(step.id, slot)), hashOf('each', depth, slot))
  nameSteps(step.body, depth + 1, naming)
  const { extents } = start.behaviour
  const far = [pick(step.params.start, extents), pick(step.params.end, extents)]
  const needsTotal = Object.values(step.inputs).some((value) => whole.has(value))
  const key = hashOf(
    'loop',
    versionOf(start),
    versionOf(ops.get(step.endOp)!),
    [without(step.params.start, extents), without(step.params.end, extents)],
    keysByName(step.inputs, keys),
    keysByName(step.next, keys),
    needsTotal ? far : null,
    content.get(step.id) ?? null,
  )
  keys.loops.set(step.id, key)
  // Inside a body all is named by symbols, so what is seen there is only told apart by the loop.
  for (const { id } of observersIn(step)) {
    const { line, whole } = keys.looks.get(id)!
    keys.looks.set(id, { line: hashOf(line, key), whole: hashOf(whole, key, far) })
  }
  for (const slot of step.outputs) keys.values.set(valueId(wire(step.end, slot)), hashOf(key, far, slot))
  nameSteps(step.emission, depth, naming)
}

const versionOf = (op: Op) => [op.type, op.version]

const keysByName = (values: Record<string, ValueId>, keys: Keys) => mapValues(values, (value) => keys.values.get(value) ?? null)

const pick = (params: Params, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, params[name] ?? null]))

const without = (params: Params, names: readonly string[]) =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name)))

/** JSON with sorted keys, so that the order in which params were written does not matter. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
