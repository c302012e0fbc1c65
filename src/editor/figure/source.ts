// The workflow that an address names: in its fragment, a ready one, or a file on a server.
import { LINK_MARK } from '../../workflow/linkMark.ts'
import type { BundledFile } from '../../workflow/bundle.ts'
import type { Address } from '../drops/address.ts'
import { fetchFile } from '../drops/fetchFile.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { errorText } from '../texts/texts.ts'
import { FIRST_READY, loadReady } from '../workspace/gallery.ts'
import { readFileWith } from '../storage/fileReader.ts'

export interface Source {
  text: string
  /** Files that came with it. */
  files: readonly BundledFile[]
}

/**
 * Loads the workflow of an address, by default the first ready one.
 * @throws Error in the user's language
 */
export async function loadSource(
  { workflow }: Pick<Address, 'workflow'>,
  hash: string,
): Promise<Source> {
  if (hash.startsWith(LINK_MARK)) return loadLink(hash)
  return { text: await loadNamed(workflow ?? FIRST_READY), files: [] }
}

async function loadLink(hash: string): Promise<Source> {
  const bundle = await readFileWith('unpackLink', hash).catch((error: Error) => {
    throw new Error(errorText(error))
  })
  if (!bundle) throw new Error(figureTexts().address.noWorkflow(hash.slice(0, 40)))
  return { text: bundle.workflow, files: bundle.files }
}

/** Loads a ready workflow by its id, or a file by its address. */
export async function loadNamed(name: string): Promise<string> {
  const ready = /^[\w-]+$/.test(name) ? await loadReady(name).catch(() => undefined) : undefined
  if (ready) return ready.text
  if (!/[./]/.test(name)) throw new Error(figureTexts().address.noWorkflow(name.slice(0, 200)))
  return (await fetchFile(name)).text()
}
