// Writes workflows into PNG images, as text chunks named `workflow`, like ComfyUI. The reader is in
// pngRead.ts, which imports inflate.
import { joinSentences } from '../engine/messages/faults.ts'
import type { MessageText } from '../engine/base/catalogue.ts'
import { WorkflowError } from './error.ts'
import { concatBytes } from '../engine/base/bytes.ts'
import type { OutputFile } from '../engine/plan/op.ts'
import { crc32 } from '../engine/base/crc32.ts'
import { PNG_SIGNATURE, pngChunk } from '../engine/images/pngChunk.ts'
import { archiveMessages } from '../engine/messages/archive.ts'
import { workflowMessages } from '../messages/workflow.ts'

export const isPng = (bytes: Uint8Array): boolean =>
  PNG_SIGNATURE.every((byte, i) => bytes[i] === byte)

/** Embeds a workflow in an image and replaces an existing one. */
export function pngWithWorkflow(bytes: Uint8Array, workflow: string): Uint8Array {
  if (!isPng(bytes)) throw new WorkflowError('', workflowMessages.notPng())
  const text = new TextEncoder().encode(workflow)
  // iTXt is UTF-8 by definition: keyword, not compressed, no language, no translated keyword.
  const data = concatBytes([new TextEncoder().encode('workflow'), new Uint8Array(5), text])
  const parts: Uint8Array[] = [bytes.subarray(0, 8)]
  for (const { type, data: old, whole } of parsePngChunks(bytes)) {
    if (type === 'IEND') parts.push(pngChunk('iTXt', data))
    if (textKeyword(type, old) !== 'workflow') parts.push(whole)
  }
  return concatBytes(parts)
}

/** Embeds the workflow in an output file if its format allows it, and the file is to contain it. */
export const withWorkflow = (file: OutputFile, workflow: string): OutputFile =>
  file.mime === 'image/png' && file.workflow !== false
    ? { ...file, bytes: pngWithWorkflow(file.bytes, workflow) }
    : file

export interface PngChunk {
  type: string
  data: Uint8Array
  whole: Uint8Array
}

/**
 * Lists the chunks up to IEND and verifies their CRC-32.
 * @throws WorkflowError that names the damaged chunk
 */
export function parsePngChunks(bytes: Uint8Array): PngChunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: PngChunk[] = []
  for (let at = 8; at < bytes.length;) {
    const number = chunks.length + 1
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Infinity
    const end = at + 12 + length
    if (end > bytes.length) throw damagedPng(workflowMessages.pngCutOff({ number }))
    const type = chunkType(bytes.subarray(at + 4, at + 8))
    if (view.getUint32(end - 4) !== crc32(bytes.subarray(at + 4, end - 4)))
      throw damagedPng(workflowMessages.pngCrc({ number, type }))
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) })
    if (type === 'IEND') return chunks
    at = end
  }
  throw damagedPng(workflowMessages.pngEnd())
}

/** Name of the part in errors about a damaged image. */
export const PNG_PART = 'PNG'

export const damagedPng = (problem: MessageText) =>
  new WorkflowError(PNG_PART, joinSentences(problem, archiveMessages.downloadAgain()))

/** Four letters; other bytes as `?`. */
const chunkType = (bytes: Uint8Array) => String.fromCharCode(...bytes).replaceAll(/[^A-Za-z]/g, '?')

/** The keyword of a text chunk; undefined for other or damaged chunks. */
export function textKeyword(type: string, data: Uint8Array): string | undefined {
  if (type !== 'tEXt' && type !== 'iTXt' && type !== 'zTXt') return undefined
  const end = data.indexOf(0)
  return end < 1 || end > 79 ? undefined : decodeText(data.subarray(0, end))
}

/** UTF-8 even in tEXt, which the specification encodes in Latin-1: programs write UTF-8 there. */
export const decodeText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
