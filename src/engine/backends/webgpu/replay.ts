// Captures the GPU commands of a network evaluation and replays them, as CUDA graphs do. The
// commands depend only on the shapes and buffer positions of tensors, so once two captures are
// identical, later evaluations replay them and skip the JavaScript of the layers.
//
// Work that cannot be replayed (scalars that change at every step, tensors that it was not passed)
// is detected while its commands are recorded, and evaluated every time.
import type { CapturableWork } from '../../base/backend.ts'
import { isTapeOn, isTaping } from '../../training/differentiate.ts'
import type { Tensor } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import { wrapTensor } from './activeWebGPU.ts'
import type { WebGPUBackend } from './backend.ts'
import type { CaptureEntry } from './captureCache.ts'
import { captureForward, describeInputs } from './captureForward.ts'
import { captureOrReplayOnTape } from './replayOnTape.ts'
import { replayMessages } from '../../messages/backends.ts'

/** Returns the result of `work.run`, by replaying its commands where they are known. */
export function captureOrReplayOnGPU(backend: WebGPUBackend, work: CapturableWork): Tensor {
  const evaluate = () => work.run(work.inputs)
  if (!backend.replayEnabled || backend.isCapturing || backend.isDryRun) return evaluate()
  const taping = isTaping()
  const evaluateBecause = (reason: string) => {
    backend.replayCounts.executed++
    backend.replayCounts.reasons.add(reason)
    return evaluate()
  }
  if (work.unless !== undefined) return evaluateBecause(work.unless)
  if (isTapeOn() && !taping) return evaluateBecause(replayMessages.secondOrder())
  const { buffers, layout } = describeInputs(backend, work)
  const entry = backend.captures.lookUp(work.key, layout, taping, backend.bufferManager.submits)
  if (entry.hasGivenUp) return evaluateBecause(entry.reason)
  return taping
    ? captureOrReplayOnTape({ backend, work, external: buffers, entry })
    : captureOrReplayUntaped(backend, work, buffers, entry)
}

function captureOrReplayUntaped(
  backend: WebGPUBackend,
  work: CapturableWork,
  external: readonly GPUBuffer[],
  { forward }: CaptureEntry,
): Tensor {
  const submits = () => backend.bufferManager.submits
  const capture = forward.isReady(submits()) ? forward.take(submits()) : undefined
  if (capture) {
    backend.replayCounts.replayed++
    const buffers = backend.replay(capture.commands, external)
    const { slot, half } = capture.result
    return wrapTensor(backend.adopt(buffers[slot], capture.shape, half))
  }
  backend.replayCounts.executed++
  const captured = captureForward(backend, work, external, () => ({
    value: tf.tidy(() => work.run(work.inputs)),
    tape: [],
  }))
  const hasSaved = captured.forward !== undefined && captured.forward.saved.length > 0
  forward.add(hasSaved ? undefined : captured.forward, submits(), captured.reason)
  return captured.value
}
