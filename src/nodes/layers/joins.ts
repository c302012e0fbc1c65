// Layers of several inputs.
import type { Features } from '../../engine/models/graph/features.ts'
import { EngineError } from '../../engine/base/errors.ts'
import { splitMany } from '../../engine/base/ids.ts'
import type { LayerBuilder } from '../../engine/models/graph/builder.ts'
import { param, slot } from '../define.ts'
import { wiredSlots } from '../observers/read.ts'
import { defineLayer, defineOpLayer } from './defineLayer.ts'

/** Applies an operation to the wired features, in the order of their slots. */
function joinWired(
  b: LayerBuilder<Features>,
  op: 'add' | 'concat' | 'multiply',
  inputs: Record<string, unknown>,
) {
  const wires = wiredSlots<Features>(inputs, 'x')
  try {
    return b.add(
      op,
      wires.map(([, features]) => features),
    )
  } catch (error) {
    throw atSlot(
      error,
      wires.map(([slot]) => slot),
    )
  }
}

/** Moves an error to the slot of its wire: operations count wires, but slots may be free. */
function atSlot(error: unknown, slots: readonly string[]): unknown {
  if (!(error instanceof EngineError)) return error
  const [, position] = splitMany(error.argument ?? '')
  return position === undefined ? error : error.renamed(slots[position - 1])
}

export const concat = defineLayer({
  type: 'diffusion/Concat',
  summary:
    'Concatenates the channels of features, such as those of a decoder and its skip connection.',
  aliases: ['torch.cat', 'cat', 'skip connection', 'concatenate'],
  equation: 'y = [x_1, x_2, \\dots]',
  inputs: { x: slot.many(slot.features('Features of equal size; their channels may differ')) },
  params: {},
  gives: 'Features with the channels of all inputs, in order',
  build: (b, inputs) => joinWired(b, 'concat', inputs),
})

export const add = defineLayer({
  type: 'diffusion/Add',
  summary: 'Adds features. A vector is added to every pixel or token.',
  aliases: ['residual connection', 'residual add', 'sum', 'plus'],
  equation: 'y = x_1 + x_2 + \\dots',
  inputs: {
    x: slot.many(slot.features('Features of equal shape, or vectors with as many channels')),
  },
  params: {},
  gives: 'The sum',
  build: (b, inputs) => joinWired(b, 'add', inputs),
})

export const multiply = defineLayer({
  type: 'diffusion/Multiply',
  summary: 'Multiplies features. A vector multiplies every pixel or token.',
  aliases: ['elementwise product', 'gate'],
  equation: 'y = x_1 \\, x_2 \\cdots',
  inputs: {
    x: slot.many(slot.features('Features of equal shape, or vectors with as many channels')),
  },
  params: {},
  gives: 'The product',
  build: (b, inputs) => joinWired(b, 'multiply', inputs),
})

export const divide = defineOpLayer('quotient', {
  type: 'diffusion/Divide',
  summary: 'Divides features by a vector: by one number, or each channel by its own.',
  equation: 'y = x / d',
  inputs: {
    x: slot.features('Features'),
    by: slot.features('d: a vector of one number, such as TimeValue, or of as many channels'),
  },
  params: {},
  gives: 'The quotient',
})

export const modulate = defineOpLayer('modulate', {
  type: 'diffusion/Modulate',
  summary:
    'Scales and shifts each channel by vectors, such as parts of an embedding (FiLM, adaLN).',
  aliases: ['film', 'scale_shift', 'feature-wise linear modulation'],
  equation: 'y = x (1 + \\gamma) + \\beta',
  source: 'Perez et al. 2018; Peebles & Xie 2023',
  inputs: {
    x: slot.features('Features, usually normalized'),
    scale: slot.features('γ: vector with as many channels as x'),
    shift: slot.features('β: vector with as many channels as x'),
  },
  params: {},
  gives: 'Modulated features',
})

export const split = defineOpLayer('split', {
  type: 'diffusion/Split',
  summary: "One of several equal parts of the channels (PyTorch's chunk).",
  aliases: ['chunk', 'torch.chunk'],
  inputs: { x: slot.features('Features') },
  params: {
    count: param.integer(2, { min: 1, max: 64 }, 'Number of parts; must divide the channels'),
    index: param.integer(0, { min: 0, max: 63 }, 'Part to take; 0 is the first'),
  },
  gives: 'Features with the channels of that part',
})
