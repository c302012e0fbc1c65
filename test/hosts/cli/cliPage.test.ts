// `page` as a process: a workflow, its files and the engine in one HTML file.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../../src/hosts/cli/arguments.ts'
import { readBundle, readEngineScript } from '../../../src/hosts/page/readPage.ts'
import { describeFile } from '../../../src/storage/storedFiles.ts'
import { unpackBundle } from '../../../src/workflow/bundle.ts'
import type { WorkflowFile } from '../../../src/workflow/file.ts'
import { trainingGraph } from '../../trainingGraph.ts'
import { workflowOf } from '../../workflowOf.ts'
import { useCli } from './builtCli.ts'
import { node } from '../../nodes/evaluate.ts'
import { fullTest } from '../../families.ts'

const { folder, cli } = useCli()
const write = (name: string, content: string | Uint8Array) =>
  writeFileSync(join(folder, name), content)
const ready = (name: string) => join(import.meta.dirname, `../../../workflows/${name}.json`)
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

const weights = Uint8Array.of(1, 2, 3)
write('mine.zip', weights)
const loading = node(
  'Load',
  'LoadCheckpoint',
  {},
  { checkpoint: describeFile('mine.zip', weights) },
)
const look = node('Look', 'Inspect', { value: 'Load.model' })
write('load.json', workflowOf({ nodes: [loading, look] }))
write('plain.json', workflowOf(trainingGraph(3)))

/** Text of an element of a page with data. */
const partReader = (page: string) => (id: string) =>
  new RegExp(`<script type="text/plain" id="${id}">([^<]*)</script>`).exec(page)?.[1] ?? ''
const unpack = (page: string) => {
  const { workflow, files } = unpackBundle(readBundle(partReader(page)))
  return { workflow: JSON.parse(workflow) as WorkflowFile, files }
}
const params = ({ nodes }: WorkflowFile, id: number) =>
  nodes.find((each) => each.id === id)?.properties

describe('page', () => {
  test('writes a workflow with other values, under 4 MB', async () => {
    const args = ['--set', 'Data.distribution=spiral', '--steps', '7', '--out', 'points.html']
    const ended = await cli(['page', ready('points'), ...args])
    expect(ended).toEqual({ status: 0, stdout: '', stderr: '' })
    const page = read('points.html')
    expect(page.length).toBeLessThan(4e6)
    expect(page).toContain('<title>Train on points</title>')
    // The licence of tfjs, in full.
    expect(page).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION')
    const { workflow, files } = unpack(page)
    expect(files).toEqual([])
    expect(params(workflow, 1)).toMatchObject({ distribution: 'spiral' })
    expect(params(workflow, 6)).toMatchObject({ steps: 7 })
    const engine = await (await readEngineScript(partReader(page))).text()
    expect(engine.length).toBeGreaterThan(1e6)
  })

  test('has a policy that names its only script', () => {
    const page = read('points.html')
    const [, script] = /<script>(.*)<\/script>\n<\/body>/s.exec(page) ?? []
    const hash = createHash('sha256').update(script).digest('base64')
    expect(page).toContain(`script-src 'sha256-${hash}' 'wasm-unsafe-eval';`)
    expect(page.match(/<script(?! type="text\/plain")/g)).toHaveLength(1)
  })

  test('contains the weights that ship with the program, and those of the command line', async () => {
    expect(await cli(['page', ready('digits-sample'), '--out', 'digits.html'])).toMatchObject({
      status: 0,
      stderr: '',
    })
    expect(unpack(read('digits.html')).files.length).toBeGreaterThan(0)
    const args = ['--checkpoint', 'mine.zip', '--out', 'load.html']
    expect(await cli(['page', 'load.json', ...args])).toMatchObject({ status: 0, stderr: '' })
    const page = read('load.html')
    expect(page).toContain('<title>load</title>')
    expect(unpack(page).files).toMatchObject([{ what: 'checkpoint', bytes: weights }])
  })

  test('names a missing file, and how to add it', async () => {
    const { status, stderr } = await cli(['page', 'load.json', '--out', 'without.html'])
    expect(status).toBe(0)
    expect(stderr).toMatch(
      /^notice: The checkpoint mine\.zip \(SHA-256 \w{12}\.\.\.\) is not part of this file\. Write the page again with --checkpoint /,
    )
    expect(unpack(read('without.html')).files).toEqual([])
  })

  fullTest('writes nothing if the arguments or the workflow are wrong', async () => {
    const run = async (...args: string[]) => {
      const { status, stderr } = await cli(['page', ...args, '--out', 'none.html'])
      return { status, line: stderr.split('\n')[0] }
    }
    expect(await run('plain.json', '--checkpoint', 'mine.zip')).toEqual({
      status: 2,
      line: 'No node of the workflow reads a checkpoint: leave out mine.zip.',
    })
    expect(await run('plain.json', '--set', 'Nobody.seed=1')).toMatchObject({
      status: 2,
      line: expect.stringMatching(/^There is no node Nobody\./),
    })
    expect(await run('absent.json')).toMatchObject({
      status: 1,
      line: 'There is no file or folder absent.json. Check the path.',
    })
    expect(existsSync(join(folder, 'none.html'))).toBe(false)
    expect(() => parseArguments(['page', 'plain.json'])).toThrow(
      'Expected a file for the page: --out page.html.',
    )
    expect(() => parseArguments(['page', 'plain.json', '--out', 'x', '--nodes', 'y'])).toThrow(
      'The command page has no option --nodes.',
    )
  })
})
