// Forgets labels at random, so that one model learns with and without them.
import { advanced, defineNode, labels, real, seed } from '../define.ts'

export const labelDropout = defineNode({
  type: 'diffusion/LabelDropout',
  category: 'data',
  summary: 'Replaces labels by "no label" at random, so that the model also learns to do without: guidance needs both.',
  source: 'Ho & Salimans 2022, algorithm 1',
  inputs: { labels: labels('one an item') },
  outputs: { labels: labels('the same, some of them -1: no label') },
  params: {
    probability: real(0.1, { min: 0, max: 1, slider: true }, 'that a label is forgotten'),
    seed: advanced(seed()),
  },
  run: ({ labels: { labels } }, { probability }, { random }) => {
    const u = random.uniform(labels.length)
    return { labels: { type: 'labels', labels: labels.map((label, i) => (u[i]! < probability ? -1 : label)) } }
  },
})
