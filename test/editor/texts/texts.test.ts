import { afterEach, describe, expect, test, vi } from 'vitest'
import * as format from '../../../src/editor/ui/format.ts'
import { applyLanguage, language, findLanguage, texts } from '../../../src/editor/texts/texts.ts'
import { en } from '../../../src/editor/texts/en/index.ts'
import { ko } from '../korean.ts'

/** Returns all texts with their paths; functions are called with placeholders. */
function said(part: unknown, path = ''): [string, string][] {
  if (typeof part === 'string') return [[path, part]]
  if (typeof part === 'function')
    return [[path, (part as (...args: unknown[]) => string)(['3'], ['7'], ['5'])]]
  return Object.entries(part as object).flatMap(([key, value]) => said(value, `${path}.${key}`))
}

describe('texts of the editor', () => {
  afterEach(() => applyLanguage('en'))
  vi.stubGlobal('document', { documentElement: {} })

  test('Korean has the ids of English, with Korean texts', () => {
    const [english, korean] = [said(en), said(ko)]
    expect(korean.map(([path]) => path)).toEqual(english.map(([path]) => path))
    const same = korean.filter(([, text], i) => text === english[i][1]).map(([path]) => path)
    expect(same.sort()).toEqual([
      '.dataset.colours.3',
      '.dataset.rgb',
      '.panel.start.2.0',
      '.present.position',
      '.product',
      '.share.file',
      '.status.rejected',
      '.viewer.formats.apng',
      '.viewer.formats.gif',
    ])
  })

  test('a particle matches the final sound of a word', () => {
    expect(ko.files.opened('점')).toBe('점을 열었습니다')
    expect(ko.files.opened('고양이')).toBe('고양이를 열었습니다')
    expect(ko.files.saved('MNIST 10')).toBe('“MNIST 10”을 저장했습니다')
    expect([ko.palette.to('노이즈'), ko.palette.to('모델'), ko.palette.to('점')]).toEqual([
      '노이즈로',
      '모델로',
      '점으로',
    ])
  })

  test('uses the language of the browser if available', () => {
    expect(findLanguage(['tlh-Latn', 'ko-KR', 'en'])).toBe('ko')
    expect(findLanguage(['tlh'])).toBe('en')
  })

  test('numbers and texts change with the language', async () => {
    expect(format.time(125)).toBe('2 min 05 s')
    await applyLanguage('ko')
    expect(language()).toBe('ko')
    expect(texts.top.run).toBe('실행')
    expect(format.time(125)).toBe('2분 05초')
    expect(format.ago(Date.now() - 5 * 60_000)).toBe('5분 전')
  })
})
