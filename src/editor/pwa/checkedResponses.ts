// Checks of responses before the service worker stores them or answers with them: a server that
// answers missing files with another page, an unfinished upload or a damaged cache must not leave a
// wrong file under a name that never changes.

/** JavaScript types by which browsers run module scripts. */
const javaScript = /^(text|application)\/(x-)?(javascript|ecmascript)$/

const htmlType = /^text\/html$/

/** Types that browsers require of a file with this ending. */
const requiredTypes: readonly [ending: RegExp, type: RegExp][] = [
  [/\.m?js$/, javaScript],
  [/\.css$/, /^text\/css$/],
  [/\/$|\.html$/, htmlType],
]

/**
 * Returns true if a file at this path can have this content type. Servers label data differently,
 * but only pages as HTML.
 */
export function fitsPath(path: string, contentType: string | null): boolean {
  const [essence] = (contentType ?? '').toLowerCase().split(';')
  const type = essence.trim()
  const [, required] = requiredTypes.find(([ending]) => ending.test(path)) ?? []
  return required ? required.test(type) : !htmlType.test(type)
}

/**
 * Returns true for a complete response of the page's own server, without a redirect, that can be the
 * file at this path.
 */
export const isComplete = (path: string, { status, type, redirected, headers }: Response) =>
  status === 200 && type === 'basic' && !redirected && fitsPath(path, headers.get('Content-Type'))

/** Returns the SHA-256 of bytes as in the list of the build: base64 without padding. */
export async function hashBytes(bytes: ArrayBuffer): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return btoa(String.fromCharCode(...hash)).replace(/=+$/, '')
}

/**
 * Returns true if a response is the file at this path. `sha256` has the SHA-256 that its contents can
 * have, separated by spaces. Reads the body, so callers pass a copy of a response that they use.
 */
export async function isFile(path: string, sha256: string, response: Response): Promise<boolean> {
  if (!isComplete(path, response)) return false
  try {
    return sha256.split(' ').includes(await hashBytes(await response.arrayBuffer()))
  } catch {
    return false // The body ends early.
  }
}
