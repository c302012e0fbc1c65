// One lesson: its text, questions and tasks in order.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { useBackup } from '../backup/services.ts'
import { useRunning, type RunningServices } from '../running/services.ts'
import { lessonTexts } from '../texts/lessonTexts.ts'
import { Markdown, MarkdownLine } from '../ui/markdown.tsx'
import { formatError } from '../ui/reason.ts'
import { isSmall } from '../ui/smallScreen.ts'
import { showDrawer, showToast } from '../ui/state.ts'
import { openTabs } from '../workspace/state.ts'
import { loadWorkflow, type ListedCourse, type ListedLesson } from './library.ts'
import { countDone } from './progress.ts'
import { saveLessonPage } from './savePage.ts'
import { QuestionForm } from './questionForm.tsx'
import { openLesson } from './state.ts'
import { TaskForm } from './taskForm.tsx'

interface Props {
  listed: ListedLesson
  courses: readonly ListedCourse[]
}

export function LessonView({ listed, courses }: Props) {
  const { id, lesson } = listed
  const editor = useRunning()
  const { stores } = useBackup()
  const words = lessonTexts()
  const title = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => title.current?.focus(), [id])
  useEffect(() => {
    // On a phone it opens behind the panel, where tasks are checked.
    if (lesson.workflow) void openLessonWorkflow(editor, listed, { again: false })
  }, [id])
  const { done, all } = countDone(id, lesson)
  let [questions, tasks] = [0, 0]
  return (
    <article class="lesson" aria-labelledby="lesson-title">
      <h2 id="lesson-title" ref={title} tabIndex={-1}>
        <MarkdownLine text={lesson.title} />
      </h2>
      <p class="lessons-note">
        {words.minutes(lesson.minutes)} · {words.progress(done, all)}
      </p>
      {lesson.workflow && <WorkflowButtons listed={listed} />}
      {lesson.parts.map((part, i) => {
        switch (part.kind) {
          case 'text':
            return <Markdown key={i} kind="document" text={part.markdown} />
          case 'question':
            return (
              <QuestionForm
                key={part.id}
                store={stores.lessons}
                lesson={id}
                question={part}
                number={++questions}
              />
            )
          case 'task':
            return <TaskForm key={part.id} lesson={id} task={part} number={++tasks} />
          default:
            return part satisfies never
        }
      })}
      <div class="lesson-buttons">
        <button type="button" class="link" onClick={() => void saveLessonPage(listed)}>
          {words.savePage}
        </button>
      </div>
      <Neighbours id={id} courses={courses} />
    </article>
  )
}

function WorkflowButtons({ listed }: { listed: ListedLesson }) {
  const editor = useRunning()
  const words = lessonTexts()
  const open = (again: boolean) => {
    if (isSmall()) showDrawer(undefined)
    void openLessonWorkflow(editor, listed, { again })
  }
  return (
    <div class="lesson-workflow">
      <button type="button" class="button outline small" onClick={() => open(false)}>
        {words.openWorkflow}
      </button>
      <button type="button" class="link" onClick={() => open(true)}>
        {words.openAgain}
      </button>
    </div>
  )
}

/** Shows the tab with the workflow of a lesson, or opens it; `again`: in any case a new one. */
async function openLessonWorkflow(
  { workspace }: Pick<RunningServices, 'workspace'>,
  { id, lesson: { workflow, title } }: ListedLesson,
  { again }: { again: boolean },
) {
  if (workflow === undefined) return
  try {
    const name = title.replaceAll('$', '')
    const open = openTabs.value.find((tab) => tab.name === name)
    if (open && !again) await workspace.activateTab(open.key)
    else await workspace.openText(withLessonTitle(await loadWorkflow(id, workflow), name), name)
  } catch (error) {
    showToast(lessonTexts().failed, { text: formatError(error), error: true })
  }
}

/** The workflow with the title of the lesson, in the current language. */
function withLessonTitle(text: string, title: string): string {
  const file = JSON.parse(text) as { extra?: { diffusion?: Record<string, unknown> } }
  const { extra } = file
  return JSON.stringify({
    ...file,
    extra: { ...extra, diffusion: { ...extra?.diffusion, title } },
  })
}

/** Links to the lessons before and after this one. */
function Neighbours({ id, courses }: { id: string; courses: readonly ListedCourse[] }) {
  const words = lessonTexts()
  const lessons = courses.find((course) => course.lessons.some((each) => each.id === id))?.lessons
  const at = lessons?.findIndex((each) => each.id === id) ?? -1
  const [previous, next] = [lessons?.[at - 1], lessons?.[at + 1]]
  return (
    <div class="lesson-neighbours">
      {previous && (
        <button type="button" class="link" onClick={() => (openLesson.value = previous.id)}>
          {words.previous}
        </button>
      )}
      {next && (
        <button
          type="button"
          class="button outline small"
          onClick={() => (openLesson.value = next.id)}
        >
          {words.next}
        </button>
      )}
    </div>
  )
}
