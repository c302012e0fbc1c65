// DriftField: the training signal of drifting models.
import { driftField as computeDrift } from '../../engine/process/drift.ts'
import { stopGradient } from '../../engine/gradients/stopGradient.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor, Tensor2D } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { trainingNodeMessages } from '../../messages/trainingNodes.ts'

export const driftField = defineNode({
  type: 'diffusion/DriftField',
  category: 'training',
  summary:
    'Drifting field of generated samples: towards data and away from each other, weighted by a kernel. It vanishes where both have the same distribution. A one-step generator learns to follow it, with the loss mean((a - stop(a + b))^2) of samples a and their drift b.',
  aliases: ['drifting model', 'one step generator'],
  equation:
    'V(x) = \\frac{1}{Z_p Z_q} \\, \\mathbb{E}_{y^+ \\sim p, \\; y^- \\sim q} \\left[ k(x, y^+) \\, k(x, y^-) \\, (y^+ - y^-) \\right], \\quad k(x, y) = e^{-\\|x - y\\| / \\tau}',
  source: 'Deng et al. 2026 (drifting models), eq. 11 and algorithm 2',
  inputs: {
    samples: slot.oneOf(
      ['samples', 'prediction', 'noise'],
      'Generated samples [n, ...], at least two',
    ),
    data: slot.samples('Data [m, ...], items of the same shape'),
  },
  outputs: { drift: slot.samples('Drift of each sample, [n, ...], without gradient') },
  params: {
    temperature: param.real(
      0.3,
      { min: 0.001, max: 1000 },
      'Range τ of the kernel, in the units of the data: at short range samples spread over nearby data, at long range they find it from afar',
    ),
  },
  run: ({ samples, data }, { temperature }) => {
    checkItems(samples.tensor, data.tensor)
    const rows = ({ tensor }: { tensor: Tensor }) =>
      stopGradient(tensor).reshape<Tensor2D>([tensor.shape[0], -1])
    const drift = computeDrift(rows(samples), rows(data), temperature)
    return {
      drift: { type: 'samples', tensor: drift.reshape(samples.tensor.shape), space: samples.space },
    }
  },
})

function checkItems({ shape: [count, ...item] }: Tensor, { shape: [, ...expected] }: Tensor) {
  if (String(item) !== String(expected)) {
    throw new NodeError({
      slot: 'samples',
      message: trainingNodeMessages.driftShapes({ expected, got: item }),
      cure: trainingNodeMessages.sameItems(),
    })
  }
  if (count > 1) return
  throw new NodeError({
    slot: 'samples',
    message: trainingNodeMessages.driftCount({ got: count }),
    cure: trainingNodeMessages.moreSamples(),
  })
}
