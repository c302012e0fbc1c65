// Shapes of features at outputs on the canvas, as far as they are known without a run.
import { valueId } from '../../engine/base/ids.ts'
import type { Client } from '../../hosts/worker/clientTypes.ts'
import type { Stage } from '../canvas/stage.ts'
import { ownTypes } from '../graph/declarations.ts'
import { debounce } from '../ui/debounce.ts'
import type { Snapshot } from '../workspace/document.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** Delay after the last edit, in milliseconds. */
const DELAY = 200

/** Finds the shapes again after each edit. */
export function followShapes(
  { findShapes }: Pick<Client, 'findShapes'>,
  stage: Pick<Stage, 'setShapes'>,
  workspace: Pick<Workspace, 'subscribe'>,
) {
  let shown: Snapshot | undefined
  const find = async (state: Snapshot) => {
    const { graph, resolve } = state.flat
    const hasLayers = graph.nodes.some(({ op }) => ownTypes.get(op)?.category === 'layers')
    // A broken engine is reported by the runner.
    const found = hasLayers ? await findShapes(graph).catch(() => []) : []
    if (state !== shown) return
    const texts = new Map(found.map(({ output, shape }) => [valueId(output), shape.join(' × ')]))
    stage.setShapes((output) => {
      const source = resolve(output)
      return source && texts.get(valueId(source))
    })
  }
  const edited = debounce(DELAY, () => void (shown && find(shown)))
  workspace.subscribe(({ kind, after }) => {
    if (kind === 'preview') return
    shown = after
    // Nodes of another workflow may have the same ids.
    if (kind === 'open' || kind === 'show') stage.setShapes(() => undefined)
    edited.call()
  })
}
