// Editor without a pointer and with a screen reader: the outline by keyboard only, and axe's checks
// of its screens.
import { en } from '../../src/editor/texts/en/index.ts'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  emptyWorkflow,
  parseWorkflow,
  type FileNode,
  type WorkflowFile,
} from '../../src/workflow/index.ts'
import { addAxe, findViolations as foundOn } from './axe.ts'
import {
  button,
  dropFile,
  waitForRun,
  newWorkflow,
  onCanvas,
  painted,
  press as pressOn,
  titles,
  focusOutline,
  useEditor,
  values,
} from './driver.ts'
import { declarations, fileOf, wiresOf } from './fileOf.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, {
  newProfile: true,
  media: { reducedMotion: 'reduce', colorScheme: 'dark' },
})

let page: Page
beforeEach(() => void (page = editor.page))

const press = (keys: string) => pressOn(page, keys)

/** Label or text of the focused element. */
const focused = () =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLInputElement
    const label =
      element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent
    return label?.replaceAll(/\s+/g, ' ').trim() ?? ''
  })

/** Presses Tab until the focused element's name starts with `name`, or equals it if `field`. */
async function tabTo(name: string, key = 'Tab', field = false) {
  const passed: string[] = []
  for (let i = 0; i < 60; i++) {
    const now = await focused()
    passed.push(now.slice(0, 40))
    if (field ? now === name : now.startsWith(name)) return
    await press(key)
  }
  throw new Error(`The tab key does not lead to ${name}, but to: ${passed.join(' | ')}.`)
}

async function choose(words: string) {
  await page.getByRole('combobox', { name: 'Find a node' }).waitFor()
  await page.keyboard.type(words)
  await press('Enter')
}

const chart = () =>
  onCanvas(page, ({ graph }) => {
    const node = graph._nodes.find(({ type }) => type === 'diffusion/ScheduleChart')
    return {
      wires: node?.inputs.filter(({ link }) => link != null).length,
      shows: node?.diffusion.view?.kind,
    }
  })

test('builds, runs and saves a graph by keyboard', async () => {
  await press('F1')
  await page.keyboard.type('new workflow')
  await press('Enter')
  await page.getByText(en.canvas.empty).waitFor()

  await press('Shift+Tab')
  expect(await focused()).toBe(en.outline.label)
  await press('Enter')
  await expect.poll(focused).toBe('Add node')
  await press('Enter')
  await choose('noise schedule')
  await expect.poll(focused).toBe('Noise Schedule')

  await press('Enter')
  await tabTo('num_train_timesteps', 'Tab', true)
  await press('ArrowUp')
  await tabTo(en.outline.addAfter('schedule'), 'Shift+Tab')
  await expect
    .poll(async () => (await values(page, 'Noise Schedule')).num_train_timesteps)
    .toBe(1001)
  await press('Enter')
  await choose('schedule chart')
  await expect.poll(focused).toBe('Schedule Chart')
  expect((await chart()).wires).toBe(1)

  await press('Home')
  await press('Shift+D')
  await expect
    .poll(() => titles(page))
    .toEqual(['Noise Schedule', 'Noise Schedule', 'Schedule Chart'])
  await tabTo('Schedule Chart')
  await press('Enter')
  await tabTo('schedules_2')
  await press('End')
  await expect.poll(async () => (await chart()).wires).toBe(2)
  await expect.poll(focused).toMatch(/^schedules_2/)

  await press('Control+Enter')
  await expect.poll(async () => (await chart()).shows).toBe('chart')
  await waitForRun(page)

  await press('Control+s')
  await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor()
  await page.keyboard.type('By keys')
  await press('Enter')
  await page.getByText('Saved “By keys”').waitFor()
  await expect.poll(focused).toMatch(/^schedules_2/)

  await press('Shift+Tab')
  await tabTo('Delete')
  await press('Enter')
  await expect.poll(() => titles(page)).toEqual(['Noise Schedule', 'Noise Schedule'])
  await expect.poll(focused).toMatch(/^Noise Schedule/)
})

