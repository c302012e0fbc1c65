// Defects that a review of the editor found, about runs: each test is named after the behaviour and
// the number in the review. Every defect, and the tests of it, by file and title; files without an
// ending are browser tests of this folder. Of those named `defects…`, npm test runs defectsCanvas, and
// test:full all:
//
//  1  plots: a chart shows earlier runs of its own workflow only
//  2  plots: live runs follow muting and bypassing
//  3  defectsPanels: the tour compares samples …, the tour covers none of the nodes …
//     plots: a plot counts the points outside and fits on a click …
//  4  presentation: text of the focused nodes …, notes are beside their step …
//  5  here: a failed run shows its reason at once; cures.test.ts
//  6  defectsTrainings: the status gives the cadence of samples and its reason …
//  7  defectsTrainings: a reload loses at most two seconds …
//     restored: a reload shows the pictures again …
//  8  plots: a double-click on a number opens its editor and changes nothing …
//  9  learningPath: titles are typeset …, a note is rendered in the panel; mathText.test.ts
// 10  defectsCanvas: every note of the ready workflows is shown in full …
// 11  defectsCanvas: a node that grows with its distribution …; makeRoom.test.ts
// 12  conventions: the node search begins with what ready workflows use most
//     search.test.ts: usage by the ready workflows
// 13  conventions: the minimap leaves the corner of the selected node
// 14  conventions: a covered node moves aside …
// 15  conventions: a click beside the title only selects, and one on the dot collapses with a hint
// 16  learningPath: fills the screen with cards in order …, is filtered by level and topic …
// 17  learningPath: the list of tabs; a card shows the open tab of an unchanged workflow …
// 18  here: a message about a file ends with its workflow
// 19  conventions: the Run button stays in its place; here: Vary shows two rows of its grid
// 20  settings: keyboard shortcuts
// 21  defectsTrainings: the chart of a noisy loss names its value as the mean …
//     test/painters/views.test.ts: draws the line of the latest earlier run solid …
// 22  defectsPanels: undo and redo are not called like a run, notes and nodes … have Korean titles …
// 23  here: reused results do not read like a failure
// 24  conventions: the panel has the same actions
// 25  here: Vary
// 26  here: the seeds of a run are listed in order …
// 27  defectsPanels: the list of samplers
// 28  conventions: the menu is headed by the title of the node, and its type
// 29  defectsCanvas: a steep wire meets the border …, the wire of a loop runs above its nodes …
// 30  plots: a plot counts the points outside …, and its clouds can be hidden
// 31  defectsCanvas: a group encloses the zone of its loop, and moves into a subgraph
// 32  defectsCanvas: inside a subgraph without a selection, the panel describes the subgraph
// 33  here: the status is no longer red …; defectsCanvas: wires of a deselected node are thin again
// 34  defectsCanvas: a link to a node in view neither moves nor zooms the canvas
// 35  defectsPanels: the key of the library closes it on each of its tabs
// 36  conventions: Alt+drag copies the selected nodes …
// 37  defectsPhone
// 38  defectsTrainings: the progress of several trainings counts all of them
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { encodePng } from '../../src/engine/images/png.ts'
import { en } from '../../src/editor/texts/en/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { workflowOf } from '../workflowOf.ts'
import {
  button,
  clickNode,
  dropFile,
  getRunStatus,
  getViewKind,
  newWorkflow,
  press,
  titles,
  useEditor,
  values,
  waitForRun,
  wires,
} from './driver.ts'
import { readyWorkflow } from './readyText.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { newProfile: true, media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(() => void (page = editor.page))

/** Opens a graph; the ids of its nodes are their titles. */
async function open(nodes: ReturnType<typeof node>[], name = 'graph.json') {
  await dropFile(page, name, workflowOf({ nodes }))
  await expect.poll(() => titles(page)).toEqual(nodes.map(({ id }) => id).sort())
}

const reason = () => page.getByRole('region', { name: en.cures.reason })
const run = () => press(page, 'Control+Enter')

