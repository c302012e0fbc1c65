// Moves nodes aside that placed nodes cover. The move is animated, and part of the same undo step.
import type { LGraph, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { isReroute } from '../../litegraph/reroute.ts'
import type { NodeId } from '../../workflow/index.ts'
import { makeRoom } from '../graph/room.ts'
import { settings } from '../storage/settings.ts'
import type { Point } from '../ui/geometry.ts'
import { reducedMotion } from '../ui/motion.ts'

/** Duration of the move in milliseconds. */
const DURATION = 140

/** What may begin another edit ends the animation. */
const ends = ['keydown', 'pointerdown'] as const

interface Move {
  node: LGraphNode
  from: Point
  to: Point
}

interface RoomCanvas {
  readonly graph: LGraph
  setDirty(front: boolean, behind?: boolean): void
}

export class RoomMaker {
  /** Completes the current animation. */
  private complete: (() => void) | undefined

  constructor(private readonly canvas: RoomCanvas) {}

  /** Makes room for nodes. Calls `done` when all nodes are in their places. */
  make(ids: Iterable<NodeId>, done: () => void) {
    this.finish()
    const placed = new Set(ids)
    const moves = settings.value.room && placed.size > 0 ? this.findMoves(placed) : []
    if (moves.length === 0) return done()
    if (!reducedMotion.matches) return this.animate(moves, done)
    this.place(moves, 1)
    done()
  }

  /** Ends an animation at once, because something else begins. */
  finish() {
    this.complete?.()
  }

  private findMoves(ids: ReadonlySet<NodeId>): Move[] {
    const nodes = this.canvas.graph._nodes.filter((node) => !isReroute(node))
    const positions = makeRoom(nodes.map(toRoomBox), ids)
    return nodes.flatMap((node): Move[] => {
      const to = positions.get(node.id)
      return to ? [{ node, from: [node.pos[0], node.pos[1]], to: [...to] }] : []
    })
  }

  private animate(moves: readonly Move[], done: () => void) {
    const begun = performance.now()
    const complete = () => {
      this.complete = undefined
      clearTimeout(timer)
      for (const event of ends) removeEventListener(event, complete, true)
      this.place(moves, 1)
      done()
    }
    // A hidden page gets no frames.
    const timer = setTimeout(complete, DURATION + 60)
    for (const event of ends) addEventListener(event, complete, true)
    this.complete = complete
    const step = () => {
      if (this.complete !== complete) return
      const part = (performance.now() - begun) / DURATION
      if (part >= 1) return complete()
      this.place(moves, 1 - (1 - part) ** 3)
      requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  }

  private place(moves: readonly Move[], part: number) {
    for (const { node, from, to } of moves)
      node.pos = [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part]
    this.canvas.setDirty(true, true)
  }
}

const toRoomBox = ({ id, pos, size, flags, _collapsed_width }: LGraphNode) => ({
  id,
  pos: [pos[0], pos[1]] as const,
  size: flags.collapsed
    ? ([_collapsed_width ?? size[0], 0] as const)
    : ([size[0], size[1]] as const),
  ...(flags.pinned && { pinned: true }),
})
