// Talks to one figure in an iframe. Copy this file, or load it as a module.

const VERSION = 1

/** Connects to the figure in an iframe. Resolves when it answers. */
export async function connectFigure(frame, { onEvent = () => {}, timeout = 20_000 } = {}) {
  const origin = new URL(frame.src).origin
  const waiting = new Map()
  let lastId = 0

  const onMessage = ({ source, origin: from, data }) => {
    if (source !== frame.contentWindow || from !== origin) return
    if (data?.litegraphDiffusion !== VERSION) return
    if (data.event) return onEvent(data)
    const request = waiting.get(data.reply)
    waiting.delete(data.reply)
    if (data.ok) request?.resolve(data.figure)
    else request?.reject(new Error(data.error))
  }
  addEventListener('message', onMessage)

  const ask = (message) =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      frame.contentWindow.postMessage({ litegraphDiffusion: VERSION, id, ...message }, origin)
    })

  // The figure may not be listening yet.
  const hello = setInterval(() => void ask({ type: 'hello' }).then(found, () => {}), 200)
  let found
  const figure = await new Promise((resolve, reject) => {
    found = resolve
    setTimeout(() => reject(new Error(`No figure answered at ${frame.src}.`)), timeout)
  }).finally(() => clearInterval(hello))

  return {
    figure,
    /** The text of a workflow file, or { gallery: 'points' }. */
    load: (what) =>
      ask({ type: 'load', ...(typeof what === 'string' ? { workflow: what } : what) }),
    /** Values by `Node.param`. */
    set: (params) => ask({ type: 'set', params }),
    run: () => ask({ type: 'run' }),
    stop: () => ask({ type: 'stop' }),
    close: () => removeEventListener('message', onMessage),
  }
}
