// What ready workflows say, in Korean: all of it, what they say now, and nothing else. Their files stay in English.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { allReady, findReady } from '../../src/editor/gallery.ts'
import { wordsInside } from '../../src/editor/inside.ts'
import { applyLanguage, topicText, translated, valueText } from '../../src/editor/texts.ts'
import { koGallery, koTopics, parts } from '../../src/editor/texts/ko-gallery/index.ts'
import type { Param } from '../../src/engine/plan/op.ts'
import type { WorkflowFile } from '../../src/nodes/workflow.ts'

const folder = join(import.meta.dirname, '../../workflows')
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))

const read = (name: string) => {
  const { nodes, extra } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as WorkflowFile
  return { nodes, ...(extra.diffusion as unknown as Record<'title' | 'about' | 'topic', string>) }
}

/** What a file says in sentences: titles of nodes are names. */
function sentencesOf(name: string): string[] {
  const { nodes, title, about } = read(name)
  const notes = nodes.filter(({ type }) => type === 'diffusion/Note').map(({ properties }) => String(properties.text))
  return [title, about, ...notes]
}

vi.stubGlobal('document', { documentElement: {} })
afterEach(() => applyLanguage('en'))

describe('the words of ready workflows in Korean', () => {
  test.each(files)('%s: nothing is left in English', (name) => {
    expect(sentencesOf(name).filter((sentence) => !Object.hasOwn(koGallery, sentence))).toEqual([])
  })

  test('are of sentences that a workflow says, each once', () => {
    const said = new Set(files.flatMap(sentencesOf))
    expect(Object.keys(koGallery).filter((sentence) => !said.has(sentence))).toEqual([])
    expect(Object.values(parts).flatMap(Object.keys)).toHaveLength(Object.keys(koGallery).length)
  })

  test('keep names, and are Korean', () => {
    const named = (text: string) => [...text.matchAll(/\b[a-z]+_[a-z_\d]+\b/gi)].map(([name]) => name)
    const wrong = Object.entries(koGallery).filter(
      ([english, korean]) => named(english).some((name) => !korean.includes(name)) || !/[가-힣]/.test(korean),
    )
    expect(wrong).toEqual([])
    const titles = files.map((name) => koGallery[read(name).title])
    expect(new Set(titles).size).toBe(files.length)
  })

  test('has each topic, and no other', () => {
    expect(Object.keys(koTopics).sort()).toEqual([...new Set(files.map((name) => read(name).topic))].sort())
    expect(Object.values(koTopics).every((topic) => /[가-힣]/.test(topic))).toBe(true)
  })
})

test('the language that is on decides; what no ready workflow says stays', async () => {
  expect(translated('Train on points')).toBe('Train on points')
  await applyLanguage('ko')
  expect(translated('Train on points')).toBe('점으로 학습하기')
  expect(topicText('Points')).toBe('점')
  const own = ['My points', 'Points', '', 'constructor']
  expect(own.map(translated)).toEqual(own)
  await applyLanguage('en')
  expect(translated('Train on points')).toBe('Train on points')
})

test('notes are read in it, other texts are values', async () => {
  const text = (multiline: boolean): Param => ({ kind: 'text', default: '', about: '', multiline })
  await applyLanguage('ko')
  expect(valueText(text(true), 'Learned variance')).toBe('배우는 분산')
  expect(valueText(text(false), 'Learned variance')).toBe('Learned variance')
  expect(valueText(undefined, undefined)).toBe('')
})

test('words of both languages find a ready workflow, also those of its notes', async () => {
  const ready = await allReady()
  const found = (query: string) => findReady(ready, query).map(({ id }) => id)
  expect(ready.map(({ id }) => `${id}.json`).sort()).toEqual([...files].sort())
  expect(found('초승달')).toEqual([])
  expect(found('two moons 5,000')).toEqual(['points'])
  await applyLanguage('ko')
  expect(found('초승달')).toEqual(['points'])
  expect(found('two moons 5,000')).toEqual(['points'])
  expect(found('점 학습하기')).toContain('points')
  expect(found('마스크로 half')).toEqual(['inpainting'])
  expect(found('구면을 따라가면')).toEqual(['interpolation'])
  expect(wordsInside(ready[0]!.text)).toContain('배치를 가져와')
})
