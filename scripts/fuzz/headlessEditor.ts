// The editor's levels on a graph of litegraph without a canvas: opens workflows like a page.
import { LGraph } from 'litegraph.js/build/litegraph.core.js'
import type { WorkflowFile } from '../../src/workflow/index.ts'
import { createHeadlessLevels, normalised } from './headlessLevels.ts'

export class HeadlessEditor {
  private graph = new LGraph()
  private readonly headless = createHeadlessLevels(() => this.graph)
  private readonly levels = this.headless.levels

  /** Opens a file in a new tab. Returns it as the editor would save it. */
  async open(file: WorkflowFile): Promise<WorkflowFile> {
    this.graph = new LGraph()
    this.levels.load(file, { another: true })
    await normalised()
    return this.levels.workflow()
  }

  /** Opens the inside of a subgraph node and returns the workflow as the editor would save it. */
  async openInside(node: WorkflowFile['nodes'][number]): Promise<WorkflowFile> {
    this.levels.openPath([node.id])
    await normalised()
    const file = this.levels.updateBorder()
    this.levels.openPath([])
    return file
  }

  /** Removes the types of subgraphs, so that only built-in types are registered. */
  close() {
    this.graph = new LGraph()
    this.headless.close()
  }
}
