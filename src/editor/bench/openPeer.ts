// Workers that are a side of a comparison, with time limits for their requests.
import { getText } from '../../engine/base/catalogue.ts'
import { MessageError } from '../../engine/base/errors.ts'
// oxlint-disable-next-line import/default -- Vite exports the address
import address from '../../hosts/bench/benchWorker.ts?worker&url'
import type { PeerMessage, PeerRequest } from '../../hosts/bench/protocol.ts'
import { startWorker } from '../../hosts/worker/startWorker.ts'
import { hostMessages } from '../../messages/host.ts'
import { ClosedError, LateError, type Peer } from './peer.ts'

/** Starts the worker of a side. */
export function openPeer(): Peer {
  const worker = startWorker(new URL(address, document.baseURI).href)
  const ready = nextMessage(worker)
  const closing = new AbortController()
  return {
    ask: (name, takes, seconds) =>
      withTimeLimit(seconds, closing.signal, async () => {
        await ready
        const answer = nextMessage(worker)
        worker.postMessage({ name, takes } as PeerRequest)
        const message = await answer
        if ('error' in message) throw new MessageError(getText(message, 'error'))
        if (!('gives' in message)) throw new Error('Expected an answer of the worker.')
        return message.gives as never
      }),
    close() {
      worker.terminate()
      closing.abort()
    },
  }
}

function nextMessage(worker: Worker): Promise<PeerMessage> {
  const next = new Promise<PeerMessage>((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => resolve(data as PeerMessage), { once: true })
    // The event of a script that is not loaded has no message.
    worker.addEventListener(
      'error',
      ({ message }) => reject(new MessageError(message || hostMessages.workerNotLoaded())),
      { once: true },
    )
  })
  // Errors are reported by the request that waits for it.
  next.catch(() => {})
  return next
}

async function withTimeLimit<T>(
  seconds: number,
  closed: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LateError(seconds)), 1000 * seconds)
    closed.addEventListener('abort', () => reject(new ClosedError()), { once: true })
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}
