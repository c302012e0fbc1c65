// The kinds of models of docs/adding-a-model.md, and a training of one of them.
import type { GraphNode } from '../src/engine/plan/graph.ts'
import type { Declaration, RunOp } from '../src/engine/plan/op.ts'
import { toDeclaration } from '../src/engine/plan/op.ts'
import type { ModelDefinition } from '../src/nodes/define.ts'
import { node } from './nodes/evaluate.ts'
import { trainingGraph } from './trainingGraph.ts'

interface MixerConfig {
  size: number
  channels: number
  patch: number
  width: number
  depth: number
}

/** The modules of a host, which import the package. */
const load = async (name: string): Promise<unknown> => import(`./consumer/${name}.js`)

export const { mixer, convMixer } = (await load('mixer')) as {
  mixer: ModelDefinition<MixerConfig>
  convMixer: RunOp
}

export const { fourier } = (await load('fourier')) as {
  fourier: ModelDefinition<{ dim: number; count: number }>
}

/** The node of the model. */
export const mixerDeclaration: Declaration = toDeclaration(convMixer)

/** Trains a ConvMixer on digits, samples, and saves. */
export const mixerGraph = (steps: number): GraphNode[] =>
  trainingGraph(steps).nodes.flatMap((each): GraphNode[] => {
    switch (each.id) {
      case 'Data':
        return [node('Data', 'Digits')]
      case 'Net':
        return [node('Net', 'mine/ConvMixer', { dataset: 'Data.dataset' }, { width: 16, depth: 2 })]
      case 'x_T':
        return [node('x_T', 'GaussianNoise', {}, { batch_size: 4, shape: '8, 8, 1', seed: 5 })]
      case 'Picture':
        return [node('Picture', 'Preview', { images_1: 'Samples.x_0' })]
      case 'Keep':
        return [
          node(
            'Keep',
            'SaveCheckpoint',
            { model: 'End.model', schedule: 'Schedule.schedule', training: 'End.training' },
            { name: 'mixer' },
          ),
        ]
      default:
        return [each]
    }
  })
