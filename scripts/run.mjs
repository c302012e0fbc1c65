// Runs a TypeScript script with Vite's module runner: `node scripts/run.mjs scripts/docs.ts --check`. Node 20 cannot by itself.
import { resolve } from 'node:path'
import { createServer } from 'vite'

const [script, ...args] = process.argv.slice(2)
// A server that listens to nothing; it stays while the script runs, for what that imports only when it needs it.
const server = await createServer({
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
})
try {
  const { main } = await server.ssrLoadModule(resolve(script))
  await main(args)
} finally {
  await server.close()
}
