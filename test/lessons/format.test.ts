// The strict reader of lessons: what it reads, and what it refuses with line and cure.
import { englishText } from '../../src/engine/base/catalogue.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashAnswer, isRight, parseAnswer } from '../../src/lessons/answers.ts'
import { findLesson, isLessonFolder, readCourse } from '../../src/lessons/course.ts'
import { LessonError } from '../../src/lessons/error.ts'
import { readLesson, translateLesson, type Task } from '../../src/lessons/lesson.ts'

const SALT = '0123456789abcdef'
const half = hashAnswer({ kind: 'number', within: 0.01 }, '0.5', SALT)!
const second = hashAnswer({ kind: 'choice' }, '2', SALT)!
const ddim = hashAnswer({ kind: 'text' }, 'DDIM step', SALT)!

const lines = (text: string) => text.replace(/^\n/, '')
const lesson = lines(`
# A lesson

\`\`\`lesson
minutes: 15
workflow: start.json
about: One sentence,
  on two lines.
\`\`\`

Text with $x_t$ and code:

\`\`\`js
\`\`\`question inside
\`\`\`

\`\`\`question half
ask: How much?
answer: number within 0.01 ${half.salt}:${half.hash}
hint: Less than one.
hint: More than
  nothing.
\`\`\`

\`\`\`question which
ask: Which?
choice: This.
choice: That.
answer: choice ${second.salt}:${second.hash}
hint: Not this.
\`\`\`

\`\`\`task jump
do: Write it.
check: formula My jump.result equals Jump.x_t of reference.json within 1e-5
replace: Data.x_0 by Data.x_0
replace: Known part, noisy.x_t by b.noise
draws: 3
hint: Multiply.
check: measure item 3 of Errors.history_1 between -0.5 and 2.5e-1
set: Noise.seed = 7
hint: Lower.
\`\`\`
`)

describe('a lesson', () => {
  const read = readLesson('lesson.md', lesson)

  test('has a title, a head, and parts in order', () => {
    expect(read).toMatchObject({
      title: 'A lesson',
      minutes: 15,
      workflow: 'start.json',
      about: 'One sentence,\non two lines.',
    })
    expect(read.parts.map((part) => ('id' in part ? part.id : part.kind))).toEqual([
      'text',
      'half',
      'which',
      'jump',
    ])
    expect(read.parts[0]).toMatchObject({
      markdown: 'Text with $x_t$ and code:\n\n```js\n```question inside\n```',
    })
  })

  test('has questions with choices and hints', () => {
    expect(read.parts[1]).toMatchObject({
      ask: 'How much?',
      hints: ['Less than one.', 'More than\nnothing.'],
    })
    expect(read.parts[2]).toMatchObject({ choices: ['This.', 'That.'] })
  })

  test('has checks as data', () => {
    const [formula, measure] = (read.parts[3] as Task).checks
    expect(formula).toMatchObject({
      requires: {
        kind: 'formula',
        wire: { title: 'My jump', slot: 'result' },
        reference: { title: 'Jump', slot: 'x_t' },
        file: 'reference.json',
        within: 1e-5,
      },
      draws: 3,
      replace: [
        [
          { title: 'Data', slot: 'x_0' },
          { title: 'Data', slot: 'x_0' },
        ],
        [
          { title: 'Known part, noisy', slot: 'x_t' },
          { title: 'b', slot: 'noise' },
        ],
      ],
      hint: 'Multiply.',
    })
    expect(measure).toMatchObject({
      requires: {
        kind: 'measure',
        quantity: 'item',
        index: 3,
        wire: { title: 'Errors', slot: 'history_1' },
        test: { rule: 'between', bound: -0.5, upper: 0.25 },
      },
      set: [['Noise.seed', '7']],
    })
  })

  test('contains no answer that could be read', () => {
    expect(lesson).not.toMatch(/0\.5\b(?! and)/)
    expect(JSON.stringify(read)).not.toMatch(/"right"|"answer":"(0\.5|2)"/)
  })
})

/** A lesson with one block. */
const withBlock = (block: string) => `# A\n\n\`\`\`lesson\nminutes: 5\n\`\`\`\n\n${block}\n`
const question = (body: string) => withBlock(`\`\`\`question one\n${body}\n\`\`\``)
const task = (body: string) => withBlock(`\`\`\`task one\n${body}\n\`\`\``)
const answer = `answer: number within 0.01 ${half.salt}:${half.hash}`

