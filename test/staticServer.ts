// Server of files for pages of hosts.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.html': 'text/html',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

export interface StaticServer {
  /** Ends with a slash. */
  readonly address: string
  /** Content security policy of the next responses. */
  policy: string | undefined
}

/**
 * Serves a folder for the calling suite, with the headers of isolated pages; with `shared`, as a CDN
 * does, which other sites may read.
 */
export function useStaticServer(folder: string, { shared = false } = {}): StaticServer {
  let address = ''
  const state: StaticServer = {
    get address() {
      return address
    },
    policy: undefined,
  }
  const server = createServer(({ url }, response) => {
    const path = join(folder, normalize(new URL(url ?? '/', 'http://localhost').pathname))
    if (!existsSync(path) || !extname(path)) return void response.writeHead(404).end()
    response.writeHead(200, {
      'Content-Type': types[extname(path)] ?? 'application/octet-stream',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
      ...(shared && {
        'Access-Control-Allow-Origin': '*',
        'Cross-Origin-Resource-Policy': 'cross-origin',
      }),
      ...(state.policy && { 'Content-Security-Policy': state.policy }),
    })
    response.end(readFileSync(path))
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => void server.listen(0, resolve))
    address = `http://localhost:${(server.address() as AddressInfo).port}/`
  })
  afterAll(() => void server.close())
  return state
}
