// What the viewer can be opened with: what nodes show, what they showed before the last run, and whatever else is a view.
import type { View } from '../../engine/plan/view.ts'
import type { DiffusionNode } from '../../nodes/litegraph/node.ts'
import { isDiffusionNode } from '../../nodes/litegraph/node.ts'
import type { LGraphNode } from '../canvas.ts'
import { texts } from '../texts.ts'
import type { Shown } from './scene.ts'

export interface Source {
  /** Names it among the others. */
  key: string
  title: string
  /** Asked again whenever the canvas was drawn, so what is shown may change while it is open. Undefined: nothing, or no more. */
  view(): Shown | undefined
  /** Of what can be gone through in time, the node with which it shares its place there. */
  node?: DiffusionNode
  /** What goes into a PNG that is saved of it: the workflow it came of; undefined if that is not known. By default that of the canvas. */
  workflow?(): string | undefined
}

/** What is open in the viewer. Set it to open; see viewer.tsx. */
export interface ViewerOf {
  sources(): readonly Source[]
  /** Keys of sources. */
  show: string
  against?: string
}

const isShown = (view: View | undefined): view is Shown =>
  view?.kind === 'images' || view?.kind === 'film' || view?.kind === 'scatter'

const shownBy = ({ diffusion: { view } }: DiffusionNode) => (isShown(view) ? view : undefined)

export const canEnlarge = (node: LGraphNode): node is DiffusionNode => isDiffusionNode(node) && shownBy(node) !== undefined

/** Of each node that shows pictures: all it shows, each of its grids, and what it showed before the last run. */
export const sourcesOf = (nodes: readonly LGraphNode[]): Source[] => nodes.filter(canEnlarge).flatMap(sourcesOfNode)

function sourcesOfNode(node: DiffusionNode): Source[] {
  const title = node.getTitle()
  const key = String(node.id)
  const all: Source[] = [{ key, title, node, view: () => shownBy(node) }]
  const { view, before } = node.diffusion
  if (view?.kind === 'images' && view.groups.length > 1) {
    view.groups.forEach(({ name }, i) =>
      all.push({
        key: `${key} ${i}`,
        title: texts.viewer.part(title, name),
        view() {
          const now = node.diffusion.view
          const group = now?.kind === 'images' ? now.groups[i] : undefined
          return now?.kind === 'images' && group ? { ...now, groups: [group] } : undefined
        },
      }),
    )
  }
  if (isShown(before))
    all.push({ key: `${key} before`, title: texts.viewer.before(title), view: () => before, workflow: () => undefined })
  return all
}