test('keeps the focus on a node that moves into a loop, and shows its faults', async () => {
  await dropFile(
    page,
    'loop.json',
    JSON.stringify(
      fileOf({ 1: 'SamplingStart', 2: 'SamplingEnd', 3: 'StopGradient', 4: 'Inspect' }, [
        [1, 'loop', 2, 'loop'],
        [3, 'value', 4, 'value'],
      ]),
    ),
  )
  await expect.poll(() => titles(page)).toContain('Stop Gradient')
  await focusOutline(page)
  const outline = page.getByRole('region', { name: en.outline.label })
  await outline.getByRole('list', { name: 'Loop of Sampling Start' }).waitFor()
  await tabTo('Stop Gradient')
  await press('Enter')
  await tabTo('value')
  await press('ArrowDown')
  await outline
    .getByRole('list', { name: 'Loop of Sampling Start' })
    .getByText('Stop Gradient', { exact: true })
    .waitFor()
  await expect.poll(focused).toMatch(/^value/)
  await press('Control+Enter')
  await outline.getByText(en.outline.states.fault).first().waitFor()
  expect(await page.getByRole('alert').first().textContent()).toContain('problem')
})

// ---- complete workflow

const titleOf = ({ type, title }: FileNode) => title ?? declarations.get(type)!.title

/** Workflow without node ids: values by title, and links by titles. */
function meaningOf(file: WorkflowFile) {
  const named = file.nodes.map((node) => ({ ...node, id: titleOf(node) }))
  const nameOf = new Map(file.nodes.map((node) => [node.id, titleOf(node)]))
  const links = file.links.map(
    (link): typeof link =>
      link.with(1, nameOf.get(link[1])!).with(3, nameOf.get(link[3])!) as never,
  )
  return {
    nodes: Object.fromEntries(
      named.map(({ id, type, properties }) => [id, { type, ...properties }]),
    ),
    wires: wiresOf({ ...emptyWorkflow(), nodes: named, links }).sort(),
  }
}

/** Adds a node by the search, and gives it a title. */
async function add(node: FileNode) {
  const { title } = declarations.get(node.type)!
  await press('Control+k')
  await choose(title)
  await expect.poll(focused).toMatch(title)
  if (!node.title) return
  await press('F2')
  await expect.poll(focused).toBe('Rename…')
  await page.keyboard.type(node.title)
  await press('Enter')
  await expect.poll(focused).toMatch(node.title)
}

/** Finds a node and expands it in the outline. */
async function goTo(node: FileNode) {
  await press('Control+f')
  await page.getByRole('combobox', { name: en.finder.nodes }).waitFor()
  await page.keyboard.type(titleOf(node))
  await press('Enter')
  await expect.poll(focused).toMatch(titleOf(node))
  await press('Enter')
  await page.locator('[data-node]:has(:focus) .content').waitFor()
}

/** Selects an option of the focused list. */
async function select(option: string) {
  const list = page.locator('select:focus')
  const { now, wanted } = await list.evaluate(
    (list: HTMLSelectElement, option) => ({
      now: list.selectedIndex,
      wanted: [...list.options].findIndex(({ text, value }) => text === option || value === option),
    }),
    option,
  )
  expect(wanted, option).toBeGreaterThanOrEqual(0)
  for (let i = 0; i < Math.abs(wanted - now); i++)
    await press(wanted > now ? 'ArrowDown' : 'ArrowUp')
  await expect
    .poll(() => list.evaluate((list: HTMLSelectElement) => list.selectedIndex))
    .toBe(wanted)
}

async function setParam(name: string, value: unknown) {
  const inMore = page
    .locator('[data-node]:has(:focus) .more:not([open])')
    .getByLabel(name, { exact: true })
  if (await inMore.count()) {
    await tabTo('More', 'Tab', true)
    await press('Enter')
  }
  await tabTo(name, 'Tab', true)
  if (typeof value === 'boolean') await press(' ')
  else if (await page.locator('select:focus').count()) await select(String(value))
  else {
    await press('Control+a')
    await page.keyboard.type(String(value))
  }
  await press('Tab')
}

