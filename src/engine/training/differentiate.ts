// Bit-identical to tfjs gradients, but frees the saved tensors of an operation and the gradients of
// its outputs as soon as the backward pass is done with them. tfjs keeps them to the end, so that
// the gradients of all activations are in memory together with the activations.
import { constant } from '../layers/sums.ts'
import { runTidied } from '../base/memory.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

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

/** Internals of the tfjs engine that `gradients` uses. */
interface TapeEngine {
  state: { gradientDepth: number; activeTape: TapeNode[]; nextTapeNodeId: number }
  isTapeOn(): boolean
  gradients(
    f: () => Tensor,
    xs: readonly Tensor[],
    dy: Tensor | undefined,
    allowNoGradients: true,
  ): Differentiated
}

export interface Differentiated<Value extends Tensor = Tensor> {
  value: Value
  /** One per x; null or undefined if the value does not depend on it. */
  grads: (Tensor | null | undefined)[]
}

/**
 * Returns y = f() and the gradients of y with respect to `xs`, multiplied by `dy` (default 1). May
 * be called during a backward pass of tfjs (from the gradient function of an operation) and inside
 * a function that is differentiated.
 */
export function differentiate<Value extends Tensor>(
  f: () => Value,
  xs: readonly Tensor[],
  dy?: Tensor,
): Differentiated<Value> {
  const { state } = engine()
  // An outer differentiation needs the saved tensors too, so they must not be freed.
  if (state.gradientDepth > 0) return engine().gradients(f, xs, dy, true) as Differentiated<Value>
  const around = state.activeTape
  try {
    return runTidied(() => {
      const { value, tape } = onTape(f)
      return { value, grads: backward(tape, xs, value, dy) }
    })
  } finally {
    state.activeTape = around
  }
}

const engine = () => tf.engine() as unknown as TapeEngine

/** Runs `f` and records its operations on a separate tape, even if another tape is active. */
export function onTape<Value extends Tensor>(f: () => Value): { value: Value; tape: TapeNode[] } {
  const { state } = engine()
  const around = state.activeTape
  const tape: TapeNode[] = []
  state.activeTape = tape
  state.gradientDepth++
  try {
    return { value: runTidied(f), tape }
  } catch (error) {
    release(tape)
    throw error
  } finally {
    state.gradientDepth--
    state.activeTape = around
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

const release = (nodes: readonly TapeNode[]) => {
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
): (Tensor | undefined)[] {
  try {
    return runBackward(tape, xs, y, dy)
  } finally {
    release(tape)
  }
}

function runBackward(
  tape: readonly TapeNode[],
  xs: readonly Tensor[],
  y: Tensor,
  dy: Tensor | undefined,
) {
  const steps = findBackwardSteps(tape, xs, y)
  const needed = new Set(steps.map(({ node }) => node))
  release(tape.filter((node) => !needed.has(node)))
  const wanted = new Set([...xs, ...(dy ? [y] : [])].map(({ id }) => id))
  const gradients = new Map([[y.id, dy ?? constant(y.shape, 1)]])
  for (const step of steps) {
    const { node, inputs } = step
    const made = runTidied(() => computeInputGradients(step, gradients))
    inputs.forEach(([, x], i) => addGradient(gradients, x, made[i]))
    release([node])
    for (const { id } of node.outputs) {
      if (wanted.has(id)) continue
      gradients.get(id)?.dispose()
      gradients.delete(id)
    }
  }
  return xs.map(({ id }) => gradients.get(id))
}

/** The operations between the xs and y, last one first. */
function findBackwardSteps(
  tape: readonly TapeNode[],
  xs: readonly Tensor[],
  y: Tensor,
): BackwardStep[] {
  const reached = new Set(xs.map(({ id }) => id))
  const steps = tape.flatMap((node): BackwardStep[] => {
    // Comparisons give booleans, which have no gradient.
    if (node.outputs.every(({ dtype }) => dtype !== 'float32')) return []
    const inputs = Object.entries(node.inputs).filter(([, { id }]) => reached.has(id))
    if (inputs.length > 0) for (const { id } of node.outputs) reached.add(id)
    return inputs.length > 0 ? [{ node, inputs }] : []
  })
  const leading = new Set([y.id])
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
  if (!node.gradient) throw new Error(`There is no gradient of ${node.kernelName}.`)
  const dys = node.outputs.map(({ id }) => gradients.get(id) ?? null)
  const wanted = { ...node, inputs: Object.fromEntries(inputs) }
  const slopes = wanted.gradient!(dys)
  const made: Tensor[] = []
  for (const [name] of inputs) {
    const slope = slopes[name]()
    made.push(slope.kept || dys.includes(slope) || made.includes(slope) ? slope.clone() : slope)
  }
  return made
}

function addGradient(gradients: Map<number, Tensor>, { id }: Tensor, slope: Tensor) {
  const before = gradients.get(id)
  gradients.set(id, before ? before.add(slope) : slope)
  if (before) tf.dispose([before, slope])
}
