// A lesson in one file: text and questions beside the figure of its workflow.
import { openPageFigure, startPage } from './startPage.tsx'
import '../lessons/lessons.css'
import './lessonPage.css'
import { getOwn } from '../../engine/base/records.ts'
import { readLesson, translateLesson, type Lesson, type Task } from '../../lessons/lesson.ts'
import type { LessonSource } from '../../hosts/page/lessonPage.ts'
import { readLessonSource } from '../../hosts/page/readPage.ts'
import { countDone } from '../lessons/progress.ts'
import { QuestionForm } from '../lessons/questionForm.tsx'
import { createMemoryStore } from '../storage/stores.ts'
import { lessonTexts } from '../texts/lessonTexts.ts'
import { language } from '../texts/texts.ts'
import { Markdown, MarkdownLine } from '../ui/markdown.tsx'
import { FigurePage } from './figurePage.tsx'
import type { FigureModel } from './figureTypes.ts'
import { readPart } from './pageEngine.ts'

startPage(() => {
  const source = readLessonSource(readPart)
  const lesson = openLesson(source)
  document.title = lesson.title.replaceAll('$', '')
  return <LessonPage id={source.id} lesson={lesson} figure={openPageFigure()} />
})

/** The lesson in the reader's language, or in English. */
function openLesson({ text, translations }: LessonSource): Lesson {
  const lesson = readLesson('lesson.md', text)
  const translation = getOwn(translations, language())
  return translation === undefined
    ? lesson
    : translateLesson(lesson, `lesson.${language()}.md`, translation)
}

interface PageProps {
  id: string
  lesson: Lesson
  figure: FigureModel | undefined
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