const faulty: Record<string, [text: string, line: number, message: RegExp]> = {
  'an empty file': ['', 1, /Expected a title/],
  'text before the title': ['Hello\n# A', 1, /Expected a title/],
  'no head': ['# A\n\nText', 1, /Expected a block “lesson”/],
  'two heads': [`${withBlock('```lesson\nminutes: 5\n```')}`, 7, /second one/],
  'no minutes': ['# A\n\n```lesson\nabout: x\n```', 3, /has no minutes/],
  'minutes that are none': ['# A\n\n```lesson\nminutes: soon\n```', 4, /whole number of minutes/],
  'a workflow elsewhere': [
    '# A\n\n```lesson\nminutes: 5\nworkflow: ../x.json\n```',
    5,
    /name of a JSON file/,
  ],
  'an open block': ['# A\n\n```lesson\nminutes: 5', 3, /not closed/],
  'a line without key': [question(`ask: x\nwithout key\n${answer}`), 9, /Expected “key: value”/],
  'an unknown key': [question(`ask: x\ncolour: red\n${answer}`), 9, /no key colour/],
  'a repeated key': [question(`ask: x\nask: y\n${answer}`), 9, /more than once/],
  'no answer': [question('ask: x'), 7, /has no answer/],
  'an answer in clear text': [question('ask: x\nanswer: 0.5'), 9, /Expected an answer such as/],
  'a tolerance of 0': [
    question(`ask: x\nanswer: number within 0 ${half.salt}:${half.hash}`),
    9,
    /Expected an answer such as/,
  ],
  'a choice without choices': [
    question(`ask: x\nanswer: choice ${second.salt}:${second.hash}`),
    9,
    /at least two choices/,
  ],
  'choices of a number': [question(`ask: x\nchoice: a\n${answer}`), 10, /Choices need/],
  'two numbers': [question(`ask: x\n${answer}\n${answer}`), 10, /Only a question with a text/],
  'a name with spaces': [withBlock('```task my task\ndo: x\n```'), 7, /Expected a name/],
  'a name twice': [
    withBlock('```task a\ndo: x\ncheck: node UNet\n```\n\n```task a\ndo: y\ncheck: node UNet\n```'),
    12,
    /Two blocks have the name a/,
  ],
  'no check': [task('do: x'), 7, /has no check/],
  'a hint before its check': [task('do: x\nhint: y\ncheck: node UNet'), 9, /none comes before/],
  'two hints of a check': [task('do: x\ncheck: node UNet\nhint: y\nhint: z'), 11, /more than once/],
  'an unknown statement': [task('do: x\ncheck: it is good'), 9, /Expected the statement/],
  'an output without slot': [
    task('do: x\ncheck: measure Distance at most 1'),
    9,
    /Expected an output/,
  ],
  'a bound that is no number': [
    task('do: x\ncheck: measure A.x at most much'),
    9,
    /Expected the statement/,
  ],
  'replace for a measure': [
    task('do: x\ncheck: measure A.x at most 1\nreplace: A.x by B.x'),
    10,
    /belongs to a check of a formula/,
  ],
  'too many draws': [
    task('do: x\ncheck: formula A.x equals B.x of r.json within 1\ndraws: 900'),
    10,
    /whole number from 1 to 8/,
  ],
  'too many steps': [
    task('do: x\ncheck: loss of End at most 1 after 9999999 steps'),
    9,
    /whole number from 1/,
  ],
  'a reference elsewhere': [
    task('do: x\ncheck: formula A.x equals B.x of /etc/passwd within 1'),
    9,
    /name of a JSON file/,
  ],
  'a setting without value': [
    task('do: x\ncheck: node UNet\nset: Noise.seed'),
    10,
    /Expected “Node.param = value”/,
  ],
  'a long line': [`# A\n\n${'x'.repeat(5000)}`, 3, /lines of at most/],
  'a huge file': [`# A\n${'x\n'.repeat(150_000)}`, 0, /at most 200 kB/],
}

describe('the reader refuses', () => {
  test.each(Object.entries(faulty))('%s', (_, [text, line, message]) => {
    const error = caught(() => readLesson('a/lesson.md', text))
    expect(error).toBeInstanceOf(LessonError)
    expect(error.message).toMatch(message)
    expect((error as LessonError).line).toBe(line)
    expect(error.message).toMatch(line > 0 ? `a/lesson.md:${line}: ` : 'a/lesson.md: ')
    // A cure follows.
    expect(englishText((error as LessonError).advice)).toMatch(/^[A-Z].*\.$/)
  })

  test('random text, with a LessonError and nothing else', () => {
    const piece = fc.oneof(
      fc.constantFrom('# T', '```lesson', '```', '```task a', 'do: x', 'check: ', 'minutes: 5', ''),
      fc.string({ maxLength: 40 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        try {
          readLesson('lesson.md', pieces.join('\n'))
        } catch (error) {
          expect(error).toBeInstanceOf(LessonError)
        }
      }),
    )
  })
})

const caught = (action: () => unknown): Error => {
  try {
    action()
  } catch (error) {
    return error as Error
  }
  throw new Error('Nothing was thrown.')
}

