// First run of a new user in a fresh profile: opens the address that `npm start` prints and presses
// Run. Prints the times until the first samples and until 1,000 steps, and writes screenshots to
// out/first-run.
//
//   npm run first-run            --width 1440 --height 900 --theme dark
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'

const { values } = parseArgs({
  options: {
    width: { type: 'string', default: '1440' },
    height: { type: 'string', default: '900' },
    theme: { type: 'string', default: 'dark' },
    out: { type: 'string', default: 'out/first-run' },
  },
})
mkdirSync(values.out, { recursive: true })

/** Runs `npm start`. `address` resolves to the printed address. */
function start() {
  const server = spawn('npm', ['start'], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const address = new Promise((resolve, reject) => {
    let printed = ''
    server.stdout.on('data', (data) => {
      printed += data.toString().replaceAll(/\u001b\[\d*m/g, '')
      const found = /http:\/\/localhost:\d+\//.exec(printed)
      if (found) resolve(found[0])
    })
    server.on('exit', () => reject(new Error(`npm start ended: ${printed}`)))
  })
  return { address, stop: () => process.kill(-server.pid) }
}

const seconds = (from) => ((performance.now() - from) / 1000).toFixed(1)

const server = start()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--no-first-run'],
})
try {
  const address = await server.address
  const page = await browser.newPage({
    viewport: { width: Number(values.width), height: Number(values.height) },
    colorScheme: values.theme,
  })
  const errors = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  const shoot = (name) => page.screenshot({ path: `${values.out}/${name}-${values.theme}.png` })

  const opened = performance.now()
  await page.goto(address)
  const run = page.getByRole('button', { name: 'Run', exact: true })
  await run.waitFor()
  await page.waitForFunction(() =>
    /SIMD|WebAssembly|CPU|WebGPU|WebGL/.test(document.querySelector('footer')?.textContent ?? ''),
  )
  console.log(`${address} is ready after ${seconds(opened)} s: ${await page.title()}`)
  await page.waitForTimeout(500)
  await shoot('opened')

  const pressed = performance.now()
  await run.click()
  const status = page.locator('footer')
  const step = async () =>
    Number(/step ([\d,]+) of/.exec(await status.innerText())?.[1]?.replaceAll(',', '') ?? 0)
  const loss = async () => Number(/loss ([\d.]+)/.exec(await status.innerText())?.[1] ?? Number.NaN)
  const until = async (steps) => {
    while ((await step()) < steps) await page.waitForTimeout(50)
  }
  await until(5)
  const first = await loss()
  await until(250)
  console.log(
    `loss ${first} at the start, ${await loss()} at step ${await step()}, after ${seconds(pressed)} s`,
  )
  await shoot('training')
  await until(1000)
  console.log(`1,000 steps after ${seconds(pressed)} s`)
  await run.waitFor({ timeout: 300_000 })
  console.log(
    `the run took ${seconds(pressed)} s: ${(await status.innerText()).replaceAll('\n', ' ')}`,
  )
  await page.waitForTimeout(300)
  await shoot('trained')
  console.log(
    errors.length ? `errors in the console:\n${errors.join('\n')}` : 'no errors in the console',
  )
  process.exitCode = errors.length ? 1 : 0
} finally {
  await browser.close()
  server.stop()
}
