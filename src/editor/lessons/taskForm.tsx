// A task: its checks run on the workflow on the canvas.
import { getText } from '../../engine/base/catalogue.ts'
import { useState } from 'preact/hooks'
import type { Task } from '../../lessons/lesson.ts'
import { runChecks, type Verdict } from '../../lessons/runChecks.ts'
import { useBackup } from '../backup/services.ts'
import { ownTypes } from '../graph/declarations.ts'
import { lessonTexts } from '../texts/lessonTexts.ts'
import { translateMessage, translateView } from '../texts/texts.ts'
import { Markdown } from '../ui/markdown.tsx'
import { formatError } from '../ui/reason.ts'
import { showToast } from '../ui/state.ts'
import { runInQueue } from './checkRun.ts'
import { loadReference } from './library.ts'
import { lessonProgress, recordTask } from './progress.ts'
import { Hint } from './questionForm.tsx'

interface Props {
  lesson: string
  task: Task
  number: number
}

export function TaskForm({ lesson, task, number }: Props) {
  const words = lessonTexts()
  const { isRunning, verdicts, check, stop } = useChecks(lesson, task)
  const known = lessonProgress(lesson).tasks.find(({ id }) => id === task.id)
  const passed = verdicts.filter((each) => each.passed).length
  const isOver = !isRunning && verdicts.length > 0
  return (
    <form
      class="lesson-block"
      aria-label={words.task(number)}
      onSubmit={(event) => {
        event.preventDefault()
        void check()
      }}
    >
      <h3>{words.task(number)}</h3>
      <Markdown heading={4} kind="document" text={task.text} />
      <div class="lesson-buttons">
        <button type="submit" class="button outline small" disabled={isRunning}>
          {isRunning ? words.checking : words.check}
        </button>
        {isRunning && (
          <button type="button" class="link" onClick={stop}>
            {words.stop}
          </button>
        )}
      </div>
      <div role="status">
        {verdicts.length > 0 && <Verdicts verdicts={verdicts} />}
        {isOver && passed < task.checks.length && (
          <p class="lesson-wrong">{words.notPassed(passed, task.checks.length)}</p>
        )}
        {(isOver ? passed === task.checks.length : known?.passed && !isRunning) && (
          <p class="lesson-right">{words.passed}</p>
        )}
      </div>
    </form>
  )
}

/** State of the checks of a task, and a function that runs them on the open workflow. */
function useChecks(lesson: string, task: Task) {
  const { workspace, runner, stores } = useBackup()
  const [isRunning, setRunning] = useState(false)
  const [verdicts, setVerdicts] = useState<Verdict[]>([])
  const check = async () => {
    setRunning(true)
    setVerdicts([])
    try {
      const { flat, text } = workspace.capture()
      const all = await runChecks(
        task.checks,
        flat.graph,
        {
          declared: ownTypes,
          reference: (name) => loadReference(lesson, name),
          seed: `${lesson} ${task.id}`,
          run: runInQueue(runner, lessonTexts().checkRun(lesson)),
        },
        (verdict) => setVerdicts((before) => [...before, verdict]),
      )
      const passed = all.every((each) => each.passed)
      await recordTask(stores.lessons, lesson, { id: task.id, passed, workflow: text })
    } catch (error) {
      showToast(lessonTexts().failed, { text: formatError(error), error: true })
    } finally {
      setRunning(false)
    }
  }
  return { isRunning, verdicts, check, stop: () => runner.stop() }
}

/** Numbers with a bound, such as `4.03; at most 0.1`, or a sentence. */
function explain(verdict: Verdict): string {
  const text = translateView(translateMessage(getText(verdict, 'described')))
  return /^-?[\d.]/.test(verdict.described) ? lessonTexts().measured(text) : text
}

/** A row for each check so far, and the hints of those that failed. */
const Verdicts = ({ verdicts }: { verdicts: readonly Verdict[] }) => (
  <ul class="lesson-verdicts">
    {verdicts.map((verdict, i) => (
      <li key={i}>
        <p class={verdict.passed ? 'lesson-right' : 'lesson-wrong'}>
          <span aria-hidden="true">{verdict.passed ? '✓' : '✗'}</span>{' '}
          <code>{verdict.statement}</code>
        </p>
        {verdict.described && <p class="lessons-note">{explain(verdict)}</p>}
        {!verdict.passed && verdict.hint && <Hint>{verdict.hint}</Hint>}
      </li>
    ))}
  </ul>
)
