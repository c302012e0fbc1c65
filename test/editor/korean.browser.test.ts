// Nodes, ready workflows and faults in Korean.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { readWorkflowTexts } from '../../src/build/workflowTexts.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { addNode, button, dropFile, openEditor, locateNode, titles } from './driver.ts'
import { fileOf } from './fileOf.ts'
import { ko, koNodes, koWorkflows } from './korean.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const english = readWorkflowTexts()
const { interpolation } = koWorkflows

/** Moves the pointer to a node, and reads its tooltip. */
async function readTip(page: Page, title: string) {
  const { x, y } = await locateNode(page, title)
  await page.mouse.move(x, y)
  await page.mouse.move(x + 5, y)
  return page.locator('canvas').first().getAttribute('title')
}

test('shows nodes in Korean at once, and finds them by Korean words', async () => {
  const page = await openEditor(await chromium.newContext(), server.address, { empty: true })
  await addNode(page, 'flip timesteps', 500, 250)
  await page
    .getByRole('complementary', { name: 'Details' })
    .getByText('Reverses a list of timesteps')
    .waitFor()

  await button(page, 'Settings').click()
  await page.getByRole('menuitemradio', { name: '한국어' }).click()
  const panel = page.getByRole('complementary', { name: '세부 정보' })
  await panel.getByText('타임스텝 목록을').waitFor()
  await panel.getByText(koNodes.FlipTimesteps.outputs!.timesteps).waitFor()

  await expect.poll(() => readTip(page, 'Flip Timesteps')).toMatch(/^타임스텝 목록을/)

  await page.mouse.dblclick(500, 500)
  await page.getByRole('combobox', { name: '노드 찾기' }).fill('뒤집어')
  await page
    .getByRole('option')
    .filter({ hasText: 'Flip Timesteps' })
    .getByText('타임스텝 목록을')
    .waitFor()
})

fullTest('shows and searches the gallery in Korean, and saves workflows in English', async () => {
  const page = await openEditor(await chromium.newContext(), server.address)
  const name = page.locator('.title .name')
  await expect.poll(() => name.inputValue()).toBe(english.points.title)
  await button(page, 'Settings').click()
  await page.getByRole('menuitemradio', { name: '한국어' }).click()
  await expect.poll(() => name.inputValue()).toBe(koWorkflows.points.title)

  await button(page, '보관함').click()
  await page
    .getByRole('region', { name: ko.gallery.levels.basic })
    .getByText(koWorkflows['digits-train'].title, { exact: true })
    .waitFor()
  const said = await page.locator('.card .name, .card .text, .topic').allInnerTexts()
  expect(said.filter((text) => !/[가-힣]/.test(text))).toEqual([])
  const search = page.getByRole('searchbox')
  const found = () => page.locator('.card .name').allInnerTexts()
  await search.fill('구면을 따라')
  await expect.poll(found).toEqual([interpolation.title])
  await search.fill('change smoothly')
  await expect.poll(found).toEqual([interpolation.title])
  await page.locator('.card').click()

  await expect.poll(() => name.inputValue()).toBe(interpolation.title)
  expect(await page.getByRole('textbox', { name: '설명' }).inputValue()).toBe(interpolation.about)
  await button(page, '파일').click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: ko.commands.download }).click(),
  ])
  expect(download.suggestedFilename()).toBe(`${interpolation.title.replaceAll(' ', '-')}.json`)
  const { extra } = JSON.parse(readFileSync(await download.path(), 'utf8'))
  const { title, about } = english.interpolation
  expect(extra).toMatchObject({ diffusion: { title, about } })
})

test('shows faults in Korean: on the node, in the panel, status bar and live region', async () => {
  const page = await openEditor(await chromium.newContext(), server.address)
  await button(page, 'Settings').click()
  await page.getByRole('menuitemradio', { name: '한국어' }).click()
  await dropFile(
    page,
    'broken.json',
    JSON.stringify(fileOf({ 1: 'Timesteps', 2: 'Inspect' }, [[1, 'timesteps', 2, 'value']])),
  )
  await expect.poll(() => titles(page)).toEqual(['Inspect', 'Timesteps'])
  await page.keyboard.press('Control+Enter')
  const problem = page.getByRole('button', { name: '문제 1개' })
  await problem.waitFor()
  expect(await page.getByRole('alert').allTextContents()).toContain(
    '문제 1개. 필수 입력 schedule이 연결되지 않았습니다. 스케줄을 연결하세요.',
  )
  expect(await page.locator('.status .state').innerText()).toBe(ko.status.failed)
  expect(
    await page
      .getByRole('button', { name: /^(WebGPU|WebAssembly|WebGL|JavaScript)/ })
      .getAttribute('aria-label'),
  ).not.toMatch(/instead of|as chosen|fastest|slower|measured/)
  await problem.click()
  const panel = page.getByRole('complementary', { name: '세부 정보' })
  await panel.getByText('필수 입력 schedule이 연결되지 않았습니다.').waitFor()
  await panel.getByText('스케줄을 연결하세요.').waitFor()
  await expect
    .poll(() => readTip(page, 'Timesteps'))
    .toBe('필수 입력 schedule이 연결되지 않았습니다. 스케줄을 연결하세요.')

  await dropFile(page, 'list.json', '[1, 2]')
  await page
    .getByRole('alert')
    .filter({ hasText: '워크플로여야 하는데 JSON 목록입니다.' })
    .waitFor()

  // Faults are stored in English, so they follow the language at once.
  await page.getByRole('button', { name: '설정' }).click()
  await page.getByRole('menuitemradio', { name: 'English' }).click()
  await page
    .getByRole('complementary', { name: 'Details' })
    .getByText('Required input schedule is not connected.')
    .waitFor()
})
