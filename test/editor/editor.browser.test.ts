// The editor as people use it: real pointer and keys in a real Chromium, on the editor as it is built.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ChartView } from '../../src/engine/plan/view.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'

const chromium = useChromium()
const server = useBuiltEditor()

let context: BrowserContext
let page: Page

async function open(tab = context): Promise<Page> {
  const opened = await tab.newPage()
  await opened.setViewportSize({ width: 1280, height: 800 })
  await opened.goto(server.address)
  await ready(opened)
  return opened
}
const ready = (tab: Page) => tab.waitForSelector('.status')

beforeEach(async () => {
  context = await chromium.newContext()
  page = await open()
  await newWorkflow()
})

afterEach(async () => {
  await context?.close()
})

async function newWorkflow() {
  await page.getByRole('button', { name: 'File' }).click()
  await page.getByRole('menuitem', { name: 'New workflow' }).click()
  await page.getByText('An empty canvas').waitFor()
}

/** What the canvas holds: litegraph hangs itself on its element. */
interface Canvas {
  graph: {
    _nodes: {
      id: number
      pos: [number, number]
      properties: Record<string, unknown>
      mode: number
      getTitle(): string
      getConnectionPos(input: boolean, slot: number): [number, number]
      findInputSlot(name: string): number
      findOutputSlot(name: string): number
    }[]
    links: Record<string, { origin_id: number; target_id: number }>
  }
  ds: { scale: number; offset: [number, number] }
  selected_nodes: Record<string, unknown>
}

const titles = (tab = page) =>
  tab.evaluate(() =>
    (document.querySelector('canvas') as unknown as { data: Canvas }).data.graph._nodes.map((node) => node.getTitle()).sort(),
  )
const wires = () =>
  page.evaluate(() => Object.keys((document.querySelector('canvas') as unknown as { data: Canvas }).data.graph.links).length)
const value = (title: string, param: string) =>
  page.evaluate(
    ([title, param]) =>
      (document.querySelector('canvas') as unknown as { data: Canvas }).data.graph._nodes.find(
        (node) => node.getTitle() === title,
      )!.properties[param!],
    [title, param] as const,
  )

/** On the page: a slot of a node, or its title. */
const place = (title: string, slot?: string) =>
  page.evaluate(
    ([title, slot]) => {
      const { graph, ds } = (document.querySelector('canvas') as unknown as { data: Canvas }).data
      const node = graph._nodes.find((each) => each.getTitle() === title)!
      const input = slot === undefined ? -1 : node.findInputSlot(slot)
      const [x, y] =
        slot === undefined
          ? [node.pos[0] + 60, node.pos[1] - 15]
          : node.getConnectionPos(input >= 0, input >= 0 ? input : node.findOutputSlot(slot))
      return { x: (x! + ds.offset[0]) * ds.scale, y: (y! + ds.offset[1]) * ds.scale }
    },
    [title, slot] as const,
  )

async function add(name: string, x: number, y: number) {
  await page.mouse.dblclick(x, y)
  const search = page.getByRole('combobox', { name: 'Find a node' })
  await search.fill(name)
  await page.keyboard.press('Enter')
  await search.waitFor({ state: 'detached' })
  await page.waitForTimeout(120)
}

async function drag(from: { x: number; y: number }, to: { x: number; y: number }) {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 })
  await page.mouse.move(to.x, to.y, { steps: 4 })
  await page.mouse.up()
  await page.waitForTimeout(120)
}

const press = async (keys: string) => {
  await page.keyboard.press(keys)
  await page.waitForTimeout(120)
}

async function twoNodes() {
  await add('noise schedule', 200, 250)
  await add('timesteps', 600, 250)
}

