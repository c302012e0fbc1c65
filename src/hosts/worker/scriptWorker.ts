// Engine in a worker whose script is part of the page, or of a widget.
import { getErrorText } from '../../engine/messages/fault.ts'
import { trustedScriptUrl } from '../../engine/base/trustedScriptUrl.ts'
import type { EnginePort } from '../../engine/protocol.ts'
import { readEngineScript, type ReadPart } from '../page/readPage.ts'
import { deferPort } from './deferredPort.ts'
import { MEMORY_WORKER } from './workerNames.ts'
import { brokenPort, openWorkerPort } from './workerPort.ts'

/** Starts a worker that stores nothing, from its script. */
export const startScriptWorker = (read: ReadPart): EnginePort =>
  deferPort(
    readEngineScript(read).then(
      (script) => {
        const address = URL.createObjectURL(script)
        return openWorkerPort(new Worker(trustedScriptUrl(address), { name: MEMORY_WORKER }))
      },
      (error: unknown) => brokenPort(getErrorText(error)),
    ),
  )
