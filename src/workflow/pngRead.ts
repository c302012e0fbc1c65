// Reads workflows out of PNG images.
import { InflateError, unzlib } from '../engine/archive/inflate.ts'
import { WorkflowError } from './error.ts'
import { limits } from './json.ts'
import { damagedPng, decodeText, isPng, parsePngChunks, PNG_PART, textKeyword } from './png.ts'
import { workflowMessages } from '../messages/workflow.ts'

/**
 * Returns the text of the workflow in an image, at most `limits.bytes` long.
 * @throws WorkflowError if it is not a PNG, is damaged, or contains no workflow
 */
export function readPngWorkflow(bytes: Uint8Array): string {
  if (!isPng(bytes)) throw new WorkflowError('', workflowMessages.notPng())
  let hasPrompt = false
  for (const { type, data } of parsePngChunks(bytes)) {
    const keyword = textKeyword(type, data)
    hasPrompt ||= keyword === 'prompt'
    if (keyword === 'workflow') return readTextChunk(type, data)
  }
  throw new WorkflowError(
    '',
    hasPrompt ? workflowMessages.pngPrompt() : workflowMessages.pngWithout(),
  )
}

/** Tests for an error about damage, as opposed to an image without a workflow. */
export const isPngDamage = (error: unknown): boolean =>
  error instanceof WorkflowError && error.part === PNG_PART

function readTextChunk(type: string, data: Uint8Array): string {
  const end = data.indexOf(0)
  if (type === 'tEXt') return decodeBounded(data.subarray(end + 1))
  if (type === 'zTXt') return decodeText(inflateText(type, data.subarray(end + 2)))
  const language = data.indexOf(0, end + 3)
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1)
  if (translated < 0) throw damagedPng(workflowMessages.pngChunk({ type }))
  const text = data.subarray(translated + 1)
  return data[end + 1] === 1 ? decodeText(inflateText(type, text)) : decodeBounded(text)
}

function decodeBounded(text: Uint8Array): string {
  if (text.length > limits.bytes) throw new WorkflowError('', workflowMessages.pngText())
  return decodeText(text)
}

function inflateText(type: string, bytes: Uint8Array): Uint8Array {
  try {
    return unzlib(bytes, limits.bytes)
  } catch (error) {
    if (!(error instanceof InflateError)) throw error
    if (error.problem === 'longer') throw new WorkflowError('', workflowMessages.pngText())
    throw damagedPng(workflowMessages.pngChunk({ type }))
  }
}
