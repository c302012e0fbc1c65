// Sources of pictures for the viewer: current and previous views of nodes, and other views.
import type { View } from '../../engine/base/view.ts'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import { withLook } from '../../painters/plotLook.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import { texts } from '../texts/texts.ts'
import type { PictureView } from './scene.ts'

export interface PictureSource {
  key: string
  title: string
  /**
   * Returns the current view, or undefined if there is none. Called after every drawing of the
   * canvas, so the picture may change while the viewer is open.
   */
  view(): PictureView | undefined
  /** Node that shares the position in a film. */
  node?: DiffusionNode
  /**
   * Returns the workflow to embed in a saved PNG, or undefined if unknown. Default: the workflow of
   * the canvas.
   */
  workflow?(): string | undefined
}

/** Content of the open viewer. */
export interface ViewerRequest {
  sources(): readonly PictureSource[]
  /** Keys of the source to show, and of the one to compare it with. */
  show: string
  against?: string
}

const isPictureView = (view: View | undefined): view is PictureView =>
  view?.kind === 'images' || view?.kind === 'film' || view?.kind === 'scatter'

const nodePictures = ({ diffusion: { view, plot } }: DiffusionNode) => {
  if (!isPictureView(view)) return undefined
  return view.kind === 'scatter' ? withLook(view, plot) : view
}

export const canEnlarge = (node: LGraphNode): node is DiffusionNode =>
  isDiffusionNode(node) && nodePictures(node) !== undefined

/** Returns for each node with pictures: its view, each of its grids, and its previous view. */
export const pictureSources = (nodes: readonly LGraphNode[]): PictureSource[] =>
  nodes.filter(canEnlarge).flatMap(nodeSources)

function nodeSources(node: DiffusionNode): PictureSource[] {
  const title = node.getTitle()
  const key = String(node.id)
  const all: PictureSource[] = [{ key, title, node, view: () => nodePictures(node) }]
  const { view, before } = node.diffusion
  if (view?.kind === 'images' && view.groups.length > 1) {
    view.groups.forEach(({ name }, i) =>
      all.push({
        key: `${key} ${i}`,
        title: texts.viewer.part(title, name),
        view() {
          const { view } = node.diffusion
          const group = view?.kind === 'images' ? view.groups[i] : undefined
          return view?.kind === 'images' && group ? { ...view, groups: [group] } : undefined
        },
      }),
    )
  }
  if (isPictureView(before))
    all.push({
      key: `${key} before`,
      title: texts.viewer.before(title),
      view: () => before,
      workflow: () => undefined,
    })
  return all
}
