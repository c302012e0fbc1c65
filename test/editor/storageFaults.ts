// Faults of IndexedDB, for the page and its worker, and a short training to run beside them.
import type { BrowserContext } from 'playwright-core'
import { readyWorkflow } from './readyText.ts'

declare global {
  interface Window {
    /** Lets IndexedDB answer the requests that {@link faults.silent} withholds. */
    answerStorage?: () => void
    /** Time of the first request to IndexedDB, and of the warning about it. */
    storageTimes?: { asked?: number; warned?: number }
  }
}

/** Scripts that break IndexedDB. They are sent as text. */
export const faults = {
  /** Opening never answers, until `answerStorage` is called. */
  silent() {
    const { open } = IDBFactory.prototype
    const withheld: (() => void)[] = []
    let answers = false
    globalThis.addEventListener?.('message', ({ data }: MessageEvent) => {
      if (data === 'answerStorage') answer()
    })
    const answer = () => {
      answers = true
      for (const request of withheld.splice(0)) request()
    }
    Object.assign(globalThis, { answerStorage: answer })
    IDBFactory.prototype.open = function (...args) {
      if (answers) return open.apply(this, args)
      const request = {} as IDBOpenDBRequest & { result: IDBDatabase }
      withheld.push(() => {
        const real = open.apply(this, args)
        const pass = (event: Event, listener: ((event: never) => void) | null) => {
          Object.assign(request, { result: real.result })
          listener?.call(request, event as never)
        }
        real.onupgradeneeded = (event) => pass(event, request.onupgradeneeded)
        real.onsuccess = (event) => pass(event, request.onsuccess)
      })
      return request
    }
  },
  /** Opening throws, as in sandboxed frames. */
  forbidden() {
    IDBFactory.prototype.open = () => {
      throw new DOMException('Not here.', 'SecurityError')
    }
  },
  /** Opening fails, as with a full disk. */
  noRoom() {
    IDBFactory.prototype.open = () => {
      const error = new DOMException('No space.', 'QuotaExceededError')
      const request = { error } as IDBOpenDBRequest
      setTimeout(() => request.onerror?.call(request, new Event('error')))
      return request
    }
  },
  /** Everything can be read, but nothing can be written. */
  full() {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
    }
  },
}

/** Breaks IndexedDB in the pages of a context and in their workers. */
export async function breakStorage(context: BrowserContext, fault: keyof typeof faults) {
  await context.addInitScript(
    `(() => { const fault = { ${faults[fault]} }; fault.${fault}(); (${observeWarning})() })()`,
  )
  await context.route(/\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch()
    const script = `(() => { const fault = { ${faults[fault]} }; fault.${fault}() })();`
    await route.fulfill({ response, body: script + (await response.text()) })
  })
}

/** Records when IndexedDB is first used, and when the page warns about it. */
function observeWarning() {
  const times: NonNullable<Window['storageTimes']> = (window.storageTimes = {})
  const { open } = IDBFactory.prototype
  IDBFactory.prototype.open = function (...args) {
    times.asked ??= performance.now()
    return open.apply(this, args)
  }
  new MutationObserver(() => {
    if (document.querySelector('.banner.warning')) times.warned ??= performance.now()
  }).observe(document, { childList: true, subtree: true })
}

/** Text of a workflow with a training of a few steps. */
export const shortTraining = (steps = 12): string =>
  readyWorkflow('points', { 'Training Start.steps': steps }, 'Short training')
