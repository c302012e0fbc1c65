// A static server that sends no header but the type of a file, as the simplest hosts do.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import { extname, join, normalize, sep } from 'node:path'

const types: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

export interface PlainServer {
  /** Address of the folder, with a slash at its end. */
  address: string
  /** Paths that were requested, from the root. */
  requested: string[]
  close(): Promise<void>
}

interface Options {
  /** Path of the folder, such as `courses/diffusion/`; '' for the root. */
  path?: string
  /** Answers requests for other paths, from the root. */
  others?: Record<string, (response: ServerResponse) => void>
}

/** Serves the files of a folder, or only `others`. */
export async function servePlainly(
  folder: string | undefined,
  { path = '', others = {} }: Options = {},
): Promise<PlainServer> {
  const requested: string[] = []
  const server = createServer(({ url = '/' }, response) => {
    const asked = decodeURIComponent(url.replace(/[?#].*/, '')).slice(1)
    requested.push(asked)
    const other = others[asked]
    if (other) return other(response)
    const name = asked === path ? 'index.html' : asked.slice(path.length)
    const file = folder && asked.startsWith(path) ? join(folder, normalize(name)) : undefined
    try {
      if (!file || !folder || !file.startsWith(folder + sep)) throw new Error('outside')
      const body = readFileSync(file)
      response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream')
      return response.end(body)
    } catch {
      return response.writeHead(404).end('not found')
    }
  })
  await new Promise<void>((resolve) => void server.listen(0, 'localhost', resolve))
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}/${path}`,
    requested,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
