// Signed summaries of a student's progress, to hand in. docs/lessons.md states what the signature
// shows and what it cannot.
import { hmac } from '@noble/hashes/hmac.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { isPlainObject } from '../engine/base/records.ts'
import { lessonMessages } from '../messages/lessons.ts'
import { failIn, type Fail } from './error.ts'
import { rememberLast } from './recent.ts'

const FORMAT = 'litegraph-diffusion lessons'
const VERSION = 1
/** Rounds of the derivation of the key from the course's code. */
const ROUNDS = 4000
/** Longest text in a summary: a workflow. */
const MAX_TEXT = 8_000_000
const MAX_ENTRIES = 500
/** Limits on everything in a summary, also on fields that are only part of the signature. */
export const SUMMARY_LIMITS = { depth: 12, values: 500_000 } as const

export interface AnsweredQuestion {
  id: string
  /** As the student wrote it; for choices, the position from 1. */
  answer: string
  right: boolean
  tries: number
  /** When it was answered last, in milliseconds. */
  when: number
}

export interface TriedTask {
  id: string
  passed: boolean
  tries: number
  when: number
  /** The workflow that was checked last, or the one that passed. */
  workflow: string
}

export interface LessonProgress {
  /** `course/lesson`. */
  lesson: string
  questions: AnsweredQuestion[]
  tasks: TriedTask[]
}

/** True for progress as the browser stores it; another version may have stored others. */
export const isLessonProgress = (value: unknown): value is LessonProgress => {
  const { lesson, questions, tasks } = Object(value) as Partial<
    Record<keyof LessonProgress, unknown>
  >
  return (
    typeof lesson === 'string' &&
    isListOf<AnsweredQuestion>(questions, { id: '', answer: '', right: true, tries: 0, when: 0 }) &&
    isListOf<TriedTask>(tasks, { id: '', passed: true, tries: 0, when: 0, workflow: '' }) &&
    [questions, tasks].every((list) => findRepeated(list.map(({ id }) => id)) === undefined)
  )
}

/** True for a list of objects whose fields have the types of those of `model`. */
const isListOf = <T extends object>(list: unknown, model: T): list is T[] =>
  Array.isArray(list) &&
  list.every((each: unknown) =>
    Object.entries(model).every(
      ([key, like]) => typeof (Object(each) as Record<string, unknown>)[key] === typeof like,
    ),
  )

export interface Summary {
  course: string
  student: string
  exported: number
  lessons: LessonProgress[]
}

/** State of the signature of a summary that was read. */
export type SignatureState = 'valid' | 'wrong' | 'missing'

/**
 * Prints a summary with its signature: HMAC-SHA-256 with a key that is derived from the course's
 * code. An empty code detects accidents only.
 */
export function signSummary(summary: Summary, code: string): string {
  const content = { format: FORMAT, version: VERSION, ...summary }
  return `${JSON.stringify({ ...content, signature: sign(content, summary.course, code) }, null, 1)}\n`
}

/** True for JSON that says that it is a summary. */
export const isSummary = (data: unknown): boolean => isPlainObject(data) && data.format === FORMAT

/**
 * Reads a summary, which is untrusted.
 * @throws LessonError
 */
export function readSummary(
  file: string,
  data: unknown,
  code: string,
): { summary: Summary; signature: SignatureState } {
  const fail = failIn(file)
  if (!isPlainObject(data) || !isSummary(data))
    return fail(0, lessonMessages.notSummary(), lessonMessages.exportAgain())
  requireFlat(data, fail)
  const read = createSummaryReader(fail)
  const version = read.number(data.version, 'version')
  if (version !== VERSION)
    return fail(
      0,
      lessonMessages.newerSummary({ version: String(version) }),
      lessonMessages.updateProgram(),
    )
  const summary: Summary = {
    course: read.text(data.course, 'course', 100),
    student: read.text(data.student, 'student', 200),
    exported: read.number(data.exported, 'exported'),
    lessons: read.list(data.lessons, 'lessons', readProgress),
  }
  requireOnce(summary.lessons, ({ lesson }) => lesson, fail)
  for (const { questions, tasks } of summary.lessons) {
    requireOnce(questions, ({ id }) => id, fail)
    requireOnce(tasks, ({ id }) => id, fail)
  }
  const { signature, ...content } = data
  const state =
    typeof signature !== 'string'
      ? 'missing'
      : isEqual(signature, sign(content, summary.course, code))
        ? 'valid'
        : 'wrong'
  return { summary, signature: state }
}

