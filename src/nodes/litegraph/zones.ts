// Loops as areas behind the nodes. Which nodes lie in a zone and where it is drawn follow from boxes and wires alone.
import type { LGraph, LGraphCanvas, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import type { Box } from '../views/canvas.ts'
import { FONTS } from '../views/canvas.ts'
import { LOOP } from '../workflow/slots.ts'
import type { DiffusionNode } from './node.ts'
import { isDiffusionNode } from './node.ts'
import { zoneColour } from './palette.ts'
import { isReroute } from './reroute.ts'
import { pairOf, sourcesOf } from './wires.ts'

/** A node as far as zones are concerned; `box` includes its title bar. */
export interface ZoneNode {
  id: string
  box: Box
  /** Ids of the nodes its inputs are wired to. */
  sources: readonly string[]
  /** Of a Start whose loop wire is in place. */
  loop?: { end: string; category: string; carries: Readonly<Record<string, string>> }
}

export interface Zone {
  start: string
  end: string
  /** Of the Start: decides the colour and the words. */
  category: string
  /** next inputs and the each outputs they become. */
  carries: Readonly<Record<string, string>>
  /** Nodes computed anew at every iteration, both ends left out. */
  body: string[]
  box: Box
  startBox: Box
  endBox: Box
  /** 0 outermost. */
  depth: number
}

export interface ZoneProgress {
  index: number
  count: number
  label?: string
}

const PAD = 22
const TOP = 30
const BOTTOM = 40

/**
 * The zones of a graph, outer ones first. The body is what depends on the Start's outputs; a zone whose End depends
 * on those of another (by its Start or by a node of its body) is drawn inside that one.
 */
export function zonesFrom(nodes: readonly ZoneNode[]): Zone[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const targets = new Map<string, string[]>()
  for (const node of nodes) for (const source of node.sources) targets.set(source, [...(targets.get(source) ?? []), node.id])
  const loops = nodes.flatMap((start) => {
    const end = start.loop && byId.get(start.loop.end)
    return end ? [{ start, end, body: bodyOf(start.id, end.id, targets) }] : []
  })
  const inside = (a: (typeof loops)[number], b: (typeof loops)[number]) => a !== b && b.body.has(a.end.id)
  const boxes = new Map<(typeof loops)[number], Box>()
  const boxOf = (loop: (typeof loops)[number], open: ReadonlySet<unknown> = new Set()): Box => {
    const known = boxes.get(loop)
    if (known) return known
    const within = new Set([...open, loop])
    const parts = [loop.start.box, loop.end.box, ...[...loop.body].map((id) => byId.get(id)!.box)]
    // Two zones that each claim the other are a fault; here it must only come to an end.
    for (const inner of loops) if (!within.has(inner) && inside(inner, loop)) parts.push(boxOf(inner, within))
    const box = around(parts)
    boxes.set(loop, box)
    return box
  }
  return loops
    .map((loop): Zone => ({
      start: loop.start.id,
      end: loop.end.id,
      category: loop.start.loop!.category,
      carries: loop.start.loop!.carries,
      body: [...loop.body],
      box: boxOf(loop),
      startBox: loop.start.box,
      endBox: loop.end.box,
      depth: loops.filter((outer) => inside(loop, outer)).length,
    }))
    .sort((a, b) => a.depth - b.depth)
}

/** What depends on the outputs of a Start, without going through its End. */
function bodyOf(start: string, end: string, targets: ReadonlyMap<string, string[]>): Set<string> {
  const body = new Set<string>()
  const queue = [...(targets.get(start) ?? [])]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (id === end || id === start || body.has(id)) continue
    body.add(id)
    queue.push(...(targets.get(id) ?? []))
  }
  return body
}

function around(all: readonly Box[]): Box {
  const boxes = all.filter(({ x }) => !Number.isNaN(x))
  const left = Math.min(...boxes.map(({ x }) => x)) - PAD
  const top = Math.min(...boxes.map(({ y }) => y)) - TOP
  const right = Math.max(...boxes.map(({ x, width }) => x + width)) + PAD
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + BOTTOM
  return { x: left, y: top, width: right - left, height: bottom - top }
}

// ---- drawing

export interface ZoneLook {
  /** Zoom: below half, words are left out. */
  scale?: number
  /** Behind words that cross a line; the colour of the canvas. */
  ground?: string
  /** By category of the Start. */
  colour?: (category: string) => string
  words?: () => ZoneWords
  /** What finds the zones of a graph, if others ask for them too. */
  zonesIn?: (graph: LGraph) => Zone[]
}

/** What is said on zones, in a language. */
export interface ZoneWords {
  /** By category of the Start. */
  each: Readonly<Record<string, string>>
  eachTime: string
  becomes(next: string, each: string): string
}

export const zonesInEnglish: ZoneWords = {
  each: { sampling: 'each step', training: 'each training step' },
  eachTime: 'each time',
  becomes: (next, each) => `${next} becomes ${each}`,
}

