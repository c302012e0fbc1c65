// Korean texts of ready workflows: complete, without unused ones, and looked up by position. The
// files are in English.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { loadAllReady, searchReady } from '../../../src/editor/workspace/gallery.ts'
import { declarations } from '../../../src/editor/graph/declarations.ts'
import { getSearchText } from '../../../src/editor/graph/workflowText.ts'
import {
  applyLanguage,
  topicText,
  translateWorkflow,
  valueText,
} from '../../../src/editor/texts/texts.ts'
import { readWorkflowTexts } from '../../../src/build/workflowTexts.ts'
import {
  pairTexts,
  textsByPlace,
  titlesByPlace,
  type WorkflowTable,
} from '../../../src/editor/texts/workflows.ts'
import type { Param } from '../../../src/engine/plan/op.ts'
import type { WorkflowFile } from '../../../src/workflow/index.ts'
import { ko, koWorkflows } from '../korean.ts'

const folder = join(import.meta.dirname, '../../../workflows')
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))

const read = (name: string) => {
  const { nodes, extra } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as WorkflowFile
  return { nodes, ...(extra.diffusion as unknown as Record<'title' | 'about' | 'topic', string>) }
}

const english = textsByPlace(readWorkflowTexts(folder))
const korean = textsByPlace(koWorkflows)

vi.stubGlobal('document', { documentElement: {} })
afterEach(() => applyLanguage('en'))

const englishTitles = titlesByPlace(readWorkflowTexts(folder))
const koreanTitles = titlesByPlace(koWorkflows)
/** Nodes that are not renamed are shown with these titles, in all languages. */
const typeTitles = new Set(declarations.map(({ title }) => title))

/** Titles that are names of types, methods or symbols, such as Loss, DDIM and t_prev. */
const isName = (title: string) =>
  typeTitles.has(title) ||
  !title.includes(' ') ||
  /^[A-Z+\d]+ [\dA-Z]+$/.test(title) ||
  !/[a-z]{3}/i.test(title)

describe('Korean texts of ready workflows', () => {
  test.each(files)(
    '%s: has titles of notes and of all nodes that are not named otherwise',
    (name) => {
      const { nodes } = read(name)
      const id = name.replace(/\.json$/, '')
      const missing = nodes
        .filter(({ title, type }) => title && (type === 'diffusion/Note' || !isName(title)))
        .filter((node) => !koreanTitles.has(`${id}.${node.id}`))
      expect(missing.map(({ title }) => title)).toEqual([])
    },
  )

  test('have titles only for nodes with titles, all in Korean and different in a workflow', () => {
    expect([...koreanTitles.keys()].filter((place) => !englishTitles.has(place))).toEqual([])
    const named = [...koreanTitles.keys()].map((place) => englishTitles.get(place) ?? '')
    expect(named.filter((title) => typeTitles.has(title))).toEqual([])
    expect([...koreanTitles.values()].filter((title) => !/[가-힣]/.test(title))).toEqual([])
    for (const [id, { titles = {} }] of Object.entries(koWorkflows)) {
      const bySource = new Map(
        Object.entries(titles).map(([node, title]) => [englishTitles.get(`${id}.${node}`), title]),
      )
      expect([id, new Set(bySource.values()).size]).toEqual([id, bySource.size])
    }
  })

  test.each(files)('%s: are complete', (name) => {
    const places = [...english.keys()].filter((place) => `${place.split('.')[0]}.json` === name)
    expect(places.length).toBeGreaterThan(1)
    expect(places.filter((place) => !korean.has(place))).toEqual([])
  })

  test('exist only for positions in workflows', () => {
    expect([...korean.keys()].filter((place) => !english.has(place))).toEqual([])
  })

  test('keep names, and are in Korean', () => {
    const names = (text: string) =>
      [...text.matchAll(/\b[a-z]+_[a-z_\d]+\b/gi)].map(([name]) => name)
    const wrong = [...english].filter(([place, text]) => {
      const translation = korean.get(place) ?? ''
      return names(text).some((name) => !translation.includes(name)) || !/[가-힣]/.test(translation)
    })
    expect(wrong).toEqual([])
    const titles = Object.values(koWorkflows).map(({ title }) => title)
    expect(new Set(titles).size).toBe(files.length)
  })

  test('do not depend on the English wording', () => {
    const reworded = JSON.parse(
      JSON.stringify(readWorkflowTexts(folder), (_, value: unknown) =>
        typeof value === 'string' ? `Other words: ${value}` : value,
      ),
    ) as WorkflowTable
    const pairs = pairTexts(reworded, koWorkflows)
    expect(pairs.size).toBe(english.size)
    for (const [place, text] of textsByPlace(reworded)) {
      expect(pairs.get(text)).toBe(korean.get(place))
    }
  })

  test('have exactly the topics of the gallery', () => {
    const topics = [...new Set(files.map((name) => read(name).topic))]
    expect(Object.keys(ko.drawer.topics).sort()).toEqual(topics.sort())
  })
})

test('docs/workflows.md lists every ready workflow by its title', () => {
  const page = readFileSync(join(folder, '../docs/workflows.md'), 'utf8')
  const titles = files.map((name) => read(name).title)
  expect(titles.filter((each) => !page.includes(`**${each}**`))).toEqual([])
})

const title = english.get('points.title') ?? ''

test('uses the current language, and keeps texts of other workflows', async () => {
  expect(translateWorkflow(title)).toBe(title)
  await applyLanguage('ko')
  expect(translateWorkflow(title)).toBe(koWorkflows.points.title)
  expect(topicText('points')).toBe(ko.drawer.topics.points)
  expect(topicText('My topic')).toBe('My topic')
  const own = ['My points', 'Points', '', 'constructor']
  expect(own.map(translateWorkflow)).toEqual(own)
  await applyLanguage('en')
  expect(translateWorkflow(title)).toBe(title)
})

test('translates notes, but not other text params', async () => {
  const text = (multiline: boolean): Param => ({ kind: 'text', default: '', about: '', multiline })
  await applyLanguage('ko')
  expect(valueText(text(true), title)).toBe(koWorkflows.points.title)
  expect(valueText(text(false), title)).toBe(title)
  expect(valueText(undefined, undefined)).toBe('')
})

test('finds ready workflows by words of both languages, including their notes', async () => {
  const ready = await loadAllReady()
  const found = (query: string) => searchReady(ready, query).map(({ id }) => id)
  expect(ready.map(({ id }) => `${id}.json`).sort()).toEqual([...files].sort())
  expect(found('초승달')).toEqual([])
  expect(found('two moons 5,000')).toEqual(['points'])
  await applyLanguage('ko')
  expect(found('초승달')).toEqual(['points'])
  expect(found('two moons 5,000')).toEqual(['points'])
  expect(found('점 학습하기')).toContain('points')
  expect(found('마스크로 half')).toEqual(['inpainting', 'mask-training'])
  expect(found('구면을 따라')).toEqual(['interpolation'])
  expect(getSearchText(ready[0].text)).toContain('배치를 가져와')
})
