// The editor for a browser that asks for Korean: nodes are found, explained and pointed at in Korean.
import { expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { placeOf } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()

test('a node is found, explained and pointed at in Korean, and in English once that is chosen', async () => {
  const context = await chromium.newContext({ locale: 'ko-KR' })
  const page = await context.newPage()
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto(server.address)
  await page.getByRole('button', { name: '파일', exact: true }).click()
  await page.getByRole('menuitem', { name: '새 워크플로' }).click()
  await page.getByText('빈 화면', { exact: true }).waitFor()

  await page.mouse.dblclick(500, 300)
  await page.getByRole('combobox', { name: '노드 찾기' }).fill('뒤집습니다')
  await page.getByRole('option').filter({ hasText: 'Flip Timesteps' }).getByText('타임스텝 목록을').waitFor()
  await page.keyboard.press('Enter')

  const panel = page.getByRole('complementary', { name: '세부 정보' })
  await panel.getByText('타임스텝 목록을').waitFor()
  await panel.getByText('올라가는 목록').waitFor()
  const { x, y } = await placeOf(page, 'Flip Timesteps')
  await page.mouse.move(x, y)
  await page.mouse.move(x + 5, y)
  await expect.poll(() => page.locator('canvas').first().getAttribute('title')).toMatch(/^타임스텝 목록을/)

  await page.getByRole('button', { name: '설정' }).click()
  await page.getByRole('menuitemradio', { name: 'English' }).click()
  await page.getByRole('complementary', { name: 'Details' }).getByText('Turns a list of timesteps round').waitFor()
  await context.close()
  expect(chromium.errors()).toEqual([])
})
