// Progress in lessons, stored in the browser.
import { signal } from '@preact/signals'
import type { Lesson } from '../../lessons/lesson.ts'
import {
  isLessonProgress,
  type AnsweredQuestion,
  type LessonProgress,
  type TriedTask,
} from '../../lessons/summary.ts'
import type { Store } from '../storage/stores.ts'
import { lessonTexts } from '../texts/lessonTexts.ts'
import { showStorageError } from '../ui/storageError.ts'

/** Progress by `course/lesson`. */
export const progress = signal<ReadonlyMap<string, LessonProgress>>(new Map())

const nothing = (lesson: string): LessonProgress => ({ lesson, questions: [], tasks: [] })

export const lessonProgress = (lesson: string): LessonProgress =>
  progress.value.get(lesson) ?? nothing(lesson)

/** Reads the stored progress. Unreadable entries are left out. */
export async function loadProgress(store: Store): Promise<void> {
  const stored = await store.all<LessonProgress>().catch(() => [])
  progress.value = new Map(stored.filter(isLessonProgress).map((each) => [each.lesson, each]))
}

/** Stores an answer, with the number of tries so far. A right answer is not replaced. */
export const recordAnswer = (
  store: Store,
  lesson: string,
  answer: Pick<AnsweredQuestion, 'id' | 'answer' | 'right'>,
) =>
  changeProgress(store, lesson, (before, when) => ({
    ...before,
    questions: withEntry(before.questions, { ...answer, when }, ({ right }) => right),
  }))

/** Stores the result of a task. A workflow that has passed is not replaced by one that has not. */
export const recordTask = (
  store: Store,
  lesson: string,
  task: Pick<TriedTask, 'id' | 'passed' | 'workflow'>,
) =>
  changeProgress(store, lesson, (before, when) => ({
    ...before,
    tasks: withEntry(before.tasks, { ...task, when }, ({ passed }) => passed && !task.passed),
  }))

type Entry = { id: string; tries: number; when: number }

function withEntry<E extends Entry>(
  entries: readonly E[],
  entry: Omit<E, 'tries'> & Pick<Entry, 'id' | 'when'>,
  isFinal: (before: E) => boolean,
): E[] {
  const before = entries.find(({ id }) => id === entry.id)
  if (before && isFinal(before)) return [...entries]
  const added = { ...entry, tries: (before?.tries ?? 0) + 1 } as unknown as E
  return [...entries.filter(({ id }) => id !== entry.id), added]
}

async function changeProgress(
  store: Store,
  lesson: string,
  update: (before: LessonProgress, when: number) => LessonProgress,
) {
  const when = Date.now()
  const next = update(lessonProgress(lesson), when)
  progress.value = new Map(progress.value).set(lesson, next)
  try {
    // Another window may have stored progress meanwhile.
    await store.update<LessonProgress>(lesson, (stored) =>
      update(isLessonProgress(stored) ? stored : nothing(lesson), when),
    )
  } catch (error) {
    showStorageError(lessonTexts().title, error)
  }
}

/** Numbers of questions and tasks of a lesson, and how many are done. */
export function countDone(id: string, { parts }: Lesson): { done: number; all: number } {
  const { questions, tasks } = lessonProgress(id)
  const isDone = (part: Lesson['parts'][number]) =>
    part.kind === 'question'
      ? questions.some((each) => each.id === part.id && each.right)
      : part.kind === 'task' && tasks.some((each) => each.id === part.id && each.passed)
  const blocks = parts.filter(({ kind }) => kind !== 'text')
  return { done: blocks.filter(isDone).length, all: blocks.length }
}
