// The gallery as a learning path, the list of tabs, and formulas in titles and notes, in Chromium.
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { en } from '../../../src/editor/texts/en/index.ts'
import { learningPath } from '../../../src/editor/workspace/learningPath.ts'
import { useBuiltEditor, useChromium } from '../../chromium.ts'
import { addAxe, findViolations } from '../axe.ts'
import {
  addNode,
  button,
  clickNode,
  onNode,
  press,
  titles,
  useEditor,
  waitForRun,
} from '../driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server)

let page: Page
beforeEach(() => void (page = editor.page))

const cards = () => page.locator('.card')
const openGallery = async () => {
  await press(page, 'Alt+g')
  await cards().first().waitFor()
}
const tabNames = () => page.locator('.tab-bar .tab .name').allInnerTexts()
const openCard = async (name: string) => {
  await openGallery()
  await cards()
    .filter({ has: page.getByText(name, { exact: true }) })
    .click()
  await page.locator('.drawer').waitFor({ state: 'detached' })
}

describe('the gallery', () => {
  test('fills the screen with cards in order, with topic, time and needs', async () => {
    await openGallery()
    expect(await cards().count()).toBe(learningPath.length)
    expect(await page.locator('.card .place').allInnerTexts()).toEqual(
      learningPath.map((_, i) => String(i + 1)),
    )
    const { width } = (await page.locator('.drawer').boundingBox())!
    expect(width).toBe(1280)
    const tops = await cards().evaluateAll((all) =>
      all.map((card) => card.getBoundingClientRect().top),
    )
    expect(tops.filter((top) => top === tops[0]).length).toBeGreaterThan(3)
    const facts = await page.locator('.card .facts').allInnerTexts()
    expect(facts[0]).toBe(`${en.drawer.topics.points} · ${en.gallery.underMinute}`)
    expect(facts.filter((each) => each.includes(en.gallery.needs.images))).toHaveLength(1)
  })

  test('is filtered by level and topic, and searched', async () => {
    await openGallery()
    const chip = (name: string) =>
      page.locator('.gallery-head').getByRole('button', { name, exact: true })
    await chip(en.gallery.levels.advanced).click()
    const advanced = learningPath.filter(({ level }) => level === 'advanced')
    await expect.poll(() => cards().count()).toBe(advanced.length)
    await chip(en.drawer.topics.editing).click()
    await expect.poll(() => cards().count()).toBe(0)
    await page.getByText(en.gallery.noneOfBoth).waitFor()
    await button(page, en.gallery.showAll).click()
    await expect.poll(() => cards().count()).toBe(learningPath.length)
    await chip(en.drawer.topics.editing).click()
    expect(await page.locator('.topic').allInnerTexts()).toEqual([
      en.gallery.levels.basic,
      en.gallery.levels.intermediate,
    ])
    await page.getByRole('searchbox').fill('RePaint')
    await expect
      .poll(() => page.locator('.card .name').allInnerTexts())
      .toContain('RePaint inpainting')
    await press(page, 'Escape')
    await page.locator('.drawer').waitFor({ state: 'detached' })
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('CANVAS')
  })

  test('a card shows the open tab of an unchanged workflow, also after a reload', async () => {
    await openCard('Posterior distribution')
    await expect.poll(async () => (await titles(page)).length).toBeGreaterThan(5)
    // A workflow that ran is not replaced by the next one.
    await press(page, 'Control+Enter')
    await waitForRun(page)
    await press(page, 'Alt+n')
    await addNode(page, 'grid', 300, 300)
    await expect.poll(tabNames).toEqual(['Posterior distribution', 'Untitled'])
    await openCard('Posterior distribution')
    await expect.poll(async () => (await titles(page)).length).toBeGreaterThan(5)
    expect(await tabNames()).toEqual(['Posterior distribution', 'Untitled'])
    await press(page, 'Alt+2')
    await expect.poll(() => titles(page)).toEqual(['Grid'])
    await page.reload()
    await expect.poll(() => titles(page)).toEqual(['Grid'])
    await openCard('Posterior distribution')
    await expect.poll(async () => (await titles(page)).length).toBeGreaterThan(5)
    expect(await tabNames()).toEqual(['Posterior distribution', 'Untitled'])
  })
})

