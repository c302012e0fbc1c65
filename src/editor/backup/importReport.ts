// Import of a backup ZIP, and the toast with its result.
import type { OpenedFile } from '../storage/openedFile.ts'
import { refreshSavedNodes } from '../subgraph/savedNodeActions.ts'
import { translateMessage, texts } from '../texts/texts.ts'
import { showToast } from '../ui/state.ts'
import { readBackup, type BackupReport } from './backupZip.ts'
import { browserParts } from './browserParts.ts'
import type { BackupServices } from './services.ts'

export function showBackupReport(
  editor: Pick<BackupServices, 'workspace' | 'savedNodeLibrary'>,
  { outcomes, failed }: BackupReport,
) {
  void editor.workspace.refresh()
  void refreshSavedNodes(editor)
  const [first] = failed
  showToast(texts.backup.imported(outcomes.added, outcomes.copied, outcomes.present), {
    ...(first && {
      text: texts.backup.failed(failed.length, `${first.path}: ${translateMessage(first.reason)}`),
      error: true,
    }),
  })
}

/** Imports a dropped ZIP. */
export async function importBackup(editor: BackupServices, zip: OpenedFile) {
  showBackupReport(editor, await readBackup(zip, browserParts(editor), () => {}))
}
