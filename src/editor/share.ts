// A workflow and the files it names as one ZIP, for others to open.
import type { BundledFile, NamedFile } from '../nodes/workflow/bundle.ts'
import { filesOf, packBundle } from '../nodes/workflow/bundle.ts'
import { hashOf } from '../nodes/workflow/link.ts'
import { declarations } from './declarations.ts'
import { download } from './download.ts'
import type { Editor } from './editor.ts'
import * as format from './format.ts'
import { shippedCheckpoint } from './shipped.ts'
import * as state from './state.ts'
import { texts, translated } from './texts.ts'

type Here = BundledFile & { bytes: Uint8Array<ArrayBuffer> }

/** The files that nodes name: those that are here, with their bytes, and those that are not. */
async function filesHere({ stage, runner }: Editor): Promise<{ here: Here[]; missing: NamedFile[] }> {
  const found = await Promise.all(
    filesOf(stage.whole(), declarations).map(async ({ what, file }) => ({
      what,
      file,
      bytes: (await runner.get(what, file.sha256)) ?? (await shippedCheckpoint(file.sha256)),
    })),
  )
  return {
    here: found.filter((each): each is Here => each.bytes !== undefined),
    missing: found.filter(({ bytes }) => !bytes),
  }
}

/** Says how large it will be and what is missing, and saves it to disk if that is wanted. */
export async function shareWithFiles(editor: Editor) {
  const { here, missing } = await filesHere(editor)
  const zip = packBundle(editor.workspace.text(), here) as Uint8Array<ArrayBuffer>
  const answer = await state.askChoice(texts.share.title, inWords(here, missing, zip.length), [
    { label: texts.dialogs.cancel, value: 'cancel' },
    { label: texts.panel.download, value: 'yes', primary: true },
  ])
  if (answer !== 'yes') return
  download({ name: `${format.fileName(translated(state.name.value))}.zip`, mime: 'application/zip', bytes: zip })
}

/** The graph as a script for Node, saved to disk. */
export async function downloadScript({ runner, workspace }: Editor) {
  const title = translated(state.name.value)
  try {
    const bytes = await runner.script({ title, about: translated(workspace.about()) })
    download({ name: `${format.fileName(title)}.ts`, mime: 'text/plain', bytes })
  } catch (error) {
    state.say(texts.share.noScript, { text: (error as Error).message, error: true })
  }
}

/** What files may add to a link, in bytes: longer ones are cut by programs that pass them on. */
const IN_A_LINK = 100e3

/** Puts a link with the whole workflow on the clipboard; small files that it names ride along. */
export async function copyLink(editor: Editor) {
  const { here, missing } = await filesHere(editor)
  const fits = here.reduce((size, { bytes }) => size + bytes.length, 0) <= IN_A_LINK
  // Files that come with the product are there wherever it is opened.
  const own = await Promise.all(here.map(async (each) => ((await shippedCheckpoint(each.file.sha256)) ? undefined : each)))
  const riding = fits ? own.filter((each) => each !== undefined) : []
  const left = [...missing, ...(fits ? [] : own.filter((each) => each !== undefined))].map(({ file }) => file.name)
  const link = location.href.replace(/#.*/, '') + hashOf(packBundle(editor.workspace.text(), riding))
  const { share } = texts
  const about = [share.linkSize(format.bytes(link.length)), ...(left.length ? [share.notInLink(left.join(', '))] : [])].join(' ')
  try {
    await navigator.clipboard.writeText(link)
    state.say(share.linkCopied, { text: about })
  } catch {
    // Without leave for the clipboard the link is shown, to be copied by hand.
    await state.askText(share.link, link, texts.dialogs.ok)
  }
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
