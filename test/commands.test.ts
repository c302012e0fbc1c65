// Commands in the documents: each exists and is run by CI or a test. The quick ones run here.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { elsewhere, long, quick } from './commands.ts'
import { runScript } from './runScript.ts'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: { [name: string]: string }
}

const pages = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

test('every script of package.json is run by CI or by a test', () => {
  const run = [...Object.keys(elsewhere), ...Object.keys(quick), ...Object.keys(long)]
  expect(run.toSorted()).toEqual(Object.keys(scripts).toSorted())
})

test('every command in the documents is a script of package.json', () => {
  const named = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name),
  )
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => !(name in scripts))).toEqual([])
})

test('.ci/run runs the commands that the table assigns to it', () => {
  const ci = readFileSync('.ci/run', 'utf8')
  const byCi = Object.entries(elsewhere).filter(([, by]) => by === '.ci/run')
  expect(byCi.length).toBeGreaterThan(0)
  for (const [name] of byCi) expect(ci).toMatch(name === 'test' ? /npm test/ : `npm run ${name}`)
})

test.each(Object.entries(quick))('npm run %s', async (name, options) => {
  const { code, output } = await runScript(name, options)
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
})
