// Korean texts of nodes: complete for each translated node, without unused ones, and looked up by
// position.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { findNodes } from '../../../src/editor/graph/nodeSearch.ts'
import { applyLanguage, translateNode, texts } from '../../../src/editor/texts/texts.ts'
import {
  textKey,
  type NodeTexts,
  translateDeclaration,
} from '../../../src/editor/texts/declarations.ts'
import {
  describe as describeNode,
  withDescription,
  withoutDescription,
} from '../../../src/editor/texts/descriptions.ts'
import { toDeclaration, type Declaration } from '../../../src/engine/plan/op.ts'
import type { DiffusionNode } from '../../../src/litegraph/diffusionNode.ts'
import { paramTooltip, slotTooltip } from '../../../src/litegraph/tooltips.ts'
import type { StepOp } from '../../../src/nodes/sampling/defineStep.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { koNodes } from '../korean.ts'

const declarations = nodes.map(toDeclaration)
const byName = (name: string) => declarations.find(({ type }) => type === `diffusion/${name}`)!

/** Returns all texts of a declaration or its translation by position: "Mix.params.w". */
function textsByPlace(
  name: string,
  { summary, inputs, outputs, params }: Declaration | NodeTexts,
): [string, string][] {
  const texts: [string, string][] = [[`${name}.summary`, summary]]
  for (const [side, slots] of Object.entries({ inputs, outputs, params })) {
    for (const [slot, part] of Object.entries<string | { about: string; each?: object }>(
      slots ?? {},
    )) {
      const place = `${name}.${side}.${slot}`
      const { about, each = {} } = typeof part === 'string' ? { about: part } : part
      texts.push([place, about])
      for (const [choice, text] of Object.entries<string>(each as Record<string, string>)) {
        texts.push([`${place}.${choice}`, text])
      }
    }
  }
  return texts.filter(([, text]) => text)
}

const english = new Map(declarations.flatMap((each) => textsByPlace(textKey(each), each)))
const korean = new Map(Object.entries(koNodes).flatMap(([name, each]) => textsByPlace(name, each)))

/** Returns the declaration with every English sentence replaced. */
const reworded = <D extends Declaration>(declaration: D): D =>
  JSON.parse(
    JSON.stringify(declaration, (key, value: unknown) =>
      typeof value === 'string' && (key === 'summary' || key === 'about') ? 'Other words' : value,
    ),
  ) as D

vi.stubGlobal('document', { documentElement: {} })
afterEach(() => applyLanguage('en'))

test('descriptions and bare declarations are the whole declarations', () => {
  for (const declaration of declarations) {
    const bare = withoutDescription(declaration)
    expect(withDescription(bare, describeNode(declaration))).toEqual(declaration)
    const texts = textsByPlace('', bare).filter(([, text]) => text !== '')
    expect(texts).toEqual([])
    expect(bare).not.toHaveProperty('equation')
  }
})

/** Nodes without any Korean text. The editor shows them in English. */
const untranslated = declarations.map(textKey).filter((name) => !Object.hasOwn(koNodes, name))

/**
 * Positions in Sampler that come from step nodes: choices of `sampler` and the params of these
 * choices.
 */
const fromSteps = nodes
  .filter((op): op is StepOp => 'samplers' in op)
  .flatMap((op) =>
    op.samplers.flatMap(({ name, params }) =>
      [`sampler.${name}`, ...Object.keys(params)].map((part) => ({
        place: `Sampler.params.${part}`,
        step: textKey(op),
      })),
    ),
  )

/** Returns true for a position in a node without any Korean text. */
function isUntranslated(place: string): boolean {
  const steps = fromSteps.filter((from) => from.place === place).map(({ step }) => step)
  return [place.split('.')[0], ...steps].some((name) => untranslated.includes(name))
}

