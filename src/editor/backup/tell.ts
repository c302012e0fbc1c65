// What came of a ZIP that was taken in.
import type { Editor } from '../editor.ts'
import * as state from '../state.ts'
import { refreshMine } from '../subgraph/mine.tsx'
import { said, texts } from '../texts.ts'
import { partsHere } from './here.ts'
import { readLibrary, type Report } from './zip.ts'

export function tellReport(editor: Editor, { taken, failed }: Report) {
  void editor.workspace.refresh()
  void refreshMine(editor)
  const [first] = failed
  state.say(texts.backup.came(taken.added, taken.both, taken.there), {
    ...(first && { text: texts.backup.failed(failed.length, `${first.path}: ${said(first.reason)}`), error: true }),
  })
}

/** One that was dropped. */
export async function takeLibrary(editor: Editor, zip: Blob) {
  tellReport(editor, await readLibrary(zip, partsHere(editor), () => {}))
}
