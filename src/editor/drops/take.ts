// What is done with files from outside, by what they are. What cannot be read is said, and nothing else is touched.
import { packFolder } from '../../engine/checkpoint/archive.ts'
import { describeCheckpoint } from '../../engine/checkpoint/describe.ts'
import { readImages } from '../../engine/datasets/file.ts'
import type { Kept } from '../../engine/protocol.ts'
import { unpackBundle } from '../../nodes/workflow/bundle.ts'
import { bundleIn } from '../../nodes/workflow/link.ts'
import type { LGraphNode } from '../canvas.ts'
import { ownTypes } from '../declarations.ts'
import type { Editor } from '../editor.ts'
import * as format from '../format.ts'
import * as state from '../state.ts'
import { placesIn } from '../subgraph/places.ts'
import { said, texts, viewText } from '../texts.ts'
import type { Dropped } from './gather.ts'
import type { Find } from './kinds.ts'
import { sortOut } from './kinds.ts'
import { placeFile, tell } from './place.ts'
import { reasonOf } from './reason.ts'

/** Opens, keeps or imports what came; `on` is the node it was dropped on. */
export async function takeFiles(editor: Editor, files: readonly Dropped[], on?: LGraphNode) {
  if (!files.length) return
  for (const find of await sortOut(files)) {
    try {
      await take(editor, find, on)
    } catch (error) {
      state.say(texts.files.unreadable(find.name), { text: reasonOf(error), error: true })
    }
  }
}

async function take(editor: Editor, find: Find, on: LGraphNode | undefined) {
  switch (find.kind) {
    case 'workflow':
      return openWorkflow(editor, find.name, find.text)
    case 'checkpoint':
      return keepCheckpoint(editor, find.name, await bytesOf(find.file), on)
    case 'checkpointFolder':
      return keepCheckpoint(editor, `${find.name}.zip`, packFolder(await contents(find.files)), on)
    case 'dataset': {
      const file = await editor.runner.keep('dataset', find.name, await checkedFile('dataset', find.file))
      return tell(placeFile(editor, 'dataset', file, on))
    }
    case 'bundle':
      return openBundle(editor, find.name, await bytesOf(find.file))
    case 'library':
      return (await import('../backup/tell.ts')).takeLibrary(editor, find.file)
    case 'images': {
      const { name, files } = find
      state.dialog.value = { kind: 'import', name, files, ...(on && { on: on.id }) }
      return undefined
    }
    case 'unknown':
      throw new Error(find.reason)
    default:
      return find satisfies never
  }
}

const bytesOf = async (file: File) => new Uint8Array(await file.arrayBuffer())
const contents = (files: readonly Dropped[]) =>
  Promise.all(files.map(async ({ path, file }) => ({ path, bytes: await bytesOf(file) })))

/** The bytes of a file that is of this kind. Throws Error, saying why it is not. */
export async function checkedFile(what: Kept, file: File): Promise<Uint8Array> {
  const bytes = await bytesOf(file)
  if (what === 'dataset') readImages(bytes)
  else describeCheckpoint(bytes)
  return bytes
}

async function keepCheckpoint(editor: Editor, name: string, bytes: Uint8Array, on: LGraphNode | undefined) {
  const { title, notices } = describeCheckpoint(bytes)
  const file = await editor.runner.keep('checkpoint', name, bytes)
  tell(placeFile(editor, 'checkpoint', file, on), [`${viewText(title)}.`, ...notices].join(' '))
}

/** What came in the address, if something did; it is taken out of it, so that it does not come again. */
export async function takeLink(editor: Editor) {
  const { hash } = location
  try {
    const bundle = bundleIn(hash)
    if (!bundle) return
    history.replaceState(null, '', location.pathname + location.search)
    await openBundle(editor, texts.share.link, bundle)
  } catch (error) {
    state.say(texts.files.unreadable(texts.share.link), { text: reasonOf(error), error: true })
  }
}

/** Its files are kept before the workflow is opened, so that its nodes find them. */
async function openBundle(editor: Editor, name: string, bytes: Uint8Array) {
  const { workflow, files } = unpackBundle(bytes)
  for (const { what, file, bytes: content } of files) await editor.runner.keep(what, file.name, content)
  await openWorkflow(editor, name, workflow)
  if (files.length) state.say(texts.share.came(files.length, format.bytes(bytes.length)))
}

async function openWorkflow(editor: Editor, name: string, text: string) {
  const notices = await editor.workspace.openText(text, name.replace(/\.\w+$/, ''))
  const missing = unknownTypes(editor)
  const remarks = [...(missing.length ? [texts.files.unknownNodes(missing)] : []), ...notices.map(said)]
  if (!remarks.length) return state.say(texts.files.opened(name))
  state.say(notices.length ? texts.files.notices(name) : texts.files.opened(name), {
    text: remarks.slice(0, 3).join(' '),
    action: { label: texts.dialogs.ok, run: () => {} },
  })
}

/** In its subgraphs too. */
const unknownTypes = ({ stage }: Editor): string[] => [
  ...new Set(
    placesIn(stage.whole(), ownTypes)
      .filter(({ declaration }) => !declaration)
      .map(({ node }) => node.type),
  ),
]
