// Nodes and ready workflows found and explained in the language that is chosen.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { addNode, button, dropFile, openEditor, placeOf, titles } from './driver.ts'
import { fileOf } from './fileOf.ts'

const chromium = useChromium()
const server = useBuiltEditor()

/** Puts the pointer on a node; gives how to read what the canvas says of it. */
async function tipOf(page: Page, title: string) {
  const { x, y } = await placeOf(page, title)
  await page.mouse.move(x, y)
  await page.mouse.move(x + 5, y)
  return () => page.locator('canvas').first().getAttribute('title')
}

test('a node speaks Korean as soon as that is chosen, and is found by Korean words', async () => {
  const page = await openEditor(await chromium.newContext(), server.address, { empty: true })
  await addNode(page, 'flip timesteps', 500, 250)
  await page.getByRole('complementary', { name: 'Details' }).getByText('Turns a list of timesteps round').waitFor()

  await button(page, 'Settings').click()
  await page.getByRole('menuitemradio', { name: '한국어' }).click()
  const panel = page.getByRole('complementary', { name: '세부 정보' })
  await panel.getByText('타임스텝 목록을').waitFor()
  await panel.getByText('올라가는 목록').waitFor()

  await expect.poll(await tipOf(page, 'Flip Timesteps')).toMatch(/^타임스텝 목록을/)

  await page.mouse.dblclick(500, 500)
  await page.getByRole('combobox', { name: '노드 찾기' }).fill('뒤집습니다')
  await page.getByRole('option').filter({ hasText: 'Flip Timesteps' }).getByText('타임스텝 목록을').waitFor()
})

test('the gallery is Korean and found by words of both languages; what is opened from it is read in Korean, and saved as it was', async () => {
  const page = await openEditor(await chromium.newContext(), server.address)
  const name = page.locator('.title .name')
  await expect.poll(() => name.inputValue()).toBe('Train on points')
  await button(page, 'Settings').click()
  await page.getByRole('menuitemradio', { name: '한국어' }).click()
  await expect.poll(() => name.inputValue()).toBe('점으로 학습하기')

  await button(page, '보관함').click()
  await page.getByRole('region', { name: '이미지' }).getByText('숫자로 학습하기', { exact: true }).waitFor()
  const said = await page.locator('.card .name, .card .text, .topic').allInnerTexts()
  expect(said.filter((text) => !/[가-힣]/.test(text))).toEqual([])
  const search = page.getByRole('searchbox')
  const found = () => page.locator('.card .name').allInnerTexts()
  await search.fill('구면을 따라가면')
  await expect.poll(found).toEqual(['두 노이즈 사이'])
  await search.fill('change smoothly')
  await expect.poll(found).toEqual(['두 노이즈 사이'])
  await page.locator('.card').click()

  await expect.poll(() => name.inputValue()).toBe('두 노이즈 사이')
  expect(await page.getByRole('textbox', { name: '설명' }).inputValue()).toMatch(/^줄마다 한 노이즈에서/)
  await button(page, '파일').click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: '파일로 내려받기' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('두-노이즈-사이.json')
  const { extra } = JSON.parse(readFileSync(await download.path(), 'utf8'))
  expect(extra).toMatchObject({ diffusion: { title: 'Between two noises', about: expect.stringMatching(/^Each row goes/) } })
})

test('what is wrong is told in Korean: on the node, in the panel, in the status line, and aloud', async () => {
  const page = await openEditor(await chromium.newContext(), server.address)
  await button(page, 'Settings').click()
  await page.getByRole('menuitemradio', { name: '한국어' }).click()
  await dropFile(page, 'broken.json', JSON.stringify(fileOf({ 1: 'Timesteps', 2: 'Inspect' }, [[1, 'timesteps', 2, 'value']])))
  await expect.poll(() => titles(page)).toEqual(['Inspect', 'Timesteps'])
  await page.keyboard.press('Control+Enter')
  const problem = page.getByRole('button', { name: '문제 1개' })
  await problem.waitFor({ timeout: 60_000 })
  expect(await page.getByRole('alert').allTextContents()).toContain(
    '문제 1개. schedule에 연결된 것이 없습니다. 스케줄을 연결하세요.',
  )
  expect(await page.locator('.status .state').innerText()).toBe('끝내지 못함')
  expect(
    await page.getByRole('button', { name: /^(WebGPU|WebAssembly|WebGL|JavaScript)/ }).getAttribute('aria-label'),
  ).not.toMatch(/because|as chosen|fastest|slower|measured/)
  await problem.click()
  const panel = page.getByRole('complementary', { name: '세부 정보' })
  await panel.getByText('schedule에 연결된 것이 없습니다.').waitFor()
  await panel.getByText('스케줄을 연결하세요.').waitFor()
  await expect.poll(await tipOf(page, 'Timesteps')).toBe('schedule에 연결된 것이 없습니다. 스케줄을 연결하세요.')

  await dropFile(page, 'list.json', '[1, 2]')
  await page.getByRole('alert').filter({ hasText: 'JSON 목록일 뿐 워크플로가 아닙니다.' }).waitFor()

  // It is kept in English: another language says it at once.
  await page.getByRole('button', { name: '설정' }).click()
  await page.getByRole('menuitemradio', { name: 'English' }).click()
  await page.getByRole('complementary', { name: 'Details' }).getByText('Nothing is wired to schedule.').waitFor()
})
