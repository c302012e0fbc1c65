// ActivationStorage: float32 or float16 storage of a model's activations.
import { withChangesAll } from '../../engine/models/tree.ts'
import { defineNode, param, slot } from '../define.ts'

export const activationStorage = defineNode({
  type: 'diffusion/ActivationStorage',
  category: 'model',
  summary:
    "Stores the activations of a model's UNets in float16 while sampling on WebGPU, which halves the memory traffic between layers. All computation stays in float32.",
  aliases: ['fp16', 'float16', 'half precision', 'mixed precision', 'autocast'],
  inputs: { model: slot.model('Model that contains a UNet; others are not affected') },
  outputs: { model: slot.model('Model with the same weights') },
  params: {
    activations: param.choice(
      ['float16', 'float32'],
      'Number format of stored activations. TrainingStart has its own setting',
      {
        float16: 'Two bytes per number on WebGPU; float32 on other backends',
        float32: 'Four bytes per number',
      },
    ),
  },
  staticOutputs: (_, { model }) => ({ model }),
  run: ({ model }, { activations }) => ({ model: withChangesAll(model, { activations }) }),
})
