// The program of the shortest ready workflow. The others are in the complete tests.
import { compareProgram } from './claims.ts'

compareProgram({
  workflow: 'points',
  samples: ['diffusion/Sampler', 'Samples', 'x_0'],
  file: 'samples-on-the-data.csv',
  checkpoint: 'training.zip',
})