describe('the list of tabs', () => {
  const rename = async (name: string) => {
    await page.getByRole('textbox', { name: 'Rename workflow' }).fill(name)
    await press(page, 'Enter')
  }
  const openNamed = async (...names: string[]) => {
    for (const [i, name] of names.entries()) {
      if (i) await press(page, 'Alt+n')
      await expect.poll(() => titles(page)).toEqual([])
      await rename(name)
      await addNode(page, 'grid', 400, 300)
    }
    await expect.poll(tabNames).toEqual(names)
  }
  const list = () => page.getByRole('dialog', { name: en.tabs.list })
  const openList = async () => {
    await button(page, en.commands.listTabs).click()
    await list().waitFor()
  }

  test('is searched with the keyboard, shows a tab and closes another', async () => {
    await openNamed('Alpha', 'Beta', 'Gamma', 'Delta')
    await openList()
    const rows = () => list().locator('.name').allInnerTexts()
    expect(await rows()).toEqual(['Alpha', 'Beta', 'Gamma', 'Delta'])
    await addAxe(page)
    expect(await findViolations(page, 'list of tabs', '.tab-list-box')).toEqual([])
    await page.keyboard.type('gam')
    await expect.poll(rows).toEqual(['Gamma'])
    await press(page, 'Enter')
    await list().waitFor({ state: 'detached' })
    await expect.poll(() => page.locator('.tab.shown .name').innerText()).toBe('Gamma')

    await press(page, 'Alt+0')
    await list().locator(':focus').waitFor()
    await press(page, 'ArrowDown', 'ArrowDown', 'Tab', 'Enter')
    await expect.poll(tabNames).toEqual(['Alpha', 'Gamma', 'Delta'])
    await list().locator(':focus').waitFor()
    await press(page, 'Escape')
    await list().waitFor({ state: 'detached' })
  })

  test('others and tabs to the right are closed, keep their changes, and come back', async () => {
    await openNamed('Alpha', 'Beta', 'Gamma', 'Delta')
    await press(page, 'Alt+2')
    await openList()
    await list().getByRole('button', { name: en.commands.closeRight }).click()
    await expect.poll(tabNames).toEqual(['Alpha', 'Beta'])
    await page.locator('.toasts').getByText(en.tabs.closedSeveral(2)).waitFor()
    await page.locator('.toasts').getByRole('button', { name: en.tabs.reopen }).click()
    await expect
      .poll(async () => (await tabNames()).sort())
      .toEqual(['Alpha', 'Beta', 'Delta', 'Gamma'])
    await page.locator('.tab', { hasText: 'Alpha' }).click({ button: 'right' })
    await page.getByRole('menuitem', { name: en.commands.closeOthers }).click()
    await expect.poll(() => page.locator('.tab-bar').count()).toBe(0)
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Rename workflow' }).inputValue())
      .toBe('Alpha')
  })
})

describe('mathematics and Markdown', () => {
  const TITLE = 'The posterior q(x_{t-1} | x_t, x_0)'
  const PLAIN = 'The posterior q(xₜ₋₁ | xₜ, x₀)'

  test('titles are typeset in tabs and the panel, and plain in the page title', async () => {
    await page.getByRole('textbox', { name: 'Rename workflow' }).fill(TITLE)
    await press(page, 'Enter')
    await page.locator('.panel h2 .katex').first().waitFor()
    expect(await page.locator('.panel h2 .math').getAttribute('aria-label')).toBe(
      'q(xₜ₋₁ | xₜ, x₀)',
    )
    await expect.poll(() => page.title()).toContain(PLAIN)
    await addNode(page, 'grid', 300, 300)
    await press(page, 'Alt+n')
    const tab = page.locator('.tab', { hasText: 'The posterior' })
    await tab.locator('.katex').first().waitFor()
    expect(await tab.locator('.go').getAttribute('title')).toContain(PLAIN)
    expect(await button(page, en.tabs.close(PLAIN)).count()).toBe(1)
  })

  const setNote = async (text: string) => {
    await addNode(page, 'note', 400, 300)
    await clickNode(page, 'Note')
    const field = page.locator('.panel textarea')
    await field.fill(text)
    await field.blur()
    await expect.poll(() => onNode(page, 'Note', ({ properties }) => properties.text)).toBe(text)
  }

  test('a note is rendered in the panel', async () => {
    await setNote(
      '**Bold** and *soft*, x_t and $\\bar\\alpha_t$\n\n- one\n- two\n\n[DDPM](https://arxiv.org/abs/2006.11239)',
    )
    const note = page.locator('.note-text')
    await note.locator('strong').waitFor()
    expect(await note.locator('strong').innerText()).toBe('Bold')
    expect(await note.locator('em').innerText()).toBe('soft')
    expect(await note.locator('li').allInnerTexts()).toEqual(['one', 'two'])
    await expect.poll(() => note.locator('.katex').count()).toBeGreaterThan(1)
    expect(await note.locator('a').getAttribute('href')).toBe('https://arxiv.org/abs/2006.11239')
    expect(await note.locator('a').getAttribute('rel')).toBe('noopener noreferrer')
  })

  test('a hostile note runs nothing, loads nothing and leads nowhere', async () => {
    const asked: string[] = []
    page.on('request', (request) => void asked.push(request.url()))
    await setNote(
      [
        '<script>globalThis.hacked = 1</script>',
        '<img src=x onerror="globalThis.hacked = 1">',
        '![x](https://example.invalid/x.png "t")',
        '[a](javascript:globalThis.hacked=1) [b](data:text/html,x)',
        '<javascript:globalThis.hacked=1>',
        '<iframe src="https://example.invalid"></iframe>',
        '$\\href{javascript:globalThis.hacked=1}{x}$ $\\includegraphics{https://example.invalid/x.png}$',
        '$\\htmlStyle{position:fixed}{x}$',
        '<style>* { display: none }</style>',
      ].join('\n\n'),
    )
    const note = page.locator('.note-text')
    await note.locator('.markdown').waitFor()
    await expect.poll(() => note.innerText()).toContain('<iframe')
    expect(
      await note
        .locator('script, img, iframe, style, a, [onerror], [href], [src]')
        .evaluateAll((all) => all.map(({ outerHTML }) => outerHTML)),
    ).toEqual([])
    expect(await page.evaluate(() => (globalThis as { hacked?: unknown }).hacked)).toBeUndefined()
    expect(asked.filter((url) => url.includes('example.invalid'))).toEqual([])
  })
})
