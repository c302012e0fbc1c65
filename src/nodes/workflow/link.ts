// A workflow in a link: its bundle, deflated, behind the #, which no browser sends anywhere.
import { deflateSync, Inflate } from 'fflate'
import { WorkflowError } from './error.ts'

const MARK = '#workflow='

/** More than a link may unpack to, in bytes: it comes from strangers. */
const LARGEST = 12e6

/** The part of an address from # on. */
export const hashOf = (bundle: Uint8Array): string => MARK + toText(deflateSync(bundle, { level: 9 }))

/**
 * The bundle in the part of an address from # on; undefined if there is none.
 * @throws WorkflowError if it is cut off or damaged
 */
export function bundleIn(hash: string): Uint8Array | undefined {
  if (!hash.startsWith(MARK)) return undefined
  try {
    return inflated(fromText(hash.slice(MARK.length)))
  } catch (error) {
    if (error instanceof WorkflowError) throw error
    throw new WorkflowError('', 'the link is damaged: perhaps its end was cut off.')
  }
}

function inflated(packed: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  let size = 0
  const inflate = new Inflate((part) => {
    size += part.length
    if (size > LARGEST) throw new WorkflowError('', `the link holds more than ${LARGEST / 1e6} MB.`)
    parts.push(part)
  })
  inflate.push(packed, true)
  const all = new Uint8Array(size)
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0)
  return all
}

// ---- base64 that an address takes as it is (RFC 4648, section 5)

function toText(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

const fromText = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
