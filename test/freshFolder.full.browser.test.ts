// The README in a fresh folder: `npm install` of the packed package, and its host as written, with
// each litegraph.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, preview } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root, useChromium } from './chromium.ts'
import { tarball, useConsumer } from './packed.ts'

// Packs the package.
useConsumer('fresh')
const chromium = useChromium()
const folder = mkdtempSync(join(tmpdir(), 'litegraph-diffusion-fresh-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const litegraphs = ['litegraph.js', '@comfyorg/litegraph']
const readme = readFileSync(join(root, 'README.md'), 'utf8')

beforeAll(() => {
  writeFileSync(join(folder, 'package.json'), '{ "name": "fresh", "private": true }')
  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball]
  execFileSync('npm', [...install, ...litegraphs], { cwd: folder, stdio: 'inherit' })
}, 600_000)

/** The code of the README that is marked for this test. */
function readmeHost(): string {
  const [, code] = /<!-- test: host -->\n```js\n([^]*?)```/.exec(readme) ?? []
  expect(code).toContain("from 'litegraph.js'")
  return code
}

/** Builds a page as Vite does without configuration, runs it, and returns what it logs. */
async function openBuilt(name: string, files: Readonly<Record<string, string>>) {
  const at = join(folder, name)
  mkdirSync(at, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(at, file), text)
  const publicDir = join(at, 'public')
  cpSync(join(root, 'workflows/points.json'), join(publicDir, 'points.json'))
  const config = { root: at, configFile: false as const, logLevel: 'error' as const }
  const options = { target: 'es2022', rolldownOptions: { onLog: () => {} } }
  await build({ ...config, build: options, worker: { format: 'es' } })
  const served = await preview({ ...config, preview: { port: 0 } })
  const page = await chromium.newPage()
  const logged: string[] = []
  page.on('console', (message) => logged.push(message.text()))
  await page.goto(served.resolvedUrls!.local[0])
  return {
    page,
    logged,
    async close() {
      await page.close()
      await served.close()
    },
  }
}

const html = (script: string) =>
  `<!doctype html><link rel="icon" href="data:," /><canvas id="canvas" width="900" height="500"></canvas><script type="module" src="./${script}"></script>`

test.each(litegraphs)(
  'the host of the README runs with %s',
  async (litegraph) => {
    const code = readmeHost().replace("from 'litegraph.js'", `from '${litegraph}'`)
    const { page, close } = await openBuilt(litegraph.replaceAll(/\W/g, '-'), {
      'index.html': html('main.js'),
      'main.js': `${code}\nwindow.faults = faults`,
    })
    await page.waitForFunction(() => 'faults' in window, undefined, { timeout: 240_000 })
    expect(await page.evaluate(() => (window as unknown as { faults: unknown[] }).faults)).toEqual(
      [],
    )
    await close()
  },
  300_000,
)

test.each([
  ['litegraph', 'litegraph.js'],
  ['comfy', 'comfy.js'],
])(
  'the example host %s runs',
  async (name, script) => {
    const example = (file: string) => readFileSync(join(root, 'examples/hosts', file), 'utf8')
    expect(example(script).split('\n').length).toBeLessThanOrEqual(22)
    const { page, close } = await openBuilt(`example-${name}`, {
      'index.html': example(`${name}.html`),
      [script]: example(script),
    })
    await page.click('#run')
    await page.waitForFunction(
      () => (document.getElementById('status') as HTMLOutputElement).value.startsWith('Done'),
      undefined,
      { timeout: 240_000 },
    )
    await close()
  },
  300_000,
)

test('the example with script tags runs from a server of files', async () => {
  cpSync(join(root, 'examples/hosts/script-tag.html'), join(folder, 'script-tag.html'))
  const served = await preview({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: { outDir: '.' },
    preview: { port: 0 },
  })
  const page = await chromium.newPage()
  await page.goto(`${served.resolvedUrls!.local[0]}script-tag.html`)
  await page.click('#run')
  await page.waitForFunction(
    () => (document.getElementById('status') as HTMLOutputElement).value.startsWith('Done'),
    undefined,
    { timeout: 240_000 },
  )
  await page.close()
  await served.close()
})

test('the program of the README runs, and its script in this version of Node', () => {
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: folder, encoding: 'utf8' })
  const workflow = join(root, 'workflows/points.json')
  run('npx', 'litegraph-diffusion', 'script', workflow, '--steps', '5', '--out', 'points.mjs')
  run('node', 'points.mjs', 'results')
  run('npx', 'litegraph-diffusion', 'run', workflow, '--out', 'run', '--steps', '5', '--quiet')
  expect(readFileSync(join(folder, 'run/summary.json'), 'utf8')).toContain('losses')
})