describe('nodes and wires', () => {
  test('a double-click finds a node and puts it there', async () => {
    await add('noise sch', 300, 300)
    expect(await titles()).toEqual(['Noise Schedule'])
    const at = await place('Noise Schedule')
    expect(Math.abs(at.x - 360)).toBeLessThan(20)
    await expect.poll(() => page.getByRole('heading', { name: 'Noise Schedule' }).count()).toBe(1)
  })

  test('a loop comes with its other end, as one step of undo', async () => {
    await add('sampling start', 200, 300)
    expect(await titles()).toEqual(['Sampling End', 'Sampling Start'])
    expect(await wires()).toBe(1)
    await press('Control+z')
    expect(await titles()).toEqual([])
    await press('Control+Shift+z')
    expect(await titles()).toEqual(['Sampling End', 'Sampling Start'])
    expect(await wires()).toBe(1)
  })

  test('slots are wired by dragging', async () => {
    await twoNodes()
    await drag(await place('Noise Schedule', 'schedule'), await place('Timesteps', 'schedule'))
    expect(await wires()).toBe(1)
  })

  test('a wire that does not fit is refused, and says why', async () => {
    await add('noise schedule', 200, 250)
    await add('predict', 600, 250)
    await drag(await place('Noise Schedule', 'schedule'), await place('Predict', 'model'))
    expect(await wires()).toBe(0)
    await page.getByText('model takes model, not schedule.').waitFor()
  })

  test('a wire dropped in the empty finds what takes it, and is wired', async () => {
    await add('noise schedule', 200, 250)
    await drag(await place('Noise Schedule', 'schedule'), { x: 600, y: 500 })
    await page.getByText('Nodes that take schedule').waitFor()
    expect(await page.getByRole('option', { name: /Optimizer/ }).count()).toBe(0)
    await page.keyboard.type('forward n')
    await press('Enter')
    expect(await titles()).toEqual(['Forward Noise', 'Noise Schedule'])
    expect(await wires()).toBe(1)
  })

  test('the palette works by keys alone', async () => {
    await page.locator('canvas.canvas').focus()
    await press('Control+k')
    await page.keyboard.type('mix')
    await press('Enter')
    expect(await titles()).toEqual(['Mix'])
    await press('Control+k')
    await press('Escape')
    expect(await page.getByRole('combobox', { name: 'Find a node' }).count()).toBe(0)
    await press('Space')
    await page.getByRole('combobox', { name: 'Find a node' }).waitFor()
  })

  test('copied nodes are pasted with their wires', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await twoNodes()
    await drag(await place('Noise Schedule', 'schedule'), await place('Timesteps', 'schedule'))
    await press('Control+a')
    await press('Control+c')
    await page.mouse.move(400, 560)
    await press('Control+v')
    expect(await titles()).toEqual(['Noise Schedule', 'Noise Schedule', 'Timesteps', 'Timesteps'])
    expect(await wires()).toBe(2)
    await press('Delete')
    expect(await titles()).toEqual(['Noise Schedule', 'Timesteps'])
  })

  test('arrows go from node to node, and the drawer takes the keys while it is open', async () => {
    await twoNodes()
    await page.locator('canvas.canvas').focus()
    const selected = () => page.locator('.panel h2').textContent()
    await press('ArrowLeft')
    await expect.poll(selected).toBe('Noise Schedule')
    await press('ArrowRight')
    await expect.poll(selected).toBe('Timesteps')
    await press('Alt+L')
    const focused = () => page.evaluate(() => document.activeElement!.textContent)
    await expect.poll(focused).toBe('Mine')
    await press('ArrowLeft')
    await expect.poll(focused).toBe('Gallery')
    expect(await selected()).toBe('Timesteps')
    await press('ArrowRight')
    await expect.poll(focused).toBe('Mine')
    await press('Alt+L')
    await expect.poll(() => page.evaluate(() => document.activeElement!.tagName)).toBe('CANVAS')
  })

  test('mute, bypass and collapse, from the keys', async () => {
    await add('mix', 300, 300)
    const at = await place('Mix')
    await page.mouse.click(at.x, at.y)
    const mix = () =>
      page.evaluate(() => {
        const [mix] = (document.querySelector('canvas') as unknown as { data: Canvas }).data.graph._nodes
        const { mode, part, flags } = mix as unknown as { mode: number; part: string; flags: object }
        return { mode, part, flags }
      })
    await press('Control+m')
    await expect.poll(mix).toEqual({ mode: 2, part: 'muted', flags: {} })
    await press('Control+b')
    await expect.poll(mix).toEqual({ mode: 4, part: 'bypassed', flags: {} })
    await press('Control+b')
    await press('Alt+c')
    await expect.poll(mix).toEqual({ mode: 0, part: 'runs', flags: { collapsed: true } })
  })

  test('a node is renamed where it stands', async () => {
    await add('mix', 300, 300)
    await press('F2')
    await page.getByRole('textbox', { name: 'Rename…' }).fill('Halfway <b>')
    await press('Enter')
    expect(await titles()).toEqual(['Halfway <b>'])
  })
})

