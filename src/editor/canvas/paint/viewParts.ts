// Paints changed views in parts over several frames. The view of a training can contain thousands
// of points, and painting it at once would take longer than a frame.
import { createBitmap } from './painting.ts'
import { recordCommands, type Command } from './recording.ts'

export interface ViewPainting {
  width: number
  height: number
  /** Device pixels per unit of the view. */
  zoom: number
  paint: (ctx: CanvasRenderingContext2D) => void
  /** Called with the complete bitmap. */
  done: (bitmap: OffscreenCanvas) => void
}

interface Begun {
  bitmap: OffscreenCanvas
  ctx: CanvasRenderingContext2D
  commands: readonly Command[]
  /** Number of commands that have run. */
  ran: number
}

/** Number of commands between two looks at the clock. */
const PART = 600

const waiting = new Map<object, ViewPainting>()
let begun: { of: object; painting: ViewPainting; state: Begun } | undefined

/** Paints the view of a node soon. A view that waits already is replaced. */
export function paintSoon(node: object, painting: ViewPainting) {
  waiting.set(node, painting)
}

/** Returns true if a part of the node's view is painted. */
export const isBegun = (node: object): boolean => begun?.of === node

/** Forgets the view of a node that waits or is being painted. */
export function cancelPainting(node: object) {
  waiting.delete(node)
  if (begun?.of === node) begun = undefined
}

/** Returns true if {@link paintParts} has something to do. */
export const hasWaitingViews = (): boolean => begun !== undefined || waiting.size > 0

/**
 * Paints for about `budget` milliseconds, at least a part of a view if one waits. Returns the nodes
 * whose views are complete.
 */
export function paintParts<Node extends object>(budget: number): Node[] {
  const complete: Node[] = []
  const end = performance.now() + budget
  do {
    const done = begun ? continuePainting(begun) : beginNext()
    if (done) complete.push(done as Node)
  } while (hasWaitingViews() && performance.now() < end)
  return complete
}

function beginNext(): undefined {
  const [next] = waiting
  if (!next) return
  const [of, painting] = next
  waiting.delete(of)
  begun = { of, painting, state: begin(painting) }
}

/** Runs the next part of a view. Returns its node if the view is complete. */
function continuePainting({ of, painting, state }: NonNullable<typeof begun>): object | undefined {
  runPart(state)
  if (state.ran < state.commands.length) return undefined
  begun = undefined
  painting.done(state.bitmap)
  return of
}

/** Records the commands of a view, which takes a small part of the time of running them. */
function begin({ width, height, zoom, paint }: ViewPainting): Begun {
  const { bitmap, ctx } = createBitmap(width, height)
  const probe = createBitmap(1, 1).ctx
  ctx.scale(zoom, zoom)
  probe.scale(zoom, zoom)
  return { bitmap, ctx, commands: recordCommands(probe, paint), ran: 0 }
}

function runPart(state: Begun) {
  const { bitmap, ctx, commands } = state
  const to = Math.min(commands.length, state.ran + PART)
  for (; state.ran < to; state.ran++) commands[state.ran](ctx)
  // Browsers run the commands of a canvas when its pixels are copied. Without a copy, the last part
  // would take the time of all.
  void createImageBitmap(bitmap, 0, 0, 1, 1).then((copy) => copy.close())
}
