// Writes a page in one file: puts a workflow and its files into the template that the build made.
import { toBase64 } from '../../engine/base/base64.ts'
import { engineMarks, marks } from './parts.ts'

export interface PageContents {
  title: string
  /** ZIP of the workflow and its files (workflow/bundle.ts). */
  bundle: Uint8Array
  /** Files of the package that the engine needs besides those of the template, by name. */
  data?: Readonly<Record<string, Uint8Array>>
}

/**
 * Returns the HTML of the page.
 * @throws Error if the template is none
 */
export function fillPage(template: string, { title, bundle, data = {} }: PageContents): string {
  const encoded = Object.fromEntries(
    Object.entries(data).map(([name, bytes]) => [name, toBase64(bytes)]),
  )
  const values: Record<keyof typeof marks, string> = {
    title: escapeHtml(title),
    bundle: toBase64(bundle),
    data: JSON.stringify(encoded).replaceAll('<', '\\u003c'),
  }
  let page = template
  // The title comes last: it may contain the other marks.
  for (const name of ['data', 'bundle', 'title'] as const) {
    const at = page.indexOf(marks[name])
    if (at < 0) throw new Error(`The template of pages has no place for ${name}. Build it again.`)
    page = page.slice(0, at) + values[name] + page.slice(at + marks[name].length)
  }
  return page
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** The engine of a page: base64 of the compressed script, and the files that it would fetch. */
export interface PageEngine {
  engine: string
  /** Base64 by name. */
  assets: Readonly<Record<string, string>>
}

/**
 * Puts the engine into a template of pages.
 * @throws Error if the template has no place for it
 */
export function fillEngine(template: string, { engine, assets }: PageEngine): string {
  const values: Record<keyof typeof engineMarks, string> = {
    engine,
    assets: JSON.stringify(assets),
  }
  return replaceOnce(replaceOnce(template, 'engine', values), 'assets', values)
}

function replaceOnce(
  template: string,
  name: keyof typeof engineMarks,
  values: Record<keyof typeof engineMarks, string>,
): string {
  const [before, after, ...more] = template.split(engineMarks[name])
  if (after === undefined || more.length > 0)
    throw new Error(`The template of pages has no place for ${name}. Build it again.`)
  return before + values[name] + after
}
