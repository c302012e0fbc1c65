// Loading of a file by its address, with bounds on its size, on the time without an answer and on the
// complete time. Runs in the worker that reads files: the policy of the page itself allows no other
// origin.
import { CuredError } from '../../engine/base/errors.ts'
import type { MessageText } from '../../engine/base/catalogue.ts'
import { dropMessages } from '../texts/dropMessages.ts'
import type { TaskControl } from './fileMessages.ts'

export interface FetchLimits {
  /** Largest size of a file, in bytes. */
  bytes: number
  /** Longest time without any data, in milliseconds. */
  silence: number
  /** Longest time until the file is complete, in milliseconds. */
  time: number
}

/** SECURITY.md lists the size. */
export const FETCH_LIMITS: FetchLimits = { bytes: 64e6, silence: 20_000, time: 300_000 }

/** Error with a cure, which the page shows after the message. */
class FetchError extends CuredError {
  override name = 'FetchError'
}

/**
 * Returns the contents of the file at an absolute address.
 * @throws FetchError that states why it cannot be loaded
 */
export async function fetchBlob(
  address: string,
  { signal, onProgress = () => {} }: TaskControl = {},
  limits = FETCH_LIMITS,
): Promise<Blob> {
  const watch = watchPolicy()
  const timer = createTimer(address, limits, signal)
  try {
    const response = await request(address, timer.signal).catch(async (error: unknown) => {
      throw timer.error() ?? (await explainFailure(error, address, watch))
    })
    requireFile(response, address)
    return await readResponse(response, address, limits, (size) => {
      timer.restart()
      onProgress(size)
    })
  } catch (error) {
    throw timer.error() ?? error
  } finally {
    timer.stop()
    watch.stop()
  }
}

/** Sends no cookies and no referrer to other sites. */
const request = (address: string, signal: AbortSignal) =>
  fetch(address, {
    signal,
    credentials: 'same-origin',
    referrerPolicy: 'no-referrer',
    cache: 'no-cache',
  })

function requireFile({ ok, status }: Response, address: string) {
  if (ok) return
  if (status === 404 || status === 410)
    throw new FetchError(dropMessages.notFound({ address, status }), dropMessages.checkAddress())
  throw new FetchError(dropMessages.serverError({ address, status }), dropMessages.tryLater())
}

async function readResponse(
  response: Response,
  address: string,
  { bytes }: FetchLimits,
  onChunk: (size: number) => void,
): Promise<Blob> {
  const tooLong = () =>
    new FetchError(
      dropMessages.tooLong({ address, most: Math.round(bytes / 1e6) }),
      dropMessages.allowHere(),
    )
  // A compressed response may be longer than this.
  if (Number(response.headers.get('content-length')) > bytes) throw tooLong()
  const chunks: BlobPart[] = []
  let size = 0
  const reader = response.body?.getReader()
  for (;;) {
    const { done, value } = (await reader?.read().catch(toCut(address))) ?? { done: true }
    if (done) return new Blob(chunks)
    size += value.length
    onChunk(size)
    if (size > bytes) {
      await reader?.cancel()
      throw tooLong()
    }
    chunks.push(value as Uint8Array<ArrayBuffer>)
  }
}

/** Browsers report a connection that ends early as a TypeError with a text of their own. */
const toCut =
  (address: string) =>
  (error: unknown): never => {
    if (!(error instanceof TypeError)) throw error
    throw new FetchError(dropMessages.cut({ address }), dropMessages.tryLater())
  }

interface Timer {
  readonly signal: AbortSignal
  restart(): void
  stop(): void
  /** The reason why loading was ended here. */
  error(): FetchError | undefined
}

/** Ends loading after a time of silence, after the complete time, and when `cancel` requests it. */
function createTimer(
  address: string,
  { silence, time }: FetchLimits,
  cancel: AbortSignal | undefined,
): Timer {
  const controller = new AbortController()
  let reason: FetchError | undefined
  const end = (message: MessageText, cure: MessageText) => {
    reason ??= new FetchError(message, cure)
    controller.abort()
  }
  const seconds = (milliseconds: number) => ({ address, seconds: Math.round(milliseconds / 1000) })
  const onSilence = () => end(dropMessages.silent(seconds(silence)), dropMessages.tryLater())
  const onTime = () => end(dropMessages.tooSlow(seconds(time)), dropMessages.tryLater())
  const onCancel = () => end(dropMessages.cancelled({ address }), dropMessages.reload())
  let timer = setTimeout(onSilence, silence)
  const complete = setTimeout(onTime, time)
  cancel?.addEventListener('abort', onCancel)
  return {
    signal: controller.signal,
    restart() {
      clearTimeout(timer)
      timer = setTimeout(onSilence, silence)
    },
    stop() {
      clearTimeout(timer)
      clearTimeout(complete)
      cancel?.removeEventListener('abort', onCancel)
    },
    error: () => reason,
  }
}

interface PolicyWatch {
  isViolated(): Promise<boolean>
  stop(): void
}

/** Notices that the policy of this thread forbids a request. */
function watchPolicy(): PolicyWatch {
  const EVENT = 'securitypolicyviolation'
  // Node has no such events.
  const scope: Partial<EventTarget> = globalThis
  let violated = false
  const note = () => (violated = true)
  scope.addEventListener?.(EVENT, note)
  return {
    async isViolated() {
      // The event follows the failure.
      await new Promise((resolve) => setTimeout(resolve, 50))
      return violated
    },
    stop: () => scope.removeEventListener?.(EVENT, note),
  }
}

/** Browsers do not tell scripts why a request failed. */
async function explainFailure(error: unknown, address: string, watch: PolicyWatch) {
  if (!(error instanceof TypeError)) return error
  const { origin, protocol } = new URL(address)
  if (await watch.isViolated())
    return new FetchError(dropMessages.forbiddenHere({ origin }), dropMessages.allowHere())
  if (protocol === 'http:' && globalThis.location?.protocol === 'https:')
    return new FetchError(dropMessages.unencrypted({ address }), dropMessages.useHttps())
  if (globalThis.navigator?.onLine === false)
    return new FetchError(dropMessages.noNetwork({ address }), dropMessages.connect())
  return new FetchError(dropMessages.notReached({ address }), dropMessages.allowReading())
}