describe('undo', () => {
  test('a drag is one step', async () => {
    await add('mix', 300, 300)
    const before = await place('Mix')
    await drag(before, { x: before.x + 200, y: before.y + 90 })
    expect((await place('Mix')).x).toBeCloseTo(before.x + 200, -1)
    await press('Control+z')
    expect((await place('Mix')).x).toBeCloseTo(before.x, -1)
    expect(await titles()).toEqual(['Mix'])
  })

  test('a parameter typed in the panel is one step', async () => {
    await add('noise schedule', 300, 300)
    const field = page.getByLabel('num_train_timesteps', { exact: true })
    await field.fill('250')
    await press('Tab')
    expect(await value('Noise Schedule', 'num_train_timesteps')).toBe(250)
    await page.locator('canvas.canvas').focus()
    await press('Control+z')
    expect(await value('Noise Schedule', 'num_train_timesteps')).toBe(1000)
    await expect.poll(() => field.inputValue()).toBe('1000')
  })

  test('looking around is no step', async () => {
    await add('mix', 300, 300)
    await page.mouse.move(600, 600)
    await page.mouse.wheel(0, -240)
    await drag({ x: 700, y: 600 }, { x: 760, y: 640 })
    await press('Control+z')
    expect(await titles()).toEqual([])
  })
})

