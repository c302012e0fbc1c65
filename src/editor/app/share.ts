// Sharing of workflows: as a ZIP with the files it uses, as a script, as a link, or as a page.
import { getErrorText } from '../../engine/messages/fault.ts'
import { PAGE_TEMPLATE } from '../../hosts/page/fileNames.ts'
import { fillPage } from '../../hosts/page/fillPage.ts'
import { stringifyWorkflow } from '../../workflow/index.ts'
import type { WorkflowFile } from '../../workflow/file.ts'
import type { BundledFile, NamedFile } from '../../workflow/bundle.ts'
import { findNamedFiles, packBundle } from '../../workflow/bundle.ts'
import { bundleToHash } from '../../workflow/link.ts'
import { declarations } from '../graph/declarations.ts'
import { download } from '../ui/download.ts'
import type { Editor } from './services.ts'
import * as format from '../ui/format.ts'
import { shortLink } from './shortLink.ts'
import { loadTemplate, readPageData } from '../workspace/pageFiles.ts'
import { shippedCheckpoint } from '../workspace/shippedCheckpoints.ts'
import { askChoice, askText, showToast } from '../ui/state.ts'
import { readyId, unsaved, workflowName } from '../workspace/state.ts'
import type { EmbeddedWorkflow } from '../figure/figureAddress.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { texts, translateTitle, translateWorkflow } from '../texts/texts.ts'

type StoredBundleFile = BundledFile & { bytes: Uint8Array<ArrayBuffer> }

/**
 * Reads the files that nodes use. Returns the stored ones with their bytes, and the missing ones.
 */
async function readUsedFiles({
  workspace,
  files,
}: Editor): Promise<{ here: StoredBundleFile[]; missing: NamedFile[] }> {
  const found = await Promise.all(
    findNamedFiles(workspace.capture().file, declarations).map(async ({ what, file }) => ({
      what,
      file,
      bytes: (await files.read(what, file.sha256)) ?? (await shippedCheckpoint(file.sha256)),
    })),
  )
  return {
    here: found.filter((each): each is StoredBundleFile => each.bytes !== undefined),
    missing: found.filter(({ bytes }) => !bytes),
  }
}

/** Shows the size of the ZIP and the missing files, and downloads it if the user agrees. */
export async function shareWithFiles(editor: Editor) {
  const { here, missing } = await readUsedFiles(editor)
  const zip = packBundle(editor.workspace.text(), here) as Uint8Array<ArrayBuffer>
  const answer = await askChoice(texts.share.title, describeBundle(here, missing, zip.length), [
    { label: texts.dialogs.cancel, value: 'cancel' },
    { label: texts.panel.download, value: 'yes', primary: true },
  ])
  if (answer !== 'yes') return
  download({
    name: format.fileName(translateWorkflow(workflowName.value), '.zip'),
    mime: 'application/zip',
    bytes: zip,
  })
}

/** Downloads the graph as a script for Node. */
export async function downloadScript({ engine, workspace }: Editor) {
  const title = translateWorkflow(workflowName.value)
  try {
    const bytes = await engine.script({ title, about: translateWorkflow(workspace.about()) })
    download({ name: format.fileName(title, '.mjs'), mime: 'text/plain', bytes })
  } catch (error) {
    showToast(texts.share.noScript, { text: getErrorText(error), error: true })
  }
}

/** Downloads the graph for PyTorch, as a program or a notebook, with the files that it needs. */
export async function downloadTorch({ engine, workspace }: Editor, form: 'program' | 'notebook') {
  const title = translateWorkflow(workflowName.value)
  const about = translateWorkflow(workspace.about())
  const notes = workspace
    .capture()
    .file.nodes.flatMap(({ type, properties }) =>
      type === 'diffusion/Note' && typeof properties.text === 'string'
        ? [translateWorkflow(properties.text)]
        : [],
    )
  try {
    const bytes = await engine.torch({ title, about, ...(form === 'notebook' && { notes }) })
    download({ name: format.fileName(title, '-torch.zip'), mime: 'application/zip', bytes })
  } catch (error) {
    showToast(texts.share.noTorch, { text: getErrorText(error), error: true })
  }
}

/** Limit of the files in a link, in bytes: some programs truncate longer links. */
const MAX_LINK_FILES = 100e3

