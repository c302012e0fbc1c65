// What the address of the page asks for, addresses of files, and settings in a workflow.
import { englishText } from '../../../src/engine/base/catalogue.ts'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { changedParams } from '../../../src/editor/app/shortLink.ts'
import { readAddress } from '../../../src/editor/drops/address.ts'
import { nearest } from '../../../src/editor/drops/nearest.ts'
import { addressFileName, resolveAddress } from '../../../src/editor/drops/fetchFile.ts'
import { setParams } from '../../../src/editor/drops/workflowSettings.ts'
import { graphKey } from '../../../src/workflow/graphKey.ts'
import { createSnapshot } from '../../../src/editor/workspace/document.ts'
import { parseWorkflow, toGraph, type WorkflowFile } from '../../../src/workflow/index.ts'
import { toDeclaration } from '../../../src/engine/plan/op.ts'
import { nodes } from '../../../src/nodes/table.ts'

describe('the query of an address', () => {
  test('names a workflow and any number of settings', () => {
    const { workflow, set, unreadable } = readAddress(
      '?workflow=points&set=Data.noise:0.1&set=Training+Start.steps:500&set=Note.text:a:b',
    )
    expect(workflow).toBe('points')
    expect({ ...set }).toEqual({
      'Data.noise': '0.1',
      'Training Start.steps': '500',
      'Note.text': 'a:b',
    })
    expect(unreadable).toEqual([])
  })

  test('names nodes in subgraphs by ids with colons', () => {
    expect({ ...readAddress('?set=5:3.eta:0.25').set }).toEqual({ '5:3.eta': '0.25' })
  })

  test('reports what cannot be read, and has no inherited settings', () => {
    const { set, unreadable } = readAddress('?set=steps&set=:5&hide=panel,walls')
    expect(unreadable).toEqual(['set=steps', 'set=:5', 'hide=walls'])
    expect('toString' in set).toBe(false)
  })
})

describe('the address of a file', () => {
  const resolved = (address: string) => resolveAddress(address, 'https://host.org/app/').href

  test('may be relative to the page', () => {
    expect(resolved('mine/a.json')).toBe('https://host.org/app/mine/a.json')
    expect(resolved('/b.json')).toBe('https://host.org/b.json')
  })

  test.each([
    [
      'https://github.com/ann/graphs/blob/main/one/a.json',
      'https://raw.githubusercontent.com/ann/graphs/main/one/a.json',
    ],
    [
      'https://github.com/ann/graphs/raw/v2/a.json',
      'https://raw.githubusercontent.com/ann/graphs/v2/a.json',
    ],
    ['https://gist.github.com/ann/0123', 'https://gist.githubusercontent.com/ann/0123/raw'],
    ['https://github.com/ann/graphs', 'https://github.com/ann/graphs'],
    ['https://example.org/blob/main/a.json', 'https://example.org/blob/main/a.json'],
  ])('of a page of GitHub is that of its contents: %s', (page, file) => {
    expect(resolved(page)).toBe(file)
  })

  test.each(['javascript:alert(1)', 'data:,{}', 'file:///etc/passwd', 'https://'])(
    'has the protocol http or https: %s',
    (address) => {
      expect(() => resolved(address)).toThrow(`got ${address}.`)
    },
  )

  test('ends with the name of the file', () => {
    expect(addressFileName(new URL('https://host.org/a/my%20graph.json?x=1'))).toBe('my graph.json')
    expect(addressFileName(new URL('https://host.org/'))).toBe('host.org')
    expect(addressFileName(new URL('https://host.org/%ff'))).toBe('%ff')
  })
})

test('similar ids come first', () => {
  const ids = ['digits-train', 'points', 'posterior', 'spectrum']
  expect(nearest('pints', ids)[0]).toBe('points')
  expect(nearest('Digits_train', ids)[0]).toBe('digits-train')
})