describe('what is kept', () => {
  const save = async (name: string) => {
    await page.getByRole('textbox', { name: 'Rename workflow' }).fill(name)
    await press('Enter')
    await press('Control+s')
    await page.getByText(`Saved “${name}”`).waitFor()
  }
  const unsaved = (tab = page) => tab.getByRole('img', { name: 'Unsaved changes' }).count()

  test('a saved workflow is there after a reload', async () => {
    await add('mix', 300, 300)
    expect(await unsaved()).toBe(1)
    await save('First')
    await expect.poll(() => unsaved()).toBe(0)
    await page.reload()
    await ready(page)
    await expect.poll(() => titles()).toEqual(['Mix'])
    expect(await unsaved()).toBe(0)
    expect(await page.title()).toContain('First')
  })

  test('unsaved changes come back after a crash, and the saved file is still what it was', async () => {
    await add('mix', 300, 300)
    await save('Second')
    await add('grid', 300, 500)
    await page.waitForTimeout(700)
    await page.close({ runBeforeUnload: false })
    page = await open()
    await expect.poll(() => titles()).toEqual(['Grid', 'Mix'])
    expect(await unsaved()).toBe(1)
    await page.getByRole('button', { name: 'Go back to the saved version' }).click()
    await expect.poll(() => titles()).toEqual(['Mix'])
    expect(await unsaved()).toBe(0)
  })

  test('a deleted workflow can be had back', async () => {
    await add('mix', 300, 300)
    await save('Third')
    await newWorkflow()
    await page.getByRole('button', { name: 'Library' }).click()
    await page.getByRole('tab', { name: 'Mine' }).click()
    await page.getByRole('button', { name: 'More for Third' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await expect.poll(() => page.getByRole('button', { name: 'More for Third' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await page.getByRole('button', { name: 'Third' }).first().click()
    await expect.poll(() => titles()).toEqual(['Mix'])
  })

  test('a second tab is told, and does not overwrite without asking', async () => {
    await add('mix', 300, 300)
    await save('Shared')
    const second = await open()
    await second.getByText('also open in another tab').waitFor()
    await add('grid', 300, 500)
    await press('Control+s')
    await page.getByText('Saved “Shared”').last().waitFor()
    const first = page
    page = second
    await add('loss', 700, 500)
    await press('Control+s')
    await second.getByRole('heading', { name: 'Saved elsewhere in the meantime' }).waitFor()
    await second.getByRole('button', { name: 'Save as a copy' }).click()
    await second.getByText('Saved “Shared copy”').waitFor()
    await first.reload()
    await ready(first)
    await expect.poll(() => titles(first)).toEqual(['Grid', 'Mix'])
  })
})

describe('where nothing can be kept', () => {
  test('full storage is said, and what was saved is still there', async () => {
    await add('mix', 300, 300)
    await press('Control+s')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Kept')
    await press('Enter')
    await page.getByText('Saved “Kept”').waitFor()
    await page.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
      }
    })
    await add('grid', 300, 500)
    await press('Control+s')
    await page.getByRole('alert').filter({ hasText: 'storage is full' }).first().waitFor()
    expect(await titles()).toEqual(['Grid', 'Mix'])
    await page.reload()
    await ready(page)
    await expect.poll(() => titles()).toEqual(['Mix'])
  })

  test('without IndexedDB everything works, and it is said', async () => {
    await page.close()
    await context.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('Not here.', 'SecurityError')
      }
    })
    page = await open()
    await page.getByRole('alert').filter({ hasText: 'This browser keeps nothing here' }).waitFor()
    await newWorkflow()
    await add('mix', 300, 300)
    expect(await titles()).toEqual(['Mix'])
  })
})

describe('files', () => {
  test('a dropped workflow opens; saved to disk it is the same again', async () => {
    await twoNodes()
    await drag(await place('Noise Schedule', 'schedule'), await place('Timesteps', 'schedule'))
    const download = async () => {
      const waiting = page.waitForEvent('download')
      await page.getByRole('button', { name: 'File' }).click()
      await page.getByRole('menuitem', { name: 'Download file' }).click()
      return readFileSync(await (await waiting).path(), 'utf8')
    }
    const text = await download()
    await newWorkflow()
    await drop('two.json', text)
    await expect.poll(() => titles()).toEqual(['Noise Schedule', 'Timesteps'])
    const again = JSON.parse(await download()) as { extra: { diffusion: { title?: string } } }
    expect(again.extra.diffusion.title).toBe('two')
    expect({ ...again, extra: null }).toEqual({ ...(JSON.parse(text) as object), extra: null })
  })

  test.each([
    ['notes.json', 'shopping: milk', /not JSON/],
    ['numbers.json', '[1, 2, 3]', /./],
  ])('%s is refused with the reason, and nothing else changes', async (name, content, why) => {
    await add('mix', 300, 300)
    await drop(name, content)
    const message = page.getByRole('alert').filter({ hasText: `${name} was not opened` })
    await message.waitFor()
    expect(await message.textContent()).toMatch(why)
    expect(await titles()).toEqual(['Mix'])
  })

  test('a node that is not known here is kept, and said', async () => {
    const foreign = {
      last_node_id: 1,
      nodes: [{ id: 1, type: 'other/Thing', pos: [10, 10], size: [140, 60], properties: { a: 1 } }],
      links: [],
      version: 0.4,
    }
    await drop('foreign.json', JSON.stringify(foreign))
    await page.getByText('Not known here and kept as they are: other/Thing.').waitFor()
  })
})

