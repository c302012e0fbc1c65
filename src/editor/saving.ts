// Saving the workflow of the tab that is shown, also when another window saved it meanwhile.
import { ConflictError, keepForGood, newId, storageMessage, type Library } from './library.ts'
import { claim, type Session } from './session.ts'
import * as state from './state.ts'
import { texts, translated } from './texts.ts'

interface SavingHooks {
  shown(): Session
  /** Gives it a name. */
  call(name: string): void
  /** The session is another now. */
  follow(): void
  remember(): void
  refresh(): Promise<void>
}

export function createSaving(library: Library, { shown, call, follow, remember, refresh }: SavingHooks) {
  async function keep(session: Session, over = false): Promise<void> {
    const { id, name, revision, history } = session
    const text = history.present
    try {
      const workflow = await library.save({ id, name, text, revision }, over)
      session.revision = workflow.revision
      session.saved = text
      session.title = name
      delete session.ready
      delete session.outside
      follow()
      await library.dropDraft(session.draftId)
      remember()
      keepForGood()
      state.say(texts.files.saved(translated(name)))
    } catch (error) {
      if (error instanceof ConflictError) return settle(error, session)
      state.say(texts.unsaved, { text: storageMessage(error), error: true })
    }
    await refresh()
  }

  async function settle(conflict: ConflictError, session: Session) {
    const { dialogs } = texts
    const answer = await state.askChoice(dialogs.conflictTitle, dialogs.conflictText(translated(conflict.theirs.name)), [
      { label: dialogs.cancel, value: 'cancel' },
      { label: dialogs.overwrite, value: 'over' },
      { label: dialogs.asCopy, value: 'copy', primary: true },
    ])
    if (answer === 'over') await keep(session, true)
    if (answer === 'copy') await keepAs(texts.copyOf(translated(session.name)))
  }

  async function keepAs(name: string) {
    call(name)
    const session = shown()
    await library.dropDraft(session.draftId)
    session.release()
    session.id = newId()
    session.revision = 0
    delete session.banner
    await claim(session)
    await keep(session)
  }

  async function saveAs() {
    const name = await state.askName(texts.dialogs.saveAs, state.name.value, texts.dialogs.save)
    if (name) await keepAs(name)
  }

  return {
    /** Asks for a name where it has none. */
    save: (title: string | undefined) => (shown().revision || title ? keep(shown()) : saveAs()),
    saveAs,
  }
}
