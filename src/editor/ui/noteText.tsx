// Text of a note. The parser of Markdown is loaded with the first one.
import { signal } from '@preact/signals'
import { cutText } from '../../painters/cutText.ts'
import { toUnicodeMath } from '../../painters/mathText.ts'

type Component = (typeof import('./markdown.tsx'))['Markdown']

const markdown = signal<Component | undefined>(undefined)
let fetching: Promise<void> | undefined

const fetchMarkdown = () =>
  (fetching ??= import('./markdown.tsx').then(
    ({ Markdown }) => void (markdown.value = Markdown),
    () => (fetching = undefined), // Offline on the first visit. The next note tries again.
  ))

/** Characters that are shown before the parser is loaded. */
const MAX_SHOWN = 4000

/** Shows the source until the parser is loaded. */
export function NoteText({ text }: { text: string }) {
  void fetchMarkdown()
  const Loaded = markdown.value
  return Loaded ? (
    <Loaded text={text} />
  ) : (
    <p class="note-source">{toUnicodeMath(cutText(text, MAX_SHOWN))}</p>
  )
}
