// Writes workflows into PNG images, as text chunks named `workflow`, like ComfyUI. The reader is in
// pngRead.ts, which imports inflate.
import { WorkflowError } from './error.ts'
import { concatBytes } from '../../engine/base/bytes.ts'
import type { OutputFile } from '../../engine/plan/op.ts'
import { PNG_SIGNATURE, pngChunk } from '../../engine/images/pngChunk.ts'
import { workflowMessages } from '../messages/workflow.ts'

export const isPng = (bytes: Uint8Array): boolean =>
  PNG_SIGNATURE.every((byte, i) => bytes[i] === byte)

/** Embeds a workflow in an image and replaces an existing one. */
export function pngWithWorkflow(bytes: Uint8Array, workflow: string): Uint8Array {
  if (!isPng(bytes)) throw new WorkflowError('', workflowMessages.notPng())
  const text = new TextEncoder().encode(workflow)
  // iTXt is UTF-8 by definition: keyword, not compressed, no language, no translated keyword.
  const data = Uint8Array.from([...new TextEncoder().encode('workflow'), 0, 0, 0, 0, 0, ...text])
  const parts: Uint8Array[] = [bytes.subarray(0, 8)]
  for (const { type, data: old, whole } of parsePngChunks(bytes)) {
    if (type === 'IEND') parts.push(pngChunk('iTXt', data))
    if (textKeyword(type, old) !== 'workflow') parts.push(whole)
  }
  return concatBytes(parts)
}

/** Embeds the workflow in an output file if its format allows it. */
export const withWorkflow = (file: OutputFile, workflow: string): OutputFile =>
  file.mime === 'image/png' ? { ...file, bytes: pngWithWorkflow(file.bytes, workflow) } : file

export interface PngChunk {
  type: string
  data: Uint8Array
  whole: Uint8Array
}

export function parsePngChunks(bytes: Uint8Array): PngChunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: PngChunk[] = []
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    if (length > bytes.length - at - 12) throw new WorkflowError('', workflowMessages.pngDamaged())
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    const end = at + 12 + length
    chunks.push({
      type,
      data: bytes.subarray(at + 8, at + 8 + length),
      whole: bytes.subarray(at, end),
    })
    if (type === 'IEND') break
    at = end
  }
  return chunks
}

/** The keyword of a text chunk; undefined for other or damaged chunks. */
export function textKeyword(type: string, data: Uint8Array): string | undefined {
  if (type !== 'tEXt' && type !== 'iTXt' && type !== 'zTXt') return undefined
  const end = data.indexOf(0)
  return end < 1 || end > 79 ? undefined : decodeText(data.subarray(0, end))
}

/** UTF-8 even in tEXt, which the specification encodes in Latin-1: programs write UTF-8 there. */
export const decodeText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
