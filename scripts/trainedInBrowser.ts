// Trains in the worker of an isolated page, like the editor.
import type { Fault } from '../src/engine/messages/fault.ts'
import { GraphError } from '../src/engine/messages/fault.ts'
import type { OutputFile } from '../src/engine/plan/op.ts'
import type { Event } from '../src/engine/protocol.ts'
import type { Source } from './evaluation.ts'
import { loadedBytes, node, progressText } from './evaluation.ts'
import { onIsolatedPage } from './isolatedPage.ts'

export interface Trained {
  /** The trained model as a checkpoint. */
  source: Source
  seconds: number
  /** The backend and the reason for its choice. */
  reason: string
}

/** Messages of the page. */
interface PageMessages {
  seconds: number
  reason: string
  faults: Fault[]
  /** The checkpoint in base64. */
  name?: string
  bytes?: string
}

const SAVE = 'keep checkpoint'

/** Trains on wasm and returns the checkpoint from the browser. Throws GraphError. */
export async function trainedInBrowser(
  source: Source,
  say: (line: string) => void,
): Promise<Trained> {
  const { graph, training, model, schedule, seed } = source
  const saving = {
    nodes: [
      ...graph.nodes,
      node(SAVE, 'diffusion/SaveCheckpoint', { model, schedule }, { name: 'trained' }),
    ],
  }
  const told = await onIsolatedPage(async (page) => {
    await page.exposeFunction('say', (event: Extract<Event, { type: 'progress' }>) =>
      say(progressText(event)),
    )
    return page.evaluate(
      async ({ saving, targets }): Promise<PageMessages> => {
        const { createClient, connect } = window.engine
        const { say } = window as unknown as { say: (event: Event) => void }
        const client = createClient(connect({ backend: 'wasm' }))
        const { reason } = await client.ready
        let file: OutputFile | undefined
        const onEvent = (event: Event) => {
          if (event.type === 'progress' && event.index % 50 === 0) say(event)
          if (event.type === 'file') file = event.file
        }
        const trained = await client.run(saving, { targets: [targets[0]], onEvent })
        const saved = await client.run(saving, { targets: [targets[1]], onEvent })
        client.close()
        const bytes =
          file && btoa(Array.from(file.bytes, (byte) => String.fromCharCode(byte)).join(''))
        const faults = [...trained.faults, ...saved.faults]
        return {
          seconds: trained.seconds,
          reason,
          faults,
          ...(file && bytes && { name: file.name, bytes }),
        }
      },
      { saving, targets: [training!, SAVE] },
    )
  })
  if (told.faults.length > 0 || told.bytes === undefined) throw new GraphError(told.faults)
  const loaded = await loadedBytes(told.name!, new Uint8Array(Buffer.from(told.bytes, 'base64')))
  return {
    source: { ...loaded, ...(seed !== undefined && { seed }) },
    seconds: told.seconds,
    reason: told.reason,
  }
}
