// Workflows inside PNG images: text chunks named `workflow`, as ComfyUI writes and reads them.
import { Unzlib } from 'fflate'
import { WorkflowError } from './error.ts'
import { limits } from './json.ts'
import { joined } from '../../engine/bytes.ts'
import type { OutputFile } from '../../engine/plan/op.ts'
import { PNG_SIGNATURE, pngChunk } from '../../engine/png.ts'

export const isPng = (bytes: Uint8Array): boolean => PNG_SIGNATURE.every((byte, i) => bytes[i] === byte)

/**
 * The text of the workflow in an image.
 * @throws WorkflowError if it is no PNG, is damaged, or holds none
 */
export function workflowOfPng(bytes: Uint8Array): string {
  if (!isPng(bytes)) throw new WorkflowError('', 'This is not a PNG image.')
  const texts = new Map<string, string>()
  for (const { type, data } of chunksOf(bytes)) {
    const [keyword, text] = readText(type, data) ?? []
    if (keyword !== undefined && text !== undefined && !texts.has(keyword)) texts.set(keyword, text)
  }
  const workflow = texts.get('workflow')
  if (workflow !== undefined) return workflow
  throw new WorkflowError(
    '',
    texts.has('prompt')
      ? "This image holds a prompt in ComfyUI's API format only: it has no positions and cannot be shown."
      : 'This image holds no workflow. Many sites and messengers remove it; ask for the original file.',
  )
}

/** The image with the workflow in it, in place of any it had. */
export function pngWithWorkflow(bytes: Uint8Array, workflow: string): Uint8Array {
  if (!isPng(bytes)) throw new WorkflowError('', 'This is not a PNG image.')
  const text = new TextEncoder().encode(workflow)
  // iTXt is UTF-8 by definition: keyword, not compressed, no language, no translated keyword.
  const data = Uint8Array.from([...new TextEncoder().encode('workflow'), 0, 0, 0, 0, 0, ...text])
  const parts: Uint8Array[] = [bytes.subarray(0, 8)]
  for (const { type, data: old, whole } of chunksOf(bytes)) {
    if (type === 'IEND') parts.push(pngChunk('iTXt', data))
    if (readText(type, old)?.[0] !== 'workflow') parts.push(whole)
  }
  return joined(parts)
}

/** A file that a node made, with the workflow it came from in it where it can hold one. */
export const withWorkflow = (file: OutputFile, workflow: string): OutputFile =>
  file.mime === 'image/png' ? { ...file, bytes: pngWithWorkflow(file.bytes, workflow) } : file

interface Chunk {
  type: string
  data: Uint8Array
  whole: Uint8Array
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: Chunk[] = []
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    if (length > bytes.length - at - 12) throw new WorkflowError('', 'The image is damaged: a part of it is missing.')
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    const end = at + 12 + length
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length), whole: bytes.subarray(at, end) })
    if (type === 'IEND') break
    at = end
  }
  return chunks
}

function readText(type: string, data: Uint8Array): [keyword: string, text: string] | undefined {
  if (type !== 'tEXt' && type !== 'iTXt' && type !== 'zTXt') return undefined
  const end = data.indexOf(0)
  if (end < 1 || end > 79) return undefined
  const keyword = decode(data.subarray(0, end))
  if (type === 'tEXt') return [keyword, decode(data.subarray(end + 1))]
  if (type === 'zTXt') return [keyword, decode(inflate(data.subarray(end + 2)))]
  const language = data.indexOf(0, end + 3)
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1)
  if (translated < 0) return undefined
  const text = data.subarray(translated + 1)
  return [keyword, decode(data[end + 1] === 1 ? inflate(text) : text)]
}

/** UTF-8 even in tEXt, whose own encoding is Latin-1: that is what programs write there. */
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** In small pieces, so that what swells beyond the limit is stopped early. */
function inflate(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  let total = 0
  const stream = new Unzlib((part) => {
    total += part.length
    if (total > limits.bytes) throw new WorkflowError('', 'The text inside the image is too long.')
    parts.push(part)
  })
  const step = 4096
  for (let at = 0; at < bytes.length; at += step) stream.push(bytes.subarray(at, at + step), at + step >= bytes.length)
  return joined(parts)
}
