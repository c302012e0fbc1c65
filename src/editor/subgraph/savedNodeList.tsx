// List of saved nodes in the drawer.
import { texts } from '../texts/texts.ts'
import { MenuButton } from '../ui/buttons.tsx'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { panelInsets } from '../ui/insets.ts'
import { addNode } from './addNode.ts'
import { savedNodeMenu } from './savedNodeActions.ts'
import type { SavedNode } from './savedNodes.ts'
import { useSubgraphs } from './services.ts'
import { savedNodes } from './state.ts'

export function SavedNodeList() {
  const nodes = savedNodes.value
  if (!nodes.length) return null
  return (
    <section aria-label={texts.categories.mine}>
      <h3 class="topic">{texts.categories.mine}</h3>
      <ul class="rows">
        {nodes.map((node) => (
          <SavedNodeRow key={node.id} node={node} />
        ))}
      </ul>
    </section>
  )
}

function SavedNodeRow({ node }: { node: SavedNode }) {
  const editor = useSubgraphs()
  const insert = () => addNode(editor, node.id, editor.stage.middle(panelInsets()))
  return (
    <li class="row">
      <button
        type="button"
        class="open"
        aria-label={texts.myNodes.insert(node.name)}
        onClick={insert}
      >
        <span>{node.name}</span>
        <span class="when">{node.description || format.ago(node.saved)}</span>
      </button>
      <MenuButton
        class="icon small"
        label={texts.drawer.more(node.name)}
        icon={<icons.more />}
        menu={() => ({ items: savedNodeMenu(editor, node, insert) })}
      />
    </li>
  )
}