/** The workflow as part of an address, and the names of the files that are not in it. */
async function packAddress(editor: Editor): Promise<{ hash: string; excluded: string[] }> {
  const { here, missing } = await readUsedFiles(editor)
  const fits = here.reduce((size, { bytes }) => size + bytes.length, 0) <= MAX_LINK_FILES
  // Recipients have the files that ship with the editor.
  const own = await Promise.all(
    here.map(async (each) => ((await shippedCheckpoint(each.file.sha256)) ? undefined : each)),
  )
  const included = fits ? own.filter((each) => each !== undefined) : []
  const excluded = [...missing, ...(fits ? [] : own.filter((each) => each !== undefined))].map(
    ({ file }) => file.name,
  )
  return { hash: bundleToHash(packBundle(editor.workspace.text(), included)), excluded }
}

/** Returns the workflow for the address of a figure: a ready one by its id, any other in full. */
export async function packEmbedded(
  editor: Editor,
): Promise<{ workflow: EmbeddedWorkflow; excluded: readonly string[] }> {
  const ready = readyId.value
  if (ready !== undefined && !unsaved.value) return { workflow: { ready }, excluded: [] }
  const { hash, excluded } = await packAddress(editor)
  return { workflow: { hash }, excluded }
}

/**
 * Copies a link: a short one to a workflow of the gallery in which at most params changed, or one
 * that contains the workflow, and its files if they are small.
 */
export async function copyLink(editor: Editor) {
  editor.workspace.capture()
  const short = shortLink()
  if (!short) return copyFullLink(editor)
  const { link } = texts
  const about = short.settings ? link.shortWithSettings(short.settings) : link.short
  return offerLink(short.href, about)
}

async function copyFullLink(editor: Editor) {
  const { hash, excluded } = await packAddress(editor)
  const link = location.origin + location.pathname + hash
  const { share } = texts
  const about = [
    share.linkSize(format.bytes(link.length)),
    ...(excluded.length ? [share.notInLink(excluded.join(', '))] : []),
  ].join(' ')
  await offerLink(link, about)
}

async function offerLink(link: string, about: string) {
  try {
    await navigator.clipboard.writeText(link)
    showToast(texts.share.linkCopied, { text: about })
  } catch {
    // Without permission for the clipboard, shows the link for copying by hand.
    await askText(texts.share.link, link, texts.dialogs.ok)
  }
}

function describeBundle(
  here: readonly NamedFile[],
  missing: readonly NamedFile[],
  size: number,
): string {
  const { share } = texts
  const names = here.map(({ file }) => share.file(file.name, format.bytes(file.size)))
  return [
    names.length ? share.contents(names.join(', ')) : share.workflowOnly,
    ...(missing.length ? [share.missing(missing.map(({ file }) => file.name).join(', '))] : []),
    share.size(format.bytes(size)),
  ].join(' ')
}

// ---- pages in one file

/** Writes the workflow, its files and the engine to one HTML file, if the user agrees. */
export async function savePage(editor: Editor) {
  const words = figureTexts().page
  const template = await loadTemplate(PAGE_TEMPLATE)
  const { here, missing } = await readUsedFiles(editor)
  const { file } = editor.workspace.capture()
  const page = fillPage(template, {
    title: translateWorkflow(workflowName.value),
    bundle: packBundle(stringifyWorkflow(withShownTexts(file)), here),
    data: await readPageData(file),
  })
  const about = [
    words.about(format.bytes(page.length)),
    ...(missing.length ? [words.missing(missing.map((each) => each.file.name).join(', '))] : []),
  ].join(' ')
  const answer = await askChoice(words.title, about, [
    { label: texts.dialogs.cancel, value: 'cancel' },
    { label: words.save, value: 'yes', primary: true },
  ])
  if (answer !== 'yes') return
  const name = format.fileName(translateWorkflow(workflowName.value), '.html')
  download({ name, mime: 'text/html', bytes: page })
}

/** The page has no translations of ready workflows: it keeps the texts that the user sees. */
function withShownTexts(file: WorkflowFile): WorkflowFile {
  const { title, about, ...rest } = file.extra.diffusion ?? { format: 1 }
  const diffusion = {
    ...rest,
    format: 1,
    ...(title !== undefined && { title: translateWorkflow(title) }),
    ...(about !== undefined && { about: translateWorkflow(about) }),
  }
  const nodes = file.nodes.map((node) =>
    node.title === undefined ? node : { ...node, title: translateTitle(node.title) },
  )
  return { ...file, nodes, extra: { ...file.extra, diffusion } }
}