/** Draws zones in the coordinates of the graph, to be called before wires and nodes are drawn. */
export function drawZones(
  ctx: CanvasRenderingContext2D,
  zones: readonly Zone[],
  progress: (zone: Zone) => ZoneProgress | undefined = () => undefined,
  { scale = 1, ground = '#222', colour: colourOf = zoneColour, words = () => zonesInEnglish }: ZoneLook = {},
) {
  for (const zone of zones) {
    const colour = colourOf(zone.category)
    ctx.save()
    ctx.lineJoin = ctx.lineCap = 'round'
    drawArea(ctx, zone, colour)
    drawProgressLine(ctx, zone, colour, progress(zone))
    drawWayBack(ctx, zone, colour)
    if (scale >= 0.4) {
      drawTitle(ctx, zone, colour, progress(zone), words())
      drawCarried(ctx, zone, colour, ground, words())
    }
    ctx.restore()
  }
}

const RADIUS = 14

function drawArea(ctx: CanvasRenderingContext2D, { box }: Zone, colour: string) {
  ctx.beginPath()
  ctx.roundRect(box.x, box.y, box.width, box.height, RADIUS)
  ctx.globalAlpha = 0.09
  ctx.fillStyle = colour
  ctx.fill()
  ctx.globalAlpha = 0.45
  ctx.strokeStyle = colour
  ctx.lineWidth = 1.5
  ctx.stroke()
  ctx.globalAlpha = 1
}

/** Along the upper edge, from left to right, as far as the loop has come. */
function drawProgressLine(ctx: CanvasRenderingContext2D, { box }: Zone, colour: string, progress: ZoneProgress | undefined) {
  if (!progress?.count) return
  const share = Math.min(1, progress.index / progress.count)
  if (share <= 0) return
  ctx.beginPath()
  ctx.moveTo(box.x + RADIUS, box.y)
  ctx.lineTo(box.x + RADIUS + (box.width - 2 * RADIUS) * share, box.y)
  ctx.strokeStyle = colour
  ctx.lineWidth = 4
  ctx.stroke()
}

/** "each step", and while it runs "each step   t = 412 · 38/50" */
export function zoneTitle({ category }: Zone, progress?: ZoneProgress, words = zonesInEnglish): string {
  const title = words.each[category] ?? words.eachTime
  if (!progress) return title
  return [title, [progress.label, `${progress.index}/${progress.count}`].filter(Boolean).join(' · ')].join('   ')
}

function drawTitle(
  ctx: CanvasRenderingContext2D,
  zone: Zone,
  colour: string,
  progress: ZoneProgress | undefined,
  words: ZoneWords,
) {
  ctx.font = `13px ${FONTS}`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  ctx.fillStyle = colour
  ctx.fillText(zoneTitle(zone, progress, words), zone.box.x + 14, zone.box.y + 20)
}

/** Height of the way back in a zone. */
const wayBackY = ({ box }: Zone) => box.y + box.height - 18

/** From under the End, along the lower edge, up to the Start: what comes out of an iteration goes into the next. */
function drawWayBack(ctx: CanvasRenderingContext2D, zone: Zone, colour: string) {
  const { startBox, endBox } = zone
  const y = wayBackY(zone)
  const [from, to] = [endBox.x + endBox.width / 2, startBox.x + startBox.width / 2]
  const [fromY, toY] = [endBox.y + endBox.height, startBox.y + startBox.height]
  const side = Math.sign(to - from) || -1
  const r = Math.max(0, Math.min(14, Math.abs(to - from) / 2, y - fromY, y - toY))
  ctx.strokeStyle = ctx.fillStyle = colour
  ctx.lineWidth = 2.5
  ctx.globalAlpha = 0.75
  ctx.beginPath()
  ctx.moveTo(from, fromY)
  ctx.lineTo(from, y - r)
  ctx.quadraticCurveTo(from, y, from + side * r, y)
  ctx.lineTo(to - side * r, y)
  ctx.quadraticCurveTo(to, y, to, y - r)
  ctx.lineTo(to, toY + 9)
  ctx.stroke()
  ctx.globalAlpha = 1
  ctx.beginPath()
  ctx.moveTo(to, toY + 2)
  ctx.lineTo(to - 6.5, toY + 13)
  ctx.lineTo(to + 6.5, toY + 13)
  ctx.fill()
  // Arrow heads on the way, as long as it is.
  const way = Math.abs(to - from)
  for (const share of way > 700 ? [0.25, 0.75] : way > 260 ? [0.25] : []) {
    const x = from + (to - from) * share
    ctx.beginPath()
    ctx.moveTo(x - side * 5, y - 5)
    ctx.lineTo(x + side * 3, y)
    ctx.lineTo(x - side * 5, y + 5)
    ctx.lineWidth = 2
    ctx.stroke()
  }
}

