#!/usr/bin/env node
// The program `litegraph-diffusion`: the built one, or in a clone without a build its sources, which
// Vite compiles while they load.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

if (existsSync(join(root, 'dist/cli.js'))) await import('../dist/cli.js')
else await runSources()

async function runSources() {
  const vite = await import('vite').catch(() => undefined)
  if (!vite) {
    process.stderr.write(
      'litegraph-diffusion is not built here, and Vite, which runs its sources, is not installed. Run npm ci in its folder.\n',
    )
    process.exit(1)
  }
  const options = { configFile: false, logLevel: 'error', root }
  const { module } = await vite.runnerImport(join(root, 'src/build/declarations.ts'), options)
  // A server without a port, which compiles modules. The program ends the process.
  const server = await vite.createServer({
    ...options,
    appType: 'custom',
    plugins: [module.declarations()],
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  })
  await server.ssrLoadModule(join(root, 'src/hosts/cli/main.ts'))
}
