// Share links: a compressed bundle in the fragment of a URL, which browsers never send to a server.
import { deflateSync } from 'fflate'
import { fromBase64, toBase64 } from '../engine/base/base64.ts'
import { InflateError, inflateUpTo } from '../engine/archive/inflate.ts'
import { WorkflowError } from './error.ts'
import { LINK_MARK } from './linkMark.ts'
import { workflowMessages } from '../messages/workflow.ts'

/** Limit on the size of an unpacked link in bytes, because links are untrusted. */
export const MAX_LINK_BYTES = 12e6

/** The fragment of the URL, including #. */
export const bundleToHash = (bundle: Uint8Array): string =>
  LINK_MARK + toBase64Url(deflateSync(bundle, { level: 9 }))

/**
 * The bundle in the fragment of a URL (including #), or undefined without one.
 * @throws WorkflowError if it is truncated or damaged
 */
export function bundleFromHash(hash: string): Uint8Array | undefined {
  if (!hash.startsWith(LINK_MARK)) return undefined
  try {
    return inflateUpTo(fromBase64Url(hash.slice(LINK_MARK.length)), MAX_LINK_BYTES)
  } catch (error) {
    const isLonger = error instanceof InflateError && error.problem === 'longer'
    throw new WorkflowError(
      '',
      isLonger
        ? workflowMessages.linkTooLarge({ most: MAX_LINK_BYTES / 1e6 })
        : workflowMessages.linkDamaged(),
    )
  }
}

// ---- base64url (RFC 4648, section 5)

const toBase64Url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

const fromBase64Url = (text: string): Uint8Array =>
  fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
