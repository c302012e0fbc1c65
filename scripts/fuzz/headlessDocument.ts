// A document of the editor on a graph of litegraph without a canvas, with the transactions of a page.
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { createLevels } from '../../src/editor/canvas/openLevel.ts'
import { fillGraph } from '../../src/editor/canvas/tabGraphs.ts'
import { declarations, setSubgraphTypes } from '../../src/editor/graph/declarations.ts'
import { createSnapshot, WorkflowDocument } from '../../src/editor/workspace/document.ts'
import { requireReadableFile } from '../../src/editor/workspace/readable.ts'
import { Transactions } from '../../src/editor/workspace/transactions.ts'
import { toWorkflowFile } from '../../src/nodes/litegraph/graph.ts'
import { registerNodes, type Registration } from '../../src/nodes/litegraph/register.ts'
import { stringifyWorkflow, type NodeId, type WorkflowFile } from '../../src/nodes/workflow.ts'
import { limits } from '../../src/nodes/workflow/json.ts'

/** Resolves after the microtasks in which loaded graphs complete their slots and loop ends. */
const normalised = () => new Promise<void>((resolve) => void setImmediate(resolve))

export class HeadlessDocument {
  graph = new LGraph()
  readonly document = new WorkflowDocument()
  /** Why edits were refused. */
  readonly refusals: unknown[] = []
  private subgraphTypes: Registration | undefined
  private readonly transactions: Transactions
  private readonly levels = createLevels({
    graph: () => this.graph,
    read: toWorkflowFile,
    register: (known, border) => {
      setSubgraphTypes(known)
      this.subgraphTypes = registerNodes(LiteGraph, [...known, ...border])
      return this.subgraphTypes
    },
    draw: (file, level) => fillGraph(this.graph, file, level),
  })

  constructor() {
    LiteGraph.MAX_NUMBER_OF_NODES = limits.nodes
    registerNodes(LiteGraph, declarations)
    this.transactions = new Transactions({
      stage: this.levels,
      document: () => this.document,
      complete() {},
      publish() {},
      refused: (reason) => void this.refusals.push(reason),
    })
  }

  async open(file: WorkflowFile) {
    this.graph = new LGraph()
    this.levels.load(file, { another: true })
    this.document.reset(createSnapshot(this.levels.workflow()))
    this.transactions.load('open', this.document.present)
    await this.settle()
    this.refusals.length = 0
  }

  /** Opens the inside of a subgraph node. */
  async openInside(id: NodeId) {
    this.levels.openPath([id])
    this.transactions.load('show', this.document.present)
    await this.settle()
  }

  /** Completes the graph, and ends the transaction. */
  async settle() {
    const before = this.refusals.length
    await normalised()
    this.transactions.commit()
    if (this.refusals.length === before) return
    // The state before has been loaded.
    await normalised()
    this.transactions.commit()
  }

  /** An edit on the canvas. Returns false if it was refused. */
  async edit(change: () => void): Promise<boolean> {
    const before = this.refusals.length
    change()
    await this.settle()
    return this.refusals.length === before
  }

  /** An edit of the complete workflow, as by `Workspace.editWhole`. */
  async editWhole(change: (whole: WorkflowFile) => WorkflowFile): Promise<boolean> {
    const { file } = this.transactions.capture()
    const before = this.refusals.length
    const changed = change(file)
    try {
      const read = requireReadableFile(changed, file)
      this.transactions.attempt(() => this.levels.load(read))
    } catch (error) {
      this.refusals.push(error)
    }
    await this.settle()
    return this.refusals.length === before
  }

  /** The text that the canvas would have now. */
  canvasText = () => stringifyWorkflow(this.levels.workflow())

  /** Removes the types of subgraphs, so that only built-in types are registered. */
  close() {
    this.graph = new LGraph()
    this.subgraphTypes?.unregister()
    setSubgraphTypes([])
  }
}
