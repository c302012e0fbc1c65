// Packs the package and checks it as npm would publish it: `npm run check:package`. Prints the packed
// size, and fails above the limit, and if publint or attw (Are the types wrong?) find a problem.
// Builds the package first if a part is missing; with a tarball as argument, it checks that.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Limit of the packed size, in bytes. */
const LIMIT = 5e6

const run = (command, ...args) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`

const built = ['dist/index.js', 'dist/standalone/core.js', 'dist/types/index.d.ts']
const folder = mkdtempSync(join(tmpdir(), 'litegraph-diffusion-package-'))

try {
  const tarball = process.argv[2] ?? pack()
  const installed = join(folder, 'package')
  run('tar', '-xzf', tarball, '-C', folder)
  const size = printSizes(tarball, installed)
  const { repository } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  if (!repository)
    console.log('package.json names no repository: npm cannot show the pictures of the README.')
  console.log(run('node_modules/.bin/publint', installed, '--pack', 'false', '--strict').trim())
  // The package has ES modules only, as its main field says.
  console.log(run('node_modules/.bin/attw', tarball, '--profile', 'esm-only', '--no-emoji').trim())
  if (size > LIMIT) {
    console.error(`The package has ${megabytes(size)} packed, more than ${megabytes(LIMIT)}.`)
    process.exitCode = 1
  }
} catch (error) {
  console.error(error.stdout || error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function pack() {
  if (!built.every((file) => existsSync(file)))
    run('node', 'scripts/build.mjs', 'library', 'standalone', 'types')
  const [{ filename }] = JSON.parse(
    run('npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  )
  return join(folder, filename)
}

/** Prints the packed size, and the compressed size of each part. Returns the packed size. */
function printSizes(tarball, installed) {
  const { size } = statSync(tarball)
  const parts = new Map()
  for (const entry of readdirSync(installed, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const part = relative(installed, file).split('/').slice(0, 2).join('/')
    const known = part.startsWith('dist/') ? part : part.split('/')[0]
    parts.set(known, (parts.get(known) ?? 0) + gzipSync(readFileSync(file)).length)
  }
  for (const [part, bytes] of [...parts].sort(([, a], [, b]) => b - a))
    if (bytes > 20_000) console.log(`${part.padEnd(36)}${megabytes(bytes).padStart(9)}`)
  console.log(`${'packed'.padEnd(36)}${megabytes(size).padStart(9)}`)
  return size
}
