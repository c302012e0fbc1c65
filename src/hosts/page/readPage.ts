// Reads the data of a page in one file, in that page.
import { fromBase64, toBase64 } from '../../engine/base/base64.ts'
import type { LessonSource } from './lessonPage.ts'
import { ENGINE_GLOBAL, FILES_GLOBAL, parts } from './parts.ts'

/** Text of an element with data. */
export type ReadPart = (id: string) => string

/** The bytes of the workflow's ZIP. */
export const readBundle = (read: ReadPart): Uint8Array<ArrayBuffer> =>
  fromBase64(read(parts.bundle))

/** The texts of a lesson. */
export const readLessonSource = (read: ReadPart): LessonSource =>
  JSON.parse(new TextDecoder().decode(fromBase64(read(parts.lesson)))) as LessonSource

/**
 * The script of the engine's worker. It begins with the addresses of its files, which are data: URLs:
 * pages from disk cannot fetch other files.
 */
export async function readEngineScript(read: ReadPart): Promise<Blob> {
  const code = await gunzip(fromBase64(read(parts.engine)))
  const assets = parseNames(read(parts.assets))
  const addresses: Record<string, string> = {}
  for (const [name, text] of Object.entries({ ...assets, ...parseNames(read(parts.data)) }))
    addresses[name] =
      name === 'wasm'
        ? dataUrl('application/wasm', await gunzip(fromBase64(text)))
        : `data:application/octet-stream;base64,${text}`
  const head = `globalThis.${FILES_GLOBAL} = ${JSON.stringify(addresses)};\n`
  const start = `\nglobalThis.${ENGINE_GLOBAL}.serveNamed();\n`
  return new Blob([head, code, start], { type: 'text/javascript' })
}

const parseNames = (text: string) => JSON.parse(text) as Record<string, string>

const dataUrl = (type: string, bytes: Uint8Array) => `data:${type};base64,${toBase64(bytes)}`

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
