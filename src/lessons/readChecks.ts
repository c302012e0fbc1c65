// Checks of a task, and their reader: each `check:` with the lines that belong to it.
import { lessonMessages } from '../messages/lessons.ts'
import type { Field } from './blocks.ts'
import type { Fields } from './fields.ts'
import { readPlace, readStatement, readWhole, type Place, type Requirement } from './statements.ts'

export interface Check {
  /** As written in the file. */
  statement: string
  line: number
  requires: Requirement
  /** Values of params for the run of the check: `Node.param`, value. */
  set: [string, string][]
  /** For a formula: outputs of the student's graph, and the outputs of the reference instead. */
  replace: [Place, Place][]
  /** For a formula: number of hidden inputs. */
  draws: number
  /** Markdown, shown if the check fails. */
  hint: string
}

const MAX_CHECKS = 20
const MAX_DRAWS = 8

/** @throws LessonError */
export function readChecks(fields: Fields): Check[] {
  const { fail, block } = fields
  const checks: Check[] = []
  for (const field of block.fields) {
    const { key, value, line } = field
    if (key === 'do') continue
    if (key === 'check')
      checks.push({
        statement: value,
        line,
        requires: readStatement(value, line, fail),
        set: [],
        replace: [],
        draws: 1,
        hint: '',
      })
    else {
      const check = checks.at(-1)
      if (!check) return fail(line, lessonMessages.orphan({ key }), lessonMessages.moveKey())
      addToCheck(check, field, fields)
    }
  }
  if (checks.length === 0) fail(block.line, lessonMessages.noChecks(), lessonMessages.addCheck())
  if (checks.length > MAX_CHECKS)
    fail(
      block.line,
      lessonMessages.tooMany({ most: MAX_CHECKS, what: 'check', got: checks.length }),
      lessonMessages.useFewer(),
    )
  return checks
}

function addToCheck(check: Check, { key, value, line }: Field, { fail }: Fields) {
  const isFormula = check.requires.kind === 'formula'
  if ((key === 'replace' || key === 'draws') && !isFormula)
    fail(line, lessonMessages.onlyFormula({ key }), lessonMessages.removeKey())
  switch (key) {
    case 'hint':
      if (check.hint) fail(line, lessonMessages.repeatedKey({ key }), lessonMessages.writeOnce())
      check.hint = value
      return
    case 'set':
      check.set.push(readSetting(value, line, fail))
      return
    case 'replace':
      check.replace.push(readReplacement(value, line, fail))
      return
    case 'draws':
      check.draws = readWhole(value, key, 1, MAX_DRAWS, line, fail)
      return
    default:
  }
}

function readSetting(text: string, line: number, fail: Fields['fail']): [string, string] {
  const [, name, value] = /^(.+?\.\w+) = (.*)$/.exec(text) ?? []
  if (name !== undefined) return [name, value]
  return fail(line, lessonMessages.setting({ got: text }), lessonMessages.writeSetting())
}

function readReplacement(text: string, line: number, fail: Fields['fail']): [Place, Place] {
  const [, own, other] = /^(.+\.\w+) by (.+\.\w+)$/.exec(text) ?? []
  if (own !== undefined) return [readPlace(own, line, fail), readPlace(other, line, fail)]
  return fail(line, lessonMessages.replacement({ got: text }), lessonMessages.writeReplacement())
}
