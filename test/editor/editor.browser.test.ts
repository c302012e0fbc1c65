// The editor as people use it: real pointer and keys in a real Chromium, on the editor as it is built.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  addNode,
  button,
  clickNode,
  drafts,
  drag,
  dropFile,
  giveItTime,
  newWorkflow,
  onCanvas,
  onNode,
  openEditor,
  painted,
  placeOf,
  press,
  ready,
  shownKind,
  slotOf,
  stateOf,
  titles,
  useEditor,
  values,
  wires,
} from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { permissions: ['clipboard-read', 'clipboard-write'] })

let page: Page
beforeEach(() => void (page = editor.page))

/** Somebody who has never been here. */
const stranger = async () => openEditor(await chromium.newContext(), server.address)

const add = (name: string, x: number, y: number) => addNode(page, name, x, y)
const seen = (what: string[], tab = page) => expect.poll(() => titles(tab)).toEqual(what)
const wired = (count: number) => expect.poll(() => wires(page)).toHaveLength(count)
const value = async (title: string, param: string) => (await values(page, title))[param]
const connect = async ([from, output]: [string, string], [to, input]: [string, string]) =>
  drag(page, await slotOf(page, from, output), await slotOf(page, to, input))
const state = () => stateOf(page)

async function twoNodes() {
  await add('noise schedule', 200, 250)
  await add('timesteps', 600, 250)
}

describe('nodes and wires', () => {
  test('a double-click finds a node and puts it there', async () => {
    await add('noise sch', 300, 300)
    await seen(['Noise Schedule'])
    const at = await placeOf(page, 'Noise Schedule')
    expect(Math.abs(at.x - 360)).toBeLessThan(20)
    await expect.poll(() => page.getByRole('heading', { name: 'Noise Schedule' }).count()).toBe(1)
  })

  test('a loop comes with its other end, as one step of undo', async () => {
    await add('sampling start', 200, 300)
    await seen(['Sampling End', 'Sampling Start'])
    await wired(1)
    await press(page, 'Control+z')
    await seen([])
    await press(page, 'Control+Shift+z')
    await seen(['Sampling End', 'Sampling Start'])
    await wired(1)
  })

  test('slots are wired by dragging', async () => {
    await twoNodes()
    await connect(['Noise Schedule', 'schedule'], ['Timesteps', 'schedule'])
    await wired(1)
  })

  test('a wire that does not fit is refused, and says why', async () => {
    await add('noise schedule', 200, 250)
    await add('predict', 600, 250)
    await connect(['Noise Schedule', 'schedule'], ['Predict', 'model'])
    await page.getByText('model takes model, not schedule.').waitFor()
    expect(await wires(page)).toEqual([])
  })

  test('a wire dropped in the empty finds what takes it, and is wired', async () => {
    await add('noise schedule', 200, 250)
    await drag(page, await slotOf(page, 'Noise Schedule', 'schedule'), { x: 600, y: 500 })
    await page.getByText('Nodes that take schedule').waitFor()
    expect(await page.getByRole('option', { name: /Optimizer/ }).count()).toBe(0)
    await page.keyboard.type('forward n')
    await press(page, 'Enter')
    await seen(['Forward Noise', 'Noise Schedule'])
    await wired(1)
  })

  test('the palette works by keys alone', async () => {
    await page.locator('canvas.canvas').focus()
    const search = page.getByRole('combobox', { name: 'Find a node' })
    await press(page, 'Control+k')
    await search.and(page.locator(':focus')).waitFor()
    await page.keyboard.type('mix')
    await press(page, 'Enter')
    await seen(['Mix'])
    await press(page, 'Control+k')
    await search.and(page.locator(':focus')).waitFor()
    await press(page, 'Escape')
    await search.waitFor({ state: 'detached' })
    await press(page, 'Space')
    await search.waitFor()
  })

  test('copied nodes are pasted with their wires', async () => {
    await twoNodes()
    await connect(['Noise Schedule', 'schedule'], ['Timesteps', 'schedule'])
    await press(page, 'Control+a', 'Control+c')
    await page.mouse.move(400, 560)
    await press(page, 'Control+v')
    await seen(['Noise Schedule', 'Noise Schedule', 'Timesteps', 'Timesteps'])
    await wired(2)
    await press(page, 'Delete')
    await seen(['Noise Schedule', 'Timesteps'])
  })

  test('arrows go from node to node, and the drawer takes the keys while it is open', async () => {
    await twoNodes()
    await page.locator('canvas.canvas').focus()
    const selected = () => page.locator('.panel h2').textContent()
    await press(page, 'ArrowLeft')
    await expect.poll(selected).toBe('Noise Schedule')
    await press(page, 'ArrowRight')
    await expect.poll(selected).toBe('Timesteps')
    await press(page, 'Alt+L')
    const focused = () => page.evaluate(() => document.activeElement!.textContent)
    await expect.poll(focused).toBe('Mine')
    await press(page, 'ArrowLeft')
    await expect.poll(focused).toBe('Gallery')
    expect(await selected()).toBe('Timesteps')
    await press(page, 'ArrowRight')
    await expect.poll(focused).toBe('Mine')
    await press(page, 'Alt+L')
    await expect.poll(() => page.evaluate(() => document.activeElement!.tagName)).toBe('CANVAS')
  })

  test('mute, bypass and collapse, from the keys', async () => {
    await add('mix', 300, 300)
    await clickNode(page, 'Mix')
    const mix = () =>
      onNode(page, 'Mix', (node) => {
        const { mode, part, flags } = node as typeof node & { part: string }
        return { mode, part, flags }
      })
    await press(page, 'Control+m')
    await expect.poll(mix).toEqual({ mode: 2, part: 'muted', flags: {} })
    await press(page, 'Control+b')
    await expect.poll(mix).toEqual({ mode: 4, part: 'bypassed', flags: {} })
    await press(page, 'Control+b', 'Alt+c')
    await expect.poll(mix).toEqual({ mode: 0, part: 'runs', flags: { collapsed: true } })
  })

  test('a node is renamed where it stands', async () => {
    await add('mix', 300, 300)
    await press(page, 'F2')
    await page.getByRole('textbox', { name: 'Rename…' }).fill('Halfway <b>')
    await press(page, 'Enter')
    await seen(['Halfway <b>'])
  })
})

