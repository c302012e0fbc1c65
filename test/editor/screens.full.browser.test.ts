// axe's checks of dialogs, menus, charts and other temporary screens in every theme. One page opens
// them in turn and follows the system's theme.
import { en } from '../../src/editor/texts/en/index.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { encodePng } from '../../src/engine/images/png.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'
import { addAxe, findViolations } from './axe.ts'
import {
  addNode,
  button as buttonOn,
  dropFile,
  dropPaths,
  waitForRun,
  newWorkflow,
  onCanvas,
  openEditor,
  press as pressOn,
  locateSlot,
  titles,
} from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const folder = mkdtempSync(join(tmpdir(), 'screens-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let page: Page

/** Graph that shows charts, images, a sequence and points at once: an untrained network samples. */
const shown = workflowOf({
  nodes: [
    node(
      'Net',
      'UNet',
      {},
      { block_out_channels: '8', sample_size: 8, norm_num_groups: 4, predicts: 'sample' },
    ),
    node('Schedule', 'NoiseSchedule'),
    node('Noise', 'GaussianNoise', {}, { batch_size: 4, shape: '8, 8, 1', seed: 7 }),
    node('Mixed', 'Mix', { a: 'Noise.noise', b: 'Noise.noise' }),
    node('Same', 'Preview', { images_1: 'Mixed.mix' }),
    node(
      'Sampler',
      'Sampler',
      { model: 'Net.model', x_T: 'Noise.noise', schedule: 'Schedule.schedule' },
      { num_inference_steps: 2 },
    ),
    node('Film', 'FilmStrip', { trajectory: 'Sampler.trajectory' }),
    node(
      'Pair',
      'Preview',
      { images_1: 'Noise.noise', images_2: 'Sampler.x_0' },
      { names: 'x_T, x_0' },
    ),
    node('Chart', 'ScheduleChart', { schedules_1: 'Schedule.schedule' }),
  ],
})

const strange = JSON.stringify({
  ...(JSON.parse(workflowOf({ nodes: [] })) as object),
  last_node_id: 1,
  nodes: [
    {
      id: 1,
      type: 'other/Thing',
      title: 'Thing',
      pos: [0, 0],
      size: [200, 100],
      properties: {},
      inputs: [{ name: 'a', type: 'IMAGE', link: null }],
      outputs: [],
    },
  ],
})

const themes = {
  dark: { colorScheme: 'dark', contrast: 'no-preference' },
  light: { colorScheme: 'light', contrast: 'no-preference' },
  ...(process.env.FULL && { contrast: { colorScheme: 'dark', contrast: 'more' } as const }),
} as const

const press = (...keys: string[]) => pressOn(page, ...keys)
const button = (name: string) => buttonOn(page, name)
const dialog = () => page.locator('dialog[open]')

async function select(...names: string[]) {
  await onCanvas(
    page,
    (canvas, names) =>
      canvas.selectNodes(canvas.graph._nodes.filter((each) => names.includes(each.getTitle()))),
    names,
  )
  await page.locator('canvas.canvas').focus()
}

async function run() {
  await page.locator('canvas.canvas').focus()
  await press('Control+Enter')
  await waitForRun(page)
}

/** Returns the midpoint of a link on the page. */
async function wireOf([from, output]: [string, string], [to, input]: [string, string]) {
  const [a, b] = [await locateSlot(page, from, output), await locateSlot(page, to, input)]
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
}

test('temporary screens have no serious axe violations in any theme', async () => {
  const media = { reducedMotion: 'reduce', ...themes.dark } as const
  page = await openEditor(await chromium.newContext(), server.address, { media })
  await page.getByRole('complementary', { name: 'Tour' }).waitFor()
  await addAxe(page)
  const all: string[] = []
  /** Checks a part of the page: all rules in the first theme, colour rules in the others. */
  const look = async (screen: string, within: string) => {
    for (const [theme, media] of Object.entries(themes)) {
      await page.emulateMedia(media)
      await expect
        .poll(() => page.evaluate(() => document.documentElement.dataset.theme))
        .toBe(theme)
      all.push(
        ...(await findViolations(
          page,
          `${screen}, ${theme}`,
          within,
          theme === 'dark' ? 'all' : 'contrast',
        )),
      )
    }
    await page.emulateMedia(themes.dark)
  }

  await look('tour', '.tour')

  await dropFile(page, 'shown.json', shown)
  await expect.poll(() => titles(page)).toContain('Film')
  await press('Alt+t')
  await run()
  await look('measures', '.panel')
  await press('Alt+t')

  await press('Alt+Shift+P')
  await page.locator('.step-notes h2').waitFor()
  await press('ArrowRight')
  await look('presentation', '.presentation')
  await press('End')
  await page.locator('.large-view canvas').waitFor()
  await look('large view', '.presentation')
  await press('Escape')
  await press('Alt+g')
  await page.locator('.card').first().waitFor()
  await look('gallery', '.drawer')
  await press('Escape')
  const wire = await wireOf(['Mixed', 'mix'], ['Same', 'images_1'])
  await page.mouse.move(wire.x, wire.y - 60)
  await page.mouse.move(wire.x, wire.y, { steps: 2 })
  await page.locator('.wire-card canvas').first().waitFor()
  await look('wire', '.wire-card')
  await page.mouse.move(4, 400)

  // ---- viewer
  await select('Pair', 'Same')
  await button(en.commands.compare).click()
  await dialog().locator('.pane canvas').waitFor()
  await look('pictures compared', 'dialog')
  await press('Escape')
  await select('Film')
  await press('Enter')
  await dialog().locator('.strip').waitFor()
  await dialog().getByRole('button', { name: en.viewer.save }).click()
  await look('film and saving', 'dialog')
  await press('Escape')
  await press('Escape')
  await dialog().waitFor({ state: 'detached' })

  // ---- runs, charts and the queue
  await select('Mixed')
  await press('Alt+v')
  await dialog().getByLabel('Values of w').fill('0.2, x')
  await look('a sweep that cannot be', 'dialog')
  await dialog().getByLabel('Values of w').fill('0.2, 0.4')
  await dialog()
    .getByRole('button', { name: en.runs.sweep.run(2) })
    .click()
  await expect.poll(() => page.locator('.grid button.cell').count()).toBe(2)
  await look('grid of a sweep', '.lower')
  await button('Back to all runs').click()
  const boxes = page.locator('.runs-table input[type=checkbox]')
  for (const i of [0, 1]) await boxes.nth(i).check()
  await look('runs', '.lower')
  await button('Compare 2').click()
  await page.locator('.compare-table').waitFor()
  await look('runs compared', '.lower')
  await select('Chart')
  await press('Alt+k')
  await page.locator('.chart-plot canvas').waitFor()
  await page.locator('.lower').getByRole('button', { name: 'Axes' }).click()
  await look('chart', '.lower')
  await page.locator('.lower').getByRole('button', { name: 'Table' }).click()
  await look('table of a chart', '.lower')
  await press('Escape')
  await press('Control+Shift+p')
  await page.getByRole('combobox', { name: en.finder.commands }).fill(en.commands.showQueue)
  await look('commands', '.palette')
  await press('Enter')
  await page.getByRole('dialog', { name: 'Queue' }).waitFor()
  await look('queue', '.queue')
  await press('Escape')

  // ---- stored files
  await press('Control+s')
  await page.getByText(/^Saved “/).waitFor()
  await press('Alt+h')
  await dialog().locator('.row .open').first().waitFor()
  await look('versions', 'dialog')
  await press('Escape')
  await button('File').click()
  await page.getByRole('menuitem', { name: en.backup.title }).click()
  await dialog().getByText('Workflows', { exact: true }).click()
  await look('what is kept', 'dialog')
  await press('Escape')

  // ---- open subgraph
  await select('Mixed', 'Noise')
  await press('Control+Shift+E')
  await dialog().getByRole('textbox').fill('Blend')
  await press('Enter')
  await expect.poll(() => titles(page)).toContain('Blend')
  await press('Alt+Enter')
  await expect.poll(() => titles(page)).toContain('Outputs')
  await select('Outputs')
  await page
    .getByRole('textbox', { name: /^Name of/ })
    .first()
    .waitFor()
  await look('inside a subgraph', 'html')

  // ---- other files
  await dropFile(page, 'strange.json', strange)
  await expect.poll(() => titles(page)).toEqual(['Thing'])
  await select('Thing')
  await page.locator('.panel .ways').waitFor()
  await look('an unknown node', '.panel')
  await look('tabs', '.tab-bar')
  await newWorkflow(page)
  const pixels = new Uint8ClampedArray(24 * 8).fill(120)
  writeFileSync(
    join(folder, 'wide.png'),
    encodePng({ width: 24, height: 8, channels: 1, count: 1, pixels }),
  )
  await dropPaths(page, [join(folder, 'wide.png')])
  await dialog().getByText('1 image').first().waitFor()
  await look('import', 'dialog')
  await press('Escape')
  writeFileSync(join(folder, 'points.csv'), '1,2,a\n3,4,b')
  await dropPaths(page, [join(folder, 'points.csv')])
  await dialog().locator('.points-plot').waitFor()
  await look('import of points', 'dialog')
  await press('Escape')
  await addNode(page, 'Points', 300, 300)
  await page.getByRole('combobox', { name: 'distribution' }).selectOption('drawn')
  await button('Draw…').click()
  await dialog().getByRole('application').waitFor()
  await look('points by hand', 'dialog')
  expect(all).toEqual([])
})
