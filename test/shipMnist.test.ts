// Replacement of the shipped MNIST checkpoint.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { shipMnist } from '../scripts/ship-mnist.ts'
import { describeFile } from '../src/nodes/storage/storedFiles.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ship-'))
  for (const name of ['checkpoints', 'workflows']) mkdirSync(join(folder, name))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const old = 'a'.repeat(64)
const other = 'b'.repeat(64)
const reference = (sha256: string, size: number) =>
  `{\n  "checkpoint": {\n    "name": "mnist.zip",\n    "sha256": "${sha256}",\n    "size": ${size}\n  }\n}\n`

test('replaces the file and its references, and nothing else', () => {
  const folders = {
    checkpoints: join(folder, 'checkpoints'),
    workflows: join(folder, 'workflows'),
  }
  writeFileSync(join(folders.checkpoints, `mnist.${old}.zip`), 'old')
  writeFileSync(join(folders.checkpoints, `digits.${other}.zip`), 'digits')
  writeFileSync(join(folders.workflows, 'mnist.json'), reference(old, 3))
  writeFileSync(join(folders.workflows, 'digits.json'), reference(other, 6))
  const bytes = new TextEncoder().encode('new one')
  const { sha256 } = describeFile('mnist.zip', bytes)
  expect(shipMnist(bytes, folders)).toEqual([
    join(folders.checkpoints, `mnist.${sha256}.zip`),
    join(folders.workflows, 'mnist.json'),
  ])
  expect(readdirSync(folders.checkpoints).sort()).toEqual([
    `digits.${other}.zip`,
    `mnist.${sha256}.zip`,
  ])
  expect(readFileSync(join(folders.workflows, 'mnist.json'), 'utf8')).toBe(reference(sha256, 7))
  expect(readFileSync(join(folders.workflows, 'digits.json'), 'utf8')).toBe(reference(other, 6))
})

test('changes nothing if no workflow names the checkpoint', () => {
  const folders = {
    checkpoints: join(folder, 'checkpoints'),
    workflows: join(folder, 'workflows'),
  }
  writeFileSync(join(folders.checkpoints, `mnist.${old}.zip`), 'old')
  expect(() => shipMnist(new Uint8Array(3), folders)).toThrow('No workflow names')
  expect(readdirSync(folders.checkpoints)).toEqual([`mnist.${old}.zip`])
})
