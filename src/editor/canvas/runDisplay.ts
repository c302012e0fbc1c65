// Shows a run on the nodes of the canvas: events, faults, measures, and which nodes take part.
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import type { Fault } from '../../engine/messages/fault.ts'
import { innerId } from '../../engine/base/ids.ts'
import type { Wire } from '../../engine/plan/graph.ts'
import type { View } from '../../engine/base/view.ts'
import type { Event, Measure } from '../../engine/protocol.ts'
import { createZoneCache } from '../../litegraph/canvasZones.ts'
import { diffusionNodes } from '../../litegraph/diffusionNode.ts'
import { applyEvent } from '../../litegraph/runEvents.ts'
import { zoneHeader } from '../../litegraph/zoneDrawing.ts'
import type { NodeActivity } from '../../workflow/activity.ts'
import { nodeMeasure } from '../graph/nodeMeasures.ts'
import type { EditorCanvas } from './canvas.ts'
import { getStatusStore } from './statusStore.ts'
import type { Levels } from './openLevel.ts'

export interface RunDisplay {
  /**
   * Shows an event of the engine on its nodes, which may be in a graph that is not on the canvas.
   */
  showEvent(event: Event, graph?: LGraph): void
  /** Shows a view on a node; undefined removes the view of the node. */
  showView(node: string, view: View | undefined, graph?: LGraph): void
  /** Shows which nodes run and which do not, by full ids. */
  showActivity(activity: (id: string) => NodeActivity): void
  /** Resets the state of all nodes except their views. */
  forgetRun(): void
  /** Replaces the displayed faults. */
  setFaults(faults: readonly Fault[]): void
  /** Shows time and memory below the nodes. */
  setMeasures(measures: readonly Measure[]): void
  /** Shows shapes of features at outputs, by full ids of their nodes. */
  setShapes(shapeOf: (output: Wire) => string | undefined): void
  /** @param running true during a run, paused or not */
  setRunning(running: boolean): void
}

export function createRunDisplay(
  canvas: EditorCanvas,
  levels: Levels,
  current: () => LGraph,
): RunDisplay {
  const showEvent = createEventDisplay(canvas, levels, current)
  return {
    showEvent,
    showView(node, view, graph = current()) {
      if (view) return showEvent({ type: 'view', run: 0, node, view }, graph)
      getStatusStore(graph).forgetView(node)
      for (const shown of diffusionNodes(graph)) {
        if (innerId(levels.within(graph), shown.id) !== node) continue
        delete shown.diffusion.view
        if (graph === canvas.graph) canvas.repaintNode(shown)
      }
    },
    showActivity(activity) {
      for (const node of current()._nodes) node.part = activity(levels.fullId(node.id))
      canvas.setDirty(true)
    },
    forgetRun() {
      getStatusStore(current()).forgetRun()
      for (const { diffusion } of diffusionNodes(current())) {
        diffusion.state = 'idle'
        delete diffusion.next
        delete diffusion.progress
        delete diffusion.fault
        if (diffusion.view) diffusion.before = diffusion.view
      }
      canvas.setDirty(true, true)
    },
    setFaults(faults) {
      const event: Event = { type: 'faults', run: 0, faults: [...faults] }
      getStatusStore(current()).forgetFaults()
      getStatusStore(current()).updateFromEvent(event)
      for (const { diffusion } of diffusionNodes(current())) {
        if (diffusion.state !== 'fault') continue
        diffusion.state = 'idle'
        delete diffusion.fault
      }
      applyEvent(current(), event, levels.within())
      canvas.setDirty(true)
    },
    setShapes(shapeOf) {
      canvas.getShape = (node, output) =>
        shapeOf({ node: levels.fullId(node.id), slot: node.outputs[output].name })
      canvas.setDirty(true)
    },
    setMeasures: (measures) => showMeasures(canvas, levels, measures),
    setRunning(running) {
      canvas.running = running
      canvas.setDirty(true)
    },
  }
}

function createEventDisplay(
  canvas: EditorCanvas,
  levels: Levels,
  current: () => LGraph,
): RunDisplay['showEvent'] {
  const findZones = createZoneCache()
  return (event, graph = current()) => {
    getStatusStore(graph).updateFromEvent(event)
    const touched = applyEvent(graph, event, levels.within(graph))
    if (graph !== canvas.graph || !touched.length) return
    // Other events also highlight the wires of the next node.
    if (event.type !== 'view' && event.type !== 'progress') return canvas.setDirty(true, true)
    for (const node of touched) {
      if (event.type === 'view') {
        canvas.repaintView(node)
        continue
      }
      canvas.repaintNode(node)
      for (const zone of findZones(graph))
        if (zone.start === String(node.id)) canvas.repainting.repaint(zoneHeader(zone))
    }
  }
}

function showMeasures(canvas: EditorCanvas, levels: Levels, measures: readonly Measure[]) {
  const known = new Map<string, Measure | undefined>()
  canvas.getMeasure = (node) => {
    const id = levels.fullId(node.id)
    if (!known.has(id)) known.set(id, nodeMeasure(measures, id))
    return known.get(id)
  }
  canvas.measuredSeconds = measures.reduce((sum, { seconds = 0 }) => sum + seconds, 0)
  canvas.setDirty(true)
}
