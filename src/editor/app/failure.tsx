// Reason of a failed run, over the canvas, unless the panel shows it already.
import { signal } from '@preact/signals'
import { isWithin, outerId } from '../../engine/base/ids.ts'
import type { Fault } from '../../engine/messages/fault.ts'
import { selectedIds } from '../canvas/state.ts'
import { FaultCard } from '../panel/faultCard.tsx'
import { runState } from '../running/state.ts'
import { texts } from '../texts/texts.ts'
import { IconButton } from '../ui/buttons.tsx'
import { icons } from '../ui/icons.tsx'
import { panelShown } from '../ui/state.ts'
import { subscribeToGraph } from '../workspace/state.ts'
import { listProblems } from './problems.ts'
import { useEditor, type Editor } from './services.ts'
import './failure.css'

/** Faults whose card the user closed. */
const closed = signal<readonly Fault[]>([])

export function Failure() {
  const editor = useEditor()
  subscribeToGraph()
  const { faults, phase } = runState
  const [first, ...others] = faults.value
  if (!first || phase.value !== 'idle' || closed.value === faults.value) return null
  if (isInPanel(editor, first)) return null
  return (
    <section class="failure" aria-label={texts.cures.reason}>
      <FaultCard fault={first} />
      <div class="failure-more">
        {others.length > 0 && (
          <button type="button" class="link" onClick={() => listProblems(editor)}>
            {texts.cures.more(others.length)}
          </button>
        )}
        <IconButton
          class="icon small"
          label={texts.dialogs.close}
          icon={<icons.close />}
          onClick={() => (closed.value = faults.value)}
        />
      </div>
    </section>
  )
}

/** True if the panel shows a fault: without a selection, or for the selected node. */
function isInPanel({ stage }: Editor, { node, also = [] }: Fault): boolean {
  if (!panelShown.value) return false
  const [selected, second] = selectedIds.value
  if (selected === undefined) return true
  const id = stage.fullId(selected)
  return second === undefined && [outerId(node), ...also].some((each) => each && isWithin(each, id))
}
