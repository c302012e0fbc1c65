// Content-based keys of results, so that a result is found again after any unrelated change of the
// graph.
//
// The key of a value is a hash of its node's type, version, params and the keys of its inputs. A
// loop has one key. Inside a loop, each outputs are symbols, so that keys do not depend on ids,
// titles, positions or observers.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { getOwn, mapValues } from '../base/records.ts'
import type { LoopStep, NodeStep, Plan, Step } from './steps.ts'
import { valueId, type ValueId } from '../base/ids.ts'
import { wire } from './graph.ts'
import { getOp, type Declaration, type Op, type Ops, type Params, type StartOp } from './op.ts'
import { bodyObservers } from './steps.ts'
import { wiredParams } from './paramSlots.ts'

export type Key = string

export interface Keys {
  values: Map<ValueId, Key>
  /** Keys of loops without their extents, by the id of the Start. */
  loops: Map<string, Key>
  /** Keys of the observed computations, by the id of the observer. */
  observers: Map<string, ObservationKeys>
}

export interface ObservationKeys {
  /** Independent of the extents of the enclosing loops, because lines grow. */
  line: Key
  /** Depends on the extents. */
  exact: Key
}

export const hashKey = (...parts: unknown[]): Key =>
  bytesToHex(sha256(utf8ToBytes(canonical(parts))))

/**
 * Computes the keys of a plan.
 * @param content identifies external data by node id: prepared data, and weights from which a
 * training continues
 * @param arithmetic that of the backend, if its bits are not those of the backend's default
 */
export function computeKeys(
  plan: Plan,
  ops: Ops,
  content: ReadonlyMap<string, string> = new Map(),
  arithmetic?: string,
): Keys {
  const keys: Keys = { values: new Map(), loops: new Map(), observers: new Map() }
  const whole = new Set<ValueId>()
  setStepKeys(plan.steps, 0, { keys, ops, content, arithmetic, lengthDependent: whole })
  return keys
}

interface KeyContext {
  keys: Keys
  ops: Ops
  content: ReadonlyMap<string, string>
  arithmetic: string | undefined
  /** Values that depend on the number of steps of a training. */
  lengthDependent: Set<ValueId>
}

function setStepKeys(steps: readonly Step[], depth: number, naming: KeyContext) {
  for (const step of steps) {
    if (step.kind === 'loop') setLoopKeys(step, depth, naming)
    else if (step.kind === 'run') setNodeKeys(step, naming)
    else if (step.kind === 'observe') setObserverKeys(step, naming)
  }
}

function setObserverKeys({ id, op, params, inputs }: NodeStep, { keys, ops }: KeyContext) {
  const key = hashKey(op, keyParams(getOp(ops, op), params), keysByName(inputs, keys))
  keys.observers.set(id, { line: key, exact: key })
}

function setNodeKeys(
  { id, op, params, inputs, outputs }: NodeStep,
  { keys, ops, content, lengthDependent: whole }: KeyContext,
) {
  const declared = getOp(ops, op)
  const wired = wiredParams(declared, inputs)
  const key = hashKey(
    op,
    declared.version,
    without(keyParams(declared, identifyParams(declared, params)), wired),
    keysByName(inputs, keys),
    content.get(id) ?? null,
  )
  for (const slot of outputs) keys.values.set(valueId(wire(id, slot)), hashKey(key, slot))
  const total =
    'needsTotalSteps' in declared &&
    (wired.length > 0 || declared.needsTotalSteps?.(params as never))
  if (total || Object.values(inputs).some((value) => whole.has(value))) {
    for (const slot of outputs) whole.add(valueId(wire(id, slot)))
  }
}

function setLoopKeys(step: LoopStep, depth: number, naming: KeyContext) {
  const { keys, ops, content, arithmetic, lengthDependent: whole } = naming
  const start = ops.get(step.op) as StartOp
  const end = getOp(ops, step.endOp)
  for (const slot of step.each)
    keys.values.set(valueId(wire(step.id, slot)), hashKey('each', depth, slot))
  setStepKeys(step.body, depth + 1, naming)
  const { extents } = start.behaviour
  const wired = wiredParams(start, step.inputs)
  const inputs = keysByName(step.inputs, keys)
  // The key of its wire replaces the value of a param.
  const wiredExtents = wired.filter((name) => extents.includes(name))
  const isDefault = (name: string) =>
    isAddedDefault(start, name, step.params.start) || isAddedDefault(end, name, step.params.end)
  const changed = extents.filter((name) => !isDefault(name))
  const far = [
    { ...pick(step.params.start, changed), ...wiredKeys(inputs, wiredExtents) },
    pick(step.params.end, changed),
  ]
  const near = [
    without(keyParams(start, step.params.start), [...extents, ...wired]),
    without(keyParams(end, step.params.end), extents),
  ]
  const needsTotal = Object.values(step.inputs).some((value) => whole.has(value))
  const key = hashKey(
    'loop',
    nodeVersion(start),
    nodeVersion(end),
    near,
    without(inputs, wiredExtents),
    keysByName(step.next, keys),
    needsTotal ? far : null,
    content.get(step.id) ?? null,
    ...(arithmetic === undefined ? [] : [arithmetic]),
  )
  keys.loops.set(step.id, key)
  // Keys in a body contain only symbols, so the key of the loop is added to tell observed values
  // apart.
  for (const { id } of bodyObservers(step)) {
    const { line, exact: whole } = observationKeys(keys, id)
    keys.observers.set(id, { line: hashKey(line, key), exact: hashKey(whole, key, far) })
  }
  for (const slot of step.outputs)
    keys.values.set(valueId(wire(step.end, slot)), hashKey(key, far, slot))
  setStepKeys(step.emission, depth, naming)
}

/** Key of a loop of the plan that the keys were computed for. */
export const loopKey = ({ loops }: Keys, { id }: Pick<LoopStep, 'id'>): Key => getKey(loops, id)

/** Keys of what an observer of the plan shows. */
export const observationKeys = ({ observers }: Keys, id: string): ObservationKeys =>
  getKey(observers, id)

function getKey<T>(keys: ReadonlyMap<string, T>, id: string): T {
  const key = keys.get(id)
  if (key === undefined) throw new Error(`${id} is not part of the plan.`)
  return key
}

const nodeVersion = (op: Op) => [op.type, op.version]

const keysByName = (values: Record<string, ValueId>, keys: Keys) =>
  mapValues(values, (value) => keys.values.get(value) ?? null)

/** The params of a node, or what it names in their place. */
const identifyParams = (op: Op, params: Params): Params =>
  ('keyParams' in op && op.keyParams?.(params as never)) || params

/** The params of a node, without the defaults of params that were added later. */
const keyParams = (declared: Declaration, params: Params): Params =>
  Object.fromEntries(
    Object.entries(params).filter(([name]) => !isAddedDefault(declared, name, params)),
  )

const wiredKeys = (inputs: Readonly<Record<string, Key | null>>, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { wire: inputs[name] }]))

function isAddedDefault({ params: specs }: Declaration, name: string, params: Params): boolean {
  const spec = getOwn(specs, name)
  return !!spec?.added && canonical(params[name]) === canonical(spec.default)
}

const pick = (params: Params, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, params[name] ?? null]))

const without = (params: Params, names: readonly string[]) =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name)))

/** Serialises to JSON with sorted keys, so that the order of params does not matter. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
