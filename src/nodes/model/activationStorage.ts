// How a model keeps what its layers give, while it is asked.
import { withChangesAll } from '../../engine/models/tree.ts'
import { choice, defineNode, model } from '../define.ts'

export const activationStorage = defineNode({
  type: 'diffusion/ActivationStorage',
  category: 'model',
  summary:
    'A model whose UNets store what their layers give in float16, for sampling on webgpu: half as much is written and read between layers. All is computed in float32.',
  inputs: { model: model('with a UNet in it; others stay as they are') },
  outputs: { model: model('with the same weights') },
  params: {
    activations: choice(
      ['float16', 'float32'],
      'two bytes a number, rounded, on webgpu, elsewhere float32 all the same; or float32. TrainingStart has its own',
    ),
  },
  foresees: (_, { model }) => ({ model }),
  run: ({ model }, { activations }) => ({ model: withChangesAll(model, { activations }) }),
})
