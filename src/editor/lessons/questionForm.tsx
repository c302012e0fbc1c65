// A question with its input. After a wrong try it shows one hint more.
import { useState } from 'preact/hooks'
import { isRight } from '../../lessons/answers.ts'
import type { Question } from '../../lessons/lesson.ts'
import { lessonTexts } from '../texts/lessonTexts.ts'
import { Markdown, MarkdownLine } from '../ui/markdown.tsx'
import { lessonProgress, recordAnswer } from './progress.ts'
import type { Store } from '../storage/stores.ts'

interface Props {
  /** Stores the progress. */
  store: Store
  lesson: string
  question: Question
  number: number
}

export function QuestionForm({ store, lesson, question, number }: Props) {
  const words = lessonTexts()
  const known = lessonProgress(lesson).questions.find(({ id }) => id === question.id)
  const [draft, setDraft] = useState<string>()
  const [problem, setProblem] = useState<string>()
  const answer = draft ?? known?.answer ?? ''
  /** The stored result belongs to the stored answer. */
  const shown = known && (draft === undefined || draft === known.answer) ? known : undefined
  const submit = (event: Event) => {
    event.preventDefault()
    if (!answer.trim()) return setProblem(words.empty)
    setProblem(undefined)
    const right = isRight(question.answer, answer)
    setDraft(right ? undefined : answer)
    void recordAnswer(store, lesson, { id: question.id, answer, right })
  }
  const name = `${lesson} ${question.id}`
  return (
    <form class="lesson-block" aria-label={words.question(number)} onSubmit={submit}>
      <h3>{words.question(number)}</h3>
      <Markdown heading={4} kind="document" text={question.ask} />
      {question.choices.length > 0 ? (
        <div class="lesson-choices" role="radiogroup" aria-label={words.answer}>
          {question.choices.map((choice, i) => (
            <label key={i}>
              <input
                type="radio"
                name={name}
                checked={answer === String(i + 1)}
                onChange={() => setDraft(String(i + 1))}
              />
              <span>
                <MarkdownLine text={choice} />
              </span>
            </label>
          ))}
        </div>
      ) : (
        <input
          class="lesson-answer"
          aria-label={words.answer}
          autocomplete="off"
          {...(question.answer.kind === 'number' && { inputMode: 'decimal' as const })}
          value={answer}
          onInput={(event) => setDraft(event.currentTarget.value)}
        />
      )}
      <button type="submit" class="button outline small">
        {words.check}
      </button>
      <div role="status">
        {problem !== undefined && <p class="lesson-wrong">{problem}</p>}
        {shown && <Result right={shown.right} tries={shown.tries} hints={question.hints} />}
      </div>
    </form>
  )
}

function Result({ right, tries, hints }: { right: boolean; tries: number; hints: string[] }) {
  const words = lessonTexts()
  if (right) return <p class="lesson-right">{words.right}</p>
  return (
    <>
      <p class="lesson-wrong">{words.wrong}</p>
      {hints.slice(0, Math.max(1, tries)).map((hint, i) => (
        <Hint key={i}>{hint}</Hint>
      ))}
    </>
  )
}

export const Hint = ({ children }: { children: string }) => (
  <div class="lesson-hint">
    <strong>{lessonTexts().hint}</strong>
    <Markdown heading={4} kind="document" text={children} />
  </div>
)
