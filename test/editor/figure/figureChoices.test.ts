// What a figure shows: stored choices, the default selection, loops, and values from outside.
import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  allParams,
  findItems,
  isShown,
  toggleShown,
  withDefaultItems,
} from '../../../src/editor/figure/choices.ts'
import { findParam, readParamValue } from '../../../src/editor/figure/values.ts'
import { findZoneNodes } from '../../../src/editor/figure/zone.ts'
import { ownTypes } from '../../../src/editor/graph/declarations.ts'
import { readAppChoices } from '../../../src/workflow/appChoices.ts'
import type { WorkflowFile } from '../../../src/workflow/file.ts'
import type { Json } from '../../../src/workflow/json.ts'
import { parseWorkflow, stringifyWorkflow } from '../../../src/workflow/index.ts'

const read = (text: string) => parseWorkflow(text, ownTypes).workflow
/** A ready workflow without the choice of its file. */
const ready = (name: string) =>
  withDefaultItems(read(readFileSync(`workflows/${name}.json`, 'utf8')))
const withApp = (file: WorkflowFile, app: unknown) => {
  const text = JSON.parse(stringifyWorkflow(file)) as { extra: { diffusion: object } }
  text.extra.diffusion = { ...text.extra.diffusion, app }
  return read(JSON.stringify(text))
}
const params = (file: WorkflowFile, zone?: string) =>
  findItems(file, zone).params.map(({ title, name }) => `${title}.${name}`)
const views = (file: WorkflowFile, zone?: string) =>
  findItems(file, zone).views.map(({ title }) => title)

describe('the default selection', () => {
  test('of points: named params, lengths and data, and both views', () => {
    const points = ready('points')
    expect(params(points)).toEqual([
      'Data.distribution',
      'Network.hidden',
      'Training Start.steps',
      'Samples.num_inference_steps',
    ])
    expect(views(points)).toEqual(['Samples on the data', 'Loss curve'])
  })

  test('has a slider and the largest views of the forward process', () => {
    const forward = ready('forward-process')
    expect(params(forward)).toContain('t.t')
    expect(views(forward)).toEqual(['Step by step', 'Both results'])
  })

  test('of every ready workflow has views, and at most six params', () => {
    const names = readdirSync('workflows').filter((name) => name.endsWith('.json'))
    expect(names.length).toBeGreaterThan(30)
    for (const name of names) {
      const { params: own, views: shown } = findItems(ready(name.replace('.json', '')))
      expect(own.length, name).toBeLessThanOrEqual(6)
      expect(shown.length, name).toBeGreaterThan(0)
      expect(shown.length, name).toBeLessThanOrEqual(3)
    }
  })

  test('has no params of nodes that write files, though they are named like others', () => {
    expect(params(ready('digits-sample'))).toContain('Guided Model.scale')
    expect(params(ready('digits-sample'))).not.toContain('Save Image.scale')
  })

  test('leaves out nodes that do not run', () => {
    const points = ready('points')
    const muted = {
      ...points,
      nodes: points.nodes.map((node) => (node.id === 19 ? { ...node, mode: 2 } : node)),
    }
    expect(views(muted)).toEqual(['Samples on the data'])
  })
})

