// Texts about failures of the engine: what happened, what happens next, and what to do.
import { joinSentences } from '../../engine/messages/faults.ts'
import { type MessageText, getText } from '../../engine/base/catalogue.ts'
import { type Fault, createFault } from '../../engine/messages/fault.ts'
import type { BackendName, EngineFailure } from '../../engine/protocol.ts'
import { hostMessages } from '../../messages/host.ts'

const causes: Record<EngineFailure['cause'], (message: MessageText) => MessageText> = {
  hung: (seconds) => hostMessages.hung({ seconds }),
  crashed: (problem) => hostMessages.workerFailed({ problem: withoutStop(problem) }),
  ended: () => hostMessages.ended(),
  memory: (problem) => hostMessages.outOfMemory({ problem: withoutStop(problem) }),
  device: (reason) =>
    reason
      ? hostMessages.deviceLostBecause({ reason: withoutStop(reason) })
      : hostMessages.deviceLost(),
}

const withoutStop = (text: MessageText): MessageText =>
  typeof text === 'string' ? text.replace(/\.$/, '') : text

const describeCause = (failure: EngineFailure): MessageText =>
  causes[failure.cause](getText(failure, 'message'))

/** Message about a failure after which the engine, and its run if there is one, start again. */
export const restartMessage = (failure: EngineFailure, hasRun: boolean): MessageText =>
  joinSentences(describeCause(failure), hasRun ? hostMessages.resumes() : hostMessages.restarts())

/** Message about a failure after which the engine does not start again. */
export const brokenMessage = (failure: EngineFailure): MessageText =>
  joinSentences(describeCause(failure), hostMessages.reload())

const cures: Record<EngineFailure['cause'], () => MessageText> = {
  hung: () => hostMessages.hungCure(),
  crashed: () => hostMessages.crashedCure(),
  ended: () => hostMessages.memoryCure(),
  memory: () => hostMessages.memoryCure(),
  device: () => hostMessages.deviceCure(),
}

/** Fault of a run that ends because the engine failed several times in a row at this node. */
export const failureFault = (
  failure: EngineFailure & { node: string },
  times: number,
  backend: BackendName | undefined,
): Fault =>
  createFault({
    node: failure.node,
    message: joinSentences(
      describeCause(failure),
      backend ? hostMessages.failedOn({ times, backend }) : hostMessages.failedTimes({ times }),
    ),
    cure: joinSentences(cures[failure.cause](), hostMessages.stateKept()),
  })
