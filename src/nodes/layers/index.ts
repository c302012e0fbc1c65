// Nodes of layers, of which networks are wired.
export {
  attentionBlock,
  crossAttention,
  ditBlock,
  linearAttention,
  resBlock,
  scaledDotProductAttention,
  selfAttention,
  transformerBlock,
} from './attention.ts'
export {
  fourierFeatures,
  fourierTimeEmbedding,
  labelEmbedding,
  learnedTimeEmbedding,
  positionEmbedding,
  rotaryEmbedding,
  timeEmbedding,
  timeValue,
  tokenEmbedding,
} from './embeddings.ts'
export { classifierOutput } from './classifierOutput.ts'
export { tokenOutput } from './tokenOutput.ts'
export { conditionInput, modelInput } from './inputs.ts'
export { add, concat, divide, modulate, multiply, split } from './joins.ts'
export { conv, downsample, linear, scale, upsample } from './linear.ts'
export {
  dropoutLayer,
  gelu,
  groupNorm,
  layerNorm,
  mish,
  relu,
  rmsNorm,
  silu,
  softmax,
  tanh,
} from './norms.ts'
export { modelOutput } from './output.ts'
export { avgPool, flatten, patchify, reshape, unflatten, unpatchify } from './shapes.ts'
