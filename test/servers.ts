// What browser suites look at, made once for all of them, and only if one asks: the sources as `npm start` serves them, and
// the editor as it is built.
import { execFile } from 'node:child_process'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { InlineConfig, PreviewServer } from 'vite'
import { createServer, preview } from 'vite'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where to ask for the address of one of {@link servers}. */
    servers: string
  }
}

const root = join(import.meta.dirname, '..')
const config = { root, configFile: join(root, 'vite.config.ts'), logLevel: 'error' } satisfies InlineConfig

/** The sources. Servers that run at once need a cache each: they would write over each other's packages. */
export async function serveSources(more: Pick<InlineConfig, 'plugins' | 'cacheDir'>) {
  const server = await createServer({ ...config, ...more, server: { port: 0, hmr: false, watch: null } })
  return server.listen()
}

/** Of some hundred files the sources make ten, so a page opens in half the time. */
async function serveEditor() {
  const outDir = join(root, 'test-results/editor')
  // Vitest's own NODE_ENV would make it another build.
  const env = { ...process.env, NODE_ENV: 'production' }
  await promisify(execFile)(join(root, 'node_modules/.bin/vite'), ['build', '--logLevel', 'warn', '--outDir', outDir], {
    cwd: root,
    env,
  })
  return preview({ ...config, build: { outDir }, preview: { port: 0 } })
}

export type ServerName = 'sources' | 'editor'
type Server = Pick<PreviewServer, 'resolvedUrls' | 'close'>

const servers: Record<ServerName, () => Promise<Server>> = {
  sources: () => serveSources({ cacheDir: join(root, 'node_modules/.vite/test') }),
  editor: serveEditor,
}

/** Before all tests. Suites run in processes of their own, so they ask by HTTP. */
export default async function begin({ provide }: TestProject) {
  const started = new Map<ServerName, Promise<Server>>()
  const start = (name: ServerName) => started.get(name) ?? started.set(name, servers[name]()).get(name)!
  const door = createHttpServer(async ({ url }, response) => {
    const server = await start(url!.slice(1) as ServerName).catch((error: Error) => error)
    if (server instanceof Error) return response.writeHead(500).end(server.message)
    return response.end(server.resolvedUrls!.local[0])
  })
  await new Promise<void>((resolve) => void door.listen(0, 'localhost', resolve))
  provide('servers', `http://localhost:${(door.address() as AddressInfo).port}/`)
  return async () => {
    door.close()
    for (const server of await Promise.allSettled(started.values())) {
      if (server.status === 'fulfilled') await server.value.close()
    }
  }
}
