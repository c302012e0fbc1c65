// Operations of the engine on wasm: custom functions beside tfjs's kernels.
import type { BackendOperations } from '../../base/backend.ts'
import { linearBackwardInput, wasmLinearForward } from './conv.ts'
import { linearWeightGradient } from './convFilterGradient.ts'
import { wasmConv2d } from './layers/conv.ts'
import { wasmGelu } from './layers/gelu.ts'
import { wasmGroupNorm } from './layers/groupNorm.ts'
import { reverseAxes, transpose } from './layers/transpose.ts'
import { sumChannels } from './pixelSums.ts'
import { softmaxGradient } from './softmax.ts'
import { wasmTrainingOperations } from './training.ts'
import { siluGradient } from './vectorOps.ts'
import type { WasmFunctions } from './wasmFunctions.ts'

/** Returns the operations; without SIMD there are no custom functions. */
export const wasmOperations = (functions: WasmFunctions | undefined): BackendOperations => ({
  transpose,
  reverseAxes,
  ...(functions && functionOperations(functions)),
})

const functionOperations = (wasm: WasmFunctions): BackendOperations => ({
  conv2d: (layer) => wasmConv2d(wasm, layer),
  linearForward: (x, weight, bias) => wasmLinearForward(wasm, x, weight, bias),
  linearInputGradient: (dy, weight) => linearBackwardInput(wasm, dy, weight),
  linearWeightGradients: (x, dy, _, bias) => [
    linearWeightGradient(wasm, x, dy),
    ...(bias ? [sumChannels(wasm, dy)] : []),
  ],
  groupNorm: (x, weight, bias, options) => wasmGroupNorm(wasm, x, weight, bias, options),
  gelu: (x) => wasmGelu(wasm, x),
  softmaxGradient: (y, dy, scale) => softmaxGradient(wasm, y, dy, scale),
  siluGradient: (dy, gate, y) => siluGradient(wasm, dy, gate, y),
  channelSums: (x) => sumChannels(wasm, x),
  ...wasmTrainingOperations(wasm),
})