describe('undo', () => {
  test('a drag is one step', async () => {
    await add('mix', 300, 300)
    const left = async () => (await placeOf(page, 'Mix')).x
    const before = await placeOf(page, 'Mix')
    await drag(page, before, { x: before.x + 200, y: before.y + 90 })
    await expect.poll(left).toBeCloseTo(before.x + 200, -1)
    await press(page, 'Control+z')
    await expect.poll(left).toBeCloseTo(before.x, -1)
    expect(await titles(page)).toEqual(['Mix'])
  })

  test('a parameter typed in the panel is one step', async () => {
    await add('noise schedule', 300, 300)
    const field = page.getByLabel('num_train_timesteps', { exact: true })
    await field.fill('250')
    await press(page, 'Tab')
    await expect.poll(() => value('Noise Schedule', 'num_train_timesteps')).toBe(250)
    await page.locator('canvas.canvas').focus()
    await press(page, 'Control+z')
    await expect.poll(() => value('Noise Schedule', 'num_train_timesteps')).toBe(1000)
    await expect.poll(() => field.inputValue()).toBe('1000')
  })

  test('looking around is no step', async () => {
    await add('mix', 300, 300)
    await page.mouse.move(600, 600)
    await page.mouse.wheel(0, -240)
    await drag(page, { x: 700, y: 600 }, { x: 760, y: 640 })
    await press(page, 'Control+z')
    await seen([])
  })
})

