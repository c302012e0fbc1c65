// Library entry for hosts: the nodes for your own litegraph, and a client for the engine. Only the
// engine loads tfjs.
import declarations from 'virtual:declarations'
import { createFigureWith, type Figure, type FigureOptions } from './hosts/figure/createFigure.ts'
import type { FigureEngine } from './hosts/figure/engine.ts'
import { createWidgetWith, type Widget } from './hosts/figure/widget.ts'
import type { FigureSource } from './hosts/figure/workflow.ts'
import type { Host, HostOptions } from './hosts/worker/register.ts'
import { registerWith } from './hosts/worker/register.ts'

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

/**
 * Creates an element that shows and runs a workflow, without litegraph.
 *
 *     const figure = createFigure(await (await fetch('points.json')).text(), { autorun: true })
 *     document.body.append(figure)
 */
export const createFigure = (source: FigureSource, options?: FigureOptions): Figure =>
  createFigureWith(declarations, source, options)

/** Creates an anywidget, with the address of the package's worker or an embedded engine. */
export const createWidget = (engine?: FigureEngine): Widget =>
  createWidgetWith(declarations, engine)

/** All nodes as data: slots, params, texts. */
export { declarations }

export * from './nodes/define.ts'
export * from './nodes/define/formerNames.ts'
export { createClient } from './hosts/worker/client.ts'
export type {
  Client,
  ClientRun,
  Finished,
  RunEvent,
  RunOptions,
} from './hosts/worker/clientTypes.ts'
export { connect } from './hosts/worker/connect.ts'
export type { AssetPaths, ConnectOptions } from './hosts/worker/connect.ts'
export { scrubByTouch } from './litegraph/scrub.ts'
export { installZones } from './litegraph/canvasZones.ts'
export type {
  Figure,
  FigureOptions,
  FigureProgress,
  FigureValue,
} from './hosts/figure/createFigure.ts'
export type { EmbeddedEngine, FigureEngine } from './hosts/figure/engine.ts'
export type { Widget, WidgetModel, WidgetProps } from './hosts/figure/widget.ts'
export type { FigureSource } from './hosts/figure/workflow.ts'
export type { GraphRunOptions, Host, HostOptions } from './hosts/worker/register.ts'
export { darkTheme, lightTheme, paintView } from './painters/paint.ts'
export {
  createWorkflow,
  parseWorkflow,
  stringifyWorkflow,
  toGraph,
  WorkflowError,
} from './workflow/index.ts'
export type { WorkflowFile } from './workflow/index.ts'
export { GraphError, NodeError } from './engine/messages/fault.ts'
export type { Fault } from './engine/messages/fault.ts'
export type { Graph, GraphNode, Wire } from './engine/plan/graph.ts'
export type { Declaration, Op } from './engine/plan/op.ts'
export type { BackendName, BackendReport, EnginePort, Event, Request } from './engine/protocol.ts'
export type { Inspection, View } from './engine/base/view.ts'
