// The way into the viewer: what opens it, and the place on the page where it comes once it is fetched.
import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Editor } from '../editor.ts'
import type { LGraphNode } from '../canvas.ts'
import * as state from '../state.ts'
import { texts } from '../texts.ts'
import { canEnlarge, sourcesOf, type ViewerOf } from './sources.ts'

/** Opens what a node shows, compared with what another shows if one is given. Returns whether there is something to see. */
export function enlarge({ stage }: Editor, node: LGraphNode, other?: LGraphNode): boolean {
  if (!canEnlarge(node)) return false
  state.viewer.value = {
    sources: () => sourcesOf(stage.nodes()),
    show: String(node.id),
    ...(other && canEnlarge(other) && { against: String(other.id) }),
  }
  return true
}

/** What a selection can be compared with: two nodes that show pictures, or one with what it showed before the last run. */
export function comparable(nodes: readonly LGraphNode[]): boolean {
  const [one, other] = nodes
  if (!one || !canEnlarge(one) || nodes.length > 2) return false
  return other ? canEnlarge(other) : one.diffusion.before !== undefined
}

export function compare(editor: Editor, [one, other]: readonly LGraphNode[]) {
  if (!one || !enlarge(editor, one, other) || other) return
  state.viewer.value = { ...state.viewer.value!, against: `${one.id} before` }
}

type Fetched = FunctionComponent<{ open: ViewerOf }>

export function Viewer() {
  const open = state.viewer.value
  const [fetched, setFetched] = useState<{ OpenViewer: Fetched }>()
  useEffect(() => {
    if (!open || fetched) return
    import('./viewer.tsx').then(setFetched, () => {
      state.viewer.value = undefined
      state.say(texts.viewer.notHere, { error: true })
    })
  }, [open])
  return open && fetched ? <fetched.OpenViewer open={open} /> : null
}
