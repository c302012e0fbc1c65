// Drives the editor in Chromium, for scripts, benchmarks and tests: contents of the canvas, page
// positions, dropped files.
import type { Page } from 'playwright-core'
import type { EditorCanvas } from '../src/editor/canvas/canvas.ts'
import type { DiffusionNode } from '../src/litegraph/diffusionNode.ts'

/** litegraph's canvas, which is a property of its element. */
export type Canvas = {
  graph: { _nodes: DiffusionNode[] } & NonNullable<EditorCanvas['graph']>
} & EditorCanvas

export interface Place {
  x: number
  y: number
}

const CANVAS = "document.querySelector('canvas.canvas').data"

/**
 * Evaluates a function of the canvas in the page. It is sent as text and sees only its arguments.
 */
export const onCanvas = <T, G = undefined>(
  page: Page,
  ask: (canvas: Canvas, given: G) => T,
  given?: G,
): Promise<Awaited<T>> => page.evaluate(`(${ask})(${CANVAS}, ${JSON.stringify(given)})`)

/** Evaluates a function of the first node with a title. Throws if there is none. */
export const onNode = <T, G = undefined>(
  page: Page,
  title: string,
  ask: (node: DiffusionNode, given: G) => T,
  given?: G,
): Promise<Awaited<T>> =>
  page.evaluate(
    `(${ask})(${CANVAS}.graph._nodes.find((each) => each.getTitle() === ${JSON.stringify(title)}), ${JSON.stringify(given)})`,
  )

/**
 * Page position of a point on a node, by default on its title; the offset is in graph pixels from
 * the upper left corner. Waits until the view has settled: opening fits the graph over several
 * frames.
 */
export const locateNode = (
  page: Page,
  title: string,
  from: readonly [number, number] = [60, -15],
): Promise<Place> =>
  onCanvas(
    page,
    async ({ graph, ds }, [title, from]) => {
      const now = () => {
        const { pos } = graph._nodes.find((node) => node.getTitle() === title)!
        return {
          x: (pos[0] + from[0] + ds.offset[0]) * ds.scale,
          y: (pos[1] + from[1] + ds.offset[1]) * ds.scale,
        }
      }
      for (let at = now(), still = 0; ; at = now()) {
        await new Promise(requestAnimationFrame)
        still = now().x === at.x && now().y === at.y ? still + 1 : 0
        if (still === 2) return at
      }
    },
    [title, from] as const,
  )

/** Page position inside a node, as fractions of its width and height. */
export async function placeIn(
  page: Page,
  title: string,
  [across, down]: readonly [number, number],
): Promise<Place> {
  const [width, height] = await onNode(page, title, ({ size }) => [size[0], size[1]] as const)
  return locateNode(page, title, [width * across, height * down])
}

/** Drops a file on the page, away from all nodes. */
export const dropFile = (page: Page, name: string, content: string | Uint8Array) =>
  page.evaluate(
    ([name, content]) => {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))
      const data = new DataTransfer()
      data.items.add(new File([bytes], name))
      for (const type of ['dragover', 'drop'])
        document.body.dispatchEvent(
          new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }),
        )
    },
    [name, Buffer.from(content).toString('base64')] as const,
  )

/** Waits for a paint: hit testing uses what was painted. */
export const painted = (page: Page) =>
  page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  )
