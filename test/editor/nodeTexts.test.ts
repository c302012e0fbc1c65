// What nodes say of themselves, in Korean: all of it, what they say now, and nothing else.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { findNodes } from '../../src/editor/search.ts'
import { applyLanguage, declared, texts } from '../../src/editor/texts.ts'
import { declaredIn } from '../../src/editor/texts/declared.ts'
import { koNodes, parts } from '../../src/editor/texts/ko-nodes/index.ts'
import { declarationOf, type Declaration } from '../../src/engine/plan/op.ts'
import type { DiffusionNode } from '../../src/nodes/litegraph/node.ts'
import { aboutParam, aboutSlot } from '../../src/nodes/litegraph/tooltips.ts'
import { nodes } from '../../src/nodes/table.ts'

const declarations = nodes.map(declarationOf)
const byName = (name: string) => declarations.find(({ type }) => type === `diffusion/${name}`)!
const sentencesOf = ({ summary, inputs, outputs, params }: Declaration) =>
  [
    summary,
    ...[inputs, outputs, params].flatMap((some) => Object.values(some).map(({ about }) => about)),
    ...Object.values(params).flatMap((param) => (param.kind === 'choice' ? Object.values(param.each ?? {}) : [])),
  ].filter(Boolean)

vi.stubGlobal('document', { documentElement: {} })
afterEach(() => applyLanguage('en'))

describe('the words of nodes in Korean', () => {
  test.each([...new Set(declarations.map(({ category }) => category))])('%s: nothing is left in English', (category) => {
    const said = declarations.filter((each) => each.category === category).flatMap(sentencesOf)
    expect(said.length).toBeGreaterThan(0)
    expect(said.filter((sentence) => !Object.hasOwn(koNodes, sentence))).toEqual([])
  })

  test('are of sentences that a node says, each once', () => {
    const said = new Set(declarations.flatMap(sentencesOf))
    expect(Object.keys(koNodes).filter((sentence) => !said.has(sentence))).toEqual([])
    expect(Object.values(parts).flatMap(Object.keys)).toHaveLength(Object.keys(koNodes).length)
  })

  test('keep names, and are Korean', () => {
    const named = (text: string) => [...text.matchAll(/`[^`]+`|\b[a-z]+_[a-z_\d]+\b/gi)].map(([name]) => name)
    const wrong = Object.entries(koNodes).filter(
      ([english, korean]) =>
        named(english).some((name) => !korean.includes(name)) || (/[a-z]/i.test(english) && !/[가-힣]/.test(korean)),
    )
    expect(wrong).toEqual([])
  })
})

test('a declaration is said in other words, and is otherwise the same', () => {
  const sampler = byName('Sampler')
  const korean = declaredIn(koNodes, sampler)
  expect(korean.summary).toMatch(/^모델로 노이즈에서/)
  expect(korean.inputs.x_T!.about).toBe('시작하는 곳: 노이즈')
  expect(korean.outputs.trajectory!.about).toBe('거기까지 온 길')
  expect(korean.params.sampler).toMatchObject({ about: '한 단계를 만드는 방법', each: { ddim: '적은 단계에 좋음' } })
  const back = Object.fromEntries(Object.entries(koNodes).map(([english, text]) => [text, english]))
  expect(Object.keys(korean.params)).toEqual(Object.keys(sampler.params))
  expect(declaredIn(back, korean).params.sampler).toEqual(sampler.params.sampler)
  expect(declaredIn({}, sampler)).toEqual(sampler)
})

test('the language that is on decides', async () => {
  const mix = byName('Mix')
  expect(declared(mix)).toBe(mix)
  await applyLanguage('ko')
  expect(declared(mix).outputs.mix!.about).toBe('a와 같은 종류')
  await applyLanguage('en')
  expect(declared(mix)).toBe(mix)
})

test('words of both languages find a node', async () => {
  await applyLanguage('ko')
  const also = (declaration: Declaration) => declared(declaration).summary
  const found = (query: string) => findNodes(declarations, { query, also }).map(({ declaration }) => declaration.title)
  expect(found('손글씨')).toEqual(['Digits', 'MNIST'])
  expect(found('handwritten')).toEqual(['Digits', 'MNIST'])
  expect(found('mnist 손글씨')).toEqual(['MNIST'])
})

test('tool-tips are in the words they are given', async () => {
  const node = { diffusion: { declaration: byName('Guidance') }, properties: {} } as unknown as DiffusionNode
  expect(aboutSlot(node, 'inputs', 't')).toMatch(/^t: timestep \(optional\)\. of both/)
  await applyLanguage('ko')
  const words = { ...texts.tips, declared }
  expect(aboutSlot(node, 'inputs', 't', words)).toMatch(/^t: timestep\(선택 사항\)\. 두 예측의 t/)
  expect(aboutSlot(node, 'inputs', 'old', words)).toBe('old는 이제 Guidance의 슬롯이 아닙니다.')
  expect(aboutParam(node, 'scale', words)).toMatch(/^scale: w: 0이면/)
})