/** What is carried, in words: an arrow between names would point against the way back. */
function drawCarried(ctx: CanvasRenderingContext2D, zone: Zone, colour: string, ground: string, words: ZoneWords) {
  const text = Object.entries(zone.carries)
    .map(([next, each]) => (next === each ? next : words.becomes(next, each)))
    .join(', ')
  const room = Math.abs(zone.endBox.x + zone.endBox.width / 2 - zone.startBox.x - zone.startBox.width / 2) - 60
  ctx.font = `12px ${FONTS}`
  const width = ctx.measureText(text).width + 18
  if (!text || width > room) return
  const x = (zone.endBox.x + zone.endBox.width / 2 + zone.startBox.x + zone.startBox.width / 2) / 2
  const y = wayBackY(zone)
  ctx.beginPath()
  ctx.roundRect(x - width / 2, y - 10, width, 20, 10)
  ctx.fillStyle = ground
  ctx.fill()
  ctx.strokeStyle = colour
  ctx.lineWidth = 1.2
  ctx.stroke()
  ctx.fillStyle = colour
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  ctx.fillText(text, x, y + 0.5)
}

// ---- on a litegraph canvas

/** Zones of what is on the canvas; `without` takes no room in its own. */
export function zonesOf(graph: LGraph, without?: LGraphNode): Zone[] {
  return zonesFrom(
    graph._nodes.map((node): ZoneNode => {
      const box = boxOfNode(node)
      return {
        id: String(node.id),
        ...(node === without ? { box: nowhere } : { box }),
        sources: sourcesOf(node).map(({ id }) => String(id)),
        ...(isDiffusionNode(node) && loopOf(node)),
      }
    }),
  )
}

const TITLE = 30

/** Is around nothing: least and greatest of it with others are those of the others. */
const nowhere: Box = { x: NaN, y: NaN, width: 0, height: 0 }

/** The room that a node takes, with its title. */
export function boxOfNode(node: LGraphNode): Box {
  const { pos, size, flags } = node
  if (isReroute(node)) return { x: pos[0], y: pos[1], width: size[0], height: size[1] }
  return {
    x: pos[0],
    y: pos[1] - TITLE,
    width: flags.collapsed ? 100 : size[0],
    height: flags.collapsed ? TITLE : size[1] + TITLE,
  }
}

function loopOf(node: DiffusionNode): Pick<ZoneNode, 'loop'> {
  const { declaration } = node.diffusion
  const end = declaration.role === 'start' ? pairOf(node) : undefined
  if (!end) return {}
  return { loop: { end: String(end.id), category: declaration.category, carries: carriedNow(node, declaration.loop!.carries) } }
}

/** Many-slots are carried as many as are there. */
function carriedNow(start: DiffusionNode, carries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(carries).flatMap(([next, each]) => {
      const many = start.diffusion.declaration.outputs[each]?.many
      if (!many) return [[next, each]]
      const count = start.outputs.filter(({ name }) => name !== LOOP && name.startsWith(`${each}_`)).length
      return Array.from({ length: count }, (_, i) => [`${next}_${i + 1}`, `${each}_${i + 1}`])
    }),
  )
}

/** The zones of a graph that is drawn again and again: found anew only when a box or a wire is another. */
export function rememberZones(): (graph: LGraph) => Zone[] {
  let [before, now]: [number[], number[]] = [[], []]
  let of: LGraph | undefined
  let zones: Zone[] = []
  return (graph) => {
    now.length = 0
    now.push(graph._version)
    for (const { pos, size, flags, inputs, outputs } of graph._nodes) {
      now.push(pos[0], pos[1], size[0], size[1], flags.collapsed ? 1 : 0, outputs?.length ?? 0)
      for (const { link } of inputs ?? []) now.push(Number(link ?? -1))
    }
    if (graph === of && now.length === before.length && now.every((value, i) => value === before[i])) return zones
    ;[before, now] = [now, before]
    of = graph
    zones = zonesOf(graph)
    return zones
  }
}

/** Where the progress of a zone is told: the line along its upper edge, and the words under it. */
export const headOf = ({ box: { x, y, width } }: Zone): Box => ({ x, y: y - 3, width, height: 30 })

/** Room for what is drawn over the edge of a box. */
const OVER = 10

const overlaps = ({ x, y, width, height }: Box, [left, top, across, down]: ArrayLike<number> & Iterable<number>) =>
  x - OVER < left! + across! && x + width + OVER > left! && y - OVER < top! + down! && y + height + OVER > top!

/** Draws zones behind the nodes of a canvas from now on, over what it drew there before. Returns its own undo. */
export function installZones(canvas: LGraphCanvas, look: ZoneLook = {}): () => void {
  const before = canvas.onDrawBackground
  const zonesNow = look.zonesIn ?? rememberZones()
  const draw = (ctx: CanvasRenderingContext2D, area: Float32Array) => {
    before?.call(canvas, ctx, area)
    const { graph } = canvas
    if (!graph) return
    const progress = ({ start }: Zone) => {
      const node = graph.getNodeById(start)
      if (!node || !isDiffusionNode(node)) return undefined
      const { state, progress } = node.diffusion
      return state === 'running' || state === 'done' ? progress : undefined
    }
    const seen = zonesNow(graph).filter(({ box }) => overlaps(box, area))
    drawZones(ctx, seen, progress, { scale: canvas.ds.scale, ...look })
  }
  canvas.onDrawBackground = draw
  canvas.setDirty(true, true)
  return () => {
    if (canvas.onDrawBackground === draw) canvas.onDrawBackground = before
    canvas.setDirty(true, true)
  }
}
