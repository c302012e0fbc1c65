// Gradients of functions, at any order.
//
// First order: bit-identical to tfjs gradients, but frees the saved tensors of an operation and the
// gradients of its outputs as soon as the backward pass is done with them. tfjs keeps them to the
// end, so that the gradients of all activations are in memory together with the activations.
//
// Higher orders: a differentiation inside another one records on the same tape, so that the outer
// one differentiates its backward pass as well. Inside it, operations are compositions of tfjs
// operations (base/order.ts), because a kernel with its own gradient has no second derivative.
import { EngineError } from '../base/errors.ts'
import { runTidied } from '../base/memory.ts'
import { getOrder, runAtOrder } from '../base/order.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { tfEngine } from '../base/tfEngine.ts'
import { constant } from '../base/sums.ts'
import { trainingMessages } from '../messages/training.ts'
import { offerAccumulatedGradients } from './accumulatedGradients.ts'
import { differentiateReaders, writtenGradient } from './soleReaders.ts'

/** An operation on the tape of tfjs. */
export interface TapeNode {
  id: number
  kernelName: string
  inputs: Record<string, Tensor>
  outputs: Tensor[]
  saved?: Tensor[]
  /**
   * Gradient function. tfjs calls it on a copy of the node with only the inputs to differentiate.
   */
  gradient?: (this: TapeNode, dys: (Tensor | null)[]) => Record<string, () => Tensor>
}

/** Internals of the tfjs engine that record operations. */
interface TapeEngine {
  state: {
    gradientDepth: number
    kernelDepth: number
    activeTape: TapeNode[]
    nextTapeNodeId: number
  }
  isTapeOn(): boolean
}

export interface Differentiated<Value extends Tensor = Tensor> {
  value: Value
  /** One per x; null or undefined if the value does not depend on it. */
  grads: (Tensor | null | undefined)[]
}

/** Number of differentiations so far that ran inside another one. */
let nestedCount = 0

/**
 * Returns y = f() and the gradients of y with respect to `xs`, multiplied by `dy` (default 1). May
 * be called during a backward pass (from the gradient function of an operation) and inside a
 * function that is differentiated: its gradients are then differentiable, and what `f` captures
 * from outside is a constant of this differentiation. Throws EngineError if an operation between
 * `xs` and y has no gradient.
 */
export const differentiate = <Value extends Tensor>(
  f: () => Value,
  xs: readonly Tensor[],
  dy?: Tensor,
): Differentiated<Value> =>
  isTapeOn() ? differentiateAgain(f, xs, dy) : differentiateOnce(f, xs, dy, false)

/**
 * Like {@link differentiate}, with open gradient slots of the `xs`: gradients may be
 * {@link writtenGradient}.
 */
export const differentiateIntoSlots = <Value extends Tensor>(
  f: () => Value,
  xs: readonly Tensor[],
): Differentiated<Value> =>
  isTapeOn() ? differentiateAgain(f, xs, undefined) : differentiateOnce(f, xs, undefined, true)

function differentiateOnce<Value extends Tensor>(
  f: () => Value,
  xs: readonly Tensor[],
  dy: Tensor | undefined,
  takesWritten: boolean,
): Differentiated<Value> {
  const { state } = engine()
  const around = state.activeTape
  const nestedBefore = nestedCount
  try {
    return runTidied(() => {
      const { value, tape } = runAtOrder({ order: 1, composed: false }, () => onTape(f))
      // Without a nested differentiation nothing reads a copy that precedes its original.
      const sorted = nestedCount === nestedBefore ? tape : sortTape(tape)
      return { value, grads: backward(sorted, xs, value, dy, takesWritten) }
    })
  } finally {
    state.activeTape = around
  }
}

/** Differentiates on the tape of the enclosing differentiation, which frees what is saved. */
function differentiateAgain<Value extends Tensor>(
  f: () => Value,
  xs: readonly Tensor[],
  dy: Tensor | undefined,
): Differentiated<Value> {
  nestedCount++
  // The enclosing differentiation is that of tfjs if the order is 0.
  const order = Math.max(getOrder(), 1)
  return runTidied(() => {
    const { activeTape } = engine().state
    const start = activeTape.length
    const value = runAtOrder({ order: order + 1, composed: true }, () => runTidied(f))
    const tape = sortTape(activeTape.slice(start))
    const grads = runAtOrder({ order, composed: true }, () =>
      runBackward(tape, xs, [[value, dy]], () => {}),
    )
    return { value, grads }
  })
}

