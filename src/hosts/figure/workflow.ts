// The workflow of a figure: its graph, its files, and the params that have a control.
import { getOwn } from '../../engine/base/records.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import { getControl, type ControlSpec } from '../../workflow/controlSpec.ts'
import { applySettings, findNode } from '../../workflow/settings.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import { isBundle, unpackBundle, type BundledFile } from '../../workflow/bundle.ts'
import { withSubgraphs } from '../../workflow/subgraphDeclarations.ts'
import { parseWorkflow, toGraph } from '../../workflow/index.ts'

/**
 * A workflow file: its text, its parsed JSON, or the bytes of the ZIP with its files that the
 * editor shares.
 */
export type FigureSource = string | object

/** A param with a control. */
export interface FigureControl {
  /** `Node.param`, as in `set`. */
  key: string
  about: string
  control: ControlSpec
  value: unknown
}

export interface FigureWorkflow {
  title: string
  graph: Graph
  files: readonly BundledFile[]
  known: ByType
  /** Params that the author chose in the editor's app mode, as `id.param`. */
  chosen: readonly string[]
}

/**
 * Reads a workflow.
 * @throws WorkflowError with the part that is wrong
 */
export function readFigure(
  source: FigureSource,
  declarations: readonly Declaration[],
): FigureWorkflow {
  const bytes = toBytes(source)
  const { workflow: text, files } = bytes
    ? isBundle(bytes)
      ? unpackBundle(bytes)
      : { workflow: new TextDecoder().decode(bytes), files: [] }
    : { workflow: typeof source === 'string' ? source : JSON.stringify(source), files: [] }
  const { workflow } = parseWorkflow(text, declarations)
  const about = workflow.extra.diffusion
  return {
    title: about?.title ?? '',
    graph: toGraph(workflow, declarations),
    files,
    known: withSubgraphs(workflow, new Map(declarations.map((each) => [each.type, each]))),
    chosen: about?.app?.params ?? [],
  }
}

function toBytes(source: FigureSource): Uint8Array | undefined {
  if (source instanceof ArrayBuffer) return new Uint8Array(source)
  if (!ArrayBuffer.isView(source)) return undefined
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
}

/**
 * Returns the graph with the values of `set`.
 * @throws SettingError that lists the valid names and values
 */
export const graphWith = (
  { graph, known }: FigureWorkflow,
  set: Readonly<Record<string, unknown>>,
): Graph => applySettings(graph, set, [...known.values()])

/**
 * Returns the controls for keys of the form `Node.param`, with the title or the id of the node.
 * Params of files and drawings have none.
 * @throws SettingError for a node that does not exist
 */
export function findControls(
  { graph, known }: FigureWorkflow,
  keys: readonly string[],
): FigureControl[] {
  const seen = new Set<string>()
  return keys.flatMap((key): FigureControl[] => {
    const dot = key.lastIndexOf('.')
    const node = findNode(graph, key.slice(0, Math.max(0, dot)), known)
    const name = key.slice(dot + 1)
    const place = `${node.id}.${name}`
    const param = getOwn(known.get(node.op)?.params ?? {}, name)
    const control = param && getControl(param)
    if (!control || seen.has(place)) return []
    seen.add(place)
    return [{ key, about: param.about, control, value: node.params[name] }]
  })
}

/** Returns the titles of the nodes that show something, by their ids; equal titles have the id. */
export function observerTitles({ graph, known }: FigureWorkflow): Map<string, string> {
  const observers = graph.nodes.filter(({ op }) => known.get(op)?.role === 'observer')
  const titles = observers.map((node) => nodeTitle(node, known))
  return new Map(
    observers.map(({ id }, i) => {
      const isRepeated = titles.filter((title) => title === titles[i]).length > 1
      return [id, isRepeated ? `${titles[i]} (${id})` : titles[i]]
    }),
  )
}
