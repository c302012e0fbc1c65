// Loading of a file by its address, with bounds on its size and on the time without an answer. Runs
// in the worker that reads files: the policy of the page itself allows no other origin.
import { dropMessages } from '../texts/dropMessages.ts'

export interface FetchLimits {
  /** Largest size of a file, in bytes. */
  bytes: number
  /** Longest time without any data, in milliseconds. */
  silence: number
}

/** SECURITY.md lists the size. */
export const FETCH_LIMITS: FetchLimits = { bytes: 64e6, silence: 20_000 }

/** Error with a cure, which the page shows after the message. */
class FetchError extends Error {
  override name = 'FetchError'

  constructor(
    message: string,
    readonly cure: string,
  ) {
    super(message)
  }
}

/**
 * Returns the contents of the file at an absolute address.
 * @throws FetchError that states why it cannot be loaded
 */
export async function fetchBlob(address: string, limits = FETCH_LIMITS): Promise<Blob> {
  const watch = watchPolicy()
  const timer = createTimer(address, limits.silence)
  try {
    const response = await request(address, timer.signal).catch(async (error: unknown) => {
      throw timer.error() ?? (await explainFailure(error, address, watch))
    })
    requireFile(response, address)
    return await readBody(response, address, limits, timer)
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

async function readBody(
  response: Response,
  address: string,
  { bytes }: FetchLimits,
  timer: Timer,
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
    const { done, value } = (await reader?.read()) ?? { done: true }
    if (done) return new Blob(chunks)
    timer.restart()
    size += value.length
    if (size > bytes) {
      await reader?.cancel()
      throw tooLong()
    }
    chunks.push(value as Uint8Array<ArrayBuffer>)
  }
}

interface Timer {
  readonly signal: AbortSignal
  restart(): void
  stop(): void
  /** The error, if the time has passed. */
  error(): FetchError | undefined
}

function createTimer(address: string, silence: number): Timer {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const restart = () => {
    clearTimeout(timer)
    timer = setTimeout(() => controller.abort(), silence)
  }
  restart()
  return {
    signal: controller.signal,
    restart,
    stop: () => clearTimeout(timer),
    error: () =>
      controller.signal.aborted
        ? new FetchError(
            dropMessages.silent({ address, seconds: Math.round(silence / 1000) }),
            dropMessages.tryLater(),
          )
        : undefined,
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
