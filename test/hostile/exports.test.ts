// Hostile texts in every export: programs compile, and differ from those of harmless texts in strings,
// comments and names of variables only. No file has a name that a workflow chose.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBackend, stopBackend } from '../../src/engine/backends/backends.ts'
import { parseWorkflow, type WorkflowFile } from '../../src/workflow/index.ts'
import { checkWriters, ExportChecks, writeExports } from '../../scripts/fuzz/exports/checks.ts'
import { placeTexts, textPlaces } from '../../scripts/fuzz/exports/places.ts'
import { hasPython, Python } from '../../scripts/fuzz/exports/python.ts'
import { declarations, exportedWorkflow } from '../../scripts/fuzz/exports/workflow.ts'
import { hostileTexts } from './texts.ts'
import { casesOf } from '../families.ts'

const python = hasPython() ? new Python() : undefined
let text: string

const read = (json: string): WorkflowFile => parseWorkflow(json, declarations).workflow

beforeAll(async () => {
  await startBackend({ prefer: 'cpu' })
  text = await exportedWorkflow()
})
afterAll(() => {
  python?.close()
  stopBackend()
})

async function exportsOf(file: WorkflowFile) {
  const exports = await writeExports(file)
  if (!exports) throw new Error('The workflow was refused.')
  return exports
}

test('Python checks the programs', ({ skip }) => {
  if (!python && !process.env.CI) skip('PYTHON is no Python 3.9 or later')
  expect(python).toBeDefined()
})

const kinds = ['all', 'titles', 'names'] as const
describe.each(casesOf(kinds, (kind) => kind === 'all'))('hostile texts in %s', (kind) => {
  test('change no statement and name no file', async () => {
    const places = textPlaces(text).filter((place) => kind === 'all' || place.kind === kind)
    expect(places.length).toBeGreaterThan(3)
    const harmless = await exportsOf(read(placeTexts(text, places, 'Harmless')))
    const checks = await ExportChecks.create(harmless, python)
    const problems: string[] = []
    // Empty texts are those of new nodes, which scripts leave out.
    for (const hostile of hostileTexts.filter((each) => each !== '')) {
      const file = read(placeTexts(text, places, hostile))
      await exportsOf(file)
        .then((exports) => checks.check(exports))
        .catch((error: Error) => problems.push(`${JSON.stringify(hostile)}: ${error.message}`))
    }
    expect(problems).toEqual([])
  })
})

test.each(hostileTexts)(
  'a checkpoint named %j is refused or has a name of the program',
  async (name) => {
    const places = textPlaces(text).filter(({ kind }) => kind === 'stored')
    expect(places.length).toBe(1)
    const exports = await writeExports(read(placeTexts(text, places, name)))
    const isRefused = /[\\/\p{Cc}]/u.test(name) || name.length > 255
    if (isRefused) expect(exports).toBeUndefined()
    else expect(exports?.files).toContain('checkpoint-bcb54d98.zip')
  },
)

test.each(hostileTexts)('writers make a plain name of %j', (name) => checkWriters(name))
