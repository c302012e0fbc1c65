// A workflow and the files it names as one ZIP, for others to open.
import type { BundledFile, NamedFile } from '../nodes/workflow/bundle.ts'
import { filesOf, packBundle } from '../nodes/workflow/bundle.ts'
import { declarations } from './declarations.ts'
import type { Editor } from './editor.ts'
import * as format from './format.ts'
import { download } from './run.ts'
import { shippedCheckpoint } from './shipped.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

/** Says how large it will be and what is missing, and saves it to disk if that is wanted. */
export async function shareWithFiles({ stage, workspace, runner }: Editor) {
  const named = filesOf(stage.file(), declarations)
  const found = await Promise.all(
    named.map(async ({ what, file }) => ({
      what,
      file,
      bytes: (await runner.get(what, file.sha256)) ?? (await shippedCheckpoint(file.sha256)),
    })),
  )
  const here = found.filter((each): each is BundledFile & { bytes: Uint8Array<ArrayBuffer> } => each.bytes !== undefined)
  const missing = found.filter(({ bytes }) => !bytes)
  const zip = packBundle(workspace.text(), here) as Uint8Array<ArrayBuffer>
  const answer = await state.askChoice(texts.share.title, inWords(here, missing, zip.length), [
    { label: texts.dialogs.cancel, value: 'cancel' },
    { label: texts.panel.download, value: 'yes', primary: true },
  ])
  if (answer !== 'yes') return
  download({ name: `${format.fileName(state.name.value)}.zip`, mime: 'application/zip', bytes: zip })
}

function inWords(here: readonly NamedFile[], missing: readonly NamedFile[], size: number): string {
  const { share } = texts
  const names = here.map(({ file }) => share.file(file.name, format.bytes(file.size)))
  return [
    names.length ? share.holds(names.join(', ')) : share.holdsNone,
    ...(missing.length ? [share.missing(missing.map(({ file }) => file.name).join(', '))] : []),
    share.size(format.bytes(size)),
  ].join(' ')
}
