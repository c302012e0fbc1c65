// Renders the PNGs of public/icons from icon.svg in Chromium. The background of `maskable` extends
// to the edges, because systems crop it to a shape.
//
//   node scripts/icons.mjs
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const svg = readFileSync('public/icons/icon.svg', 'utf8')
const wanted = [
  ['icon-192', 192, svg],
  ['icon-512', 512, svg],
  ['maskable-512', 512, svg.replace(' rx="9"', '')],
]

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
for (const [name, size, code] of wanted) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${code}`)
  await page.screenshot({ path: `public/icons/${name}.png`, omitBackground: true })
  await page.close()
}
await browser.close()
