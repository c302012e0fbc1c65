// Captures the GPU commands of work such as a network evaluation and replays them, as CUDA graphs
// do. The commands depend only on the shapes and buffer positions of tensors, so once two captures are
// identical, later evaluations replay them and skip the JavaScript of the layers.
//
// Work that cannot be replayed (scalars that change at every step, tensors that it was not passed)
// is detected while its commands are recorded, and evaluated every time.
import type { MessageText } from '../../base/catalogue.ts'
import type { CapturableWork } from '../../base/backend.ts'
import { isTapeOn, isTaping } from '../../gradients/differentiate.ts'
import type { Tensor } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import type { WebGPUBackend } from './backend.ts'
import type { CaptureEntry } from './captureCache.ts'
import { countEvaluation } from './captureCache.ts'
import { captureForward, lookUpWork } from './captureForward.ts'
import { adoptResults, captureOrReplayOnTape, runOnTape } from './replayOnTape.ts'
import { replayMessages } from '../../messages/backends.ts'

/** Returns the results of `work.run`, by replaying its commands where they are known. */
export function captureOrReplayOnGPU(backend: WebGPUBackend, work: CapturableWork): Tensor[] {
  const taping = isTaping()
  // The gradients of one piece of work are summed in one order, whether it is replayed or not.
  const evaluate = () => (taping ? runOnTape(work) : work.run(work.inputs))
  if (!backend.replayEnabled || backend.isCapturing || backend.isDryRun) return evaluate()
  const evaluateBecause = (reason: MessageText) => {
    countEvaluation(backend, work, 'executed', reason)
    return evaluate()
  }
  if (work.unless !== undefined) return evaluateBecause(work.unless)
  if (isTapeOn() && !taping) return evaluateBecause(replayMessages.secondOrder())
  const { entry, buffers } = lookUpWork(backend, work, taping)
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
): Tensor[] {
  const submits = () => backend.bufferManager.submits
  const capture = forward.isReady(submits()) ? forward.take(submits()) : undefined
  if (capture) {
    countEvaluation(backend, work, 'replayed')
    const buffers = backend.replay(capture.commands, external, work.step)
    return adoptResults(backend, capture, buffers)
  }
  countEvaluation(backend, work, 'executed')
  const captured = captureForward(backend, work, external, () => ({
    values: tf.tidy(() => work.run(work.inputs)),
    tape: [],
  }))
  const hasSaved = captured.forward !== undefined && captured.forward.saved.length > 0
  forward.add(hasSaved ? undefined : captured.forward, submits(), captured.reason)
  return captured.values
}