describe('runs', () => {
  test('a fault is on its node, with the cure and the way there; mending it clears it', async () => {
    await add('timesteps', 300, 150)
    await add('inspect', 640, 150)
    await drag(await place('Timesteps', 'timesteps'), await place('Inspect', 'value'))
    await press('Control+Enter')
    const problem = page.getByRole('button', { name: '1 problem' })
    await problem.waitFor({ timeout: 60_000 })
    expect(await page.getByRole('alert').allTextContents()).toContain(
      '1 problem. Nothing is wired to schedule. Wire a schedule into it.',
    )
    await problem.click()
    await page.getByRole('button', { name: 'Go there' }).click()
    await expect.poll(() => page.getByRole('heading', { name: 'Timesteps' }).count()).toBe(1)
    await add('noise schedule', 60, 560)
    await drag(await place('Noise Schedule', 'schedule'), await place('Timesteps', 'schedule'))
    await expect.poll(() => problem.count()).toBe(0)
  })

  test('what only a run can find stays until something is changed', async () => {
    await add('points', 300, 150)
    await add('inspect', 640, 150)
    await drag(await place('Points', 'x_0'), await place('Inspect', 'value'))
    await page.mouse.click((await place('Points')).x, (await place('Points')).y)
    await page.getByLabel('distribution', { exact: true }).selectOption('drawn')
    await page.waitForTimeout(400)
    await press('Control+Enter')
    const problem = page.getByRole('button', { name: '1 problem' })
    await problem.waitFor({ timeout: 60_000 })
    await page.waitForTimeout(800)
    expect(await page.locator('.status .state').textContent()).toBe('Did not finish')
    await page.getByLabel('distribution', { exact: true }).selectOption('moons')
    await expect.poll(() => problem.count()).toBe(0)
  })

  test('where the engine cannot start it is said, and Run says so again', async () => {
    chromium.allow(/nowhere\.js/)
    // Routing does not reach every worker's script: a page that has loaded it once may take it from memory.
    await page.addInitScript(() => {
      window.Worker = class extends Worker {
        constructor(address: string | URL, options?: WorkerOptions) {
          super(String(address).replace(/worker[^/]*$/, 'nowhere.js'), options)
        }
      }
    })
    await page.reload()
    await ready(page)
    const state = () => page.locator('.status .state').textContent()
    await expect.poll(state, { timeout: 20_000 }).toBe('The engine did not start')
    await page.locator('.toasts').getByRole('button', { name: 'Close' }).click()
    await press('Control+Enter')
    await page.locator('.toasts').getByText('its script could not be loaded').waitFor()
    expect(await state()).toBe('The engine did not start')
  })

  test('another workflow leaves the run to its tab and shows nothing of it; without its tab the run ends', async () => {
    const state = () => page.locator('.status .state').textContent()
    await page.getByRole('button', { name: 'Open the gallery' }).click()
    await page.locator('.card', { hasText: 'Train on points' }).click()
    await expect.poll(() => titles()).toContain('Training Start')
    await press('Control+Enter')
    await page.locator('.status .figures').waitFor({ timeout: 60_000 })
    await newWorkflow()
    expect(await state()).toBe('Running in Train on points')
    expect(await page.locator('.panel').textContent()).not.toContain('problem')
    await page.locator('.status .state .link').click()
    await expect.poll(state).toBe('Running')
    await press('Alt+PageDown')
    await page.getByRole('button', { name: 'Close Train on points' }).click()
    await expect.poll(state).toBe('Ready')
    expect(await page.locator('.status .figures').count()).toBe(0)
    await add('points', 400, 150)
    await add('inspect', 700, 150)
    await drag(await place('Points', 'x_0'), await place('Inspect', 'value'))
    await press('Control+Enter')
    await expect.poll(state, { timeout: 60_000 }).toMatch(/Finished in/)
  })

  test('a run shows what it made, and the tab says how far it is', async () => {
    await page.evaluate(() => window.resizeTo(1280, 800))
    await page.locator('canvas.canvas').focus()
    const text = readFileSync(join(import.meta.dirname, 'sampling.json'), 'utf8')
    const drop = () =>
      page.evaluate((content) => {
        const data = new DataTransfer()
        data.items.add(new File([content], 'sampling.json'))
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
      }, text)
    const view = () =>
      page.evaluate(() => {
        const nodes = (document.querySelector('canvas') as unknown as { data: Canvas }).data.graph._nodes
        return (nodes.find((node) => node.getTitle() === 'Samples') as unknown as { diffusion: { view?: { kind: string } } })
          .diffusion.view?.kind
      })
    await drop()
    await expect.poll(() => titles()).toContain('Sampler')
    await press('Control+Enter')
    await expect.poll(() => page.locator('.status .state').textContent(), { timeout: 90_000 }).toMatch(/Finished in/)
    expect(await view()).toBe('scatter')

    // Another workflow with nodes of the same numbers has shown nothing yet.
    await drop()
    await expect.poll(() => page.locator('.status .state').textContent()).toBe('Ready')
    expect(await view()).toBeUndefined()
  })

  test('a sampler is chosen by what it is good for; the closed one is opened in its place, and undone', async () => {
    await add('sampler', 300, 300)
    const above = await place('Sampler', 'condition')
    await page.mouse.click(above.x + 100, above.y + 24)
    await page.getByRole('menuitem', { name: /^ddpm ancestral, good with many steps/ }).click()
    const at = await place('Sampler')
    await page.mouse.click(at.x, at.y, { button: 'right' })
    await page.getByRole('menuitem', { name: 'Open: replace by its graph' }).click()
    await expect
      .poll(() => titles(), { timeout: 60_000 })
      .toEqual(['DDPM Step', 'Predict', 'Sampling End', 'Sampling Start', 'Timesteps'])
    await press('Control+z')
    expect(await titles()).toEqual(['Sampler'])
  })
})