describe('a translation', () => {
  const original = readLesson('lesson.md', lesson)
  const korean = lines(`
# 강의

\`\`\`lesson
about: 한 문장.
\`\`\`

글.

\`\`\`question half
ask: 얼마입니까?
hint: 하나보다 작습니다.
hint: 0보다 큽니다.
\`\`\`

\`\`\`question which
ask: 어느 것입니까?
choice: 이것.
choice: 저것.
hint: 이것이 아닙니다.
\`\`\`

\`\`\`task jump
do: 쓰세요.
hint: 곱하세요.
hint: 낮추세요.
\`\`\`
`)

  test('replaces the texts and keeps answers and checks', () => {
    const translated = translateLesson(original, 'lesson.ko.md', korean)
    expect(translated).toMatchObject({ title: '강의', about: '한 문장.', minutes: 15 })
    expect(translated.parts[2]).toMatchObject({ choices: ['이것.', '저것.'] })
    const [before, after] = [original, translated].map(({ parts }) => parts[3] as Task)
    expect(after.checks.map(({ hint }) => hint)).toEqual(['곱하세요.', '낮추세요.'])
    expect(after.checks.map(({ requires }) => requires)).toEqual(
      before.checks.map(({ requires }) => requires),
    )
  })

  test.each([
    ['another order', korean.replace('question half', 'question other'), /Expected the blocks/],
    ['fewer hints', korean.replace('hint: 낮추세요.\n', ''), /Expected 2 of hint/],
    ['a check', korean.replace('do: 쓰세요.', 'do: 쓰세요.\ncheck: node UNet'), /has no key check/],
    ['fewer choices', korean.replace('choice: 저것.\n', ''), /Expected 2 of choice/],
  ])('with %s is refused', (_, text, message) => {
    const error = caught(() => translateLesson(original, 'lesson.ko.md', text))
    expect(error.message).toMatch(message)
    expect(error.message).toMatch(/^lesson\.ko\.md:\d+: /)
  })
})

describe('answers', () => {
  const number = { kind: 'number' as const, within: 0.01, hashes: [half] }

  test.each(['0.5', '0,5', ' 1/2 ', '50 %', '5e-1', '.5', '0.509', '0.491'])(
    '%s is accepted as 0.5 within 0.01',
    (text) => expect(isRight(number, text)).toBe(true),
  )
  test.each(['0.53', '0.47', '-0.5', '\u22120.5', '', 'half', '1/0', 'NaN', '1e400', '0.5.5'])(
    '%s is refused',
    (text) => expect(isRight(number, text)).toBe(false),
  )

  test('numbers within the tolerance are accepted, those beyond twice it refused', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.double({ min: -0.95, max: 0.95, noNaN: true }),
        (value, by) => {
          const within = 0.1
          const hash = hashAnswer({ kind: 'number', within }, String(value), SALT)!
          const rule = { kind: 'number' as const, within, hashes: [hash] }
          expect(isRight(rule, String(value + by * within))).toBe(true)
          expect(isRight(rule, String(value + (2.05 + Math.abs(by)) * within))).toBe(false)
        },
      ),
      { numRuns: 15 },
    )
  })

  test('choices are positions, texts ignore case, spaces and punctuation', () => {
    const choice = { kind: 'choice' as const, hashes: [second] }
    expect([isRight(choice, '2'), isRight(choice, '1'), isRight(choice, 'two')]).toEqual([
      true,
      false,
      false,
    ])
    const text = { kind: 'text' as const, hashes: [ddim] }
    expect(
      ['ddim-step', ' DDIM  Step.', 'ＤＤＩＭ step'].map((each) => isRight(text, each)),
    ).toEqual([true, true, true])
    expect(isRight(text, 'ddpm step')).toBe(false)
    expect(isRight(text, '...')).toBe(false)
  })

  test('with another salt or kind have other hashes', () => {
    const hashes = [
      hashAnswer({ kind: 'choice' }, '2', SALT)!.hash,
      hashAnswer({ kind: 'choice' }, '2', 'fedcba9876543210')!.hash,
      hashAnswer({ kind: 'text' }, '2', SALT)!.hash,
    ]
    expect(new Set(hashes).size).toBe(3)
  })

  test.each([
    ['1,234.5', 1234.5],
    ['-3/4', -0.75],
    ['12,5%', 0.125],
    ['x', undefined],
  ])('%s is read as %s', (text, value) => expect(parseAnswer(text)).toBe(value))
})

test('courses and names of lessons', () => {
  expect(readCourse('course.md', '# Title\n\nAbout *it*.\n')).toEqual({
    title: 'Title',
    about: 'About *it*.',
  })
  expect(['01-noise', '17-few-steps', 'teacher', '1-x', '01-'].map(isLessonFolder)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
  const all = ['a/01-noise', 'a/02-score', 'b/01-noise']
  expect(findLesson('a/01-noise', all)).toBe('a/01-noise')
  expect(findLesson('score', all)).toBe('a/02-score')
  expect(findLesson('noise', all)).toBeUndefined()
  expect(findLesson('../x', all)).toBeUndefined()
})
