// Evaluates operations of formulas by tfjs: differentiable, in float32.
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { formulaMessages } from '../messages/formula.ts'
import { isTapeOn } from '../gradients/differentiate.ts'
import { stopGradient } from '../gradients/stopGradient.ts'
import type { Branch, Path } from './activity.ts'
import { FormulaError, type TextRange } from './error.ts'
import { isHost, type DeviceCall, type DeviceValue, type FormulaValue } from './evaluate.ts'
import type { DeviceMath, Elementwise, Reduction } from './functionTypes.ts'
import type { Kind } from './typing.ts'

const math: DeviceMath = {
  tf,
  stop: (x) => stopGradient(x) as typeof x,
  isTapeOn,
}

export function runOnDevice(call: DeviceCall): DeviceValue {
  const { called, args } = call
  return called.kinds === 'elementwise'
    ? runElementwise(called, call)
    : reduceOnDevice(called, args[0] as DeviceValue)
}

function reduceOnDevice(called: Reduction, { kind, tensor }: DeviceValue): DeviceValue {
  const batch = tensor.shape[0] ?? 1
  if (called.kinds === 'items' && kind !== 'number') {
    // An item of `[b]` is one number.
    const items = tensor.rank > 1 ? tensor : tf.reshape(tensor, [batch, 1])
    const axes = items.shape.map((_, axis) => axis).slice(1)
    return { kind: 'items', tensor: called.device(math, items, axes) }
  }
  const all = tensor.rank > 0 ? tensor : tf.reshape(tensor, [1])
  const axes = all.shape.map((_, axis) => axis)
  return { kind: 'number', tensor: called.device(math, all, axes) }
}

function runElementwise(called: Elementwise, call: DeviceCall): DeviceValue {
  const { args, literal, paths } = call
  const result = resultShape(args, call.range)
  const tensors = args.map((arg) => toTensor(arg, args, result.shape.length))
  if (literal !== undefined && called.literal && tensors.length === 2 && !paths)
    return { kind: result.kind, tensor: called.literal(math, tensors[0], literal) }
  const guarded =
    paths && called.safe
      ? guardOperands(tensors, called.safe, usedWhere(paths, call, result.shape))
      : tensors
  return { kind: result.kind, tensor: called.device(math, ...guarded) }
}

// ---- shapes

interface Shape {
  kind: Kind
  shape: readonly number[]
}

const shapeOf = (value: FormulaValue): Shape =>
  isHost(value)
    ? { kind: value.kind, shape: value.host.length === 1 ? [] : [value.host.length] }
    : { kind: value.kind, shape: value.tensor.shape }

/** The shape to which operands broadcast: items over their item, sizes of 1 at equal rank. */
function resultShape(args: readonly FormulaValue[], range: TextRange): Shape {
  const shapes = args.map(shapeOf)
  const rank = Math.max(...shapes.map(({ shape }) => shape.length))
  return shapes.reduce((a, b): Shape => {
    const [first, second] = [alignShape(a, rank), alignShape(b, rank)]
    const isBatch = a.kind === 'batch' || b.kind === 'batch'
    const isItems = a.kind === 'items' || b.kind === 'items'
    const shape = first && second && broadcastSizes(first, second)
    if (!shape)
      throw new FormulaError(
        formulaMessages.shapes,
        { first: a.shape.join(', '), second: b.shape.join(', ') },
        range,
      )
    return { kind: isBatch ? 'batch' : isItems ? 'items' : 'number', shape }
  })
}

/** Sizes with this rank; undefined for a batch of another rank. */
function alignShape({ kind, shape }: Shape, rank: number): readonly number[] | undefined {
  if (shape.length === rank) return shape
  if (kind === 'batch' && shape.length > 0) return undefined
  const ones = new Array<number>(rank - shape.length).fill(1)
  return [...shape, ...ones]
}

function broadcastSizes(a: readonly number[], b: readonly number[]): number[] | undefined {
  const fits = a.every((size, i) => size === b[i] || size === 1 || b[i] === 1)
  return fits ? a.map((size, i) => (size === 1 ? b[i] : size)) : undefined
}

/** An operand as a tensor that broadcasts at this rank. */
function toTensor(value: FormulaValue, all: readonly FormulaValue[], rank: number): Tensor {
  if (!isHost(value)) return value.kind === 'items' ? alignItems(value.tensor, rank) : value.tensor
  const { host } = value
  const [first] = host
  // If another operand has the batch size, equal times become one number, as in perItem.
  const hasBatch = all.some((other) => !isHost(other) && other.tensor.shape[0] === host.length)
  if (host.length === 1 || (hasBatch && host.every((each) => Object.is(each, first))))
    return tf.scalar(first, 'float32')
  return alignItems(tf.tensor1d(Float32Array.from(host), 'float32'), rank)
}

const alignItems = (items: Tensor, rank: number): Tensor =>
  items.rank === 1 && rank > 1
    ? tf.reshape(items, [...items.shape, ...new Array<number>(rank - 1).fill(1)])
    : items

// ---- branches that are not taken

/** Replaces operands by safe ones wherever the result is not used. */
const guardOperands = (tensors: readonly Tensor[], safe: readonly number[], used: Tensor) =>
  tensors.map((tensor, i) => tf.where(used, tensor, safe[Math.min(i, safe.length - 1)]))

/** Booleans that broadcast to `shape`: true wherever a result of this shape is used. */
function usedWhere(
  paths: readonly Path[],
  { getCondition }: DeviceCall,
  shape: readonly number[],
): Tensor {
  const holds = ({ condition, taken, reduced }: Branch): Tensor => {
    const value = getCondition(condition)
    const rank = shapeOf(value).shape.length
    const tensor = toTensor(value, [], rank)
    const truth = tf.notEqual(stopGradient(tensor), 0)
    const aligned = taken ? truth : tf.logicalNot(truth)
    return fitTruth(aligned, reduced === 'all' ? [] : shape, reduced)
  }
  return paths
    .map((path) => path.map(holds).reduce((a, b) => tf.logicalAnd(a, b)))
    .reduce((a, b) => tf.logicalOr(a, b))
}

/** Reduces booleans to a shape by "any", so that they broadcast to it. */
function fitTruth(truth: Tensor, shape: readonly number[], reduced: Branch['reduced']): Tensor {
  if (truth.rank === 0) return truth
  const rank = shape.length
  const numbers = tf.cast(truth, 'float32')
  if (rank === 0) return tf.cast(tf.max(numbers), 'bool')
  const items = reduced === 'items' || rank === 1
  const kept =
    items && truth.rank > 1 ? tf.max(numbers, truth.shape.map((_, axis) => axis).slice(1)) : numbers
  const aligned = alignItems(kept, rank)
  const extra = shape.flatMap((size, axis) => (size === 1 && aligned.shape[axis] > 1 ? [axis] : []))
  return tf.cast(extra.length ? tf.max(aligned, extra, true) : aligned, 'bool')
}
