// The programs of ready workflows with trainings of an MLP, a UNet and a DiT.
import { compareProgram } from './claims.ts'

const sampler = 'diffusion/Sampler'
const end = 'diffusion/SamplingEnd'

compareProgram({
  workflow: 'digits-train',
  samples: [sampler, 'Samples', 'x_0'],
  file: 'new-digits-samples.npy',
  checkpoint: 'digits.zip',
})

compareProgram({
  workflow: 'dit-digits',
  samples: [sampler, 'Samples', 'x_0'],
  file: 'new-digits-samples.npy',
  checkpoint: 'digits-dit.zip',
})

compareProgram({
  workflow: 'flow-matching',
  samples: [sampler, '32 steps', 'x_0'],
  file: 'after-32-steps.csv',
  checkpoint: 'training.zip',
})

compareProgram({
  workflow: 'loss-formula',
  samples: [sampler, 'Samples', 'x_0'],
  file: 'samples-on-the-data.csv',
  checkpoint: 'training.zip',
})

compareProgram({
  workflow: 'edm',
  samples: [sampler, 'Heun', 'x_0'],
  file: 'heun-samples.csv',
  checkpoint: 'training.zip',
})

compareProgram({
  workflow: 'attention',
  start: 'Training Start, with',
  end: 'Training End, with',
  samples: [sampler, 'Samples, with', 'x_0'],
  file: 'with-attention.npy',
  checkpoint: 'training-with.zip',
})

compareProgram({
  workflow: 'subgraph',
  samples: [end, 'Guided', 'x_0'],
  file: 'plain-and-guided.csv',
  checkpoint: 'training.zip',
})

compareProgram({
  workflow: 'guidance-by-hand',
  samples: [end, undefined, 'x_0'],
  file: 'guided-samples.csv',
  checkpoint: 'training.zip',
})

compareProgram({
  workflow: 'evaluate-points',
  samples: [sampler, 'Samples', 'x_0'],
  file: 'samples-on-the-data.csv',
  checkpoint: 'training.zip',
})