/**
 * Sorts a tape so that each tensor is computed before it is read. tfjs records the copy of an
 * output that an operation saves before the operation itself; without sorting, gradients do not
 * reach that operation through the copy.
 */
function sortTape(tape: readonly TapeNode[]): TapeNode[] {
  const sources = new Map(tape.flatMap((node) => node.outputs.map(({ id }) => [id, node] as const)))
  const placed = new Set<TapeNode>()
  const sorted: TapeNode[] = []
  const place = (node: TapeNode) => {
    if (placed.has(node)) return
    // Entered before its sources are placed, and ordered after them.
    placed.add(node)
    for (const { id } of Object.values(node.inputs)) {
      const source = sources.get(id)
      if (source) place(source)
    }
    sorted.push(node)
  }
  tape.forEach(place)
  return sorted
}

const engine = tfEngine<TapeEngine>

/** Runs `f` and records its operations on a separate tape, even if another tape is active. */
export function onTape<Value extends Tensor | Tensor[]>(
  f: () => Value,
): { value: Value; tape: TapeNode[] } {
  const { state } = engine()
  const { activeTape: around, kernelDepth } = state
  const tape: TapeNode[] = []
  state.activeTape = tape
  state.kernelDepth = 0
  state.gradientDepth++
  try {
    return { value: runTidied(f), tape }
  } catch (error) {
    release(tape)
    throw error
  } finally {
    state.gradientDepth--
    state.kernelDepth = kernelDepth
    state.activeTape = around
  }
}

/**
 * Runs `work` without recording its operations, as if nothing were differentiated around it. Its
 * results are constants; differentiations inside have tapes of their own.
 */
export function offTape<T>(work: () => T): T {
  const { state } = engine()
  const { gradientDepth, activeTape } = state
  state.gradientDepth = 0
  try {
    return runAtOrder({ order: 0, composed: false }, work)
  } finally {
    state.gradientDepth = gradientDepth
    state.activeTape = activeTape
  }
}

/** True if operations are recorded for a first-order gradient only. */
export const isTaping = () => engine().isTapeOn() && engine().state.gradientDepth === 1

/** True if operations are recorded. */
export const isTapeOn = () => engine().isTapeOn()

/** Records an operation that is not part of tfjs. */
export function addToTape(node: Omit<TapeNode, 'id'>) {
  const { state } = engine()
  state.activeTape.push({ id: state.nextTapeNodeId++, ...node })
}

type Release = (nodes: readonly TapeNode[]) => void

const release: Release = (nodes) => {
  for (const { saved } of nodes) saved?.forEach((tensor) => tensor.dispose())
}

/** A step of the backward pass: an operation and those of its inputs that depend on the xs. */
interface BackwardStep {
  node: TapeNode
  inputs: [name: string, x: Tensor][]
}

/**
 * The gradients of y by a tape, as in {@link differentiate}. Disposes the saved tensors of the
 * tape.
 */
export function backward(
  tape: readonly TapeNode[],
  xs: readonly Tensor[],
  y: Tensor,
  dy?: Tensor,
  takesWritten = false,
): (Tensor | undefined)[] {
  try {
    return runBackward(tape, xs, [[y, dy]], release, takesWritten)
  } finally {
    release(tape)
  }
}

/** Like {@link backward}, from several ys; those without a dy have no part in the gradients. */
export function backwardFrom(
  tape: readonly TapeNode[],
  xs: readonly Tensor[],
  ys: readonly Tensor[],
  dys: readonly (Tensor | null)[],
): (Tensor | undefined)[] {
  const ends = ys.flatMap((y, i) => (dys[i] ? [[y, dys[i]] as const] : []))
  try {
    return runBackward(tape, xs, ends, release)
  } finally {
    release(tape)
  }
}

