// Each hostile file ends on the command line as the table in SECURITY.md states.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checkWorkflows } from '../../src/hosts/cli/check.ts'
import { openWorkflow } from '../../src/hosts/cli/open.ts'
import { hostileFiles, readOutcomes } from './cases.ts'

const folder = mkdtempSync(join(tmpdir(), 'hostile-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** `rejected`, `faults` (it opens, but cannot run) or `runs`, with the printed lines. */
async function checkOnCommandLine(name: string, bytes: Uint8Array) {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  const lines: string[] = []
  const out = { line: (text: string) => lines.push(text), progress() {}, compiling() {}, end() {} }
  const status = await checkWorkflows(
    { command: 'check', files: [file], json: false, nodes: [] },
    out,
  )
  rmSync(file, { force: true })
  writeFileSync(file, bytes)
  const opened = await openWorkflow(file).then(
    () => true,
    () => false,
  )
  rmSync(file)
  return { outcome: opened ? (status === 0 ? 'runs' : 'faults') : 'rejected', status, lines }
}

test.each(hostileFiles)('$name', async ({ name, bytes }) => {
  const { outcome, status, lines } = await checkOnCommandLine(name, bytes())
  expect({ [name]: outcome }).toEqual({ [name]: readOutcomes().get(name) })
  expect(status).toBe(outcome === 'runs' ? 0 : 1)
  // A sentence, and no stack.
  expect(lines.join('\n')).toMatch(/[.!?)]/)
  expect(lines.join('\n')).not.toMatch(/undefined|\[object |^ {4}at /m)
})

test('the table lists these files and no others', () => {
  expect([...readOutcomes().keys()].sort()).toEqual(hostileFiles.map(({ name }) => name).sort())
})
