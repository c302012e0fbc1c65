// The dialogs of settings and of keyboard shortcuts in Chromium.
import { en } from '../../src/editor/texts/en/index.ts'
import { enKeys } from '../../src/editor/texts/en/keys.ts'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { addAxe, findViolations } from './axe.ts'
import {
  addNode,
  button,
  clickNode,
  drafts,
  onNode,
  painted,
  press,
  readStore,
  selectedTitles,
  titles,
  useEditor,
  waitForEditor,
} from './driver.ts'
import type { WorkflowFile } from '../../src/workflow/index.ts'
import type { Settings } from '../../src/editor/storage/settings.ts'
import { koKeys } from './korean.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { newProfile: true })

const { settings: words, shortcuts } = enKeys

let page: Page
beforeEach(async () => {
  page = editor.page
  await page.getByRole('button', { name: en.tour.skip }).click()
  await press(page, 'Alt+n')
  await page.getByText(en.canvas.empty).waitFor()
})

const stored = async () => (await readStore<Settings>(page, 'settings'))[0]
const dialog = (name: string) => page.getByRole('dialog', { name })
const row = (command: string) => page.locator(`.key-row[data-command="${command}"]`)
const mute = async () => onNode(page, 'Mix', ({ mode }) => mode)

async function openShortcuts() {
  await page.locator('canvas.canvas').focus()
  await press(page, 'Control+Shift+K')
  await dialog(shortcuts.title).getByRole('searchbox').waitFor()
}

/** Adds keys to a command. */
async function record(command: string, keys: string) {
  await row(command)
    .getByRole('button', { name: /^(Add|Change) / })
    .click()
  await row(command).locator('.recorder').waitFor()
  await press(page, keys)
}

describe('settings', () => {
  test('Ctrl+comma opens them, and a change applies and is stored', async () => {
    await page.locator('canvas.canvas').focus()
    await press(page, 'Control+,')
    const box = dialog(words.title)
    await box.getByLabel(en.top.theme).selectOption('contrast')
    await expect
      .poll(() => page.evaluate(() => document.documentElement.dataset.theme))
      .toBe('contrast')
    await box.getByRole('switch', { name: words.room }).click()
    await box.getByLabel(words.motion).selectOption('reduced')
    await expect.poll(stored).toMatchObject({ theme: 'contrast', room: false, motion: 'reduced' })
    expect(await page.evaluate(() => document.documentElement.dataset.motion)).toBe('reduced')
    await addAxe(page)
    expect(await findViolations(page, 'settings', 'dialog')).toEqual([])
    await box.getByRole('button', { name: words.reset }).click()
    await expect.poll(stored).toMatchObject({ theme: 'system', room: true, motion: 'system' })
    await press(page, 'Escape')
    await expect.poll(() => box.count()).toBe(0)
  })

  fullTest('change the language of the dialog itself', async () => {
    await button(page, en.top.settings).click()
    await page.getByRole('menuitem', { name: en.commands.settings }).click()
    await dialog(words.title).getByLabel(en.top.language).selectOption('ko')
    await dialog(koKeys.settings.title).getByText(koKeys.settings.roomHint).waitFor()
    await dialog(koKeys.settings.title).getByLabel('언어').selectOption('en')
    await dialog(words.title).waitFor()
  })

  fullTest('without room, a placed node covers others', async () => {
    await page.locator('canvas.canvas').focus()
    await press(page, 'Control+,')
    await dialog(words.title).getByRole('switch', { name: words.room }).click()
    await press(page, 'Escape')
    await addNode(page, 'mix', 400, 300)
    const before = await onNode(page, 'Mix', ({ pos }) => [...pos])
    await page.mouse.move(700, 600)
    await press(page, 'Control+a', 'Control+c')
    await page.locator('canvas.canvas').focus()
    // Beside the first node, which the new one is wide enough to cover.
    await addNode(page, 'grid', 300, 330)
    expect(await onNode(page, 'Mix', ({ pos }) => [...pos])).toEqual(before)
  })
})

