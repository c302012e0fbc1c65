// Commands of files, of tabs, and of what is shared.
import { getErrorText } from '../../engine/messages/fault.ts'
import * as format from '../ui/format.ts'
import { addFiles } from '../drops/files.ts'
import { download } from '../ui/download.ts'
import { isEmbedded } from '../storage/embedded.ts'
import { revision, workflowId, workflowName } from '../workspace/state.ts'
import { showDialog, showToast } from '../ui/state.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'
import type { Editor } from './services.ts'
import { tabCommands } from './tabCommands.ts'
import type { CommandTable } from './commandTable.ts'

/** Runs an action of share.ts. Its code (ZIP, deflate) is loaded on first use. */
function runShareAction(action: (to: typeof import('./share.ts')) => Promise<void>) {
  import('./share.ts')
    .then(action)
    .catch((error: Error) =>
      showToast(texts.share.title, { text: getErrorText(error), error: true }),
    )
}

export function fileCommands(editor: Editor) {
  const { workspace } = editor
  return {
    new: { keys: ['Alt+N'], run: () => void workspace.newWorkflow() },
    open: { keys: ['Mod+O'], run: () => void addFiles(editor) },
    openFolder: { run: () => void addFiles(editor, { folder: true }) },
    save: { keys: ['Mod+S'], run: () => void workspace.save() },
    saveAs: { keys: ['Mod+Shift+S'], run: () => void workspace.saveAs() },
    versions: {
      keys: ['Alt+H'],
      enabled: () => revision.value > 0,
      run: () => showDialog({ kind: 'versions', id: workflowId.value, name: workflowName.value }),
    },
    // The stores of an embedded page are in memory: there is nothing to back up.
    storage: { enabled: () => !isEmbedded, run: () => showDialog({ kind: 'storage' }) },
    closeTab: { keys: ['Alt+W'], run: () => void workspace.close() },
    ...tabCommands(workspace),
    download: {
      run: () =>
        download({
          name: format.fileName(translateWorkflow(workflowName.value), '.json'),
          mime: 'application/json',
          bytes: workspace.text(),
        }),
    },
    downloadScript: { run: () => runShareAction((to) => to.downloadScript(editor)) },
    downloadTorch: { run: () => runShareAction((to) => to.downloadTorch(editor, 'program')) },
    downloadNotebook: { run: () => runShareAction((to) => to.downloadTorch(editor, 'notebook')) },
    copyLink: { keys: ['Alt+Shift+L'], run: () => runShareAction((to) => to.copyLink(editor)) },
    share: { run: () => runShareAction((to) => to.shareWithFiles(editor)) },
    embed: { run: () => showDialog({ kind: 'embed' }) },
    savePage: { run: () => runShareAction((to) => to.savePage(editor)) },
  } satisfies CommandTable
}
