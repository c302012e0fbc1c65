// What nodes show and files hold, in Korean: what evaluations say all of it, nothing that is not said, numbers in their places.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'vite'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { applyLanguage, viewText } from '../../src/editor/texts.ts'
import { koViews } from '../../src/editor/texts/ko-views.ts'
import { keyOf, viewIn } from '../../src/editor/texts/views.ts'
import { formats } from '../../src/engine/checkpoint/formats.ts'

const source = join(import.meta.dirname, '../../src')
const filesIn = (folder: string) =>
  readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(source, folder, name))

/** A part of the source, as ESTree has it. */
type Part = Record<string, unknown> & { type: string }

/** The text of a literal, with # for what is put into it. */
function textOf({ type, value, quasis }: Part): string | undefined {
  if (type === 'Literal' && typeof value === 'string') return keyOf(value)
  if (type !== 'TemplateLiteral') return undefined
  return keyOf((quasis as { value: { cooked: string } }[]).map((quasi) => quasi.value.cooked).join('#'))
}

/** All literals in files; with `property`, those that are its value, or stand in it, but for what is given to functions. */
function literalsIn(files: readonly string[], property?: string): string[] {
  const found: string[] = []
  const visit = (part: unknown, wanted: boolean) => {
    if (Array.isArray(part)) return part.forEach((each) => visit(each, wanted))
    if (typeof part !== 'object' || part === null) return
    const { type, key } = part as Part
    const text = wanted ? textOf(part as Part) : undefined
    if (text !== undefined) found.push(text)
    const inside = (wanted && type !== 'CallExpression') || (type === 'Property' && (key as Part).name === property)
    for (const each of Object.values(part)) visit(each, inside || property === undefined)
  }
  for (const file of files) visit(parseSync(file, readFileSync(file, 'utf8'), { lang: 'ts' }).program, property === undefined)
  return found
}

const partsOf = (text: string) => [text, ...text.split(/; |, |> | > /)]
const has = (key: string) => Object.hasOwn(koViews, key)

/** Configurations of checkpoints, whose titles are put together from several texts. */
const examples = {
  unet: { block_out_channels: [16, 32], sample_size: 8, in_channels: 1 },
  mlp: { dim: 2, layers: 3, hidden: 64 },
  classifier: { height: 8, width: 8, in_channels: 1, block_out_channels: [16, 32], num_classes: 10 },
}
const titles = Object.entries(examples).map(([kind, config]) => formats[kind]!.describe(config))
const preconditioned = titles.map((title) => `${title}, preconditioned`)

vi.stubGlobal('document', { documentElement: {} })
afterEach(() => applyLanguage('en'))

describe('the words of views in Korean', () => {
  test('nothing that an evaluation notes beside a number is left in English', () => {
    const notes = literalsIn(filesIn('nodes/evaluate'), 'note')
    expect(notes.length).toBeGreaterThan(10)
    const left = notes.filter((note) => !partsOf(note).some(has) && /[a-z]{2}/.test(note))
    expect(left).toEqual([])
  })

  test('are of what is said somewhere', () => {
    const files = ['nodes', 'engine/checkpoint', 'engine/models'].flatMap(filesIn)
    const said = new Set([...literalsIn(files), ...[...titles, ...preconditioned].map(keyOf)].flatMap(partsOf))
    expect(Object.keys(koViews).filter((key) => !said.has(key))).toEqual([])
  })

  test('keep their numbers, and are Korean', () => {
    const holes = (text: string) => text.split('#').length
    const wrong = Object.entries(koViews).filter(([key, text]) => holes(key) !== holes(text) || !/[가-힣]/.test(text))
    expect(wrong).toEqual([])
  })
})

test('numbers, sizes and lists of numbers go where they belong; parts that are not known stay', () => {
  const said = (text: string) => viewIn(koViews, text)
  expect(said('lower is better; 16 principal components of the reference')).toBe('낮을수록 좋음; 기준의 주성분 16개')
  expect(said('± 0.0021; around 0 is best; 12 features of the classifier')).toBe(
    '± 0.0021; 0 근처가 가장 좋음; 분류기의 특징 12개',
  )
  expect(said('of 60,000')).toBe('60,000개 가운데')
  expect(said('values from -1 to 1')).toBe('값은 -1에서 1까지')
  expect(said('32 channels, attention, 2 heads')).toBe('채널 32개, 어텐션, 헤드 2개')
  expect(said('t = 412, 3 values are NaN or infinite')).toBe('t = 412, 값 3개가 NaN이거나 무한입니다')
  expect(titles.map(said)).toEqual([
    '수준 2개(채널 16, 32)의 UNet, 이미지 8 x 8 x 1',
    '은닉층 3개, 너비 64, 좌표 2개인 점의 MLP',
    '분류기, 수준 2개(채널 16, 32), 클래스 10개, 이미지 8 x 8 x 1',
  ])
  expect(said(preconditioned[0]!)).toBe('수준 2개(채널 16, 32)의 UNet, 이미지 8 x 8 x 1, 전처리됨')
  expect(['x_0', 'x_t, x_0', 'predicted x_0', '8 x 8', 'my own, 3'].map(said)).toEqual([
    'x_0',
    'x_t, x_0',
    'predicted x_0',
    '8 x 8',
    'my own, 3',
  ])
})

test('the language that is on decides', async () => {
  expect(viewText('No images')).toBe('No images')
  await applyLanguage('ko')
  expect(viewText('No images')).toBe('이미지가 없습니다')
  expect(viewText('constructor')).toBe('constructor')
})
