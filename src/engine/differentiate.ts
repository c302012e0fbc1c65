// Gradients as tfjs computes them, to the bit, with the memory that the way back does not need any more given back on the way:
// what an operation saved, and the gradient of what it made. tfjs keeps all that until the gradients are there, so that a
// training holds the gradient of every activation beside the activations.
import { constant } from './layers/sums.ts'
import { tidied } from './plan/memory.ts'
import type { Tensor } from './tf.ts'
import { tf } from './tf.ts'

/** What tfjs notes of an operation. */
export interface TapeNode {
  id: number
  kernelName: string
  inputs: Record<string, Tensor>
  outputs: Tensor[]
  saved?: Tensor[]
  /** A method of a node whose inputs are those that a gradient is wanted of. */
  gradient?: (this: TapeNode, dys: (Tensor | null)[]) => Record<string, () => Tensor>
}

/** What tfjs's own `gradients` is made of. */
interface TapeEngine {
  state: { gradientDepth: number; activeTape: TapeNode[]; nextTapeNodeId: number }
  isTapeOn(): boolean
  gradients(f: () => Tensor, xs: readonly Tensor[], dy: Tensor | undefined, allowNoGradients: true): Differentiated
}

export interface Differentiated<Value extends Tensor = Tensor> {
  value: Value
  /** One for each x; null or undefined where the value does not depend on it. */
  grads: (Tensor | null | undefined)[]
}

/**
 * y = f() and the gradients of y with respect to `xs`, times `dy`, which is one if left out. It may be called while tfjs is on its
 * way back (from the gradient function of an operation), and inside a function that is differentiated.
 */
export function differentiate<Value extends Tensor>(f: () => Value, xs: readonly Tensor[], dy?: Tensor): Differentiated<Value> {
  const { state } = engine()
  // Whoever differentiates this too needs all of it.
  if (state.gradientDepth > 0) return engine().gradients(f, xs, dy, true) as Differentiated<Value>
  const around = state.activeTape
  try {
    return tidied(() => {
      const { value, tape } = onTape(f)
      return { value, grads: backward(tape, xs, value, dy) }
    })
  } finally {
    state.activeTape = around
  }
}

const engine = () => tf.engine() as unknown as TapeEngine

/** Runs `f` and notes its operations on a tape of their own, whether another one is running or not. */
export function onTape<Value extends Tensor>(f: () => Value): { value: Value; tape: TapeNode[] } {
  const { state } = engine()
  const around = state.activeTape
  const tape: TapeNode[] = []
  state.activeTape = tape
  state.gradientDepth++
  try {
    return { value: tidied(f), tape }
  } catch (error) {
    release(tape)
    throw error
  } finally {
    state.gradientDepth--
    state.activeTape = around
  }
}

/** Whether operations are noted for one gradient, and not for that of another. */
export const isTaping = () => engine().isTapeOn() && engine().state.gradientDepth === 1

/** Whether operations are noted at all. */
export const isTapeOn = () => engine().isTapeOn()

/** Notes an operation that is none of tfjs's. */
export function addToTape(node: Omit<TapeNode, 'id'>) {
  const { state } = engine()
  state.activeTape.push({ id: state.nextTapeNodeId++, ...node })
}

const release = (nodes: readonly TapeNode[]) => {
  for (const { saved } of nodes) saved?.forEach((tensor) => tensor.dispose())
}

/** An operation on the way back, and those of its inputs that depend on the xs. */
interface Step {
  node: TapeNode
  inputs: [name: string, x: Tensor][]
}

/** The gradients of y along a tape, as {@link differentiate} gives them; what the tape has saved is gone then. */
export function backward(tape: readonly TapeNode[], xs: readonly Tensor[], y: Tensor, dy?: Tensor): (Tensor | undefined)[] {
  try {
    return goBack(tape, xs, y, dy)
  } finally {
    release(tape)
  }
}

function goBack(tape: readonly TapeNode[], xs: readonly Tensor[], y: Tensor, dy: Tensor | undefined) {
  const steps = wayBack(tape, xs, y)
  const needed = new Set(steps.map(({ node }) => node))
  release(tape.filter((node) => !needed.has(node)))
  const wanted = new Set([...xs, ...(dy ? [y] : [])].map(({ id }) => id))
  const gradients = new Map([[y.id, dy ?? constant(y.shape, 1)]])
  for (const step of steps) {
    const { node, inputs } = step
    const made = tidied(() => slopesOf(step, gradients))
    inputs.forEach(([, x], i) => addTo(gradients, x, made[i]!))
    release([node])
    for (const { id } of node.outputs) {
      if (wanted.has(id)) continue
      gradients.get(id)?.dispose()
      gradients.delete(id)
    }
  }
  return xs.map(({ id }) => gradients.get(id))
}

/** The operations that lead from xs to y, the last one first. */
function wayBack(tape: readonly TapeNode[], xs: readonly Tensor[], y: Tensor): Step[] {
  const reached = new Set(xs.map(({ id }) => id))
  const steps = tape.flatMap((node): Step[] => {
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

/** The gradients of the inputs of an operation, none of them a tensor that somebody else gives back. */
function slopesOf({ node, inputs }: Step, gradients: ReadonlyMap<number, Tensor>): Tensor[] {
  if (!node.gradient) throw new Error(`There is no gradient of ${node.kernelName}.`)
  const dys = node.outputs.map(({ id }) => gradients.get(id) ?? null)
  const wanted = { ...node, inputs: Object.fromEntries(inputs) }
  const slopes = wanted.gradient!(dys)
  const made: Tensor[] = []
  for (const [name] of inputs) {
    const slope = slopes[name]!()
    made.push(slope.kept || dys.includes(slope) || made.includes(slope) ? slope.clone() : slope)
  }
  return made
}

function addTo(gradients: Map<number, Tensor>, { id }: Tensor, slope: Tensor) {
  const before = gradients.get(id)
  gradients.set(id, before ? before.add(slope) : slope)
  if (before) tf.dispose([before, slope])
}
