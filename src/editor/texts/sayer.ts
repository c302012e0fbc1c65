// What the engine says in English, in another language: sentences by their templates, values as they are.
import { settled } from './particles.ts'

/** English sentences to others: `{0}` is a value, `{0~}` one that is in words and said in the other language too. */
export type Sentences = Readonly<Record<string, string>>

interface Template {
  /** What is between the values, of which there is one less. */
  parts: readonly string[]
  to: string
  letters: number
}

const HOLE = /\{\d\}/
/** With fewer letters than this a template says so little that any sentence might be meant. */
const WEAK = 7
/** Where a sentence ends and another begins. */
const ENDS = /[.!?] [A-Z]/
/** Longer texts are not ours, and are not looked into. */
const LONGEST = 4000
const CACHED = 500
/** The most sentences that are said as one. */
const TOGETHER = 4

/** `words` are parts of sentences: kinds of values, what was expected. What is in neither stays as it is. */
export function sayer(sentences: Sentences, words: Sentences): (text: string) => string {
  const [whole, parts] = [tableOf(sentences), tableOf(words)]
  const inWords = (text: string): string =>
    undotted(text, known) ?? (text.startsWith('"') ? text : (bySentences(text) ?? matched(text, parts, inWords) ?? text))
  const known = (text: string) => inPart(text) ?? sentence(text)
  const inPart = (text: string) => matched(text, parts, inWords, noSpaces)
  const sentence = (text: string) => matched(text, whole, inWords, plain) ?? placed(text)

  /** "nodes[3].pos: expected ...", "cat.heic: it cannot be read." */
  function placed(text: string): string | undefined {
    const at = text.indexOf(': ')
    if (at < 0 || /[.!?] /.test(text.slice(0, at))) return undefined
    const said = undotted(text.slice(at + 2), (rest) => matched(rest, whole, inWords, plain) ?? inPart(rest))
    return said && `${text.slice(0, at)}: ${said}`
  }

  /** As many sentences at once as are known together. */
  function bySentences(text: string): string | undefined {
    const all = text.split(/(?<=[.!?])\s+/)
    const said: string[] = []
    let found = false
    for (let i = 0; i < all.length;) {
      let end = Math.min(all.length, i + TOGETHER)
      let turned: string | undefined
      while (end > i && (turned = sentence(all.slice(i, end).join(' '))) === undefined) end--
      said.push(turned ?? all[i]!)
      found ||= turned !== undefined
      i = Math.max(end, i + 1)
    }
    return found ? said.join(' ') : undefined
  }

  const before = new Map<string, string>()
  return (text) => {
    if (text.length > LONGEST) return text
    const known = before.get(text)
    if (known !== undefined) return known
    const said = sentence(text) ?? bySentences(text) ?? text
    if (before.size >= CACHED) before.clear()
    before.set(text, said)
    return said
  }
}

/** As it is, or as a part of a sentence that ends here. */
function undotted(text: string, known: (text: string) => string | undefined): string | undefined {
  const said = text.endsWith('.') ? known(text.slice(0, -1)) : undefined
  return known(text) ?? (said && `${said}.`)
}

interface Table {
  exact: ReadonlyMap<string, string>
  /** The most definite first. */
  templates: readonly Template[]
}

function tableOf(sentences: Sentences): Table {
  const exact = new Map<string, string>()
  const templates: Template[] = []
  for (const [english, to] of Object.entries(sentences)) {
    const parts = english.split(HOLE)
    const letters = parts.join('').replaceAll(/[^a-z]/gi, '').length
    if (parts.length === 1) exact.set(english, to)
    else templates.push({ parts, to, letters })
  }
  return { exact, templates: templates.sort((a, b) => b.letters - a.letters) }
}

/** `ifWeak`: what has to hold of the values of a template that says little. */
function matched(
  text: string,
  { exact, templates }: Table,
  inWords: (value: string) => string,
  ifWeak: (values: readonly string[], template: Template) => boolean = () => true,
): string | undefined {
  const same = exact.get(text)
  if (same !== undefined) return same
  for (const template of templates) {
    const values = valuesIn(text, template)
    if (values && (template.letters >= WEAK || ifWeak(values, template))) return filled(template.to, values, inWords)
  }
  return undefined
}

const noSpaces = (values: readonly string[]) => !values.some((value) => /\s/.test(value))

/** Values as they are have no spaces, as numbers and names have none; those in words may. */
const plain = (values: readonly string[], { to }: Template) => noSpaces(values.filter((_, i) => !to.includes(`{${i}~}`)))

/** What stands in the places of the values, each as short as can be; undefined if it is another sentence. */
function valuesIn(text: string, { parts, to }: Template): string[] | undefined {
  if (!text.startsWith(parts[0]!) || !text.endsWith(parts.at(-1)!)) return undefined
  const end = text.length - parts.at(-1)!.length
  const values: string[] = []
  let from = parts[0]!.length
  for (const [i, part] of parts.slice(1).entries()) {
    const last = i === parts.length - 2
    const at = last ? end : text.indexOf(part, from)
    if (at < from || at > end) return undefined
    const value = text.slice(from, at)
    // Whole sentences come where nothing of the template is around them.
    const open = to.includes(`{${i}~}`) && ((i === 0 && parts[0] === '') || (last && part === ''))
    const quoted = parts[i]!.endsWith('"') && part.startsWith('"')
    if (!open && !quoted && ENDS.test(value)) return undefined
    values.push(value)
    from = at + part.length
  }
  return values
}

const filled = (to: string, values: readonly string[], inWords: (value: string) => string) =>
  settled(
    to.replaceAll(/\{(\d)(~?)\}/g, (_, i: string, turn: string) => (turn ? inWords(values[Number(i)]!) : values[Number(i)]!)),
  )
