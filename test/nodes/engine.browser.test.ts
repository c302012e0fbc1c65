// The engine behind its protocol, in real Chromium: in a worker, and its storage in real IndexedDB.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { softwareGPU, useChromium, useDevServer } from '../chromium.ts'
import { graph, node } from '../plan/toy.ts'

const server = useDevServer()
const chromium = useChromium(softwareGPU)

async function openPage(): Promise<Page> {
  const page = await chromium.newPage()
  await page.goto(`${server.address}test/pages/blank.html`)
  return page
}

const training = (steps: number) =>
  graph(
    node('net', 'Net', {}, { weight: 0.5 }),
    node('start', 'TrainingStart', { model: 'net.model' }, { steps, seed: 7 }),
    node('loss', 'Loss', { model: 'start.model', x: 'start.x' }),
    node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }),
    node('show', 'Show', { value: 'end.weight' }),
  )
