// Lessons: the types, and the strict reader of lesson.md and its translations. docs/lessons.md
// describes the format.
import { lessonMessages } from '../messages/lessons.ts'
import type { AnswerRule } from './answers.ts'
import { readBlocks, type Block, type Prose } from './blocks.ts'
import { failIn } from './error.ts'
import { createFields, type Fields } from './fields.ts'
import { readAnswers } from './readAnswers.ts'
import { readChecks, type Check } from './readChecks.ts'

export interface Question {
  kind: 'question'
  id: string
  /** Markdown. */
  ask: string
  /** Markdown; empty unless the answer is a choice. */
  choices: string[]
  answer: AnswerRule
  /** One more is shown after each wrong try. */
  hints: string[]
}

export interface Task {
  kind: 'task'
  id: string
  /** Markdown. */
  text: string
  checks: Check[]
}

export interface Lesson {
  title: string
  /** One sentence, for the list. */
  about: string
  /** Minutes that a student needs. */
  minutes: number
  /** The workflow to begin with, beside the lesson. */
  workflow: string | undefined
  parts: (Prose | Question | Task)[]
}

/** Reads lesson.md. @throws LessonError with the file, the line and the cure */
export function readLesson(file: string, text: string): Lesson {
  const fail = failIn(file)
  const { title, parts } = readBlocks(file, text)
  const heads = parts.filter((part): part is Block => part.kind === 'lesson')
  const [head, second] = heads
  if (!head) return fail(1, lessonMessages.noHead(), lessonMessages.addHead())
  if (second) return fail(second.line, lessonMessages.secondHead(), lessonMessages.writeOnce())
  requireUniqueIds(parts, (line, id) =>
    fail(line, lessonMessages.repeatedId({ id }), lessonMessages.renameBlock()),
  )
  return {
    title,
    ...readHead(createFields(head, ['minutes', 'workflow', 'about'], fail)),
    parts: parts.flatMap((part): Lesson['parts'] => {
      if (part.kind === 'text') return [part]
      if (part.kind === 'question')
        return [readQuestion(createFields(part, questionKeys, fail, ['choice', 'hint', 'answer']))]
      return part.kind === 'task' ? [readTask(createFields(part, taskKeys, fail, taskKeys))] : []
    }),
  }
}

const questionKeys = ['ask', 'choice', 'answer', 'hint'] as const
const taskKeys = ['do', 'check', 'set', 'replace', 'draws', 'hint'] as const

function readHead(fields: Fields): Pick<Lesson, 'minutes' | 'workflow' | 'about'> {
  const { value: minutes, line } = fields.one('minutes')
  if (!/^\d{1,3}$/.test(minutes) || Number(minutes) < 1 || Number(minutes) > 600)
    fields.fail(line, lessonMessages.minutes({ got: minutes }), lessonMessages.fixMinutes())
  return {
    minutes: Number(minutes),
    workflow: fields.file('workflow'),
    about: fields.optional('about')?.value ?? '',
  }
}

function readQuestion(fields: Fields): Question {
  const choices = fields.all('choice').map(({ value }) => value)
  return {
    kind: 'question',
    id: fields.block.id,
    ask: fields.one('ask').value,
    choices,
    answer: readAnswers(fields, choices.length),
    hints: fields.all('hint').map(({ value }) => value),
  }
}

const readTask = (fields: Fields): Task => ({
  kind: 'task',
  id: fields.block.id,
  text: fields.one('do').value,
  checks: readChecks(fields),
})

function requireUniqueIds(
  parts: readonly (Block | Prose)[],
  fail: (line: number, id: string) => never,
) {
  const ids = new Set<string>()
  for (const part of parts) {
    if (part.kind === 'text' || part.kind === 'lesson') continue
    if (ids.has(part.id)) fail(part.line, part.id)
    ids.add(part.id)
  }
}

/**
 * Returns the lesson with the texts of a translation, such as lesson.ko.md, which has the same
 * blocks without checks and answers.
 * @throws LessonError
 */
export function translateLesson(lesson: Lesson, file: string, text: string): Lesson {
  const fail = failIn(file)
  const { title, parts } = readBlocks(file, text)
  const blocks = parts.filter((part): part is Block => part.kind !== 'text')
  const head = blocks.find(({ kind }) => kind === 'lesson')
  const own = lesson.parts.filter((part) => part.kind !== 'text')
  const names = (list: readonly { kind: string; id: string }[]) =>
    list.map(({ kind, id }) => `${kind} ${id}`).join(', ') || '-'
  const others = blocks.filter(({ kind }) => kind !== 'lesson')
  if (names(others) !== names(own))
    fail(
      1,
      lessonMessages.otherBlocks({ expected: names(own), got: names(others) }),
      lessonMessages.sameBlocks(),
    )
  const about = head && createFields(head, ['about'], fail).optional('about')?.value
  const byId = new Map(own.map((part) => [part.id, part]))
  return {
    ...lesson,
    title,
    about: about ?? lesson.about,
    parts: parts.flatMap((part): Lesson['parts'] => {
      if (part.kind === 'text') return [part]
      const original = byId.get(part.id)
      if (part.kind === 'lesson' || !original) return []
      return original.kind === 'question'
        ? [
            translateQuestion(
              original,
              createFields(part, ['ask', 'choice', 'hint'], fail, ['choice', 'hint']),
            ),
          ]
        : [translateTask(original, createFields(part, ['do', 'hint'], fail, ['hint']))]
    }),
  }
}

const translateQuestion = (question: Question, fields: Fields): Question => ({
  ...question,
  ask: fields.one('ask').value,
  choices: fields.sameNumber('choice', question.choices.length),
  hints: fields.sameNumber('hint', question.hints.length),
})

function translateTask(task: Task, fields: Fields): Task {
  const hinted = task.checks.filter(({ hint }) => hint)
  const hints = fields.sameNumber('hint', hinted.length).values()
  return {
    ...task,
    text: fields.one('do').value,
    checks: task.checks.map((check) =>
      check.hint ? { ...check, hint: hints.next().value ?? check.hint } : check,
    ),
  }
}
