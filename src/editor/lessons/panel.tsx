// Panel of lessons: the list of courses, or one lesson.
import { useEffect, useState } from 'preact/hooks'
import { useBackup } from '../backup/services.ts'
import { language } from '../texts/texts.ts'
import { lessonTexts } from '../texts/lessonTexts.ts'
import { IconButton } from '../ui/buttons.tsx'
import { icons } from '../ui/icons.tsx'
import { formatError } from '../ui/reason.ts'
import { showDrawer } from '../ui/state.ts'
import { LessonList } from './lessonList.tsx'
import './lessons.css'
import { LessonView } from './lessonView.tsx'
import { findListed, loadCourses, type ListedCourse } from './library.ts'
import { loadProgress } from './progress.ts'
import { openLesson } from './state.ts'

export function LessonsPanel() {
  const { stores } = useBackup()
  const { courses, problem } = useCourses()
  useEffect(() => void loadProgress(stores.lessons), [])
  const wanted = openLesson.value
  const open = courses && wanted !== undefined ? findListed(courses, wanted) : undefined
  const words = lessonTexts()
  return (
    <section class="side drawer lessons" aria-label={words.title}>
      <div class="lessons-head">
        {open && (
          <IconButton
            class="icon small"
            label={words.back}
            icon={<icons.back />}
            onClick={() => (openLesson.value = undefined)}
          />
        )}
        <h2>{words.title}</h2>
        <IconButton
          class="icon small"
          label={words.close}
          icon={<icons.close />}
          onClick={() => showDrawer(undefined)}
        />
      </div>
      {problem !== undefined && (
        <p class="lessons-problem" role="alert">
          {words.failed}: {problem}
        </p>
      )}
      {!courses && problem === undefined && <p class="lessons-note">{words.loading}</p>}
      {courses && wanted !== undefined && !open && (
        <p class="lessons-problem" role="alert">
          {words.notFound(wanted)}
        </p>
      )}
      {courses &&
        (open ? (
          <LessonView key={open.id} listed={open} courses={courses} />
        ) : (
          <LessonList courses={courses} />
        ))}
    </section>
  )
}

/** The courses in the current language, or why they could not be read. */
function useCourses() {
  const [state, setState] = useState<{ courses?: ListedCourse[]; problem?: string }>({})
  const wanted = language()
  useEffect(() => {
    let isCurrent = true
    loadCourses(wanted).then(
      (courses) => isCurrent && setState({ courses }),
      (error: unknown) => isCurrent && setState({ problem: formatError(error) }),
    )
    return () => (isCurrent = false)
  }, [wanted])
  return state
}
