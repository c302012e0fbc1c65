// Header of packed values (pack.ts). Separate, because reading it needs no tensors.
import { MessageError } from '../base/errors.ts'
import { planMessages } from '../messages/plan.ts'

/**
 * Increased with every change of the format, so that older bytes are rejected instead of misread.
 */
export const LAYOUT = 1

/** Number of bytes after `length` bytes up to the next multiple of 8. */
export const padding = (length: number) => (8 - (length % 8)) % 8

/**
 * Returns the JSON of the value, and the offset of its arrays.
 * @throws Error if the bytes are truncated or have another layout
 */
export function readPackedHeader(bytes: Uint8Array): { value: unknown; start: number } {
  if (bytes.length < 5 || bytes[4] !== OPENING_BRACE)
    throw new MessageError(planMessages.misshapenRecord())
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const start = 4 + length + padding(4 + length)
  const json = new TextDecoder().decode(bytes.subarray(4, 4 + length))
  const { layout, size, value } = JSON.parse(json) as {
    layout?: number
    size?: number
    value?: unknown
  }
  if (layout !== LAYOUT) throw new Error(`Expected layout ${LAYOUT}, got ${layout}.`)
  if (bytes.length !== start + size!)
    throw new Error(`Expected ${start + size!} bytes, got ${bytes.length}.`)
  return { value, start }
}

const OPENING_BRACE = 0x7b
