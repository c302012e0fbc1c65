// Registers the nodes with the litegraph of a host, and runs, loads and saves its graphs.
import type { LGraph, LGraphNode, LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import type { ModelDefinition } from '../../engine/models/kinds/defined/definition.ts'
import type { ByType, Declaration, Op } from '../../engine/plan/op.ts'
import { toDeclaration } from '../../engine/plan/op.ts'
import type { BackendReport, Event } from '../../engine/protocol.ts'
import { createClient } from './client.ts'
import type { Client, Finished } from './clientTypes.ts'
import type { ConnectOptions } from './connect.ts'
import { connect } from './connect.ts'
import { graphsInside } from '../../litegraph/comfy.ts'
import { keepDefinitions } from '../../litegraph/definitions.ts'
import { drawBody } from '../../litegraph/drawBody.ts'
import { advanceSeeds } from '../../litegraph/seeds.ts'
import { toWorkflowFile, toPlanGraph, showWorkflow, graphRunText } from '../../litegraph/graph.ts'
import { showEvent } from '../../litegraph/runEvents.ts'
import type { NodeHooks } from '../../litegraph/nodeSetup.ts'
import { registerNodes, type RegisterOptions } from '../../litegraph/register.ts'
import { parseWorkflow, stringifyWorkflow, withWorkflow } from '../../workflow/index.ts'

export interface HostOptions extends NodeHooks, Omit<ConnectOptions, 'nodes' | 'models'> {
  /**
   * Your nodes, in addition to those of the package. They need `engine: 'page'`, or a `worker` that
   * serves them too.
   */
  nodes?: readonly Op[]
  /**
   * Your kinds of models, from `defineModel`. They need `engine: 'page'`, or a `worker` that serves
   * them too.
   */
  models?: readonly ModelDefinition[]
  /** Prefix of every node type, for hosts that have nodes with the same names. */
  prefix?: string
}

export interface GraphRunOptions {
  /** Node to run to, as an object or an id. Default: all outputs and observers. */
  target?: LGraphNode | number | string
  /** Pause after the first iteration. */
  paused?: boolean
  /**
   * Receives every event of this run, after the nodes have shown it. Image files contain the
   * workflow.
   */
  onEvent?: (event: Event) => void
}

export interface Host extends Pick<Client, 'pause' | 'resume' | 'step' | 'stop'> {
  /**
   * Resolves to the selected backend and the reason for the choice. Starts the engine if it is not
   * running, as the first run does.
   */
  ready(): Promise<BackendReport>
  /** Runs the graph. Resolves with the faults when the run has ended. */
  run(graph: object, options?: GraphRunOptions): Promise<Finished>
  /**
   * Loads a workflow into the graph. Returns messages about parts that were changed or omitted.
   * @throws WorkflowError; the graph is then unchanged
   */
  load(graph: object, text: string): string[]
  /** Returns the workflow as text. The same graph always results in the same text. */
  save(graph: object): string
  /** Returns the client of the engine, for all other requests. */
  client(): Client
  /** Unregisters the nodes and ends the engine. */
  unregister(): void
}

/**
 * Registers the nodes with your LiteGraph and returns an object that runs its graphs. Graphs are
 * instances of your litegraph's `LGraph`. The engine loads tfjs; this function does not.
 */
export function registerWith(
  lite: object,
  pack: readonly Declaration[],
  options: HostOptions = {},
): Host {
  const {
    nodes: own = [],
    models,
    prefix = '',
    engine,
    worker,
    assets,
    backend,
    ...hooks
  } = options
  assertServed(options)
  const declarations = [...pack, ...own.map(toDeclaration)]
  const byType = new Map(declarations.map((declaration) => [declaration.type, declaration]))
  const register = (nodes: readonly Declaration[], as: RegisterOptions = { prefix }) =>
    registerNodes(lite as LiteGraphStatic, nodes, { drawBody, ...hooks, ...as })
  const registrations = [register(declarations)]
  const releaseGraphs = keepDefinitions(lite as LiteGraphStatic, byType, (subgraphs) =>
    // The type of a subgraph is its id in both litegraphs.
    registrations.push(register(subgraphs, { prefix: '', isSubgraph: true })),
  )
  let client: Client | undefined
  const engineClient = () =>
    (client ??= createClient(
      connect({ engine, nodes: own, models, worker, assets, backend } as ConnectOptions),
    ))
  return {
    ready: () => engineClient().ready,
    run: (graph, runOptions) => runGraph(engineClient(), rootOf(graph), byType, runOptions),
    pause: () => client?.pause(),
    resume: () => client?.resume(),
    step: () => client?.step(),
    stop: () => client?.stop(),
    load(graph, text) {
      const { workflow, notices } = parseWorkflow(text, declarations)
      showWorkflow(lite as LiteGraphStatic, rootOf(graph), workflow, { prefix, inHost: true })
      return notices
    },
    save: (graph) => stringifyWorkflow(toWorkflowFile(rootOf(graph), byType)),
    client: engineClient,
    unregister() {
      releaseGraphs()
      for (const registration of registrations) registration.unregister()
      client?.close()
      client = undefined
    },
  }
}

/** The graph of a workflow. Canvases of @comfyorg/litegraph may show one of its subgraphs. */
const rootOf = (graph: object): LGraph => (graph as LGraph).rootGraph ?? (graph as LGraph)

function assertServed({ nodes = [], models = [], engine, worker, assets }: HostOptions) {
  if (engine === 'page' || worker !== undefined || assets?.worker !== undefined) return
  if (nodes.length > 0)
    throw new Error(
      "The package's worker does not have your nodes. Pass engine: 'page', or a worker of your own that calls serve([...nodes, ...yours]).",
    )
  if (models.length > 0)
    throw new Error(
      "The package's worker does not know your models. Pass engine: 'page', or a worker of your own that calls serve(nodes, self, { models }).",
    )
}

function runGraph(
  client: Client,
  graph: LGraph,
  byType: ByType,
  { target, paused, onEvent }: GraphRunOptions = {},
): Promise<Finished> {
  advanceSeeds(graph)
  const text = graphRunText(graph, undefined, byType)
  const shownGraphs = graphsInside(graph)
  return client.run(toPlanGraph(graph, byType), {
    ...(target !== undefined && {
      targets: [String(typeof target === 'object' ? target.id : target)],
    }),
    ...(paused && { paused }),
    onEvent(event) {
      for (const { graph: shown, within } of shownGraphs) showEvent(shown, event, within)
      onEvent?.(event.type === 'file' ? { ...event, file: withWorkflow(event.file, text) } : event)
    },
  })
}