describe('keyboard shortcuts', () => {
  fullTest(
    'open at the top, in groups with gestures, and are searched by name and keys',
    async () => {
      await openShortcuts()
      const box = dialog(shortcuts.title)
      const view = await box.evaluate((element) => {
        const title = element.querySelector('h2')!.getBoundingClientRect()
        return {
          scroll: element.scrollTop,
          title: title.top,
          top: element.getBoundingClientRect().top,
        }
      })
      expect(view.scroll).toBe(0)
      expect(view.title).toBeGreaterThan(view.top)
      expect(await page.evaluate(() => document.activeElement!.getAttribute('type'))).toBe('search')
      for (const name of Object.values(shortcuts.groups))
        await box.getByRole('heading', { name, exact: true }).waitFor()
      await box.getByText('Alt+Drag a node', { exact: true }).waitFor()
      await page.keyboard.type('ctrl h')
      await expect.poll(() => box.locator('.key-row').count()).toBe(1)
      await row('hideUnused').waitFor()
      await box.getByRole('searchbox').fill('zzzz')
      await box.getByText(shortcuts.none('zzzz')).waitFor()
      await box.getByRole('searchbox').fill('')
      await addAxe(page)
      expect(await findViolations(page, 'shortcuts', 'dialog')).toEqual([])
    },
  )

  fullTest('are listed in the documentation', async () => {
    await openShortcuts()
    const rows = await page.locator('.key-row').evaluateAll((all) =>
      all.map((each) => {
        const keys = [...each.querySelectorAll('.key')].map((key) =>
          [...key.querySelectorAll('kbd')].map(({ textContent }) => textContent).join('+'),
        )
        const label = each.querySelector('.what')!.textContent
        const listed = keys.map((each) => `\`${each}\``).join(', ')
        return listed ? `| ${label} | ${listed} |` : `| ${label} | |`
      }),
    )
    const gestures = await page
      .locator('.key-groups dl > div')
      .evaluateAll((all) =>
        all.map(
          (each) =>
            `| ${each.querySelector('dt')!.textContent} | ${each.querySelector('dd')!.textContent} |`,
        ),
      )
    const documented = readFileSync('docs/keys.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (Command|Gesture) \|/.test(line))
    expect([...rows, ...gestures].sort()).toEqual(documented.sort())
  })

  fullTest('are not shared by commands that can be used at the same time', async () => {
    await openShortcuts()
    const commands = await page.locator('.key-row').evaluateAll((all) =>
      all.map((each) => ({
        id: (each as HTMLElement).dataset.command!,
        keys: [...each.querySelectorAll('.key')].map(({ textContent }) => textContent ?? ''),
      })),
    )
    const byKeys = new Map<string, string[]>()
    for (const { id, keys } of commands)
      for (const each of keys) byKeys.set(each, [...(byKeys.get(each) ?? []), id])
    const shared = [...byKeys.values()].filter((ids) => ids.length > 1)
    expect(shared.map((ids) => ids.sort().join(' ')).sort()).toEqual([
      'leave selectTool',
      'queue run',
    ])
  })

  test('are changed, apply at once, survive a reload, and are reset', async () => {
    await addNode(page, 'mix', 400, 300)
    await openShortcuts()
    await record('mute', 'q')
    await row('mute').getByText('Q', { exact: true }).waitFor()
    await row('mute')
      .getByRole('button', { name: shortcuts.remove('M', en.commands.mute) })
      .click()
    await press(page, 'Escape')
    await clickNode(page, 'Mix')
    await press(page, 'm')
    expect(await mute()).toBe(0)
    await press(page, 'q')
    await expect.poll(mute).toBe(2)
    await expect.poll(async () => (await stored()).keys).toEqual({ mute: ['Mod+M', 'Q'] })
    // A draft is stored a moment after the change.
    const isMuted = ({ text }: { text: string }) =>
      (JSON.parse(text) as WorkflowFile).nodes.some(({ mode }) => mode === 2)
    await expect.poll(async () => (await drafts(page)).some(isMuted)).toBe(true)
    await page.reload()
    await waitForEditor(page)
    await expect.poll(() => titles(page)).toEqual(['Mix'])
    await painted(page)
    await clickNode(page, 'Mix')
    await expect.poll(() => selectedTitles(page)).toEqual(['Mix'])
    await press(page, 'q')
    await expect.poll(mute).toBe(0)
    await openShortcuts()
    await row('mute')
      .getByRole('button', { name: shortcuts.reset(en.commands.mute) })
      .click()
    await expect.poll(async () => (await stored()).keys).toEqual({})
  })

  test('ask before they take keys from a command, and refuse those of the browser', async () => {
    await openShortcuts()
    await record('vary', 'f')
    await page.getByText(shortcuts.used('F', en.commands.connect)).waitFor()
    await button(page, shortcuts.replace).click()
    await expect
      .poll(async () => (await stored()).keys)
      .toEqual({
        vary: ['Alt+V', 'F'],
        connect: [],
      })
    await row('connect')
      .getByRole('button', { name: shortcuts.change(en.commands.connect) })
      .waitFor()
    await record('connect', 'Control+c')
    await page.getByText(shortcuts.refused.fixed('Ctrl C', en.commands.copy)).waitFor()
    await press(page, 'Escape')
    await expect.poll(() => page.locator('.recorder').count()).toBe(0)
    expect(await dialog(shortcuts.title).count()).toBe(1)
  })

  fullTest('are exported and imported, and a wrong file is refused with the reason', async () => {
    await openShortcuts()
    await record('tour', 'Alt+j')
    await expect.poll(async () => (await stored()).keys).toEqual({ tour: ['Alt+J'] })
    const waiting = page.waitForEvent('download')
    await button(page, shortcuts.export).click()
    const text = readFileSync(await (await waiting).path(), 'utf8')
    expect(JSON.parse(text)).toMatchObject({ keys: { tour: ['Alt+J'] } })
    await button(page, shortcuts.resetAll).click()
    await expect.poll(async () => (await stored()).keys).toEqual({})
    const choose = async (content: string) => {
      const chooser = page.waitForEvent('filechooser')
      await button(page, shortcuts.import).click()
      const buffer = Buffer.from(content)
      await (await chooser).setFiles({ name: 'keys.json', mimeType: 'application/json', buffer })
    }
    await choose('{"nodes": []}')
    await page.getByText(shortcuts.problems.format).waitFor()
    expect((await stored()).keys).toEqual({})
    await choose(text)
    await page.getByText(shortcuts.imported(1)).waitFor()
    await expect.poll(async () => (await stored()).keys).toEqual({ tour: ['Alt+J'] })
  })
})
