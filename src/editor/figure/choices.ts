// What a figure shows: the params and views that its author chose, or a default selection.
//
// Default views: the three largest views of the top level that run.
//
// Default params: up to six of the top level, those with the most points. 4 points if a note or the
// description names them (as in “Set steps to”, in backticks, or with an underscore), 3 for
// sliders, 2 for lengths of loops and samplers and for choices of data, 1 if the value is not the
// default. Params with fewer than 2 points are left out; seeds and texts have points only by a note,
// and params of nodes that write files have none.
import { splitValue, valueId } from '../../engine/base/ids.ts'
import { getOwn } from '../../engine/base/records.ts'
import { hasEffect, type ByType, type Declaration, type Param } from '../../engine/plan/op.ts'
import type { ChartLook } from '../../engine/base/view.ts'
import { getControl } from '../../workflow/controlSpec.ts'
import type { AppChoices } from '../../workflow/appChoices.ts'
import { FORMAT, type FileNode, type WorkflowFile } from '../../workflow/file.ts'
import type { Json } from '../../workflow/json.ts'
import { sameJson } from '../../workflow/json.ts'
import { nodeActivities } from '../../workflow/planGraph.ts'
import { ownTypes } from '../graph/declarations.ts'
import { listNodes, type LocatedNode } from '../graph/nodePaths.ts'
import { findZoneNodes } from './zone.ts'

/** A param in the form of a figure. */
export interface FigureParam {
  /** `id.param`, with the full id of its node. */
  key: string
  node: string
  name: string
  /** Title of its node. */
  title: string
  declaration: Declaration
  param: Param
  value: Json
}

/** A view of a figure. */
export interface FigureView {
  /** Full id of its node. */
  id: string
  title: string
  size: readonly [width: number, height: number]
  look?: ChartLook
}

export interface FigureItems {
  params: readonly FigureParam[]
  views: readonly FigureView[]
}

/** Numbers of default params and views. */
const most = { params: 6, views: 3 }

/**
 * Returns the items of a figure, in the order of the choice, or else of their places on the canvas.
 * `zone` limits them to a loop, by the title or id of its Start.
 */
export function findItems(
  file: WorkflowFile,
  zone?: string,
  declared: ByType = ownTypes,
): FigureItems {
  const inZone = zone === undefined ? undefined : findZoneNodes(file, zone, declared)
  const activity = nodeActivities(file, declared)
  const nodes = listNodes(file, declared).filter(
    ({ id }) => activity(id) === 'runs' && (!inZone || inZone.has(id.split(':')[0])),
  )
  const chosen = file.extra.diffusion?.app ?? {}
  const params = nodes.flatMap(nodeParams)
  const views = nodes.flatMap(nodeViews)
  return {
    params:
      pick(params, chosen.params, ({ key }) => key, zone) ?? defaultParams(params, nodes, file),
    views: pick(views, chosen.views, ({ id }) => id, zone) ?? defaultViews(views, nodes),
  }
}

/**
 * Returns the items at the chosen places. Undefined without a choice, and for a loop without any of
 * the chosen places.
 */
function pick<T>(
  items: readonly T[],
  places: readonly string[] | undefined,
  key: (item: T) => string,
  zone: string | undefined,
) {
  const byKey = new Map(items.map((item) => [key(item), item]))
  const picked = places?.flatMap((place) => byKey.get(place) ?? [])
  return zone !== undefined && places?.length && !picked?.length ? undefined : picked
}

/** All params of a workflow that forms have fields for. */
export const allParams = (file: WorkflowFile, declared: ByType = ownTypes): FigureParam[] =>
  listNodes(file, declared).flatMap(nodeParams)

/** The params of a node that a form can show. */
export function nodeParams({ id, node, declaration, title }: LocatedNode): FigureParam[] {
  if (!declaration || declaration.role === 'note') return []
  const valueOf = (name: string): Json =>
    getOwn(node.properties, name) ?? ((declaration.params[name]?.default ?? null) as Json)
  return Object.entries(declaration.params)
    .filter(
      ([name, param]) =>
        getControl(param) !== undefined &&
        hasEffect(declaration.params, name, valueOf) &&
        !isWired(node, name) &&
        !(param.unless !== undefined && isWired(node, param.unless)),
    )
    .map(([name, param]) => ({
      key: valueId({ node: id, slot: name }),
      node: id,
      name,
      title,
      declaration,
      param,
      value: valueOf(name),
    }))
}

const isWired = ({ inputs }: FileNode, name: string): boolean =>
  inputs.some((slot) => (slot.widget?.name ?? slot.name) === name && slot.link !== null)

/** The view of a node, if it has one. */
export const nodeViews = ({ id, node, declaration, title }: LocatedNode): FigureView[] =>
  declaration?.role === 'observer' || declaration?.room
    ? [{ id, title, size: node.size, ...(node.flags.chart && { look: node.flags.chart }) }]
    : []

// ---- default selection