describe('a stored choice', () => {
  test('has its own order and is printed with the file', () => {
    const chosen = withApp(ready('points'), { params: ['6.steps', '1.count'], views: ['19'] })
    expect(params(chosen)).toEqual(['Training Start.steps', 'Data.count'])
    expect(views(chosen)).toEqual(['Loss curve'])
    const text = stringifyWorkflow(chosen)
    expect(stringifyWorkflow(read(text))).toBe(text)
    expect(read(text).extra.diffusion?.app).toEqual({
      params: ['6.steps', '1.count'],
      views: ['19'],
    })
  })

  test('with one list leaves the other to the default; an empty list shows nothing', () => {
    const points = ready('points')
    const onlyViews = withApp(points, { views: ['19'] })
    expect(params(onlyViews)).toEqual(params(points))
    expect(params(withApp(points, { params: [], views: ['19'] }))).toEqual([])
  })

  test('ignores what does not exist, cannot be set, or is wired', () => {
    const places = ['6.steps', '99.steps', '6.nothing', '6.', '.steps', 'toString.length']
    expect(params(withApp(ready('points'), { params: places }))).toEqual(['Training Start.steps'])
    const digits = withApp(ready('digits-sample'), {
      params: ['1.checkpoint'],
      views: ['14', '10'],
    })
    expect(params(digits)).toEqual([])
    expect(views(digits)).toEqual(['DDIM trajectory'])
  })

  test('is toggled from what is shown now, and returns to the default', () => {
    const points = ready('points')
    expect(isShown(points, 'params', '6.steps')).toBe(true)
    const less = toggleShown(points, 'params', '6.steps')
    expect(params(less)).not.toContain('Training Start.steps')
    expect(params(less)).toHaveLength(3)
    const more = toggleShown(less, 'params', '6.batch_size')
    expect(params(more).at(-1)).toBe('Training Start.batch_size')
    expect(views(toggleShown(more, 'views', '19'))).toEqual(['Samples on the data'])
    expect(withDefaultItems(more)).toEqual({
      ...points,
      extra: { diffusion: { ...points.extra.diffusion, format: 1 } },
    })
  })

  test('of a stranger is reduced to short lists of plain texts', () => {
    expect(readAppChoices('all')).toBeUndefined()
    expect(readAppChoices({ params: 'steps', views: null })).toBeUndefined()
    const hostile = {
      params: [
        1,
        null,
        '<b>.x',
        `${'x'.repeat(300)}.y`,
        '1.a',
        '1.a',
        'a\n.b',
        'plain',
        {},
        ['1.c'],
      ],
      views: Array.from({ length: 100 }, (_, i) => String(i)),
      more: 'ignored',
    } as unknown as Json
    const choices = readAppChoices(hostile)
    expect(choices?.params).toEqual(['1.a'])
    expect(choices?.views).toHaveLength(24)
    expect(Object.keys(choices ?? {})).toEqual(['params', 'views'])
  })

  test('reads any JSON, and its result again to the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (first, second) => {
        for (const value of [first, { params: first, views: second }] as Json[]) {
          const once = readAppChoices(value)
          expect(readAppChoices(once as Json | undefined)).toEqual(once)
        }
      }),
    )
  })
})

describe('a loop alone', () => {
  test('has its ends and what depends on its Start', () => {
    const points = ready('points')
    const zone = findZoneNodes(points, 'Training Start', ownTypes)
    expect([...(zone ?? [])].map(Number).sort((a, b) => a - b)).toEqual([
      6, 7, 8, 9, 10, 11, 12, 13,
    ])
    expect(findZoneNodes(points, '6', ownTypes)).toEqual(zone)
    expect(findZoneNodes(points, 'Sampling', ownTypes)).toBeUndefined()
  })

  test('limits params and views to its nodes', () => {
    const forward = ready('forward-process')
    const [start] = forward.nodes.filter(({ type }) => type === 'diffusion/RepeatStart')
    expect(views(forward, String(start.id))).toEqual(['Step by step'])
    expect(params(forward, String(start.id))).not.toContain('Data.distribution')
  })

  test('without any chosen place has the default selection, but keeps an empty choice', () => {
    const forward = ready('forward-process')
    const [start] = forward.nodes.filter(({ type }) => type === 'diffusion/RepeatStart')
    const elsewhere = withApp(forward, { params: ['1.distribution'], views: ['13'] })
    expect(views(elsewhere, String(start.id))).toEqual(['Step by step'])
    expect(views(withApp(forward, { views: [] }), String(start.id))).toEqual([])
  })
})

describe('values from outside', () => {
  const { param: number } = allParams(ready('points')).find(({ key }) => key === '6.steps')!

  test('are fitted to the param, or refused', () => {
    expect(readParamValue(number, 12.4)).toBe(12)
    expect(readParamValue(number, '300')).toBe(300)
    expect(readParamValue(number, -5)).toBe(1)
    for (const wrong of ['many', Number.NaN, Infinity, null, {}, [3], true])
      expect(readParamValue(number, wrong)).toBeUndefined()
    expect(readParamValue({ kind: 'boolean', default: false, about: '' }, 'true')).toBe(true)
    expect(readParamValue({ kind: 'boolean', default: false, about: '' }, 1)).toBeUndefined()
    const choice = { kind: 'choice', default: 'a', choices: ['a', 'b'], about: '' } as const
    expect(readParamValue(choice, 'b')).toBe('b')
    expect(readParamValue(choice, 'toString')).toBeUndefined()
    expect(readParamValue({ kind: 'checkpoint', default: null, about: '' }, {})).toBeUndefined()
  })

  test('are found by title or id, and the alternatives are named', () => {
    const all = allParams(ready('points'))
    expect(findParam(all, 'Training Start.steps').param?.key).toBe('6.steps')
    expect(findParam(all, '6.steps').param?.key).toBe('6.steps')
    expect(findParam(all, 'Training Start.stepz').problem).toMatch(/no param .*stepz.*Available/)
    expect(findParam(all, 'nonsense').problem).toMatch(/no param/)
    const twice = allParams(ready('ddpm-ddim')).filter(({ name }) => name === 'seed')
    const double = [twice[0], { ...twice[0], key: '99.seed', node: '99' }]
    expect(findParam(double, `${twice[0].title}.seed`).problem).toMatch(/99\.seed/)
  })
})
