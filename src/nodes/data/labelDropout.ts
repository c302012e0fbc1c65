// Forgets labels at random, so that one model learns with and without them.
import { conditioningOf, forgotten, itemsOf } from '../../engine/models/condition.ts'
import type { Labels } from '../../engine/values.ts'
import { advanced, defineNode, like, oneOf, real, seed } from '../define.ts'

export const labelDropout = defineNode({
  type: 'diffusion/LabelDropout',
  category: 'data',
  summary: 'Replaces labels by "no label" at random, so that the model also learns to do without: guidance needs both.',
  source: 'Ho & Salimans 2022, algorithm 1',
  inputs: { labels: oneOf(['labels', 'condition'], 'one an item, or tokens, of which an item loses all or none') },
  outputs: { labels: like('labels', 'the same, some of them -1: no label; tokens become zeros') },
  params: {
    probability: real(0.1, { min: 0, max: 1, slider: true }, 'that a label is forgotten'),
    seed: advanced(seed()),
  },
  run: ({ labels }, { probability }, { random }) => {
    const condition = conditioningOf(labels)
    const u = random.uniform(itemsOf(condition))
    const left = forgotten(condition, (item) => u[item]! >= probability)
    if (labels.type === 'condition') return { labels: { type: 'condition', condition: left } }
    return { labels: { type: 'labels', labels: (left as Labels & { kind: 'labels' }).labels } }
  },
})
