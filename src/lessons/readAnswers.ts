// Reads the lines `answer:` of a question: `number within 0.01 SALT:HASH`, `choice SALT:HASH` or
// `text SALT:HASH`.
import { lessonMessages } from '../messages/lessons.ts'
import type { AnswerRule, Hash } from './answers.ts'
import type { Field } from './blocks.ts'
import type { Fields } from './fields.ts'

const MAX_CHOICES = 12

/** @throws LessonError */
export function readAnswers(fields: Fields, choices: number): AnswerRule {
  const { fail } = fields
  fields.one('answer')
  const lines = fields.all('answer')
  const [first, second] = lines
  const rules = lines.map((line) => readAnswer(line, fields))
  const [rule] = rules
  if (second && rules.some(({ kind }) => kind !== 'text'))
    fail(second.line, lessonMessages.severalAnswers(), lessonMessages.keepAnswer())
  if (rule.kind === 'choice' && choices < 2)
    fail(first.line, lessonMessages.choices({ got: choices }), lessonMessages.addChoices())
  if (rule.kind !== 'choice' && choices > 0)
    fail(first.line, lessonMessages.noChoices(), lessonMessages.makeAnswer())
  if (choices > MAX_CHOICES)
    fail(
      first.line,
      lessonMessages.tooMany({ most: MAX_CHOICES, what: 'choice', got: choices }),
      lessonMessages.useFewer(),
    )
  return { ...rule, hashes: rules.flatMap(({ hashes }) => hashes) }
}

function readAnswer({ value, line }: Field, { fail }: Fields): AnswerRule {
  const [, within, kind, salt, hash] =
    /^(?:number within (\d*\.?\d+(?:e[+-]?\d+)?)|(choice|text)) ([\da-f]{16}):([\da-f]{32})$/.exec(
      value,
    ) ?? []
  const hashes: Hash[] = [{ salt, hash }]
  if (within !== undefined && Number(within) > 0)
    return { kind: 'number', within: Number(within), hashes }
  if (kind !== undefined) return { kind: kind as 'choice' | 'text', hashes }
  return fail(
    line,
    lessonMessages.answerForm({ got: value.slice(0, 80) }),
    lessonMessages.makeAnswer(),
  )
}

/** Formats the line of an answer. */
export const formatAnswer = (
  rule: { kind: 'number'; within: number } | { kind: 'choice' | 'text' },
  { salt, hash }: Hash,
): string =>
  `answer: ${rule.kind === 'number' ? `number within ${rule.within}` : rule.kind} ${salt}:${hash}`
