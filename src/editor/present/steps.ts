// Steps of a presentation: zones and nodes in the order of the wires, in parts whose text is readable
// from a distance. Pure functions of boxes and wires.
import type { Zone } from '../../litegraph/zones.ts'
import type { Box } from '../../painters/frame.ts'

export interface PlannedNode {
  id: string
  title: string
  /** Area with the title bar. */
  box: Box
  /** Ids of the nodes wired to its inputs. */
  sources: readonly string[]
  /** Views are observers, which are shown large. */
  kind: 'node' | 'view' | 'note'
  /** True if its title stays in the title bar when nodes show only their titles. */
  titleInBar: boolean
}

export type PlannedZone = Pick<Zone, 'start' | 'end' | 'body' | 'box' | 'depth'>

export interface Step {
  /** Identifies the step after a change of the graph. */
  key: string
  kind: 'graph' | 'zone' | 'nodes' | 'view'
  /** Ids of the focused nodes; none for the entire graph. */
  ids: readonly string[]
  /** Part of the graph that is shown. */
  box: Box
  /** True if the part is so large that only titles are readable. */
  titlesOnly: boolean
  /** Id of the Start of the zone that it belongs to. */
  zone?: string
  /** Its place among the parts of a zone, from 1. */
  part?: { index: number; count: number }
  /** Ids of the notes about it. */
  notes: readonly string[]
}

export interface StepRoom {
  /** Size of the free part of the screen, in CSS pixels. */
  width: number
  height: number
  /** Scale from which on all texts of nodes are readable. */
  scale: number
  /** Height of readable text, in CSS pixels. */
  text: number
}

/** Nodes that are shown together: a zone, or nodes outside of all zones. */
interface Section {
  zone?: PlannedZone
  nodes: PlannedNode[]
}

/** Returns the steps: the entire graph, then its sections along the wires. */
export function planPresentation(
  all: readonly PlannedNode[],
  zones: readonly PlannedZone[],
  room: StepRoom,
): Step[] {
  const nodes = all.filter(({ kind }) => kind !== 'note')
  if (nodes.length === 0) return []
  const sections = findSections(nodes, zones)
  const notes = assignNotes(
    all.filter(({ kind }) => kind === 'note'),
    nodes,
  )
  const graph: Step = {
    key: 'graph',
    kind: 'graph',
    ids: [],
    box: unionBox(all.map(({ box }) => box)),
    titlesOnly: false,
    notes: [],
  }
  return [graph, ...sections.flatMap((section) => sectionSteps(section, notes, room))]
}

// ---- sections

/** Splits the nodes into sections in the order of the wires; of several next ones, the leftmost. */
function findSections(nodes: readonly PlannedNode[], zones: readonly PlannedZone[]): Section[] {
  const zoneOf = findZoneMembers(zones)
  const units = new Map<string, Section>()
  const unitOf = (id: string) => zoneOf.get(id)?.start ?? id
  for (const node of nodes) {
    const zone = zoneOf.get(node.id)
    const unit = units.get(unitOf(node.id)) ?? { nodes: [], ...(zone && { zone }) }
    unit.nodes.push(node)
    units.set(unitOf(node.id), unit)
  }
  const sections: Section[] = []
  for (const unit of orderSections(units, unitOf)) {
    const last = sections.at(-1)
    if (unit.zone || !last || last.zone) sections.push(unit)
    else last.nodes.push(...unit.nodes)
  }
  return sections
}

/** The outermost zone of each node. */
function findZoneMembers(zones: readonly PlannedZone[]): Map<string, PlannedZone> {
  const zoneOf = new Map<string, PlannedZone>()
  const outermost = zones.filter(({ depth }) => depth === 0)
  for (const zone of outermost)
    for (const id of [zone.start, zone.end, ...zone.body]) if (!zoneOf.has(id)) zoneOf.set(id, zone)
  return zoneOf
}

/** Orders units after those that they depend on; of several next ones, the leftmost comes first. */
function orderSections(
  units: ReadonlyMap<string, Section>,
  unitOf: (id: string) => string,
): Section[] {
  let waiting = [...units].map(([id, unit]) => ({
    id,
    unit,
    box: unionBox(unit.nodes.map(({ box }) => box)),
    sources: new Set(unit.nodes.flatMap(({ sources }) => sources.map(unitOf))),
  }))
  for (const { id, sources } of waiting) sources.delete(id)
  const ordered: Section[] = []
  while (waiting.length) {
    const ids = new Set(waiting.map(({ id }) => id))
    const ready = waiting.filter(({ sources }) => ![...sources].some((source) => ids.has(source)))
    // In a graph with a cycle none is ready.
    const candidates = ready.length ? ready : waiting
    const next = candidates.reduce((first, each) =>
      compareBoxes(each.box, first.box) < 0 ? each : first,
    )
    ordered.push(next.unit)
    waiting = waiting.filter((each) => each !== next)
  }
  return ordered
}

const compareBoxes = (a: Box, b: Box) => a.x - b.x || a.y - b.y

// ---- notes

type NotesByNode = ReadonlyMap<string, readonly string[]>