/** Drops a file on the page. */
const drop = (name: string, content: string) =>
  page.evaluate(
    ([name, content]) => {
      const data = new DataTransfer()
      data.items.add(new File([content!], name!, { type: 'application/json' }))
      for (const type of ['dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }))
    },
    [name, content] as const,
  )

/** What a node shows: the first coordinates of its last cloud, and what was shown under it. */
const shownBy = (title: string, tab = page) =>
  tab.evaluate((title) => {
    const nodes = (document.querySelector('canvas') as unknown as { data: Canvas }).data.graph._nodes
    const node = nodes.find((each) => each.getTitle() === title) as unknown as {
      diffusion: { view?: { clouds?: { points: Float32Array }[] } }
    }
    return [...(node.diffusion.view?.clouds?.at(-1)?.points.slice(0, 4) ?? [])]
  }, title)

/** The first line of the first chart. */
const firstLine = (tab: Page) =>
  tab.evaluate(() => {
    const nodes = (document.querySelector('canvas') as unknown as { data: Canvas }).data.graph._nodes
    const views = nodes.map((each) => (each as unknown as { diffusion: { view?: ChartView } }).diffusion.view)
    return [...(views.find((view) => view?.kind === 'chart')?.lines[0]?.y ?? [])]
  })
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

const readyFile = (name: string) => readFileSync(join(import.meta.dirname, '../../workflows', name), 'utf8')

describe('ready workflows', () => {
  test('a new user presses Run: the loss falls, samples move, and Stop answers', async () => {
    const stranger = await chromium.newContext()
    const tab = await open(stranger)
    await expect.poll(() => titles(tab)).toContain('Training Start')
    const samples = () => shownBy('Samples on the data', tab)
    await tab.getByRole('button', { name: 'Run', exact: true }).click()
    await expect.poll(samples, { timeout: 60_000 }).toHaveLength(4)
    const early = await samples()
    await expect.poll(samples, { timeout: 60_000 }).not.toEqual(early)
    await tab.getByRole('button', { name: 'Stop', exact: true }).click()
    await tab.getByRole('button', { name: 'Run', exact: true }).waitFor()
    expect(await tab.locator('.status').textContent()).toMatch(/Stopped.*step .* of 2,000.*loss/)
    const losses = await firstLine(tab)
    expect(mean(losses.slice(-50))).toBeLessThan(mean(losses.slice(0, 20)))
    await stranger.close()
  })

  test('live: after the first run a slider answers at once, and not when live is off', async () => {
    await drop('forward-process.json', readyFile('forward-process.json'))
    await expect.poll(() => titles()).toContain('At once')
    await press('Control+Enter')
    await expect.poll(() => shownBy('Both ways'), { timeout: 60_000 }).toHaveLength(4)
    await expect.poll(() => page.locator('.status .state').textContent(), { timeout: 60_000 }).toMatch(/Finished/)
    const before = await shownBy('Both ways')
    const setT = async (t: string) => {
      const { x, y } = await place('t')
      await page.mouse.click(x, y)
      await page.getByRole('slider', { name: 't', exact: true }).fill(t)
    }
    await setT('700')
    await expect.poll(() => shownBy('Both ways'), { timeout: 30_000 }).not.toEqual(before)
    await page.getByRole('button', { name: 'Live' }).click()
    await expect.poll(() => page.locator('.status .state').textContent()).toMatch(/Finished/)
    const after = await shownBy('Both ways')
    await setT('300')
    await page.waitForTimeout(800)
    expect(await shownBy('Both ways')).toEqual(after)
  })

  test('a file that is dropped while the page still opens is what is open in the end', async () => {
    const tab = await context.newPage()
    await tab.goto(server.address, { waitUntil: 'commit' })
    await tab.waitForSelector('.top')
    await tab.evaluate((content) => {
      const data = new DataTransfer()
      data.items.add(new File([content], 'posterior.json'))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    }, readyFile('posterior.json'))
    await expect.poll(() => tab.title()).toContain('The posterior')
    await tab.waitForTimeout(1500)
    expect(await tab.title()).toContain('The posterior')
    expect(await titles(tab)).toContain('Back to t - 1')
  })
})

describe('the screen', () => {
  test('somebody who has never been here sees the first ready workflow', async () => {
    const stranger = await chromium.newContext()
    const tab = await open(stranger)
    await expect.poll(() => titles(tab)).toContain('Training Start')
    expect(await tab.getByRole('img', { name: 'Unsaved changes' }).count()).toBe(0)
    await stranger.close()
  })

  test('light and dark by choice, kept over a reload', async () => {
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('menuitemradio', { name: 'Light' }).click()
    expect(await theme()).toBe('light')
    await page.reload()
    await ready(page)
    await expect.poll(theme).toBe('light')
  })

  test('speaks Korean at once when asked to, and after a reload', async () => {
    await page.getByRole('button', { name: 'Settings' }).click()
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
    await press('Home')
    const left = async () => (await place('Noise Schedule')).x
    const wide = await left()
    await press('Alt+G')
    await page.locator('.drawer').waitFor()
    const { width } = (await page.locator('.drawer').boundingBox())!
    await expect.poll(left).toBeGreaterThan(width)
    await press('Alt+G')
    await expect.poll(left).toBe(wide)

    await page.mouse.move(600, 600)
    await page.mouse.wheel(0, -200)
    await page.waitForTimeout(200)
    const zoomed = await left()
    await press('Alt+G')
    await page.locator('.drawer').waitFor()
    await page.waitForTimeout(100)
    expect(await left()).toBe(zoomed)
  })

  test('every button and field has a name', async () => {
    await add('training start', 200, 300)
    await page.getByRole('button', { name: 'Library' }).click()
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