/** Refuses nested and very many values before a recursive function reads them. */
function requireFlat(data: unknown, fail: Fail) {
  const { depth: most, values } = SUMMARY_LIMITS
  let level: unknown[] = [data]
  let count = 0
  for (let depth = 0; level.length > 0; depth++) {
    count += level.length
    if (depth > most || count > values)
      fail(0, lessonMessages.largeSummary({ depth: most, values }), lessonMessages.exportAgain())
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value as object) : [],
    )
  }
}

/** A repeated lesson, question or task would be several guesses: the editor never writes one. */
function requireOnce<T>(entries: readonly T[], idOf: (entry: T) => string, fail: Fail) {
  const id = findRepeated(entries.map(idOf))
  if (id !== undefined) fail(0, lessonMessages.repeatedEntry({ id }), lessonMessages.exportAgain())
}

/** The first text that occurs again. */
function findRepeated(texts: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return texts.find((text) => seen.size === seen.add(text).size)
}

const sign = (content: object, course: string, code: string): string => {
  const key = deriveKey(JSON.stringify([code.trim(), course]))
  return bytesToHex(hmac(sha256, key, utf8ToBytes(canonicalText(content))))
}

/** The key of a course, from its code: the same for all students. */
const deriveKey = rememberLast(16, (text) => {
  const [code, course] = JSON.parse(text) as [string, string]
  return pbkdf2(sha256, utf8ToBytes(code), utf8ToBytes(`${FORMAT} ${course}`), {
    c: ROUNDS,
    dkLen: 32,
  })
})

/** JSON with sorted keys, so that only changes of values matter. */
const canonicalText = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    isPlainObject(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )

/** Compares in a time that does not depend on the texts. */
function isEqual(a: string, b: string): boolean {
  let different = a.length ^ b.length
  for (let i = 0; i < b.length; i++)
    different |= a.charCodeAt(i % (a.length || 1)) ^ b.charCodeAt(i)
  return different === 0
}

/** Reads values of a kind. `part` names the place in messages. */
interface Reader {
  text(value: unknown, part: string, most: number): string
  number(value: unknown, part: string): number
  boolean(value: unknown, part: string): boolean
  list<T>(
    value: unknown,
    part: string,
    each: (value: Record<string, unknown>, part: string, read: Reader) => T,
  ): T[]
}

function createSummaryReader(fail: Fail): Reader {
  const wrong = (part: string): never =>
    fail(0, lessonMessages.damagedSummary({ part }), lessonMessages.exportAgain())
  const reader: Reader = {
    text: (value, part, most) =>
      typeof value === 'string' && value.length <= most ? value : wrong(part),
    number: (value, part) =>
      typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : wrong(part),
    boolean: (value, part) => (typeof value === 'boolean' ? value : wrong(part)),
    list: (value, part, each) =>
      Array.isArray(value) && value.length <= MAX_ENTRIES
        ? value.map((item: unknown, i) =>
            isPlainObject(item) ? each(item, `${part}[${i}]`, reader) : wrong(`${part}[${i}]`),
          )
        : wrong(part),
  }
  return reader
}

const readProgress = (
  value: Record<string, unknown>,
  part: string,
  read: Reader,
): LessonProgress => ({
  lesson: read.text(value.lesson, `${part}.lesson`, 200),
  questions: read.list(value.questions, `${part}.questions`, (question, at) => ({
    id: read.text(question.id, `${at}.id`, 100),
    answer: read.text(question.answer, `${at}.answer`, 1000),
    right: read.boolean(question.right, `${at}.right`),
    tries: read.number(question.tries, `${at}.tries`),
    when: read.number(question.when, `${at}.when`),
  })),
  tasks: read.list(value.tasks, `${part}.tasks`, (task, at) => ({
    id: read.text(task.id, `${at}.id`, 100),
    passed: read.boolean(task.passed, `${at}.passed`),
    tries: read.number(task.tries, `${at}.tries`),
    when: read.number(task.when, `${at}.when`),
    workflow: read.text(task.workflow, `${at}.workflow`, MAX_TEXT),
  })),
})
