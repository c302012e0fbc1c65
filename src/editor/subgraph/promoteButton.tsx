// Button that promotes a param inside a subgraph to its border, or demotes it.
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import * as border from '../graph/border.ts'
import { texts } from '../texts/texts.ts'
import { icons } from '../ui/icons.tsx'
import { useSubgraphs } from './services.ts'

/** Renders nothing outside of subgraphs. */
export function PromoteButton({ node, name }: { node: DiffusionNode; name: string }) {
  const { stage, workspace } = useSubgraphs()
  const subgraph = stage.subgraph()
  if (!subgraph) return null
  const promoted = subgraph.promoted.find((each) => each.node === node.id && each.param === name)
  const words = texts.subgraph
  const label = promoted ? words.demote(name, promoted.as) : words.promote(name)
  const toggle = () =>
    workspace.editWhole((whole) =>
      promoted
        ? border.demoteParam(whole, subgraph.id, promoted)
        : border.promoteParam(whole, subgraph.id, node.id, name),
    )
  return (
    <button
      type="button"
      class="link promote"
      aria-pressed={promoted !== undefined}
      title={label}
      aria-label={label}
      onClick={toggle}
    >
      <icons.outward />
    </button>
  )
}
