// A workspace on real graphs of litegraph, without a canvas.
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { vi } from 'vitest'
import { createLevels } from '../../src/editor/canvas/openLevel.ts'
import type { Stage } from '../../src/editor/canvas/stage.ts'
import type { StageHooks } from '../../src/editor/canvas/stageHooks.ts'
import { fillGraph, listenToGraph, type TabGraph } from '../../src/editor/canvas/tabGraphs.ts'
import { declarations } from '../../src/editor/graph/declarations.ts'
import { createMemoryStore } from '../../src/editor/storage/stores.ts'
import { createLibrary } from '../../src/editor/workspace/library.ts'
import { Workspace } from '../../src/editor/workspace/workspace.ts'
import { toWorkflowFile } from '../../src/litegraph/graph.ts'
import { registerNodes } from '../../src/litegraph/register.ts'

export interface WorkspaceOnGraph {
  workspace: Workspace
  stage: Stage
  /** Graph that would be on the canvas. */
  readonly graph: LGraph
  drafts: ReturnType<typeof createMemoryStore>
  close(): void
}

/** Opens an empty workflow. `read` is called for every reading of the graph as a file. */
export async function workspaceOnGraph({ read = () => {} } = {}): Promise<WorkspaceOnGraph> {
  vi.stubGlobal('navigator', {})
  vi.stubGlobal('sessionStorage', { getItem: () => null, setItem() {} })
  // litegraph's callbacks are those of the editor's canvas.
  const changed = () => opened.workspace.beginEdit()
  const hooks = { changed } as StageHooks
  const registration = registerNodes(LiteGraph, declarations, { changed })
  const newGraph = () => listenToGraph(new LGraph(), hooks)
  let graph = newGraph()
  const stage = {
    ...createLevels({
      graph: () => graph,
      read: (which) => (read(), toWorkflowFile(which)),
      register: () => ({ unregister() {} }),
      draw: (file, level) => fillGraph(graph, file, level),
    }),
    get graph() {
      return graph
    },
    showTab(scene?: TabGraph) {
      const before: TabGraph = { graph, view: { scale: 1, offset: [0, 0] }, selected: [] }
      graph = scene?.graph ?? newGraph()
      return before
    },
    select() {},
    forgetRun() {},
    showEvent() {},
    showView() {},
    setFaults() {},
    redraw() {},
  } as Partial<Stage> as Stage
  const drafts = createMemoryStore()
  const library = createLibrary({
    workflows: createMemoryStore(),
    drafts,
    settings: createMemoryStore(),
    versions: createMemoryStore(),
  })
  const workspace = new Workspace(stage, library, {
    fit() {},
    onTabClosed() {},
    onTabShown() {},
    onTabRestored() {},
    hasRun: () => false,
  })
  const opened: WorkspaceOnGraph = {
    workspace,
    stage,
    get graph() {
      return graph
    },
    drafts,
    close() {
      registration.unregister()
      vi.unstubAllGlobals()
    },
  }
  await workspace.newWorkflow()
  return opened
}
