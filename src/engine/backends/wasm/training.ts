// Weights and moments as vectors on wasm, and optimizer steps.
import type { AdamResult, AdamStep, TrainingOperations } from '../../base/backend.ts'
import type { Tensor1D } from '../../base/tf.ts'
import {
  wasmAdamStep,
  concatTensors,
  hasFullVector,
  interpolate,
  l2Norm,
  splitTensor,
} from './vectorOps.ts'
import type { WasmFunctions } from './wasmFunctions.ts'

export const wasmTrainingOperations = (wasm: WasmFunctions): Partial<TrainingOperations> => ({
  flatten: (tensors) => concatTensors(wasm, tensors),
  unflatten: (vector, like) => splitTensor(wasm, vector, like),
  adamStep: (step) => (hasFullVector(step.weights) ? runClippedAdam(wasm, step) : undefined),
  clipByNorm: (gradient, limit) =>
    gradient.mul(computeClipFactor(wasm, gradient, limit)) as Tensor1D,
  blend: (a, b, factor) => (hasFullVector(a) ? interpolate(wasm, a, b, factor) : undefined),
})

function runClippedAdam(wasm: WasmFunctions, { clipNorm, ...step }: AdamStep): AdamResult {
  const clip = clipNorm > 0 ? computeClipFactor(wasm, step.gradient, clipNorm) : 1
  const [weights, first, second, largest] = wasmAdamStep(wasm, { ...step, clip })
  return { weights, first, second, ...(largest && { largest }) }
}

/** Returns the factor that clips the gradient to a norm of `limit`. */
const computeClipFactor = (wasm: WasmFunctions, gradient: Tensor1D, limit: number) =>
  Math.min(limit / (l2Norm(wasm, gradient) + 1e-6), 1)