function runBackward(
  tape: readonly TapeNode[],
  xs: readonly Tensor[],
  ends: readonly (readonly [y: Tensor, dy: Tensor | undefined])[],
  free: Release,
  takesWritten = false,
): (Tensor | undefined)[] {
  const steps = findBackwardSteps(
    tape,
    xs,
    ends.map(([y]) => y),
  )
  const needed = new Set(steps.map(({ node }) => node))
  free(tape.filter((node) => !needed.has(node)))
  const slots = takesWritten ? new Set(xs.map(({ id }) => id)) : undefined
  const wanted = new Set([...xs, ...ends.flatMap(([y, dy]) => (dy ? [y] : []))].map(({ id }) => id))
  const copies = findCopies(steps, wanted)
  const gradients = new Map(ends.map(([y, dy]) => [y.id, dy ?? constant(y.shape, 1)]))
  const differentiateStep = (step: BackwardStep) => {
    const { node, inputs } = step
    const sources = inputs.map(([, x]) => [x.id, copies.get(x.id) ?? x.id] as const)
    const sums = sources.flatMap(([id, source]) => {
      const sum = gradients.get(source)
      return sum ? [[id, sum] as const] : []
    })
    const { result: made, claimed } = offerAccumulatedGradients(
      new Set(inputs.map(([, { id }]) => id)),
      new Map(sums),
      () => runTidied(() => computeInputGradients(step, gradients)),
    )
    for (const [id, source] of sources) if (claimed.has(id)) removeGradient(gradients, source)
    inputs.forEach(([, x], i) => addGradient(gradients, x, made[i]))
    free([node])
    for (const { id } of node.outputs) if (!wanted.has(id)) removeGradient(gradients, id)
  }
  differentiateReaders(steps, slots, () => steps.forEach(differentiateStep))
  return xs.map(({ id }) => gradients.get(id))
}

/**
 * The operations between the xs and the ys, last one first. Without those whose results are not
 * real numbers, such as comparisons: their derivative is zero wherever it exists.
 */
function findBackwardSteps(
  tape: readonly TapeNode[],
  xs: readonly Tensor[],
  ys: readonly Tensor[],
): BackwardStep[] {
  const reached = new Set(xs.map(({ id }) => id))
  const steps = tape.flatMap((node): BackwardStep[] => {
    // Comparisons give booleans, which have no gradient.
    if (!node.outputs.some(({ dtype }) => dtype === 'float32')) return []
    const inputs = Object.entries(node.inputs).filter(([, { id }]) => reached.has(id))
    if (inputs.length > 0) for (const { id } of node.outputs) reached.add(id)
    return inputs.length > 0 ? [{ node, inputs }] : []
  })
  const leading = new Set(ys.map(({ id }) => id))
  return steps.toReversed().filter(({ node, inputs }) => {
    const leads = node.outputs.some(({ id }) => leading.has(id))
    if (leads) for (const [, { id }] of inputs) leading.add(id)
    return leads
  })
}

/** The gradients of the inputs of an operation. Copies tensors that other code may dispose. */
function computeInputGradients(
  { node, inputs }: BackwardStep,
  gradients: ReadonlyMap<number, Tensor>,
): Tensor[] {
  if (!node.gradient)
    throw new EngineError(trainingMessages.noGradient, { operation: node.kernelName })
  const dys = node.outputs.map(({ id }) => gradients.get(id) ?? null)
  const wanted = { ...node, inputs: Object.fromEntries(inputs) }
  const slopes = node.gradient.call(wanted, dys)
  const made: Tensor[] = []
  const known = new Set(dys)
  for (const [name] of inputs) {
    const slope = slopes[name]()
    const isOther = slope === writtenGradient || !(slope.kept || known.has(slope))
    made.push(isOther ? slope : slope.clone())
    known.add(slope)
  }
  return made
}

/**
 * The ids of copies that only one operation reads, with the ids of their originals: the gradient of
 * that operation may be added to those of the original at once.
 */
function findCopies(
  steps: readonly BackwardStep[],
  wanted: ReadonlySet<number>,
): Map<number, number> {
  const readers = new Map<number, number>()
  for (const { inputs } of steps)
    for (const [, { id }] of inputs) readers.set(id, (readers.get(id) ?? 0) + 1)
  const copies = new Map<number, number>()
  for (const { node, inputs } of steps) {
    const [{ id }] = node.outputs
    if (node.kernelName === 'Identity' && readers.get(id) === 1 && !wanted.has(id))
      copies.set(id, inputs[0][1].id)
  }
  return copies
}

function removeGradient(gradients: Map<number, Tensor>, id: number) {
  gradients.get(id)?.dispose()
  gradients.delete(id)
}

function addGradient(gradients: Map<number, Tensor>, { id }: Tensor, slope: Tensor) {
  const before = gradients.get(id)
  gradients.set(id, before ? before.add(slope) : slope)
  if (before) tf.dispose([before, slope])
}
