// Names the layer in which a training has diverged: runs its last steps again, layer by layer.
import type { Memory } from '../base/memory.ts'
import { checkLayers, LayerChecks, type BrokenLayer } from '../models/graph/finiteLayers.ts'
import type { LoopState, Rerun } from './host.ts'

/** Most steps that are run again: those of a batch of losses, which lossReader.ts reads together. */
const MOST_STEPS = 18

/**
 * Runs a training again from a sound state, or from its beginning without one, and returns the first
 * layer whose output or gradient is not finite, with its step. Undefined if no network of layers has
 * one within some steps.
 * @param current returns the training, or undefined once it has ended
 */
export async function findBrokenLayer(
  good: { index: number; state: LoopState } | undefined,
  current: () => Rerun | undefined,
  memory: Memory,
): Promise<(BrokenLayer & { step: number }) | undefined> {
  const from = good ? { ...good, state: memory.retain(good.state) } : current()?.begin()
  if (!from) return undefined
  let { state } = from
  try {
    for (let index = from.index; index < from.index + MOST_STEPS; index++) {
      const rerun = current()
      if (!rerun) return undefined
      const checks = new LayerChecks()
      try {
        const next = checkLayers(checks, () => rerun.next(state, index))
        if (!next) return undefined
        memory.release(state)
        state = next
        if (checks.isEmpty) return undefined
        const found = await checks.findBroken()
        if (found) return { ...found, step: index + 1 }
      } finally {
        checks.dispose()
      }
    }
    return undefined
  } finally {
    memory.release(state)
  }
}
