// Headers that isolate a page, which the service worker adds where the server does not send them.

/** SharedArrayBuffer, and so threads in wasm, require the first two. */
const isolation = [
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Embedder-Policy', 'require-corp'],
  // The files are public, and isolated pages of other sites may show the editor in a frame.
  ['Cross-Origin-Resource-Policy', 'cross-origin'],
] as const

/** Returns true if the server isolates a page that it sends with this response. */
export const isIsolating = ({ headers }: Response): boolean =>
  isolation.slice(0, 2).every(([name]) => headers.has(name))

/** Returns the response with the headers that it lacks. */
export function withIsolation(response: Response): Response {
  const missing = isolation.filter(([name]) => !response.headers.has(name))
  // Redirects that the browser follows itself cannot be copied.
  if (!missing.length || response.status === 0) return response
  const headers = new Headers(response.headers)
  for (const [name, value] of missing) headers.set(name, value)
  const { body, status, statusText } = response
  return new Response(body, { status, statusText, headers })
}
