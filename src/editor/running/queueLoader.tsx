// The button that opens the list of runs, and the list, whose code is loaded when it first opens.
import { icons } from '../ui/icons.tsx'
import { lazyComponent } from '../ui/lazy.tsx'
import { showToast } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'
import { useRunning } from './services.ts'
import { queueShown, runState } from './state.ts'

/** Shows the number of waiting runs. Hidden unless runs wait or a run of the queue is active. */
export function QueueButton() {
  const { queue } = useRunning().runner
  const waiting = queue.waiting.value.length
  if (!waiting && !runState.present.value?.queued && !queueShown.value) return null
  return (
    <button
      type="button"
      class="button queue-count"
      aria-label={texts.queue.waiting(waiting)}
      title={texts.queue.waiting(waiting)}
      aria-haspopup="dialog"
      aria-expanded={queueShown.value}
      onClick={() => (queueShown.value = true)}
    >
      {waiting}
      <icons.chevron />
    </button>
  )
}

const OpenQueueList = lazyComponent(
  async () => (await import('./queueList.tsx')).QueueList,
  (error) => {
    queueShown.value = false
    showToast(texts.queue.label, { text: error.message, error: true })
  },
)

export const QueueList = () => (queueShown.value ? <OpenQueueList /> : null)