describe('what is kept', () => {
  const save = async (name: string) => {
    await page.getByRole('textbox', { name: 'Rename workflow' }).fill(name)
    await press(page, 'Enter', 'Control+s')
    await page.getByText(`Saved “${name}”`).waitFor()
  }
  const unsaved = () => page.getByRole('img', { name: 'Unsaved changes' }).count()

  test('a saved workflow is there after a reload', async () => {
    await add('mix', 300, 300)
    await expect.poll(unsaved).toBe(1)
    await save('First')
    await expect.poll(unsaved).toBe(0)
    await page.reload()
    await ready(page)
    await seen(['Mix'])
    expect(await unsaved()).toBe(0)
    expect(await page.title()).toContain('First')
  })

  test('unsaved changes come back after a crash, and the saved file is still what it was', async () => {
    await add('mix', 300, 300)
    await save('Second')
    await add('grid', 300, 500)
    const draft = { name: 'Second', text: expect.stringContaining('diffusion/Grid') as string }
    await expect.poll(() => drafts(page)).toContainEqual(expect.objectContaining(draft))
    await page.close({ runBeforeUnload: false })
    page = await openEditor(page.context(), server.address)
    await seen(['Grid', 'Mix'])
    await expect.poll(unsaved).toBe(1)
    await button(page, 'Go back to the saved version').click()
    await seen(['Mix'])
    await expect.poll(unsaved).toBe(0)
  })

  test('a deleted workflow can be had back', async () => {
    await add('mix', 300, 300)
    await save('Third')
    await newWorkflow(page)
    await button(page, 'Library').click()
    await page.getByRole('tab', { name: 'Mine' }).click()
    await button(page, 'More for Third').click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await button(page, 'More for Third').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await page.getByRole('button', { name: 'Third' }).first().click()
    await seen(['Mix'])
  })

  test('a second tab is told, and does not overwrite without asking', async () => {
    await add('mix', 300, 300)
    await save('Shared')
    const second = await openEditor(page.context(), server.address)
    await second.getByText('also open in another tab').waitFor()
    await add('grid', 300, 500)
    await press(page, 'Control+s')
    await expect.poll(unsaved).toBe(0)
    await addNode(second, 'loss', 700, 500)
    await press(second, 'Control+s')
    await second.getByRole('heading', { name: 'Saved elsewhere in the meantime' }).waitFor()
    await second.getByRole('button', { name: 'Save as a copy' }).click()
    await second.getByText('Saved “Shared copy”').waitFor()
    await page.reload()
    await ready(page)
    await seen(['Grid', 'Mix'])
    await second.close()
  })
})

describe('where nothing can be kept', () => {
  test('full storage is said, and what was saved is still there', async () => {
    await add('mix', 300, 300)
    await press(page, 'Control+s')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Kept')
    await press(page, 'Enter')
    await page.getByText('Saved “Kept”').waitFor()
    await page.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
      }
    })
    await add('grid', 300, 500)
    await press(page, 'Control+s')
    await page.getByRole('alert').filter({ hasText: 'storage is full' }).first().waitFor()
    expect(await titles(page)).toEqual(['Grid', 'Mix'])
    await page.reload()
    await ready(page)
    await seen(['Mix'])
  })

  test('without IndexedDB everything works, and it is said', async () => {
    const context = await chromium.newContext()
    await context.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('Not here.', 'SecurityError')
      }
    })
    page = await openEditor(context, server.address)
    await page.getByRole('alert').filter({ hasText: 'This browser keeps nothing here' }).waitFor()
    await newWorkflow(page)
    await add('mix', 300, 300)
    await seen(['Mix'])
  })
})

describe('files', () => {
  test('a dropped workflow opens; saved to disk it is the same again', async () => {
    await twoNodes()
    await connect(['Noise Schedule', 'schedule'], ['Timesteps', 'schedule'])
    const download = async () => {
      const waiting = page.waitForEvent('download')
      await button(page, 'File').click()
      await page.getByRole('menuitem', { name: 'Download file' }).click()
      return readFileSync(await (await waiting).path(), 'utf8')
    }
    const text = await download()
    await newWorkflow(page)
    await dropFile(page, 'two.json', text)
    await seen(['Noise Schedule', 'Timesteps'])
    const again = JSON.parse(await download()) as { extra: { diffusion: { title?: string } } }
    expect(again.extra.diffusion.title).toBe('two')
    expect({ ...again, extra: null }).toEqual({ ...(JSON.parse(text) as object), extra: null })
  })

  test.each([
    ['notes.json', 'shopping: milk', /not JSON/],
    ['numbers.json', '[1, 2, 3]', /./],
  ])('%s is refused with the reason, and nothing else changes', async (name, content, why) => {
    await add('mix', 300, 300)
    await dropFile(page, name, content)
    const message = page.getByRole('alert').filter({ hasText: `${name} was not opened` })
    await message.waitFor()
    expect(await message.textContent()).toMatch(why)
    expect(await titles(page)).toEqual(['Mix'])
  })

  test('a node that is not known here is kept, and said', async () => {
    const foreign = {
      last_node_id: 1,
      nodes: [{ id: 1, type: 'other/Thing', pos: [10, 10], size: [140, 60], properties: { a: 1 } }],
      links: [],
      version: 0.4,
    }
    await dropFile(page, 'foreign.json', JSON.stringify(foreign))
    await page.getByText('Not known here and kept as they are: other/Thing.').waitFor()
  })
})

