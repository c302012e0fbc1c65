// Operations of the engine on WebGPU.
import type {
  BackendOperations,
  DeviceOperations,
  FusedLayers,
  TensorOperations,
} from '../../base/backend.ts'
import type { Tensor2D, Tensor3D } from '../../base/tf.ts'
import type { WebGPUBackend } from './backend.ts'
import { newReplayCounts } from './captureCache.ts'
import { rulesFor } from './kernels/software/rules.ts'
import { drawRandom } from './kernels/elementwise/philox.ts'
import { columnSums } from './kernels/elementwise/reduce.ts'
import { softmaxBackward } from './kernels/attention/softmax.ts'
import { webgpuAttention } from './layers/attention.ts'
import { attentionBlock } from './layers/attentionBlock.ts'
import { webgpuConv2d } from './layers/conv.ts'
import { webgpuGroupNorm } from './layers/groupNorm.ts'
import { linearInputGradient, linearWeightGradients } from './layers/linear.ts'
import { activatedProjections, webgpuProjections } from './layers/projections.ts'
import { webgpuResidualBlock } from './layers/residual.ts'
import { webgpuGelu } from './layers/gelu.ts'
import { webgpuSilu } from './layers/silu.ts'
import { webgpuMeanSquaredDifference, webgpuSquaredDifference } from './layers/squaredDifference.ts'
import { webgpuWeightedSum } from './layers/weightedSum.ts'
import { wrapTensor } from './activeWebGPU.ts'
import { captureOrReplayOnGPU } from './replay.ts'
import { tunedChoices } from './tunedChoices.ts'
import { arithmeticOf } from './tuner.ts'
import { webgpuTrainingOperations } from './training.ts'

export const webgpuOperations = (backend: WebGPUBackend): BackendOperations => ({
  ...layerOperations(backend),
  ...tensorOperations(backend),
  ...webgpuTrainingOperations(backend),
  ...deviceOperations(backend),
  get arithmetic() {
    return arithmeticOf(tunedChoices(backend.device) ?? {})
  },
})

function layerOperations(backend: WebGPUBackend): Partial<FusedLayers> {
  const [silu, gelu] = [webgpuSilu(backend), webgpuGelu(backend)]
  return {
    conv2d: (layer) => webgpuConv2d(backend, layer),
    linearInputGradient: (dy, weight) => linearInputGradient(backend, dy, weight),
    linearWeightGradients: (x, dy, weight, bias) =>
      linearWeightGradients(backend, x, dy, weight, bias),
    projections: (x, layers) =>
      layers.length > 0 ? webgpuProjections(backend, x, layers) : undefined,
    activatedProjections: (x, layers) => activatedProjections(backend, x, layers),
    groupNorm: (x, weight, bias, options) => webgpuGroupNorm(backend, x, weight, bias, options),
    silu,
    gelu,
    softmaxGradient: (y, dy, scale) => wrapTensor(softmaxBackward(backend, y, dy, scale)),
    // Software devices are as fast with stock kernels, and take seconds to compile these.
    attention: (q, k, v, heads) =>
      rulesFor(backend.device).compilesFast
        ? (webgpuAttention(backend, heads)(q, k, v) as Tensor3D)
        : undefined,
    attentionBlock: (block) =>
      rulesFor(backend.device).compilesFast ? attentionBlock(backend, block) : undefined,
    residualBlock: (block) => webgpuResidualBlock(backend, block),
    readsPairs: true,
  }
}

function tensorOperations(backend: WebGPUBackend): Partial<TensorOperations> {
  const rowSums = (x: Tensor2D) => {
    const [rows, channels] = x.shape
    return wrapTensor(columnSums(backend, x, { outer: 1, rows, channels })).as1D()
  }
  return {
    constant: (shape, value) => wrapTensor(backend.constant(shape, value)),
    channelSums: (x) => rowSums(x.reshape([-1, x.shape[x.rank - 1]])),
    rowSums,
    weightedSum: (terms) => webgpuWeightedSum(backend, terms),
    squaredDifference: (a, b) => webgpuSquaredDifference(backend, a, b),
    meanSquaredDifference: (a, b) => webgpuMeanSquaredDifference(backend, a, b),
    random: (kind, key, shape, keyAt) => wrapTensor(drawRandom(backend, kind, key, shape, keyAt)),
  }
}

const deviceOperations = (backend: WebGPUBackend): DeviceOperations => ({
  isGPU: true,
  timing: 'waited',
  queue: {
    flush: () => backend.flush(),
    // A lost device is reported by its own promise.
    done: () =>
      backend.completion.wait(backend.device.queue.onSubmittedWorkDone()).then(
        () => {},
        () => {},
      ),
  },
  startTimer: () => backend.startTimer(),
  precompile: (work, onCompiled) => backend.precompile(work, onCompiled),
  readScalars: (scalars) => backend.readScalars(scalars),
  captureOrReplay: (work) => captureOrReplayOnGPU(backend, work),
  takeReplayReport() {
    const { replayed, executed, reasons } = backend.replayCounts
    backend.replayCounts = newReplayCounts()
    if (replayed + executed === 0) return undefined
    const messages = reasons.size > 0 && { messages: { reasons: [...reasons.values()] } }
    return { replayed, executed, reasons: [...reasons.keys()], ...messages }
  },
})
