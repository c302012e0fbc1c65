// Nodes found, explained and pointed at in the language that is chosen.
import { expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { addNode, newWorkflow, placeOf } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()

test('a node speaks Korean as soon as that is chosen, and is found by Korean words', async () => {
  const context = await chromium.newContext()
  const page = await context.newPage()
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto(server.address)
  await page.waitForSelector('.status')
  await newWorkflow(page)
  await addNode(page, 'flip timesteps', 500, 250)
  await page.getByRole('complementary', { name: 'Details' }).getByText('Turns a list of timesteps round').waitFor()

  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('menuitemradio', { name: '한국어' }).click()
  const panel = page.getByRole('complementary', { name: '세부 정보' })
  await panel.getByText('타임스텝 목록을').waitFor()
  await panel.getByText('올라가는 목록').waitFor()

  const { x, y } = await placeOf(page, 'Flip Timesteps')
  await page.mouse.move(x, y)
  await page.mouse.move(x + 5, y)
  await expect.poll(() => page.locator('canvas').first().getAttribute('title')).toMatch(/^타임스텝 목록을/)

  await page.mouse.dblclick(500, 500)
  await page.getByRole('combobox', { name: '노드 찾기' }).fill('뒤집습니다')
  await page.getByRole('option').filter({ hasText: 'Flip Timesteps' }).getByText('타임스텝 목록을').waitFor()
  await context.close()
})
