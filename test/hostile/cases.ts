// The hostile files of SECURITY.md: recorded and generated ones.
import { readdirSync, readFileSync } from 'node:fs'
import { strToU8, zipSync } from 'fflate'
import { packBundle } from '../../src/workflow/bundle.ts'
import { zipFile } from './binaries.ts'
import { largest, worstCases, type WorstCase } from './generated.ts'

export interface HostileFile {
  name: string
  bytes(): Uint8Array
}

const folder = new URL('../fixtures/hostile/', import.meta.url)

const recorded = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name): HostileFile => ({ name, bytes: () => readFileSync(new URL(name, folder)) }))

const texts = [
  'escapedQuotes',
  'quotes',
  'minusSigns',
  'brackets',
  'closedBrackets',
  'braces',
  'spaces',
] as const satisfies readonly WorstCase[]

const generated = texts.map((name): HostileFile => ({
  name: `${name}.json`,
  bytes: () => strToU8(worstCases[name](largest[name])),
}))

const bundle = () => packBundle('{"nodes":[],"links":[],"version":0.4}', [])

const flipBit = (bytes: Uint8Array, at: number) => {
  const copy = bytes.slice()
  copy[at] ^= 1
  return copy
}

const binary: HostileFile[] = [
  { name: 'bitflip.zip', bytes: () => flipBit(bundle(), 50) },
  { name: 'truncated.zip', bytes: () => bundle().slice(0, -30) },
  {
    name: 'workflow-bomb.zip',
    bytes: () => zipSync({ 'workflow.json': new Uint8Array(50e6).fill(32) }),
  },
  {
    name: 'paths.zip',
    bytes: () =>
      zipFile([
        { path: 'workflow.json', data: strToU8('{"nodes":[],"links":[]}') },
        { path: '../../outside.txt', data: strToU8('x') },
        { path: '__proto__', data: strToU8('x') },
      ]),
  },
]

export const hostileFiles: readonly HostileFile[] = [...recorded, ...generated, ...binary]

/** Outcomes of `check` by file in the table of SECURITY.md. */
export function readOutcomes(): Map<string, string> {
  const text = readFileSync('SECURITY.md', 'utf8')
  return new Map(
    [...text.matchAll(/^\| `([^`]+\.(?:json|zip))` \|[^|]*\| (\w+) \|$/gm)].map(
      ([, name, outcome]) => [name, outcome],
    ),
  )
}
