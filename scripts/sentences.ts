// Draws sentences at random from comments, texts and documents, to be reviewed for their language:
// `node scripts/run.mjs scripts/sentences.ts --seed 1 --count 100`. The same seed draws the same
// sentences of the same sources. `--from comments` (or texts, documents) draws from one kind only.
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseSync } from 'vite'
import { loadDeclarations } from '../src/build/declarations.ts'
import { en } from '../src/editor/texts/en/index.ts'

interface Sentence {
  kind: 'comments' | 'texts' | 'documents'
  /** File and line, or the place of a text. */
  at: string
  text: string
}

const files = (folder: string, endings: readonly string[]): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => endings.includes(extname(path)) && !path.includes('golden/'))
    .toSorted()

/** Splits prose at ends of sentences. Fragments of fewer than three words are dropped. */
const sentences = (prose: string): string[] =>
  prose
    .replace(/\s+/g, ' ')
    .split(/(?<=[.!?])\s+(?=[A-Z`"“(])/)
    .map((each) => each.trim())
    .filter((each) => each.split(' ').length >= 3)

function comments(): Sentence[] {
  const sources = ['src', 'test', 'bench', 'scripts'].flatMap((folder) =>
    files(folder, ['.ts', '.tsx', '.mts']),
  )
  return sources.flatMap((path) => {
    const code = readFileSync(path, 'utf8')
    const lang = extname(path) === '.tsx' ? 'tsx' : 'ts'
    return merged(code, parseSync(path, code, { lang }).comments).flatMap(({ start, text }) =>
      sentences(text).map((sentence) => ({
        kind: 'comments' as const,
        at: `${path}:${code.slice(0, start).split('\n').length}`,
        text: sentence,
      })),
    )
  })
}

/** Line comments on consecutive lines are one text. */
function merged(code: string, parts: readonly { start: number; end: number; value: string }[]) {
  const texts: { start: number; end: number; text: string }[] = []
  for (const { start, end, value } of parts) {
    if (/[가-힣]/.test(value)) continue
    const text = value.replace(/^\s*\*+/gm, '').trim()
    const last = texts.at(-1)
    if (last && /^\n[ \t]*$/.test(code.slice(last.end, start))) {
      last.text += ` ${text}`
      last.end = end
    } else texts.push({ start, end, text })
  }
  return texts
}

/** Every string in a tree of texts; functions of texts are called with placeholders. */
function strings(value: unknown, at: string): { at: string; text: string }[] {
  if (typeof value === 'string') return [{ at, text: value }]
  if (typeof value === 'function') {
    try {
      return strings((value as (...args: unknown[]) => unknown)('…', '…', '…'), at)
    } catch {
      return []
    }
  }
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, each]) => strings(each, `${at}.${key}`))
}

async function texts(): Promise<Sentence[]> {
  const { declarations } = await loadDeclarations()
  const declared = declarations.flatMap(({ type, summary, inputs, outputs, params }) =>
    strings({ summary, ...about(inputs), ...about(outputs), ...about(params) }, type),
  )
  const workflows = files('workflows', ['.json']).flatMap((path) => {
    const { extra, nodes } = JSON.parse(readFileSync(path, 'utf8')) as {
      extra: { diffusion?: { title?: string; about?: string } }
      nodes: { type: string; id: number; properties?: { text?: string } }[]
    }
    const notes = nodes.filter(({ type }) => type === 'diffusion/Note')
    return strings(
      {
        title: extra.diffusion?.title,
        about: extra.diffusion?.about,
        ...Object.fromEntries(notes.map(({ id, properties }) => [id, properties?.text])),
      },
      path,
    )
  })
  return [...strings(en, 'en'), ...declared, ...workflows].flatMap(({ at, text }) =>
    sentences(text).map((sentence) => ({ kind: 'texts' as const, at, text: sentence })),
  )
}

const about = (parts: { readonly [name: string]: { about: string } }) =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.about]))

function documents(): Sentence[] {
  const pages = readdirSync('.').filter((name) => name.endsWith('.md'))
  const others = ['docs', 'src', 'assets', 'test'].flatMap((folder) => files(folder, ['.md']))
  const all = [...pages, ...others].filter((path) => path !== 'docs/nodes.md')
  return all.flatMap((path) =>
    readFileSync(path, 'utf8')
      .replace(/```[^]*?```/g, '')
      .split(/\n\s*\n|\n(?=[-*#|] )/)
      .filter((block) => !block.trimStart().startsWith('|'))
      .flatMap((block) => sentences(block.replace(/^[#*\s-]+/, '')))
      .map((text) => ({ kind: 'documents' as const, at: path, text })),
  )
}

/** mulberry32: enough for drawing lots. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

export async function main(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '100' },
      from: { type: 'string' },
    },
  })
  const all = [...comments(), ...(await texts()), ...documents()].filter(
    ({ kind }) => values.from === undefined || kind === values.from,
  )
  const draw = random(Number(values.seed))
  for (let left = Math.min(Number(values.count), all.length); left > 0; left--) {
    const [{ at, text }] = all.splice(Math.floor(draw() * all.length), 1)
    console.log(`${at}\n  ${text}`)
  }
}