describe('5: a failed run shows its reason at once', () => {
  test('without a node that shows something, and adds one', async () => {
    await open([
      node('Schedule', 'NoiseSchedule'),
      node('Way', 'Timesteps', { schedule: 'Schedule.schedule' }),
    ])
    await clickNode(page, 'Way')
    await run()
    await reason().getByText('There is nothing to run').waitFor()
    // Messages are above it.
    const [card, toast] = await Promise.all(
      [reason(), page.locator('.toast').last()].map((each) => each.boundingBox()),
    )
    expect(toast!.y + toast!.height).toBeLessThanOrEqual(card!.y)
    await reason()
      .getByRole('button', { name: en.cures.add('Inspect') })
      .click()
    await expect.poll(() => wires(page)).toContain('Way > Inspect')
    await reason().waitFor({ state: 'detached' })
    await run()
    await waitForRun(page)
  })

  test('adds Scatter to a graph of points', async () => {
    await open([node('Data', 'Points'), node('Schedule', 'NoiseSchedule')])
    await clickNode(page, 'Data')
    await run()
    await reason()
      .getByRole('button', { name: en.cures.add('Scatter') })
      .click()
    await expect.poll(() => wires(page)).toEqual(['Data > Scatter'])
    await run()
    await waitForRun(page)
    expect(await getViewKind(page, 'Scatter')).toBe('scatter')
  })

  test('and sets the param that its cure names', async () => {
    await open([
      node('Noise', 'GaussianNoise', {}, { batch_size: 0, shape: '8, 8, 1' }),
      node('Picture', 'Preview', { images_1: 'Noise.noise' }),
    ])
    await clickNode(page, 'Picture')
    await run()
    await reason().getByText('Expected a batch_size above 0').waitFor()
    const cure = en.cures.set([{ param: 'batch_size', value: '64' }])
    await reason().getByRole('button', { name: cure }).click()
    await expect.poll(() => values(page, 'Noise')).toMatchObject({ batch_size: 64 })
    await reason().waitFor({ state: 'detached' })
    await run()
    await waitForRun(page)
  })

  test('and connects a missing input, or adds its source', async () => {
    await open([node('Way', 'Timesteps'), node('Values', 'Inspect', { value: 'Way.timesteps' })])
    await clickNode(page, 'Values')
    await run()
    await reason().getByText('Required input schedule is not connected.').waitFor()
    await reason()
      .getByRole('button', { name: en.cures.add('Noise Schedule') })
      .click()
    await expect.poll(() => wires(page)).toContain('Noise Schedule > Way')
    await press(page, 'Control+z', 'Control+z')
    await expect.poll(() => titles(page)).toEqual(['Values', 'Way'])

    await open(
      [
        node('Linear', 'NoiseSchedule'),
        node('Way', 'Timesteps'),
        node('Values', 'Inspect', { value: 'Way.timesteps' }),
      ],
      'again.json',
    )
    await clickNode(page, 'Values')
    await run()
    await reason()
      .getByRole('button', { name: en.cures.connect('schedule', 'Linear') })
      .click()
    await expect.poll(() => wires(page)).toContain('Linear > Way')
    await run()
    await waitForRun(page)
  })

  test('and opens the import of data', async () => {
    await open([
      node('Pictures', 'Images'),
      node('Grid', 'Preview', { images_1: 'Pictures.dataset' }),
    ])
    await clickNode(page, 'Grid')
    await run()
    await reason().getByText('No data set is chosen.').waitFor()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      reason().getByRole('button', { name: en.cures.importDataset }).click(),
    ])
    const files = [0, 1, 2].map((i) => {
      const pixels = Uint8ClampedArray.from({ length: 64 }, (_, at) => (at * 3 + i * 40) % 256)
      const png = encodePng({ width: 8, height: 8, channels: 1, count: 1, pixels })
      return { name: `${i}.png`, mimeType: 'image/png', buffer: Buffer.from(png) }
    })
    await chooser.setFiles(files)
    await button(page, 'Import').click()
    await expect
      .poll(() => values(page, 'Pictures'))
      .toMatchObject({ images: { name: expect.any(String) as string } })
  })

  test('unless the panel shows it; and it can be closed', async () => {
    await open([node('Way', 'Timesteps'), node('Values', 'Inspect', { value: 'Way.timesteps' })])
    await run()
    const inPanel = page.locator('.panel').getByText('Required input schedule is not connected.')
    await inPanel.waitFor()
    expect(await reason().count()).toBe(0)
    await clickNode(page, 'Values')
    await reason().waitFor()
    await reason().getByRole('button', { name: en.dialogs.close }).click()
    await reason().waitFor({ state: 'detached' })
  })
})

describe('33: the status is no longer red once the cause of a failure is cured', () => {
  const fail = async () => {
    await open([
      node('Noise', 'GaussianNoise', {}, { batch_size: 0, shape: '8, 8, 1' }),
      node('Picture', 'Preview', { images_1: 'Noise.noise' }),
    ])
    await run()
    await expect.poll(() => getRunStatus(page)).toBe(en.status.failed)
    expect(await state()).toBe('fault')
  }
  const cure = async () => {
    await clickNode(page, 'Noise')
    const field = page.locator('.panel').getByLabel('batch_size', { exact: true })
    await field.fill('4')
    await field.press('Enter')
  }
  const state = () => page.locator('.status').getAttribute('data-state')

  test('it is ready with Live off', async () => {
    await button(page, 'Live').click()
    await fail()
    await cure()
    await expect.poll(() => getRunStatus(page)).toBe(en.status.idle)
    expect(await state()).toBe('idle')
  })

  test('and with Live on the graph runs again', async () => {
    await fail()
    await cure()
    await expect.poll(() => getRunStatus(page)).toMatch(/^Finished in /)
    expect(await state()).toBe('finished')
  })
})

