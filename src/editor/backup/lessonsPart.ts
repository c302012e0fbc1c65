// Part of a backup: progress in lessons.
import { isLessonProgress, type LessonProgress } from '../../nodes/lessons/summary.ts'
import type { Store } from '../storage/stores.ts'
import { texts } from '../texts/texts.ts'
import { fileName } from '../ui/format.ts'
import { BackupError } from './error.ts'
import type { Part } from './parts.ts'

const encode = (progress: LessonProgress) => new TextEncoder().encode(JSON.stringify(progress))

/** One entry per lesson. An import does not replace progress of this browser. */
export function lessonsPart(store: Store): Part {
  const all = async () => (await store.all<LessonProgress>()).filter(isLessonProgress)
  return {
    items: async () =>
      (await all()).map((progress) => ({
        id: progress.lesson,
        name: progress.lesson,
        size: encode(progress).length,
      })),
    remove: (id) => store.del(id),
    entries: async () =>
      (await all()).map((progress) => ({
        path: `lessons/${fileName(progress.lesson.replaceAll('/', ' '))}.json`,
        size: encode(progress).length,
        about: { lesson: progress.lesson },
        bytes: async () => encode(progress),
      })),
    async importEntry(about, bytes) {
      const progress = parse(bytes)
      if (!isLessonProgress(progress) || progress.lesson !== about.lesson)
        throw new BackupError(texts.backup.invalidEntry('lesson'))
      if (await store.get(progress.lesson)) return 'present'
      await store.set(progress.lesson, progress)
      return 'added'
    },
  }
}

/** Undefined for bytes that are not JSON. */
function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
