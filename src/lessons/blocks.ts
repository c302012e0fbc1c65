// Reads the Markdown of a lesson into its title, its text, and its blocks: fenced parts with the
// info string `lesson`, `question NAME` or `task NAME`, whose lines are `key: value`.
import { lessonMessages } from '../messages/lessons.ts'
import { failIn, type Fail } from './error.ts'

/** Largest file, in characters, and longest line. */
const MAX_LENGTH = 200_000
const MAX_LINE = 4000
const MAX_BLOCKS = 100

export type BlockKind = 'lesson' | 'question' | 'task'

/** A line `key: value` of a block, with its continuations. */
export interface Field {
  key: string
  value: string
  /** Line in the file, from 1. */
  line: number
}

export interface Block {
  kind: BlockKind
  /** Name; '' for `lesson`. */
  id: string
  line: number
  fields: Field[]
}

/** Markdown between blocks. */
export interface Prose {
  kind: 'text'
  markdown: string
}

export interface LessonSource {
  title: string
  parts: (Block | Prose)[]
}

/** @throws LessonError with the line */
export function readBlocks(file: string, text: string): LessonSource {
  const fail = failIn(file)
  const lines = splitLines(text, fail)
  const { title, next } = readTitle(lines, fail)
  const parts: LessonSource['parts'] = []
  let prose: string[] = []
  /** The fence of an ordinary code block, in which nothing is a block. */
  let fence: string | undefined
  const flush = () => {
    const markdown = prose.join('\n').trim()
    if (markdown) parts.push({ kind: 'text', markdown })
    prose = []
  }
  for (let at = next; at < lines.length; at++) {
    const block = fence ? undefined : /^```(lesson|question|task)\b(.*)$/.exec(lines[at])
    if (block) {
      flush()
      const kind = block[1] as BlockKind
      const end = lines.findIndex((line, i) => i > at && line.trimEnd() === '```')
      if (end < 0) fail(at + 1, lessonMessages.openBlock({ kind }), lessonMessages.closeBlock())
      parts.push({
        kind,
        id: readBlockId(kind, block[2].trim(), at + 1, fail),
        line: at + 1,
        fields: readFields(lines.slice(at + 1, end), at + 2, fail),
      })
      at = end
      continue
    }
    const [, mark, info] = /^\s*(`{3,}|~{3,})(.*)$/.exec(lines[at]) ?? []
    if (mark && !fence) fence = mark.slice(0, 3)
    // Only a fence without an info string closes one.
    else if (mark?.startsWith(fence ?? ' ') && !info.trim()) fence = undefined
    prose.push(lines[at])
  }
  flush()
  const blocks = parts.filter(({ kind }) => kind !== 'text')
  if (blocks.length > MAX_BLOCKS)
    fail(
      0,
      lessonMessages.tooMany({ most: MAX_BLOCKS, what: 'blocks', got: blocks.length }),
      lessonMessages.useFewer(),
    )
  return { title, parts }
}

function splitLines(text: string, fail: Fail): string[] {
  if (text.length > MAX_LENGTH)
    fail(
      0,
      lessonMessages.tooLarge({ most: MAX_LENGTH / 1000, size: Math.ceil(text.length / 1000) }),
      lessonMessages.shorten(),
    )
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const long = lines.findIndex((line) => line.length > MAX_LINE)
  if (long >= 0)
    fail(
      long + 1,
      lessonMessages.longLine({ most: MAX_LINE, got: lines[long].length }),
      lessonMessages.breakLine(),
    )
  return lines
}

function readTitle(lines: readonly string[], fail: Fail) {
  const at = lines.findIndex((line) => line.trim())
  const title = at < 0 ? undefined : /^# (.+)$/.exec(lines[at])?.[1].trim()
  if (!title) return fail(Math.max(1, at + 1), lessonMessages.noTitle(), lessonMessages.addTitle())
  return { title, next: at + 1 }
}

const NAME = /^[a-z\d]+(-[a-z\d]+)*$/

function readBlockId(kind: BlockKind, id: string, line: number, fail: Fail): string {
  if (kind === 'lesson' ? id === '' : NAME.test(id) && id.length <= 60) return id
  return fail(line, lessonMessages.blockId({ kind, got: id }), lessonMessages.nameBlock({ kind }))
}

function readFields(lines: readonly string[], first: number, fail: Fail): Field[] {
  const fields: Field[] = []
  lines.forEach((text, i) => {
    const line = first + i
    const [, key, value = ''] = /^([a-z]+):(?: (.*))?$/.exec(text) ?? []
    const last = fields.at(-1)
    if (key !== undefined) fields.push({ key, value, line })
    else if (last && (text.startsWith('  ') || !text.trim())) last.value += `\n${text.slice(2)}`
    else if (text.trim())
      fail(line, lessonMessages.noKey({ got: text.slice(0, 80) }), lessonMessages.indent())
  })
  return fields.map((field) => ({ ...field, value: field.value.trim() }))
}
