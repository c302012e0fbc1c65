// The library for hosts: nodes for a litegraph of your own, and what runs them. Loads no tfjs; the engine does.
import declarations from 'virtual:declarations'
import type { Host, HostOptions } from './nodes/register.ts'
import { registerWith } from './nodes/register.ts'

/**
 * Registers the nodes with your LiteGraph.
 *
 *     import { LiteGraph } from 'litegraph.js'
 *     const diffusion = register(LiteGraph)
 *     diffusion.load(graph, await (await fetch('points.json')).text())
 *     await diffusion.run(graph)
 */
export const register = (lite: object, options?: HostOptions): Host => registerWith(lite, declarations, options)

/** All nodes as data: slots, params, texts. */
export { declarations }

export * from './nodes/define.ts'
export { createClient } from './nodes/client.ts'
export type { Client, Finished, RunOptions } from './nodes/client.ts'
export { connect } from './nodes/connect.ts'
export type { AssetPaths, ConnectOptions } from './nodes/connect.ts'
export { scrubByTouch } from './nodes/litegraph/scrub.ts'
export { installZones } from './nodes/litegraph/zones.ts'
export type { GraphRunOptions, Host, HostOptions } from './nodes/register.ts'
export { darkTheme, lightTheme, paintView } from './nodes/views/paint.ts'
export { parseWorkflow, stringifyWorkflow, toGraph, WorkflowError } from './nodes/workflow.ts'
export type { WorkflowFile } from './nodes/workflow.ts'
export { GraphError, NodeError } from './engine/plan/fault.ts'
export type { Fault } from './engine/plan/fault.ts'
export type { Graph, GraphNode, Wire } from './engine/plan/graph.ts'
export type { Declaration, Op } from './engine/plan/op.ts'
export type { BackendName, BackendReport, EnginePort, Event, Request } from './engine/protocol.ts'
export type { Glance, View } from './engine/plan/view.ts'