/** Assigns each note to the node next to it. */
function assignNotes(notes: readonly PlannedNode[], nodes: readonly PlannedNode[]): NotesByNode {
  const byNode = new Map<string, string[]>()
  for (const note of [...notes].sort((a, b) => compareBoxes(a.box, b.box))) {
    const nearest = nodes.reduce((best, node) =>
      boxDistance(node.box, note.box) < boxDistance(best.box, note.box) ? node : best,
    )
    byNode.set(nearest.id, [...(byNode.get(nearest.id) ?? []), note.id])
  }
  return byNode
}

function boxDistance(a: Box, b: Box): number {
  const across = Math.max(0, b.x - a.x - a.width, a.x - b.x - b.width)
  const down = Math.max(0, b.y - a.y - a.height, a.y - b.y - b.height)
  return Math.hypot(across, down)
}

/** Notes of the nodes, or of their section if they have none. */
function findNotes(nodes: readonly PlannedNode[], section: Section, notes: NotesByNode): string[] {
  const of = (some: readonly PlannedNode[]) => some.flatMap(({ id }) => notes.get(id) ?? [])
  const own = of(nodes)
  return own.length ? own : of(section.nodes)
}

// ---- steps of a section

function sectionSteps(section: Section, notes: NotesByNode, room: StepRoom): Step[] {
  const views = section.nodes.filter(({ kind }) => kind === 'view')
  const others = section.nodes.filter(({ kind }) => kind === 'node')
  return [
    ...(section.zone ? zoneSteps(section, section.zone, others, notes, room) : []),
    ...(section.zone ? [] : partSteps(section, others, notes, room)),
    ...sortNodes(views).map((view): Step => ({
      key: `view ${view.id}`,
      kind: 'view',
      ids: [view.id],
      box: view.box,
      titlesOnly: false,
      ...zoneId(section),
      notes: findNotes([view], section, notes),
    })),
  ]
}

const zoneId = ({ zone }: Section) => (zone ? { zone: zone.start } : {})

/** A zone with all texts if they are readable, otherwise with its titles, and then in parts. */
function zoneSteps(
  section: Section,
  zone: PlannedZone,
  nodes: readonly PlannedNode[],
  notes: NotesByNode,
  room: StepRoom,
): Step[] {
  const scale = fitScale(zone.box, room)
  const isReadable = scale >= room.scale
  const entire: Step = {
    key: `zone ${zone.start}`,
    kind: 'zone',
    ids: section.nodes.map(({ id }) => id),
    box: zone.box,
    titlesOnly: !isReadable,
    zone: zone.start,
    notes: section.nodes.flatMap(({ id }) => notes.get(id) ?? []),
  }
  if (isReadable) return [entire]
  const parts = partSteps(section, nodes, notes, room)
  const hasTitles = section.nodes.every((node) => titleHeight(node, scale) >= room.text)
  return hasTitles ? [entire, ...parts] : parts
}

/** Nodes together, as many as fit with readable texts. */
function partSteps(
  section: Section,
  nodes: readonly PlannedNode[],
  notes: NotesByNode,
  room: StepRoom,
): Step[] {
  const parts = splitIntoParts(sortNodes(nodes), room)
  return parts.map((part, i): Step => ({
    key: `nodes ${part.map(({ id }) => id).join()}`,
    kind: 'nodes',
    ids: part.map(({ id }) => id),
    box: unionBox(part.map(({ box }) => box)),
    titlesOnly: false,
    ...zoneId(section),
    ...(parts.length > 1 && { part: { index: i + 1, count: parts.length } }),
    notes: findNotes(part, section, notes),
  }))
}

/** Columns from left to right, each from top to bottom. */
const sortNodes = (nodes: readonly PlannedNode[]) =>
  [...nodes].sort((a, b) => compareBoxes(a.box, b.box))

/** Puts nodes into parts in order: each joins the first part in which all texts stay readable. */
function splitIntoParts(nodes: readonly PlannedNode[], room: StepRoom): PlannedNode[][] {
  const parts: PlannedNode[][] = []
  for (const node of nodes) {
    const part = parts.at(-1) ?? []
    const box = unionBox([...part, node].map((each) => each.box))
    if (part.length && fitScale(box, room) >= room.scale) part.push(node)
    else parts.push([node])
  }
  return parts
}

/** Space around the shown part, in CSS pixels. */
export const STEP_MARGIN = 20

const fitScale = ({ width, height }: Box, room: StepRoom): number =>
  Math.min((room.width - 2 * STEP_MARGIN) / width, (room.height - 2 * STEP_MARGIN) / height)

// ---- boxes and titles

export function unionBox(boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map(({ x }) => x))
  const top = Math.min(...boxes.map(({ y }) => y))
  const right = Math.max(...boxes.map(({ x, width }) => x + width))
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height))
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** Width of a letter and height of a line, as shares of the height of the text. */
const [LETTER, LINE] = [0.62, 1.1]
/** Height of the title in a title bar, in units of the graph. */
const BAR_TEXT = 26

/** Height to which the title of a node can grow on its own, in CSS pixels, at a scale. */
function titleHeight({ title, box, titleInBar }: PlannedNode, scale: number): number {
  if (titleInBar) return BAR_TEXT * scale
  const words = title.split(' ')
  const room = box.width - 16
  const tall = box.height - 10
  const longest = Math.max(...words.map((word) => word.length))
  const oneLine = Math.min(room / (LETTER * title.length), tall)
  const oneEach = Math.min(room / (LETTER * longest), tall / (LINE * words.length))
  return Math.max(oneLine, oneEach) * scale
}
