// Files of exports whose workflow names its checkpoint like a program, a module or another folder.
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBackend, stopBackend } from '../../src/engine/backends/backends.ts'
import { safeFileName } from '../../src/engine/base/fileName.ts'
import { computeSha256 } from '../../src/engine/checkpoint/archive.ts'
import type { Graph } from '../../src/engine/plan/graph.ts'
import { opTable, type StoredFile } from '../../src/engine/plan/op.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import { UsageError } from '../../src/hosts/node/failure.ts'
import { writeTorch } from '../../src/hosts/cli/torch.ts'
import { createAssets } from '../../src/storage/assets.ts'
import { shippedInNode } from '../../src/storage/shippedInNode.ts'
import { createStoredFiles } from '../../src/storage/storedFiles.ts'
import { nodes } from '../../src/nodes/table.ts'
import { exportTorch, toScript } from '../../src/hosts/torch/export.ts'
import { ExportFiles, zipFiles } from '../../src/hosts/torch/files.ts'
import { modules } from '../../src/hosts/torch/library.ts'
import { packTorch } from '../../src/hosts/torch/pack.ts'
import { parseWorkflow, toGraph } from '../../src/workflow/index.ts'
import { placeTexts, replaceTexts, textPlaces } from '../../scripts/fuzz/exports/places.ts'
import { declarations, exportedWorkflow } from '../../scripts/fuzz/exports/workflow.ts'
import { pointCheckpoint } from '../../scripts/fuzz/binarySeeds.ts'
import { hasTorch, python } from '../hosts/torch/python.ts'

const folder = mkdtempSync(join(tmpdir(), 'exports-'))
let workflow: string

beforeAll(async () => {
  await startBackend({ prefer: 'cpu' })
  workflow = await exportedWorkflow()
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  stopBackend()
})

/** A valid checkpoint that Python would run as a program. */
const attack = () =>
  zipSync({
    ...unzipSync(pointCheckpoint()),
    '__main__.py': strToU8('print("code of the workflow file runs")'),
  })

/** The workflow with a checkpoint of this name and content. */
function withCheckpoint(name: string, bytes: Uint8Array): string {
  const file: StoredFile = { name, size: bytes.length, sha256: computeSha256(bytes) }
  const [place] = textPlaces(workflow).filter(({ kind }) => kind === 'stored')
  const path = place.path.slice(0, -1)
  return replaceTexts(workflow, [[path, file as never]])
}

async function runTorch(
  text: string,
  file: string,
  files: Record<string, Uint8Array>,
  out: string,
) {
  const lines: string[] = []
  const zip = zipSync({ 'workflow.json': strToU8(text), ...files })
  writeFileSync(file, zip)
  const wanted = {
    command: 'torch' as const,
    file,
    out,
    notebook: true,
    settings: {},
    steps: undefined,
    checkpoints: [],
    datasets: [],
  }
  const terminal = { line: (line: string) => void lines.push(line) }
  const status = await writeTorch(wanted, terminal as Parameters<typeof writeTorch>[1])
  return { status, text: lines.join('\n') }
}

const bundled = (bytes: Uint8Array, name: string) => ({
  [`checkpoints/${computeSha256(bytes)}/${name}`]: bytes,
})

test('a checkpoint in another folder is refused, and nothing is written there', async () => {
  const victim = join(folder, 'escaped', 'victim.txt')
  mkdirSync(join(folder, 'escaped'))
  writeFileSync(victim, 'as before')
  const bytes = pointCheckpoint()
  const text = withCheckpoint('../../escaped/victim.txt', bytes)
  const out = join(folder, 'a', 'b', 'train.py')
  const run = await runTorch(text, join(folder, 'trav.zip'), bundled(bytes, 'x.zip'), out)
  expect(run.status).toBe(1)
  expect(run.text).toContain('no slashes or control characters')
  expect(readFileSync(victim, 'utf8')).toBe('as before')
  expect(existsSync(out)).toBe(false)
})

