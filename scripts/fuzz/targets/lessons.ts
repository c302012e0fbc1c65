// Lessons and courses: readers throw LessonError only, and every block has an id of its own.
import { strFromU8, strToU8 } from 'fflate'
import { readFileSync } from 'node:fs'
import { readCourse } from '../../../src/lessons/course.ts'
import { LessonError } from '../../../src/lessons/error.ts'
import { readLesson, translateLesson } from '../../../src/lessons/lesson.ts'
import type { Rng } from '../random.ts'
import type { SingleTarget, Timed } from '../target.ts'
import { mutateText } from '../textMutations.ts'
import { refusalOrResult, Violation } from '../violation.ts'

const folder = 'lessons/diffusion'
const words = [
  '```',
  '```question factor\n',
  '```task jump\n',
  '```lesson\n',
  '\n```\n',
  'ask: ',
  'check: ',
  'answer: number within 0.01 ',
  'hint: ',
  'draws: 9',
  'replace: a.b by c.d',
  'set: a.b = 1',
  '\n  ',
  '__proto__: ',
  '# ',
  '\u202e',
  '$$',
]

export function createLessonsTarget(): SingleTarget {
  const texts = [
    '01-noise/lesson.md',
    '03-posterior/lesson.md',
    '01-noise/lesson.ko.md',
    'course.md',
  ].map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
  const original = readLesson('lesson.md', texts[0])
  return {
    share: 1,
    generate: (rng: Rng) => strToU8(createText(rng, texts)),
    async check(bytes, timed) {
      const text = strFromU8(bytes)
      return checkLesson(text, timed, (file) => translateLesson(original, file, text))
    },
  }
}

/** Mutates a lesson, in which blocks may occur again, some very often. */
function createText(rng: Rng, texts: readonly string[]): string {
  const text = rng.pick(texts)
  const blocks = text.match(/^```(question|task) [\s\S]*?^```\n/gm) ?? []
  if (blocks.length > 0 && rng.chance(0.1))
    return `${text}\n${rng.pick(blocks).repeat(rng.count(3))}`
  if (blocks.length > 0 && rng.chance(0.02)) {
    const count = rng.below(150)
    const renamed = (_: unknown, i: number) => rng.pick(blocks).replace(/ [a-z-]+$/m, ` b-${i}`)
    return `${text}\n${Array.from({ length: count }, renamed).join('\n')}`
  }
  return mutateText(text, { words, most: 300_000 }, rng)
}

function checkLesson(text: string, timed: Timed, translate: (file: string) => unknown) {
  refusalOrResult([LessonError], text, () => timed('readCourse', () => readCourse('c.md', text)))
  refusalOrResult([LessonError], text, () => timed('translateLesson', () => translate('l.ko.md')))
  const lesson = refusalOrResult([LessonError], text, () =>
    timed('readLesson', () => readLesson('l.md', text)),
  )
  if (!lesson) return 'refused'
  const ids = lesson.parts.flatMap((part) => (part.kind === 'text' ? [] : [part.id]))
  if (new Set(ids).size !== ids.length || ids.length > 100)
    throw new Violation('ids', `Blocks have equal names, or are too many: ${ids.join(' ')}`)
  for (const part of lesson.parts)
    if (part.kind === 'task' && part.checks.some(({ draws }) => !(draws >= 1 && draws <= 20)))
      throw new Violation('bounds', 'A check has very many draws')
  return 'accepted'
}
