// The command `lessons`: list, validate, check, answer.
import { randomBytes } from 'node:crypto'
import { hashAnswer } from '../../../lessons/answers.ts'
import { formatAnswer } from '../../../lessons/readAnswers.ts'
import { cliMessages } from '../../../messages/cli.ts'
import type { Arguments } from '../arguments.ts'
import { UsageError } from '../../node/failure.ts'
import { statuses, type ExitStatus } from '../../node/status.ts'
import type { Terminal } from '../terminal.ts'
import { checkSubmissions } from './check.ts'
import { createLessonLibrary, shippedLessons } from './folder.ts'
import { validateLessons } from './validate.ts'

export async function runLessons(wanted: Arguments<'lessons'>, out: Terminal): Promise<ExitStatus> {
  switch (wanted.action) {
    case 'list':
      return listLessons(wanted)
    case 'validate':
      return validateLessons(wanted, out)
    case 'check':
      return checkSubmissions(wanted, out)
    case 'answer':
      return printAnswer(wanted)
    default:
      return wanted.action satisfies never
  }
}

async function listLessons({ lessons }: Arguments<'lessons'>): Promise<ExitStatus> {
  const library = createLessonLibrary(lessons ?? shippedLessons())
  for (const id of await library.list()) {
    const opened = await library.open(id)
    const { title, minutes } = opened?.lesson ?? { title: '', minutes: 0 }
    process.stdout.write(`${id.padEnd(32)} ${`${minutes} min`.padStart(7)}  ${title}\n`)
  }
  return statuses.done.code
}

/** Prints the line `answer:` for a question. */
function printAnswer({ operands: [kind, answer], within }: Arguments<'lessons'>): ExitStatus {
  const rule =
    kind === 'number' ? { kind: 'number' as const, within } : { kind: kind as 'choice' | 'text' }
  const hash = hashAnswer(rule, answer, randomBytes(8).toString('hex'))
  if (!hash) throw new UsageError(cliMessages.answerValue({ kind, got: answer }))
  process.stdout.write(`${formatAnswer(rule, hash)}\n`)
  return statuses.done.code
}
