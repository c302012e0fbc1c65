// Toolbar at several selected nodes. Hidden while the pointer is down on the canvas, and while a key
// that adds to the selection is held.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { nodeRect } from '../canvas/nodeDrag.ts'
import { selectedIds } from '../canvas/state.ts'
import { SelectionTools } from '../panel/selectionTools.tsx'
import { texts } from '../texts/texts.ts'
import { returnFocus } from '../ui/focus.ts'
import { panelInsets } from '../ui/insets.ts'
import { lowerPanel, panelShown, shownDrawer } from '../ui/state.ts'
import { placeToolbox } from './placeToolbox.ts'
import { useEditor } from './services.ts'

/** Keys that add to the selection, or open the menu of a node in it. */
const adds = /^(Control|Shift|Meta)$/

export function Toolbox() {
  const { stage } = useEditor()
  const bar = useRef<HTMLDivElement>(null)
  const held = useHeldKey()
  useEffect(() => keepFocus, [])
  useLayoutEffect(() => {
    const place = () => {
      const element = bar.current
      if (!element) return
      const { left, top, right, bottom } = panelInsets()
      const area = [left, top, innerWidth - right, innerHeight - bottom] as const
      const rects = stage.selection().map((node) => {
        const [x1, y1, x2, y2] = nodeRect(node)
        return [...stage.toPage([x1, y1]), ...stage.toPage([x2, y2])] as const
      })
      const size = [element.offsetWidth, element.offsetHeight] as const
      const at = placeToolbox(rects, size, area)
      element.style.visibility = at ? 'visible' : 'hidden'
      if (at) Object.assign(element.style, { left: `${at[0]}px`, top: `${at[1]}px` })
    }
    place()
    return stage.onDrawn(place)
  }, [selectedIds.value, held, shownDrawer.value, panelShown.value, lowerPanel.value])
  if (held) return null
  return (
    <div
      ref={bar}
      class="toolbox"
      role="toolbar"
      aria-label={texts.toolbox.label}
      style={{ visibility: 'hidden' }}
      onKeyDown={(event) => focusTool(event, bar.current)}
    >
      <SelectionTools />
    </div>
  )
}

/** Returns the focus to the canvas if it was in the toolbar, for example after deleting the nodes. */
const keepFocus = () =>
  void setTimeout(() => document.activeElement === document.body && returnFocus())

/** Arrow keys, Home and End move along the toolbar; Escape returns to the canvas. */
function focusTool(event: KeyboardEvent, bar: HTMLElement | null) {
  const buttons = [...(bar?.querySelectorAll<HTMLElement>('button:not(:disabled)') ?? [])]
  const now = buttons.indexOf(document.activeElement as HTMLElement)
  const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: -1 }[event.key]
  if (next !== undefined) buttons.at(next % buttons.length)?.focus()
  else if (event.key === 'Escape') returnFocus()
  else return
  event.preventDefault()
  event.stopPropagation()
}

/** True while a key that adds to the selection is held. Typing into the toolbar does not hide it. */
function useHeldKey(): boolean {
  const [held, setHeld] = useState(false)
  useEffect(() => {
    const down = ({ key, target }: KeyboardEvent) => {
      const isInside = target instanceof Element && target.closest('.toolbox') !== null
      if (adds.test(key) && !isInside) setHeld(true)
    }
    const up = ({ key }: KeyboardEvent) => adds.test(key) && setHeld(false)
    const release = () => setHeld(false)
    // A key that was pressed before the toolbar appeared.
    const move = ({ ctrlKey, shiftKey, metaKey }: PointerEvent) =>
      setHeld(ctrlKey || shiftKey || metaKey)
    addEventListener('pointermove', move)
    addEventListener('keydown', down)
    addEventListener('keyup', up)
    addEventListener('blur', release)
    return () => {
      removeEventListener('pointermove', move)
      removeEventListener('keydown', down)
      removeEventListener('keyup', up)
      removeEventListener('blur', release)
    }
  }, [])
  return held
}
