// State mark in a title bar: one shape per state, so that states differ without colour.
import type { DiffusionNode, NodeState, NodeStatus } from './diffusionNode.ts'
import { stateColours } from './palette.ts'

type MarkPainter = (
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  progress: NodeStatus['progress'],
) => void

const RADIUS = 6

const painters: { [S in NodeState]: MarkPainter } = {
  idle(ctx, x, y) {
    addArc(ctx, x, y, 4)
    ctx.fill()
  },
  running(ctx, x, y, progress) {
    const share = progress?.count ? progress.index / progress.count : 0.25
    ctx.globalAlpha = 0.35
    addArc(ctx, x, y, RADIUS)
    ctx.stroke()
    ctx.globalAlpha = 1
    addArc(ctx, x, y, RADIUS, share)
    ctx.stroke()
  },
  done: paintTick,
  cached(ctx, x, y) {
    ctx.globalAlpha = 0.4
    addArc(ctx, x, y, RADIUS + 0.5)
    ctx.stroke()
    ctx.globalAlpha = 1
    paintTick(ctx, x, y)
  },
  fault(ctx, x, y) {
    ctx.beginPath()
    ctx.moveTo(x, y - 7)
    ctx.lineTo(x + 7, y + 5.5)
    ctx.lineTo(x - 7, y + 5.5)
    ctx.closePath()
    ctx.fill()
    ctx.fillStyle = '#1b1d1f'
    ctx.fillRect(x - 0.9, y - 3, 1.8, 4.4)
    ctx.fillRect(x - 0.9, y + 2.6, 1.8, 1.8)
  },
}

export function drawStateMark(
  { diffusion: { state, progress } }: DiffusionNode,
  ctx: CanvasRenderingContext2D,
  height: number,
) {
  ctx.save()
  ctx.strokeStyle = ctx.fillStyle = stateColours[state]
  ctx.lineWidth = 1.8
  ctx.lineCap = ctx.lineJoin = 'round'
  painters[state](ctx, height / 2, -height / 2, progress)
  ctx.restore()
}

/** Begins a path with a circle, or with a share of it clockwise from the top. */
function addArc(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  share?: number,
) {
  ctx.beginPath()
  if (share === undefined) ctx.arc(x, y, radius, 0, 2 * Math.PI)
  else ctx.arc(x, y, radius, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * Math.min(1, share))
}

function paintTick(ctx: CanvasRenderingContext2D, x: number, y: number) {
  ctx.beginPath()
  ctx.moveTo(x - 3.5, y)
  ctx.lineTo(x - 0.8, y + 3)
  ctx.lineTo(x + 4, y - 3.5)
  ctx.stroke()
}
