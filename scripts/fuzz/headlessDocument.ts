// A document of the editor on a graph of litegraph without a canvas, with the transactions of a page.
import { LGraph } from 'litegraph.js/build/litegraph.core.js'
import { createSnapshot, WorkflowDocument } from '../../src/editor/workspace/document.ts'
import { requireReadableFile } from '../../src/editor/workspace/readable.ts'
import { Transactions } from '../../src/editor/workspace/transactions.ts'
import { stringifyWorkflow, type NodeId, type WorkflowFile } from '../../src/workflow/index.ts'
import { createHeadlessLevels, normalised } from './headlessLevels.ts'

export class HeadlessDocument {
  graph = new LGraph()
  readonly document = new WorkflowDocument()
  /** Why edits were refused. */
  readonly refusals: unknown[] = []
  private readonly transactions: Transactions
  private readonly headless = createHeadlessLevels(() => this.graph)
  private readonly levels = this.headless.levels

  constructor() {
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
    this.headless.close()
  }
}