describe('settings', () => {
  const declared = new Map(nodes.map(toDeclaration).map((each) => [each.type, each]))
  const ready = (id: string) =>
    parseWorkflow(readFileSync(`workflows/${id}.json`, 'utf8'), declared).workflow
  const points = ready('points')
  const value = (file: typeof points, id: string, param: string) =>
    toGraph(file, declared).nodes.find((node) => node.id === id)?.params[param]

  test('change params by title or type, and nothing else', () => {
    const { file, problems } = setParams(
      points,
      { 'TrainingStart.steps': '7', 'Data.noise': '0.25' },
      declared,
    )
    expect(problems).toEqual([])
    expect([value(file, '6', 'steps'), value(file, '1', 'noise')]).toEqual([7, 0.25])
    const settings = {
      '6.steps': String(value(points, '6', 'steps')),
      '1.noise': String(value(points, '1', 'noise')),
    }
    const back = setParams(file, settings, declared).file
    expect(graphKey(toGraph(back, declared))).toBe(graphKey(toGraph(points, declared)))
  })

  test('that do not match are left out, with the valid alternatives', () => {
    const { file, problems } = setParams(
      points,
      { 'Nothing.x': '1', 'TrainingStart.stepz': '1', 'TrainingStart.steps': '9' },
      declared,
    )
    expect(problems).toHaveLength(2)
    expect(englishText(problems[0])).toMatch(
      /^There is no node Nothing\. The graph has .*Training Start/,
    )
    expect(englishText(problems[1])).toMatch(/has no param stepz\. It has .*steps/)
    expect(value(file, '6', 'steps')).toBe(9)
  })

  test('reach nodes in subgraphs, also through promoted params, and keep the subgraphs', () => {
    const guided = ready('subgraph')
    const { file, problems } = setParams(
      guided,
      { '21:3.w': '0.5', '18:4.to': 'epsilon' },
      declared,
    )
    expect(problems).toEqual([])
    expect(file.subgraphs).toHaveLength(guided.subgraphs?.length ?? 0)
    expect(value(file, '21:3', 'w')).toBe(0.5)
    // The subgraph is shared by both nodes.
    expect([value(file, '18:4', 'to'), value(file, '21:4', 'to')]).toEqual(['epsilon', 'epsilon'])
  })
})

describe('a short link', () => {
  const declared = new Map(nodes.map(toDeclaration).map((each) => [each.type, each]))
  const read = (text: string) => parseWorkflow(text, declared).workflow
  const points = read(readFileSync('workflows/points.json', 'utf8'))
  const changed = (id: number, properties: object, more = {}) => ({
    ...points,
    nodes: points.nodes.map((node) =>
      node.id === id
        ? { ...node, ...more, properties: { ...node.properties, ...properties } }
        : node,
    ),
  })
  const params = (after: WorkflowFile) =>
    changedParams(createSnapshot(points), createSnapshot(after))

  test('has the changed params, by titles where they are unique', () => {
    expect(params(points)).toEqual({})
    expect(params(changed(1, { noise: 0.25 }))).toEqual({
      'Data.noise': '0.25',
    })
    expect(params(changed(6, { steps: 5 }))).toEqual({
      'Training Start.steps': '5',
    })
  })

  test('is read as it was written', () => {
    const after = changed(6, { steps: 5 })
    const settings = params(after)
    const query = new URLSearchParams(
      Object.entries(settings ?? {}).map(([key, value]) => ['set', `${key}:${value}`]),
    )
    const { file } = setParams(points, readAddress(`?${query}`).set, declared)
    expect(graphKey(toGraph(file, declared))).toBe(graphKey(toGraph(after, declared)))
  })

  test('does not exist if anything else changed', () => {
    expect(params(changed(14, { text: 'mine' }))).toBeUndefined()
    expect(params(changed(1, {}, { title: 'Mine' }))).toBeUndefined()
    expect(params(changed(1, {}, { pos: [5, 0] }))).toBeUndefined()
    const fewer = { ...points, nodes: points.nodes.filter(({ id }) => id !== 19) }
    expect(params(fewer)).toBeUndefined()
  })
})