function defaultViews(views: readonly FigureView[], nodes: readonly LocatedNode[]): FigureView[] {
  const observers = new Set(
    nodes
      .filter(({ id, declaration }) => isTop(id) && declaration?.role === 'observer')
      .map(({ id }) => id),
  )
  const area = ({ size: [width, height] }: FigureView) => width * height
  const largest = views
    .filter(({ id }) => observers.has(id))
    .sort((a, b) => area(b) - area(a))
    .slice(0, most.views)
  return sortByPlace(largest, nodes, ({ id }) => id)
}

function defaultParams(
  params: readonly FigureParam[],
  nodes: readonly LocatedNode[],
  file: WorkflowFile,
): FigureParam[] {
  const notes = noteTexts(nodes, file)
  const best = params
    .filter(({ node }) => isTop(node))
    .map((param) => ({ param, points: rateParam(param, notes) }))
    .filter(({ points }) => points >= 2)
    .sort((a, b) => b.points - a.points)
    .slice(0, most.params)
    .map(({ param }) => param)
  return sortByPlace(best, nodes, ({ node }) => node)
}

const isTop = (id: string) => !id.includes(':')

/** Lengths of loops and samplers. */
const lengths: ReadonlySet<string> = new Set(['steps', 'times', 'num_inference_steps'])

function rateParam({ name, declaration, param, value }: FigureParam, notes: string): number {
  if (declaration.category === 'files') return 0
  const named = isNamed(name, notes) ? 4 : 0
  if (param.kind === 'seed' || param.kind === 'text') return named
  const slides = param.kind === 'number' && param.slider && !param.advanced ? 3 : 0
  const isLength = lengths.has(name) && !param.advanced ? 2 : 0
  const isData = param.kind === 'choice' && declaration.category === 'data' ? 2 : 0
  const isChanged = !param.advanced && !sameJson(value, param.default as Json) ? 1 : 0
  return named + slides + isLength + isData + isChanged
}

/** Most names are also words of any text: they count only after a verb, or as code. */
function isNamed(name: string, notes: string): boolean {
  const own = escapeName(name)
  if (name.includes('_')) return new RegExp(`(?<![\\w.])${own}(?!\\w)`).test(notes)
  const verbs = '(?:set|change|raise|lower|increase|decrease|vary|try)'
  return new RegExp(`\`${own}\`|\\b${verbs}\\s+(?:the\\s+)?${own}(?!\\w)`, 'i').test(notes)
}

const escapeName = (name: string) => name.replaceAll(/[^\w]/g, '\\$&')

const noteTexts = (nodes: readonly LocatedNode[], file: WorkflowFile): string =>
  [
    file.extra.diffusion?.about ?? '',
    ...nodes
      .filter(({ declaration }) => declaration?.role === 'note')
      .map(({ node }) => String(node.properties.text ?? '')),
  ].join('\n')

/** Sorts by columns of the canvas, then from top to bottom. */
function sortByPlace<T>(
  items: readonly T[],
  nodes: readonly LocatedNode[],
  node: (item: T) => string,
): T[] {
  const places = new Map(
    nodes.map(({ id, node: { pos } }, i) => [id, [pos[0], pos[1], i] as const]),
  )
  const place = (item: T) => places.get(node(item)) ?? [0, 0, 0]
  return [...items].sort((a, b) => {
    const [p, q] = [place(a), place(b)]
    return p[0] - q[0] || p[1] - q[1] || p[2] - q[2]
  })
}

// ---- changes of the choice

type ChoiceKind = keyof AppChoices

/** True if the figure shows a param (`id.param`) or a view (the id of its node). */
export function isShown(file: WorkflowFile, kind: ChoiceKind, place: string): boolean {
  return shownPlaces(file, kind).includes(place)
}

/** Returns the file with a param or a view shown, or hidden if it was shown. */
export function toggleShown(file: WorkflowFile, kind: ChoiceKind, place: string): WorkflowFile {
  const before = shownPlaces(file, kind)
  const after = before.includes(place)
    ? before.filter((each) => each !== place)
    : [...before, place]
  return withChoices(file, { ...file.extra.diffusion?.app, [kind]: after })
}

/** Returns the file with the default selection. */
export const withDefaultItems = (file: WorkflowFile): WorkflowFile => withChoices(file, undefined)

/** The places of the items that are shown now, chosen or by default. */
function shownPlaces(file: WorkflowFile, kind: ChoiceKind): string[] {
  const { params, views } = findItems(file)
  return kind === 'params' ? params.map(({ key }) => key) : views.map(({ id }) => id)
}

function withChoices(file: WorkflowFile, app: AppChoices | undefined): WorkflowFile {
  const { app: _, ...about } = file.extra.diffusion ?? { format: FORMAT }
  const diffusion = { ...about, format: FORMAT, ...(app && { app }) }
  return { ...file, extra: { ...file.extra, diffusion } }
}

/** Splits the key of a param. */
export const splitKey = (key: string): { node: string; name: string } => {
  const { node, slot } = splitValue(key)
  return { node, name: slot }
}
