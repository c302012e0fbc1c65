// For hosts with a litegraph of their own: puts the nodes in, and runs, loads and saves graphs with them.
import type { LGraph, LGraphNode, LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import type { Declaration, Op } from '../engine/plan/op.ts'
import { declarationOf } from '../engine/plan/op.ts'
import type { BackendReport, Event } from '../engine/protocol.ts'
import type { Client, Finished } from './client.ts'
import { createClient } from './client.ts'
import type { ConnectOptions } from './connect.ts'
import { connect } from './connect.ts'
import { advanceSeeds, fileOf, graphOf, showEvent, showWorkflow, textOfRun } from './litegraph/graph.ts'
import type { Hooks } from './litegraph/node.ts'
import { registerNodes } from './litegraph/register.ts'
import { parseWorkflow, stringifyWorkflow, withWorkflow } from './workflow.ts'
import { withSubgraphs } from './workflow/blocks.ts'

export interface HostOptions extends Hooks, Omit<ConnectOptions, 'nodes'> {
  /** Nodes of your own, beside those of the package: with `engine: 'page'`, or with a `worker` that serves them too. */
  nodes?: readonly Op[]
  /** Put before the type of every node, for a host that has nodes of the same names. */
  prefix?: string
}

export interface GraphRunOptions {
  /** A node to run to, by itself or its id; all outputs and observers otherwise. */
  target?: LGraphNode | number | string
  /** Pause before the first iteration. */
  paused?: boolean
  /** Everything that happens in this run; nodes already show it. Pictures that were made hold the workflow. */
  onEvent?: (event: Event) => void
}

export interface Host extends Pick<Client, 'pause' | 'resume' | 'step' | 'stop'> {
  /** Which backend computes, and why. The engine is started by this or by the first run. */
  ready(): Promise<BackendReport>
  /** Runs the graph. Resolves when the run has ended, with its faults if it had any. */
  run(graph: object, options?: GraphRunOptions): Promise<Finished>
  /**
   * Shows a workflow in the graph, read safely. Returns what was changed or left out while reading.
   * @throws WorkflowError; the graph is then as it was
   */
  load(graph: object, text: string): string[]
  /** The workflow as text; the same graph always gives the same text. */
  save(graph: object): string
  /** Everything else the engine can do. */
  client(): Client
  /** Takes the nodes out again and ends the engine. */
  unregister(): void
}

/**
 * Registers the nodes with your LiteGraph and returns what runs graphs of them. Graphs are objects of your
 * litegraph's `LGraph`. tfjs is loaded by the engine, not by this.
 */
export function registerWith(lite: object, pack: readonly Declaration[], options: HostOptions = {}): Host {
  const { nodes: own = [], prefix = '', engine, worker, assets, backend, ...hooks } = options
  if (own.length > 0 && engine !== 'page' && worker === undefined && assets?.worker === undefined) {
    throw new Error(
      "The package's worker does not have your nodes. Pass engine: 'page', or a worker of your own that calls serve([...nodes, ...yours]).",
    )
  }
  const declarations = [...pack, ...own.map(declarationOf)]
  const known = new Map(declarations.map((declaration) => [declaration.type, declaration]))
  const registrations = [registerNodes(lite as LiteGraphStatic, declarations, { prefix, ...hooks })]
  let client: Client | undefined
  const engineClient = () => (client ??= createClient(connect({ engine, nodes: own, worker, assets, backend } as ConnectOptions)))
  return {
    ready: () => engineClient().ready,
    run(host, { target, paused, onEvent } = {}) {
      const graph = host as LGraph
      advanceSeeds(graph)
      const text = textOfRun(graph, undefined, known)
      return engineClient().run(graphOf(graph, known), {
        ...(target !== undefined && { targets: [String(typeof target === 'object' ? target.id : target)] }),
        ...(paused && { paused }),
        onEvent(event) {
          showEvent(graph, event)
          onEvent?.(event.type === 'file' ? { ...event, file: withWorkflow(event.file, text) } : event)
        },
      })
    },
    pause: () => client?.pause(),
    resume: () => client?.resume(),
    step: () => client?.step(),
    stop: () => client?.stop(),
    load(graph, text) {
      const { workflow, notices } = parseWorkflow(text, declarations)
      const subgraphs = [...withSubgraphs(workflow, known).values()].filter(({ type }) => !known.has(type))
      registrations.push(registerNodes(lite as LiteGraphStatic, subgraphs, { prefix, ...hooks }))
      showWorkflow(lite as LiteGraphStatic, graph as LGraph, workflow, { prefix })
      return notices
    },
    save: (graph) => stringifyWorkflow(fileOf(graph as LGraph)),
    client: engineClient,
    unregister() {
      for (const registration of registrations) registration.unregister()
      client?.close()
      client = undefined
    },
  }
}
