// Defects that a review of the editor found, about the tour, lists and languages; see
// defectsRuns.browser.test.ts.
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  addNode,
  button,
  clickNode,
  getViewKind,
  locateNode,
  locateSlot,
  onCanvas,
  onNode,
  painted,
  press,
  titles,
  useEditor,
  values,
} from './driver.ts'
import { ko, koWorkflows } from './korean.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, {
  newProfile: true,
  size: [1440, 900],
  media: { reducedMotion: 'reduce' },
})

let page: Page
beforeEach(() => void (page = editor.page))

const step = async () =>
  Number(
    /step ([\d,]+)/.exec(await page.locator('.status .figures').innerText())![1].replace(',', ''),
  )

describe('3: the tour', () => {
  const note = () => page.getByRole('complementary', { name: en.tour.label })
  const heading = (title: string) => note().getByRole('heading', { name: title }).waitFor()

  test('compares samples of another distribution, and ends on a filled plot', async () => {
    const { change, compare } = en.tour.steps
    expect(`${change.text} ${compare.text}`).not.toMatch(/epsilon|predicts|loss/i)
    const [, param, choice] = /set (\w+) to (\w+)/.exec(change.text)!
    await heading(en.tour.steps.run.title)
    await button(page, 'Run').click()
    await expect.poll(() => getViewKind(page, 'Samples on the data')).toBe('scatter')
    await button(page, 'Stop').click()
    await heading(change.title)
    await clickNode(page, 'Data')
    await page.getByLabel(param, { exact: true }).selectOption(choice)
    await heading(en.tour.steps.again.title)
    await press(page, 'Control+Enter')
    await heading(compare.title)
    await expect.poll(step).toBeGreaterThan(220)
    await button(page, 'Stop').click()
    await heading(en.tour.steps.end.title)
    const inside = await onNode(page, 'Samples on the data', ({ diffusion: { view } }) => {
      if (view?.kind !== 'scatter') return 0
      const { points } = view.clouds.at(-1)!
      const isInside = (i: number) =>
        Math.abs(points[2 * i]) < 2.4 && Math.abs(points[2 * i + 1]) < 2.4
      const count = points.length / 2
      return Array.from({ length: count }, (_, i) => isInside(i)).filter(Boolean).length / count
    })
    expect(inside).toBeGreaterThan(0.5)
  })

  test('covers none of the nodes of the loop that it is about', async () => {
    await heading(en.tour.steps.run.title)
    await locateNode(page, 'Predict')
    await painted(page)
    const card = (await note().boundingBox())!
    for (const title of ['Forward Noise', 'Target', 'Predict', 'Loss']) {
      const [width, height] = await onNode(page, title, ({ size }) => [...size])
      const [from, to] = [
        await locateNode(page, title, [0, -30]),
        await locateNode(page, title, [width, height]),
      ]
      const apart =
        from.x >= card.x + card.width ||
        to.x <= card.x ||
        from.y >= card.y + card.height ||
        to.y <= card.y
      expect({ title, apart }).toEqual({ title, apart: true })
    }
  })
})

describe('27: the list of samplers', () => {
  const list = () => page.getByRole('dialog', { name: 'sampler' })

  test('has groups, one line for each choice, a search field, and a limited height', async () => {
    await press(page, 'Alt+n')
    await page.getByText(en.canvas.empty).waitFor()
    await addNode(page, 'sampler', 300, 300)
    const above = await locateSlot(page, 'Sampler', 'timesteps')
    await page.mouse.click(above.x + 100, above.y + 24)
    const { groups } = en.choices
    for (const name of Object.values(groups)) await list().getByRole('group', { name }).waitFor()
    const within = (name: string) =>
      list().getByRole('group', { name }).getByRole('option').locator('.name').allInnerTexts()
    expect(await within(groups.deterministic)).toEqual(
      expect.arrayContaining(['ddim', 'dpmpp_2m', 'heun', 'unipc']),
    )
    expect(await within(groups.freshNoise)).toEqual(
      expect.arrayContaining(['ddpm', 'euler_ancestral', 'dpmpp_2m_sde']),
    )
    expect((await within(groups.distilled)).sort()).toEqual(['consistency', 'lcm', 'tcd'])
    const heights = await list()
      .getByRole('option')
      .evaluateAll((all) => all.map((option) => option.getBoundingClientRect().height))
    expect(heights.length).toBeGreaterThan(25)
    expect(Math.max(...heights)).toBeLessThan(45)
    expect((await list().boundingBox())!.height).toBeLessThan(520)
    await list().getByRole('combobox').fill('new noise two')
    await expect.poll(() => list().getByRole('option').count()).toBeLessThan(5)
    await list().getByRole('combobox').fill('dpmpp sde')
    await press(page, 'Enter')
    await expect.poll(() => values(page, 'Sampler')).toMatchObject({ sampler: 'dpmpp_sde' })
    await clickNode(page, 'Sampler')
    const inPanel = page.getByRole('combobox', { name: 'sampler', exact: true })
    expect(
      await inPanel
        .locator('optgroup')
        .evaluateAll((all) => all.map((group) => group.getAttribute('label'))),
    ).toEqual(Object.values(groups))
  })
})

test('35: the key of the library closes it on each of its tabs', async () => {
  const library = button(page, 'Library')
  await page.locator('canvas.canvas').focus()
  await press(page, 'Alt+g')
  await expect.poll(() => library.getAttribute('aria-expanded')).toBe('true')
  await press(page, 'Alt+l')
  await expect.poll(() => library.getAttribute('aria-expanded')).toBe('false')
  await press(page, 'Alt+l')
  await page.getByRole('tab', { name: en.drawer.mine, selected: true }).waitFor()
})

describe('22: in Korean', () => {
  const chooseKorean = async () => {
    await button(page, 'Settings').click()
    await page.getByRole('menuitemradio', { name: '한국어' }).click()
    await page.locator('html[lang=ko]').waitFor()
  }

  test('undo and redo are not called like a run', async () => {
    await chooseKorean()
    for (const text of [ko.top.undo, ko.top.redo, ko.commands.undo, ko.commands.redo])
      expect(text).not.toContain(ko.top.run)
    expect(await page.locator(`.tools [aria-label^="${ko.commands.undo}"]`).count()).toBe(1)
  })

  test('notes and nodes of a ready workflow have Korean titles, in its file English ones', async () => {
    await expect.poll(() => titles(page)).toContain('What happens')
    await chooseKorean()
    const { titles: korean = {} } = koWorkflows.points
    await expect.poll(() => titles(page)).toContain(korean[14])
    expect(await titles(page)).toContain(korean[19])
    expect(await titles(page)).not.toContain('Loss curve')
    const stored = await onCanvas(page, ({ graph }) => graph._nodes.map(({ title }) => title))
    expect(stored).toEqual(expect.arrayContaining(['What happens', 'Loss curve']))
    await clickNode(page, korean[19])
    await expect.poll(() => page.locator('.panel h2').innerText()).toBe(korean[19])
    // Renaming starts with the shown title, and leaves the title alone if it is not changed.
    await press(page, 'F2')
    await page.locator('.quick input').waitFor()
    expect(await page.locator('.quick input').inputValue()).toBe(korean[19])
    await press(page, 'Enter')
    await clickNode(page, korean[1])
    await press(page, 'F2')
    await page.locator('.quick input').fill('내 데이터')
    await press(page, 'Enter')
    await expect.poll(() => titles(page)).toContain('내 데이터')
    expect(await onCanvas(page, ({ graph }) => graph._nodes.map(({ title }) => title))).toContain(
      'Loss curve',
    )
  })
})
