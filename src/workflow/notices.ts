// Notices of a reader: distinct sentences, limited in number, since a file decides how many arise.
import { type MessageText, englishText } from '../engine/base/catalogue.ts'
import { workflowMessages } from '../messages/workflow.ts'

/** Receives notices while a file is read. */
export interface NoticeSink {
  push(notice: MessageText): unknown
  /** Counts a notice that is worded only if it is listed. Each one has a text of its own. */
  pushDistinct(word: () => MessageText): unknown
}

/** Number of notices that a reader lists. */
const MOST = 100

export class Notices implements NoticeSink {
  private readonly texts = new Map<string, MessageText>()
  private omitted = 0

  push(notice: string) {
    if (this.texts.size < MOST) this.texts.set(englishText(notice), notice)
    else if (!this.texts.has(englishText(notice))) this.omitted++
  }

  pushDistinct(word: () => string) {
    if (this.texts.size < MOST) this.push(word())
    else this.omitted++
  }

  /** The notices in order, in English and by id. The last one states how many were left out. */
  list(): { notices: string[]; messages: { notices: readonly MessageText[] } } {
    const { omitted } = this
    const more = omitted ? [workflowMessages.moreNotices({ count: omitted })] : []
    const notices = [...this.texts.values(), ...more]
    return { notices: notices.map(englishText), messages: { notices } }
  }
}
