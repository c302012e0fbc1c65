// Access to the lines `key: value` of a block, with errors for unknown, missing and repeated keys.
import { lessonMessages } from '../messages/lessons.ts'
import type { Block, Field } from './blocks.ts'
import type { Fail } from './error.ts'
import { readFileName } from './statements.ts'

export interface Fields {
  readonly block: Block
  readonly fail: Fail
  /** The line of a required key. */
  one(key: string): Field
  optional(key: string): Field | undefined
  all(key: string): Field[]
  /** The values of a key that a translation repeats as often as the original. */
  sameNumber(key: string, count: number): string[]
  /** The name of a file beside the lesson. */
  file(key: string): string | undefined
}

/** @throws LessonError for a key that is not in `keys`, or occurs twice and is not in `several` */
export function createFields(
  block: Block,
  keys: readonly string[],
  fail: Fail,
  several: readonly string[] = [],
): Fields {
  const { kind, fields, line } = block
  const seen = new Set<string>()
  for (const { key, line } of fields) {
    if (!keys.includes(key)) failForKey(key, line, block, keys, fail)
    if (seen.has(key) && !several.includes(key))
      fail(line, lessonMessages.repeatedKey({ key }), lessonMessages.writeOnce())
    seen.add(key)
  }
  const all = (key: string) => fields.filter((field) => field.key === key)
  const optional = (key: string): Field | undefined => all(key)[0]
  return {
    block,
    fail,
    all,
    optional,
    one(key) {
      const field = optional(key)
      if (field?.value) return field
      return fail(
        field?.line ?? line,
        lessonMessages.missingKey({ kind, key }),
        lessonMessages.addKey({ key }),
      )
    },
    sameNumber(key, count) {
      const found = all(key)
      if (found.length !== count)
        fail(
          line,
          lessonMessages.otherCount({ key, expected: count, got: found.length }),
          lessonMessages.sameCount({ key }),
        )
      return found.map(({ value }) => value)
    },
    file(key) {
      const field = optional(key)
      return field && readFileName(field.value, field.line, fail)
    },
  }
}

/** Keys of the English lesson, which translations do not repeat. */
const shared = ['check', 'answer', 'set', 'replace', 'draws', 'minutes', 'workflow']

function failForKey(
  key: string,
  line: number,
  { kind }: Block,
  keys: readonly string[],
  fail: Fail,
): never {
  const isTranslation = !keys.some((each) => shared.includes(each))
  if (isTranslation && shared.includes(key))
    return fail(line, lessonMessages.sharedKey({ key }), lessonMessages.dropKey())
  return fail(
    line,
    lessonMessages.unknownKey({ kind, key }),
    lessonMessages.useKeys({ keys: keys.join(', ') }),
  )
}
