// Servers and builds of the suites, shared and started on demand: the sources as `npm start` serves
// them, the built editor, the pages of the tests (pages.config.ts), the library and the package.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { InlineConfig, PreviewServer } from 'vite'
import { createServer, preview } from 'vite'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL that returns the address of one of {@link servers}, the same for all projects. */
    servers: string
  }
}

const root = join(import.meta.dirname, '..')
const config = {
  root,
  configFile: join(root, 'vite.config.ts'),
  logLevel: 'error',
} satisfies InlineConfig

/**
 * Serves the sources as `npm start` does, with its own cache, because both may run at the same
 * time.
 */
async function serveSources() {
  const cacheDir = join(root, 'node_modules/.vite/test')
  const server = await createServer({
    ...config,
    cacheDir,
    server: { port: 0, hmr: false, watch: null },
  })
  return server.listen()
}

/** Serves a build, which is repeated if any of its sources changed. */
async function serveBuilt(name: string, ...options: string[]) {
  const outDir = join(root, 'test-results', name)
  const [last, now] = [`${outDir}.sha256`, hashSources(sources)]
  if (!existsSync(last) || readFileSync(last, 'utf8') !== now) {
    rmSync(last, { force: true })
    const args = ['build', '--logLevel', 'warn', '--outDir', outDir, ...options]
    // Vitest's NODE_ENV would change the build.
    const env = { ...process.env, NODE_ENV: 'production' }
    await promisify(execFile)(join(root, 'node_modules/.bin/vite'), args, { cwd: root, env })
    writeFileSync(last, now)
  }
  return preview({ ...config, build: { outDir }, preview: { port: 0 } })
}

/** Builds the library into test-results/library. Its address is that of the folder. */
async function buildLibrary(): Promise<Server> {
  const folder = join(root, 'test-results/library')
  const [last, now] = [`${folder}.sha256`, hashSources([...sources, 'package.json'])]
  if (!existsSync(last) || readFileSync(last, 'utf8') !== now) {
    rmSync(last, { force: true })
    const args = ['build', '--mode', 'library', '--logLevel', 'error', '--outDir', folder]
    const env = { ...process.env, NODE_ENV: 'production' }
    await promisify(execFile)(join(root, 'node_modules/.bin/vite'), [...args, '--emptyOutDir'], {
      cwd: root,
      env,
    })
    cpSync(join(root, 'assets'), join(folder, 'standalone/assets'), { recursive: true })
    writeFileSync(last, now)
  }
  return folderAsServer(folder)
}

const folderAsServer = (folder: string): Server => ({
  resolvedUrls: { local: [folder], network: [] },
  close: async () => {},
})

/**
 * Packs the package into test-results/package, which is repeated if any of its sources changed. Its
 * address is that of the folder.
 */
async function servePackage(): Promise<Server> {
  const folder = join(root, 'test-results/package')
  const [last, now] = [`${folder}.sha256`, hashSources([...sources, ...packageSources])]
  if (!existsSync(last) || readFileSync(last, 'utf8') !== now) {
    rmSync(last, { force: true })
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const env = { ...process.env, NODE_ENV: 'production' }
    const run = async (command: string, ...args: string[]) =>
      (await promisify(execFile)(command, args, { cwd: root, env, maxBuffer: 2 ** 26 })).stdout
    await run('node', 'scripts/build.mjs', 'library', 'standalone', 'types')
    const [{ filename }] = JSON.parse(
      await run('npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
    ) as [{ filename: string }]
    renameSync(join(folder, filename), join(folder, 'package.tgz'))
    await run('tar', '-xzf', join(folder, 'package.tgz'), '-C', folder)
    writeFileSync(last, now)
  }
  return folderAsServer(folder)
}

/** What only the package depends on. */
const packageSources = [
  'bin',
  'lessons',
  'LICENSES',
  'scripts/build.mjs',
  'package.json',
  'README.md',
]

/** Everything that a build depends on. */
const sources = [
  'src',
  'public',
  'workflows',
  'assets',
  'bench',
  'test/pages',
  'test/engine/plan',
  'index.html',
  'vite.config.ts',
]
sources.push('test/pages.config.ts', 'package-lock.json')

function hashSources(paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of paths) {
    const whole = join(root, path)
    const isFile = statSync(whole).isFile()
    const files = isFile ? [''] : readdirSync(whole, { recursive: true, encoding: 'utf8' }).sort()
    for (const file of files.map((each) => join(whole, each)))
      if (statSync(file).isFile()) hash.update(file).update(readFileSync(file))
  }
  return hash.digest('hex')
}

export type ServerName = 'sources' | 'editor' | 'pages' | 'library' | 'package'
type Server = Pick<PreviewServer, 'resolvedUrls' | 'close'>

const servers: Record<ServerName, () => Promise<Server>> = {
  sources: serveSources,
  editor: () => serveBuilt('editor'),
  pages: () => serveBuilt('pages', '--config', 'test/pages.config.ts'),
  library: buildLibrary,
  package: servePackage,
}

/** The door of all projects of a run, which Vitest sets up one by one in this process. */
interface Door {
  address: string
  /** Number of projects that use it. */
  users: number
  close(): Promise<void>
}

const place = globalThis as { litegraphDiffusionDoor?: Promise<Door> }

async function openDoor(): Promise<Door> {
  const started = new Map<ServerName, Promise<Server>>()
  const start = (name: ServerName) =>
    started.get(name) ?? started.set(name, servers[name]()).get(name)!
  const door = createHttpServer(async ({ url }, response) => {
    const server = await start(url!.slice(1) as ServerName).catch((error: Error) => error)
    if (server instanceof Error) return response.writeHead(500).end(server.message)
    return response.end(server.resolvedUrls!.local[0])
  })
  await new Promise<void>((resolve) => void door.listen(0, 'localhost', resolve))
  return {
    address: `http://localhost:${(door.address() as AddressInfo).port}/`,
    users: 0,
    async close() {
      door.close()
      for (const server of await Promise.allSettled(started.values())) {
        if (server.status === 'fulfilled') await server.value.close()
      }
    },
  }
}

/** Runs before all tests. Suites run in other processes, so they request addresses by HTTP. */
export default async function begin({ provide }: TestProject) {
  const door = await (place.litegraphDiffusionDoor ??= openDoor())
  door.users++
  provide('servers', door.address)
  return async () => {
    if (--door.users > 0) return
    place.litegraphDiffusionDoor = undefined
    await door.close()
  }
}