describe('runs', () => {
  test('a fault is on its node, with the cure and the way there; mending it clears it', async () => {
    await add('timesteps', 300, 150)
    await add('inspect', 640, 150)
    await connect(['Timesteps', 'timesteps'], ['Inspect', 'value'])
    await press(page, 'Control+Enter')
    const problem = page.getByRole('button', { name: '1 problem' })
    await problem.waitFor({ timeout: 60_000 })
    expect(await page.getByRole('alert').allTextContents()).toContain(
      '1 problem. Nothing is wired to schedule. Wire a schedule into it.',
    )
    await problem.click()
    await page.getByRole('button', { name: 'Go there' }).click()
    await expect.poll(() => page.getByRole('heading', { name: 'Timesteps' }).count()).toBe(1)
    await add('noise schedule', 60, 560)
    await connect(['Noise Schedule', 'schedule'], ['Timesteps', 'schedule'])
    await expect.poll(() => problem.count()).toBe(0)
  })

  test('what only a run can find stays until something is changed', async () => {
    await add('points', 300, 150)
    await add('inspect', 640, 150)
    await connect(['Points', 'x_0'], ['Inspect', 'value'])
    await clickNode(page, 'Points')
    await page.getByLabel('distribution', { exact: true }).selectOption('drawn')
    const draft = { text: expect.stringMatching(/"distribution":\s*"drawn"/) as string }
    await expect.poll(() => drafts(page)).toContainEqual(expect.objectContaining(draft))
    await press(page, 'Control+Enter')
    const problem = page.getByRole('button', { name: '1 problem' })
    await problem.waitFor({ timeout: 60_000 })
    await giveItTime(page, 500)
    expect(await state()).toBe('Did not finish')
    await page.getByLabel('distribution', { exact: true }).selectOption('moons')
    await expect.poll(() => problem.count()).toBe(0)
  })

  test('where the engine cannot start it is said, and Run says so again', async () => {
    chromium.allow(/nowhere\.js/)
    // Routing does not reach every worker's script: a page that has loaded it once may take it from memory.
    const context = await chromium.newContext()
    await context.addInitScript(() => {
      window.Worker = class extends Worker {
        constructor(address: string | URL, options?: WorkerOptions) {
          super(String(address).replace(/worker[^/]*$/, 'nowhere.js'), options)
        }
      }
    })
    page = await openEditor(context, server.address)
    await expect.poll(state, { timeout: 20_000 }).toBe('The engine did not start')
    await page.locator('.toasts').getByRole('button', { name: 'Close' }).click()
    await press(page, 'Control+Enter')
    await page.locator('.toasts').getByText('its script could not be loaded').waitFor()
    expect(await state()).toBe('The engine did not start')
    await context.close()
  })

  test('another workflow leaves the run to its tab and shows nothing of it; without its tab the run ends', async () => {
    await button(page, 'Open the gallery').click()
    await page.locator('.card', { hasText: 'Train on points' }).click()
    await expect.poll(() => titles(page)).toContain('Training Start')
    await press(page, 'Control+Enter')
    await page.locator('.status .figures').waitFor({ timeout: 60_000 })
    await newWorkflow(page)
    expect(await state()).toBe('Running in Train on points')
    expect(await page.locator('.panel').textContent()).not.toContain('problem')
    await page.locator('.status .state .link').click()
    await expect.poll(state).toBe('Running')
    await press(page, 'Alt+PageDown')
    await button(page, 'Close Train on points').click()
    await expect.poll(state).toBe('Ready')
    expect(await page.locator('.status .figures').count()).toBe(0)
    await add('points', 400, 150)
    await add('inspect', 700, 150)
    await connect(['Points', 'x_0'], ['Inspect', 'value'])
    await press(page, 'Control+Enter')
    await expect.poll(state, { timeout: 60_000 }).toMatch(/Finished in/)
  })

  test('a run shows what it made, and the tab says how far it is', async () => {
    const drop = () => dropFile(page, 'sampling.json', readFileSync(join(import.meta.dirname, 'sampling.json')))
    await drop()
    await expect.poll(() => titles(page)).toContain('Sampler')
    await press(page, 'Control+Enter')
    await expect.poll(state, { timeout: 90_000 }).toMatch(/Finished in/)
    expect(await shownKind(page, 'Samples')).toBe('scatter')

    // Another workflow with nodes of the same numbers has shown nothing yet.
    await drop()
    await expect.poll(state).toBe('Ready')
    expect(await shownKind(page, 'Samples')).toBeUndefined()
  })

  test('a sampler is chosen by what it is good for; the closed one is opened in its place, and undone', async () => {
    await add('sampler', 300, 300)
    const above = await slotOf(page, 'Sampler', 'condition')
    await page.mouse.click(above.x + 100, above.y + 24)
    await page.getByRole('menuitem', { name: /^ddpm ancestral, good with many steps/ }).click()
    await clickNode(page, 'Sampler', { button: 'right' })
    await page.getByRole('menuitem', { name: 'Open: replace by its graph' }).click()
    await expect
      .poll(() => titles(page), { timeout: 60_000 })
      .toEqual(['DDPM Step', 'Predict', 'Sampling End', 'Sampling Start', 'Timesteps'])
    await press(page, 'Control+z')
    await seen(['Sampler'])
  })
})