test('18: a message about a file ends with its workflow', async () => {
  await open([
    node('Noise', 'GaussianNoise', {}, { batch_size: 4, shape: '8, 8, 1' }),
    node('File', 'SaveImage', { images: 'Noise.noise' }),
  ])
  await run()
  const toast = page.locator('.toast').filter({ hasText: 'is ready' })
  await toast.waitFor()
  await newWorkflow(page)
  await toast.waitFor({ state: 'detached', timeout: 2000 })
})

test('23: reused results do not read like a failure', async () => {
  await open([
    node('Schedule', 'NoiseSchedule'),
    node('Way', 'Timesteps', { schedule: 'Schedule.schedule' }),
    node('Values', 'Inspect', { value: 'Way.timesteps' }),
  ])
  await run()
  await waitForRun(page)
  expect(await getRunStatus(page)).not.toContain('reused')
  await run()
  await expect.poll(() => getRunStatus(page)).toMatch(/^Finished in .* · all results reused$/)
  await clickNode(page, 'Way')
  const field = page.locator('.panel').getByLabel('num_inference_steps', { exact: true })
  await field.fill('7')
  await field.press('Enter')
  // Live runs the graph again.
  await expect.poll(() => getRunStatus(page)).toMatch(/^Finished in .* · 1 of 3 results reused$/)
})

test('26: the seeds of a run are listed in order, as ranges', async () => {
  await press(page, 'Alt+r')
  await dropFile(page, 'short.json', readyWorkflow('points', {}, 'Short'))
  await expect.poll(() => page.title()).toContain('Short')
  await run()
  await waitForRun(page)
  await expect.poll(() => page.locator('.runs-table td.seed').first().innerText()).toBe('0–4, 6, 7')
})

declare const runButtonLog: { places: number[]; waited: boolean }

/** Records the places of the button that runs and stops, as `runButtonLog` of the page. */
const logRunButton = () =>
  page.evaluate(() => {
    const log: typeof runButtonLog = { places: [], waited: false }
    Object.assign(globalThis, { runButtonLog: log })
    const look = () => {
      const shown = document.querySelector('.top .runs .main')!
      const { left } = shown.getBoundingClientRect()
      if (!log.places.includes(left)) log.places.push(left)
      log.waited ||= document.querySelector('.queue-count') !== null
      requestAnimationFrame(look)
    }
    look()
  })

describe('25: Vary', () => {
  const dialog = () => page.getByRole('dialog', { name: en.runs.sweep.title })

  test('finds one of many parameters by its name', async () => {
    await press(page, 'Alt+v')
    const chosen = () =>
      dialog().getByLabel(en.runs.sweep.param(1), { exact: true }).locator('option:checked')
    const search = dialog().getByRole('searchbox')
    expect(await search.getAttribute('placeholder')).toMatch(/^Search \d\d parameters…$/)
    await search.fill('lr')
    await expect.poll(() => chosen().innerText()).toMatch(/\.lr$/)
    await search.fill('network hidden')
    await expect.poll(() => chosen().innerText()).toBe('Network.hidden')
    await dialog().getByText(en.runs.sweep.found(1)).waitFor()
    await dialog().getByLabel('Values of hidden').fill('16, 32')
    await dialog().getByRole('button', { name: 'Start 2 runs' }).waitFor()
  })

  test('shows two rows of its grid', async () => {
    const nodes = trainingGraph(4).nodes.filter(({ id }) => id !== 'Keep' && id !== 'Numbers')
    await open(nodes, 'training.json')
    await clickNode(page, 'Samples')
    await button(page, en.panel.vary('num_inference_steps')).click()
    await dialog().getByLabel('Values of num_inference_steps').fill('2, 3')
    await dialog().getByRole('button', { name: en.runs.sweep.second }).click()
    await dialog().getByLabel('Second parameter to vary', { exact: true }).selectOption({
      label: 'Adam.lr',
    })
    await dialog().getByLabel('Values of lr').fill('0.01, 0.02')
    await logRunButton()
    await dialog()
      .getByRole('button', { name: en.runs.sweep.run(4) })
      .click()
    const cells = page.locator('.grid button.cell')
    await expect.poll(() => cells.count()).toBe(4)
    await page.locator('.grid img').nth(3).waitFor()
    const [last, body] = [
      (await cells.nth(3).boundingBox())!,
      (await page.locator('.lower-body').boundingBox())!,
    ]
    expect(last.y + last.height).toBeLessThanOrEqual(body.y + body.height + 1)
    // 19: the number of waiting runs moves no button, and goes with the last run.
    await expect.poll(() => page.locator('.queue-count').count()).toBe(0)
    const { places, waited } = await page.evaluate(() => runButtonLog)
    expect([places.length, waited]).toEqual([1, true])
  })
})
