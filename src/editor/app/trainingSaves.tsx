// Saves of trainings in the status bar: when the last one was, and from which step Run continues.
import { useEffect, useState } from 'preact/hooks'
import { runState } from '../running/state.ts'
import { storageAvailability } from '../storage/stores.ts'
import { texts, translateTitle } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import { useEditor } from './services.ts'

export function TrainingSaves() {
  const unfinished = runState.storedTrainings.value.find(({ index, count }) => index < count)
  if (unfinished && runState.phase.value === 'idle') return <ContinueButton {...unfinished} />
  const saved = runState.saved.value
  // While the storage does not work, a banner says so.
  const isStored = storageAvailability.value.state === 'ready'
  return saved && isStored ? <LastSave {...saved} /> : null
}

interface ContinueButtonProps {
  node: string
  index: number
  count: number
}

function ContinueButton({ node, index, count }: ContinueButtonProps) {
  const { stage, runner } = useEditor()
  const { status } = texts
  const step = format.count(index)
  const title = translateTitle(stage.nodeTitles(node)?.at(-1) ?? node)
  return (
    <button
      type="button"
      class="link continue"
      title={status.continueHint(title, step, format.count(count))}
      onClick={() => runner.run()}
    >
      {status.continueFrom(step)}
    </button>
  )
}

/** Time of the last save, updated every second. */
function LastSave({ index, at }: { index: number; at: number }) {
  const [now, setNow] = useState(at)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  // At least 0, as the clock may be set back.
  const seconds = Math.max(0, Math.round((now - at) / 1000))
  const step = format.count(index)
  const { status } = texts
  return (
    <span class="saved">
      {seconds < 1 ? status.savedNow(step) : status.saved(step, format.wholeTime(seconds))}
    </span>
  )
}