/** What a node shows: the first coordinates of its last cloud, and what was shown under it. */
const shownBy = (title: string, tab = page) =>
  onNode(tab, title, ({ diffusion: { view } }) => [
    ...((view?.kind === 'scatter' && view.clouds.at(-1)?.points.slice(0, 4)) || []),
  ])

/** The first line of the first chart. */
const firstLine = (tab: Page) =>
  onCanvas(tab, ({ graph }) => {
    const views = graph._nodes.map(({ diffusion }) => diffusion.view)
    const chart = views.find((view) => view?.kind === 'chart')
    return [...(chart?.lines[0]?.y ?? [])]
  })
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

const readyFile = (name: string) => readFileSync(join(import.meta.dirname, '../../workflows', name), 'utf8')

describe('ready workflows', () => {
  test('a new user presses Run: the loss falls, samples move, and Stop answers', async () => {
    const tab = await stranger()
    await expect.poll(() => titles(tab)).toContain('Training Start')
    const samples = () => shownBy('Samples on the data', tab)
    await button(tab, 'Run').click()
    await expect.poll(samples, { timeout: 60_000 }).toHaveLength(4)
    const early = await samples()
    await expect.poll(samples, { timeout: 60_000 }).not.toEqual(early)
    await button(tab, 'Stop').click()
    await button(tab, 'Run').waitFor()
    expect(await tab.locator('.status').textContent()).toMatch(/Stopped.*step .* of 2,000.*loss/)
    const losses = await firstLine(tab)
    expect(mean(losses.slice(-50))).toBeLessThan(mean(losses.slice(0, 20)))
    await tab.context().close()
  })

  test('live: after the first run a slider answers at once, and not when live is off', async () => {
    await dropFile(page, 'forward-process.json', readyFile('forward-process.json'))
    await expect.poll(() => titles(page)).toContain('At once')
    await press(page, 'Control+Enter')
    await expect.poll(() => shownBy('Both ways'), { timeout: 60_000 }).toHaveLength(4)
    await expect.poll(state, { timeout: 60_000 }).toMatch(/Finished/)
    const before = await shownBy('Both ways')
    const setT = async (t: string) => {
      await clickNode(page, 't')
      await page.getByRole('slider', { name: 't', exact: true }).fill(t)
    }
    await setT('700')
    await expect.poll(() => shownBy('Both ways'), { timeout: 30_000 }).not.toEqual(before)
    await button(page, 'Live').click()
    await expect.poll(state).toMatch(/Finished/)
    const after = await shownBy('Both ways')
    await setT('300')
    await giveItTime(page, 500)
    expect(await shownBy('Both ways')).toEqual(after)
  })

  test('live: what is run as soon as it is on the canvas answers too', async () => {
    // Before anything that was put off gets its turn: nobody is as quick by hand.
    await onCanvas(page, (canvas) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        if (!canvas.graph._nodes.some((node) => node.getTitle() === 'At once')) port2.postMessage(0)
        else dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', ctrlKey: true }))
      }
      port2.postMessage(0)
    })
    await dropFile(page, 'forward-process.json', readyFile('forward-process.json'))
    await expect.poll(() => shownBy('Both ways'), { timeout: 60_000 }).toHaveLength(4)
    await expect.poll(state, { timeout: 60_000 }).toMatch(/Finished/)
    const before = await shownBy('Both ways')
    await clickNode(page, 't')
    await page.getByRole('slider', { name: 't', exact: true }).fill('700')
    await expect.poll(() => shownBy('Both ways'), { timeout: 30_000 }).not.toEqual(before)
  })

  test('a file that is dropped while the page still opens is what is open in the end', async () => {
    const tab = await (await chromium.newContext()).newPage()
    await tab.goto(server.address, { waitUntil: 'commit' })
    await tab.waitForSelector('.top')
    await dropFile(tab, 'posterior.json', readyFile('posterior.json'))
    await expect.poll(() => tab.title()).toContain('The posterior')
    // All that was being fetched is there.
    await tab.waitForLoadState('networkidle')
    expect(await tab.title()).toContain('The posterior')
    expect(await titles(tab)).toContain('Back to t - 1')
    await tab.context().close()
  })
})

