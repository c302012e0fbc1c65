// Details panel: of the selected node, of several nodes, or of the workflow.
import { useEffect } from 'preact/hooks'
import { useRunning } from '../running/services.ts'
import { goToNode } from '../workspace/navigation.ts'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import { subscribeToGraph } from '../workspace/state.ts'
import { panelShown } from '../ui/state.ts'
import { selectedIds } from '../canvas/state.ts'
import { runState } from '../running/state.ts'
import { texts } from '../texts/texts.ts'
import { canCompare, openComparison } from '../viewer/openViewer.ts'
import { lazySection } from './lazySection.ts'
import { tint } from './section.tsx'
import { WorkflowDetails } from './workflowDetails.tsx'

const SelectionTools = lazySection(
  async () => (await import('./selectionTools.tsx')).SelectionTools,
)
/** Loaded after the first paint, before a node is selected. */
const loadNodeDetails = async () => (await import('./nodeDetails.tsx')).NodeDetails
const NodeDetails = lazySection(loadNodeDetails)
const UnknownNode = lazySection(async () => (await import('./unknownNode.tsx')).UnknownNode)

export function Panel() {
  const editor = useRunning()
  subscribeToGraph()
  useEffect(() => {
    // The section reports it if loading fails.
    loadNodeDetails().catch(() => {})
  }, [])
  if (!panelShown.value) return null
  const nodes = selectedIds.value
    .map((id) => editor.stage.node(id))
    .filter((node) => node !== undefined)
  const [node] = nodes
  return (
    <aside class="side panel" aria-label={texts.panel.label}>
      {nodes.length === 1 ? (
        isDiffusionNode(node) ? (
          <NodeDetails key={node.id} node={node} />
        ) : (
          <UnknownNode node={node} />
        )
      ) : nodes.length > 1 ? (
        <SelectionDetails nodes={nodes} />
      ) : (
        <WorkflowDetails />
      )}
    </aside>
  )
}

function SelectionDetails({ nodes }: { nodes: readonly LGraphNode[] }) {
  subscribeToGraph()
  void runState.phase.value // Rerenders when a run has images to compare.
  const editor = useRunning()
  return (
    <section class="section head">
      <h2>{texts.panel.selectedCount(nodes.length)}</h2>
      {canCompare(nodes) && (
        <p class="summary">
          <button
            type="button"
            class="button outline"
            onClick={() => openComparison(editor.stage, nodes)}
          >
            {texts.commands.compare}
          </button>
        </p>
      )}
      <SelectionTools />
      <ul class="slots" style={{ marginTop: '12px' }}>
        {nodes.slice(0, 40).map((node) => (
          <li key={node.id}>
            <span
              class="dot"
              style={tint(isDiffusionNode(node) ? node.diffusion.declaration.category : 'tools')}
            />
            <button
              type="button"
              class="link"
              onClick={() => goToNode(editor, editor.stage.fullId(node.id))}
            >
              {node.getTitle()}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
