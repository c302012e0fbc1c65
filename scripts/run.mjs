// Runs a TypeScript script with Vite's module runner: `node scripts/run.mjs scripts/docs.ts --check`. Node 20 cannot by itself.
import { resolve } from 'node:path'
import { runnerImport } from 'vite'

const [script, ...args] = process.argv.slice(2)
const { module } = await runnerImport(resolve(script), { configFile: false, logLevel: 'error' })
await module.main(args)
