// The built editor in Chromium, used with pointer and keyboard.
import { en } from '../../src/editor/texts/en/index.ts'
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
  waitMilliseconds,
  newWorkflow,
  onCanvas,
  onNode,
  openEditor,
  painted,
  locateNode,
  press,
  waitForEditor,
  getViewKind,
  locateSlot,
  getRunStatus,
  titles,
  useEditor,
  values,
  wires,
} from './driver.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { permissions: ['clipboard-read', 'clipboard-write'] })

let page: Page
beforeEach(() => void (page = editor.page))

/** Opens the editor for a new user. */
const stranger = async () => openEditor(await chromium.newContext(), server.address)

const add = (name: string, x: number, y: number) => addNode(page, name, x, y)
const seen = (what: string[], tab = page) => expect.poll(() => titles(tab)).toEqual(what)
const wired = (count: number) => expect.poll(() => wires(page)).toHaveLength(count)
const value = async (title: string, param: string) => (await values(page, title))[param]
const connect = async ([from, output]: [string, string], [to, input]: [string, string]) =>
  drag(page, await locateSlot(page, from, output), await locateSlot(page, to, input))
const state = () => getRunStatus(page)

async function twoNodes() {
  await add('noise schedule', 200, 250)
  await add('timesteps', 600, 250)
}

