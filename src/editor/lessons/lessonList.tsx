// The list of courses and their lessons, with progress, and the export of a summary.
import { useState } from 'preact/hooks'
import { signSummary } from '../../lessons/summary.ts'
import { lessonTexts } from '../texts/lessonTexts.ts'
import { download } from '../ui/download.ts'
import * as format from '../ui/format.ts'
import { Markdown, MarkdownLine } from '../ui/markdown.tsx'
import { showToast } from '../ui/state.ts'
import type { ListedCourse, ListedLesson } from './library.ts'
import { countDone, progress } from './progress.ts'
import { openLesson } from './state.ts'

export const LessonList = ({ courses }: { courses: readonly ListedCourse[] }) => (
  <>
    {courses.map((course) => (
      <section key={course.id} class="lessons-course" aria-label={course.title}>
        <h3>{course.title}</h3>
        <Markdown heading={4} kind="document" text={course.about} />
        <ol class="lessons-list">
          {course.lessons.map((listed) => (
            <LessonRow key={listed.id} listed={listed} />
          ))}
        </ol>
        <HandIn course={course} />
      </section>
    ))}
  </>
)

function LessonRow({ listed: { id, lesson } }: { listed: ListedLesson }) {
  const words = lessonTexts()
  const { done, all } = countDone(id, lesson)
  const state =
    done === all ? words.done : done === 0 ? words.notStarted : words.progress(done, all)
  return (
    <li>
      <button type="button" class="lessons-row" onClick={() => (openLesson.value = id)}>
        <span class="name">
          <MarkdownLine text={lesson.title} />
        </span>
        <span class="about">
          <MarkdownLine text={lesson.about} />
        </span>
        <span class={done === all ? 'state done' : 'state'}>
          {words.minutes(lesson.minutes)} · {state}
        </span>
      </button>
    </li>
  )
}

/** Form that exports the progress of a course as a signed file. */
function HandIn({ course }: { course: ListedCourse }) {
  const [student, setStudent] = useState('')
  const [code, setCode] = useState('')
  const words = lessonTexts()
  const lessons = course.lessons.flatMap(({ id }) => progress.value.get(id) ?? [])
  const exportSummary = (event: Event) => {
    event.preventDefault()
    if (!student.trim()) return showToast(words.needName, { error: true })
    if (lessons.length === 0) return showToast(words.nothingDone, { error: true })
    const text = signSummary(
      { course: course.id, student: student.trim(), exported: Date.now(), lessons },
      code,
    )
    const name = format.fileName(`${course.id} ${student.trim()}`, '.json')
    download({ name, mime: 'application/json', bytes: text })
    showToast(words.exported, { text: name })
  }
  return (
    <details class="lessons-hand-in">
      <summary>{words.handIn}</summary>
      <form onSubmit={exportSummary}>
        <p>{words.handInHint}</p>
        <label>
          {words.name}
          <input
            name="student"
            autocomplete="name"
            value={student}
            onInput={(event) => setStudent(event.currentTarget.value)}
          />
        </label>
        <label>
          {words.code}
          <input
            name="code"
            autocomplete="off"
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button outline small">
          {words.export}
        </button>
      </form>
    </details>
  )
}
