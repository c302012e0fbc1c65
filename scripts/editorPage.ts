// The editor in a Chromium, for scripts, benchmarks and tests that drive it: what is on its canvas, where that is on the page, and
// files that are dropped there.
import type { Page } from 'playwright-core'
import type { EditorCanvas } from '../src/editor/canvas.ts'
import type { DiffusionNode } from '../src/nodes/litegraph/node.ts'

/** litegraph's canvas, which hangs itself on its element; the nodes of tests are ours. */
export type Canvas = { graph: { _nodes: DiffusionNode[] } & NonNullable<EditorCanvas['graph']> } & EditorCanvas

export interface Place {
  x: number
  y: number
}

const CANVAS = "document.querySelector('canvas.canvas').data"

/** Something of the canvas. What asks goes to the page as text: it sees what it is given, and nothing else. */
export const onCanvas = <T, G = undefined>(page: Page, ask: (canvas: Canvas, given: G) => T, given?: G): Promise<Awaited<T>> =>
  page.evaluate(`(${ask})(${CANVAS}, ${JSON.stringify(given)})`)

/** The same of the first node of a title, which has to be there. */
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
 * On the page: a place of a node, in pixels of the graph from its upper left corner; unless said, on its title. It is where it
 * stays: what was opened is fitted to the page in the frames that follow.
 */
export const placeOf = (page: Page, title: string, from: readonly [number, number] = [60, -15]): Promise<Place> =>
  onCanvas(
    page,
    async ({ graph, ds }, [title, from]) => {
      const now = () => {
        const { pos } = graph._nodes.find((node) => node.getTitle() === title)!
        return { x: (pos[0]! + from[0] + ds.offset[0]) * ds.scale, y: (pos[1]! + from[1] + ds.offset[1]) * ds.scale }
      }
      for (let at = now(), still = 0; ; at = now()) {
        await new Promise(requestAnimationFrame)
        still = now().x === at.x && now().y === at.y ? still + 1 : 0
        if (still === 2) return at
      }
    },
    [title, from] as const,
  )

/** On the page: a place inside of a node, as shares of its width and height. */
export async function placeIn(page: Page, title: string, [across, down]: readonly [number, number]): Promise<Place> {
  const [width, height] = await onNode(page, title, ({ size }) => [size[0]!, size[1]!] as const)
  return placeOf(page, title, [width * across, height * down])
}

/** Drops a file on the page, beside all nodes. */
export const dropFile = (page: Page, name: string, content: string | Uint8Array) =>
  page.evaluate(
    ([name, content]) => {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))
      const data = new DataTransfer()
      data.items.add(new File([bytes], name))
      for (const type of ['dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }))
    },
    [name, Buffer.from(content).toString('base64')] as const,
  )

/** Once the page has been painted: what is under the pointer is only known of what was. */
export const painted = (page: Page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
