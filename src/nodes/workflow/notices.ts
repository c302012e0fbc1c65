// Notices of a reader: distinct sentences, limited in number, since a file decides how many arise.
import { workflowMessages } from '../messages/workflow.ts'

/** Receives notices while a file is read. */
export interface NoticeSink {
  push(notice: string): unknown
  /** Counts a notice that is worded only if it is listed. Each one has a text of its own. */
  pushDistinct(word: () => string): unknown
}

/** Number of notices that a reader lists. */
const MOST = 100

export class Notices implements NoticeSink {
  private readonly texts = new Set<string>()
  private omitted = 0

  push(notice: string) {
    if (this.texts.size < MOST) this.texts.add(notice)
    else if (!this.texts.has(notice)) this.omitted++
  }

  pushDistinct(word: () => string) {
    if (this.texts.size < MOST) this.texts.add(word())
    else this.omitted++
  }

  /** The notices in order. The last one states how many were left out. */
  list(): string[] {
    if (!this.omitted) return [...this.texts]
    return [...this.texts, workflowMessages.moreNotices({ count: this.omitted })]
  }
}
