// A workflow with its files in one ZIP: what goes in comes out, and what strangers change is refused.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { declarationOf } from '../../src/engine/plan/op.ts'
import { checkpoint, defineNode, ownDataset } from '../../src/nodes/define.ts'
import { nodes } from '../../src/nodes/table.ts'
import { parseWorkflow, WorkflowError } from '../../src/nodes/workflow.ts'
import type { BundledFile } from '../../src/nodes/workflow/bundle.ts'
import { filesOf, isBundle, packBundle, unpackBundle } from '../../src/nodes/workflow/bundle.ts'
import { node } from './evaluate.ts'
import { workflowOf } from '../workflowOf.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const bundled = (what: BundledFile['what'], name: string, bytes: Uint8Array): BundledFile => ({
  what,
  file: { name, size: bytes.length, sha256: sha256(bytes) },
  bytes,
})
const moons = bundled('checkpoint', 'moons.zip', Uint8Array.of(1, 2, 3))
const cats = bundled('dataset', 'cats.safetensors', Uint8Array.of(4, 5))

test('what is packed is unpacked, and equal content gives equal bytes', () => {
  const workflow = '{"nodes": "früh"}'
  const bytes = packBundle(workflow, [moons, cats])
  expect(isBundle(bytes)).toBe(true)
  expect(unpackBundle(bytes)).toEqual({ workflow, files: [moons, cats] })
  expect(packBundle(workflow, [cats, moons])).toEqual(bytes)
})

test('it is a ZIP that anybody can look into', () => {
  expect(Object.keys(unzipSync(packBundle('{}', [moons, cats])))).toEqual([
    `checkpoints/${moons.file.sha256}/moons.zip`,
    `datasets/${cats.file.sha256}/cats.safetensors`,
    'workflow.json',
  ])
})

test('whatever a file is called, it lies in its folder and comes back', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom('..', '.', '', '../../etc/x', 'a/b', 'c:\\d', '__proto__')), (name) => {
      const [file] = unpackBundle(packBundle('{}', [{ ...moons, file: { ...moons.file, name } }])).files
      expect(file!.bytes).toEqual(moons.bytes)
      expect(file!.file.name).not.toMatch(/[/\\]|^\.*$/)
    }),
  )
})

describe('from a stranger', () => {
  const zip = (entries: Record<string, Uint8Array>) => zipSync({ 'workflow.json': new TextEncoder().encode('{}'), ...entries })

  test('a file that is not what it is named by is refused', () => {
    expect(() => unpackBundle(zip({ [`checkpoints/${moons.file.sha256}/moons.zip`]: Uint8Array.of(9) }))).toThrow(
      /moons\.zip: the file is not the one that its SHA-256 stands for/,
    )
  })

  test('what is in no place of its own is not read', () => {
    const hash = cats.file.sha256
    const strange = [`../datasets/${hash}/x`, `datasets/${hash}/a/b`, `datasets/${hash}/..`, `models/${hash}/x`, 'datasets/1/x']
    const bytes = zip(Object.fromEntries(strange.map((path) => [path, cats.bytes])))
    expect(unpackBundle(bytes).files).toEqual([])
  })

  test('what is no bundle is told apart, and refused with the reason', () => {
    const other = zipSync({ 'model_index.json': Uint8Array.of(1) })
    expect([isBundle(other), isBundle(Uint8Array.of(0x50, 0x4b, 1)), isBundle(new Uint8Array())]).toEqual([false, false, false])
    expect(() => unpackBundle(other)).toThrow('There is no workflow.json in the ZIP.')
    expect(() => unpackBundle(Uint8Array.of(1, 2))).toThrow(WorkflowError)
    expect(() => unpackBundle(zipSync({ 'workflow.json': new Uint8Array(9e6) }))).toThrow(/at most 8000000 are read/)
  })
})

test('the files of a workflow: each once, by what they are', () => {
  const takesBoth = defineNode({
    type: 'test/Takes',
    category: 'data',
    summary: 'Takes files.',
    inputs: {},
    outputs: {},
    params: { weights: checkpoint('weights'), data: ownDataset('data') },
    run: () => ({}),
  })
  const declarations = [...nodes, takesBoth].map(declarationOf)
  const text = workflowOf(
    {
      nodes: [
        node('a', 'LoadCheckpoint', {}, { checkpoint: moons.file }),
        node('b', 'LoadCheckpoint', {}, { checkpoint: { ...moons.file } }),
        node('c', 'LoadCheckpoint'),
        node('d', 'LoadCheckpoint', {}, { checkpoint: { name: 'no hash' } }),
        node('e', 'test/Takes', {}, { weights: moons.file, data: cats.file }),
      ],
    },
    declarations,
  )
  expect(filesOf(parseWorkflow(text, declarations).workflow, declarations)).toEqual([
    { what: 'checkpoint', file: moons.file },
    { what: 'dataset', file: cats.file },
  ])
})
