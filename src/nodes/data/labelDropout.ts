// LabelDropout: replaces labels by the null label at random, for classifier-free guidance.
import { toConditioning, dropConditions, countItems } from '../../engine/models/condition.ts'
import type { Labels } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'

export const labelDropout = defineNode({
  type: 'diffusion/LabelDropout',
  category: 'data',
  summary:
    'Replaces labels by "no label" at random, so that the model also learns to predict without labels. Classifier-free guidance needs both.',
  aliases: [
    'unconditional training',
    'ucg_rate',
    'p_uncond',
    'class dropout',
    'classifier-free guidance training',
  ],
  source: 'Ho & Salimans 2022, algorithm 1',
  inputs: {
    labels: slot.oneOf(
      ['labels', 'condition'],
      'One label per item, or tokens; all tokens of an item are dropped together',
    ),
  },
  outputs: {
    labels: slot.like(
      'labels',
      'Labels with some set to -1 (no label); dropped tokens become zeros',
    ),
  },
  params: {
    probability: param.real(
      0.1,
      { min: 0, max: 1, slider: true },
      'Probability of dropping a label',
    ),
    seed: param.advanced(param.seed()),
  },
  run: ({ labels }, { probability }, { random }) => {
    const condition = toConditioning(labels)
    const u = random.uniform(countItems(condition))
    const left = dropConditions(condition, (item) => u[item] >= probability)
    if (labels.type === 'condition') return { labels: { type: 'condition', condition: left } }
    return { labels: { type: 'labels', labels: (left as Labels & { kind: 'labels' }).labels } }
  },
})