if (process.env.FULL)
  test('builds, runs and saves the first workflow by keyboard', async () => {
    const { workflow } = parseWorkflow(readFileSync('workflows/points.json', 'utf8'), declarations)
    await press('F1')
    await page.keyboard.type('new workflow')
    await press('Enter')
    await page.getByText(en.canvas.empty).waitFor()
    await focusOutline(page)
    await expect.poll(focused).toBe('Add node')
    // Adding a Start adds its End as well.
    for (const node of workflow.nodes) if (!node.type.endsWith('End')) await add(node)

    for (const node of workflow.nodes) {
      const there = await values(page, titleOf(node))
      const { params } = declarations.get(node.type)!
      const names = Object.keys(params).filter(
        (name) => node.properties[name] !== undefined && node.properties[name] !== there[name],
      )
      const wires = workflow.links.filter(([, , , to, , type]) => to === node.id && type !== 'loop')
      if (!names.length && !wires.length) continue
      await goTo(node)
      for (const [, from, output, , input] of wires) {
        const origin = workflow.nodes.find(({ id }) => id === from)!
        await tabTo(`${node.inputs[input].name} `)
        await select(`${titleOf(origin)} · ${origin.outputs[output].name}`)
        // A list input now has a field for the next link.
        await painted(page)
      }
      names.sort(
        (a, b) => Number(params[a].advanced ?? false) - Number(params[b].advanced ?? false),
      )
      for (const name of names) await setParam(name, node.properties[name])
    }

    await press('Control+Enter')
    await page
      .getByText(/step \d+ of 2,000/)
      .first()
      .waitFor()
    await press('Control+Alt+Enter')
    await page.getByText('Stopped').first().waitFor()

    await press('Control+s')
    await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor()
    await page.keyboard.type('Points by keys')
    await press('Enter')
    await page.getByText('Saved “Points by keys”').waitFor()
    await press('F1')
    await page.keyboard.type('download file')
    const [download] = await Promise.all([page.waitForEvent('download'), press('Enter')])
    const saved = parseWorkflow(readFileSync(await download.path(), 'utf8'), declarations).workflow
    expect(meaningOf(saved)).toEqual(meaningOf(workflow))
  })

// ---- axe

const found = (screen: string, within: string, rules?: 'contrast') =>
  foundOn(page, screen, within, rules)

const settings = () => button(page, 'Settings').click()

/** Waits for the focus, and returns the first node of the outline. */
async function openFirst() {
  await focusOutline(page)
  await press('Home')
  await press('Enter')
}

test('has no serious axe violations on the initial screens', async () => {
  await addAxe(page)
  await page.locator('.status [aria-haspopup=menu]').waitFor()
  const all = await found('the first workflow', 'html')
  await settings()
  all.push(...(await found('settings', '.menu')))
  await press('Escape')
  await button(page, 'Library').click()
  await page.getByRole('tab', { name: 'Gallery' }).focus()
  for (const tab of ['Gallery', en.drawer.mine, 'Checkpoints', 'Data sets']) {
    await page.getByRole('tabpanel', { name: tab }).waitFor()
    all.push(...(await found(tab, '.drawer')))
    await press('ArrowRight')
  }
  await openFirst()
  await page.locator('.outline .content').waitFor()
  for (const part of ['.outline', '.panel']) await page.locator(`${part} .look`).first().click()
  await page.locator('.panel .inspection').waitFor()
  all.push(...(await found('outline', '.outline')), ...(await found('panel of a node', '.panel')))
  await press('Control+k')
  await page.getByRole('combobox', { name: 'Find a node' }).waitFor()
  all.push(...(await found('palette', '.palette')))
  await press('Escape')
  await newWorkflow(page)
  all.push(...(await found('an empty canvas', 'html')))
  await press('?')
  await page.getByRole('dialog').waitFor()
  all.push(...(await found('a dialog', 'dialog')))
  expect(all).toEqual([])
})

test('has sufficient contrast in all other themes', async () => {
  await addAxe(page)
  await openFirst()
  await page.locator('.outline .content').waitFor()
  const all: string[] = []
  for (const theme of ['Light', 'High contrast']) {
    await settings()
    await page.getByRole('menuitemradio', { name: theme, exact: true }).click()
    await settings()
    all.push(...(await found(theme, 'html', 'contrast')))
    await press('Escape')
  }
  expect(all).toEqual([])
})

test("follows the system's preference for high contrast", async () => {
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
  expect(await theme()).toBe('dark')
  await page.emulateMedia({ contrast: 'more' })
  await expect.poll(theme).toBe('contrast')
  await page.emulateMedia({ contrast: 'no-preference' })
  await expect.poll(theme).toBe('dark')
})