describe('nodes and wires', () => {
  test('a double-click opens the node search and adds a node there', async () => {
    await add('noise sch', 300, 300)
    await seen(['Noise Schedule'])
    const at = await locateNode(page, 'Noise Schedule')
    expect(Math.abs(at.x - 360)).toBeLessThan(20)
    await expect.poll(() => page.getByRole('heading', { name: 'Noise Schedule' }).count()).toBe(1)
  })

  test('a loop is added with both ends, as one undo step', async () => {
    await add('sampling start', 200, 300)
    await seen(['Sampling End', 'Sampling Start'])
    await wired(1)
    await press(page, 'Control+z')
    await seen([])
    await press(page, 'Control+Shift+z')
    await seen(['Sampling End', 'Sampling Start'])
    await wired(1)
  })

  test('dragging connects slots', async () => {
    await twoNodes()
    await connect(['Noise Schedule', 'schedule'], ['Timesteps', 'schedule'])
    await wired(1)
  })

  test('an incompatible wire is refused with a reason', async () => {
    await add('noise schedule', 200, 250)
    await add('predict', 600, 250)
    await connect(['Noise Schedule', 'schedule'], ['Predict', 'model'])
    await page.getByText('model needs model, but you are connecting schedule.').waitFor()
    expect(await wires(page)).toEqual([])
  })

  test('a wire dropped on empty canvas offers compatible nodes and connects to them', async () => {
    await add('noise schedule', 200, 250)
    await drag(page, await locateSlot(page, 'Noise Schedule', 'schedule'), { x: 600, y: 500 })
    await page.getByText(en.palette.withInput('schedule')).waitFor()
    expect(await page.getByRole('option', { name: /Optimizer/ }).count()).toBe(0)
    await page.keyboard.type('forward n')
    await press(page, 'Enter')
    await seen(['Forward Noise', 'Noise Schedule'])
    await wired(1)
  })

  test('the palette works with the keyboard only', async () => {
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

  test('arrow keys move between nodes, and the open drawer has the keyboard focus', async () => {
    await twoNodes()
    await page.locator('canvas.canvas').focus()
    const selected = () => page.locator('.panel h2').textContent()
    await press(page, 'ArrowLeft')
    await expect.poll(selected).toBe('Noise Schedule')
    await press(page, 'ArrowRight')
    await expect.poll(selected).toBe('Timesteps')
    await press(page, 'Alt+L')
    const focused = () => page.evaluate(() => document.activeElement!.textContent)
    await expect.poll(focused).toBe(en.drawer.mine)
    await press(page, 'ArrowLeft')
    await expect.poll(focused).toBe('Gallery')
    expect(await selected()).toBe('Timesteps')
    await press(page, 'ArrowRight')
    await expect.poll(focused).toBe(en.drawer.mine)
    await press(page, 'Alt+L')
    await expect.poll(() => page.evaluate(() => document.activeElement!.tagName)).toBe('CANVAS')
  })

  test('keys mute, bypass and collapse nodes', async () => {
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

  test('a node is renamed in place', async () => {
    await add('mix', 300, 300)
    await press(page, 'F2')
    await page.getByRole('textbox', { name: 'Rename…' }).fill('Halfway <b>')
    await press(page, 'Enter')
    await seen(['Halfway <b>'])
  })
})

describe('undo', () => {
  test('a drag is one undo step', async () => {
    await add('mix', 300, 300)
    const left = async () => (await locateNode(page, 'Mix')).x
    const before = await locateNode(page, 'Mix')
    await drag(page, before, { x: before.x + 200, y: before.y + 90 })
    await expect.poll(left).toBeCloseTo(before.x + 200, -1)
    await press(page, 'Control+z')
    await expect.poll(left).toBeCloseTo(before.x, -1)
    expect(await titles(page)).toEqual(['Mix'])
  })

  test('typing a param in the panel is one undo step', async () => {
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

  test('panning and selecting is not an undo step', async () => {
    await add('mix', 300, 300)
    await page.mouse.move(600, 600)
    await page.mouse.wheel(0, -240)
    await drag(page, { x: 700, y: 600 }, { x: 760, y: 640 })
    await press(page, 'Control+z')
    await seen([])
  })
})

describe('storage', () => {
  const save = async (name: string) => {
    await page.getByRole('textbox', { name: 'Rename workflow' }).fill(name)
    await press(page, 'Enter', 'Control+s')
    await page.getByText(`Saved “${name}”`).waitFor()
  }
  const unsaved = () => page.getByRole('img', { name: 'Unsaved changes' }).count()

  test('a saved workflow survives a reload', async () => {
    await add('mix', 300, 300)
    await expect.poll(unsaved).toBe(1)
    await save('First')
    await expect.poll(unsaved).toBe(0)
    await page.reload()
    await waitForEditor(page)
    await seen(['Mix'])
    expect(await unsaved()).toBe(0)
    expect(await page.title()).toContain('First')
  })

  test('unsaved changes are restored after a crash, and the saved file is unchanged', async () => {
    await add('mix', 300, 300)
    await save('Second')
    await add('grid', 300, 500)
    const draft = { name: 'Second', text: expect.stringContaining('diffusion/Grid') as string }
    await expect.poll(() => drafts(page)).toContainEqual(expect.objectContaining(draft))
    await page.close({ runBeforeUnload: false })
    page = await openEditor(page.context(), server.address)
    await seen(['Grid', 'Mix'])
    await expect.poll(unsaved).toBe(1)
    await button(page, en.draft.discard).click()
    await seen(['Mix'])
    await expect.poll(unsaved).toBe(0)
  })

  test('deleting a workflow can be undone', async () => {
    await add('mix', 300, 300)
    await save('Third')
    await newWorkflow(page)
    await button(page, 'Library').click()
    await page.getByRole('tab', { name: en.drawer.mine }).click()
    await button(page, en.drawer.more('Third')).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await button(page, en.drawer.more('Third')).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await page.getByRole('button', { name: 'Third' }).first().click()
    await seen(['Mix'])
  })

  test('a second tab shows a conflict and does not overwrite without asking', async () => {
    await add('mix', 300, 300)
    await save('Shared')
    const second = await openEditor(page.context(), server.address)
    await second.getByText('also open in another tab').waitFor()
    await add('grid', 300, 500)
    await expect.poll(unsaved).toBe(1)
    await press(page, 'Control+s')
    await expect.poll(unsaved).toBe(0)
    await addNode(second, 'loss', 700, 500)
    await press(second, 'Control+s')
    await second.getByRole('heading', { name: en.dialogs.conflictTitle }).waitFor()
    await second.getByRole('button', { name: 'Save as a copy' }).click()
    await second.getByText('Saved “Shared copy”').waitFor()
    await page.reload()
    await waitForEditor(page)
    await seen(['Grid', 'Mix'])
    await second.close()
  })
})

describe('without storage', () => {
  fullTest('full storage is reported, and saved workflows are unchanged', async () => {
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
    await waitForEditor(page)
    await seen(['Mix'])
  })

  test('everything works without IndexedDB, with a message', async () => {
    const context = await chromium.newContext()
    await context.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('Not here.', 'SecurityError')
      }
    })
    page = await openEditor(context, server.address)
    await page
      .getByRole('alert')
      .filter({ hasText: 'This browser does not store data here' })
      .waitFor()
    await newWorkflow(page)
    await add('mix', 300, 300)
    await seen(['Mix'])
  })
})

describe('files', () => {
  test('a dropped workflow opens and is downloaded unchanged', async () => {
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
    const message = page.getByRole('alert').filter({ hasText: en.files.unreadable(name) })
    await message.waitFor()
    expect(await message.textContent()).toMatch(why)
    expect(await titles(page)).toEqual(['Mix'])
  })

  test('an unknown node is preserved and reported', async () => {
    const foreign = {
      last_node_id: 1,
      nodes: [{ id: 1, type: 'other/Thing', pos: [10, 10], size: [140, 60], properties: { a: 1 } }],
      links: [],
      version: 0.4,
    }
    await dropFile(page, 'foreign.json', JSON.stringify(foreign))
    await page.getByText(en.files.unknownNodes(['other/Thing'])).waitFor()
  })
})

describe('runs', () => {
  test('a fault is shown on its node with a cure and a link; fixing it clears it', async () => {
    await add('timesteps', 300, 150)
    await add('inspect', 640, 150)
    await connect(['Timesteps', 'timesteps'], ['Inspect', 'value'])
    await press(page, 'Control+Enter')
    const problem = page.getByRole('button', { name: '1 problem' })
    await problem.waitFor()
    expect(await page.getByRole('alert').allTextContents()).toContain(
      '1 problem. Required input schedule is not connected. Connect a schedule.',
    )
    await problem.click()
    await page.getByRole('button', { name: en.panel.goToNode }).click()
    await expect.poll(() => page.getByRole('heading', { name: 'Timesteps' }).count()).toBe(1)
    await add('noise schedule', 60, 560)
    await connect(['Noise Schedule', 'schedule'], ['Timesteps', 'schedule'])
    await expect.poll(() => problem.count()).toBe(0)
  })

  test('faults found by a run stay until an edit', async () => {
    await add('points', 300, 150)
    await add('inspect', 640, 150)
    await connect(['Points', 'x_0'], ['Inspect', 'value'])
    await clickNode(page, 'Points')
    await page.getByLabel('distribution', { exact: true }).selectOption('drawn')
    const draft = { text: expect.stringMatching(/"distribution":\s*"drawn"/) as string }
    await expect.poll(() => drafts(page)).toContainEqual(expect.objectContaining(draft))
    await press(page, 'Control+Enter')
    const problem = page.getByRole('button', { name: '1 problem' })
    await problem.waitFor()
    await waitMilliseconds(page, 500)
    expect(await state()).toBe(en.status.failed)
    await page.getByLabel('distribution', { exact: true }).selectOption('moons')
    await expect.poll(() => problem.count()).toBe(0)
  })

  test('an engine that cannot start is reported, and again by Run', async () => {
    chromium.allow(/nowhere\.js/)
    // Routing does not affect worker scripts that a page has cached, so this needs a new context.
    const context = await chromium.newContext()
    await context.addInitScript(() => {
      interface Rules {
        createScriptURL(url: string): string
      }
      const { trustedTypes } = window as unknown as {
        trustedTypes: { createPolicy(name: string, rules: Rules): unknown }
      }
      const create = trustedTypes.createPolicy.bind(trustedTypes)
      trustedTypes.createPolicy = (name, { createScriptURL }) =>
        create(name, {
          createScriptURL: (url) => createScriptURL(url).replace(/worker-[^/]*$/, 'nowhere.js'),
        })
    })
    page = await openEditor(context, server.address)
    await expect.poll(state).toBe('The engine did not start')
    await page.locator('.toasts').getByRole('button', { name: 'Close' }).click()
    await press(page, 'Control+Enter')
    await page
      .locator('.toasts')
      .getByText('The script of the engine worker could not be loaded')
      .waitFor()
    expect(await state()).toBe('The engine did not start')
    await context.close()
  })

  test('a run continues in its own tab only, and ends when the tab is closed', async () => {
    await button(page, 'Open the gallery').click()
    await page.locator('.card', { hasText: 'Train on points' }).click()
    await expect.poll(() => titles(page)).toContain('Training Start')
    await press(page, 'Control+Enter')
    await page.locator('.status .figures').waitFor()
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
    await expect.poll(state).toMatch(/Finished in/)
  })

  test('a run shows its results, and the tab its progress', async () => {
    const drop = () =>
      dropFile(page, 'sampling.json', readFileSync(join(import.meta.dirname, 'sampling.json')))
    await drop()
    await expect.poll(() => titles(page)).toContain('Sampler')
    await press(page, 'Control+Enter')
    await expect.poll(state).toMatch(/Finished in/)
    expect(await getViewKind(page, 'Samples')).toBe('scatter')

    // Another workflow with equal node ids shows no results.
    await drop()
    await expect.poll(state).toBe('Ready')
    expect(await getViewKind(page, 'Samples')).toBeUndefined()
  })

  test('samplers have descriptions, and Sampler can be replaced by its nodes', async () => {
    await add('sampler', 300, 300)
    const above = await locateSlot(page, 'Sampler', 'timesteps')
    await page.mouse.click(above.x + 100, above.y + 24)
    await page.getByRole('option', { name: /ddpm Ancestral, good with many steps/ }).click()
    await clickNode(page, 'Sampler', { button: 'right' })
    await page.getByRole('menuitem', { name: en.commands.openNode }).click()
    await expect
      .poll(() => titles(page))
      .toEqual(['DDPM Step', 'Predict', 'Sampling End', 'Sampling Start', 'Timesteps'])
    await press(page, 'Control+z')
    await seen(['Sampler'])
  })
})

/**
 * Returns the first coordinates of the last points that a node shows, and of those in the
 * background.
 */
const shownBy = (title: string, tab = page) =>
  onNode(tab, title, ({ diffusion: { view } }) => [
    ...((view?.kind === 'scatter' && view.clouds.at(-1)?.points.slice(0, 4)) || []),
  ])

/** Returns the first line of the first chart. */
const firstLine = (tab: Page) =>
  onCanvas(tab, ({ graph }) => {
    const views = graph._nodes.map(({ diffusion }) => diffusion.view)
    const chart = views.find((view) => view?.kind === 'chart')
    return [...(chart?.lines[0]?.y ?? [])]
  })
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

const readyFile = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../workflows', name), 'utf8')

describe('ready workflows', () => {
  test('a new user presses Run: the loss falls, samples move, and Stop responds', async () => {
    const tab = await stranger()
    await expect.poll(() => titles(tab)).toContain('Training Start')
    const samples = () => shownBy('Samples on the data', tab)
    await button(tab, 'Run').click()
    await expect.poll(samples).toHaveLength(4)
    const early = await samples()
    await expect.poll(samples).not.toEqual(early)
    await button(tab, 'Stop').click()
    await button(tab, 'Run').waitFor()
    expect(await tab.locator('.status').textContent()).toMatch(/Stopped.*step .* of 2,000.*loss/)
    const losses = await firstLine(tab)
    expect(mean(losses.slice(-50))).toBeLessThan(mean(losses.slice(0, 20)))
    await tab.context().close()
  })

  test('live: after the first run a slider updates results, but not with live off', async () => {
    await dropFile(page, 'forward-process.json', readyFile('forward-process.json'))
    await expect.poll(() => titles(page)).toContain('At once')
    await press(page, 'Control+Enter')
    await expect.poll(() => shownBy('Both results')).toHaveLength(4)
    await expect.poll(state).toMatch(/Finished/)
    const before = await shownBy('Both results')
    const setT = async (t: string) => {
      await clickNode(page, 't')
      await page.getByRole('slider', { name: 't', exact: true }).fill(t)
    }
    await setT('700')
    await expect.poll(() => shownBy('Both results')).not.toEqual(before)
    await button(page, 'Live').click()
    await expect.poll(state).toMatch(/Finished/)
    const after = await shownBy('Both results')
    await setT('300')
    await waitMilliseconds(page, 500)
    expect(await shownBy('Both results')).toEqual(after)
  })

  test('live: a graph that runs immediately after opening is updated too', async () => {
    // Runs before any debounced action, faster than a user could.
    await onCanvas(page, (canvas) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        if (!canvas.graph._nodes.some((node) => node.getTitle() === 'At once')) port2.postMessage(0)
        else
          dispatchEvent(
            new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', ctrlKey: true }),
          )
      }
      port2.postMessage(0)
    })
    await dropFile(page, 'forward-process.json', readyFile('forward-process.json'))
    await expect.poll(() => shownBy('Both results')).toHaveLength(4)
    await expect.poll(state).toMatch(/Finished/)
    const before = await shownBy('Both results')
    await clickNode(page, 't')
    await page.getByRole('slider', { name: 't', exact: true }).fill('700')
    await expect.poll(() => shownBy('Both results')).not.toEqual(before)
  })

  test('a file dropped while the page opens is the open workflow afterwards', async () => {
    const tab = await (await chromium.newContext()).newPage()
    await tab.goto(server.address, { waitUntil: 'commit' })
    await tab.waitForSelector('.top')
    await dropFile(tab, 'posterior.json', readyFile('posterior.json'))
    await expect.poll(() => tab.title()).toContain('Posterior distribution')
    // Wait for all requests.
    await tab.waitForLoadState('networkidle')
    expect(await tab.title()).toContain('Posterior distribution')
    expect(await titles(tab)).toContain('Back to t - 1')
    await tab.context().close()
  })
})

describe('the page', () => {
  test('a new user sees the first ready workflow', async () => {
    const tab = await stranger()
    await expect.poll(() => titles(tab)).toContain('Training Start')
    expect(await tab.getByRole('img', { name: 'Unsaved changes' }).count()).toBe(0)
    await tab.context().close()
  })

  test('the theme can be chosen and survives a reload', async () => {
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
    await button(page, 'Settings').click()
    await page.getByRole('menuitemradio', { name: 'Light' }).click()
    expect(await theme()).toBe('light')
    await page.reload()
    await waitForEditor(page)
    await expect.poll(theme).toBe('light')
  })

  test('the language changes immediately and survives a reload', async () => {
    await button(page, 'Settings').click()
    await page.getByRole('menuitemradio', { name: '한국어' }).click()
    await page.getByRole('button', { name: '실행', exact: true }).waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ko')
    await page.reload()
    await page.getByRole('button', { name: '실행', exact: true }).waitFor()
    await page.getByRole('button', { name: '설정' }).click()
    await page.getByRole('menuitemradio', { name: 'English' }).click()
    await waitForEditor(page)
  })

  fullTest('a fitted view stays fitted beside panels until it is panned', async () => {
    await twoNodes()
    await press(page, 'Home')
    await painted(page)
    const left = async () => (await locateNode(page, 'Noise Schedule')).x
    const wide = await left()
    await press(page, 'Alt+L')
    await page.locator('.drawer').waitFor()
    const { width } = (await page.locator('.drawer').boundingBox())!
    await expect.poll(left).toBeGreaterThan(width)
    await press(page, 'Alt+L')
    await expect.poll(left).toBe(wide)

    // The gallery covers the canvas, so the view need not make room for it.
    await press(page, 'Alt+G')
    await page.locator('.card').first().waitFor()
    await painted(page)
    expect(await left()).toBe(wide)
    await press(page, 'Escape')
    await page.locator('.drawer').waitFor({ state: 'detached' })

    await page.mouse.move(600, 600)
    await page.mouse.wheel(0, -200)
    await expect.poll(left).not.toBe(wide)
    await painted(page)
    const zoomed = await left()
    await press(page, 'Alt+L')
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
          return !(
            element.getAttribute('aria-label') ||
            element.textContent?.trim() ||
            labels?.length
          )
        })
        .map((element) => element.outerHTML.slice(0, 120)),
    )
    expect(nameless).toEqual([])
  })
})