describe('Korean texts of nodes', () => {
  const categories = [...new Set(declarations.map(({ category }) => category))]

  test.each(categories)('%s: a node with Korean texts has all of them', (category) => {
    const names = declarations.filter((each) => each.category === category).map(textKey)
    const places = [...english.keys()].filter((place) => names.includes(place.split('.')[0]))
    expect(places.length).toBeGreaterThan(0)
    expect(places.filter((place) => !korean.has(place) && !isUntranslated(place))).toEqual([])
  })

  test(process.env.FULL ? 'exist for every node' : 'warns about nodes without texts', () => {
    expect(untranslated.length).toBeLessThan(declarations.length)
    if (process.env.FULL) expect(untranslated).toEqual([])
    else if (untranslated.length) {
      console.warn(`No Korean texts, shown in English: ${untranslated.join(', ')}`)
    }
  })

  test('exist only for positions in declarations', () => {
    expect([...korean.keys()].filter((place) => !english.has(place))).toEqual([])
  })

  test('keep names, and are in Korean', () => {
    const names = (text: string) =>
      [...text.matchAll(/`[^`]+`|\b[a-z]+_[a-z_\d]+\b/gi)].map(([name]) => name)
    const wrong = [...korean].filter(([place, translation]) => {
      const text = english.get(place) ?? ''
      return (
        names(text).some((name) => !translation.includes(name)) ||
        (/[a-z]/i.test(text) && !/[가-힣]/.test(translation))
      )
    })
    expect(wrong).toEqual([])
  })

  test('are looked up by position, not by the English texts', () => {
    for (const declaration of declarations) {
      const name = textKey(declaration)
      const translated = (each: Declaration) =>
        textsByPlace(name, translateDeclaration(koNodes, each)).filter(([place]) =>
          korean.has(place),
        )
      expect(translated(reworded(declaration))).toEqual(translated(declaration))
    }
  })
})

test('translation changes only the texts of a declaration', () => {
  const sampler = byName('Sampler')
  const translation = translateDeclaration(koNodes, sampler)
  expect(translation.summary).toBe(koNodes.Sampler.summary)
  expect(translation.inputs.x_T.about).toBe(koNodes.Sampler.inputs?.x_T)
  expect(translation.params.sampler).toMatchObject(koNodes.Sampler.params!.sampler as object)
  const blank = (declaration: Declaration) =>
    JSON.parse(
      JSON.stringify(declaration, (key, value: unknown) =>
        ['summary', 'about', 'each'].includes(key) ? undefined : value,
      ),
    ) as unknown
  expect(blank(translation)).toEqual(blank(sampler))
  expect(translateDeclaration({}, sampler)).toBe(sampler)
})

test('translateNode uses the current language', async () => {
  const mix = byName('Mix')
  expect(translateNode(mix)).toEqual(mix)
  await applyLanguage('ko')
  expect(translateNode(mix).outputs.mix.about).toBe(koNodes.Mix.outputs?.mix)
  await applyLanguage('en')
  expect(translateNode(mix)).toEqual(mix)
})

test('node search finds words of both languages', async () => {
  await applyLanguage('ko')
  const also = (declaration: Declaration) => translateNode(declaration).summary
  const found = (query: string) =>
    findNodes(declarations, { query, also }).map(({ declaration }) => declaration.title)
  expect(found('손글씨')).toEqual(['Digits', 'MNIST'])
  expect(found('handwritten')).toEqual(['Digits', 'MNIST'])
  expect(found('mnist 손글씨')).toEqual(['MNIST'])
})

test('tooltips use the texts passed to them', async () => {
  const node = {
    diffusion: { declaration: byName('Guidance') },
    properties: {},
  } as unknown as DiffusionNode
  expect(slotTooltip(node, 'inputs', 't')).toBe(
    `t: timestep (optional). ${english.get('Guidance.inputs.t')}`,
  )
  await applyLanguage('ko')
  const words = { ...texts.tips, declared: translateNode }
  expect(slotTooltip(node, 'inputs', 't', words)).toBe(
    `t: timestep(선택 사항). ${korean.get('Guidance.inputs.t')}`,
  )
  expect(slotTooltip(node, 'inputs', 'old', words)).toBe('old는 이제 Guidance의 슬롯이 아닙니다.')
  expect(paramTooltip(node, 'scale', words)).toBe(`scale: ${korean.get('Guidance.params.scale')}`)
})
