// Reports of backends: the active backend, and the reason for its choice.
import { catalogue } from '../base/catalogue.ts'

export const backendMessages = catalogue('backends', {
  // the choice
  chosen: '{name} ({device}), as chosen',
  insteadOf: '{name} ({device}), instead of {preferred}: {reason}',
  measured: '{name} ({device}), {reason}',
  fastest: '{name} ({device}), the fastest here',
  stepTime: 'measured: one training step takes {milliseconds} ms',
  noneWorks: 'No backend passed its self-test. {reasons}',

  // reasons to use another backend
  otherPreferred: '{name} was chosen',
  otherChosen: 'another backend was chosen',
  slowerStep: 'one training step takes {own} ms, and {other} ms with {name}',
  slowerBefore: '{name} was faster when it was measured',
  slowerThanGPU: 'slower than WebGPU on a GPU',
  slowest: 'the slowest by far',
  noWebGPU: 'WebGPU is not available here',
  noAdapter: 'WebGPU found no graphics adapter',
  softwareAdapter:
    'the graphics adapter is emulated in software ({device}), about ten times slower than wasm',
  noWasm: 'WebAssembly is not available here',
  noWebGL: 'WebGL 2 is not available here',
  softwareRenderer: 'the renderer is emulated in software ({renderer})',
  notStarted: 'did not start: {problem}',
  notInitialised: 'tfjs could not initialise it',
  selfTest: 'failed the self-test of gradients: {problem}',
  wrongNumber: 'expected {expected} for the {quantity}, got {got}',

  // devices and kernels
  plainJavaScript: 'plain JavaScript',
  noSimd: 'no SIMD, 1 thread',
  oneThread: 'SIMD, 1 thread',
  threads: 'SIMD, {threads} threads',
  relaxedOneThread: 'relaxed SIMD, 1 thread',
  relaxedThreads: 'relaxed SIMD, {threads} threads',
  fusedFaster: 'Measured here: fused multiply-add (relaxed SIMD) is faster',
  fusedNotFaster: 'Measured here: fused multiply-add (relaxed SIMD) is not much faster',
  tuned: 'Measured here: {choices}',
  tunedDefault: 'Measured here: the default kernels are the fastest',
  tunedRejected:
    '{choices}. Kernels with float16 or subgroups had wrong gradients and are not used',
  notTuned: 'The kernels could not be measured: {problem}',
  threadFailed:
    'A thread of the wasm backend failed. Run again: this process now computes with one thread.',
  computationFailed: 'a computation failed: {problem}',
})

/** Quantities of the self-test. */
export const selfTestWords = catalogue('selfTestWords', {
  loss: 'loss',
  weights: 'gradient of the weights',
  biases: 'gradient of the biases',
  classEmbeddings: 'gradient of the class embeddings',
  outputWeights: 'gradient of the output weights',
  imageLoss: 'loss of an image step',
  convolution: 'gradient of the first convolution',
  stridedConvolution: 'gradient of the strided convolution',
  normScales: 'gradient of the group norm scales',
  queries: 'gradient of the queries',
  keys: 'gradient of the keys',
  values: 'gradient of the values',
})

/** Reasons why the commands of a network cannot be replayed. */
export const replayMessages = catalogue('replay', {
  changingScalars: 'its scalars change at every step',
  timed: 'it reads images, or is timed',
  differingCommands: 'its commands differ every time',
  sharedResult: 'its result shares memory',
  sharedGradients: 'its gradients share memory',
  foreignRelease: 'it releases a buffer of another owner',
  foreignRead: 'it reads a buffer that is no input',
  secondOrder: 'it is part of a second-order gradient',
  attentionMaps: 'its attention maps are recorded',
})
