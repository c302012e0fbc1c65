// Inputs of runs from the workflow on the canvas: graph, text, seeds, and copies for the queue.
import { isInside } from '../../engine/base/ids.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import { toRepeatableFile } from '../../litegraph/graph.ts'
import { sourcePastReroutes } from '../../litegraph/reroute.ts'
import { advanceSeeds, withAdvancedSeeds } from '../../litegraph/seeds.ts'
import { stringifyWorkflow } from '../../workflow/index.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { Stage } from '../canvas/stage.ts'
import { ownTypes } from '../graph/declarations.ts'
import { graphKey } from '../../workflow/graphKey.ts'
import { formatPath } from '../graph/nodePaths.ts'
import { texts } from '../texts/texts.ts'
import { showToast } from '../ui/state.ts'
import type { Snapshot } from '../workspace/document.ts'
import { workflowId, workflowName } from '../workspace/state.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { QueuedRun } from './queue.ts'

/** Options of a run in the queue. */
export interface EnqueueOptions
  extends
    Pick<QueuedRun, 'name' | 'sweep' | 'internal' | 'onEvent' | 'onEnd'>,
    Partial<Pick<QueuedRun, 'workflow'>> {
  /** Text of the workflow. Default: that of the open one. */
  text?: string
}

/** Node that a run is limited to, by its full id. */
export interface RunTarget {
  id: string
  /** Title of the node, with the path of titles to it. */
  title: string
}

export interface RunSource {
  /** Sets the workflow state that the other functions use. */
  setState(state: Snapshot): void
  /** Sets the state to the current workflow, including edits that are not committed yet. */
  capture(): void
  graph(): Graph
  /** Returns the workflow as text, with the seeds of the run. */
  text(): string
  /** Returns true if the graph on the canvas produces the same results as a run. */
  isOpen(run: QueuedRun): boolean
  /** Copies all inputs of a run, so that later edits do not affect it. */
  snapshot(graph: Graph, options: EnqueueOptions): QueuedRun
  /**
   * Advances the seeds whose control requests it, also in subgraphs that are not on the canvas. The
   * state must be that of the canvas.
   */
  advanceSeeds(): void
  /** Returns a node as a target. If it does not run, shows a message and returns undefined. */
  target(node: LGraphNode): RunTarget | undefined
}

type SourceStage = Pick<Stage, 'graph' | 'subgraph' | 'load' | 'fullId' | 'nodeTitles'>

export function createRunSource(
  stage: SourceStage,
  workspace: Pick<Workspace, 'amend' | 'capture' | 'present'>,
): RunSource {
  let lastId = 0
  let state = workspace.present
  const setState = (next: Snapshot) => void (state = next)
  const graph = () => state.flat.graph
  const text = () => {
    const file = toRepeatableFile(state.file, ownTypes, workflowName.value)
    return file === state.file ? state.text : stringifyWorkflow(file)
  }
  return {
    setState,
    capture: () => setState(workspace.capture()),
    graph,
    text,
    isOpen: ({ key }) => graphKey(graph()) === key,
    snapshot: (snapshotGraph, options) => ({
      id: ++lastId,
      workflow: { id: workflowId.value, name: workflowName.value },
      graph: snapshotGraph,
      key: graphKey(snapshotGraph),
      ...options,
      text: options.text ?? text(),
    }),
    advanceSeeds() {
      const { file } = state
      const changed = file.subgraphs && withAdvancedSeeds(file, ownTypes, stage.subgraph()?.id)
      if (changed) stage.load(changed)
      if (advanceSeeds(stage.graph) || changed) workspace.amend()
      setState(workspace.present)
    },
    target(node) {
      // Reroutes do not run, so the target is the node that feeds the reroute.
      const source = sourcePastReroutes({ node, slot: 0 })?.node ?? node
      const id = stage.fullId(source.id)
      const activity = state.flat.activity(id)
      if (activity && activity !== 'runs') {
        showToast(texts.status.quiet[activity](source.getTitle()))
        return undefined
      }
      return { id, title: formatPath(stage.nodeTitles(id) ?? [id]) }
    },
  }
}

/** Returns the nodes to run for a target: the node itself, or all nodes inside its subgraph. */
export const targetNodes = ({ nodes }: Graph, id: string): string[] =>
  nodes.some((node) => node.id === id)
    ? [id]
    : nodes.map((node) => node.id).filter((node) => isInside(node, id))
