// Actions on the library of saved nodes.
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { requestPersistence } from '../storage/stores.ts'
import { texts } from '../texts/texts.ts'
import { download } from '../ui/download.ts'
import * as format from '../ui/format.ts'
import { askText, showToast, type Menu } from '../ui/state.ts'
import { showStorageError } from '../ui/storageError.ts'
import { insertSavedNode, renameSavedNode, toSavedNode, type SavedNode } from './savedNodes.ts'
import type { SubgraphServices } from './services.ts'
import { savedNodes } from './state.ts'

type LibraryServices = Pick<SubgraphServices, 'savedNodeLibrary'>

export async function refreshSavedNodes({ savedNodeLibrary }: LibraryServices) {
  savedNodes.value = await savedNodeLibrary.list().catch(() => [])
}

/** Runs an action, shows its error, and reloads the library. */
async function attempt(
  services: LibraryServices,
  name: string,
  action: () => Promise<unknown>,
): Promise<void> {
  try {
    await action()
  } catch (error) {
    showStorageError(name, error)
  }
  await refreshSavedNodes(services)
}

/** Saves a node to the library. Replaces the saved node that it was copied from. */
export async function saveNode(
  services: Pick<SubgraphServices, 'stage' | 'workspace' | 'savedNodeLibrary'>,
  { id, type }: DiffusionNode,
) {
  const { stage, workspace, savedNodeLibrary } = services
  const file = stage.file()
  const node = file.nodes.find((each) => each.id === id)
  const before = savedNodes.value.find((each) => each.id === type)
  const saved = node && toSavedNode(file, node, before)
  if (!saved) return
  await attempt(services, saved.name, async () => {
    await savedNodeLibrary.save(saved)
    workspace.editWhole((whole) => insertSavedNode(whole, saved))
    requestPersistence()
    showToast(texts.myNodes.saved(saved.name))
  })
}

export function savedNodeMenu(
  services: LibraryServices,
  node: SavedNode,
  insert: () => void,
): Menu['items'] {
  const { savedNodeLibrary } = services
  const rename = async () => {
    const name = await askText(texts.dialogs.rename, node.name, texts.dialogs.ok)
    if (name) await savedNodeLibrary.save(renameSavedNode(node, name))
  }
  const remove = async () => {
    await savedNodeLibrary.remove(node.id)
    const restore = () => void attempt(services, node.name, () => savedNodeLibrary.save(node))
    const undo = { label: texts.drawer.undo, run: restore }
    showToast(texts.drawer.deleted(node.name), { action: undo })
  }
  const downloadFile = () =>
    download({
      name: format.fileName(node.name, '.json'),
      mime: 'application/json',
      bytes: node.text,
    })
  return [
    { label: texts.myNodes.insert(node.name), run: insert },
    'rule',
    { label: texts.drawer.rename, run: () => void attempt(services, node.name, rename) },
    { label: texts.panel.download, run: downloadFile },
    'rule',
    {
      label: texts.drawer.delete,
      danger: true,
      run: () => void attempt(services, node.name, remove),
    },
  ]
}