describe.each(['train.py', 'train.ipynb', 'support.py', 'philox.py', 'CON', 'Train.PY'])(
  'a checkpoint named %s',
  (name) => {
    test('replaces no file of the command', async () => {
      const bytes = attack()
      const here = mkdtempSync(join(folder, 'out-'))
      const file = join(folder, 'bundle.zip')
      const text = withCheckpoint(name, bytes)
      const run = await runTorch(text, file, bundled(bytes, name), join(here, 'train.py'))
      expect(run).toMatchObject({ status: 0 })
      const companion = `checkpoint-${computeSha256(bytes).slice(0, 8)}.zip`
      expect(readdirSync(here).sort()).toEqual([
        companion,
        'data-2.safetensors',
        'data.safetensors',
        'network.start.zip',
        'philox.py',
        'support.py',
        'train.ipynb',
        'train.py',
      ])
      expect(readFileSync(join(here, 'train.py'), 'utf8')).toMatch(/^"""Title\n/)
      expect(readFileSync(join(here, 'support.py'), 'utf8')).toBe(modules.get('support.py'))
      expect(new Uint8Array(readFileSync(join(here, companion)))).toEqual(new Uint8Array(bytes))
    })

    test('replaces no file of the ZIP', async () => {
      const bytes = attack()
      const checkpoints = createStoredFiles(memoryStore())
      await checkpoints.put(name, bytes)
      const assets = createAssets(checkpoints, createStoredFiles(memoryStore()), shippedInNode())
      const zip = unzipSync(await packTorch(graphOf(withCheckpoint(name, bytes)), ops, assets, {}))
      expect(new TextDecoder().decode(zip['train.py'])).toContain('Written by litegraph-diffusion')
      expect(new TextDecoder().decode(zip['support.py'])).toBe(modules.get('support.py'))
      expect(Object.keys(zip)).toContain(`checkpoint-${computeSha256(bytes).slice(0, 8)}.zip`)
    })
  },
)

const ops = opTable(nodes)
const graphOf = (text: string): Graph =>
  toGraph(parseWorkflow(text, declarations).workflow, declarations)

test.each(['/x/victim/results', '../../results', 'a/../results'])(
  'results named %s stay in the folder of the results',
  async (name) => {
    const places = textPlaces(workflow).filter(({ kind }) => kind === 'names')
    const checkpoints = createStoredFiles(memoryStore())
    await checkpoints.put('model.zip', pointCheckpoint())
    const assets = createAssets(checkpoints, createStoredFiles(memoryStore()), shippedInNode())
    const program = await exportTorch(graphOf(placeTexts(workflow, places, name)), ops, assets)
    const code = toScript(program)
    expect(code).toContain('save_table("results.csv"')
    expect(code).toContain('save_images("results.png"')
    expect(code).toContain('out / "results.zip"')
    expect(code).not.toMatch(/(save_\w+\(|out \/ )"[^"]*[/\\]/)
  },
)

describe('the module support', () => {
  test.skipIf(!hasTorch)('writes into the folder of the results only', () => {
    const here = mkdtempSync(join(folder, 'support-'))
    for (const [name, text] of modules) writeFileSync(join(here, name), text)
    const victim = join(folder, 'victim.csv')
    const code = [
      'from support import *',
      'from support import result_path',
      `save_table(${JSON.stringify(victim)}, ["x"], [[1]])`,
      'save_table("../../up.csv", ["x"], [[1]])',
      'for name in ("", "..", "/", "a/..", "\\0"):',
      '    try:',
      '        result_path(name)',
      '        print("accepted", repr(name))',
      '    except SystemExit as error:',
      '        print(error)',
    ].join('\n')
    writeFileSync(join(here, 'program.py'), code)
    const { stdout, stderr, status } = spawnSync(python, ['program.py', '--out', 'safe'], {
      cwd: here,
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout).not.toContain('accepted')
    expect(stdout.trim().split('\n').length).toBe(5)
    expect(existsSync(victim)).toBe(false)
    expect(readdirSync(join(here, 'safe')).sort()).toEqual(['up.csv', 'victim.csv'])
  })
})

describe('the collection of files', () => {
  const bytes = new Uint8Array()

  test.each(['../x', 'a/b', 'a\\b', 'a\nb', '.hidden', 'CON', '', 'x'.repeat(300)])(
    'refuses %j',
    (name) => {
      // A name that no function has checked.
      const unchecked = name as ReturnType<typeof safeFileName>
      expect(() => new ExportFiles([]).add(unchecked, bytes)).toThrow('no plain file name')
      expect(() => zipFiles([{ name: unchecked, bytes }])).toThrow('no plain file name')
    },
  )

  test('refuses the names of the program, of modules and of other files', () => {
    const files = new ExportFiles(['train.py', 'train.ipynb'])
    files.add(safeFileName('a.zip'), bytes)
    for (const name of ['train.py', 'Train.PY', 'train.ipynb', 'support.py', 'philox.py', 'A.zip'])
      expect(() => files.add(safeFileName(name), bytes), name).toThrow('Two files')
    const twice = [safeFileName('a'), safeFileName('A')].map((name) => ({ name, bytes }))
    expect(() => zipFiles(twice)).toThrow('Two files')
  })

  test('the command refuses the name of a module for the program', async () => {
    const run = runTorch(workflow, join(folder, 'w.zip'), {}, join(folder, 'support.py'))
    await expect(run).rejects.toThrow(UsageError)
    await expect(run).rejects.toThrow('support.py is the name of a module')
  })
})
