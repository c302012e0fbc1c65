// A copy of the working tree in a temporary folder, in which a script can change sources.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/** Returns the folder of the copy, which is removed when the process ends. */
export function createScratchCopy() {
  const folder = mkdtempSync(join(tmpdir(), 'litegraph-diffusion-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const files = execFileSync('git', list, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
  for (const file of files.split('\0'))
    if (file && existsSync(join(root, file))) cpSync(join(root, file), join(folder, file))
  installPackages(folder)
  return folder
}

/** Packages are hard links where the file system has them. Without their caches, which scripts write. */
function installPackages(folder) {
  const modules = join(folder, 'node_modules')
  try {
    execFileSync('cp', ['-al', join(root, 'node_modules'), modules], { stdio: 'ignore' })
  } catch {
    rmSync(modules, { recursive: true, force: true })
    execFileSync('npm', ['ci', '--prefer-offline'], { cwd: folder, stdio: 'inherit' })
  }
  for (const cache of ['.vite', '.vite-temp', '.cache'])
    rmSync(join(modules, cache), { recursive: true, force: true })
}

/**
 * Replaces a text that a file of the copy contains exactly once.
 * @throws Error for another number of places, so that a change of the source is noticed
 */
export function replaceOnce(folder, file, text, replacement) {
  const before = readFileSync(join(folder, file), 'utf8')
  const count = before.split(text).length - 1
  if (count !== 1)
    throw new Error(`Expected ${JSON.stringify(text)} once in ${file}, found it ${count} times.`)
  writeFileSync(
    join(folder, file),
    before.replace(text, () => replacement),
  )
}