describe('the screen', () => {
  test('somebody who has never been here sees the first ready workflow', async () => {
    const tab = await stranger()
    await expect.poll(() => titles(tab)).toContain('Training Start')
    expect(await tab.getByRole('img', { name: 'Unsaved changes' }).count()).toBe(0)
    await tab.context().close()
  })

  test('light and dark by choice, kept over a reload', async () => {
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
    await button(page, 'Settings').click()
    await page.getByRole('menuitemradio', { name: 'Light' }).click()
    expect(await theme()).toBe('light')
    await page.reload()
    await ready(page)
    await expect.poll(theme).toBe('light')
  })

  test('speaks Korean at once when asked to, and after a reload', async () => {
    await button(page, 'Settings').click()
    await page.getByRole('menuitemradio', { name: '한국어' }).click()
    await page.getByRole('button', { name: '실행', exact: true }).waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ko')
    await page.reload()
    await page.getByRole('button', { name: '실행', exact: true }).waitFor()
    await page.getByRole('button', { name: '설정' }).click()
    await page.getByRole('menuitemradio', { name: 'English' }).click()
    await ready(page)
  })

  test('what was fitted stays fitted beside panels, until somebody looks elsewhere', async () => {
    await twoNodes()
    await press(page, 'Home')
    await painted(page)
    const left = async () => (await placeOf(page, 'Noise Schedule')).x
    const wide = await left()
    await press(page, 'Alt+G')
    await page.locator('.drawer').waitFor()
    const { width } = (await page.locator('.drawer').boundingBox())!
    await expect.poll(left).toBeGreaterThan(width)
    await press(page, 'Alt+G')
    await expect.poll(left).toBe(wide)

    await page.mouse.move(600, 600)
    await page.mouse.wheel(0, -200)
    await expect.poll(left).not.toBe(wide)
    await painted(page)
    const zoomed = await left()
    await press(page, 'Alt+G')
    await page.locator('.drawer').waitFor()
    await painted(page)
    expect(await left()).toBe(zoomed)
  })

  test('every button and field has a name', async () => {
    await add('training start', 200, 300)
    await button(page, 'Library').click()
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, select, textarea')]
        .filter((element) => {
          const labels = (element as HTMLInputElement).labels
          return !(element.getAttribute('aria-label') || element.textContent?.trim() || labels?.length)
        })
        .map((element) => element.outerHTML.slice(0, 120)),
    )
    expect(nameless).toEqual([])
  })
})
