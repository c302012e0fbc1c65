// Reads workflows out of PNG images.
import { Unzlib } from 'fflate'
import { concatBytes } from '../../engine/base/bytes.ts'
import { WorkflowError } from './error.ts'
import { limits } from './json.ts'
import { decodeText, isPng, parsePngChunks, textKeyword } from './png.ts'
import { workflowMessages } from '../messages/workflow.ts'

/**
 * Returns the text of the workflow in an image.
 * @throws WorkflowError if it is not a PNG, is damaged, or contains no workflow
 */
export function readPngWorkflow(bytes: Uint8Array): string {
  if (!isPng(bytes)) throw new WorkflowError('', workflowMessages.notPng())
  const texts = new Map<string, string>()
  for (const { type, data } of parsePngChunks(bytes)) {
    const [keyword, text] = readText(type, data) ?? []
    if (keyword !== undefined && text !== undefined && !texts.has(keyword)) texts.set(keyword, text)
  }
  const workflow = texts.get('workflow')
  if (workflow !== undefined) return workflow
  throw new WorkflowError(
    '',
    texts.has('prompt') ? workflowMessages.pngPrompt() : workflowMessages.pngWithout(),
  )
}

function readText(type: string, data: Uint8Array): [keyword: string, text: string] | undefined {
  const keyword = textKeyword(type, data)
  if (keyword === undefined) return undefined
  const end = data.indexOf(0)
  if (type === 'tEXt') return [keyword, decodeText(data.subarray(end + 1))]
  if (type === 'zTXt') return [keyword, decodeText(inflate(data.subarray(end + 2)))]
  const language = data.indexOf(0, end + 3)
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1)
  if (translated < 0) return undefined
  const text = data.subarray(translated + 1)
  return [keyword, decodeText(data[end + 1] === 1 ? inflate(text) : text)]
}

/** Inflates in small steps, to stop early at the limit. */
function inflate(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  let total = 0
  const stream = new Unzlib((part) => {
    total += part.length
    if (total > limits.bytes) throw new WorkflowError('', workflowMessages.pngText())
    parts.push(part)
  })
  const step = 4096
  for (let at = 0; at < bytes.length; at += step)
    stream.push(bytes.subarray(at, at + step), at + step >= bytes.length)
  return concatBytes(parts)
}
