// Where the user's own nodes are seen: the drawer's list, and what the panel says of a node that is one of them, or could be.
import { MenuButton } from '../buttons.tsx'
import { useEditor } from '../context.ts'
import { download } from '../download.ts'
import type { Editor } from '../editor.ts'
import * as format from '../format.ts'
import { icons } from '../icons.tsx'
import { keepForGood, storageMessage } from '../library.ts'
import type { DiffusionNode } from '../../nodes/litegraph/node.ts'
import type { Subgraph } from '../../nodes/workflow/file.ts'
import * as state from '../state.ts'
import { texts } from '../texts.ts'
import { renamed, savedOf, standing, withSaved, type SavedNode } from './mine.ts'

export async function refreshMine({ myNodes }: Pick<Editor, 'myNodes'>) {
  state.myNodes.value = await myNodes.list().catch(() => [])
}

async function attempt(editor: Editor, name: string, action: () => Promise<unknown>) {
  try {
    await action()
  } catch (error) {
    state.say(name, { text: storageMessage(error), error: true })
  }
  await refreshMine(editor)
}

/** Keeps a node, as a new one or in place of the one it was. */
async function save(editor: Editor, node: DiffusionNode) {
  const { stage, workspace, myNodes } = editor
  const file = stage.file()
  const before = state.myNodes.value.find(({ id }) => id === node.type)
  const saved = savedOf(
    file,
    file.nodes.find(({ id }) => id === node.id)!,
    before,
  )
  await attempt(editor, saved.name, async () => {
    await myNodes.keep(saved)
    workspace.editWhole((whole) => withSaved(whole, saved))
    keepForGood()
    state.say(texts.mine.kept(saved.name))
  })
}

/** In the panel: keeps what a node stands for, or takes the newer one that is kept. */
export function Keeping({ node, subgraph }: { node: DiffusionNode; subgraph: Subgraph }) {
  const editor = useEditor()
  const words = texts.mine
  const saved = state.myNodes.value.find(({ id }) => id === subgraph.id)
  const now = standing(editor.stage.whole(), subgraph, saved)
  const update = () => void editor.workspace.editWhole((whole) => withSaved(whole, saved!))
  return (
    <>
      {now !== 'none' && <p class="hint">{words.standing[now]}</p>}
      <div class="buttons">
        {now === 'older' && (
          <button type="button" class="button outline small" onClick={update}>
            {words.update}
          </button>
        )}
        {now !== 'same' && (
          <button type="button" class="button outline small" onClick={() => void save(editor, node)}>
            {now === 'none' ? words.save : words.replace}
          </button>
        )}
      </div>
    </>
  )
}

/** In the drawer, below the user's workflows. */
export function MyNodes() {
  const nodes = state.myNodes.value
  if (!nodes.length) return null
  return (
    <section aria-label={texts.categories.mine}>
      <h3 class="topic">{texts.categories.mine}</h3>
      <ul class="rows">
        {nodes.map((node) => (
          <MineRow key={node.id} node={node} />
        ))}
      </ul>
    </section>
  )
}

function MineRow({ node }: { node: SavedNode }) {
  const editor = useEditor()
  const insert = () => editor.addNode(node.id, { page: [0, 0], graph: editor.stage.middle(editor.insets()) })
  return (
    <li class="row">
      <button type="button" class="open" aria-label={texts.mine.insert(node.name)} onClick={insert}>
        <span>{node.name}</span>
        <span class="when">{node.description || format.ago(node.saved)}</span>
      </button>
      <MenuButton
        class="icon small"
        label={texts.drawer.more(node.name)}
        icon={<icons.more />}
        menu={() => ({ items: itemsFor(editor, node, insert) })}
      />
    </li>
  )
}

function itemsFor(editor: Editor, node: SavedNode, insert: () => void): state.Menu['items'] {
  const { myNodes } = editor
  const rename = async () => {
    const name = await state.askText(texts.dialogs.rename, node.name, texts.dialogs.ok)
    if (name) await myNodes.keep(renamed(node, name))
  }
  const remove = async () => {
    await myNodes.remove(node.id)
    const restore = () => void attempt(editor, node.name, () => myNodes.keep(node))
    state.say(texts.drawer.deleted(node.name), { action: { label: texts.drawer.undo, run: restore } })
  }
  const file = () => download({ name: `${format.fileName(node.name)}.json`, mime: 'application/json', bytes: node.text })
  return [
    { label: texts.mine.insert(node.name), run: insert },
    'rule',
    { label: texts.drawer.rename, run: () => void attempt(editor, node.name, rename) },
    { label: texts.panel.download, run: file },
    'rule',
    { label: texts.drawer.delete, danger: true, run: () => void attempt(editor, node.name, remove) },
  ]
}
