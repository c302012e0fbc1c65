// Library entry for hosts: the nodes for your own litegraph, and a client for the engine. Only the
// engine loads tfjs.
import declarations from 'virtual:declarations'
import type { Host, HostOptions } from './nodes/host/register.ts'
import { registerWith } from './nodes/host/register.ts'

/**
 * Registers the nodes with your LiteGraph.
 *
 *     import { LiteGraph } from 'litegraph.js'
 *     const diffusion = register(LiteGraph)
 *     diffusion.load(graph, await (await fetch('points.json')).text())
 *     await diffusion.run(graph)
 */
export const register = (lite: object, options?: HostOptions): Host =>
  registerWith(lite, declarations, options)

/** All nodes as data: slots, params, texts. */
export { declarations }

export * from './nodes/define.ts'
export { createClient } from './nodes/host/client.ts'
export type { Client, ClientRun, Finished, RunEvent, RunOptions } from './nodes/host/clientTypes.ts'
export { connect } from './nodes/host/connect.ts'
export type { AssetPaths, ConnectOptions } from './nodes/host/connect.ts'
export { scrubByTouch } from './nodes/litegraph/scrub.ts'
export { installZones } from './nodes/litegraph/canvasZones.ts'
export type { GraphRunOptions, Host, HostOptions } from './nodes/host/register.ts'
export { darkTheme, lightTheme, paintView } from './nodes/painters/paint.ts'
export {
  createWorkflow,
  parseWorkflow,
  stringifyWorkflow,
  toGraph,
  WorkflowError,
} from './nodes/workflow.ts'
export type { WorkflowFile } from './nodes/workflow.ts'
export { GraphError, NodeError } from './engine/base/fault.ts'
export type { Fault } from './engine/base/fault.ts'
export type { Graph, GraphNode, Wire } from './engine/plan/graph.ts'
export type { Declaration, Op } from './engine/plan/op.ts'
export type { BackendName, BackendReport, EnginePort, Event, Request } from './engine/protocol.ts'
export type { Inspection, View } from './engine/plan/view.ts'
