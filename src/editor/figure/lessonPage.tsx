// A lesson in one file: text and questions beside the figure of its workflow. Runs from disk, without
// a network. The build makes a template of it (build/onePage.ts).
import '../ui/tokens.css'
import '../ui/base.css'
import '../ui/controls.css'
import '../lessons/lessons.css'
import './lessonPage.css'
import { render } from 'preact'
import { getOwn } from '../../engine/base/records.ts'
import { readLesson, translateLesson, type Lesson, type Task } from '../../nodes/lessons/lesson.ts'
import { createClient } from '../../nodes/host/client.ts'
import type { LessonSource } from '../../nodes/page/lessonPage.ts'
import { readBundle, readLessonSource } from '../../nodes/page/readPage.ts'
import { parseWorkflow } from '../../nodes/workflow.ts'
import { unpackBundle } from '../../nodes/workflow/bundle.ts'
import { ownTypes } from '../graph/declarations.ts'
import { countDone } from '../lessons/progress.ts'
import { QuestionForm } from '../lessons/questionForm.tsx'
import { createMemoryStore } from '../storage/stores.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { lessonTexts } from '../texts/lessonTexts.ts'
import { applyLanguage, language } from '../texts/texts.ts'
import { Markdown, MarkdownLine } from '../ui/markdown.tsx'
import { setDark } from '../ui/state.ts'
import { applyTheme } from '../ui/theme.ts'
import { FigurePage } from './figurePage.tsx'
import type { Figure } from './figureTypes.ts'
import { openPageEngine, readPart } from './pageEngine.ts'
import { createReader } from './reader.ts'

async function start(root: HTMLElement) {
  applyTheme('system', ({ dark }) => setDark(dark))
  document.documentElement.classList.add('figure-alone')
  await applyLanguage('system')
  const source = readLessonSource(readPart)
  const lesson = openLesson(source)
  document.title = lesson.title.replaceAll('$', '')
  render(<LessonPage id={source.id} lesson={lesson} figure={openFigure()} />, root)
}

/** The lesson in the reader's language, or in English. */
function openLesson({ text, translations }: LessonSource): Lesson {
  const lesson = readLesson('lesson.md', text)
  const translation = getOwn(translations, language())
  return translation === undefined
    ? lesson
    : translateLesson(lesson, `lesson.${language()}.md`, translation)
}

/** The figure of the workflow; undefined for lessons without one. */
function openFigure(): Figure | undefined {
  const bundle = readBundle(readPart)
  if (bundle.length === 0) return undefined
  const { workflow, files } = unpackBundle(bundle)
  const file = parseWorkflow(workflow, ownTypes).workflow
  return createReader({ client: createClient(openPageEngine(files)), file })
}

interface PageProps {
  id: string
  lesson: Lesson
  figure: Figure | undefined
}

/** Answers are forgotten with the page: it stores nothing. */
const store = createMemoryStore()

function LessonPage({ id, lesson, figure }: PageProps) {
  const words = lessonTexts()
  const { done, all } = countDone(id, lesson)
  return (
    <main class={figure ? 'lesson-page with-figure' : 'lesson-page'}>
      <article class="lesson" aria-labelledby="lesson-title">
        <h1 id="lesson-title">
          <MarkdownLine text={lesson.title} />
        </h1>
        <p class="lessons-note">
          {words.minutes(lesson.minutes)} · {words.progress(done, all)}
        </p>
        <Parts id={id} lesson={lesson} />
      </article>
      {figure && (
        <aside class="lesson-figure" aria-label={words.workflow}>
          <FigurePage figure={figure} heading="h2" />
        </aside>
      )}
    </main>
  )
}

function Parts({ id, lesson }: Pick<PageProps, 'id' | 'lesson'>) {
  let [questions, tasks] = [0, 0]
  return (
    <>
      {lesson.parts.map((part, i) => {
        switch (part.kind) {
          case 'text':
            return <Markdown key={i} kind="document" text={part.markdown} />
          case 'question':
            return (
              <QuestionForm
                key={part.id}
                store={store}
                lesson={id}
                question={part}
                number={++questions}
              />
            )
          case 'task':
            return <TaskText key={part.id} task={part} number={++tasks} />
          default:
            return part satisfies never
        }
      })}
    </>
  )
}

/** A task, which needs the graph. */
function TaskText({ task, number }: { task: Task; number: number }) {
  const words = lessonTexts()
  return (
    <section class="lesson-block" aria-label={words.task(number)}>
      <h3>{words.task(number)}</h3>
      <Markdown heading={4} kind="document" text={task.text} />
      <p class="lessons-note">{words.taskInEditor}</p>
    </section>
  )
}

const root = document.getElementById('app')
// It is a classic script, which cannot await.
if (root)
  start(root).catch(() => {
    // The data of the page was changed or cut off.
    render(<p class="figure-empty">{figureTexts().page.broken}</p>, root)
  })
