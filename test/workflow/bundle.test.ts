// ZIP bundles of a workflow and its files: round trip and rejection of tampered files.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { toDeclaration } from '../../src/engine/plan/op.ts'
import { defineNode, param } from '../../src/nodes/define.ts'
import { nodes } from '../../src/nodes/table.ts'
import { parseWorkflow, WorkflowError } from '../../src/workflow/index.ts'
import type { BundledFile } from '../../src/workflow/bundle.ts'
import { findNamedFiles, isBundle, packBundle, unpackBundle } from '../../src/workflow/bundle.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const bundled = (what: BundledFile['what'], name: string, bytes: Uint8Array): BundledFile => ({
  what,
  file: { name, size: bytes.length, sha256: sha256(bytes) },
  bytes,
})
const moons = bundled('checkpoint', 'moons.zip', Uint8Array.of(1, 2, 3))
const cats = bundled('dataset', 'cats.safetensors', Uint8Array.of(4, 5))

test('round-trips and gives equal bytes for equal content', () => {
  const workflow = '{"nodes": "früh"}'
  const bytes = packBundle(workflow, [moons, cats])
  expect(isBundle(bytes)).toBe(true)
  expect(unpackBundle(bytes)).toEqual({ workflow, files: [moons, cats] })
  expect(packBundle(workflow, [cats, moons])).toEqual(bytes)
})

test('is an ordinary ZIP with one folder per file kind', () => {
  expect(Object.keys(unzipSync(packBundle('{}', [moons, cats])))).toEqual([
    `checkpoints/${moons.file.sha256}/moons.zip`,
    `datasets/${cats.file.sha256}/cats.safetensors`,
    'workflow.json',
  ])
})

test('sanitises any file name and preserves the content', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.constantFrom('..', '.', '', '../../etc/x', 'a/b', 'c:\\d', '__proto__'),
      ),
      (name) => {
        const [file] = unpackBundle(
          packBundle('{}', [{ ...moons, file: { ...moons.file, name } }]),
        ).files
        expect(file.bytes).toEqual(moons.bytes)
        expect(file.file.name).not.toMatch(/[/\\]|^\.*$/)
      },
    ),
  )
})

describe('untrusted bundles', () => {
  const zip = (entries: Record<string, Uint8Array>) =>
    zipSync({ 'workflow.json': new TextEncoder().encode('{}'), ...entries })

  test('rejects a file whose content does not match its SHA-256', () => {
    expect(() =>
      unpackBundle(zip({ [`checkpoints/${moons.file.sha256}/moons.zip`]: Uint8Array.of(9) })),
    ).toThrow(/moons\.zip: the file is not the one that its SHA-256 stands for/)
  })

  test('ignores entries at unknown paths', () => {
    const hash = cats.file.sha256
    const strange = [
      `../datasets/${hash}/x`,
      `datasets/${hash}/a/b`,
      `datasets/${hash}/..`,
      `models/${hash}/x`,
      'datasets/1/x',
    ]
    const bytes = zip(Object.fromEntries(strange.map((path) => [path, cats.bytes])))
    expect(unpackBundle(bytes).files).toEqual([])
  })

  test('detects and rejects files that are not bundles', () => {
    const other = zipSync({ 'model_index.json': Uint8Array.of(1) })
    expect([
      isBundle(other),
      isBundle(Uint8Array.of(0x50, 0x4b, 1)),
      isBundle(new Uint8Array()),
    ]).toEqual([false, false, false])
    expect(() => unpackBundle(other)).toThrow('There is no workflow.json in the ZIP.')
    expect(() => unpackBundle(Uint8Array.of(1, 2))).toThrow(WorkflowError)
    expect(() => unpackBundle(zipSync({ 'workflow.json': new Uint8Array(9e6) }))).toThrow(
      /at most 8000000 bytes/,
    )
  })
})

test('lists each file of a workflow once, with its kind', () => {
  const takesBoth = defineNode({
    type: 'test/Takes',
    category: 'data',
    summary: 'Takes files.',
    inputs: {},
    outputs: {},
    params: { weights: param.checkpoint('weights'), data: param.ownDataset('data') },
    run: () => ({}),
  })
  const declarations = [...nodes, takesBoth].map(toDeclaration)
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
  expect(findNamedFiles(parseWorkflow(text, declarations).workflow, declarations)).toEqual([
    { what: 'checkpoint', file: moons.file },
    { what: 'dataset', file: cats.file },
  ])
})
