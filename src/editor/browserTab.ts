// What the browser itself shows of runs: the title of the page, and a question before it is closed.
import type { Queue } from './queue.ts'
import * as state from './state.ts'
import { texts, translated } from './texts.ts'

/** How far the run is, before the name in the tab. */
export function tellTab() {
  const { progress, state: now } = state.run
  const part =
    progress.value && now.value !== 'idle' ? `${Math.floor((100 * progress.value.index) / progress.value.count)}% · ` : ''
  const title = `${part}${translated(state.name.value)} – ${texts.product}`
  if (document.title !== title) document.title = title
}

const warn = (event: BeforeUnloadEvent) => event.preventDefault()

/** The browser asks before it closes the page while something is in the queue. */
export function warnBeforeLeaving(queue: Pick<Queue, 'waiting'>) {
  const wanted = queue.waiting.value.length > 0 || state.run.present.value?.queued
  if (wanted) addEventListener('beforeunload', warn)
  else removeEventListener('beforeunload', warn)
}
