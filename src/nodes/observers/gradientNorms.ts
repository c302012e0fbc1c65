// GradientNorms: the norm of the gradient of each layer of a model in training.
import { viewText } from '../../engine/base/viewTexts.ts'
import { gradientNorms as computeNorms } from '../../engine/training/gradientNorms.ts'
import type { Learner } from '../../engine/training/trainStep.ts'
import type { RowsView } from '../../engine/base/view.ts'
import { defineNode, slot } from '../define.ts'
import { readTensor } from './read.ts'

/** Powers of ten between the longest bar and none. */
const DECADES = 5

export const gradientNorms = defineNode({
  type: 'diffusion/GradientNorms',
  category: 'view',
  summary:
    'Shows the norm of the gradient of each layer in the last training step, before clipping. Bars have a logarithmic scale of five powers of ten: a layer without a bar hardly learns.',
  aliases: ['grad norm', 'vanishing gradient', 'exploding gradient'],
  equation: '\\lVert \\nabla_{\\theta_l} L \\rVert_2',
  source: 'Pascanu et al. 2013, section 3.2',
  room: { width: 380, height: 300 },
  inputs: { training: slot.training('Training state of TrainingEnd') },
  outputs: {},
  params: {},
  view: async ({ training: { state } }): Promise<RowsView> => {
    const learners: [prefix: string, learner: Learner][] = [
      ['', state],
      ...(state.others ?? []).map((other, i): [string, Learner] => [`model_${i + 2}.`, other]),
    ]
    const read = await Promise.all(learners.map(([prefix, learner]) => readNorms(prefix, learner)))
    const rows = read.flat()
    if (rows.length === 0) return { kind: 'rows', rows: [[viewText('noGradient'), '']] }
    const total = Math.hypot(...rows.map(([, norm]) => norm))
    const all: [string, number][] = [[viewText('allLayers'), total], ...rows]
    return {
      kind: 'rows',
      rows: [
        [viewText('stepsDone'), String(state.step)],
        ...all.map(([name, norm]): [string, string] => [name, norm.toPrecision(3)]),
      ],
      bars: [0, ...all.map(([, norm]) => barLength(norm / total))],
    }
  },
})

/** From 0 to 1, on a logarithmic scale. */
const barLength = (share: number): number =>
  share > 0 ? Math.max(0, 1 + Math.log10(share) / DECADES) : 0

async function readNorms(prefix: string, learner: Learner): Promise<[string, number][]> {
  const found = computeNorms(learner)
  if (!found) return []
  try {
    const norms = await readTensor(found.norms)
    return found.layers.map((layer, i): [string, number] => [`${prefix}${layer}`, norms[i]])
  } finally {
    found.norms.dispose()
  }
}
