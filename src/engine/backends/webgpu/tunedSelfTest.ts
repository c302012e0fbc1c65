// Self-test of the kernels that the autotuner chose and that need features of a GPU: float16,
// subgroups, subgroup matrices. A driver may compute them wrong, or only their gradients, and may
// change between two starts; so they are tested at each start, by a training step that is wide enough
// for them. The same step with the default kernels, which the self-test of the backend has passed,
// has the numbers that are right.
import { imageLossAndGradients } from '../selftestImages.ts'
import type { Tensor } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import type { WebGPUBackend } from './backend.ts'
import type { TunedChoice, TunedChoices, TrialName } from './tunedChoices.ts'
import { productKinds, withTunedChoices } from './tunedChoices.ts'
import { isNear } from './tunerTrials.ts'

/** Channels that are no multiples of tiles or matrices, but more than narrow tiles are for. */
const sizes = {
  batch: 2,
  height: 8,
  width: 8,
  channels: 20,
  wide: 36,
  wider: 40,
  groups: 4,
  heads: 2,
  eps: 1e-5,
  gain: 0.3,
  chirp: 1,
}

/** Relative to the largest number of a gradient. */
const TOLERANCE = 1e-3
/** Products of float16 are rounded to 11 bits. */
const HALF_TOLERANCE = 5e-3

const usesHalf = ({ tile }: Partial<TunedChoice>) =>
  tile?.shape === 'tiled' && (tile.half !== undefined || tile.matrix?.numbers === 'f16')

/** Returns whether a choice needs a feature beyond those of every GPU. */
const isHardware = ([name, { tile }]: [string, TunedChoice]) =>
  name === 'reductions' ||
  (tile.shape === 'tiled' && (tile.half !== undefined || tile.matrix !== undefined))

const entries = (choices: TunedChoices) => Object.entries(choices) as [TrialName, TunedChoice][]

export const hasHardwareChoices = (choices: TunedChoices): boolean =>
  entries(choices).some(isHardware)

export const withoutHardwareChoices = (choices: TunedChoices): TunedChoices =>
  Object.fromEntries(entries(choices).filter((entry) => !isHardware(entry)))

/** Returns the choices for large work as those for small work, which takes less time to test. */
const largeAsSmall = (choices: TunedChoices): TunedChoices =>
  Object.fromEntries(
    productKinds.flatMap((kind) => {
      const choice = choices[`large ${kind}`]
      return choice ? [[`small ${kind}`, choice]] : []
    }),
  )

/**
 * Returns whether the chosen kernels compute the loss and all gradients like the default ones. Does
 * not throw for kernels that the device rejects.
 */
export async function passesTunedSelfTest(
  backend: WebGPUBackend,
  choices: TunedChoices,
): Promise<boolean> {
  const right = await readLossAndGradients(backend, {})
  const tolerance = entries(choices).some(([, choice]) => usesHalf(choice))
    ? HALF_TOLERANCE
    : TOLERANCE
  for (const each of [choices, largeAsSmall(choices)]) {
    const found = await readLossAndGradients(backend, each)
    if (!right.every((values, i) => isNear(values, found[i], tolerance))) return false
  }
  return true
}

async function readLossAndGradients(
  backend: WebGPUBackend,
  choices: TunedChoices,
): Promise<Float32Array[]> {
  const { device } = backend
  device.pushErrorScope('validation')
  let tensors: Tensor[] = []
  try {
    tensors = withTunedChoices(device, choices, () => tf.tidy(() => imageLossAndGradients(sizes)))
    const read: Float32Array[] = []
    for (const tensor of tensors) read.push((await tensor.data()) as Float32Array)
    return read
  } finally {
    tf.dispose(tensors)
    await device.popErrorScope()
  }
}
