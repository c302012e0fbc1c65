// Drives the generator of a plan: handles commands between its signals, reports progress, and
// yields to the event loop.
import { activeBackend } from '../base/backend.ts'
import { outerId } from '../base/ids.ts'
import { Interrupted, interruptible } from '../base/interruption.ts'
import type { CurrentRun } from './currentRun.ts'
import type { Iteration, Signal } from './host.ts'
import { DeviceBacklog } from './yielding.ts'

/** Maximum time before control returns to the event loop, in milliseconds. */
const YIELD_INTERVAL = 10
/** Minimum time between two progress events, in milliseconds. */
export const PROGRESS_INTERVAL = 80
/**
 * Time in milliseconds from which an iteration does not begin while a state is being saved. A stop
 * is shown after a shorter time, see `host/supervisor.ts`.
 */
const LONG_ITERATION = 200

export interface DriveServices {
  /** Current time in milliseconds. */
  now: () => number
  /** Yields to the event loop. */
  yieldNow: () => Promise<void>
  /** Resolves when all observed values are shown. */
  settleViews: () => Promise<void>
  /**
   * Returns whether a stop was requested that this thread has not received yet. It ends the work in
   * progress at its next kernel.
   */
  isStopRequested: (() => boolean) | undefined
}

/**
 * Runs a plan to its end, or until the run is stopped: between two iterations, or in one, which is
 * then discarded.
 */
export async function drivePlan(
  run: CurrentRun,
  plan: Generator<Signal, void, unknown>,
  services: DriveServices,
): Promise<void> {
  try {
    await handleSignals(run, plan, services)
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    run.control('stop')
  } finally {
    run.stopped ||= run.stopping
    plan.return()
    await run.losses.settle()
  }
}

async function handleSignals(
  run: CurrentRun,
  plan: Generator<Signal, void, unknown>,
  { now, yieldNow, settleViews, isStopRequested }: DriveServices,
): Promise<void> {
  // A GPU computes beside this thread, which is never busy for long.
  const { queue } = activeBackend()
  const requested = queue ? undefined : () => run.stopping || Boolean(isStopRequested?.())
  let answer: unknown
  let yieldedAt = now()
  let restedAt = yieldedAt
  const ahead = new DeviceBacklog(queue, now)
  const { losses } = run
  /** The last iteration, unless it was reported with its own loss. */
  let unreported: Iteration | undefined
  for (;;) {
    // The plan owns the awaited result, so it receives it even if the run stops.
    if (run.stopping && answer === undefined) break
    if (losses.failure) await losses.assertSound()
    const { value: signal, done } = interruptible(requested, () => plan.next(answer))
    answer = undefined
    if (done) break
    if (signal.kind === 'node') run.send({ type: 'busy', run: run.id, node: outerId(signal.id) })
    else if (signal.kind === 'wait') answer = await signal.promise
    else if (signal.kind === 'inside') await run.showNode(signal)
    else if (signal.kind === 'rest') {
      // A stop may end the engine during a long iteration, so the state before it has to be safe.
      if (now() - restedAt > LONG_ITERATION) await run.untilSaved()
      // A pause requested after the iteration was reported, which had the loss of one before.
      if (run.stepwise && unreported) {
        await losses.settle()
        sendProgress(run, unreported, losses.latest(unreported.step), now())
        if (losses.failure) await losses.assertSound()
      }
      await run.waitWhilePaused()
      restedAt = now()
    } else {
      const { step, index, count, loss, emission, isLast } = signal.at
      losses.read(signal.at, run.stepwise || run.slowMotion.isOn || index === count)
      if (loss && !emission) run.training = { node: outerId(step.id), index, count }
      await ahead.submit()
      // A report that stays, of the last step or of single steps, has the loss of its own step.
      const isShown = run.stepwise || run.slowMotion.isOn
      if (loss && (isShown || (isLast && !emission))) await losses.settle()
      unreported = isShown ? undefined : signal.at
      sendProgress(run, signal.at, losses.latest(step), now())
      await losses.limitBacklog()
      if (run.slowMotion.isOn) await settleViews()
      run.sendMeasures(now())
    }
    if (now() - yieldedAt > YIELD_INTERVAL) {
      await yieldNow()
      yieldedAt = now()
    }
  }
  await losses.assertSound()
}

function sendProgress(run: CurrentRun, at: Iteration, latest: number | undefined, now: number) {
  const { step, index, count, label, loss, emission } = at
  const rate = run.iterationRate(at, now)
  if (now - run.progressSentAt < PROGRESS_INTERVAL && index !== count && !run.stepwise) return
  run.progressSentAt = now
  run.send({
    type: 'progress',
    run: run.id,
    node: outerId(step.id),
    end: outerId(step.end),
    index,
    count,
    ...(label !== undefined && { label }),
    rate,
    secondsLeft: index === count ? 0 : (count - index) / rate,
    ...(loss && latest !== undefined && { loss: latest }),
    ...(emission && { emission }),
  })
}
