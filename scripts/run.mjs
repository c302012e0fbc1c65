// Runs a TypeScript script with Vite's module runner, because Node 20 cannot run TypeScript:
// `node scripts/run.mjs scripts/docs.ts --check`.
import { resolve } from 'node:path'
import { createServer, runnerImport } from 'vite'

const [script, ...args] = process.argv.slice(2)
const options = { configFile: false, logLevel: 'error' }
const { module } = await runnerImport(resolve('src/build/declarations.ts'), options)
// A server without a port. It stays open during the script for dynamic imports.
const server = await createServer({
  ...options,
  appType: 'custom',
  plugins: [module.declarations()],
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
})
try {
  const { main } = await server.ssrLoadModule(resolve(script))
  await main(args)
} finally {
  await server.close()
}
