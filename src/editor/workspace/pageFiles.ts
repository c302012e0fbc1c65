// What pages in one file need from the server: templates of the build, and data sets.
import { findPageData } from '../../hosts/page/pageData.ts'
import type { WorkflowFile } from '../../workflow/file.ts'
import { figureTexts } from '../texts/figureTexts.ts'

/** Loads a template, which is next to the page. */
export async function loadTemplate(name: string): Promise<string> {
  const response = await fetch(new URL(name, document.baseURI)).catch(() => undefined)
  if (!response?.ok) throw new Error(figureTexts().page.noTemplate)
  return response.text()
}

/** Data sets of the package that the page would fetch, such as MNIST. */
export async function readPageData(file: WorkflowFile): Promise<Record<string, Uint8Array>> {
  const names = findPageData(file)
  if (names.length === 0) return {}
  const { shippedAddresses } = await import('../../storage/shippedAddresses.ts')
  const entries = names.map(async (name) => {
    const response = await fetch(shippedAddresses.files[name] ?? '').catch(() => undefined)
    if (!response?.ok) throw new Error(figureTexts().page.noTemplate)
    return [name, new Uint8Array(await response.arrayBuffer())] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}
