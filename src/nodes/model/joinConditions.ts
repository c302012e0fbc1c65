// JoinConditions: several conditions of one prediction, and extra channels of the network's input.
import { isSameShape } from '../../engine/process/coefficients.ts'
import { conditionParts, joinParts, toConditioning } from '../../engine/models/condition.ts'
import type { Conditional } from '../../engine/models/condition.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import type { ConditionPart } from '../../engine/base/values.ts'
import { defineNode, slot } from '../define.ts'
import { transformedTypes, type Transformed } from '../images/image.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'
import { wiredSlots } from '../observers/read.ts'

export const joinConditions = defineNode({
  type: 'diffusion/JoinConditions',
  category: 'model',
  summary:
    'Combines conditions of different kinds into one, such as a class and a second time, and adds extra channels for a network that takes them beside x_t: known pixels and their mask, or an estimate of the data.',
  aliases: ['ConditioningCombine', 'added_cond_kwargs', 'ConditioningConcat'],
  source: 'Extra channels: Saharia et al. 2022 (Palette); Chen et al. 2023 (self-conditioning)',
  inputs: {
    condition: slot.many(
      slot.optional(
        slot.condition(
          'Labels, a number (timestep), a vector (points) or tokens; one of each kind at most',
        ),
      ),
    ),
    channels: slot.many(
      slot.optional(
        slot.oneOf(
          transformedTypes,
          'Extra channels [b, h, w, c] or coordinates [b, d], in the order of the links; one item may apply to all',
        ),
      ),
    ),
  },
  outputs: { condition: slot.condition('Condition for Predict, Sampler and the steps') },
  params: {},
  differentiable: ['condition'],
  run: (inputs) => {
    const conditions = wiredSlots<Conditional>(inputs, 'condition')
    const channels = wiredSlots<Transformed>(inputs, 'channels')
    const parts = conditions.flatMap(([, value]) => conditionParts(toConditioning(value)))
    if (channels.length > 0) parts.push({ kind: 'channels', channels: concatAll(channels) })
    checkKinds(parts)
    const joined = joinParts(parts)
    if (!joined) throw nothingToJoin()
    return { condition: { type: 'condition', condition: joined } }
  },
})

function checkKinds(parts: readonly ConditionPart[]) {
  const twice = parts.find(({ kind }, i) => parts.findIndex((other) => other.kind === kind) < i)
  if (!twice) return
  throw new NodeError({
    message: modelNodeMessages.sameCondition({ kind: twice.kind }),
    cure: modelNodeMessages.otherConditionKind(),
  })
}

const nothingToJoin = () =>
  new NodeError({
    message: modelNodeMessages.noConditions(),
    cure: modelNodeMessages.connectCondition(),
  })

/** Appends channels; items that apply to all are repeated. Throws NodeError if sides differ. */
function concatAll(wires: readonly [slot: string, value: Transformed][]): Tensor {
  const count = Math.max(...wires.map(([, { tensor }]) => tensor.shape[0]))
  const [, { tensor: first }] = wires[0]
  const tensors = wires.map(([slot, { tensor }]) => {
    const { shape } = tensor
    const fits =
      isSameShape(shape.slice(1, -1), first.shape.slice(1, -1)) &&
      (shape[0] === 1 || shape[0] === count)
    if (fits) return tensor.broadcastTo([count, ...shape.slice(1)])
    throw new NodeError({
      slot,
      message: modelNodeMessages.extraSides({ expected: first.shape, shape }),
      cure: modelNodeMessages.extraOfBatch(),
    })
  })
  return tensors.length === 1 ? tensors[0] : tf.concat(tensors, -1)
}
